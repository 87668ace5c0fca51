"""The tables of letters: what is open with its age, and what happened between two balances."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from tui_billing.documents.letter import LetterColumn, LetterRow, LetterTable
from tui_billing.documents.words import TITLES
from tui_billing.locale import N_, say
from tui_billing.models.queries.account import Item, Movement
from tui_billing.rules.aging import bucket_of
from tui_billing.rules.dates import format_date
from tui_billing.rules.numbers import format_money

AGES = {
    "not_due": N_("not due"),
    "d1_30": N_("1 to 30 days"),
    "d31_60": N_("31 to 60 days"),
    "d61_90": N_("61 to 90 days"),
    "over_90": N_("over 90 days"),
}
KINDS = {
    "receipt": N_("Payment"),
    "reversal": N_("Payment returned"),
    "write_off": N_("Written off"),
    "refund": N_("Refund"),
    "difference": N_("Difference given up"),
    **TITLES,
}


def speaker(language: str) -> Callable[..., str]:
    """Sentences in the customer's language."""

    def speak(message: str, **values: object) -> str:
        return say(message, language, **values)

    return speak


def open_table(items: Sequence[Item], currency: str, day: dt.date, language: str, named: bool) -> LetterTable:
    """What is open, by due date, with its age in boxes below."""
    _ = speaker(language)
    rows = []
    for one in items:
        late = (day - one.due).days if one.due is not None and one.due < day and one.open > 0 else 0
        rows.append(
            LetterRow(
                (
                    one.number,
                    _(KINDS[one.kind]) + (f" · {_('disputed')}" if one.disputed else ""),
                    format_date(one.date, language),
                    format_date(one.due, language) if one.due else "",
                    str(late) if late else "",
                    format_money(one.amount, currency, language),
                    format_money(one.open, currency, language),
                ),
                share=one.open,
            )
        )
    total = sum(one.open for one in items)
    columns = (
        LetterColumn(_("Number")),
        LetterColumn(_("Document"), flex=True),
        LetterColumn(_("Date of issue")),
        LetterColumn(_("Due date")),
        LetterColumn(_("Days late"), amount=True),
        LetterColumn(_("Amount"), amount=True),
        LetterColumn(_("Open"), amount=True),
    )
    cells = (
        "",
        _("Total open, {currency}", currency=currency),
        "",
        "",
        "",
        "",
        format_money(total, currency, language),
    )
    return LetterTable(
        _("In {currency}", currency=currency) if named else "",
        columns,
        tuple(rows),
        LetterRow(cells, strong=True),
        currency,
        boxes=_boxes(items, currency, day, language),
    )


def _boxes(items: Sequence[Item], currency: str, day: dt.date, language: str) -> tuple[tuple[str, str], ...]:
    sums = dict.fromkeys(AGES, 0)
    for one in items:
        sums[bucket_of(one.due, day) if one.due is not None and one.open > 0 else "not_due"] += one.open
    return tuple((say(AGES[age], language), format_money(amount, currency, language)) for age, amount in sums.items())


def activity_table(
    first: int,
    rows: Sequence[Movement],
    items: Sequence[Item],
    currency: str,
    period: tuple[dt.date, dt.date],
    language: str,
    named: bool,
) -> LetterTable:
    """What happened between the balance before (`first`) and the balance after."""
    _ = speaker(language)

    def amount(minor: int) -> str:
        return format_money(minor, currency, language)

    balance = first
    since, day = period
    shown = [
        LetterRow(("", format_date(since, language), _("Balance brought forward"), "", "", amount(first)), faint=True)
    ]
    for one in rows:
        balance += one.amount
        debit, credit = (amount(one.amount), "") if one.amount >= 0 else ("", amount(-one.amount))
        text = _(KINDS[one.kind]) + (f" · {one.text}" if one.text else "")
        shown.append(
            LetterRow(
                (one.number, format_date(one.date, language), text, debit, credit, amount(balance)), share=one.amount
            )
        )
    columns = (
        LetterColumn(_("Number")),
        LetterColumn(_("Date")),
        LetterColumn(_("Document"), flex=True),
        LetterColumn(_("Debit"), amount=True),
        LetterColumn(_("Credit"), amount=True),
        LetterColumn(_("Balance"), amount=True),
    )
    debits = sum(one.amount for one in rows if one.amount > 0)
    credits = -sum(one.amount for one in rows if one.amount < 0)
    name = _("Balance on {day}", day=format_date(day, language))
    total = LetterRow(("", "", f"{name}, {currency}", amount(debits), amount(credits), amount(balance)), strong=True)
    boxes = _boxes(items, currency, day, language)
    heading = _("In {currency}", currency=currency) if named else ""
    return LetterTable(heading, columns, tuple(shown), total, currency, first, boxes)
