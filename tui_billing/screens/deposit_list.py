"""The tapes of deposits, the newest first: found again, looked at, printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from tui_billing.locale import N_, _
from tui_billing.rules.party import Party
from tui_billing.rules.problem import Problem
from tui_billing.rules.tape import Tape
from tui_billing.screens.amounts import money, short_day
from tui_billing.screens.frame import BillingScreen
from tui_billing.screens.tape_view import TapeView
from tui_billing.services import deposits
from tui_billing.services.printing import document_folder
from tui_billing.widgets.field import Caption
from tui_billing.widgets.paged_table import Column, Page, PagedTable, PageRequest, Row


class DepositListScreen(BillingScreen):
    """Deposits left, the tape of the one under the cursor right; `r` writes it as a PDF."""

    AUTO_FOCUS = "#deposits"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "write", N_("PDF"), show=False, id="document.render"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._tapes: dict[int, Tape] = {}

    def body(self) -> ComposeResult:
        with Horizontal(classes="halves"):
            yield PagedTable(self._columns(), self._fetch, empty=_("no deposit yet"), id="deposits")
            yield TapeView(id="tape")
        yield Caption("", id="foot")

    def _columns(self) -> list[Column]:
        return [
            Column(_("id"), 5, align="right"),
            Column(_("date"), 8),
            Column(_("total"), 13, align="right"),
            Column(_("status"), 8),
            Column(_("reference"), 8, flex=1, priority=1),
        ]

    def keys(self) -> Sequence[tuple[str, str]]:
        return [("r", _("PDF")), ("Esc", _("back")), *self.place_keys()]

    def title_words(self) -> str:
        return _("DEPOSITS")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#deposits", PagedTable).show()

    async def _fetch(self, request: PageRequest) -> Page:
        if request.direction not in ("first", "around"):
            return Page(())
        try:
            found = await self.desk.ask(deposits.tapes)
        except Problem as error:
            self.say_problem(error)
            return Page(())
        self._tapes = {tape.id: tape for tape in found}
        words = {"draft": _("begun"), "posted": _("posted")}
        rows = [
            Row(
                (-place,),
                tape.id,
                (
                    str(tape.id),
                    short_day(tape.date),
                    money(tape.total, tape.currency),
                    words.get(tape.status, tape.status),
                    tape.reference,
                ),
            )
            for place, tape in enumerate(found)
        ]
        return Page(tuple(rows))

    @property
    def tape(self) -> Tape | None:
        """The tape under the cursor."""
        row = self.query_one("#deposits", PagedTable).row
        return next((tape for key, tape in self._tapes.items() if row is not None and key == row.id), None)

    def on_paged_table_moved(self) -> None:
        """The tape follows the cursor."""
        self.query_one(TapeView).show(self.tape, self.desk.language)

    def action_write(self) -> None:
        if self.tape is not None:
            self.workstation.answer(self._write(self.tape))

    async def _write(self, tape: Tape) -> None:
        from tui_billing.documents.tape import write_tape

        house = Party.from_json(self.desk.company.party).full_name
        path = document_folder(self.desk.books) / f"deposit-{tape.id}.pdf"
        try:
            await self.desk.ask(lambda _books: write_tape(tape, house, path))
        except Problem as error:
            self.say_problem(error)
            return
        self.say(_("written: {path}", path=str(path)))
