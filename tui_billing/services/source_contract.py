"""A contract as it is entered, with its price list, and the index that moves its prices from a day on."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.tables import ContractIndex
from tui_billing.models.write import add
from tui_billing.rules.content import CustomerFacts
from tui_billing.rules.dates import parse_iso
from tui_billing.rules.money import exponent, to_minor
from tui_billing.rules.numbers import parse_plain
from tui_billing.rules.problem import NotFound, Problem
from tui_billing.rules.sources import SourceContent
from tui_billing.rules.text import clean
from tui_billing.services.balances import locked
from tui_billing.services.context import Context, Work, transact
from tui_billing.services.source_parts import currency_of, day_of, line_row, lines_of


def contract_rows(
    work: Work, typed: SourceContent, customer: CustomerFacts, replacing: int | None = None
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """(head, lines) of a contract as its tables hold them; the first wrong field is a Problem."""
    currency = currency_of(typed, customer)
    start = day_of(work, typed.start_date, "start_date")
    end = parse_iso(typed.end_date, "end_date") if typed.end_date else None
    if end and end < start:
        raise Problem("the contract ends before it begins; type a later end", field="end_date")
    index = parse_plain(typed.index_percent, 4, "index_percent") if typed.index_percent else Decimal(0)
    if not -50 <= index <= 100:
        raise Problem("the yearly index lies between -50 % and 100 %", field="index_percent")
    ceiling = to_minor(parse_plain(typed.ceiling or "0", exponent(currency), "ceiling"), currency, "ceiling")
    if ceiling < 0:
        raise Problem("a ceiling lies above 0", field="ceiling")
    lines = lines_of(work.books, typed, customer)
    head = {
        "title": typed.title,
        "start_date": start,
        "end_date": end,
        "currency": currency,
        "index_percent": index,
        "ceiling": ceiling,
    }
    return head, [line_row(line, "unit_price", "discount_percent", "ceiling") for line in lines]


def index_contract(
    books: Books, context: Context, contract_id: int, valid_from: dt.date, factor: Decimal, note: str = ""
) -> int:
    """From a day on, multiply a contract's list prices by `factor` (new index / index of its signature)."""
    if not 0 < factor <= 100:
        raise Problem(
            "the factor lies above 0 and up to 100; type for example {example}", field="factor", example="1.025"
        )

    def do(work: Work) -> int:
        row = locked(books, "contract", "number", contract_id)
        if row is None:
            raise NotFound(
                "there is no {what} {number}; list them with: tui-billing {what} list",
                what="contract",
                number=contract_id,
            )
        if books.row(
            "SELECT 1 FROM contract_index WHERE contract_id = ? AND valid_from = ?",
            (contract_id, valid_from.isoformat()),
        ):
            raise Problem(
                "contract {number} has an index from {date} on already; type another day",
                field="date",
                number=row[0],
                date=valid_from.isoformat(),
            )
        key = add(
            ContractIndex,
            contract_id=contract_id,
            valid_from=valid_from,
            factor=factor,
            note=clean(note, 200, "note"),
            operator_id=work.operator_id,
            at=work.at,
        )
        payload = {"v": 1, "valid_from": valid_from.isoformat(), "factor": format(factor, "f"), "note": note}
        work.audit("index_contract", "contract", contract_id, payload, row[0])
        return key

    return transact(books, context, "contract", do)
