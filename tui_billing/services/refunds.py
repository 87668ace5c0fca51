"""Money paid back to a customer: out of a payment on account, or of what is left of a credit note."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tui_billing.models.door import Books
from tui_billing.models.tables import Refund as RefundRow
from tui_billing.models.write import add, change
from tui_billing.rules.content import LIMITS
from tui_billing.rules.identifiers import check_bic, check_iban
from tui_billing.rules.journal import bank_entries, exchange_entries, opposite, refund_entries
from tui_billing.rules.money import convert, plain, split, within_limit
from tui_billing.rules.problem import NotFound, Problem, Refused
from tui_billing.rules.text import clean
from tui_billing.services.balances import locked
from tui_billing.services.bank_lines import clear, day_for, in_books, lock_line, part_of, standing, take_back_clearing
from tui_billing.services.consume import consume, rest_of, standing_consumptions, take_back_consumption
from tui_billing.services.context import Context, Work, company, transact
from tui_billing.services.ledger import bank_code, posted
from tui_billing.services.receive import known_customer, rate_on


@dataclass(frozen=True, slots=True)
class Source:
    """Where money is taken from: a receipt ("payment") or a credit note ("credit"), and how much (minor units)."""

    kind: Literal["payment", "credit"]
    id: int
    amount: int


@dataclass(frozen=True, slots=True)
class Refund:
    """Money to pay back, all of one customer and one currency; `date` None is the business date.

    `iban`, `bic` and `payee` are where it goes; `bank_account_id` from which of our accounts (None: the first).
    `line_id` is the bank line on which it stands already.
    """

    customer: str
    sources: Sequence[Source]
    date: dt.date | None = None
    reason: str = ""
    reference: str = ""
    iban: str = ""
    bic: str = ""
    payee: str = ""
    bank_account_id: int | None = None
    line_id: int | None = None


def refund(books: Books, context: Context, wanted: Refund) -> dict[str, Any]:
    """Pay money back: the sources are used up, the bank is credited. Returns {"id", "amount", "line"?}."""
    return transact(books, context, "refund", lambda work: refund_in(work, wanted))


def refund_in(work: Work, wanted: Refund) -> dict[str, Any]:
    """The same inside an open transaction."""
    books, firm = work.books, company(work.books)
    customer = known_customer(books, wanted.customer)
    if not wanted.sources:
        raise Problem("say what is paid back: a payment on account, or a credit note", field="sources")
    line = lock_line(work, wanted.line_id) if wanted.line_id else None
    day = day_for(work, line, wanted.date) if line else wanted.date or work.today
    if day > work.today:
        raise Problem("the date of a payment is today or earlier", field="date")
    iban = check_iban(wanted.iban, field="iban") if wanted.iban else ""
    bic = check_bic(wanted.bic, field="bic") if wanted.bic else ""
    used, currency = [], ""
    for source in sorted(wanted.sources, key=lambda each: (each.kind, each.id)):
        base, _, currency, since = rest_of(work, source.kind, source.id, source.amount, customer.id, currency)
        used.append((source, base))
        day = max(day, since)
    amount = within_limit(sum(source.amount for source, _ in used))
    rate, rate_source, rate_date = rate_on(books, currency, firm.currency, day)
    paid_base = amount if currency == firm.currency else convert(amount, currency, firm.currency, rate)
    account = line.bank_account_id if line else wanted.bank_account_id
    reason = clean(wanted.reason, LIMITS["reason"], "reason")
    reference = clean(wanted.reference, LIMITS["reference"], "reference")
    key = add(
        RefundRow,
        customer_id=customer.id,
        date=day,
        amount=amount,
        currency=currency,
        rate=rate,
        rate_source=rate_source,
        rate_date=rate_date,
        amount_base=paid_base,
        iban=iban,
        bic=bic,
        payee=clean(wanted.payee, LIMITS["payer"], "payee") or customer.name[: LIMITS["payer"]],
        reference=reference,
        reason=reason,
        bank_account_id=account,
        operator_id=work.operator_id,
        entry_at=work.at,
    )
    work.post(
        refund_entries(
            [(source.kind == "credit", source.amount, base) for source, base in used],
            paid_base,
            bank_code(books, account),
        ),
        verb="refund",
        date=day,
        document_date=day,
        entity="refund",
        entity_id=key,
        currency=currency,
        customer_id=customer.id,
        text=reference or reason or customer.code,
    )
    label = f"{plain(amount, currency)} {currency} {customer.code}"
    work.audit("refund", "refund", key, refund_content(books, key), label)
    shares = split(paid_base, [source.amount for source, _ in used])
    for (source, base), share in zip(used, shares, strict=True):
        consume(
            work,
            "refund",
            (source.kind, source.id),
            source.amount,
            share,
            day,
            customer.id,
            currency,
            difference=base - share,
            refund_id=key,
            reason=reason,
        )
    answer: dict[str, Any] = {"id": key, "amount": amount}
    if line is not None:
        answer["line"] = line.id
        answer["clearings"] = [link_in(work, line.id, key)]
    return answer


def link_refund(books: Books, context: Context, line_id: int, refund_id: int) -> dict[str, Any]:
    """Clear the debit line on which a refund was paid; returns {"line", "refund", "clearing", "open"}."""

    def do(work: Work) -> dict[str, Any]:
        key = link_in(work, line_id, refund_id)
        opened = books.value("SELECT open FROM bank_line WHERE id = ?", (line_id,))
        return {"line": line_id, "refund": refund_id, "clearing": key, "open": opened}

    return transact(books, context, "clear", do)


def link_in(work: Work, line_id: int, refund_id: int) -> int:
    """The same inside an open transaction."""
    books = work.books
    line = lock_line(work, line_id)
    amount, base, currency, account, date = _standing_refund(work, refund_id)
    if line.amount > 0:
        raise Refused("this line is money that came in; a refund is paid on a line that went out")
    if standing(books, "refund_id", refund_id):
        raise Refused("this refund stands on a statement already")
    own = bank_code(books, account)
    if currency == line.currency:
        part = part_of(line, -amount)
        entries = []
        moved = -base
    else:
        part = part_of(line)
        moved = in_books(books, line, part)
        entries = exchange_entries(-moved - base, own)
    if own != line.bank:
        entries += bank_entries(part, moved, own, line.bank)
    day = max(line.date, dt.date.fromisoformat(date))
    return clear(work, line, "refund", part, day, refund_id=refund_id, entries=entries)


def _standing_refund(work: Work, refund_id: int) -> tuple[int, int, str, int | None, str]:
    row = locked(work.books, "refund", "amount, amount_base, currency, bank_account_id, date, reversed_on", refund_id)
    if row is None:
        raise NotFound("there is no refund {id}; list them with: tui-billing payment refund list", id=refund_id)
    if row[5]:
        raise Refused("this refund was taken back already on {date}", date=row[5])
    return row[:5]


def reverse_refund(books: Books, context: Context, refund_id: int, reason: str = "") -> dict[str, Any]:
    """Take a refund back that was never paid, or typed by mistake; its bank line is open again.

    Returns {"id", "lines": [ids of lines that are open again]}.
    """
    reason = clean(reason, LIMITS["reason"], "reason")

    def do(work: Work) -> dict[str, Any]:
        _standing_refund(work, refund_id)
        _require_no_live_order(books, refund_id)
        lines = standing(books, "refund_id", refund_id)
        for each in lines:
            take_back_clearing(work, each.id, work.today, reason)
        reverse_in(work, refund_id, work.today, reason)
        return {"id": refund_id, "lines": [each.line_id for each in lines]}

    return transact(books, context, "reverse", do)


def _require_no_live_order(books: Books, refund_id: int) -> None:
    """Refuse while a file tells the bank to pay this refund: taken back and paid again, it would go out twice."""
    row = books.row(
        "SELECT o.id, o.message_id FROM payment_order_part p JOIN payment_order o ON o.id = p.payment_order_id"
        " WHERE p.refund_id = ? AND o.status = 'made' AND p.dropped_on IS NULL",
        (refund_id,),
    )
    if row is not None:
        raise Refused(
            "the bank is told to pay this refund by the file {file} (order {id}); cancel that first, or take the"
            " refund out of it",
            file=row[1],
            id=row[0],
        )


def reverse_in(work: Work, refund_id: int, day: dt.date, reason: str) -> None:
    """Inside an open transaction: the sources hold the money again, the bank is debited."""
    books = work.books
    amount, _, currency, _, date = _standing_refund(work, refund_id)
    day = max(day, dt.date.fromisoformat(date))
    for key, _, _, _ in standing_consumptions(books, "refund_id", refund_id):
        take_back_consumption(work, key, day, reason)
    work.post(
        opposite(posted(books, "refund", refund_id)),
        verb="reverse",
        date=day,
        document_date=dt.date.fromisoformat(date),
        entity="refund",
        entity_id=refund_id,
        currency=currency,
        customer_id=int(books.value("SELECT customer_id FROM refund WHERE id = ?", (refund_id,)) or 0),  # type: ignore[call-overload]
        text=reason,
    )
    change(RefundRow, refund_id, reversed_on=day, reversal_reason=reason)
    content = {**refund_content(books, refund_id), "reversed_on": day.isoformat(), "reason": reason}
    work.audit("reverse", "refund", refund_id, content, f"{plain(amount, currency)} {currency}")


def refund_came_back(books: Books, context: Context, line_id: int, refund_id: int, reason: str = "") -> dict[str, Any]:
    """A refund that the customer's bank sent back: the line is cleared with it, the sources hold it again."""
    reason = clean(reason, LIMITS["reason"], "reason")

    def do(work: Work) -> dict[str, Any]:
        line = lock_line(work, line_id)
        amount, _, currency, _, date = _standing_refund(work, refund_id)
        if line.amount < 0 or line.currency != currency:
            raise Refused("a refund comes back on a line of money that came in, in its own currency")
        part = part_of(line, amount)
        day = max(line.date, dt.date.fromisoformat(date))
        reverse_in(work, refund_id, day, reason or line.return_reason)
        key = clear(work, line, "refund", part, day, refund_id=refund_id, reason=reason or line.return_reason)
        return {"line": line_id, "refund": refund_id, "clearing": key}

    return transact(books, context, "refund", do)


_CONTENT = (
    "customer_id, date, amount, currency, rate, rate_source, rate_date, amount_base, iban, bic, payee, reference,"
    " reason, bank_account_id"
)


def refund_content(books: Books, refund_id: int, version: int = 1) -> dict[str, Any]:
    """What the audit chain hashes of a refund."""
    row = books.row(f"SELECT {_CONTENT} FROM refund WHERE id = ?", (refund_id,))
    assert row is not None
    return {"v": version, **dict(zip(_CONTENT.split(", "), row, strict=True))}
