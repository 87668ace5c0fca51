from __future__ import annotations

import string
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tui_billing.rules.checks import Finding, InvoiceFacts, LineFacts, check_invoice
from tui_billing.rules.party import Address, Party
from tui_billing.rules.totals import LineInput, Vat, compute

D = Decimal
DAY = date(2026, 11, 24)
S20 = Vat("S", D(20))
LYON = Address("12 rue Neuve", postcode="69002", city="Lyon", country="FR")
SELLER = Party(
    "Atelier Duval",
    "SARL",
    address=LYON,
    siren="732829320",
    vat_id="FR44732829320",
    legal_info="capital 10 000 EUR, RCS Lyon",
)
BUYER = Party("ACME Industries", "SAS", address=LYON, siren="303265045", vat_id="FR40303265045")
GERMAN = Party("Blick", "GmbH", address=replace(LYON, country="DE"), vat_id="DE136695976")


def lines_of(*vats: Vat) -> tuple[LineFacts, ...]:
    return tuple(LineFacts("Consulting", D(2), "HUR", D(650), 130000, vat) for vat in vats)


def totals_of(lines: tuple[LineFacts, ...], currency: str = "EUR") -> Any:
    inputs = [LineInput(row.quantity or D(0), row.unit_price or D(0), row.vat) for row in lines]
    return compute(inputs, currency=currency)


LINES = lines_of(S20)
GOOD = InvoiceFacts(
    seller=SELLER,
    buyer=BUYER,
    kind="invoice",
    currency="EUR",
    base_currency="EUR",
    issue_date=DAY,
    today=DAY,
    lines=LINES,
    totals=totals_of(LINES),
    number="F2026-00042",
    due_date=DAY + timedelta(days=30),
    delivery_date=DAY,
    last_issue_date=DAY,
    terms_text="30 days",
    late_penalty_text="12.15 %",
    recovery_fee_text="40 EUR",
    early_payment_text="No discount for early payment",
    operation_category="services",
    payment_means="30",
    iban="FR76 3000 6000 0112 3456 7890 189",
)
CREDIT = replace(GOOD, kind="credit_note", preceding_number="F2026-00001", creditable=156000, due_date=None)
EXEMPT = lines_of(Vat("E", D(0), "VATEX-FR-FRANCHISE"))
LONG_AGO = DAY - timedelta(days=61)


def vat_lines(category: str, rate: str = "0", code: str = "", text: str = "") -> dict[str, Any]:
    lines = lines_of(Vat(category, D(rate), code, text))
    return {"lines": lines, "totals": totals_of(lines)}


def codes(facts: InvoiceFacts) -> dict[str, bool]:
    found = check_invoice(facts)
    assert [f.blocking for f in found] == sorted((f.blocking for f in found), reverse=True)
    for finding in found:
        assert_sound(finding)
    return {finding.code: finding.blocking for finding in found}


def assert_sound(finding: Finding) -> None:
    places = {name for _text, name, _spec, _conv in string.Formatter().parse(finding.message) if name}
    assert places <= set(finding.values), finding
    assert not {"message", "field"} & set(finding.values), "a finding must be able to become a Problem"
    assert "{" not in str(finding) and not str(finding).endswith(".")
    assert finding.field and finding.code.replace("_", "").isalpha()
    if finding.blocking:
        assert finding.source, f"{finding.code} stops the clerk: it must say by what right"


def test_nothing_to_say() -> None:
    assert check_invoice(GOOD) == []
    assert check_invoice(CREDIT) == []


