"""Orders, delivery notes and contracts as their lists show them: how far each is billed; keyset pages, drafts first."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries.facts import escape
from tui_billing.models.queries.pages import Source, count_up_to, merge, read_page
from tui_billing.rules.source_state import SourceState, state_of

COUNTED = 20_000
_RANK = "CASE WHEN h.status = 'open' THEN 0 ELSE 1 END"


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row of a list. `other` is an order's contract, a delivery's order, a contract's title; `end` a contract's last
    day; `lines`, `came` and `billed` count lines, those that have wholly come, those that are wholly billed; a
    contract's `worth` and `ceiling` are minor units of `currency`. Of a draft, `id` is the draft's.
    """

    key: tuple[Any, ...]
    id: int
    number: str
    customer_code: str
    customer: str
    date: str
    state: SourceState
    other: str = ""
    end: str = ""
    lines: int = 0
    came: int = 0
    billed: int = 0
    currency: str = ""
    worth: int = 0
    ceiling: int = 0


@dataclass(frozen=True, slots=True)
class SourcePage:
    """Rows in the order of the list, and whether there are more on either side."""

    rows: tuple[SourceRow, ...]
    more_before: bool
    more_after: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """Words that all must fit, and a state ("" for any)."""

    words: tuple[str, ...] = ()
    state: str = ""


def _any(table: str, link: str, condition: str) -> str:
    return f"EXISTS (SELECT 1 FROM {table} l WHERE l.{link} = h.id AND {condition})"


#: kind -> (over, done, begun, waiting) as conditions on h.
_FACTS = {
    "order": (
        _any("order_line", "order_id", "l.billed > l.quantity"),
        "NOT " + _any("order_line", "order_id", "l.billed < l.quantity"),
        _any("order_line", "order_id", "l.billed <> 0"),
        _any("order_line", "order_id", "l.delivered > l.billed"),
    ),
    "delivery": (
        _any("delivery_line", "delivery_id", "abs(l.billed) > abs(l.quantity)"),
        "NOT " + _any("delivery_line", "delivery_id", "l.billed <> l.quantity"),
        _any("delivery_line", "delivery_id", "l.billed <> 0"),
        "0 = 1",
    ),
    "contract": (
        "((h.ceiling <> 0 AND h.billed > h.ceiling) OR "
        + _any("contract_line", "contract_id", "l.ceiling <> 0 AND l.billed > l.ceiling")
        + ")",
        "(h.ceiling <> 0 AND h.billed = h.ceiling)",
        "(h.billed <> 0 OR " + _any("contract_line", "contract_id", "l.billed <> 0") + ")",
        "0 = 1",
    ),
}
_HEADS = {
    "order": ("purchase_order", "h.date", "h.currency", "coalesce(k.number, '')", "''", "0, 0"),
    "delivery": ("delivery_note", "h.date", "coalesce(k.currency, c.currency)", "coalesce(k.number, '')", "''", "0, 0"),
    "contract": (
        "contract",
        "h.start_date",
        "h.currency",
        "h.title",
        "coalesce(h.end_date, '')",
        "h.billed, h.ceiling",
    ),
}
_JOINS = {
    "order": " LEFT JOIN contract k ON k.id = h.contract_id",
    "delivery": " LEFT JOIN purchase_order k ON k.id = h.order_id",
    "contract": "",
}
_LINES = {
    "order": ("order_line", "order_id", "l.delivered >= l.quantity", "l.billed >= l.quantity"),
    "delivery": ("delivery_line", "delivery_id", "1 = 1", "l.billed = l.quantity"),
    "contract": ("contract_line", "contract_id", "1 = 1", "l.billed <> 0"),
}


def _truth(condition: str) -> str:
    return f"CASE WHEN {condition} THEN 1 ELSE 0 END"


def _listing(kind: str) -> Source:
    table, day, currency, other, end, worth = _HEADS[kind]
    lines, link, came, billed = _LINES[kind]
    count = f"(SELECT count(*) FROM {lines} l WHERE l.{link} = h.id"
    facts = ", ".join(map(_truth, _FACTS[kind]))
    return Source(
        f"{_RANK}, {day}, h.id, h.number, c.code, c.name, h.status, {other}, {end}, {count}), {count} AND {came}),"
        f" {count} AND {billed}), {currency}, {worth}, {facts}",
        f"{table} h JOIN customer c ON c.id = h.customer_id{_JOINS[kind]}",
        (_RANK, day, "h.id"),
    )


