"""Orders, contracts and delivery notes as the match and the lists ask for them; a constant number of queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.fields import PERCENT, PRICE, QUANTITY, RATE, unscaled
from tui_billing.rules.indexation import factor_on, indexed
from tui_billing.rules.match3 import AgreedPrice, Source, SourceLine, Tolerance
from tui_billing.rules.money import exponent

_ORDER_LINE = (
    "l.id, l.position, l.item_code, l.description, l.unit, l.quantity, l.billed, l.reference, l.delivered,"
    " l.unit_price, l.discount_percent, CASE WHEN i.nature = 'goods' THEN 1 ELSE 0 END"
)
_DELIVERY_LINE = "l.id, l.position, l.item_code, l.description, l.unit, l.quantity, l.billed, l.order_line_id"


@dataclass(frozen=True, slots=True)
class Head:
    """The head of an order or delivery note."""

    id: int
    customer_id: int
    customer: str
    number: str
    date: str
    status: str
    currency: str
    contract_id: int | None
    order_id: int | None


def _heads(books: Books, table: str, where: str, parameters: Sequence[Any], lock: bool, limit: int = 50) -> list[Head]:
    order = table == "purchase_order"
    columns = "h.currency, h.contract_id, NULL" if order else "'', NULL, h.order_id"
    locking = " FOR UPDATE OF h" if lock and books.engine == "postgres" else ""
    rows = books.rows(
        f"SELECT h.id, h.customer_id, c.code, h.number, h.date, h.status, {columns} FROM {table} h"
        f" JOIN customer c ON c.id = h.customer_id WHERE {where} ORDER BY h.date, h.id LIMIT {limit}{locking}",
        parameters,
    )
    return [Head(*row) for row in rows]


def orders_by_number(books: Books, number: str, *, lock: bool = False) -> list[Head]:
    """The orders under a number, whoever's they are."""
    return _heads(books, "purchase_order", "h.number = ?", (number,), lock)


def open_orders(books: Books, customer_id: int, items: Sequence[str] = ()) -> list[Head]:
    """A customer's open orders, the oldest first; those alone that leave something to bill of all `items`."""
    left = "EXISTS (SELECT 1 FROM order_line l WHERE l.order_id = h.id AND l.item_code = ? AND l.billed < l.quantity)"
    where = " AND ".join(["h.customer_id = ? AND h.status = 'open'", *[left] * len(items)])
    return _heads(books, "purchase_order", where, (customer_id, *items), False)


def notes_by_number(books: Books, numbers: Sequence[str], *, lock: bool = False) -> list[Head]:
    """The delivery notes under these numbers, whoever's they are."""
    if not numbers:
        return []
    marks = ", ".join("?" * len(numbers))
    return _heads(books, "delivery_note", f"h.number IN ({marks})", numbers, lock)


def notes_of_order(books: Books, order_id: int, *, lock: bool = False) -> list[Head]:
    """The delivery notes of an order, the oldest first."""
    return _heads(books, "delivery_note", "h.order_id = ? AND h.status = 'open'", (order_id,), lock, 500)


def open_notes(books: Books, customer_id: int) -> list[Head]:
    """A customer's delivery notes on which something is not billed yet."""
    where = (
        "h.customer_id = ? AND h.status = 'open'"
        " AND EXISTS (SELECT 1 FROM delivery_line l WHERE l.delivery_id = h.id AND l.open <> 0)"
    )
    return _heads(books, "delivery_note", where, (customer_id,), False)


def order_source(books: Books, head: Head) -> Source:
    """An order with its lines."""
    return order_sources(books, [head])[0]


def order_sources(books: Books, heads: Sequence[Head]) -> list[Source]:
    """Orders with their lines, in one query."""
    lines = _lines(books, "order_line", "order_id", _ORDER_LINE, [head.id for head in heads])
    return [
        Source(head.id, head.number, tuple(map(_order_line, lines.get(head.id, ()))), head.currency) for head in heads
    ]


def note_sources(books: Books, heads: Sequence[Head]) -> list[Source]:
    """Delivery notes with their lines, in one query."""
    lines = _lines(books, "delivery_line", "delivery_id", _DELIVERY_LINE, [head.id for head in heads])
    return [Source(head.id, head.number, tuple(map(_delivery_line, lines.get(head.id, ())))) for head in heads]


