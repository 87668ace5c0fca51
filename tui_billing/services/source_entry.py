"""What the forms of orders, deliveries and contracts ask: one to be changed, what an order has still to come, and
which orders and contracts a text means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tui_billing.models.door import Books
from tui_billing.models.fields import PERCENT, PRICE, QUANTITY, unscaled
from tui_billing.models.queries.facts import escape
from tui_billing.rules.money import plain
from tui_billing.rules.problem import NotFound, Refused
from tui_billing.rules.sources import COMMANDS, SourceContent, SourceLineContent
from tui_billing.services.source_content import TABLES


@dataclass(frozen=True, slots=True)
class Came:
    """Of one order line: what is ordered, and what other delivery notes have brought of it."""

    ordered: Decimal
    delivered: Decimal


@dataclass(frozen=True, slots=True)
class Named:
    """An order or contract that a text may mean; `about` is its title, `day` its date or first day."""

    id: int
    number: str
    day: dt.date
    status: str
    about: str = ""


def text_of(stored: object, scale: int) -> str:
    """A stored figure as canonical text, "" for none."""
    return "" if stored is None else format(unscaled(int(str(stored)), scale).normalize(), "f")


_HEADS = {
    "order": "c.code, h.number, h.date, h.currency, coalesce(k.number, ''), h.note, h.version, h.status",
    "delivery": "c.code, h.number, h.date, coalesce(o.number, ''), h.received_by, h.note, h.version, h.status",
    "contract": "c.code, h.number, h.title, h.start_date, coalesce(h.end_date, ''), h.currency, h.index_percent,"
    " h.ceiling, h.note, h.version, h.status",
}
_JOINS = {
    "order": "LEFT JOIN contract k ON k.id = h.contract_id",
    "delivery": "LEFT JOIN purchase_order o ON o.id = h.order_id",
    "contract": "",
}
_OWN_TEXT = "CASE WHEN l.description IN (coalesce(i.description, ''), coalesce(i.description_fr, '')) THEN ''"
_OWN_TEXT += " ELSE l.description END, CASE WHEN l.unit = coalesce(i.unit, '') THEN '' ELSE l.unit END"
_LINES = {
    "order": "l.quantity, l.unit_price, l.discount_percent, l.reference, NULL",
    "delivery": "l.quantity, NULL, 0, coalesce(nullif(ol.reference, ''), CAST(ol.position AS TEXT), ''), NULL",
    "contract": "NULL, l.unit_price, l.discount_percent, '', l.ceiling",
}


def content_of(books: Books, kind: str, source_id: int) -> tuple[int, SourceContent]:
    """(version, what would be typed) of an order, delivery note or contract. Raises `NotFound`, `Refused` where it
    is not open."""
    version, status, content = _read(books, kind, source_id)
    if status != "open":
        raise Refused("{number} is not open; open it again first, then change it", number=content.number)
    return version, content


def _read(books: Books, kind: str, source_id: int) -> tuple[int, str, SourceContent]:
    table, lines, link = TABLES[kind]
    row = books.row(
        f"SELECT {_HEADS[kind]} FROM {table} h JOIN customer c ON c.id = h.customer_id {_JOINS[kind]} WHERE h.id = ?",
        (source_id,),
    )
    if row is None:
        raise NotFound(
            "there is no {what} {number}; list them with: tui-billing {what} list",
            what=COMMANDS[kind],
            number=source_id,
        )
    *head, version, status = row
    content = SourceContent(kind=kind, customer=head[0], number=head[1])
    if kind == "order":
        content.date, content.currency, content.contract, content.note = head[2:]
    elif kind == "delivery":
        content.date, content.order, content.received_by, content.note = head[2:]
    else:
        content.title, content.start_date, content.end_date, content.currency = head[2:6]
        content.index_percent = text_of(head[6], PERCENT) if head[6] else ""
        content.ceiling = plain(head[7], head[5]) if head[7] else ""
        content.note = head[8]
    join = "LEFT JOIN order_line ol ON ol.id = l.order_line_id" if kind == "delivery" else ""
    content.lines = [
        SourceLineContent(
            item=item,
            description=description,
            unit=unit,
            quantity=text_of(quantity, QUANTITY),
            unit_price=text_of(price, PRICE),
            discount_percent=text_of(discount, PERCENT) if discount else "",
            reference=reference,
            ceiling=text_of(ceiling, QUANTITY) if ceiling else "",
            key=str(key),
        )
        for key, item, description, unit, quantity, price, discount, reference, ceiling in books.rows(
            f"SELECT l.id, l.item_code, {_OWN_TEXT}, {_LINES[kind]} FROM {lines} l"
            f" LEFT JOIN item i ON i.id = l.item_id {join} WHERE l.{link} = ? ORDER BY l.position",
            (source_id,),
        )
    ]
    return int(version), str(status), content


def find_order(books: Books, customer: str, text: str) -> tuple[Named | None, tuple[Named, ...]]:
    """(the order of a customer that a text means, those that it could mean): its number, else the one open order
    whose number holds the text."""
    return _find(books, "purchase_order", "h.date, h.status, ''", customer, text)


def find_contract(books: Books, customer: str, text: str) -> tuple[Named | None, tuple[Named, ...]]:
    """The same among contracts; their titles count too."""
    return _find(books, "contract", "h.start_date, h.status, h.title", customer, text)


def _find(books: Books, table: str, columns: str, customer: str, text: str) -> tuple[Named | None, tuple[Named, ...]]:
    title = "h.title" if table == "contract" else "''"
    pattern = f"%{escape(text.strip().lower())}%"
    rows = books.rows(
        f"SELECT h.id, h.number, {columns} FROM {table} h JOIN customer c ON c.id = h.customer_id"
        f" WHERE c.code = ? AND (h.number = ? OR (h.status = 'open' AND (lower(h.number) LIKE ? ESCAPE '!'"
        f" OR lower({title}) LIKE ? ESCAPE '!'))) ORDER BY CASE WHEN h.number = ? THEN 0 ELSE 1 END, 3 DESC, 1 DESC LIMIT 9",
        (customer.strip().upper(), text.strip(), pattern, pattern, text.strip()),
    )
    found = tuple(Named(row[0], row[1], dt.date.fromisoformat(row[2]), row[3], row[4]) for row in rows)
    if found and (found[0].number == text.strip() or len(found) == 1):
        return found[0], ()
    return None, found[:8]


def rest_of_order(books: Books, order_id: int) -> SourceContent:
    """The delivery note of all that an order has still to come; its number is on the paper. Raises `NotFound`,
    `Refused` where everything has come."""
    row = books.row(
        "SELECT c.code, h.number, h.status FROM purchase_order h JOIN customer c ON c.id = h.customer_id WHERE h.id = ?",
        (order_id,),
    )
    if row is None:
        raise NotFound(
            "there is no {what} {number}; list them with: tui-billing {what} list",
            what="purchase-order",
            number=order_id,
        )
    content = SourceContent(kind="delivery", customer=row[0], order=row[1])
    content.lines = [
        SourceLineContent(
            item=item,
            description=description,
            unit=unit,
            quantity=text_of(ordered - delivered, QUANTITY),
            reference=reference or str(position),
        )
        for item, description, unit, reference, position, ordered, delivered in books.rows(
            f"SELECT l.item_code, {_OWN_TEXT}, l.reference, l.position, l.quantity, l.delivered FROM order_line l"
            " LEFT JOIN item i ON i.id = l.item_id WHERE l.order_id = ? AND l.delivered < l.quantity"
            " ORDER BY l.position",
            (order_id,),
        )
    ]
    if not content.lines:
        raise Refused("everything of order {number} is delivered", number=row[1])
    return content


def came_of_order(books: Books, customer: str, number: str, without: int | None = None) -> dict[str, Came]:
    """What of an order's lines is ordered and has come, by reference and by position; `without` a delivery note."""
    found: dict[str, Came] = {}
    rows: Sequence[tuple] = books.rows(
        "SELECT l.reference, l.position, l.quantity, l.delivered - coalesce((SELECT sum(d.quantity)"
        " FROM delivery_line d WHERE d.order_line_id = l.id AND d.delivery_id = ?), 0) FROM order_line l"
        " JOIN purchase_order h ON h.id = l.order_id JOIN customer c ON c.id = h.customer_id"
        " WHERE c.code = ? AND h.number = ? ORDER BY l.position",
        (without or 0, customer.strip().upper(), number),
    )
    for reference, position, ordered, delivered in rows:
        came = Came(unscaled(ordered, QUANTITY), unscaled(int(delivered), QUANTITY))
        found[str(position)] = came
        if reference:
            found[reference] = came
    return found


def last_content(books: Books, kind: str, customer: str) -> SourceContent:
    """The customer's last order or contract, as a start for the next. Raises `NotFound` where there is none."""
    table = TABLES[kind][0]
    key = books.value(
        f"SELECT h.id FROM {table} h JOIN customer c ON c.id = h.customer_id WHERE c.code = ? AND h.status <> 'cancelled'"
        " ORDER BY h.id DESC LIMIT 1",
        (customer.strip().upper(),),
    )
    if key is None:
        raise NotFound("{customer} has none yet; type the lines", field="lines", customer=customer)
    content = _read(books, kind, int(str(key)))[2]
    for line in content.lines:
        line.key = line.reference = ""
    return content
