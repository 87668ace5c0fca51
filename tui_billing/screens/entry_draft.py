"""The draft behind invoice entry: every step in the books, taken back, reopened where it was left, kept by Esc."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from tui_billing.locale import _, translate
from tui_billing.models.queries import facts
from tui_billing.rules.numbers import format_number
from tui_billing.rules.problem import Conflict, Problem
from tui_billing.screens.entry_form import LINE, EntryField
from tui_billing.screens.entry_grid import GridPart
from tui_billing.screens.entry_lines import CELLS
from tui_billing.services import drafts, entry


class DraftPart(GridPart):
    """Journal, undo, resume and keep."""

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

    async def _load(self, draft: drafts.Draft) -> None:
        """Take a draft over and go to the field where it was left."""
        while not self.grid.size.width:  # a field that is not laid out yet would scroll its text away
            await asyncio.sleep(0.002)
        try:
            draft = await self.desk.do(drafts.take_draft, draft.id)
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
            if cell in CELLS and at < len(self.lines.typed) and not self.lines.typed[at].raw:
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
        for name in ("purchase_order", "contract", "delivery_note", "note"):
            self._set_field(name, getattr(content, name))
        self.lines.discount = Decimal(content.document_discount_percent or 0)
        percent = format_number(self.lines.discount, self.desk.language) if self.lines.discount else ""
        self._set_field("document_discount_percent", percent)
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

    async def _journal(self, *, hold: bool = True, typed: str = "") -> None:
        """Write the form into the books; the next key acts only when it is there."""
        content = self.content
        self.lines.fill(content)
        content.focus = self._bound_for or self._place()
        content.typed = typed
        if self._draft_id is None and not content.holds_something():
            return
        customer = self.lines.customer
        totals = self.lines.totals()
        gross = totals.gross if totals else 0
        try:
            self._draft_id, self._version = await self.desk.do(
                drafts.save_draft,
                content,
                draft_id=self._draft_id,
                version=self._version,
                gross=gross,
                gross_base=self._in_base(gross),
                customer_id=customer.id if customer else None,
                buyer_name=customer.name if customer else "",
                currency=self.lines.currency,
                hold=hold,
            )
            self._saved_at = self.desk.wall_clock()
            self.show_headline()
        except Conflict as error:
            # Both are kept: theirs stays where it is, ours becomes a draft of its own.
            self._draft_id, self._version = None, 0
            await self._journal(hold=hold, typed=typed)
            self.say(_("{problem} (yours is draft {id} now)", problem=translate(error), id=self._draft_id))
        except Problem as error:
            self.say_problem(error)

    def _in_base(self, minor: int) -> int:
        from tui_billing.rules.money import convert

        base = self.desk.company.currency
        return minor if self.lines.currency == base else convert(minor, self.lines.currency, base, self.lines.rate)

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
        if name == LINE and (self._cell is not None or self.grid.at < len(self.lines.typed)):
            half = ""
        self.content.typed = half
        if self.content.holds_something():
            await self._journal(hold=False, typed=half)
        elif self._draft_id is not None:
            await self.desk.do(drafts.discard_draft, self._draft_id)
        self.workstation.go_back()
