"""The command line of an invoice line: `ITEM [QTY] [@PRICE] [-DISC%] [vRATE] [; text]`, or
`[QTY] @PRICE [vRATE] ; text` without an item of the catalogue.

A discount always ends in `%`, so `-2` is a quantity; a formula is written without blanks (`@=3*45.5`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from tui_billing.rules.numbers import GROUP_FR, format_number, parse_percent, parse_price, parse_quantity
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import clean, quote

#: Longest command line, in characters; the text of a line has its own, shorter limit.
LINE_LIMIT = 12_000
ITEM_LIMIT = 40


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A typed line; None or "" is what was not typed and comes from the item and the customer."""

    item: str = ""
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    discount_percent: Decimal | None = None
    vat_rate: Decimal | None = None
    text: str = ""


def parse_line(text: str, language: str, *, priced: bool = True) -> EntryLine:
    """What a command line says. With `priced` off, `QTY ; text` is a line too: what is ordered or delivered may do
    without item and price.

    Raises Problem, and nothing else, with the field that is wrong: "item", "quantity", "unit_price",
    "discount_percent", "vat_rate" or "text". Whether the item exists is not asked here.
    """
    command, _, words = clean(text, LINE_LIMIT, "text").partition(";")
    # Not split(): a no-break space groups the digits of a French number.
    tokens = [token.strip() for token in command.split(" ") if token.strip()]
    words = words.strip()
    item = ""
    if tokens and _names_item(tokens, words, priced=priced):
        item = clean(tokens.pop(0), ITEM_LIMIT, "item")
    found: dict[str, Decimal] = {}
    for token in _join_signs(tokens):
        field = _field_of(token)
        if field in found:
            raise _twice(field, token)
        found[field] = _value_of(token, field, language)
    if not item and not words:
        raise Problem(
            "type an item, or a price and a text, for example {example}", field="item", example=_example(language)
        )
    if priced and not item and "unit_price" not in found:
        raise Problem(
            "a line without an item needs a price; type for example {example}",
            field="unit_price",
            example=_example(language),
        )
    return EntryLine(item=item, text=words, **found)


def format_line(line: EntryLine, language: str) -> str:
    """The command line that says the line, as it stands when the line is reopened.

    An item whose code is a number gets its quantity, also the quantity of 1 that was left out: alone before a
    price and a text it would itself be read as the quantity.
    """
    quantity = line.quantity
    if quantity is None and line.unit_price is not None and line.text and _begins_quantity(line.item):
        quantity = Decimal(1)
    parts = [line.item] if line.item else []
    if quantity is not None:
        parts.append(_typed(quantity, language))
    if line.unit_price is not None:
        parts.append("@" + _typed(line.unit_price, language))
    if line.discount_percent is not None:
        parts.append(f"-{_typed(line.discount_percent, language)}%")
    if line.vat_rate is not None:
        parts.append("v" + _typed(line.vat_rate, language))
    if line.text:
        parts.append("; " + line.text)
    return " ".join(parts)


def _names_item(tokens: list[str], words: str, *, priced: bool) -> bool:
    """Whether the first token is an item and not already the quantity, price or discount."""
    first = tokens[0]
    if first[0] in "@*=" or (first[0] == "-" and (first.endswith("%") or _begins_quantity(first))):
        return False
    if not _begins_quantity(first):
        return True
    # Item codes of digits are common: a number stands for the quantity only in a line that has a price and a
    # text and no other quantity.
    others = [_field_of(token) for token in _join_signs(tokens[1:])]
    if re.fullmatch(r"[0-9]+", first):
        return not (words and ("unit_price" in others or not priced) and "quantity" not in others)
    return "quantity" in others


def _begins_quantity(token: str) -> bool:
    """Whether a token is written with the signs of a number and nothing else."""
    return re.fullmatch(r"-?[0-9.,\u00a0\u202f]+", token) is not None


def _join_signs(tokens: list[str]) -> list[str]:
    """The tokens with a lone `x` or `*` put before the quantity it stands for."""
    joined: list[str] = []
    for token in tokens:
        if joined and joined[-1] in ("x", "X", "*") and token[0] not in "@xX*":
            joined[-1] += token
        else:
            joined.append(token)
    return joined


def _field_of(token: str) -> str:
    """The field that a token after the item is meant for, also where it is not well written."""
    if token[0] == "@":
        return "unit_price"
    if token.endswith("%") and token[0] not in "vV=*xX@":
        return "discount_percent"
    return "vat_rate" if token[0] in "vV" else "quantity"


def _value_of(token: str, field: str, language: str) -> Decimal:
    if field == "unit_price":
        return parse_price(token[1:], language)
    if field == "vat_rate":
        return parse_percent(token[1:], language, field)
    if field == "quantity":
        return parse_quantity(token[1:] if token[0] in "*xX" else token, language)
    if token[0] != "-":
        raise Problem(
            "{text} is not a discount; type it with its minus sign, for example {example}",
            field=field,
            text=quote(token),
            example="-10%",
        )
    return parse_percent(token[1:], language, field)


def _twice(field: str, token: str) -> Problem:
    text = quote(token)
    if field == "unit_price":
        return Problem("{text} is a second price; type one @ only, for example @12", field=field, text=text)
    if field == "discount_percent":
        return Problem("{text} is a second discount; type one only, for example -10%", field=field, text=text)
    if field == "vat_rate":
        return Problem("{text} is a second VAT rate; type one only, for example v20", field=field, text=text)
    return Problem("{text} is a second quantity; type a text behind ; and a price behind @", field=field, text=text)


def _example(language: str) -> str:
    return "2 @45,50 ; Déplacement" if language == "fr" else "2 @45.50 ; Travel"


def _typed(value: Decimal, language: str) -> str:
    """A number as it can be typed back within a line: no group signs."""
    return format_number(value, language).replace(GROUP_FR if language == "fr" else ",", "")
