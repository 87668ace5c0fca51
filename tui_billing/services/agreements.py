"""What is agreed with a customer beyond papers: tolerances, confirmed data; and the list price of an item."""

from __future__ import annotations

from decimal import Decimal

from tui_billing.models.door import Books
from tui_billing.models.fields import PRICE, unscaled
from tui_billing.models.tables import Customer, Item, ItemPrice
from tui_billing.models.write import add, change
from tui_billing.rules.content import MAX_PRICE
from tui_billing.rules.problem import NotFound, Problem
from tui_billing.rules.text import quote
from tui_billing.services.balances import locked
from tui_billing.services.context import Context, Work, transact


def set_tolerance(books: Books, context: Context, customer_id: int, quantity: Decimal, price: Decimal) -> None:
    """Let a customer's invoices differ by so many percent from ordered quantities and agreed prices; a supervisor's."""
    for name, percent in (("quantity", quantity), ("price", price)):
        if not 0 <= percent <= 50:
            raise Problem("a tolerance lies between 0 % and 50 %", field=name)

    def do(work: Work) -> None:
        code = _code(books, customer_id)
        change(Customer, customer_id, quantity_tolerance=quantity, price_tolerance=price)
        payload = {"v": 1, "quantity": format(quantity, "f"), "price": format(price, "f")}
        work.audit("set_tolerance", "customer", customer_id, payload, code)

    transact(books, context, "check_rule", do)


def confirm_customer(books: Books, context: Context, customer_id: int) -> None:
    """Say that a customer's card was looked at with the customer, and is right as it stands."""

    def do(work: Work) -> None:
        code = _code(books, customer_id)
        change(Customer, customer_id, confirmed_on=work.today)
        work.audit("confirm", "customer", customer_id, {"v": 1, "confirmed_on": work.today.isoformat()}, code)

    transact(books, context, "customer", do)


def _code(books: Books, customer_id: int) -> str:
    row = locked(books, "customer", "code", customer_id)
    if row is None:
        raise NotFound("there is no customer with id {id}", id=customer_id)
    return str(row[0])


def set_price(books: Books, context: Context, code: str, price: Decimal) -> None:
    """Change an item's list price from today on; the old one is remembered, so that it is known when it is billed."""
    if abs(price) > MAX_PRICE:
        raise Problem("the price is too large; the most is {limit}", field="unit_price", limit=f"{MAX_PRICE:,}")

    def do(work: Work) -> None:
        key = books.value("SELECT id FROM item WHERE code = ?", (code.strip().upper(),))
        if key is None:
            raise NotFound("there is no item {code}; type part of its name to find it", code=quote(code))
        row = locked(books, "item", "code, unit_price, currency, version", int(key))  # type: ignore[call-overload]
        assert row is not None
        before = unscaled(row[1], PRICE)
        if before == price:
            raise Problem("{item} costs {price} already", field="unit_price", item=row[0], price=format(price, "f"))
        add(ItemPrice, item_id=key, unit_price=before, currency=row[2], until=work.today)
        change(Item, key, unit_price=price, version=row[3] + 1)
        payload = {"v": 1, "before": format(before, "f"), "after": format(price, "f")}
        work.audit("price", "item", int(key), payload, row[0])  # type: ignore[call-overload]

    transact(books, context, "item", do)
