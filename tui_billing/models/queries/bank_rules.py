"""What rules did and what was done without them: clearings that stand, by rule and by line."""

from __future__ import annotations

import datetime as dt

from tui_billing.models.door import Books


def hits(books: Books) -> dict[int, int]:
    """Rule id -> lines on which something stands that names the rule."""
    rows = books.rows(
        "SELECT rule_id, count(*) FROM (SELECT rule_id, bank_line_id FROM clearing WHERE rule_id IS NOT NULL"
        " GROUP BY rule_id, bank_line_id HAVING sum(amount) <> 0) AS standing GROUP BY rule_id"
    )
    return {rule: int(count) for rule, count in rows}


def cleared_with(books: Books, since: dt.date, until: dt.date) -> dict[int, list[tuple[str, str]]]:
    """Line id -> (kind, customer's code or account or reason) of the clearings that stand on lines of a period."""
    rows = books.rows(
        "SELECT l.id, c.kind, coalesce(p.code, q.code, ''), c.account, c.reason, c.receipt_id FROM bank_line l"
        " JOIN clearing c ON c.bank_line_id = l.id"
        " LEFT JOIN receipt r ON r.id = c.receipt_id LEFT JOIN customer p ON p.id = r.customer_id"
        " LEFT JOIN refund f ON f.id = c.refund_id LEFT JOIN customer q ON q.id = f.customer_id"
        " WHERE l.date BETWEEN ? AND ? AND c.reverses_id IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM clearing b WHERE b.reverses_id = c.id) ORDER BY l.id, c.id",
        (since.isoformat(), until.isoformat()),
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for line, kind, customer, account, reason, receipt in rows:
        if kind == "charge" and receipt is None:
            kind = "account"  # the whole line is a charge
        found.setdefault(line, []).append((kind, customer or account or reason))
    return found
