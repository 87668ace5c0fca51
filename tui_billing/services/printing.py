"""Printing: an issued document from its frozen rows, and where its file lies."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_billing.documents.files import document_path
from tui_billing.documents.mentions import legal_line
from tui_billing.documents.printable import (
    BooksTax,
    Mention,
    PaymentMeans,
    PrintableInvoice,
    PrintedAdjustment,
    PrintedInstalment,
    PrintedLine,
    PrintedProgress,
    PrintedTotals,
    PrintedVat,
    References,
)
from tui_billing.locale import N_, say
from tui_billing.models.door import Books
from tui_billing.models.fields import PERCENT, PRICE, QUANTITY, RATE, unscaled
from tui_billing.models.tables import Rendering
from tui_billing.models.write import add
from tui_billing.rules.en16931.formats import PROFILES
from tui_billing.rules.party import Address, Party
from tui_billing.rules.problem import NotFound, Problem, Refused
from tui_billing.rules.terms import Terms, describe_terms, instalments, parse_terms
from tui_billing.rules.units import unit_word
from tui_billing.services.context import Context, Work, company, transact
from tui_billing.services.places import data_folder
from tui_billing.services.progress import LineKey, line_key, progress_before
from tui_billing.services.templates import template_with

if TYPE_CHECKING:
    from tui_billing.documents.renderer import Written

#: Payment means (UNTDID 4461) in words; the document says them in the customer's language.
MEANS = {
    "10": N_("cash"),
    "20": N_("cheque"),
    "30": N_("credit transfer"),
    "48": N_("card"),
    "49": N_("direct debit"),
    "58": N_("SEPA credit transfer"),
    "59": N_("SEPA direct debit"),
}
_HEAD = (
    "kind, number, state, language, issue_date, due_date, delivery_date, period_start, period_end, currency, rate,"
    " rate_source, rate_date, purchase_order, contract, delivery_note, buyer_reference, project, payment_means, iban,"
    " bic, payment_reference, payment_link, terms, seller, buyer, delivery, mentions, note, lines_total, allowances_total,"
    " charges_total, net, tax, gross, prepaid, rounding, payable, tax_base, original_id,"
    " type_code, operation_category, vat_on_debits, prices_include_vat, template_id, customer_id, issued_at, counter"
)


def printable(books: Books, invoice_id: int) -> PrintableInvoice:
    """An issued document as it is printed, from what was frozen at its issue; a draft is refused."""
    found = books.row(f"SELECT {_HEAD} FROM invoice WHERE id = ?", (invoice_id,))
    if found is None:
        raise NotFound("there is no document with id {id}", id=invoice_id)
    head: dict[str, Any] = dict(zip(_HEAD.replace(" ", "").split(","), found, strict=True))
    if head["state"] != "issued":
        raise Refused("draft {id} has no document yet; issue it first", id=invoice_id)
    language = head["language"]
    seller, buyer = Party.from_json(json.loads(head["seller"])), Party.from_json(json.loads(head["buyer"]))
    delivery = json.loads(head["delivery"])
    template = template_with(books, head["template_id"])
    in_progress = template.has("previous") or template.has("todate")
    before = progress_before(books, invoice_id, head) if in_progress else None
    terms = parse_terms(head["terms"]) if head["terms"] else Terms()
    return PrintableInvoice(
        kind=head["kind"],
        number=head["number"],
        issue_date=dt.date.fromisoformat(head["issue_date"]),
        currency=head["currency"],
        seller=seller,
        buyer=buyer,
        lines=_lines(books, invoice_id, language, before.lines if before else {}),
        vat=_vat(books, invoice_id),
        totals=PrintedTotals(
            lines=head["lines_total"],
            net=head["net"],
            tax=head["tax"],
            gross=head["gross"],
            payable=head["payable"],
            allowances=head["allowances_total"],
            charges=head["charges_total"],
            prepaid=head["prepaid"],
            rounding=head["rounding"],
        ),
        language=language,
        due_date=_day(head["due_date"]),
        delivery_date=_day(head["delivery_date"]),
        period_start=_day(head["period_start"]),
        period_end=_day(head["period_end"]),
        delivery_name=delivery.get("name", ""),
        delivery_address=Address.from_json(delivery["address"]) if delivery.get("address") else None,
        references=_references(books, head),
        adjustments=_adjustments(books, invoice_id, None),
        books_tax=_books_tax(books, head),
        instalments=_instalments(books, invoice_id, dt.date.fromisoformat(head["issue_date"]), terms),
        payment=PaymentMeans(
            code=head["payment_means"],
            text=say(means, language) if (means := MEANS.get(head["payment_means"], "")) else "",
            account_name=seller.full_name,
            iban=head["iban"],
            bic=head["bic"],
            reference=head["payment_reference"],
            link=head["payment_link"],
        ),
        terms="" if head["kind"] == "credit_note" else describe_terms(terms, language),
        mentions=tuple(Mention(one["code"], one["text"]) for one in json.loads(head["mentions"])),
        note=head["note"],
        footer=legal_line(seller.full_name, seller.legal_info, seller.siren, seller.vat_id, language),
        type_code=head["type_code"],
        operation=head["operation_category"],
        vat_on_debits=bool(head["vat_on_debits"]),
        prices_include_vat=bool(head["prices_include_vat"]),
        profile=profile if (profile := format_of(books, invoice_id)) in PROFILES else "facturx",
        template=template,
        progress=PrintedProgress(before.reference, before.net) if before else None,
    )


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _lines(books: Books, invoice_id: int, language: str, before: Mapping[LineKey, int]) -> tuple[PrintedLine, ...]:
    rows = books.rows(
        "SELECT id, position, description, quantity, unit_price, net, vat_category, vat_rate, item_code, unit,"
        " discount_percent, period_start, period_end, discount, order_line FROM invoice_line"
        " WHERE invoice_id = ? ORDER BY position",
        (invoice_id,),
    )
    adjusted = {
        key
        for (key,) in books.rows(
            "SELECT line_id FROM invoice_adjustment WHERE invoice_id = ? AND line_id IS NOT NULL", (invoice_id,)
        )
    }
    return tuple(
        PrintedLine(
            position=row[1],
            description=row[2],
            quantity=unscaled(row[3], QUANTITY),
            unit_price=unscaled(row[4], PRICE),
            net=row[5],
            vat_category=row[6],
            vat_rate=unscaled(row[7], PERCENT),
            item=row[8],
            unit=unit_word(row[9], language),
            discount_percent=unscaled(row[10], PERCENT),
            adjustments=_adjustments(books, invoice_id, row[0]) if row[0] in adjusted else (),
            period_start=_day(row[11]),
            period_end=_day(row[12]),
            unit_code=row[9],
            discount=row[13],
            order_line=row[14],
            previous=before.get(line_key(row[14], row[8], row[2]), 0),
        )
        for row in rows
    )


def _adjustments(books: Books, invoice_id: int, line_id: int | None) -> tuple[PrintedAdjustment, ...]:
    place = "line_id IS NULL" if line_id is None else "line_id = ?"
    rows = books.rows(
        "SELECT amount, is_charge, percent, base, reason, reason_code, vat_category, vat_rate"
        f" FROM invoice_adjustment WHERE invoice_id = ? AND {place} ORDER BY id",
        (invoice_id,) if line_id is None else (invoice_id, line_id),
    )
    return tuple(
        PrintedAdjustment(
            amount=row[0],
            is_charge=bool(row[1]),
            percent=None if row[2] is None else unscaled(row[2], PERCENT),
            base=row[3],
            reason=row[4],
            reason_code=row[5],
            vat_category=row[6],
            vat_rate=unscaled(row[7], PERCENT) if row[6] else None,
        )
        for row in rows
    )


def _vat(books: Books, invoice_id: int) -> tuple[PrintedVat, ...]:
    rows = books.rows(
        "SELECT category, rate, taxable, tax, exemption_code, exemption_text FROM vat_breakdown"
        " WHERE invoice_id = ? ORDER BY id",
        (invoice_id,),
    )
    return tuple(PrintedVat(row[0], unscaled(row[1], PERCENT), row[2], row[3], row[4], row[5]) for row in rows)


def _instalments(books: Books, invoice_id: int, issued: dt.date, terms: Terms) -> tuple[PrintedInstalment, ...]:
    rows = books.rows(
        "SELECT position, due_date, amount FROM instalment WHERE invoice_id = ? ORDER BY position", (invoice_id,)
    )
    # the terms say which parts are retained; days do not hang on the amount
    kept = {part.position for part in instalments(issued, terms, 0) if part.retained}
    return tuple(PrintedInstalment(row[0], dt.date.fromisoformat(row[1]), row[2], row[0] in kept) for row in rows)


def _references(books: Books, head: dict[str, Any]) -> References:
    original = books.row("SELECT number, issue_date FROM invoice WHERE id = ?", (head["original_id"] or 0,))
    return References(
        purchase_order=head["purchase_order"],
        contract=head["contract"],
        delivery_note=head["delivery_note"],
        buyer_reference=head["buyer_reference"],
        project=head["project"],
        preceding_number=original[0] if original else "",
        preceding_date=_day(original[1]) if original else None,
    )


def _books_tax(books: Books, head: dict[str, Any]) -> BooksTax | None:
    """The VAT in the books' currency, which a document in another one states (art. 230 of 2006/112/EC)."""
    base = company(books).currency
    if head["currency"] == base:
        return None
    day = _day(head["rate_date"]) or dt.date.fromisoformat(head["issue_date"])
    return BooksTax(base, head["tax_base"], unscaled(head["rate"], RATE), head["rate_source"], day)


