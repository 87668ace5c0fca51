"""Who does what, when, from where: the context of a verb, and the transaction that every verb runs in."""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable
from typing import Any, TypeVar

import tui_billing.models.engine  # noqa: F401
from tui_billing.models import guards
from tui_billing.models.door import Books, retryable, sqlstate
from tui_billing.models.tables import (
    Audit,
    Change,
    Command,
    Operator,
    Posting,
    PostingLine,
)
from tui_billing.models.write import add, add_all
from tui_billing.rules.canonical import canonical, chain_hash
from tui_billing.rules.journal import Entry, balanced
from tui_billing.rules.problem import Problem, Refused
from tui_billing.services.clerk import Context, new_command_id, utc_now
from tui_billing.services.firm import company

import peewee  # isort: skip

__all__ = ["Context", "Work", "company", "new_command_id", "transact", "utc_now"]

T = TypeVar("T")
#: A PostgreSQL transaction that lost a race is tried again this often before the clerk hears of it.
TRIES = 20

#: verb -> roles that may do it; what is not named, a clerk and a supervisor may.
RIGHTS: dict[str, frozenset[str]] = {
    "close_period": frozenset({"supervisor"}),
    "settings": frozenset({"supervisor"}),
    "approve_credit": frozenset({"supervisor"}),
    "set_credit_limit": frozenset({"supervisor"}),
    "set_role": frozenset({"supervisor"}),
    "configure": frozenset({"supervisor"}),
    "check_rule": frozenset({"supervisor"}),
    "bill_over": frozenset({"supervisor"}),
}
#: Names the months as a whole among PostgreSQL's advisory locks.
_PERIODS = 0x54554950
#: Columns of a journal line that an audit event holds.
POSTED = ("account", "customer_id", "debit", "credit", "currency", "amount")
_WRITERS = frozenset({"clerk", "supervisor"})


class Work:
    """What a verb has in hand inside its transaction."""

    def __init__(self, books: Books, context: Context, verb: str) -> None:
        self.books = books
        self.context = context
        self.verb = verb
        self.at = context.now()
        self.operator_id = _operator_id(books, context)
        self._posted: list[list[Any]] = []
        self._held = False
        #: What was looked up in this transaction and cannot change in it: a batch asks once.
        self.known: dict[Any, Any] = {}

    @property
    def today(self) -> dt.date:
        return self.context.today

    def post(
        self,
        entries: list[Entry],
        *,
        date: dt.date,
        document_date: dt.date,
        entity: str,
        entity_id: int,
        currency: str,
        customer_id: int,
        text: str,
        verb: str = "",
    ) -> int:
        """Add a balanced entry to the journal; the month of `date` must be open, or a supervisor say why not."""
        if not balanced(entries):
            raise AssertionError(f"unbalanced entry for {entity} {entity_id}: {entries}")
        if not self._held:
            hold_periods(self.books)
            self._held = True
        require_open_period(self.books, date, self.context)
        verb = verb or self.verb
        posting = add(
            Posting,
            verb=verb,
            date=date,
            document_date=document_date,
            entry_at=self.at,
            entity=entity,
            entity_id=entity_id,
            text=text,
            operator_id=self.operator_id,
            command_id=self.context.command_id,
            batch_id=self.context.batch_id,
        )
        lines = add_all(
            PostingLine,
            [
                {
                    "posting_id": posting,
                    "account": entry.account,
                    "customer_id": customer_id if entry.account.startswith("41") else None,
                    "debit": entry.debit,
                    "credit": entry.credit,
                    "currency": currency,
                    "amount": entry.amount,
                }
                for entry in entries
            ],
        )
        head = [posting, verb, date.isoformat(), document_date.isoformat(), entity, entity_id, text]
        self._posted.append([*head, [[line[name] for name in POSTED] for line in lines]])
        return posting

    def forget(self) -> None:
        """Forget what was posted since the last event: it was rolled back to a savepoint."""
        self._posted = []

    def audit(self, action: str, entity: str, entity_id: int, payload: dict[str, Any], label: str) -> None:
        """Append the audit event, chained to the one before, and tell the other clerks (`label`).

        What was posted since the last event of this transaction goes into its content, as `postings`; where that
        was into a closed month, the supervisor's `period_reason`, too.
        """
        if self._posted:
            payload = {**payload, "postings": self._posted}
            if self.context.period_reason and any(is_closed(self.books, one[2]) for one in self._posted):
                payload["period_reason"] = self.context.period_reason
            self._posted = []
        lock = " FOR UPDATE" if self.books.engine == "postgres" else ""
        row = self.books.row("SELECT seq, hash FROM chain_head WHERE id = 1" + lock)
        assert row is not None
        seq, prev = row[0] + 1, row[1]
        text = canonical(payload)
        operator = self.context.operator
        add(
            Audit,
            seq=seq,
            at=self.at,
            operator=operator,
            origin=self.context.origin,
            action=action,
            entity=entity,
            entity_id=entity_id,
            payload=text,
            prev=prev,
            hash=chain_hash(prev, seq, self.at, operator, action, f"{entity}:{entity_id}", text),
        )
        add(
            Change,
            at=self.at,
            operator_id=self.operator_id,
            action=action,
            entity=entity,
            entity_id=entity_id,
            label=label,
        )


