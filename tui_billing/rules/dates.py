"""Dates as a clerk types and reads them (day first in every language) and as JSON carries them (ISO 8601)."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

from tui_billing.rules.problem import Problem
from tui_billing.rules.text import quote

FIRST_YEAR, LAST_YEAR = 1990, 2099
#: A bare day of the month lies at most this many days ahead of today, else it is the month before's.
AHEAD = 20
_LONGEST = 20
_MOST_MONTHS = 120

WEEKDAYS = {
    "en": ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
    "fr": ("lun", "mar", "mer", "jeu", "ven", "sam", "dim"),
}
MONTHS = {
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    "fr": (
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
}
_TODAY = {"en": ("t", ".", "today"), "fr": ("t", ".", "today", "auj")}


def parse_date(text: str, language: str, today: date, reference: date | None = None, field: str = "date") -> date:
    """The date that was typed; Problem, and nothing else, for any other text.

    `t` or `.` today; `+30`, `-2` days from `reference` (today without one); `15` or `15/` the day of this month,
    of last month where it would lie more than 20 days ahead; `15/12`, `15.12`, `15-12`, `1512` in the nearest
    year; `15/12/26`, `15/12/2026`, `151226`, `15122026`; ISO `2026-12-15`; `eom` the end of the month of
    `reference` (or today), `eom+1` of the month after it (in French also `fdm`); `mon` to `sun` (`lun` to `dim`)
    the next such day after today. Years 1990 to 2099; two digits are 20xx.
    """
    typed = text.strip().lower()
    base = reference or today
    if len(typed) > _LONGEST:
        raise _unreadable(text, today, field)
    if typed in _TODAY["fr" if language == "fr" else "en"]:
        return today
    if match := re.fullmatch(r"[+-][0-9]{1,4}", typed):
        return _shift(base, int(match[0]), field)
    if (match := re.fullmatch(r"(eom|fdm)([+-][0-9]{1,3})?", typed)) and (match[1] == "eom" or language == "fr"):
        return _month_end_in(base, int(match[2] or 0), field)
    weekday = _weekday_of(typed, language)
    if weekday is not None:
        return _shift(today, (weekday - today.weekday() - 1) % 7 + 1, field)
    if match := re.fullmatch(r"([0-9]{1,2})[/.]?", typed):
        return _day_of_month(int(match[1]), today, language, field)
    return _parse_digits(typed, text, language, today, field)


def parse_iso(text: str, field: str = "date") -> date:
    """A date in the form of JSON and storage, `2026-12-15`; Problem for anything else."""
    match = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", text) if isinstance(text, str) else None
    if not match:
        raise Problem(
            "{text} is not a date; type year-month-day, for example {example}",
            field=field,
            text=quote(text),
            example="2026-12-15",
        )
    return _build(int(match[1]), int(match[2]), int(match[3]), "en", field, iso=True)


def format_date(day: date, language: str, long: bool = False) -> str:
    """15/12/2026, or with `long` "15 December 2026", "15 décembre 2026" ("1er" for the first in French)."""
    if not long:
        return f"{day.day:02}/{day.month:02}/{day.year:04}"
    number = "1er" if day.day == 1 and language == "fr" else str(day.day)
    return f"{number} {month_name(day.month, language)} {day.year}"


def month_name(month: int, language: str) -> str:
    """The name of a month, 1 to 12, as it stands within a sentence."""
    return MONTHS["fr" if language == "fr" else "en"][month - 1]


def weekday_name(day: date, language: str) -> str:
    """Three letters of the weekday, with a capital in English ("Tue"), without in French ("mar")."""
    return WEEKDAYS["fr"][day.weekday()] if language == "fr" else WEEKDAYS["en"][day.weekday()].capitalize()


def month_end(day: date) -> date:
    """The last day of the day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def add_months(day: date, months: int) -> date:
    """The same day `months` later, the last day of the month where that is shorter (31 January + 1)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _parse_digits(typed: str, text: str, language: str, today: date, field: str) -> date:
    """Day and month in digits, with or without a year."""
    if match := re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", typed):
        return _build(int(match[1]), int(match[2]), int(match[3]), language, field)
    if match := re.fullmatch(r"([0-9]{1,2})([/.-])([0-9]{1,2})(?:\2([0-9]{4}|[0-9]{2}))?[/.]?", typed):
        day, month, year = int(match[1]), int(match[3]), match[4]
    elif match := re.fullmatch(r"([0-9]{2})([0-9]{2})([0-9]{4}|[0-9]{2})?", typed):
        day, month, year = int(match[1]), int(match[2]), match[3]
    else:
        raise _unreadable(text, today, field)
    if year:
        return _build(int(year) + (2000 if len(year) == 2 else 0), month, day, language, field)
    return _nearest_year(day, month, today, language, field)


def _weekday_of(typed: str, language: str) -> int | None:
    """0 for Monday; French screens understand the English names as well, none of which means another day."""
    for known in ("fr", "en") if language == "fr" else ("en",):
        if typed in WEEKDAYS[known]:
            return WEEKDAYS[known].index(typed)
    return None


def _day_of_month(day: int, today: date, language: str, field: str) -> date:
    """The day of this month, or of the month before where this month's lies too far ahead."""
    if not 1 <= day <= 31:
        raise _no_day(day, field)
    month = today.replace(day=1)
    if day - today.day > AHEAD:
        month = add_months(month, -1)
    # A month without the day is said to be wrong: "31" at the end of November is not the 31st of October.
    return _build(month.year, month.month, day, language, field)


