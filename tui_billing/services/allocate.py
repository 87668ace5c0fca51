"""Allocations: what a payment, a credit note or a write-off settles; rows that are taken back one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.tables import Allocation
from tui_billing.models.write import add
from tui_billing.rules.content import LIMITS
from tui_billing.rules.differences import BAD_DEBT, EARLY_PAYMENT
from tui_billing.rules.journal import Entry, allocation_entries, given_up_entries, opposite, proportion
from tui_billing.rules.money import plain
from tui_billing.rules.problem import NotFound, Problem, Refused
from tui_billing.rules.text import clean
from tui_billing.services.balances import locked, refresh_invoice, refresh_receipt
from tui_billing.services.context import Context, Work, transact
from tui_billing.services.ledger import posted
from tui_billing.services.reasons import allow, allow_discount, find_reason, vat_share

_INVOICE = "number, customer_id, currency, open, open_base, kind, state, issue_date"


@dataclass(frozen=True, slots=True)
class Part:
    """One invoice settled: `paid` by the money, `given_up` for a reason (discount, fee, rounding); minor units.

    `reason` is the clerk's own words, asked for where a discount is late.
    """

    invoice_id: int
    paid: int
    given_up: int = 0
    reason_code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Credit:
    """`amount` (minor units) of an invoice settled by a credit note."""

    credit_note_id: int
    invoice_id: int
    amount: int


def allocate_payment(
    books: Books, context: Context, receipt_id: int, invoice_id: int, amount: int, date: dt.date | None = None
) -> int:
    """Settle `amount` (minor units) of an invoice with money received; return the allocation's id."""
    return transact(
        books,
        context,
        "allocate",
        lambda work: settle(work, "payment", receipt_id, invoice_id, amount, date or work.today),
    )


def allocate_payments(
    books: Books,
    context: Context,
    receipt_id: int,
    parts: Sequence[tuple[int, int]],
    date: dt.date | None = None,
) -> list[int]:
    """Settle several invoices, (id, minor units) each, with one receipt: all of them or none.

    Returns the allocations' ids.
    """
    return transact(
        books,
        context,
        "allocate",
        lambda work: [settle(work, "payment", receipt_id, key, amount, date or work.today) for key, amount in parts],
    )


def allocate_credit(
    books: Books, context: Context, credit_note_id: int, invoice_id: int, amount: int, date: dt.date | None = None
) -> int:
    """Settle `amount` of an invoice with a credit note of the same customer; return the allocation's id."""
    return transact(
        books,
        context,
        "allocate",
        lambda work: settle(work, "credit", credit_note_id, invoice_id, amount, date or work.today),
    )


def allocate_parts(
    books: Books, context: Context, receipt_id: int, parts: Sequence[Part], date: dt.date | None = None
) -> list[int]:
    """The same with what is given up beside the money, each row of its own; all of them or none."""
    return transact(books, context, "allocate", lambda work: settle_parts(work, receipt_id, parts, date or work.today))


def write_off(
    books: Books, context: Context, invoice_id: int, amount: int, reason: str = "", reason_code: str = BAD_DEBT
) -> int:
    """Give up `amount` of an invoice for a reason of the books; return the allocation's id.

    Above the reason's limit (bad debt has none) only a supervisor may, and bad debt needs its reason in words.
    """
    reason = clean(reason, LIMITS["reason"], "reason")
    if not reason and reason_code == BAD_DEBT:
        raise Problem("a write-off needs a reason; type why the amount is given up", field="reason")
    return transact(
        books,
        context,
        "write_off",
        lambda work: settle(
            work, "write_off", None, invoice_id, amount, work.today, reason=reason, reason_code=reason_code
        ),
    )


def settle_parts(work: Work, receipt_id: int, parts: Sequence[Part], date: dt.date) -> list[int]:
    """Inside an open transaction: each part's money, then what is given up with it; the allocations' ids."""
    done: list[int] = []
    for part in parts:
        paid = None
        if part.paid or not part.given_up:
            paid = settle(work, "payment", receipt_id, part.invoice_id, part.paid, date)
            done.append(paid)
        if part.given_up:
            reason = clean(part.reason, LIMITS["reason"], "reason")
            done.append(
                settle(
                    work,
                    "write_off",
                    None,
                    part.invoice_id,
                    part.given_up,
                    date,
                    reason=reason,
                    reason_code=part.reason_code,
                    given_with=paid,
                )
            )
    return done


