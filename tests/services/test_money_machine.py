"""Every verb that moves money, in random order on both databases: nothing exceeds what it settles, undo undoes."""

from __future__ import annotations

import datetime as dt
import itertools
import shutil
from collections.abc import Callable
from typing import Any

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

from tests.builders import TODAY, clerk, issued
from tui_billing.models.door import Books, open_books
from tui_billing.models.queries import report
from tui_billing.models.tables import BankLine
from tui_billing.models.write import add
from tui_billing.rules.problem import Problem
from tui_billing.services import allocate, clear, credit, receive
from tui_billing.services.clear import Credit, Part, Refund, Source, Take
from tui_billing.services.reasons import offered_discount
from tui_billing.services.verify import verify

CUSTOMERS = ("ACME", "KLEIN", "USCO")
CURRENCY = {"ACME": "EUR", "KLEIN": "EUR", "USCO": "USD"}
#: Not `settled_on`: a return that is taken back settles anew on the return's day (`verify` proves it).
LIVING = "open, open_base, credited, written_off, disputed, next_due"
pick = st.integers(0, 40)
share = st.sampled_from((1, 2, 3, 4))
customers = st.sampled_from(CUSTOMERS)
undo = st.booleans()


class Machine(RuleBasedStateMachine):
    """A clerk and a supervisor at one set of books; `make` opens a fresh copy of the small company."""

    make: Callable[[], Books]

    @initialize()
    def begin(self) -> None:
        self.books = type(self).make()
        self.today = TODAY
        self.serial = itertools.count(1)
        self.rows = 0
        with self.books.write():
            self.books.db.execute_sql(
                self.books.sql("UPDATE customer SET terms = ? WHERE code = 'ACME'"), ("30 -2%/10",)
            )

    def teardown(self) -> None:
        if not hasattr(self, "books"):
            return
        try:
            assert verify(self.books) == []
            for days in range(0, (self.today - TODAY).days + 1, 3):
                self.as_of(TODAY + dt.timedelta(days=days))
        finally:
            self.books.shut()

    # -- helpers -------------------------------------------------------------------------------------------

    def boss(self):
        return clerk("anna", role="supervisor", today=self.today)

    def choose(self, sql: str, place: int, *parameters: Any) -> tuple | None:
        found = self.books.rows(sql, parameters)
        return found[place % len(found)] if found else None

    def state(self) -> dict[str, Any]:
        """What undo must give back: everything living, and the balance of each account."""
        read = self.books.rows
        return {
            "invoices": read(f"SELECT id, {LIVING} FROM invoice WHERE state = 'issued' ORDER BY id"),
            "instalments": read("SELECT id, open, open_base FROM instalment ORDER BY id"),
            "receipts": read("SELECT id, open, open_base FROM receipt WHERE reversed_on IS NULL ORDER BY id"),
            "refunds": read("SELECT id, amount FROM refund WHERE reversed_on IS NULL ORDER BY id"),
            "lines": read("SELECT id, open, status FROM bank_line ORDER BY id"),
            "accounts": [
                row
                for row in read("SELECT account, sum(debit - credit) FROM posting_line GROUP BY account ORDER BY 1")
                if row[1]
            ],
        }

    def do(self, verb: Callable[[], Any], back: Callable[[Any], Any] | None = None) -> Any:
        """Do it; with `back`, take it back at once and find everything as it was, the rows kept."""
        before = self.state()
        try:
            done = verb()
        except Problem:
            assert self.state() == before
            return None
        if back is not None:
            back(done)
            assert self.state() == before
        return done

    def as_of(self, day: dt.date) -> None:
        """Aging of a past day is what the journal held that day."""
        ages = report.aging_as_of(self.books, day)
        told = sum(sum(sums.values()) for sums in ages.customers.values())
        told -= sum(ages.credits.values()) + sum(ages.on_account.values())
        booked = self.books.value(
            "SELECT coalesce(sum(l.debit - l.credit), 0) FROM posting_line l JOIN posting p ON p.id = l.posting_id"
            " WHERE l.account IN ('411000', '419100') AND p.date <= ?",
            (day.isoformat(),),
        )
        assert told == int(booked), day

    def open_invoice(self, place: int, customer: str = "") -> tuple | None:
        where = " AND c.code = ?" if customer else ""
        return self.choose(
            "SELECT i.id, i.open, c.code FROM invoice i JOIN customer c ON c.id = i.customer_id"
            f" WHERE i.state = 'issued' AND i.kind = 'invoice' AND i.open > 0{where} ORDER BY i.id",
            place,
            *([customer] if customer else []),
        )

    def open_receipt(self, place: int) -> tuple | None:
        return self.choose(
            "SELECT r.id, r.open, c.code FROM receipt r JOIN customer c ON c.id = r.customer_id"
            " WHERE r.open > 0 ORDER BY r.id",
            place,
        )

    def open_credit(self, place: int) -> tuple | None:
        return self.choose(
            "SELECT i.id, i.open, c.code FROM invoice i JOIN customer c ON c.id = i.customer_id"
            " WHERE i.kind = 'credit_note' AND i.open > 0 ORDER BY i.id",
            place,
        )

    def line(self, place: int, coming: bool) -> tuple | None:
        sign = ">" if coming else "<"
        return self.choose(f"SELECT id, open FROM bank_line WHERE open {sign} 0 ORDER BY id", place)

    def put_line(self, amount: int, **more: Any) -> int:
        with self.books.write():
            return add(
                BankLine,
                bank_account_id=1,
                date=self.today,
                amount=amount,
                open=amount,
                currency="EUR",
                text="VIR",
                fingerprint=f"m{next(self.serial)}",
                **more,
            )

    # -- what comes in -------------------------------------------------------------------------------------

    @rule(days=st.integers(1, 9))
    def time_passes(self, days: int) -> None:
        self.today += dt.timedelta(days=days)

    @rule(customer=customers, quantity=st.integers(1, 4), price=st.integers(1, 99999))
    def bill(self, customer: str, quantity: int, price: int) -> None:
        lines = [f"A10 {quantity} {price / 100:.2f}", "D40 3"][: 1 + quantity % 2]
        issued(self.books, customer, *lines, today=self.today)

    @rule(amount=st.integers(-60000, 120000).filter(bool))
    def statement(self, amount: int) -> None:
        self.put_line(amount)

    @rule(place=pick, lines=st.booleans())
    def credit_note(self, place: int, lines: bool) -> None:
        found = self.choose("SELECT id FROM invoice WHERE state = 'issued' AND kind = 'invoice' ORDER BY id", place)
        if found:
            self.do(lambda: credit.credit(self.books, self.boss(), found[0], lines=[1] if lines else []))

    @rule(customer=customers, amount=st.integers(1, 150000), spread=st.booleans(), back=undo)
    def take_money(self, customer: str, amount: int, spread: bool, back: bool) -> None:
        money = receive.Payment(customer, self.today, amount, allocations=None if spread else ())
        self.do(
            lambda: receive.receive(self.books, self.boss(), money),
            (lambda done: receive.reverse_receipt(self.books, self.boss(), done["id"], "slip")) if back else None,
        )

    # -- lines of the statement ----------------------------------------------------------------------------

    @rule(place=pick, which=pick, parts=share, fee=st.integers(0, 900), surplus=st.integers(0, 40), back=undo)
    def clear_a_line(self, place: int, which: int, parts: int, fee: int, surplus: int, back: bool) -> None:
        invoice = self.open_invoice(which)
        if invoice is None:
            return
        key, opened, customer = invoice
        off = offered_discount(self.books, key) if parts == 1 else None
        given = min(off.amount, opened - 1) if off and opened > 1 else 0
        if place % 3 == 0:
            base = int(self.books.value("SELECT open_base FROM invoice WHERE id = ?", (key,)) or 0)
            more = {"original_amount": opened, "original_currency": "USD"} if customer == "USCO" else {}
            row: tuple | None = (self.put_line(max(base - fee, 1), **more), max(base - fee, 1))
        else:
            row = self.line(place, True)
        if row is None:
            return
        amount = max(row[1] // parts, 1)
        paid = opened - given if customer == "USCO" else min(opened - given, max(amount + fee - surplus, 1))
        chosen = [Part(key, paid, given, "early_payment" if given else "", "as agreed")]
        notes = self.open_credit(which)
        credits = (
            [Credit(notes[0], key, min(notes[1], opened - paid - given))] if notes and notes[2] == customer else []
        )
        credits = [each for each in credits if each.amount > 0]
        take = Take(row[0], customer, chosen, credits, amount, fee, surplus=surplus)
        self.do(
            lambda: clear.clear_line(self.books, self.boss(), take),
            (lambda done: receive.reverse_receipt(self.books, self.boss(), done["receipt"], "slip")) if back else None,
        )

    @rule(place=pick, customer=customers, back=undo)
    def keep_on_account(self, place: int, customer: str, back: bool) -> None:
        row = self.line(place, True)
        if row is None or self.stands(row[0]):
            return
        self.do(
            lambda: clear.clear_line(self.books, self.boss(), Take(row[0], customer)),
            (lambda _: clear.take_back_line(self.books, self.boss(), row[0])) if back else None,
        )

    def stands(self, line_id: int) -> bool:
        return bool(clear.standing(self.books, "bank_line_id", line_id))

    @rule(place=pick, coming=st.booleans(), aside=st.booleans(), back=undo)
    def no_customer(self, place: int, coming: bool, aside: bool, back: bool) -> None:
        row = self.line(place, coming)
        if row is None:
            return
        verb = (
            (lambda: clear.ignore_line(self.books, self.boss(), row[0], "rent"))
            if aside
            else (lambda: clear.post_to_account(self.books, self.boss(), row[0], "627000", "fee"))
        )
        again = back and not self.stands(row[0])
        self.do(verb, (lambda _: clear.take_back_line(self.books, self.boss(), row[0])) if again else None)

    @rule(place=pick, which=pick, fee=st.integers(0, 300), back=undo)
    def link(self, place: int, which: int, fee: int, back: bool) -> None:
        row = self.line(place, True)
        paid = self.choose("SELECT id, amount, currency FROM receipt WHERE reversed_on IS NULL ORDER BY id", which)
        if paid is None:
            return
        if row is None or place % 2:
            row = (self.put_line(max(paid[1] - fee, 1)), 0)
        again = back and not self.stands(row[0])
        self.do(
            lambda: clear.link_receipt(self.books, self.boss(), row[0], paid[0], fee),
            (lambda _: clear.take_back_line(self.books, self.boss(), row[0])) if again else None,
        )

    @rule(place=pick, fee=st.integers(0, 900), reason=st.sampled_from(("AM04", "MD01", "")), back=undo)
    def bounce(self, place: int, fee: int, reason: str, back: bool) -> None:
        paid = self.choose("SELECT id, amount, amount_base FROM receipt WHERE reversed_on IS NULL ORDER BY id", place)
        if paid is None:
            return
        key = self.put_line(-paid[2] - fee, return_reason=reason)
        self.do(
            lambda: clear.return_payment(self.books, self.boss(), key, paid[0], "", fee),
            (lambda _: clear.take_back_line(self.books, self.boss(), key, "their mistake")) if back else None,
        )

    @rule(place=pick)
    def take_back_a_line(self, place: int) -> None:
        row = self.choose("SELECT id FROM bank_line WHERE status <> 'unmatched' ORDER BY id", place)
        if row:
            self.do(lambda: clear.take_back_line(self.books, self.boss(), row[0], "again"))

    # -- what is left ----------------------------------------------------------------------------------------

    @rule(place=pick, which=pick, parts=share, back=undo)
    def use_money(self, place: int, which: int, parts: int, back: bool) -> None:
        money = self.open_receipt(place)
        invoice = self.open_invoice(which, money[2]) if money else None
        if money is None or invoice is None:
            return
        amount = max(min(money[1], invoice[1]) // parts, 1)
        self.do(
            lambda: allocate.allocate_payment(self.books, self.boss(), money[0], invoice[0], amount, self.today),
            (lambda done: allocate.reverse_allocation(self.books, self.boss(), done)) if back else None,
        )

    @rule(place=pick, which=pick, parts=share, back=undo)
    def use_credit(self, place: int, which: int, parts: int, back: bool) -> None:
        note = self.open_credit(place)
        invoice = self.open_invoice(which, note[2]) if note else None
        if note is None or invoice is None:
            return
        amount = max(min(note[1], invoice[1]) // parts, 1)
        self.do(
            lambda: allocate.allocate_credit(self.books, self.boss(), note[0], invoice[0], amount, self.today),
            (lambda done: allocate.reverse_allocation(self.books, self.boss(), done)) if back else None,
        )

    @rule(
        place=pick,
        parts=share,
        code=st.sampled_from(("rounding", "bank_fee", "early_payment", "goodwill", "bad_debt")),
        back=undo,
    )
    def give_up(self, place: int, parts: int, code: str, back: bool) -> None:
        invoice = self.open_invoice(place)
        if invoice is None:
            return
        amount = max(invoice[1] // (parts * parts), 1)
        self.do(
            lambda: allocate.write_off(self.books, self.boss(), invoice[0], amount, "as agreed", code),
            (lambda done: allocate.reverse_allocation(self.books, self.boss(), done)) if back else None,
        )

    @rule(place=pick)
    def take_back_an_allocation(self, place: int) -> None:
        row = self.choose("SELECT id FROM allocation WHERE reverses_id IS NULL ORDER BY id", place)
        if row:
            self.do(lambda: allocate.reverse_allocation(self.books, self.boss(), row[0], "again"))

    @rule(place=pick)
    def take_back_a_receipt(self, place: int) -> None:
        row = self.choose("SELECT id FROM receipt ORDER BY id", place)
        if row:
            self.do(lambda: receive.reverse_receipt(self.books, self.boss(), row[0], "again"))

    @rule(place=pick, credits=st.booleans(), parts=share, linked=st.booleans(), back=undo)
    def pay_back(self, place: int, credits: bool, parts: int, linked: bool, back: bool) -> None:
        source = self.open_credit(place) if credits else self.open_receipt(place)
        if source is None:
            return
        amount = max(source[1] // parts, 1)
        key = self.put_line(-amount) if linked else None
        wanted = Refund(source[2], [Source("credit" if credits else "payment", source[0], amount)], line_id=key)
        self.do(
            lambda: clear.refund(self.books, self.boss(), wanted),
            (lambda done: clear.reverse_refund(self.books, self.boss(), done["id"], "slip")) if back else None,
        )

    @rule(place=pick, came_back=st.booleans())
    def after_a_refund(self, place: int, came_back: bool) -> None:
        row = self.choose("SELECT id, amount FROM refund WHERE reversed_on IS NULL ORDER BY id", place)
        if row is None:
            return
        key = self.put_line(row[1] if came_back else -row[1])
        verb = clear.refund_came_back if came_back else clear.link_refund
        self.do(lambda: verb(self.books, self.boss(), key, row[0]))

    @rule(place=pick, amount=st.integers(1, 600), back=undo)
    def keep_a_little(self, place: int, amount: int, back: bool) -> None:
        money = self.open_receipt(place)
        if money is None:
            return
        source = Source("payment", money[0], min(amount, money[1]))
        self.do(lambda: clear.keep_difference(self.books, self.boss(), source))

    # -- always ----------------------------------------------------------------------------------------------

    @precondition(lambda self: hasattr(self, "books"))
    @invariant()
    def nothing_exceeds(self) -> None:
        books = self.books
        for sql in (
            "SELECT id FROM invoice WHERE state = 'issued' AND (open < 0 OR open > payable)",
            "SELECT id FROM receipt WHERE open < 0 OR open > amount",
            "SELECT id FROM bank_line WHERE (amount > 0 AND (open < 0 OR open > amount))"
            " OR (amount < 0 AND (open > 0 OR open < amount))",
            "SELECT invoice_id FROM allocation a JOIN invoice i ON i.id = a.invoice_id GROUP BY invoice_id, i.payable"
            " HAVING sum(a.amount) > i.payable OR sum(a.amount) < 0",
            "SELECT r.id FROM receipt r JOIN (SELECT receipt_id, sum(amount) AS used FROM allocation"
            " WHERE receipt_id IS NOT NULL GROUP BY receipt_id) u ON u.receipt_id = r.id"
            " WHERE u.used > r.amount OR u.used < 0",
            "SELECT b.id FROM bank_line b JOIN (SELECT bank_line_id, sum(amount) AS used FROM clearing"
            " GROUP BY bank_line_id) u ON u.bank_line_id = b.id WHERE b.open <> b.amount - u.used",
        ):
            assert books.rows(sql) == [], sql
        for account, sql in (
            (
                "411000",
                "SELECT coalesce(sum(CASE WHEN kind = 'credit_note' THEN -open_base ELSE open_base END), 0)"
                " FROM invoice WHERE state = 'issued'",
            ),
            ("419100", "SELECT coalesce(-sum(open_base), 0) FROM receipt"),
        ):
            held = books.value(
                "SELECT coalesce(sum(debit - credit), 0) FROM posting_line WHERE account = ?", (account,)
            )
            assert int(held) == int(books.value(sql)), account
        rows = int(books.value("SELECT (SELECT count(*) FROM allocation) + (SELECT count(*) FROM clearing)"))
        assert rows >= self.rows, "a row was taken away"
        self.rows = rows


def run(make: Callable[[], Books], examples: int, steps: int) -> None:
    machine = type("TheMachine", (Machine,), {"make": staticmethod(make)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def begun(books: Books) -> None:
    """Something of everything, so that most verbs find what they are about from the first step."""
    with books.write():
        books.db.execute_sql(books.sql("UPDATE customer SET terms = ? WHERE code = 'ACME'"), ("30 -2%/10",))
    boss = clerk("anna", role="supervisor")
    for number, customer in enumerate(CUSTOMERS * 3):
        done = issued(books, customer, f"A10 1 {90 + 37 * number}.13", "D40 3")
        if number >= 6:
            whole = int(books.value("SELECT open FROM invoice WHERE id = ?", (done["id"],)) or 0)
            money = receive.Payment(customer, TODAY, whole + 4321, allocations=[(done["id"], whole)])
            receive.receive(books, boss.command(), money)
            credit.credit(books, boss.command(), done["id"], lines=[1])
    with books.write():
        for number, amount in enumerate((9000, 30000, 71300, -1200, -4321)):
            more = {"bank_account_id": 1, "date": TODAY, "text": "VIR", "fingerprint": f"b{number}"}
            add(BankLine, amount=amount, open=amount, currency="EUR", **more)
    books.shut()


@pytest.fixture(scope="module")
def begun_sqlite(tmp_path_factory, founded_sqlite):
    path = tmp_path_factory.mktemp("begun") / "books.db"
    begun(open_books(str(shutil.copyfile(founded_sqlite, path))))
    return path


@pytest.fixture(scope="module")
def begun_postgres(make_postgres_database, founded_postgres) -> str:
    url = make_postgres_database(template=founded_postgres)
    begun(open_books(url))
    return url.partition("?")[0].rpartition("/")[2]


@pytest.fixture
def on_sqlite(tmp_path, begun_sqlite) -> Callable[[], Books]:
    serial = itertools.count(1)
    return lambda: open_books(str(shutil.copyfile(begun_sqlite, tmp_path / f"books{next(serial)}.db")))


@pytest.fixture
def on_postgres(make_postgres_database, begun_postgres) -> Callable[[], Books]:
    return lambda: open_books(make_postgres_database(template=begun_postgres))


def test_on_sqlite(on_sqlite):
    run(on_sqlite, 10, 25)


def test_on_postgres(on_postgres):
    run(on_postgres, 3, 20)


@pytest.mark.prove
def test_long_on_sqlite(on_sqlite):
    run(on_sqlite, 400, 50)


@pytest.mark.prove
def test_long_on_postgres(on_postgres):
    run(on_postgres, 100, 50)
