"""Days of the bank, and what follows from them for direct debits."""

from __future__ import annotations

import datetime as dt

import pytest

from tui_billing.rules.bank_days import add_bank_days, bank_day_from, easter, is_bank_day
from tui_billing.rules.direct_debit import check_mandate_reference, earliest_collection, lapsed, sequence_of
from tui_billing.rules.problem import Problem

day = dt.date.fromisoformat


@pytest.mark.parametrize(
    "sunday",
    [
        "1999-04-04",
        "2000-04-23",
        "2008-03-23",
        "2011-04-24",
        "2019-04-21",
        "2024-03-31",
        "2025-04-20",
        "2026-04-05",
        "2027-03-28",
        "2038-04-25",
    ],
)
def test_easter(sunday):
    assert easter(int(sunday[:4])) == day(sunday)


def test_target_is_closed_on_its_days():
    closed = [
        "2026-01-01",
        "2026-04-03",
        "2026-04-06",
        "2026-05-01",
        "2026-12-25",
        "2026-12-26",
        "2026-11-28",
        "2026-11-29",
    ]
    assert not any(is_bank_day(day(one)) for one in closed)
    assert all(is_bank_day(day(one)) for one in ("2026-07-14", "2026-05-14", "2026-12-24", "2026-12-31", "2026-04-07"))
    assert bank_day_from(day("2026-04-03")) == day("2026-04-07")
    assert add_bank_days(day("2026-12-24"), 2) == day("2026-12-29")
    assert earliest_collection(day("2026-11-27")) == day("2026-11-30")


def test_sequences_and_lapse():
    assert sequence_of(used=False, once=False, last=False) == "FRST"
    assert sequence_of(used=True, once=False, last=False) == "RCUR"
    assert sequence_of(used=True, once=False, last=True) == "FNAL"
    assert sequence_of(used=False, once=True, last=False) == "OOFF"
    assert not lapsed(day("2023-11-30"), None, day("2026-11-30"))
    assert lapsed(day("2023-11-30"), None, day("2026-12-01"))
    assert not lapsed(day("2020-01-01"), day("2025-01-01"), day("2026-12-01"))


@pytest.mark.parametrize("text", ["", "x" * 36, "/a", "a/", "a//b", "a\nb", " ", "ü"])
def test_a_reference_that_banks_refuse(text):
    with pytest.raises(Problem):
        check_mandate_reference(text)
