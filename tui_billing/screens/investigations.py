"""All investigations: what must be found out first, first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from tui_billing.documents.proof_words import WORDS
from tui_billing.locale import _
from tui_billing.rules.problem import Problem
from tui_billing.rules.status import GLYPHS, Status
from tui_billing.screens.amounts import short_day
from tui_billing.screens.frame import BillingScreen
from tui_billing.services.investigations import list_investigations
from tui_billing.widgets.cells import Cell, glyph
from tui_billing.widgets.paged_table import Column, Page, PagedTable, PageRequest, Row


class InvestigationsScreen(BillingScreen):
    """The list; Enter opens one."""

    AUTO_FOCUS = "#investigations"
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Row] = []

    def title_words(self) -> str:
        return _("INVESTIGATIONS")

    def body(self) -> ComposeResult:
        yield PagedTable(
            [
                Column(_("until"), 10),
                Column(_("subject"), 20, flex=3),
                Column(_("kind"), 20, flex=1, priority=2),
                Column(_("amount"), 12, align="right"),
                Column("", 3, priority=3),
                Column(_("owner"), 10),
                Column(_("status"), 10, priority=1),
            ],
            self._fetch,
            empty=_("nothing is being looked into"),
            id="investigations",
        )

    async def _fetch(self, request: PageRequest) -> Page:
        return Page(self._rows if request.direction in ("first", "last", "around") else ())

    def keys(self) -> Sequence[tuple[str, str]]:
        return [("Enter", _("open it")), ("Esc", _("back"))]

    def reload(self) -> None:
        self.workstation.answer(self._read(), name="investigations")

    async def _read(self) -> None:
        try:
            found = await self.desk.ask(list_investigations)
        except Problem as error:
            self.say_problem(error)
            return
        self._rows = [Row((place,), one["id"], self._cells(one)) for place, one in enumerate(found)]
        table = self.query_one("#investigations", PagedTable)
        if table.loaded:
            table.refresh_rows()
        else:
            table.show()

    def _cells(self, one: dict[str, Any]) -> tuple[str | Cell, ...]:
        due = dt.date.fromisoformat(one["due_on"])
        closed = one["status"] == "closed"
        sign = Status.CREDITED if closed else Status.OVERDUE if due <= self.desk.today else Status.OPEN
        return (
            Cell(f"{glyph(sign)} {short_day(due)}", GLYPHS[sign].colour),
            one["subject"],
            _(WORDS[one["kind"]]) if one["kind"] in WORDS else _("other"),
            one["amount"],
            one["currency"],
            one["owner"],
            _("closed") if closed else _("open"),
        )

    @on(PagedTable.Opened, "#investigations")
    def _opened(self, event: PagedTable.Opened) -> None:
        from tui_billing.screens.investigation import InvestigationScreen

        assert isinstance(event.row.id, int)
        self.workstation.open(InvestigationScreen(event.row.id))
