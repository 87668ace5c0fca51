"""A payment that the bank takes back: a bounced direct debit, a chargeback, an unpaid cheque."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.tables import Receipt
from tui_billing.models.write import change
from tui_billing.rules.content import LIMITS
from tui_billing.rules.journal import BANK_CHARGES, bank_entries, exchange_entries
from tui_billing.rules.money import plain
from tui_billing.rules.problem import NotFound, Problem, Refused
from tui_billing.rules.text import clean
from tui_billing.services.allocate import settle
from tui_billing.services.balances import locked, refresh_receipt
from tui_billing.services.bank_lines import clear, day_for, in_books, lock_line, part_of
from tui_billing.services.consume import keep_in
from tui_billing.services.context import Context, Work, transact
from tui_billing.services.ledger import bank_code, posted
from tui_billing.services.receive import receipt_content, reverse_in


def return_payment(
    books: Books,
    context: Context,
    line_id: int,
    receipt_id: int,
    reason: str = "",
    fee: int = 0,
    *,
    date: dt.date | None = None,
) -> dict[str, Any]:
    """The bank took a payment back on a debit line: all it settled is open again from that day.

    `reason` is the bank's code (ISO 20022 ExternalReturnReason1Code), with the clerk's words behind it where
    there are any; without one the line's own is taken. `fee` is what the bank charges on the same line (minor
    units, 0 or more). Returns {"line", "receipt", "reopened": [invoice ids], "clearings", "open"}.
    """
    reason = clean(reason, LIMITS["reason"], "reason")

    def do(work: Work) -> dict[str, Any]:
        line = lock_line(work, line_id)
        if line.amount > 0:
            raise Refused("this line is money that came in; a payment is returned on a line that went out")
        row = locked(books, "receipt", "amount, amount_base, currency, bank_account_id, date", receipt_id)
        if row is None:
            raise NotFound("there is no payment {id}; list them with: tui-billing payment list", id=receipt_id)
        amount, base, currency, account, _ = row
        if fee < 0:
            raise Problem("a fee is 0 or more", field="fee")
        own = bank_code(books, account)
        entries = []
        if currency == line.currency:
            part = part_of(line, -amount)
            if fee:
                part_of(line, -amount - fee)
            moved = -base
        else:
            part = part_of(line) + fee
            moved = in_books(books, line, part)
            entries += exchange_entries(-moved - base, own)
        if own != line.bank:
            entries += bank_entries(part, moved, own, line.bank)
        told = reason or line.return_reason
        day = max(day_for(work, line, date), dt.date.fromisoformat(row[4]))
        reopened = reverse_in(work, receipt_id, day, told, verb="return")
        cleared = [clear(work, line, "return", part, day, receipt_id=receipt_id, reason=told, entries=entries)]
        if fee:
            charge = bank_entries(-fee, in_books(books, line, -fee), BANK_CHARGES, line.bank)
            cleared.append(
                clear(
                    work,
                    line,
                    "charge",
                    -fee,
                    day,
                    receipt_id=receipt_id,
                    account=BANK_CHARGES,
                    reason=told,
                    entries=charge,
                )
            )
        opened = books.value("SELECT open FROM bank_line WHERE id = ?", (line_id,))
        return {
            "line": line_id,
            "receipt": receipt_id,
            "reopened": reopened,
            "clearings": cleared,
            "open": opened,
        }

    return transact(books, context, "return", do)


def restore_in(work: Work, receipt_id: int, day: dt.date, reason: str) -> None:
    """Inside an open transaction: a return was a mistake, and the payment counts again as if it had not been.

    Everything is dated the day of the return, so that on no past day the books tell of it. What the payment had
    settled is settled again, as far as it is still open; the rest is on account.
    """
    books = work.books
    row = locked(books, "receipt", "customer_id, date, amount, currency, reversed_on", receipt_id)
    assert row is not None
    customer_id, date, amount, currency, _ = row
    command = books.value(
        "SELECT command_id FROM posting WHERE entity = 'receipt' AND entity_id = ? AND verb = 'return'"
        " ORDER BY id DESC LIMIT 1",
        (receipt_id,),
    )
    work.post(
        posted(books, "receipt", receipt_id),
        verb="restore",
        date=day,
        document_date=dt.date.fromisoformat(date),
        entity="receipt",
        entity_id=receipt_id,
        currency=currency,
        customer_id=customer_id,
        text=reason,
    )
    change(Receipt, receipt_id, reversed_on=None, reversal_reason="")
    refresh_receipt(books, receipt_id)
    content = {**receipt_content(books, receipt_id), "reversed_on": None, "reason": reason}
    work.audit("restore", "receipt", receipt_id, content, f"{plain(amount, currency)} {currency}")
    _settle_again(work, receipt_id, str(command), day)


def _settle_again(work: Work, receipt_id: int, command: str, day: dt.date) -> None:
    """The allocations that the return took back, with what was given up with them, and the differences kept."""
    books = work.books
    undone = (
        " FROM posting p JOIN {table} b ON b.id = p.entity_id JOIN {table} a ON a.id = b.reverses_id"
        " WHERE p.entity = '{table}' AND p.command_id = ? AND "
    )
    rows = books.rows(
        "SELECT a.id, a.kind, a.invoice_id, a.amount, a.date, a.reason, a.reason_code, a.given_with_id"
        + undone.format(table="allocation")
        + "(a.receipt_id = ? OR a.given_with_id IN (SELECT id FROM allocation WHERE receipt_id = ?)) ORDER BY a.id",
        (command, receipt_id, receipt_id),
    )
    again: dict[int, int] = {}
    for key, kind, invoice, amount, since, why, code, with_id in rows:
        opened = books.value("SELECT open FROM invoice WHERE id = ?", (invoice,))
        part = min(amount, int(opened))  # type: ignore[call-overload]
        if part <= 0 or (with_id is not None and with_id not in again):
            continue
        again[key] = settle(
            work,
            kind,
            receipt_id if kind == "payment" else None,
            invoice,
            part,
            max(day, dt.date.fromisoformat(since)),
            reason=why,
            reason_code=code,
            given_with=again.get(with_id or 0),
            allowed=True,
        )
    for amount, since, why, code in books.rows(
        "SELECT a.amount, a.date, a.reason, a.reason_code"
        + undone.format(table="consumption")
        + "a.receipt_id = ? ORDER BY a.id",
        (command, receipt_id),
    ):
        source = ("payment", receipt_id)
        keep_in(work, source, amount, code, why, max(day, dt.date.fromisoformat(since)), allowed=True)
