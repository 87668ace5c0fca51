"""Operators: who they are, what each has seen of the others' work, and what is still held for them."""

from __future__ import annotations

import datetime as dt

from tui_billing.models.door import Books


def settings_of(books: Books, login: str) -> tuple[str, str] | None:
    """(role, language) of an operator, None for one that has written nothing yet."""
    row = books.row("SELECT role, language FROM operator WHERE login = ?", (login,))
    return (row[0], row[1]) if row else None


def mark_seen(books: Books, login: str) -> None:
    """Remember that an operator has seen every change up to now."""
    newest = books.value("SELECT coalesce(max(seq), 0) FROM change")
    with books.write():
        books.db.execute_sql(
            books.sql("UPDATE operator SET seen_change = ? WHERE login = ? AND seen_change < ?"),
            (newest, login, newest),
        )


def has_held_drafts(books: Books, login: str) -> bool:
    """Whether a process holds, or held when it died, a draft of this operator."""
    return bool(
        books.row(
            "SELECT 1 FROM invoice i JOIN operator o ON o.id = i.operator_id"
            " WHERE i.state = 'draft' AND o.login = ? AND i.holder IS NOT NULL LIMIT 1",
            (login,),
        )
    )


def business_date(books: Books) -> dt.date | None:
    """The business date that the books carry (the sample does), if any."""
    text = books.value("SELECT value FROM setting WHERE key = 'business_date'")
    return dt.date.fromisoformat(str(text)) if text else None
