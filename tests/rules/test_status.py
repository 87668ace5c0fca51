from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_billing.rules.status import GLYPHS, Status, status_of

TODAY = date(2026, 11, 24)
FACTS: dict[str, Any] = {
    "issued": True,
    "kind": "invoice",
    "gross": 10000,
    "open": 10000,
    "credited": 0,
    "written_off": 0,
    "disputed": 0,
    "next_due": TODAY + timedelta(days=30),
    "today": TODAY,
}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "open"),
        ({"issued": False}, "draft"),
        ({"next_due": TODAY}, "due_soon"),
        ({"next_due": TODAY + timedelta(days=7)}, "due_soon"),
        ({"next_due": TODAY + timedelta(days=8)}, "open"),
        ({"next_due": TODAY + timedelta(days=8), "due_soon_days": 10}, "due_soon"),
        ({"next_due": TODAY - timedelta(days=1)}, "overdue"),
        ({"next_due": None}, "open"),
        ({"open": 4000}, "part_paid"),
        ({"open": 4000, "next_due": TODAY}, "part_paid"),
        ({"open": 4000, "next_due": TODAY - timedelta(days=1)}, "overdue"),
        ({"open": 4000, "credited": 6000}, "open"),
        ({"open": 4000, "disputed": 1, "next_due": TODAY - timedelta(days=1)}, "disputed"),
        ({"open": 0, "next_due": None}, "paid"),
        ({"open": 0, "disputed": 1}, "paid"),
        ({"open": 0, "credited": 1000}, "paid"),
        ({"open": 0, "credited": 10000}, "credited"),
        ({"open": 0, "written_off": 10}, "written_off"),
        ({"open": 0, "written_off": 10, "credited": 9990}, "written_off"),
        ({"open": 0, "gross": 0}, "paid"),
        ({"kind": "credit_note"}, "open"),
        ({"kind": "credit_note", "open": -10000, "next_due": TODAY - timedelta(days=9)}, "open"),
        ({"kind": "credit_note", "open": 0}, "credited"),
        ({"kind": "credit_note", "issued": False, "open": 0}, "draft"),
        ({"gross": -500, "open": -500, "next_due": TODAY - timedelta(days=9)}, "open"),
    ],
)
def test_the_first_that_fits(changes: dict[str, Any], status: str) -> None:
    assert status_of(**{**FACTS, **changes}) == status


@given(
    gross=st.integers(1, 10**6),
    paid=st.integers(0, 10**6),
    credited=st.integers(0, 10**6),
    late=st.integers(-60, 60),
    disputed=st.integers(0, 1),
)
def test_what_is_settled_is_never_chased(gross: int, paid: int, credited: int, late: int, disputed: int) -> None:
    open_amount = max(0, gross - paid - credited)
    status = status_of(
        **{
            **FACTS,
            "gross": gross,
            "open": open_amount,
            "credited": min(credited, gross),
            "disputed": disputed,
            "next_due": TODAY - timedelta(days=late),
        }
    )
    settled = status in {Status.PAID, Status.CREDITED, Status.WRITTEN_OFF}
    assert settled == (open_amount == 0)
    if status is Status.OVERDUE:
        assert late > 0
    if status is Status.PART_PAID:
        assert paid > 0


def test_every_status_has_a_glyph_of_its_own_or_is_dim() -> None:
    assert list(GLYPHS) == list(Status)
    bright = [glyph for glyph in GLYPHS.values() if glyph.colour != "dim"]
    assert len({glyph.unicode for glyph in bright}) == len({glyph.ascii for glyph in bright}) == 7
    assert {glyph.colour for glyph in GLYPHS.values()} == {
        *("grey", "dim", "green", "magenta", "red", "cyan", "yellow", "blue")
    }
