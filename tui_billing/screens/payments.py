"""The payment queue: money not yet allocated, oldest first, with what it could pay and why; Enter twice posts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from tui_billing.locale import N_, _, translate
from tui_billing.models.queries import payments
from tui_billing.models.queries.payments import Proposal, Waiting
from tui_billing.rules.dates import format_date
from tui_billing.rules.matching import Candidate, Reason
from tui_billing.rules.numbers import format_money
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import clean, width
from tui_billing.screens.allocate import AllocateScreen, allocate_all, allocation_words
from tui_billing.screens.frame import BillingScreen
from tui_billing.screens.payment_entry import PaymentEntryScreen
from tui_billing.services.allocate import reverse_allocation
from tui_billing.services.context import new_command_id
from tui_billing.services.entry import find_customer
from tui_billing.services.receive import Payment, receive, reverse_receipt
from tui_billing.widgets.cells import padded
from tui_billing.widgets.field import Caption, Field
from tui_billing.widgets.issue_line import IssueLine
from tui_billing.widgets.key_bar import KeyBar
from tui_billing.widgets.paged_table import PAGE, Column, Page, PagedTable, PageRequest, Row
from tui_billing.widgets.themes import tint

REASONS = {
    Reason.REFERENCE: N_("its reference is in the text"),
    Reason.NUMBER: N_("its number is in the text"),
    Reason.IBAN: N_("paid from this account before"),
    Reason.NAME: N_("customer's name"),
    Reason.AMOUNT: N_("exact amount"),
}
#: Seconds that the cursor rests on a row before its proposal is read.
REST = 0.08


@dataclass(frozen=True, slots=True)
class Deed:
    """Something done here that `u` takes back: allocations by their ids, or a receipt."""

    kind: str
    ids: tuple[int, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What the open answer line is about; the command id makes a second Enter harmless."""

    what: str
    proposal: Proposal | None
    words: str
    command_id: str
    text: str = ""
    deed: Deed | None = None


class QueueTable(PagedTable):
    """The queue; after a posting it is read again before the next key acts."""

    async def read_again(self) -> None:
        """Read the rows around the cursor; it stays on its row, or goes to the next where that is gone."""
        row = self.row
        request = PageRequest("first") if row is None else PageRequest("around", row.key, PAGE + 2 * self._lines())
        await self._read(request, keep=True)


class ProposalPane(Widget):
    """What the row under the cursor could pay, with reasons."""

    DEFAULT_CSS = "ProposalPane { height: 1fr; width: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: list[tuple[str, str]] = []
        self.proposal: Proposal | None = None
        self.language = "en"

    def show(self, proposal: Proposal | None) -> None:
        """Show another proposal (None: nothing)."""
        self.proposal = proposal
        self._lay_out()

    def on_resize(self, event: events.Resize) -> None:
        """Other widths cut texts elsewhere."""
        self._lay_out()

    def _lay_out(self) -> None:
        lines = self._build(self.proposal, self.size.width) if self.proposal and self.size.width else []
        if lines != self._lines:
            self._lines = lines
            self.refresh()

    @property
    def lines(self) -> list[str]:
        """What is shown, line by line."""
        return [text for text, _style in self._lines]

    def _build(self, proposal: Proposal, cells: int) -> list[tuple[str, str]]:
        row = proposal.row
        said = " · ".join(part for part in (row.payer, row.reference, row.text, row.payer_iban) if part)
        lines = [(said, "")]
        if proposal.customer is None:
            nobody = _("no customer is known by name, account, number or amount")
            return [*lines, (nobody, "yellow"), (_("k asks for the customer, p opens the payment form"), "dim")]
        lines.append((f"{proposal.customer.code} · {proposal.customer.name}", "bold"))
        amounts = dict(proposal.allocations)
        for candidate in proposal.candidates[:30]:
            own = candidate.item.customer_id == proposal.customer.id
            lines += self._item_lines(candidate, amounts.get(candidate.item.id, 0), cells, own)
        if not any(one.item.customer_id == proposal.customer.id for one in proposal.candidates):
            lines.append((_("nothing is open; the payment stays on account"), "yellow"))
        for number, amount in proposal.credit_notes[:5]:
            words = _("credit note {number}", number=number)
            lines.append((f"  {words} {format_money(-amount, row.currency, self.language)}", "dim"))
        left = format_money(proposal.on_account, row.currency, self.language)
        if proposal.on_account:
            lines.append((_("stays on account {left} {currency}", left=left, currency=row.currency), "yellow"))
        return lines

    def _item_lines(self, candidate: Candidate, amount: int, cells: int, own: bool) -> list[tuple[str, str]]:
        item, language = candidate.item, self.language
        pays = format_money(amount, item.currency, language) if amount else ""
        opened = format_money(item.open, item.currency, language)
        due = format_date(dt.date.fromisoformat(item.due_date), language) if item.due_date else ""
        mark = "→" if amount else " "
        reasons = ", ".join(_(REASONS[reason]) for reason in candidate.reasons)
        if not own:
            reasons = f"{item.customer_code}: {reasons}"
        if item.disputed:
            reasons += (" · " if reasons else "") + _("disputed")
        head = f"{mark} {padded(item.number, 13)} {due:>10} {opened:>12} {pays:>12}"
        colour = "green" if amount else "dim"
        if cells - width(head) - 2 >= 20:
            return [(f"{head}  {reasons}", colour)]
        return [(head, colour), *([(f"    {reasons}", "dim")] if reasons else [])]

    def render_line(self, y: int) -> Strip:
        """One line."""
        cells, base = self.size.width, self.rich_style
        if y >= len(self._lines):
            return Strip.blank(cells, base)
        text, style = self._lines[y]
        own = base + Style(bold=True) if style == "bold" else base + tint(self.app, style)
        return Strip([Segment(padded(text, cells), own)], cells)


