"""The canonical content of what was posted, as the audit chain hashes it and `verify` compares it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from tui_billing.models import guards
from tui_billing.models.door import Books
from tui_billing.models.tables import Invoice

#: Raised with every change of what is hashed, so that old events are still compared by their own list.
VERSION = 3
#: Version -> columns of a document that were hashed from then on.
_SINCE: dict[int, tuple[str, ...]] = {2: ("payment_link",), 3: ("template_id",)}

_FROZEN = [
    field.column_name
    for field in Invoice._meta.sorted_fields
    if field.column_name not in guards.LIVING | {"form", "holder", "version", "updated_at", "created_at"}
]
_CHILDREN = {
    "lines": (
        "invoice_line",
        "position, item_code, description, quantity, unit, unit_price, discount_percent, discount, net,"
        " vat_category, vat_rate, exemption_code, nature, period_start, period_end, order_line, note,"
        " original_line_id",
        "position",
    ),
    "adjustments": (
        "invoice_adjustment",
        "is_charge, amount, base, percent, reason, reason_code, vat_category, vat_rate, exemption_code",
        "id",
    ),
    "vat": (
        "vat_breakdown",
        "category, rate, exemption_code, exemption_text, taxable, tax, taxable_base, tax_base",
        "id",
    ),
    "instalments": ("instalment", "position, due_date, amount", "position"),
}
_JSON = {"seller", "buyer", "delivery", "mentions"}


#: Columns of a document that issue never sets: they are what the table says.
_DEFAULTS: dict[str, Any] = {
    field.column_name: None if field.default is None else field.db_value(field.default)
    for field in Invoice._meta.sorted_fields
    if field.column_name in _FROZEN and not callable(field.default)
}


def content_written(header: Mapping[str, Any], children: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    """The same content from what has just been written, without reading it back; `verify` compares both.

    `header` are stored values by column (seller, buyer, delivery and mentions as JSON values), `children` the
    stored rows of `lines`, `adjustments`, `vat` and `instalments` in their order.
    """
    content: dict[str, Any] = {name: header[name] if name in header else _DEFAULTS[name] for name in _FROZEN}
    for name, (_, columns, _) in _CHILDREN.items():
        names = _names(columns)
        content[name] = [[row.get(column) for column in names] for row in children.get(name, ())]
    content["v"] = VERSION
    return content


@cache
def _names(columns: str) -> tuple[str, ...]:
    return tuple(columns.replace(",", " ").split())


def content_of(books: Books, invoice_id: int, version: object = VERSION) -> dict[str, Any]:
    """Everything that stands on an issued document: integers, texts and lists alone.

    `version` is that of the event it is compared with: what was not hashed yet is left out, as long as it is
    what the table says by itself.
    """
    row = books.row(f"SELECT {', '.join(_FROZEN)} FROM invoice WHERE id = ?", (invoice_id,))
    assert row is not None
    content: dict[str, Any] = {
        name: json.loads(value) if name in _JSON else value for name, value in zip(_FROZEN, row, strict=True)
    }
    for name, (table, columns, order) in _CHILDREN.items():
        rows = books.rows(f"SELECT {columns} FROM {table} WHERE invoice_id = ? ORDER BY {order}", (invoice_id,))
        content[name] = [list(child) for child in rows]
    content["v"] = version
    for since, names in _SINCE.items():
        if isinstance(version, int) and version < since:
            for name in names:
                if content[name] == _DEFAULTS[name]:
                    del content[name]
    return content
