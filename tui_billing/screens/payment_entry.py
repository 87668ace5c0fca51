"""Payment entry: who paid, how much, by which reference; what it settles is shown live and can be set by hand."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar
from weakref import WeakKeyDictionary

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
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
from tui_billing.screens.allocate import AllocationTable, OpenRow, allocation_words, read_open_items, too_much
from tui_billing.screens.frame import BillingScreen
from tui_billing.screens.workstation import Workstation
from tui_billing.services.context import new_command_id
from tui_billing.services.entry import find_customer
from tui_billing.services.receive import Payment, propose, receive
from tui_billing.widgets.field import Caption, Field
from tui_billing.widgets.issue_line import IssueLine
from tui_billing.widgets.key_bar import KeyBar
from tui_billing.widgets.lookup import Suggestion, Suggestions

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
class Kept:
    """A form left with something in it: the texts as typed, amounts set by hand, its command and bank line."""

    values: dict[str, str]
    focus: str
    command_id: str
    by_hand: list[tuple[int, int]] | None = None
    bank_line: Waiting | None = None


@dataclass(slots=True)
class Form:
    """What has been accepted so far."""

    customer: CustomerFacts | None = None
    amount: Money | None = None
    date: dt.date = dt.date.min
    rows: list[OpenRow] = field(default_factory=list)


#: The form that a workstation's clerk left last; offered again at the next `p`.
_kept: WeakKeyDictionary[Workstation, Kept] = WeakKeyDictionary()


def split_currency(text: str) -> tuple[str, str]:
    """("1250", "USD") of "1250 usd", "USD 1250" or "1250 €"; the currency is "" where none was typed."""
    match = _CURRENCY.fullmatch(text.strip())
    if match is None:
        return text, ""
    currency = (match[1] or match[3] or "").upper()
    return match[2].strip(), {"€": "EUR"}.get(currency, currency)


class PaymentEntryScreen(BillingScreen):
    """The form of one payment received; after it is posted an empty one is ready for the next."""

    AUTO_FOCUS = "#customer"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", N_("next"), show=False, priority=True, id="field.next"),
        Binding("tab", "go_on(1)", N_("next field"), show=False, priority=True, id="field.tab"),
        Binding("shift+tab", "go_on(-1)", N_("previous field"), show=False, priority=True, id="field.prev"),
        Binding("up", "go_on(-1)", N_("field above"), show=False, priority=True, id="line.up"),
        Binding("down", "below", N_("field below, suggestions"), show=False, priority=True, id="line.down"),
        Binding("f4,ctrl+l", "lookup", N_("suggestions, allocation"), show=False, priority=True, id="field.lookup"),
        Binding("ctrl+s,f10", "post", N_("receive"), show=False, id="record.save"),
        Binding("ctrl+t", "take_out", N_("empty the form"), show=False, id="line.take_out"),
        Binding("escape,f3", "keep", N_("back"), show=False, id="screen.back"),
    ]

    def __init__(self, customer: str = "", bank_line: Waiting | None = None, *, in_table: bool = False) -> None:
        super().__init__()
        self._start_customer = customer
        self._bank_line = bank_line
        self._in_table = in_table
        self._command_id = new_command_id()
        self.form = Form()

    # -- parts -----------------------------------------------------------

    def body(self) -> ComposeResult:
        with Vertical(classes="form"):
            for name, caption, cells in FIELDS:
                with Horizontal(classes="line"):
                    yield Caption(_(caption))
                    yield Field(width=cells, id=name)
                    yield Caption("", id=f"{name}-says", classes="says")
        yield Suggestions(id="suggestions")
        yield AllocationTable(id="items", empty=_("nothing is open; the payment stays on account"))
        yield Caption("", id="sums")

    def keys(self) -> Sequence[tuple[str, str]]:
        if isinstance(self.focused, AllocationTable):
            return [
                (_("amount"), _("on a row")),
                ("Space", _("all / nothing")),
                ("^S", _("receive")),
                ("F5", _("propose again")),
                ("Esc", _("back")),
            ]
        return [
            ("Enter", _("next")),
            ("^S", _("receive")),
            ("^L", _("look up, allocate")),
            ("^T", _("empty the form")),
            ("Esc", _("back")),
        ]

    def title_words(self) -> str:
        return _("PAYMENT OF A BANK LINE") if self._bank_line else _("NEW PAYMENT")

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

    def on_mount(self) -> None:
        super().on_mount()
        self.table.language = self.desk.language
        self.field("customer").suggest_from(self.panel, self._suggest)
        kept = None if self._start_customer or self._bank_line else _kept.pop(self.workstation, None)
        self._clear_form()
        if kept is not None:
            self.app.answer(self._offer(kept))  # type: ignore[attr-defined]
        elif self._start_customer or self._bank_line:
            self.app.answer(self._prefill())  # type: ignore[attr-defined]

    def on_screen_resume(self) -> None:
        self.show_headline()
        self.show_keys()

    def on_descendant_focus(self) -> None:
        """The keys of the table are others than those of the fields."""
        if not self.answer_line.is_open:
            self.show_keys()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where the answer line, the table or the suggestions have the focus, the form's own keys are theirs."""
        if action in ("accept", "go_on", "below", "lookup"):
            return isinstance(self.focused, Field)
        return True

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

    async def _prefill(self) -> None:
        """What is known at the start: the customer of a row, a bank line's money."""
        line = self._bank_line
        if line is not None:
            for name, value in (("reference", line.reference or line.text), ("payer", line.payer)):
                self._show(name, clean(value[: LIMITS[name]], LIMITS[name], name))
            self._show("date", format_date(line.date, self.desk.language))
            self._show("amount", self._amount_text(Money(line.amount, line.currency)))
            self._accept_date(self.field("date").value)
        if self._start_customer:
            self._show("customer", self._start_customer)
            if await self._accept("customer"):
                return
        if line is not None:
            await self._accept("amount")
        if self.form.customer is not None and self._in_table and self.table.rows:
            self.table.focus()
        elif self.form.customer is not None:
            self.field("reference" if line is not None else "amount").focus()

    async def _offer(self, kept: Kept) -> None:
        """The form as it was left."""
        self._bank_line, self._command_id = kept.bank_line, kept.command_id
        for name, value in kept.values.items():
            self._show(name, value)
        for name in ORDER:
            if name == "customer" or kept.values[name]:
                await self._accept(name)
        if kept.by_hand is not None and self.form.amount is not None:
            amount = self.form.amount
            self.table.show(self._rows(), kept.by_hand, amount.minor, amount.currency, by_hand=True)
            self._show_sums()
        self.field(kept.focus or "customer").focus()
        self.show_headline()
        self.say(_("this payment was not yet received; Ctrl+T empties the form"))

    def _show(self, name: str, value: str) -> None:
        box = self.field(name)
        if box.value != value:
            box.show(value)

    def _amount_text(self, amount: Money) -> str:
        base = self.form.customer.currency if self.form.customer else self.desk.company.currency
        text = format_number(amount.decimal, self.desk.language, exponent(amount.currency))
        return text if amount.currency == base else f"{text} {amount.currency}"

    # -- moving ----------------------------------------------------------

    def action_accept(self) -> None:
        """Enter: customer, amount, reference; elsewhere the next field."""
        self.app.answer(self._accept_and_go(self._focused_name(), by_enter=True))  # type: ignore[attr-defined]

    def action_go_on(self, step: int) -> None:
        """Tab and Shift+Tab, Up: the field is taken, whatever is wrong with it is marked."""
        self.app.answer(self._accept_and_go(self._focused_name(), step))  # type: ignore[attr-defined]

    def action_below(self) -> None:
        """Down: the suggestions where there are some, else the next field, after the last the table."""
        if self._focused_name() == "customer" and self.panel.expected:
            self.panel.enter(self.field("customer"), self._suggest)
        else:
            self.action_go_on(1)

    def action_lookup(self) -> None:
        """Ctrl+L: the suggestions of a customer, else the table of open items."""
        name = self._focused_name()
        if name == "customer" and (self.form.customer is None or self.panel.display):
            self.panel.enter(self.field("customer"), self._suggest)
        else:
            self.app.answer(self._into_table(name))  # type: ignore[attr-defined]

    async def _accept_and_go(self, name: str, step: int = 1, *, by_enter: bool = False) -> None:
        stay = await self._accept(name)
        if stay and by_enter:
            return
        if by_enter and name == "customer" and not self.field(name).value.strip():
            return  # an Enter too many after a posting does no harm
        order = ENTER_ORDER if by_enter and name in ENTER_ORDER else ORDER
        place = order.index(name) + step
        if 0 <= place < len(order):
            self.field(order[place]).focus()
        elif place >= len(order) and not by_enter:
            await self._into_table("")
        elif by_enter:
            self.say(_("Ctrl+S receives the payment, Ctrl+L sets amounts by hand"))

    async def _into_table(self, name: str) -> None:
        if name and await self._accept(name):
            return
        if self.table.rows:
            self.table.focus()
        elif self.form.customer is None:
            self.say(_("type the customer first: their open items are shown here"))

    def on_allocation_table_left(self) -> None:
        self.field(ORDER[-1]).focus()

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
        """The proposal follows the amount as it is typed; another text in the customer field takes the customer out."""
        if event.input.id == "amount" and event.input.has_focus:
            text = event.value.strip()
            try:
                self.form.amount = self._read_amount(text) if text else None
            except Problem:
                self.form.amount = None
            if self.field("amount").problem:
                self._unmark("amount")
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
        found = await self.desk.ask(facts.find_customers, text)
        if found and self.form.customer is not None:
            self._show_panel(True)
        return [
            Suggestion(one.code, "  ".join(part for part in (one.code.ljust(12), one.name, one.city) if part))
            for one in found
        ]

    def on_suggestions_picked(self, event: Suggestions.Picked) -> None:
        self._show("customer", event.value)
        self.app.answer(self._accept_and_go("customer", by_enter=True))  # type: ignore[attr-defined]

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
            self.query_one("#sums", Caption).say("")
            return
        text = _(
            "received {total}   allocated {allocated}   stays on account {left} {currency}",
            total=format_money(table.total, currency, language),
            allocated=format_money(table.allocated, currency, language),
            left=format_money(table.left, currency, language),
            currency=currency,
        )
        style = "bold $status-red" if table.left < 0 else "bold $status-yellow" if table.left else "bold"
        self.query_one("#sums", Caption).say(" " + text, style)

    def on_allocation_table_changed(self) -> None:
        self.say("")
        self._show_sums()

    def on_allocation_table_wrong(self, event: AllocationTable.Wrong) -> None:
        self.say_problem(event.problem)

    # -- receiving -------------------------------------------------------

    def action_post(self) -> None:
        """Take what stands half typed, check the whole, and ask in one line."""
        self.app.answer(self._ask())  # type: ignore[attr-defined]

    async def _ask(self) -> None:
        if isinstance(self.focused, AllocationTable):
            if not self.table.take():
                return
        elif await self._accept(self._focused_name()):
            return
        for name in ("customer", "amount"):
            if not self.field(name).value.strip():
                words = {"customer": N_("type who has paid"), "amount": N_("type the amount received")}
                self._mark(name, Problem(words[name], field=name))
        for name in ORDER:
            if self.field(name).problem:
                self.field(name).focus()
                self.say(f"! {self.field(name).problem}")
                return
        customer, amount, table = self.form.customer, self.form.amount, self.table
        if customer is None or amount is None:  # typed, but not yet taken: a field that nobody has left
            for name in ("customer", "amount"):
                if await self._accept(name) or self.field(name).problem:
                    self.field(name).focus()
                    return
            customer, amount = self.form.customer, self.form.amount
        if table.left < 0:
            table.focus()
            self.say_problem(too_much(table, self.desk.language))
            return
        assert customer is not None and amount is not None
        self.query_one("#keys", KeyBar).show([("Enter", _("receive")), ("Esc", _("back to the form"))])
        self.answer_line.open(self._question(customer, amount), warning=table.left > 0, purpose="receive")

    def _question(self, customer: CustomerFacts, amount: Money) -> str:
        language, currency, table = self.desk.language, amount.currency, self.table
        head = _(
            "receive {amount} {currency} from {customer}",
            amount=format_money(amount.minor, currency, language),
            currency=currency,
            customer=customer.code,
        )
        tail = _("on account {left}", left=format_money(table.left, currency, language))
        if not table.allocations:
            return f"{head} · {tail}"
        room = max(10, self.size.width - len(head) - len(tail) - 7)
        words = allocation_words(language, currency, table.allocations, table.numbers, room)
        return f"{head}: {words} · {tail}"

    def on_issue_line_confirmed(self, event: IssueLine.Confirmed) -> None:
        self.app.answer(self._post())  # type: ignore[attr-defined]

    def on_issue_line_declined(self, event: IssueLine.Declined) -> None:
        self.show_keys()

    async def _post(self) -> None:
        customer, amount, line, table = self.form.customer, self.form.amount, self._bank_line, self.table
        assert customer is not None and amount is not None
        payment = Payment(
            customer.code,
            self.form.date,
            amount.minor,
            amount.currency,
            self.field("reference").value.strip(),
            self.field("payer").value.strip(),
            note=self.field("note").value.strip(),
            bank_line_id=line.id if line else None,
            allocations=table.allocations,
        )
        self.show_keys()
        try:
            result = await self.desk.do(receive, payment, command_id=self._command_id)
        except Problem as error:
            if error.field in ORDER:
                self._mark(error.field, error)
                self.field(error.field).focus()
            self.say_problem(error)
            return
        done = self._done_words(customer, amount)
        self._command_id = new_command_id()
        self._bank_line = None
        if line is not None:
            self.dismiss(("receipt", [result["id"]], done))
            return
        self._clear_form()
        self.show_headline()
        self.field("customer").focus()
        self.say(done)

    def _done_words(self, customer: CustomerFacts, amount: Money) -> str:
        language, currency, table = self.desk.language, amount.currency, self.table
        head = _(
            "received {amount} {currency} from {customer}",
            amount=format_money(amount.minor, currency, language),
            currency=currency,
            customer=customer.code,
        )
        tail = _("on account {left}", left=format_money(table.left, currency, language))
        room = max(10, self.size.width - len(head) - len(tail) - 7)
        words = allocation_words(language, currency, table.allocations, table.numbers, room)
        return f"{head}: {words} · {tail}" if words else f"{head} · {tail}"

    # -- leaving ---------------------------------------------------------

    def action_reload(self) -> None:
        """Read the open items again and propose anew; amounts set by hand go."""
        self.app.answer(self._read_again())  # type: ignore[attr-defined]

    async def _read_again(self) -> None:
        customer = self.form.customer
        self.table.by_hand = False
        if customer is not None:
            self.form.rows = await self.desk.ask(
                read_open_items, customer.id, self.desk.today, self.desk.company.due_soon_days, None
            )
        self._propose()

    def reload(self) -> None:
        """What others change is seen when the payment is posted; the form under the clerk's hands stands still."""

    def _holds_something(self) -> bool:
        values = {name: self.field(name).value.strip() for name in ORDER if name != "date"}
        if self._bank_line is not None:
            return False  # it waits in the queue
        if self._start_customer and values["customer"].upper() == self._start_customer.upper():
            values["customer"] = ""
        return any(values.values())

    def action_take_out(self) -> None:
        """Ctrl+T: an empty form."""
        self._bank_line = None
        self._command_id = new_command_id()
        self._clear_form()
        self.show_headline()
        self.field("customer").focus()
        self.say("")

    def action_keep(self) -> None:
        """Esc: back; a form that holds something is offered again at the next `p`."""
        self.table.take()
        if self._holds_something():
            _kept[self.workstation] = Kept(
                {name: self.field(name).value for name in ORDER},
                self._focused_name(),
                self._command_id,
                self.table.allocations if self.table.by_hand else None,
            )
        self.workstation.go_back()
