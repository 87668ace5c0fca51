"""Imports of master data: a whole file in one transaction, or nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from tui_billing.exchange.csv_table import Row
from tui_billing.exchange.customers_csv import read_customers, read_items
from tui_billing.models.door import Books
from tui_billing.rules.problem import Problem, Unusable
from tui_billing.rules.text import was_cleaned
from tui_billing.services.batch import AtLine
from tui_billing.services.context import Context, Work, new_command_id, transact
from tui_billing.services.items import add_item_in, check_item
from tui_billing.services.master import CustomerCard, add_customer_in, check_card


class InRow(AtLine):
    """A problem with one row of a table; `line` counts as a spreadsheet does, the heads are row 1."""

    def __str__(self) -> str:
        return super().__str__().replace("line", "row", 1)


@dataclass(slots=True)
class Imported:
    """What an import did: the codes that were added, and the (row, field) whose text was stored cleaned."""

    codes: list[str] = field(default_factory=list)
    cleaned: list[tuple[int, str]] = field(default_factory=list)


def import_customers(books: Books, context: Context, data: bytes) -> Imported:
    """Add the customers of a CSV file, all or none; a wrong one is an `InRow` with row, field and reason."""
    cards = [(row, _card(row.values)) for row in read_customers(data)]
    for row, card in cards:  # before the gate is asked for: nobody waits for a file that is wrong
        _in_row(row, check_card, books, card)
    return _import(books, context, "customer", cards, lambda work, card: add_customer_in(work, card))


def _card(values: dict[str, str]) -> CustomerCard:
    card = CustomerCard()
    for name, text in values.items():
        setattr(card, name, text)
    return card


def import_items(books: Books, context: Context, data: bytes) -> Imported:
    """Add the items of a CSV file, all or none."""
    rows = [(row, row.values) for row in read_items(data)]
    for row, values in rows:
        _in_row(row, check_item, books, values)
    return _import(books, context, "item", rows, lambda work, item: add_item_in(work, item))


def _import(
    books: Books, context: Context, verb: str, things: list[tuple[Row, Any]], add_one: Callable[[Work, Any], int]
) -> Imported:
    def do(work: Work) -> int:
        for row, thing in things:
            _in_row(row, add_one, work, thing)
        return len(things)

    transact(books, replace(context, batch_id=context.batch_id or new_command_id()), verb, do)
    done = Imported()
    for row, _ in things:
        done.codes.append(row.values["code"].strip().upper())
        done.cleaned += [(row.number, name) for name, text in row.values.items() if was_cleaned(text)]
    return done


def _in_row(row: Row, step: Callable[..., object], *arguments: object) -> None:
    try:
        step(*arguments)
    except Unusable:
        raise
    except Problem as problem:
        raise InRow(row.number, problem) from problem
