"""Customers' orders as the list shows them: how far each is delivered and billed; keyset pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries.facts import escape
from tui_billing.models.queries.pages import Source, count_up_to, read_page

COUNTED = 20_000
_LINES = "FROM order_line l WHERE l.order_id = h.id"
_ALL = Source(
    "CASE WHEN h.status = 'open' THEN 0 ELSE 1 END, h.date, h.id, h.number, c.code, c.name, h.status,"
    f" (SELECT count(*) {_LINES}), (SELECT count(*) {_LINES} AND l.delivered >= l.quantity),"
    f" (SELECT count(*) {_LINES} AND l.billed >= l.quantity),"
    f" (SELECT count(*) {_LINES} AND l.delivered > l.billed)",
    "purchase_order h JOIN customer c ON c.id = h.customer_id",
    ("CASE WHEN h.status = 'open' THEN 0 ELSE 1 END", "h.date", "h.id"),
)


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order; `delivered` and `billed` count its lines that are wholly so, `waiting` those that can be billed."""

    key: tuple[Any, ...]
    id: int
    number: str
    customer_code: str
    customer: str
    date: str
    status: str
    lines: int
    delivered: int
    billed: int
    waiting: int


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Rows in the order of the list, and whether there are more on either side."""

    rows: tuple[OrderRow, ...]
    more_before: bool
    more_after: bool


def _wanted(words: Sequence[str]) -> Source:
    source = _ALL
    for word in words:
        pattern = f"%{escape(word)}%"
        source = source.only("(c.search LIKE ? ESCAPE '!' OR lower(h.number) LIKE ? ESCAPE '!')", pattern, pattern)
    return source


def page(books: Books, words: Sequence[str], direction: str, key: Sequence[Any] | None, limit: int) -> OrderPage:
    """A page of the orders that all words fit: the open ones first, the oldest before."""
    found = read_page(books, _wanted(words), direction, key, limit)
    rows = tuple(OrderRow(tuple(row[:3]), row[2], row[3], row[4], row[5], row[1], *row[6:]) for row in found.rows)
    return OrderPage(rows, found.more_before, found.more_after)


def count(books: Books, words: Sequence[str]) -> tuple[int, bool]:
    """(how many orders are wanted, whether there are more than that)."""
    return count_up_to(books, _wanted(words), COUNTED)
