"""Refunds that no statement shows yet: what a file asks the bank to pay, and what is taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui_billing.locale import N_, _
from tui_billing.models.queries.refunds import WaitingRefund, waiting_refunds
from tui_billing.rules.bank_days import bank_day_from, is_bank_day
from tui_billing.rules.problem import Problem
from tui_billing.screens.amounts import money, money_sums, short_day, short_iso
from tui_billing.screens.asking import AskingScreen
from tui_billing.services.clerk import new_command_id
from tui_billing.services.pay_refunds import pay_refunds
from tui_billing.services.refunds import reverse_refund
from tui_billing.widgets.cells import Cell, use_ascii
from tui_billing.widgets.field import Caption
from tui_billing.widgets.issue_line import IssueLine
from tui_billing.widgets.paged_table import Column, Page, PagedTable, PageRequest, Row

OBSTACLES = {"no_iban": N_("no IBAN"), "not_euro": N_("not in euro"), "in_file": N_("in file {id}")}


class RefundsScreen(AskingScreen):
    """All that can be paid is chosen at first; Space chooses, Ctrl+S makes the file."""

    AUTO_FOCUS = "#refunds"
    KEY_ROWS = 2
    HOME = "#refunds"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "choose", N_("choose"), show=False, id="row.choose"),
        Binding("a", "choose_all", N_("all / nothing"), show=False, id="row.choose_all"),
        Binding("left", "day(-1)", N_("a day earlier"), show=False, id="day.before"),
        Binding("right", "day(1)", N_("a day later"), show=False, id="day.after"),
        Binding("ctrl+s,f10", "make", N_("make the file"), show=False, id="record.save"),
        Binding("v", "reverse", N_("take the refund back"), show=False, id="refund.reverse"),
        Binding("o", "orders", N_("files made"), show=False, id="orders.list"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.day: dt.date | None = None
        self._found: list[WaitingRefund] = []
        self._left_out: set[int] = set()
        self._command_id = new_command_id()

    def title_words(self) -> str:
        return _("REFUNDS")

    def body(self) -> ComposeResult:
        yield Caption("", id="sums")
        yield PagedTable(
            [
                Column("", 3),
                Column(_("date"), 8),
                Column(_("customer"), 16, flex=2),
                Column(_("amount"), 12, align="right"),
                Column("", 3),
                Column("IBAN", 27, priority=2),
                Column(_("reason"), 12, flex=1, priority=1),
                Column(_("remark"), 12),
            ],
            self._fetch,
            empty=_("no refund waits; r on money on account pays it back"),
            id="refunds",
        )
        yield from self.ask_line()

    def keys(self) -> Sequence[tuple[str, str]]:
        return [
            ("Space", _("choose")),
            ("a", _("all / nothing")),
            ("← →", _("day")),
            ("^S", _("make the file")),
            ("v", _("take back")),
            ("o", _("files made")),
            ("Esc", _("back")),
        ]

    # -- data ------------------------------------------------------------

    @property
    def chosen(self) -> list[WaitingRefund]:
        """What would be in the file."""
        return [one for one in self._found if not one.obstacle and one.id not in self._left_out]

    def on_mount(self) -> None:
        super().on_mount()
        self.day = bank_day_from(self.desk.today)
        self.query_one("#refunds", PagedTable).show()

    def reload(self) -> None:
        table = self.query_one("#refunds", PagedTable)
        if table.loaded:
            table.refresh_rows()

    async def _fetch(self, request: PageRequest) -> Page:
        if request.direction not in ("first", "around", "last"):
            return Page(())
        try:
            self._found = await self.desk.ask(waiting_refunds)
        except Problem as error:
            self.say_problem(error)
            return Page(())
        self._show_sums()
        return Page([Row((place,), one.id, self._cells(one)) for place, one in enumerate(self._found)])

    def _cells(self, one: WaitingRefund) -> tuple[str | Cell, ...]:
        signs = ("[x]", "[ ]") if use_ascii() else (" ✔ ", " · ")
        mine = not one.obstacle and one.id not in self._left_out
        remark = _(OBSTACLES[one.obstacle], id=one.order_id) if one.obstacle else ""
        return (
            Cell(signs[0] if mine else signs[1], "green" if mine else "dim"),
            short_iso(one.date),
            f"{one.customer} {one.payee}",
            money(one.amount, one.currency),
            one.currency,
            one.iban or "—",
            one.reason or one.reference,
            Cell(remark, "yellow"),
        )

    def _show_sums(self) -> None:
        assert self.day is not None
        chosen = self.chosen
        text = _(
            "paid on {date}   {count} of {all} chosen   {total}",
            date=short_day(self.day),
            count=len(chosen),
            all=len(self._found),
            total=money_sums((one.currency, one.amount) for one in chosen) or money(0, "EUR", code=True),
        )
        self.query_one("#sums", Caption).say(" " + text, "bold")

    # -- keys ------------------------------------------------------------

    @property
    def refund(self) -> WaitingRefund | None:
        """The refund under the cursor."""
        row = self.query_one("#refunds", PagedTable).row
        return next((one for one in self._found if row is not None and one.id == row.id), None)

    def action_choose(self) -> None:
        one = self.refund
        if one is None:
            return
        if one.obstacle:
            remark = _(OBSTACLES[one.obstacle], id=one.order_id)
            self.say(_("refund {id} cannot be in a file: {remark}", id=one.id, remark=remark))
            return
        self._left_out ^= {one.id}
        self.query_one("#refunds", PagedTable).action_move(1)
        self.reload()

    def action_choose_all(self) -> None:
        self._left_out = set() if self._left_out else {one.id for one in self._found}
        self.reload()

    def action_day(self, step: int) -> None:
        assert self.day is not None
        day = self.day + dt.timedelta(step)
        while step < 0 and not is_bank_day(day):
            day -= dt.timedelta(1)
        self.day = max(bank_day_from(day), bank_day_from(self.desk.today))
        self._show_sums()

    def action_make(self) -> None:
        """Ask in one line: how many, how much, when."""
        chosen = self.chosen
        if not chosen:
            self.say(_("nothing is chosen; Space chooses a row"))
            return
        assert self.day is not None
        self.answer_line.open(
            _(
                "pay {count} refunds, {total}, on {date}: Enter makes the file",
                count=len(chosen),
                total=money_sums((one.currency, one.amount) for one in chosen),
                date=short_day(self.day),
            ),
            purpose="pay",
        )

    @on(IssueLine.Confirmed)
    def _confirmed(self, event: IssueLine.Confirmed) -> None:
        if event.purpose == "pay":
            self.workstation.answer(self._make(), name="pay refunds")

    async def _make(self) -> None:
        chosen = [one.id for one in self.chosen]
        try:
            done = await self.desk.do(pay_refunds, date=self.day, refunds=chosen, command_id=self._command_id)
        except Problem as error:
            self.say_problem(error)
            return
        finally:
            self._command_id = new_command_id()
        self.reload()
        self.say(_("order {id}: {count} refunds, {total} EUR on {date}: {path}", **done))

    def action_reverse(self) -> None:
        """A refund that is not paid after all: the money is on account, or the credit note open, again."""
        one = self.refund
        if one is None:
            return
        if one.obstacle == "in_file":
            self.say(_("refund {id} is in file {file}; o shows it, v there takes it out", id=one.id, file=one.order_id))
            return
        command = new_command_id()

        async def reverse(text: str) -> None:
            if not text:
                raise Problem("type why the refund is taken back", field="reason")
            await self.desk.do(reverse_refund, one.id, text, command_id=command)
            self.close_prompt()
            self.reload()
            self.say(_("refund {id} is taken back", id=one.id))

        amount = money(one.amount, one.currency, code=True)
        self.prompt(
            _("take the refund of {amount} to {customer} back, because", amount=amount, customer=one.customer), reverse
        )

    def action_orders(self) -> None:
        from tui_billing.screens.bank_orders import BankOrdersScreen

        self.workstation.open(BankOrdersScreen())
