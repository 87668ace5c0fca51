"""Which payment came back on a debit line: by what the bank says of it, then by who is named; the amount fits always."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries.payments import Waiting
from tui_billing.rules.matching.names import is_named, name_words

#: A direct debit may be returned for so many days (13 months).
_RETURNED = 400
_MOST = 20
#: What a bank writes where there is no reference (ISO 20022).
_NONE = frozenset({"", "NOTPROVIDED", "NONREF"})


class Sign(IntEnum):
    """What speaks for a payment; the more, the surer."""

    AMOUNT = 0
    NAME = 1
    MANDATE = 2
    REFERENCE = 3
    END_TO_END = 4


@dataclass(frozen=True, slots=True)
class Returnable:
    """A payment that a debit may return; `amount` in minor units of the line's currency, more than 0."""

    id: int
    date: str
    customer: str
    name: str
    reference: str
    amount: int = 0
    sign: Sign = Sign.AMOUNT


@dataclass(frozen=True, slots=True)
class _Said:
    """The references of a line and its transactions, by kind."""

    end_to_end: frozenset[str]
    reference: frozenset[str]
    mandate: frozenset[str]


def returnable(books: Books, row: Waiting, known: dict[str, Any] | None) -> list[Returnable]:
    """Payments not yet taken back of the line's amount, or of one of its transactions', the likeliest first.

    `known` is the line with its transactions (see `bank_line`). At most five queries.
    """
    records = [known, *known["details"]] if known else []
    said = _Said(
        _texts(records, "end_to_end"), _texts(records, "reference", "creditor_reference"), _texts(records, "mandate")
    )
    amounts = {-row.left}
    amounts.update(abs(one[name]) for one in records for name in ("amount", "original_amount") if one.get(name))
    collected = _rows_in(
        books,
        "SELECT customer_id, amount FROM payment_order_part WHERE invoice_id IS NOT NULL AND end_to_end IN ({})",
        said.end_to_end,
    )
    amounts.update(amount for _customer, amount in collected)
    amounts = {amount for amount in amounts if 0 < amount <= -row.left}
    mandates = _rows_in(books, "SELECT customer_id FROM mandate WHERE reference IN ({})", said.mandate)
    own = {customer for customer, *_amount in (*collected, *mandates)}
    found = _payments(books, row, amounts, "")
    every = said.end_to_end | said.reference | said.mandate
    if len(found) == _MOST and every:  # of an amount paid so often the newest may not hold the one that is named
        marks = _marks(every)
        named = (
            f" AND (b.end_to_end IN ({marks}) OR b.reference IN ({marks}) OR b.creditor_reference IN ({marks})"
            f" OR b.mandate IN ({marks}) OR r.reference IN ({marks}) OR r.customer_id IN ({_marks(own)})"
            f" OR EXISTS (SELECT 1 FROM bank_detail d WHERE d.bank_line_id = b.id AND d.amount = r.amount"
            f" AND (d.end_to_end IN ({marks}) OR d.mandate IN ({marks}) OR d.reference IN ({marks})"
            f" OR d.creditor_reference IN ({marks}))))"
        )
        found |= _payments(books, row, amounts, named, [*[*every] * 5, *own, *[*every] * 4])
    words = name_words(" ".join([row.payer, row.text, *(f"{one['payer']} {one['text']}" for one in records[1:])]))
    details = _details(books, {values[6] for values in found.values() if values[6]})
    likely = []
    for key, (day, code, name, reference, amount, customer, line, *texts) in found.items():
        inner = [one[2:] for one in details if one[0] == line and one[1] == amount]
        if (customer, amount) in collected or said.end_to_end & {texts[0], *(one[0] for one in inner)}:
            sign = Sign.END_TO_END
        elif said.reference & {reference, *texts[1:3], *(text for one in inner for text in one[1:3])}:
            sign = Sign.REFERENCE
        elif customer in own or said.mandate & {texts[3], *(one[3] for one in inner)}:
            sign = Sign.MANDATE
        else:
            sign = Sign.NAME if is_named(name, words) else Sign.AMOUNT
        likely.append(Returnable(key, str(day), code, name, reference, amount, sign))
    likely.sort(key=lambda one: (one.date, one.id), reverse=True)
    return sorted(likely, key=lambda one: -one.sign)


def _payments(
    books: Books, row: Waiting, amounts: Iterable[int], condition: str, parameters: Iterable[object] = ()
) -> dict[int, tuple]:
    """Payments by id, the newest of them."""
    amounts = list(amounts)
    since = row.date - dt.timedelta(days=_RETURNED)
    rows = books.rows(
        "SELECT r.id, r.date, c.code, c.name, r.reference, r.amount, c.id, b.id, coalesce(b.end_to_end, ''),"
        " coalesce(b.reference, ''), coalesce(b.creditor_reference, ''), coalesce(b.mandate, '')"
        " FROM receipt r JOIN customer c ON c.id = r.customer_id LEFT JOIN bank_line b ON b.id = r.bank_line_id"
        f" WHERE r.date BETWEEN ? AND ? AND r.amount IN ({_marks(amounts)}) AND r.currency = ?"
        f" AND r.reversed_on IS NULL{condition} ORDER BY r.date DESC, r.id DESC LIMIT {_MOST}",
        (since.isoformat(), row.date.isoformat(), *amounts, row.currency, *parameters),
    )
    return {key: tuple(values) for key, *values in rows}


def _details(books: Books, lines: set[int]) -> list[tuple]:
    """(line, amount, end-to-end, reference, creditor reference, mandate) of the lines that became payments."""
    return _rows_in(
        books,
        "SELECT bank_line_id, amount, end_to_end, reference, creditor_reference, mandate FROM bank_detail"
        " WHERE bank_line_id IN ({})",
        lines,
    )


def _texts(records: Iterable[dict[str, Any]], *names: str) -> frozenset[str]:
    return frozenset(text for one in records for name in names if (text := str(one[name] or "").strip()) not in _NONE)


def _rows_in(books: Books, sql: str, values: Iterable[object]) -> list[tuple]:
    values = list(values)
    return [tuple(row) for row in books.rows(sql.format(_marks(values)), values)] if values else []


def _marks(values: Iterable[object]) -> str:
    return ", ".join("?" for _value in values) or "NULL"
