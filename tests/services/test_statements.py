"""How much an issue sends to the database: a count, since a time depends on the machine."""

from __future__ import annotations

import pytest

from benchmarks.issue import Recorder
from tests.builders import clerk, issued, typed
from tui_billing.services import drafts, issue
from tui_billing.services.record import content_of
from tui_billing.services.verify import verify


def sent(books, verb):
    with Recorder(books) as recorder:
        verb()
    return recorder.sent


@pytest.mark.parametrize("count", [1, 3, 300])
def test_an_issue_sends_few_statements(books, count):
    issued(books), issued(books)  # the first makes the series and the operator, the second knows both
    lines = ["A10", "B20 2", "C30"] * (count // 3) or ["A10"]
    statements = sent(books, lambda: issued(books, "ACME", *lines))
    # BEGIN, the command, customer (4), items; document and lines (4 tables); number (2), period, journal (2),
    # search, audit (2), change, command, COMMIT; for the checklist contract, rules and what is usual (2); by
    # which template it is printed, how it is delivered: however many lines there are. PostgreSQL locks what is usual first.
    assert len(statements) <= 30, [sql for _, sql, _ in statements]
    reads = [sql for _, sql, _ in statements if sql.startswith("SELECT")]
    assert len(reads) <= 15, reads


def test_debts_do_not_slow_the_issue(books):
    statements = sent(books, lambda: issued(books))
    assert not any("sum(" in sql for _, sql, _ in statements)


def test_a_draft_is_kept_by_four_statements(books):
    draft, version = drafts.save_draft(books, clerk(), typed())
    draft, version = drafts.save_draft(books, clerk(), typed(), draft_id=draft, version=version)
    statements = sent(
        books, lambda: drafts.save_draft(books, clerk(), typed("ACME", "B20"), draft_id=draft, version=version)
    )
    assert len(statements) <= 4, [sql for _, sql, _ in statements]


def test_what_is_hashed_is_what_is_stored(books, monkeypatch):
    """The audit event is made from what was written, without reading it back: it must be the same."""
    told = {}

    def remember(work, action, invoice_id, content, entries, *, label):
        told[invoice_id] = content
        return announce(work, action, invoice_id, content, entries, label=label)

    announce = issue.announce
    monkeypatch.setattr(issue, "announce", remember)
    issued(books, "ACME", "A10 2", {"item": "D40", "period_start": "2026-11-01"}, document_discount_percent="3")
    issued(books, "USCO", "A10", note="é", delivery_date="2026-11-20", period_start="2026-11-01")
    issued(books, "KLEIN", "B20", delivery_date="2026-11-20")
    draft, _ = drafts.save_draft(books, clerk(), typed("DUPO", "A10", purchase_order="PO"))
    issue.issue_draft(books, clerk(), draft)
    assert len(told) == 4
    for key, content in told.items():
        assert content_of(books, key) == content
    assert verify(books) == []
