"""A form whose accepts take their time: what a burst of keys must not outrun.

F2 opens the form. Enter accepts a field: 0, 50 or FORM_SLOW ms later (through `answer`) its text is noted and
the focus goes on; the last field's Enter saves, closes the form and shows all notes in the log of the main screen.
With FORM_PLAIN set, the same app without ordered keys.
"""

from __future__ import annotations

import asyncio
import os

os.environ.setdefault("TEXTUAL_FPS", "120")
os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")

from textual.app import ComposeResult
from textual.widgets import Static

from tui_billing.widgets.field import Field
from tui_billing.widgets.ordered_keys import OrderedKeys
from tui_billing.widgets.quiet_screen import QuietScreen
from tui_billing.widgets.themes import ThemedApp

PLAIN = bool(os.environ.get("FORM_PLAIN"))
SLOW = int(os.environ.get("FORM_SLOW", "2000"))
DELAYS = {"a": 0, "b": 50, "c": SLOW, "d": 0}


class Form(QuietScreen[None]):
    BINDINGS = [("escape", "leave", "Back")]

    def compose(self) -> ComposeResult:
        for name in DELAYS:
            yield Field(id=name, width=22)
        for _ in range(12):
            yield Field(width=22)
        yield Static("", id="out", markup=False)

    def on_mount(self) -> None:
        self.notes: list[str] = []

    def on_input_submitted(self, event: Field.Submitted) -> None:
        name = event.input.id or ""
        work = self.accept(name, event.value)
        if PLAIN:
            self.run_worker(work)
        else:
            self.app.answer(work)  # type: ignore[attr-defined]

    async def accept(self, name: str, text: str) -> None:
        if DELAYS[name]:
            await asyncio.sleep(DELAYS[name] / 1000)
        self.notes.append(f"{name}={text}")
        self.query_one("#out", Static).update("OUT " + " ".join(self.notes))
        names = list(DELAYS)
        if name == names[-1]:
            self.app.note(" ".join(self.notes))  # type: ignore[attr-defined]
            self.app.pop_screen()
        else:
            self.query_one("#" + names[names.index(name) + 1]).focus()

    def action_leave(self) -> None:
        self.app.pop_screen()


class Ordered(OrderedKeys, ThemedApp):
    pass


class Main(ThemedApp if PLAIN else Ordered):  # type: ignore[misc]
    BINDINGS = [("f2", "new", "New"), ("x", "cross", "Cross"), ("q", "quit", "Quit")]
    ENABLE_COMMAND_PALETTE = False

    def compose(self) -> ComposeResult:
        yield Static("READY", id="title")
        yield Static("", id="long")
        yield Static("", id="log", markup=False)

    def on_mount(self) -> None:
        self.lines: list[str] = []

    def note(self, line: str) -> None:
        self.lines.append(line)
        self.query_one("#log", Static).update("\n".join(f"<{one}>" for one in self.lines))

    def action_new(self) -> None:
        self.push_screen(Form())

    def action_cross(self) -> None:
        self.note("cross")

    def on_long_answer(self) -> None:
        if self.screen_stack and self.screen_stack[0].is_mounted:
            text = f"waiting {self.keys_waiting}" if self.answer_is_long else "went on"
            self.screen.query("Static").first(Static).update(text)


if __name__ == "__main__":
    Main().run(mouse=False)
