"""Refunds as they are listed."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class WaitingRefund:
    """A refund that stands on no statement; `amount` in minor units.

    `obstacle` says why no file can pay it: "no_iban", "not_euro", "in_file" (of the order `order_id`), or "".
    """

    id: int
    customer_id: int
    customer: str
    customer_name: str
    date: str
    amount: int
    currency: str
    iban: str
    bic: str
    payee: str
    reference: str
    reason: str
    order_id: int = 0

    @property
    def obstacle(self) -> str:
        """The first that stands in the way."""
        if self.order_id:
            return "in_file"
        if self.currency != "EUR":
            return "not_euro"
        return "" if self.iban else "no_iban"


def waiting_refunds(books: Books) -> list[WaitingRefund]:
    """Refunds that stand and that no statement shows yet; the oldest first."""
    rows = books.rows(
        "SELECT r.id, r.customer_id, c.code, c.name, r.date, r.amount, r.currency, r.iban, r.bic, r.payee, r.reference,"
        " r.reason, (SELECT coalesce(max(o.id), 0) FROM payment_order_part p"
        " JOIN payment_order o ON o.id = p.payment_order_id"
        " WHERE p.refund_id = r.id AND o.status = 'made' AND p.dropped_on IS NULL)"
        " FROM refund r JOIN customer c ON c.id = r.customer_id WHERE r.reversed_on IS NULL"
        " AND (SELECT coalesce(sum(amount), 0) FROM clearing WHERE refund_id = r.id) = 0 ORDER BY r.date, r.id"
    )
    return [WaitingRefund(*row) for row in rows]
