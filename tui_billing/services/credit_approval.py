"""Credit notes above the company's limit: they wait until a supervisor other than the author decides."""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui_billing.models.door import Books
from tui_billing.models.tables import CreditRequest
from tui_billing.models.write import add, change
from tui_billing.rules.content import LIMITS
from tui_billing.rules.credits import Part
from tui_billing.rules.money import plain
from tui_billing.rules.problem import NotFound, Problem, Refused
from tui_billing.rules.text import clean, fold
from tui_billing.services.balances import locked
from tui_billing.services.context import Context, Work, transact

if TYPE_CHECKING:
    from tui_billing.rules.credits import CreditPlan

_REQUEST = "invoice_id, dispute_id, parts, reason, gross, status, operator_id"


def ask_second(
    work: Work,
    invoice_id: int,
    plan: CreditPlan,
    parts: Sequence[Part],
    amount: int | None,
    reason: str,
    dispute_id: int | None,
    refund: str | None = None,
) -> dict[str, Any] | None:
    """Lay a planned credit before a second person where it is above the limit; None where it is not."""
    books = work.books
    limit = int(books.value("SELECT credit_approval FROM company WHERE id = 1") or 0)  # type: ignore[call-overload]
    base = sum(group.taxable_base + group.tax_base for group in plan.groups.values())
    if not limit or base <= limit:
        return None
    if earlier := books.value(
        "SELECT id FROM credit_request WHERE invoice_id = ? AND status = 'waiting'", (invoice_id,)
    ):
        raise Refused("a credit note of this invoice waits for a supervisor already (request {id})", id=earlier)
    wanted: dict[str, Any] = {"parts": [[p.position, p.quantity, p.amount] for p in parts], "amount": amount}
    if refund is not None:  # where what is more than the open rest is paid to
        wanted["refund"] = refund
    request = add(
        CreditRequest,
        invoice_id=invoice_id,
        dispute_id=dispute_id,
        parts=wanted,
        reason=clean(reason, LIMITS["reason"], "reason"),
        gross=plan.gross,
        gross_base=base,
        operator_id=work.operator_id,
        date=work.today,
        at=work.at,
    )
    number, currency = books.row("SELECT number, currency FROM invoice WHERE id = ?", (invoice_id,))  # type: ignore[misc]
    label = f"{plain(plan.gross, currency)} {currency} {number}"
    work.audit("ask_credit", "credit_request", request, request_content(books, request), label)
    return {"request": request, "gross": plan.gross}


def decide_credit(books: Books, context: Context, request_id: int, *, approve: bool, note: str = "") -> dict[str, Any]:
    """Issue a credit note that waits, or refuse it (supervisors, never one's own).

    Returns {"id", "number", "open"} of the credit note, or {"request"} where it was refused. Everything is checked
    again: what was credited meanwhile is no longer there to credit.
    """
    from tui_billing.services.credit import issue_credit, planned
    from tui_billing.services.disputes import write_note

    def do(work: Work) -> dict[str, Any]:
        row = locked(books, "credit_request", _REQUEST, request_id)
        if row is None:
            raise NotFound("there is no credit note {id} that waits", id=request_id)
        invoice_id, dispute_id, stored, reason, _gross, status, author = row
        if status != "waiting":
            raise Refused("this credit note was decided already; look at the invoice")
        if author == work.operator_id:
            raise Refused("a credit note above the limit needs a second person; ask another supervisor")
        done: dict[str, Any] = {"request": request_id}
        if approve:
            parts, amount, refund = parts_of(stored)
            plan = planned(work, invoice_id, parts, amount)
            done = issue_credit(work, invoice_id, plan, reason, work.today, dispute_id, refund)
        change(
            CreditRequest,
            request_id,
            status="issued" if approve else "refused",
            decided_by=work.operator_id,
            decided_on=work.today,
            note=clean(note, LIMITS["reason"], "note"),
            credit_note_id=done.get("id"),
        )
        number = str(books.value("SELECT number FROM invoice WHERE id = ?", (invoice_id,)))
        if (
            dispute_id
            and not approve
            and books.value("SELECT status FROM dispute WHERE id = ?", (dispute_id,)) != "closed"
        ):
            write_note(work, dispute_id, "credit_refused", note)
        action = "approve_credit" if approve else "refuse_credit"
        work.audit(action, "credit_request", request_id, request_content(books, request_id), number)
        return done

    return transact(books, context, "approve_credit", do)


