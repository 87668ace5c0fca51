"""Bill an order or a delivery: the draft of an invoice that bills only what is not yet billed, and what waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.fields import PERCENT, PRICE, QUANTITY, unscaled
from tui_billing.models.queries import sources
from tui_billing.models.queries.pages import Source as Listing
from tui_billing.models.queries.pages import count_up_to, read_page
from tui_billing.rules.content import Content, LineContent
from tui_billing.rules.match3 import AgreedPrice, SourceLine, net_price, to_bill
from tui_billing.rules.match_facts import by_item
from tui_billing.rules.money import exponent, round_half_up
from tui_billing.rules.problem import NotFound, Refused
from tui_billing.rules.text import fold
from tui_billing.services.context import Context
from tui_billing.services.drafts import save_draft

COUNTED = 20_000


def order_content(books: Books, order_id: int, today: dt.date) -> Content:
    """The invoice of what an order leaves to bill: what was delivered and is not billed, of services what was ordered.

    Raises `NotFound`, and `Refused` where nothing is left.
    """
    row = books.row(
        "SELECT c.code, h.number, h.currency, h.customer_id, k.number FROM purchase_order h"
        " JOIN customer c ON c.id = h.customer_id LEFT JOIN contract k ON k.id = h.contract_id WHERE h.id = ?",
        (order_id,),
    )
    if row is None:
        raise NotFound(
            "there is no {what} {number}; list them with: tui-billing {what} list",
            what="purchase-order",
            number=order_id,
        )
    customer, number, currency, customer_id, contract = row
    head = next(h for h in sources.orders_by_number(books, number) if h.id == order_id)
    order = sources.order_source(books, head)
    notes = sources.notes_of_order(books, order_id)
    waiting = [n for n in sources.note_sources(books, notes) if any(line.left for line in n.lines)]
    agreed = _agreed(books, customer_id, today, currency, contract or "")
    any_delivery = bool(notes)
    lines = [
        _line(source, to_bill(source, any_delivery=any_delivery), agreed)
        for source in order.lines
        if to_bill(source, any_delivery=any_delivery)
    ]
    if not lines:
        raise Refused("nothing of {number} is left to bill", number=number)
    handed = {line.order_line for note in waiting for line in note.lines}
    named = [note for note in waiting if handed]
    return Content(
        customer=customer,
        purchase_order=number,
        currency=currency,
        contract=contract or "",
        delivery_note=", ".join(note.number for note in named)[:100],
        delivery_date=max((n.date for n in notes if n.number in {w.number for w in named}), default=""),
        lines=lines,
    )


def delivery_content(books: Books, delivery_id: int, today: dt.date) -> Content:
    """The invoice of what a delivery note leaves to bill. Raises `NotFound`, `Refused`."""
    row = books.row(
        "SELECT c.code, h.number, h.date, h.customer_id, h.order_id, c.currency, h.status FROM delivery_note h"
        " JOIN customer c ON c.id = h.customer_id WHERE h.id = ?",
        (delivery_id,),
    )
    if row is None:
        raise NotFound(
            "there is no {what} {number}; list them with: tui-billing {what} list", what="delivery", number=delivery_id
        )
    customer, number, date, customer_id, order_id, currency, status = row
    note = sources.note_sources(books, [h for h in sources.notes_by_number(books, [number]) if h.id == delivery_id])[0]
    order_number, ordered, contract = "", {}, ""
    if order_id:
        found = books.row(
            "SELECT h.number, h.currency, k.number FROM purchase_order h LEFT JOIN contract k ON k.id = h.contract_id"
            " WHERE h.id = ?",
            (order_id,),
        )
        assert found is not None
        order_number, currency, contract = found[0], found[1], found[2] or ""
        head = next(h for h in sources.orders_by_number(books, order_number) if h.id == order_id)
        ordered = {line.id: line for line in sources.order_source(books, head).lines}
    agreed = _agreed(books, customer_id, today, currency, contract)
    lines = [
        _line(ordered.get(line.order_line or 0, line), line.left, agreed)
        for line in note.lines
        if line.left and status == "open"
    ]
    if not lines:
        raise Refused("nothing of {number} is left to bill", number=number)
    return Content(
        customer=customer,
        purchase_order=order_number,
        currency=currency,
        contract=contract,
        delivery_note=number,
        delivery_date=date,
        lines=lines,
    )


def _agreed(books: Books, customer_id: int, today: dt.date, currency: str, contract: str) -> dict[str, AgreedPrice]:
    prices = sources.agreed_prices(books, customer_id, today, currency, number=contract)
    return by_item(prices)


def _line(source: SourceLine, quantity: Decimal, agreed: dict[str, AgreedPrice]) -> LineContent:
    """A line at the order's price, else the contract's, else (price left empty) the list's."""
    price, discount = source.unit_price, source.discount
    if price is None and source.item in agreed:
        price, discount = agreed[source.item].unit_price, agreed[source.item].discount
    return LineContent(
        item=source.item,
        description=source.description,
        quantity=_text(quantity),
        unit=source.unit,
        unit_price="" if price is None else _text(price),
        discount_percent=_text(discount) if discount else "",
        order_line=source.reference,
    )


