"""Disputes as the screens ask for them: pages of the list, one with its timeline, what may be disputed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries.claims import CLAIMS
from tui_billing.models.queries.documents import match_texts
from tui_billing.models.queries.facts import escape
from tui_billing.models.queries.pages import Source, count_up_to, read_page
from tui_billing.rules.problem import NotFound
from tui_billing.rules.search import LONG

#: Questions to a colleague that have no answer yet.
_ASKED = (
    "FROM dispute_note n JOIN operator p ON p.id = n.colleague_id WHERE n.dispute_id = d.id AND n.kind = 'question'"
    " AND NOT EXISTS (SELECT 1 FROM dispute_note a WHERE a.answers_id = n.id)"
)
_COLUMNS = (
    "d.id, d.invoice_id, i.number, c.code, c.name, d.reason, d.amount, d.currency, o.login, d.status, d.outcome,"
    " d.opened_on, d.answer_by, d.closed_on, d.contact, d.version, d.priority, d.cause, d.lesson, d.customer_id,"
    f" coalesce((SELECT p.login {_ASKED} ORDER BY n.id DESC LIMIT 1), '')"
)
#: The open ones by the day of their answer, then the closed, the last opened first.
_KEY = (
    "CASE WHEN d.status = 'closed' THEN 1 ELSE 0 END",
    "CASE WHEN d.status = 'closed' THEN '' ELSE d.answer_by END",
    "CASE WHEN d.status = 'closed' THEN -d.id ELSE d.id END",
)
_TABLES = (
    "dispute d JOIN invoice i ON i.id = d.invoice_id JOIN customer c ON c.id = d.customer_id"
    " JOIN operator o ON o.id = d.owner_id"
)
#: What the list is found and sorted by: not the documents, of which there may be a million.
_FOUND = "dispute d JOIN customer c ON c.id = d.customer_id JOIN operator o ON o.id = d.owner_id"
_ALL = Source(f"{', '.join(_KEY)}, d.id", _FOUND, _KEY)
COUNTED = 20_000


@dataclass(frozen=True, slots=True)
class WantedWord:
    """A word of the filter, folded, and the reasons, statuses and outcomes that it may mean."""

    text: str
    tokens: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """A dispute; `amount` in minor units of `currency`."""

    key: tuple[Any, ...]
    id: int
    invoice_id: int
    number: str
    customer_code: str
    customer: str
    reason: str
    amount: int
    currency: str
    owner: str
    status: str
    outcome: str
    opened_on: dt.date
    answer_by: dt.date
    closed_on: dt.date | None
    contact: str
    version: int
    priority: str
    cause: str
    lesson: str
    customer_id: int
    #: Who is asked and has not answered yet, "" for nobody.
    asked: str = ""


@dataclass(frozen=True, slots=True)
class DisputePage:
    """Rows in the order of the list, and whether there are more on either side."""

    rows: tuple[DisputeRow, ...]
    more_before: bool
    more_after: bool


@dataclass(frozen=True, slots=True)
class Note:
    """An entry of a dispute's timeline; `colleague` is who was asked."""

    at: str
    operator: str
    kind: str
    text: str
    colleague: str


@dataclass(frozen=True, slots=True)
class Case:
    """A dispute with all that hangs on it; `lines` are (position, description, minor units), `given` is credited."""

    row: DisputeRow
    notes: list[Note]
    lines: list[tuple[int, str, int]]
    documents: list[tuple[int, str, str]]
    given: int
    #: (minor units, who asked, ISO date) of a credit note that waits for a second person.
    waits: tuple[int, str, str] | None = None


def _row(row: tuple) -> DisputeRow:
    values = row[3:]
    dates = [dt.date.fromisoformat(text) if text else None for text in values[11:14]]
    return DisputeRow(row[:3], *values[:11], *dates, *values[14:])


def _wanted(books: Books, words: Sequence[WantedWord]) -> Source:
    source = _ALL
    for word in words:
        pattern = f"%{escape(word.text)}%"
        texts = ("c.search", "lower(o.login)", "lower(d.contact)")
        condition = " OR ".join(f"{text} LIKE ? ESCAPE '!'" for text in texts)
        condition += f" OR EXISTS (SELECT 1 {_ASKED} AND lower(p.login) LIKE ? ESCAPE '!')"
        parameters: list[Any] = [pattern] * (len(texts) + 1)
        if len(word.text) >= LONG:
            match, values = match_texts(books, (word.text,))
            condition += f" OR d.invoice_id IN (SELECT invoice_search.rowid FROM invoice_search WHERE {match})"
            parameters += values
        if word.tokens:
            marks = ", ".join("?" * len(word.tokens))
            condition += f" OR d.reason IN ({marks}) OR d.status IN ({marks}) OR d.outcome IN ({marks})"
            parameters += word.tokens * 3
        source = source.only(f"({condition})", *parameters)
    return source


