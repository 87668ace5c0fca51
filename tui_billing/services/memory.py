"""The memory of what is usual: read by the checklist, kept up by each issue, the same cost at any size of the books."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tui_billing.models.door import Books
from tui_billing.rules.usual import Key, Memory, flags_of, memory_from, observations


def recall(books: Books, keys: Iterable[Key], *, to_change: bool = False) -> dict[Key, Memory]:
    """The memories of these keys, in one query; what was never seen is absent."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    lock = " FOR UPDATE" if to_change and books.engine == "postgres" else ""
    rows = books.rows(
        "SELECT customer_id, item_id, currency, seen, recent FROM usual WHERE (customer_id, item_id, currency) IN"
        f" (VALUES {', '.join(['(?, ?, ?)'] * len(wanted))}) ORDER BY customer_id, item_id, currency{lock}",
        [value for key in wanted for value in key],
    )
    return {Key(*row[:3]): memory_from(row[3], row[4]) for row in rows}


def remember(
    books: Books,
    header: Mapping[str, Any],
    lines: Sequence[Mapping[str, Any]],
    adjustments: Sequence[Mapping[str, Any]],
) -> None:
    """Add an issued invoice, as it is stored, to the memory; inside its transaction, after its number was taken."""
    percents = [row["percent"] or 0 for row in adjustments if not row["is_charge"]]
    seen = observations(
        header["customer_id"],
        header["currency"],
        header["net"],
        flags_of(header["purchase_order"], header["delivery_note"], header["contract"]),
        max(percents, default=0),
        [(row["item_id"], row["unit_price"], row["quantity"], row["discount_percent"]) for row in lines],
    )
    known = recall(books, (key for key, _ in seen), to_change=True)
    changed: dict[Key, Memory] = {}
    for key, one in seen:
        changed[key] = changed.get(key, known.get(key, Memory())).with_one(one)
    cursor = books.db.cursor()
    try:
        cursor.executemany(
            books.sql(
                "INSERT INTO usual (customer_id, item_id, currency, seen, recent) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (customer_id, item_id, currency)"
                " DO UPDATE SET seen = excluded.seen, recent = excluded.recent"
            ),
            [(*key, memory.seen, memory.to_text()) for key, memory in sorted(changed.items())],
        )
    finally:
        cursor.close()
