"""A customer's order as it is entered: its lines, more than 0 each, and the contract it calls off."""

from __future__ import annotations

from tui_billing.models.tables import OrderLine, PurchaseOrder
from tui_billing.models.write import add, add_all
from tui_billing.rules.content import CustomerFacts
from tui_billing.rules.match3 import shown
from tui_billing.rules.problem import NotFound, Problem
from tui_billing.rules.sources import SourceContent
from tui_billing.rules.text import quote
from tui_billing.services.context import Work
from tui_billing.services.source_parts import (
    currency_of,
    day_of,
    head_row,
    item_of,
    items_of,
    named_row,
    percent_of,
    price_of,
    quantity_of,
)


def add_order(work: Work, typed: SourceContent, customer: CustomerFacts) -> int:
    """Write an order inside an open transaction; return its id."""
    books = work.books
    contract = None
    if typed.contract:
        contract = books.value(
            "SELECT id FROM contract WHERE customer_id = ? AND number = ?", (customer.id, typed.contract)
        )
        if contract is None:
            raise NotFound(
                "{customer} has no contract {number}; list them with: tui-billing contract list",
                field="contract",
                customer=customer.code,
                number=quote(typed.contract),
            )
    items = items_of(books, typed)
    rows = []
    for number, line in enumerate(typed.lines, 1):
        item = item_of(items, line, number)
        quantity = quantity_of(line.quantity, f"lines.{number}.quantity")
        if quantity <= 0:
            raise Problem(
                "line {line} orders {quantity}; an order names more than 0",
                field=f"lines.{number}.quantity",
                line=number,
                quantity=shown(quantity),
            )
        rows.append(
            {
                "position": number,
                "reference": line.reference,
                **named_row(item, line, customer),
                "quantity": quantity,
                "unit_price": price_of(line.unit_price, number) if line.unit_price else None,
                "discount_percent": percent_of(line.discount_percent, f"lines.{number}.discount_percent"),
            }
        )
    references = [row["reference"] for row in rows if row["reference"]]
    for reference in references:
        if references.count(reference) > 1:
            raise Problem(
                "the line reference {reference} stands there twice; leave one",
                field="lines",
                reference=quote(reference),
            )
    order = add(
        PurchaseOrder,
        **head_row(work, typed, customer),
        date=day_of(work, typed.date, "date"),
        currency=currency_of(typed, customer),
        contract_id=contract,
        source=typed.source,
    )
    add_all(OrderLine, [{"order_id": order, **row} for row in rows])
    return order
