"""Figures of the reports: what is settled, and how old what is open is, today and on any past day.

All sums are minor units of the books' currency.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from tui_billing.models.door import Books
from tui_billing.rules.aging import BUCKETS, LAST_DAYS, bucket_of
from tui_billing.rules.disputes import Stand, in_base, undisputed
from tui_billing.rules.journal import proportion
from tui_billing.rules.status import Status


@dataclass(slots=True)
class Aging:
    """What each customer owes by age, (code, name) -> bucket -> sum; credits and money on account apart.

    `disputed` is the part of what is owed that the customer contests.
    """

    customers: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    disputed: dict[tuple[str, str], int] = field(default_factory=dict)
    credits: dict[tuple[str, str], int] = field(default_factory=dict)
    on_account: dict[tuple[str, str], int] = field(default_factory=dict)


def settled_by_status(books: Books) -> dict[Status, tuple[int, int]]:
    """Invoices with nothing open: status -> (count, sum of the gross); the order of `rules.status.status_of`.

    What only money settled is read from the covering index of settled documents; the few that were credited
    or written off have indexes of their own.
    """
    sums = dict.fromkeys((Status.WRITTEN_OFF, Status.CREDITED, Status.PAID), (0, 0))
    rows = books.rows(
        "SELECT 'paid', count(*), sum(gross_base) FROM invoice"
        " WHERE settled_on IS NOT NULL AND kind <> 'credit_note' AND written_off = 0 AND credited = 0"
        " UNION ALL SELECT 'written_off', count(*), sum(gross_base) FROM invoice"
        " WHERE written_off <> 0 AND settled_on IS NOT NULL"
        " UNION ALL SELECT CASE WHEN credited >= payable THEN 'credited' ELSE 'paid' END AS which, count(*),"
        " sum(gross_base) FROM invoice WHERE credited <> 0 AND written_off = 0 AND settled_on IS NOT NULL"
        " GROUP BY which"
    )
    for which, count, amount in rows:
        before = sums[Status(which)]
        sums[Status(which)] = (before[0] + int(count), before[1] + int(amount or 0))
    return sums


def drafts(books: Books) -> tuple[int, int]:
    """(count, sum of the gross) of the drafts."""
    row = books.row("SELECT count(*), coalesce(sum(gross_base), 0) FROM invoice WHERE state = 'draft'")
    return (int(row[0]), int(row[1])) if row else (0, 0)


def on_account(books: Books) -> tuple[int, int]:
    """(count, sum) of payments with something not allocated."""
    row = books.row("SELECT count(*), coalesce(sum(open_base), 0) FROM receipt WHERE open <> 0")
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _bucket_sql(column: str, as_of: dt.date) -> str:
    """The CASE that gives a due date its bucket, as `rules.aging.bucket_of` does; dates are ours, not typed."""
    steps = " ".join(
        f"WHEN {column} >= '{(as_of - dt.timedelta(days=last)).isoformat()}' THEN '{token}'"
        for token, last in zip(BUCKETS, LAST_DAYS, strict=False)
    )
    return f"CASE {steps} ELSE '{BUCKETS[-1]}' END"


def _add(target: dict[tuple[str, str], dict[str, int]], who: tuple[str, str], bucket: str, amount: int) -> None:
    sums = target.setdefault(who, dict.fromkeys(BUCKETS, 0))
    sums[bucket] += amount


def aging_now(books: Books, today: dt.date) -> Aging:
    """By each instalment's due date, from the open balances that the verbs keep."""
    result = Aging()
    rows = books.rows(
        f"SELECT c.code, c.name, s.bucket, s.amount FROM (SELECT i.customer_id, {_bucket_sql('p.due_date', today)}"
        " AS bucket, sum(p.open_base) AS amount FROM instalment p JOIN invoice i ON i.id = p.invoice_id"
        " WHERE p.open <> 0 GROUP BY i.customer_id, bucket) s JOIN customer c ON c.id = s.customer_id ORDER BY c.code"
    )
    for code, name, bucket, amount in rows:
        _add(result.customers, (code, name), bucket, int(amount))
    result.disputed = _by_customer(
        books,
        "SELECT c.code, c.name, sum(i.disputed_base) FROM invoice i JOIN customer c ON c.id = i.customer_id"
        " WHERE i.disputed <> 0 GROUP BY c.code, c.name ORDER BY c.code",
    )
    result.credits = _by_customer(
        books,
        "SELECT c.code, c.name, sum(i.open_base) FROM invoice i JOIN customer c ON c.id = i.customer_id"
        " WHERE i.open <> 0 AND i.kind = 'credit_note' GROUP BY c.code, c.name ORDER BY c.code",
    )
    result.on_account = _by_customer(
        books,
        "SELECT c.code, c.name, sum(r.open_base) FROM receipt r JOIN customer c ON c.id = r.customer_id"
        " WHERE r.open <> 0 GROUP BY c.code, c.name ORDER BY c.code",
    )
    return result


def _by_customer(books: Books, sql: str, parameters: tuple[object, ...] = ()) -> dict[tuple[str, str], int]:
    return {(code, name): int(amount) for code, name, amount in books.rows(sql, parameters) if amount}


#: What had been settled of each invoice by a day: one pass over the allocations.
_SETTLED = (
    "WITH settled AS (SELECT invoice_id, sum(amount) AS amount, sum(amount_base) AS base FROM allocation"
    " WHERE date <= ? GROUP BY invoice_id)"
)
_OPEN_THEN = (
    " FROM invoice i LEFT JOIN settled s ON s.invoice_id = i.id"
    " WHERE i.issue_date <= ? AND i.state = 'issued' AND i.kind <> 'credit_note'"
    " AND i.payable <> coalesce(s.amount, 0)"
)
_IN_PARTS = "EXISTS (SELECT 1 FROM instalment p WHERE p.invoice_id = i.id AND p.position = 2)"


