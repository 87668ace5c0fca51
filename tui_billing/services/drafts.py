"""Drafts: what a clerk is typing, journaled field by field in the books' own database."""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tui_billing.models.door import Books
from tui_billing.models.tables import Invoice
from tui_billing.models.write import add, change
from tui_billing.rules.content import Content, LineContent
from tui_billing.rules.problem import Conflict, NotFound, Refused
from tui_billing.rules.text import safe
from tui_billing.services.balances import locked
from tui_billing.services.context import Context, Work, company, transact


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it lies in the books; `version` goes back with the next save."""

    id: int
    version: int
    content: Content
    operator: str
    holder: str
    updated_at: str


#: A hold from another host, whose processes cannot be seen from here, lapses after this long without a save.
FOREIGN_HOLD = dt.timedelta(minutes=30)


@cache
def this_process() -> str:
    """A name for this process that no later one can have: host, boot, process id and its start time."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    name = boot.read_text(encoding="ascii").strip() if boot.exists() else "boot"
    return "/".join((os.uname().nodename, name, str(os.getpid()), _started(os.getpid())))


def _started(pid: int) -> str:
    """Start time of a process in clock ticks since boot ("" where it is gone or the system has no /proc).

    One that has died and is not yet buried by its parent is gone.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if len(fields) < 20 or fields[0] in "ZX" else fields[19]


def is_alive(holder: str, updated_at: str, now: str) -> bool:
    """Whether the process that holds a draft still types in it; a dead one's hold is void at once."""
    host, boot, pid, started = [*holder.split("/"), "", "", ""][:4]
    own_host, own_boot, *_ = this_process().split("/")
    if host != own_host:
        return dt.datetime.fromisoformat(now) - dt.datetime.fromisoformat(updated_at) < FOREIGN_HOLD
    if boot != own_boot or not pid.isdigit():
        return False
    return _started(int(pid)) == started if started else Path(f"/proc/{pid}").exists()


def save_draft(
    books: Books,
    context: Context,
    content: Content,
    *,
    draft_id: int | None = None,
    version: int = 0,
    gross: int = 0,
    gross_base: int | None = None,
    customer_id: int | None = None,
    buyer_name: str = "",
    currency: str = "",
    hold: bool = True,
) -> tuple[int, int]:
    """Write what stands in the form now; return (draft id, version).

    `gross` is the total shown, in minor units. `hold` keeps the draft with this process, so that it is
    reopened after a dropped line; without it the draft is listed. Raises `Conflict` where somebody else
    has changed it meanwhile, `Refused` where it has been issued.
    """
    firm = company(books)
    values = {
        "customer_id": customer_id,
        "buyer_name": safe(buyer_name),
        "issue_date": content.issue_date or context.today.isoformat(),
        "due_date": content.due_date or None,
        "currency": currency or content.currency or firm.currency,
        "purchase_order": safe(content.purchase_order),
        "gross": gross,
        "gross_base": gross if gross_base is None else gross_base,
        "form": content.to_json(),
        "holder": this_process() if hold else None,
    }

    def do(work: Work) -> tuple[int, int]:
        if draft_id is None:
            key = add(
                Invoice,
                **values,
                kind="invoice",
                type_code="380",
                operator_id=work.operator_id,
                created_at=work.at,
                updated_at=work.at,
            )
            return key, 1
        row = locked(books, "invoice", "state, number, version, form", draft_id)
        if row is None:
            raise NotFound("this draft has been thrown away meanwhile; save it as a new one with n")
        if row[0] != "draft":
            raise Refused("this draft was issued meanwhile as {number}", number=row[1])
        if row[2] != version:
            theirs = json.loads(row[3] or "{}")
            raise Conflict(
                "somebody else has changed this draft meanwhile",
                mine=content.to_json(),
                theirs=theirs,
            )
        change(Invoice, draft_id, **values, version=version + 1, updated_at=work.at)
        return draft_id, version + 1

    return transact(books, context, "draft", do, record=False)


def discard_draft(books: Books, context: Context, draft_id: int) -> None:
    """Throw a draft away; an issued document is refused."""

    def do(work: Work) -> None:
        row = locked(books, "invoice", "state, number", draft_id)
        if row is not None and row[0] != "draft":
            raise Refused("{number} is issued and stays; credit it instead", number=row[1])
        books.db.execute_sql(books.sql("DELETE FROM invoice WHERE id = ? AND state = 'draft'"), (draft_id,))

    transact(books, context, "draft", do, record=False)


def load_draft(books: Books, draft_id: int) -> Draft:
    """A draft as it lies in the books."""
    row = books.row(
        "SELECT i.id, i.version, i.form, o.login, i.holder, i.updated_at, i.state, i.number"
        " FROM invoice i JOIN operator o ON o.id = i.operator_id WHERE i.id = ?",
        (draft_id,),
    )
    if row is None:
        raise NotFound("there is no draft {id}; list them with: tui-billing invoice list --status draft", id=draft_id)
    if row[6] != "draft":
        raise Refused("draft {id} was issued already as {number}", id=draft_id, number=row[7])
    return _draft(row)


def interrupted_draft(books: Books, context: Context) -> Draft | None:
    """The operator's newest draft whose process died while it was being typed, if it holds something."""
    rows = books.rows(
        "SELECT i.id, i.version, i.form, o.login, i.holder, i.updated_at"
        " FROM invoice i JOIN operator o ON o.id = i.operator_id"
        " WHERE i.state = 'draft' AND o.login = ? AND i.holder IS NOT NULL ORDER BY i.updated_at DESC LIMIT 20",
        (context.operator,),
    )
    for row in rows:
        draft = _draft(row)
        if not is_alive(draft.holder, draft.updated_at, context.now()) and draft.content.holds_something():
            return draft
    return None


def take_draft(books: Books, context: Context, draft_id: int) -> Draft:
    """Open a draft for typing: hold it, refused while another living process types in it."""

    def do(work: Work) -> int:
        row = locked(books, "invoice", "state, number, holder, updated_at", draft_id)
        if row is None:
            raise NotFound("this draft has been thrown away meanwhile")
        if row[0] != "draft":
            raise Refused("this draft was issued meanwhile as {number}", number=row[1])
        if row[2] and row[2] != this_process() and is_alive(row[2], row[3], work.at):
            raise Refused("somebody is typing in this draft now; wait until it is kept or issued")
        change(Invoice, draft_id, holder=this_process())
        return draft_id

    transact(books, context, "draft", do, record=False)
    return load_draft(books, draft_id)


def _draft(row: tuple) -> Draft:
    return Draft(row[0], row[1], typed_content(row[2]), row[3], row[4] or "", row[5])


def typed_content(form: str | None) -> Content:
    """The content of a draft's own form, just as it was typed: what is too long or wrong is `resolve`'s to say."""
    data = json.loads(form or "{}")
    lines = [LineContent(**{k: v for k, v in line.items() if k in _LINE_NAMES}) for line in data.pop("lines", [])]
    return Content(**{k: v for k, v in data.items() if k in _NAMES}, lines=lines)


_NAMES, _LINE_NAMES = frozenset(Content.__slots__), frozenset(LineContent.__slots__)
