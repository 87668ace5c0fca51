"""Text from outside can be stored, shown and searched, and never steers the terminal."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui_billing.rules.problem import Problem
from tui_billing.rules.text import clean, fit, fold, quote, safe, was_cleaned, width

ANY = st.text(st.characters(), max_size=60)
# With surrogates, as bytes that are no UTF-8 come in from a file name or an argument.
WILD = st.text(st.one_of(st.characters(), st.characters(categories=("Cc", "Cf", "Cs", "Mn", "So"))), max_size=60)
# Format characters that are seen, or that scripts cannot do without.
VISIBLE = set("\u200c\u200d\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")


@pytest.mark.parametrize(
    "evil",
    ["\x1b]0;title\x07", "\x1b]52;c;aGk=\x07", "\x1b[2J", "\x9b2J", "\x00", "\x7f", "\x08", "\u202eabc",
     "\u2066", "\u200e",
     "\u061c", "\ufeff", "\ud800", "\udcff", "\U000e0041", "\u200b", "\xad", "\u2028", "\u3164", "\ufffe",
     "\x85", "\U0001d173", "\U00013430", "\U0001bca0"],
)  # fmt: skip
def test_what_a_terminal_could_obey_is_replaced(evil):
    shown = safe(f"a{evil}b")
    assert "\ufffd" in shown and shown.startswith("a") and shown.endswith("b")
    assert was_cleaned(evil) and not was_cleaned(shown)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in shown)


@pytest.mark.parametrize(
    "good", ["", "ACME [b] Ltd", "Café Ünïted €", "日本語", "👨‍👩‍👧", "नमस्ते", "می‌خواهم", "é", "[/]", "\u202f1"]
)
def test_what_is_only_text_stays(good):
    assert safe(good) == good and not was_cleaned(good)


def test_blanks_become_one_space():
    assert safe("a\tb\r\nc") == "a b c"
    assert clean("  a\n\nb\t") == "a b"


@given(WILD)
def test_safe_leaves_nothing_and_does_nothing_twice(text):
    shown = safe(text)
    assert safe(shown) == shown and not was_cleaned(shown)
    for character in shown:
        assert unicodedata.category(character) not in ("Cc", "Cs")
        assert unicodedata.category(character) != "Cf" or character in VISIBLE
    shown.encode("utf-8")


@given(WILD)
def test_clean_is_composed_and_does_nothing_twice(text):
    stored = clean(text, 500)
    assert clean(stored, 500) == stored == stored.strip()
    assert unicodedata.is_normalized("NFC", stored)


def test_a_long_text_is_refused_and_never_cut():
    assert clean("e\u0301" * 10, 10) == "é" * 10
    with pytest.raises(Problem) as caught:
        clean("x" * 11, 10, "note")
    assert str(caught.value) == "this text has 11 characters, 10 fit; shorten it" and caught.value.field == "note"
    started = time.perf_counter()
    with pytest.raises(Problem):
        clean("\u0315\u0300" * 500_000, 2000)
    assert time.perf_counter() - started < 2


def test_search_form():
    assert fold("Éléonore ŒUVRE Straße Łódź Ørsted") == "eleonore oeuvre strasse lodz orsted"
    assert fold("ACME") == "acme" and fold("İstanbul") == fold("istanbul") == "istanbul"
    assert fold("ﬁn") == "fin" and fold("Ⅷ") == "viii"


@given(ANY)
@example("\U0001d400")
@example("İ")
def test_search_form_is_one_for_both_cases(text):
    folded = fold(text)
    assert fold(folded) == folded
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text)) == folded


def test_columns():
    assert [width(text) for text in ("", "abc", "日本", "é", "e\u0301")] == [0, 3, 4, 1, 1]


def test_fit_cuts_at_columns():
    assert fit("abcdef", 6) == "abcdef"
    assert fit("abcdef", 4) == "abc…"
    assert fit("abcdef", 4, "...") == "a..."
    assert fit("日本語", 4) == "日…"
    assert fit("日本語", 1) == "…"
    assert fit("abc", 0) == ""


@given(WILD.map(safe), st.integers(0, 30), st.sampled_from(["…", "...", "~"]))
@example("☁\ufe0f☁\ufe0fab", 4, "…")
@example("👨\u200d👩\u200d👧 famille", 5, "…")
def test_fit_never_exceeds_its_columns(text, cells, ellipsis):
    shown = fit(text, cells, ellipsis)
    assert width(shown) <= cells
    assert shown == text if width(text) <= cells else shown == "" or shown.endswith(ellipsis)


def test_quotes_are_short_and_harmless():
    assert quote("abc") == "abc"
    assert quote("\x1b[2J") == "\ufffd[2J"
    assert quote("x" * 10_000) == "x" * 40 + "…"
    assert quote("") == quote("  ") == '""' and quote(None) == "None"
