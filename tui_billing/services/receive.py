"""Money received: a receipt, what it settles, and taking it back whole when it bounces."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries import facts
from tui_billing.models.tables import Receipt
from tui_billing.models.write import add, change
from tui_billing.rules.content import LIMITS, CustomerFacts
from tui_billing.rules.journal import opposite, receipt_entries
from tui_billing.rules.money import convert, exponent, plain, within_limit
from tui_billing.rules.problem import NotFound, Problem, Refused
from tui_billing.rules.text import clean, safe
from tui_billing.services.allocate import Part, settle, settle_parts, take_back
from tui_billing.services.balances import locked, refresh_receipt
from tui_billing.services.bank_lines import clear, lock_line, part_of, standing, take_back_clearing
from tui_billing.services.consume import take_back_consumptions
from tui_billing.services.context import Context, Work, company, transact
from tui_billing.services.ledger import bank_code, posted


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as it was typed: amount in minor units of `currency`.

    `allocations` are (invoice id, amount); None takes the oldest due first, () keeps all of it on account.
    `parts`, where there are any, stand for them and say besides what is given up with the money.
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
    bank_account_id: int | None = None
    allocations: Sequence[tuple[int, int]] | None = None
    parts: Sequence[Part] = ()


@dataclass(frozen=True, slots=True)
class Incoming:
    """Money as a receipt holds it: minor units of `currency`, `base` in the books'; the rate with its source."""

    customer: CustomerFacts
    date: dt.date
    amount: int
    currency: str
    base: int
    rate: Decimal = Decimal(1)
    rate_source: str = ""
    rate_date: dt.date | None = None
    reference: str = ""
    payer: str = ""
    note: str = ""
    means: str = "30"
    bank_account_id: int | None = None
    bank_line_id: int | None = None


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
    return transact(books, context, "receive", lambda work: receive_in(work, payment))


def receive_in(work: Work, payment: Payment) -> dict[str, Any]:
    """The same inside an open transaction."""
    books = work.books
    if payment.amount <= 0:
        raise Problem("a payment is more than 0; for money paid back use a refund", field="amount")
    customer = known_customer(books, payment.customer)
    firm = company(books)
    currency = (payment.currency or customer.currency).upper()
    exponent(currency)
    lock_open_items(books, customer.id)
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
    line = lock_line(work, payment.bank_line_id) if payment.bank_line_id else None
    if line is not None:
        if line.currency != currency:
            raise Problem("the payment must be the bank line's amount", field="amount")
        part_of(line, payment.amount)
    rate, source, rate_date = rate_on(books, currency, firm.currency, payment.date)
    within_limit(payment.amount)
    base = convert(payment.amount, currency, firm.currency, rate) if currency != firm.currency else payment.amount
    incoming = Incoming(
        customer,
        payment.date,
        payment.amount,
        currency,
        base,
        rate,
        source,
        rate_date,
        reference=payment.reference,
        payer=payment.payer,
        note=payment.note,
        means=payment.means,
        bank_account_id=line.bank_account_id if line else payment.bank_account_id,
        bank_line_id=payment.bank_line_id,
    )
    receipt = take_in(work, incoming)
    if line is not None:
        clear(work, line, "receipt", payment.amount, payment.date, receipt_id=receipt)
    if payment.parts:
        done = settle_parts(work, receipt, payment.parts, payment.date)
    else:
        chosen = payment.allocations
        if chosen is None:
            chosen = propose([item for item in items if item.currency == currency], payment.amount)
        done = [settle(work, "payment", receipt, invoice, part, payment.date) for invoice, part in chosen]
    left = books.value("SELECT open FROM receipt WHERE id = ?", (receipt,))
    return {"id": receipt, "open": left, "allocations": done}


def known_customer(books: Books, code: str) -> CustomerFacts:
    """The customer with a code; `NotFound` says how to find one."""
    customer = facts.customer_by_code(books, safe(code))
    if customer is None:
        raise NotFound(
            "there is no customer {code}; type part of the name to find the code", field="customer", code=code
        )
    return customer


def lock_open_items(books: Books, customer_id: int) -> None:
    """All that money of a customer may settle, in one order for everybody: two payments wait, none deadlocks."""
    if books.engine == "postgres":
        books.rows("SELECT id FROM invoice WHERE customer_id = ? AND open <> 0 ORDER BY id FOR UPDATE", (customer_id,))


def take_in(work: Work, money: Incoming) -> int:
    """A receipt inside an open transaction, posted and told; nothing is settled with it yet. Returns its id."""
    reference = clean(money.reference, 140, "reference")
    receipt = add(
        Receipt,
        customer_id=money.customer.id,
        date=money.date,
        amount=money.amount,
        currency=money.currency,
        rate=money.rate,
        rate_source=money.rate_source,
        rate_date=money.rate_date,
        amount_base=money.base,
        means=money.means,
        reference=reference,
        payer=clean(money.payer, 140, "payer"),
        note=clean(money.note, 2000, "note"),
        bank_account_id=money.bank_account_id,
        bank_line_id=money.bank_line_id,
        open=money.amount,
        open_base=money.base,
        operator_id=work.operator_id,
        entry_at=work.at,
    )
    work.post(
        receipt_entries(money.amount, money.base, bank_code(work.books, money.bank_account_id)),
        verb="receive",
        date=money.date,
        document_date=money.date,
        entity="receipt",
        entity_id=receipt,
        currency=money.currency,
        customer_id=money.customer.id,
        text=reference or money.customer.code,
    )
    label = f"{plain(money.amount, money.currency)} {money.currency} {money.customer.code}"
    work.audit("receive", "receipt", receipt, receipt_content(work.books, receipt), label)
    return receipt


