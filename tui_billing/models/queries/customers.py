"""Customers as the screens ask for them: pages of the list, and what one owes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries.facts import escape
from tui_billing.models.queries.pages import Source, count_up_to, read_page
from tui_billing.rules.problem import NotFound

#: What is open less what is on account, in the books' currency; and how many invoices are overdue.
_OWED = (
    "(SELECT coalesce(sum(CASE WHEN i.kind = 'credit_note' THEN -i.open_base ELSE i.open_base END), 0)"
    " FROM invoice i WHERE i.customer_id = c.id AND i.open <> 0)"
    " - (SELECT coalesce(sum(r.open_base), 0) FROM receipt r WHERE r.customer_id = c.id AND r.open <> 0)"
)
_OVERDUE = (
    "(SELECT count(*) FROM invoice i WHERE i.customer_id = c.id AND i.open <> 0 AND i.kind <> 'credit_note'"
    " AND i.next_due < '{day}')"
)
_TOWN = "coalesce((SELECT a.city FROM address a WHERE a.customer_id = c.id AND a.kind = 'billing' ORDER BY a.id LIMIT 1), '')"
COUNTED = 100_000


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer in the list; `owed` in minor units of the books' currency."""

    key: tuple[Any, ...]
    id: int
    code: str
    name: str
    city: str
    country: str
    terms: str
    active: bool
    owed: int
    overdue: int


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """Rows in the order of the list, and whether there are more on either side."""

    rows: tuple[CustomerRow, ...]
    more_before: bool
    more_after: bool


def _source(words: Sequence[str]) -> Source:
    source = Source(f"c.code, c.id, c.name, {_TOWN}, c.country, c.terms, c.active", "customer c", ("c.code",))
    for word in words:
        source = source.only("c.search LIKE ? ESCAPE '!'", f"%{escape(word)}%")
    return source


def page(
    books: Books, words: Sequence[str], today: dt.date, direction: str, key: Sequence[Any] | None, limit: int
) -> CustomerPage:
    """A page of the customers whose code, name, town or numbers hold all words (folded), by code."""
    found = read_page(books, _source(words), direction, key, limit)
    debts = _debts(books, [row[1] for row in found.rows], today)
    rows = tuple(
        CustomerRow((row[0],), row[1], row[0], row[2], row[3], row[4], row[5], bool(row[6]), *debts.get(row[1], (0, 0)))
        for row in found.rows
    )
    return CustomerPage(rows, found.more_before, found.more_after)


def _debts(books: Books, ids: Sequence[int], today: dt.date) -> dict[int, tuple[int, int]]:
    """Customer -> (owed, overdue invoices), of covering indexes alone: a row of a document is wide."""
    if not ids:
        return {}
    marks = ", ".join("?" * len(ids))
    owed = {
        key: (int(amount), int(late))
        for key, amount, late in books.rows(
            "SELECT customer_id, sum(CASE WHEN kind = 'credit_note' THEN -open_base ELSE open_base END),"
            " sum(CASE WHEN kind <> 'credit_note' AND next_due < ? THEN 1 ELSE 0 END)"
            f" FROM invoice WHERE open <> 0 AND customer_id IN ({marks}) GROUP BY customer_id",
            (today.isoformat(), *ids),
        )
    }
    hint = " INDEXED BY receipt_open" if books.engine == "sqlite" else ""
    for key, amount in books.rows(
        f"SELECT customer_id, sum(open_base) FROM receipt{hint} WHERE open <> 0 AND customer_id IN ({marks})"
        " GROUP BY customer_id",
        tuple(ids),
    ):
        before = owed.get(key, (0, 0))
        owed[key] = (before[0] - int(amount), before[1])
    return owed


def count(books: Books, words: Sequence[str]) -> tuple[int, bool]:
    """(how many customers are wanted, whether there are more than that)."""
    return count_up_to(books, _source(words), COUNTED)


def customer_version(books: Books, customer_id: int) -> int:
    """The version that goes back with the next change of the card. Raises `NotFound`."""
    found = books.value("SELECT version FROM customer WHERE id = ?", (customer_id,))
    if found is None:
        raise NotFound("there is no customer with id {id}", id=customer_id)
    return int(found)  # type: ignore[call-overload]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a customer stands: sums in the books' currency (`disputed` counts cases), ids of the documents
    with something open (the first
    due first) and of the last ones."""

    owed: int
    overdue: int
    on_account: int
    disputed: int
    disputed_amount: int
    open_ids: tuple[int, ...]
    last_ids: tuple[int, ...]


def standing(books: Books, customer_id: int, today: dt.date, limit: int = 50) -> Standing:
    """How a customer stands today."""
    row = books.row(
        f"SELECT {_OWED}, {_OVERDUE.format(day=today)},"
        " (SELECT coalesce(sum(r.open_base), 0) FROM receipt r WHERE r.customer_id = c.id AND r.open <> 0),"
        " (SELECT count(*) FROM dispute d WHERE d.customer_id = c.id AND d.status <> 'closed'),"
        " (SELECT coalesce(sum(i.disputed_base), 0) FROM invoice i WHERE i.customer_id = c.id AND i.open <> 0)"
        " FROM customer c WHERE c.id = ?",
        (customer_id,),
    )
    if row is None:
        raise NotFound("there is no customer with id {id}", id=customer_id)
    open_rows = books.rows(
        "SELECT id FROM invoice WHERE customer_id = ? AND open <> 0 ORDER BY next_due, id LIMIT ?", (customer_id, limit)
    )
    last_rows = books.rows(
        "SELECT id FROM invoice WHERE customer_id = ? ORDER BY issue_date DESC, id DESC LIMIT ?", (customer_id, 10)
    )
    return Standing(
        int(row[0]),
        int(row[1]),
        int(row[2]),
        int(row[3]),
        int(row[4]),
        tuple(key for (key,) in open_rows),
        tuple(key for (key,) in last_rows),
    )
