from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_billing.rules.aging import BUCKETS, age, bucket_of

DAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("late", "bucket"),
    [
        (-400, "not_due"),
        (0, "not_due"),
        (1, "d1_30"),
        (30, "d1_30"),
        (31, "d31_60"),
        (60, "d31_60"),
        (61, "d61_90"),
        (90, "d61_90"),
        (91, "over_90"),
        (4000, "over_90"),
    ],
)
def test_edges(late: int, bucket: str) -> None:
    assert bucket_of(DAY - timedelta(days=late), DAY) == bucket


@given(st.lists(st.tuples(st.integers(-500, 500), st.integers(-(10**9), 10**9))))
def test_no_amount_is_lost(rows: list[tuple[int, int]]) -> None:
    sums = age(((DAY + timedelta(days=days), amount) for days, amount in rows), DAY)
    assert tuple(sums) == BUCKETS
    assert sum(sums.values()) == sum(amount for _days, amount in rows)


@given(st.integers(-500, 500), st.integers(0, 200))
def test_older_never_moves_to_a_younger_bucket(days: int, more: int) -> None:
    due = DAY + timedelta(days=days)
    later = DAY + timedelta(days=more)
    assert BUCKETS.index(bucket_of(due, later)) >= BUCKETS.index(bucket_of(due, DAY))