def logo_path(books: Books) -> Path | None:
    """The company's logo, a relative path counted from the database; None where there is none."""
    name = company(books).logo
    if not name:
        return None
    return (books.path.parent / name) if books.path else Path(name)


def logo_problem(books: Books) -> Problem | None:
    """Why the company's logo does not stand on documents, None where it does or there is none."""
    path = logo_path(books)
    if path is None:
        return None
    from tui_billing.documents.logo import prepare
    from tui_billing.documents.renderer import read_logo

    content = read_logo(path)
    if content is None:
        return Problem("there is no logo {path}; documents are made without it until it is there", path=str(path))
    if prepare(content) is None:
        return Problem(
            "{path} is no picture that can be a logo; documents are made without it: give a PNG or JPEG of at most 60"
            " megapixels",
            path=str(path),
        )
    return None


def document_folder(books: Books) -> Path:
    """`documents/` beside the database; of books on a server, in the user's data folder by their name."""
    if books.path:
        return books.path.parent / "documents"
    return data_folder() / "documents" / (books.url.partition("?")[0].rpartition("/")[2] or "books")


def path_of(books: Books, invoice_id: int) -> Path:
    """Where the file of an issued document lies, whether or not it has been made."""
    number = books.value("SELECT number FROM invoice WHERE id = ?", (invoice_id,))
    if not number:
        raise Refused("draft {id} has no document yet; issue it first", id=invoice_id)
    return document_path(document_folder(books), str(number))


