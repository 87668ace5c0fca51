"""Numbers as a clerk types and reads them, in English and in French, and as JSON and storage carry them.

In French `.` and `,` are both the decimal sign (the number pad sends either) and a space groups by threes;
what could be grouping as well ("1.500") is refused. In English `,` groups by threes and `.` is the decimal
sign. Nothing else is a number: no exponent, no NaN, no underscore, no digit but 0 to 9.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal, localcontext

from tui_billing.rules import formula
from tui_billing.rules.money import LIMIT, Money, exponent, from_minor, plain, round_half_up, to_minor
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import quote

QUANTITY_DECIMALS = 4
PRICE_DECIMALS = 6
PERCENT_DECIMALS = 4
#: Longest number or formula, in characters.
FORMULA_LIMIT = formula.MAX_LENGTH
#: Group sign of French numbers (narrow no-break space).
GROUP_FR = "\u202f"
#: Magnitude beyond which a typed number is a slip of the hand, whatever the field.
CEILING = Decimal(LIMIT)

_ZERO = Decimal(0)
# Patterns stand as text: `re` compiles and keeps them at their first use, so that importing costs nothing.
_FRENCH = r"(-?)([1-9][0-9]{0,2}(?:[ \u00a0\u202f][0-9]{3})+|[0-9]+)?(?:[.,]([0-9]+))?"
_ENGLISH = r"(-?)([1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)?(?:\.([0-9]+))?"
_COULD_GROUP = r"-?([1-9][0-9]{0,2})[.,]([0-9]{3})"
# Grouping as somebody else writes it, perhaps with decimals behind another sign.
_GROUPED = r"-?[0-9]{1,3}([.,' \u00a0\u202f])[0-9]{3}(?:\1[0-9]{3})*(?:(?!\1)[.,][0-9]+)?"
_DECIMAL_COMMA = r"-?[0-9]+,[0-9]+"
_PLAIN = r"-?[0-9]+(?:\.[0-9]+)?"


def parse_number(
    text: str,
    language: str,
    *,
    decimals: int,
    field: str = "",
    allow_negative: bool = False,
    maximum: Decimal | None = None,
) -> Decimal:
    """The number that was typed, exact, or the result of a formula that begins with `=`, rounded half up.

    `decimals` is how many the field keeps: a typed number with more is refused, never rounded (zeros at its
    end do not count). `maximum` bounds the magnitude. Raises Problem, and nothing else, for any text.
    """
    text = text.strip()
    example = _example(language, decimals)
    if not text:
        raise Problem("this field is empty; type a number, for example {example}", field=field, example=example)
    if len(text) > FORMULA_LIMIT:
        raise Problem(
            "a number or formula has at most {limit} characters; type for example {example}",
            field=field,
            limit=FORMULA_LIMIT,
            example=example,
        )
    if text.startswith("="):
        value = evaluate(text[1:], language, field)
        _bound(text, value, CEILING, language, field)
        value = round_half_up(value, decimals)
    else:
        value = _read(text, language, decimals, field)
        _bound(text, value, CEILING, language, field)
        _refuse_decimals(text, value, decimals, field, example)
    if value < 0 and not allow_negative:
        raise Problem(
            "{text} is negative; type a number from 0 up, for example {example}",
            field=field,
            text=quote(text),
            example=example,
        )
    if maximum is not None:
        _bound(text, value, maximum, language, field)
    return _tidy(value)


def parse_quantity(text: str, language: str, field: str = "quantity") -> Decimal:
    """A quantity: at most 4 decimals, negative for what is taken back, never 0."""
    value = parse_number(
        text, language, decimals=QUANTITY_DECIMALS, field=field, allow_negative=True, maximum=Decimal(10) ** 9
    )
    if not value:
        raise Problem(
            "a quantity of 0 bills nothing; type for example {example}",
            field=field,
            example=_example(language, QUANTITY_DECIMALS),
        )
    return value


def parse_price(text: str, language: str, field: str = "unit_price") -> Decimal:
    """A unit price in units of the document's currency: at most 6 decimals, may be negative."""
    return parse_number(
        text, language, decimals=PRICE_DECIMALS, field=field, allow_negative=True, maximum=Decimal(10) ** 12
    )


def parse_percent(text: str, language: str, field: str = "discount_percent") -> Decimal:
    """A percentage from 0 to 100 with at most 4 decimals; a `%` behind the number is tolerated."""
    number = text.strip()
    if not number.startswith("="):
        number = number.removesuffix("%")
    value = parse_number(number, language, decimals=PERCENT_DECIMALS, field=field, allow_negative=True)
    if not 0 <= value <= 100:
        raise Problem(
            "{text} is not a percentage from 0 to 100; type for example {example}",
            field=field,
            text=quote(text.strip()),
            example=_example(language, PERCENT_DECIMALS),
        )
    return value


def parse_amount(
    text: str, language: str, currency: str, field: str = "amount", *, allow_negative: bool = True
) -> Money:
    """An amount with no more decimals than its currency has (ISO 4217)."""
    value = parse_number(
        text,
        language,
        decimals=exponent(currency),
        field=field,
        allow_negative=allow_negative,
        maximum=from_minor(LIMIT, currency),
    )
    return Money(to_minor(value, currency, field), currency)


