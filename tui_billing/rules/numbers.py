"""Typed numbers: one strict parser, a formula in front where `=` stands, and the printed form.

In French both `.` and `,` are the decimal sign, since number pads send either, and what could be grouping
("1.500") is refused; in English `,` groups by threes and `.` is the decimal sign. Nothing is guessed.
"""

from __future__ import annotations

import re
from decimal import Decimal, DivisionByZero, InvalidOperation, localcontext

from tui_billing.rules.money import LIMIT, Money, exponent, from_minor, round_half_up, to_minor
from tui_billing.rules.problem import Problem

QUANTITY_DECIMALS = 4
PRICE_DECIMALS = 6
PERCENT_DECIMALS = 4
#: Longest formula, in characters.
FORMULA_LIMIT = 64
#: Group sign of French amounts (narrow no-break space).
GROUP_FR = "\u202f"

_SPACES = " \u00a0\u202f"
_PLAIN = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,12})?", re.ASCII)
_EN = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,20})?(?:\.([0-9]{0,20}))?", re.ASCII)
_FR = re.compile(rf"([0-9]{{1,3}}(?:[{_SPACES}][0-9]{{3}})+|[0-9]{{1,20}})?(?:[.,]([0-9]{{0,20}}))?", re.ASCII)


def _example(language: str, decimals: int) -> str:
    if not decimals:
        return "12"
    return "12,50" if language == "fr" else "12.50"


def parse_number(
    text: str,
    language: str,
    *,
    decimals: int,
    field: str = "",
    allow_negative: bool = False,
    maximum: Decimal | None = None,
) -> Decimal:
    """The number of a typed text, exact, with at most `decimals` decimals.

    A text that begins with `=` is a formula; its result is rounded half up to the field's decimals.
    """
    typed = text.strip().strip(_SPACES)
    if typed.startswith("="):
        value = round_half_up(evaluate(typed[1:], language, field), decimals)
    else:
        value = _literal(typed, language, decimals, field)
    if value < 0 and not allow_negative:
        raise Problem("{text} is negative; type a number of 0 or more", field=field, text=typed[:40])
    if maximum is not None and abs(value) > maximum:
        raise Problem("{text} is too large; the most is {limit}", field=field, text=typed[:40], limit=f"{maximum:,}")
    return value


def _literal(typed: str, language: str, decimals: int | None, field: str) -> Decimal:
    sign = ""
    body = typed
    if body.startswith("-"):
        sign, body = "-", body[1:]
    match = (_FR if language == "fr" else _EN).fullmatch(body)
    if not match or not re.search("[0-9]", body):
        raise Problem(
            "{text} is not a number; type for example {example}",
            field=field,
            text=typed[:40],
            example=_example(language, 2 if decimals is None else decimals),
        )
    fraction = (match.group(2) if language == "fr" else match.group(1)) or ""
    if language == "fr":
        whole = match.group(1) or ""
        if len(fraction) == 3 and whole.isdigit() and 0 < len(whole) <= 3 and whole != "0":
            raise Problem(
                "{text} can be read in two ways; type {one} or {other}",
                field=field,
                text=typed[:40],
                one=whole + fraction,
                other=f"{whole},{fraction}0",
            )
        digits = re.sub(f"[{_SPACES}]", "", whole)
    else:
        digits = body.partition(".")[0].replace(",", "")
    value = Decimal(f"{sign}{digits or '0'}.{fraction or '0'}")
    if decimals is not None:
        kept = fraction.rstrip("0")
        if len(kept) > decimals:
            raise Problem(
                "{text} has too many decimals; {places} fit here", field=field, text=typed[:40], places=decimals
            )
        with localcontext() as context:
            context.prec = 60
            value = value.quantize(Decimal(1).scaleb(-min(decimals, len(fraction))))
    if abs(value) > LIMIT:
        raise Problem("{text} is too large; the most is {limit}", field=field, text=typed[:40], limit=f"{LIMIT:,}")
    return value


def parse_quantity(text: str, language: str, field: str = "quantity") -> Decimal:
    """A quantity: up to 4 decimals, negative for what is taken back, never 0."""
    value = parse_number(
        text, language, decimals=QUANTITY_DECIMALS, field=field, allow_negative=True, maximum=Decimal(10) ** 9
    )
    if not value:
        raise Problem("a quantity of 0 bills nothing; type how many", field=field)
    return value


def parse_price(text: str, language: str, field: str = "unit_price") -> Decimal:
    """A unit price: up to 6 decimals, may be negative."""
    return parse_number(
        text, language, decimals=PRICE_DECIMALS, field=field, allow_negative=True, maximum=Decimal(10) ** 12
    )


def parse_percent(text: str, language: str, field: str = "discount_percent") -> Decimal:
    """A percentage from 0 to 100, up to 4 decimals; a `%` behind it is tolerated."""
    value = parse_number(text.strip().removesuffix("%"), language, decimals=PERCENT_DECIMALS, field=field)
    if value > 100:
        raise Problem("{text} % is too much; a percentage lies between 0 and 100", field=field, text=text.strip()[:40])
    return value


