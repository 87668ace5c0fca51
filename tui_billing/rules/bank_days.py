"""Days on which euro payments settle: Monday to Friday, less the closing days of TARGET (ECB, since 2002)."""

from __future__ import annotations

import datetime as dt
from functools import cache


@cache
def easter(year: int) -> dt.date:
    """Easter Sunday of the Gregorian calendar (Butcher, 1876)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    return dt.date(year, month, day + 1)


def is_bank_day(day: dt.date) -> bool:
    """Whether TARGET is open: closed on 1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December."""
    if day.weekday() > 4 or (day.month, day.day) in ((1, 1), (5, 1), (12, 25), (12, 26)):
        return False
    return (day - easter(day.year)).days not in (-2, 1)


def bank_day_from(day: dt.date) -> dt.date:
    """The day itself, or the next on which TARGET is open."""
    while not is_bank_day(day):
        day += dt.timedelta(1)
    return day


def add_bank_days(day: dt.date, count: int) -> dt.date:
    """`count` (0 or more) open days after the day."""
    for _ in range(count):
        day = bank_day_from(day + dt.timedelta(1))
    return day