def parse_plain(text: str, decimals: int, field: str = "") -> Decimal:
    """A number in the canonical form of JSON and storage: optional `-`, digits, optional `.` and digits.

    Raises Problem where it is anything else, too large, or has more than `decimals` decimals that count.
    """
    example = _example("en", decimals)
    if not isinstance(text, str) or len(text) > FORMULA_LIMIT or not re.fullmatch(_PLAIN, text):
        raise Problem(
            "{text} is not a number; type for example {example}", field=field, text=quote(text), example=example
        )
    value = Decimal(text)
    _bound(text, value, CEILING, "en", field)
    _refuse_decimals(text, value, decimals, field, example)
    return _tidy(value)


def evaluate(text: str, language: str, field: str = "") -> Decimal:
    """The value of a formula, given without its `=`; not rounded. Problem where it cannot be worked out."""
    example = "=" + ("3*45,5" if language == "fr" else "3*45.5")
    return formula.evaluate(text, lambda literal: _read(literal, language, 1, field), field, example)


def format_number(value: Decimal, language: str, places: int | None = None) -> str:
    """The number with groups of threes: "1,234.50" in English, "1 234,50" (U+202F) in French.

    `places` decimals, rounded half up; without it as many as the value has, in a form that `parse_number`
    reads back: French adds a zero where three decimals could be taken for a group ("1,1250").
    """
    shown = value if places is None else round_half_up(value, places)
    whole, _, fraction = format(shown.copy_abs(), "f").partition(".")
    if places is None:
        fraction = fraction.rstrip("0")
        if language == "fr" and len(fraction) == 3 and len(whole) <= 3 and whole != "0":
            fraction += "0"
    return _written("-" if shown < 0 else "", whole, fraction, language)


def format_money(minor: int, currency: str, language: str, *, code: bool = False) -> str:
    """An amount with all decimals of its currency; with `code` also its ISO code ("1,234.50 EUR")."""
    whole, _, fraction = plain(abs(minor), currency).partition(".")
    text = _written("-" if minor < 0 else "", whole, fraction, language)
    return f"{text} {currency}" if code else text


def _written(sign: str, whole: str, fraction: str, language: str) -> str:
    grouped = f"{int(whole):,}"
    if language == "fr":
        return sign + grouped.replace(",", GROUP_FR) + (f",{fraction}" if fraction else "")
    return sign + grouped + (f".{fraction}" if fraction else "")


def _read(text: str, language: str, decimals: int, field: str) -> Decimal:
    """An unrounded number in the language's form; Problem with a hint where it is none."""
    if language == "fr" and (grouping := re.fullmatch(_COULD_GROUP, text)):
        whole, fraction = grouping.groups()
        sign = "-" if text.startswith("-") else ""
        raise Problem(
            "{text} can be read in two ways; type {one} or {other}",
            field=field,
            text=quote(text),
            one=f"{sign}{whole}{fraction}",
            other=format_number(Decimal(f"{sign}{whole}.{fraction}"), language),
        )
    match = re.fullmatch(_FRENCH if language == "fr" else _ENGLISH, text)
    if match and (match[2] or match[3]):
        digits = "".join(c for c in match[2] or "0" if c in "0123456789")
        return Decimal(f"{match[1]}{digits}.{match[3] or '0'}")
    if meant := _meant(text, language):
        raise Problem(
            "{text} is not how a number is written here; type {example}", field=field, text=quote(text), example=meant
        )
    raise Problem(
        "{text} is not a number; type for example {example}",
        field=field,
        text=quote(text),
        example=_example(language, decimals),
    )


def _meant(text: str, language: str) -> str:
    """A number in another country's form, in this language's; "" where the text is none."""
    if language != "fr" and re.fullmatch(_DECIMAL_COMMA, text):
        return format_number(Decimal(text.replace(",", ".")), language)
    if grouped := re.fullmatch(_GROUPED, text):
        return format_number(Decimal(text.replace(grouped[1], "").replace(",", ".")), language)
    return ""


def _example(language: str, decimals: int) -> str:
    if decimals == 0:
        return "12"
    return "12,5" if language == "fr" else "12.5"


def _refuse_decimals(text: str, value: Decimal, decimals: int, field: str, example: str) -> None:
    if len(format(value, "f").partition(".")[2].rstrip("0")) <= decimals:
        return
    if not decimals:
        raise Problem(
            "{text} has decimals; type a whole number, for example {example}",
            field=field,
            text=quote(text),
            example=example,
        )
    raise Problem(
        "{text} has too many decimals; type at most {places}, for example {example}",
        field=field,
        text=quote(text),
        places=decimals,
        example=example,
    )


def _bound(text: str, value: Decimal, maximum: Decimal, language: str, field: str) -> None:
    if value.copy_abs() > maximum:
        raise Problem(
            "{text} is too large; type at most {limit}",
            field=field,
            text=quote(text),
            limit=format_number(maximum, language),
        )


def _tidy(value: Decimal) -> Decimal:
    """The same number without zeros at its end, without an exponent and without a negative zero."""
    if not value:
        return _ZERO
    with localcontext(Context(prec=100)):
        value = value.normalize()
        return value if int(value.as_tuple().exponent) <= 0 else value.quantize(Decimal(1))
