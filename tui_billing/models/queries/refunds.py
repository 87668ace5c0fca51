"""Refunds as they are listed."""

from __future__ import annotations

from typing import Any

from tui_billing.models.door import Books

_REFUND = (
    "f.id, c.code, c.name, f.date, f.amount, f.currency, f.iban, f.bic, f.payee, f.reference, f.reason, f.reversed_on,"
    " f.reversal_reason"
)
_NAMES = [name.strip().rpartition(".")[2] for name in _REFUND.split(",")]


def refunds(books: Books, refund_id: int | None = None) -> list[dict[str, Any]]:
    """Refunds by date, or one; each with `sources` (receipt id, credit note number, amount) and its `lines`."""
    where, parameters = ("", ()) if refund_id is None else (" WHERE f.id = ?", (refund_id,))
    rows = books.rows(
        f"SELECT {_REFUND} FROM refund f JOIN customer c ON c.id = f.customer_id{where} ORDER BY f.date, f.id",
        parameters,
    )
    found = [dict(zip(_NAMES, row, strict=True)) for row in rows]
    sources: dict[int, list[tuple]] = {}
    for key, *part in books.rows(
        "SELECT u.refund_id, u.receipt_id, i.number, u.amount FROM consumption u"
        " LEFT JOIN invoice i ON i.id = u.credit_note_id WHERE u.refund_id IS NOT NULL AND u.reverses_id IS NULL"
        " ORDER BY u.id"
    ):
        sources.setdefault(key, []).append(tuple(part))
    lines: dict[int, list[int]] = {}
    for key, line in books.rows(
        "SELECT refund_id, bank_line_id FROM clearing c WHERE refund_id IS NOT NULL AND reverses_id IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM clearing b WHERE b.reverses_id = c.id) ORDER BY id"
    ):
        lines.setdefault(key, []).append(line)
    for row in found:
        row["sources"], row["lines"] = sources.get(row["id"], []), lines.get(row["id"], [])
    return found
