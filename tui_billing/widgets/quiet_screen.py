"""A screen that does not paint itself anew each time the focus moves."""

from __future__ import annotations

from typing import Generic

from textual.reactive import Reactive
from textual.screen import Screen, ScreenResultType
from textual.widget import Widget


class QuietScreen(Screen[ScreenResultType], Generic[ScreenResultType]):
    """The base of every screen. In Textual's own a change of `focused` repaints every cell (3.4 kB at 80 x 24,
    at each Enter of a form); here only the two widgets whose look changes are painted."""

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
