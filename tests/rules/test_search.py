"""What the words of a filter mean."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui_billing.rules.search import Wanted, parse_wanted

WORDS = {"overdue": "overdue", "due soon": "due_soon", "bientot du": "due_soon", "paid": "paid"}


def wanted(text: str, language: str = "en") -> Wanted:
    return parse_wanted(text, language, "EUR", WORDS)


def test_a_status_is_taken_out_of_the_words_wherever_it_stands():
    assert wanted("acme due soon 12") == Wanted(("acme", "12"), (None, 1200), (), "due_soon")
    assert wanted("Bientôt dû") == Wanted(status="due_soon")
    assert wanted("due") == Wanted(("due",), (None,))


def test_bounds_and_amounts_are_read_as_the_clerk_writes_them():
    assert wanted(">1000 <=50.5").bounds == ((">", 100_000), ("<", 5050))
    assert wanted("1,300.00").amounts == (130_000,)
    assert wanted("1300,5", "fr").amounts == (130_050,)
    assert wanted("f2026-00412").amounts == (None,)


def test_nothing_is_typed_and_everything_is_wanted():
    assert wanted("   ").nothing
    assert not wanted("x").nothing


@given(st.text(max_size=60))
def test_no_text_is_an_error(text):
    found = wanted(text)
    assert len(found.words) == len(found.amounts)
    assert all(word == word.strip() and word for word in found.words)
