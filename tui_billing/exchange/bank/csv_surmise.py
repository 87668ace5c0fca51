"""What a table's columns probably mean where its headings do not say it: a suggestion that a clerk looks at."""

from __future__ import annotations

import re

from tui_billing.exchange.bank.csv_columns import SEPARATORS, Mapping, peek
from tui_billing.exchange.bank.csv_headings import role_of
from tui_billing.exchange.bank.csv_values import balances_follow, bare, cell_of
from tui_billing.exchange.bank.source import Source
from tui_billing.rules.statement import is_iban

_DATE = re.compile(r"\d{1,4}[./\-]\d{1,2}[./\-]\d{2,4}(?:[ T].*)?|20\d{6}")
_MONEY = re.compile(r"[-+\u2212(]?\s?\d{1,3}(?:[ .,'\u00a0\u202f]?\d{3})*[.,]\d{2}[-+)]?")
#: Letters that make words of a column, on the average.
_WORD = 4
#: Share of the rows that a column must keep to.
_MOST = 0.8


def surmise(source: Source) -> Mapping:
    """The separator, the row of headings (0 where the first row is an entry) and the columns that can be told."""
    return max((_by(source, separator) for separator in SEPARATORS), key=lambda made: (len(made.columns), made.heading))


def _by(source: Source, separator: str) -> Mapping:
    rows = peek(source, separator)
    widest = max((len(row) for row in rows), default=0)
    first = next((number for number, row in enumerate(rows, 1) if len(row) == widest and widest > 1), 0)
    if not first:
        return Mapping(separator, 0, {})
    heads = rows[first - 1]
    heading = first - 1 if _has(heads, _DATE) and _has(heads, _MONEY) else first
    columns: dict[str, tuple[int, ...]] = {}
    for place, cell in enumerate(heads if heading == first else []):
        # Whose account it is and what the bank took off only the rows would show.
        if (role := role_of(cell)) and role not in ("account", "fee"):
            columns[role] = (*columns.get(role, ()), place) if role == "text" else columns.get(role, (place,))
    entries = [row for row in rows[heading:] if _has(row, _DATE)]
    if entries:
        _look(entries, widest, columns)
    return Mapping(separator, heading, columns)


def _has(row: list[str], pattern: re.Pattern[str]) -> bool:
    return any(pattern.fullmatch(bare(cell_of(row, place))) for place in range(len(row)))


def _look(entries: list[list[str]], width: int, columns: dict[str, tuple[int, ...]]) -> None:
    """Fill what is missing from what stands in the entries."""
    cells = {place: [bare(cell_of(row, place)) for row in entries] for place in range(width)}

    def free(place: int) -> bool:
        return not any(place in places for places in columns.values())

    def mostly(pattern: re.Pattern[str]) -> list[int]:
        return [
            place
            for place, texts in cells.items()
            if free(place) and sum(bool(pattern.fullmatch(text)) for text in texts) >= _MOST * len(texts)
        ]

    days = mostly(_DATE)
    for role in ("date", "value_date"):
        if role not in columns and days:
            columns[role] = (days.pop(0),)
    money = mostly(_MONEY)
    if money and not {"amount", "debit", "credit"} & set(columns):
        pairs = ((one, other) for one in money for other in money if one != other)
        amount, balance = next(
            (pair for pair in pairs if balances_follow(entries, pair[0], None, pair[1])), (money[0], -1)
        )
        columns["amount"] = (amount,)
        if balance >= 0 and "balance" not in columns:
            columns["balance"] = (balance,)
    accounts = [place for place, texts in cells.items() if free(place) and any(map(is_iban, texts))]
    changing = [place for place in accounts if len(set(cells[place])) > 1]
    if changing and "payer_iban" not in columns:
        columns["payer_iban"] = (changing[0],)
    words = {place: sum(sum(map(str.isalpha, text)) for text in texts) for place, texts in cells.items() if free(place)}
    texts = tuple(
        place for place, letters in words.items() if letters >= _WORD * len(entries) and place not in accounts
    )
    if texts and "text" not in columns:
        columns["text"] = texts
