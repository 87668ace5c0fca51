"""The month's proof: three ways to one figure for receivables, and what lies between the bank and the books.

Amounts are minor units. For a bank account everything that explains is signed so that it adds up to
statement − books: money on the statement that the books lack is positive, money in the books that the
statement lacks is negative.
"""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tui_billing.rules.bank_days import is_bank_day
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import quote

#: What explains a difference between statement and books, in the order it is told.
OPENING = "opening"
NOT_RECORDED = "not_recorded"
LEFT_OUT = "left_out"
NOT_ON_STATEMENT = "not_on_statement"
EXCHANGE = "exchange"
BREAK = "break"
WRONG_CHARGE = "wrong_charge"
KINDS = (OPENING, NOT_RECORDED, LEFT_OUT, NOT_ON_STATEMENT, EXCHANGE, BREAK, WRONG_CHARGE)
#: Kinds whose lines can be opened as an investigation.
INVESTIGATED = frozenset({NOT_RECORDED, NOT_ON_STATEMENT, WRONG_CHARGE})


@dataclass(frozen=True, slots=True)
class Item:
    """A line that explains: which bank line, payment or refund, and whether somebody looks into it."""

    kind: str
    date: str
    amount: int
    who: str = ""
    text: str = ""
    bank_line: int | None = None
    receipt: int | None = None
    refund: int | None = None
    investigation: int | None = None
    status: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """All of one kind: the sum and number of all, and the largest of them one by one.

    `counts` is whether the sum is part of the difference; a charge that is not the usual one is only pointed out.
    """

    kind: str
    total: int
    count: int
    items: tuple[Item, ...] = ()
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Ledger:
    """One account three times: the journal, its lines by customer, and the open items; then who differs."""

    account: str
    journal: int
    by_customer: int
    open_items: int
    differing: tuple[tuple[str, int, int], ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether all three are one figure, and no customer's differ either."""
        return self.journal == self.by_customer == self.open_items and not self.differing


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank account of the books beside its statements; `statement` is None where the bank has told no balance.

    `until` is the day the statements reach, `currency` that of the account.
    """

    account: str
    names: str
    currency: str
    books: int
    statement: int | None
    until: str
    covered: bool
    groups: tuple[Group, ...] = ()

    @property
    def difference(self) -> int:
        """Statement less books."""
        return 0 if self.statement is None else self.statement - self.books

    @property
    def explained(self) -> int:
        """What the groups explain of it."""
        return 0 if self.statement is None else sum(group.total for group in self.groups if group.counts)

    @property
    def rest(self) -> int:
        """What nothing explains."""
        return self.difference - self.explained

    @property
    def broken(self) -> int:
        """By how much the statements do not follow from each other."""
        return sum(group.total for group in self.groups if group.kind == BREAK)

    @property
    def proved(self) -> bool:
        """Whether the statements reach the day without a break, and explain the books to the cent."""
        return self.statement is not None and self.covered and not self.rest and not self.broken


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a month is not proved: a sentence with its values, for the doors to translate."""

    message: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proof:
    """A month, as of its last day; ledgers in the books' currency."""

    month: str
    day: dt.date
    currency: str
    receivables: Ledger
    on_account: Ledger
    banks: tuple[Bank, ...]

    @property
    def proved(self) -> bool:
        """Whether nothing is missing."""
        return self.receivables.agrees and self.on_account.agrees and all(bank.proved for bank in self.banks)


def month_of(text: str, field: str = "month") -> tuple[str, dt.date]:
    """("2026-10", its last day) of a month as typed: 2026-10, 10/2026."""
    typed = text.strip()
    if found := re.fullmatch(r"([0-9]{1,2})[/.]([0-9]{4})", typed):
        typed = f"{found[2]}-{int(found[1]):02d}"
    found = re.fullmatch(r"([0-9]{4})-([0-9]{2})", typed)
    if not found or not 1 <= int(found[2]) <= 12 or not 1990 <= int(found[1]) <= 2099:
        raise Problem("{text} is no month; type for example 2026-10", field=field, text=quote(text))
    year, month = int(found[1]), int(found[2])
    return typed, dt.date(year, month, monthrange(year, month)[1])


def covered(until: dt.date | None, day: dt.date, *, continued: bool) -> bool:
    """Whether statements that reach `until` tell the balance of `day`.

    They do where the next statement goes on from there, or where the bank was closed in between.
    """
    if until is None:
        return False
    if until >= day or continued:
        return True
    return not any(is_bank_day(until + dt.timedelta(ahead)) for ahead in range(1, min((day - until).days, 15) + 1))


def usual(counts: Sequence[tuple[int, int]], least: int = 3) -> int | None:
    """The charge that is usual: the most frequent (amount, how often) of at least `least`; None where none is."""
    if not counts:
        return None
    amount, often = max(counts, key=lambda each: (each[1], each[0]))
    return amount if often >= least and 2 * often > sum(each[1] for each in counts) else None
