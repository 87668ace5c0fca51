"""Cached balances of documents, kept from the rows they are derived from; `verify` proves them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from tui_billing.models.door import Books
from tui_billing.models.tables import BankLine, Instalment, Invoice, Receipt
from tui_billing.models.write import change
from tui_billing.rules.differences import PAYMENT_DIFFERENCES
from tui_billing.rules.disputes import Stand, in_base, undisputed
from tui_billing.rules.journal import proportion

_NO_WRITE_OFF = ", ".join(f"'{code}'" for code in PAYMENT_DIFFERENCES)


def locked(books: Books, table: str, columns: str, key: int) -> tuple | None:
    """A row for a verb that will change it: on PostgreSQL locked until the commit."""
    lock = " FOR UPDATE" if books.engine == "postgres" else ""
    return books.row(f"SELECT {columns} FROM {table} WHERE id = ?{lock}", (key,))


def stands_of(books: Books, invoice_id: int) -> list[Stand]:
    """What the disputes of an invoice say, from which day on, in the order in which it was written."""
    rows = books.rows(
        "SELECT d.id, c.date, c.status, c.amount FROM dispute d JOIN dispute_change c ON c.dispute_id = d.id"
        " WHERE d.invoice_id = ? ORDER BY c.id",
        (invoice_id,),
    )
    return [Stand(key, dt.date.fromisoformat(date), status, amount) for key, date, status, amount in rows]


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
        f" coalesce(sum(CASE WHEN kind = 'write_off' AND reason_code NOT IN ({_NO_WRITE_OFF}) THEN amount ELSE 0 END), 0),"
        f" max(date) FROM allocation WHERE {column} = ?",
        (invoice_id,),
    )
    assert sums is not None
    settled, settled_base, credited, written_off, last = sums
    if kind == "credit_note":
        used, used_base, used_last = _consumed(books, "credit_note_id", invoice_id)
        settled, settled_base, last = int(settled) + used, int(settled_base) + used_base, max(last or "", used_last)
    opened, open_base = payable - int(settled), payable_base - int(settled_base)
    disputed = opened - undisputed(opened, stands_of(books, invoice_id))
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
        "open_base": open_base,
        "credited": int(credited) if kind != "credit_note" else 0,
        "written_off": int(written_off) if kind != "credit_note" else 0,
        "disputed": disputed,
        "disputed_base": in_base(disputed, opened, open_base),
        "next_due": next_due if opened else None,
        "settled_on": None if opened else (last or None),
    }


def _consumed(books: Books, column: str, key: int) -> tuple[int, int, str]:
    """(amount, in the books' currency, last day) of what no invoice uses of a receipt or credit note."""
    row = books.row(
        "SELECT coalesce(sum(amount), 0), coalesce(sum(amount_base + difference_base), 0), coalesce(max(date), '')"
        f" FROM consumption WHERE {column} = ?",
        (key,),
    )
    assert row is not None
    return int(row[0]), int(row[1]), row[2]


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


def derive_receipt(books: Books, receipt_id: int) -> tuple[int, int]:
    """(open, open in the books' currency) of a receipt; nothing is open of one that was reversed."""
    row = books.row("SELECT amount, amount_base, reversed_on FROM receipt WHERE id = ?", (receipt_id,))
    assert row is not None
    if row[2] is not None:
        return 0, 0
    used = books.row(
        "SELECT coalesce(sum(amount), 0), coalesce(sum(amount_base + difference_base), 0)"
        " FROM allocation WHERE receipt_id = ?",
        (receipt_id,),
    )
    assert used is not None
    consumed, consumed_base, _ = _consumed(books, "receipt_id", receipt_id)
    return row[0] - int(used[0]) - consumed, row[1] - int(used[1]) - consumed_base


def refresh_receipt(books: Books, receipt_id: int) -> None:
    """Bring the open part of a receipt up to date."""
    opened, open_base = derive_receipt(books, receipt_id)
    change(Receipt, receipt_id, open=opened, open_base=open_base)


def derive_line(books: Books, line_id: int) -> tuple[int, str]:
    """(open, status) of a bank line, from what stands on it; a line over nothing keeps its status."""
    row = books.row("SELECT amount, status FROM bank_line WHERE id = ?", (line_id,))
    sums = books.row(
        "SELECT coalesce(sum(amount), 0), coalesce(sum(CASE WHEN kind = 'ignored' THEN amount ELSE 0 END), 0)"
        " FROM clearing WHERE bank_line_id = ?",
        (line_id,),
    )
    assert row is not None and sums is not None
    amount, status = row
    opened, ignored = amount - int(sums[0]), int(sums[1])
    if not amount:
        return 0, status
    return opened, "unmatched" if opened else "ignored" if ignored == amount else "matched"


def refresh_line(books: Books, line_id: int) -> int:
    """Bring what is open of a bank line, and its status, up to date; return what is open."""
    opened, status = derive_line(books, line_id)
    change(BankLine, line_id, open=opened, status=status)
    return opened
