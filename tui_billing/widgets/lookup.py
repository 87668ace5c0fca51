"""Suggestions for the field being typed in, in a fixed place under the form; they never change what Enter does
in the field. Down, F4 or Ctrl+L goes into them, Enter there picks, Esc goes back to the field."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from tui_billing.widgets.cells import cell

PAUSE = 0.15
"""Seconds without a key after which suggestions are asked for."""

ROWS, ROWS_SHORT, SHORT = 8, 5, 24
"""Lines of the panel, and on screens of at most `SHORT` lines."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A possible value of the field, and the line that shows it."""

    value: str
    text: str


Ask = Callable[[str], Awaitable[Sequence[Suggestion]]]


class Suggestions(Widget, can_focus=False):
    """The panel. `Field.suggest_from(panel, ask)` ties a field to it; one panel serves a form. Message: `Picked`."""

    DEFAULT_CSS = """
    Suggestions { height: 8; width: 1fr; }
    Suggestions > .suggestions--cursor { background: $row-cursor-background; color: $row-cursor-color; }
    Suggestions:ansi > .suggestions--cursor { text-style: reverse; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"suggestions--cursor"}

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("enter", "pick", "Take", show=False),
        Binding("escape,f3,shift+tab", "back", "Back to the field", show=False),
    ]

    class Picked(Message):
        """Enter on a suggestion; the focus is back in the field, and the screen puts the value in."""

        def __init__(self, panel: Suggestions, field: Input | None, suggestion: Suggestion) -> None:
            super().__init__()
            self.panel = panel
            self.field = field
            self.suggestion = suggestion
            self.value = suggestion.value

        @property
        def control(self) -> Suggestions:
            return self.panel

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._found: list[Suggestion] = []
        self._cursor = 0
        self._field: Input | None = None
        self._ask: Ask | None = None
        self._asked = 0  # counts questions: only the newest answer is shown
        self._pause: Timer | None = None

    @property
    def found(self) -> Sequence[Suggestion]:
        """What is shown now."""
        return self._found

    @property
    def expected(self) -> bool:
        """Whether suggestions are shown, or will be asked for as soon as typing pauses."""
        return bool(self._found) or self._pause is not None

    def on_mount(self) -> None:
        """Take the height that suits the screen."""
        self._fix_height()

    def _fix_height(self) -> None:
        self.styles.height = ROWS_SHORT if self.app.size.height <= SHORT else ROWS

    # From the field

    def typed(self, field: Input, ask: Ask) -> None:
        """Ask for suggestions once typing has paused. Called on each change of the field."""
        self._field, self._ask = field, ask
        self._asked += 1
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE, self._ask_now)

    def clear(self) -> None:
        """Show nothing, and forget questions under way. Called when a field has been accepted."""
        self._asked += 1
        if self._pause is not None:
            self._pause.stop()
            self._pause = None
        self._show([])

    def enter(self, field: Input, ask: Ask | None = None) -> None:
        """Go into the suggestions of a field. What is not yet known is asked for first, and keys wait for it."""
        known = self._field is field and self._found and self._pause is None
        self._field = field
        if ask is not None:
            self._ask = ask
        if known:
            self._take_focus()
            return
        answer = getattr(self.app, "answer", None)
        work = self._ask_and_enter()
        if answer is None:
            self.run_worker(work, group="suggestions")
        else:
            answer(work, name="suggestions")

    def _ask_now(self) -> None:
        self._pause = None
        self.run_worker(self._ask_for(), group="suggestions")

    async def _ask_for(self) -> bool:
        if self._field is None or self._ask is None:
            return False
        self._asked += 1
        asked = self._asked
        found = await self._ask(self._field.value)
        if asked != self._asked:
            return False
        self._show(list(found))
        return True

    async def _ask_and_enter(self) -> None:
        if self._pause is not None:
            self._pause.stop()
            self._pause = None
        if await self._ask_for() and self._found:
            self._take_focus()

    def _take_focus(self) -> None:
        self.can_focus = True
        self._cursor = 0
        self.screen.set_focus(self)
        self._repaint(0)

    def _show(self, found: list[Suggestion]) -> None:
        """Show other suggestions; only lines that differ are painted."""
        old, self._found = self._found, found[: max(1, self.size.height or ROWS)]
        self._cursor = min(self._cursor, max(0, len(self._found) - 1))
        for y in range(max(len(old), len(self._found))):
            if old[y : y + 1] != self._found[y : y + 1]:
                self._repaint(y)
        if self.has_focus and not self._found:
            self.action_back()

    # In the panel

    def action_move(self, rows: int) -> None:
        """Another suggestion; up from the first goes back to the field."""
        if self._cursor + rows < 0:
            self.action_back()
            return
        old, self._cursor = self._cursor, min(self._cursor + rows, len(self._found) - 1)
        self._repaint(old)
        self._repaint(self._cursor)

    def action_pick(self) -> None:
        """Take the suggestion under the cursor."""
        if self._found:
            picked = self._found[self._cursor]
            field = self._field
            self.action_back()
            self.post_message(self.Picked(self, field, picked))

    def action_back(self) -> None:
        """Go back to the field, with its text as it was and not selected: typing goes on."""
        self.can_focus = False
        if self._field is not None and self._field.is_attached:
            self.screen.set_focus(self._field, from_app_focus=True)
        self._repaint(self._cursor)

    def on_blur(self) -> None:
        """Not a stop for Tab unless it was entered."""
        self.can_focus = False
        self._repaint(self._cursor)

    # Painting

    def _repaint(self, y: int) -> None:
        self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        """One suggestion a line."""
        cells = self.size.width
        if y >= len(self._found):
            return Strip.blank(cells, self.rich_style)
        chosen = self.has_focus and y == self._cursor
        style = self.get_component_rich_style("suggestions--cursor") if chosen else self.rich_style
        return Strip([cell(f" {self._found[y].text}", cells, "left", style)], cells)
