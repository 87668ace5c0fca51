"""One line of text to type: compact, as wide as its data, with undo, and a place for what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input, Label, Static
from textual.widgets.input import Selection

from tui_billing.locale import N_, _
from tui_billing.rules.text import safe

if TYPE_CHECKING:
    from tui_billing.widgets.lookup import Ask, Suggestions

GUARD = 100_000
"""Characters beyond which a text is refused at once. A field's own limit is checked when it is accepted and is
reported with both lengths, so this only keeps a runaway paste from stopping the screen."""

_STEPS_KEPT = 200


class Caption(Label):
    """The words beside a field, or any other line of text: never read as markup."""

    def __init__(self, text: str = "", *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(Content(safe(text)), id=id, classes=classes, markup=False)

    def say(self, text: str, style: str = "") -> None:
        """Show another text, in a Content style (for example "bold $status-red")."""
        self.update(Content.styled(safe(text), style), layout=False)


class Mark(Static):
    """The line beside a field that says what is wrong with its text; empty while nothing is."""

    DEFAULT_CSS = """
    Mark { height: 1; width: 1fr; padding: 0 0 0 1; color: $status-red; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", id=id, markup=False)
        self.problem = ""

    def say(self, problem: str) -> None:
        """Show a problem (one sentence), or nothing."""
        if problem != self.problem:
            self.problem = problem
            self.update(Content(f"! {safe(problem)}") if problem else "", layout=False)


class Field(Input):
    """An input of one line, `width` cells wide, that undoes and redoes, and is marked where its text is wrong.

    The screen places `field` and, where there is room for a sentence, `field.beside`.
    """

    DEFAULT_CSS = """
    Field, Field.-textual-compact { padding: 0; border: none; height: 1; background: $field-background; }
    Field:focus { border: none; background-tint: $foreground 0%; }
    Field.-wrong { color: $status-red; }
    Field:ansi { text-style: underline; }
    Field:ansi > .input--cursor { text-style: reverse; color: ansi_default; background: ansi_default; }
    Field:ansi > .input--selection { text-style: reverse; color: ansi_default; background: ansi_default; }
    """

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)
    """Textual lays the whole screen out again when the text grows, a third of what a key costs; a field of one
    line and a fixed width keeps its place."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+z", "undo", "Undo", show=False, id="field.undo"),
        Binding("ctrl+y", "redo", "Redo", show=False, id="field.redo"),
        # Textual binds these two to the word on the right.
        Binding("ctrl+backspace,alt+backspace", "delete_left_word", "Delete word left", show=False),
        Binding("down", "lookup(True)", "Suggestions", show=False, id="field.into_suggestions"),
        Binding("f4,ctrl+l", "lookup", "Suggestions", show=False, id="field.lookup"),
    ]

    def __init__(
        self,
        value: str = "",
        *,
        width: int | None = None,
        id: str | None = None,
        classes: str | None = None,
        placeholder: str = "",
        disabled: bool = False,
        **more: Any,
    ) -> None:
        self._before: list[tuple[str, int]] = []
        self._after: list[tuple[str, int]] = []
        self._recording = False
        self._typing = False
        self._edit: tuple[str, int, int] | None = None
        self._panel: Suggestions | None = None
        self._ask: Ask | None = None
        super().__init__(
            value,
            placeholder,
            compact=True,
            select_on_focus=True,
            max_length=GUARD,
            validate_on=(),
            id=id,
            classes=classes,
            disabled=disabled,
            **more,
        )
        self.cursor_blink = False
        if width is not None:
            self.styles.width = width
        self.beside = Mark(id=f"{id}-mark" if id else None)
        self._recording = True

    # What is wrong

    @property
    def problem(self) -> str:
        """What the field is marked with, or ""."""
        return self.beside.problem

    def mark(self, problem: str) -> None:
        """Say beside the field what is wrong with its text; the clerk types on."""
        self.beside.say(problem)
        self.set_class(bool(problem), "-wrong")

    def clear_mark(self) -> None:
        """Take the mark off."""
        self.mark("")

    def restricted(self) -> None:
        """A text beyond the guard, or a sign the field does not take, is refused: say so, without a bell."""
        self.mark(_(N_("this text is too long for the screen; at most {limit} characters"), limit=GUARD))

    # Suggestions

    def suggest_from(self, panel: Suggestions, ask: Ask) -> None:
        """Show suggestions for what is typed here in a panel; Down, F4 and Ctrl+L go into it."""
        self._panel, self._ask = panel, ask

    def action_lookup(self, only_shown: bool = False) -> None:
        """Go into the suggestions; where none are shown yet, F4 asks for them and Down is left to the screen."""
        if self._panel is None or (only_shown and not self._panel.expected):
            raise SkipAction
        self._panel.enter(self, self._ask)

    def on_blur(self) -> None:
        """Suggestions end with the field, unless the clerk went into them."""
        if self._panel is not None and self.screen.focused is not self._panel:
            self._panel.clear()

    # Values

    def show(self, value: str) -> None:
        """Put a value in that the clerk did not type: it is not a step to undo, and older steps are forgotten."""
        self._recording = False
        try:
            self.value = value
        finally:
            self._recording = True
        self.cursor_position = len(value)
        self._before.clear()
        self._after.clear()
        self._typing = False

    @property
    def _value(self) -> Text:
        """The text as it is painted: one visible cell sign for each control character."""
        if self.password:
            return super()._value
        text = Text(_visible(self.value), no_wrap=True, overflow="ignore", end="")
        return text if self.highlighter is None else self.highlighter(text)

    # Undo

    def replace(self, text: str, start: int, end: int) -> None:
        """As Input's; all typing, pasting and deleting comes through here."""
        start, end = sorted((max(0, start), min(len(self.value), end)))
        self._edit = (text, start, end)
        try:
            super().replace(text, start, end)
        finally:
            self._edit = None

    def watch_value(self, old: str, new: str) -> None:
        """Remember the value before. The characters of a word typed one after the other are one step."""
        if not self._recording or old == new:
            return
        if self._panel is not None and self._ask is not None and self.has_focus:
            self._panel.typed(self, self._ask)
        text, start, end = self._edit or (new, 0, len(old))
        typed = self._edit is not None and len(text) == 1
        if not (typed and self._typing and start == end and not text.isspace()):
            self._before.append((old, end))
            del self._before[:-_STEPS_KEPT]
        self._typing = typed
        self._after.clear()

    def action_undo(self) -> None:
        """Take back the last step of typing in this field."""
        self._step(self._before, self._after)

    def action_redo(self) -> None:
        """Do again what was taken back."""
        self._step(self._after, self._before)

    def _step(self, source: list[tuple[str, int]], target: list[tuple[str, int]]) -> None:
        if not source:
            return
        target.append((self.value, self.cursor_position))
        value, position = source.pop()
        self._recording = False
        try:
            self.value = value
        finally:
            self._recording = True
        self._typing = False
        self.selection = Selection.cursor(min(position, len(value)))


def _visible(text: str) -> str:
    shown = safe(text)
    # The cursor counts characters of the value: what is painted must have as many.
    return shown if len(shown) == len(text) else "".join(safe(c) or "\ufffd" for c in text)
