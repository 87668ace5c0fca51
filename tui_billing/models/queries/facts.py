"""Look-ups that entry and the services ask for: customers, items, rates, what is owed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.fields import PERCENT, PRICE, RATE, unscaled
from tui_billing.rules.content import CustomerFacts, ItemFacts
from tui_billing.rules.text import fold

_CUSTOMER = (
    "SELECT c.id, c.code, c.name, coalesce(a.city, ''), c.country, c.language, c.currency, c.terms,"
    " c.vat_category, c.exemption_code, c.purchase_order_required, c.credit_limit, c.buyer_reference,"
    " c.einvoice_format"
    " FROM customer c LEFT JOIN address a ON a.id ="
    " (SELECT min(id) FROM address WHERE customer_id = c.id AND kind = 'billing')"
)
_ITEM = (
    "SELECT id, code, description, description_fr, unit, unit_price, currency, vat_category, vat_rate,"
    " exemption_code, nature FROM item"
)


def _customer(row: tuple[Any, ...]) -> CustomerFacts:
    values: Any = (*row[:10], bool(row[10]), row[11], 0, 0, row[12], row[13])
    return CustomerFacts(*values)


def _item(row: tuple[Any, ...]) -> ItemFacts:
    values: Any = (*row[:5], unscaled(row[5], PRICE), row[6], row[7], unscaled(row[8], PERCENT), row[9], row[10])
    return ItemFacts(*values)


def customer_by_code(books: Books, code: str) -> CustomerFacts | None:
    """The active or inactive customer with exactly this code (letter case does not matter)."""
    row = books.row(_CUSTOMER + " WHERE c.code = ?", (code.strip().upper(),))
    return _customer(row) if row else None


def find_customers(books: Books, text: str, limit: int = 8) -> list[CustomerFacts]:
    """Active customers that fit what was typed: the exact code, then code prefixes, then words of the name."""
    words = fold(text).split()
    if not words:
        return []
    joined = " AND ".join(["c.search LIKE ? ESCAPE '!'"] * len(words))
    rows = books.rows(
        _CUSTOMER + f" WHERE c.active = 1 AND {joined}"
        " ORDER BY CASE WHEN c.code = ? THEN 0 WHEN c.code LIKE ? ESCAPE '!' THEN 1 ELSE 2 END, c.code LIMIT ?",
        (*(f"%{escape(word)}%" for word in words), text.strip().upper(), escape(text.strip().upper()) + "%", limit),
    )
    return [_customer(row) for row in rows]


def item_by_code(books: Books, code: str) -> ItemFacts | None:
    """The item with exactly this code (letter case does not matter)."""
    row = books.row(_ITEM + " WHERE code = ?", (code.strip().upper(),))
    return _item(row) if row else None


def items_by_code(books: Books, codes: list[str]) -> dict[str, ItemFacts]:
    """Items by their codes as typed, in one query."""
    wanted = {code.strip().upper() for code in codes if code.strip()}
    if not wanted:
        return {}
    marks = ", ".join("?" * len(wanted))
    rows = books.rows(_ITEM + f" WHERE code IN ({marks})", sorted(wanted))
    return {facts.code: facts for facts in map(_item, rows)}


def find_items(books: Books, text: str, limit: int = 8) -> list[ItemFacts]:
    """Active items that fit what was typed: the exact code, then code prefixes, then words of the text."""
    words = fold(text).split()
    if not words:
        return []
    joined = " AND ".join(["search LIKE ? ESCAPE '!'"] * len(words))
    rows = books.rows(
        _ITEM + f" WHERE active = 1 AND {joined}"
        " ORDER BY CASE WHEN code = ? THEN 0 WHEN code LIKE ? ESCAPE '!' THEN 1 ELSE 2 END, code LIMIT ?",
        (*(f"%{escape(word)}%" for word in words), text.strip().upper(), escape(text.strip().upper()) + "%", limit),
    )
    return [_item(row) for row in rows]


def escape(word: str) -> str:
    """A word as a LIKE pattern that stands for itself (escape character `!`)."""
    return word.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def owed_by(books: Books, customer_id: int, today: dt.date) -> tuple[int, int]:
    """What a customer owes in the books' currency (credits and money on account taken off), and how many
    of the invoices are overdue."""
    row = books.row(
        "SELECT coalesce(sum(CASE WHEN kind = 'credit_note' THEN -open_base ELSE open_base END), 0),"
        " coalesce(sum(CASE WHEN kind <> 'credit_note' AND next_due < ? THEN 1 ELSE 0 END), 0)"
        " FROM invoice WHERE customer_id = ? AND open <> 0",
        (today.isoformat(), customer_id),
    )
    on_account = books.value(
        "SELECT coalesce(sum(open_base), 0) FROM receipt WHERE customer_id = ? AND open <> 0", (customer_id,)
    )
    assert row is not None
    return int(row[0]) - int(on_account), int(row[1])  # type: ignore[call-overload]


def exchange_rate(books: Books, currency: str, on: dt.date) -> tuple[Decimal, str, dt.date] | None:
    """(rate, source, its date): the latest rate not after `on`; base units for one unit of `currency`."""
    row = books.row(
        "SELECT rate, source, date FROM exchange_rate WHERE currency = ? AND date <= ? ORDER BY date DESC LIMIT 1",
        (currency, on.isoformat()),
    )
    return (unscaled(row[0], RATE), row[1], dt.date.fromisoformat(row[2])) if row else None
