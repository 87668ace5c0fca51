"""The lines of an invoice with one input that moves over them: over a whole row, or over one cell of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui_billing.rules.text import fit, safe
from tui_billing.widgets.cells import cell, padded
from tui_billing.widgets.field import Field
from tui_billing.widgets.paged_table import Column, lay_out


@dataclass(frozen=True, slots=True)
class GridRow:
    """A line as it is shown: one text a column, and what is wrong with it ("" where nothing is)."""

    cells: tuple[str, ...]
    problem: str = ""


class LineGrid(Widget):
    """Rows under their heads; the field stands on row `at`, which may be the one after the last."""

    DEFAULT_CSS = """
    LineGrid { height: 1fr; width: 1fr; layers: below above; overflow: hidden; }
    LineGrid > Field { layer: above; position: absolute; background: $field-background; }
    LineGrid > .line-grid--header { text-style: bold; }
    LineGrid > .line-grid--problem { color: $status-red; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"line-grid--header", "line-grid--problem"}

    def __init__(self, columns: Sequence[Column], field: Field, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.columns = list(columns)
        self.field = field
        self.rows: list[GridRow] = []
        self.at = 0
        self.column: int | None = None
        self._top = 0
        self._layout: list[tuple[int, int]] = []

    def compose(self) -> ComposeResult:
        yield self.field

    def on_mount(self) -> None:
        self._move()

    def on_resize(self) -> None:
        self._layout = lay_out(self.columns, self.size.width)
        self._move()
        self.refresh()

    @property
    def _lines(self) -> int:
        return max(1, self.size.height - 1)

    # -- what the screen tells it ----------------------------------------

    def show(self, rows: Sequence[GridRow]) -> None:
        """Show other rows; lines that stay alike are not painted again."""
        old, self.rows = self.rows, list(rows)
        for index in range(max(len(old), len(self.rows))):
            if old[index : index + 1] != self.rows[index : index + 1]:
                self._repaint(index)

    def place(self, at: int, column: int | None = None) -> None:
        """Put the field on a row: over the whole of it, or over one column."""
        before, self.at, self.column = self.at, at, column
        top = self._top
        if at < self._top:
            self._top = at
        elif at >= self._top + self._lines:
            # Half a page at once, so that not every line scrolls the grid.
            self._top = at - self._lines // 2
        self._move()
        if self._top != top:
            self.refresh()
        else:
            self._repaint(before)
            self._repaint(at)

    def _move(self) -> None:
        y = 1 + self.at - self._top
        if self.column is None:
            x, width = 4, min(self.size.width - 5, 60 if self.size.width >= 110 else 40)
        else:
            x, width = self._cell(self.column)
        if width > 0:
            self.field.styles.offset = (x, y)
            self.field.styles.width = width

    def _cell(self, column: int) -> tuple[int, int]:
        """(x, width) of a column; one that dropped out at this width gets the free place behind the number."""
        x = 0
        for index, cells in self._layout:
            if index == column:
                return x, cells
            x += cells + 1
        return 4, 20

    def shows(self, column: int) -> bool:
        """Whether a column is there at this width."""
        return any(index == column for index, _cells in self._layout)

    # -- painting --------------------------------------------------------

    def _repaint(self, index: int) -> None:
        y = 1 + index - self._top
        if 1 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        if y == 0:
            head = self.get_component_rich_style("line-grid--header")
            return self._strip([column.title for column in self.columns], width, head)
        index = self._top + y - 1
        if index < len(self.rows):
            row = self.rows[index]
            if row.problem and index == self.at:
                return Strip([cell(f"{index + 1:>2}", width, "left", base)], width)
            if row.problem:
                style = self.get_component_rich_style("line-grid--problem")
                # What was typed gives way to what is wrong with it.
                room = max(8, width - len(row.problem) - 10)
                text = f"{index + 1:>2}  ! {fit(safe(row.cells[1]), room)}  {row.problem}"
                return Strip([cell(text, width, "left", style)], width)
            return self._strip(row.cells, width, base)
        if index == self.at:
            return Strip([cell(f"{index + 1:>2}", width, "left", base)], width)
        return Strip.blank(width, base)

    def _strip(self, cells: Sequence[str], width: int, style: Style) -> Strip:
        text = " ".join(
            padded(cells[index] if index < len(cells) else "", wide, self.columns[index].align)
            for index, wide in self._layout
        )
        return Strip([Segment(text, style)]).adjust_cell_length(width, style)
