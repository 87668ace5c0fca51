"""Investigations: what lies between the bank and the books, a person who finds it out, and until when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.tables import Investigation, InvestigationNote
from tui_billing.models.write import add, change
from tui_billing.rules.money import plain
from tui_billing.rules.problem import NotFound, Problem, Refused
from tui_billing.rules.proof import INVESTIGATED, Item
from tui_billing.rules.text import clean, quote
from tui_billing.services.balances import locked
from tui_billing.services.context import Context, Work, transact

KINDS = (*sorted(INVESTIGATED), "other")
#: Days until which it is to be found out, where none are said.
DAYS = 7


@dataclass(frozen=True, slots=True)
class Opening:
    """What is looked into; owner "" is the operator, `due_on` None in 7 days, `amount` in minor units."""

    subject: str
    kind: str = "other"
    amount: int = 0
    currency: str = "EUR"
    month: str = ""
    owner: str = ""
    due_on: dt.date | None = None
    note: str = ""
    bank_line: int | None = None
    receipt: int | None = None
    refund: int | None = None


def of_item(item: Item, month: str, currency: str, **more: Any) -> Opening:
    """An investigation of a line of the proof."""
    subject = " · ".join(part for part in (item.who, item.text, item.date) if part)
    return Opening(
        subject=subject[:200] or item.kind,
        kind=item.kind if item.kind in INVESTIGATED else "other",
        amount=item.amount,
        currency=currency,
        month=month,
        bank_line=item.bank_line,
        receipt=item.receipt,
        refund=item.refund,
        **more,
    )


def open_investigation(books: Books, context: Context, opening: Opening) -> int:
    """Open one; return its id. One line is looked into once at a time."""
    subject = clean(opening.subject, 200, "subject")
    note = clean(opening.note, 2000, "note")

    def do(work: Work) -> int:
        if not subject:
            raise Problem("what is to be found out? type a few words", field="subject")
        if opening.kind not in KINDS:
            raise Problem(
                "{kind} is no kind of investigation; it is one of {kinds}",
                field="kind",
                kind=quote(opening.kind),
                kinds=", ".join(KINDS),
            )
        due = opening.due_on or work.today + dt.timedelta(DAYS)
        if due < work.today:
            raise Problem("the day until which it is found out is today or later", field="due_on")
        for column, key in (
            ("bank_line_id", opening.bank_line),
            ("receipt_id", opening.receipt),
            ("refund_id", opening.refund),
        ):
            sql = f"SELECT id FROM investigation WHERE {column} = ? AND kind = ? AND status = 'open'"
            if key and (found := books.value(sql, (key, opening.kind))):
                raise Refused("investigation {id} looks into this already", id=found)
        key = add(
            Investigation,
            kind=opening.kind,
            month=opening.month,
            bank_line_id=opening.bank_line,
            receipt_id=opening.receipt,
            refund_id=opening.refund,
            amount=opening.amount,
            currency=opening.currency,
            subject=subject,
            owner_id=_owner(work, opening.owner),
            due_on=due,
            opened_on=work.today,
        )
        if note:
            _add_note(work, key, note)
        work.audit("open", "investigation", key, {"v": 1, "subject": subject, "note": note}, subject)
        return key

    return transact(books, context, "investigate", do)


def _owner(work: Work, login: str) -> int:
    if not login.strip() or login.strip() == work.context.operator:
        return work.operator_id
    found = work.books.value("SELECT id FROM operator WHERE login = ? AND active = 1", (login.strip(),))
    if found is None:
        raise NotFound("there is no operator {login}", field="owner", login=quote(login))
    return int(found)  # type: ignore[call-overload]


def _add_note(work: Work, key: int, text: str) -> None:
    add(
        InvestigationNote,
        investigation_id=key,
        at=work.at,
        date=work.today,
        operator_id=work.operator_id,
        text=text,
    )


def _open_one(work: Work, key: int) -> tuple:
    row = locked(work.books, "investigation", "status, version, subject", key)
    if row is None:
        raise NotFound("there is no investigation {id}; list them with: tui-billing investigation list", id=key)
    if row[0] != "open":
        raise Refused("investigation {id} is closed", id=key)
    return row


def note_investigation(
    books: Books, context: Context, key: int, text: str, *, owner: str = "", due_on: dt.date | None = None
) -> int:
    """Add a note, hand it to somebody (`owner`), or set another day; returns the id."""
    text = clean(text, 2000, "note")

    def do(work: Work) -> int:
        row = _open_one(work, key)
        if not (text or owner or due_on):
            raise Problem("what was found out? type a note", field="note")
        if text:
            _add_note(work, key, text)
        values: dict[str, Any] = {"version": row[1] + 1}
        if owner:
            values["owner_id"] = _owner(work, owner)
        if due_on:
            if due_on < work.today:
                raise Problem("the day until which it is found out is today or later", field="due_on")
            values["due_on"] = due_on
        change(Investigation, key, **values)
        told = {"note": text, "owner": owner, "due_on": due_on.isoformat() if due_on else ""}
        work.audit("note", "investigation", key, {"v": 1, **told}, row[2])
        return key

    return transact(books, context, "investigate", do)


def close_investigation(books: Books, context: Context, key: int, outcome: str) -> int:
    """Close one with what was found out; returns the id."""
    outcome = clean(outcome, 500, "outcome")

    def do(work: Work) -> int:
        row = _open_one(work, key)
        if not outcome:
            raise Problem("what was found out? type the outcome", field="outcome")
        change(Investigation, key, status="closed", outcome=outcome, closed_on=work.today, version=row[1] + 1)
        work.audit("close", "investigation", key, {"v": 1, "outcome": outcome}, row[2])
        return key

    return transact(books, context, "investigate", do)


_SELECT = (
    "SELECT v.id, v.kind, v.month, v.subject, v.amount, v.currency, o.login, v.opened_on, v.due_on, v.status,"
    " v.outcome, v.closed_on, v.bank_line_id, v.receipt_id, v.refund_id FROM investigation v"
    " JOIN operator o ON o.id = v.owner_id"
)
_NAMES = (
    "id kind month subject amount currency owner opened_on due_on status outcome closed_on bank_line receipt refund"
)


def list_investigations(books: Books, *, only_open: bool = False) -> list[dict[str, Any]]:
    """All, the open ones by the day they are due first; amounts as decimal strings."""
    where = " WHERE v.status = 'open'" if only_open else ""
    rows = books.rows(f"{_SELECT}{where} ORDER BY CASE WHEN v.status = 'open' THEN 0 ELSE 1 END, v.due_on, v.id")
    return [_told(row) for row in rows]


def _told(row: tuple) -> dict[str, Any]:
    told = dict(zip(_NAMES.split(), row, strict=True))
    told["amount"] = plain(told["amount"], told["currency"])
    return told


def show_investigation(books: Books, key: int) -> dict[str, Any]:
    """One with its notes."""
    row = books.row(f"{_SELECT} WHERE v.id = ?", (key,))
    if row is None:
        raise NotFound("there is no investigation {id}; list them with: tui-billing investigation list", id=key)
    notes = books.rows(
        "SELECT n.date, o.login, n.text FROM investigation_note n JOIN operator o ON o.id = n.operator_id"
        " WHERE n.investigation_id = ? ORDER BY n.id",
        (key,),
    )
    return {**_told(row), "notes": [dict(zip(("date", "operator", "text"), note, strict=True)) for note in notes]}