def rate_on(books: Books, currency: str, base: str, on: dt.date) -> tuple[Decimal, str, dt.date | None]:
    """(rate to the books' currency, its source, its date) on a day; `Problem` where none is known."""
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


def reverse_receipt(books: Books, context: Context, receipt_id: int, reason: str = "") -> dict[str, Any]:
    """Take a payment back whole (a slip): its allocations first, then the receipt, and its bank line is open again.

    Returns {"id", "reopened": [invoice ids]}; everything is posted on the business date.
    """
    reason = clean(reason, LIMITS["reason"], "reason")

    def do(work: Work) -> dict[str, Any]:
        reopened = reverse_in(work, receipt_id, work.today, reason)
        reopened += take_credits_back(work, receipt_id, reason)
        for each in standing(books, "receipt_id", receipt_id):
            take_back_clearing(work, each.id, work.today, reason)
        return {"id": receipt_id, "reopened": list(dict.fromkeys(reopened))}

    return transact(books, context, "reverse", do)


def take_credits_back(work: Work, receipt_id: int, reason: str) -> list[int]:
    """What credit notes settled at one stroke with a receipt, when that stroke was a slip; the invoices' ids."""
    rows = work.books.rows(
        "SELECT a.id, a.invoice_id FROM receipt r JOIN posting m ON m.entity = 'receipt' AND m.entity_id = r.id"
        " AND m.verb = 'receive' JOIN invoice n ON n.customer_id = r.customer_id AND n.kind = 'credit_note'"
        " JOIN allocation a ON a.credit_note_id = n.id AND a.reverses_id IS NULL"
        " JOIN posting p ON p.entity = 'allocation' AND p.entity_id = a.id AND p.command_id = m.command_id"
        " WHERE r.id = ? AND NOT EXISTS (SELECT 1 FROM allocation b WHERE b.reverses_id = a.id) ORDER BY a.id",
        (receipt_id,),
    )
    for key, _ in rows:
        take_back(work, key, work.today, reason)
    return [invoice for _, invoice in rows]


def reverse_in(work: Work, receipt_id: int, day: dt.date, reason: str, verb: str = "reverse") -> list[int]:
    """Inside an open transaction: what a receipt settled is open again, and the receipt counts no more.

    Returns the ids of the invoices that it reopened. What stands on the bank is the caller's.
    """
    books = work.books
    columns = "customer_id, date, amount, currency, reversed_on"
    row = locked(books, "receipt", columns, receipt_id)
    if row is None:
        raise NotFound("there is no payment {id}; list them with: tui-billing payment list", id=receipt_id)
    customer_id, date, amount, currency, reversed_on = row
    if reversed_on:
        raise Refused("this payment was reversed already on {date}", date=reversed_on)
    day = max(day, dt.date.fromisoformat(date))
    reopened = [
        (key, invoice)
        for key, invoice in books.rows(
            "SELECT id, invoice_id FROM allocation a WHERE receipt_id = ? AND reverses_id IS NULL"
            " AND NOT EXISTS (SELECT 1 FROM allocation b WHERE b.reverses_id = a.id) ORDER BY id",
            (receipt_id,),
        )
    ]
    for allocation, _ in reopened:
        take_back(work, allocation, day, reason)
    take_back_consumptions(work, receipt_id, day, reason)
    work.post(
        opposite(posted(books, "receipt", receipt_id)),
        verb=verb,
        date=day,
        document_date=dt.date.fromisoformat(date),
        entity="receipt",
        entity_id=receipt_id,
        currency=currency,
        customer_id=customer_id,
        text=reason,
    )
    change(Receipt, receipt_id, reversed_on=day, reversal_reason=reason)
    refresh_receipt(books, receipt_id)
    content = {**receipt_content(books, receipt_id), "reversed_on": day.isoformat(), "reason": reason}
    work.audit("reverse", "receipt", receipt_id, content, f"{plain(amount, currency)} {currency}")
    return list(dict.fromkeys(invoice for _, invoice in reopened))


#: What is hashed, by version: an event is compared by the list it was written with.
_CONTENT = {
    1: "customer_id, date, amount, currency, rate, rate_source, rate_date, amount_base, means, reference, payer, note",
    2: "customer_id, date, amount, currency, rate, rate_source, rate_date, amount_base, means, reference, payer, note,"
    " bank_account_id, bank_line_id",
}


def receipt_content(books: Books, receipt_id: int, version: int = 2) -> dict[str, Any]:
    """What the audit chain hashes of a receipt."""
    columns = _CONTENT[version]
    row = books.row(f"SELECT {columns} FROM receipt WHERE id = ?", (receipt_id,))
    assert row is not None
    return {"v": version, **dict(zip(columns.split(", "), row, strict=True))}