def _lines(books: Books, table: str, link: str, columns: str, ids: Sequence[int]) -> dict[int, list[tuple]]:
    if not ids:
        return {}
    marks = ", ".join("?" * len(ids))
    found: dict[int, list[tuple]] = {}
    for key, *row in books.rows(
        f"SELECT l.{link}, {columns} FROM {table} l LEFT JOIN item i ON i.id = l.item_id"
        f" WHERE l.{link} IN ({marks}) ORDER BY l.{link}, l.position",
        ids,
    ):
        found.setdefault(key, []).append(tuple(row))
    return found


def _order_line(row: tuple) -> SourceLine:
    return SourceLine(
        id=row[0],
        position=row[1],
        item=row[2],
        description=row[3],
        unit=row[4],
        quantity=unscaled(row[5], QUANTITY),
        billed=unscaled(row[6], QUANTITY),
        reference=row[7] or str(row[1]),
        delivered=unscaled(row[8], QUANTITY),
        unit_price=None if row[9] is None else unscaled(row[9], PRICE),
        discount=unscaled(row[10], PERCENT),
        goods=bool(row[11]),
    )


def _delivery_line(row: tuple) -> SourceLine:
    return SourceLine(
        id=row[0],
        position=row[1],
        item=row[2],
        description=row[3],
        unit=row[4],
        quantity=unscaled(row[5], QUANTITY),
        billed=unscaled(row[6], QUANTITY),
        order_line=row[7],
    )


def agreed_prices(
    books: Books, customer_id: int, day: dt.date, currency: str, *, number: str = "", lock: bool = False
) -> list[AgreedPrice]:
    """The prices agreed with a customer on a day, one an item: of the contract named, else of the newest in force."""
    locking = " FOR UPDATE OF c" if lock and books.engine == "postgres" else ""
    rows = books.rows(
        "SELECT l.id, c.number, l.item_code, l.unit, l.unit_price, l.discount_percent, l.ceiling, l.billed, c.ceiling,"
        " c.billed, c.start_date, c.index_percent, c.id"
        " FROM contract c JOIN contract_line l ON l.contract_id = c.id"
        " WHERE c.customer_id = ? AND c.status = 'open' AND c.currency = ? AND c.start_date <= ?"
        f" AND (c.end_date IS NULL OR c.end_date >= ?) ORDER BY c.start_date DESC, c.id DESC, l.position{locking}",
        (customer_id, currency, day.isoformat(), day.isoformat()),
    )
    if number and any(row[1] == number for row in rows):
        rows = [row for row in rows if row[1] == number]
    if not rows:
        return []
    factors = _factors(books, sorted({row[12] for row in rows}))
    found: dict[str, AgreedPrice] = {}
    for row in rows:
        factor = factor_on(day, dt.date.fromisoformat(row[10]), unscaled(row[11], PERCENT), factors.get(row[12], ()))
        found.setdefault(
            row[2] or f"line {row[0]}",
            AgreedPrice(
                line=row[0],
                contract=row[1],
                item=row[2],
                unit=row[3],
                unit_price=indexed(unscaled(row[4], PRICE), factor, exponent(currency)),
                discount=unscaled(row[5], PERCENT),
                ceiling=unscaled(row[6], QUANTITY),
                billed=unscaled(row[7], QUANTITY),
                net_ceiling=row[8],
                net_billed=row[9],
                factor=factor,
            ),
        )
    return list(found.values())


def _factors(books: Books, contracts: Sequence[int]) -> dict[int, list[tuple[dt.date, Decimal]]]:
    marks = ", ".join("?" * len(contracts))
    found: dict[int, list[tuple[dt.date, Decimal]]] = {}
    for key, day, factor in books.rows(
        f"SELECT contract_id, valid_from, factor FROM contract_index WHERE contract_id IN ({marks})", contracts
    ):
        found.setdefault(key, []).append((dt.date.fromisoformat(day), unscaled(factor, RATE)))
    return found


def contract_heads(books: Books, number: str) -> list[tuple[int, str, str, str, str | None]]:
    """(customer, code, status, start, end) of the contracts under a number, whoever's they are."""
    return [
        (row[0], row[1], row[2], row[3], row[4])
        for row in books.rows(
            "SELECT c.customer_id, u.code, c.status, c.start_date, c.end_date FROM contract c"
            " JOIN customer u ON u.id = c.customer_id WHERE c.number = ? ORDER BY c.id LIMIT 20",
            (number,),
        )
    ]


def tolerance_of(books: Books, customer_id: int) -> Tolerance:
    """What a customer accepts beyond orders and agreed prices."""
    row = books.row("SELECT quantity_tolerance, price_tolerance FROM customer WHERE id = ?", (customer_id,))
    return Tolerance(unscaled(row[0], PERCENT), unscaled(row[1], PERCENT)) if row else Tolerance()