def aging_as_of(books: Books, day: dt.date) -> Aging:
    """The same on a past day, from what is dated on or before it: invoices, credit notes, payments, allocations."""
    result = Aging()
    text = day.isoformat()
    rows = books.rows(
        f"{_SETTLED} SELECT c.code, c.name, o.bucket, o.amount FROM (SELECT i.customer_id,"
        f" {_bucket_sql('i.due_date', day)} AS bucket, sum(i.payable_base - coalesce(s.base, 0)) AS amount"
        f"{_OPEN_THEN} AND NOT {_IN_PARTS} GROUP BY i.customer_id, bucket) o"
        " JOIN customer c ON c.id = o.customer_id ORDER BY c.code",
        (text, text),
    )
    for code, name, bucket, amount in rows:
        _add(result.customers, (code, name), bucket, int(amount))
    _add_parts(books, result, day)
    result.customers = dict(sorted(result.customers.items()))
    result.disputed = disputed_as_of(books, day)
    result.credits = _by_customer(
        books,
        "SELECT c.code, c.name, sum(i.payable_base - coalesce((SELECT sum(a.amount_base + a.difference_base)"
        " FROM allocation a WHERE a.credit_note_id = i.id AND a.date <= ?), 0)"
        " - coalesce((SELECT sum(u.amount_base + u.difference_base)"
        " FROM consumption u WHERE u.credit_note_id = i.id AND u.date <= ?), 0)) FROM invoice i"
        " JOIN customer c ON c.id = i.customer_id WHERE i.kind = 'credit_note' AND i.state = 'issued'"
        " AND i.issue_date <= ? GROUP BY c.code, c.name ORDER BY c.code",
        (text, text, text),
    )
    result.on_account = _by_customer(
        books,
        "WITH used AS (SELECT receipt_id, sum(base) AS base FROM (SELECT receipt_id, amount_base + difference_base"
        " AS base FROM allocation WHERE receipt_id IS NOT NULL AND date <= ? UNION ALL SELECT receipt_id,"
        " amount_base + difference_base FROM consumption WHERE receipt_id IS NOT NULL AND date <= ?) both_kinds"
        " GROUP BY receipt_id)"
        " SELECT c.code, c.name, sum(r.amount_base - coalesce(u.base, 0)) FROM receipt r"
        " LEFT JOIN used u ON u.receipt_id = r.id JOIN customer c ON c.id = r.customer_id"
        " WHERE r.date <= ? AND (r.reversed_on IS NULL OR r.reversed_on > ?) GROUP BY c.code, c.name ORDER BY c.code",
        (text, text, text, text),
    )
    return result


def _add_parts(books: Books, result: Aging, day: dt.date) -> None:
    """Invoices to be paid in parts: what was settled by then goes to the earliest due parts first."""
    rows = books.rows(
        f"{_SETTLED} SELECT i.id, c.code, c.name, i.payable - coalesce(s.amount, 0),"
        " i.payable_base - coalesce(s.base, 0), p.due_date, p.amount"
        " FROM invoice i JOIN customer c ON c.id = i.customer_id JOIN instalment p ON p.invoice_id = i.id"
        " LEFT JOIN settled s ON s.invoice_id = i.id"
        " WHERE i.issue_date <= ? AND i.state = 'issued' AND i.kind <> 'credit_note'"
        f" AND i.payable <> coalesce(s.amount, 0) AND {_IN_PARTS} ORDER BY i.id, p.due_date, p.position",
        (day.isoformat(), day.isoformat()),
    )
    groups: dict[int, list[tuple]] = {}
    for row in rows:
        groups.setdefault(row[0], []).append(row)
    for parts in groups.values():
        left, left_base = int(parts[0][3]), int(parts[0][4])
        settled = sum(part[6] for part in parts) - left
        for _, code, name, _, _, due, amount in parts:
            taken = min(settled, amount)
            settled -= taken
            rest = amount - taken
            base = proportion(rest, left, left_base) if left else 0
            left, left_base = left - rest, left_base - base
            if rest:
                _add(result.customers, (code, name), bucket_of(dt.date.fromisoformat(due), day), base)


def disputed_as_of(books: Books, day: dt.date) -> dict[tuple[str, str], int]:
    """What each customer contested of what was open on a past day, in the books' currency."""
    text = day.isoformat()
    stands: dict[int, list[Stand]] = {}
    opened: dict[int, tuple[tuple[str, str], int, int]] = {}
    for key, code, name, rest, rest_base, dispute, since, status, amount in books.rows(
        f"{_SETTLED} SELECT i.id, c.code, c.name, i.payable - coalesce(s.amount, 0),"
        " i.payable_base - coalesce(s.base, 0), d.id, x.date, x.status, x.amount"
        " FROM dispute_change x JOIN dispute d ON d.id = x.dispute_id JOIN invoice i ON i.id = d.invoice_id"
        " JOIN customer c ON c.id = i.customer_id LEFT JOIN settled s ON s.invoice_id = i.id"
        " WHERE x.date <= ? AND i.issue_date <= ? AND (d.closed_on IS NULL OR d.closed_on > ?) ORDER BY c.code, x.id",
        (text, text, text, text),
    ):
        opened[key] = ((code, name), int(rest), int(rest_base))
        stands.setdefault(key, []).append(Stand(dispute, dt.date.fromisoformat(since), status, int(amount)))
    result: dict[tuple[str, str], int] = {}
    for key, (who, rest, rest_base) in opened.items():
        amount = in_base(rest - undisputed(rest, stands[key], day), rest, rest_base)
        if amount:
            result[who] = result.get(who, 0) + amount
    return result
