"""Whole lists for the command line: documents, customers, items, payments, disputes, rates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tui_billing.models.door import Books
from tui_billing.rules.status import Status

#: Documents are read in pages of this size: no cursor stays open, and memory does not grow with the books.
PAGE = 2000

_INVOICE = (
    "i.id, i.number, i.kind, i.state, c.code, i.buyer_name, i.issue_date, i.due_date, i.currency, i.purchase_order,"
    " i.net, i.tax, i.gross, i.payable, i.open, i.credited, i.written_off, i.disputed, i.next_due"
)
#: What the database can say of a status; the rest is `rules.status`, document by document.
_WHERE = {
    Status.DRAFT: "i.state = 'draft'",
    Status.WRITTEN_OFF: "i.state = 'issued' AND i.open = 0 AND i.written_off <> 0",
    Status.CREDITED: "i.state = 'issued' AND i.open = 0 AND (i.credited <> 0 OR i.kind = 'credit_note')",
    Status.PAID: "i.state = 'issued' AND i.open = 0 AND i.kind <> 'credit_note'",
}
_CUSTOMER = (
    "c.id, c.code, c.name, c.legal_form, a.line1, a.line2, a.postcode, a.city, c.country, c.siren, c.siret, c.vat_id,"
    " c.email, c.phone, c.language, c.currency, c.terms, c.vat_category, c.active"
)
_ITEM = (
    "id, code, description, description_fr, unit, unit_price, currency, vat_category, vat_rate, exemption_code,"
    " nature, active"
)
_RECEIPT = (
    "r.id, c.code, c.name, r.date, r.amount, r.currency, r.open, r.means, r.reference, r.payer, r.note,"
    " r.reversed_on, r.reversal_reason"
)
_DISPUTE = (
    "d.id, i.number, c.code, c.name, d.reason, d.amount, d.currency, d.contact, o.login, d.priority, d.status,"
    " d.outcome, d.opened_on, d.answer_by, d.closed_on, d.cause"
)


def _names(columns: str) -> list[str]:
    return [name.strip() for name in columns.split(",")]


def _dicts(columns: str, rows: list[tuple]) -> list[dict[str, Any]]:
    names = [name.rpartition(".")[2] for name in _names(columns)]
    return [dict(zip(names, row, strict=True)) for row in rows]


def invoices(books: Books, *, status: Status | None = None, customer_id: int | None = None) -> Iterator[dict[str, Any]]:
    """Documents by issue date; those that could have the status, where one is given. Amounts in minor units."""
    where = [_WHERE.get(status, "i.open <> 0")] if status else []
    parameters: list[object] = []
    if customer_id is not None:
        where.append("i.customer_id = ?")
        parameters.append(customer_id)
    last: tuple[object, ...] = ()
    while True:
        conditions = [*where, *(["(i.issue_date, i.id) > (?, ?)"] if last else [])]
        text = " WHERE " + " AND ".join(conditions) if conditions else ""
        page = books.rows(
            f"SELECT {_INVOICE} FROM invoice i LEFT JOIN customer c ON c.id = i.customer_id{text}"
            " ORDER BY i.issue_date, i.id LIMIT ?",
            (*parameters, *last, PAGE),
        )
        yield from _dicts(_INVOICE, page)
        if len(page) < PAGE:
            return
        last = (page[-1][6], page[-1][0])


def customers(books: Books, code: str = "") -> list[dict[str, Any]]:
    """Customers by code, or the one with a code."""
    where = " WHERE c.code = ?" if code else ""
    rows = books.rows(
        f"SELECT {_CUSTOMER} FROM customer c LEFT JOIN address a ON a.id ="
        f" (SELECT min(id) FROM address WHERE customer_id = c.id AND kind = 'billing'){where} ORDER BY c.code",
        (code,) if code else (),
    )
    return _dicts(_CUSTOMER, rows)


def items(books: Books, code: str = "") -> list[dict[str, Any]]:
    """Items by code, or the one with a code; price and rate as stored."""
    where = " WHERE code = ?" if code else ""
    return _dicts(_ITEM, books.rows(f"SELECT {_ITEM} FROM item{where} ORDER BY code", (code,) if code else ()))


def receipts(books: Books, receipt_id: int | None = None) -> list[dict[str, Any]]:
    """Payments by date, or one; each with its standing `allocations`
    (id, number, amount, date, given up with it or None, its reason code)."""
    where, parameters = ("", ()) if receipt_id is None else (" WHERE r.id = ?", (receipt_id,))
    rows = books.rows(
        f"SELECT {_RECEIPT} FROM receipt r JOIN customer c ON c.id = r.customer_id{where} ORDER BY r.date, r.id",
        parameters,
    )
    parts = books.rows(
        "SELECT r.id, a.id, i.number, a.amount, a.date, g.amount, g.reason_code FROM allocation a"
        " LEFT JOIN allocation g ON g.given_with_id = a.id AND g.reverses_id IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM allocation gone WHERE gone.reverses_id = g.id) JOIN receipt r ON r.id = a.receipt_id"
        " JOIN invoice i ON i.id = a.invoice_id LEFT JOIN allocation back ON back.reverses_id = a.id"
        + (where or " WHERE 1 = 1")
        + " AND a.reverses_id IS NULL AND back.id IS NULL ORDER BY a.id",
        parameters,
    )
    standing: dict[int, list[tuple]] = {}
    for receipt, *part in parts:
        standing.setdefault(receipt, []).append(tuple(part))
    found = _dicts(_RECEIPT, rows)
    for receipt in found:
        receipt["allocations"] = standing.get(receipt["id"], [])
    return found


def disputes(books: Books, dispute_id: int | None = None) -> list[dict[str, Any]]:
    """Disputes by their day of opening, or one."""
    where = "" if dispute_id is None else " WHERE d.id = ?"
    rows = books.rows(
        f"SELECT {_DISPUTE} FROM dispute d JOIN invoice i ON i.id = d.invoice_id"
        " JOIN customer c ON c.id = d.customer_id JOIN operator o ON o.id = d.owner_id"
        f"{where} ORDER BY d.opened_on, d.id",
        () if dispute_id is None else (dispute_id,),
    )
    return _dicts(_DISPUTE, rows)


def dispute_notes(books: Books, dispute_id: int) -> list[tuple]:
    """The timeline of a dispute: (id, instant, business date, who, kind, text, colleague asked,
    question answered), the oldest first."""
    return books.rows(
        "SELECT n.id, n.at, n.date, o.login, n.kind, n.text, p.login, n.answers_id FROM dispute_note n"
        " JOIN operator o ON o.id = n.operator_id LEFT JOIN operator p ON p.id = n.colleague_id"
        " WHERE n.dispute_id = ? ORDER BY n.id",
        (dispute_id,),
    )


def standing_dispute_of(books: Books, number: str) -> list[int]:
    """The disputes that stand open on the invoice with a number."""
    rows = books.rows(
        "SELECT d.id FROM dispute d JOIN invoice i ON i.id = d.invoice_id WHERE i.number = ? AND d.status <> 'closed'"
        " ORDER BY d.id",
        (number,),
    )
    return [key for (key,) in rows]


def exchange_rates(books: Books) -> list[tuple]:
    """(currency, date, stored rate, source), by currency and date."""
    return books.rows("SELECT currency, date, rate, source FROM exchange_rate ORDER BY currency, date")
