"""invoice: list, show, create, issue, credit, render."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from tui_billing.cli.credit import minor_of, part_of, tell_credit
from tui_billing.cli.engine import tell_absence
from tui_billing.cli.invoice_import import import_one
from tui_billing.cli.options import Json, make_app, parse_id
from tui_billing.cli.output import note, put, put_card, put_json, put_json_array, put_table
from tui_billing.cli.reading import read_object, read_objects
from tui_billing.cli.session import session
from tui_billing.locale import N_, _, translate
from tui_billing.models.door import Books
from tui_billing.models.queries import facts
from tui_billing.rules.content import Content, content_from_json
from tui_billing.rules.dates import parse_iso
from tui_billing.rules.en16931.formats import PROFILES
from tui_billing.rules.problem import NotFound, Problem, Unusable
from tui_billing.rules.status import Status
from tui_billing.rules.text import quote
from tui_billing.services import answers, batch, credit, drafts, issue, printing, replace, show
from tui_billing.services.context import Context
from tui_billing.services.foreseen import look_ahead

app = make_app("Invoices and credit notes.")
app.command("import")(import_one)
_COMMAND_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
#: Formats that are a page with XML inside.
_PAGES = ("facturx", "basic", "extended")
#: What a draft keeps of the form and no file may set.
_OF_THE_FORM = ("invalid", "focus", "typed")


@app.command("list")
def list_all(
    status: Annotated[str, typer.Option("--status", help="Only documents of one status.")] = "",
    customer: Annotated[str, typer.Option("--customer", help="Only one customer's, by code.")] = "",
    as_json: Json = False,
) -> None:
    """All documents by issue date, drafts among them.

    Statuses: draft, written_off, credited, paid, disputed, overdue, part_paid, due_soon, open.
    """
    wanted = _status(status)
    books, context = session.open()
    customer_id = None
    if customer:
        known = facts.customer_by_code(books, customer)
        if known is None:
            message = "there is no customer {code}; type part of the name to find the code"
            raise NotFound(message, field="customer", code=quote(customer))
        customer_id = known.id
    rows = answers.list_invoices(books, context.today, status=wanted, customer_id=customer_id)
    if as_json:
        put_json_array(rows)
        return
    names = ("number", "status", "customer", "customer_name", "issue_date", "due_date", "gross", "open", "currency")
    heads = [_("number"), _("status"), _("customer"), _("name"), _("date"), _("due"), _("total"), _("open"), ""]
    lines = [[row[name] or (f"({row['id']})" if name == "number" else "") for name in names] for row in rows]
    put_table(heads, lines, right=(6, 7))


def _status(text: str) -> Status | None:
    if not text:
        return None
    try:
        return Status(text)
    except ValueError:
        raise Problem(
            "{status} is no status; it is one of {statuses}",
            field="--status",
            status=quote(text),
            statuses=", ".join(Status),
        ) from None


@app.command("show")
def show_one(
    number: Annotated[str, typer.Argument(help="The document's number, or a draft's id.")], as_json: Json = False
) -> None:
    """One document whole."""
    books, context = session.open()
    tell(show.invoice_json(books, answers.find_document(books, number), context.today), as_json)


def tell(document: dict[str, Any], as_json: bool) -> None:
    """A document, in JSON or laid out."""
    if as_json:
        put_json(document)
        return
    names = ("number", "id", "kind", "status", "customer", "customer_name", "issue_date", "due_date", "purchase_order")
    put_card({name: document.get(name) for name in (*names, "original", "payment_reference")})
    put()
    columns = ("position", "item", "description", "quantity", "unit", "unit_price", "discount_percent", "vat_rate")
    heads = ["#", _("item"), _("description"), _("quantity"), _("unit"), _("price"), _("discount"), _("VAT"), _("net")]
    put_table(heads, [[line[c] for c in (*columns, "net")] for line in document["lines"]], right=(0, 3, 5, 6, 7, 8))
    put()
    for group in document["vat_breakdown"]:
        place = f"{_('VAT')} {group['category']} {group['rate']} %"
        put(f"{place}: {group['taxable']} → {group['tax']}")
    if document["totals"]:
        put_card({name: f"{document['totals'][name]} {document['currency']}" for name in ("net", "tax", "gross")})
        put_card({"open": f"{document['open']} {document['currency']}"})
    for finding in document.get("findings", ()):
        put(f"! {finding['message']}")


@app.command()
def create(
    file: Annotated[str, typer.Argument(help="A file of one JSON object, or one a line; - for standard input.")],
    issue_them: Annotated[bool, typer.Option("--issue", help="Issue at once; else they are kept as drafts.")] = False,
    as_json: Json = False,
) -> None:
    """Enter invoices: {"customer", "issue_date", "due_date", "currency", "purchase_order",
    "document_discount_percent", "lines": [{"item" or "description", "quantity", "unit", "unit_price",
    "discount_percent", "vat_category", "vat_rate"}], "note", "command_id"}.

    Many are one batch, answered one a line in order. A wrong one stops it: those ahead of it stay.
    """
    books, context = session.open()
    verb = batch.issue_many if issue_them else batch.keep_many
    count = 0
    try:
        for done in verb(books, context, _orders(file)):
            document = show.invoice_json(books, int(done.result["id"]), context.today)
            count += 1
            if as_json:
                put_json(document)
            else:
                _one_line(document)
    except batch.AtLine as problem:
        problem.done = count
        raise


def _one_line(document: dict[str, Any]) -> None:
    totals = document["totals"] or {}
    name = document["number"] or _("draft {id}", id=document["id"])
    put(f"{name}  {document['status']}  {document['customer']}  {totals.get('gross', '')} {document['currency']}")


def _orders(file: str) -> Iterator[batch.Order]:
    for line, data in read_objects(file):
        try:
            yield _order(line, data)
        except batch.AtLine:
            raise
        except Problem as problem:
            raise batch.AtLine(line, problem) from problem


def _order(line: int, data: dict[str, Any]) -> batch.Order:
    command = data.pop("command_id", None)
    if command is not None and not (isinstance(command, str) and _COMMAND_ID.fullmatch(command)):
        raise Problem(
            "{text} is no command id; use up to 64 letters, digits, dots and dashes",
            field="command_id",
            text=quote(command),
        )
    for name in _OF_THE_FORM:
        if name in data:
            raise Problem("{name} is not a field of an invoice", field=name, name=name)
    content = content_from_json(data)
    if not content.customer:
        raise Problem("an invoice needs a customer; give the code", field="customer")
    if not content.lines:
        raise Problem("an invoice needs at least one line", field="lines")
    return batch.Order(line, content, command or "")


@app.command("issue")
def issue_one(
    draft: Annotated[str, typer.Argument(help="The draft's id.")],
    as_json: Json = False,
) -> None:
    """Issue a draft; warnings go to standard error and stop nothing."""
    books, context = session.open()
    key = parse_id(draft, "draft")
    content = drafts.load_draft(books, key).content
    _warn(books, context, content)
    try:
        done = issue.issue_draft(books, context, key)
    except Unusable:
        raise
    except Problem as problem:
        raise batch.why_refused(books, content, context.today, problem) from None
    document = show.invoice_json(books, done["id"], context.today)
    if as_json:
        put_json(document)
    else:
        _one_line(document)


def _warn(books: Books, context: Context, content: Content) -> None:
    for finding in look_ahead(books, content, context.today).warnings():
        note(_("note: {text}", text=translate(Problem(finding.message, **finding.values))))


@app.command("credit")
def credit_one(
    number: Annotated[str, typer.Argument(help="The invoice's number.")],
    line: Annotated[
        list[str] | None,
        typer.Option("--line", help="A line: N, NxQUANTITY, or N=AMOUNT with VAT; may be said again."),
    ] = None,
    amount: Annotated[str, typer.Option("--amount", help="An amount of the whole invoice, with VAT.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why; stands on the credit note.")] = "",
    date: Annotated[str, typer.Option("--date", help="Its date, for example 2026-11-25; today where none.")] = "",
    refund: Annotated[
        bool, typer.Option("--refund", help="Pay back what is more than the open rest; else it stays on account.")
    ] = False,
    iban: Annotated[str, typer.Option("--iban", help="Where it is paid back to (with --refund).")] = "",
    as_json: Json = False,
) -> None:
    """Credit an invoice: all that is left of it, lines or parts of them, or an amount; answers the credit note."""
    day = parse_iso(date, "date") if date else None
    books, context = session.open()
    key = _issued(books, number)
    parts = [part_of(books, key, each) for each in line or ()]
    minor = minor_of(books, key, amount) if amount else None
    done = credit.credit(
        books, context, key, parts=parts, amount=minor, reason=reason, date=day, refund=iban if refund or iban else None
    )
    tell_credit(books, context, done, as_json)


@app.command("correct")
def correct_one(
    number: Annotated[str, typer.Argument(help="The invoice that is replaced.")],
    file: Annotated[
        str, typer.Argument(help="The new content as JSON (- for standard input); a draft where none.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Replace an invoice by a corrective one (384): issued from FILE, or kept as a draft filled from the invoice."""
    books, context = session.open()
    key = _issued(books, number)
    if not file:
        draft = replace.start_again(books, context, key, corrective=True)
        document = show.invoice_json(books, draft, context.today)
    else:
        content = content_from_json(read_object(file))
        document = show.invoice_json(books, replace.correct(books, context, key, content)["id"], context.today)
    if as_json:
        put_json(document)
    else:
        _one_line(document)


