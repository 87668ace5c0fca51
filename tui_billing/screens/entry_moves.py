"""The keys of the forms with lines: Enter, Tab, arrows and suggestions walk through header, lines and footer alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui_billing.locale import N_, _
from tui_billing.models.queries import facts
from tui_billing.rules.numbers import format_number
from tui_billing.screens.entry_draft import DraftPart
from tui_billing.screens.entry_form import LINE, EntryField
from tui_billing.widgets.lookup import Suggestion, Suggestions

Suggest = Callable[[str], Awaitable[list[Suggestion]]]


class EntryScreen(DraftPart):
    """A form that is walked through by keyboard; a subclass says what Ctrl+S does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", N_("next"), show=False, priority=True, id="field.next"),
        Binding("tab", "accept_tab", N_("next field"), show=False, priority=True, id="field.tab"),
        Binding("shift+tab", "previous", N_("previous field"), show=False, priority=True, id="field.prev"),
        Binding("up", "line_up", N_("line above"), show=False, priority=True, id="line.up"),
        Binding("down", "line_down", N_("line below, suggestions"), show=False, priority=True, id="line.down"),
        Binding("ctrl+t", "take_out", N_("take the line out"), show=False, id="line.take_out"),
        Binding("ctrl+o", "open_line", N_("line above"), show=False, id="line.open"),
        Binding("f4,ctrl+l", "suggestions", N_("suggestions"), show=False, id="field.lookup"),
        Binding("escape,f3", "keep", N_("keep as draft"), show=False, id="screen.back"),
    ]
    #: The last of the fields that Enter walks through before the lines; the others are reached by Tab.
    LAST_NEEDED = "customer"
    #: What is said where the last field has been accepted.
    AT_THE_END = N_("Ctrl+S issues, Esc keeps the draft")

    # -- moving ----------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where the answer line is open or the suggestions have the focus, the form's own keys are theirs."""
        form = {"accept", "accept_tab", "previous", "line_up", "line_down"}
        letters = {"place", "prefix", "new_invoice", "pay", "help", "command", "leave"}
        if action in form or action in letters:
            return isinstance(self.focused, EntryField)
        return True

    def action_accept(self) -> None:
        name = self._focused_name()
        if name == LINE and self._reopened:
            self._reopened = False
            field = self._field(LINE)
            field.cursor_position = len(field.value)
            return
        self.answer(self._accept_and_go(name, forward="enter"))

    def action_accept_tab(self) -> None:
        self.answer(self._accept_and_go(self._focused_name(), forward="tab"))

    def action_previous(self) -> None:
        self.answer(self._go_previous(self._focused_name()))

    async def _accept_and_go(self, name: str, forward: str) -> None:
        if name == LINE:
            await self._accept_line(forward)
            return
        following = self._following(name, forward)
        with self._bound(self._place_of(following)):
            stay = await self._accept(name)
        if stay:
            return
        if following == LINE:
            self._go_to_line(len(self.lines.typed))
        elif following == name:
            self.say(_(self.AT_THE_END))
        else:
            self._field(following).focus()

    def _following(self, name: str, forward: str) -> str:
        """The field that comes next; Enter in the last of the fields that every form needs goes to the lines."""
        order = self._order()
        if name == self.LAST_NEEDED and forward == "enter":
            return LINE
        return order[min(order.index(name) + 1, len(order) - 1)]

    def _place_of(self, name: str) -> str:
        """A field as a draft remembers it; of the lines, the one after the last."""
        return f"lines.{len(self.lines.typed) + 1}" if name == LINE else name

    async def _go_previous(self, name: str) -> None:
        if name == LINE and self._cell is not None:
            index = self.grid.at
            if not await self._accept_cell(self._cell):
                return
            place = self.lines.CELLS.index(self._cell)
            if place:
                self._go_to_cell(index, self.lines.CELLS[place - 1])
            else:
                self._go_to_line(index)
            return
        order = self._order()
        before = order[max(order.index(name) - 1, 0)]
        with self._bound(self._place_of(before)):
            if name == LINE:
                if await self._take_line() is None:
                    return
            else:
                await self._accept(name)
        if before == LINE:
            self._go_to_line(len(self.lines.typed))
        else:
            self._field(before).focus()

    def action_line_up(self) -> None:
        if self._focused_name() != LINE:
            self.answer(self._go_previous(self._focused_name()))
        elif self.grid.at > 0:
            self.answer(self._leave_line_for(self.grid.at - 1))

    def action_line_down(self) -> None:
        name = self._focused_name()
        if self.panel.expected:
            self.action_suggestions()
        elif name != LINE:
            self.answer(self._accept_and_go(name, forward="tab"))
        elif self.grid.at < len(self.lines.typed):
            self.answer(self._leave_line_for(self.grid.at + 1))

    def go_to_place(self, place: str) -> None:
        """Put the cursor into the field that a finding names."""
        name, _dot, rest = place.partition(".")
        if name == "lines":
            number = rest.partition(".")[0]
            at = int(number) - 1 if number.isdigit() else len(self.lines.typed)
            self._go_to_line(min(at, len(self.lines.typed)))
        elif name in self._order():
            self._field(name).focus()

    # -- while typing ----------------------------------------------------

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        """Suggestions and totals follow when typing pauses; a key itself paints its own field alone."""
        field = event.input
        if not isinstance(field, EntryField) or field is not self.focused or not field.value:
            return
        suggest = self._suggester(field.id or "")
        before = self._shown_line() if field.id == LINE else getattr(self.content, field.id or "", "")
        if suggest is not None and field.value != before:
            self.panel.typed(field, suggest)

    def _suggester(self, name: str) -> Suggest | None:
        """What suggests values for a field; None where nothing does."""
        if name == "customer":
            return self._suggest_customers
        return self._suggest_items if name == LINE and self._cell in (None, "item") else None

    def _shown_line(self) -> str:
        """What the command line shows of itself where nobody has typed in it."""
        at = self.grid.at
        return self.lines.command(at) if self._cell is None and at < len(self.lines.typed) else ""

    async def _suggest_items(self, text: str) -> list[Suggestion]:
        """Items for the first word of the line; the totals with the half-typed line as well."""
        self._show_sums(half=text)
        word = text.split(" ")[0] if text.split() else ""
        if not word or word[0] in '@=;"-' or " " in text.strip():
            return []
        found = await self.desk.ask(facts.find_items, word)
        for item in found:
            self.lines.items.setdefault(item.code, item)
        language = self.desk.language
        return [
            Suggestion(
                item.code,
                f"{item.code:<10} {item.text(language)}  "
                f"{format_number(item.unit_price, language, 2)} {item.currency} / {item.unit}",
            )
            for item in found
        ]

    def action_suggestions(self) -> None:
        field = self.focused
        suggest = self._suggester(field.id or "") if isinstance(field, EntryField) else None
        if suggest is not None:
            assert isinstance(field, EntryField)
            self.panel.enter(field, suggest)

    @on(Suggestions.Picked)
    def _picked(self, event: Suggestions.Picked) -> None:
        field = event.field
        if not isinstance(field, EntryField):
            return
        if field.id == LINE:
            field.value = event.value + " "
            field.cursor_position = len(field.value)
        else:
            field.value = event.value
            self.answer(self._accept_and_go(field.id or "", forward="enter"))
