"""The papers of an invoice, customer, dispute, order, contract or delivery: read, attached, written out, taken off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui_billing.locale import N_, _
from tui_billing.models.queries.papers import PaperRow, Papers, papers_about
from tui_billing.rules.problem import Problem
from tui_billing.screens.amounts import short_day
from tui_billing.screens.frame import BillingScreen
from tui_billing.screens.paper_words import ENTITY_WORDS, kind_words, size_words
from tui_billing.widgets.cells import Cell
from tui_billing.widgets.field import Caption
from tui_billing.widgets.paged_table import Column, Page, PagedTable, PageRequest, Row


class PapersScreen(BillingScreen):
    """The list; of an invoice or dispute the papers of its order, contract, deliveries and calls are there too."""

    AUTO_FOCUS = "#papers"
    KEY_ROWS = 2
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "attach", N_("attach a paper"), show=False, id="record.new"),
        Binding("o", "write_out", N_("write it out"), show=False, id="document.open"),
        Binding("l", "link", N_("link to another thing"), show=False, id="paper.link"),
        Binding("u", "take_off", N_("take off"), show=False, id="undo"),
    ]

    def __init__(self, entity: str, entity_id: int) -> None:
        super().__init__()
        self.entity, self.entity_id = entity, entity_id
        self._found: Papers | None = None

    def title_words(self) -> str:
        if self._found is None:
            return _("PAPERS")
        return f"{_('PAPERS')}  {_(ENTITY_WORDS[self.entity])} {self._found.label}"

    def body(self) -> ComposeResult:
        columns = [
            Column(_("name"), 15, flex=3),
            Column(_("kind"), 16, flex=1),
            Column(_("of"), 12, flex=1, priority=1),
            Column(_("size"), 6, align="right"),
            Column(_("date"), 8),
            Column("SHA-256", 12, priority=2),
            Column(_("who"), 8, priority=3),
        ]
        yield PagedTable(columns, self._fetch, empty=_("no paper yet; n attaches the first"), id="papers")
        yield Caption("", id="foot")

    def keys(self) -> Sequence[tuple[str, str]]:
        return [
            ("n", _("attach")),
            ("Enter", _("read it")),
            ("o", _("write out")),
            ("l", _("link to …")),
            ("u", _("take off")),
            ("Esc", _("back")),
        ]

    # -- data ------------------------------------------------------------

    @property
    def table(self) -> PagedTable:
        return self.query_one("#papers", PagedTable)

    @property
    def paper(self) -> PaperRow | None:
        """The paper under the cursor."""
        row = self.table.row
        if row is None or self._found is None:
            return None
        return next((one for one in self._found.rows if one.id == row.id), None)

    def reload(self) -> None:
        self.workstation.answer(self._read(), name="papers")

    async def _read(self) -> None:
        try:
            self._found = await self.desk.ask(papers_about, self.entity, self.entity_id)
        except Problem as error:
            self.say_problem(error)
            return
        self.show_headline()
        row = self.table.row
        await self.table.show(at=row.key if row else None, row_id=row.id if row else None).wait()
        self._tell_more()

    async def _fetch(self, request: PageRequest) -> Page:
        if self._found is None or request.direction not in ("first", "around", "last"):
            return Page(())
        return Page([Row((place,), one.id, self._cells(one)) for place, one in enumerate(self._found.rows)])

    def _cells(self, one: PaperRow) -> tuple[str | Cell, ...]:
        own = (one.entity, one.entity_id) == (self.entity, self.entity_id)
        cells = (
            one.name,
            _("taken off") if one.ended else kind_words(one),
            "" if own else f"{_(ENTITY_WORDS[one.entity])} {one.where}",
            size_words(one.size),
            short_day(dt.date.fromisoformat(one.at[:10])),
            one.sha256[:12],
            one.operator,
        )
        return tuple(Cell(text, "dim") for text in cells) if one.ended else cells

    @on(PagedTable.Moved, "#papers")
    def _tell_more(self) -> None:
        """What the row has no room for stands at the foot."""
        one = self.paper
        foot = ""
        if one is not None and one.ended:
            day = short_day(dt.date.fromisoformat(one.ended_on))
            foot = _("taken off on {day}: {reason}", day=day, reason=one.ended)
        elif one is not None:
            foot = " · ".join(filter(None, (one.name, one.note, f"SHA-256 {one.sha256}")))
        self.query_one("#foot", Caption).say(f" {foot}" if foot else "")

    # -- keys ------------------------------------------------------------

    def action_attach(self) -> None:
        from tui_billing.screens.paper_forms import AttachScreen

        label = self._found.label if self._found else ""
        self.workstation.open(AttachScreen(self.entity, self.entity_id, label))

    @on(PagedTable.Opened, "#papers")
    def _opened(self) -> None:
        if self.paper is not None:
            from tui_billing.screens.paper_view import PaperScreen

            self.workstation.open(PaperScreen(self.paper))

    def action_write_out(self) -> None:
        if self.paper is not None:
            from tui_billing.screens.paper_forms import WriteOutScreen

            self.workstation.open(WriteOutScreen(self.paper))

    def action_link(self) -> None:
        if self.paper is not None:
            from tui_billing.screens.paper_forms import LinkScreen

            self.workstation.open(LinkScreen(self.paper))

    def action_take_off(self) -> None:
        if self.paper is None:
            return
        if self.paper.ended:
            self.say(_("this paper is taken off already; l links it anew"))
            return
        from tui_billing.screens.paper_forms import TakeOffScreen

        self.workstation.open(TakeOffScreen(self.paper))
