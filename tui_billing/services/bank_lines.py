"""What stands on a bank line: clearings that are added, taken back by an opposite row, and never changed.

`bank_line.open` is the line's amount less its clearings, signed as the line; it is kept from the rows here and
proved by `verify`. Everything is for verbs inside their transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries import facts
from tui_billing.models.tables import Clearing
from tui_billing.models.write import add
from tui_billing.rules.journal import Entry, opposite
from tui_billing.rules.money import convert, plain
from tui_billing.rules.problem import NotFound, Problem, Refused
from tui_billing.services.aliases import forget, learn
from tui_billing.services.balances import locked, refresh_line
from tui_billing.services.context import Work, company
from tui_billing.services.ledger import bank_code, posted


@dataclass(frozen=True, slots=True)
class Line:
    """A booked entry as it is now: amounts in minor units of its currency, signed; `bank` its journal account."""

    id: int
    bank_account_id: int
    date: dt.date
    amount: int
    open: int
    currency: str
    text: str
    reference: str
    payer: str
    original_amount: int | None
    original_currency: str
    return_reason: str
    bank: str

    @property
    def shown(self) -> str:
        """The line in a few words, for the others' notice."""
        return f"{plain(self.amount, self.currency)} {self.currency} {self.payer or self.text}"


@dataclass(frozen=True, slots=True)
class Standing:
    """A clearing that was not taken back."""

    id: int
    line_id: int
    kind: str
    amount: int
    receipt_id: int | None
    refund_id: int | None
    date: str


_LINE = (
    "id, bank_account_id, date, amount, open, currency, text, reference, payer, original_amount, original_currency,"
    " return_reason"
)


def lock_line(work: Work, line_id: int) -> Line:
    """The line, locked for this transaction."""
    row = locked(work.books, "bank_line", _LINE, line_id)
    if row is None:
        raise NotFound("there is no bank line {id}; list them with: tui-billing bank list", id=line_id)
    values: Any = (*row[:2], dt.date.fromisoformat(row[2]), *row[3:], bank_code(work.books, row[1]))
    return Line(*values)


def part_of(line: Line, amount: int | None = None) -> int:
    """What a verb takes of a line: all that is open, or `amount` of it, signed as the line."""
    if not line.open:
        raise Refused("this bank line was matched meanwhile; press F5 to see what is left")
    if amount is None:
        return line.open
    if not amount or (amount < 0) != (line.open < 0) or abs(amount) > abs(line.open):
        raise Problem(
            "{open} {currency} of the bank line is open; take that or less",
            field="amount",
            open=plain(line.open, line.currency),
            currency=line.currency,
        )
    return amount


def day_for(work: Work, line: Line, wanted: dt.date | None) -> dt.date:
    """The day a line is posted on: its own, or a later one that was asked for (where its month is closed)."""
    day = wanted or line.date
    if day < line.date or day > work.today:
        raise Problem(
            "a bank line of {date} is posted on its day or later, and not after today",
            field="date",
            date=line.date.isoformat(),
        )
    return day


def in_books(books: Books, line: Line, amount: int) -> int:
    """An amount of the line in the books' currency, at the rate of its day."""
    base = company(books).currency
    if line.currency == base:
        return amount
    found = facts.exchange_rate(books, line.currency, line.date)
    if found is None:
        raise Problem(
            "there is no exchange rate for {currency} on {date}; add one with: tui-billing rate add",
            field="currency",
            currency=line.currency,
            date=line.date.isoformat(),
        )
    return convert(amount, line.currency, base, found[0])


def clear(
    work: Work,
    line: Line,
    kind: str,
    amount: int,
    date: dt.date,
    *,
    receipt_id: int | None = None,
    refund_id: int | None = None,
    account: str = "",
    reason: str = "",
    rule_id: int | None = None,
    detail_id: int | None = None,
    entries: Sequence[Entry] = (),
) -> int:
    """Explain part of a line by one row, post `entries` with it, and bring the line up to date; its id.

    `detail_id` is the transaction of a booked entry that it is of.
    """
    key = add(
        Clearing,
        date=date,
        bank_line_id=line.id,
        kind=kind,
        amount=amount,
        receipt_id=receipt_id,
        refund_id=refund_id,
        account=account,
        reason=reason,
        rule_id=rule_id,
        detail_id=detail_id,
        operator_id=work.operator_id,
        entry_at=work.at,
    )
    _finish(work, key, line.id, entries, date, line.date, line.currency, reason or line.text, "clear", line.shown)
    if kind == "receipt" and receipt_id:
        learn(work, line.id, receipt_id)
    return key


def take_back_clearing(work: Work, clearing_id: int, date: dt.date, reason: str = "") -> int:
    """Add the opposite row of a clearing, and post the opposite of what it posted; return that row's id."""
    books = work.books
    columns = "date, bank_line_id, kind, amount, receipt_id, refund_id, account, rule_id, detail_id"
    row = books.row(f"SELECT {columns} FROM clearing WHERE id = ?", (clearing_id,))
    assert row is not None
    since, line_id, kind, amount, receipt_id, refund_id, account, rule_id, detail_id = row
    line = lock_line(work, line_id)
    date = max(date, dt.date.fromisoformat(since))
    back = add(
        Clearing,
        date=date,
        bank_line_id=line_id,
        kind=kind,
        amount=-amount,
        receipt_id=receipt_id,
        refund_id=refund_id,
        account=account,
        reason=reason,
        rule_id=rule_id,
        detail_id=detail_id,
        reverses_id=clearing_id,
        operator_id=work.operator_id,
        entry_at=work.at,
    )
    entries = opposite(posted(books, "clearing", clearing_id))
    _finish(work, back, line_id, entries, date, line.date, line.currency, reason or line.text, "take_back", line.shown)
    if kind == "receipt" and receipt_id:
        forget(work, line_id, receipt_id)
    return back


def _finish(
    work: Work,
    key: int,
    line_id: int,
    entries: Sequence[Entry],
    date: dt.date,
    document_date: dt.date,
    currency: str,
    text: str,
    action: str,
    label: str,
) -> None:
    if entries:
        work.post(
            list(entries),
            verb=action,
            date=date,
            document_date=document_date,
            entity="clearing",
            entity_id=key,
            currency=currency,
            customer_id=0,
            text=text,
        )
    refresh_line(work.books, line_id)
    work.audit(action, "clearing", key, clearing_content(work.books, key), label)


def standing(books: Books, column: str, key: int) -> list[Standing]:
    """What stands on a line, or for a receipt or refund (`column` is the clearing's own), the newest first."""
    rows = books.rows(
        "SELECT id, bank_line_id, kind, amount, receipt_id, refund_id, date FROM clearing c"
        f" WHERE {column} = ? AND reverses_id IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM clearing b WHERE b.reverses_id = c.id) ORDER BY id DESC",
        (key,),
    )
    return [Standing(*row) for row in rows]


_CONTENT = "date, bank_line_id, kind, amount, receipt_id, refund_id, account, reason, rule_id, reverses_id"


#: Raised with what is hashed: from 2 on the transaction of the entry.
CLEARING_VERSION = 2


def clearing_content(books: Books, clearing_id: int, version: int = CLEARING_VERSION) -> dict[str, Any]:
    """What the audit chain hashes of a clearing; `version` is that of the event it is compared with."""
    columns = _CONTENT if version < CLEARING_VERSION else f"{_CONTENT}, detail_id"
    row = books.row(f"SELECT {columns} FROM clearing WHERE id = ?", (clearing_id,))
    assert row is not None
    return {"v": version, **dict(zip(columns.split(", "), row, strict=True))}