def format_of(books: Books, invoice_id: int) -> str:
    """The format that the customer of a document asks for ("facturx" where none is said)."""
    sql = "SELECT c.einvoice_format FROM invoice i JOIN customer c ON c.id = i.customer_id WHERE i.id = ?"
    return str(books.value(sql, (invoice_id,)) or "facturx")


def render_to(books: Books, invoice_id: int, path: Path, form: str = "") -> Written:
    """Make an issued document at `path`, in this process, whole or not at all.

    That is the PDF in the profile that the customer asks for, or that `form` names; or the XML of another format.
    """
    from tui_billing.documents.renderer import write_invoice, write_xml

    document = printable(books, invoice_id)
    if form and form not in PROFILES:
        return write_xml(document, Path(path), form)
    return write_invoice(replace(document, profile=form or document.profile), Path(path), logo_path(books))


#: Files for those whose customers ask; the document itself is the PDF, and these are not kept as renderings.
OFFICE = ("docx", "xlsx")


def write_office(books: Books, invoice_id: int, path: Path, form: str) -> Path:
    """An issued document as a Word or Excel file at `path`, whole or not at all."""
    from tui_billing.documents.renderer import put_file

    invoice = printable(books, invoice_id)
    if form == "docx":
        from tui_billing.documents.word import invoice_document

        content = invoice_document(invoice, word_template(books))
    else:
        from tui_billing.documents.workbook import invoice_workbook

        content = invoice_workbook(invoice)
    put_file(path, content)
    return path


def word_template(books: Books) -> Path | None:
    """The house's own Word template of an invoice: `templates/invoice.docx` beside the books; None for the usual one."""
    own = document_folder(books).parent / "templates" / "invoice.docx"
    return own if own.is_file() else None


def record_rendering(books: Books, context: Context, invoice_id: int, written: Written) -> int:
    """Remember that a document was written: its path, its hash, what is wrong with it. Returns the row's id.

    A rendering with a blocking finding is not sent (`is_sendable`).
    """

    def do(work: Work) -> int:
        return add(
            Rendering,
            invoice_id=invoice_id,
            path=str(written.path),
            sha256=written.sha256,
            missing="".join(written.missing),
            at=work.at,
            format=written.format,
            findings=list(written.findings),
        )

    return transact(books, context, "render", do, record=False)


def is_sendable(books: Books, rendering_id: int) -> bool:
    """Whether no check forbids to send what was rendered."""
    found = books.value("SELECT findings FROM rendering WHERE id = ?", (rendering_id,))
    return not any(one["blocking"] for one in json.loads(str(found or "[]")))


ABSENT = N_(
    "the official rules of electronic invoices are not installed; this system's own checks were run"
    " (for both: pip install 'tui-billing[validate]')"
)
#: Once the absence of the official rules has been said, it is not said again.
_SAID = "einvoice.engine_absence_said"


def must_tell_absence(books: Books, context: Context, absent: bool) -> bool:
    """Whether it is still to be said, once for these books, that the official rules are not installed."""
    if not absent or books.value("SELECT value FROM setting WHERE key = ?", (_SAID,)):
        return False

    def do(work: Work) -> None:
        work.books.db.execute_sql(
            work.books.sql("INSERT INTO setting (key, value) VALUES (?, '1') ON CONFLICT DO NOTHING"), (_SAID,)
        )

    transact(books, context, "render", do, record=False)
    return True
