"""Document numbers in a bank line's text, also as people write them.

Separators come and go, the prefix or the year is left out, zeros are dropped, O stands for 0, blanks stand
inside, two digits change place. Every reading says what is wrong with it; whether it is believed is for
`suggest` to say, which asks for a second witness.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from operator import ne
from typing import NamedTuple

from tui_billing.rules import numbering
from tui_billing.rules.problem import Problem

#: Digits of a counter as it is printed.
WIDTH = 5
_LONGEST = 400
_TOKENS = re.compile(r"[A-Z]+|[0-9]+", re.ASCII)
_BETWEEN = re.compile(r"[\s.\-/_+,:#'°]{0,3}")
_LETTERS_FOR_DIGITS = re.compile(r"(?<=[0-9])[OIL]+(?![A-Z])|(?<![A-Z])[OIL]+(?=[0-9])", re.ASCII)
_DIGITS = str.maketrans("OIL", "011")
_MOST_DIGITS = 13


class Flaw(StrEnum):
    """What is wrong with a number as it was written."""

    LETTERS = "letters"  # O for 0, I or l for 1
    PREFIX = "prefix"  # without the letters before it, or with others
    ZEROS = "zeros"  # leading zeros dropped
    SPACES = "spaces"  # blanks inside the year or the counter
    SHORT_YEAR = "short_year"  # 26 for 2026
    YEAR = "year"  # the counter alone
    DIGITS = "digits"  # one digit wrong, missing or too much, or two that changed place


_CLEAN: frozenset[Flaw] = frozenset()
_SPACED, _SHORT = frozenset({Flaw.SPACES}), frozenset({Flaw.SHORT_YEAR})
_NO_YEAR, _NO_ZEROS = frozenset({Flaw.YEAR}), frozenset({Flaw.ZEROS})
#: (year, counter, prefix) of a reading.
_Key = tuple[int, int, str]


class Reading(NamedTuple):
    """A number that the text may name: `year` 0 where none is said, `prefix` the letters that stand before it."""

    year: int
    counter: int
    prefix: str
    flaws: frozenset[Flaw]


@dataclass(frozen=True, slots=True)
class Said:
    """What a text says: its readings, and the runs of digits in it that a likeness is looked for in."""

    readings: tuple[Reading, ...]
    runs: tuple[str, ...]


def parts_of(number: str) -> tuple[str, int, int] | None:
    """(prefix, year, counter) of a document number, None where it has another shape."""
    try:
        return numbering.parse(number)
    except Problem:
        return None


def read_numbers(text: str, years: Collection[int]) -> Said:
    """All readings of a text, in series of these years; the cleanest reading of each number alone."""
    upper = text[:_LONGEST].upper()
    found: dict[_Key, frozenset[Flaw]] = {}
    runs: dict[str, None] = {}
    for extra, version in _versions(upper):
        for key, flaws in _read(version, years, runs):
            if extra:
                flaws |= extra
            known = found.get(key)
            if known is None or len(flaws) < len(known):
                found[key] = flaws
    return Said(tuple([Reading(*key, flaws) for key, flaws in found.items()]), tuple(runs))


def _versions(upper: str) -> Iterator[tuple[frozenset[Flaw], str]]:
    yield _CLEAN, upper
    mended = _LETTERS_FOR_DIGITS.sub(lambda match: match[0].translate(_DIGITS), upper)
    if mended != upper:
        yield frozenset({Flaw.LETTERS}), mended


def _read(text: str, years: Collection[int], runs: dict[str, None]) -> Iterator[tuple[_Key, frozenset[Flaw]]]:
    tokens = [(match[0], *match.span()) for match in _TOKENS.finditer(text)]
    for place, (word, start, _end) in enumerate(tokens):
        if word.isalpha():
            continue
        prefix = ""
        if place and tokens[place - 1][0].isalpha() and _BETWEEN.fullmatch(text, tokens[place - 1][2], start):
            prefix = tokens[place - 1][0]
        digits, pieces = "", []
        for at in range(place, len(tokens)):
            piece, begin, _ = tokens[at]
            if piece.isalpha() or (at > place and not _BETWEEN.fullmatch(text, tokens[at - 1][2], begin)):
                break
            digits += piece
            pieces.append(piece)
            if len(digits) > _MOST_DIGITS:
                break
            runs[digits] = None
            yield from _of_digits(digits, pieces, prefix, years)


def _of_digits(
    digits: str, pieces: list[str], prefix: str, years: Collection[int]
) -> Iterator[tuple[_Key, frozenset[Flaw]]]:
    length = len(digits)
    if length > 4 and int(digits[:4]) in years:
        whole = pieces in ([digits], [digits[:4], digits[4:]])
        yield from _with_year(int(digits[:4]), digits[4:], prefix, _CLEAN if whole else _SPACED)
    if length == WIDTH + 2 and 2000 + int(digits[:2]) in years:
        whole = pieces in ([digits], [digits[:2], digits[2:]])
        yield from _with_year(2000 + int(digits[:2]), digits[2:], prefix, _SHORT if whole else _SHORT | _SPACED)
    is_year = length == 4 and int(digits) in years
    if length <= 8 and int(digits) and not is_year and (len(pieces) == 1 or length == WIDTH):
        flaws = _NO_YEAR | _NO_ZEROS if length < WIDTH else _NO_YEAR
        yield (0, int(digits), prefix), flaws | _SPACED if len(pieces) > 1 else flaws


def _with_year(year: int, rest: str, prefix: str, flaws: frozenset[Flaw]) -> Iterator[tuple[_Key, frozenset[Flaw]]]:
    if len(rest) <= 8 and int(rest):
        yield (year, int(rest), prefix), flaws | _NO_ZEROS if len(rest) < WIDTH else flaws


def resembles(runs: Collection[str], year: int, counter: int) -> bool:
    """Whether a run of digits is this number but for one slip: a digit wrong, missing, too much, or two swapped.

    The year must stand before the counter, or the counter alone be printed with its zeros.
    """
    whole, alone = f"{year}{counter:0{WIDTH}d}", f"{counter:0{WIDTH}d}"
    for run in runs:
        if abs(len(run) - len(whole)) <= 1:
            if one_slip(run, whole):
                return True
        elif len(run) == len(alone) and run != alone and is_swap(run, alone):
            return True
    return False


def is_swap(one: str, other: str) -> bool:
    """Whether two texts of one length differ by two neighbours that changed place."""
    wrong = [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(wrong) != 2 or wrong[1] != wrong[0] + 1:
        return False
    first, second = wrong
    return one[first] == other[second] and one[second] == other[first]


def one_slip(one: str, other: str) -> bool:
    """Whether one text becomes the other by a single slip of the finger; false where they are equal."""
    if one == other:
        return False
    if len(one) == len(other):
        wrong = sum(map(ne, one, other))
        return wrong == 1 or (wrong == 2 and is_swap(one, other))
    short, long = (one, other) if len(one) < len(other) else (other, one)
    if len(long) - len(short) != 1:
        return False
    at = next((place for place, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return short[at:] == long[at + 1 :]
