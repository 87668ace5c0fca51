"""Figures and dates as the screens write them, in the clerk's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from tui_billing.locale import N_, _, language_in_use
from tui_billing.rules.dates import format_date
from tui_billing.rules.money import Money
from tui_billing.rules.numbers import format_money, format_number

#: What an audit action is called where it stands alone.
ACTIONS = {
    "issue": N_("issued"),
    "credit": N_("issued"),
    "receive": N_("received"),
    "allocate": N_("allocated"),
    "take_back": N_("allocation taken back"),
    "reverse": N_("reversed"),
    "write_off": N_("written off"),
    "open_dispute": N_("dispute opened"),
    "note_dispute": N_("dispute note"),
    "move_dispute": N_("dispute moved on"),
    "close_dispute": N_("dispute closed"),
    "amend_dispute": N_("disputed amount changed"),
    "assign_dispute": N_("dispute handed over"),
    "ask_credit": N_("credit note laid before a supervisor"),
    "approve_credit": N_("credit note approved"),
    "refuse_credit": N_("credit note refused"),
    "log_inquiry": N_("inquiry"),
    "render": N_("PDF made"),
    "add": N_("entered"),
    "change": N_("changed"),
}


def word(table: dict[str, str], token: str) -> str:
    """The clerk's word for a token; a token without one stands for itself."""
    return _(table[token]) if token in table else token


def money(minor: int, currency: str, *, code: bool = False) -> str:
    """Minor units as an amount."""
    return format_money(minor, currency, language_in_use(), code=code)


def money_sums(amounts: Iterable[tuple[str, int]]) -> str:
    """(currency, minor units) summed by currency: "1,250.00 EUR + 40.00 USD"; "" for none."""
    sums: dict[str, int] = {}
    for currency, minor in amounts:
        sums[currency] = sums.get(currency, 0) + minor
    return " + ".join(money(minor, currency, code=True) for currency, minor in sorted(sums.items()))


def number(value: Decimal | int, places: int | None = None) -> str:
    """A quantity, price, percent or rate."""
    return format_number(Decimal(value), language_in_use(), places)


def day(value: dt.date | None) -> str:
    """A date, "" for none."""
    return format_date(value, language_in_use()) if value else ""


def short_day(value: dt.date | None) -> str:
    """A date in eight cells: 25/11/26."""
    return f"{value.day:02}/{value.month:02}/{value.year % 100:02}" if value else ""


def short_iso(iso: str) -> str:
    """A stored date in eight cells, "" for none."""
    return short_day(dt.date.fromisoformat(iso)) if iso else ""


def instant(text: str) -> str:
    """A UTC instant of the books as local day and time, to the minute."""
    local = dt.datetime.fromisoformat(text).astimezone()
    return f"{short_day(local.date())} {local:%H:%M}"


def value(thing: object) -> str:
    """A value of a sentence, as a clerk reads it."""
    if isinstance(thing, Money):
        return money(thing.minor, thing.currency)
    if isinstance(thing, Decimal):
        return number(thing)
    if isinstance(thing, dt.date):
        return day(thing)
    return str(thing)
