"""The foot that names the keys of a screen, most important first; a screen with many keys has a second row of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from tui_billing.locale import N_, _
from tui_billing.rules.text import fit, safe, width
from tui_billing.widgets.cells import ellipsis

GAP = 2
"""Blanks between two keys."""

NAMES = {"Enter": N_("Enter"), "Esc": N_("Esc"), "Space": N_("Space")}
"""Keys whose name on the keyboard differs from language to language."""


def fitting(keys: Sequence[tuple[str, str]], cells: int) -> list[tuple[str, str]]:
    """The keys that fit side by side into so many cells, from the first on."""
    shown: list[tuple[str, str]] = []
    used = 1
    for key, word in keys:
        needed = width(key) + (1 + width(word) if word else 0) + (GAP if shown else 0)
        if used + needed > cells:
            break
        shown.append((key, word))
        used += needed
    return shown


def rows_of(keys: Sequence[tuple[str, str]], cells: int, most: int) -> list[list[tuple[str, str]]]:
    """The keys in as many rows of so many cells as they need, at most `most`; what then does not fit is dropped."""
    rows: list[list[tuple[str, str]]] = []
    left = list(keys)
    while left and len(rows) < most and (row := fitting(left, cells)):
        rows.append(row)
        left = left[len(row) :]
    return rows or [[]]


class KeyBar(Widget):
    """Lines of (key, word) pairs: one, or up to `most` where one is too narrow."""

    DEFAULT_CSS = """
    KeyBar { height: 1; width: 1fr; background: $bar-background; }
    KeyBar > .key-bar--key { text-style: bold; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-bar--key"}

    def __init__(self, keys: Sequence[tuple[str, str]] = (), *, most: int = 1, id: str | None = None) -> None:
        super().__init__(id=id)
        self._most = most
        self._keys = [(safe(key), safe(word)) for key, word in keys]

    @property
    def keys(self) -> Sequence[tuple[str, str]]:
        """What is named now."""
        return self._keys

    def show(self, keys: Sequence[tuple[str, str]]) -> None:
        """Name other keys."""
        new = [(safe(_(NAMES[key]) if key in NAMES else key), safe(word)) for key, word in keys]
        if new != self._keys:
            self._keys = new
            self._grow()
            self.refresh()

    def on_resize(self) -> None:
        self._grow()

    def _grow(self) -> None:
        """Be as high as the keys need in this width."""
        if self._most > 1 and self.size.width:
            self.styles.height = len(rows_of(self._keys, self.size.width, self._most))

    def render_line(self, y: int) -> Strip:
        """The line."""
        cells, style = self.size.width, self.rich_style
        rows = rows_of(self._keys, cells, self._most)
        if y >= len(rows):
            return Strip.blank(cells, style)
        key_style = self.get_component_rich_style("key-bar--key")
        segments = [Segment(" ", style)]
        for number, (key, word) in enumerate(rows[y]):
            segments.append(Segment(key, key_style))
            if number or word:
                segments.append(Segment((f" {word}" if word else "") + " " * GAP, style))
        return Strip(segments).adjust_cell_length(cells, style)


def one_line(left: str, middle: str, right: str, cells: int) -> str:
    """Three texts on one line: the right one stands, then the left one, cut, then the middle one if it fits."""
    right = fit(safe(right), max(0, cells - 2), ellipsis())
    room = cells - 2 - width(right)
    left = fit(safe(left), max(0, room - 1), ellipsis())
    middle = safe(middle)
    start, end = 1 + width(left) + 2, cells - 1 - width(right) - 2
    line = " " + left
    place = max(start, (cells - width(middle)) // 2)
    if middle and place + width(middle) <= end:
        line += " " * (place - width(line)) + middle
    line += " " * (cells - 1 - width(right) - width(line)) + right + " "
    return line[:cells] if width(line) > cells else line
