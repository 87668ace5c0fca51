"""What the words in a list's filter mean: a status, an amount, a bound, or text to be found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tui_billing.rules.numbers import parse_amount
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import fold

#: From so many characters on a word is found anywhere in a text; shorter ones only where a word begins.
LONG = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list shall show: all of it must fit.

    `words` are folded (no case, no accents); `amounts` has for each word what it is as an amount in minor
    units of the currency asked for, or None; `bounds` are (">" or "<", minor units) of the total.
    """

    words: tuple[str, ...] = ()
    amounts: tuple[int | None, ...] = ()
    bounds: tuple[tuple[str, int], ...] = ()
    status: str = ""

    @property
    def nothing(self) -> bool:
        """Whether everything is wanted."""
        return not (self.words or self.bounds or self.status)

    @property
    def long_words(self) -> tuple[str, ...]:
        """Words that are found anywhere in a text."""
        return tuple(word for word in self.words if len(word) >= LONG)


def parse_wanted(text: str, language: str, currency: str, statuses: Mapping[str, str]) -> Wanted:
    """The filter that was typed. `statuses` maps the words of a status, folded ("due soon"), to its token.

    The longest run of words that is a status filters by it; `>1000` and `<=20` bound the total; every other
    word is looked for, and one that reads as an amount is looked for as that, too. Nothing is an error.
    """
    typed = fold(text).replace("\0", " ").split()
    status = ""
    words: list[str] = []
    bounds: list[tuple[str, int]] = []
    at = 0
    while at < len(typed):
        run = next((n for n in (3, 2, 1) if at + n <= len(typed) and " ".join(typed[at : at + n]) in statuses), 0)
        if run:
            status = statuses[" ".join(typed[at : at + run])]
            at += run
            continue
        word = typed[at]
        at += 1
        if word[0] in "<>":
            bound = amount_of(word[1:].lstrip("="), language, currency)
            if bound is not None:
                bounds.append((word[0], bound))
            continue
        words.append(word)
    amounts = tuple(amount_of(word, language, currency) for word in words)
    return Wanted(tuple(words), amounts, tuple(bounds), status)


def amount_of(word: str, language: str, currency: str) -> int | None:
    """A word as an amount in minor units, or None where it is none."""
    if not word[:1].isdigit():
        return None
    try:
        return parse_amount(word, language, currency).minor
    except Problem:
        return None
