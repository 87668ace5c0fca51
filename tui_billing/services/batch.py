"""Batches: many invoices issued or kept as drafts, in chunks that hold the writer gate for a moment each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.tables import Command, Invoice
from tui_billing.models.write import add
from tui_billing.rules.content import Content
from tui_billing.rules.problem import Problem, Unusable
from tui_billing.services.context import Context, Work, new_command_id, transact
from tui_billing.services.issue import issue_in
from tui_billing.services.resolve import Resolved, resolve

import peewee  # isort: skip

#: Seconds that a chunk may work before it commits; the commit itself takes the rest of the 250 ms.
CHUNK_SECONDS = 0.2
#: So many are read ahead of a chunk; a slow source (a pipe) is waited for outside the gate.
AHEAD = 500
#: Findings of the checklist about a value that was given; the others say that something is missing.
GIVEN = frozenset(
    {"customer_missing", "series_date_order", "due_before_issue", "period_reversed", "vat_rate_on_exempt"}
)


@dataclass(frozen=True, slots=True)
class Order:
    """One invoice of a batch: its place in the input (1, 2, …), what was typed, and its own command id or ""."""

    line: int
    content: Content
    command_id: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """One that is committed: its place in the input, and what its verb answered ({"id", "number"})."""

    line: int
    result: dict[str, Any]


class Blocked(Problem):
    """The checklist at issue found something that the law asks for; no value that was given is wrong."""


class AtLine(Problem):
    """A problem with one line of a file; `line` counts from 1, `problem` says what is wrong with it.

    `done` is how many before it are carried out and stay.
    """

    def __init__(self, line: int, problem: Problem) -> None:
        super().__init__(problem.message, field=problem.field, **problem.values)
        self.line = line
        self.problem = problem
        self.done = 0

    def __str__(self) -> str:
        field = f"{self.field}: " if self.field else ""
        return f"line {self.line}: {field}{self.problem}"


def issue_many(books: Books, context: Context, orders: Iterable[Order]) -> Iterator[Done]:
    """Issue invoices in the order given, chunk by chunk; each is told once its chunk is committed.

    A bad one stops the batch with `AtLine`: those ahead of it are committed and were told, nothing of it or
    after it is. One whose command id was carried out before is not issued again. `orders` may itself raise
    `AtLine` for a line that it cannot read.
    """
    return _in_chunks(books, context, orders, "issue", _issue_one)


def keep_many(books: Books, context: Context, orders: Iterable[Order]) -> Iterator[Done]:
    """The same, kept as drafts; a value that cannot be read is refused, what is missing is not."""
    return _in_chunks(books, context, orders, "draft", _keep_one)


def _in_chunks(
    books: Books,
    context: Context,
    orders: Iterable[Order],
    verb: str,
    one: Callable[[Work, Order], dict[str, Any]],
) -> Iterator[Done]:
    context = replace(context, batch_id=context.batch_id or new_command_id())
    source = iter(orders)
    pending: list[Order] = []
    unread: Problem | None = None
    while True:
        try:
            pending.extend(islice(source, AHEAD - len(pending)) if unread is None else ())
        except Problem as problem:
            unread = problem
        if not pending:
            break
        done, wrong = _chunk(books, context, pending, verb, one)
        yield from done
        if wrong is not None:
            raise wrong
        del pending[: len(done)]
    if unread is not None:
        raise unread


def _chunk(
    books: Books, context: Context, pending: list[Order], verb: str, one: Callable[[Work, Order], dict[str, Any]]
) -> tuple[list[Done], AtLine | None]:
    """Commit as many as fit; what is wrong with the one after them, if anything."""
    wrong: AtLine | None = None
    results: list[dict[str, Any]] = []

    def do(work: Work) -> int:
        nonlocal wrong
        wrong = None
        results.clear()  # PostgreSQL may ask for the whole transaction again
        started = time.monotonic()
        for order in pending:
            try:
                results.append(_in_savepoint(work, order, verb, one))
            except Problem as problem:
                if isinstance(problem, Unusable):
                    raise
                wrong = AtLine(order.line, problem)
                if not results:
                    raise wrong
                break
            if time.monotonic() - started > CHUNK_SECONDS:
                break
        return len(results)

    try:
        transact(books, context.command(), verb, do)
    except AtLine as problem:
        return [], problem
    return [Done(order.line, result) for order, result in zip(pending, results, strict=False)], wrong


def _in_savepoint(work: Work, order: Order, verb: str, one: Callable[[Work, Order], dict[str, Any]]) -> dict[str, Any]:
    """One of the chunk: done whole, or nothing of it remains while the others do."""
    db = work.books.db
    before = work.context
    db.execute_sql("SAVEPOINT one")
    try:
        work.context = before.command(order.command_id or before.command_id)
        result = _once(work, order, verb, one)
    except (Problem, peewee.IntegrityError) as error:
        if isinstance(error, Unusable):
            raise
        db.execute_sql("ROLLBACK TO SAVEPOINT one")
        db.execute_sql("RELEASE SAVEPOINT one")
        if isinstance(error, peewee.IntegrityError) and order.command_id and "command" in str(error).lower():
            # Another process has carried out this very command meanwhile; its result is there now.
            work.context = before.command(order.command_id)
            return _once(work, order, verb, one)
        raise why_refused(work.books, order.content, work.today, error) from error
    finally:
        work.context = before
    db.execute_sql("RELEASE SAVEPOINT one")
    return result


def _once(work: Work, order: Order, verb: str, one: Callable[[Work, Order], dict[str, Any]]) -> dict[str, Any]:
    if order.command_id:
        done = command_result(work.books, order.command_id, verb)
        if done is not None:
            return done
    result = one(work, order)
    if order.command_id:
        add(
            Command,
            id=order.command_id,
            verb=verb,
            result={"result": result},
            operator_id=work.operator_id,
            at=work.at,
        )
    return result


def command_result(books: Books, command_id: str, verb: str) -> dict[str, Any] | None:
    """What a command answered when it was carried out, None for a new one; another verb's id is refused."""
    import json

    row = books.row("SELECT verb, result FROM command WHERE id = ?", (command_id,))
    if row is None:
        return None
    if row[0] != verb:
        raise Problem(
            "the command id {id} was used for something else; choose another", field="command_id", id=command_id
        )
    return dict(json.loads(row[1])["result"])


