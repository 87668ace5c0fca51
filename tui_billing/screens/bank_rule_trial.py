"""The rules tried on a month: each line that one fits, what it does with such a line, and what was done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from tui_billing.locale import N_, _
from tui_billing.rules.matching.bank_rules import Rule
from tui_billing.rules.problem import Problem
from tui_billing.screens.amounts import money, short_day
from tui_billing.screens.frame import BillingScreen
from tui_billing.services.bank_rules import DIFFERS, WAITS, Tried, last_month, try_draft, try_rules
from tui_billing.widgets.cells import Cell
from tui_billing.widgets.field import Caption
from tui_billing.widgets.paged_table import Column, Page, PagedTable, PageRequest, Row
from tui_billing.widgets.rule_words import done_words, outcome_words, rule_words

_COLOURS = {WAITS: "yellow", DIFFERS: "red"}


class BankRuleTrialScreen(BillingScreen):
    """A dry run on last month; Left and Right go to other months. Nothing is written.

    `draft` is a rule that is not kept yet, with what it names: it is tried by itself.
    """

    AUTO_FOCUS = "#trial"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "month(-1)", N_("month before"), show=False, id="month.before"),
        Binding("right", "month(1)", N_("month after"), show=False, id="month.after"),
    ]

    def __init__(self, draft: tuple[Rule, str] | None = None) -> None:
        super().__init__()
        self._draft = draft
        self._period: tuple[dt.date, dt.date] | None = None

    def body(self) -> ComposeResult:
        with Vertical():
            yield PagedTable(self._columns(), self._fetch, empty=_("no rule fits a line of this month"), id="trial")
        yield Caption("", id="foot")

    def _columns(self) -> list[Column]:
        return [
            Column(_("date"), 8),
            Column(_("payer"), 12, flex=2),
            Column(_("amount"), 12, align="right"),
            Column(_("rule"), 10, flex=1, priority=1),
            Column(_("then"), 14, flex=2),
            Column(_("was done"), 14, flex=2, priority=2),
            Column(_("outcome"), 14),
        ]

    def keys(self) -> Sequence[tuple[str, str]]:
        return [("←", _("month before")), ("→", _("month after")), ("Esc", _("back")), *self.place_keys()]

    def title_words(self) -> str:
        since = self.period[0]
        name = f"  {self._draft[0].name}" if self._draft else ""
        return f"{_('RULES TRIED')}  {since:%Y-%m}{name}"

    @property
    def period(self) -> tuple[dt.date, dt.date]:
        """The first and the last day."""
        if self._period is None:
            self._period = last_month(self.desk.today)
        return self._period

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#trial", PagedTable).show()

    def action_month(self, by: int) -> None:
        """Another month, up to the one of today."""
        since, until = self.period
        if by < 0:
            self._period = last_month(since)
        elif until < self.desk.today:
            later = until + dt.timedelta(days=1)
            after = (later + dt.timedelta(days=31)).replace(day=1)
            self._period = (later, after - dt.timedelta(days=1))
        self.show_headline()
        self.query_one("#trial", PagedTable).show()

    async def _fetch(self, request: PageRequest) -> Page:
        if request.direction not in ("first", "around", "last"):
            return Page(())
        try:
            if self._draft is not None:
                trial = await self.desk.ask(try_draft, *self._draft, *self.period)
            else:
                trial = await self.desk.ask(try_rules, *self.period)
        except Problem as error:
            self.say_problem(error)
            return Page(())
        words = _(
            "{fit} of {lines} lines fit a rule: {agrees} as it was done, {differs} otherwise, {waits} wait",
            **trial.counts,
        )
        for foot in self.query("#foot").results(Caption):
            foot.say(" " + words)
        return Page(tuple(self._row(one) for one in trial.tried))

    def _row(self, one: Tried) -> Row:
        cells = (
            short_day(dt.date.fromisoformat(one.date)),
            one.payer or one.text,
            money(one.amount, one.currency),
            one.rule.name,
            rule_words(one.rule),
            done_words(one),
            Cell(outcome_words(one), _COLOURS.get(one.outcome, "green")),
        )
        return Row((one.date, one.line_id), one.line_id, cells)
