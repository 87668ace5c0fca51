"""Operators: what each has seen of the others' work."""

from __future__ import annotations

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