def parts_of(stored: str) -> tuple[list[Part], int | None, str | None]:
    """What a request wants credited: lines or an amount, and the IBAN that the rest is paid back to (None: it stays)."""
    import json

    wanted = json.loads(stored)
    return [Part(*part) for part in wanted["parts"]], wanted["amount"], wanted.get("refund")


def request_content(books: Books, request_id: int) -> dict[str, Any]:
    """What the audit chain keeps of a request."""
    columns = "invoice_id, dispute_id, parts, reason, gross, gross_base, status, date, note, credit_note_id"
    row = books.row(f"SELECT {columns} FROM credit_request WHERE id = ?", (request_id,))
    assert row is not None
    return {"v": 1, **dict(zip(columns.split(", "), row, strict=True))}


@dataclass(frozen=True, slots=True)
class WaitingCredit:
    """A credit note that waits; `gross` in minor units of `currency`."""

    id: int
    invoice: str
    customer: str
    customer_name: str
    gross: int
    currency: str
    reason: str
    author: str
    date: dt.date
    dispute: int | None
    invoice_id: int
    parts: str

    @property
    def key(self) -> tuple[str, int]:
        """Where it stands in the list."""
        return self.date.isoformat(), self.id


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """Rows in the order of the list, and whether there are more on either side."""

    rows: tuple[WaitingCredit, ...]
    more_before: bool
    more_after: bool


def waiting_credits(books: Books, words: Sequence[str] = ()) -> list[WaitingCredit]:
    """Credit notes that wait, the oldest first; those that all folded words fit."""
    rows = books.rows(
        "SELECT r.id, i.number, c.code, c.name, r.gross, i.currency, r.reason, o.login, r.date, r.dispute_id,"
        " r.invoice_id, r.parts"
        " FROM credit_request r JOIN invoice i ON i.id = r.invoice_id JOIN customer c ON c.id = i.customer_id"
        " JOIN operator o ON o.id = r.operator_id WHERE r.status = 'waiting' ORDER BY r.date, r.id"
    )
    found = [_waiting(*row) for row in rows]
    return [
        one
        for one in found
        if all(word in fold(f"{one.invoice} {one.customer} {one.customer_name} {one.author}") for word in words)
    ]


def _waiting(*row: Any) -> WaitingCredit:
    values: Any = (*row[:8], dt.date.fromisoformat(row[8]), *row[9:])
    return WaitingCredit(*values)


def waiting_page(
    books: Books, words: Sequence[str], direction: str, key: Sequence[Any] | None, limit: int
) -> WaitingPage:
    """A page of the same; there are never so many that they would not be read whole."""
    found = waiting_credits(books, words)
    keys = [one.key for one in found]
    at = 0
    if key is not None:
        wanted = (str(key[0]), int(key[1]))
        at = {
            "after": bisect.bisect_right(keys, wanted),
            "before": max(bisect.bisect_left(keys, wanted) - limit, 0),
        }.get(direction, max(bisect.bisect_left(keys, wanted) - limit // 2, 0))
    elif direction == "last":
        at = max(len(found) - limit, 0)
    end = (
        bisect.bisect_left(keys, (str(key[0]), int(key[1])))
        if key is not None and direction == "before"
        else at + limit
    )
    return WaitingPage(tuple(found[at:end]), at > 0, end < len(found))


def waiting_count(books: Books, words: Sequence[str]) -> tuple[int, bool]:
    """(how many wait, whether there are more than that)."""
    return len(waiting_credits(books, words)), False


def set_limit(books: Books, context: Context, limit: int) -> None:
    """Above which amount (minor units of the books' currency, 0 for none) credit notes wait for a second person."""
    from tui_billing.models.tables import Company

    if limit < 0:
        raise Problem("a limit is 0 or more; 0 is none", field="amount")

    def do(work: Work) -> None:
        change(Company, 1, credit_approval=limit)
        work.audit("set_credit_limit", "company", 1, {"v": 1, "credit_approval": limit}, str(limit))

    transact(books, context, "set_credit_limit", do)
