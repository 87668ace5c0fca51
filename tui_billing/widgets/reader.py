"""A text to read: lines of coloured pieces, painted line by line, scrolled by the usual keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui_billing.rules.text import fit, safe, width
from tui_billing.widgets.cells import ellipsis, use_ascii
from tui_billing.widgets.themes import tint

#: A text and the name of its colour (`themes.COLOURS`), "bold", or "".
Piece = tuple[str, str]
Line = Sequence[Piece]


def wrapped(text: str, cells: int) -> list[str]:
    """A text cut into lines of at most so many cells, at blanks where there are any."""
    lines: list[str] = []
    line = ""
    for word in safe(text).split():
        while width(word) > cells > 0:  # one without blanks (Chinese, a path) is cut where the line ends
            room = cells - width(line) - 1 if line else cells
            head = fit(word, room, "") if room > 0 else ""
            if head:
                line = f"{line} {head}" if line else head
                word = word[len(head) :]
            elif not line:  # a sign wider than the line
                break
            lines.append(line)
            line = ""
        if line and width(line) + 1 + width(word) > cells:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line] if line else lines


class Reader(Widget, can_focus=True):
    """Lines that may be more than fit. Texts are made safe here; a line is cut at the edge, never wrapped."""

    DEFAULT_CSS = """
    Reader { height: 1fr; width: 1fr; }
    Reader:focus { border: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_by(-1)", "Up", show=False, id="text.up"),
        Binding("down", "scroll_by(1)", "Down", show=False, id="text.down"),
        Binding("pageup", "scroll_pages(-1)", "Page up", show=False, id="text.page_up"),
        Binding("pagedown,space", "scroll_pages(1)", "Page down", show=False, id="text.page_down"),
        Binding("home,ctrl+home", "scroll_to(0)", "Top", show=False, id="text.top"),
        Binding("end,ctrl+end", "scroll_to(1000000)", "End", show=False, id="text.end"),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None, focusable: bool = True) -> None:
        super().__init__(id=id, classes=classes)
        self.can_focus = focusable
        self._lines: list[list[Piece]] = []
        self._top = 0

    @property
    def lines(self) -> Sequence[Line]:
        """What is shown, for looking only."""
        return self._lines

    @property
    def top(self) -> int:
        """The line that stands at the top."""
        return self._top

    @property
    def text(self) -> str:
        """All of it as plain text, a line a line."""
        return "\n".join("".join(text for text, _colour in line) for line in self._lines)

    def show(self, lines: Sequence[Line], *, at: int | None = None) -> None:
        """Show other lines; the place stays, or goes to line `at`. Only lines that differ are painted."""
        new = [[(safe(text), colour) for text, colour in line] for line in lines]
        before = [self._visible(y) for y in range(self.size.height)]
        self._lines = new
        if at is not None:
            self._top = at
        self._settle()
        for y, old in enumerate(before):
            if old != self._visible(y):
                self.refresh(Region(0, y, self.size.width, 1))

    def _visible(self, y: int) -> tuple[list[Piece], str]:
        place = self._top + y
        return (self._lines[place] if place < len(self._lines) else []), self._arrow(y)

    def _settle(self) -> None:
        self._top = max(0, min(self._top, len(self._lines) - self.size.height))

    def action_scroll_to(self, line: int) -> None:
        """Put a line at the top."""
        old, self._top = self._top, line
        self._settle()
        if self._top != old:
            self.refresh()

    def action_scroll_by(self, lines: int) -> None:
        """Scroll by so many lines."""
        self.action_scroll_to(self._top + lines)

    def action_scroll_pages(self, pages: int) -> None:
        """Scroll by so many pages, a line of which stays."""
        self.action_scroll_to(self._top + pages * max(1, self.size.height - 1))

    def on_resize(self) -> None:
        """Use the lines there are."""
        self._settle()
        self.refresh()

    def _arrow(self, y: int) -> str:
        """The sign at the right edge that there is more above or below."""
        if y == self.size.height - 1 and self._top + self.size.height < len(self._lines):
            return "v" if use_ascii() else "↓"
        if y == 0 and self._top:
            return "^" if use_ascii() else "↑"
        return ""

    def render_line(self, y: int) -> Strip:
        """One line."""
        cells, base = self.size.width, self.rich_style
        pieces, arrow = self._visible(y)
        room = cells - (2 if arrow else 0)
        segments: list[Segment] = []
        for text, colour in pieces:
            if room <= 0:
                break
            shown = fit(text, room, ellipsis())
            room -= width(shown)
            style = base + Style(bold=True) if colour == "bold" else base + tint(self.app, colour)
            segments.append(Segment(shown, style))
        if arrow:
            segments.append(Segment(" " * (room + 1) + arrow, base))
        return Strip(segments).adjust_cell_length(cells, base)
