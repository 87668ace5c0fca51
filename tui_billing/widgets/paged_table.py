"""A list of any length: only a window of rows around the cursor is held, and read in pages by key.

The table knows no database. It asks `fetch(PageRequest)` for pages, the next one before it is needed; only
where the page under the cursor is not there yet does a key wait for it. A cursor move that does not scroll
paints two lines.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui_billing.widgets.cells import Align, Cell, cell
from tui_billing.widgets.themes import tint

Direction = Literal["next", "previous", "first", "last", "around"]

PAGE = 100
"""Rows asked for at once."""

PAGES_KEPT = 6
"""Pages the window holds before it drops the far end."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What is to be read. Rows always come in the order of the list.

    next: rows after `key`; previous: rows before it; first, last: from that end (`key` is None);
    around: about half the rows before `key`, the rest from it on, whether or not a row has that key.
    """

    direction: Direction
    key: tuple[Any, ...] | None = None
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class Row:
    """A row: `key` is what the list is sorted by and unique; `id` says which thing it is."""

    key: tuple[Any, ...]
    id: Hashable
    cells: tuple[str | Cell, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the order of the list, and whether there are more on either side."""

    rows: Sequence[Row]
    more_before: bool = False
    more_after: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column: fixed `width` in cells, plus a share of what is left over where `flex` is not 0.

    `priority` 0 always stays; at a narrow width the columns with the highest number go first.
    """

    title: str
    width: int = 0
    flex: int = 0
    align: Align = "left"
    priority: int = 0


Fetch = Callable[[PageRequest], Awaitable[Page]]


def lay_out(columns: Sequence[Column], width: int, gap: int = 1) -> list[tuple[int, int]]:
    """(index, cells) of the columns that fit into so many cells, `gap` blanks between two of them."""
    shown = list(range(len(columns)))

    def needed() -> int:
        return sum(max(columns[i].width, 1) for i in shown) + gap * max(0, len(shown) - 1)

    while needed() > width and any(columns[i].priority for i in shown):
        highest = max(columns[i].priority for i in shown)
        shown.remove(max(i for i in shown if columns[i].priority == highest))
    spare = max(0, width - needed())
    shares = sum(columns[i].flex for i in shown)
    widths: list[tuple[int, int]] = []
    for i in shown:
        more = spare * columns[i].flex // shares if columns[i].flex else 0
        shares -= columns[i].flex
        spare -= more
        widths.append((i, max(columns[i].width, 1) + more))
    return widths


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
        self._asking: dict[Direction, Awaitable[Any]] = {}
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

    def show(self, fetch: Fetch | None = None, *, at: tuple[Any, ...] | None = None, id: Hashable = None) -> None:
        """Read from the start, or around the key `at` with the cursor on row `id`; another `fetch` if given.

        Keys wait until the rows are there; what was shown stays until then.
        """
        if fetch is not None:
            self._fetch = fetch
        request = PageRequest("first") if at is None else PageRequest("around", at)
        self._in_turn(self._read(request, wanted=id, top=True))

    def refresh_rows(self) -> None:
        """Read the rows around the cursor again, because they may have changed; keys do not wait for it.

        The cursor stays on its row (by id) and the row on its line; where the row is gone, the next one gets it.
        """
        row = self.row
        if row is None:
            self.run_worker(self._read(PageRequest("first"), keep=True), group=f"refresh {id(self)}")
        else:
            limit = max(PAGE, 2 * self._lines() + 2 * min(self._cursor, PAGE))
            self.run_worker(
                self._read(PageRequest("around", row.key, limit), keep=True), group=f"refresh {id(self)}"
            )

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Other columns (another language, other choice); rows must have as many cells."""
        self.columns = list(columns)
        self._laid_out_for = -1
        self.refresh()

    # Reading

    def _in_turn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run work that the next key has to wait for."""
        answer = getattr(self.app, "answer", None)
        if answer is None:
            self.run_worker(work)
        else:
            answer(work, name="list")

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
        if first or not keep:
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
            if self._more_before and self._top == 0 and len(self._rows) < self._lines():
                if await self._extend("previous"):
                    self._settle_top()
                    self.refresh()
                    continue
            break
        self._prefetch()

    async def _extend(self, direction: Direction) -> bool:
        """Add the page before or after the window; true if it brought rows. One question a side at a time."""
        under_way = self._asking.get(direction)
        if under_way is None:
            worker = self.run_worker(self._ask(direction), group=f"{direction} {id(self)}")
            under_way = self._asking[direction] = worker.wait()
        held = len(self._rows)
        reading = self._reading
        try:
            while self._asking.get(direction) is under_way:
                await _a_moment()
        finally:
            pass
        return reading == self._reading and len(self._rows) > held
