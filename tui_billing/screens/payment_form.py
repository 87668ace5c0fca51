"""The form of a payment: what is typed, taken field by field, and the proposal that follows the amount."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widgets import Input

from tui_billing.locale import N_, _, translate
from tui_billing.models.queries import facts
from tui_billing.models.queries.payments import Waiting
from tui_billing.rules.content import LIMITS, CustomerFacts
from tui_billing.rules.dates import format_date, parse_date, weekday_name
from tui_billing.rules.money import Money, exponent
from tui_billing.rules.numbers import format_money, format_number, parse_amount
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import clean
from tui_billing.screens.allocation_table import AllocationTable, OpenRow, given_words, read_open_items
from tui_billing.screens.frame import BillingScreen
from tui_billing.services.entry import find_customer
from tui_billing.services.receive import propose
from tui_billing.widgets.field import Caption, Field
from tui_billing.widgets.lookup import PAUSE, Suggestion, Suggestions

#: (name, caption, cells wide) in the order of Tab; Enter goes through the first three.
FIELDS: tuple[tuple[str, str, int], ...] = (
    ("customer", N_("Customer"), 14),
    ("amount", N_("Amount"), 16),
    ("reference", N_("Reference"), 35),
    ("date", N_("Date"), 12),
    ("payer", N_("Payer"), 35),
    ("note", N_("Note"), 45),
)
ORDER = [name for name, _caption, _width in FIELDS]
ENTER_ORDER = ORDER[:3]
_CURRENCY = re.compile(r"(?:([A-Za-z]{3})\s*)?(.*?)(?:\s*([A-Za-z]{3}|€))?", re.DOTALL)


@dataclass(slots=True)
class Form:
    """What has been accepted so far."""

    customer: CustomerFacts | None = None
    amount: Money | None = None
    date: dt.date = dt.date.min
    rows: list[OpenRow] = field(default_factory=list)


def split_currency(text: str) -> tuple[str, str]:
    """("1250", "USD") of "1250 usd", "USD 1250" or "1250 €"; the currency is "" where none was typed."""
    match = _CURRENCY.fullmatch(text.strip())
    if match is None or not match[2].strip():
        return text, ""
    currency = (match[1] or match[3] or "").upper()
    return match[2].strip(), {"€": "EUR"}.get(currency, currency)


class PaymentForm(BillingScreen):
    """What the form holds and shows; moving about in it and posting it are `PaymentEntryScreen`'s."""

    def __init__(self, bank_line: Waiting | None = None) -> None:
        super().__init__()
        self._pause: Timer | None = None
        self.form = Form()
        self._bank_line = bank_line

    # -- parts -----------------------------------------------------------

    def body(self) -> ComposeResult:
        with Vertical(classes="form"):
            for name, caption, cells in FIELDS:
                with Horizontal(classes="line"):
                    yield Caption(_(caption))
                    yield Field(width=cells, id=name)
                    yield Caption("", id=f"{name}-says", classes="says")
        with Vertical(id="payment-below"):
            yield Suggestions(id="suggestions")
            yield AllocationTable(id="items", empty=_("nothing is open; the payment stays on account"))
        yield Caption("", id="payment-sums")

    @property
    def table(self) -> AllocationTable:
        return self.query_one("#items", AllocationTable)

    @property
    def panel(self) -> Suggestions:
        return self.query_one("#suggestions", Suggestions)

    def field(self, name: str) -> Field:
        """A field by its name."""
        return self.query_one(f"#{name}", Field)

    def _focused_name(self) -> str:
        return (self.focused.id or "") if isinstance(self.focused, Field) else ""

    # -- filling ---------------------------------------------------------

    def _clear_form(self) -> None:
        self.form = Form(date=self.desk.today)
        for name in ORDER:
            self._show(name, "")
            self._unmark(name)
        self._show("date", format_date(self.desk.today, self.desk.language))
        self.table.show([], [], 0, self.desk.company.currency)
        self._show_panel(True)
        self._show_sums()
        self._says("customer", "")
        self._says("amount", "")
        self._says("date", weekday_name(self.desk.today, self.desk.language))

    def _show(self, name: str, value: str) -> None:
        box = self.field(name)
        if box.value != value:
            box.show(value)

    def _amount_text(self, amount: Money) -> str:
        base = self.form.customer.currency if self.form.customer else self.desk.company.currency
        text = format_number(amount.decimal, self.desk.language, exponent(amount.currency))
        return text if amount.currency == base else f"{text} {amount.currency}"

    # -- accepting -------------------------------------------------------

    async def _accept(self, name: str) -> bool:
        """Take a field; true where the clerk should stay in it (several customers fit). What is wrong is marked."""
        if not name:
            return False
        text = self.field(name).value.strip()
        try:
            if name == "customer":
                if await self._accept_customer(text):
                    return True
            elif name == "amount":
                self._accept_amount(text)
            elif name == "date":
                self._accept_date(text)
            else:
                self._show(name, clean(text, LIMITS[name], name))
            self._unmark(name)
        except Problem as error:
            self._mark(name, error)
        return False

    async def _accept_customer(self, text: str) -> bool:
        """True where several customers fit: they are shown, and the clerk stays."""
        known = self.form.customer
        if known is not None and text.upper() == known.code:
            return False
        if not text:
            self._take_customer(None, [])
            return False
        found = await self.desk.ask(find_customer, text, self.desk.today)
        if found.customer is None:
            self._take_customer(None, [])
            if found.others:
                sentence = _("{count} customers fit; press Down to choose one", count=len(found.others))
                self.field("customer").mark(sentence)
                self._says("customer", f"! {sentence}", "$status-red")
                self.panel.typed(self.field("customer"), self._suggest)
                return True
            raise Problem("there is no customer {text}; type part of the name", field="customer", text=text[:40])
        customer = found.customer
        rows = await self.desk.ask(read_open_items, customer.id, self.desk.today, self.desk.company.due_soon_days, None)
        self._take_customer(customer, rows)
        return False

    def _take_customer(self, customer: CustomerFacts | None, rows: list[OpenRow]) -> None:
        self.form.customer, self.form.rows = customer, rows
        self.table.by_hand = False
        self.panel.clear()
        self._show_panel(customer is None)
        if customer is not None:
            self._show("customer", customer.code)
        if self.field("amount").value.strip():
            try:
                self._accept_amount(self.field("amount").value.strip())
                self._unmark("amount")
            except Problem as error:
                self._mark("amount", error)
        else:
            self._propose()
        self._unmark("customer")

    def _read_amount(self, text: str) -> Money:
        """The amount of a text, in its own currency or the customer's; Problem says what to type instead."""
        number, currency = split_currency(text)
        customer = self.form.customer
        base = customer.currency if customer else self.desk.company.currency
        line = self._bank_line
        if line is not None and not currency:
            currency = line.currency
        amount = parse_amount(number, self.desk.language, currency or base, "amount")
        if amount.minor <= 0:
            raise Problem("a payment is more than 0; for money paid back use a refund", field="amount")
        if line is not None and (amount.minor, amount.currency) != (line.amount, line.currency):
            raise Problem("the payment must be the bank line's amount", field="amount")
        if customer is not None and amount.currency != customer.currency:
            theirs = {row.item.currency for row in self.form.rows} | {customer.currency}
            if amount.currency not in theirs:
                raise Problem(
                    "{customer} is billed in {theirs}, not in {ours}; enter the payment in {theirs}",
                    field="amount",
                    customer=customer.code,
                    theirs=", ".join(sorted(theirs)),
                    ours=amount.currency,
                )
        return amount

    def _accept_amount(self, text: str) -> None:
        self.form.amount = None
        try:
            if text:
                self.form.amount = self._read_amount(text)
                self._show("amount", self._amount_text(self.form.amount))
        finally:
            self._propose()

    def _accept_date(self, text: str) -> None:
        day = parse_date(text, self.desk.language, self.desk.today) if text else self.desk.today
        if day > self.desk.today:
            raise Problem("the date of a payment is today or earlier", field="date")
        self.form.date = day
        self._show("date", format_date(day, self.desk.language))
        self._says("date", weekday_name(day, self.desk.language))

    def on_input_changed(self, event: Input.Changed) -> None:
        """The proposal follows the amount when typing pauses: a digit itself paints its own field alone."""
        if event.input.id == "amount" and event.input.has_focus:
            if self.field("amount").problem:
                self._unmark("amount")
            if self._pause is not None:
                self._pause.stop()
            self._pause = self.set_timer(PAUSE, self._follow_amount)

    def _follow_amount(self) -> None:
        """Propose for the amount that stands half typed; Enter has it proposed at once."""
        field = self.field("amount")
        if not field.has_focus:
            return
        text = field.value.strip()
        try:
            self.form.amount = self._read_amount(text) if text else None
        except Problem:
            self.form.amount = None
        self._propose()

    def _currency(self) -> str:
        if self.form.amount is not None:
            return self.form.amount.currency
        if self._bank_line is not None:
            return self._bank_line.currency
        return self.form.customer.currency if self.form.customer else self.desk.company.currency

    def _rows(self) -> list[OpenRow]:
        currency = self._currency()
        return [row for row in self.form.rows if row.item.currency == currency]

    def _propose(self) -> None:
        """Oldest due first, unless amounts were set by hand: those stand."""
        rows = self._rows()
        total = self.form.amount.minor if self.form.amount else 0
        table = self.table
        by_hand = table.by_hand and bool(rows) and table.currency == self._currency()
        amounts = table.allocations if by_hand else propose([row.item for row in rows], total)
        table.show(rows, amounts, total, self._currency(), by_hand=by_hand)
        self._show_sums()

    # -- suggestions -----------------------------------------------------

    def _show_panel(self, shown: bool) -> None:
        """Suggestions and open items have the same place: there is nothing open of nobody."""
        self.panel.display = shown
        self.table.display = not shown

    async def _suggest(self, text: str) -> list[Suggestion]:
        try:
            found = await self.desk.ask(facts.find_customers, text)
        except Problem as error:
            self.say_problem(error)
            return []
        if found and self.form.customer is not None:
            self._show_panel(True)
        return [
            Suggestion(one.code, "  ".join(part for part in (one.code.ljust(12), one.name, one.city) if part))
            for one in found
        ]

    # -- marks -----------------------------------------------------------

    def _says(self, name: str, text: str, style: str = "$status-dim") -> None:
        self.query_one(f"#{name}-says", Caption).say(text, style)

    def _mark(self, name: str, error: Problem) -> None:
        sentence = translate(error)
        self.field(name).mark(sentence)
        self._says(name, f"! {sentence}", "$status-red")
        self.say(f"! {sentence}")

    def _unmark(self, name: str) -> None:
        if self.field(name).problem:
            self.field(name).clear_mark()
            self.say("")
        text = ""
        if name == "customer" and self.form.customer is not None:
            text = self._card(self.form.customer)
        elif name == "amount" and (self.form.customer or self.form.amount):
            text = self._currency()
        elif name == "date":
            text = weekday_name(self.form.date, self.desk.language)
        self._says(name, text)

    def _card(self, customer: CustomerFacts) -> str:
        desk = self.desk
        parts = [customer.name, customer.city]
        if customer.owed:
            owed = format_money(customer.owed, desk.company.currency, desk.language)
            late = f" ({customer.overdue} {_('overdue')})" if customer.overdue else ""
            parts.append(f"{_('owes')} {owed}{late}")
        return " · ".join(part for part in parts if part)

    def _show_sums(self) -> None:
        table, currency, language = self.table, self._currency(), self.desk.language
        if self.form.customer is None:
            self.query_one("#payment-sums", Caption).say("")
            return
        text = _(
            "received {total}   allocated {allocated}   stays on account {left} {currency}",
            total=format_money(table.total, currency, language),
            allocated=format_money(table.allocated, currency, language),
            left=format_money(table.left, currency, language),
            currency=currency,
        )
        style = "bold $status-red" if table.left < 0 else "bold $status-yellow" if table.left else "bold"
        self.query_one("#payment-sums", Caption).say(" " + text, style)

    def on_allocation_table_changed(self) -> None:
        self.say("")
        self._show_sums()

    def on_allocation_table_gave(self, event: AllocationTable.Gave) -> None:
        self.say(given_words(event.amount, event.code, self._currency(), self.desk.language))

    def on_allocation_table_wrong(self, event: AllocationTable.Wrong) -> None:
        self.say_problem(event.problem)
