"""A list of any length: only a window of rows around the cursor is held, and read in pages by key.

The table knows no database. It asks `fetch(PageRequest)` for pages, the next one before it is needed; only
where the page under the cursor is not there yet does a key wait for it. A cursor move that does not scroll
paints two lines.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Hashable, Sequence
from typing import Any, ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.worker import Worker

from tui_billing.widgets.cells import Cell, cell
from tui_billing.widgets.pages import PAGE, Direction, Fetch, Page, PageRequest, Row
from tui_billing.widgets.table_columns import Column, lay_out, row_strip

__all__ = ["PAGE", "PAGES_KEPT", "Column", "Direction", "Fetch", "Page", "PageRequest", "PagedTable", "Row", "lay_out"]

PAGES_KEPT = 6
"""Pages the window holds before it drops the far end."""


class PagedTable(Widget, can_focus=True):
    """A list with a cursor row. Messages: `Opened` (Enter), `Moved` (another row is under the cursor)."""

    DEFAULT_CSS = """
    PagedTable { height: 1fr; width: 1fr; }
    PagedTable > .paged-table--header { text-style: bold; }
    PagedTable > .paged-table--cursor { background: $row-cursor-background; color: $row-cursor-color; }
    PagedTable > .paged-table--cursor-blurred { text-style: underline; }
    PagedTable > .paged-table--empty { color: $status-grey; }
    PagedTable:ansi > .paged-table--cursor { text-style: reverse; }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "paged-table--header",
        "paged-table--cursor",
        "paged-table--cursor-blurred",
        "paged-table--empty",
    }

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False, id="list.up"),
        Binding("down", "move(1)", "Down", show=False, id="list.down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="list.page_up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="list.page_down"),
        Binding("home,ctrl+home", "to_first", "First", show=False, id="list.first"),
        Binding("end,ctrl+end", "to_last", "Last", show=False, id="list.last"),
        Binding("enter", "open", "Open", show=False, id="list.open"),
    ]

    class Opened(Message):
        """Enter on a row."""

        def __init__(self, table: PagedTable, row: Row) -> None:
            super().__init__()
            self.table = table
            self.row = row

        @property
        def control(self) -> PagedTable:
            return self.table

    class Moved(Message):
        """Another row is under the cursor (None: the list is empty)."""

        def __init__(self, table: PagedTable, row: Row | None) -> None:
            super().__init__()
            self.table = table
            self.row = row

        @property
        def control(self) -> PagedTable:
            return self.table

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, PagedTable.Moved) and message.table is self.table

    def __init__(
        self,
        columns: Sequence[Column],
        fetch: Fetch | None = None,
        *,
        empty: str = "",
        header: bool = True,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.columns = list(columns)
        self.empty_text = empty
        self._header_lines = 1 if header else 0
        self._fetch = fetch
        self._rows: list[Row] = []
        self._more_before = self._more_after = False
        self._cursor = 0
        self._top = 0
        self._loaded = False
        self._asking: dict[Direction, asyncio.Task[bool]] = {}
        self._reading = 0  # counts re-reads: answers to older questions are dropped
        self._layout: list[tuple[int, int]] = []
        self._laid_out_for = -1

    # What a screen uses

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self._rows[self._cursor] if self._rows else None

    @property
    def rows_held(self) -> Sequence[Row]:
        """The rows of the window, for looking only."""
        return self._rows

    @property
    def loaded(self) -> bool:
        """Whether a first page has come."""
        return self._loaded

    def show(
        self,
        fetch: Fetch | None = None,
        *,
        at: tuple[Any, ...] | None = None,
        row_id: Hashable = None,
        wait: bool = True,
    ) -> Worker[Any]:
        """Read from the start, or around the key `at` with the cursor on row `row_id`; another `fetch` if given.

        Keys wait until the rows are there, unless `wait` is off (a filter that is being typed); what was shown
        stays until then. The worker returned has ended when the rows are there.
        """
        if fetch is not None:
            self._fetch = fetch
        request = PageRequest("first") if at is None else PageRequest("around", at)
        reading = self._read(request, wanted=row_id, top=True)
        return self._in_turn(reading) if wait else self.run_worker(reading, name="list", group=f"show {id(self)}")

    def refresh_rows(self) -> None:
        """Read the rows around the cursor again, because they may have changed; keys do not wait for it.

        The cursor stays on its row (by id) and the row on its line; where the row is gone, the next one gets it.
        """
        row = self.row
        if row is None:
            self.run_worker(self._read(PageRequest("first"), keep=True), group=f"refresh {id(self)}")
        else:
            limit = max(PAGE, 2 * self._lines() + 2 * min(self._cursor, PAGE))
            self.run_worker(self._read(PageRequest("around", row.key, limit), keep=True), group=f"refresh {id(self)}")

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Other columns (another language, other choice); rows must have as many cells."""
        self.columns = list(columns)
        self._laid_out_for = -1
        self.refresh()

    # Reading

    def _in_turn(self, work: Coroutine[Any, Any, Any]) -> Worker[Any]:
        """Run work that the next key has to wait for."""
        answer = getattr(self.app, "answer", None)
        worker: Worker[Any] = self.run_worker(work) if answer is None else answer(work, name="list")
        return worker

    async def _read(
        self, request: PageRequest, *, wanted: Hashable = None, top: bool = False, keep: bool = False
    ) -> None:
        """Replace the window by a page."""
        if self._fetch is None:
            return
        self._reading += 1
        reading = self._reading
        page = await self._fetch(request)
        if reading != self._reading:
            return
        before = self.row
        went_on = keep and before is not None and request.key is not None and before.key != request.key
        if went_on and before is not None and all(row.id != before.id for row in page.rows):
            # The cursor has gone on while this was read, and out of what was read.
            await self._read(PageRequest("around", before.key, request.limit), keep=True)
            return
        old_rows, old_cursor, old_line = self._rows, self._cursor, self._cursor - self._top
        painted = self._painted()
        self._rows = list(page.rows)
        self._more_before, self._more_after = page.more_before, page.more_after
        places = {row.id: place for place, row in enumerate(self._rows)}
        cursor = 0
        if request.direction == "last":
            cursor = len(self._rows) - 1
        elif keep and before is not None:
            still = (places[r.id] for r in (*old_rows[old_cursor:], *reversed(old_rows[:old_cursor])) if r.id in places)
            cursor = next(still, 0)
        elif wanted is not None and wanted in places:
            cursor = places[wanted]
        elif request.direction == "around":
            cursor = next((i for i, row in enumerate(self._rows) if row.key == request.key), 0)
            if cursor == 0 and page.more_before:
                cursor = min(len(self._rows) - 1, request.limit // 2)
        self._cursor = max(0, min(cursor, len(self._rows) - 1))
        self._top = self._cursor - (old_line if keep else self._lines() // 2 if not top else min(3, self._cursor))
        self._settle_top()
        first = not self._loaded
        self._loaded = True
        if first:
            self.refresh()
        else:
            self._repaint_changed(painted)
        after = self.row
        if first or (before and before.id) != (after and after.id):
            self.post_message(self.Moved(self, after))
        await self._fill()

    async def _fill(self) -> None:
        """Read on where the window does not fill the lines."""
        while self._rows and len(self._rows) - self._top < self._lines():
            if self._more_after and await self._extend("next"):
                continue
            short = self._more_before and self._top == 0 and len(self._rows) < self._lines()
            if not short or not await self._extend("previous"):
                break
            self._settle_top()
            self.refresh()
        self._prefetch()

    async def _extend(self, direction: Direction) -> bool:
        """Add the page before or after the window; true if it brought rows. One question a side at a time."""
        task = self._asking.get(direction)
        if task is None or task.done():
            task = self._asking[direction] = asyncio.create_task(self._ask(direction))
        return await asyncio.shield(task)

    async def _ask(self, direction: Direction) -> bool:
        if self._fetch is None or not self._rows:
            return False
        reading = self._reading
        edge = self._rows[-1] if direction == "next" else self._rows[0]
        page = await self._fetch(PageRequest(direction, edge.key, PAGE))
        if reading != self._reading:
            return False
        # A row whose key another clerk has just changed may come again: the one that is held stands.
        held = {row.id for row in self._rows}
        new = [row for row in page.rows if row.id not in held]
        if direction == "next":
            filled = len(self._rows) >= self._top + self._lines()
            self._rows.extend(new)
            self._more_after = page.more_after
            self._drop_before()
            if new and not filled:
                self.refresh()
        else:
            self._rows[:0] = new
            self._cursor += len(new)
            self._top += len(new)
            self._more_before = page.more_before
            self._drop_after()
        return bool(new)

    def _drop_before(self) -> None:
        surplus = min(len(self._rows) - PAGE * PAGES_KEPT, self._top - PAGE, self._cursor - PAGE)
        if surplus > 0:
            del self._rows[:surplus]
            self._cursor -= surplus
            self._top -= surplus
            self._more_before = True

    def _drop_after(self) -> None:
        keep = max(PAGE * PAGES_KEPT, self._top + self._lines() + PAGE, self._cursor + PAGE)
        if len(self._rows) > keep:
            del self._rows[keep:]
            self._more_after = True

    def _prefetch(self) -> None:
        margin = 2 * self._lines()
        if self._more_after and len(self._rows) - self._top - self._lines() < margin:
            self._extend_later("next")
        if self._more_before and self._top < margin:
            self._extend_later("previous")

    def _extend_later(self, direction: Direction) -> None:
        task = self._asking.get(direction)
        if task is None or task.done():
            self.run_worker(self._extend(direction), name=f"page {direction}", group="pages")

    # Moving

    def action_move(self, rows: int) -> None:
        """Move the cursor so many rows."""
        self._go(rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor and the lines by so many pages."""
        self._go(pages * max(1, self._lines()), page=True)

    def action_to_first(self) -> None:
        """Go to the first row of the whole list."""
        if self._more_before:
            self._in_turn(self._read(PageRequest("first"), top=True))
        elif self._rows:
            self._place(0)

    def action_to_last(self) -> None:
        """Go to the last row of the whole list."""
        if self._more_after:
            self._in_turn(self._read(PageRequest("last")))
        elif self._rows:
            self._place(len(self._rows) - 1)

    def action_open(self) -> None:
        """Tell the screen which row Enter was pressed on."""
        if self.row is not None:
            self.post_message(self.Opened(self, self.row))

    def _missing(self, rows: int) -> Direction | None:
        """Which side must be read before the cursor can move so far and the lines be full."""
        target = self._cursor + rows
        lines = self._lines()
        if rows > 0 and self._more_after and target >= self._top + lines and target + lines > len(self._rows):
            return "next"
        if rows < 0 and self._more_before and target < self._top and target - lines < 0:
            return "previous"
        return None

    def _go(self, rows: int, *, page: bool = False) -> None:
        if not self._rows:
            return
        if self._missing(rows):
            self._in_turn(self._go_when_read(rows, page))
        else:
            self._place(self._cursor + rows, shift=rows if page else 0)

    async def _go_when_read(self, rows: int, page: bool) -> None:
        while side := self._missing(rows):
            reading = self._reading
            if not await self._extend(side) and reading == self._reading:
                break
        self._place(self._cursor + rows, shift=rows if page else 0)

    def _place(self, target: int, *, shift: int = 0) -> None:
        """Put the cursor on a row of the window; paint two lines, or all where the lines must scroll."""
        if not self._rows:
            return
        lines = self._lines()
        old_cursor, old_top = self._cursor, self._top
        self._cursor = max(0, min(target, len(self._rows) - 1))
        if shift:
            self._top += shift
        elif not self._top <= self._cursor < self._top + lines:
            # Half a page at once: a line-wise scroll would repaint everything at each key.
            self._top = self._cursor - lines // 2
        self._settle_top()
        if self._cursor == old_cursor and self._top == old_top:
            return
        if self._top != old_top:
            self.refresh(Region(0, self._header_lines, self.size.width, lines))
        else:
            self._repaint_row(old_cursor)
            self._repaint_row(self._cursor)
        self.post_message(self.Moved(self, self.row))
        self._prefetch()

    def _settle_top(self) -> None:
        lines = max(1, self._lines())
        self._top = min(max(self._top, self._cursor - lines + 1), self._cursor)
        self._top = max(0, min(self._top, len(self._rows) - lines))

    # Painting

    def _lines(self) -> int:
        """Lines for rows."""
        return max(0, self.size.height - self._header_lines)

    def _repaint_row(self, place: int) -> None:
        y = place - self._top
        if 0 <= y < self._lines():
            self.refresh(Region(0, y + self._header_lines, self.size.width, 1))

    def _painted(self) -> list[tuple[tuple[str | Cell, ...], bool] | None]:
        """What stands on each line: the cells, and whether the cursor is there."""
        lines: list[tuple[tuple[str | Cell, ...], bool] | None] = []
        for place in range(self._top, self._top + self._lines()):
            lines.append((self._rows[place].cells, place == self._cursor) if place < len(self._rows) else None)
        return lines

    def _repaint_changed(self, before: list[tuple[tuple[str | Cell, ...], bool] | None]) -> None:
        """Repaint the lines that show something else than before; all where rows came or went entirely."""
        now = self._painted()
        if len(now) != len(before) or not self._rows or all(line is None for line in before):
            self.refresh()
            return
        for y, (old, new) in enumerate(zip(before, now, strict=True)):
            if old != new:
                self.refresh(Region(0, y + self._header_lines, self.size.width, 1))

    def on_resize(self, event: events.Resize) -> None:
        """Keep the cursor in sight, and read on where there are more lines now."""
        self._laid_out_for = -1
        self._settle_top()
        if self._loaded:
            self.run_worker(self._fill(), group="pages")

    def on_focus(self) -> None:
        """The cursor line looks otherwise with the focus."""
        self._repaint_row(self._cursor)

    def on_blur(self) -> None:
        """The cursor line looks otherwise without the focus."""
        self._repaint_row(self._cursor)

    def render_line(self, y: int) -> Strip:
        """One line: the heads, a row, or nothing."""
        width = self.size.width
        if self._laid_out_for != width:
            self._layout = lay_out(self.columns, width)
            self._laid_out_for = width
        base = self.rich_style
        if y < self._header_lines:
            style = self.get_component_rich_style("paged-table--header")
            return self._strip([column.title for column in self.columns], style, uniform=True)
        place = self._top + y - self._header_lines
        if place < len(self._rows):
            row = self._rows[place]
            if place != self._cursor:
                return self._strip(row.cells, base)
            name = "paged-table--cursor" if self.has_focus else "paged-table--cursor-blurred"
            return self._strip(row.cells, self.get_component_rich_style(name), uniform=True)
        if not self._rows and self._loaded and place == 0:
            style = self.get_component_rich_style("paged-table--empty")
            return Strip([cell(self.empty_text, width, "left", style)], width)
        return Strip.blank(width, base)

    def _strip(self, cells: Sequence[str | Cell], style: Style, *, uniform: bool = False) -> Strip:
        return row_strip(self.app, self.columns, self._layout, cells, style, self.size.width, uniform=uniform)
