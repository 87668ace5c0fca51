"""A corrective invoice takes the place of exactly one invoice: sales once, payments carried over, both linked."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.builders import TODAY, clerk, issued, typed
from tui_billing.models.queries import overview
from tui_billing.rules.problem import Problem, Refused
from tui_billing.services import allocate, answers, credit, disputes, drafts, issue, receive, replace, show
from tui_billing.services.printing import printable
from tui_billing.services.verify import verify


def account(books, code):
    return int(books.value("SELECT coalesce(sum(debit - credit), 0) FROM posting_line WHERE account = ?", (code,)))


@pytest.mark.parametrize("customer", ["ACME", "USCO"])
def test_it_replaces_whole_and_takes_the_payments_over(books, customer):
    done = issued(books, customer, "A10 2", "B20 4", issue_date="2026-11-03")
    day = dt.date(2026, 11, 21)
    receive.receive(books, clerk(), receive.Payment(customer, day, 100_000))
    case = disputes.open_dispute(books, clerk(), done["id"], lines=[(2, None)], reason="price")
    draft = replace.start_again(books, clerk(), done["id"], corrective=True)
    typed_before = drafts.load_draft(books, draft).content
    assert [line.quantity for line in typed_before.lines] == ["2", "4"]
    typed_before.lines[1].unit_price = "40"
    version = drafts.load_draft(books, draft).version
    drafts.save_draft(books, clerk(), typed_before, draft_id=draft, version=version)
    new = issue.issue_draft(books, clerk(), draft)
    old, now = (show.invoice_json(books, key, TODAY) for key in (done["id"], new["id"]))
    assert (old["status"], old["open"], now["kind"], now["original"]) == (
        "credited",
        "0.00",
        "corrective",
        done["number"],
    )
    assert books.value("SELECT type_code FROM invoice WHERE id = ?", (new["id"],)) == "384"
    gross = int(now["totals"]["payable"].replace(".", ""))
    assert books.value("SELECT open FROM invoice WHERE id = ?", (new["id"],)) == gross - 100_000
    papers = printable(books, new["id"]).references
    assert (papers.preceding_number, papers.preceding_date) == (done["number"], dt.date(2026, 11, 3))
    assert -account(books, "706000") - account(books, "701000") == books.value(
        "SELECT net_base FROM invoice WHERE id = ?", (new["id"],)
    )
    assert books.rows("SELECT role FROM dispute_document WHERE dispute_id = ?", (case,)) == [("replacement",)]
    assert overview.read(books, TODAY, 7, "marie").disputed == 0
    aging = answers.aging_report(books, TODAY, past=True)
    assert aging["total"] == answers.aging_report(books, TODAY, past=False)["total"]
    assert verify(books) == []
    with pytest.raises(Refused, match="has replaced this one"):
        credit.credit(books, clerk(), done["id"])
    with pytest.raises(Refused, match="has replaced this one"):
        replace.start_again(books, clerk(), done["id"], corrective=True)
    key = books.value("SELECT id FROM allocation WHERE credit_note_id = ?", (new["id"],))
    with pytest.raises(Refused, match="has replaced this one"):
        allocate.reverse_allocation(books, clerk(), key)
    credit.credit(books, clerk(), new["id"])
    assert verify(books) == []


def test_what_is_credited_in_part_is_not_replaced(books):
    done = issued(books, "ACME", "A10 2", "B20 4")
    credit.credit(books, clerk(), done["id"], lines=[2])
    with pytest.raises(Refused, match="partly credited"):
        replace.correct(books, clerk(), done["id"], typed("ACME", "A10 1"))
    with pytest.raises(Problem):
        replace.correct(books, clerk(), 999, typed("ACME", "A10 1"))


def test_a_smaller_one_leaves_the_rest_on_account(books):
    done = issued(books, "ACME", "A10 2")
    receive.receive(books, clerk(), receive.Payment("ACME", TODAY, 156_000))
    new = replace.correct(books, clerk(), done["id"], typed("ACME", "A10 1"))
    assert books.value("SELECT open FROM invoice WHERE id = ?", (new["id"],)) == 0
    assert books.value("SELECT open FROM receipt") == 78_000 and verify(books) == []