def transact(books: Books, context: Context, verb: str, do: Callable[[Work], T], *, record: bool = True) -> T:
    """Run a verb as one transaction under the writer gate; on any error nothing of it remains.

    Asks whether the role may and whether every guard is in force. A command id that was already carried
    out is not carried out again: its result is returned. `record` off is for drafts, which are no
    commands of the books. The result must be plain JSON (str, int, None, list, dict) where recorded.
    """
    require_right(context, verb)
    if record:
        require_guards(books)

    for attempt in range(TRIES):
        try:
            with books.write():
                if record and (done := _already_done(books, context)) is not None:
                    return done[0]
                work = Work(books, context, verb)
                result = do(work)
                if record:
                    add(
                        Command,
                        id=context.command_id,
                        verb=verb,
                        result={"result": result},
                        operator_id=work.operator_id,
                        at=work.at,
                    )
                return result
        except peewee.IntegrityError as error:
            # Two at once on PostgreSQL (one command id, one code, one operator's first word): the other has
            # committed by now, so the next look sees it.
            if sqlstate(error) != "23505" or attempt == TRIES - 1:
                raise
        except Problem:
            # The refusal may be of our own making: the same command, sent twice at once, has been done.
            if record and books.engine == "postgres" and (done := _already_done(books, context)) is not None:
                return done[0]
            raise
        except peewee.DatabaseError as error:
            if not retryable(error) or attempt == TRIES - 1:
                raise
            time.sleep(random.random() * 0.005 * 2 ** min(attempt, 6))
    raise AssertionError("unreachable")


def require_right(context: Context, verb: str) -> None:
    """Refuse what this role may not do."""
    if context.role not in RIGHTS.get(verb, _WRITERS):
        raise Refused("your role ({role}) may not do this; ask a supervisor", role=context.role)


def _already_done(books: Books, context: Context) -> tuple[Any] | None:
    import json

    row = books.row("SELECT result FROM command WHERE id = ?", (context.command_id,))
    return None if row is None else (json.loads(row[0])["result"],)


def _operator_id(books: Books, context: Context) -> int:
    """The operator's row; until sign-in is built the system user becomes an operator at its first write."""
    if context.operator not in books.operators:
        found = books.value("SELECT id FROM operator WHERE login = ?", (context.operator,))
        if found is None:
            return add(Operator, login=context.operator, name=context.operator, role=context.role)
        books.operators[context.operator] = int(found)  # type: ignore[call-overload]
    return books.operators[context.operator]


def require_guards(books: Books) -> None:
    """Refuse to post while a guard trigger is missing; looked at once a process."""
    if not getattr(books, "guarded", False):
        absent = guards.missing(books.db)
        if absent:
            raise Refused(
                "guards of the database are missing ({names}): nothing is posted; run: tui-billing verify",
                names=", ".join(absent[:3]),
            )
        books.guarded = True  # type: ignore[attr-defined]


def hold_periods(books: Books, *, to_close: bool = False) -> None:
    """Until the commit, no month is closed while something is posted, and the other way round (PostgreSQL; on
    SQLite the writer gate sees to it)."""
    if books.engine == "postgres":
        shared = "" if to_close else "_shared"
        books.value(f"SELECT pg_advisory_xact_lock{shared}({_PERIODS})")


def is_closed(books: Books, day: str) -> bool:
    """Whether the month of a day (ISO text) is closed."""
    return books.row("SELECT 1 FROM period WHERE month = ?", (day[:7],)) is not None


def require_open_period(books: Books, date: dt.date, context: Context) -> None:
    """Refuse a posting into a month that is closed; a supervisor who says why may all the same."""
    if not is_closed(books, date.isoformat()):
        return
    month = date.isoformat()[:7]
    if context.role != "supervisor":
        raise Refused("{month} is closed; give a date in an open month", field="date", month=month)
    if not context.period_reason:
        raise Refused(
            "{month} is closed; give a date in an open month, or say why with --period-reason (on screen :reason)",
            field="date",
            month=month,
        )
