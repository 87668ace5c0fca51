"""A delivery note as it is entered: against an order, in the order's units, never taking back more than came."""

from __future__ import annotations

from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.fields import QUANTITY, scaled, unscaled
from tui_billing.models.tables import DeliveryLine, DeliveryNote, OrderLine
from tui_billing.models.write import add, add_all, change
from tui_billing.rules.content import CustomerFacts
from tui_billing.rules.match3 import shown
from tui_billing.rules.problem import NotFound, Problem
from tui_billing.rules.sources import SourceContent, SourceLineContent
from tui_billing.rules.text import fold, quote
from tui_billing.services.balances import locked
from tui_billing.services.context import Work
from tui_billing.services.source_parts import day_of, head_row, item_of, items_of, named_row, quantity_of


def add_delivery(work: Work, typed: SourceContent, customer: CustomerFacts) -> int:
    """Write a delivery note inside an open transaction and keep what came of its order; return its id."""
    books = work.books
    order = None
    if typed.order:
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
    items = items_of(books, typed)
    ordered = books.rows(
        "SELECT id, reference, position, item_code, description, unit, delivered FROM order_line WHERE order_id = ?"
        " ORDER BY position",
        (order or 0,),
    )
    came: dict[int, int] = {row[0]: row[6] for row in ordered}
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(typed.lines, 1):
        place = f"lines.{number}.quantity"
        quantity = quantity_of(line.quantity, place)
        if not quantity:
            raise Problem("line {line} delivers 0; take the line out, or type what came", field=place, line=number)
        of_order = _order_line(ordered, line, typed.order, number)
        if of_order and not line.item and not line.description:
            line.item, line.description = of_order[3], "" if of_order[3] else of_order[4]
        item = item_of(items or items_of(books, typed), line, number)
        named = named_row(item, line, customer, unit=of_order[5] if of_order else "")
        if of_order and named["unit"] != of_order[5]:
            raise Problem(
                "line {line} is delivered in {unit} and was ordered in {other}; type the quantity in {other}",
                field=f"lines.{number}.unit",
                line=number,
                unit=named["unit"],
                other=of_order[5],
            )
        if of_order:
            came[of_order[0]] += scaled(quantity, QUANTITY)
            if came[of_order[0]] < 0:
                raise Problem(
                    "line {line} takes back {quantity}, more than order {number} has had delivered; type fewer",
                    field=place,
                    line=number,
                    quantity=shown(-quantity),
                    number=typed.order,
                )
        elif quantity < 0 and not of_order and order:
            raise Problem(
                "line {line} takes back what order {number} does not hold; name the order line it comes from",
                field=f"lines.{number}.item",
                line=number,
                number=typed.order,
            )
        rows.append(
            {
                "position": number,
                "order_line_id": of_order[0] if of_order else None,
                **named,
                "quantity": quantity,
                "open": quantity,
            }
        )
    note = add(
        DeliveryNote,
        **head_row(work, typed, customer),
        date=day_of(work, typed.date, "date"),
        order_id=order,
        received_by=typed.received_by,
        source=typed.source,
    )
    add_all(DeliveryLine, [{"delivery_id": note, **row} for row in rows])
    for key, delivered in came.items():
        change(OrderLine, key, delivered=unscaled(delivered, QUANTITY))
    return note


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
    """What waits of a delivery note, and what came of its order, after its status has changed."""
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
            " AND n.status <> 'cancelled') WHERE id IN"
            " (SELECT order_line_id FROM delivery_line WHERE delivery_id = ?)"
        ),
        (delivery_id,),
    )
