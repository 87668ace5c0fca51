from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tui_billing.rules import law
from tui_billing.rules.totals import EXEMPT

D = Decimal


def test_rates_hold_from_their_day() -> None:
    assert D(20) in law.lawful_rates("FR", date(2014, 1, 1))
    assert D("19.6") not in law.lawful_rates("FR", date(2014, 1, 1))
    assert D("19.6") in law.lawful_rates("FR", date(2013, 12, 31))
    rates = ["20", "13", "10", "8.5", "5.5", "2.1", "1.75", "1.05", "0.9"]
    assert law.lawful_rates("fr", date(2026, 11, 24)) == {D(rate) for rate in rates}
    assert law.lawful_rates("DE", date(2026, 1, 1)) == frozenset()


@pytest.mark.parametrize(
    ("day", "known", "floor", "rate"),
    [
        (date(2024, 6, 30), False, None, None),
        (date(2024, 7, 1), True, D("14.76"), D("14.25")),
        (date(2026, 6, 30), True, D("7.86"), D("12.15")),
        (date(2026, 7, 1), False, D("7.86"), D("12.15")),
        (date(2027, 2, 1), False, D("7.86"), D("12.15")),
    ],
)
def test_interest_by_semester(day: date, known: bool, floor: Decimal | None, rate: Decimal | None) -> None:
    assert law.is_interest_known(day) is known
    assert law.late_rate_floor(day) == floor
    assert law.late_rate(day) == rate


def test_tables_are_in_order() -> None:
    dates = [row.since for row in law.INTEREST_RATES]
    assert dates == sorted(set(dates)) and all((day.month, day.day) in {(1, 1), (7, 1)} for day in dates)
    assert law.recovery_fee(date(2026, 1, 1)) == (4000, "EUR")
    assert law.recovery_fee(date(2012, 1, 1)) == (0, "EUR")


def test_exemptions() -> None:
    codes = [row.code for row in law.EXEMPTIONS]
    assert len(codes) == len(set(codes))
    assert {row.category for row in law.EXEMPTIONS} == EXEMPT
    assert all(row.en and row.fr for row in law.EXEMPTIONS)
    assert law.exemption_text("vatex-eu-ae", "fr") == "Autoliquidation"
    assert law.exemption_text("VATEX-EU-AE", "en") == "Reverse charge"
    assert law.exemption_text("VATEX-XX", "en") == ""
    usual = law.exemption_of("K")
    assert usual is not None and usual.code == "VATEX-EU-IC"
    assert law.exemption_of("S") is None and law.exemption("") is None
