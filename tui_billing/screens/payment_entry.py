"""Payment entry: who paid, how much, by which reference; what it settles is shown live and can be set by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from weakref import WeakKeyDictionary

from textual.binding import Binding, BindingType

from tui_billing.locale import N_, _
from tui_billing.models.queries.payments import Waiting
from tui_billing.rules.content import LIMITS, CustomerFacts
from tui_billing.rules.dates import format_date
from tui_billing.rules.money import Money
from tui_billing.rules.numbers import format_money
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import clean
from tui_billing.screens.allocation_table import AllocationTable, allocation_words, read_open_items, too_much
from tui_billing.screens.payment_form import ENTER_ORDER, ORDER, PaymentForm
from tui_billing.screens.workstation import Workstation
from tui_billing.services.context import new_command_id
from tui_billing.services.receive import Payment, receive
from tui_billing.widgets.field import Field
from tui_billing.widgets.issue_line import IssueLine
from tui_billing.widgets.key_bar import KeyBar
from tui_billing.widgets.lookup import Suggestions


@dataclass(slots=True)
class Kept:
    """A form left with something in it: the texts as typed, amounts set by hand, its command and bank line."""

    values: dict[str, str]
    focus: str
    command_id: str
    by_hand: list[tuple[int, int]] | None = None
    bank_line: Waiting | None = None


#: The form that a workstation's clerk left last; offered again at the next `p`.
_kept: WeakKeyDictionary[Workstation, Kept] = WeakKeyDictionary()


class PaymentEntryScreen(PaymentForm):
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
        super().__init__(bank_line)
        self._start_customer = customer
        self._in_table = in_table
        self._command_id = new_command_id()

    # -- parts -----------------------------------------------------------

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

    def on_mount(self) -> None:
        super().on_mount()
        self.table.language = self.desk.language
        self.field("customer").suggest_from(self.panel, self._suggest)
        kept = None if self._start_customer or self._bank_line else _kept.pop(self.workstation, None)
        self._clear_form()
        if kept is not None:
            self.workstation.answer(self._offer(kept))
        elif self._start_customer or self._bank_line:
            self.workstation.answer(self._prefill())

    def on_screen_resume(self) -> None:
        _kept.pop(self.workstation, None)  # it is on the screen again
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
            self.set_focus(self.table)
        elif self.form.customer is not None:
            self.set_focus(self.field("reference" if line is not None else "amount"))

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
        self.set_focus(self.field(kept.focus or "customer"))
        self.show_headline()
        self.say(_("this payment was not yet received; Ctrl+T empties the form"))

    # -- moving ----------------------------------------------------------

    def action_accept(self) -> None:
        """Enter: customer, amount, reference; elsewhere the next field."""
        self.workstation.answer(self._accept_and_go(self._focused_name(), by_enter=True))

    def action_go_on(self, step: int) -> None:
        """Tab and Shift+Tab, Up: the field is taken, whatever is wrong with it is marked."""
        self.workstation.answer(self._accept_and_go(self._focused_name(), step))

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
            self.workstation.answer(self._into_table(name))

    async def _accept_and_go(self, name: str, step: int = 1, *, by_enter: bool = False) -> None:
        stay = await self._accept(name)
        if stay and by_enter:
            return
        if by_enter and name == "customer" and not self.field(name).value.strip():
            return  # an Enter too many after a posting does no harm
        order = ENTER_ORDER if by_enter and name in ENTER_ORDER else ORDER
        place = order.index(name) + step
        if 0 <= place < len(order):
            self.set_focus(self.field(order[place]))
        elif place >= len(order) and not by_enter:
            await self._into_table("")
        elif by_enter:
            self.say(_("Ctrl+S receives the payment, Ctrl+L sets amounts by hand"))

    async def _into_table(self, name: str) -> None:
        if name and await self._accept(name):
            return
        if self.table.rows:
            self.set_focus(self.table)
            self.say(_("Space all or nothing · w gives up the rest: discount, fee, rounding"))
        elif self.form.customer is None:
            self.say(_("type the customer first: their open items are shown here"))

    def on_allocation_table_left(self) -> None:
        self.set_focus(self.field(ORDER[-1]))

    def on_suggestions_picked(self, event: Suggestions.Picked) -> None:
        self._show("customer", event.value)
        self.workstation.answer(self._accept_and_go("customer", by_enter=True))

    # -- receiving -------------------------------------------------------

    def action_post(self) -> None:
        """Take what stands half typed, check the whole, and ask in one line."""
        self.workstation.answer(self._ask())

    async def _ask(self) -> None:
        if isinstance(self.focused, AllocationTable):
            if not self.table.take():
                return
            self._show_sums()
        elif await self._accept(self._focused_name()):
            return
        for name in ("customer", "amount"):
            if not self.field(name).value.strip():
                words = {"customer": N_("type who has paid"), "amount": N_("type the amount received")}
                self._mark(name, Problem(words[name], field=name))
        for name in ORDER:
            if self.field(name).problem:
                self.set_focus(self.field(name))
                self.say(f"! {self.field(name).problem}")
                return
        customer, amount, table = self.form.customer, self.form.amount, self.table
        if customer is None or amount is None:  # typed, but not yet taken: a field that nobody has left
            for name in ("customer", "amount"):
                if await self._accept(name) or self.field(name).problem:
                    self.set_focus(self.field(name))
                    return
            customer, amount = self.form.customer, self.form.amount
        if table.left < 0:
            self.set_focus(table)
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
        self.workstation.answer(self._post())

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
            parts=table.parts if table.given else (),
        )
        self.show_keys()
        try:
            result = await self.desk.do(receive, payment, command_id=self._command_id)
        except Problem as error:
            if error.field in ORDER:
                self._mark(error.field, error)
                self.set_focus(self.field(error.field))
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
        self.set_focus(self.field("customer"))
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
        self.workstation.answer(self._read_again())

    async def _read_again(self) -> None:
        customer, desk = self.form.customer, self.desk
        self.table.by_hand = False
        if customer is not None:
            try:
                self.form.rows = await desk.ask(
                    read_open_items, customer.id, desk.today, desk.company.due_soon_days, None
                )
            except Problem as error:
                self.say_problem(error)
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
        self.set_focus(self.field("customer"))
        self.say("")

    def action_keep(self) -> None:
        """Esc: back; a form that holds something is offered again at the next `p`."""
        self._remember()
        self.workstation.go_back()

    def on_screen_suspend(self) -> None:
        """Another way out (a place, the command line) loses no more than Esc does."""
        self._remember()

    def _remember(self) -> None:
        if isinstance(self.focused, AllocationTable):
            self.table.take()
        if self._holds_something():
            _kept[self.workstation] = Kept(
                {name: self.field(name).value for name in ORDER},
                self._focused_name(),
                self._command_id,
                self.table.allocations if self.table.by_hand else None,
            )
