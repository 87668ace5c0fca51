"""The rules of EN 16931 on what an invoice must say: BR-01 to BR-65, BR-CO-03 to BR-CO-09 and BR-CO-18 to BR-CO-26."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tui_billing.rules.en16931 import codes
from tui_billing.rules.en16931.arithmetic import UNCOUNTED
from tui_billing.rules.en16931.model import AllowanceCharge, EInvoice, Line, Period, PostalAddress, Trader, every_line
from tui_billing.rules.findings import Finding

CREDIT_TRANSFERS = frozenset({"30", "58"})


def check_content(invoice: EInvoice) -> Iterator[Finding]:
    """What is missing or contradicts itself, in the order of the document."""
    yield from _head(invoice)
    yield from _parties(invoice)
    yield from _delivery_and_payment(invoice)
    yield from _references(invoice)
    for one in invoice.adjustments:
        yield from _adjustment(one)
    yield from _breakdown(invoice)
    yield from _sums(invoice)
    if not invoice.lines and not invoice.is_without_lines:
        yield Finding("BR-16", "The invoice has no line; it needs at least one", "lines", True)
    # by EXTENDED and ZUGFeRD 1 a line may also gather others, inform, or be words alone (BR-FXEXT-BR-22 to -26)
    is_free = invoice.is_factur_x_extended or invoice.is_zugferd_1
    for line in every_line(invoice.lines):
        yield from _line(line, is_free and line.is_text and bool(line.note))
        if not (is_free and (line.status.upper() in UNCOUNTED or line.is_text)):
            yield from _amounts_of(line)
    yield from _hierarchy(invoice)


def _head(invoice: EInvoice) -> Iterator[Finding]:
    if not invoice.customization:
        yield Finding("BR-01", "The invoice does not say by which rules it is made (BT-24)", "customization", True)
    if not invoice.number:
        yield Finding("BR-02", "The invoice has no number (BT-1)", "number", True)
    if invoice.issue_date is None:
        yield Finding("BR-03", "The invoice has no date of issue (BT-2)", "issue_date", True)
    if not invoice.type_code:
        yield Finding("BR-04", "The invoice does not say what kind of document it is (BT-3)", "kind", True)
    if not invoice.currency:
        yield Finding("BR-05", "The invoice has no currency (BT-5)", "currency", True)
    if invoice.accounting_currency not in ("", invoice.currency) and invoice.totals.tax_accounting is None:
        yield Finding(
            "BR-53",
            "The invoice names {currency} as the currency of its VAT but states no VAT in it (BT-111)",
            "totals.tax",
            True,
            {"currency": invoice.accounting_currency},
        )
    if invoice.tax_point_date and invoice.tax_point_code:
        yield Finding(
            "BR-CO-03",
            "The invoice states both a date and a code for when VAT falls due; one of them is enough",
            "tax_point",
            True,
        )
    if invoice.period is not None:
        yield from _period(invoice.period, "period", "BR-29", "BR-CO-19")


def _period(period: Period, field: str, order: str, empty: str) -> Iterator[Finding]:
    if period.start and period.end and period.end < period.start:
        yield Finding(
            order,
            "The period ends on {end}, before it begins on {start}",
            field,
            True,
            {"end": period.end, "start": period.start},
        )
    if not (period.start or period.end):
        yield Finding(empty, "The invoice has a period without first and last day", field, True)


def _parties(invoice: EInvoice) -> Iterator[Finding]:
    seller, buyer = invoice.seller, invoice.buyer
    if not seller.name:
        yield Finding("BR-06", "The seller has no name (BT-27)", "seller.name", True)
    if not buyer.name:
        yield Finding("BR-07", "The buyer has no name (BT-44)", "customer", True)
    if not invoice.is_without_lines or seller.address is not None:
        if seller.address is None:
            yield Finding("BR-08", "The seller has no address (BG-5)", "seller.address", True)
        elif not seller.address.country:
            yield Finding("BR-09", "The seller's address has no country (BT-40)", "seller.address", True)
    if not invoice.is_without_lines or buyer.address is not None:
        if buyer.address is None:
            yield Finding("BR-10", "The buyer has no address (BG-8)", "customer", True)
        elif not buyer.address.country:
            yield Finding("BR-11", "The buyer's address has no country (BT-55)", "customer", True)
    if not (seller.vat_id or seller.identifiers or seller.legal_id):
        yield Finding(
            "BR-CO-26",
            "The seller has neither a VAT number nor a registration number nor another identifier (BT-29, BT-30, BT-31)",
            "seller.siren",
            True,
        )
    if seller.endpoint and not seller.endpoint.scheme:
        yield Finding("BR-62", "The seller's electronic address has no scheme (BT-34-1)", "seller.endpoint", True)
    if buyer.endpoint and not buyer.endpoint.scheme:
        yield Finding("BR-63", "The buyer's electronic address has no scheme (BT-49-1)", "customer.endpoint", True)
    if invoice.payee is not None:
        yield from _payee(invoice.payee, seller)
    representative = invoice.representative
    if representative is not None:
        if not representative.name:
            yield Finding("BR-18", "The tax representative has no name (BT-62)", "representative", True)
        if representative.address is None:
            yield Finding("BR-19", "The tax representative has no address (BG-12)", "representative", True)
        elif not representative.address.country:
            yield Finding("BR-20", "The tax representative's address has no country (BT-69)", "representative", True)
        if not representative.vat_id:
            yield Finding("BR-56", "The tax representative has no VAT number (BT-63)", "representative", True)
    prefixes = codes.codes(codes.COUNTRIES) | {"EL"}
    for number, field in (
        (seller.vat_id, "seller.vat_id"),
        (buyer.vat_id, "customer.vat_id"),
        (representative.vat_id if representative else "", "representative"),
    ):
        if number and number[:2].upper() not in prefixes:
            yield Finding(
                "BR-CO-09",
                "The VAT number {number} does not begin with the letters of a country",
                field,
                True,
                {"number": number},
            )


def _payee(payee: Trader, seller: Trader) -> Iterator[Finding]:
    if not payee.name:
        yield Finding("BR-17", "The payee has no name (BT-59)", "payee", True)
    known = {one.value for one in seller.identifiers}
    if payee.name == seller.trading_name != "" or known & {one.value for one in payee.identifiers}:
        yield Finding("BR-17", "The payee is the seller; leave the payee out (BG-10)", "payee", True)


def _delivery_and_payment(invoice: EInvoice) -> Iterator[Finding]:
    delivery = invoice.delivery
    if delivery is not None and delivery.address is not None and not delivery.address.country:
        yield Finding("BR-57", "The delivery address has no country (BT-80)", "delivery", True)
    for means in invoice.payment_means:
        if not means.code:
            yield Finding("BR-49", "A way to pay is given without its code (BT-81)", "payment_means", True)
        if means.code in CREDIT_TRANSFERS and not means.account:
            yield Finding("BR-61", "The invoice is to be paid by transfer but names no account (BT-84)", "iban", True)
        if (means.account_name or means.bic) and not means.account:
            yield Finding("BR-50", "An account is named without its number (BT-84)", "iban", True)
        if len(means.card) > 10:
            yield Finding(
                "BR-51", "A card's number stands there whole; only its last digits may (BT-87)", "payment_means", False
            )
    if (invoice.totals.payable or 0) > 0 and invoice.due_date is None and not invoice.terms:
        yield Finding("BR-CO-25", "The invoice has neither a due date nor terms of payment (BT-9, BT-20)", "due_date")


def _references(invoice: EInvoice) -> Iterator[Finding]:
    for one in invoice.preceding:
        if not one.number:
            yield Finding(
                "BR-55", "An earlier invoice is referred to without its number (BT-25)", "preceding_number", True
            )
    for paper in invoice.attachments:
        if not paper.number:
            yield Finding("BR-52", "A supporting document has no reference (BT-122)", "attachments", True)


def _adjustment(one: AllowanceCharge) -> Iterator[Finding]:
    if one.is_charge:
        if one.amount is None:
            yield Finding("BR-36", "A charge on the whole invoice has no amount (BT-99)", "adjustments", True)
        if not one.category:
            yield Finding("BR-37", "A charge on the whole invoice has no VAT category (BT-102)", "adjustments", True)
        if not (one.reason or one.reason_code):
            for rule in ("BR-38", "BR-CO-22"):
                yield Finding(rule, "A charge on the whole invoice has no reason (BT-104, BT-105)", "adjustments", True)
        return
    if one.amount is None:
        yield Finding("BR-31", "An allowance on the whole invoice has no amount (BT-92)", "adjustments", True)
    if not one.category:
        yield Finding("BR-32", "An allowance on the whole invoice has no VAT category (BT-95)", "adjustments", True)
    if not (one.reason or one.reason_code):
        for rule in ("BR-33", "BR-CO-21"):
            yield Finding(rule, "An allowance on the whole invoice has no reason (BT-97, BT-98)", "adjustments", True)


def _breakdown(invoice: EInvoice) -> Iterator[Finding]:
    if not invoice.vat and (invoice.lines or not invoice.is_without_lines):
        yield Finding("BR-CO-18", "The invoice has no VAT breakdown (BG-23)", "vat", True)
    for row in invoice.vat:
        if row.taxable is None:
            yield Finding("BR-45", "A row of the VAT breakdown has no taxable amount (BT-116)", "vat", True)
        if row.tax is None:
            yield Finding("BR-46", "A row of the VAT breakdown has no VAT amount (BT-117)", "vat", True)
        if not row.category:
            yield Finding("BR-47", "A row of the VAT breakdown has no category (BT-118)", "vat", True)
        if row.rate is None and row.category != "O":
            yield Finding("BR-48", "A row of the VAT breakdown has no rate (BT-119)", "vat", True)


def _sums(invoice: EInvoice) -> Iterator[Finding]:
    totals = invoice.totals
    if totals.lines is None and (invoice.lines or not invoice.is_without_lines):
        yield Finding("BR-12", "The invoice does not state the sum of its lines (BT-106)", "totals.lines", True)
    if totals.net is None:
        yield Finding("BR-13", "The invoice does not state its total without VAT (BT-109)", "totals.net", True)
    if totals.gross is None:
        yield Finding("BR-14", "The invoice does not state its total with VAT (BT-112)", "totals.gross", True)
    if totals.payable is None:
        yield Finding("BR-15", "The invoice does not state what is to be paid (BT-115)", "totals.payable", True)


def _line(line: Line, is_words: bool) -> Iterator[Finding]:
    where = {"line": line.number or "?"}
    field = f"lines.{line.number or '?'}"
    if not line.number:
        yield Finding("BR-21", "A line has no number (BT-126)", field, True)
    if not (line.item.name or is_words):
        yield Finding("BR-25", "Line {line} does not name what is sold (BT-153)", f"{field}.description", True, where)
    if line.price.gross is not None and line.price.gross < 0:
        yield Finding("BR-28", "Line {line} has a gross price below zero (BT-148)", f"{field}.unit_price", True, where)
    if line.period is not None:
        yield from _period(line.period, f"{field}.period", "BR-30", "BR-CO-20")
    for one in line.adjustments:
        yield from _line_adjustment(one, field, where)
    if line.item.standard_id and not line.item.standard_id.scheme:
        yield Finding(
            "BR-64", "Line {line} has an article number without its scheme (BT-157-1)", f"{field}.item", True, where
        )
    for classification in line.item.classifications:
        if not classification.scheme:
            yield Finding(
                "BR-65", "Line {line} has a classification without its scheme (BT-158-1)", f"{field}.item", True, where
            )
    for attribute in line.item.attributes:
        if not (attribute.name and attribute.value):
            yield Finding(
                "BR-54",
                "Line {line} has a property without a name or a value (BT-160, BT-161)",
                f"{field}.item",
                True,
                where,
            )


def _amounts_of(line: Line) -> Iterator[Finding]:
    where = {"line": line.number or "?"}
    field = f"lines.{line.number or '?'}"
    if line.quantity is None:
        yield Finding("BR-22", "Line {line} has no quantity (BT-129)", f"{field}.quantity", True, where)
    if not line.unit:
        yield Finding("BR-23", "Line {line} has no unit for its quantity (BT-130)", f"{field}.unit", True, where)
    if line.net is None:
        yield Finding("BR-24", "Line {line} has no net amount (BT-131)", f"{field}.net", True, where)
    if line.price.net is None:
        yield Finding("BR-26", "Line {line} has no price (BT-146)", f"{field}.unit_price", True, where)
    elif line.price.net < 0:
        yield Finding(
            "BR-27",
            "Line {line} has a price below zero; make the quantity negative instead",
            f"{field}.unit_price",
            True,
            where,
        )
    if not line.category and not line.sub_lines:
        yield Finding("BR-CO-04", "Line {line} has no VAT category (BT-151)", f"{field}.vat_category", True, where)


def _hierarchy(invoice: EInvoice) -> Iterator[Finding]:
    """How the lines of EXTENDED hang together: a parent exists, and a group's amount is that of what it gathers."""
    if not invoice.is_factur_x_extended:
        return
    numbers = {line.number for line in invoice.lines}
    gathered: dict[str, Decimal] = {}
    for line in invoice.lines:
        if line.parent and line.status.upper() in ("DETAIL", "GROUP"):
            gathered[line.parent] = gathered.get(line.parent, Decimal(0)) + (line.net or Decimal(0))
    for line in invoice.lines:
        field, where = f"lines.{line.number or '?'}", {"line": line.number or "?", "parent": line.parent}
        if line.parent and line.parent not in numbers:
            yield Finding(
                "BR-FXEXT-11", "Line {line} belongs to line {parent}, which is not there (BT-X-304)", field, True, where
            )
        if line.parent and not line.status:
            yield Finding(
                "BR-FXEXT-06", "Line {line} belongs to another but does not say how (BT-X-8)", field, False, where
            )
        if line.status.upper() == "GROUP" and line.net is not None:
            sum_ = gathered.get(line.number, Decimal(0))
            if line.net != sum_:
                yield Finding(
                    "BR-FXEXT-08",
                    "Group {line} states {stated}; the lines that it gathers add up to {computed}",
                    f"{field}.net",
                    True,
                    {"line": line.number, "stated": f"{line.net:f}", "computed": f"{sum_:f}"},
                )


def _line_adjustment(one: AllowanceCharge, field: str, where: dict[str, str]) -> Iterator[Finding]:
    field = f"{field}.adjustments"
    if one.is_charge:
        if one.amount is None:
            yield Finding("BR-43", "A charge on line {line} has no amount (BT-141)", field, True, where)
        if not (one.reason or one.reason_code):
            for rule in ("BR-44", "BR-CO-24"):
                yield Finding(rule, "A charge on line {line} has no reason (BT-144, BT-145)", field, True, where)
        return
    if one.amount is None:
        yield Finding("BR-41", "An allowance on line {line} has no amount (BT-136)", field, True, where)
    if not (one.reason or one.reason_code):
        for rule in ("BR-42", "BR-CO-23"):
            yield Finding(rule, "An allowance on line {line} has no reason (BT-139, BT-140)", field, True, where)


def addresses(invoice: EInvoice) -> list[tuple[str, PostalAddress]]:
    """Every address with the field it is mended in."""
    found = [
        ("seller.address", invoice.seller.address),
        ("customer", invoice.buyer.address),
        ("representative", invoice.representative.address if invoice.representative else None),
        ("delivery", invoice.delivery.address if invoice.delivery else None),
    ]
    return [(field, address) for field, address in found if address is not None]
