"""The rules of EN 16931 for each VAT category: BR-S, BR-Z, BR-E, BR-AE, BR-IC, BR-G, BR-O, BR-AF, BR-AG, BR-B."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tui_billing.rules.en16931.arithmetic import counted, rule_family
from tui_billing.rules.en16931.model import AllowanceCharge, EInvoice, Line, VatRow, every_line
from tui_billing.rules.findings import Finding

#: Categories whose breakdown has exactly one row.
SINGLE = frozenset({"Z", "E", "AE", "K", "G", "O"})
#: Categories that owe a reason, and those that may not give one.
REASONED = frozenset({"E", "AE", "K", "G", "O"})
UNREASONED = frozenset({"S", "Z", "L", "M"})
KNOWN = SINGLE | UNREASONED


def N_(message: str) -> str:  # noqa: N802
    """A sentence said further on."""
    return message


def check_categories(invoice: EInvoice) -> Iterator[Finding]:
    """What each category asks of parties, rates, breakdown and reasons; amounts are the arithmetic's."""
    lines = [line for line in counted(every_line(invoice.lines)) if line.category]
    used = {line.category for line in lines} | {one.category for one in invoice.adjustments if one.category}
    rows: dict[str, list[VatRow]] = {}
    for row in invoice.vat:
        rows.setdefault(row.category, []).append(row)
    for category in sorted((used | set(rows)) & KNOWN):
        family = rule_family(category)
        if not invoice.is_without_lines:
            # EXTENDED has a row for each reason
            count = len(rows.get(category, []))
            count = min(count, 1) if invoice.is_factur_x_extended else count
            yield from _rows(category, family, category in used, count)
        yield from _parties(invoice, category, family, lines)
        yield from _rates(invoice, category, family, lines)
        yield from _reasons(category, family, rows.get(category, []))
    yield from _supply(invoice, rows)
    yield from _outside(rows, lines, invoice.adjustments)
    yield from _split(invoice, rows, used)


def _rows(category: str, family: str, is_used: bool, count: int) -> Iterator[Finding]:
    rule = f"BR-{family}-01"
    values = {"category": category}
    if is_used and not count:
        yield Finding(
            rule, "Lines have VAT category {category} but the VAT breakdown has no row for it", "vat", True, values
        )
    elif count and not is_used and category in UNREASONED - SINGLE:
        yield Finding(
            rule, "The VAT breakdown has a row for category {category} but no line has it", "vat", True, values
        )
    elif count > 1 and category in SINGLE:
        yield Finding(rule, "The VAT breakdown has more than one row for category {category}", "vat", True, values)


def _places(category: str, invoice: EInvoice, lines: list[Line]) -> list[int]:
    """Where a category is used, as the standard counts: 0 lines, 1 allowances, 2 charges."""
    found = []
    if any(line.category == category for line in lines):
        found.append(0)
    if any(one.category == category and not one.is_charge for one in invoice.adjustments):
        found.append(1)
    if any(one.category == category and one.is_charge for one in invoice.adjustments):
        found.append(2)
    return found


def _parties(invoice: EInvoice, category: str, family: str, lines: list[Line]) -> Iterator[Finding]:
    """BR-x-02 to BR-x-04: which VAT numbers a category needs, or forbids."""
    seller, buyer, representative = invoice.seller, invoice.buyer, invoice.representative
    agent = representative.vat_id if representative else ""
    values = {"category": category}
    for place in _places(category, invoice, lines):
        rule = f"BR-{family}-{2 + place:02}"
        if category == "O":
            if seller.vat_id or agent or buyer.vat_id:
                yield Finding(
                    rule,
                    "What is not subject to VAT (O) stands on an invoice with VAT numbers; leave them out, or use category E",
                    "vat_category",
                    True,
                )
            continue
        strict = category in ("K", "G")
        if not (seller.vat_id or agent or (seller.tax_id and not strict)):
            yield Finding(
                rule, "VAT category {category} needs the seller's VAT number (BT-31)", "seller.vat_id", True, values
            )
        if category == "K" and not buyer.vat_id:
            yield Finding(
                rule,
                "An intra-Community supply (K) needs the customer's VAT number (BT-48); add it to the card",
                "customer.vat_id",
                True,
            )
        if category == "AE" and not (buyer.vat_id or buyer.legal_id):
            yield Finding(
                rule,
                "Reverse charge (AE) needs the customer's VAT or registration number (BT-48, BT-47); add it to the card",
                "customer.vat_id",
                True,
            )


