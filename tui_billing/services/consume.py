"""What no invoice uses of a receipt or credit note: paid back, or kept as a small difference; dated rows.

Low-level, for verbs inside their transaction: the verbs are in `refunds.py` and `clear.py`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.tables import Consumption
from tui_billing.models.write import add
from tui_billing.rules.journal import Entry, opposite, proportion, surplus_entries
from tui_billing.rules.money import plain
from tui_billing.rules.problem import NotFound, Problem, Refused
from tui_billing.services.balances import locked, refresh_invoice, refresh_receipt
from tui_billing.services.context import Work
from tui_billing.services.ledger import posted
from tui_billing.services.reasons import allow, find_reason


def rest_of(
    work: Work, kind: str, source_id: int, amount: int, customer_id: int | None = None, currency: str = ""
) -> tuple[int, int, str, dt.date]:
    """(base of the part, customer, currency, its date) of `amount` left on a receipt or credit note; locks it.

    `kind` is "payment" or "credit". Refuses more than is left, another customer's or another currency.
    """
    table, dated = ("receipt", "date") if kind == "payment" else ("invoice", "issue_date")
    extra = "" if kind == "payment" else ", kind, state"
    row = locked(work.books, table, f"customer_id, currency, open, open_base, {dated}{extra}", source_id)
    if row is None or (kind == "credit" and row[5:] != ("credit_note", "issued")):
        raise NotFound("there is no payment or credit note with id {id}", id=source_id)
    owner, theirs, opened, open_base, since = row[:5]
    if customer_id is not None and owner != customer_id:
        raise Refused("the money is another customer's; allocate it to that customer's invoices")
    if currency and theirs != currency:
        raise Refused("all of a refund is in one currency, {currency}", currency=currency)
    if amount <= 0 or amount > opened:
        raise Problem(
            "only {open} {currency} is left to allocate; type that or less",
            field="amount",
            open=plain(opened, theirs),
            currency=theirs,
        )
    part = open_base if amount == opened else proportion(amount, opened, open_base)
    return part, owner, theirs, dt.date.fromisoformat(since)


def consume(
    work: Work,
    kind: str,
    source: tuple[str, int],
    amount: int,
    base: int,
    date: dt.date,
    customer_id: int,
    currency: str,
    *,
    difference: int = 0,
    refund_id: int | None = None,
    reason_code: str = "",
    reason: str = "",
    entries: list[Entry] | None = None,
) -> int:
    """One row, with what it posts (a refund posts once for all its rows); the source is brought up to date."""
    key = add(
        Consumption,
        date=date,
        kind=kind,
        receipt_id=source[1] if source[0] == "payment" else None,
        credit_note_id=source[1] if source[0] == "credit" else None,
        refund_id=refund_id,
        amount=amount,
        amount_base=base,
        difference_base=difference,
        reason_code=reason_code,
        reason=reason,
        operator_id=work.operator_id,
        entry_at=work.at,
    )
    if entries:
        work.post(
            entries,
            verb="keep",
            date=date,
            document_date=date,
            entity="consumption",
            entity_id=key,
            currency=currency,
            customer_id=customer_id,
            text=reason or reason_code,
        )
    _refresh(work.books, source, date)
    work.audit(
        "consume", "consumption", key, consumption_content(work.books, key), f"{plain(amount, currency)} {currency}"
    )
    return key


def keep_in(
    work: Work, source: tuple[str, int], amount: int, code: str, why: str, day: dt.date, *, allowed: bool = False
) -> int:
    """Keep a small rest as a gain, inside an open transaction; `allowed` asks for no limit (it was asked once)."""
    reason = find_reason(work.books, code)
    if not reason.gain_account:
        raise Problem("{code} is no reason to keep an amount; choose another", field="reason_code", code=code)
    base, customer, currency, since = rest_of(work, *source, amount)
    column = "receipt_id" if source[0] == "payment" else "credit_note_id"
    before = work.books.value(
        f"SELECT coalesce(sum(amount_base), 0) FROM consumption WHERE {column} = ? AND reason_code = ?",
        (source[1], code),
    )
    if not allowed:
        allow(work, reason, int(before) + base)  # type: ignore[call-overload]
    return consume(
        work,
        "difference",
        source,
        amount,
        base,
        max(day, since),
        customer,
        currency,
        reason_code=code,
        reason=why,
        entries=surplus_entries(amount, base, reason.gain_account, source[0] == "credit"),
    )


def take_back_consumption(work: Work, key: int, date: dt.date, reason: str = "") -> int:
    """Add the opposite row of one, and post the opposite of what it posted; return that row's id."""
    books = work.books
    columns = "date, kind, receipt_id, credit_note_id, refund_id, amount, amount_base, difference_base, reason_code"
    row = locked(books, "consumption", columns, key)
    assert row is not None
    since, kind, receipt_id, credit_note_id, refund_id, amount, base, difference, code = row
    source = ("payment", receipt_id) if receipt_id else ("credit", credit_note_id)
    table = "receipt" if receipt_id else "invoice"
    owner = locked(books, table, "customer_id, currency", source[1])
    assert owner is not None
    date = max(date, dt.date.fromisoformat(since))
    back = add(
        Consumption,
        date=date,
        kind=kind,
        receipt_id=receipt_id,
        credit_note_id=credit_note_id,
        refund_id=refund_id,
        amount=-amount,
        amount_base=-base,
        difference_base=-difference,
        reason_code=code,
        reason=reason,
        reverses_id=key,
        operator_id=work.operator_id,
        entry_at=work.at,
    )
    if entries := opposite(posted(books, "consumption", key)):
        work.post(
            entries,
            verb="reverse",
            date=date,
            document_date=dt.date.fromisoformat(since),
            entity="consumption",
            entity_id=back,
            currency=owner[1],
            customer_id=owner[0],
            text=reason or code,
        )
    _refresh(books, source, date)
    work.audit(
        "take_back", "consumption", back, consumption_content(books, back), f"{plain(amount, owner[1])} {owner[1]}"
    )
    return back


def standing_consumptions(books: Books, column: str, key: int) -> list[tuple[int, str, int, str]]:
    """(id, kind, amount, date) of what was not taken back, by the consumption's own column, the oldest first."""
    return books.rows(
        f"SELECT id, kind, amount, date FROM consumption c WHERE {column} = ? AND reverses_id IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM consumption b WHERE b.reverses_id = c.id) ORDER BY id",
        (key,),
    )


def take_back_consumptions(work: Work, receipt_id: int, date: dt.date, reason: str) -> None:
    """All small differences kept of a receipt; refuses while part of it stands paid back."""
    found = standing_consumptions(work.books, "receipt_id", receipt_id)
    if any(kind == "refund" for _, kind, _, _ in found):
        raise Refused("part of this payment was paid back; take the refund back first")
    for key, _, _, _ in found:
        take_back_consumption(work, key, date, reason)


def _refresh(books: Books, source: tuple[str, int], date: dt.date) -> None:
    if source[0] == "payment":
        refresh_receipt(books, source[1])
    else:
        refresh_invoice(books, source[1], date)


_CONTENT = (
    "date, kind, receipt_id, credit_note_id, refund_id, amount, amount_base, difference_base, reason_code, reason,"
    " reverses_id"
)


def consumption_content(books: Books, key: int, version: int = 1) -> dict[str, Any]:
    """What the audit chain hashes of a consumption."""
    row = books.row(f"SELECT {_CONTENT} FROM consumption WHERE id = ?", (key,))
    assert row is not None
    return {"v": version, **dict(zip(_CONTENT.split(", "), row, strict=True))}
