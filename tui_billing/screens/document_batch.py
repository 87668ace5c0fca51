"""The PDFs of many documents in one go: how far they have come, what could not be made; stopped, and gone on with."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.timer import Timer

from tui_billing.locale import N_, _, translate
from tui_billing.models.queries.documents import numbers_of
from tui_billing.screens.amounts import number
from tui_billing.screens.frame import BillingScreen
from tui_billing.services.printing import ABSENT, must_tell_absence
from tui_billing.services.rendering import Batch, render_many
from tui_billing.widgets.bars import bar
from tui_billing.widgets.cells import use_ascii
from tui_billing.widgets.field import Caption
from tui_billing.widgets.reader import Line, Reader

#: Seconds between two looks at how far it has come.
LOOK = 0.25
_BAR = 40


class DocumentBatchScreen(BillingScreen):
    """Enter makes what is missing, Esc stops; what was made until then stays, and Enter goes on behind it."""

    AUTO_FOCUS = "#problems"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "make", N_("make them"), show=False, id="batch.make"),
    ]

    def __init__(self, ids: Sequence[int], more: bool = False) -> None:
        super().__init__()
        self.ids = list(ids)
        self.more = more
        self.so_far: Batch | None = None
        self._busy = self._stop = False
        self._began = 0.0
        self._look: Timer | None = None

    # -- parts -----------------------------------------------------------

    def title_words(self) -> str:
        return _("PDFs OF {count} DOCUMENTS", count=number(len(self.ids)))

    def body(self) -> ComposeResult:
        yield Caption("", id="progress")
        yield Reader(id="problems")

    def keys(self) -> Sequence[tuple[str, str]]:
        if self._busy:
            return [("Esc", _("stop"))]
        make = (
            []
            if self.so_far is not None and self._left == 0
            else [("Enter", _("go on") if self.so_far else _("make them"))]
        )
        return [*make, ("Esc", _("back"))]

    @property
    def _left(self) -> int:
        return len(self.ids) - (self.so_far.done if self.so_far else 0)

    def on_mount(self) -> None:
        super().on_mount()
        words = _("Enter makes those that are missing; keys go on meanwhile, and Esc stops")
        if self.more:
            words = _(
                "only the first {count} of the list are taken; a filter makes it shorter", count=number(len(self.ids))
            )
        self.say(words)

    def on_unmount(self) -> None:
        self._stop = True

    # -- the work --------------------------------------------------------

    def action_make(self) -> None:
        if self._busy or (self.so_far is not None and self._left == 0):
            return
        self._busy, self._stop, self._began = True, False, time.monotonic()
        self._look = self.set_interval(LOOK, self._show)
        self.show_keys()
        self.say("")
        self.run_worker(self._make(), group="documents", exit_on_error=False)

    async def _make(self) -> None:
        books, context = self.desk.books, self.desk.context

        def work() -> Batch:
            try:
                return render_many(books, context.command(), self.ids, progress=self._progress, stop=lambda: self._stop)
            finally:
                books.close()  # this thread's own line to the books

        try:
            self.so_far = await asyncio.to_thread(work)
            wrong = await self.desk.ask(numbers_of, [key for key, _problem in self.so_far.problems])
        finally:
            self._busy = False
            if self._look is not None:
                self._look.stop()
        if not self.is_attached:
            return
        self._show()
        lines: list[Line] = [
            [(f"{wrong.get(key, key)}  ", "bold"), (translate(problem), "red")] for key, problem in self.so_far.problems
        ]
        self.query_one("#problems", Reader).show(lines, at=0)
        self.show_keys()
        absent = await self.desk.do(must_tell_absence, self.so_far.unruled)
        self.say(_(ABSENT) if absent else self._outcome(self.so_far))

    def _progress(self, batch: Batch) -> None:
        self.so_far = batch

    def _show(self) -> None:
        if (batch := self.so_far) is None:
            return
        share = bar(batch.done, max(batch.total, 1), _BAR, ascii=use_ascii())
        words = _("{done} of {total}", done=number(batch.done), total=number(batch.total))
        self.query_one("#progress", Caption).say(f"{share.ljust(_BAR)} {words}")

    def _outcome(self, batch: Batch) -> str:
        words = _(
            "{made} documents made, {there} were there, of {total}",
            made=number(batch.made),
            there=number(batch.there),
            total=number(batch.total),
        )
        if batch.stopped:
            return _("{words}; stopped, Enter goes on", words=words)
        if batch.problems:
            return _("{words}; {count} could not be made", words=words, count=number(len(batch.problems)))
        return words

    def action_back(self) -> None:
        """Esc stops the work that is on, and leaves where none is."""
        if self._busy:
            self._stop = True
            self.say(_("stopping …"))
        else:
            super().action_back()
