"""Orders, delivery notes and contracts being typed: journaled field by field, as invoices are."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tui_billing.models.door import Books
from tui_billing.models.tables import SourceDraft
from tui_billing.models.write import add, change
from tui_billing.rules.problem import Conflict, NotFound, Refused
from tui_billing.rules.sources import SourceContent, SourceLineContent
from tui_billing.services.balances import locked
from tui_billing.services.context import Context, Work, transact
from tui_billing.services.drafts import is_alive, this_process

_COLUMNS = "d.id, d.version, d.kind, d.form, o.login, d.holder, d.updated_at, d.source_id, d.source_version"
_FROM = "FROM source_draft d JOIN operator o ON o.id = d.operator_id"
_NAMES, _LINE_NAMES = frozenset(SourceContent.__slots__), frozenset(SourceLineContent.__slots__)


@dataclass(frozen=True, slots=True)
class TypedSource:
    """A draft as it lies in the books. `source_id` is what it changes (None: it is new), as of `source_version`."""

    id: int
    version: int
    content: SourceContent
    operator: str
    holder: str
    updated_at: str
    source_id: int | None
    source_version: int | None


def save_source_draft(
    books: Books,
    context: Context,
    content: SourceContent,
    *,
    draft_id: int | None = None,
    version: int = 0,
    source_id: int | None = None,
    source_version: int | None = None,
    hold: bool = True,
) -> tuple[int, int]:
    """Write what stands in the form now; return (draft id, version). Raises `Conflict`, `NotFound`."""
    values = {"form": content.to_json(), "holder": this_process() if hold else None}

    def do(work: Work) -> tuple[int, int]:
        if draft_id is None:
            key = add(
                SourceDraft,
                **values,
                kind=content.kind,
                source_id=source_id,
                source_version=source_version,
                operator_id=work.operator_id,
                version=1,
                updated_at=work.at,
            )
            return key, 1
        row = locked(books, "source_draft", "version, form", draft_id)
        if row is None:
            raise NotFound("this draft has been entered or thrown away meanwhile; look at the list")
        if row[0] != version:
            raise Conflict(
                "somebody else has changed this draft meanwhile", mine=content.to_json(), theirs=json.loads(row[1])
            )
        change(SourceDraft, draft_id, **values, version=version + 1, updated_at=work.at)
        return draft_id, version + 1

    return transact(books, context, "draft", do, record=False)


def take_source_draft(books: Books, context: Context, draft_id: int) -> TypedSource:
    """Open a draft for typing: hold it, refused while another living process types in it."""

    def do(work: Work) -> int:
        row = locked(books, "source_draft", "holder, updated_at", draft_id)
        if row is None:
            raise NotFound("this draft has been entered or thrown away meanwhile; look at the list")
        if row[0] and row[0] != this_process() and is_alive(row[0], row[1], work.at):
            raise Refused("somebody is typing in this draft now; wait until it is kept or entered")
        change(SourceDraft, draft_id, holder=this_process())
        return draft_id

    transact(books, context, "draft", do, record=False)
    return load_source_draft(books, draft_id)


def load_source_draft(books: Books, draft_id: int) -> TypedSource:
    """A draft as it lies in the books."""
    row = books.row(f"SELECT {_COLUMNS} {_FROM} WHERE d.id = ?", (draft_id,))
    if row is None:
        raise NotFound("this draft has been entered or thrown away meanwhile; look at the list")
    return _draft(row)


def own_source_drafts(books: Books, operator: str, kind: str = "") -> list[TypedSource]:
    """An operator's drafts (of one kind), the newest first; at most fifty."""
    only = " AND d.kind = ?" if kind else ""
    rows = books.rows(
        f"SELECT {_COLUMNS} {_FROM} WHERE o.login = ?{only} ORDER BY d.updated_at DESC, d.id DESC LIMIT 50",
        (operator, kind) if kind else (operator,),
    )
    return [_draft(row) for row in rows]


def interrupted_source_draft(books: Books, context: Context) -> TypedSource | None:
    """The operator's newest draft whose process died while it was being typed, if it holds something."""
    for draft in own_source_drafts(books, context.operator):
        dead = draft.holder and not is_alive(draft.holder, draft.updated_at, context.now())
        if dead and draft.content.holds_something():
            return draft
    return None


def discard_source_draft(books: Books, context: Context, draft_id: int) -> None:
    """Throw a draft away."""
    transact(books, context, "draft", lambda work: forget_draft(books, draft_id), record=False)


def forget_draft(books: Books, draft_id: int) -> None:
    """The same inside an open transaction: what was typed is entered."""
    books.db.execute_sql(books.sql("DELETE FROM source_draft WHERE id = ?"), (draft_id,))


def _draft(row: tuple) -> TypedSource:
    data = json.loads(row[3])
    lines = [SourceLineContent(**{k: v for k, v in one.items() if k in _LINE_NAMES}) for one in data.pop("lines", [])]
    content = SourceContent(**{k: v for k, v in data.items() if k in _NAMES}, lines=lines)
    content.kind = row[2]
    return TypedSource(row[0], row[1], content, row[4], row[5] or "", row[6], row[7], row[8])
