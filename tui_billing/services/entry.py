"""What invoice entry asks of the books while a clerk types: who, what, at which rate, and what was last billed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar

from tui_billing.models.door import Books
from tui_billing.models.fields import PERCENT, PRICE, QUANTITY, unscaled
from tui_billing.models.queries import facts, sources
from tui_billing.rules.content import CustomerFacts, ItemFacts, LineContent
from tui_billing.rules.match_facts import AgreedPrice, by_item
from tui_billing.rules.text import fold
from tui_billing.services.context import company

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FoundCustomer:
    """The customer that a text means, or those that it could mean; the rate of the customer's currency today."""

    customer: CustomerFacts | None
    others: tuple[CustomerFacts, ...] = ()
    rate: Decimal | None = None


def find_customer(books: Books, text: str, today: dt.date) -> FoundCustomer:
    """The exact code, else the one customer whose code or name begins so, else the one that fits at all."""
    exact = facts.customer_by_code(books, text)
    candidates = () if exact else tuple(facts.find_customers(books, text))
    found = exact or _only(candidates, text, lambda customer: (customer.code, customer.name))
    if found is None:
        return FoundCustomer(None, candidates)
    owed, overdue = facts.owed_by(books, found.id, today)
    rate: Decimal | None = Decimal(1)
    if found.currency != company(books).currency:
        known = facts.exchange_rate(books, found.currency, today)
        rate = known[0] if known else None
    return FoundCustomer(replace(found, owed=owed, overdue=overdue), (), rate)


def agreed_prices(books: Books, customer_id: int, day: dt.date, currency: str, contract: str) -> dict[str, AgreedPrice]:
    """The prices that contracts give a customer on a day, by item; of the contract named alone, where it is theirs."""
    return by_item(sources.agreed_prices(books, customer_id, day, currency, number=contract.strip()))


def find_item(books: Books, text: str) -> tuple[ItemFacts | None, tuple[ItemFacts, ...]]:
    """(the item that a text means, those that it could mean), by the same rule."""
    exact = facts.item_by_code(books, text)
    if exact:
        return exact, ()
    candidates = tuple(facts.find_items(books, text))
    return _only(candidates, text, lambda item: (item.code, item.description)), candidates


def _only(candidates: Sequence[T], text: str, names: Callable[[T], tuple[str, str]]) -> T | None:
    """The one thing whose code begins so, else the one of which a word begins so; None where several fit.

    A text inside a word means nothing yet: a slip such as "2" must not bill B20.
    """
    wanted = fold(text)
    for starts in (
        lambda one: fold(names(one)[0]).startswith(wanted),
        lambda one: all(any(word.startswith(part) for word in _words(names(one))) for part in wanted.split()),
    ):
        fitting = [one for one in candidates if starts(one)]
        if fitting:
            return fitting[0] if len(fitting) == 1 else None
    return None


def _words(names: tuple[str, str]) -> list[str]:
    return fold(" ".join(names)).split()


def last_lines(books: Books, customer_id: int) -> list[LineContent]:
    """The lines of the customer's last invoice, as they would be typed; [] where there is none."""
    number = books.value(
        "SELECT id FROM invoice WHERE customer_id = ? AND state = 'issued' AND kind = 'invoice'"
        " ORDER BY issue_date DESC, id DESC LIMIT 1",
        (customer_id,),
    )
    rows = books.rows(
        "SELECT item_code, description, quantity, unit, unit_price, discount_percent, vat_category, vat_rate"
        " FROM invoice_line WHERE invoice_id = ? ORDER BY position",
        (number or 0,),
    )
    return [
        LineContent(
            item=code,
            description="" if code else description,
            quantity=format(unscaled(quantity, QUANTITY), "f"),
            unit="" if code else unit,
            unit_price=format(unscaled(price, PRICE), "f"),
            discount_percent=format(unscaled(discount, PERCENT), "f") if discount else "",
            vat_category="" if code else category,
            vat_rate="" if code or category != "S" else format(unscaled(rate, PERCENT), "f"),
        )
        for code, description, quantity, unit, price, discount, category, rate in rows
    ]
