"""A paper read inside the terminal: the text of a PDF or mail, or the text itself; nothing of it is executed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui_billing.documents.paper_text import STATES, PaperText, read_text
from tui_billing.locale import N_, _
from tui_billing.models.queries.papers import PaperRow
from tui_billing.rules.problem import Problem
from tui_billing.screens.frame import BillingScreen
from tui_billing.screens.paper_words import kind_words, size_words
from tui_billing.services.attachments import proved_path
from tui_billing.widgets.reader import Line, Reader, wrapped


class PaperScreen(BillingScreen):
    """One paper."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "write_out", N_("write it out"), show=False, id="document.open"),
    ]

    def __init__(self, paper: PaperRow) -> None:
        super().__init__()
        self._paper = paper
        self._text: PaperText | None = None

    def title_words(self) -> str:
        return f"{self._paper.name}  {kind_words(self._paper)} · {size_words(self._paper.size)}"

    def body(self) -> ComposeResult:
        yield Reader(id="paper")

    def keys(self) -> Sequence[tuple[str, str]]:
        return [("↑↓ PgDn", _("read")), ("o", _("write out")), ("Esc", _("back"))]

    def reload(self) -> None:
        if self._text is None:
            self.run_worker(self._read(), group="paper", exclusive=True, exit_on_error=False)

    async def _read(self) -> None:
        """In the background: a paper may take its time, and Esc must get through."""
        self.say(_("reading the paper …"))
        try:
            path = await self.desk.ask(proved_path, self._paper.id)
        except Problem as error:
            self.say_problem(error)
            return
        self._text = await asyncio.to_thread(read_text, path)
        self.say(_("only the beginning is shown; o writes the whole out") if self._text.more else "")
        self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        found = self._text
        if found is None:
            return
        width = max(20, self.size.width - 3)
        lines: list[Line] = []
        if STATES[found.state]:
            lines = [[(f" {part}", "yellow")] for part in wrapped(_(STATES[found.state], detail=found.detail), width)]
        for text in found.lines:
            spaced = text.replace("\t", "    ")
            indent = " " * min(len(spaced) - len(spaced.lstrip()), width // 2)
            parts = wrapped(spaced, width - len(indent)) or [""]
            lines += [[(f" {indent}{part}", "dim" if text.startswith("──") else "")] for part in parts]
        self.query_one("#paper", Reader).show(lines)

    def action_write_out(self) -> None:
        from tui_billing.screens.paper_forms import WriteOutScreen

        self.workstation.open(WriteOutScreen(self._paper))
