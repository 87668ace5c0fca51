"""Money received: a receipt, what it settles, and taking it back whole when it bounces."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries import facts
from tui_billing.models.tables import BankLine, Clearing, Receipt
from tui_billing.models.write import add, change
from tui_billing.rules.content import LIMITS
from tui_billing.rules.journal import opposite, receipt_entries
from tui_billing.rules.money import convert, exponent, plain, within_limit
from tui_billing.rules.problem import NotFound, Problem, Refused
from tui_billing.rules.text import clean, safe
from tui_billing.services.allocate import settle, take_back
from tui_billing.services.balances import locked, refresh_receipt
from tui_billing.services.context import Context, Work, company, transact


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as it was typed: amount in minor units of `currency`.

    `allocations` are (invoice id, amount); None takes the oldest due first, () keeps all of it on account.
    """

    customer: str
    date: dt.date
    amount: int
    currency: str = ""
    reference: str = ""
    payer: str = ""
    means: str = "30"
    note: str = ""
    bank_line_id: int | None = None
    allocations: Sequence[tuple[int, int]] | None = None


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An invoice or credit note with something open; amounts in minor units of its currency."""

    id: int
    number: str
    kind: str
    issue_date: str
    due_date: str
    currency: str
    payable: int
    open: int
    disputed: int


def open_items(books: Books, customer_id: int, currency: str | None = None) -> list[OpenItem]:
    """What a customer has open, the oldest due first; credit notes after the invoices."""
    sql = (
        "SELECT id, number, kind, issue_date, next_due, currency, payable, open, disputed FROM invoice"
        " WHERE customer_id = ? AND open <> 0 AND state = 'issued'"
    )
    parameters: list[object] = [customer_id]
    if currency:
        sql += " AND currency = ?"
        parameters.append(currency)
    rows = books.rows(sql + " ORDER BY CASE kind WHEN 'credit_note' THEN 1 ELSE 0 END, next_due, id", parameters)
    return [OpenItem(*row) for row in rows]


def propose(items: Sequence[OpenItem], amount: int) -> list[tuple[int, int]]:
    """(invoice id, amount): the oldest due first, a disputed part last, until the money is used up."""
    proposal: list[tuple[int, int]] = []
    for item in items:
        if item.kind == "credit_note" or amount <= 0:
            continue
        part = min(amount, item.open)
        proposal.append((item.id, part))
        amount -= part
    return proposal


def receive(books: Books, context: Context, payment: Payment) -> dict[str, Any]:
    """Take a payment in and settle invoices with it; what is left stays on account.

    Returns {"id", "open", "allocations": [allocation ids]}. Raises `Problem` for an amount of 0 or less,
    an unknown customer, a currency in which the customer has nothing open, or an allocation too large.
    """
    if payment.amount <= 0:
        raise Problem("a payment is more than 0; for money paid back use a refund", field="amount")

    def do(work: Work) -> dict[str, Any]:
        customer = facts.customer_by_code(books, safe(payment.customer))
        if customer is None:
            raise NotFound(
                "there is no customer {code}; type part of the name to find the code",
                field="customer",
                code=payment.customer,
            )
        firm = company(books)
        currency = (payment.currency or customer.currency).upper()
        exponent(currency)
        if books.engine == "postgres":
            # All that this may settle, in one order for everybody: two payments at once wait, none deadlocks.
            books.rows(
                "SELECT id FROM invoice WHERE customer_id = ? AND open <> 0 ORDER BY id FOR UPDATE", (customer.id,)
            )
        items = open_items(books, customer.id)
        if items and currency not in {item.currency for item in items} and currency != customer.currency:
            raise Problem(
                "{customer} is billed in {theirs}, not in {ours}; enter the payment in {theirs}",
                field="currency",
                customer=customer.code,
                theirs=", ".join(sorted({item.currency for item in items})),
                ours=currency,
            )
        if payment.date > work.today:
            raise Problem("the date of a payment is today or earlier", field="date")
        rate, source, rate_date = _rate(books, currency, firm.currency, payment.date)
        within_limit(payment.amount)
        base = convert(payment.amount, currency, firm.currency, rate) if currency != firm.currency else payment.amount
        receipt = add(
            Receipt,
            customer_id=customer.id,
            date=payment.date,
            amount=payment.amount,
            currency=currency,
            rate=rate,
            rate_source=source,
            rate_date=rate_date,
            amount_base=base,
            means=payment.means,
            reference=clean(payment.reference, 140, "reference"),
            payer=clean(payment.payer, 140, "payer"),
            note=clean(payment.note, 2000, "note"),
            bank_line_id=payment.bank_line_id,
            open=payment.amount,
            open_base=base,
            operator_id=work.operator_id,
            entry_at=work.at,
        )
        if payment.bank_line_id:
            _take_bank_line(work, payment, receipt)
        reference = clean(payment.reference, 140, "reference")
        work.post(
            receipt_entries(payment.amount, base),
            date=payment.date,
            document_date=payment.date,
            entity="receipt",
            entity_id=receipt,
            currency=currency,
            customer_id=customer.id,
            text=reference or customer.code,
        )
        label = f"{plain(payment.amount, currency)} {currency} {customer.code}"
        work.audit("receive", "receipt", receipt, receipt_content(books, receipt), label)
        chosen = payment.allocations
        if chosen is None:
            chosen = propose([item for item in items if item.currency == currency], payment.amount)
        done = [settle(work, "payment", receipt, invoice, part, payment.date) for invoice, part in chosen]
        left = books.value("SELECT open FROM receipt WHERE id = ?", (receipt,))
        return {"id": receipt, "open": left, "allocations": done}

    return transact(books, context, "receive", do)


def _rate(books: Books, currency: str, base: str, on: dt.date) -> tuple[Decimal, str, dt.date | None]:
    if currency == base:
        return Decimal(1), "", None
    found = facts.exchange_rate(books, currency, on)
    if found is None:
        raise Problem(
            "there is no exchange rate for {currency} on {date}; add one with: tui-billing rate add",
            field="currency",
            currency=currency,
            date=on.isoformat(),
        )
    return found


def _take_bank_line(work: Work, payment: Payment, receipt: int) -> None:
    row = locked(work.books, "bank_line", "status, amount", payment.bank_line_id or 0)
    if row is None or row[0] != "unmatched":
        raise Refused("this bank line was matched meanwhile; press F5 to see what is left")
    if row[1] != payment.amount:
        raise Problem("the payment must be the bank line's amount", field="amount")
    add(
        Clearing,
        date=payment.date,
        bank_line_id=payment.bank_line_id,
        kind="receipt",
        amount=row[1],
        receipt_id=receipt,
        operator_id=work.operator_id,
        entry_at=work.at,
    )
    change(BankLine, payment.bank_line_id, status="matched", open=0)


def _give_bank_line_back(work: Work, bank_line: int, receipt: int, reason: str) -> None:
    row = work.books.row(
        "SELECT id, amount FROM clearing c WHERE bank_line_id = ? AND receipt_id = ? AND reverses_id IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM clearing b WHERE b.reverses_id = c.id)",
        (bank_line, receipt),
    )
    if row is None:
        return
    add(
        Clearing,
        date=work.today,
        bank_line_id=bank_line,
        kind="receipt",
        amount=-row[1],
        receipt_id=receipt,
        reason=reason,
        reverses_id=row[0],
        operator_id=work.operator_id,
        entry_at=work.at,
    )
    change(BankLine, bank_line, status="unmatched", open=row[1])


def reverse_receipt(books: Books, context: Context, receipt_id: int, reason: str = "") -> dict[str, Any]:
    """Take a payment back whole (a bounced debit, a slip): its allocations first, then the receipt.

    Returns {"id", "reopened": [invoice ids]}; everything is posted on the business date.
    """
    reason = clean(reason, LIMITS["reason"], "reason")

    def do(work: Work) -> dict[str, Any]:
        columns = "customer_id, date, amount, currency, amount_base, reversed_on, bank_line_id"
        row = locked(books, "receipt", columns, receipt_id)
        if row is None:
            raise NotFound("there is no payment {id}; list them with: tui-billing payment list", id=receipt_id)
        customer_id, date, amount, currency, base, reversed_on, bank_line = row
        if reversed_on:
            raise Refused("this payment was reversed already on {date}", date=reversed_on)
        standing = books.rows(
            "SELECT id, invoice_id FROM allocation a WHERE receipt_id = ? AND reverses_id IS NULL"
            " AND NOT EXISTS (SELECT 1 FROM allocation b WHERE b.reverses_id = a.id) ORDER BY id",
            (receipt_id,),
        )
        for allocation, _ in standing:
            take_back(work, allocation, work.today, reason)
        work.post(
            opposite(receipt_entries(amount, base)),
            verb="reverse",
            date=work.today,
            document_date=dt.date.fromisoformat(date),
            entity="receipt",
            entity_id=receipt_id,
            currency=currency,
            customer_id=customer_id,
            text=reason,
        )
        change(Receipt, receipt_id, reversed_on=work.today, reversal_reason=reason)
        refresh_receipt(books, receipt_id)
        if bank_line:
            _give_bank_line_back(work, bank_line, receipt_id, reason)
        content = {**receipt_content(books, receipt_id), "reversed_on": work.today.isoformat(), "reason": reason}
        work.audit("reverse", "receipt", receipt_id, content, f"{plain(amount, currency)} {currency}")
        return {"id": receipt_id, "reopened": [invoice for _, invoice in standing]}

    return transact(books, context, "reverse", do)


_CONTENT = (
    "customer_id, date, amount, currency, rate, rate_source, rate_date, amount_base, means, reference, payer, note"
)


def receipt_content(books: Books, receipt_id: int) -> dict[str, Any]:
    """What the audit chain hashes of a receipt."""
    row = books.row(f"SELECT {_CONTENT} FROM receipt WHERE id = ?", (receipt_id,))
    assert row is not None
    return {"v": 1, **dict(zip(_CONTENT.split(", "), row, strict=True))}