def settle(
    work: Work,
    kind: str,
    source_id: int | None,
    invoice_id: int,
    amount: int,
    date: dt.date,
    *,
    reason: str = "",
    reason_code: str = "",
    given_with: int | None = None,
    allowed: bool = False,
) -> int:
    """One allocation inside an open transaction; everything is checked against the rows as they are now.

    `given_with` is the payment that an amount is given up with; `allowed` asks for no limit (it was asked once).
    """
    books = work.books
    invoice = locked(books, "invoice", _INVOICE, invoice_id)
    if invoice is None or invoice[6] != "issued" or invoice[5] == "credit_note":
        raise NotFound("there is no issued invoice with id {id}", id=invoice_id)
    number, customer_id, currency, opened, open_base = invoice[:5]
    # Never before both stand: on no past day is more settled than was billed, or used than was received.
    date = max(date, dt.date.fromisoformat(invoice[7]))
    if amount <= 0:
        raise Problem("an amount to allocate is more than 0", field="amount")
    if amount > opened:
        raise Problem(
            "only {open} {currency} of {number} is open; allocate that or less",
            field="amount",
            open=plain(opened, currency),
            currency=currency,
            number=number,
        )
    part_base = open_base if amount == opened else proportion(amount, opened, open_base)
    source_base, tax_base = part_base, 0
    if kind == "write_off":
        if not allowed:
            _may_give_up(work, invoice_id, number, currency, amount, part_base, date, reason_code, reason)
        entries, tax_base = _give_up(work, invoice_id, amount, part_base, reason_code)
    else:
        source_base, since = _source_part(work, kind, source_id, customer_id, currency, amount)
        date = max(date, since)
        entries = allocation_entries(kind, amount, part_base, source_base)
    allocation = add(
        Allocation,
        date=date,
        kind=kind,
        invoice_id=invoice_id,
        receipt_id=source_id if kind == "payment" else None,
        credit_note_id=source_id if kind == "credit" else None,
        amount=amount,
        amount_base=part_base,
        difference_base=source_base - part_base,
        reason=reason,
        operator_id=work.operator_id,
        entry_at=work.at,
        reason_code=reason_code,
        tax_base=tax_base,
        given_with_id=given_with,
    )
    work.post(
        entries,
        verb="allocate" if kind != "write_off" else kind,
        date=date,
        document_date=dt.date.fromisoformat(invoice[7]),
        entity="allocation",
        entity_id=allocation,
        currency=currency,
        customer_id=customer_id,
        text=number,
    )
    _refresh(books, kind, source_id, invoice_id, date)
    work.audit(
        "write_off" if kind == "write_off" else "allocate",
        "allocation",
        allocation,
        allocation_content(books, allocation),
        f"{plain(amount, currency)} {currency} → {number}",
    )
    return allocation


def _may_give_up(
    work: Work,
    invoice_id: int,
    number: str,
    currency: str,
    amount: int,
    base: int,
    date: dt.date,
    code: str,
    why: str,
) -> None:
    """Refuse what the terms, or the reason's limit, do not allow this role."""
    if code == EARLY_PAYMENT:
        allow_discount(work, invoice_id, number, currency, amount, date, why)
        return
    before = work.books.value(
        "SELECT coalesce(sum(amount_base), 0) FROM allocation WHERE invoice_id = ? AND reason_code = ?",
        (invoice_id, code),
    )
    allow(work, find_reason(work.books, code), int(before) + base)  # type: ignore[call-overload]


def _give_up(work: Work, invoice_id: int, amount: int, base: int, code: str) -> tuple[list[Entry], int]:
    """(what is posted, the VAT in it in the books' currency) of an amount given up."""
    reason = find_reason(work.books, code)
    tax, tax_base = vat_share(work.books, invoice_id, amount) if code == EARLY_PAYMENT else (0, 0)
    return given_up_entries(amount, base, reason.account, tax, tax_base), tax_base


def _source_part(
    work: Work, kind: str, source_id: int | None, customer_id: int, currency: str, amount: int
) -> tuple[int, dt.date]:
    """(base amount of the part that is used, date) of a receipt or credit note; refuses more than it has."""
    table, dated = ("receipt", "date") if kind == "payment" else ("invoice", "issue_date")
    source = locked(work.books, table, f"customer_id, currency, open, open_base, {dated}", source_id or 0)
    if source is None:
        raise NotFound("there is no payment or credit note with id {id}", id=source_id)
    if source[0] != customer_id:
        raise Refused("the money is another customer's; allocate it to that customer's invoices")
    if source[1] != currency:
        raise Refused(
            "the payment is in {theirs}, the invoice in {ours}; receive it in {ours}", theirs=source[1], ours=currency
        )
    if amount > source[2]:
        raise Problem(
            "only {open} {currency} is left to allocate; type that or less",
            field="amount",
            open=plain(source[2], currency),
            currency=currency,
        )
    part = source[3] if amount == source[2] else proportion(amount, source[2], source[3])
    return part, dt.date.fromisoformat(source[4])


