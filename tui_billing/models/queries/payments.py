"""The payment queue: money not yet allocated, oldest first, and what it could be meant for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from tui_billing.models.door import Books
from tui_billing.models.queries import facts
from tui_billing.rules.content import CustomerFacts
from tui_billing.rules.identifiers import compact
from tui_billing.rules.matching.proposal import (
    NAMED,
    Candidate,
    Item,
    Line,
    Reason,
    choose,
    customer_of,
    is_named,
    name_words,
    possible_numbers,
    rank,
)

#: A row's place in the queue: (date, 0 for a bank line or 1 for a receipt, id).
Key = tuple[str, int, int]
Kind = Literal["bank_line", "receipt"]
KINDS: tuple[Kind, Kind] = ("bank_line", "receipt")

#: What one proposal looks at, at most: so many customers by name, so many items of one amount, of one customer.
_NAMES, _AMOUNTS, _ITEMS = 20, 20, 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """Money that waits: an unmatched bank line, or a receipt with something left. Amounts in minor units."""

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

    @property
    def key(self) -> Key:
        """Its place in the queue."""
        return (self.date.isoformat(), KINDS.index(self.kind), self.id)

    @property
    def line(self) -> Line:
        """What there is to match by."""
        whole = f"{self.reference} {self.text}".strip()
        return Line(self.left, self.currency, whole, self.payer, self.payer_iban, self.customer_id)


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Rows in the order of the queue, and whether there are more on either side."""

    rows: list[Waiting]
    more_before: bool
    more_after: bool


@dataclass(slots=True)
class Proposal:
    """What a row of the queue could pay: ranked items, what would be settled, and the customer's credit notes.

    `allocations` are (invoice id, amount), `credit_notes` (number, open amount).
    """

    row: Waiting
    customer: CustomerFacts | None = None
    candidates: list[Candidate] = field(default_factory=list)
    allocations: list[tuple[int, int]] = field(default_factory=list)
    credit_notes: list[tuple[str, int]] = field(default_factory=list)

    @property
    def numbers(self) -> dict[int, str]:
        """The numbers of the items."""
        return {one.item.id: one.item.number for one in self.candidates}

    @property
    def on_account(self) -> int:
        """What would be left over."""
        return self.row.left - sum(amount for _id, amount in self.allocations)


_BANK_LINE = (
    "SELECT b.date, b.id, b.payer, b.amount, b.amount, b.currency, b.reference, b.text, b.payer_iban, 0, '', ''"
    " FROM bank_line b WHERE b.status = 'unmatched' AND b.amount > 0"
)
_RECEIPT = (
    "SELECT b.date, b.id, b.payer, b.amount, b.open, b.currency, b.reference, b.note, '', c.id, c.code, c.name"
    " FROM receipt b JOIN customer c ON c.id = b.customer_id WHERE b.open <> 0"
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
        "SELECT currency, count(*), sum(left_over) FROM ("
        " SELECT currency, amount AS left_over FROM bank_line WHERE status = 'unmatched' AND amount > 0"
        " UNION ALL SELECT currency, open FROM receipt WHERE open <> 0) AS queue GROUP BY currency ORDER BY currency"
    )
    return [(currency, int(count), int(amount)) for currency, count, amount in rows]


_OPEN = (
    "SELECT i.id, i.number, i.kind, c.id, c.code, c.name, i.next_due, i.currency, i.open, i.disputed"
    " FROM invoice i JOIN customer c ON c.id = i.customer_id"
    " WHERE i.open <> 0 AND i.state = 'issued' AND i.currency = ?"
)


