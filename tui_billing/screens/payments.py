"""The payment queue: money not yet allocated, oldest first, with what it could pay and why; Enter twice posts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from tui_billing.locale import N_, _, translate
from tui_billing.models.queries import payments
from tui_billing.models.queries.payments import Proposal, Waiting
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import clean
from tui_billing.screens.allocate import AllocateScreen
from tui_billing.screens.allocation_table import allocation_words
from tui_billing.screens.amounts import money, short_day
from tui_billing.screens.frame import BillingScreen
from tui_billing.screens.payment_deeds import Deed, Plan, carry_out, money_of
from tui_billing.screens.payment_entry import PaymentEntryScreen
from tui_billing.screens.proposal_pane import ProposalPane
from tui_billing.services.context import new_command_id
from tui_billing.services.entry import find_customer
from tui_billing.widgets.field import Caption, Field
from tui_billing.widgets.issue_line import IssueLine
from tui_billing.widgets.key_bar import KeyBar
from tui_billing.widgets.paged_table import PAGE, Column, Page, PagedTable, PageRequest, Row

#: Seconds that the cursor rests on a row before its proposal is read.
REST = 0.08


@dataclass(frozen=True, slots=True)
class WaitingRow(Row):
    """A row and the money that it shows."""

    waiting: Waiting | None = None


class QueueTable(PagedTable):
    """The queue; after a posting it is read again before the next key acts."""

    async def read_again(self) -> None:
        """Read the rows around the cursor; it stays on its row, or goes to the next where that is gone."""
        row = self.row
        request = PageRequest("first") if row is None else PageRequest("around", row.key, PAGE + 2 * self._lines())
        await self._read(request, keep=True)


class PaymentsScreen(BillingScreen):
    """Receipts and bank lines with money left, and what they could pay."""

    AUTO_FOCUS = "#queue"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "split", N_("set amounts"), show=False, id="payment.split"),
        Binding("k", "keep", N_("keep on account"), show=False, id="payment.keep"),
        Binding("u", "undo", N_("take back"), show=False, id="undo"),
        Binding("v", "reverse", N_("reverse"), show=False, id="payment.reverse"),
        Binding("f", "import_file", N_("bank file"), show=False, id="bank.import"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._proposal: Proposal | None = None
        self._deeds: list[Deed] = []
        self._asked: Callable[[str], Coroutine[Any, Any, None]] | None = None
        self._done_words = ""

    # -- parts -----------------------------------------------------------

    def body(self) -> ComposeResult:
        with Horizontal(classes="halves"):
            yield QueueTable(self._columns(), self._fetch, empty=_("no money waits: all is allocated"), id="queue")
            yield ProposalPane(id="proposal")
        yield Caption("", id="foot")
        with Horizontal(id="ask"):
            yield Caption("", id="ask-caption")
            yield Field(id="ask-field", width=40)

    def _columns(self) -> list[Column]:
        return [
            Column(_("date"), 8),
            Column(_("kind"), 7, priority=2),
            Column(_("payer"), 16, flex=2),
            Column(_("amount"), 13, align="right", priority=1),
            Column(_("left"), 13, align="right"),
            Column("", 3),
            Column(_("reference"), 10, flex=1, priority=3),
        ]

    def keys(self) -> Sequence[tuple[str, str]]:
        return [
            ("Enter", _("post")),
            ("s", _("set amounts")),
            ("k", _("keep on account")),
            ("p", _("payment form")),
            ("u", _("take back")),
            ("v", _("reverse")),
            ("f", _("bank file")),
            *self.place_keys(),
        ]

    def title_words(self) -> str:
        return _("PAYMENTS TO ALLOCATE")

    @property
    def table(self) -> QueueTable:
        return self.query_one("#queue", QueueTable)

    @property
    def pane(self) -> ProposalPane:
        return self.query_one("#proposal", ProposalPane)

    def on_mount(self) -> None:
        super().on_mount()
        self.pane.language = self.desk.language
        self.table.show()

    def action_import_file(self) -> None:
        """Take in a bank's file; its lines are in the queue when it is left."""
        from tui_billing.screens.statement_import import StatementImportScreen

        self.workstation.open(StatementImportScreen())

    # -- reading ---------------------------------------------------------

    async def _fetch(self, request: PageRequest) -> Page:
        try:
            found = await self.desk.ask(payments.page, request.direction, request.key, request.limit)
        except Problem as error:
            self.say_problem(error)
            return Page(())
        return Page([self._row(one) for one in found.rows], found.more_before, found.more_after)

    def _row(self, one: Waiting) -> Row:
        kind = _("receipt") if one.kind == "receipt" else _("bank")
        said = one.reference or one.text
        cells = (
            short_day(one.date),
            kind,
            f"{one.customer_code} {one.payer}" if one.customer_code else one.payer,
            money(one.amount, one.currency),
            money(one.left, one.currency),
            one.currency,
            said,
        )
        return WaitingRow(one.key, (one.kind, one.id), cells, one)

    @property
    def waiting(self) -> Waiting | None:
        """The row under the cursor."""
        row = self.table.row
        return row.waiting if isinstance(row, WaitingRow) else None

    def on_screen_resume(self) -> None:
        self.show_headline()
        self.show_keys()
        self.reload()

    def reload(self) -> None:
        if not self.table.loaded:
            return  # the first page is on its way, and keys wait for it
        self._proposal = None
        self.table.refresh_rows()
        self.run_worker(self._read_around, group="proposal", exclusive=True)  # type: ignore[arg-type]

    async def _read_around(self) -> None:
        await self._show_foot()
        await self._read_proposal()

    def on_paged_table_moved(self, event: PagedTable.Moved) -> None:
        self.run_worker(self._read_later, group="proposal", exclusive=True)  # type: ignore[arg-type]

    async def _read_later(self) -> None:
        """A held key goes over many rows: only where the cursor rests is anything read."""
        await asyncio.sleep(REST)
        await self._show_foot()
        await self._read_proposal()

    async def _read_proposal(self) -> Proposal | None:
        """The proposal of the row under the cursor, read anew where it is another's."""
        row = self.waiting if self.is_attached else None
        if row is None:
            self._proposal = None
        elif self._proposal is None or self._proposal.row != row:
            try:
                self._proposal = await self.desk.ask(payments.propose, row)
            except Problem as error:
                self.say_problem(error)
                return None
        if self.is_attached and self.waiting == row:
            self.pane.show(self._proposal)
        return self._proposal

    async def _show_foot(self) -> None:
        try:
            sums = await self.desk.ask(payments.totals)
        except Problem as error:
            self.say_problem(error)
            return
        count = sum(number for _currency, number, _amount in sums)
        sum_words = " + ".join(money(amount, currency, code=True) for currency, _number, amount in sums)
        text = _("{count} left to allocate: {money}", count=count, money=sum_words) if count else _("nothing is left")
        if self._deeds:
            text += " · " + _("done now: {count}", count=len(self._deeds))
        for foot in self.query("#foot").results(Caption):  # none where the screen has gone meanwhile
            foot.say(" " + text)

    # -- Enter: the best proposal -----------------------------------------

    def on_paged_table_opened(self, event: PagedTable.Opened) -> None:
        self.workstation.answer(self._ask_to_post())

    async def _ask_to_post(self) -> None:
        self.say("")
        proposal = await self._read_proposal()
        if proposal is None:
            return
        row, customer = proposal.row, proposal.customer
        if customer is None:
            self.say(_("nobody is known who has paid this; k asks for the customer, p opens the payment form"))
            return
        if not proposal.allocations:
            if row.kind == "receipt":
                self.say(_("nothing is open for {customer}; the money stays on account", customer=customer.code))
            else:
                self._ask_to_keep(proposal)
            return
        verb = (
            N_("allocate {amount} of {customer}") if row.kind == "receipt" else N_("receive {amount} from {customer}")
        )
        head = _(verb, amount=money_of(row.left, row.currency), customer=customer.code)
        left = money(proposal.on_account, row.currency)
        tail = _("on account {left}", left=left)
        room = max(10, self.size.width - len(head) - len(tail) - 7)
        words = allocation_words(self.desk.language, row.currency, proposal.allocations, proposal.numbers, room)
        self._open(Plan("post", proposal, words, new_command_id()), f"{head}: {words} · {tail}", _("post"))

    def _open(self, plan: Plan, question: str, word: str) -> None:
        self.query_one("#keys", KeyBar).show([("Enter", word), ("Esc", _("back"))])
        warning = bool(plan.proposal and plan.proposal.on_account) or plan.what == "reverse"
        self.answer_line.open(question, purpose=plan, warning=warning)

    def on_issue_line_confirmed(self, event: IssueLine.Confirmed) -> None:
        if isinstance(event.purpose, Plan):
            self.workstation.answer(self._carry_out(event.purpose))

    def on_issue_line_declined(self, event: IssueLine.Declined) -> None:
        self.show_keys()

    async def _carry_out(self, plan: Plan) -> None:
        self.show_keys()
        try:
            deed, words = await carry_out(self.desk, plan)
        except Problem as error:
            deed, words = None, "! " + translate(error)
        else:
            if deed is not None:
                self._deeds.append(deed)
            elif plan.deed is not None:
                self._deeds.remove(plan.deed)
        await self._after(words, plan.proposal.row if plan.proposal else None)

    async def _after(self, words: str, row: Waiting | None) -> None:
        """Read the queue again and go to the next row; the answer line says what was done."""
        self._proposal = None
        at = self.table.row
        await self.table.read_again()
        now = self.waiting
        if row is not None and at is not None and now is not None and now.key == row.key and words[:1] != "!":
            self.table.action_move(1)
        await self._show_foot()
        await self._read_proposal()
        self.say(words)

    # -- s, k, p, u, v ------------------------------------------------------

    def action_split(self) -> None:
        """Amounts by hand: the table of open items."""
        self.workstation.answer(self._split())

    async def _split(self) -> None:
        proposal = await self._read_proposal()
        if proposal is None:
            return
        screen: BillingScreen
        if proposal.row.kind == "receipt":
            screen = AllocateScreen(proposal)
        else:
            code = proposal.customer.code if proposal.customer else ""
            screen = PaymentEntryScreen(code, proposal.row, in_table=True)
        self.app.push_screen(screen, self._done_there)

    def _done_there(self, result: tuple[str, list[int], str] | None) -> None:
        """What the screen above has done, so that `u` can take it back."""
        if result is None:
            return
        kind, ids, words = result
        row = self.waiting
        self._deeds.append(Deed(kind, tuple(ids), words))
        self.workstation.answer(self._after(words, row))

    def action_pay(self) -> None:
        """The payment form; a bank line's money is filled in."""
        row = self.waiting
        if row is None or row.kind == "receipt":
            super().action_pay()
        else:
            self.workstation.answer(self._pay())

    async def _pay(self) -> None:
        proposal = await self._read_proposal()
        if proposal is not None:
            code = proposal.customer.code if proposal.customer else ""
            self.app.push_screen(PaymentEntryScreen(code, proposal.row), self._done_there)

    def action_keep(self) -> None:
        """The whole bank line on account of its customer."""
        self.workstation.answer(self._keep())

    async def _keep(self) -> None:
        self.say("")
        proposal = await self._read_proposal()
        if proposal is None:
            return
        if proposal.row.kind == "receipt":
            self.say(_("this payment is on account already"))
        elif proposal.customer is None:
            self._prompt(_("on account of customer"), self._keep_for)
        else:
            self._ask_to_keep(proposal)

    async def _keep_for(self, text: str) -> None:
        found = await self.desk.ask(find_customer, text, self.desk.today)
        proposal = self._proposal
        if proposal is None or not text:
            return
        if found.customer is None:
            if found.others:
                codes = ", ".join(one.code for one in found.others[:5])
                raise Problem("several customers fit {text}: {codes}", field="customer", text=text[:40], codes=codes)
            raise Problem("there is no customer {text}; type part of the name", field="customer", text=text[:40])
        self._close_prompt()
        self._ask_to_keep(Proposal(proposal.row, found.customer))

    def _ask_to_keep(self, proposal: Proposal) -> None:
        row, customer = proposal.row, proposal.customer
        assert customer is not None
        question = _(
            "receive {amount} from {customer} and keep it on account",
            amount=money_of(row.left, row.currency),
            customer=f"{customer.code} {customer.name}",
        )
        self._open(Plan("keep", proposal, "", new_command_id()), question, _("keep on account"))

    def action_undo(self) -> None:
        """Take back what was posted here last."""
        if not self._deeds:
            self.say(_("nothing was posted here yet that could be taken back"))
            return
        deed = self._deeds[-1]
        self._open(
            Plan("undo", None, "", new_command_id(), deed=deed),
            _("take back: {words}", words=deed.words),
            _("take back"),
        )

    def action_reverse(self) -> None:
        """The receipt under the cursor was none (a bounced debit, a slip): take it back whole, with a reason."""
        row = self.waiting
        if row is None:
            return
        if row.kind == "receipt":
            self._prompt(_("reason of the reversal"), self._reverse_for)
        else:
            self.say(_("a bank line cannot be reversed, only the payment made of it"))

    async def _reverse_for(self, text: str) -> None:
        reason = clean(text, 500, "reason")
        if not reason:
            raise Problem("a reversal needs a reason; type why the payment is none", field="reason")
        proposal = await self._read_proposal()
        if proposal is None:
            return
        self._close_prompt()
        row = proposal.row
        question = _(
            "reverse the payment of {amount} by {customer} whole: {reason}",
            amount=money_of(row.amount, row.currency),
            customer=row.customer_code,
            reason=reason,
        )
        self._open(Plan("reverse", proposal, "", new_command_id(), text=reason), question, _("reverse"))

    # -- one line to type ---------------------------------------------------

    def _prompt(self, caption: str, then: Callable[[str], Coroutine[Any, Any, None]]) -> None:
        """Ask for a text in the foot line; Enter gives it to `then`, Esc asks no more."""
        self._asked = then
        self.query_one("#ask-caption", Caption).update(caption)
        field = self.query_one("#ask-field", Field)
        field.show("")
        self.add_class("-asking")
        self.set_focus(field)
        self.query_one("#keys", KeyBar).show([("Enter", _("go on")), ("Esc", _("back"))])

    def _close_prompt(self) -> None:
        self._asked = None
        self.remove_class("-asking")
        self.set_focus(self.table)
        self.show_keys()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if self._asked is not None:
            self.workstation.answer(self._answered(self._asked, event.value.strip()))

    async def _answered(self, then: Callable[[str], Coroutine[Any, Any, None]], text: str) -> None:
        try:
            await then(text)
        except Problem as error:
            self.say_problem(error)

    def action_back(self) -> None:
        if self._asked is not None:
            self.say("")
            self._close_prompt()
        else:
            super().action_back()