BLOCKING: list[tuple[str, dict[str, Any]]] = [
    ("customer_missing", {"buyer": None}),
    ("customer_name_missing", {"buyer": replace(BUYER, name=" ")}),
    ("customer_country_missing", {"buyer": replace(BUYER, address=Address())}),
    ("lines_missing", {"lines": (), "totals": None}),
    ("seller_name_missing", {"seller": replace(SELLER, name="")}),
    ("seller_address_missing", {"seller": replace(SELLER, address=Address(country="FR"))}),
    ("seller_identifier_missing", {"seller": replace(SELLER, siren="", vat_id="")}),
    ("line_description_missing", {"lines": (LINES[0]._replace(description=" "),)}),
    ("line_quantity_missing", {"lines": (LINES[0]._replace(quantity=None),)}),
    ("line_quantity_missing", {"lines": (LINES[0]._replace(quantity=D(0)),)}),
    ("line_price_missing", {"lines": (LINES[0]._replace(unit_price=None),)}),
    ("series_date_order", {"last_issue_date": DAY + timedelta(days=1)}),
    ("due_before_issue", {"due_date": DAY - timedelta(days=1)}),
    ("period_reversed", {"period_start": DAY, "period_end": DAY - timedelta(days=1)}),
    ("vat_rate_missing", vat_lines("S")),
    ("vat_rate_on_exempt", vat_lines("AE", "20", "VATEX-EU-AE")),
    ("vat_rate_on_exempt", vat_lines("Z", "20")),
    *[("exemption_reason_missing", vat_lines(category)) for category in ("E", "AE", "K", "G", "O")],
    ("customer_vat_id_missing", {**vat_lines("AE", code="VATEX-EU-AE"), "buyer": replace(BUYER, vat_id="")}),
    ("customer_vat_id_missing", {**vat_lines("K", code="VATEX-EU-IC"), "buyer": replace(GERMAN, vat_id="")}),
    ("purchase_order_missing", {"purchase_order_required": True, "purchase_order": " "}),
    ("number_shape", {"number": "F 2026"}),
]


@pytest.mark.parametrize(("code", "changes"), BLOCKING)
def test_what_stops_an_issue(code: str, changes: dict[str, Any]) -> None:
    assert codes(replace(GOOD, **changes)).get(code) is True


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("credited_invoice_missing", {"preceding_number": ""}),
        ("credit_too_large", {"creditable": 155999}),
    ],
)
def test_what_stops_a_credit_note(code: str, changes: dict[str, Any]) -> None:
    assert codes(replace(CREDIT, **changes)) == {code: True}


WARNINGS: list[tuple[str, dict[str, Any]]] = [
    ("customer_siren_missing", {"buyer": replace(BUYER, siren="")}),
    ("customer_siren_wrong", {"buyer": replace(BUYER, siren="303265046")}),
    ("customer_vat_id_wrong", {"buyer": replace(BUYER, vat_id="FR41303265045")}),
    ("seller_vat_id_missing", {"seller": replace(SELLER, vat_id="")}),
    ("issue_date_future", {"issue_date": DAY + timedelta(days=1)}),
    (
        "issue_date_old",
        {
            "issue_date": LONG_AGO,
            "last_issue_date": None,
            "delivery_date": None,
            "due_date": LONG_AGO + timedelta(days=60),
        },
    ),
    ("term_too_long", {"due_date": DAY + timedelta(days=61)}),
    ("total_not_positive", {"totals": totals_of((LINES[0]._replace(unit_price=D(0)),))}),
    ("credit_limit_exceeded", {"credit_limit": 200000, "balance_owed": 44001}),
    ("credit_limit_exceeded", {"credit_limit": 0, "added_balance": 1}),
    ("delivery_after_issue", {"delivery_date": DAY + timedelta(days=1)}),
    ("rate_source_missing", {"currency": "USD"}),
    ("iban_wrong", {"iban": "FR76 3000 6000 0112 3456 7890 188"}),
    ("iban_missing", {"iban": ""}),
    ("operation_category_missing", {"operation_category": ""}),
    ("late_penalty_missing", {"late_penalty_text": ""}),
    ("recovery_fee_missing", {"recovery_fee_text": ""}),
    ("early_payment_missing", {"early_payment_text": ""}),
    ("vat_rate_unknown", vat_lines("S", "19")),
    ("vat_rate_unknown", vat_lines("S", "19.6")),
    (
        "delivery_date_missing",
        {**vat_lines("K", code="VATEX-EU-IC"), "buyer": GERMAN, "delivery_date": None},
    ),
]


