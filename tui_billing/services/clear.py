"""Clearing bank lines: a line of the statement becomes receipts, refunds, returns, charges, or is set aside.

One mechanism for every door: what a line is explained by are rows of `clearing` (`services/bank_lines.py`), each
taken back by an opposite row. Here stands what becomes a customer's receipt, and what takes a line's clearings back;
`line_links`, `line_accounts`, `refunds` and `returns` are the others. Amounts are minor units; those of a line are
signed as the line.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.tables import Command
from tui_billing.models.write import add
from tui_billing.rules.canonical import digest
from tui_billing.rules.content import LIMITS, CustomerFacts
from tui_billing.rules.differences import ROUNDING
from tui_billing.rules.money import from_minor, plain, within_limit
from tui_billing.rules.problem import NotFound, Problem, Refused, Unusable
from tui_billing.rules.text import clean
from tui_billing.services.allocate import Credit, Part, settle, settle_parts
from tui_billing.services.bank_lines import (
    Line,
    clear,
    day_for,
    in_books,
    lock_line,
    part_of,
    standing,
    take_back_clearing,
)
from tui_billing.services.batch import CHUNK_SECONDS, command_result
from tui_billing.services.consume import keep_in
from tui_billing.services.context import Context, Work, company, new_command_id, transact
from tui_billing.services.line_accounts import charge, ignore_line, post_to_account
from tui_billing.services.line_links import link_receipt
from tui_billing.services.receive import (
    Incoming,
    known_customer,
    lock_open_items,
    rate_on,
    reverse_in,
    take_credits_back,
    take_in,
)
from tui_billing.services.refunds import Refund, Source, link_refund, refund, refund_came_back, reverse_refund
from tui_billing.services.returns import restore_in, return_payment

__all__ = [
    "Credit",
    "Part",
    "Refund",
    "Source",
    "Take",
    "clear_line",
    "clear_lines",
    "ignore_line",
    "keep_difference",
    "link_receipt",
    "link_refund",
    "post_to_account",
    "refund",
    "refund_came_back",
    "return_payment",
    "reverse_refund",
    "take_back_line",
]

#: A rate that follows from two amounts and differs by more than this from the known one is a slip of the hand.
FAR = Decimal("0.2")


@dataclass(frozen=True, slots=True)
class Take:
    """What one bank line is cleared with, for one customer.

    `amount` is how much of the line (None: all that is open); what the parts leave of it stays on account.
    `bank_fee` is what our own bank took off this line: the receipt is amount + fee, the fee is posted to 627.
    `surplus` of the receipt is kept as a gain, for the reason `surplus_code`. `date` posts it later than the
    line's own day, where that month is closed. `detail` is the place of the transaction of a booked entry that it is
    of, 1 the first, 0 for the line. A part's amounts are in its invoice's currency: a line in
    another one becomes a receipt in the invoice's, worth in the books what the bank credited.
    """

    line_id: int
    customer: str
    parts: Sequence[Part] = ()
    credits: Sequence[Credit] = ()
    amount: int | None = None
    bank_fee: int = 0
    rule_id: int | None = None
    surplus: int = 0
    surplus_code: str = ROUNDING
    date: dt.date | None = None
    detail: int = 0


def clear_line(books: Books, context: Context, take: Take) -> dict[str, Any]:
    """Clear a line, or part of it, with a customer's receipt and what that settles; all of it or nothing.

    Returns {"line", "receipt", "open" (of the line), "on_account", "allocations": [ids], "clearings": [ids]}.
    """
    return transact(books, context, "clear", lambda work: clear_in(work, take))


def clear_lines(books: Books, context: Context, takes: Iterable[Take]) -> list[dict[str, Any]]:
    """Many at once, in chunks that hold the gate for a moment each; one that is refused stops no other.

    Returns for each take, in order, what `clear_line` answers, or {"line", "problem", "values"}: the message
    and its values. Said again under the same batch id, what was done is answered and not done again.
    """
    context = replace(context, batch_id=context.batch_id or new_command_id())
    # Two equal takes of one line (two cheques of one amount) are two: each is told by how many went before it.
    seen: Counter[Take] = Counter()
    pending: list[tuple[Take, int]] = []
    for take in takes:
        take = replace(take, parts=tuple(take.parts), credits=tuple(take.credits))
        pending.append((take, seen[take]))
        seen[take] += 1
    answers: list[dict[str, Any]] = []
    while pending:
        chunk = _chunk(books, context, pending)
        answers += chunk
        del pending[: len(chunk)]
    return answers


def _chunk(books: Books, context: Context, pending: Sequence[tuple[Take, int]]) -> list[dict[str, Any]]:
    done: list[dict[str, Any]] = []

    def do(work: Work) -> int:
        done.clear()  # PostgreSQL may ask for the whole transaction again
        started = time.monotonic()
        for take, place in pending:
            done.append(_in_savepoint(work, take, place))
            if time.monotonic() - started > CHUNK_SECONDS:
                break
        return len(done)

    transact(books, context.command(), "clear", do)
    return done


def _in_savepoint(work: Work, take: Take, place: int) -> dict[str, Any]:
    """One of the chunk, under a command id of its own; a refused one leaves nothing behind."""
    db, before = work.books.db, work.context
    own = f"{before.batch_id}:{take.line_id}:{digest(repr(take))[:16]}" + (f":{place}" if place else "")
    if (earlier := command_result(work.books, own, "clear")) is not None:
        return earlier
    db.execute_sql("SAVEPOINT one")
    try:
        work.context = before.command(own)
        result = clear_in(work, take)
    except Problem as problem:
        if isinstance(problem, Unusable):
            raise
        db.execute_sql("ROLLBACK TO SAVEPOINT one")
        db.execute_sql("RELEASE SAVEPOINT one")
        work.forget()
        values = {name: str(value) for name, value in problem.values.items()}
        return {"line": take.line_id, "problem": problem.message, "values": values}
    finally:
        work.context = before
    add(Command, id=own, verb="clear", result={"result": result}, operator_id=work.operator_id, at=work.at)
    db.execute_sql("RELEASE SAVEPOINT one")
    return result


def clear_in(work: Work, take: Take) -> dict[str, Any]:
    """The same as `clear_line` inside an open transaction."""
    books = work.books
    line = lock_line(work, take.line_id)
    if line.amount < 0:
        raise Refused("this line is money that went out; it is a refund, a return, or goes to an account")
    amount = part_of(line, take.amount)
    if take.bank_fee < 0:
        raise Problem("a fee is 0 or more", field="fee")
    detail_id = _detail(books, line, take.detail) if take.detail else None
    day = day_for(work, line, take.date)
    customer = known_customer(books, take.customer)
    lock_open_items(books, customer.id)
    done = [settle(work, "credit", each.credit_note_id, each.invoice_id, each.amount, day) for each in take.credits]
    money = _incoming(work, take, line, amount, day, customer)
    receipt = take_in(work, money)
    done += settle_parts(work, receipt, take.parts, day)
    if take.surplus:
        keep_in(work, ("payment", receipt), take.surplus, take.surplus_code, "", day)
    gross = amount + take.bank_fee
    cleared = [clear(work, line, "receipt", gross, day, receipt_id=receipt, rule_id=take.rule_id, detail_id=detail_id)]
    if take.bank_fee:
        cleared.append(charge(work, line, -take.bank_fee, day, receipt, take.rule_id))
    row = books.row(
        "SELECT open, (SELECT open FROM bank_line WHERE id = ?) FROM receipt WHERE id = ?", (line.id, receipt)
    )
    assert row is not None
    return {
        "line": line.id,
        "receipt": receipt,
        "open": row[1],
        "on_account": row[0],
        "allocations": done,
        "clearings": cleared,
    }


def _detail(books: Books, line: Line, place: int) -> int:
    """The id of a transaction of the line that no clearing stands on."""
    row = books.row(
        "SELECT d.id, EXISTS (SELECT 1 FROM clearing c WHERE c.detail_id = d.id AND c.reverses_id IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM clearing b WHERE b.reverses_id = c.id)) FROM bank_detail d"
        " WHERE d.bank_line_id = ? ORDER BY d.position LIMIT 1 OFFSET ?",
        (line.id, place - 1),
    )
    if row is None:
        raise NotFound("the bank line has no transaction {place}; press F5 to see what it has", place=place)
    if row[1]:
        raise Refused("this bank line was matched meanwhile; press F5 to see what is left")
    return int(row[0])


def _incoming(work: Work, take: Take, line: Line, amount: int, day: dt.date, customer: CustomerFacts) -> Incoming:
    """The receipt that the line becomes: in the line's currency, or in that of the invoices it pays."""
    books, firm = work.books, company(work.books)
    gross = amount + take.bank_fee
    within_limit(gross)
    currency = _currency_of(books, take) or line.currency
    base = in_books(books, line, gross)
    rate, source, rate_date = rate_on(books, line.currency, firm.currency, line.date)
    paid = gross
    if currency == line.currency:
        pass
    elif currency == firm.currency:
        paid, rate, source, rate_date = base, Decimal(1), "", None
    else:
        settled = sum(part.paid for part in take.parts)
        whole = amount == line.amount and currency == line.original_currency and line.original_amount
        paid = max(settled, line.original_amount or 0) if whole else settled
        if paid <= 0:
            raise Problem("a payment is more than 0; for money paid back use a refund", field="amount")
        rate = from_minor(base, firm.currency) / from_minor(paid, currency)
        rate = rate.quantize(Decimal("0.00000001"))
        source, rate_date = "bank", line.date
        _believe(books, currency, firm.currency, rate, line, paid, gross)
    return Incoming(
        customer,
        day,
        paid,
        currency,
        base,
        rate,
        source,
        rate_date,
        reference=(line.reference or line.text)[: LIMITS["reference"]],
        payer=line.payer[: LIMITS["payer"]],
        bank_account_id=line.bank_account_id,
        bank_line_id=line.id,
    )


