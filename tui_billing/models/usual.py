"""The memory of what is usual, built anew from the issued lines: for a migration, a generator, and `verify`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

from tui_billing.models.ddl import dialect
from tui_billing.rules.usual import Key, Memory, Seen, flags_of, observations

_LINES = (
    "SELECT i.id, i.customer_id, i.currency, i.net, i.purchase_order, i.delivery_note, i.contract,"
    " coalesce((SELECT max(a.percent) FROM invoice_adjustment a"
    " WHERE a.invoice_id = i.id AND a.line_id IS NULL AND a.is_charge = 0), 0),"
    " l.item_id, l.unit_price, l.quantity, l.discount_percent"
    " FROM invoice i JOIN invoice_line l ON l.invoice_id = i.id"
    " WHERE i.series_id = {m} AND i.counter > {m} AND i.counter <= {m} AND i.kind = 'invoice'"
    " ORDER BY i.counter, l.position"
)
#: Documents that are read at once.
PAGE = 2000


def each_observation(rows: Callable[[str, tuple[Any, ...]], list[tuple]], mark: str) -> Iterator[tuple[Key, Seen]]:
    """Every observation of the issued invoices, in the order of their numbers."""
    sql = _LINES.replace("{m}", mark)
    for series, following in rows("SELECT id, next_counter FROM series ORDER BY year, id", ()):
        for first in range(0, following, PAGE):
            for _, lines in groupby(rows(sql, (series, first, first + PAGE)), key=lambda row: row[0]):
                group = list(lines)
                _, customer, currency, net, order, delivery, contract, discount = group[0][:8]
                flags = flags_of(order, delivery, contract)
                yield from observations(customer, currency, net, flags, int(discount), [row[8:12] for row in group])


def memories(rows: Callable[[str, tuple[Any, ...]], list[tuple]], mark: str) -> dict[Key, Memory]:
    """What `usual` must hold, by key."""
    found: dict[Key, Memory] = {}
    for key, one in each_observation(rows, mark):
        found[key] = found.get(key, Memory()).with_one(one)
    return found


def fill_usual(db: Any) -> None:
    """Fill the empty table `usual`, inside the open transaction."""
    mark = "?" if dialect(db) == "sqlite" else "%s"
    built = memories(lambda sql, parameters: db.execute_sql(sql, parameters).fetchall(), mark)
    if not built:
        return
    cursor = db.cursor()
    try:
        cursor.executemany(
            f"INSERT INTO usual (customer_id, item_id, currency, seen, recent) VALUES ({', '.join([mark] * 5)})",
            [(*key, memory.seen, memory.to_text()) for key, memory in built.items()],
        )
    finally:
        cursor.close()
