"""Bank lines read in pages, oldest first: a list of any length is told in little memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from tui_billing.models.door import Books

_PAGE = 1000
_NAMES = [
    "id",
    "account",
    "iban",
    "statement",
    "date",
    "value_date",
    "amount",
    "currency",
    "text",
    "reference",
    "payer",
    "payer_iban",
    "status",
    "open",
    "bank_reference",
    "creditor_reference",
    "end_to_end",
    "mandate",
    "bank_code",
    "return_reason",
    "charges",
    "original_amount",
    "original_currency",
]
_COLUMNS = (
    "l.id, a.name, a.iban, l.statement_id, l.date, l.value_date, l.amount, l.currency, l.text, l.reference, l.payer,"
    " l.payer_iban, l.status, l.open, l.bank_reference, l.creditor_reference, l.end_to_end, l.mandate, l.bank_code,"
    " l.return_reason, l.charges, l.original_amount, l.original_currency"
)
_DETAIL_NAMES = [
    "amount",
    "currency",
    "text",
    "reference",
    "creditor_reference",
    "end_to_end",
    "mandate",
    "payer",
    "payer_iban",
    "return_reason",
    "charges",
    "original_amount",
    "original_currency",
    "taken",
]
#: Whether a clearing of the transaction stands.
_TAKEN = (
    "EXISTS (SELECT 1 FROM clearing c WHERE c.detail_id = bank_detail.id AND c.reverses_id IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM clearing b WHERE b.reverses_id = c.id))"
)


def bank_lines(
    books: Books,
    *,
    unmatched: bool = False,
    account_id: int | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
) -> Iterator[dict[str, Any]]:
    """Every line by date with its transactions (`details`), amounts in minor units.

    `unmatched` only what is open; `since` and `until` are the first and the last day.
    """
    day, key = since.isoformat() if since else "", 0
    where = ("l.open <> 0 AND " if unmatched else "") + ("l.bank_account_id = ? AND " if account_id else "")
    where += "l.date <= ? AND " if until else ""
    while rows := books.rows(
        f"SELECT {_COLUMNS} FROM bank_line l JOIN bank_account a ON a.id = l.bank_account_id"
        f" WHERE {where}(l.date, l.id) > (?, ?) ORDER BY l.date, l.id LIMIT {_PAGE}",
        (*((account_id,) if account_id else ()), *((until.isoformat(),) if until else ()), day, key),
    ):
        page = [dict(zip(_NAMES, row, strict=True)) for row in rows]
        details = _details(books, [line["id"] for line in page])
        for line in page:
            line["details"] = details.get(line["id"], [])
            yield line
        day, key = str(page[-1]["date"]), page[-1]["id"]
        if isinstance(page[-1]["date"], dt.date):
            day = page[-1]["date"].isoformat()


def waiting(books: Books) -> int:
    """How many lines have something open."""
    return int(books.value("SELECT count(*) FROM bank_line WHERE open <> 0") or 0)  # type: ignore[call-overload]


def bank_line(books: Books, line_id: int) -> dict[str, Any] | None:
    """One line with its transactions; two queries."""
    row = books.row(
        f"SELECT {_COLUMNS} FROM bank_line l JOIN bank_account a ON a.id = l.bank_account_id WHERE l.id = ?", (line_id,)
    )
    if row is None:
        return None
    return {**dict(zip(_NAMES, row, strict=True)), "details": _details(books, [line_id]).get(line_id, [])}


def _details(books: Books, lines: list[int]) -> dict[int, list[dict[str, Any]]]:
    marks = ", ".join("?" * len(lines))
    found: dict[int, list[dict[str, Any]]] = {}
    for line, *values in books.rows(
        f"SELECT bank_line_id, {', '.join(_DETAIL_NAMES[:-1])}, {_TAKEN} FROM bank_detail WHERE bank_line_id IN ({marks})"
        " ORDER BY bank_line_id, position",
        lines,
    ):
        found.setdefault(line, []).append(dict(zip(_DETAIL_NAMES, values, strict=True)))
    return found
