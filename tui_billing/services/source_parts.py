"""What orders, delivery notes and contracts have in common when they are entered: heads, items, figures."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries import facts
from tui_billing.rules.content import MAX_PRICE, MAX_QUANTITY, CustomerFacts, ItemFacts
from tui_billing.rules.dates import parse_iso
from tui_billing.rules.money import exponent
from tui_billing.rules.numbers import parse_plain
from tui_billing.rules.problem import NotFound, Problem
from tui_billing.rules.sources import SourceContent, SourceLineContent
from tui_billing.rules.text import quote
from tui_billing.rules.units import unit_code
from tui_billing.services.context import Work


def customer_of(books: Books, typed: SourceContent) -> CustomerFacts:
    """The customer of a typed source; a missing or unknown one is a Problem."""
    if not typed.customer:
        raise Problem("There is no customer; type a code or a name", field="customer")
    found = facts.customer_by_code(books, typed.customer)
    if found is None:
        raise NotFound(
            "there is no customer {code}; type part of the name to find the code",
            field="customer",
            code=quote(typed.customer),
        )
    return found


def head_row(work: Work, typed: SourceContent, customer: CustomerFacts) -> dict[str, Any]:
    """The columns that the heads of all three share."""
    return {
        "customer_id": customer.id,
        "number": typed.number,
        "note": typed.note,
        "operator_id": work.operator_id,
        "created_at": work.at,
    }


def day_of(work: Work, text: str, place: str) -> dt.date:
    """An ISO date, or the business date where nothing was typed."""
    return parse_iso(text, place) if text else work.today


def currency_of(typed: SourceContent, customer: CustomerFacts) -> str:
    """The typed currency, or the customer's."""
    currency = typed.currency.upper() or customer.currency
    exponent(currency)
    return currency


def items_of(books: Books, typed: SourceContent) -> dict[str, ItemFacts]:
    """The items that the lines name, by code, in one query."""
    return facts.items_by_code(books, [line.item for line in typed.lines])


def item_of(items: dict[str, ItemFacts], line: SourceLineContent, number: int) -> ItemFacts | None:
    """The item of line `number` (from 1); None for a line of free text."""
    place = f"lines.{number}.item"
    if line.item:
        found = items.get(line.item.strip().upper())
        if found is None:
            raise Problem(
                "there is no item {code}; type part of its name to find it, or ; and a text for a line without one",
                field=place,
                code=quote(line.item),
            )
        return found
    if not line.description:
        raise Problem("line {line} needs an item or a description", field=place, line=number)
    return None


def named_row(
    item: ItemFacts | None, line: SourceLineContent, customer: CustomerFacts, unit: str = ""
) -> dict[str, Any]:
    """The columns that say what a line is of; `unit` stands in where the line names none."""
    return {
        "item_id": item.id if item else None,
        "item_code": item.code if item else "",
        "description": line.description or (item.text(customer.language) if item else ""),
        "unit": unit_code(line.unit) if line.unit else unit or (item.unit if item else "C62"),
    }


def quantity_of(text: str, place: str) -> Decimal:
    """A typed quantity; nothing is 1."""
    quantity = parse_plain(text or "1", 4, place)
    if abs(quantity) > MAX_QUANTITY:
        raise Problem("the quantity is too large; the most is {limit}", field=place, limit=f"{MAX_QUANTITY:,}")
    return quantity


def price_of(text: str, number: int) -> Decimal:
    """The typed price of line `number` (from 1)."""
    place = f"lines.{number}.unit_price"
    price = parse_plain(text, 6, place)
    if abs(price) > MAX_PRICE:
        raise Problem("the price is too large; the most is {limit}", field=place, limit=f"{MAX_PRICE:,}")
    return price


def percent_of(text: str, place: str) -> Decimal:
    """A typed discount in percent; nothing is 0."""
    percent = parse_plain(text, 4, place) if text else Decimal(0)
    if not 0 <= percent <= 100:
        raise Problem("a discount lies between 0 % and 100 %", field=place)
    return percent
