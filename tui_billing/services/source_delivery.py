"""A delivery note as it is entered: against an order, in the order's units, never taking back more than came."""

from __future__ import annotations

from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.fields import QUANTITY, scaled
from tui_billing.rules.content import CustomerFacts
from tui_billing.rules.match3 import shown
from tui_billing.rules.problem import NotFound, Problem
from tui_billing.rules.sources import SourceContent, SourceLineContent
from tui_billing.rules.text import fold, quote
from tui_billing.services.balances import locked
from tui_billing.services.context import Work
from tui_billing.services.source_parts import day_of, line_row, lines_of


def delivery_rows(
    work: Work, typed: SourceContent, customer: CustomerFacts, replacing: int | None = None
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """(head, lines) of a delivery note as its tables hold them; the first wrong field is a Problem.

    `replacing` is the note whose own lines count no more as delivered.
    """
    books = work.books
    order = _order_of(books, typed, customer)
    ordered = books.rows(
        "SELECT l.id, l.reference, l.position, l.item_code, l.description, l.unit, l.delivered"
        " - coalesce((SELECT sum(d.quantity) FROM delivery_line d"
        " WHERE d.order_line_id = l.id AND d.delivery_id = ?), 0)"
        " FROM order_line l WHERE l.order_id = ? ORDER BY l.position",
        (replacing or 0, order or 0),
    )
    of_order = [_order_line(ordered, line, typed.order, number) for number, line in enumerate(typed.lines, 1)]
    for each, source in zip(typed.lines, of_order, strict=True):
        if source and not each.item and not each.description:
            each.item, each.description = source[3], "" if source[3] else source[4]
        if source and not each.unit:
            each.unit = source[5]
    came: dict[int, int] = {row[0]: int(row[6]) for row in ordered}
    rows = []
    for number, (line, source) in enumerate(zip(lines_of(books, typed, customer), of_order, strict=True), 1):
        place = f"lines.{number}.quantity"
        if source and line.unit != source[5]:
            raise Problem(
                "line {line} is delivered in {unit} and was ordered in {other}; type the quantity in {other}",
                field=f"lines.{number}.unit",
                line=number,
                unit=line.unit,
                other=source[5],
            )
        if source:
            came[source[0]] += scaled(line.quantity, QUANTITY)
            if came[source[0]] < 0:
                raise Problem(
                    "line {line} takes back {quantity}, more than order {number} has had delivered; type fewer",
                    field=place,
                    line=number,
                    quantity=shown(-line.quantity),
                    number=typed.order,
                )
        elif line.quantity < 0 and order:
            raise Problem(
                "line {line} takes back what order {number} does not hold; name the order line it comes from",
                field=f"lines.{number}.item",
                line=number,
                number=typed.order,
            )
        rows.append({"order_line_id": source[0] if source else None, **line_row(line, "quantity")})
    head = {"date": day_of(work, typed.date, "date"), "order_id": order, "received_by": typed.received_by}
    return head, rows


def _order_of(books: Books, typed: SourceContent, customer: CustomerFacts) -> int | None:
    """The order that a delivery note fulfils, locked; None where it names none."""
    if not typed.order:
        return None
    order = books.value(
        "SELECT id FROM purchase_order WHERE customer_id = ? AND number = ?", (customer.id, typed.order)
    )
    if order is None:
        raise NotFound(
            "{customer} has no order {number}; list them with: tui-billing purchase-order list",
            field="order",
            customer=customer.code,
            number=quote(typed.order),
        )
    locked(books, "purchase_order", "id", int(order))  # type: ignore[call-overload]
    return int(order)  # type: ignore[call-overload]


def _order_line(ordered: list[tuple], line: SourceLineContent, order: str, number: int) -> tuple | None:
    """The order line that a delivery line fulfils; None where the order holds no such thing."""
    if line.reference:
        found = next((row for row in ordered if line.reference in (row[1], str(row[2]))), None)
        if found is None and order:
            raise Problem(
                "order {number} has no line {reference}; look at its lines",
                field=f"lines.{number}.reference",
                number=order,
                reference=quote(line.reference),
            )
        return found
    code = line.item.strip().upper()
    return next(
        (row for row in ordered if (code and row[3] == code) or (not code and fold(row[4]) == fold(line.description))),
        None,
    )


def refresh_delivery(books: Books, delivery_id: int, status: str) -> None:
    """What waits of a delivery note, and what came of its order, after it has been entered or changed."""
    books.db.execute_sql(
        books.sql(
            "UPDATE delivery_line SET open = CASE WHEN ? = 'open' THEN quantity - billed ELSE 0 END"
            " WHERE delivery_id = ?"
        ),
        (status, delivery_id),
    )
    books.db.execute_sql(
        books.sql(
            "UPDATE order_line SET delivered = (SELECT coalesce(sum(d.quantity), 0) FROM delivery_line d"
            " JOIN delivery_note n ON n.id = d.delivery_id WHERE d.order_line_id = order_line.id"
            " AND n.status <> 'cancelled')"
            " WHERE order_id = (SELECT order_id FROM delivery_note WHERE id = ?)"
        ),
        (delivery_id,),
    )
