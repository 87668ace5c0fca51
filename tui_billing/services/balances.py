"""Cached balances of documents, kept from the rows they are derived from; `verify` proves them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from tui_billing.models.door import Books
from tui_billing.models.tables import Instalment, Invoice, Receipt
from tui_billing.models.write import change
from tui_billing.rules.journal import proportion


def locked(books: Books, table: str, columns: str, key: int) -> tuple | None:
    """A row for a verb that will change it: on PostgreSQL locked until the commit."""
    lock = " FOR UPDATE" if books.engine == "postgres" else ""
    return books.row(f"SELECT {columns} FROM {table} WHERE id = ?{lock}", (key,))


def derive(books: Books, invoice_id: int) -> dict[str, object]:
    """What the living columns of an issued document must hold, from its allocations and disputes."""
    row = books.row("SELECT kind, payable, payable_base, due_date FROM invoice WHERE id = ?", (invoice_id,))
    assert row is not None
    kind, payable, payable_base, due = row
    column = "credit_note_id" if kind == "credit_note" else "invoice_id"
    source_base = "amount_base + difference_base" if kind == "credit_note" else "amount_base"
    sums = books.row(
        f"SELECT coalesce(sum(amount), 0), coalesce(sum({source_base}), 0),"
        " coalesce(sum(CASE WHEN kind = 'credit' THEN amount ELSE 0 END), 0),"
        " coalesce(sum(CASE WHEN kind = 'write_off' THEN amount ELSE 0 END), 0),"
        f" max(date) FROM allocation WHERE {column} = ?",
        (invoice_id,),
    )
    assert sums is not None
    settled, settled_base, credited, written_off, last = sums
    disputed = books.value(
        "SELECT coalesce(sum(amount), 0) FROM dispute WHERE invoice_id = ? AND status <> 'closed'", (invoice_id,)
    )
    opened = payable - int(settled)
    parts = books.rows(
        "SELECT due_date, amount FROM instalment WHERE invoice_id = ? ORDER BY due_date, position", (invoice_id,)
    )
    next_due, reached = due, int(settled)
    for part_due, amount in parts:
        if reached < amount:
            next_due = part_due
            break
        reached -= amount
    return {
        "open": opened,
        "open_base": payable_base - int(settled_base),
        "credited": int(credited) if kind != "credit_note" else 0,
        "written_off": int(written_off) if kind != "credit_note" else 0,
        "disputed": min(int(disputed), opened),  # type: ignore[call-overload]
        "next_due": next_due if opened else None,
        "settled_on": None if opened else (last or None),
    }


def derive_instalments(books: Books, invoice_id: int, opened: int, open_base: int) -> list[tuple[int, int, int]]:
    """(instalment id, open, open_base): what is settled goes to the earliest due parts first."""
    parts = books.rows(
        "SELECT id, amount FROM instalment WHERE invoice_id = ? ORDER BY due_date, position", (invoice_id,)
    )
    return spread(parts, opened, open_base)


def spread(parts: Sequence[tuple[int, int]], opened: int, open_base: int) -> list[tuple[int, int, int]]:
    """The same for (key, amount) in order of their due dates."""
    settled = sum(amount for _, amount in parts) - opened
    result: list[tuple[int, int, int]] = []
    left, left_base = opened, open_base
    rests = []
    for key, amount in parts:
        taken = min(settled, amount)
        settled -= taken
        rests.append((key, amount - taken))
    for key, rest in rests:
        base = proportion(rest, left, left_base) if left else 0
        left, left_base = left - rest, left_base - base
        result.append((key, rest, base))
    return result


def refresh_invoice(books: Books, invoice_id: int, today: dt.date) -> None:
    """Bring the living columns of a document and its instalments up to date."""
    values = derive(books, invoice_id)
    if not values["open"] and values["settled_on"] is None:
        values["settled_on"] = today.isoformat()  # nothing was ever to be paid
    change(Invoice, invoice_id, **values)
    for key, opened, base in derive_instalments(books, invoice_id, values["open"], values["open_base"]):  # type: ignore[arg-type]
        change(Instalment, key, open=opened, open_base=base)


def refresh_receipt(books: Books, receipt_id: int) -> None:
    """Bring the open part of a receipt up to date (nothing is open of one that was reversed)."""
    row = books.row("SELECT amount, amount_base, reversed_on FROM receipt WHERE id = ?", (receipt_id,))
    assert row is not None
    used = books.row(
        "SELECT coalesce(sum(amount), 0), coalesce(sum(amount_base + difference_base), 0)"
        " FROM allocation WHERE receipt_id = ?",
        (receipt_id,),
    )
    assert used is not None
    gone = row[2] is not None
    change(
        Receipt,
        receipt_id,
        open=0 if gone else row[0] - int(used[0]),
        open_base=0 if gone else row[1] - int(used[1]),
    )
