"""Items of the catalogue as the screens ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.fields import PERCENT, PRICE, unscaled
from tui_billing.models.queries.facts import escape
from tui_billing.models.queries.pages import Source, count_up_to, read_page

COUNTED = 100_000


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item in the list; the price in major units of its currency, the rate in percent."""

    key: tuple[Any, ...]
    id: int
    code: str
    description: str
    description_fr: str
    unit: str
    unit_price: Decimal
    currency: str
    vat_category: str
    vat_rate: Decimal
    nature: str
    active: bool


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Rows in the order of the list, and whether there are more on either side."""

    rows: tuple[ItemRow, ...]
    more_before: bool
    more_after: bool


def _source(words: Sequence[str]) -> Source:
    select = (
        "i.code, i.id, i.description, i.description_fr, i.unit, i.unit_price, i.currency, i.vat_category, i.vat_rate,"
        " i.nature, i.active"
    )
    source = Source(select, "item i", ("i.code",))
    for word in words:
        source = source.only("i.search LIKE ? ESCAPE '!'", f"%{escape(word)}%")
    return source


def page(books: Books, words: Sequence[str], direction: str, key: Sequence[Any] | None, limit: int) -> ItemPage:
    """A page of the items whose code or text holds all words (folded), by code."""
    found = read_page(books, _source(words), direction, key, limit)
    rows = tuple(
        ItemRow(
            (row[0],),
            row[1],
            row[0],
            row[2],
            row[3],
            row[4],
            unscaled(row[5], PRICE),
            row[6],
            row[7],
            unscaled(row[8], PERCENT),
            row[9],
            bool(row[10]),
        )
        for row in found.rows
    )
    return ItemPage(rows, found.more_before, found.more_after)


def count(books: Books, words: Sequence[str]) -> tuple[int, bool]:
    """(how many items are wanted, whether there are more than that)."""
    return count_up_to(books, _source(words), COUNTED)
