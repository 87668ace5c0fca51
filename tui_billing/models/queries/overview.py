"""What the overview shows: counts and sums by status, aging, today's work, this week's cash, what is new."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from tui_billing.models.door import Books
from tui_billing.models.queries.deliveries import Traffic, traffic
from tui_billing.models.queries.statuses import last_day_due_soon
from tui_billing.rules.status import Status

_OPEN = "FROM invoice WHERE open <> 0"
_DISPUTED = "FROM invoice WHERE disputed <> 0"


@dataclass(slots=True)
class Overview:
    """Sums are minor units of the books' currency: open amounts, gross for draft and paid.

    `paid` counts what was settled in the 30 days up to today. `disputed` is the contested part of what is open,
    where the status counts the whole open amount of a disputed invoice. `questions` are colleagues' to the operator.
    """

    statuses: dict[Status, tuple[int, int]] = field(default_factory=dict)
    credits: tuple[int, int] = (0, 0)
    on_account: tuple[int, int] = (0, 0)
    aging: dict[str, int] = field(default_factory=dict)
    bank_lines: int = 0
    to_bill: int = 0
    disputes: int = 0
    disputed: int = 0
    questions: int = 0
    follow_ups: int = 0
    investigations: int = 0
    credits_waiting: int = 0
    own_drafts: int = 0
    cash_this_week: int = 0
    news: list[tuple[str, str, str]] = field(default_factory=list)
    traffic: Traffic = field(default_factory=Traffic)


@dataclass(frozen=True, slots=True)
class Trend:
    """Days sales outstanding (None where nothing was sold) and cash received in each of the last 8 weeks."""

    dso: int | None
    weeks: tuple[int, ...]


def read(books: Books, today: dt.date, due_soon_days: int, operator: str) -> Overview:
    """Everything of the first screen that is quick to read, in a constant number of queries."""
    day = today.isoformat()
    operator_id = _count(books, "SELECT id FROM operator WHERE login = ?", operator)
    view = Overview()
    view.statuses, view.credits = open_by_status(books, today, due_soon_days)
    view.aging = aging(books, today)
    row = books.row("SELECT count(*), coalesce(sum(gross_base), 0) FROM invoice WHERE state = 'draft'")
    view.statuses[Status.DRAFT] = _pair(row)
    month_ago = (today - dt.timedelta(days=30)).isoformat()
    row = books.row(
        "SELECT count(*), coalesce(sum(gross_base), 0) FROM invoice WHERE settled_on > ? AND settled_on <= ?"
        " AND kind <> 'credit_note' AND written_off = 0 AND credited = 0",
        (month_ago, day),
    )
    view.statuses[Status.PAID] = _pair(row)
    view.on_account = _pair(books.row("SELECT count(*), coalesce(sum(open_base), 0) FROM receipt WHERE open <> 0"))
    view.to_bill = _count(
        books, "SELECT count(*) FROM (SELECT DISTINCT delivery_id FROM delivery_line WHERE open <> 0) AS waiting"
    )
    view.bank_lines = _count(books, "SELECT count(*) FROM bank_line WHERE open <> 0")
    view.disputes = _count(books, "SELECT count(*) FROM dispute WHERE status <> 'closed' AND answer_by <= ?", day)
    view.disputed = disputed(books)
    view.questions = _count(
        books,
        "SELECT count(*) FROM dispute_note n JOIN dispute d ON d.id = n.dispute_id WHERE n.colleague_id = ?"
        " AND d.status <> 'closed' AND NOT EXISTS (SELECT 1 FROM dispute_note a WHERE a.answers_id = n.id)",
        operator_id,
    )
    view.investigations = _count(books, "SELECT count(*) FROM investigation WHERE status = 'open' AND due_on <= ?", day)
    view.follow_ups = _count(
        books,
        "SELECT count(*) FROM inquiry q WHERE q.follow_up <= ?"
        " AND NOT EXISTS (SELECT 1 FROM inquiry f WHERE f.follows_id = q.id)",
        day,
    )
    view.credits_waiting = _count(books, "SELECT count(*) FROM credit_request WHERE status = 'waiting'")
    view.own_drafts = _count(
        books, "SELECT count(*) FROM invoice WHERE state = 'draft' AND operator_id = ?", operator_id
    )
    monday = today - dt.timedelta(days=today.weekday())
    view.cash_this_week = _count(
        books,
        "SELECT coalesce(sum(amount_base), 0) FROM receipt WHERE date >= ? AND date <= ? AND reversed_on IS NULL",
        monday.isoformat(),
        day,
    )
    view.news = news(books, operator_id)
    view.traffic = traffic(books)
    return view


def _pair(row: tuple | None) -> tuple[int, int]:
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _count(books: Books, sql: str, *parameters: object) -> int:
    return int(books.value(sql, parameters) or 0)  # type: ignore[call-overload]


def open_by_status(
    books: Books, today: dt.date, due_soon_days: int
) -> tuple[dict[Status, tuple[int, int]], tuple[int, int]]:
    """(status -> (count, sum), open credit notes) of what has something open, as `statuses.OPEN_STATUS` says.

    Overdue is a range of the index less the disputed and the credits in it, so that a hundred thousand old
    invoices are only added up; what is not yet due is looked at row by row.
    """
    day, soon = today.isoformat(), last_day_due_soon(today, due_soon_days)
    credits = "FROM invoice WHERE kind = 'credit_note' AND open <> 0"
    late = _pair(books.row(f"SELECT count(*), coalesce(sum(open_base), 0) {_OPEN} AND next_due < ?", (day,)))
    disputed = _pair(books.row(f"SELECT count(*), coalesce(sum(open_base), 0) {_DISPUTED}"))
    late_disputed = _pair(
        books.row(f"SELECT count(*), coalesce(sum(open_base), 0) {_DISPUTED} AND next_due < ?", (day,))
    )
    owed = _pair(books.row(f"SELECT count(*), coalesce(sum(open_base), 0) {credits}"))
    late_owed = _pair(books.row(f"SELECT count(*), coalesce(sum(open_base), 0) {credits} AND next_due < ?", (day,)))
    part = "payable - credited - written_off > open"
    row = books.row(
        f"SELECT coalesce(sum(CASE WHEN {part} THEN 1 ELSE 0 END), 0),"
        f" coalesce(sum(CASE WHEN {part} THEN open_base ELSE 0 END), 0),"
        f" coalesce(sum(CASE WHEN NOT ({part}) AND next_due <= ? THEN 1 ELSE 0 END), 0),"
        f" coalesce(sum(CASE WHEN NOT ({part}) AND next_due <= ? THEN open_base ELSE 0 END), 0),"
        f" coalesce(sum(CASE WHEN NOT ({part}) AND next_due > ? THEN 1 ELSE 0 END), 0),"
        f" coalesce(sum(CASE WHEN NOT ({part}) AND next_due > ? THEN open_base ELSE 0 END), 0)"
        f" {_OPEN} AND next_due >= ? AND disputed = 0 AND kind <> 'credit_note'",
        (soon, soon, soon, soon, day),
    )
    assert row is not None
    return {
        Status.DISPUTED: disputed,
        Status.OVERDUE: (late[0] - late_disputed[0] - late_owed[0], late[1] - late_disputed[1] - late_owed[1]),
        Status.PART_PAID: (int(row[0]), int(row[1])),
        Status.DUE_SOON: (int(row[2]), int(row[3])),
        Status.OPEN: (int(row[4]), int(row[5])),
    }, owed


def disputed(books: Books) -> int:
    """The part of what is open that customers contest now, in the books' currency."""
    return _count(books, "SELECT coalesce(sum(disputed_base), 0) FROM invoice WHERE disputed <> 0")


