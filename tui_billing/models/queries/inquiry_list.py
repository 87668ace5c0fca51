"""Calls and mails as the list shows them: what is to be followed up first, by its day; then all others, the last first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries.disputes import WantedWord
from tui_billing.models.queries.facts import escape
from tui_billing.models.queries.pages import Source, count_up_to, read_page

_DUE = "q.follow_up IS NOT NULL AND NOT EXISTS (SELECT 1 FROM inquiry f WHERE f.follows_id = q.id)"
_KEY = (
    f"CASE WHEN {_DUE} THEN 0 ELSE 1 END",
    f"CASE WHEN {_DUE} THEN q.follow_up ELSE '' END",
    f"CASE WHEN {_DUE} THEN q.id ELSE -q.id END",
)
_TABLES = (
    "inquiry q JOIN customer c ON c.id = q.customer_id JOIN operator o ON o.id = q.operator_id"
    " LEFT JOIN invoice i ON i.id = q.invoice_id"
)
_ALL = Source(
    f"{', '.join(_KEY)}, q.id, q.date, c.code, c.name, coalesce(q.invoice_id, 0), coalesce(i.number, ''), q.channel,"
    " q.subject, q.contact, q.text, o.login",
    _TABLES,
    _KEY,
)
COUNTED = 20_000


@dataclass(frozen=True, slots=True)
class InquiryRow:
    """A call or mail; `due` is the day on which it is to be followed up, None where nothing is left to do."""

    key: tuple[Any, ...]
    id: int
    date: dt.date
    code: str
    customer: str
    invoice_id: int
    number: str
    channel: str
    subject: str
    contact: str
    text: str
    operator: str
    due: dt.date | None


@dataclass(frozen=True, slots=True)
class InquiryPage:
    """Rows in the order of the list, and whether there are more on either side."""

    rows: tuple[InquiryRow, ...]
    more_before: bool
    more_after: bool


def _row(row: tuple) -> InquiryRow:
    due = dt.date.fromisoformat(row[1]) if row[1] else None
    values: Any = (*row[5:], due)
    return InquiryRow(row[:3], row[3], dt.date.fromisoformat(row[4]), *values)


def _wanted(words: Sequence[WantedWord]) -> Source:
    source = _ALL
    for word in words:
        texts = ("c.search", "lower(q.text)", "lower(q.contact)", "lower(o.login)", "lower(coalesce(i.number, ''))")
        condition = " OR ".join(f"{text} LIKE ? ESCAPE '!'" for text in texts)
        parameters: list[Any] = [f"%{escape(word.text)}%"] * len(texts)
        if word.tokens:
            marks = ", ".join("?" * len(word.tokens))
            condition += f" OR q.subject IN ({marks}) OR q.channel IN ({marks})"
            parameters += word.tokens * 2
        source = source.only(f"({condition})", *parameters)
    return source


def page(
    books: Books, words: Sequence[WantedWord], direction: str, key: Sequence[Any] | None, limit: int
) -> InquiryPage:
    """A page of what all words fit."""
    found = read_page(books, _wanted(words), direction, key, limit)
    return InquiryPage(tuple(map(_row, found.rows)), found.more_before, found.more_after)


def count(books: Books, words: Sequence[WantedWord]) -> tuple[int, bool]:
    """(how many are wanted, whether there are more than that)."""
    return count_up_to(books, _wanted(words), COUNTED)
