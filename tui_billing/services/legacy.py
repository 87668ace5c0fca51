"""Taking over what the former system issued: its invoices and credit notes, under their own numbers.

They are kept out of our numbering: a series of its own (`imported`) counts the imports, and a number that one
of our series could give is refused. Nothing is computed anew: amounts stand as they were stated and agreed. The
journal gets what is to be paid against the opening balance (890), since turnover and VAT were booked there.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from tui_billing.documents import store
from tui_billing.exchange.einvoice.read import Received
from tui_billing.models.door import Books
from tui_billing.models.queries import facts
from tui_billing.models.tables import Instalment, Invoice, InvoiceAdjustment, InvoiceLine, Series, VatBreakdown
from tui_billing.models.write import add, add_all, change
from tui_billing.rules.en16931.model import EInvoice, Trader
from tui_billing.rules.journal import opening_entries, opposite
from tui_billing.rules.money import convert, exponent
from tui_billing.rules.numbering import check_number
from tui_billing.rules.problem import Problem, Refused
from tui_billing.rules.text import clean
from tui_billing.services import attachments
from tui_billing.services.context import Context, Work, company, transact
from tui_billing.services.einvoices import kind_of
from tui_billing.services.issue import KINDS, announce
from tui_billing.services.legacy_rows import adjustments_of, groups_of, lines_of, minor, party_of
from tui_billing.services.master import CustomerCard, add_customer_in
from tui_billing.services.memory import remember
from tui_billing.services.record import content_of
from tui_billing.services.resolve import seller_of
from tui_billing.services.verify import IMPORTED

VERB = "import_invoice"


def take_over(books: Books, context: Context, received: Received, name: str = "") -> dict[str, Any]:
    """Post a document that this company issued with another system; return {"id", "number"}.

    The file itself (the original, which the law wants kept) is attached to it as `name`. The caller has checked it:
    its totals agree. `Refused` where another company issued it, where its number is known here, or where one of our
    series could give that number.
    """
    invoice = received.invoice
    _require_ours(books, invoice)
    number = _require_number(books, invoice)
    name = name or f"{number}.{'pdf' if received.in_pdf else 'xml'}"
    kept = attachments.kept(
        books,
        lambda: store.store_bytes(
            attachments.attachment_folder(books), received.original, name, attachments.limit_of(books)
        ),
    )

    def do(work: Work) -> dict[str, Any]:
        if work.books.row("SELECT 1 FROM invoice WHERE number = ?", (number,)):
            raise Refused("{number} is in the books already", field="number", number=number)
        customer = _customer(work, invoice)
        document = _write(work, invoice, number, customer)
        content = content_of(work.books, document)
        amount, base = content["payable"], content["payable_base"]
        entries = opening_entries(amount, base)
        if content["kind"] == "credit_note":
            entries = opposite(entries)
        code = work.books.value("SELECT code FROM customer WHERE id = ?", (customer,))
        label = f"{number} {code} {content['buyer_name']} {content['purchase_order']}"
        announce(work, VERB, document, content, entries, label=label)
        attachments.attach_in(work, "invoice", document, name, kept)
        return {"id": document, "number": number}

    return transact(books, context, VERB, do)


def _require_ours(books: Books, invoice: EInvoice) -> None:
    ours, theirs = seller_of(company(books)), invoice.seller
    pairs = (
        (ours.siren, theirs.legal_id.value[:9]),
        (ours.vat_id.replace(" ", ""), theirs.vat_id.replace(" ", "")),
    )
    if any(mine and mine == other for mine, other in pairs):
        return
    if not any(other for _, other in pairs) and ours.full_name.casefold() == theirs.name.casefold():
        return
    raise Refused(
        "this document was issued by {seller}, not by this company; check it with: tui-billing invoice import --dry-run",
        field="seller",
        seller=theirs.name,
    )


def _require_number(books: Books, invoice: EInvoice) -> str:
    number = check_number(invoice.number)
    prefixes = {
        str(books.value("SELECT value FROM setting WHERE key = ?", (f"prefix.{kind}",)) or default)
        for kind, (_, default) in KINDS.items()
    }
    if any(re.fullmatch(re.escape(prefix) + r"[0-9]{4}-[0-9]+", number) for prefix in prefixes):
        raise Refused(
            "{number} is a number that this system gives itself; set another prefix for new documents first",
            field="number",
            number=number,
        )
    return number


def _customer(work: Work, invoice: EInvoice) -> int:
    """The customer that the buyer is: by VAT number, by SIREN, by name and town; else a new card."""
    books, buyer = work.books, invoice.buyer
    siren = buyer.legal_id.value[:9] if buyer.legal_id.scheme in ("0002", "0009") else ""
    city = buyer.address.city if buyer.address else ""
    for sql, values in (
        ("SELECT id FROM customer WHERE vat_id = ? ORDER BY id", (buyer.vat_id,)),
        ("SELECT id FROM customer WHERE siren = ? ORDER BY id", (siren,)),
        (
            "SELECT c.id FROM customer c LEFT JOIN address a ON a.customer_id = c.id AND a.kind = 'billing'"
            " WHERE (c.name = ? OR c.name || ' ' || c.legal_form = ?) AND coalesce(a.city, '') = ? ORDER BY c.id",
            (buyer.name, buyer.name, city),
        ),
    ):
        if values[0] and (found := books.value(sql, values)):
            return int(found)  # type: ignore[call-overload]
    return add_customer_in(work, _card(work, buyer, siren, invoice.currency))


def _card(work: Work, buyer: Trader, siren: str, currency: str) -> CustomerCard:
    address = buyer.address
    letters = re.sub(r"[^A-Z0-9]", "", buyer.name.upper())[:8] or "CUSTOMER"
    code, count = letters, 1
    while facts.customer_by_code(work.books, code):
        count += 1
        code = f"{letters}{count}"
    return CustomerCard(
        code=code,
        name=clean(buyer.name, 200, "customer"),
        country=address.country if address else "",
        address_line1=address.line1 if address else "",
        address_line2=address.line2 if address else "",
        postcode=address.postcode if address else "",
        city=address.city if address else "",
        region=address.region if address else "",
        siren=siren,
        vat_id=buyer.vat_id,
        email=buyer.contact.email if buyer.contact else "",
        phone=buyer.contact.phone if buyer.contact else "",
        electronic_address=buyer.endpoint.value,
        electronic_scheme=buyer.endpoint.scheme,
        currency=currency,
    )


def _write(work: Work, invoice: EInvoice, number: str, customer: int) -> int:
    """The document as a draft, then closed: children first, for they are frozen with it."""
    books = work.books
    assert invoice.issue_date is not None
    kind = kind_of(invoice)
    rate, source, day = _rate(books, invoice.currency, invoice.issue_date)
    document = add(
        Invoice,
        kind=kind,
        type_code=invoice.type_code,
        issue_date=invoice.issue_date,
        currency=invoice.currency,
        operator_id=work.operator_id,
        created_at=work.at,
        updated_at=work.at,
    )
    lines = add_all(InvoiceLine, lines_of(document, invoice))
    adjustments = add_all(InvoiceAdjustment, adjustments_of(document, invoice))
    groups = groups_of(document, invoice, _converter(books, invoice.currency, rate))
    add_all(VatBreakdown, groups)
    totals = {
        name: minor(getattr(invoice.totals, name), invoice.currency, f"totals.{name}")
        for name in ("lines", "allowances", "charges", "net", "tax", "gross", "prepaid", "rounding", "payable")
    }
    if totals["payable"] < 0:
        raise Refused("what is to be paid is below 0; take it over as a credit note", field="totals.payable")
    to_base = _converter(books, invoice.currency, rate)
    payable_base = to_base(totals["payable"])
    due = max(invoice.due_date or invoice.issue_date, invoice.issue_date)
    add(
        Instalment,
        invoice_id=document,
        position=1,
        due_date=due,
        amount=totals["payable"],
        open=totals["payable"],
        open_base=payable_base,
    )
    series, counter = _count(work)
    net_base, tax_base = sum(g["taxable_base"] for g in groups), sum(g["tax_base"] for g in groups)
    change(
        Invoice,
        document,
        state="issued",
        number=number,
        series_id=series,
        counter=counter,
        customer_id=customer,
        due_date=due,
        rate=rate,
        rate_source=source,
        rate_date=day,
        method="stated",
        lines_total=totals["lines"],
        allowances_total=totals["allowances"],
        charges_total=totals["charges"],
        net=totals["net"],
        tax=totals["tax"],
        gross=totals["gross"],
        prepaid=totals["prepaid"],
        rounding=totals["rounding"],
        payable=totals["payable"],
        net_base=net_base,
        tax_base=tax_base,
        gross_base=net_base + tax_base,
        payable_base=payable_base,
        open=totals["payable"],
        open_base=payable_base,
        next_due=due if totals["payable"] else None,
        settled_on=None if totals["payable"] else invoice.issue_date,
        issued_at=work.at,
        issued_by=work.operator_id,
        **_papers(books, invoice),
    )
    if kind == "invoice":
        header = {
            "customer_id": customer,
            "currency": invoice.currency,
            "net": totals["net"],
            **_papers(books, invoice),
        }
        remember(books, header, lines, adjustments)
    return document


def _papers(books: Books, invoice: EInvoice) -> dict[str, Any]:
    """What stands on the document besides its figures."""
    delivery = invoice.delivery
    account = next((one for one in invoice.payment_means if one.account), None)
    original = books.value("SELECT id FROM invoice WHERE number = ?", (_original(invoice),))
    period = invoice.period
    firm = company(books)
    return {
        "buyer_name": invoice.buyer.name,
        "delivery_date": delivery.date if delivery else None,
        "tax_point_date": invoice.tax_point_date,
        "period_start": period.start if period else None,
        "period_end": period.end if period else None,
        "purchase_order": invoice.purchase_order,
        "contract": invoice.contract,
        "delivery_note": invoice.despatch_advice,
        "sales_order": invoice.sales_order,
        "buyer_reference": invoice.buyer_reference,
        "project": invoice.project,
        "original_id": original,
        "operation_category": {"B": "goods", "S": "services", "M": "mixed"}.get(invoice.process[:1], ""),
        "vat_on_debits": invoice.tax_point_code == "3",
        "payment_means": invoice.payment_means[0].code if invoice.payment_means else "",
        "iban": account.account if account else "",
        "bic": account.bic if account else "",
        "payment_reference": invoice.remittance,
        "terms": firm.terms,
        "language": firm.language,
        "seller": party_of(invoice.seller).to_json(),
        "buyer": party_of(invoice.buyer).to_json(),
        "mentions": [{"code": note.subject, "text": note.text} for note in invoice.notes if note.subject],
        "note": "\n".join(note.text for note in invoice.notes if not note.subject)[:2000],
    }


def _original(invoice: EInvoice) -> str:
    return invoice.preceding[0].number if invoice.preceding and invoice.is_credit_note else ""


def _rate(books: Books, currency: str, on: dt.date) -> tuple[Decimal, str, dt.date | None]:
    if currency == company(books).currency:
        return Decimal(1), "", None
    exponent(currency)
    found = facts.exchange_rate(books, currency, on)
    if found is None:
        raise Problem(
            "there is no exchange rate for {currency} on {date}; add one with: tui-billing rate add",
            field="currency",
            currency=currency,
            date=on.isoformat(),
        )
    return found


def _converter(books: Books, currency: str, rate: Decimal) -> Any:
    base = company(books).currency
    return lambda minor: minor if currency == base else convert(minor, currency, base, rate)


def _count(work: Work) -> tuple[int, int]:
    """(series, counter) of the next import; the series has no year and its documents keep their dates."""
    books = work.books
    lock = " FOR UPDATE" if books.engine == "postgres" else ""
    sql = "SELECT id, next_counter FROM series WHERE code = ? AND year = 0" + lock
    row = books.row(sql, (IMPORTED,))
    if row is None:
        books.db.execute_sql(
            books.sql("INSERT INTO series (code, prefix, year) VALUES (?, '', 0) ON CONFLICT DO NOTHING"), (IMPORTED,)
        )
        row = books.row(sql, (IMPORTED,))
        assert row is not None
    change(Series, row[0], next_counter=row[1] + 1)
    return int(row[0]), int(row[1])
