"""Operators: who they are, what each has seen of the others' work, and what is still held for them."""

from __future__ import annotations

import datetime as dt

from tui_billing.models.door import Books
from tui_billing.rules.problem import Problem, Refused
from tui_billing.rules.text import clean, quote
from tui_billing.services.clerk import Context

#: What an operator may be; `services.context.RIGHTS` says what each may do.
ROLES = ("clerk", "supervisor")


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
            " WHERE i.state = 'draft' AND o.login = ? AND i.holder IS NOT NULL"
            " UNION ALL SELECT 1 FROM source_draft d JOIN operator o ON o.id = d.operator_id"
            " WHERE o.login = ? AND d.holder IS NOT NULL LIMIT 1",
            (login, login),
        )
    )


def business_date(books: Books) -> dt.date | None:
    """The business date that the books carry (the sample does), if any."""
    text = books.value("SELECT value FROM setting WHERE key = 'business_date'")
    return dt.date.fromisoformat(str(text)) if text else None


def list_operators(books: Books) -> list[dict[str, str]]:
    """Operators by login with their roles."""
    rows = books.rows("SELECT login, name, role FROM operator ORDER BY login")
    return [{"login": login, "name": name, "role": role} for login, name, role in rows]


def set_role(books: Books, context: Context, login: str, role: str) -> None:
    """Give an operator a role (supervisors). The last supervisor stays one: somebody must be able to decide."""
    from tui_billing.models.tables import Operator
    from tui_billing.models.write import add, change
    from tui_billing.services.context import Work, transact

    name = clean(login, 100, "login")
    if not name:
        raise Problem("whose role is it? type a login", field="login")
    if role not in ROLES:
        raise Problem("{role} is no role; it is one of {roles}", field="role", role=quote(role), roles=", ".join(ROLES))

    def do(work: Work) -> None:
        row = books.row("SELECT id, role FROM operator WHERE login = ?", (name,))
        others = books.value("SELECT count(*) FROM operator WHERE role = 'supervisor' AND login <> ?", (name,))
        if row and row[1] == "supervisor" != role and not others:
            raise Refused("{login} is the only supervisor; give another one the role first", login=name)
        key = row[0] if row else add(Operator, login=name, name=name, role=role)
        change(Operator, key, role=role)
        work.audit("set_role", "operator", key, {"v": 1, "login": name, "role": role}, f"{name} {role}")

    transact(books, context, "set_role", do)