def _text(value: Decimal) -> str:
    return format(value.normalize(), "f")


def bill(books: Books, context: Context, kind: str, source_id: int) -> int:
    """Keep the invoice of an order or a delivery as a draft; return the draft's id."""
    read = {"order": order_content, "delivery": delivery_content}[kind]
    content = read(books, source_id, context.today)
    row = books.row("SELECT id, name FROM customer WHERE code = ?", (content.customer,))
    assert row is not None
    draft, _version = save_draft(
        books,
        context,
        content,
        customer_id=row[0],
        buyer_name=row[1],
        currency=content.currency,
        hold=False,
    )
    return draft


# -- what is delivered and not billed --------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery of which something is not billed; `value` is its worth in minor units of `currency`, without VAT."""

    key: tuple[Any, ...]
    id: int
    number: str
    customer: str
    customer_name: str
    date: str
    order: str
    lines: int
    value: int
    currency: str
    days: int


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """Rows in the order of the list, and whether there are more on either side."""

    rows: tuple[Waiting, ...]
    more_before: bool
    more_after: bool


_WAITING = Listing(
    "h.date, h.id, h.number, c.code, c.name, coalesce(o.number, ''), coalesce(o.currency, c.currency)",
    "delivery_note h JOIN customer c ON c.id = h.customer_id LEFT JOIN purchase_order o ON o.id = h.order_id",
    ("h.date", "h.id"),
    ("EXISTS (SELECT 1 FROM delivery_line l WHERE l.delivery_id = h.id AND l.open <> 0)",),
)


def _wanted(words: Sequence[str]) -> Listing:
    listing = _WAITING
    for word in words:
        pattern = f"%{word.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
        listing = listing.only(
            "(c.search LIKE ? ESCAPE '!' OR lower(h.number) LIKE ? ESCAPE '!'"
            " OR lower(coalesce(o.number, '')) LIKE ? ESCAPE '!')",
            pattern,
            pattern,
            pattern,
        )
    return listing


def waiting_page(
    books: Books, today: dt.date, words: Sequence[str], direction: str, key: Sequence[Any] | None, limit: int
) -> WaitingPage:
    """A page of the deliveries that wait to be billed, the oldest first: two queries."""
    found = read_page(books, _wanted([fold(word) for word in words]), direction, key, limit)
    worth = _worth(books, [row[1] for row in found.rows])
    rows = tuple(
        Waiting(
            tuple(row[:2]),
            row[1],
            row[2],
            row[3],
            row[4],
            row[0],
            row[5],
            worth[row[1]][0],
            _minor(worth[row[1]][1], row[6]),
            row[6],
            (today - dt.date.fromisoformat(row[0])).days,
        )
        for row in found.rows
    )
    return WaitingPage(rows, found.more_before, found.more_after)


def waiting_count(books: Books, words: Sequence[str]) -> tuple[int, bool]:
    """(how many deliveries wait, whether there are more than that)."""
    return count_up_to(books, _wanted([fold(word) for word in words]), COUNTED)


def all_waiting(books: Books, today: dt.date) -> list[Waiting]:
    """Every delivery that waits to be billed, the oldest first."""
    found: list[Waiting] = []
    key: tuple[Any, ...] | None = None
    while True:
        page = waiting_page(books, today, (), "next" if key else "first", key, 500)
        found += page.rows
        if not page.more_after:
            return found
        key = page.rows[-1].key


def _minor(value: Decimal, currency: str) -> int:
    return int(round_half_up(value, exponent(currency)).scaleb(exponent(currency)))


def _worth(books: Books, deliveries: Sequence[int]) -> dict[int, tuple[int, Decimal]]:
    """(open lines, their worth at the order's price or the list's) of each delivery."""
    found = {key: (0, Decimal(0)) for key in deliveries}
    if not deliveries:
        return found
    marks = ", ".join("?" * len(deliveries))
    for key, quantity, price, discount, listed in books.rows(
        "SELECT l.delivery_id, l.open, o.unit_price, coalesce(o.discount_percent, 0), coalesce(i.unit_price, 0)"
        " FROM delivery_line l LEFT JOIN order_line o ON o.id = l.order_line_id LEFT JOIN item i ON i.id = l.item_id"
        f" WHERE l.open <> 0 AND l.delivery_id IN ({marks})",
        list(deliveries),
    ):
        each = net_price(unscaled(listed if price is None else price, PRICE), unscaled(discount, PERCENT))
        count, worth = found[key]
        found[key] = (count + 1, worth + each * unscaled(quantity, QUANTITY))
    return found