def _rates(invoice: EInvoice, category: str, family: str, lines: list[Line]) -> Iterator[Finding]:
    """BR-x-05 to BR-x-07: above 0 for S, not below 0 for L and M, none for O, 0 for the others."""
    found: list[tuple[int, str, Decimal | None]] = [
        (5, line.number, line.rate) for line in lines if line.category == category
    ]
    found += [(7 if one.is_charge else 6, "", one.rate) for one in invoice.adjustments if one.category == category]
    for number, line, rate in found:
        if category == "S":
            fits = rate is not None and rate > 0
        elif category in ("L", "M"):
            fits = rate is not None and rate >= 0
        elif category == "O":
            fits = rate is None
        else:
            fits = rate is not None and rate == 0
        if fits:
            continue
        place = f"lines.{line}.vat_rate" if line else "adjustments"
        told = "–" if rate is None else f"{rate:f}"
        rule = f"BR-{family}-{number:02}"
        values = {"category": category, "rate": told, "line": line}
        if line:
            yield Finding(
                rule, "Line {line}: VAT category {category} does not go with the rate {rate}", place, True, values
            )
        else:
            yield Finding(
                rule,
                "An allowance or charge: VAT category {category} does not go with the rate {rate}",
                place,
                True,
                values,
            )


def _reasons(category: str, family: str, rows: list[VatRow]) -> Iterator[Finding]:
    for row in rows:
        reason = row.exemption_text or row.exemption_code
        if category in REASONED and not reason:
            yield Finding(
                f"BR-{family}-10",
                "The VAT breakdown gives no reason why category {category} bears no VAT (BT-120, BT-121)",
                "exemption_code",
                True,
                {"category": category},
            )
        if category in UNREASONED and reason:
            yield Finding(
                f"BR-{family}-10",
                "The VAT breakdown gives a reason of exemption for category {category}, which has none",
                "exemption_code",
                True,
                {"category": category},
            )


def _supply(invoice: EInvoice, rows: dict[str, list[VatRow]]) -> Iterator[Finding]:
    if not rows.get("K"):
        return
    delivery, period = invoice.delivery, invoice.period
    if not ((delivery and delivery.date) or (period and (period.start or period.end))):
        yield Finding(
            "BR-IC-11",
            "An intra-Community supply (K) needs the date of delivery or the period (BT-72, BG-14)",
            "delivery_date",
            True,
        )
    if not (delivery and delivery.address and delivery.address.country):
        yield Finding(
            "BR-IC-12",
            "An intra-Community supply (K) needs the country that the goods go to (BT-80)",
            "delivery",
            True,
        )


def _outside(
    rows: dict[str, list[VatRow]], lines: list[Line], adjustments: tuple[AllowanceCharge, ...]
) -> Iterator[Finding]:
    if not rows.get("O"):
        return
    message = N_("What is not subject to VAT (O) stands beside other VAT categories; bill it on an invoice of its own")
    others = [
        ("BR-O-11", any(category != "O" for category in rows)),
        ("BR-O-12", any(line.category != "O" for line in lines)),
        ("BR-O-13", any(one.category not in ("", "O") and not one.is_charge for one in adjustments)),
        ("BR-O-14", any(one.category not in ("", "O") and one.is_charge for one in adjustments)),
    ]
    for rule, broken in others:
        if broken:
            yield Finding(rule, message, "vat_category", True)


def _split(invoice: EInvoice, rows: dict[str, list[VatRow]], used: set[str]) -> Iterator[Finding]:
    """Split payment (B) is Italy's alone, and never beside standard VAT."""
    if "B" not in rows and "B" not in used:
        return
    countries = {one.address.country for one in (invoice.seller, invoice.buyer) if one.address}
    if countries != {"IT"}:
        yield Finding("BR-B-01", "Split payment (B) is between Italian parties only", "vat_category", True)
    if "S" in rows or "S" in used:
        yield Finding("BR-B-02", "Split payment (B) does not stand beside standard VAT (S)", "vat_category", True)
