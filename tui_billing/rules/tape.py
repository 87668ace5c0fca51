"""The tape of an adding machine: what a typed entry means.

`1250.50` or `1250.50+` an amount; `1250.50 ACME` or `1250.50/412` with the customer's code, or an invoice's number
or counter, which names the customer too; `-1250.50` takes the last entry of that amount out again, `-` the last one;
`=ACME` names the first entry that has nobody yet, `3=ACME` the third of the tape.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from tui_billing.rules.numbers import parse_amount
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import quote

#: Longest entry, in characters.
LONGEST = 100
_ENTRY = re.compile(r"(?P<amount>[0-9.,'\u00a0\u202f]+)\+?(?:\s*/\s*|\s+|$)(?P<who>\S*)\s*(?P<reference>.*)", re.DOTALL)
_NAMED = re.compile(r"(?P<place>[0-9]{0,4})\s*=\s*(?P<who>\S+)")


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the tape as it stands; `code` is "" while nobody is named."""

    position: int
    typed: str
    amount: int
    code: str
    name: str
    reference: str
    struck: bool
    receipt_id: int | None


@dataclass(frozen=True, slots=True)
class Tape:
    """A deposit with its tape; `stated_count` and `stated_total` are those of the slip (0 while not stated)."""

    id: int
    date: dt.date
    reference: str
    currency: str
    stated_count: int
    stated_total: int
    status: str
    operator: str
    items: tuple[Item, ...]

    @property
    def count(self) -> int:
        """How many entries stand."""
        return sum(not item.struck for item in self.items)

    @property
    def total(self) -> int:
        """What they add up to."""
        return sum(item.amount for item in self.items if not item.struck)

    @property
    def unnamed(self) -> list[int]:
        """The positions of entries that have no customer yet."""
        return [item.position for item in self.items if not item.struck and not item.code]

    @property
    def balanced(self) -> bool:
        """Whether count and total are those of the slip."""
        return bool(self.count) and (self.count, self.total) == (self.stated_count, self.stated_total)


@dataclass(frozen=True, slots=True)
class Entry:
    """What was typed: an amount for the tape, one to strike, or a name for an entry (`place` 0: the first without).

    `amount` is in minor units; 0 with "strike" means the last entry.
    """

    what: Literal["add", "strike", "name"]
    amount: int = 0
    who: str = ""
    reference: str = ""
    place: int = 0


def parse_entry(text: str, language: str, currency: str) -> Entry:
    """The entry of a text; Problem, and nothing else, where it is none."""
    typed = text.strip()
    if len(typed) > LONGEST:
        raise _no_entry(typed)
    if named := _NAMED.fullmatch(typed):
        return Entry("name", who=named["who"], place=int(named["place"] or 0))
    if typed.startswith("-"):
        rest = typed[1:].strip()
        return Entry("strike", _amount(rest, language, currency) if rest else 0)
    match = _ENTRY.fullmatch(typed)
    if match is None:
        raise _no_entry(typed)
    amount = _amount(match["amount"], language, currency)
    return Entry("add", amount, match["who"], match["reference"].strip())


def _amount(text: str, language: str, currency: str) -> int:
    minor = parse_amount(text, language, currency, "entry").minor
    if minor <= 0:
        raise Problem("an entry of the tape is more than 0", field="entry")
    return minor


def _no_entry(text: str) -> Problem:
    return Problem(
        "{text} is no entry; type for example 1250.50, 1250.50 ACME, -1250.50 or =ACME", field="entry", text=quote(text)
    )
