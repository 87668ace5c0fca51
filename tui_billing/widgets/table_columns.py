"""Columns of a list: which fit, how wide they are, and a row of cells as one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.strip import Strip

from tui_billing.widgets.cells import Align, Cell, cell
from tui_billing.widgets.themes import tint


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


def row_strip(
    app: App[Any],
    columns: Sequence[Column],
    layout: Sequence[tuple[int, int]],
    cells: Sequence[str | Cell],
    style: Style,
    width: int,
    *,
    uniform: bool = False,
) -> Strip:
    """The cells of a row side by side, in as few segments as their styles allow: each costs bytes.

    The cursor line and the heads are of one style; there sign and word alone say the status.
    """
    segments: list[Segment] = []
    text = ""
    used = 0
    for number, (index, cells_wide) in enumerate(layout):
        one = cells[index] if index < len(cells) else ""
        shown = cell(one.text if isinstance(one, Cell) else one, cells_wide, columns[index].align).text
        if number:
            text += " "
            used += 1
        used += cells_wide
        if isinstance(one, Cell) and (one.colour or one.bold) and not uniform:
            if text:
                segments.append(Segment(text, style))
                text = ""
            own = style + tint(app, one.colour)
            segments.append(Segment(shown, own + Style(bold=True) if one.bold else own))
        else:
            text += shown
    text += " " * (width - used)
    if text:
        segments.append(Segment(text, style))
    return Strip(segments, max(width, used)).crop(0, width) if used > width else Strip(segments, width)
