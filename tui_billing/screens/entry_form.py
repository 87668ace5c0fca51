"""A form with lines, as its parts see it: header, lines, draft and what Ctrl+S does are cut from one screen."""

from __future__ import annotations

import copy
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from tui_billing.rules.problem import Problem
from tui_billing.screens.entry_lines import LineList, TypedLine
from tui_billing.screens.frame import BillingScreen
from tui_billing.widgets.field import Field
from tui_billing.widgets.line_grid import LineGrid
from tui_billing.widgets.lookup import Suggestions
from tui_billing.widgets.paged_table import Column

#: A field: its name, its caption, how many cells wide.
FieldSpec = tuple[str, str, int]
LINE = "line"


class EntryField(Field):
    """A field of the form; with nothing left to undo in it, Ctrl+Z takes back the form's last step."""

    def action_undo(self) -> None:
        if self._before:
            super().action_undo()
        elif isinstance(self.screen, EntryForm):
            self.screen.undo_step()


class Stay(Problem):
    """Several things fit: the clerk stays in the field to choose."""


class EntryForm(BillingScreen):
    """What the parts share: the typed content, the lines with their meaning, the draft they lie in."""

    #: Fields above the lines, row by row, and those below them; in the order of Tab.
    HEADER: ClassVar[tuple[tuple[FieldSpec, ...], ...]] = ()
    FOOTER: ClassVar[tuple[FieldSpec, ...]] = ()
    #: Which of them are dates.
    DATES: ClassVar[tuple[str, ...]] = ()
    #: Longest text of a field; what is not named holds 100 characters.
    LIMITS: ClassVar[dict[str, int]] = {}

    content: Any
    lines: LineList

    def __init__(self) -> None:
        super().__init__()
        self.content = self.empty_content()
        self.lines = self.empty_lines()
        self._draft_id: int | None = None
        self._version = 0
        self._saved_at = ""
        self._cell: str | None = None  # None: the whole line as a command
        self._reopened = False  # Enter goes into the line that Up has moved to
        self._steps: list[tuple[Any, list[TypedLine]]] = []
        self._sum_text = ""
        self._bound_for = ""  # where the cursor goes once what is being accepted is in the books

    # -- what a subclass gives -------------------------------------------

    def empty_content(self) -> Any:
        """What is typed into a form in which nothing is."""
        raise NotImplementedError

    def empty_lines(self) -> LineList:
        """Its lines, of which there are none yet."""
        raise NotImplementedError

    def columns(self) -> list[Column]:
        """The columns of the grid; those that drop out first at a narrow width have the higher numbers."""
        raise NotImplementedError

    def _limit(self, name: str) -> int:
        return self.LIMITS.get(name, 100)

    def answer(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run what a key has asked for; the next key waits until it is done."""
        self.workstation.answer(work)

    # What one part asks of another that comes after it.

    def undo_step(self) -> None:
        """Take the form's last step back (draft)."""

    def _show_rows(self) -> None:
        """Show the lines as they are now (lines)."""

    def _show_sums(self, half: str = "") -> None:
        """Show the totals (lines)."""

    async def _journal(self, *, hold: bool = True, typed: str = "") -> None:
        """Write the form into the books (draft)."""

    def _remember(self) -> None:
        """Keep the form as it stands, to be taken back to."""
        self._steps.append((copy.deepcopy(self.content), copy.deepcopy(self.lines.typed)))
        del self._steps[:-100]

    def _field(self, name: str) -> EntryField:
        return self.query_one(f"#{name}", EntryField)

    @property
    def grid(self) -> LineGrid:
        return self.query_one("#grid", LineGrid)

    @property
    def panel(self) -> Suggestions:
        return self.query_one("#suggestions", Suggestions)

    def _focused_name(self) -> str:
        focused = self.focused
        return focused.id or "" if isinstance(focused, EntryField) else ""

    def _place(self) -> str:
        """Where the clerk is, as a draft remembers it: a field's name, "lines.2" or "lines.2.quantity"."""
        name = self._focused_name() or "customer"
        if name != LINE:
            return name
        return f"lines.{self.grid.at + 1}" + (f".{self._cell}" if self._cell else "")

    @contextmanager
    def _bound(self, place: str) -> Iterator[None]:
        """What is journaled within leaves the draft at the place where the cursor goes next."""
        self._bound_for = place
        try:
            yield
        finally:
            self._bound_for = ""

    def _order(self) -> list[str]:
        return [
            "customer",
            *(name for pair in self.HEADER for name, _w, _c in pair),
            LINE,
            *(name for name, _w, _c in self.FOOTER),
        ]
