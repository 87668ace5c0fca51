"""What `verify` proves of papers, orders and checks: files by their hash, cached quantities by their rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from tui_billing.documents.store import fault_of
from tui_billing.models.door import Books
from tui_billing.models.usual import memories
from tui_billing.rules.canonical import canonical
from tui_billing.rules.usual import Key, Memory, memory_from
from tui_billing.services.aliases import alias_differences
from tui_billing.services.attachments import attachment_content, end_content, store_of
from tui_billing.services.check_rules import rule_content
from tui_billing.services.match import match_content
from tui_billing.services.source_content import source_content
from tui_billing.services.verify_bank import bank_differences

#: What is wrong: check, number, sentence.
Fault = tuple[str, str, str]


#: action -> (table, what it is called, its content as it stands now)
_READS: dict[str, tuple[str, str, Callable[[Books, int], dict[str, Any]]]] = {
    "attach": ("attachment", "paper", attachment_content),
    "detach": ("attachment_end", "paper that was taken off", end_content),
    "add_rule": ("check_rule", "rule", rule_content),
    "change_rule": ("check_rule", "rule", rule_content),
    "match": ("invoice", "what is billed by document", match_content),
    "add_order": ("purchase_order", "order", partial(source_content, "purchase_order")),
    "add_delivery": ("delivery_note", "delivery", partial(source_content, "delivery_note")),
    "add_contract": ("contract", "contract", partial(source_content, "contract")),
    "change_order": ("purchase_order", "order", partial(source_content, "purchase_order")),
    "change_delivery": ("delivery_note", "delivery", partial(source_content, "delivery_note")),
    "change_contract": ("contract", "contract", partial(source_content, "contract")),
}
#: Tables of which each row has an event, with the name of a row.
_TOLD = {
    "attachment": "name",
    "attachment_end": "reason",
    "check_rule": "kind",
    "purchase_order": "number",
    "delivery_note": "number",
    "contract": "number",
}


def contents(books: Books) -> Iterator[Fault]:
    """What was written down is still what its audit event says, and nothing is without one."""
    seen: dict[str, set[int]] = {table: set() for table in _TOLD}
    last: dict[tuple[str, str, int], tuple[Callable[[Books, int], dict[str, Any]], str]] = {}
    marks = ", ".join("?" * len(_READS))
    for action, key, payload in books.rows(
        f"SELECT action, entity_id, payload FROM audit WHERE action IN ({marks}) ORDER BY seq", list(_READS)
    ):
        table, what, read = _READS[action]
        if table in seen:
            seen[table].add(key)
        last[what, table, key] = read, payload  # the newest event of a row holds
    for (what, table, key), (read, payload) in last.items():
        if not books.row(f"SELECT 1 FROM {table} WHERE id = ?", (key,)):
            yield "content", "", f"{what} {key} has vanished"
        elif canonical(read(books, key)) != canonical(json.loads(payload)):
            yield "content", "", f"{what} {key} is not what was written down"
    for table, name in _TOLD.items():
        for key, called in books.rows(f"SELECT id, {name} FROM {table} ORDER BY id"):
            if key not in seen[table]:
                yield "content", str(called), f"{table} {key} ({called}) has no audit event"


def papers(books: Books) -> Iterator[Fault]:
    """Every file of the store is there, and is what was attached."""
    for sha256, size, name in books.rows(
        "SELECT f.sha256, f.size, (SELECT min(name) FROM attachment a WHERE a.file_id = f.id) FROM stored_file f"
        " ORDER BY f.id"
    ):
        fault = fault_of(store_of(books, sha256), sha256, size)
        if fault:
            yield "papers", "", f"the paper {name} ({sha256[:12]}) is {fault}"


def usual(books: Books) -> Iterator[Fault]:
    """The memory of what is usual is that of the issued lines."""
    mark = "?" if books.engine == "sqlite" else "%s"

    def rows(sql: str, parameters: tuple) -> list[tuple]:
        return books.db.execute_sql(sql, parameters).fetchall()

    built = memories(rows, mark)
    for customer, item, currency, seen, recent in books.rows(
        "SELECT customer_id, item_id, currency, seen, recent FROM usual"
    ):
        key, kept = Key(customer, item, currency), memory_from(seen, recent)
        true = built.pop(key, Memory())
        # Numbers of two years may be given in any order: what counts is which observations are remembered.
        if kept.seen != true.seen or sorted(kept.recent) != sorted(true.recent):
            yield "usual", "", f"what is usual of customer {customer}, item {item} ({currency}) is not its lines'"
    for key in built:
        yield "usual", "", f"what is usual of customer {key.customer}, item {key.item} is missing"


def strikes(books: Books) -> Iterator[Fault]:
    """A rule has struck as often as its strikes are written down."""
    for key, hits, counted in books.rows(
        "SELECT r.id, r.hits, (SELECT count(*) FROM check_strike s WHERE s.rule_id = r.id) FROM check_rule r"
    ):
        if hits != counted:
            yield "rules", "", f"check rule {key} has struck {counted} times, not {hits}"


def billed(books: Books) -> Iterator[Fault]:
    """What is delivered, billed and still open of each line is what its rows add up to."""
    for what, sql in _BILLED:
        for number, position, cached, counted in books.rows(sql):
            yield "orders", str(number), f"line {position} of {number}: {what} is {cached}, its rows say {int(counted)}"


_SUM = "(SELECT coalesce(sum(b.quantity), 0) FROM billed_line b WHERE b.{column} = l.id)"
_DELIVERED = "(SELECT coalesce(sum(d.quantity), 0) FROM delivery_line d JOIN delivery_note n ON n.id = d.delivery_id"
_DELIVERED += " WHERE d.order_line_id = l.id AND n.status <> 'cancelled')"


def _compare(table: str, head: str, link: str, cached: str, counted: str) -> str:
    return (
        f"SELECT h.number, l.position, {cached}, {counted} FROM {table} l JOIN {head} h ON h.id = l.{link}"
        f" WHERE {cached} <> {counted} ORDER BY l.id"
    )


_BILLED = (
    ("billed", _compare("order_line", "purchase_order", "order_id", "l.billed", _SUM.format(column="order_line_id"))),
    ("delivered", _compare("order_line", "purchase_order", "order_id", "l.delivered", _DELIVERED)),
    (
        "billed",
        _compare("delivery_line", "delivery_note", "delivery_id", "l.billed", _SUM.format(column="delivery_line_id")),
    ),
    (
        "open",
        _compare(
            "delivery_line",
            "delivery_note",
            "delivery_id",
            "l.open",
            "CASE WHEN h.status = 'open' THEN l.quantity - l.billed ELSE 0 END",
        ),
    ),
    (
        "billed",
        _compare("contract_line", "contract", "contract_id", "l.billed", _SUM.format(column="contract_line_id")),
    ),
    (
        "billed net",
        "SELECT c.number, 0, c.billed, coalesce(sum(b.net), 0) FROM contract c"
        " LEFT JOIN contract_line l ON l.contract_id = c.id LEFT JOIN billed_line b ON b.contract_line_id = l.id"
        " GROUP BY c.id, c.number, c.billed HAVING c.billed <> coalesce(sum(b.net), 0)",
    ),
)

ALL = (contents, papers, billed, strikes, usual, alias_differences, bank_differences)
