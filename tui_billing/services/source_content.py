"""What the audit chain keeps of orders, delivery notes and contracts."""

from __future__ import annotations

from typing import Any

from tui_billing.models.door import Books

#: kind -> (table of heads, table of lines, their link)
TABLES = {
    "order": ("purchase_order", "order_line", "order_id"),
    "delivery": ("delivery_note", "delivery_line", "delivery_id"),
    "contract": ("contract", "contract_line", "contract_id"),
}
_CONTENT = {
    "purchase_order": (
        "customer_id, number, date, currency, contract_id, note, source",
        "position, reference, item_code, description, quantity, unit, unit_price, discount_percent",
        "order",
    ),
    "delivery_note": (
        "customer_id, number, date, order_id, received_by, note, source",
        "position, order_line_id, item_code, description, quantity, unit",
        "delivery",
    ),
    "contract": (
        "customer_id, number, title, start_date, end_date, currency, index_percent, ceiling, note",
        "position, item_code, description, unit, unit_price, discount_percent, ceiling",
        "contract",
    ),
}


def source_content(table: str, books: Books, key: int) -> dict[str, Any]:
    """What the audit chain keeps of an order, delivery note or contract; `verify` compares it."""
    heads, columns, kind = _CONTENT[table]
    row = books.row(f"SELECT {heads} FROM {table} WHERE id = ?", (key,))
    assert row is not None
    _, lines, link = TABLES[kind]
    rows = books.rows(f"SELECT {columns} FROM {lines} WHERE {link} = ? ORDER BY position", (key,))
    return {"v": 1, **dict(zip(heads.split(", "), row, strict=True)), "lines": [list(line) for line in rows]}