def reverse_allocation(books: Books, context: Context, allocation_id: int, reason: str = "") -> int:
    """Take one allocation back by an opposite row; return that row's id."""
    reason = clean(reason, LIMITS["reason"], "reason")
    return transact(books, context, "reverse", lambda work: take_back(work, allocation_id, work.today, reason))


def take_back(work: Work, allocation_id: int, date: dt.date, reason: str = "") -> int:
    """The same inside an open transaction, with what was given up together with it."""
    books = work.books
    for (given,) in books.rows(
        "SELECT id FROM allocation a WHERE given_with_id = ? AND reverses_id IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM allocation b WHERE b.reverses_id = a.id) ORDER BY id",
        (allocation_id,),
    ):
        take_back(work, given, date, reason)
    columns = "kind, invoice_id, receipt_id, credit_note_id, amount, amount_base, difference_base, reverses_id, date,"
    columns += " reason_code, tax_base, given_with_id"
    row = locked(books, "allocation", columns, allocation_id)
    if row is None:
        raise NotFound("there is no allocation {id}", id=allocation_id)
    kind, invoice_id, receipt_id, credit_note_id, amount, base, difference, reverses, since = row[:9]
    date = max(date, dt.date.fromisoformat(since))
    if reverses or books.row("SELECT 1 FROM allocation WHERE reverses_id = ?", (allocation_id,)):
        raise Refused("this allocation was taken back already")
    invoice = locked(books, "invoice", _INVOICE, invoice_id)
    assert invoice is not None
    source = receipt_id or credit_note_id
    if kind == "credit" and books.value("SELECT kind FROM invoice WHERE id = ?", (credit_note_id,)) == "corrective":
        raise Refused("a corrective invoice has replaced this one; that is not taken back, correct it again")
    if source:
        locked(books, "receipt" if receipt_id else "invoice", "id", source)
    back = add(
        Allocation,
        date=date,
        kind=kind,
        invoice_id=invoice_id,
        receipt_id=receipt_id,
        credit_note_id=credit_note_id,
        amount=-amount,
        amount_base=-base,
        difference_base=-difference,
        reason=reason,
        reverses_id=allocation_id,
        operator_id=work.operator_id,
        entry_at=work.at,
        reason_code=row[9],
        tax_base=-row[10],
        given_with_id=row[11],
    )
    work.post(
        opposite(posted(books, "allocation", allocation_id)),
        verb="reverse",
        date=date,
        document_date=dt.date.fromisoformat(invoice[7]),
        entity="allocation",
        entity_id=back,
        currency=invoice[2],
        customer_id=invoice[1],
        text=invoice[0],
    )
    _refresh(books, kind, source, invoice_id, date)
    label = f"{plain(amount, invoice[2])} {invoice[2]} ← {invoice[0]}"
    work.audit("take_back", "allocation", back, allocation_content(books, back), label)
    return back


def _refresh(books: Books, kind: str, source_id: int | None, invoice_id: int, date: dt.date) -> None:
    refresh_invoice(books, invoice_id, date)
    if kind == "payment" and source_id:
        refresh_receipt(books, source_id)
    elif kind == "credit" and source_id:
        refresh_invoice(books, source_id, date)


#: What is hashed, by version: an event is compared by the list it was written with.
_CONTENT = {
    1: "date, kind, invoice_id, receipt_id, credit_note_id, amount, amount_base, difference_base, reason, reverses_id",
    2: "date, kind, invoice_id, receipt_id, credit_note_id, amount, amount_base, difference_base, reason, reverses_id,"
    " reason_code, tax_base, given_with_id",
}


def allocation_content(books: Books, allocation_id: int, version: int = 2) -> dict[str, Any]:
    """What the audit chain hashes of an allocation."""
    columns = _CONTENT[version]
    row = books.row(f"SELECT {columns} FROM allocation WHERE id = ?", (allocation_id,))
    assert row is not None
    return {"v": version, **dict(zip(columns.split(", "), row, strict=True))}
