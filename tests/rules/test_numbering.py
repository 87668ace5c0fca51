from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_billing.rules.numbering import (
    Gap,
    check_continuity,
    check_number,
    find_duplicates,
    format_number,
    is_well_formed,
    parse,
)
from tui_billing.rules.problem import Problem

prefixes = st.text("ABCxyz019+-_/", max_size=12)


def test_shape() -> None:
    assert format_number("F", 2026, 42) == "F2026-00042"
    assert format_number("F", 2026, 123456) == "F2026-123456"
    assert format_number("AV/", 2026, 7, width=3) == "AV/2026-007"
    assert parse("F2026-00042") == ("F", 2026, 42)


@given(prefixes, st.integers(1000, 9999), st.integers(1, 10**9), st.integers(1, 8))
def test_a_number_says_its_parts(prefix: str, year: int, counter: int, width: int) -> None:
    number = format_number(prefix, year, counter, width)
    assert parse(number) == (prefix, year, counter)
    assert is_well_formed(number)


@pytest.mark.parametrize("number", ["", "F 1", "F2026-", "F2026.1", "É2026-1", "F" * 35 + "1", "F1\n", "F１"])
def test_bad_shapes(number: str) -> None:
    assert not is_well_formed(number)
    with pytest.raises(Problem):
        check_number(number)
    with pytest.raises(Problem):
        parse(number)


@pytest.mark.parametrize(
    ("prefix", "year", "counter"), [("F ", 2026, 1), ("F", 26, 1), ("F", 2026, 0), ("F" * 30, 2026, 1)]
)
def test_bad_parts(prefix: str, year: int, counter: int) -> None:
    with pytest.raises(Problem):
        format_number(prefix, year, counter)


def test_gaps_by_series_and_year() -> None:
    numbers = ["F2026-00003", "F2026-00007", "A2026-00001", "F2025-00002", "F2026-00004"]
    assert check_continuity(numbers) == [Gap("F", 2026, 5, 6)]
    assert check_continuity(numbers, first=1) == [
        Gap("F", 2025, 1, 1),
        Gap("F", 2026, 1, 2),
        Gap("F", 2026, 5, 6),
    ]
    assert Gap("F", 2026, 5, 6).count == 2
    assert check_continuity([]) == []


@given(st.sets(st.integers(1, 80), min_size=1), st.booleans())
def test_gaps_are_just_what_is_missing(counters: set[int], from_one: bool) -> None:
    gaps = check_continuity([format_number("F", 2026, n) for n in counters], 1 if from_one else None)
    missing = {n for gap in gaps for n in range(gap.first, gap.last + 1)}
    assert missing == set(range(1 if from_one else min(counters), max(counters) + 1)) - counters
    assert sum(gap.count for gap in gaps) == len(missing)


def test_duplicates() -> None:
    assert find_duplicates(["F2026-00002", "F2026-00001", "F2026-00002", "F2026-00002"]) == ["F2026-00002"]
