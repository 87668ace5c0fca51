"""The whole history of a customer on one page, read while the telephone is at the ear: a constant set of queries."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from tui_billing.models.door import Books
from tui_billing.models.queries.customers import Standing, standing

LIMIT = 40


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened: `kind` is invoice, credit_note, corrective, payment, dispute, inquiry, delivery, sent.

    `amount` in minor units of `currency` ("" where it has none); `open` is what of it is still open.
    """

    date: str
    kind: str
    id: int
    title: str
    detail: str
    amount: int = 0
    open: int = 0
    currency: str = ""


@dataclass(frozen=True, slots=True)
class CustomerHistory:
    """How the customer stands, and the last of everything, the newest first."""

    stands: Standing
    entries: tuple[Entry, ...]
    #: Inquiries whose follow-up is due: (id, text).
    due: tuple[tuple[int, str], ...]


_SOURCES = (
    "SELECT issue_date, kind, id, number, purchase_order, gross, open, currency FROM invoice"
    " WHERE customer_id = ? AND state = 'issued' ORDER BY issue_date DESC, id DESC LIMIT ?",
    "SELECT date, CASE WHEN reversed_on IS NULL THEN 'payment' ELSE 'reversed' END, id, reference, payer, amount, open,"
    " currency FROM receipt WHERE customer_id = ? ORDER BY date DESC, id DESC LIMIT ?",
    "SELECT d.opened_on, 'dispute', d.id, i.number, CASE WHEN d.status = 'closed' THEN d.outcome ELSE d.status END,"
    " d.amount, CASE WHEN d.status = 'closed' THEN 0 ELSE d.amount END, d.currency FROM dispute d"
    " JOIN invoice i ON i.id = d.invoice_id WHERE d.customer_id = ? ORDER BY d.opened_on DESC, d.id DESC LIMIT ?",
    "SELECT q.date, 'inquiry', q.id, q.subject, q.text, 0, 0, '' FROM inquiry q WHERE q.customer_id = ?"
    " ORDER BY q.id DESC LIMIT ?",
    "SELECT n.date, 'delivery', n.id, n.number, n.received_by, 0, 0, '' FROM delivery_note n WHERE n.customer_id = ?"
    " ORDER BY n.date DESC, n.id DESC LIMIT ?",
    "SELECT substr(s.created_at, 1, 10), 'sent', s.id, s.name, s.state, 0, 0, '' FROM delivery s"
    " WHERE s.customer_id = ? ORDER BY s.id DESC LIMIT ?",
)


def history_of(books: Books, customer_id: int, today: dt.date, limit: int = LIMIT) -> CustomerHistory:
    """The newest `limit` of invoices, payments, disputes, inquiries, deliveries and mails together."""
    entries = [Entry(*row) for sql in _SOURCES for row in books.rows(sql, (customer_id, limit))]
    entries.sort(key=lambda one: (one.date, one.id), reverse=True)
    due = books.rows(
        "SELECT q.id, q.text FROM inquiry q WHERE q.customer_id = ? AND q.follow_up <= ?"
        " AND NOT EXISTS (SELECT 1 FROM inquiry f WHERE f.follows_id = q.id) ORDER BY q.follow_up, q.id",
        (customer_id, today.isoformat()),
    )
    return CustomerHistory(standing(books, customer_id, today), tuple(entries[:limit]), tuple(due))


def document_of(books: Books, invoice_id: int, customer_id: int) -> int | None:
    """The document where it is this customer's, else None."""
    row = books.row("SELECT 1 FROM invoice WHERE id = ? AND customer_id = ?", (invoice_id, customer_id))
    return invoice_id if row else None
