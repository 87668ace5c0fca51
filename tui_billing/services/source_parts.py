"""What orders, delivery notes and contracts have in common when they are entered: customer, day, currency, lines."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries import facts
from tui_billing.rules.content import CustomerFacts
from tui_billing.rules.dates import parse_iso
from tui_billing.rules.money import exponent
from tui_billing.rules.problem import NotFound, Problem
from tui_billing.rules.source_lines import ResolvedSource, check_together, resolve_source_line
from tui_billing.rules.sources import SourceContent
from tui_billing.rules.text import quote
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


def day_of(work: Work, text: str, place: str) -> dt.date:
    """An ISO date, or the business date where nothing was typed."""
    return parse_iso(text, place) if text else work.today


def currency_of(typed: SourceContent, customer: CustomerFacts) -> str:
    """The typed currency, or the customer's."""
    currency = typed.currency.upper() or customer.currency
    exponent(currency)
    return currency


def lines_of(books: Books, typed: SourceContent, customer: CustomerFacts) -> list[ResolvedSource]:
    """Every line with its meaning; the items are read in one query."""
    items = facts.items_by_code(books, [line.item for line in typed.lines])
    lines = [
        resolve_source_line(typed.kind, line, number, items, customer.language)
        for number, line in enumerate(typed.lines, 1)
    ]
    check_together(typed.kind, lines)
    return lines


def line_row(line: ResolvedSource, *columns: str) -> dict[str, Any]:
    """What every line's row says, and of the further columns those that its kind has."""
    names = ("item_id", "item_code", "description", "unit", *columns)
    return {name: getattr(line, name) for name in names}