def propose(books: Books, row: Waiting) -> Proposal:
    """What a row of the queue could pay, with reasons; a bounded number of queries and rows."""
    line = row.line
    named = {row.customer_id} if row.customer_id else _customers_by_text(books, line)
    ibans = {} if row.customer_id else _customers_by_iban(books, line.payer_iban)
    items: dict[int, tuple] = {}

    def take(condition: str, *parameters: object, limit: int = _ITEMS) -> None:
        sql = f"{_OPEN} AND {condition} ORDER BY i.next_due, i.id LIMIT {limit}"
        items.update({found[0]: found for found in books.rows(sql, (line.currency, *parameters))})

    def ranked() -> list[Candidate]:
        return rank(line, [_item(found, ibans) for found in items.values()])

    if not row.customer_id:
        numbers = sorted(possible_numbers(f"{line.payer} {line.text}", _series(books)))[:900]
        if numbers:
            take(f"i.number IN ({', '.join('?' * len(numbers))})", *numbers)
            items = {one.item.id: items[one.item.id] for one in ranked() if NAMED & set(one.reasons)}
        take("i.open = ?", line.amount, limit=_AMOUNTS)
    first = customer_of(line, ranked())
    for customer in sorted({*named, *ibans, first} - {0})[:_NAMES]:
        take("i.customer_id = ?", customer)
    candidates = ranked()
    customer_id = _customer(line, candidates, ibans, named)
    proposal = Proposal(row, facts_of(books, customer_id) if customer_id else None)
    own = [one for one in candidates if one.item.customer_id == customer_id]
    proposal.candidates = own + [one for one in candidates if one.weight and one.item.customer_id != customer_id]
    proposal.allocations = choose(replace(line, customer_id=customer_id), own)
    notes = [one for one in items.values() if one[2] == "credit_note" and one[3] == customer_id]
    proposal.credit_notes = [(one[1], one[8]) for one in notes]
    return proposal


def _customer(line: Line, candidates: Sequence[Candidate], ibans: Mapping[int, frozenset[str]], named: set[int]) -> int:
    """Whose money it is. An equal amount alone counts only where neither account nor name is known."""
    telling = [one for one in candidates if set(one.reasons) - {Reason.AMOUNT}]
    found = customer_of(line, telling)
    if found:
        return found
    for known in (set(ibans), named):
        if known:
            return next(iter(known)) if len(known) == 1 else 0
    return customer_of(line, candidates) if not telling else 0


def _item(found: tuple, ibans: dict[int, frozenset[str]]) -> Item:
    return Item(*(*found, ibans.get(found[3], frozenset())))


def _series(books: Books) -> list[tuple[str, int]]:
    return [(prefix, int(year)) for prefix, year in books.rows("SELECT DISTINCT prefix, year FROM series")]


def _customers_by_text(books: Books, line: Line) -> set[int]:
    """Customers whose whole name stands in the payer's name or the text."""
    words = name_words(f"{line.payer} {line.text}")[:12]
    telling = sorted({word for word in words if len(word) > 2 and not word.isdigit()}, key=len, reverse=True)[:6]
    if not telling:
        return set()
    likes = " OR ".join(["search LIKE ? ESCAPE '!'"] * len(telling))
    rows = books.rows(
        f"SELECT id, name FROM customer WHERE active = 1 AND ({likes}) ORDER BY id LIMIT 500",
        [f"%{facts.escape(word)}%" for word in telling],
    )
    return {key for key, name in rows if is_named(name, words)}


def _customers_by_iban(books: Books, iban: str) -> dict[int, frozenset[str]]:
    """Customers for whom this account has paid before (customer id -> the account)."""
    if not iban:
        return {}
    lines = books.rows(
        "SELECT id, date FROM bank_line WHERE payer_iban = ? AND status = 'matched' ORDER BY id DESC LIMIT 5", (iban,)
    )
    found: dict[int, frozenset[str]] = {}
    for key, date in lines:
        # A bank line's receipt bears its date: found by the index of dates.
        for (customer,) in books.rows(
            "SELECT customer_id FROM receipt WHERE date = ? AND bank_line_id = ? AND reversed_on IS NULL", (date, key)
        ):
            found[customer] = frozenset({compact(iban)})
    return found


def facts_of(books: Books, customer_id: int) -> CustomerFacts | None:
    """What entry needs of a customer, by id."""
    code = books.value("SELECT code FROM customer WHERE id = ?", (customer_id,))
    return facts.customer_by_code(books, str(code)) if code is not None else None


def settled_otherwise(books: Books, customer_id: int) -> dict[int, tuple[int, int]]:
    """Invoice id -> (credited, written off) of a customer's open documents that were so in part."""
    rows = books.rows(
        "SELECT id, credited, written_off FROM invoice WHERE customer_id = ? AND open <> 0"
        " AND (credited <> 0 OR written_off <> 0)",
        (customer_id,),
    )
    return {key: (credited, written_off) for key, credited, written_off in rows}
