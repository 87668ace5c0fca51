"""Payment terms: net days, end of month, a day of the month, instalments, early-payment discount.

The canonical text, as the database keeps it: "30" net days, "0" on receipt; "30eom" thirty days, then the
end of that month; "eom30" the end of the month, then thirty days; "30eom10" then the 10th of the next month;
" -2%/10" behind it, two per cent within ten days; "50%@30+50%@60" instalments. "95%@30+5%@365r": five per cent
are retained for a year (in France the retention money of works, loi 71-584); the invoice and its VAT are whole, a
part of what is to be paid falls due later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from tui_billing.rules import law
from tui_billing.rules.dates import add_months, month_end
from tui_billing.rules.money import exponent, from_minor, round_half_up, split, to_minor
from tui_billing.rules.numbers import format_number
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import quote

MAX_DAYS = 365
MAX_PARTS = 36


@dataclass(frozen=True, slots=True)
class Part:
    """One instalment of the terms: a percentage of what is to be paid, and when; whether it is retained till then."""

    percent: Decimal
    terms: Terms
    retained: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """`end_of_month` is "" (net days), "after" (days, then month end) or "before" (month end, then days)."""

    days: int = 30
    end_of_month: str = ""
    day_of_month: int = 0
    discount_percent: Decimal = Decimal(0)
    discount_days: int = 0
    parts: tuple[Part, ...] = ()

    @property
    def text(self) -> str:
        """The canonical text."""
        if self.parts:
            body = "+".join(f"{_number(part.percent)}%@{part.terms.text}{'r' * part.retained}" for part in self.parts)
        elif self.end_of_month == "after":
            body = f"{self.days}eom{self.day_of_month or ''}"
        elif self.end_of_month == "before":
            body = f"eom{self.days}"
        else:
            body = str(self.days)
        if self.discount_percent:
            body += f" -{_number(self.discount_percent)}%/{self.discount_days}"
        return body


@dataclass(frozen=True, slots=True)
class Instalment:
    """Part of a document's amount (minor units) and the last day to pay it, or till which it is retained."""

    position: int
    due_date: date
    amount: int
    retained: bool = False


def _number(value: Decimal) -> str:
    return format(value.normalize(), "f")


_PERCENT = r"[0-9]{1,3}(?:[.,][0-9]{1,4})?"
_LONGEST = 800


def _refuse(text: str) -> Problem:
    return Problem(
        "{text} is not a term of payment; type for example 30, 30eom, eom30, 50%@30+50%@60 or 30 -2%/10",
        field="terms",
        text=quote(text.strip()),
    )


def parse_terms(text: str) -> Terms:
    """The terms of a text in the canonical form or near it (blanks, capitals, `fdm` for `eom`).

    Raises Problem, and nothing else, for any other text; days go up to 365, instalments up to 36 and add up
    to 100 %.
    """
    if len(text) > _LONGEST:
        raise _refuse(text)
    body = re.sub(r"[ \u00a0\u202f]", "", text.strip().lower()).replace("fdm", "eom")
    percent, days = Decimal(0), 0
    if match := re.fullmatch(rf"(.+?)-({_PERCENT})%/([0-9]{{1,3}})", body):
        body, percent, days = match[1], _decimal(match[2]), int(match[3])
        if not 0 < percent < 100 or days > MAX_DAYS:
            raise _refuse(text)
    if "%" not in body:
        simple = _simple(body, text)
        return replace(simple, discount_percent=percent, discount_days=days)
    parts: list[Part] = []
    for piece in body.split("+"):
        match = re.fullmatch(rf"({_PERCENT})%@(.+?)(r?)", piece)
        if not match or len(parts) == MAX_PARTS:
            raise _refuse(text)
        parts.append(Part(_decimal(match[1]), _simple(match[2], text), bool(match[3])))
    if sum(part.percent for part in parts) != 100 or not all(part.percent for part in parts):
        raise Problem(
            "the instalments of {text} do not add up to 100 %; type for example 50%@30+50%@60",
            field="terms",
            text=quote(text.strip()),
        )
    return Terms(0, "", 0, percent, days, tuple(parts))


def _simple(body: str, text: str) -> Terms:
    match = re.fullmatch(r"([0-9]{1,3})(?:(eom)([0-9]{1,2})?)?|eom([0-9]{1,3})?", body)
    if not match:
        raise _refuse(text)
    days, after, day, before = match.groups()
    if body.startswith("eom"):
        terms = Terms(int(before or 0), "before")
    else:
        terms = Terms(int(days), "after" if after else "", int(day or 0))
    if terms.days > MAX_DAYS or terms.day_of_month > 31:
        raise _refuse(text)
    return terms


