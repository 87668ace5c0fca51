"""What the forms of master data and disputes share: fields below each other, marks beside them, one line that asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input

from tui_billing.locale import N_, _, translate
from tui_billing.rules.problem import Conflict, Problem
from tui_billing.screens.frame import BillingScreen
from tui_billing.services.context import new_command_id
from tui_billing.widgets.field import Caption, Field
from tui_billing.widgets.issue_line import IssueLine


class FormScreen(BillingScreen):
    """A form: Enter and Tab go on, Ctrl+S asks, Enter there saves; Esc leaves and keeps what was typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f10", "save", N_("save"), show=False, id="record.save"),
        Binding("down", "next_field", N_("next field"), show=False, id="field.next"),
        Binding("up", "previous_field", N_("previous field"), show=False, id="field.prev"),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
    #: (name, caption, cells wide) in the order of Tab.
    FIELDS: tuple[tuple[str, str, int], ...] = ()
    #: What Ctrl+S does, for the key line.
    SAVE = N_("save")
    #: Fields that show and do not take.
    FIXED: frozenset[str] = frozenset()

    def __init__(self) -> None:
        super().__init__()
        self.command_id = new_command_id()
        self._begun: dict[str, str] = {}

    # -- what a subclass gives -------------------------------------------

    @property
    def form_name(self) -> str:
        """What half-typed values are kept under."""
        raise NotImplementedError

    async def start_values(self) -> dict[str, str]:
        """What stands in the fields at first."""
        return {}

    def question(self) -> str:
        """What Ctrl+S will do, for the line that asks. Raises the Problem of the first wrong field."""
        raise NotImplementedError

    async def carry_out(self) -> str:
        """Save; what was done, in a sentence. Raises Problem."""
        raise NotImplementedError

    def make_field(self, name: str, cells: int) -> Field:
        """The field of a name."""
        return Field(width=cells, id=name, disabled=name in self.FIXED)

    def hints(self) -> ComposeResult:
        """What stands below the fields."""
        yield from ()

    # -- parts -----------------------------------------------------------

    def body(self) -> ComposeResult:
        with VerticalScroll(id="form", can_focus=False):
            for name, caption, cells in self.FIELDS:
                with Horizontal(classes="line"):
                    yield Caption(_(caption))
                    field = self.make_field(name, cells)
                    yield field
                    yield field.beside
        yield from self.hints()

    def keys(self) -> Sequence[tuple[str, str]]:
        return [("Enter", _("next field")), ("^S", _(self.SAVE)), ("Esc", _("back, keeps what is typed"))]

    def field(self, name: str) -> Field:
        """A field by its name."""
        return self.query_one(f"#{name}", Field)

    def values(self) -> dict[str, str]:
        """What stands in the fields."""
        return {name: self.field(name).value.strip() for name, _caption, _cells in self.FIELDS}

    def on_mount(self) -> None:
        super().on_mount()
        self.workstation.answer(self._fill(), name="form")

    async def _fill(self) -> None:
        try:
            self._begun = await self.start_values()
        except Problem as error:
            self.say_problem(error)
            return
        for name, value in (self._begun | self.workstation.half_typed.pop(self.form_name, {})).items():
            self.field(name).show(value)
        self.show_headline()

    # -- moving ----------------------------------------------------------

    def _order(self) -> list[str]:
        return [name for name, _caption, _cells in self.FIELDS if name not in self.FIXED]

    def _move(self, fields: int) -> None:
        focused = self.focused.id if self.focused else None
        order = self._order()
        if focused in order:
            place = order.index(focused) + fields
            if 0 <= place < len(order):
                self.set_focus(self.field(order[place]))

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        """Enter: the next field, after the last one what Ctrl+S does."""
        if event.input.id == self._order()[-1]:
            self.action_save()
        else:
            self._move(1)

    def action_next_field(self) -> None:
        self._move(1)

    def action_previous_field(self) -> None:
        self._move(-1)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        if isinstance(event.input, Field) and event.input.problem:
            event.input.clear_mark()

    # -- saving ----------------------------------------------------------

    def mark(self, error: Problem) -> None:
        """Say what is wrong beside its field and go there."""
        if error.field in self._order():
            self.field(error.field).mark(translate(error))
            self.set_focus(self.field(error.field))
        self.say_problem(error)  # whole, where there is little room beside the field

    def action_save(self) -> None:
        try:
            question = self.question()
        except Problem as error:
            self.mark(error)
        else:
            self.answer_line.open(question, purpose="save")

    @on(IssueLine.Confirmed)
    def _confirmed(self, event: IssueLine.Confirmed) -> None:
        if event.purpose == "save":
            self.workstation.answer(self._save(), name="save")

    async def _save(self) -> None:
        try:
            done = await self.carry_out()
        except Conflict as error:
            self.show_conflict(error)
        except Problem as error:
            self.mark(error)
        else:
            self.workstation.half_typed.pop(self.form_name, None)
            self.workstation.go_back()
            screen = self.workstation.screen
            if isinstance(screen, BillingScreen):
                screen.say(done)

    def show_conflict(self, error: Conflict) -> None:
        """Their version beside each field where it differs from what stands in the field."""
        theirs: dict[str, Any] = error.theirs
        for name, value in self.values().items():
            if name in theirs and str(theirs[name]) != value:
                self.field(name).mark(_("theirs: {value}", value=theirs[name] or "—"))
        self.say_problem(error)

    def action_back(self) -> None:
        typed = self.values()
        if any(typed.get(name, "") != self._begun.get(name, "") for name in typed):
            self.workstation.half_typed[self.form_name] = typed
        super().action_back()
