"""The form of an invoice, as its parts see it: header, lines, draft and issue are cut from one screen."""

from __future__ import annotations

import copy
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from tui_billing.locale import N_, _
from tui_billing.rules.content import Content
from tui_billing.rules.problem import Problem
from tui_billing.screens.entry_lines import Lines, TypedLine
from tui_billing.screens.frame import BillingScreen
from tui_billing.widgets.field import Field
from tui_billing.widgets.line_grid import LineGrid
from tui_billing.widgets.lookup import Suggestions
from tui_billing.widgets.paged_table import Column

#: Header fields: name, caption, cells wide; in the order of Tab.
HEADER: tuple[tuple[tuple[str, str, int], ...], ...] = (
    (("purchase_order", N_("Your PO"), 14), ("issue_date", N_("Date"), 11)),
    (("delivery_date", N_("Delivered"), 14), ("due_date", N_("Due"), 11)),
    (("contract", N_("Contract"), 14), ("delivery_note", N_("Deliv.note"), 12)),
)
DATES = ("issue_date", "delivery_date", "due_date")
FOOTER: tuple[tuple[str, str, int], ...] = (
    ("document_discount_percent", N_("Discount %"), 7),
    ("note", N_("Note"), 40),
)
LINE = "line"


def columns() -> list[Column]:
    """The columns of the grid; those that drop out first at a narrow width have the higher numbers."""
    return [
        Column("#", 3),
        Column(_("item"), 8),
        Column(_("description"), 16, flex=1),
        Column(_("qty"), 8, align="right"),
        Column(_("unit"), 4, priority=2),
        Column(_("unit price"), 11, align="right"),
        Column(_("disc"), 7, align="right", priority=1),
        Column(_("vat"), 6, align="right"),
        Column(_("net"), 12, align="right"),
    ]


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

    def __init__(self) -> None:
        super().__init__()
        self.content = Content()
        self.lines = Lines("en", "EUR")
        self._draft_id: int | None = None
        self._version = 0
        self._saved_at = ""
        self._cell: str | None = None  # None: the whole line as a command
        self._reopened = False  # Enter goes into the line that Up has moved to
        self._steps: list[tuple[Content, list[TypedLine]]] = []
        self._sum_text = ""
        self._bound_for = ""  # where the cursor goes once what is being accepted is in the books

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
            *(name for pair in HEADER for name, _w, _c in pair),
            LINE,
            *(name for name, _w, _c in FOOTER),
        ]
