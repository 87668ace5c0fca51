"""Lines of an invoice as a clerk picks them: `2 3x1,5 4=100 -5`: line, quantity of it, amount of it, line taken out."""

from __future__ import annotations

from tui_billing.rules.credits import Part
from tui_billing.rules.numbers import parse_amount, parse_quantity
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import quote


def parse_lines(
    text: str, language: str, currency: str, *, quantities: bool = True, out: bool = False, field: str = "lines"
) -> list[Part]:
    """The lines named in `text`, in its order; amounts are with VAT and in minor units.

    With `out` a line may be taken out: `-5`, or `5=0`; its amount is 0.

    Raises Problem for what is no line, and for a line named twice.
    """
    parts: list[Part] = []
    for word in text.replace(";", " ").split():
        position, equals, amount = (f"{word[1:]}=0" if out and word[0] in "-−" else word).partition("=")
        quantity = ""
        if not equals:
            position, times, quantity = word.lower().partition("x")
            if times and (not quantities or not quantity):
                raise _unclear(word, field)
        if not (position.isascii() and position.isdigit() and len(position) < 6) or (equals and not amount):
            raise _unclear(word, field)
        place = int(position)
        if any(part.position == place for part in parts):
            raise Problem("line {line} is named twice with different amounts; name it once", field=field, line=place)
        minor = parse_amount(amount, language, currency, field, allow_negative=False).minor if equals else None
        scaled = int(parse_quantity(quantity, language, field).scaleb(4)) if quantity else None
        parts.append(Part(place, scaled, minor))
    return parts


def _unclear(word: str, field: str) -> Problem:
    return Problem("{text} names no line; type for example 2, or 2=100 for a part of it", field=field, text=quote(word))