def _currency_of(books: Books, take: Take) -> str:
    """The currency of the invoices that a take settles, "" where it settles none; refuses two."""
    keys = sorted({part.invoice_id for part in take.parts})
    if not keys:
        return ""
    marks = ", ".join("?" * len(keys))
    found = [row[0] for row in books.rows(f"SELECT DISTINCT currency FROM invoice WHERE id IN ({marks})", keys)]
    if len(found) > 1:
        raise Problem("the invoices are in {currencies}; clear the line in two parts", currencies=", ".join(found))
    return found[0] if found else ""


def _believe(books: Books, currency: str, base: str, rate: Decimal, line: Line, paid: int, gross: int) -> None:
    """Refuse amounts in two currencies that cannot mean the same money."""
    try:
        known = rate_on(books, currency, base, line.date)[0]
    except Problem:
        return
    if abs(rate / known - 1) > FAR:
        raise Problem(
            "{paid} {theirs} for {amount} {ours} is a rate of {rate}, far from {known}; check the amounts",
            field="amount",
            paid=plain(paid, currency),
            theirs=currency,
            amount=plain(gross, line.currency),
            ours=line.currency,
            rate=f"{rate.normalize():f}",
            known=f"{known.normalize():f}",
        )


def keep_difference(
    books: Books,
    context: Context,
    source: Source,
    reason_code: str = ROUNDING,
    reason: str = "",
) -> int:
    """Keep a small rest of a receipt or credit note as a gain, by a reason's limit; return the consumption's id."""
    reason = clean(reason, LIMITS["reason"], "reason")

    def do(work: Work) -> int:
        return keep_in(work, (source.kind, source.id), source.amount, reason_code, reason, work.today)

    return transact(books, context, "keep", do)


