"""Free amounts for a receipt: how much of it each open item gets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui_billing.locale import N_, _
from tui_billing.models.queries.payments import Waiting
from tui_billing.rules.dates import format_date
from tui_billing.rules.numbers import format_money
from tui_billing.rules.problem import Problem
from tui_billing.screens.allocation_table import (
    AllocationTable,
    allocation_words,
    given_words,
    read_open_items,
    too_much,
)
from tui_billing.screens.frame import BillingScreen
from tui_billing.services.allocate import Part, allocate_parts
from tui_billing.services.clerk import new_command_id
from tui_billing.services.queue import Proposal
from tui_billing.widgets.field import Caption
from tui_billing.widgets.issue_line import IssueLine
from tui_billing.widgets.key_bar import KeyBar


class AllocateScreen(BillingScreen):
    """Free amounts for a receipt: how much of it each open item gets."""

    AUTO_FOCUS = "#items"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f10", "post", N_("allocate"), show=False, id="record.save"),
    ]

    def __init__(self, proposal: Proposal) -> None:
        super().__init__()
        self.proposal = proposal
        self._command_id = new_command_id()

    @property
    def row(self) -> Waiting:
        """The receipt."""
        return self.proposal.row

    @property
    def table(self) -> AllocationTable:
        return self.query_one("#items", AllocationTable)

    def body(self) -> ComposeResult:
        row = self.row
        parts = [row.payer, row.customer_code, format_date(row.date, self.desk.language), row.reference, row.text]
        yield Caption(" " + " · ".join(part for part in parts if part), id="about")
        yield AllocationTable(id="items", empty=_("nothing is open"))
        yield Caption("", id="payment-sums")

    def keys(self) -> Sequence[tuple[str, str]]:
        return [
            (_("amount"), _("on a row")),
            ("Space", _("all / nothing")),
            ("w", _("give up rest")),
            ("^S", _("allocate")),
            ("F5", _("propose again")),
            ("Esc", _("back")),
        ]

    def title_words(self) -> str:
        return _("ALLOCATE PAYMENT")

    def on_mount(self) -> None:
        super().on_mount()
        self.table.language = self.desk.language
        self.workstation.answer(self._read())

    def on_screen_resume(self) -> None:
        self.show_headline()

    async def _read(self) -> None:
        row, desk = self.row, self.desk
        try:
            rows = await desk.ask(
                read_open_items, row.customer_id, desk.today, desk.company.due_soon_days, row.currency
            )
        except Problem as error:
            self.say_problem(error)
            return
        self.table.show(rows, self.proposal.allocations, row.left, row.currency)
        self._show_sums()

    def action_reload(self) -> None:
        self.workstation.answer(self._read())

    def _money(self, minor: int) -> str:
        return format_money(minor, self.row.currency, self.desk.language)

    def _show_sums(self) -> None:
        table = self.table
        text = _(
            "to allocate {total}   allocated {allocated}   stays on account {left} {currency}",
            total=self._money(table.total),
            allocated=self._money(table.allocated),
            left=self._money(table.left),
            currency=self.row.currency,
        )
        self.query_one("#payment-sums", Caption).say(" " + text, "bold $status-red" if table.left < 0 else "bold")

    def on_allocation_table_changed(self) -> None:
        self.say("")
        self._show_sums()

    def on_allocation_table_gave(self, event: AllocationTable.Gave) -> None:
        self.say(given_words(event.amount, event.code, self.row.currency, self.desk.language))

    def on_allocation_table_wrong(self, event: AllocationTable.Wrong) -> None:
        self.say_problem(event.problem)

    def on_allocation_table_left(self) -> None:
        """There is no form above."""

    def action_post(self) -> None:
        """Take a half-typed amount and ask in one line."""
        table = self.table
        if not table.take():
            return
        self._show_sums()
        if table.left < 0:
            self.say_problem(too_much(table, self.desk.language))
            return
        if not table.parts:
            self.say(_("no row has an amount; type one, or Esc leaves the payment on account"))
            return
        self.query_one("#keys", KeyBar).show([("Enter", _("allocate")), ("Esc", _("back"))])
        words = allocation_words(
            self.desk.language, self.row.currency, table.allocations, table.numbers, self.size.width - 20
        )
        self.answer_line.open(_("allocate {words}", words=words), purpose="allocate")

    def on_issue_line_confirmed(self, event: IssueLine.Confirmed) -> None:
        self.show_keys()
        self.workstation.answer(self._post())

    def on_issue_line_declined(self, event: IssueLine.Declined) -> None:
        self.show_keys()

    async def _post(self) -> None:
        table, desk = self.table, self.desk
        try:
            done = await desk.do(allocate_parts, self.row.id, table.parts, command_id=self._command_id)
        except Problem as error:
            # Somebody else may have settled some of it: read the rows again and offer what is left anew.
            self._command_id = new_command_id()
            await self._read()
            self.say_problem(error)
            return
        words = allocation_words(desk.language, self.row.currency, table.allocations, table.numbers)
        self.dismiss(("allocations", money_of(table.parts, done), _("allocated: {words}", words=words)))


def money_of(parts: Sequence[Part], done: Sequence[int]) -> list[int]:
    """The allocations to take back later: what was given up with money goes with it."""
    keys = iter(done)
    found: list[int] = []
    for part in parts:
        first = next(keys)
        found.append(first)
        if part.paid and part.given_up:
            next(keys)
    return found