def test_a_total_below_zero_is_a_credit_note_s() -> None:
    """An invoice of nothing is worth a look; one below zero stops: what is owed to the customer is credited."""
    below = totals_of((LINES[0]._replace(quantity=D(-1)),))
    assert codes(replace(GOOD, totals=below)) == {"total_below_zero": True}


@pytest.mark.parametrize(("code", "changes"), WARNINGS)
def test_what_is_worth_a_look(code: str, changes: dict[str, Any]) -> None:
    """Warnings stand alone here: one mistake gives one sentence, and never stops the issue."""
    assert codes(replace(GOOD, **changes)) == {code: False}


@pytest.mark.parametrize(
    "changes",
    [
        {"last_issue_date": None},
        {"due_date": None},
        {"due_date": DAY},
        {"due_date": DAY + timedelta(days=60)},
        {"due_date": date(2027, 1, 31)},
        {"due_date": date(2027, 1, 14)},
        {
            "issue_date": DAY - timedelta(days=60),
            "last_issue_date": None,
            "delivery_date": None,
            "due_date": DAY,
        },
        {"credit_limit": 200000, "balance_owed": 44000},
        {"iban": "", "payment_means": "48"},
        {"currency": "USD", "rate_source": "ECB"},
        {"purchase_order_required": True, "purchase_order": "45001234"},
        {"number": ""},
        {"buyer": Party("Jeanne Petit", address=LYON)},
        {"buyer": GERMAN},
        vat_lines("S", "5.50"),
        vat_lines("E", text="TVA non applicable"),
        vat_lines("AE", code="VATEX-EU-AE"),
        vat_lines("Z"),
        {**vat_lines("K", code="VATEX-EU-IC"), "buyer": GERMAN},
        {**vat_lines("E", code="VATEX-FR-FRANCHISE"), "seller": replace(SELLER, vat_id="")},
    ],
)
def test_what_is_right_is_not_remarked(changes: dict[str, Any]) -> None:
    assert codes(replace(GOOD, **changes)) == {}


def test_45_days_end_of_month_is_lawful_counted_either_way() -> None:
    issue = date(2026, 5, 1)
    for due, lawful in ((date(2026, 6, 30), True), (date(2026, 7, 15), True), (date(2026, 7, 14), False)):
        facts = replace(GOOD, issue_date=issue, due_date=due, today=issue, last_issue_date=None, delivery_date=None)
        assert ("term_too_long" not in codes(facts)) is lawful


def test_a_foreign_seller_owes_no_french_mentions() -> None:
    seller = replace(GERMAN, siren="")
    facts = replace(GOOD, seller=seller, late_penalty_text="", operation_category="", **vat_lines("S", "19"))
    assert codes(facts) == {}


def test_findings_lead_to_the_line() -> None:
    lines = (LINES[0], LINES[0]._replace(description="", quantity=None))
    found = check_invoice(replace(GOOD, lines=lines))
    assert [finding.field for finding in found] == ["lines.2.description", "lines.2.quantity"]
    assert str(found[0]) == "Line 2 has no description; type what was sold"


def test_sentences_say_amounts_and_dates() -> None:
    (finding,) = check_invoice(replace(CREDIT, creditable=100))
    assert "1560.00 EUR" in str(finding) and "1.00 EUR" in str(finding) and "F2026-00001" in str(finding)
    (finding,) = check_invoice(replace(GOOD, last_issue_date=date(2026, 11, 30)))
    assert "2026-11-30" in str(finding)


def test_an_empty_form_gives_its_findings_without_falling_over() -> None:
    empty = InvoiceFacts(
        seller=Party(""),
        buyer=None,
        kind="invoice",
        currency="EUR",
        base_currency="EUR",
        issue_date=DAY,
        today=DAY,
    )
    assert {"customer_missing", "lines_missing", "seller_name_missing"} <= set(codes(empty))
