"""Taking over what the former system issued: its invoices and credit notes, under their own numbers.

They are kept out of our numbering: a series of its own (`imported`) counts the imports, and a number that one
of our series could give is refused. Nothing is computed anew: amounts stand as they were stated and agreed. The
journal gets what is to be paid against the opening balance (890), since turnover and VAT were booked there.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tui_billing.exchange.einvoice.read import Received
from tui_billing.models.door import Books
from tui_billing.models.queries import facts
from tui_billing.models.tables import Instalment, Invoice, InvoiceAdjustment, InvoiceLine, Series, VatBreakdown
from tui_billing.models.write import add, add_all, change
from tui_billing.rules.en16931.arithmetic import ZERO, signed
from tui_billing.rules.en16931.model import EInvoice, Line, Trader
from tui_billing.rules.journal import opening_entries, opposite
from tui_billing.rules.money import convert, exponent
from tui_billing.rules.numbering import check_number
from tui_billing.rules.party import Address, Party
from tui_billing.rules.problem import Problem, Refused
from tui_billing.rules.text import clean
from tui_billing.services.context import Context, Work, company, transact
from tui_billing.services.einvoices import kind_of
from tui_billing.services.issue import KINDS, announce
from tui_billing.services.master import CustomerCard, add_customer_in
from tui_billing.services.memory import remember
from tui_billing.services.record import content_of
from tui_billing.services.resolve import seller_of
from tui_billing.services.verify import IMPORTED

VERB = "import_invoice"


def take_over(books: Books, context: Context, received: Received) -> dict[str, Any]:
    """Post a document that this company issued with another system; return {"id", "number"}.

    The caller has checked it: its totals agree. `Refused` where another company issued it, where its number is
    known here, or where one of our series could give that number.
    """
    invoice = received.invoice
    _require_ours(books, invoice)
    number = _require_number(books, invoice)

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


def _minor(amount: Decimal | None, currency: str, field: str) -> int:
    exact = (amount or ZERO).scaleb(exponent(currency))
    if exact != exact.to_integral_value():
        raise Problem(
            "{amount} has more decimals than {currency} has", field=field, amount=f"{amount:f}", currency=currency
        )
    return int(exact)


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
    lines = add_all(InvoiceLine, [_line(document, line, place, invoice) for place, line in enumerate(invoice.lines, 1)])
    adjustments = add_all(InvoiceAdjustment, _adjustments(document, invoice))
    groups = _groups(document, invoice, _converter(books, invoice.currency, rate))
    add_all(VatBreakdown, groups)
    totals = {
        name: _minor(getattr(invoice.totals, name), invoice.currency, f"totals.{name}")
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
        "seller": _party(invoice.seller).to_json(),
        "buyer": _party(invoice.buyer).to_json(),
        "mentions": [{"code": note.subject, "text": note.text} for note in invoice.notes if note.subject],
        "note": "\n".join(note.text for note in invoice.notes if not note.subject)[:2000],
    }


def _original(invoice: EInvoice) -> str:
    return invoice.preceding[0].number if invoice.preceding and invoice.is_credit_note else ""


def _party(trader: Trader) -> Party:
    address, contact = trader.address, trader.contact
    is_siren = trader.legal_id.scheme == "0002"
    return Party(
        name=trader.name,
        trading_name=trader.trading_name,
        address=Address(
            address.line1, address.line2, address.line3, address.postcode, address.city, address.region, address.country
        )
        if address
        else Address(),
        siren=trader.legal_id.value if is_siren else "",
        vat_id=trader.vat_id,
        legal_info=trader.legal_info,
        electronic_address=trader.endpoint.value,
        electronic_scheme=trader.endpoint.scheme,
        contact=contact.name if contact else "",
        phone=contact.phone if contact else "",
        email=contact.email if contact else "",
        identifiers=tuple((one.scheme, one.value) for one in trader.identifiers),
    )


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


def _line(document: int, line: Line, place: int, invoice: EInvoice) -> dict[str, Any]:
    price = (line.price.net or ZERO) / (line.price.base_quantity or Decimal(1))
    row = next((one for one in invoice.vat if one.category == line.category), None)
    text = line.item.name + (f"\n{line.item.description}" if line.item.description else "")
    return {
        "invoice_id": document,
        "position": place,
        "item_id": None,
        "item_code": line.item.seller_id,
        "description": text,
        "quantity": _rounded(line.quantity or ZERO, 4),
        "unit": line.unit,
        "unit_price": _rounded(price, 6),
        "nature": "goods" if invoice.process.startswith("B") else "services",
        "discount_percent": ZERO,
        "discount": -_minor(sum((signed(one) for one in line.adjustments), ZERO), invoice.currency, f"lines.{place}"),
        "net": _minor(line.net, invoice.currency, f"lines.{place}.net"),
        "vat_category": line.category,
        "vat_rate": _rounded(line.rate or ZERO, 4),
        "exemption_code": line.exemption_code or (row.exemption_code if row else ""),
        "period_start": line.period.start if line.period else None,
        "period_end": line.period.end if line.period else None,
        "order_line": line.order_line,
        "note": line.note,
    }


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _adjustments(document: int, invoice: EInvoice) -> list[dict[str, Any]]:
    return [
        {
            "invoice_id": document,
            "is_charge": one.is_charge,
            "amount": _minor(one.amount, invoice.currency, "adjustments"),
            "base": None if one.base is None else _minor(one.base, invoice.currency, "adjustments"),
            "percent": None if one.percent is None else _rounded(one.percent, 4),
            "reason": one.reason,
            "reason_code": one.reason_code,
            "vat_category": one.category,
            "vat_rate": _rounded(one.rate or ZERO, 4),
            "exemption_code": "",
        }
        for one in invoice.adjustments
    ]


def _groups(document: int, invoice: EInvoice, to_base: Any) -> list[dict[str, Any]]:
    rows = []
    for row in invoice.vat:
        taxable, tax = _minor(row.taxable, invoice.currency, "vat"), _minor(row.tax, invoice.currency, "vat")
        rows.append(
            {
                "invoice_id": document,
                "category": row.category,
                "rate": _rounded(row.rate or ZERO, 4),
                "exemption_code": row.exemption_code,
                "exemption_text": row.exemption_text,
                "taxable": taxable,
                "tax": tax,
                "taxable_base": to_base(taxable),
                "tax_base": to_base(tax),
            }
        )
    return rows


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
