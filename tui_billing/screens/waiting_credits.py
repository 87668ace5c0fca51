"""Credit notes above the limit: a second person issues or refuses each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual import on

from tui_billing.locale import N_, _
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import fold
from tui_billing.screens.amounts import money, number, short_day
from tui_billing.screens.list_screen import Listed, ListScreen
from tui_billing.services import credit_approval
from tui_billing.services.credit_approval import WaitingCredit
from tui_billing.widgets.choice_line import ChoiceLine
from tui_billing.widgets.paged_table import Column, PageRequest

_ANSWERS = {"a": "issue", "b": "refuse"}


class WaitingCreditsScreen(ListScreen):
    """Enter asks: a issues the credit note, b refuses it."""

    EMPTY = N_("no credit note waits")
    FILTER_HINT = N_("number, customer, author")

    def title_words(self) -> str:
        return _("CREDITS TO APPROVE")

    def body(self) -> Any:
        yield from super().body()
        yield ChoiceLine(id="choice")

    def columns(self) -> list[Column]:
        return [
            Column(_("date"), 8),
            Column(_("invoice"), 11),
            Column(_("customer"), 14, flex=1),
            Column(_("amount"), 13, align="right"),
            Column("", 3),
            Column(_("reason"), 14, flex=2),
            Column(_("author"), 8),
        ]

    def keys(self) -> Sequence[tuple[str, str]]:
        return [("Enter", _("issue or refuse")), ("/", _("filter")), ("i", _("inquiry")), ("Esc", _("back"))]

    def parse_filter(self, text: str) -> tuple[str, ...]:
        return tuple(fold(text).split())

    def read_page(self, wanted: Any, request: PageRequest) -> Any:
        return credit_approval.waiting_page, (wanted, request.direction, request.key, request.limit)

    def read_count(self, wanted: Any) -> Any:
        return credit_approval.waiting_count, (wanted,)

    def counted(self, count: int, more: bool) -> str:
        return _("1 credit note waits") if count == 1 else _("{count} credit notes wait", count=number(count))

    def listed(self, record: WaitingCredit) -> Listed:
        cells = (
            short_day(record.date),
            record.invoice,
            record.customer_name,
            money(record.gross, record.currency),
            record.currency,
            record.reason,
            record.author,
        )
        return Listed(record.key, record.id, cells, record)

    def inquiry_about(self) -> tuple[str, int]:
        return (self.record.customer if self.record else ""), 0

    def open_record(self, record: WaitingCredit) -> None:
        text = _(
            "credit note of {amount} for {invoice}:  a issue it  b refuse it",
            amount=money(record.gross, record.currency, code=True),
            invoice=record.invoice,
        )
        self.query_one("#choice", ChoiceLine).ask(text, _ANSWERS)

    @on(ChoiceLine.Chosen)
    def _chosen(self, event: ChoiceLine.Chosen) -> None:
        if self.record is not None:
            self.workstation.answer(self._decide(self.record, event.token == "issue"), name="credit")

    async def _decide(self, record: WaitingCredit, approve: bool) -> None:
        try:
            done = await self.desk.do(credit_approval.decide_credit, record.id, approve=approve)
        except Problem as error:
            self.say_problem(error)
            return
        if approve:
            self.workstation.render_document(done["id"], done["number"])
            self.say(_("credit note {number} is issued", number=done["number"]))
        else:
            self.say(_("the credit note is refused"))
        self.reload()
