"""The draft behind a form: every step in the books, taken back, reopened where it was left, kept by Esc."""

from __future__ import annotations

import asyncio
from typing import Any

from tui_billing.locale import _, translate
from tui_billing.models.queries import facts
from tui_billing.rules.problem import Conflict, Problem
from tui_billing.screens.entry_form import LINE, EntryField
from tui_billing.screens.entry_grid import GridPart
from tui_billing.services import entry


class DraftPart(GridPart):
    """Journal, undo, resume and keep."""

    # -- what a subclass gives -------------------------------------------

    async def take_draft(self, draft: Any) -> Any:
        """Hold a draft for typing; it as it lies in the books. Raises `Problem`."""
        raise NotImplementedError

    async def write_draft(self, *, hold: bool) -> tuple[int, int]:
        """Write the form into its draft; (draft id, version). Raises `Conflict`, `Problem`."""
        raise NotImplementedError

    async def discard_draft(self, draft_id: int) -> None:
        """Throw a draft away that holds nothing."""
        raise NotImplementedError

    def worth_keeping(self) -> bool:
        """Whether something has been typed."""
        return bool(self.content.holds_something())

    # -- steps -----------------------------------------------------------

    def undo_step(self) -> None:
        """Take the form's last step back: a line, a field, a customer."""
        if not self._steps:
            self.say(_("nothing to undo"))
            return
        self.content, self.lines.typed = self._steps.pop()
        self.answer(self._after_undo())

    async def _after_undo(self) -> None:
        await self._show_content()
        await self._journal()
        if self._focused_name() == LINE:
            self._go_to_line(len(self.lines.typed))
        self.say(_("taken back"))

    async def _load(self, draft: Any) -> None:
        """Take a draft over and go to the field where it was left."""
        while not self.grid.size.width:  # a field that is not laid out yet would scroll its text away
            await asyncio.sleep(0.002)
        try:
            draft = await self.take_draft(draft)
        except Problem as error:
            self.say_problem(error)
            return
        self._draft_id, self._version = draft.id, draft.version
        self.content = draft.content
        await self._show_content()
        self.show_headline()
        place, typed = self.content.focus, self.content.typed
        self.content.focus = self.content.typed = ""
        name, _dot, rest = place.partition(".")
        if name == "lines":
            number, _dot, cell = rest.partition(".")
            at = min(int(number) - 1, len(self.lines.typed))
            if cell in self.lines.CELLS and at < len(self.lines.typed) and not self.lines.typed[at].raw:
                self._go_to_cell(at, cell)
            else:
                self._go_to_line(at)
            field = self._field(LINE)
        else:
            self.grid.place(len(self.lines.typed))  # else the field of the lines would cover the first of them
            field = self._field(place if place in self._order() else "customer")
            field.focus()
        if typed:
            await self._has_come(field)
            field.value = typed
            field.cursor_position = len(typed)
        self.say(_("draft {id} is open again where you left it", id=draft.id))

    async def _has_come(self, field: EntryField) -> None:
        """Return when the focus has come to a field: what it finds there it selects, and a key would replace it."""
        for pump in (self.app, field):
            done = asyncio.Event()
            pump.call_later(done.set)
            try:
                await asyncio.wait_for(done.wait(), 1)
            except TimeoutError:
                return

    async def _show_content(self) -> None:
        """Fill every field from the content."""
        content = self.content
        self.lines.load(content)
        if content.customer:
            found = await self.desk.ask(entry.find_customer, content.customer, self.desk.today)
            if found.customer is not None:
                self._take_customer(found)
        self._set_field("customer", content.customer)
        for name in self._order():
            if name not in (LINE, "customer", *self.DATES):
                self._set_field(name, self._shown(name))
        codes = [line.content.item for line in self.lines.typed if line.content.item]
        self.lines.items.update(await self.desk.ask(facts.items_by_code, codes))
        for line in self.lines.typed:
            if line.raw:
                line.problem = (await self._read_line(line.raw, None, 0)).problem
        self.lines.check()
        for place, text in content.invalid.items():
            if place in self._order():
                self._set_field(place, text)
                self._field(place).mark(text)
        self._show_defaults()
        self._show_rows()
        self._show_sums()

    def _shown(self, name: str) -> str:
        """What stands in a field that is neither the customer nor a date."""
        return str(getattr(self.content, name))

    async def _journal(self, *, hold: bool = True, typed: str = "") -> None:
        """Write the form into the books; the next key acts only when it is there."""
        content = self.content
        self.lines.fill(content)
        content.focus = self._bound_for or self._place()
        content.typed = typed
        if self._draft_id is None and not self.worth_keeping():
            return
        try:
            self._draft_id, self._version = await self.write_draft(hold=hold)
            self._saved_at = self.desk.wall_clock()
            self.show_headline()
        except Conflict as error:
            # Both are kept: theirs stays where it is, ours becomes a draft of its own.
            self._draft_id, self._version = None, 0
            await self._journal(hold=hold, typed=typed)
            self.say(_("{problem} (yours is draft {id} now)", problem=translate(error), id=self._draft_id))
        except Problem as error:
            self.say_problem(error)

    async def keep_now(self) -> None:
        """The line is gone: write also what stands half typed."""
        field = self.focused
        self._bound_for = ""  # what is being accepted counts as half typed still
        await self._journal(typed=field.value if isinstance(field, EntryField) else "")

    def action_keep(self) -> None:
        """Esc: keep what was typed as a draft, and go back."""
        self.answer(self._keep())

    async def _keep(self) -> None:
        field = self.focused
        name = self._focused_name()
        half = field.value if isinstance(field, EntryField) else ""
        if name and name != LINE and half.strip() != str(getattr(self.content, name, "")):
            await self._accept(name)
            half = ""
        elif name and name != LINE:
            half = ""  # it is accepted already
        if name == LINE and (self._cell is not None or self.grid.at < len(self.lines.typed)):
            half = ""
        self.content.typed = half
        if self.worth_keeping():
            await self._journal(hold=False, typed=half)
        elif self._draft_id is not None:
            await self.discard_draft(self._draft_id)
        self.workstation.go_back()
