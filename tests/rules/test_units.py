"""Units: every word leads back to a code with the same word, unknown codes stand for themselves."""

from __future__ import annotations

import pytest

from tui_billing.rules.units import UNITS, unit_code, unit_word


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_word_leads_back_to_its_meaning(language: str) -> None:
    for code in UNITS:
        assert unit_word(unit_code(unit_word(code, language)), language) == unit_word(code, language)


def test_codes_and_words_as_typed() -> None:
    assert unit_code("day") == unit_code("jour") == unit_code("Day") == "DAY"
    assert unit_code("xyz") == "XYZ" and unit_word("XYZ", "fr") == "XYZ"
    assert all(len(word) <= 5 for words in UNITS.values() for word in words)
