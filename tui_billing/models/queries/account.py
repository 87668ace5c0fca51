"""A customer's account on any day: what is open, and what moved, from the dated rows alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from tui_billing.models.door import Books


@dataclass(frozen=True, slots=True)
class Item:
    """Something open on a day: an invoice (positive), a credit note or a payment on account (negative), minor units."""

    kind: str
    number: str
    date: dt.date
    due: dt.date | None
    currency: str
    amount: int
    open: int
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class Movement:
    """What changed the balance of an account: `amount` is positive where the customer owes more."""

    kind: str
    number: str
    date: dt.date
    currency: str
    amount: int
    text: str = ""


_DOCUMENTS = """
SELECT i.kind, i.number, i.issue_date, i.due_date, i.currency, i.payable,
  i.payable
  - coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.date <= ?
      AND (CASE WHEN i.kind = 'credit_note' THEN a.credit_note_id ELSE a.invoice_id END) = i.id), 0)
  - coalesce((SELECT sum(c.amount) FROM consumption c WHERE c.credit_note_id = i.id AND c.date <= ?), 0),
  i.disputed
FROM invoice i WHERE i.customer_id = ? AND i.state = 'issued' AND i.issue_date <= ?
ORDER BY coalesce(i.due_date, i.issue_date), i.id
"""
_RECEIPTS = """
SELECT r.id, r.date, r.currency, r.amount, r.reference,
  CASE WHEN r.reversed_on IS NOT NULL AND r.reversed_on <= ? THEN 0 ELSE r.amount
    - coalesce((SELECT sum(a.amount) FROM allocation a WHERE a.receipt_id = r.id AND a.date <= ?), 0)
    - coalesce((SELECT sum(c.amount) FROM consumption c WHERE c.receipt_id = r.id AND c.date <= ?), 0) END
FROM receipt r WHERE r.customer_id = ? AND r.date <= ? ORDER BY r.date, r.id
"""
_MOVED = """
SELECT 0, i.id, i.kind, i.number, i.issue_date, i.currency,
  CASE WHEN i.kind = 'credit_note' THEN -i.payable ELSE i.payable END, ''
FROM invoice i WHERE i.customer_id = ? AND i.state = 'issued'
UNION ALL
SELECT 1, r.id, 'receipt', '', r.date, r.currency, -r.amount, r.reference FROM receipt r WHERE r.customer_id = ?
UNION ALL
SELECT 2, r.id, 'reversal', '', r.reversed_on, r.currency, r.amount, r.reference
FROM receipt r WHERE r.customer_id = ? AND r.reversed_on IS NOT NULL
UNION ALL
SELECT 3, a.id, 'write_off', i.number, a.date, i.currency, -a.amount, ''
FROM allocation a JOIN invoice i ON i.id = a.invoice_id
WHERE i.customer_id = ? AND a.receipt_id IS NULL AND a.credit_note_id IS NULL
UNION ALL
SELECT 4, c.id, c.kind, '', c.date, r.currency, c.amount, c.reason
FROM consumption c JOIN receipt r ON r.id = c.receipt_id WHERE r.customer_id = ?
UNION ALL
SELECT 5, c.id, c.kind, i.number, c.date, i.currency, c.amount, c.reason
FROM consumption c JOIN invoice i ON i.id = c.credit_note_id WHERE i.customer_id = ?
"""


def open_items(books: Books, customer_id: int, day: dt.date) -> list[Item]:
    """What was open at the end of a day, by due date; payments on account come last."""
    text = day.isoformat()
    items = []
    for kind, number, issued, due, currency, payable, opened, disputed in books.rows(
        _DOCUMENTS, (text, text, customer_id, text)
    ):
        if opened:
            sign = -1 if kind == "credit_note" else 1
            items.append(
                Item(
                    kind,
                    number,
                    dt.date.fromisoformat(issued),
                    dt.date.fromisoformat(due) if due and sign > 0 else None,
                    currency,
                    sign * payable,
                    sign * int(opened),
                    bool(disputed),
                )
            )
    for _id, date, currency, amount, reference, opened in books.rows(_RECEIPTS, (text, text, text, customer_id, text)):
        if opened:
            paid = dt.date.fromisoformat(date)
            items.append(Item("receipt", reference, paid, None, currency, -amount, -int(opened)))
    return items


def movements(books: Books, customer_id: int, since: dt.date, until: dt.date) -> list[Movement]:
    """What changed the account from a day to a day, in order; documents come before payments of the same day."""
    rows = books.rows(
        f"SELECT * FROM ({_MOVED}) AS moved WHERE issue_date >= ? AND issue_date <= ? ORDER BY issue_date, 1, 2",
        (*[customer_id] * 6, since.isoformat(), until.isoformat()),
    )
    return [
        Movement(kind, number, dt.date.fromisoformat(date), currency, int(amount), text)
        for _order, _id, kind, number, date, currency, amount, text in rows
    ]


def opening(books: Books, customer_id: int, since: dt.date) -> dict[str, int]:
    """Currency -> balance of the account before a day."""
    rows = books.rows(
        f"SELECT currency, sum(amount) FROM ({_MOVED.replace('i.payable END, ', 'i.payable END AS amount, ')}) AS moved"
        " WHERE issue_date < ? GROUP BY currency",
        (*[customer_id] * 6, since.isoformat()),
    )
    return {currency: int(amount) for currency, amount in rows if amount}