class PaymentsScreen(BillingScreen):
    """Receipts and bank lines with money left, and what they could pay."""

    AUTO_FOCUS = "#queue"
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [(0, "-narrow"), (100, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "split", N_("set amounts"), show=False, id="payment.split"),
        Binding("k", "keep", N_("keep on account"), show=False, id="payment.keep"),
        Binding("u", "undo", N_("take back"), show=False, id="undo"),
        Binding("v", "reverse", N_("reverse"), show=False, id="payment.reverse"),
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
            Column(_("date"), 10),
            Column(_("kind"), 7, priority=2),
            Column(_("payer"), 14, flex=2),
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

    # -- reading ---------------------------------------------------------

    async def _fetch(self, request: PageRequest) -> Page:
        found = await self.desk.ask(payments.page, request.direction, request.key, request.limit)
        return Page([self._row(one) for one in found.rows], found.more_before, found.more_after)

    def _row(self, one: Waiting) -> Row:
        language = self.desk.language
        kind = _("receipt") if one.kind == "receipt" else _("bank")
        said = one.reference or one.text
        cells = (
            format_date(one.date, language),
            kind,
            f"{one.customer_code} {one.payer}" if one.customer_code else one.payer,
            format_money(one.amount, one.currency, language),
            format_money(one.left, one.currency, language),
            one.currency,
            said,
        )
        return Row(one.key, one, cells)

    @property
    def waiting(self) -> Waiting | None:
        """The row under the cursor."""
        row = self.table.row
        return row.id if row is not None and isinstance(row.id, Waiting) else None

    def on_screen_resume(self) -> None:
        self.show_headline()
        self.show_keys()
        if self.table.loaded:
            self.reload()

    def reload(self) -> None:
        self._proposal = None
        self.table.refresh_rows()
        self.run_worker(self._read_around(), group="proposal", exclusive=True)

    async def _read_around(self) -> None:
        await self._show_foot()
        await self._read_proposal()

    def on_paged_table_moved(self, event: PagedTable.Moved) -> None:
        self.run_worker(self._read_later(), group="proposal", exclusive=True)

    async def _read_later(self) -> None:
        """A held key goes over many rows: only where the cursor rests is anything read."""
        import asyncio

        await asyncio.sleep(REST)
        await self._show_foot()
        await self._read_proposal()

    async def _read_proposal(self) -> Proposal | None:
        """The proposal of the row under the cursor, read anew where it is another's."""
        row = self.waiting
        if row is None:
            self._proposal = None
        elif self._proposal is None or self._proposal.row != row:
            try:
                self._proposal = await self.desk.ask(payments.propose, row)
            except Problem as error:
                self.say_problem(error)
                return None
        if self.waiting == row:
            self.pane.show(self._proposal)
        return self._proposal

    async def _show_foot(self) -> None:
        try:
            sums = await self.desk.ask(payments.totals)
        except Problem as error:
            self.say_problem(error)
            return
        count = sum(number for _currency, number, _amount in sums)
        money = " + ".join(
            format_money(amount, currency, self.desk.language, code=True) for currency, _number, amount in sums
        )
        text = _("{count} left to allocate: {money}", count=count, money=money) if count else _("nothing is left")
        if self._deeds:
            text += " · " + _("done now: {count}", count=len(self._deeds))
        self.query_one("#foot", Caption).say(" " + text)

    # -- Enter: the best proposal -----------------------------------------

    def _money(self, minor: int, currency: str) -> str:
        return f"{format_money(minor, currency, self.desk.language)} {currency}"

    def on_paged_table_opened(self, event: PagedTable.Opened) -> None:
        self.app.answer(self._ask_to_post())  # type: ignore[attr-defined]

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
        head = _(verb, amount=self._money(row.left, row.currency), customer=customer.code)
        left = format_money(proposal.on_account, row.currency, self.desk.language)
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
            self.app.answer(self._carry_out(event.purpose))  # type: ignore[attr-defined]

    def on_issue_line_declined(self, event: IssueLine.Declined) -> None:
        self.show_keys()

    async def _carry_out(self, plan: Plan) -> None:
        self.show_keys()
        deed: Deed | None = None
        words = ""
        try:
            if plan.what == "undo":
                words = await self._take_back(plan)
            elif plan.proposal is not None and plan.what == "reverse":
                row = plan.proposal.row
                await self.desk.do(reverse_receipt, row.id, plan.text, command_id=plan.command_id)
                words = _("payment of {amount} reversed", amount=self._money(row.amount, row.currency))
            elif plan.proposal is not None:
                deed = await self._post(plan.proposal, plan, on_account=plan.what == "keep")
                words = deed.words
        except Problem as error:
            words = "! " + translate(error)
        if deed is not None:
            self._deeds.append(deed)
        await self._after(words, plan.proposal.row if plan.proposal else None)

    async def _post(self, proposal: Proposal, plan: Plan, *, on_account: bool) -> Deed:
        """Settle what was proposed; a bank line becomes a receipt, or stays one on account."""
        row, customer = proposal.row, proposal.customer
        assert customer is not None
        if row.kind == "receipt":
            ids = await self.desk.ask(allocate_all, self.desk.context, row.id, proposal.allocations, plan.command_id)
            return Deed("allocations", tuple(ids), _("allocated: {words}", words=plan.words))
        payment = Payment(
            customer.code,
            row.date,
            row.amount,
            row.currency,
            reference=(row.reference or row.text)[:140],
            payer=row.payer[:140],
            bank_line_id=row.id,
            allocations=() if on_account else proposal.allocations,
        )
        result = await self.desk.do(receive, payment, command_id=plan.command_id)
        amount = self._money(row.amount, row.currency)
        if on_account:
            words = _("{amount} kept on account of {customer}", amount=amount, customer=customer.code)
        else:
            words = _("received {amount} from {customer}", amount=amount, customer=customer.code) + f": {plan.words}"
        return Deed("receipt", (result["id"],), words)

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
        self.app.answer(self._split())  # type: ignore[attr-defined]

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
        self.app.answer(self._after(words, row))  # type: ignore[attr-defined]

    def action_pay(self) -> None:
        """The payment form; a bank line's money is filled in."""
        row = self.waiting
        if row is None or row.kind == "receipt":
            super().action_pay()
        else:
            self.app.answer(self._pay())  # type: ignore[attr-defined]

    async def _pay(self) -> None:
        proposal = await self._read_proposal()
        if proposal is not None:
            code = proposal.customer.code if proposal.customer else ""
            self.app.push_screen(PaymentEntryScreen(code, proposal.row), self._done_there)

    def action_keep(self) -> None:
        """The whole bank line on account of its customer."""
        self.app.answer(self._keep())  # type: ignore[attr-defined]

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
            amount=self._money(row.left, row.currency),
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

    async def _take_back(self, plan: Plan) -> str:
        deed = plan.deed
        assert deed is not None
        reason = _("taken back at once")
        if deed.kind == "receipt":
            await self.desk.do(reverse_receipt, deed.ids[0], reason, command_id=plan.command_id)
        else:
            for key in deed.ids:
                await self.desk.do(reverse_allocation, key, reason, command_id=f"{plan.command_id}:{key}")
        self._deeds.remove(deed)
        return _("taken back: {words}", words=deed.words)

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
            amount=self._money(row.amount, row.currency),
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
        field.focus()
        self.query_one("#keys", KeyBar).show([("Enter", _("go on")), ("Esc", _("back"))])

    def _close_prompt(self) -> None:
        self._asked = None
        self.remove_class("-asking")
        self.table.focus()
        self.show_keys()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if self._asked is not None:
            self.app.answer(self._answered(self._asked, event.value.strip()))  # type: ignore[attr-defined]

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
