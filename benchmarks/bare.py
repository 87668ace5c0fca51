"""The reference: the least that Textual can be, one compact Input and nothing else.

python benchmarks/bare.py [WIDTH]      WIDTH in cells; without it the field is as wide as the terminal
"""

from __future__ import annotations

import sys

from textual.app import App, ComposeResult
from textual.widgets import Input


class Bare(App[None]):
    """One compact field that says "ready" while it is empty."""

    def __init__(self, width: int = 0) -> None:
        super().__init__()
        self.field_width = width

    def compose(self) -> ComposeResult:
        """The field; its cursor stands still, as the workstation's does."""
        field = Input(placeholder="ready", compact=True)
        field.cursor_blink = False
        if self.field_width:
            field.styles.width = self.field_width
        yield field


if __name__ == "__main__":
    Bare(int(sys.argv[1]) if len(sys.argv) > 1 else 0).run(mouse=False)
