"""What the payment queue asks for before it posts: a customer, a reason, an account; one line at the foot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from tui_billing.locale import N_, _
from tui_billing.models.queries.payments import Waiting
from tui_billing.rules.journal import BANK_CHARGES
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import clean
from tui_billing.screens import payment_deeds as deeds
from tui_billing.screens.allocate import AllocateScreen
from tui_billing.screens.amounts import short_day
from tui_billing.screens.asking import AskingScreen
from tui_billing.screens.frame import BillingScreen
from tui_billing.screens.payment_deeds import Deed, Plan, money_of
from tui_billing.screens.payment_entry import PaymentEntryScreen
from tui_billing.screens.proposal_pane import ProposalPane
from tui_billing.services.context import new_command_id
from tui_billing.services.entry import find_customer
from tui_billing.services.queue import Proposal
from tui_billing.services.reasons import reasons
from tui_billing.services.receive import reverse_receipt
from tui_billing.widgets.issue_line import IssueLine
from tui_billing.widgets.key_bar import KeyBar


class PaymentPrompts(AskingScreen):
    """Keys of the queue that ask for something first, or lead to another screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "split", N_("set amounts"), show=False, id="payment.split"),
        Binding("w", "write_off", N_("write off rest"), show=False, id="payment.write_off"),
        Binding("k", "keep", N_("keep on account"), show=False, id="payment.keep"),
        Binding("a", "account", N_("to an account"), show=False, id="payment.account"),
        Binding("z", "set_aside", N_("set aside"), show=False, id="payment.set_aside"),
        Binding("r", "returned", N_("returned"), show=False, id="payment.returned"),
        Binding("v", "reverse", N_("reverse"), show=False, id="payment.reverse"),
    ]
    _deeds: list[Deed]

    @property
    def waiting(self) -> Waiting | None:
        """The row under the cursor."""
        raise NotImplementedError

    async def read_proposal(self) -> Proposal | None:
        """The proposal of the row under the cursor."""
        raise NotImplementedError

    async def carry_out(self, deed: Callable[[], Coroutine[Any, Any, Deed]]) -> None:
        """Do it and go to the next row."""
        raise NotImplementedError

    async def after(self, words: str, row: Waiting | None) -> None:
        """Read the queue again."""
        raise NotImplementedError

    # -- s and p: other screens --------------------------------------------------

    def action_split(self) -> None:
        """Amounts by hand: the table of open items."""
        self.workstation.answer(self._split())

    async def _split(self) -> None:
        proposal = await self.read_proposal()
        if proposal is None or self._went_out(proposal.row):
            return
        screen: BillingScreen
        if proposal.row.kind == "receipt":
            screen = AllocateScreen(proposal)
        else:
            screen = PaymentEntryScreen(proposal.customer, proposal.row, in_table=True)
        self.app.push_screen(screen, self._done_there)

    def _done_there(self, result: tuple[str, list[int], str] | None) -> None:
        """What the screen above has done, so that `u` can take it back."""
        if result is None:
            return
        kind, ids, words = result
        row = self.waiting
        self._deeds.append(Deed(kind, tuple(ids), words, row))
        self.workstation.answer(self.after(words, row))

    def action_pay(self) -> None:
        """The payment form; a bank line's money is filled in."""
        row = self.waiting
        if row is None or row.kind == "receipt" or row.left < 0:
            super().action_pay()
        else:
            self.workstation.answer(self._pay())

    async def _pay(self) -> None:
        proposal = await self.read_proposal()
        if proposal is not None:
            self.app.push_screen(PaymentEntryScreen(proposal.customer, proposal.row), self._done_there)

    def _went_out(self, row: Waiting) -> bool:
        if row.left < 0:
            self.say(_("this money went out: r a payment was returned, a to an account, z set it aside"))
        return row.left < 0

    def _is_receipt(self, row: Waiting) -> bool:
        if row.kind == "receipt":
            self.say(_("this payment is on account already"))
        return row.kind == "receipt"

    # -- k: on account --------------------------------------------------------------

    def action_keep(self) -> None:
        """The whole bank line on account of its customer."""
        self.workstation.answer(self._keep())

    async def _keep(self) -> None:
        self.say("")
        proposal = await self.read_proposal()
        if proposal is None or self._is_receipt(proposal.row) or self._went_out(proposal.row):
            return
        row = proposal.row

        async def keep_for(text: str) -> None:
            found = await self.desk.ask(find_customer, text, self.desk.today)
            if not text:
                return
            if found.customer is None:
                if found.others:
                    codes = ", ".join(one.code for one in found.others[:5])
                    raise Problem(
                        "several customers fit {text}: {codes}", field="customer", text=text[:40], codes=codes
                    )
                raise Problem("there is no customer {text}; type part of the name", field="customer", text=text[:40])
            self.close_prompt()
            self._ask_to_keep(row, found.customer.code, found.customer.name)

        if proposal.suggestion is None:
            self.prompt(_("on account of customer"), keep_for)
        else:
            self._ask_to_keep(row, proposal.customer, proposal.suggestion.customer.name)

    def _ask_to_keep(self, row: Waiting, code: str, name: str) -> None:
        question = _(
            "receive {amount} from {customer} and keep it on account",
            amount=money_of(row.left, row.currency),
            customer=f"{code} {name}",
        )
        self._open(question, _("keep on account"), lambda command: deeds.keep(self.desk, row, code, command))

    # -- w: write off the rest ---------------------------------------------------------

    def action_write_off(self) -> None:
        """Settle the items whole: what the money leaves open is given up for a reason."""
        self.workstation.answer(self._write_off())

    async def _write_off(self) -> None:
        self.say("")
        proposal = await self.read_proposal()
        if proposal is None or self._is_receipt(proposal.row) or self._went_out(proposal.row):
            return
        one = proposal.suggestion
        paid = sum(share.item.open - share.paid for share in one.shares) if one else 0
        rest = paid - sum(use.amount for use in one.credits) if one else 0
        if one is None or rest <= 0:
            self.say(_("nothing is left open by this suggestion; there is no rest to write off"))
            return
        codes = await self.desk.ask(reasons)
        known = " ".join(reason.code for reason in codes)
        amount = money_of(rest, proposal.row.currency)

        async def write_off(text: str) -> None:
            fits = [reason.code for reason in codes if text and reason.code.startswith(text.lower())]
            if len(fits) != 1:
                raise Problem(
                    "{text} is no reason to write off; type the beginning of one of: {known}",
                    field="reason",
                    text=text[:20] or '""',
                    known=known,
                )
            self.close_prompt()
            command = new_command_id()
            await self.carry_out(lambda: deeds.write_off_rest(self.desk, proposal, fits[0], command))

        self.prompt(_("write off {amount} as ({known})", amount=amount, known=known), write_off)

    # -- a, z: what is no customer's ------------------------------------------------------

    def action_account(self) -> None:
        """To an account of the chart: a fee, an own transfer."""
        row = self.waiting
        if row is None or self._is_receipt(row):
            return

        async def to_account(text: str) -> None:
            account = clean(text, 20, "account") or BANK_CHARGES
            self.close_prompt()
            command = new_command_id()
            await self.carry_out(lambda: deeds.to_account(self.desk, row, account, command))

        amount = money_of(row.left, row.currency)
        self.prompt(_("{amount} to account ({default})", amount=amount, default=BANK_CHARGES), to_account)

    def action_set_aside(self) -> None:
        """Booked elsewhere: the line waits no more."""
        row = self.waiting
        if row is None or self._is_receipt(row):
            return

        async def set_aside(text: str) -> None:
            reason = clean(text, 500, "reason")
            if not reason:
                raise Problem("type why the line is set aside, for example where it is booked", field="reason")
            self.close_prompt()
            command = new_command_id()
            await self.carry_out(lambda: deeds.set_aside(self.desk, row, reason, command))

        self.prompt(_("set {amount} aside, because", amount=money_of(row.left, row.currency)), set_aside)

    # -- r, v: payments that were none -----------------------------------------------------

    def action_returned(self) -> None:
        """The debit under the cursor is a payment that the bank took back; money on account is paid back."""
        self.workstation.answer(self._returned())

    async def _returned(self) -> None:
        proposal = await self.read_proposal()
        if proposal is None:
            return
        row = proposal.row
        if row.kind == "receipt":
            from tui_billing.screens.refund_entry import RefundEntryScreen

            self.workstation.open(RefundEntryScreen("payment", row.id))
            return
        if row.left >= 0:
            self.say(_("only money that went out can be a payment returned"))
            return
        if not proposal.returnable:
            self.say(_("no payment of this amount was received in the last months; a posts the line to an account"))
            return
        one = proposal.returned
        if one is None or not proposal.may_return:
            rivals = proposal.returnable[: proposal.rivals + 1]
            shown = ", ".join(f"{each.customer} {short_day(dt.date.fromisoformat(each.date))}" for each in rivals[:3])
            more = " …" if len(rivals) > 3 else ""
            self.say(
                _("{count} payments fit alike: + chooses, then r · {shown}", count=len(rivals), shown=shown + more)
            )
            return

        async def give_back(text: str) -> None:
            reason = clean(text, 500, "reason")
            self.close_prompt()
            command = new_command_id()
            await self.carry_out(lambda: deeds.give_back(self.desk, row, one, reason, command))

        words = f"{one.date} {one.customer}"
        self.prompt(_("payment of {words} returned, the bank's reason", words=words), give_back)

    def action_reverse(self) -> None:
        """The receipt under the cursor was none (a slip): take it back whole, with a reason."""
        row = self.waiting
        if row is None:
            return
        if row.kind != "receipt":
            self.say(_("a bank line cannot be reversed, only the payment made of it"))
            return

        async def reverse(text: str) -> None:
            reason = clean(text, 500, "reason")
            if not reason:
                raise Problem("a reversal needs a reason; type why the payment is none", field="reason")
            self.close_prompt()
            question = _(
                "reverse the payment of {amount} by {customer} whole: {reason}",
                amount=money_of(row.amount, row.currency),
                customer=row.customer_code,
                reason=reason,
            )
            self._open(question, _("reverse"), lambda command: self._reversed(row, reason, command), is_deed=False)

        self.prompt(_("reason of the reversal"), reverse)

    async def _reversed(self, row: Waiting, reason: str, command: str) -> None:
        await self.desk.do(reverse_receipt, row.id, reason, command_id=command)
        await self.after(_("payment of {amount} reversed", amount=money_of(row.amount, row.currency)), row)

    # -- one line that asks -----------------------------------------------------------------

    def _open(self, question: str, word: str, do: Callable[[str], Any], *, is_deed: bool = True) -> None:
        self.query_one("#keys", KeyBar).show([("Enter", word), ("Esc", _("back"))])
        self.answer_line.open(question, purpose=Plan(do, new_command_id(), is_deed), warning=not is_deed)

    def on_issue_line_confirmed(self, event: IssueLine.Confirmed) -> None:
        if isinstance(event.purpose, Plan):
            self.workstation.answer(self._confirmed(event.purpose))

    async def _confirmed(self, plan: Plan) -> None:
        self.show_keys()
        if plan.is_deed:
            await self.carry_out(lambda: plan.do(plan.command_id))
            return
        try:
            await plan.do(plan.command_id)
        except Problem as error:
            self.say_problem(error)

    def on_issue_line_declined(self, event: IssueLine.Declined) -> None:
        self.show_keys()

    @property
    def pane(self) -> ProposalPane:
        """What the row under the cursor could pay."""
        return self.query_one("#proposal", ProposalPane)
