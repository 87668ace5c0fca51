"""The line that Ctrl+S opens: what will happen, with its findings; Enter does it, Esc goes back to typing."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui_billing.widgets.cells import cell
from tui_billing.widgets.ordered_keys import was_pasted


class IssueLine(Widget, can_focus=False):
    """One line in a fixed place, blank until opened. While it is open it has the focus and takes all keys.

    It is not modal: the screen around it stays as it is. Messages: `Confirmed`, `Declined`.
    """

    DEFAULT_CSS = """
    IssueLine { height: 1; width: 1fr; }
    IssueLine > .issue-line--open { text-style: reverse bold; }
    IssueLine > .issue-line--warning { color: $status-yellow; text-style: reverse bold; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"issue-line--open", "issue-line--warning"}

    class Confirmed(Message):
        """Enter while the line was open. `purpose` is what `open` was given."""

        def __init__(self, line: IssueLine, purpose: object) -> None:
            super().__init__()
            self.line = line
            self.purpose = purpose

        @property
        def control(self) -> IssueLine:
            return self.line

    class Declined(Message):
        """Esc while the line was open."""

        def __init__(self, line: IssueLine, purpose: object) -> None:
            super().__init__()
            self.line = line
            self.purpose = purpose

        @property
        def control(self) -> IssueLine:
            return self.line

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._text = ""
        self._warning = False
        self._purpose: object = None
        self._came_from: Widget | None = None

    @property
    def is_open(self) -> bool:
        """Whether Enter and Esc mean this line now."""
        return self.can_focus

    @property
    def text(self) -> str:
        """What the line shows."""
        return self._text

    def open(self, text: str, *, warning: bool = False, purpose: object = None) -> None:
        """Show what will happen and take the focus at once: the next key is meant for this line."""
        if not self.is_open:
            self._came_from = self.screen.focused
        self._text, self._warning, self._purpose = text, warning, purpose
        self.can_focus = True
        self.screen.set_focus(self)
        self.refresh()

    def close(self) -> None:
        """Blank the line and give the focus back to where it came from."""
        self._text, self._warning = "", False
        had_focus, self.can_focus = self.has_focus or self.screen.focused is self, False
        if had_focus:
            back = self._came_from
            self.screen.set_focus(back if back is not None and back.is_attached and back.focusable else None)
        self._came_from = None
        self.refresh()

    def say(self, text: str) -> None:
        """Show a text while the line is closed (what was done, what is wrong); it asks nothing."""
        if not self.is_open and text != self._text:
            self._text = text
            self.refresh()

    async def on_key(self, event: events.Key) -> None:
        """Enter and Esc answer, if they were typed; every other key is ignored, and none goes on to the screen."""
        if not self.is_open:
            return
        if event.key == "f7" and not was_pasted(event):
            self.close()  # the screen shows the whole list of what the line says in short
            return
        event.stop()
        event.prevent_default()
        if event.key in ("enter", "escape", "f3") and not was_pasted(event):
            answer = self.Confirmed if event.key == "enter" else self.Declined
            message = answer(self, self._purpose)
            self.close()
            self.post_message(message)

    def on_paste(self, event: events.Paste) -> None:
        """A paste is no answer."""
        event.stop()

    def render_line(self, y: int) -> Strip:
        """The line."""
        cells = self.size.width
        if y or not self._text:
            return Strip.blank(cells, self.rich_style)
        style = self.rich_style
        if self.is_open:
            name = "issue-line--warning" if self._warning else "issue-line--open"
            style = self.get_component_rich_style(name)
        return Strip([cell(f" {self._text}", cells, "left", style)], cells)
