"""The payment queue: bank lines of which something is open, and money on account, oldest first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from tui_billing.models.door import Books
from tui_billing.rules.matching.facts import Line

#: A row's place in the queue: (date, 0 for a bank line or 1 for a receipt, id).
Key = tuple[str, int, int]
Kind = Literal["bank_line", "receipt"]
KINDS: tuple[Kind, Kind] = ("bank_line", "receipt")


@dataclass(frozen=True, slots=True)
class Waiting:
    """Money that waits: a bank line or a receipt with something open. Amounts in minor units; what went out is below 0."""

    kind: Kind
    id: int
    date: dt.date
    payer: str
    amount: int
    left: int
    currency: str
    reference: str = ""
    text: str = ""
    payer_iban: str = ""
    customer_id: int = 0
    customer_code: str = ""
    creditor_reference: str = ""
    end_to_end: str = ""
    charges: int = 0

    @property
    def key(self) -> Key:
        """Its place in the queue."""
        return (self.date.isoformat(), KINDS.index(self.kind), self.id)

    @property
    def line(self) -> Line:
        """What there is to match by."""
        parts = dict.fromkeys((self.creditor_reference, self.reference, self.text, self.end_to_end))
        said = " ; ".join(part for part in parts if part)
        day = self.date.isoformat()
        return Line(self.left, self.currency, said, self.payer, self.payer_iban, day, self.charges, self.customer_id)


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Rows in the order of the queue, and whether there are more on either side."""

    rows: list[Waiting]
    more_before: bool
    more_after: bool


_BANK_LINE = (
    "SELECT b.date, b.id, b.payer, b.amount, b.open, b.currency, b.reference, b.text, b.payer_iban, 0, '',"
    " b.creditor_reference, b.end_to_end, b.charges, '' FROM bank_line b WHERE b.open <> 0"
)
_RECEIPT = (
    "SELECT b.date, b.id, b.payer, b.amount, b.open, b.currency, b.reference, b.note, '', c.id, c.code, '', '', 0,"
    " c.name FROM receipt b JOIN customer c ON c.id = b.customer_id WHERE b.open <> 0"
)


def _waiting(kind: Kind, row: tuple) -> Waiting:
    date, key, payer, *rest, name = row
    return Waiting(kind, key, dt.date.fromisoformat(date), payer or name, *rest)


def _side(books: Books, key: Key | None, limit: int, *, backwards: bool = False, inclusive: bool = False) -> list:
    """Up to `limit` rows on one side of a key, nearest first; both tables by their own index."""
    found: list[Waiting] = []
    order = "DESC" if backwards else "ASC"
    for place, (kind, sql) in enumerate(zip(KINDS, (_BANK_LINE, _RECEIPT), strict=True)):
        condition, parameters = "", []
        if key is not None:
            date, at, row_id = key
            sign = "<" if backwards else ">"
            if place == at:
                condition = f" AND (b.date, b.id) {sign}{'=' if inclusive else ''} (?, ?)"
                parameters = [date, row_id]
            else:
                same_day = place < at if backwards else place > at
                condition = f" AND b.date {sign}{'=' if same_day else ''} ?"
                parameters = [date]
        rows = books.rows(f"{sql}{condition} ORDER BY b.date {order}, b.id {order} LIMIT ?", (*parameters, limit))
        found += [_waiting(kind, row) for row in rows]
    return sorted(found, key=lambda one: one.key, reverse=backwards)[:limit]


def page(books: Books, direction: str, key: Key | None, limit: int) -> QueuePage:
    """A page of the queue; `direction` is next, previous, first, last or around (see `PageRequest`)."""
    if direction == "around" and key is not None:
        before = _side(books, key, limit // 2 + 1, backwards=True)
        after = _side(books, key, limit - limit // 2 + 1, inclusive=True)
        rows = [*reversed(before[: limit // 2]), *after[: limit - limit // 2]]
        return QueuePage(rows, len(before) > limit // 2, len(after) > limit - limit // 2)
    backwards = direction in ("previous", "last")
    rows = _side(books, key, limit + 1, backwards=backwards)
    more = len(rows) > limit
    rows = rows[:limit]
    if backwards:
        return QueuePage(rows[::-1], more, key is not None)
    return QueuePage(rows, key is not None, more)


def totals(books: Books) -> list[tuple[str, int, int]]:
    """(currency, count, sum left) of the whole queue, by currency."""
    rows = books.rows(
        # Each from an index that holds nothing else (bank_line_waiting, receipt_waiting): no row is looked up.
        "SELECT currency, sum(rows), sum(left_over) FROM ("
        " SELECT currency, count(*) AS rows, sum(open) AS left_over FROM bank_line WHERE open <> 0 GROUP BY currency"
        " UNION ALL SELECT currency, count(*), sum(open) FROM receipt WHERE open <> 0 GROUP BY currency) AS queue"
        " GROUP BY currency ORDER BY currency"
    )
    return [(currency, int(count), int(amount)) for currency, count, amount in rows]


def balance_after(books: Books, line_id: int) -> int | None:
    """What the bank account held after a line, in its currency, by the balance its statement states; None where none.

    Counted from the opening balance on (where the bank stated the closing one alone, it follows from that); for a
    line that does not know what had moved with it, the lines of its statement are added up.
    """
    row = books.row(
        "SELECT s.id, s.opening, s.closing, s.balances, b.position, b.moved FROM bank_line b"
        " JOIN bank_statement s ON s.id = b.statement_id WHERE b.id = ?",
        (line_id,),
    )
    if row is None or row[3] == "none":
        return None
    statement, opening, closing, balances, position, with_it = row
    if with_it is not None:
        return int(opening + with_it)
    sign, start = ("<=", opening) if balances == "both" else (">", closing)
    moved = books.value(
        f"SELECT coalesce(sum(amount), 0) FROM bank_line WHERE statement_id = ? AND position {sign} ?",
        (statement, position),
    )
    return start + int(moved) if balances == "both" else start - int(moved)  # type: ignore[call-overload]


def settled_otherwise(books: Books, customer_id: int) -> dict[int, tuple[int, int]]:
    """Invoice id -> (credited, written off) of a customer's open documents that were so in part."""
    rows = books.rows(
        "SELECT id, credited, written_off FROM invoice WHERE customer_id = ? AND open <> 0"
        " AND (credited <> 0 OR written_off <> 0)",
        (customer_id,),
    )
    return {key: (credited, written_off) for key, credited, written_off in rows}
