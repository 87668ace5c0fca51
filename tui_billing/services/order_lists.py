"""Files for the bank as they are shown: the list, one with its parts, where its file lies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries.direct_debits import LIVE
from tui_billing.rules.money import plain
from tui_billing.rules.problem import NotFound
from tui_billing.services.printing import document_folder


def hidden(path: Path) -> Path:
    """The name under which a file is written before its order is committed."""
    return path.with_name(f".{path.name}.new")


def file_of(books: Books, path: str) -> Path:
    """Where the file of an order lies; a crash between commit and renaming is mended here."""
    place = document_folder(books) / path
    if not place.exists() and hidden(place).exists():
        hidden(place).replace(place)
    return place


_ORDER = "kind, message_id, bank_account_id, execution_date, currency, count, total, path, sha256"
_PART = "customer_id, invoice_id, refund_id, mandate_id, end_to_end, sequence_type, amount"


def order_content(books: Books, order_id: int, version: int = 1) -> dict[str, Any]:
    """What the audit chain hashes of an order: the file's hash, and each of its parts."""
    row = books.row(f"SELECT {_ORDER} FROM payment_order WHERE id = ?", (order_id,))
    assert row is not None
    parts = books.rows(f"SELECT {_PART} FROM payment_order_part WHERE payment_order_id = ? ORDER BY id", (order_id,))
    return {"v": version, **dict(zip(_ORDER.split(", "), row, strict=True)), "parts": [list(part) for part in parts]}


def list_orders(books: Books) -> list[dict[str, Any]]:
    """All orders, the newest first."""
    rows = books.rows(
        "SELECT o.id, o.kind, o.message_id, o.execution_date, o.count, o.total, o.currency, o.status, b.iban, o.path,"
        " u.login, o.at FROM payment_order o JOIN bank_account b ON b.id = o.bank_account_id"
        " JOIN operator u ON u.id = o.operator_id ORDER BY o.id DESC"
    )
    names = [
        "id",
        "kind",
        "message_id",
        "date",
        "count",
        "total",
        "currency",
        "status",
        "iban",
        "path",
        "operator",
        "at",
    ]
    found = [dict(zip(names, row, strict=True)) for row in rows]
    for one in found:
        one["total"] = plain(one["total"], one["currency"])
    return found


def show_order(books: Books, order_id: int) -> dict[str, Any]:
    """One order with its parts; each part's `status` is waiting, settled, dropped or cancelled."""
    orders = [one for one in list_orders(books) if one["id"] == order_id]
    if not orders:
        raise NotFound("there is no order {id}; list them with: tui-billing order list", id=order_id)
    rows = books.rows(
        "SELECT c.code, c.name, i.number, p.refund_id, m.reference, p.sequence_type, p.end_to_end, p.amount,"
        f" p.dropped_on, p.reason, o.status, CASE WHEN {LIVE} THEN 1 ELSE 0 END,"
        " (SELECT coalesce(sum(q.amount), 0) FROM clearing q WHERE q.refund_id = p.refund_id)"
        " FROM payment_order_part p JOIN payment_order o ON o.id = p.payment_order_id"
        " JOIN customer c ON c.id = p.customer_id LEFT JOIN invoice i ON i.id = p.invoice_id"
        " LEFT JOIN mandate m ON m.id = p.mandate_id WHERE p.payment_order_id = ? ORDER BY p.id",
        (order_id,),
    )
    parts = []
    for code, name, number, refund, mandate, sequence, end_to_end, amount, dropped, reason, status, live, paid in rows:
        state = "dropped" if dropped else "cancelled" if status == "cancelled" else "waiting"
        if state == "waiting" and ((number and not live) or (refund and paid)):
            state = "settled"
        parts.append(
            {
                "customer": code,
                "customer_name": name,
                "invoice": number,
                "refund": refund,
                "mandate": mandate,
                "sequence": sequence,
                "end_to_end": end_to_end,
                "amount": plain(amount, "EUR"),
                "status": state,
                "reason": reason,
            }
        )
    return {**orders[0], "path": str(file_of(books, orders[0]["path"])), "parts": parts}
