"""A question with a few answers, each a letter: one line that takes the focus until a letter or Esc is pressed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui_billing.widgets.cells import cell


class ChoiceLine(Widget, can_focus=False):
    """Not there until `ask`ed. Message: `Chosen`; Esc leaves everything as it was."""

    DEFAULT_CSS = """
    ChoiceLine { height: 1; width: 1fr; display: none; }
    ChoiceLine > .choice-line--open { text-style: reverse bold; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"choice-line--open"}

    class Chosen(Message):
        """A letter was pressed; `token` is what it stands for."""

        def __init__(self, line: ChoiceLine, token: str) -> None:
            super().__init__()
            self.line = line
            self.token = token

        @property
        def control(self) -> ChoiceLine:
            return self.line

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._text = ""
        self._answers: dict[str, str] = {}
        self._from: Widget | None = None

    @property
    def text(self) -> str:
        """What the line asks."""
        return self._text

    def ask(self, text: str, answers: Mapping[str, str]) -> None:
        """Show the question and take the keys. `answers` maps letters to tokens."""
        self._text, self._answers = text, dict(answers)
        self._from = self.screen.focused
        self.styles.display = "block"
        self.can_focus = True
        self.screen.set_focus(self)
        self.refresh()

    def close(self) -> None:
        """Take the question away and give the focus back."""
        self.can_focus = False
        self.styles.display = "none"
        back = self._from
        self.screen.set_focus(back if back is not None and back.is_attached else None)

    def on_key(self, event: events.Key) -> None:
        """A letter of the answers chooses, Esc and F3 close; no key goes on to the screen."""
        event.stop()
        event.prevent_default()
        if event.key in ("escape", "f3"):
            self.close()
        elif event.character is not None and event.character.lower() in self._answers:
            token = self._answers[event.character.lower()]
            self.close()
            self.post_message(self.Chosen(self, token))

    def render_line(self, y: int) -> Strip:
        """The line."""
        cells = self.size.width
        style = self.get_component_rich_style("choice-line--open")
        return Strip([cell(f" {self._text}" if not y else "", cells, "left", style)], cells)
