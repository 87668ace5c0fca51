"""Bank lines that are a payment recorded before it stood on the statement (a cheque, a deposit slip, cash paid in).

Amounts are minor units, those of a line signed as the line.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from tui_billing.models.door import Books
from tui_billing.rules.journal import Entry, bank_entries, exchange_entries
from tui_billing.rules.problem import NotFound, Problem, Refused
from tui_billing.services.balances import locked
from tui_billing.services.bank_lines import Line, clear, in_books, lock_line, part_of, standing
from tui_billing.services.context import Context, Work, transact
from tui_billing.services.ledger import bank_code
from tui_billing.services.line_accounts import charge


def link_receipt(
    books: Books, context: Context, line_id: int, receipt_id: int, fee: int = 0, *, amount: int | None = None
) -> dict[str, Any]:
    """Clear a line with a payment recorded before it stood on the statement; several may share a line.

    The line takes as much as both have open, or `amount`; `fee` is what the bank took off. Returns {"line",
    "receipt", "clearings", "open"}.
    """

    def do(work: Work) -> dict[str, Any]:
        line = lock_line(work, line_id)
        keys = link_in(work, line, receipt_id, fee, amount)
        opened = books.value("SELECT open FROM bank_line WHERE id = ?", (line_id,))
        return {"line": line_id, "receipt": receipt_id, "clearings": keys, "open": opened}

    return transact(books, context, "clear", do)


def link_in(work: Work, line: Line, receipt_id: int, fee: int = 0, amount: int | None = None) -> list[int]:
    """The same inside an open transaction."""
    books = work.books
    row = locked(books, "receipt", "amount, amount_base, currency, reversed_on, bank_account_id, date", receipt_id)
    if row is None:
        raise NotFound("there is no payment {id}; list them with: tui-billing payment list", id=receipt_id)
    whole, base, currency, reversed_on, account, date = row
    if reversed_on:
        raise Refused("this payment was reversed already on {date}", date=reversed_on)
    if line.amount < 0:
        raise Refused("this line is money that went out; it is a refund, a return, or goes to an account")
    if fee < 0:
        raise Problem("a fee is 0 or more", field="fee")
    stands = [each for each in standing(books, "receipt_id", receipt_id) if each.kind == "receipt"]
    day = max(line.date, dt.date.fromisoformat(date))
    entries: list[Entry] = []
    if currency == line.currency:
        left = whole - sum(each.amount for each in stands)
        if left <= 0:
            raise Refused("this payment stands on a statement already")
        part = part_of(line, amount if amount is not None else min(line.open, left - fee))
        gross = part + fee
        if gross > left:
            raise Refused("this payment stands on a statement already")
        moved = base if gross == whole else in_books(books, line, gross)
    else:
        if stands:
            raise Refused("this payment stands on a statement already")
        gross = part_of(line, amount) + fee
        moved = in_books(books, line, gross)
        entries += exchange_entries(base - moved, bank_code(books, account))
    own = bank_code(books, account)
    if own != line.bank:
        entries += bank_entries(gross, moved, own, line.bank)
    if day > work.today:
        raise Problem("the date of a payment is today or earlier", field="date")
    keys = [clear(work, line, "receipt", gross, day, receipt_id=receipt_id, entries=entries)]
    if fee:
        keys.append(charge(work, line, -fee, day, receipt_id))
    return keys