def page(
    books: Books, words: Sequence[WantedWord], direction: str, key: Sequence[Any] | None, limit: int
) -> DisputePage:
    """A page of the disputes that all words fit: in the order of the list."""
    found = read_page(books, _wanted(books, words), direction, key, limit)
    ids = [row[3] for row in found.rows]
    rows: dict[int, DisputeRow] = {}
    if ids:
        marks = ", ".join("?" * len(ids))
        whole = books.rows(f"SELECT {', '.join(_KEY)}, {_COLUMNS} FROM {_TABLES} WHERE d.id IN ({marks})", ids)
        rows = {row[3]: _row(row) for row in whole}
    return DisputePage(tuple(rows[key] for key in ids if key in rows), found.more_before, found.more_after)


def count(books: Books, words: Sequence[WantedWord]) -> tuple[int, bool]:
    """(how many disputes are wanted, whether there are more than that)."""
    return count_up_to(books, _wanted(books, words), COUNTED)


def dispute(books: Books, dispute_id: int) -> Case:
    """A dispute, its timeline (the oldest note first), lines and documents, in five queries. Raises `NotFound`."""
    row = books.row(f"SELECT {', '.join(_KEY)}, {_COLUMNS} FROM {_TABLES} WHERE d.id = ?", (dispute_id,))
    if row is None:
        raise NotFound("there is no dispute {id}; list them with: tui-billing dispute list", id=dispute_id)
    notes = books.rows(
        "SELECT n.at, o.login, n.kind, n.text, coalesce(p.login, '') FROM dispute_note n"
        " JOIN operator o ON o.id = n.operator_id LEFT JOIN operator p ON p.id = n.colleague_id"
        " WHERE n.dispute_id = ? ORDER BY n.id",
        (dispute_id,),
    )
    lines = books.rows(
        f"SELECT l.position, l.description, x.amount FROM {CLAIMS} x JOIN invoice_line l ON l.id = x.line_id"
        " WHERE x.dispute_id = ? ORDER BY l.position",
        (dispute_id,),
    )
    documents = books.rows(
        "SELECT i.id, coalesce(i.number, ''), x.role, i.gross FROM dispute_document x"
        " JOIN invoice i ON i.id = x.invoice_id WHERE x.dispute_id = ? ORDER BY x.id",
        (dispute_id,),
    )
    found = _row(row)
    given = sum(gross if role == "credit" else found.amount for _, _, role, gross in documents if role != "invoice")
    papers = [(key, number, role) for key, number, role, _ in documents]
    waits = books.row(
        "SELECT r.gross, o.login, r.date FROM credit_request r JOIN operator o ON o.id = r.operator_id"
        " WHERE r.status = 'waiting' AND (r.dispute_id = ? OR (r.dispute_id IS NULL AND r.invoice_id = ?))"
        " ORDER BY r.id LIMIT 1",
        (dispute_id, found.invoice_id),
    )
    return Case(
        found, [Note(*note) for note in notes], [(p, d, int(a)) for p, d, a in lines], papers, int(given), waits
    )


@dataclass(frozen=True, slots=True)
class Disputable:
    """What may be contested of an invoice: `free` is open and not disputed yet, in minor units."""

    number: str
    customer: str
    currency: str
    open: int
    free: int


def disputable(books: Books, invoice_id: int) -> Disputable:
    """What may be contested of an issued invoice. Raises `NotFound`."""
    row = books.row(
        "SELECT number, buyer_name, currency, open, disputed FROM invoice WHERE id = ? AND state = 'issued'",
        (invoice_id,),
    )
    if row is None:
        raise NotFound("there is no issued invoice with id {id}", id=invoice_id)
    return Disputable(row[0], row[1], row[2], row[3], row[3] - row[4])


def standing_on(books: Books, invoice_id: int) -> list[tuple[int, int]]:
    """(id, minor units) of the disputes that are open on an invoice, the first one first."""
    rows = books.rows(
        "SELECT id, amount FROM dispute WHERE invoice_id = ? AND status <> 'closed' ORDER BY id", (invoice_id,)
    )
    return [(key, int(amount)) for key, amount in rows]
