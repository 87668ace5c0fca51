"""Dates as a clerk types them: `t`, `+30`, `15`, `15/12`, `151226`, `eom`, a weekday, ISO; day first."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from tui_billing.rules.problem import Problem

FIRST_YEAR, LAST_YEAR = 1990, 2099
#: A bare day lies at most this many days ahead, else it is meant of the month before.
AHEAD = 20

WEEKDAYS = {
    "en": ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
    "fr": ("lun", "mar", "mer", "jeu", "ven", "sam", "dim"),
}
MONTHS = {
    "en": (["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]),
    "fr": ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"],
}


def month_end(day: date) -> date:
    """The last day of the day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def add_months(day: date, months: int) -> date:
    """The same day `months` later, the last of the month where that has fewer days."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def parse_date(text: str, language: str, today: date, reference: date | None = None, field: str = "date") -> date:
    """The date of a typed text; `reference` is what `+30`, `-2` and `eom` count from (else today)."""
    typed = text.strip().lower()
    base = reference or today
    if typed in ("t", ".", "today", "auj"):
        return today
    if re.fullmatch(r"[+-][0-9]{1,4}", typed, re.ASCII):
        return _checked(base + timedelta(days=int(typed)), text, field)
    if match := re.fullmatch(r"(?:eom|fdm)(?:\+([0-9]{1,2}))?", typed, re.ASCII):
        return _checked(month_end(add_months(base.replace(day=1), int(match.group(1) or 0))), text, field)
    if typed in WEEKDAYS["en"] or typed in WEEKDAYS["fr"]:
        names = WEEKDAYS[
            language if typed in WEEKDAYS.get(language, ()) else ("en" if typed in WEEKDAYS["en"] else "fr")
        ]
        return today + timedelta(days=(names.index(typed) - today.weekday() - 1) % 7 + 1)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", typed, re.ASCII):
        year, month, day = map(int, typed.split("-"))
        return _make(year, month, day, field)
    if re.fullmatch(r"[0-9]{1,2}[/.]?", typed, re.ASCII):
        return _nearest_month(int(typed.rstrip("/.")), today, field)
    parts = re.fullmatch(r"([0-9]{1,2})[/.-]([0-9]{1,2})(?:[/.-]([0-9]{2}|[0-9]{4}))?[/.]?", typed, re.ASCII)
    digits = re.fullmatch(r"([0-9]{2})([0-9]{2})([0-9]{2}|[0-9]{4})?", typed, re.ASCII)
    if match := parts or digits:
        day, month = int(match.group(1)), int(match.group(2))
        if match.group(3):
            year = int(match.group(3))
            return _make(year + 2000 if year < 100 else year, month, day, field)
        return _nearest_year(month, day, today, field)
    raise Problem(
        "{text} is not a date; type for example 15, 15/12, 15/12/26, t for today or +30",
        field=field,
        text=text.strip()[:40],
    )


def parse_iso(text: str, field: str = "date") -> date:
    """An ISO date, as JSON and the database carry it."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII):
        raise Problem(
            "{text} is not a date; type for example {example}", field=field, text=text[:40], example="2026-12-15"
        )
    year, month, day = map(int, text.split("-"))
    return _make(year, month, day, field)


def _make(year: int, month: int, day: int, field: str) -> date:
    if not 1 <= month <= 12:
        raise Problem("there is no month {month}; a year has 12", field=field, month=month)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Problem(
            "the year {year} is out of reach; type one from {first} to {last}",
            field=field,
            year=year,
            first=FIRST_YEAR,
            last=LAST_YEAR,
        )
    days = calendar.monthrange(year, month)[1]
    if not 1 <= day <= days:
        raise Problem(
            "there is no day {day} in {month}/{year}; that month has {days}",
            field=field,
            day=day,
            month=month,
            year=year,
            days=days,
        )
    return date(year, month, day)


def _checked(day: date, text: str, field: str) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Problem("{text} leads too far; type a date", field=field, text=text.strip()[:40])
    return day


def _nearest_month(day: int, today: date, field: str) -> date:
    """This month's day, or the month before where it would lie too far ahead."""
    if not 1 <= day <= 31:
        raise Problem("there is no day {day}; a month has at most 31", field=field, day=day)
    if day <= calendar.monthrange(today.year, today.month)[1]:
        found = today.replace(day=day)
        if (found - today).days <= AHEAD:
            return found
    before = add_months(today.replace(day=1), -1)
    return _make(before.year, before.month, day, field)


def _nearest_year(month: int, day: int, today: date, field: str) -> date:
    """The year that brings the day nearest to today (within six months)."""
    if not 1 <= month <= 12:
        raise Problem("there is no month {month}; a year has 12", field=field, month=month)
    candidates = []
    for year in (today.year - 1, today.year, today.year + 1):
        if 1 <= day <= calendar.monthrange(year, month)[1]:
            candidates.append(date(year, month, day))
    if not candidates:
        return _make(today.year, month, day, field)
    return min(candidates, key=lambda found: (abs((found - today).days), found < today))


def format_date(day: date, language: str, long: bool = False) -> str:
    """15/12/2026, or with `long` "15 December 2026" / "15 décembre 2026" ("1er" for the first in French)."""
    if not long:
        return f"{day.day:02}/{day.month:02}/{day.year:04}"
    name = MONTHS.get(language, MONTHS["en"])[day.month - 1]
    number = "1er" if language == "fr" and day.day == 1 else str(day.day)
    return f"{number} {name} {day.year}"


def weekday_name(day: date, language: str) -> str:
    """Three letters of the weekday, with a capital in English ("Tue"), without in French ("mar")."""
    name = WEEKDAYS.get(language, WEEKDAYS["en"])[day.weekday()]
    return name if language == "fr" else name.capitalize()
