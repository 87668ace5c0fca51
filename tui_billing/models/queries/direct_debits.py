"""What can be collected by direct debit: due invoices of customers with a mandate, not in a live collection."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from tui_billing.models.door import Books
from tui_billing.rules.direct_debit import NOTICE_DAYS, lapsed, sequence_of

#: A part of an order is live until it was dropped, its order cancelled, or its money posted.
LIVE = (
    "o.status = 'made' AND p.dropped_on IS NULL AND p.amount > (SELECT coalesce(sum(a.amount), 0) FROM allocation a"
    " WHERE a.invoice_id = p.invoice_id AND a.kind = 'payment' AND a.amount > 0 AND a.entry_at >= o.at)"
)
_DUE = (
    "SELECT i.id, i.number, i.payment_reference, i.issue_date, min(t.due_date), sum(t.open), i.disputed, c.code,"
    " c.name, m.id, m.reference, m.scheme, m.iban, m.bic, m.holder, m.signed_on, m.once, m.first_used, m.last_used,"
    " m.customer_id"
    " FROM mandate m JOIN customer c ON c.id = m.customer_id"
    " JOIN invoice i ON i.customer_id = m.customer_id AND i.open <> 0"
    " JOIN instalment t ON t.invoice_id = i.id AND t.open <> 0"
    " WHERE m.revoked_on IS NULL AND i.state = 'issued' AND i.kind <> 'credit_note' AND i.currency = 'EUR'"
    " AND t.due_date <= ? AND m.id = (SELECT max(n.id) FROM mandate n WHERE n.customer_id = m.customer_id"
    " AND n.revoked_on IS NULL AND (n.once = 0 OR n.last_used IS NULL))"
    " AND NOT EXISTS (SELECT 1 FROM payment_order_part p JOIN payment_order o ON o.id = p.payment_order_id"
    f" WHERE p.invoice_id = i.id AND {LIVE})"
    " GROUP BY i.id, i.number, i.payment_reference, i.issue_date, i.disputed, c.code, c.name, m.id, m.reference,"
    " m.scheme, m.iban, m.bic, m.holder, m.signed_on, m.once, m.first_used, m.last_used, m.customer_id"
    " ORDER BY min(t.due_date), i.id"
)


@dataclass(frozen=True, slots=True)
class Due:
    """An invoice that can be collected: `amount` is what is due of it, in cents.

    `obstacle` says why it is not collected by itself: "disputed", "lapsed" or "" ; `short_notice` that the
    customer has had the invoice for less than 14 days.
    """

    invoice_id: int
    number: str
    reference: str
    issue_date: dt.date
    due_date: dt.date
    amount: int
    customer_code: str
    customer: str
    customer_id: int
    mandate_id: int
    mandate: str
    scheme: str
    iban: str
    bic: str
    holder: str
    signed_on: dt.date
    once: bool
    used: bool
    obstacle: str
    short_notice: bool

    @property
    def sequence(self) -> str:
        """The sequence type of the next collection."""
        return sequence_of(used=self.used, once=self.once, last=False)


def collectable(books: Books, on: dt.date) -> list[Due]:
    """All invoices due by the day `on`, the oldest due first, each with the newest mandate of its customer."""
    found = []
    for row in books.rows(_DUE, (on.isoformat(),)):
        issued, due = dt.date.fromisoformat(row[3]), dt.date.fromisoformat(row[4])
        signed = dt.date.fromisoformat(row[15])
        last = dt.date.fromisoformat(row[18]) if row[18] else None
        obstacle = "disputed" if row[6] else "lapsed" if lapsed(signed, last, on) else ""
        found.append(
            Due(
                invoice_id=row[0],
                number=row[1],
                reference=row[2],
                issue_date=issued,
                due_date=due,
                amount=int(row[5]),
                customer_code=row[7],
                customer=row[8],
                customer_id=row[19],
                mandate_id=row[9],
                mandate=row[10],
                scheme=row[11],
                iban=row[12],
                bic=row[13],
                holder=row[14],
                signed_on=signed,
                once=bool(row[16]),
                used=row[17] is not None,
                obstacle=obstacle,
                short_notice=(on - issued).days < NOTICE_DAYS,
            )
        )
    return found