def _conditions(kind: str, state: str, today: dt.date) -> list[str]:
    """What a row must meet to be in a state, as `state_of` tells them apart."""
    if state in ("closed", "cancelled"):
        return [f"h.status = '{state}'"]
    over, done, begun, waiting = _FACTS[kind]
    ended = f"(h.end_date IS NOT NULL AND h.end_date < '{today.isoformat()}')" if kind == "contract" else "0 = 1"
    steps = (("over", over), ("billed", done), ("ended", ended), ("to_bill", waiting), ("part_billed", begun))
    found = ["h.status = 'open'"]
    for name, condition in steps:
        if name == state:
            return [*found, condition]
        found.append(f"NOT ({condition})")
    return found


def _wanted(kind: str, wanted: Wanted, today: dt.date) -> Source:
    source = _listing(kind)
    other = {"order": "k.number", "delivery": "k.number", "contract": "h.title"}[kind]
    for word in wanted.words:
        pattern = f"%{escape(word)}%"
        source = source.only(
            "(c.search LIKE ? ESCAPE '!' OR lower(h.number) LIKE ? ESCAPE '!'"
            f" OR lower(coalesce({other}, '')) LIKE ? ESCAPE '!')",
            pattern,
            pattern,
            pattern,
        )
    if wanted.state == "draft":
        return source.only("0 = 1")
    if wanted.state:
        for condition in _conditions(kind, wanted.state, today):
            source = source.only(condition)
    return source


def _drafts(kind: str, wanted: Wanted, operator: str) -> Source:
    source = Source(
        "(0 - 1), d.updated_at, d.id, d.form",
        "source_draft d JOIN operator o ON o.id = d.operator_id",
        ("(0 - 1)", "d.updated_at", "d.id"),
        ("d.kind = ?", "o.login = ?"),
        (kind, operator),
    )
    for word in wanted.words:
        source = source.only("lower(d.form) LIKE ? ESCAPE '!'", f"%{escape(word)}%")
    return source if wanted.state in ("", "draft") else source.only("0 = 1")


def page(
    books: Books,
    kind: str,
    wanted: Wanted,
    operator: str,
    today: dt.date,
    direction: str,
    key: Sequence[Any] | None,
    limit: int,
) -> SourcePage:
    """A page: the operator's own drafts, then the open ones, the oldest first, then the others; two queries."""
    sources = (_drafts(kind, wanted, operator), _wanted(kind, wanted, today))
    found = merge(
        [read_page(books, source, direction, key, limit) for source in sources],
        direction,
        limit,
        keys=3,
        descending=False,
    )
    return SourcePage(tuple(_row(kind, row, today) for row in found.rows), found.more_before, found.more_after)


def _row(kind: str, row: tuple, today: dt.date) -> SourceRow:
    key = tuple(row[:3])
    if row[0] == -1:
        form = json.loads(row[3])
        return SourceRow(
            key,
            row[2],
            str(form.get("number", "")),
            str(form.get("customer", "")),
            str(form.get("customer", "")),
            str(row[1])[:10],
            SourceState.DRAFT,
            str(form.get("order", "") or form.get("contract", "") or form.get("title", "")),
            lines=len(form.get("lines", [])),
        )
    over, done, begun, waiting = (bool(fact) for fact in row[15:19])
    ended = kind == "contract" and bool(row[8]) and str(row[8]) < today.isoformat()
    return SourceRow(
        key,
        row[2],
        row[3],
        row[4],
        row[5],
        row[1],
        state_of(row[6], over=over, done=done, begun=begun, waiting=waiting, ended=ended),
        row[7],
        row[8],
        *row[9:15],
    )


def count(books: Books, kind: str, wanted: Wanted, operator: str, today: dt.date) -> tuple[int, bool]:
    """(how many are wanted, whether there are more than that)."""
    drafts, _more = count_up_to(books, _drafts(kind, wanted, operator), COUNTED)
    entered, more = count_up_to(books, _wanted(kind, wanted, today), COUNTED)
    return drafts + entered, more