def _decimal(digits: str) -> Decimal:
    return Decimal(digits.replace(",", "."))


def _due(issue: date, terms: Terms) -> date:
    if terms.end_of_month == "before":
        return month_end(issue) + timedelta(days=terms.days)
    day = issue + timedelta(days=terms.days)
    if terms.end_of_month == "after":
        day = month_end(day)
        if terms.day_of_month:
            following = add_months(day.replace(day=1), 1)
            day = min(following + timedelta(days=terms.day_of_month - 1), month_end(following))
    return day


def due_date(issue: date, terms: Terms) -> date:
    """The last day to pay; of instalments, the last one's."""
    return max(_due(issue, part.terms) for part in terms.parts) if terms.parts else _due(issue, terms)


def instalments(issue: date, terms: Terms, payable: int) -> list[Instalment]:
    """What is to be paid when, in order of the dates; amounts by largest remainder, their sum exact."""
    if not terms.parts:
        return [Instalment(1, _due(issue, terms), payable)]
    shares = split(payable, [int(part.percent * 10_000) for part in terms.parts])
    dated = sorted(
        (
            (_due(issue, part.terms), index, share)
            for index, (part, share) in enumerate(zip(terms.parts, shares, strict=True))
        ),
        key=lambda each: each[:2],
    )
    return [
        Instalment(position, day, share, terms.parts[index].retained)
        for position, (day, index, share) in enumerate(dated, 1)
    ]


def early_payment(issue: date, terms: Terms, gross: int, currency: str) -> tuple[date, int] | None:
    """(last day, amount to pay) of the early-payment discount, None where none is offered."""
    if not terms.discount_percent:
        return None
    value = from_minor(gross, currency)
    off = round_half_up(value * terms.discount_percent / 100, exponent(currency))
    return issue + timedelta(days=terms.discount_days), gross - to_minor(off, currency)


def warn_terms(terms: Terms) -> bool:
    """Whether the terms are longer than French law allows (L441-10 I: 60 days, or 45 days end of month)."""
    if terms.parts:
        return any(warn_terms(part.terms) for part in terms.parts if not part.retained)
    limit = law.MAX_END_OF_MONTH_DAYS if terms.end_of_month else law.MAX_NET_DAYS
    return terms.days > limit or (terms.end_of_month == "after" and terms.day_of_month > 0 and terms.days > 30)


def describe_terms(terms: Terms, language: str) -> str:
    """The terms in words: "30 days end of month", "30 jours fin de mois"."""
    describe = _in_french if language == "fr" else _in_english
    if not terms.parts:
        text = describe(terms)
    else:
        kept = " (retenue de garantie)" if language == "fr" else " (retention money)"
        text = ", ".join(
            f"{format_number(part.percent, language)} % {describe(part.terms)}{kept if part.retained else ''}"
            for part in terms.parts
        )
    if terms.discount_percent:
        percent, days = format_number(terms.discount_percent, language), terms.discount_days
        if language == "fr":
            text += f", {percent} % d'escompte sous {days} jour{'s' if days > 1 else ''}"
        else:
            text += f", {percent} % off within {days} day{'s' if days != 1 else ''}"
    return text


def _in_english(terms: Terms) -> str:
    days = f"{terms.days} day{'s' if terms.days != 1 else ''}"
    if not terms.end_of_month:
        return days if terms.days else "on receipt"
    if terms.end_of_month == "before":
        return f"end of month + {days}" if terms.days else "end of month"
    text = f"{days} end of month" if terms.days else "end of month"
    return f"{text}, on the {terms.day_of_month}{_ordinal(terms.day_of_month)}" if terms.day_of_month else text


def _in_french(terms: Terms) -> str:
    days = f"{terms.days} jour{'s' if terms.days > 1 else ''}"
    if not terms.end_of_month:
        return days if terms.days else "à réception"
    if terms.end_of_month == "before":
        return f"fin de mois + {days}" if terms.days else "fin de mois"
    text = f"{days} fin de mois" if terms.days else "fin de mois"
    return f"{text}, le {terms.day_of_month}{'er' if terms.day_of_month == 1 else ''}" if terms.day_of_month else text


def _ordinal(number: int) -> str:
    if number in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
