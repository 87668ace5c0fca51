"""Document numbers as people write them."""

from __future__ import annotations

import pytest

from tui_billing.rules.matching.numbers import Flaw, one_slip, read_numbers, resembles


def flaws(text: str, counter: int = 42, year: int = 2026) -> set[Flaw] | None:
    """What is wrong with the number F2026-00042 in a text; None where it is not read at all."""
    found = [
        one for one in read_numbers(text, {2025, 2026}).readings if (one.year or year, one.counter) == (year, counter)
    ]
    return min((set(one.flaws) for one in found), key=len, default=None)


@pytest.mark.parametrize(
    "text",
    ["F2026-00042", "f2026 00042", "FACT F202600042 MERCI", "F 2026/00042", "/INV/F2026.00042", "F--2026__00042"],
)
def test_separators_come_and_go(text):
    assert flaws(text) == set()


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("F2026-42", {Flaw.ZEROS}),
        ("F26-00042", {Flaw.SHORT_YEAR}),
        ("F2026 000 42", {Flaw.SPACES}),
        ("F2O26-OOO42", {Flaw.LETTERS}),
        ("F00042", {Flaw.YEAR}),
        ("FACT 42", {Flaw.YEAR, Flaw.ZEROS}),
    ],
)
def test_a_misspelt_number_says_what_is_wrong(text, wrong):
    assert flaws(text) == wrong


@pytest.mark.parametrize("text", ["F2026-000421", "F2026", "2026", "no number", "", "A" * 5000])
def test_what_names_nothing_is_not_read(text):
    assert flaws(text) is None
    assert flaws(text, counter=2026) is None


def test_a_slip_of_the_finger_is_a_likeness_and_nothing_more():
    assert resembles(["202600024"], 2026, 42) and resembles(["20260042"], 2026, 42)
    assert not resembles(["202600042"], 2026, 42) and not resembles(["202600124"], 2026, 42)
    assert one_slip("12345", "12435") and one_slip("1234", "12354") and not one_slip("1234", "4321")


def test_a_long_text_is_read_in_little_time():
    assert len(read_numbers("1 " * 5000, {2026}).readings) < 500
