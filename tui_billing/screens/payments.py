"""The payment queue: bank lines and money on account, oldest first, with what they could pay and why; Enter posts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from tui_billing.locale import N_, _, translate
from tui_billing.models.queries import payments
from tui_billing.models.queries.payments import Waiting
from tui_billing.rules.problem import Problem
from tui_billing.screens.amounts import money, money_sums
from tui_billing.screens.payment_batch import take_batch_back
from tui_billing.screens.payment_deeds import Deed, link_recorded, obey, post, post_each, take_back
from tui_billing.screens.payment_prompts import PaymentPrompts
from tui_billing.screens.proposal_pane import ProposalPane
from tui_billing.screens.queue_table import QueueTable, WaitingRow, queue_columns, waiting_row
from tui_billing.services.context import new_command_id
from tui_billing.services.queue import Proposal, propose
from tui_billing.widgets.field import Caption
from tui_billing.widgets.match_words import link_not, why_not
from tui_billing.widgets.paged_table import Page, PagedTable, PageRequest

#: Seconds that the cursor rests on a row before its proposal is read.
REST = 0.08


class PaymentsScreen(PaymentPrompts):
    """Bank lines and receipts with money left, and what they could pay: the one screen where Enter posts."""

    AUTO_FOCUS = "#queue"
    HOME = "#queue"
    KEY_ROWS = 2
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus", "choose(1)", N_("next suggestion"), show=False, id="suggestion.after"),
        Binding("minus", "choose(-1)", N_("suggestion before"), show=False, id="suggestion.previous"),
        Binding("right,tab", "into_suggestions", N_("into the suggestions"), show=False, id="suggestion.into"),
        Binding("t", "rehearse", N_("rehearse, post what is certain"), show=False, id="payment.rehearse"),
        Binding("u", "undo", N_("take back"), show=False, id="undo"),
        Binding("f", "import_file", N_("bank file"), show=False, id="bank.import"),
        Binding("l", "rules", N_("rules"), show=False, id="bank.rules"),
        Binding("b", "deposit", N_("cheques, by tape"), show=False, id="payment.deposit"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._proposal: Proposal | None = None
        self._deeds: list[Deed] = []
        self._words = ""
        self._chosen: tuple[Waiting, tuple[object, ...]] | None = None

    # -- parts -----------------------------------------------------------

    def body(self) -> ComposeResult:
        with Horizontal(classes="halves"):
            yield QueueTable(queue_columns(), self._fetch, empty=_("no money waits: all is allocated"), id="queue")
            yield ProposalPane(id="proposal")
        yield Caption("", id="foot")
        yield from self.ask_line()

    def keys(self) -> Sequence[tuple[str, str]]:
        row = self.waiting
        if row is not None and row.left < 0:
            shown = self._proposal if self._proposal is not None and self._proposal.row == row else None
            own = [("Enter", _("post"))] if shown and (shown.rule or shown.recorded) else []
            own += [("r", _("returned")), ("+", _("next one"))]
        else:
            own = [("Enter", _("post")), ("+", _("next one")), ("→", _("choose")), ("s", _("set amounts"))]
        if row is not None and row.kind == "receipt":
            own += [("r", _("pay back")), ("v", _("reverse"))]
        elif row is not None:
            own += [("w", _("write off")), ("k", _("on account"))] if row.left > 0 else []
            own += [("a", _("to account")), ("z", _("aside"))]
        own += [("t", _("rehearse")), ("u", _("take back")), ("f", _("file")), ("b", _("cheques")), ("l", _("rules"))]
        return [*own, *self.place_keys()]

    def action_rules(self) -> None:
        """The rules for bank lines; what they change is in the queue when they are left."""
        from tui_billing.screens.bank_rules import BankRulesScreen

        self.workstation.open(BankRulesScreen())

    def action_rehearse(self) -> None:
        """All that is certain, to be posted in one go; what was posted there `u` takes back here."""
        from tui_billing.screens.rehearsal import RehearsalScreen

        self.app.push_screen(RehearsalScreen(), self._rehearsed)

    def _rehearsed(self, deed: Deed | None) -> None:
        if deed is not None:
            self._deeds.append(deed)
            self.workstation.answer(self.after(deed.words, None))

    def action_deposit(self) -> None:
        """The adding machine for a batch of cheques."""
        from tui_billing.screens.deposit import DepositScreen

        self.workstation.open(DepositScreen())

    def title_words(self) -> str:
        return _("PAYMENTS")

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
        return Page([waiting_row(one) for one in found.rows], found.more_before, found.more_after)

    @property
    def waiting(self) -> Waiting | None:
        """The row under the cursor."""
        for table in self.query("#queue").results(QueueTable):  # none where the screen has gone meanwhile
            if isinstance(table.row, WaitingRow):
                return table.row.waiting
        return None

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
        await self.read_proposal()
        self._name_keys()

    def on_paged_table_moved(self, event: PagedTable.Moved) -> None:
        first = not self._words
        self.run_worker(self._read_around if first else self._read_later, group="proposal", exclusive=True)  # type: ignore[arg-type]

    async def _read_later(self) -> None:
        """A held key goes over many rows: only where the cursor rests is anything read."""
        await asyncio.sleep(REST)
        await self.read_proposal()
        await self._show_balance()
        self._name_keys()

    def _name_keys(self) -> None:
        """The keys of the row under the cursor, unless a line at the foot asks."""
        if self.is_attached and self._asked is None and self.waiting is not None and not self.answer_line.is_open:
            self.show_keys()

    async def read_proposal(self) -> Proposal | None:
        """The proposal of the row under the cursor, read anew where it is another's."""
        row = self.waiting
        if row is None:
            self._proposal = None
        elif self._proposal is None or self._proposal.row != row:
            try:
                self._proposal = self._as_chosen(await self.desk.ask(propose, row))
            except Problem as error:
                self.say_problem(error)
                return None
        if row is None or self.waiting == row:
            for pane in self.query("#proposal").results(ProposalPane):  # none where the screen has gone meanwhile
                pane.show(self._proposal)
        return self._proposal

    def _as_chosen(self, proposal: Proposal) -> Proposal:
        """Read anew after somebody's change: what the clerk has chosen stays chosen while it is there."""
        if self._chosen is None or self._chosen[0] != proposal.row:
            return proposal
        keys = proposal.keys
        return replace(proposal, at=keys.index(self._chosen[1]), picked=True) if self._chosen[1] in keys else proposal

    async def _show_foot(self) -> None:
        try:
            sums = await self.desk.ask(payments.totals)
        except Problem as error:
            self.say_problem(error)
            return
        count = sum(number for _currency, number, _amount in sums)
        sum_words = money_sums((currency, amount) for currency, _number, amount in sums)
        text = _("{count} left to allocate: {money}", count=count, money=sum_words) if count else _("nothing is left")
        if self._deeds:
            told = money_sums(one for deed in self._deeds for one in deed.amounts)
            count = sum(deed.count for deed in self._deeds)
            text += " · " + _("done now: {count}", count=count) + (f", {told}" if told else "")
        self._words = text
        await self._show_balance()

    async def _show_balance(self) -> None:
        """The foot, with what the bank account held after the line under the cursor."""
        row, text = self.waiting, self._words
        if row is not None and row.kind == "bank_line":
            try:
                balance = await self.desk.ask(payments.balance_after, row.id)
            except Problem as error:
                self.say_problem(error)
                return
            if balance is not None:
                text += " · " + _("bank then: {money}", money=money(balance, row.currency, code=True))
        for foot in self.query("#foot").results(Caption):  # none where the screen has gone meanwhile
            foot.say(" " + text)

    # -- Enter: the best suggestion, at once ---------------------------------

    def on_paged_table_opened(self, event: PagedTable.Opened) -> None:
        self.workstation.answer(self._post())

    def on_proposal_pane_posted(self) -> None:
        self.workstation.answer(self._post())

    async def _post(self) -> None:
        self.say("")
        proposal = await self.read_proposal()
        if proposal is None:
            return
        if proposal.rule is not None:
            row, rule, key = proposal.row, proposal.rule, new_command_id()
            await self.carry_out(lambda: obey(self.desk, row, rule, key))
        elif proposal.record is not None:
            record, row, key = proposal.record, proposal.row, new_command_id()
            if proposal.may_post:
                await self.carry_out(lambda: link_recorded(self.desk, row, record, key))
            else:
                self.say("! " + link_not(proposal.alike))
        elif proposal.row.left < 0:
            self.say(_("this money went out: r a payment was returned, a to an account, z set it aside"))
        elif proposal.details:
            every, once = proposal, new_command_id()
            await self.carry_out(lambda: post_each(self.desk, every, once))
        elif not proposal.may_post or proposal.suggestion is None:
            self.say("! " + why_not(proposal.verdict))
        elif not proposal.allocations and proposal.row.kind == "receipt":
            self.say(_("nothing is open for {customer}; the money stays on account", customer=proposal.customer))
        else:
            command_id = new_command_id()
            await self.carry_out(lambda: post(self.desk, proposal, command_id))

    async def carry_out(self, deed: Callable[[], Coroutine[Any, Any, Deed]]) -> None:
        """Do it, take it down for `u`, and go to the next row; what was refused says why and changes nothing."""
        try:
            done = await deed()
        except Problem as error:
            await self.after("! " + translate(error), None)
        else:
            self._deeds.append(done)
            await self.after(done.words, done.row)

    async def after(self, words: str, row: Waiting | None) -> None:
        """Read the queue again and go to the next row; the answer line says what was done."""
        self._proposal = self._chosen = None
        self.set_focus(self.table)
        await self.table.read_again()
        now = self.waiting
        if row is not None and now is not None and now.key == row.key:
            self.table.action_move(1)  # part of it is left: the next one all the same
        await self._show_foot()
        await self.read_proposal()
        self.show_keys()
        self.say(words)

    # -- + and the suggestions -------------------------------------------------

    def action_choose(self, by: int) -> None:
        """Another suggestion; where the best was ambiguous the first step chooses it."""
        self.workstation.answer(self._choose(by))

    def on_proposal_pane_chosen(self, event: ProposalPane.Chosen) -> None:
        self.workstation.answer(self._choose(event.by))

    async def _choose(self, by: int) -> None:
        proposal = await self.read_proposal()
        if proposal is None or not proposal.keys:
            several = proposal is not None and proposal.details
            self.say(
                _("the transactions are posted each by itself; s sets amounts by hand")
                if several
                else _("there is no suggestion to choose")
            )
            return
        self.say("")
        self._proposal = proposal.moved(by)
        self._chosen = (self._proposal.row, self._proposal.keys[self._proposal.at])
        self.pane.show(self._proposal)

    def action_into_suggestions(self) -> None:
        """Up and Down choose there; Left or Esc goes back to the queue."""
        self.set_focus(self.pane)
        self.workstation.answer(self._choose(0))

    def on_proposal_pane_left(self) -> None:
        self.set_focus(self.table)

    # -- u ---------------------------------------------------------------------

    def action_undo(self) -> None:
        """Take back what was posted here last; the row is there again, under the cursor."""
        self.workstation.answer(self._undo())

    async def _undo(self) -> None:
        if not self._deeds:
            self.say(_("nothing was posted here yet that could be taken back"))
            return
        deed = self._deeds[-1]
        stands: Deed | None = None
        try:
            if deed.lines:
                words, stands = await take_batch_back(self.desk, deed, new_command_id(), self.say)
            else:
                words = await take_back(self.desk, deed, new_command_id())
        except Problem as error:
            self.say_problem(error)
            return
        self._deeds[-1:] = [stands] if stands is not None else []
        self._proposal = None
        if deed.row is not None:
            await self.table.go_back_to(deed.row)
        else:
            await self.table.read_again()
        await self._show_foot()
        await self.read_proposal()
        self.show_keys()
        self.say(words)
