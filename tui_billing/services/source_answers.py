"""What the command line answers of orders, deliveries and contracts: decimal strings, English tokens, ISO dates."""

from __future__ import annotations

from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.fields import PERCENT, PRICE, QUANTITY, RATE
from tui_billing.rules.money import plain
from tui_billing.rules.problem import NotFound
from tui_billing.rules.sources import COMMANDS
from tui_billing.services.billing import Waiting
from tui_billing.services.show import decimal
from tui_billing.services.source_content import TABLES

_HEADS = {
    "order": (
        "h.id, h.number, c.code, c.name, h.date, h.currency, h.status, k.number, h.source, h.note",
        ("id", "number", "customer", "customer_name", "date", "currency", "status", "contract", "source", "note"),
        "LEFT JOIN contract k ON k.id = h.contract_id",
    ),
    "delivery": (
        "h.id, h.number, c.code, c.name, h.date, h.status, o.number, h.received_by, h.source, h.note",
        ("id", "number", "customer", "customer_name", "date", "status", "order", "received_by", "source", "note"),
        "LEFT JOIN purchase_order o ON o.id = h.order_id",
    ),
    "contract": (
        "h.id, h.number, c.code, c.name, h.title, h.start_date, h.end_date, h.currency, h.status, h.index_percent,"
        " h.ceiling, h.billed, h.note",
        (
            "id", "number", "customer", "customer_name", "title", "start_date", "end_date", "currency", "status",
            "index_percent", "ceiling", "billed", "note",
        ),
        "",
    ),
}  # fmt: skip
_LINES: dict[str, tuple[tuple[str, str, int | None], ...]] = {
    "order": (
        ("position", "l.position", None),
        ("reference", "l.reference", None),
        ("item", "l.item_code", None),
        ("description", "l.description", None),
        ("ordered", "l.quantity", QUANTITY),
        ("unit", "l.unit", None),
        ("unit_price", "l.unit_price", PRICE),
        ("discount_percent", "l.discount_percent", PERCENT),
        ("delivered", "l.delivered", QUANTITY),
        ("billed", "l.billed", QUANTITY),
    ),
    "delivery": (
        ("position", "l.position", None),
        ("item", "l.item_code", None),
        ("description", "l.description", None),
        ("delivered", "l.quantity", QUANTITY),
        ("unit", "l.unit", None),
        ("billed", "l.billed", QUANTITY),
        ("open", "l.open", QUANTITY),
    ),
    "contract": (
        ("position", "l.position", None),
        ("item", "l.item_code", None),
        ("description", "l.description", None),
        ("unit", "l.unit", None),
        ("unit_price", "l.unit_price", PRICE),
        ("discount_percent", "l.discount_percent", PERCENT),
        ("ceiling", "l.ceiling", QUANTITY),
        ("billed", "l.billed", QUANTITY),
    ),
}


def source_list(books: Books, kind: str) -> list[dict[str, Any]]:
    """All orders, deliveries or contracts, by their day."""
    order = "h.start_date" if kind == "contract" else "h.date"
    return [_head(kind, row) for row in _heads(books, kind, f"ORDER BY {order}, h.id")]


def source_json(books: Books, kind: str, key: int) -> dict[str, Any]:
    """One of them with its lines. Raises `NotFound`."""
    rows = _heads(books, kind, "WHERE h.id = ?", key)
    if not rows:
        raise NotFound(
            "there is no {what} {number}; list them with: tui-billing {what} list", what=COMMANDS[kind], number=key
        )
    found = _head(kind, rows[0])
    _, lines, link = TABLES[kind]
    names = _LINES[kind]
    found["lines"] = [
        {
            name: value if scale is None or value is None else decimal(value, scale)
            for (name, _, scale), value in zip(names, row, strict=True)
        }
        for row in books.rows(
            f"SELECT {', '.join(column for _, column, _ in names)} FROM {lines} l WHERE l.{link} = ? ORDER BY l.position",
            (key,),
        )
    ]
    if kind == "contract":
        found["indexes"] = [
            {"valid_from": day, "factor": decimal(factor, RATE), "note": note}
            for day, factor, note in books.rows(
                "SELECT valid_from, factor, note FROM contract_index WHERE contract_id = ? ORDER BY valid_from", (key,)
            )
        ]
    return found


def source_with_documents(books: Books, kind: str, key: int) -> dict[str, Any]:
    """The same with the issued documents that billed its lines, the newest first. Raises `NotFound`."""
    found = source_json(books, kind, key)
    _, lines, link = TABLES[kind]
    column = {"order": "order_line_id", "delivery": "delivery_line_id", "contract": "contract_line_id"}[kind]
    found["documents"] = [
        {
            "id": row[0],
            "number": row[1],
            "date": row[2],
            "position": row[3],
            "quantity": decimal(row[4], QUANTITY),
            "override": row[5],
        }
        for row in books.rows(
            f"SELECT i.id, i.number, i.issue_date, l.position, b.quantity, b.override FROM {lines} l"
            f" JOIN billed_line b ON b.{column} = l.id JOIN invoice i ON i.id = b.invoice_id"
            f" WHERE l.{link} = ? ORDER BY i.issue_date DESC, i.id DESC, l.position, b.id LIMIT 200",
            (key,),
        )
    ]
    return found


def _heads(books: Books, kind: str, rest: str, *parameters: object) -> list[tuple]:
    columns, _, join = _HEADS[kind]
    return books.rows(
        f"SELECT {columns} FROM {TABLES[kind][0]} h JOIN customer c ON c.id = h.customer_id {join} {rest}", parameters
    )


def _head(kind: str, row: tuple) -> dict[str, Any]:
    found = dict(zip(_HEADS[kind][1], row, strict=True))
    if kind == "contract":
        found["index_percent"] = decimal(found["index_percent"], PERCENT)
        found["ceiling"] = plain(found["ceiling"], found["currency"]) if found["ceiling"] else None
        found["billed"] = plain(found["billed"], found["currency"])
    return found


def waiting_json(row: Waiting) -> dict[str, Any]:
    """A delivery that waits to be billed."""
    return {
        "id": row.id,
        "number": row.number,
        "customer": row.customer,
        "date": row.date,
        "order": row.order or None,
        "lines": row.lines,
        "value": plain(row.value, row.currency),
        "currency": row.currency,
        "days": row.days,
    }
