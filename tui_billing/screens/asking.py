"""One line at the foot that asks for a text (a reason, an account), for screens whose letters act."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input

from tui_billing.locale import _
from tui_billing.rules.problem import Problem
from tui_billing.screens.frame import BillingScreen
from tui_billing.widgets.field import Caption, Field
from tui_billing.widgets.key_bar import KeyBar

Answer = Callable[[str], Coroutine[Any, Any, None]]


class AskingScreen(BillingScreen):
    """A screen that yields `ask_line()` in its body; the focus goes back to the widget `HOME`."""

    HOME = ""
    _asked: Answer | None = None

    def ask_line(self) -> ComposeResult:
        """The line, unseen until `prompt`."""
        with Horizontal(id="ask"):
            yield Caption("", id="ask-caption")
            yield Field(id="ask-field", width=40)

    def prompt(self, caption: str, then: Answer) -> None:
        """Ask for a text in the foot line; Enter gives it to `then`, Esc asks no more."""
        self._asked = then
        self.query_one("#ask-caption", Caption).update(caption)
        field = self.query_one("#ask-field", Field)
        field.show("")
        self.add_class("-asking")
        self.set_focus(field)
        self.query_one("#keys", KeyBar).show([("Enter", _("go on")), ("Esc", _("back"))])

    def close_prompt(self) -> None:
        """The text is taken, or not asked for any more."""
        self._asked = None
        self.remove_class("-asking")
        self.set_focus(self.query_one(self.HOME))
        self.show_keys()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if self._asked is not None:
            self.workstation.answer(self._answered(self._asked, event.value.strip()))

    async def _answered(self, then: Answer, text: str) -> None:
        try:
            await then(text)
        except Problem as error:
            self.say_problem(error)

    def action_back(self) -> None:
        if self._asked is not None:
            self.say("")
            self.close_prompt()
        else:
            super().action_back()
