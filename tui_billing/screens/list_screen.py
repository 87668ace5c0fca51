"""What the list screens share: a filter that is typed live, a paged table under it, a count beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widgets import Input
from textual.worker import Worker

from tui_billing.locale import N_, _
from tui_billing.models.door import Interrupted
from tui_billing.rules.problem import Problem
from tui_billing.screens.amounts import number
from tui_billing.screens.frame import BillingScreen
from tui_billing.widgets.field import Caption, Field
from tui_billing.widgets.paged_table import Column, Page, PagedTable, PageRequest, Row

#: Seconds without a key after which the list follows the filter: a page is repainted once for a word typed fast.
PAUSE = 0.08
#: Seconds after which a count that gave way to a page is tried again.
COUNT_AGAIN = 0.3


@dataclass(frozen=True, slots=True)
class Listed(Row):
    """A row and the record that it shows."""

    record: Any = None


class ListScreen(BillingScreen):
    """A list. A subclass names its columns, reads pages, and says what a filter's words mean."""

    AUTO_FOCUS = "PagedTable"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash,ctrl+f", "filter", N_("filter"), show=False, id="list.filter"),
        Binding("down", "into_list", N_("into the list"), show=False, id="list.into"),
    ]
    #: What is said where the list is empty, and the words for one and for several of what it lists.
    EMPTY = N_("nothing here")
    FILTER_HINT = N_("words")

    # -- what a subclass gives -------------------------------------------

    def columns(self) -> list[Column]:
        """The columns of the table."""
        raise NotImplementedError

    def read_page(self, wanted: Any, request: PageRequest) -> Any:
        """(question, arguments) of a page, for `desk.look`; its answer has rows, more_before and more_after."""
        raise NotImplementedError

    def read_count(self, wanted: Any) -> Any:
        """(question, arguments) of the count; its answer is (count, whether there are more)."""
        raise NotImplementedError

    def listed(self, record: Any) -> Listed:
        """A record as a row of the table."""
        raise NotImplementedError

    def parse_filter(self, text: str) -> Any:
        """What is wanted where `text` stands in the filter; "" wants everything."""
        return text.strip()

    def counted(self, count: int, more: bool) -> str:
        """The words beside the filter."""
        return _("{count} rows", count=number(count) + ("+" if more else ""))

    # -- parts -----------------------------------------------------------

    def __init__(self) -> None:
        super().__init__()
        self._wanted: Any = None
        self._filter_text = ""
        self._generation = 0
        self._turn = asyncio.Lock()
        self._pause: Timer | None = None
        self._showing: Worker[Any] | None = None
        self._home: Row | None = None
        self._begin = ""
        self._left_at: Row | None = None

    def body(self) -> ComposeResult:
        with Horizontal(classes="line", id="filter-line"):
            yield Caption("/", id="filter-sign")
            yield Field(id="filter", placeholder=_(self.FILTER_HINT))
            yield Caption("", id="count")
        yield PagedTable(self.columns(), self._fetch, empty=_(self.EMPTY), id="list")

    @property
    def table(self) -> PagedTable:
        return self.query_one("#list", PagedTable)

    @property
    def filter_field(self) -> Field:
        return self.query_one("#filter", Field)

    @property
    def record(self) -> Any:
        """The record under the cursor, or None."""
        row = self.table.row
        return row.record if isinstance(row, Listed) else None

    @property
    def wanted(self) -> Any:
        """What the filter asks for."""
        return self._wanted

    @property
    def filtering(self) -> bool:
        """Whether letters are text of the filter now."""
        return self.focused is self.filter_field

    def begin_with(self, text: str) -> None:
        """Show the list of a filter, at once or as soon as there is a list."""
        self._begin, self._left_at = text, None
        if self._laid_out:
            self.set_filter(text)

    @property
    def _laid_out(self) -> bool:
        """Whether the widgets are there; a place that was left is composed anew when it is gone to again."""
        return self.is_attached and bool(self.query("#list"))

    # -- reading ---------------------------------------------------------

    def reload(self) -> None:
        if not self._laid_out:
            return
        if not self.table.loaded:
            # As it was left: the same filter, the cursor on the same row.
            text, row = self._begin, self._left_at
            self.filter_field.show(text)
            self._filter_text = text.strip()
            self._wanted = self.parse_filter(text)
            if row is None:
                self._showing = self.table.show()
            else:
                self._showing = self.table.show(at=self._tagged(row.key[1:]), row_id=row.id)
        elif self._showing is None or self._showing.is_finished:
            self.table.refresh_rows()
        self._count_later()

    def _tagged(self, key: Sequence[Any]) -> tuple[Any, ...]:
        """A key of the list as it is now. Another filter sorts by other columns, so a key goes with its filter."""
        return (self._generation, *key)

    async def _fetch(self, request: PageRequest) -> Page:
        """A page for the table, in the reader's thread. Pages are read one after the other; a newer filter ends
        the reading of an older one's."""
        generation = self._generation
        if request.key is not None and request.key[0] != generation:
            if request.direction != "around":
                return Page(())
            request = PageRequest("first", None, request.limit)
        elif request.key is not None:
            request = replace(request, key=request.key[1:])
        async with self._turn:
            while generation == self._generation:
                question, arguments = self.read_page(self._wanted, request)
                try:
                    found = await self.desk.look(question, *arguments)
                except Interrupted:
                    continue  # by another screen's reading, or by a stop that came late: once more
                except Problem as error:
                    self.say_problem(error)
                    break
                rows = [replace(row, key=self._tagged(row.key)) for row in map(self.listed, found.rows)]
                return Page(rows, found.more_before, found.more_after)
        return Page(())

    def _count_later(self) -> None:
        self.run_worker(self._count(), group="count", exclusive=True, exit_on_error=False)

    async def _count(self) -> None:
        """Count once no page is asked for; a page that is asked for meanwhile goes first."""
        generation = self._generation
        while generation == self._generation:
            async with self._turn:
                pass
            question, arguments = self.read_count(self._wanted)
            try:
                count, more = await self.desk.look(question, *arguments)
            except Interrupted:
                await asyncio.sleep(COUNT_AGAIN)
                continue
            except Problem:
                return
            if generation == self._generation:
                self.query_one("#count", Caption).say(self.counted(count, more))
            return

    # -- the filter ------------------------------------------------------

    def action_filter(self) -> None:
        self.set_focus(self.filter_field)

    @on(Input.Changed, "#filter")
    def _typed(self) -> None:
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE, self._follow)

    def _follow(self) -> None:
        """Show what the filter says now."""
        if self._pause is not None:
            self._pause.stop()
            self._pause = None
        text = self.filter_field.value
        if text.strip() == self._filter_text:
            return
        if not self._filter_text:
            self._home = self.table.row
        self._filter_text = self._begin = text.strip()
        wanted = self.parse_filter(text)
        if wanted == self._wanted:
            return
        self._wanted = wanted
        self._generation += 1
        home, self._home = (self._home, None) if not self._filter_text else (None, self._home)
        if home is not None:
            self._showing = self.table.show(at=self._tagged(home.key[1:]), row_id=home.id, wait=False)
        else:
            self._showing = self.table.show(wait=False)
        self.desk.stop_looking()
        self._count_later()

    def set_filter(self, text: str) -> None:
        """Show the list of another filter; keys wait for it."""
        self.filter_field.show(text)
        self.workstation.answer(self._settle(), name="filter")

    async def _settle(self) -> None:
        """Return when the list shows what the filter says."""
        self._follow()
        if self._showing is not None and not self._showing.is_finished:
            await self._showing.wait()

    async def _go_into_list(self) -> None:
        await self._settle()
        self.set_focus(self.table)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter and Down are the table's own unless the filter has the focus."""
        return self.filtering if action == "into_list" else super().check_action(action, parameters)

    @on(Input.Submitted, "#filter")
    def action_into_list(self) -> None:
        """Enter or Down in the filter: to the rows found; the next key waits until they are there."""
        self.workstation.answer(self._go_into_list(), name="filter")

    def action_back(self) -> None:
        """Esc clears the filter, and leaves the list where there is none."""
        if self.filtering or self.filter_field.value:
            self.set_focus(self.table)
            if self.filter_field.value:
                self.set_filter("")
        else:
            super().action_back()

    # -- rows ------------------------------------------------------------

    @on(PagedTable.Opened, "#list")
    def _opened(self) -> None:
        if self.record is not None:
            self.open_record(self.record)

    @on(PagedTable.Moved, "#list")
    def _moved(self, event: PagedTable.Moved) -> None:
        self._left_at = event.row

    def open_record(self, record: Any) -> None:
        """Enter on a row."""

    def keys(self) -> Sequence[tuple[str, str]]:
        return [("Enter", _("open it")), ("/", _("filter")), *self.row_keys(), ("Esc", _("back"))]

    def row_keys(self) -> Sequence[tuple[str, str]]:
        """What can be done with the row under the cursor."""
        return ()
