"""Names and accounts that have paid for a customer: learned from what is posted, forgotten with what is taken back.

An alias counts the standing clearings that speak for it; `verify` counts them again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tui_billing.models.door import Books
from tui_billing.rules.identifiers import compact
from tui_billing.rules.matching.names import alias_of
from tui_billing.services.context import Work

_STANDING = (
    "SELECT b.payer_iban, b.payer, r.customer_id FROM clearing c JOIN bank_line b ON b.id = c.bank_line_id"
    " JOIN receipt r ON r.id = c.receipt_id WHERE c.kind = 'receipt' AND c.reverses_id IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM clearing t WHERE t.reverses_id = c.id)"
)


def learn(work: Work, line_id: int, receipt_id: int) -> None:
    """A line was cleared with a receipt: its payer pays for that customer."""
    for kind, value, customer in _told(work.books, line_id, receipt_id):
        work.books.db.execute_sql(
            work.books.sql(
                "INSERT INTO payer_alias (kind, value, customer_id, learned_on, uses) VALUES (?, ?, ?, ?, 1)"
                " ON CONFLICT (kind, value, customer_id) DO UPDATE SET uses = payer_alias.uses + 1"
            ),
            (kind, value, customer, work.today.isoformat()),
        )


def forget(work: Work, line_id: int, receipt_id: int) -> None:
    """The clearing was taken back: it speaks for nobody any more."""
    for alias in _told(work.books, line_id, receipt_id):
        where = " WHERE kind = ? AND value = ? AND customer_id = ?"
        work.books.db.execute_sql(work.books.sql("UPDATE payer_alias SET uses = uses - 1" + where), alias)
        work.books.db.execute_sql(work.books.sql("DELETE FROM payer_alias" + where + " AND uses <= 0"), alias)


def _told(books: Books, line_id: int, receipt_id: int) -> list[tuple[str, str, int]]:
    row = books.row(
        "SELECT b.payer_iban, b.payer, r.customer_id FROM bank_line b, receipt r WHERE b.id = ? AND r.id = ?",
        (line_id, receipt_id),
    )
    return list(_aliases(*row)) if row is not None else []


def _aliases(iban: str, payer: str, customer: int) -> Iterator[tuple[str, str, int]]:
    if account := compact(iban):
        yield "iban", account, customer
    if name := alias_of(payer):
        yield "name", name, customer


def alias_differences(books: Books) -> Iterator[tuple[str, str, str]]:
    """What `verify` finds: aliases whose count is not that of the standing clearings."""
    counted = Counter(alias for row in books.rows(_STANDING) for alias in _aliases(*row))
    kept = {
        (kind, value, customer): uses
        for kind, value, customer, uses in books.rows("SELECT kind, value, customer_id, uses FROM payer_alias")
    }
    for alias in sorted(counted.keys() | kept.keys()):
        if counted[alias] != kept.get(alias, 0):
            yield "aliases", "", f"{alias[0]} {alias[1]} has paid {counted[alias]} times, {kept.get(alias, 0)} are kept"
