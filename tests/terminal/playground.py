"""A small program that does all that `Pseudo` claims to see; run by test_pseudo.py, never by itself."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.events import Resize
from textual.widgets import Input, Static


class Playground(App[None]):
    """One compact input whose text comes back below when Enter takes it."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS = [
        Binding("ctrl+q", "leave", priority=True),
        Binding("f2", "say('f2')", priority=True),
        Binding("ctrl+s", "say('ctrl+s')", priority=True),
        Binding("down", "step(1)", priority=True),
        Binding("f4", "start_child", priority=True),
        Binding("f5", "slow", priority=True),
        Binding("f6", "noise", priority=True),
    ]
    count = 0

    def compose(self) -> ComposeResult:
        """One field, one line that answers, one that shows colour and reverse, one for the size."""
        field = Input(compact=True, id="field")
        field.cursor_blink = False
        field.styles.width = 22
        yield field
        yield Static("", id="answer", markup=False)
        yield Static("[bold #ff0000]red[/] [reverse]turned[/] 株式会社 Élan", id="colours")
        yield Static("", id="size")
        yield Static(" ".join(sorted(k for k in os.environ if k in _SHOWN)), id="environment")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: show what was typed and empty the field."""
        self.query_one("#answer", Static).update(f"took {event.value!r}")
        event.input.value = ""

    def on_resize(self, event: Resize) -> None:
        """Say the size in rows x columns."""
        self.query_one("#size", Static).update(f"size {event.size.height}x{event.size.width}")

    def action_say(self, what: str) -> None:
        """Show the name of the key."""
        self.query_one("#answer", Static).update(f"key {what}")

    def action_step(self, by: int) -> None:
        """Count presses."""
        self.count += by
        self.query_one("#answer", Static).update(f"count {self.count}")

    def action_start_child(self) -> None:
        """Start a process that holds 30 MiB."""
        subprocess.Popen([sys.executable, "-c", "x = bytearray(30 << 20); import time; time.sleep(60)"])
        self.query_one("#answer", Static).update("child runs")

    def action_slow(self) -> None:
        """Answer after 150 ms."""
        time.sleep(0.15)
        self.query_one("#answer", Static).update("late")

    def action_noise(self) -> None:
        """Never be idle again."""
        self.set_interval(0.1, lambda: self.action_step(1))

    def action_leave(self) -> None:
        """End with a status of its own."""
        self.exit(return_code=7, message="good bye")


_SHOWN = {"COLORTERM", "NO_COLOR", "LC_ALL", "LANG"}

if __name__ == "__main__":
    app = Playground()
    app.run(mouse=False)
    sys.exit(app.return_code)
