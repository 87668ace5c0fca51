"""What was recorded before it stood on a statement and may be this line: a deposit slip, a payment, a refund.

The amount fits always; what else speaks for it is told. Linked, the line is explained and nothing is booked twice.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Literal

from tui_billing.models.door import Books
from tui_billing.models.queries.payments import Waiting
from tui_billing.rules.matching.names import is_cut_name, is_named, name_words
from tui_billing.services.clear import link_receipt, link_refund
from tui_billing.services.context import Context
from tui_billing.services.deposits import link_deposit

#: A bank books what was recorded within so many days; a few before, where the clerk recorded it late.
_LATEST = 60
_EARLY = 5
_MOST = 10

_NOT_ON_A_STATEMENT = (
    "NOT EXISTS (SELECT 1 FROM clearing q WHERE q.{column} = {key} AND q.reverses_id IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM clearing b WHERE b.reverses_id = q.id))"
)
_ITEM_WAITS = _NOT_ON_A_STATEMENT.format(column="receipt_id", key="r.id")
_DEPOSITS = (
    "SELECT d.id, d.date, d.reference, count(*), sum(r.amount), d.stated_count FROM deposit d"
    " JOIN deposit_item t ON t.deposit_id = d.id JOIN receipt r ON r.id = t.receipt_id AND r.reversed_on IS NULL"
    f" WHERE d.status = 'posted' AND d.currency = ? AND d.date BETWEEN ? AND ? AND {_ITEM_WAITS}"
    " GROUP BY d.id, d.date, d.reference, d.stated_count HAVING sum(r.amount) = ? ORDER BY d.date DESC, d.id DESC"
    f" LIMIT {_MOST}"
)
_RECEIPTS = (
    "SELECT r.id, r.date, r.reference, c.code, c.name FROM receipt r JOIN customer c ON c.id = r.customer_id"
    " WHERE r.amount = ? AND r.currency = ? AND r.date BETWEEN ? AND ? AND r.reversed_on IS NULL"
    f" AND {_ITEM_WAITS} AND NOT EXISTS (SELECT 1 FROM deposit_item t WHERE t.receipt_id = r.id)"
    f" ORDER BY r.date DESC, r.id DESC LIMIT {_MOST}"
)
_REFUNDS = (
    "SELECT r.id, r.date, r.reference, c.code, c.name, r.payee, r.iban FROM refund r"
    " JOIN customer c ON c.id = r.customer_id WHERE r.amount = ? AND r.currency = ? AND r.date BETWEEN ? AND ?"
    f" AND r.reversed_on IS NULL AND {_NOT_ON_A_STATEMENT.format(column='refund_id', key='r.id')}"
    f" ORDER BY r.date DESC, r.id DESC LIMIT {_MOST}"
)


class Says(IntEnum):
    """What speaks for it beside the amount; the more, the surer."""

    AMOUNT = 0
    NAME = 1
    REFERENCE = 2
    SLIP = 3  # count and total of a deposit slip


@dataclass(frozen=True, slots=True)
class Recorded:
    """A slip ("deposit", of `count` entries), a payment ("receipt") or a refund that the line may be."""

    kind: Literal["deposit", "receipt", "refund"]
    id: int
    date: dt.date
    reference: str
    says: Says
    count: int = 1
    customer: str = ""
    name: str = ""

    @property
    def is_sure(self) -> bool:
        """Whether more than the amount speaks for it."""
        return self.says > Says.AMOUNT


def recorded(books: Books, row: Waiting, known: dict[str, Any] | None) -> list[Recorded]:
    """What a bank line may be, the likeliest first; `known` is the line with its transactions. Two queries."""
    since = (row.date - dt.timedelta(days=_LATEST)).isoformat()
    until = (row.date + dt.timedelta(days=_EARLY)).isoformat()
    records = [known, *known["details"]] if known else []
    said = " ".join(str(one.get(name) or "") for one in records for name in ("payer", "text", "reference"))
    references = {str(one.get(name) or "").strip() for one in records for name in ("reference", "end_to_end", "text")}
    words = name_words(f"{row.payer} {said}")

    def says(reference: str, end_to_end: str, *names: str) -> Says:
        if references & ({reference, end_to_end} - {""}):
            return Says.REFERENCE
        named = any(is_named(name, words) or is_cut_name(name, name_words(row.payer)) for name in names)
        return Says.NAME if named else Says.AMOUNT

    found: list[Recorded] = []
    if row.left < 0:
        for key, date, reference, code, name, payee, _iban in books.rows(
            _REFUNDS, (-row.left, row.currency, since, until)
        ):
            sign = says(reference, f"REFUND-{key}", name, payee)
            found.append(Recorded("refund", key, dt.date.fromisoformat(date), reference, sign, 1, code, name))
    else:
        for key, date, reference, count, _sum, _stated in books.rows(_DEPOSITS, (row.currency, since, until, row.left)):
            inner = len(known["details"]) if known else 0
            sign = Says.SLIP if inner in (0, 1, count) else Says.AMOUNT
            found.append(Recorded("deposit", key, dt.date.fromisoformat(date), reference, sign, int(count)))
        for key, date, reference, code, name in books.rows(_RECEIPTS, (row.left, row.currency, since, until)):
            day = dt.date.fromisoformat(date)
            found.append(Recorded("receipt", key, day, reference, says(reference, "", name), 1, code, name))
    return sorted(found, key=lambda one: -one.says)


def link(books: Books, context: Context, line_id: int, one: Recorded) -> dict[str, Any]:
    """Explain the line by what was recorded; see `link_deposit`, `link_receipt`, `link_refund`."""
    verb: Any = {"deposit": link_deposit, "receipt": link_receipt, "refund": link_refund}[one.kind]
    done: dict[str, Any] = verb(books, context, line_id, one.id)
    return done
