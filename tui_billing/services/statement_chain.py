"""How the statements of an account follow each other: which are pages of one day, which are neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tui_billing.models.door import Books
from tui_billing.rules.statement import Statement, chain_break, missing_between
from tui_billing.rules.text import fold


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The statement before or after another."""

    id: int
    reference: str
    sequence: str
    date_from: str
    date_to: str
    opening: int
    closing: int


_COLUMNS = "id, reference, sequence, date_from, date_to, opening, closing"


def same_statement(statement: Statement) -> tuple:
    """What two copies of one statement have in common."""
    return (
        statement.reference,
        statement.sequence,
        statement.date_from,
        statement.date_to,
        statement.opening,
        statement.closing,
        statement.count,
        statement.total,
    )


def _is_same(neighbour: Neighbour, statement: Statement) -> bool:
    return (neighbour.reference, neighbour.sequence, neighbour.opening, neighbour.closing) == (
        statement.reference,
        statement.sequence,
        statement.opening,
        statement.closing,
    )


def earlier_pages(books: Books, account_id: int, statement: Statement) -> list[int]:
    """Ids of the statements of its first day whose balances lead to this one's opening, the nearest first."""
    if statement.date_from is None or statement.opening is None:
        return []
    day = statement.date_from.isoformat()
    rest = [
        found
        for row in books.rows(
            f"SELECT {_COLUMNS} FROM bank_statement WHERE bank_account_id = ? AND date_to = ? AND balances = 'both'"
            " ORDER BY id DESC",
            (account_id, day),
        )
        if not _is_same(found := Neighbour(*row), statement)
    ]
    chain: list[int] = []
    opening = statement.opening
    while page := next((each for each in rest if each.closing == opening), None):
        chain.append(page.id)
        rest.remove(page)
        opening = page.opening
        if page.date_from < day:
            break
    return chain


def neighbours(books: Books, account_id: int, statement: Statement) -> tuple[Neighbour | None, Neighbour | None]:
    """(the statement before, the one after) where they should touch this one, None where there is none.

    Of several on one day the one that touches is it. Where another statement covers the same days, nothing can be
    said: the two overlap.
    """
    if statement.date_from is None or statement.date_to is None or statement.closing is None:
        return None, None
    first, last = statement.date_from.isoformat(), statement.date_to.isoformat()
    before = after = None
    if statement.opening is not None and not books.row(
        "SELECT 1 FROM bank_statement WHERE bank_account_id = ? AND date_from < ? AND date_to > ? AND balances <> 'none'",
        (account_id, first, first),
    ):
        earlier = _others(
            books,
            "bank_account_id = ? AND date_to = (SELECT max(date_to) FROM bank_statement WHERE bank_account_id = ?"
            " AND date_to <= ? AND date_from < ? AND balances <> 'none') AND date_from < ? AND balances <> 'none'",
            (account_id, account_id, first, last if first < last else f"{last}~", last if first < last else f"{last}~"),
            statement,
        )
        before = next((each for each in earlier if each.closing == statement.opening), None)
        before = before or (earlier[0] if earlier else None)
    if not books.row(
        "SELECT 1 FROM bank_statement WHERE bank_account_id = ? AND date_from < ? AND date_to > ? AND balances <> 'none'",
        (account_id, last, last),
    ):
        later = _others(
            books,
            "bank_account_id = ? AND date_from = (SELECT min(date_from) FROM bank_statement WHERE bank_account_id = ?"
            " AND date_from > ? AND balances = 'both') AND balances = 'both'",
            (account_id, account_id, last),
            statement,
        )
        after = next((each for each in later if each.opening == statement.closing), None)
        after = after or (later[-1] if later else None)
    return before, after


def _others(books: Books, where: str, values: tuple, statement: Statement) -> list[Neighbour]:
    rows = books.rows(f"SELECT {_COLUMNS} FROM bank_statement WHERE {where} ORDER BY id DESC", values)
    return [found for row in rows if not _is_same(found := Neighbour(*row), statement)]


def list_statements(books: Books, account_id: int | None = None, limit: int = 0) -> list[dict[str, Any]]:
    """The statements, the newest first, with what lies between each and the one before it (`break`, minor units),
    with the statements that its number says are missing (`missing`), and whether it adds up (`difference`)."""
    where, values = ("", ()) if account_id is None else (" WHERE s.bank_account_id = ?", (account_id,))
    rows = books.rows(
        "SELECT s.id, s.bank_account_id, a.name, a.iban, a.currency, s.reference, s.sequence, s.date_from, s.date_to,"
        " s.opening, s.closing, s.balances, s.format, s.source, s.at,"
        " (SELECT count(*) FROM bank_line l WHERE l.statement_id = s.id),"
        " (SELECT count(*) FROM bank_line l WHERE l.statement_id = s.id AND l.open <> 0)"
        f" FROM bank_statement s JOIN bank_account a ON a.id = s.bank_account_id{where}"
        " ORDER BY s.bank_account_id, s.date_to, s.date_from, s.id",
        values,
    )
    names = [
        "id",
        "account_id",
        "name",
        "iban",
        "currency",
        "reference",
        "sequence",
        "from",
        "to",
        "opening",
        "closing",
        "balances",
        "format",
        "source",
        "at",
        "lines",
        "unmatched",
    ]
    found = [dict(zip(names, row, strict=True)) for row in rows]
    _follow(found)
    found.sort(key=lambda each: (each["to"], each["id"]), reverse=True)
    return found[:limit] if limit else found


def _follow(found: list[dict[str, Any]]) -> None:
    """Walk each account's statements in order and mark where two do not touch.

    Pages of one day may have been taken in in any order: among those that end on one day the one is taken next
    that opens where the chain stands.
    """
    waiting = list(found)
    before: dict[int, dict[str, Any]] = {}
    while waiting:
        here = waiting[0]
        account = here["account_id"]
        last = before.get(account)
        if last and here["balances"] == "both":
            for other in waiting:
                if (other["account_id"], other["to"]) != (account, here["to"]):
                    break
                if other["balances"] == "both" and other["opening"] == last["closing"]:
                    here = other
                    break
        waiting.remove(here)
        here["break"] = here["missing"] = 0
        if here["balances"] == "none":
            continue
        if last and here["balances"] == "both" and here["from"] >= last["to"]:
            here["break"] = chain_break(last["closing"], here["opening"])
            here["missing"] = missing_between(last["sequence"], here["sequence"])
        before[account] = here


def statement_page(
    books: Books, words: tuple[str, ...], direction: str, key: tuple[Any, ...] | None, limit: int
) -> tuple[list[dict[str, Any]], bool, bool]:
    """(statements, more before, more after): a page of the list by key (last day, id), the newest first.

    Only statements whose account, number, reference or file hold all the words (folded).
    """
    rows = [row for row in list_statements(books) if all(word in _folded(row) for word in words)]
    places = {(row["to"], row["id"]): place for place, row in enumerate(rows)}
    at = places.get((str(key[0]), int(key[1])), 0) if key else 0
    if direction == "after":
        start = at + 1
    elif direction == "before":
        start = max(0, at - limit)
        return rows[start:at], start > 0, True
    elif direction == "last":
        start = max(0, len(rows) - limit)
    elif direction == "around":
        start = max(0, at - limit // 2)
    else:
        start = 0
    return rows[start : start + limit], start > 0, start + limit < len(rows)


def _folded(row: dict[str, Any]) -> str:
    return fold(" ".join(str(row[name]) for name in ("name", "iban", "reference", "sequence", "source")))
