"""What a whole file shows of how it writes: the order of day and month, the decimal sign."""

from __future__ import annotations

import datetime as dt
import re

from tui_billing.rules.dates import MONTHS
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import fold, quote

#: Orders of a date's parts.
ORDERS = ("dmy", "mdy", "ymd")
_PARTS = re.compile(r"\s*(\d{1,4})\s*[./\-' ]\s*(\d{1,2})\s*[./\-' ,]\s*(\d{1,4})")
_NAMED = re.compile(r"\s*(?:(\d{1,2})[.\s-]*([^\W\d]{3,})\.?|([^\W\d]{3,})\.?\s*(\d{1,2}))[,\s-]*(\d{4}|\d{2})")
_RUN = re.compile(r"\s*(\d{8})(?!\d)")
_PIVOT = 70
_GERMAN = [
    "januar",
    "februar",
    "marz",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "dezember",
]
_MONTH_NUMBERS = {
    fold(name)[:length]: number
    for names in (MONTHS["en"], MONTHS["fr"], _GERMAN)
    for number, name in enumerate(names, 1)
    for length in range(3, len(name) + 1)
}
# "jui" is both June and July in French.
_MONTH_NUMBERS.pop("jui", None)


class Dates:
    """Which orders the dates seen so far allow."""

    def __init__(self) -> None:
        self.day_first = self.month_first = self.year_first = self.year_last = self.open = 0

    def see(self, text: str) -> None:
        """Take a date into account; what is none is told when it is read."""
        parts = _PARTS.match(text)
        if not parts or len(parts[1]) == 4:
            return
        first, second = int(parts[1]), int(parts[2])
        # No year is written with one digit, but in Quicken's own way: 1/31' 6.
        if len(parts[3]) == 4 or int(parts[3]) > 31:
            self.year_last += 1
        elif first > 31 or (len(parts[1]) == 2 and len(parts[3]) == 1 and "'" not in text):
            self.year_first += 1
        if first > 12 >= second:
            self.day_first += 1
        elif second > 12 >= first:
            self.month_first += 1
        elif first != second:
            self.open += 1
            if "." in text:  # written so only where the day comes first
                self.day_first += 1

    def order(self, day_first: bool | None) -> str:
        """The order that the file shows, or as `day_first` says; Problem where it shows two or none."""
        if self.year_first and not self.year_last:
            return "ymd"
        if self.year_first or (self.day_first and self.month_first):
            if self.year_first or day_first is None:
                raise Problem(
                    "some dates of the file have the day first, some the month; get the file again", field="order"
                )
            return "dmy" if day_first else "mdy"
        if self.day_first or self.month_first:
            return "dmy" if self.day_first else "mdy"
        if self.open and day_first is None:
            raise Problem(
                "the dates of the file can be read day first or month first; say which with --day-first or --month-first",
                field="order",
            )
        return "mdy" if day_first is False else "dmy"


def read_date(text: str, order: str) -> dt.date:
    """A date by its order; a year of two digits lies between 1970 and 2069; a year of four shows itself."""
    if named := _NAMED.match(text):
        month = _MONTH_NUMBERS.get(fold(named[2] or named[3]))
        if month is None:
            raise Problem("{text} is not a date", text=quote(text))
        return _build(text, int(named[5]), month, int(named[1] or named[4]))
    if run := _RUN.match(text):
        digits = run[1]
        if order == "ymd" or ("19" <= digits[:2] <= "20" and digits[4:6] <= "12"):
            return _build(text, int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        first, second, year = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    elif parts := _PARTS.match(text):
        if len(parts[1]) == 4 or order == "ymd":
            return _build(text, int(parts[1]), int(parts[2]), int(parts[3]))
        first, second, year = int(parts[1]), int(parts[2]), int(parts[3])
    else:
        raise Problem("{text} is not a date", text=quote(text))
    day, month = (second, first) if order == "mdy" else (first, second)
    return _build(text, year, month, day)


def _build(text: str, year: int, month: int, day: int) -> dt.date:
    if year < 100:
        year += 2000 if year < _PIVOT else 1900
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise Problem("{text} is not a date", text=quote(text)) from None


class Amounts:
    """Which decimal sign the amounts seen so far allow."""

    def __init__(self) -> None:
        self.seen = {",": 0, ".": 0}

    def see(self, text: str) -> None:
        """Take an amount into account."""
        written = re.sub(r"[^0-9.,]", "", text)
        last = max(written.rfind(","), written.rfind("."))
        if last < 0:
            return
        sign, decimals = written[last], len(written) - last - 1
        other = "." if sign == "," else ","
        if other in written or (decimals != 3 and written.count(sign) == 1):
            self.seen[sign] += 1
        elif written.count(sign) > 1:
            self.seen[other] += 1

    @property
    def sign(self) -> str:
        """The decimal sign, "" where the file does not show it; Problem where it shows both."""
        if self.seen[","] and self.seen["."]:
            raise Problem("some amounts of the file have a decimal comma, some a point; get the file again")
        return "," if self.seen[","] else "." if self.seen["."] else ""
