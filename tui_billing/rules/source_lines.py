"""What a typed line of an order, a delivery note or a contract stands for: item, unit, quantity, price, ceiling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tui_billing.rules.content import MAX_PRICE, MAX_QUANTITY, ItemFacts
from tui_billing.rules.numbers import parse_plain
from tui_billing.rules.problem import Problem
from tui_billing.rules.sources import SourceLineContent
from tui_billing.rules.text import quote
from tui_billing.rules.units import unit_code

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class ResolvedSource:
    """A line with everything known; `unit_price` None: the order names no price; `ceiling` 0: there is none."""

    item_id: int | None
    item_code: str
    description: str
    unit: str
    quantity: Decimal = Decimal(1)
    unit_price: Decimal | None = None
    discount_percent: Decimal = _ZERO
    ceiling: Decimal = _ZERO
    reference: str = ""


def resolve_source_line(
    kind: str,
    line: SourceLineContent,
    number: int,
    items: Mapping[str, ItemFacts],
    language: str,
    unit: str = "",
) -> ResolvedSource:
    """Give line `number` (from 1) of a `kind` its meaning; `unit` stands in where neither line nor item names one.

    Raises Problem at "lines.N.name".
    """

    def place(name: str) -> str:
        return f"lines.{number}.{name}"

    item = _item(items, line, number)
    quantity = _quantity(line.quantity, place("quantity"))
    if kind == "order" and quantity <= 0:
        raise Problem(
            "line {line} orders {quantity}; an order names more than 0",
            field=place("quantity"),
            line=number,
            quantity=format(quantity.normalize(), "f"),
        )
    if kind == "delivery" and not quantity:
        raise Problem(
            "line {line} delivers 0; take the line out, or type what came", field=place("quantity"), line=number
        )
    if kind == "contract" and not line.unit_price:
        raise Problem("line {line} needs a price: type @ and the price", field=place("unit_price"), line=number)
    ceiling = _quantity(line.ceiling, place("ceiling")) if line.ceiling else _ZERO
    if ceiling < 0:
        raise Problem("a ceiling lies above 0", field=place("ceiling"))
    return ResolvedSource(
        item_id=item.id if item else None,
        item_code=item.code if item else "",
        description=line.description or (item.text(language) if item else ""),
        unit=unit_code(line.unit) if line.unit else unit or (item.unit if item else "C62"),
        quantity=quantity,
        unit_price=_price(line.unit_price, place("unit_price")) if line.unit_price else None,
        discount_percent=_percent(line.discount_percent, place("discount_percent")),
        ceiling=ceiling,
        reference=line.reference,
    )


def check_together(kind: str, lines: Sequence[ResolvedSource]) -> None:
    """What no line shows alone: a line reference, or the price of an item, that stands there twice."""
    if kind == "order":
        references = [line.reference for line in lines if line.reference]
        twice = next((one for one in references if references.count(one) > 1), None)
        if twice:
            raise Problem(
                "the line reference {reference} stands there twice; leave one", field="lines", reference=quote(twice)
            )
    if kind == "contract":
        codes = [line.item_code for line in lines if line.item_code]
        twice = next((one for one in codes if codes.count(one) > 1), None)
        if twice:
            at = max(number for number, line in enumerate(lines, 1) if line.item_code == twice)
            raise Problem(
                "{item} has two prices in this contract; leave one", field=f"lines.{at}.unit_price", item=twice
            )


def _item(items: Mapping[str, ItemFacts], line: SourceLineContent, number: int) -> ItemFacts | None:
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


def _quantity(text: str, place: str) -> Decimal:
    quantity = parse_plain(text or "1", 4, place)
    if abs(quantity) > MAX_QUANTITY:
        raise Problem("the quantity is too large; the most is {limit}", field=place, limit=f"{MAX_QUANTITY:,}")
    return quantity


def _price(text: str, place: str) -> Decimal:
    price = parse_plain(text, 6, place)
    if abs(price) > MAX_PRICE:
        raise Problem("the price is too large; the most is {limit}", field=place, limit=f"{MAX_PRICE:,}")
    return price


def _percent(text: str, place: str) -> Decimal:
    percent = parse_plain(text, 4, place) if text else _ZERO
    if not 0 <= percent <= 100:
        raise Problem("a discount lies between 0 % and 100 %", field=place)
    return percent