def _nearest_year(day: int, month: int, today: date, language: str, field: str) -> date:
    """The day and month of last year, this or the next, whichever is nearest to today."""
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return _build(today.year, month, day, language, field)
    # The year is found by a day that every month has, so that a 29 February that does not exist is not moved
    # to a year in which it does.
    near = min(day, 28)
    years = (today.year, today.year - 1, today.year + 1)
    year = min(years, key=lambda each: abs(date(each, month, near) - today))
    return _build(year, month, day, language, field)


def _build(year: int, month: int, day: int, language: str, field: str, *, iso: bool = False) -> date:
    """The date, or a Problem that says which part of it is wrong."""

    def written(of: date) -> str:
        return of.isoformat() if iso else format_date(of, language)

    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _outside(year, field)
    if not 1 <= month <= 12:
        raise Problem(
            "there is no month {month}; type one from 1 to 12, for example {example}",
            field=field,
            month=month,
            example=written(date(year, 12, min(max(day, 1), 31))),
        )
    if day < 1:
        raise _no_day(day, field)
    days = monthrange(year, month)[1]
    if day > days:
        raise Problem(
            "{month} {year} has only {days} days; type for example {example}",
            field=field,
            month=month_name(month, language),
            year=year,
            days=days,
            example=written(date(year, month, days)),
        )
    return date(year, month, day)


def _shift(day: date, days: int, field: str) -> date:
    try:
        moved = day + timedelta(days)
    except OverflowError:
        raise _outside(day.year, field) from None
    return _within(moved, field)


def _month_end_in(day: date, months: int, field: str) -> date:
    if abs(months) > _MOST_MONTHS:
        raise Problem(
            "{months} months are too many; type at most {limit}, for example {example}",
            field=field,
            months=abs(months),
            limit=_MOST_MONTHS,
            example="eom+1",
        )
    try:
        moved = month_end(add_months(day, months))
    except ValueError:
        raise _outside(day.year, field) from None
    return _within(moved, field)


def _within(day: date, field: str) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _outside(day.year, field)
    return day


def _outside(year: int, field: str) -> Problem:
    return Problem(
        "the year {year} is out of reach; type one from {first} to {last}, for example {example}",
        field=field,
        year=year,
        first=FIRST_YEAR,
        last=LAST_YEAR,
        example="2026",
    )


def _no_day(day: int, field: str) -> Problem:
    return Problem(
        "there is no day {day}; type one from 1 to 31, for example {example}", field=field, day=day, example=15
    )


def _unreadable(text: str, today: date, field: str) -> Problem:
    return Problem(
        "{text} is not a date; type day and month, for example {example}, or t for today",
        field=field,
        text=quote(text.strip()),
        example=f"{today.day:02}/{today.month:02}",
    )
