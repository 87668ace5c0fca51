"""Deliveries as lists and screens ask for them: pages, one with its history, those of a document, what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries.facts import escape
from tui_billing.models.queries.pages import Source, count_up_to, read_page
from tui_billing.rules.delivery import TROUBLE, State
from tui_billing.rules.problem import NotFound

COUNTED = 20_000
_COLUMNS = (
    "d.id, d.name, d.invoice_id, d.letter_id, d.edition, c.code, c.name, d.channel, d.role, d.address, d.language,"
    " d.state, d.code, d.reason, d.tries, d.due_at, d.changed_at, d.batch"
)
#: First what somebody must look at, then what waits, then the rest; the newest first in each.
_TROUBLE = ", ".join(f"'{state.value}'" for state in TROUBLE)
_RANK = f"CASE WHEN d.state IN ({_TROUBLE}) THEN 0 WHEN d.state IN ('queued', 'sending') THEN 1 ELSE 2 END"
_SOURCE = Source(f"{_RANK}, -d.id, {_COLUMNS}", "delivery d JOIN customer c ON c.id = d.customer_id", (_RANK, "-d.id"))


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One document for one recipient; instants are UTC texts."""

    key: tuple[Any, ...]
    id: int
    name: str
    invoice_id: int | None
    letter_id: int | None
    edition: int
    customer_code: str
    customer: str
    channel: str
    role: str
    address: str
    language: str
    state: State
    code: str
    reason: str
    tries: int
    due_at: str
    changed_at: str
    batch: str


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """Rows in the order of the list, and whether there are more on either side."""

    rows: tuple[DeliveryRow, ...]
    more_before: bool
    more_after: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """What befell a delivery: when, its state from then on, the server's code, why, and who did it."""

    at: str
    state: State
    code: str
    reason: str
    operator: str


@dataclass(frozen=True, slots=True)
class Traffic:
    """What the overview tells of the post office: came back or not certain, waiting, outage since when and why."""

    trouble: int = 0
    waiting: int = 0
    outage_since: str = ""
    outage_reason: str = ""


@dataclass(frozen=True, slots=True)
class WantedDeliveries:
    """Words that a row must fit, and states ("" of none in particular)."""

    words: tuple[str, ...] = ()
    states: tuple[str, ...] = ()


def _row(row: tuple) -> DeliveryRow:
    values = list(row[2:])
    values[11] = State(values[11])
    return DeliveryRow(tuple(row[:2]), *values)


def _source(wanted: WantedDeliveries) -> Source:
    source = _SOURCE
    for word in wanted.words:
        pattern = f"%{escape(word)}%"
        source = source.only(
            "(lower(d.name) LIKE ? ESCAPE '!' OR c.search LIKE ? ESCAPE '!' OR lower(d.address) LIKE ? ESCAPE '!'"
            " OR d.channel LIKE ? ESCAPE '!')",
            *[pattern] * 4,
        )
    if wanted.states:
        source = source.only(f"d.state IN ({', '.join('?' * len(wanted.states))})", *wanted.states)
    return source


def page(books: Books, wanted: WantedDeliveries, direction: str, key: Sequence[Any] | None, limit: int) -> DeliveryPage:
    """A page of the deliveries that are wanted."""
    found = read_page(books, _source(wanted), direction, key, limit)
    return DeliveryPage(tuple(map(_row, found.rows)), found.more_before, found.more_after)


def count(books: Books, wanted: WantedDeliveries) -> tuple[int, bool]:
    """(how many deliveries are wanted, whether there are more than that)."""
    return count_up_to(books, _source(wanted), COUNTED)


def every(books: Books, wanted: WantedDeliveries) -> list[DeliveryRow]:
    """All that are wanted, in the order of the list."""
    source = _source(wanted)
    where = f" WHERE {' AND '.join(source.where)}" if source.where else ""
    rows = books.rows(f"SELECT {source.select} FROM {source.tables}{where} ORDER BY 1, 2", source.parameters)
    return [_row(row) for row in rows]


def delivery(books: Books, delivery_id: int) -> tuple[DeliveryRow, list[Attempt]]:
    """A delivery and what befell it, the oldest first. Raises `NotFound`."""
    row = books.row(f"SELECT {_SOURCE.select} FROM {_SOURCE.tables} WHERE d.id = ?", (delivery_id,))
    if row is None:
        raise NotFound("there is no delivery {id}; list them with: tui-billing send list", id=delivery_id)
    rows = books.rows(
        "SELECT a.at, a.state, a.code, a.reason, o.login FROM delivery_attempt a JOIN operator o ON o.id = a.operator_id"
        " WHERE a.delivery_id = ? ORDER BY a.id",
        (delivery_id,),
    )
    return _row(row), [Attempt(at, State(state), *more) for at, state, *more in rows]


def of_invoice(books: Books, invoice_id: int) -> list[DeliveryRow]:
    """The deliveries of a document, the newest edition first."""
    rows = books.rows(
        f"SELECT {_SOURCE.select} FROM {_SOURCE.tables} WHERE d.invoice_id = ? ORDER BY d.edition DESC, d.id",
        (invoice_id,),
    )
    return [_row(row) for row in rows]


def traffic(books: Books) -> Traffic:
    """What is wrong and what waits, in two short queries."""
    row = books.row(
        f"SELECT coalesce(sum(CASE WHEN state IN ({_TROUBLE}) THEN 1 ELSE 0 END), 0),"
        " coalesce(sum(CASE WHEN state = 'queued' THEN 1 ELSE 0 END), 0)"
        f" FROM delivery WHERE state IN ({_TROUBLE}, 'queued')"
    )
    outage = books.row("SELECT outage_since, outage_reason FROM delivery_setting WHERE id = 1")
    assert row is not None
    return Traffic(int(row[0]), int(row[1]), *((outage[0] or "", outage[1]) if outage else ()))
