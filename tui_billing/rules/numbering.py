"""Document numbers: their shape, and whether a series is continuous (CGI ann. II art. 242 nonies A)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tui_billing.rules.problem import Problem

MAX_LENGTH = 35
"""Longest number that French e-invoicing takes (BR-FR-02)."""

_ALLOWED = re.compile(r"[A-Za-z0-9+\-_/]*[0-9]", re.ASCII)
_PREFIX = re.compile(r"[A-Za-z0-9+\-_/]*", re.ASCII)
_PARTS = re.compile(r"(?P<prefix>[A-Za-z0-9+\-_/]*)(?P<year>[0-9]{4})-(?P<counter>[0-9]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Gap:
    """Counters `first` to `last` of a series and year that no document carries."""

    prefix: str
    year: int
    first: int
    last: int

    @property
    def count(self) -> int:
        return self.last - self.first + 1


def is_well_formed(number: str) -> bool:
    """Whether a number has at most 35 of the allowed characters and ends in its counter (BR-FR-02)."""
    return len(number) <= MAX_LENGTH and _ALLOWED.fullmatch(number) is not None


def check_number(number: str, field: str = "number") -> str:
    """The number itself, or a Problem where its shape is not allowed (BR-FR-02)."""
    if not is_well_formed(number):
        raise Problem(
            "{number} cannot be a document number; use at most {limit} letters, digits and + - _ /, and end in a digit",
            field=field,
            number=number or '""',
            limit=MAX_LENGTH,
        )
    return number


def format_number(prefix: str, year: int, counter: int, width: int = 5) -> str:
    """The number of a document, for example ("F", 2026, 42) -> "F2026-00042".

    A counter that outgrows `width` gets longer. Problem where the prefix or the length is not allowed.
    """
    if not 1000 <= year <= 9999 or counter < 1:
        raise Problem("A document number needs a year of four digits and a counter from 1", field="number")
    if _PREFIX.fullmatch(prefix) is None:
        raise Problem(
            "{prefix} cannot begin a document number; use letters, digits and + - _ / only",
            field="prefix",
            prefix=prefix,
        )
    return check_number(f"{prefix}{year}-{counter:0{width}d}", "prefix")


def parse(number: str) -> tuple[str, int, int]:
    """(prefix, year, counter) of a number made by `format_number`; Problem where it has another shape."""
    match = _PARTS.fullmatch(number)
    if match is None or len(number) > MAX_LENGTH:
        raise Problem(
            "{number} is not a document number; type for example {example}",
            field="number",
            number=number,
            example="F2026-00042",
        )
    return match["prefix"], int(match["year"]), int(match["counter"])


def check_continuity(numbers: Iterable[str], first: int | None = None) -> list[Gap]:
    """The gaps in each series and year, sorted.

    Counting begins at the lowest number found, or at `first` where given (1 for a series that was begun
    here). Numbers said twice are no gap (see `find_duplicates`).
    """
    counters: dict[tuple[str, int], set[int]] = {}
    for number in numbers:
        prefix, year, counter = parse(number)
        counters.setdefault((prefix, year), set()).add(counter)
    gaps: list[Gap] = []
    for (prefix, year), found in sorted(counters.items()):
        expected = min(found) if first is None else first
        if max(found) - expected + 1 == len(found) and min(found) == expected:
            continue
        for counter in sorted(found):
            if counter > expected:
                gaps.append(Gap(prefix, year, expected, counter - 1))
            expected = max(expected, counter + 1)
    return gaps


def find_duplicates(numbers: Iterable[str]) -> list[str]:
    """Numbers that occur more than once, sorted, each said once."""
    seen: set[str] = set()
    twice: set[str] = set()
    for number in numbers:
        (twice if number in seen else seen).add(number)
    return sorted(twice)
