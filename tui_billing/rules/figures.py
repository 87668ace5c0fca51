"""Findings on lines, VAT and amounts: the part of the checklist that reads figures."""

from __future__ import annotations

from collections.abc import Iterator

from tui_billing.rules import law
from tui_billing.rules.findings import Finding, InvoiceFacts
from tui_billing.rules.totals import EXEMPT, TAXED, Vat


def check_lines(facts: InvoiceFacts) -> Iterator[Finding]:
    """Mentions that every line must bear, and its rate."""
    if not facts.lines:
        yield Finding("lines_missing", "There is no line; type an item", "lines", True, source="BR-16")
    for position, line in enumerate(facts.lines, start=1):
        if not line.description.strip():
            yield Finding(
                "line_description_missing",
                "Line {line} has no description; type what was sold",
                f"lines.{position}.description",
                True,
                {"line": position},
                "BR-25, CGI ann. II 242 nonies A I 8°",
            )
        if not line.quantity:
            yield Finding(
                "line_quantity_missing",
                "Line {line} has no quantity; type how many",
                f"lines.{position}.quantity",
                True,
                {"line": position},
                "BR-22, CGI ann. II 242 nonies A I 8°",
            )
        if line.unit_price is None:
            yield Finding(
                "line_price_missing",
                "Line {line} has no price; type one, or 0 where it is free",
                f"lines.{position}.unit_price",
                True,
                {"line": position},
                "BR-26, CGI ann. II 242 nonies A I 8°",
            )
        yield from _check_rate(facts, position, line.vat)


def _check_rate(facts: InvoiceFacts, position: int, vat: Vat) -> Iterator[Finding]:
    place = f"lines.{position}.vat_rate"
    values = {"line": position, "category": vat.category, "rate": vat.rate}
    if vat.category == "S" and vat.rate <= 0:
        yield Finding(
            "vat_rate_missing",
            "Line {line} is taxed at the standard category but has no rate; type a rate, or another category",
            place,
            True,
            values,
            "BR-S-05",
        )
    elif vat.category not in TAXED and vat.rate:
        yield Finding(
            "vat_rate_on_exempt",
            "Line {line} bears {rate} % in category {category}, which has no rate; type 0 or category S",
            place,
            True,
            values,
            "BR-Z-05, BR-E-05, BR-AE-05, BR-IC-05, BR-G-05",
        )
    elif vat.category == "S":
        lawful = law.lawful_rates(facts.seller.address.country, facts.delivery_date or facts.issue_date)
        if lawful and vat.rate not in lawful:
            yield Finding(
                "vat_rate_unknown",
                "{rate} % on line {line} is no French VAT rate; check it",
                place,
                False,
                values,
                "CGI 278 to 281 nonies, BR-FR-16",
            )


def check_vat(facts: InvoiceFacts) -> Iterator[Finding]:
    """What exempt categories ask for: a reason, the customer's VAT number, a delivery date."""
    vats = facts.vats
    for category in dict.fromkeys(vat.category for vat in vats if vat.category in EXEMPT):
        if any(not (v.exemption_code or v.exemption_text) for v in vats if v.category == category):
            yield Finding(
                "exemption_reason_missing",
                "VAT category {category} needs the reason of the exemption; choose a code or type the text",
                "exemption_code",
                True,
                {"category": category},
                "BR-E-10, BR-AE-10, BR-IC-10, BR-G-10, BR-O-10; CGI ann. II 242 nonies A I 12°",
            )
        if category in {"K", "AE"} and facts.buyer is not None and not facts.buyer.vat_id:
            yield Finding(
                "customer_vat_id_missing",
                "VAT category {category} needs the customer's VAT number; add it to the customer's card",
                "customer",
                True,
                {"category": category},
                "BR-IC-02, BR-AE-02; CGI ann. II 242 nonies A I 3°, 4°",
            )
        if category == "K" and not (facts.delivery_date or facts.period_start or facts.period_end):
            yield Finding(
                "delivery_date_missing",
                "A supply inside the European Union needs its delivery date or period; type it",
                "delivery_date",
                source="BR-IC-11",
            )


def check_amounts(facts: InvoiceFacts) -> Iterator[Finding]:
    """Totals that a clerk should look at twice, and credits beyond their invoice."""
    totals = facts.totals
    if totals is None:
        return
    from tui_billing.rules.money import plain

    if facts.is_credit_note and facts.creditable is not None and totals.gross > facts.creditable:
        yield Finding(
            "credit_too_large",
            "{amount} {currency} is more than is left to credit of {number} ({left} {currency}); take lines out",
            "lines",
            True,
            {
                "amount": plain(totals.gross, facts.currency),
                "left": plain(facts.creditable, facts.currency),
                "currency": facts.currency,
                "number": facts.preceding_number,
            },
            "CGI 272, CGI ann. II 242 nonies A",
        )
    if facts.lines and totals.payable < 0 and not facts.is_credit_note:
        yield Finding(
            "total_below_zero",
            "The total is {amount} {currency}, less than 0; credit an earlier invoice instead",
            "lines",
            blocking=True,
            values={"amount": plain(totals.payable, facts.currency), "currency": facts.currency},
            source="UNTDID 1001: 381",
        )
    elif facts.lines and totals.gross <= 0:
        yield Finding(
            "total_not_positive",
            "The total is {amount} {currency}; check quantities and prices",
            "lines",
            values={"amount": plain(totals.gross, facts.currency), "currency": facts.currency},
        )
    if not facts.is_credit_note and facts.credit_limit is not None:
        added = facts.added_balance
        if added is None:
            added = totals.payable if facts.currency == facts.base_currency else 0
        over = facts.balance_owed + added - facts.credit_limit
        if over > 0:
            yield Finding(
                "credit_limit_exceeded",
                "The customer will owe {amount} {currency} more than the credit limit; ask before delivery",
                "customer",
                values={"amount": plain(over, facts.base_currency), "currency": facts.base_currency},
            )
    if facts.currency != facts.base_currency and not facts.rate_source:
        yield Finding(
            "rate_source_missing",
            "The exchange rate from {currency} has no source; type where it is from",
            "rate",
            values={"currency": facts.currency},
            source="BR-53, BR-FR-CO-12; CGI ann. II 242 nonies A",
        )