def parse_amount(text: str, language: str, currency: str, field: str = "amount") -> Money:
    """An amount with no more decimals than its currency; it may be negative."""
    value = parse_number(text, language, decimals=exponent(currency), field=field, allow_negative=True)
    return Money(to_minor(value, currency, field), currency)


def parse_plain(text: str, decimals: int, field: str = "") -> Decimal:
    """The canonical form of JSON and storage: optional `-`, digits, optional `.` and digits; nothing else."""
    if not _PLAIN.fullmatch(text):
        raise Problem(
            "{text} is not a number; type for example {example}", field=field, text=text[:40], example="12.50"
        )
    value = Decimal(text)
    if len(text.partition(".")[2].rstrip("0")) > decimals:
        raise Problem("{text} has too many decimals; {places} fit here", field=field, text=text[:40], places=decimals)
    return value


# -- formulas ------------------------------------------------------------


class _Formula:
    """Recursive descent over Decimal: + - * / % and brackets; `100-3%` takes 3 per cent of 100."""

    _TOKEN = re.compile(rf"[{_SPACES}]*([0-9.,]+|[-+*/%()])", re.ASCII)

    def __init__(self, text: str, language: str, field: str) -> None:
        self.language, self.field, self.text = language, field, text
        self.tokens: list[str] = []
        place = 0
        stripped = text.rstrip(_SPACES)
        while place < len(stripped):
            match = self._TOKEN.match(stripped, place)
            if not match:
                raise self.wrong()
            self.tokens.append(match.group(1))
            place = match.end()
        self.at = 0
        self.depth = 0

    def wrong(self) -> Problem:
        return Problem(
            "the formula ={text} cannot be worked out; type for example {example}",
            field=self.field,
            text=self.text[:40],
            example="=3*45,5" if self.language == "fr" else "=3*45.5",
        )

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.at += 1
        return token

    def sum(self) -> Decimal:
        value = self.product()
        while self.peek() and self.peek() in "+-":
            sign = self.take()
            start = self.at
            right = self.product()
            if self.tokens[self.at - 1] == "%" and self.at - start == 2:
                right = value * right  # "100-3%": the percentage is of what stands before it
            value = value + right if sign == "+" else value - right
        return value

    def product(self) -> Decimal:
        value = self.factor()
        while self.peek() and self.peek() in "*/":
            value = value * self.factor() if self.take() == "*" else value / self.factor()
        return value

    def factor(self) -> Decimal:
        token = self.take()
        if token == "-":
            return -self.factor()
        if token == "(":
            self.depth += 1
            if self.depth > 16:
                raise self.wrong()
            value = self.sum()
            if self.take() != ")":
                raise self.wrong()
            self.depth -= 1
        elif token and token not in "+*/%)":
            value = _literal(token, self.language, None, self.field)
        else:
            raise self.wrong()
        if self.peek() == "%":
            self.take()
            value = value / 100
        return value


def evaluate(text: str, language: str, field: str = "") -> Decimal:
    """The value of a formula, without its `=`; Problem where it cannot be worked out."""
    if len(text) > FORMULA_LIMIT:
        raise Problem("a formula has at most {limit} characters", field=field, limit=FORMULA_LIMIT)
    with localcontext() as context:
        context.prec = 40
        formula = _Formula(text, language, field)
        try:
            value = formula.sum()
        except (DivisionByZero, InvalidOperation):
            raise formula.wrong() from None
        if formula.peek():
            raise formula.wrong()
        if abs(value) > LIMIT:
            raise Problem(
                "the result of ={text} is too large; the most is {limit}",
                field=field,
                text=text[:40],
                limit=f"{LIMIT:,}",
            )
        return value


# -- printing ------------------------------------------------------------


def format_number(value: Decimal, language: str, places: int | None = None) -> str:
    """The number as it is printed: "1,234.5" in English, "1 234,5" in French (narrow no-break space).

    `places` None prints as many decimals as there are. A French number with a whole part of one to three
    digits and exactly three decimals gets a fourth, so that it can be typed back ("1,1250").
    """
    if places is None:
        text = format(value, "f")
        if "." in text:
            text = text.rstrip("0").rstrip(".")
    else:
        text = format(round_half_up(value, places), "f")
    sign = "-" if text.startswith("-") and text.strip("-0.") else ""
    whole, _, fraction = text.lstrip("-").partition(".")
    if places is None and language == "fr" and len(fraction) == 3 and len(whole) <= 3 and whole != "0":
        fraction += "0"
    grouped = f"{int(whole):,}"
    if language == "fr":
        grouped = grouped.replace(",", GROUP_FR)
    return sign + grouped + (("," if language == "fr" else ".") + fraction if fraction else "")


def format_money(minor: int, currency: str, language: str, *, code: bool = False) -> str:
    """An amount with all its currency's decimals; with `code`, the ISO code behind it."""
    text = format_number(from_minor(minor, currency), language, exponent(currency))
    return f"{text} {currency}" if code else text
