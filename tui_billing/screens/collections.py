"""Direct debits: what is due and may be collected, chosen, counted, and made into a file for the bank."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui_billing.locale import N_, _
from tui_billing.models.queries.direct_debits import Due, collectable
from tui_billing.rules.bank_days import bank_day_from, is_bank_day
from tui_billing.rules.direct_debit import earliest_collection
from tui_billing.rules.problem import Problem
from tui_billing.screens.amounts import money, short_day
from tui_billing.screens.frame import BillingScreen
from tui_billing.services.clerk import new_command_id
from tui_billing.services.collecting import collect
from tui_billing.services.order_lists import list_orders
from tui_billing.widgets.cells import Cell, use_ascii
from tui_billing.widgets.field import Caption
from tui_billing.widgets.issue_line import IssueLine
from tui_billing.widgets.paged_table import Column, Page, PagedTable, PageRequest, Row
from tui_billing.widgets.reader import Line, Reader

OBSTACLES = {"disputed": N_("disputed"), "lapsed": N_("mandate lapsed")}
_LAST = 4


class CollectionsScreen(BillingScreen):
    """All that has no obstacle is chosen at first; Space chooses, Ctrl+S makes the file."""

    AUTO_FOCUS = "#due"
    KEY_ROWS = 2
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "choose", N_("choose"), show=False, id="row.choose"),
        Binding("a", "choose_all", N_("all / nothing"), show=False, id="row.choose_all"),
        Binding("b", "scheme", N_("core / business"), show=False, id="collection.scheme"),
        Binding("left", "day(-1)", N_("a day earlier"), show=False, id="day.before"),
        Binding("right", "day(1)", N_("a day later"), show=False, id="day.after"),
        Binding("ctrl+s,f10", "make", N_("make the file"), show=False, id="record.save"),
        Binding("m", "mandates", N_("mandates"), show=False, id="mandate.list"),
        Binding("o", "orders", N_("files made"), show=False, id="orders.list"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.scheme = "CORE"
        self.day: dt.date | None = None
        self.chosen: set[int] = set()
        self._due: list[Due] = []
        self._seen: set[int] = set()
        self._rows: list[Row] = []
        self._command_id = new_command_id()

    def title_words(self) -> str:
        return _("DIRECT DEBITS")

    def body(self) -> ComposeResult:
        yield Caption("", id="collection")
        yield PagedTable(
            [
                Column("", 3),
                Column(_("invoice"), 12),
                Column(_("customer"), 16, flex=2),
                Column(_("due"), 8),
                Column(_("amount"), 12, align="right"),
                Column(_("mandate"), 12, flex=1, priority=1),
                Column("", 4, priority=3),
                Column(_("remark"), 16, priority=2),
            ],
            self._fetch,
            empty=_("nothing is due under a mandate; b on a customer enters one"),
            id="due",
        )
        yield Reader(id="orders", focusable=False)

    async def _fetch(self, request: PageRequest) -> Page:
        return Page(self._rows if request.direction in ("first", "last", "around") else ())

    def keys(self) -> Sequence[tuple[str, str]]:
        return [
            ("Space", _("choose")),
            ("a", _("all / nothing")),
            ("← →", _("day")),
            ("b", _("core / B2B")),
            ("^S", _("make the file")),
            ("m", _("mandates")),
            ("o", _("files made")),
            ("Esc", _("back")),
        ]

    # -- data ------------------------------------------------------------

    def reload(self) -> None:
        if self.day is None:
            self.day = earliest_collection(self.desk.today)
        self.workstation.answer(self._read(), name="collections")

    async def _read(self) -> None:
        assert self.day is not None
        try:
            found = await self.desk.ask(collectable, self.day)
            orders = await self.desk.ask(list_orders)
        except Problem as error:
            self.say_problem(error)
            return
        self._due = [one for one in found if one.scheme == self.scheme]
        here = {one.invoice_id for one in self._due}
        fresh = {one.invoice_id for one in self._due if not one.obstacle} - self._seen
        self.chosen = (self.chosen & here) | fresh
        self._seen = (self._seen & {one.invoice_id for one in found}) | here
        self._show_orders(orders[:_LAST])
        self._lay_out()

    def _show_orders(self, orders: Sequence[dict]) -> None:
        lines: list[Line] = [[(" " + _("Last files"), "bold")]] if orders else []
        words = {"made": _("made"), "cancelled": _("cancelled")}
        for one in orders:
            kind = _("direct debits") if one["kind"] == "collection" else _("refunds")
            day = short_day(dt.date.fromisoformat(one["date"]))
            text = f" {one['id']:>4}  {day}  {one['count']:>4} {kind}  {one['total']} {one['currency']}"
            state = words[one["status"]]
            lines.append([(text, ""), (f"  {state}  {one['path']}", "dim")])
        reader = self.query_one("#orders", Reader)
        reader.styles.height = len(lines)
        reader.show(lines)

    def _lay_out(self) -> None:
        self._rows = [Row((place,), one.invoice_id, self._cells(one)) for place, one in enumerate(self._due)]
        table = self.query_one("#due", PagedTable)
        if table.loaded:
            table.refresh_rows()
        else:
            table.show()
        self._show_sums()

    def _show_sums(self) -> None:
        assert self.day is not None
        chosen = [one for one in self._due if one.invoice_id in self.chosen]
        text = _(
            "{scheme}  collected on {date}   {count} of {all} chosen   {total} EUR",
            scheme=self.scheme,
            date=short_day(self.day),
            count=len(chosen),
            all=len(self._due),
            total=money(sum(one.amount for one in chosen), "EUR"),
        )
        self.query_one("#collection", Caption).say(" " + text, "bold")

    def _cells(self, one: Due) -> tuple[str | Cell, ...]:
        signs = ("[x]", "[ ]") if use_ascii() else (" ✔ ", " · ")
        mine = one.invoice_id in self.chosen
        remark: str | Cell = Cell(_("short notice"), "yellow") if one.short_notice else ""
        if one.obstacle:
            remark = Cell(_(OBSTACLES[one.obstacle]), "magenta")
        return (
            Cell(signs[0] if mine else signs[1], "green" if mine else "dim"),
            one.number,
            one.customer,
            short_day(one.due_date),
            money(one.amount, "EUR"),
            one.mandate,
            one.sequence,
            remark,
        )

    # -- keys ------------------------------------------------------------

    def action_choose(self) -> None:
        table = self.query_one("#due", PagedTable)
        if table.row is None:
            return
        one = next((each for each in self._due if each.invoice_id == table.row.id), None)
        if one is not None and one.obstacle == "lapsed":
            self.say(_("mandate {mandate} has lapsed; have a new one signed", mandate=one.mandate))
            return
        self.chosen ^= {one.invoice_id} if one else set()
        self._lay_out()
        table.action_move(1)

    def action_choose_all(self) -> None:
        free = {one.invoice_id for one in self._due if not one.obstacle}
        self.chosen = set() if free <= self.chosen else free
        self._lay_out()

    def action_scheme(self) -> None:
        self.scheme = "B2B" if self.scheme == "CORE" else "CORE"
        self.reload()

    def action_day(self, step: int) -> None:
        assert self.day is not None
        day = self.day + dt.timedelta(step)
        while step < 0 and not is_bank_day(day):
            day -= dt.timedelta(1)
        self.day = max(bank_day_from(day), earliest_collection(self.desk.today))
        self.reload()

    def action_make(self) -> None:
        """Ask in one line: how many, how much, when."""
        assert self.day is not None
        chosen = [one for one in self._due if one.invoice_id in self.chosen]
        if not chosen:
            self.say(_("nothing is chosen; Space chooses a row"))
            return
        self.answer_line.open(
            _(
                "collect {count} invoices, {total} EUR, on {date}: Enter makes the file",
                count=len(chosen),
                total=money(sum(one.amount for one in chosen), "EUR"),
                date=short_day(self.day),
            ),
            purpose="collect",
        )

    @on(IssueLine.Confirmed)
    def _confirmed(self, event: IssueLine.Confirmed) -> None:
        if event.purpose == "collect":
            self.workstation.answer(self._make(), name="collect")

    async def _make(self) -> None:
        chosen = [one.invoice_id for one in self._due if one.invoice_id in self.chosen]
        try:
            done = await self.desk.do(
                collect, scheme=self.scheme, date=self.day, invoices=chosen, command_id=self._command_id
            )
        except Problem as error:
            self.say_problem(error)
            done = None
        self._command_id = new_command_id()
        await self._read()
        if done:
            self.say(_("order {id}: {count} debits, {total} EUR on {date}: {path}", **done))

    def action_mandates(self) -> None:
        from tui_billing.screens.mandates import MandatesScreen

        self.workstation.open(MandatesScreen())

    def action_orders(self) -> None:
        from tui_billing.screens.bank_orders import BankOrdersScreen

        self.workstation.open(BankOrdersScreen())