def aging(books: Books, today: dt.date) -> dict[str, int]:
    """Open amounts by age of each instalment's due date; a day due today is not due."""
    bounds = [today - dt.timedelta(days=n) for n in (0, 30, 60, 90)]
    tokens = ("not_due", "d1_30", "d31_60", "d61_90", "over_90")
    edges = ["9999-12-31", *(bound.isoformat() for bound in bounds), ""]
    return {
        token: _count(
            books,
            "SELECT coalesce(sum(open_base), 0) FROM instalment WHERE open <> 0 AND due_date < ? AND due_date >= ?",
            upper,
            lower,
        )
        for token, upper, lower in zip(tokens, edges, edges[1:], strict=False)
    }


def news(books: Books, operator_id: int, limit: int = 12) -> list[tuple[str, str, str]]:
    """(who, action, label) of what others did since the operator last looked, the newest first."""
    seen = _count(books, "SELECT seen_change FROM operator WHERE id = ?", operator_id)
    rows = books.rows(
        "SELECT o.login, c.action, c.label FROM change c JOIN operator o ON o.id = c.operator_id"
        " WHERE c.seq > ? AND c.operator_id <> ? ORDER BY c.seq DESC LIMIT ?",
        (seen, operator_id, limit),
    )
    return [(row[0], row[1], row[2]) for row in rows]


def trend(books: Books, today: dt.date) -> Trend:
    """Days sales outstanding over 90 days, and the cash of eight weeks; a longer read."""
    since = (today - dt.timedelta(days=90)).isoformat()
    sold = _count(
        books,
        "SELECT coalesce(sum(CASE WHEN kind = 'credit_note' THEN -gross_base ELSE gross_base END), 0)"
        " FROM invoice WHERE issue_date > ? AND issue_date <= ? AND state = 'issued'",
        since,
        today.isoformat(),
    )
    # What a corrective invoice has replaced was sold once.
    sold -= _count(
        books,
        "SELECT coalesce(sum(o.gross_base), 0) FROM invoice r JOIN invoice o ON o.id = r.original_id"
        " WHERE r.original_id IS NOT NULL AND r.kind = 'corrective' AND r.state = 'issued' AND o.issue_date > ?"
        " AND o.issue_date <= ?",
        since,
        today.isoformat(),
    )
    owed = _count(
        books,
        "SELECT coalesce(sum(CASE WHEN kind = 'credit_note' THEN -open_base ELSE open_base END), 0)"
        " FROM invoice WHERE open <> 0",
    )
    monday = today - dt.timedelta(days=today.weekday())
    first = monday - dt.timedelta(weeks=7)
    cash = [0] * 8
    for date, amount in books.rows(
        "SELECT date, sum(amount_base) FROM receipt WHERE date >= ? AND date <= ? AND reversed_on IS NULL GROUP BY date",
        (first.isoformat(), today.isoformat()),
    ):
        cash[(dt.date.fromisoformat(date) - first).days // 7] += int(amount)
    return Trend(round(owed * 90 / sold) if sold > 0 else None, tuple(cash))
