"""The rules of EN 16931 on how values are written: decimals (BR-DEC) and code lists (BR-CL)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tui_billing.rules.en16931 import codes
from tui_billing.rules.en16931.content import addresses
from tui_billing.rules.en16931.model import AllowanceCharge, EInvoice, every_line
from tui_billing.rules.findings import Finding

_TOTALS = (
    ("BR-DEC-09", "lines"),
    ("BR-DEC-10", "allowances"),
    ("BR-DEC-11", "charges"),
    ("BR-DEC-12", "net"),
    ("BR-DEC-13", "tax"),
    ("BR-DEC-14", "gross"),
    ("BR-DEC-15", "tax_accounting"),
    ("BR-DEC-16", "prepaid"),
    ("BR-DEC-17", "rounding"),
    ("BR-DEC-18", "payable"),
)


def _decimals(amount: Decimal | None) -> int:
    places = amount.as_tuple().exponent if amount is not None else 0
    return -places if isinstance(places, int) else 0


def check_decimals(invoice: EInvoice) -> Iterator[Finding]:
    """Amounts have at most two decimals, also where the currency has three (BR-DEC-01 to BR-DEC-28)."""
    amounts: list[tuple[str, str, Decimal | None]] = []
    for one in invoice.adjustments:
        rules = ("BR-DEC-05", "BR-DEC-06") if one.is_charge else ("BR-DEC-01", "BR-DEC-02")
        amounts += _of(one, rules, "adjustments")
    amounts += [(rule, f"totals.{name}", getattr(invoice.totals, name)) for rule, name in _TOTALS]
    for row in invoice.vat:
        amounts += [("BR-DEC-19", "vat", row.taxable), ("BR-DEC-20", "vat", row.tax)]
    for line in every_line(invoice.lines):
        amounts.append(("BR-DEC-23", f"lines.{line.number}.net", line.net))
        for one in line.adjustments:
            rules = ("BR-DEC-27", "BR-DEC-28") if one.is_charge else ("BR-DEC-24", "BR-DEC-25")
            amounts += _of(one, rules, f"lines.{line.number}.adjustments")
    for rule, field, amount in amounts:
        if _decimals(amount) > 2:
            yield Finding(
                rule, "The amount {amount} has more than two decimals", field, True, {"amount": f"{amount:f}"}
            )


def _of(one: AllowanceCharge, rules: tuple[str, str], field: str) -> list[tuple[str, str, Decimal | None]]:
    return [(rules[0], field, one.amount), (rules[1], field, one.base)]


#: Codes that the German rules for clean vehicles and the German extension (BR-DEX-01, BR-DEX-04 to BR-DEX-08) add.
VEHICLES = {codes.CLASSIFICATIONS: ("CVD",)}
GERMAN = {codes.IDENTIFIER_SCHEMES: ("XR01", "XR02", "XR03"), codes.MIMES: ("application/xml",)}


def check_codes(invoice: EInvoice) -> Iterator[Finding]:
    """Every code is of its list (BR-CL-01 to BR-CL-26)."""
    more = GERMAN if invoice.is_german_extension else VEHICLES if "kosit:cvd:" in invoice.customization else {}
    for rule, list_, code, field in _codes(invoice):
        if code and code not in codes.codes(list_) and code not in more.get(list_, ()):
            yield Finding(
                rule, "{code} is not in the list of codes that the standard has for it", field, True, {"code": code}
            )


def _codes(invoice: EInvoice) -> Iterator[tuple[str, str, str, str]]:
    c = codes
    yield "BR-CL-01", c.TYPES, invoice.type_code, "kind"
    yield "BR-CL-03", c.CURRENCIES, invoice.currency, "currency"
    yield "BR-CL-04", c.CURRENCIES, invoice.currency, "currency"
    yield "BR-CL-05", c.CURRENCIES, invoice.accounting_currency, "currency"
    yield "BR-CL-06", c.TAX_POINTS, invoice.tax_point_code, "tax_point"
    for note in invoice.notes:
        yield "BR-CL-08", c.SUBJECTS, note.subject, "note"
    for trader in (invoice.seller, invoice.buyer, invoice.payee):
        if trader is not None:
            for identifier in trader.identifiers:
                yield "BR-CL-10", c.IDENTIFIER_SCHEMES, identifier.scheme, "identifiers"
            yield "BR-CL-11", c.IDENTIFIER_SCHEMES, trader.legal_id.scheme, "identifiers"
            yield "BR-CL-25", c.ENDPOINTS, trader.endpoint.scheme, "endpoint"
    for field, address in addresses(invoice):
        yield "BR-CL-14", c.COUNTRIES, address.country, field
    for means in invoice.payment_means:
        yield "BR-CL-16", c.MEANS, means.code, "payment_means"
    for row in invoice.vat:
        yield "BR-CL-17", c.CATEGORIES, row.category, "vat_category"
        yield "BR-CL-22", c.EXEMPTIONS, row.exemption_code.upper(), "exemption_code"
    if invoice.delivery is not None:
        yield "BR-CL-26", c.IDENTIFIER_SCHEMES, invoice.delivery.location.scheme, "delivery"
    for paper in invoice.attachments:
        yield "BR-CL-24", c.MIMES, paper.mime, "attachments"
        if paper.type_code == "130":
            yield "BR-CL-07", c.OBJECT_SCHEMES, paper.scheme, "attachments"
    for one in invoice.adjustments:
        yield "BR-CL-17", c.CATEGORIES, one.category, "adjustments"
        yield _reason(one, "adjustments")
    for line in every_line(invoice.lines):
        field = f"lines.{line.number}"
        yield "BR-CL-18", c.CATEGORIES, line.category, f"{field}.vat_category"
        yield "BR-CL-23", c.UNITS, line.unit, f"{field}.unit"
        yield "BR-CL-23", c.UNITS, line.price.base_unit, f"{field}.unit"
        yield "BR-CL-15", c.COUNTRIES, line.item.origin, f"{field}.item"
        yield "BR-CL-21", c.IDENTIFIER_SCHEMES, line.item.standard_id.scheme, f"{field}.item"
        yield "BR-CL-07", c.OBJECT_SCHEMES, line.object_id.scheme, field
        for identifier in line.item.classifications:
            yield "BR-CL-13", c.CLASSIFICATIONS, identifier.scheme, f"{field}.item"
        for one in line.adjustments:
            yield _reason(one, f"{field}.adjustments")


def _reason(one: AllowanceCharge, field: str) -> tuple[str, str, str, str]:
    if one.is_charge:
        return "BR-CL-20", codes.CHARGES, one.reason_code, field
    return "BR-CL-19", codes.ALLOWANCES, one.reason_code, field