def _issue_one(work: Work, order: Order) -> dict[str, Any]:
    return issue_in(work, order.content)


def _keep_one(work: Work, order: Order) -> dict[str, Any]:
    known = resolve(work.books, order.content, work.today)
    for problem in known.problems:
        raise problem
    totals, content = known.totals, order.content
    draft = add(
        Invoice,
        kind="invoice",
        type_code="380",
        customer_id=known.customer.id if known.customer else None,
        buyer_name=known.customer.name if known.customer else "",
        issue_date=content.issue_date or work.today.isoformat(),
        due_date=content.due_date or None,
        currency=known.currency,
        purchase_order=content.purchase_order,
        gross=totals.gross if totals else 0,
        gross_base=_gross_base(known) if totals else 0,
        form=content.to_json(),
        operator_id=work.operator_id,
        created_at=work.at,
        updated_at=work.at,
        batch_id=work.context.batch_id,
    )
    return {"id": draft, "number": None}


def _gross_base(known: Resolved) -> int:
    from tui_billing.services.issue import base_amounts

    assert known.totals is not None
    base = base_amounts(known.totals, known.currency, known.company.currency, known.rate)
    return base.net + base.tax


def why_refused(books: Books, content: Content, today: Any, error: Exception) -> Problem:
    """The problem to report for an invoice that was refused: `Blocked` where only the checklist objects."""
    known = resolve(books, content, today)
    if isinstance(error, peewee.IntegrityError):
        if known.totals is not None and known.totals.payable < 0:
            return Problem(
                "the total is below 0; check quantities and prices, or credit the invoice it is about", field="lines"
            )
        raise error
    assert isinstance(error, Problem)
    if known.problems:
        return error
    for finding in known.findings:
        if finding.blocking:
            kind = Problem if finding.code in GIVEN or finding.code.startswith("line_") else Blocked
            return kind(finding.message, field=finding.field, **finding.values)
    return error