def take_back_line(
    books: Books, context: Context, line_id: int, reason: str = "", *, only: Collection[int] | None = None
) -> dict[str, Any]:
    """Take back what stands on a line (`only`: of these clearings), each by an opposite row, on the business date.

    A receipt that the line made is reversed with what it settled; one that was linked, and a refund, stay and
    wait for their line again; a returned payment counts again, with what it settled. Returns {"line", "open",
    "receipts": [reversed ids], "clearings": [ids of the opposite rows]}.
    """
    reason = clean(reason, LIMITS["reason"], "reason")

    def do(work: Work) -> dict[str, Any]:
        line = lock_line(work, line_id)
        found = [one for one in standing(books, "bank_line_id", line_id) if only is None or one.id in only]
        if not found:
            raise Refused("nothing stands on this bank line; there is nothing to take back")
        backs, reversed_receipts = [], []
        undone = any(each.kind == "return" for each in found)
        for each in found:
            # A return that never was is undone on its own day: the books tell of it on none.
            day = dt.date.fromisoformat(each.date) if undone else work.today
            backs.append(take_back_clearing(work, each.id, day, reason))
        for each in found:
            if each.kind == "return":
                restore_in(work, each.receipt_id or 0, dt.date.fromisoformat(each.date), reason)
            elif each.kind == "receipt" and _made_by(books, each.receipt_id, line.id):
                reverse_in(work, each.receipt_id or 0, work.today, reason)
                take_credits_back(work, each.receipt_id or 0, reason)
                for other in standing(books, "receipt_id", each.receipt_id or 0):
                    backs.append(take_back_clearing(work, other.id, work.today, reason))
                reversed_receipts.append(each.receipt_id)
        opened = books.value("SELECT open FROM bank_line WHERE id = ?", (line_id,))
        return {"line": line_id, "open": opened, "receipts": reversed_receipts, "clearings": backs}

    return transact(books, context, "reverse", do)


def _made_by(books: Books, receipt_id: int | None, line_id: int) -> bool:
    return books.value("SELECT bank_line_id FROM receipt WHERE id = ?", (receipt_id,)) == line_id
