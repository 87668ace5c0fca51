"""Disputes, credits that wait and inquiries as the command line answers them: plain JSON values."""

from __future__ import annotations

from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries import lists
from tui_billing.models.queries.claims import CLAIMS
from tui_billing.rules.money import plain
from tui_billing.rules.problem import NotFound
from tui_billing.rules.text import quote
from tui_billing.services.credit_approval import waiting_credits


def _dispute(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "invoice": row["number"],
        "customer": row["code"],
        "customer_name": row["name"],
        "reason": row["reason"],
        "amount": plain(row["amount"], row["currency"]),
        "currency": row["currency"],
        "contact": row["contact"],
        "owner": row["login"],
        "priority": row["priority"],
        "status": row["status"],
        "outcome": row["outcome"] or None,
        "cause": row["cause"] or None,
        "opened_on": row["opened_on"],
        "answer_by": row["answer_by"],
        "closed_on": row["closed_on"],
    }


def list_disputes(books: Books) -> list[dict[str, Any]]:
    """Disputes by their day of opening, closed ones too."""
    return [_dispute(row) for row in lists.disputes(books)]


def dispute_json(books: Books, dispute_id: int) -> dict[str, Any]:
    """One dispute with its lines, dated changes, documents, and its timeline of notes."""
    rows = lists.disputes(books, dispute_id)
    if not rows:
        raise NotFound("there is no dispute {id}; list them with: tui-billing dispute list", id=dispute_id)
    currency = rows[0]["currency"]
    names = ("id", "at", "date", "operator", "kind", "text", "colleague", "answers")
    notes = [dict(zip(names, note, strict=True)) for note in lists.dispute_notes(books, dispute_id)]
    lines = books.rows(
        f"SELECT l.position, l.description, x.amount FROM {CLAIMS} x JOIN invoice_line l ON l.id = x.line_id"
        " WHERE x.dispute_id = ? ORDER BY l.position",
        (dispute_id,),
    )
    changes = books.rows(
        "SELECT date, status, amount FROM dispute_change WHERE dispute_id = ? ORDER BY id", (dispute_id,)
    )
    documents = books.rows(
        "SELECT i.number, x.role FROM dispute_document x JOIN invoice i ON i.id = x.invoice_id"
        " WHERE x.dispute_id = ? ORDER BY x.id",
        (dispute_id,),
    )
    return {
        **_dispute(rows[0]),
        "lines": [{"line": row[0], "description": row[1], "amount": plain(row[2], currency)} for row in lines],
        "changes": [{"date": row[0], "status": row[1], "amount": plain(row[2], currency)} for row in changes],
        "documents": [{"number": row[0], "role": row[1]} for row in documents],
        "notes": notes,
    }


def find_dispute(books: Books, text: str) -> int:
    """The id of a dispute as typed, or of the only open one on the invoice with that number."""
    typed = text.strip()
    if typed.isascii() and typed.isdigit() and len(typed) < 18:
        return int(typed)
    standing = lists.standing_dispute_of(books, typed)
    if len(standing) == 1:
        return standing[0]
    raise NotFound("there is no dispute {id}; list them with: tui-billing dispute list", id=quote(typed))


def list_waiting_credits(books: Books) -> list[dict[str, Any]]:
    """Credit notes that wait for a second person, the oldest first."""
    return [
        {
            "id": one.id,
            "invoice": one.invoice,
            "customer": one.customer,
            "customer_name": one.customer_name,
            "gross": plain(one.gross, one.currency),
            "currency": one.currency,
            "reason": one.reason,
            "author": one.author,
            "date": one.date.isoformat(),
            "dispute": one.dispute,
        }
        for one in waiting_credits(books)
    ]


_INQUIRY = (
    "q.id, c.code, c.name, i.number, q.date, q.at, o.login, q.channel, q.subject, q.contact, q.text, q.answer,"
    " q.follow_up, q.follows_id, f.id"
)


def list_inquiries(books: Books, customer_id: int | None = None, *, due: str = "") -> list[dict[str, Any]]:
    """Inquiries, the oldest first: all, a customer's, or those whose follow-up is due on or before a day."""
    where = " WHERE 1 = 1"
    parameters: list[Any] = []
    if customer_id is not None:
        where, parameters = where + " AND q.customer_id = ?", [customer_id]
    if due:
        where, parameters = where + " AND q.follow_up <= ? AND f.id IS NULL", [*parameters, due]
    rows = books.rows(
        f"SELECT {_INQUIRY} FROM inquiry q JOIN customer c ON c.id = q.customer_id"
        " JOIN operator o ON o.id = q.operator_id LEFT JOIN invoice i ON i.id = q.invoice_id"
        f" LEFT JOIN inquiry f ON f.follows_id = q.id{where} ORDER BY q.id",
        parameters,
    )
    names = (
        "id", "customer", "customer_name", "invoice", "date", "at", "operator", "channel", "subject", "contact", "text",
        "answer", "follow_up", "follows", "followed_by",
    )  # fmt: skip
    return [dict(zip(names, row, strict=True)) for row in rows]
