"""Letters that were kept, as the list asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries.facts import escape
from tui_billing.models.queries.pages import Source, count_up_to, read_page

COUNTED = 20_000
_STATE = "coalesce((SELECT d.state FROM delivery d WHERE d.letter_id = l.id ORDER BY d.id DESC LIMIT 1), '')"
_SOURCE = Source(
    f"l.id, l.name, l.kind, l.date, c.code, c.name, l.language, {_STATE}",
    "letter l JOIN customer c ON c.id = l.customer_id",
    ("l.id",),
    descending=True,
)


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A letter; `state` is that of its newest delivery, "" where it was never sent."""

    id: int
    name: str
    kind: str
    date: str
    customer_code: str
    customer: str
    language: str
    state: str


@dataclass(frozen=True, slots=True)
class LetterPage:
    """Rows in the order of the list, and whether there are more on either side."""

    rows: tuple[LetterRow, ...]
    more_before: bool
    more_after: bool


def _source(words: Sequence[str]) -> Source:
    source = _SOURCE
    for word in words:
        pattern = f"%{escape(word)}%"
        source = source.only("(lower(l.name) LIKE ? ESCAPE '!' OR c.search LIKE ? ESCAPE '!')", pattern, pattern)
    return source


def page(books: Books, words: Sequence[str], direction: str, key: Sequence[Any] | None, limit: int) -> LetterPage:
    """A page of the letters that fit all words, the newest first."""
    found = read_page(books, _source(words), direction, key, limit)
    return LetterPage(tuple(LetterRow(*row) for row in found.rows), found.more_before, found.more_after)


def count(books: Books, words: Sequence[str]) -> tuple[int, bool]:
    """(how many letters fit, whether there are more than that)."""
    return count_up_to(books, _source(words), COUNTED)
