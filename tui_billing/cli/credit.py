"""credit: list, approve, refuse, limit; and what the other groups say of a credit."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tui_billing.cli.options import Json, make_app, parse_id
from tui_billing.cli.output import put, put_json, put_json_array, put_table
from tui_billing.cli.session import session
from tui_billing.locale import _
from tui_billing.models.door import Books
from tui_billing.rules.credits import Part
from tui_billing.rules.money import exponent, plain, to_minor
from tui_billing.rules.numbers import parse_plain
from tui_billing.services import case_answers, credit_approval, show
from tui_billing.services.context import Context

app = make_app("Credit notes above the company's limit: they wait for a second person.")
Request = Annotated[str, typer.Argument(metavar="REQUEST", help="Its number in: credit list.")]


@app.command("list")
def list_all(as_json: Json = False) -> None:
    """Credit notes that wait, the oldest first."""
    books, _context = session.open()
    rows = case_answers.list_waiting_credits(books)
    if as_json:
        put_json_array(rows)
        return
    names = ("id", "invoice", "customer", "gross", "currency", "reason", "author", "date")
    heads = [_("id"), _("invoice"), _("customer"), _("amount"), "", _("reason"), _("author"), _("date")]
    put_table(heads, [[row[name] for name in names] for row in rows], right=(0, 3))


@app.command()
def approve(request: Request, as_json: Json = False) -> None:
    """Issue a credit note that waits (supervisors, never one's own)."""
    books, context = session.open()
    done = credit_approval.decide_credit(books, context, parse_id(request, "request"), approve=True)
    tell_credit(books, context, done, as_json)


@app.command()
def refuse(
    request: Request,
    note: Annotated[str, typer.Option("--note", help="Why not.")] = "",
    as_json: Json = False,
) -> None:
    """Refuse a credit note that waits (supervisors, never one's own)."""
    books, context = session.open()
    key = parse_id(request, "request")
    credit_approval.decide_credit(books, context, key, approve=False, note=note)
    if as_json:
        put_json({"request": key, "status": "refused"})
    else:
        put(_("request {request} is refused", request=key))


@app.command()
def limit(
    amount: Annotated[str, typer.Argument(help="In the books' currency, with VAT; 0 for no limit.")],
    as_json: Json = False,
) -> None:
    """Above which amount a credit note waits for a second person (supervisors)."""
    books, context = session.open()
    currency = str(books.value("SELECT currency FROM company WHERE id = 1"))
    minor = to_minor(parse_plain(amount, exponent(currency), "amount"), currency, "amount")
    credit_approval.set_limit(books, context, minor)
    if as_json:
        put_json({"limit": plain(minor, currency), "currency": currency})
    else:
        put(
            _(
                "credit notes above {limit} {currency} wait for a second person",
                limit=plain(minor, currency),
                currency=currency,
            )
        )


def minor_of(books: Books, invoice: int, text: str, field: str = "amount") -> int:
    """An amount as typed, in minor units of the invoice's currency."""
    currency = str(books.value("SELECT currency FROM invoice WHERE id = ?", (invoice,)))
    return to_minor(parse_plain(text, exponent(currency), field), currency, field)


def part_of(books: Books, invoice: int, text: str) -> Part:
    """What of a line is credited: N, NxQUANTITY, or N=AMOUNT."""
    position, equals, amount = text.partition("=")
    if equals:
        return Part(parse_id(position, "line"), None, minor_of(books, invoice, amount, "line"))
    position, times, quantity = text.lower().partition("x")
    if times:
        return Part(parse_id(position, "line"), int(parse_plain(quantity, 4, "line").scaleb(4)))
    return Part(parse_id(text, "line"))


def tell_credit(books: Books, context: Context, done: dict[str, Any], as_json: bool) -> None:
    """Answer the credit note that was issued, or the request that waits for a second person."""
    if "id" in done:
        document = show.invoice_json(books, done["id"], context.today)
        if as_json:
            put_json(document)
        else:
            put(f"{document['number']}  {document['status']}  {document['totals']['gross']} {document['currency']}")
        return
    currency = str(
        books.value(
            "SELECT i.currency FROM credit_request r JOIN invoice i ON i.id = r.invoice_id WHERE r.id = ?",
            (done["request"],),
        )
    )
    gross = plain(done["gross"], currency)
    if as_json:
        put_json({"request": done["request"], "status": "waiting", "gross": gross, "currency": currency})
    else:
        put(
            _(
                "{gross} {currency} waits for a supervisor: request {request}",
                gross=gross,
                currency=currency,
                request=done["request"],
            )
        )
