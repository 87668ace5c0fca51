"""The tape as it runs: the last entries at the foot, struck ones crossed out."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui_billing.rules.numbers import format_money
from tui_billing.rules.tape import Item, Tape
from tui_billing.rules.text import safe
from tui_billing.widgets.cells import padded


class TapeView(Widget, can_focus=False):
    """Entries one below the other: place, amount, sign, who, for what."""

    DEFAULT_CSS = "TapeView { height: 1fr; width: 1fr; padding: 0 1; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.tape: Tape | None = None
        self.language = "en"
        self._up = 0

    def show(self, tape: Tape | None, language: str) -> None:
        """Another state of the tape; its end is in sight. Only the lines that differ are painted."""
        before = [self._text(y) for y in range(self.size.height)]
        self.tape, self.language, self._up = tape, language, 0
        for y, old in enumerate(before):
            if self._text(y) != old:
                self.refresh()
                return

    def page(self, pages: int) -> None:
        """Up (-1) or down (1) by what fits."""
        items = len(self.tape.items) if self.tape else 0
        self._up = max(0, min(self._up - pages * max(1, self.size.height - 1), items - self.size.height))
        self.refresh()

    def _item(self, y: int) -> Item | None:
        if self.tape is None:
            return None
        items = self.tape.items
        place = len(items) - self._up - self.size.height + y if len(items) > self.size.height else y
        return items[place] if 0 <= place < len(items) else None

    def _text(self, y: int) -> tuple[str, bool, bool]:
        item = self._item(y)
        if item is None or self.tape is None:
            return "", False, False
        amount = format_money(item.amount, self.tape.currency, self.language)
        who = " ".join(part for part in (item.code.ljust(10), safe(item.name)) if part.strip()) if item.code else "?"
        text = (
            f"{item.position:>4}  {amount:>16} {'-' if item.struck else '+'}  {padded(who, 36)} {safe(item.reference)}"
        )
        return text, item.struck, not item.code

    def render_line(self, y: int) -> Strip:
        """An entry, or nothing."""
        text, struck, unnamed = self._text(y)
        style = self.rich_style
        if struck:
            style += Style(strike=True, dim=True)
        elif unnamed:
            style += Style(bold=True)
        return Strip([Segment(padded(text, self.size.width), style)], self.size.width)
