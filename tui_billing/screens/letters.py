"""The list of letters: statements, reminders, cover letters and the house's own, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from tui_billing.locale import N_, _
from tui_billing.models.queries import letters
from tui_billing.models.queries.letters import LetterRow
from tui_billing.rules.delivery import State
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import fold
from tui_billing.screens.amounts import number, short_iso
from tui_billing.screens.list_screen import Listed, ListScreen
from tui_billing.screens.ways import state_cell
from tui_billing.services.letters import letter_of, queue_letter
from tui_billing.widgets.paged_table import Column, PageRequest

KINDS = {"statement": N_("statement"), "reminder": N_("reminder"), "letter": N_("letter")}


class LettersScreen(ListScreen):
    """All letters that were kept; Enter shows one as it was printed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "write", N_("write a letter"), show=False, id="letter.new"),
        Binding("t", "texts", N_("texts of letters"), show=False, id="letter.texts"),
        Binding("m", "send", N_("send"), show=False, id="send"),
        Binding("v,f8", "preview", N_("view the page"), show=False, id="document.preview"),
    ]
    EMPTY = N_("no letter was kept yet; w writes one")
    FILTER_HINT = N_("name, customer")

    def title_words(self) -> str:
        return _("LETTERS")

    def columns(self) -> list[Column]:
        return [
            Column(_("name"), 20, flex=1),
            Column(_("kind"), 10),
            Column(_("date"), 8),
            Column(_("customer"), 18, flex=2),
            Column(_("sent"), 14),
        ]

    def row_keys(self) -> Sequence[tuple[str, str]]:
        return [("w", _("write")), ("v", _("view")), ("m", _("send")), ("t", _("texts"))]

    def parse_filter(self, text: str) -> tuple[str, ...]:
        return tuple(fold(text).split())

    def read_page(self, wanted: tuple[str, ...], request: PageRequest) -> Any:
        return letters.page, (wanted, request.direction, request.key, request.limit)

    def read_count(self, wanted: tuple[str, ...]) -> Any:
        return letters.count, (wanted,)

    def counted(self, count: int, more: bool) -> str:
        shown = number(count) + ("+" if more else "")
        return _("1 letter") if count == 1 else _("{count} letters", count=shown)

    def listed(self, record: LetterRow) -> Listed:
        state = state_cell(State(record.state)) if record.state else ""
        cells = (record.name, _(KINDS[record.kind]), short_iso(record.date), record.customer, state)
        return Listed((record.id,), record.id, cells, record)

    # -- keys ------------------------------------------------------------

    def open_record(self, record: LetterRow) -> None:
        from tui_billing.screens.preview import PreviewScreen

        self.workstation.open(PreviewScreen(letter_of, record.id, title=record.name))

    def action_preview(self) -> None:
        if self.record is not None:
            self.open_record(self.record)

    def action_write(self) -> None:
        from tui_billing.screens.letter_entry import LetterEntryScreen

        record: LetterRow | None = self.record
        self.workstation.open(LetterEntryScreen(record.customer_code if record else ""))

    def action_texts(self) -> None:
        from tui_billing.screens.letter_texts import LetterTextsScreen

        self.workstation.open(LetterTextsScreen())

    def action_send(self) -> None:
        if self.record is not None:
            self.workstation.answer(self._send(self.record), name="send")

    async def _send(self, record: LetterRow) -> None:
        try:
            queued = await self.desk.do(queue_letter, record.id)
        except Problem as error:
            self.say_problem(error)
        else:
            self.say(_("{name} is queued for {count} recipients", name=record.name, count=len(queued)))
            self.table.refresh_rows()
