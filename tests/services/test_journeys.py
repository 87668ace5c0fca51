"""Any order of verbs: after each of them the books are as they must be, on both databases.

The invariants are those of double entry and of the open items: debit is credit, receivables are the open
documents, no open amount below 0 or above its document, numbers without a gap, status a function of the rows.
"""

from __future__ import annotations

import datetime as dt
import itertools
import shutil

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.builders import TODAY, clerk, typed
from tui_billing.models.door import open_books
from tui_billing.rules.problem import Problem
from tui_billing.rules.status import Status
from tui_billing.services import allocate, credit, dispute_outcome, disputes, drafts, issue, receive, show
from tui_billing.services.verify import verify

customers = st.sampled_from(["ACME", "USCO", "JPCO"])
quantities = st.sampled_from(["1", "2", "0.5", "3.3333", "7", "-1", "0.01"])
items = st.sampled_from(["A10", "B20", "C30", "D40"])
percents = st.sampled_from(["", "", "5", "12.5", "33.3333", "100"])
lines = st.lists(st.tuples(items, quantities, percents), min_size=1, max_size=4)
pick = st.integers(0, 10**6)
shares = st.sampled_from([1, 10, 33, 50, 99, 100, 100, 120])


class Billing(RuleBasedStateMachine):
    """Two clerks and a supervisor over one set of books; `make` gives the URL of fresh ones."""

    make = staticmethod(lambda: "")

    @initialize()
    def begin(self):
        self.books = open_books(self.make())
        self.today = TODAY
        self.turn = itertools.count()
        self.refused = 0

    def context(self, role="clerk"):
        return clerk(("anna", "paul")[next(self.turn) % 2], role, self.today)

    def attempt(self, verb, *arguments, **more):
        """A verb that may refuse; any other failure is a fault."""
        try:
            return verb(self.books, *arguments, **more)
        except Problem:
            self.refused += 1
            return None

    def some(self, sql, number):
        rows = self.books.rows(sql)
        return rows[number % len(rows)] if rows else None

    @rule(days=st.integers(0, 9))
    def wait(self, days):
        self.today += dt.timedelta(days=days)

    @rule(customer=customers, lines=lines, percent=percents, back=st.integers(0, 3), draft=st.booleans())
    def bill(self, customer, lines, percent, back, draft):
        content = typed(
            customer,
            *({"item": i, "quantity": q, **({"discount_percent": p} if p else {})} for i, q, p in lines),
            issue_date=(self.today - dt.timedelta(days=back)).isoformat(),
            **({"document_discount_percent": percent} if percent else {}),
        )
        if draft:
            key, version = drafts.save_draft(self.books, self.context(), content)
            self.attempt(issue.issue_draft, self.context(), key, seen_version=version)
        else:
            self.attempt(issue.issue_content, self.context(), content)

    @rule(customer=customers, amount=st.integers(1, 300_000), account=st.booleans(), back=st.integers(0, 30))
    def pay(self, customer, amount, account, back):
        day = self.today - dt.timedelta(days=back)
        payment = receive.Payment(customer, day, amount, allocations=() if account else None)
        self.attempt(receive.receive, self.context(), payment)

    @rule(number=pick, invoice=pick, share=shares)
    def use_money(self, number, invoice, share):
        source = self.some("SELECT id, open FROM receipt WHERE open > 0 ORDER BY id", number)
        target = self.some("SELECT id, open FROM invoice WHERE open > 0 AND kind = 'invoice' ORDER BY id", invoice)
        if source and target:
            amount = min(source[1], target[1]) * share // 100
            self.attempt(allocate.allocate_payment, self.context(), source[0], target[0], amount)

    @rule(number=pick, invoice=pick, share=shares)
    def use_credit(self, number, invoice, share):
        source = self.some("SELECT id, open FROM invoice WHERE open > 0 AND kind = 'credit_note' ORDER BY id", number)
        target = self.some("SELECT id, open FROM invoice WHERE open > 0 AND kind = 'invoice' ORDER BY id", invoice)
        if source and target:
            amount = min(source[1], target[1]) * share // 100
            self.attempt(allocate.allocate_credit, self.context(), source[0], target[0], amount)

    @rule(number=pick, positions=st.sets(st.integers(1, 4), max_size=3))
    def credit_some(self, number, positions):
        found = self.some("SELECT id FROM invoice WHERE state = 'issued' AND kind = 'invoice' ORDER BY id", number)
        if found:
            self.attempt(credit.credit, self.context(), found[0], lines=sorted(positions), reason="returned")

    @rule(number=pick)
    def take_back(self, number):
        found = self.some("SELECT id FROM allocation WHERE kind <> 'write_off' ORDER BY id", number)
        if found:
            self.attempt(allocate.reverse_allocation, self.context(), found[0], "slip")

    @rule(number=pick)
    def bounce(self, number):
        found = self.some("SELECT id FROM receipt ORDER BY id", number)
        if found:
            self.attempt(receive.reverse_receipt, self.context(), found[0], "bounced")

    @rule(number=pick, share=shares)
    def write_off(self, number, share):
        found = self.some("SELECT id, open FROM invoice WHERE open > 0 AND kind = 'invoice' ORDER BY id", number)
        if found:
            context = self.context("supervisor")
            self.attempt(allocate.write_off, context, found[0], found[1] * share // 100, "not worth it")

    @rule(number=pick, share=shares)
    def contest(self, number, share):
        found = self.some("SELECT id, open FROM invoice WHERE open > 0 ORDER BY id", number)
        if found:
            self.attempt(disputes.open_dispute, self.context(), found[0], amount=found[1] * share // 100, note="no")

    @precondition(lambda self: self.books.value("SELECT count(*) FROM dispute"))
    @rule(number=pick, close=st.booleans())
    def settle_dispute(self, number, close):
        key = self.some("SELECT id FROM dispute ORDER BY id", number)[0]
        if close:
            self.attempt(dispute_outcome.close_dispute, self.context(), key, "reaffirmed")
        else:
            self.attempt(disputes.note_dispute, self.context(), key, "asked again")

    @invariant()
    def amounts_lie_within_their_documents(self):
        assert not self.books.rows(
            "SELECT id FROM invoice WHERE state = 'issued' AND (open < 0 OR open > payable OR disputed > open"
            " OR credited + written_off > payable)"
        )
        assert not self.books.rows("SELECT id FROM receipt WHERE open < 0 OR open > amount")
        assert not self.books.rows(
            "SELECT i.id FROM invoice i JOIN invoice n ON n.original_id = i.id WHERE n.state = 'issued'"
            " GROUP BY i.id, i.gross HAVING sum(n.gross) > i.gross"
        )

    @invariant()
    def receivables_are_the_open_items_of_each_customer(self):
        booked = self.books.rows(
            "SELECT customer_id, sum(debit - credit) FROM posting_line WHERE account = '411000' GROUP BY customer_id"
            " HAVING sum(debit - credit) <> 0 ORDER BY customer_id"
        )
        told = self.books.rows(
            "SELECT customer_id, sum(CASE WHEN kind = 'credit_note' THEN -open_base ELSE open_base END) AS owed"
            " FROM invoice WHERE state = 'issued' GROUP BY customer_id ORDER BY customer_id"
        )
        assert [(c, int(a)) for c, a in booked] == [(c, int(a)) for c, a in told if a]

    @invariant()
    def numbers_have_no_gap(self):
        for kind in ("invoice", "credit_note"):
            rows = self.books.rows(
                "SELECT counter, issue_date FROM invoice WHERE state = 'issued' AND kind = ? AND issue_date < '2027'"
                " ORDER BY counter",
                (kind,),
            )
            assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
            assert [row[1] for row in rows] == sorted(row[1] for row in rows)

    @invariant()
    def no_day_settles_more_than_was_billed(self):
        # At the end of any day: what was allocated until then is no more than the document, and none before it.
        assert not self.books.rows(
            "SELECT a.id FROM allocation a JOIN invoice i ON i.id = a.invoice_id WHERE a.date < i.issue_date"
            " UNION ALL SELECT a.id FROM allocation a JOIN receipt r ON r.id = a.receipt_id WHERE a.date < r.date"
            " UNION ALL SELECT a.id FROM allocation a JOIN invoice n ON n.id = a.credit_note_id"
            " WHERE a.date < n.issue_date"
        )

    def teardown(self):
        if not hasattr(self, "books"):
            return
        try:
            assert verify(self.books) == []
            for key, opened in self.books.rows("SELECT id, open FROM invoice WHERE state = 'issued'"):
                status = Status(show.invoice_json(self.books, key, self.today)["status"])
                assert (status in (Status.PAID, Status.CREDITED, Status.WRITTEN_OFF)) == (not opened)
        finally:
            self.books.shut()


def journey(request, tmp_path, engine, examples, steps):
    """Run the machine on copies of the small company."""
    serial = itertools.count()
    if engine == "sqlite":
        source = request.getfixturevalue("founded_sqlite")

        def make():
            return str(shutil.copyfile(source, tmp_path / f"{next(serial)}.db"))
    else:
        database = request.getfixturevalue("make_postgres_database")
        name = request.getfixturevalue("founded_postgres")

        def make():
            return database(template=name)

    machine = type("Journey", (Billing,), {"make": staticmethod(make)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize(("engine", "examples"), [("sqlite", 25), ("postgres", 12)])
def test_any_order_of_verbs(request, tmp_path, engine, examples):
    journey(request, tmp_path, engine, examples, 15)


@pytest.mark.prove
@pytest.mark.parametrize(("engine", "examples"), [("sqlite", 300), ("postgres", 100)])
def test_many_orders_of_verbs(request, tmp_path, engine, examples):
    journey(request, tmp_path, engine, examples, 40)
    print(f"\n{engine}: {examples} journeys of up to 40 verbs, every invariant after each, verify clean")
