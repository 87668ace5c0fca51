"""Three clerks live the planned year: every document, payment and dispute goes through the services."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tui_billing.cli import sample_data as data
from tui_billing.cli.sample_plan import DRAFTS, TODAY, Planned, is_working, pay_day, working, working_between
from tui_billing.models.door import Books
from tui_billing.rules.content import Content, LineContent
from tui_billing.rules.differences import BAD_DEBT, ROUNDING
from tui_billing.rules.money import convert
from tui_billing.rules.terms import instalments, parse_terms
from tui_billing.services import allocate, credit, dispute_outcome, disputes, drafts, issue, receive
from tui_billing.services.context import Context
from tui_billing.services.resolve import resolve

#: From this day on, what comes in is read from bank statements.
FIRST_STATEMENT = dt.date(2026, 9, 28)


@dataclass(slots=True)
class Money:
    """A transfer to come: one customer, the invoices it is for, and how far it goes.

    `way` is what the clerk does with it; `extra` is minor units that nobody asked for.
    """

    invoices: list[Planned]
    way: str = "pay"
    extra: int = 0
    percent: int = 100
    then: Callable[[dict], None] | None = None
    bank_line: int = 0


@dataclass(slots=True)
class Desk:
    """The day that it is, a clock that only goes on, and command ids that come again at each build."""

    books: Books
    today: dt.date = data.FIRST_DAY
    ticks: int = 0
    commands: int = 0

    def begin(self, day: dt.date) -> None:
        """Open the desk on a day."""
        self.today, self.ticks = day, 0

    def now(self) -> str:
        """Half past seven UTC and on, about a minute and a half a step."""
        self.ticks += 1
        start = dt.datetime.combine(self.today, dt.time(7, 30), dt.UTC)
        moment = start + dt.timedelta(
            seconds=97 * self.ticks, microseconds=(self.ticks * 7919 + self.today.day) % 10**6
        )
        return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def by(self, login: str) -> Context:
        """A fresh command of one of the clerks."""
        person = next(person for person in data.PEOPLE if person.login == login)
        self.commands += 1
        # No UUID, which differs at each build and is three times as long: two thousand of them are told here.
        return Context(login, self.today, person.role, person.origin, f"sample-{self.commands}", None, self.now)


@dataclass(slots=True)
class Year:
    """The year as it is lived: money on its way and things to do, by day."""

    desk: Desk
    rng: Random
    plan: list[Planned]
    coming: dict[dt.date, list[Money]] = field(default_factory=lambda: defaultdict(list))
    agenda: dict[dt.date, list[Callable[[], object]]] = field(default_factory=lambda: defaultdict(list))
    #: (receipt, why) of payments on a statement that the bank takes back with its next one.
    bounces: list[tuple[int, str]] = field(default_factory=list)

    @property
    def books(self) -> Books:
        return self.desk.books

    def person(self) -> str:
        """Who happens to do it."""
        return self.rng.choice(("marie", "marie", "paul"))

    def live(self, bank: Callable[[Year, dt.date, list[Money]], None]) -> None:
        """Day after day: the bank's statement, what it pays, what is to be done, what is billed."""
        self._send_money()
        waiting = list(self.plan)
        day = data.FIRST_DAY
        while day <= TODAY:
            if is_working(day):
                self.desk.begin(day)
                if day >= FIRST_STATEMENT:
                    bank(self, day, self.coming[day])
                for money in self.coming[day]:
                    if money.way != "waiting":
                        self._receive(money)
                for task in self.agenda[day]:
                    task()
                while waiting and waiting[0].date == day:
                    self._issue(waiting.pop(0))
            day += dt.timedelta(days=1)
        self._keep_drafts()

    # -- what becomes of an invoice ----------------------------------------

    def _issue(self, planned: Planned) -> None:
        done = issue.issue_content(self.books, self.desk.by(planned.person), planned.content)
        planned.id, planned.number = done["id"], done["number"]

    def later(self, day: dt.date, task: Callable[[], object]) -> None:
        """Have something done on a day, or on the last one."""
        self.agenda[min(working(day), TODAY)].append(task)

    def pay(self, day: dt.date, money: Money) -> None:
        """Have money come in on a day, but never before the invoice can have arrived."""
        if money.way != "advance":
            day = max(day, max(planned.date for planned in money.invoices) + dt.timedelta(days=2))
        self.coming[min(working(day), TODAY)].append(money)

    def _send_money(self) -> None:
        """Plan the payments, credits, write-offs and disputes of every invoice."""
        batches: dict[tuple[str, dt.date], list[Planned]] = defaultdict(list)
        for place, planned in enumerate(self.plan):
            act = getattr(self, f"_fate_{planned.fate}", None)
            if act is not None:
                act(planned)
            elif planned.fate == "pay" and "@" in planned.client.terms:
                self._pay_parts(planned)
            elif planned.fate == "pay":
                day = pay_day(self.rng, planned)
                together = planned.client.code if planned.client.habit != "each" else str(place)
                batches[together, day].append(planned)
        for (_, day), invoices in batches.items():
            self.pay(day, Money(invoices))
        self._pay_in_advance()

    def _pay_parts(self, planned: Planned) -> None:
        """Each instalment when it is due; those still to come are not paid."""
        parts = instalments(planned.date, parse_terms(planned.client.terms), 100)
        for part in parts:
            day = working(max(part.due_date, planned.date + dt.timedelta(days=2)) + dt.timedelta(days=1))
            if day <= TODAY:
                self.pay(day, Money([planned], way="part"))

    def _pay_in_advance(self) -> None:
        """Money that comes before there is an invoice: it stays on account."""
        for code, day in (("ALPES", "2026-06-18"), ("NYC", "2026-10-12"), ("REGIE", "2026-11-17")):
            planned = next(planned for planned in self.plan if planned.client.code == code)
            self.pay(dt.date.fromisoformat(day), Money([planned], way="advance", extra=150_000))

    def _fate_half(self, planned: Planned) -> None:
        self.pay(
            working_between(self.rng, planned.date + dt.timedelta(days=5), TODAY),
            Money([planned], percent=self.rng.choice((30, 40, 50, 60))),
        )

    def _fate_overdue_half(self, planned: Planned) -> None:
        self.pay(planned.due + dt.timedelta(days=2), Money([planned], percent=self.rng.choice((25, 50, 70))))

    def _fate_over(self, planned: Planned) -> None:
        self.pay(planned.due, Money([planned], extra=self.rng.choice((100, 900, 2_000, 5_430, 12_000))))

    def _fate_paid_twice(self, planned: Planned) -> None:
        day = planned.due + dt.timedelta(days=1)
        self.pay(day, Money([planned]))
        again = Money([planned], way="again", then=lambda receipt: self._use_later(planned, receipt))
        self.pay(day + dt.timedelta(days=9), again)

    def _use_later(self, planned: Planned, receipt: dict) -> None:
        """Three weeks on, money on account settles the next invoice of that customer, if there is one."""

        def use() -> None:
            for item in self._open_of(planned):
                amount = min(item.open, receipt["open"])
                allocate.allocate_payment(self.books, self.desk.by(self.person()), receipt["id"], item.id, amount)
                break

        self.later(self.desk.today + dt.timedelta(days=21), use)

    def _open_of(self, planned: Planned) -> list[receive.OpenItem]:
        row = self.books.row("SELECT customer_id FROM invoice WHERE id = ?", (planned.id,))
        assert row is not None
        items = receive.open_items(self.books, int(row[0]), planned.currency)
        steady = {other.id for other in self.plan if other.fate in ("pay", "open")}
        return [item for item in items if item.kind != "credit_note" and item.id in steady and not item.disputed]

    def _fate_short(self, planned: Planned) -> None:
        """A few cents, or a discount nobody granted, are missing; the supervisor gives them up."""
        self.pay(planned.due, Money([planned], extra=-self.rng.choice((2, 35, 150, 480, 990))))
        self.later(planned.due + dt.timedelta(days=15), lambda: self._write_off(planned, "Écart de règlement"))

    def _fate_write_off(self, planned: Planned) -> None:
        reason = self.rng.choice(data.LOSSES)
        self.later(planned.due + dt.timedelta(days=120), lambda: self._write_off(planned, reason))

    def _write_off(self, planned: Planned, reason: str) -> None:
        rest = self._open(planned)
        if rest:
            code = ROUNDING if rest <= 500 else BAD_DEBT
            allocate.write_off(self.books, self.desk.by("anna"), planned.id, rest, reason, code)

    def _open(self, planned: Planned) -> int:
        return int(self.books.value("SELECT open FROM invoice WHERE id = ?", (planned.id,)))  # type: ignore[call-overload]

    def _fate_bounced(self, planned: Planned) -> None:
        self._bounce(planned)
        self.pay(planned.due + dt.timedelta(days=24), Money([planned]))

    def _fate_bounced_open(self, planned: Planned) -> None:
        self._bounce(planned)

    def _bounce(self, planned: Planned) -> None:
        reason = self.rng.choice(data.BOUNCES)

        def bounce(receipt: dict) -> None:
            key = receipt["id"]
            if self.books.value("SELECT bank_line_id FROM receipt WHERE id = ?", (key,)):
                self.bounces.append((key, reason))  # the next statement shows it
            else:
                receive.reverse_receipt(self.books, self.desk.by("anna"), key, reason)

        def reverse(receipt: dict) -> None:
            self.later(self.desk.today + dt.timedelta(days=5), lambda: bounce(receipt))

        self.pay(planned.due, Money([planned], then=reverse))

    def _fate_moved(self, planned: Planned) -> None:
        self.pay(planned.due + dt.timedelta(days=3), Money([planned], way="moved"))

    def _fate_waiting(self, planned: Planned) -> None:
        day = working_between(self.rng, TODAY - dt.timedelta(days=5), TODAY)
        if planned.client.code == "ACME":
            # One transfer for all of them, on the last day.
            group = [p for p in self.plan if p.fate == "waiting" and p.client.code == "ACME"]
            if planned is group[0]:
                self.pay(TODAY, Money(group, way="waiting"))
            return
        self.pay(day, Money([planned], way="waiting"))

    def _credit(self, planned: Planned, lines: tuple[int, ...] = ()) -> dict:
        reason = self.rng.choice(data.CREDIT_REASONS[planned.client.language])
        return credit.credit(self.books, self.desk.by(self.person()), planned.id, lines=lines, reason=reason)

    def _fate_credit_whole(self, planned: Planned) -> None:
        self.later(planned.date + dt.timedelta(days=self.rng.randint(2, 11)), lambda: self._credit(planned))

    def _fate_credit_line(self, planned: Planned) -> None:
        self.later(planned.date + dt.timedelta(days=8), lambda: self._credit(planned, (1,)))
        self.pay(pay_day(self.rng, planned) + dt.timedelta(days=10), Money([planned]))

    def _fate_credit_twice(self, planned: Planned) -> None:
        self.later(planned.date + dt.timedelta(days=4), lambda: self._credit(planned, (1,)))
        self.later(planned.date + dt.timedelta(days=12), lambda: self._credit(planned))

    def _fate_credit_after(self, planned: Planned) -> None:
        """Credited when it is paid already: the credit note is open until it settles another invoice."""
        self.pay(planned.due, Money([planned]))
        use = self.rng.random() < 0.6

        def use_note(note: dict) -> None:
            for item in self._open_of(planned):
                amount = min(item.open, note["open"])
                allocate.allocate_credit(self.books, self.desk.by(self.person()), note["id"], item.id, amount)
                break

        def write_note() -> None:
            note = self._credit(planned, (1,))
            if use:
                self.later(self.desk.today + dt.timedelta(days=18), lambda: use_note(note))

        self.later(planned.due + dt.timedelta(days=12), write_note)

    # -- disputes ------------------------------------------------------------

    def _fate_dispute_open(self, planned: Planned) -> None:
        first = max(planned.date + dt.timedelta(days=6), TODAY - dt.timedelta(days=self.rng.randint(3, 16)))
        self.later(first, lambda: self._dispute(planned, None))

    def _fate_dispute_kept(self, planned: Planned) -> None:
        outcome = self.rng.choice(("reaffirmed", "documents_sent", "withdrawn", "reaffirmed"))
        self.later(planned.date + dt.timedelta(days=9), lambda: self._dispute(planned, outcome))
        self.pay(max(planned.due, planned.date + dt.timedelta(days=26)) + dt.timedelta(days=6), Money([planned]))

    def _fate_dispute_credit(self, planned: Planned) -> None:
        self.later(planned.date + dt.timedelta(days=7), lambda: self._dispute(planned, "credited"))
        self.pay(max(planned.due, planned.date + dt.timedelta(days=26)) + dt.timedelta(days=4), Money([planned]))

    def _dispute(self, planned: Planned, outcome: str | None) -> None:
        """Open a dispute with its first note; what follows comes on later days."""
        reason, theirs, ours = self.rng.choice(data.QUARRELS)
        rest = self._open(planned)
        part = self.rng.random() < 0.4
        by_line = not part and planned.id % 2 == 0
        key = disputes.open_dispute(
            self.books,
            self.desk.by(self.person()),
            planned.id,
            reason=reason,
            amount=max(rest * self.rng.choice((10, 25, 50)) // 100, 1) if part else None,
            lines=[(1, None)] if by_line else (),
            note=theirs,
            contact=planned.client.contact,
        )
        opened = self.desk.today

        def note(kind: str, text: str) -> None:
            disputes.note_dispute(self.books, self.desk.by(self.person()), key, text, kind)

        def move(status: str) -> None:
            version = int(self.books.value("SELECT version FROM dispute WHERE id = ?", (key,)))  # type: ignore[call-overload]
            disputes.move_dispute(self.books, self.desk.by(self.person()), key, status, version)

        def close() -> None:
            if outcome == "credited":
                reason = self.rng.choice(data.CREDIT_REASONS[planned.client.language])
                dispute_outcome.credit_dispute(self.books, self.desk.by(self.person()), key, reason=reason)
            dispute_outcome.close_dispute(
                self.books, self.desk.by("anna"), key, outcome or "reaffirmed", "Dossier clos."
            )

        self.later(opened + dt.timedelta(days=1), lambda: note("note", ours))
        steps: list[Callable[[], object]] = [lambda: move("investigating")]
        for kind, text in self.rng.sample(data.LATER_NOTES, self.rng.randint(0, 3)):
            steps.append(lambda kind=kind, text=text: note(kind, text))  # type: ignore[misc]
        if self.rng.random() < 0.5:
            steps.append(lambda: move("waiting_customer"))
        for index, step in enumerate(steps):
            day = working(opened + dt.timedelta(days=2 + 2 * index))
            if day <= TODAY:
                self.later(day, step)
        if outcome:
            self.later(opened + dt.timedelta(days=16), close)

    # -- money ---------------------------------------------------------------

    def amount_of(self, money: Money) -> int:
        """Minor units that come in: what is open of these invoices, or a share of it, and what is too much."""
        if money.way == "advance":
            return money.extra
        if money.way == "again":
            row = "SELECT payable FROM invoice WHERE id = ?"
            return int(self.books.value(row, (money.invoices[0].id,)))  # type: ignore[call-overload]
        if money.way == "part":
            row = "SELECT open FROM instalment WHERE invoice_id = ? AND open > 0 ORDER BY position LIMIT 1"
            return int(self.books.value(row, (money.invoices[0].id,)) or 0)  # type: ignore[call-overload]
        rest = sum(self._open(planned) for planned in money.invoices)
        return rest * money.percent // 100 + money.extra if rest else 0

    def reference_of(self, money: Money) -> str:
        """What the payer writes: the payment reference, the numbers, or something of their own."""
        if money.way == "advance":
            return {"fr": "ACOMPTE", "en": "DEPOSIT"}[money.invoices[0].client.language]
        if len(money.invoices) > 1:
            return " ".join(planned.number for planned in money.invoices)[:140]
        number = money.invoices[0].number
        structured = self.books.value("SELECT payment_reference FROM invoice WHERE id = ?", (money.invoices[0].id,))
        # From the number, not from the generator: the statement asks first, the receipt after it.
        return (number, f"FACT {number}", str(structured), str(structured), number.replace("-", " "))[
            money.invoices[0].id % 5
        ]

    def _receive(self, money: Money) -> None:
        amount = self.amount_of(money)
        if amount <= 0:
            return
        first = money.invoices[0]
        rest = amount
        allocations: list[tuple[int, int]] = []
        for planned in money.invoices if money.way not in ("advance", "again") else ():
            part = min(self._open(planned), rest)
            if part > 0:
                allocations.append((planned.id, part))
                rest -= part
        wrong = (
            next((item for item in self._open_of(first) if item.open >= amount), None) if money.way == "moved" else None
        )
        if wrong is not None:
            allocations = [(wrong.id, amount)]
        payment = receive.Payment(
            customer=first.client.code,
            date=self.desk.today,
            amount=amount,
            currency=first.currency,
            reference=self.reference_of(money),
            payer=first.client.name[:70],
            means=self.rng.choice(("30", "58", "58", "58", "20", "59")),
            bank_line_id=money.bank_line or None,
            allocations=allocations,
        )
        receipt = receive.receive(self.books, self.desk.by(self.person()), payment)
        if wrong is not None:
            self._move(receipt, first, amount)
        if money.then is not None:
            money.then(receipt)

    def _move(self, receipt: dict, planned: Planned, amount: int) -> None:
        """The next day it is found that another invoice was meant."""

        def put_right() -> None:
            by = self.person()
            reason = "mauvaise facture"
            allocate.reverse_allocation(self.books, self.desk.by(by), receipt["allocations"][0], reason)
            allocate.allocate_payment(self.books, self.desk.by(by), receipt["id"], planned.id, amount)

        self.later(self.desk.today + dt.timedelta(days=1), put_right)

    # -- drafts --------------------------------------------------------------

    def _keep_drafts(self) -> None:
        for login, code, pairs, values in DRAFTS:
            lines = [LineContent(item=item, quantity=quantity) for item, quantity in pairs]
            content = Content(customer=code, lines=lines, issue_date=TODAY.isoformat())
            for name, value in values.items():
                setattr(content, name, value)
            known = resolve(self.books, content, TODAY)
            assert known.customer is not None and known.totals is not None
            gross = known.totals.gross
            drafts.save_draft(
                self.books,
                self.desk.by(login),
                content,
                gross=gross,
                gross_base=gross if known.currency == "EUR" else convert(gross, known.currency, "EUR", known.rate),
                customer_id=known.customer.id,
                buyer_name=known.customer.name,
                currency=known.currency,
                hold=False,
            )
