"""Items of the catalogue: what may stand on their cards, and entering one inside an open transaction."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.tables import Item
from tui_billing.models.write import add
from tui_billing.rules.content import CATEGORIES, MAX_PRICE
from tui_billing.rules.money import exponent
from tui_billing.rules.numbers import parse_plain
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import clean, fold, quote
from tui_billing.services.context import Work, company

#: Field -> longest text.
FIELDS = {
    "code": 40,
    "description": 1000,
    "description_fr": 1000,
    "unit": 10,
    "unit_price": 40,
    "currency": 3,
    "vat_category": 2,
    "vat_rate": 40,
    "exemption_code": 40,
    "nature": 10,
}
_CODE = re.compile(r"[A-Z0-9][A-Z0-9._/-]{0,39}")


def check_item(books: Books, data: Mapping[str, str]) -> dict[str, Any]:
    """The values of an item's row; the first wrong field is a Problem with its name."""
    for name in data:
        if name not in FIELDS:
            raise Problem("{name} is not a field of an item", field=name, name=quote(name))
    text = {name: clean(str(data.get(name, "") or ""), limit, name) for name, limit in FIELDS.items()}
    code = text["code"].upper()
    if not _CODE.fullmatch(code):
        raise Problem(
            "{code} is no item code; use letters, digits, dot, dash, for example A10", field="code", code=quote(code)
        )
    if not text["description"]:
        raise Problem("an item needs a description", field="description")
    if not text["unit_price"]:
        raise Problem("an item needs a price; type 0 where it is free", field="unit_price")
    price = parse_plain(text["unit_price"], 6, "unit_price")
    if abs(price) > MAX_PRICE:
        raise Problem("the price is too large; the most is {limit}", field="unit_price", limit=f"{MAX_PRICE:,}")
    currency = text["currency"].upper() or company(books).currency
    exponent(currency)
    rate = parse_plain(text["vat_rate"], 4, "vat_rate") if text["vat_rate"] else None
    if rate is not None and not 0 <= rate <= 100:
        raise Problem("a VAT rate lies between 0 % and 100 %", field="vat_rate")
    category = text["vat_category"].upper() or ("Z" if rate == 0 else "S")
    if category not in CATEGORIES:
        raise Problem(
            "{category} is no VAT category; the usual ones are S, Z, E, AE, K, G and O",
            field="vat_category",
            category=category,
        )
    nature = text["nature"].lower() or "services"
    if nature not in ("goods", "services"):
        raise Problem("the nature of an item is goods or services", field="nature")
    return {
        "code": code,
        "description": text["description"],
        "description_fr": text["description_fr"],
        "search": fold(f"{code} {text['description']} {text['description_fr']}"),
        "unit": text["unit"].upper() or "C62",
        "unit_price": price,
        "currency": currency,
        "vat_category": category,
        "vat_rate": (Decimal(20) if rate is None else rate) if category == "S" else Decimal(0),
        "exemption_code": text["exemption_code"].upper(),
        "nature": nature,
    }


def add_item_in(work: Work, data: Mapping[str, str]) -> int:
    """Enter an item in the open transaction; return its id. A code that is taken is refused."""
    row = check_item(work.books, data)
    if work.books.row("SELECT 1 FROM item WHERE code = ?", (row["code"],)):
        raise Problem("the code {code} is taken; choose another", field="code", code=row["code"])
    item = add(Item, **row)
    after = {name: format(v, "f") if isinstance(v, Decimal) else v for name, v in row.items() if name != "search"}
    work.audit("add", "item", item, {"v": 1, "after": after}, row["code"])
    return item
