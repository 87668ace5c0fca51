"""Bank lines that no customer's money explains: posted to an account of the chart, a fee of our bank, or set aside.

Amounts are minor units, signed as the line.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from tui_billing.models.door import Books
from tui_billing.rules.content import LIMITS
from tui_billing.rules.journal import BANK_CHARGES, bank_entries
from tui_billing.rules.problem import NotFound, Refused
from tui_billing.rules.text import clean, quote
from tui_billing.services.bank_lines import Line, clear, day_for, in_books, lock_line, part_of
from tui_billing.services.context import Context, Work, transact


def ignore_line(
    books: Books, context: Context, line_id: int, reason: str = "", rule_id: int | None = None
) -> dict[str, Any]:
    """Set aside what is open of a line: it is booked elsewhere (a purchase, wages). Returns {"line", "clearing"}."""
    reason = clean(reason, LIMITS["reason"], "reason")

    def do(work: Work) -> dict[str, Any]:
        line = lock_line(work, line_id)
        key = clear(work, line, "ignored", part_of(line), line.date, reason=reason, rule_id=rule_id)
        return {"line": line_id, "clearing": key}

    return transact(books, context, "clear", do)


def post_to_account(
    books: Books,
    context: Context,
    line_id: int,
    account: str,
    reason: str = "",
    rule_id: int | None = None,
    *,
    amount: int | None = None,
    date: dt.date | None = None,
) -> dict[str, Any]:
    """Post what is open of a line (or `amount` of it) to an account of the chart: a fee, an own transfer.

    Returns {"line", "clearing", "open"}. Customers' accounts are refused: their money has verbs of its own.
    """
    reason = clean(reason, LIMITS["reason"], "reason")

    def do(work: Work) -> dict[str, Any]:
        line = lock_line(work, line_id)
        part = part_of(line, amount)
        code = _account(books, account, line.bank)
        day = day_for(work, line, date)
        entries = bank_entries(part, in_books(books, line, part), code, line.bank)
        kind = "charge" if code == BANK_CHARGES else "account"
        key = clear(work, line, kind, part, day, account=code, reason=reason, rule_id=rule_id, entries=entries)
        opened = books.value("SELECT open FROM bank_line WHERE id = ?", (line_id,))
        return {"line": line_id, "clearing": key, "open": opened}

    return transact(books, context, "clear", do)


def _account(books: Books, account: str, bank: str) -> str:
    code = account.strip()
    known = books.value("SELECT code FROM account WHERE code = ?", (code,))
    if known is None:
        raise NotFound("there is no account {code} in the chart", field="account", code=quote(account))
    if code.startswith("41") or code == bank:
        raise Refused("account {code} is moved by payments and refunds; choose another account", code=code)
    return code


def charge(work: Work, line: Line, amount: int, day: dt.date, receipt: int | None, rule_id: int | None = None) -> int:
    """A fee that the bank took with a line, to 627; `amount` is signed as the bank moved it (below 0)."""
    entries = bank_entries(amount, in_books(work.books, line, amount), BANK_CHARGES, line.bank)
    return clear(
        work,
        line,
        "charge",
        amount,
        day,
        receipt_id=receipt,
        account=BANK_CHARGES,
        reason=line.text[: LIMITS["reason"]],
        rule_id=rule_id,
        entries=entries,
    )
