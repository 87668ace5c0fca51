"""The command line of an invoice line: `ITEM [QTY] [@PRICE] [-DISC%] [vRATE] [; text]`,
or `[QTY] @PRICE [vRATE] ; text` without a catalogue item.

A discount always ends in `%`, so `-2` is a quantity; a formula is written without blanks (`@=3*45.5`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from tui_billing.rules.numbers import format_number, parse_percent, parse_price, parse_quantity
from tui_billing.rules.problem import Problem

#: Longest command line, in characters; the text of a line has its own, shorter limit.
LINE_LIMIT = 12_000

_QUANTITY = re.compile(r"[*x]?(?:=.+|-?[0-9.,][0-9.,\u202f\u00a0]*)", re.ASCII)
_RATE = re.compile(r"v(=?[0-9.,]+)%?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A typed line; None is what was not typed and comes from the item."""

    item: str = ""
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    discount_percent: Decimal | None = None
    vat_rate: Decimal | None = None
    text: str = ""


def parse_line(text: str, language: str) -> EntryLine:
    """Read a command line; Problem with the field that is wrong ("item", "quantity", "unit_price", ...)."""
    if len(text) > LINE_LIMIT:
        raise Problem("this line is too long; the most is {limit} characters", field="text", limit=LINE_LIMIT)
    command, _, words = text.partition(";")
    tokens = command.split(" ")
    tokens = [token for token in tokens if token.strip()]
    found: dict[str, Decimal] = {}
    item = ""
    for position, token in enumerate(tokens):
        name, value = _read(token, language, first=position == 0)
        if name == "item":
            item = token
            continue
        if name in found:
            raise Problem("{token} is one too many; {name} was given already", field=name, token=token[:40], name=name)
        assert value is not None
        found[name] = value
    line = EntryLine(item=item, text=words.strip(), **found)
    if not item and not line.text:
        raise Problem("type an item, or a price and a text: {example}", field="item", example="2 @45.50 ; Travel")
    if not item and line.unit_price is None:
        raise Problem("a line without an item needs a price: type @ and the price", field="unit_price")
    return line


def _read(token: str, language: str, *, first: bool) -> tuple[str, Decimal | None]:
    if token.startswith("@"):
        return "unit_price", parse_price(token[1:], language)
    if token.startswith("-") and token.endswith("%"):
        return "discount_percent", parse_percent(token[1:], language)
    if match := (None if first else _RATE.fullmatch(token)):
        return "vat_rate", parse_percent(match.group(1), language, "vat_rate")
    if _QUANTITY.fullmatch(token) and not (first and not _is_number(token)):
        return "quantity", parse_quantity(token.lstrip("*x"), language)
    if first:
        return "item", None
    if token.endswith("%"):
        raise Problem("{token} is no discount; type -10%", field="discount_percent", token=token[:40])
    raise Problem(
        "{token} is not understood; a line is ITEM QUANTITY @PRICE -DISCOUNT% ; text",
        field="quantity",
        token=token[:40],
    )


def _is_number(token: str) -> bool:
    """A first word of digits is a quantity only in a line without an item; item codes may begin with x."""
    return token[0] in "=-0123456789.,*"


def format_line(line: EntryLine, language: str) -> str:
    """The command line again, as a line that is reopened shows it."""
    parts = [line.item] if line.item else []
    if line.quantity is not None:
        parts.append(_typed(line.quantity, language))
    if line.unit_price is not None:
        parts.append("@" + _typed(line.unit_price, language))
    if line.discount_percent is not None:
        parts.append(f"-{_typed(line.discount_percent, language)}%")
    if line.vat_rate is not None:
        parts.append("v" + _typed(line.vat_rate, language))
    if line.text:
        parts.append("; " + line.text)
    return " ".join(parts)


def _typed(value: Decimal, language: str) -> str:
    """A number as it can be typed back: no group signs."""
    return format_number(value, language).replace("\u202f", "").replace(",", "" if language == "en" else ",")