def _issued(books: Books, number: str) -> int:
    key = answers.find_document(books, number)
    if books.value("SELECT state FROM invoice WHERE id = ?", (key,)) != "issued":
        raise Problem("{number} is a draft; issue it first", field="number", number=quote(number))
    return key


@app.command()
def render(
    number: Annotated[str, typer.Argument(help="The document's number.")],
    output: Annotated[str, typer.Option("-o", "--output", help="The file; documents/ beside the books.")] = "",
    form: Annotated[
        str, typer.Option("--format", help="facturx, basic, extended, cii, ubl, xrechnung, peppol, docx or xlsx.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Make an issued document, whole or not at all: the PDF with its XML inside, or the XML alone.

    facturx, basic and extended are profiles of the XML inside the PDF; the customer's own where none is named.

    Without --format a file that ends in .xml is in the customer's own format, any other is the PDF. What the checks
    of electronic invoices object to is told; it ends with 1 where such an invoice was asked for by --format or name.
    """
    books, context = session.open()
    office = form if form in printing.OFFICE else "" if form else Path(output).suffix.lower().removeprefix(".")
    if office in printing.OFFICE:
        _write_office(books, number, output, office, as_json)
        return
    electronic = bool(form) or output.lower().endswith(".xml")
    key = _issued(books, number)
    if not form and output.lower().endswith(".xml"):
        form = printing.format_of(books, key)
        form = "cii" if form in PROFILES else form
    path = Path(output) if output else printing.path_of(books, key)
    if not output and form and form not in PROFILES:
        path = path.with_suffix(f".{form}.xml")
    written = printing.render_to(books, key, path, form)
    printing.record_rendering(books, context, key, written)
    if form in _PAGES and (problem := printing.logo_problem(books)):
        note(translate(problem))
    if "".join(written.missing):
        note(_("no font has these characters: {characters}", characters=" ".join(written.missing)))
    tell_absence(books, context, written.engine == "absent")
    if written.engine == "failed":
        note(_("the official rules could not be run; this system's own checks were"))
    findings = [{**one, "message": translate(Problem(one["message"], **one["values"]))} for one in written.findings]
    for one in findings:
        note(f"{one['code']}: {one['message']}")
    if as_json:
        document = printing.printable(books, key)
        named = {"number": document.number, "path": str(written.path), "format": form or document.profile}
        told = [{name: one[name] for name in ("code", "field", "blocking", "message")} for one in findings]
        put_json(
            {
                **named,
                "sha256": written.sha256,
                "pages": written.pages,
                "missing": list(written.missing),
                "findings": told,
                "official_rules": written.engine or "none",
            }
        )
    else:
        put(_(N_("{path} is written ({pages} pages)"), path=written.path, pages=written.pages))
    if electronic and written.is_refused:
        raise typer.Exit(1)


def _write_office(books: Books, number: str, output: str, form: str, as_json: bool) -> None:
    key = _issued(books, number)
    path = Path(output) if output else printing.path_of(books, key).with_suffix(f".{form}")
    printing.write_office(books, key, path, form)
    if as_json:
        put_json({"number": printing.printable(books, key).number, "path": str(path), "format": form})
    else:
        put(_("{path} is written", path=path))
