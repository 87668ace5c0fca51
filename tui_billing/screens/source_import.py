"""Orders, delivery notes or contracts from a file: its name, what it would enter and what is wrong, Enter takes it in."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from tui_billing.locale import N_, _, translate
from tui_billing.rules.problem import Problem
from tui_billing.screens.amounts import short_day
from tui_billing.screens.frame import BillingScreen
from tui_billing.services.batch import AtLine
from tui_billing.services.importing import InRow
from tui_billing.services.source_import import Outlook, import_sources, read_file, rehearse_sources
from tui_billing.services.statement_preview import complete_path
from tui_billing.widgets.cells import padded
from tui_billing.widgets.field import Caption, Field
from tui_billing.widgets.file_field import FileField
from tui_billing.widgets.reader import Line, Reader, wrapped

TITLES = {
    "order": N_("ORDERS FROM A FILE"),
    "delivery": N_("DELIVERY NOTES FROM A FILE"),
    "contract": N_("CONTRACTS FROM A FILE"),
}
#: Lines of one order that are shown before it is taken in.
SHOWN = 12


class Outlooks(Reader):
    """What the file holds; letters act here."""


def told(problem: Problem) -> str:
    """A problem in words, with its row of the table or its line of the document."""
    text = translate(problem)
    if isinstance(problem, InRow):
        return _("row {number}", number=problem.line) + ": " + text
    if isinstance(problem, AtLine):
        return _("line {number}", number=problem.line) + ": " + text
    return text


class SourceImportScreen(BillingScreen):
    """File, and whose it is where it does not say; below them what it would enter."""

    AUTO_FOCUS = "#file"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take_in", N_("take in"), show=False, id="import.take"),
        Binding("f", "file", N_("another file"), show=False, id="import.file"),
    ]

    def __init__(self, kind: str, path: str = "") -> None:
        super().__init__()
        self.kind, self._begin = kind, path
        self._data = b""
        self._outlooks: list[Outlook] = []
        self._done = False

    # -- parts -----------------------------------------------------------

    def body(self) -> ComposeResult:
        with Horizontal(classes="line"):
            yield Caption(_("File"))
            yield FileField(complete_path, width=60, id="file")
        with Horizontal(classes="line"):
            yield Caption(_("Customer"))
            customer = Field(width=14, id="customer", placeholder=_("if unsaid"))
            yield customer
            yield customer.beside
        if self.kind == "delivery":
            with Horizontal(classes="line"):
                yield Caption(_("Order"))
                order = Field(width=18, id="order", placeholder=_("if unsaid"))
                yield order
                yield order.beside
        yield Caption("", id="progress")
        yield Outlooks(id="outlooks")

    def title_words(self) -> str:
        return _(TITLES[self.kind])

    def keys(self) -> Sequence[tuple[str, str]]:
        if self.focused is not None and self.focused.id == "outlooks":
            take = [("Enter", _("take in"))] if self._can_be_taken() else []
            return [*take, ("f", _("another file")), ("↑↓", _("read")), ("Esc", _("back"))]
        return [("Enter", _("look at the file")), ("Tab", _("complete")), ("Esc", _("back"))]

    def _can_be_taken(self) -> bool:
        return bool(self._outlooks) and not self._done and not any(one.problem for one in self._outlooks)

    @property
    def pane(self) -> Outlooks:
        return self.query_one("#outlooks", Outlooks)

    def _field(self, name: str) -> Field:
        return self.query_one(f"#{name}", Field)

    def on_mount(self) -> None:
        super().on_mount()
        kept = self.workstation.half_typed.pop(f"{self.kind} file", {})
        self._field("file").show(self._begin or kept.get("file", ""))
        if self._begin:
            self._look()

    def on_descendant_focus(self) -> None:
        self.show_keys()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter and the letter act in what the file holds; in a field they are text."""
        if action in ("take_in", "file"):
            return self.focused is not None and self.focused.id == "outlooks"
        return super().check_action(action, parameters)

    # -- looking -----------------------------------------------------------

    @on(FileField.Looked)
    def _looked(self, event: FileField.Looked) -> None:
        names = "  ".join(event.names[:12]) + ("  …" if len(event.names) > 12 else "")
        self.query_one("#progress", Caption).say(names)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self._look()

    def _look(self) -> None:
        self.workstation.answer(self._rehearse(), name="file")

    def _said(self) -> dict[str, str]:
        """Whose the file is and of which order, where it does not say so itself."""
        order = self._field("order").value.strip() if self.kind == "delivery" else ""
        return {"customer": self._field("customer").value.strip(), "order": order}

    async def _rehearse(self) -> None:
        self._outlooks, self._done = [], False
        self.query_one("#progress", Caption).say("")
        for name in ("file", *self._said()):
            if self.query(f"#{name}"):
                self._field(name).clear_mark()
        path = self._field("file").value
        if not path.strip():
            self._field("file").mark(_("name the file"))
            self.say(_("name the file"))
            return
        try:
            self._data = await asyncio.to_thread(read_file, path)
            self._outlooks = await self.desk.do(rehearse_sources, self.kind, self._data, **self._said())
        except Problem as error:
            self.pane.show([])
            self.say("! " + told(error))
            name = error.field if error.field in ("customer", "order") and self.query(f"#{error.field}") else "file"
            self._field(name).mark(translate(error))
            self.set_focus(self._field(name))
            return
        self._show()
        self.set_focus(self.pane)
        self.show_keys()
        wrong = sum(1 for one in self._outlooks if one.problem)
        if wrong:
            self.say(
                _("{wrong} of {count} cannot be entered; nothing is taken in until the file is corrected",
                  wrong=wrong, count=len(self._outlooks))
            )  # fmt: skip
        else:
            self.say(_("{count} to enter: Enter takes them in", count=len(self._outlooks)))

    def _show(self) -> None:
        lines: list[Line] = []
        wide = max(20, self.size.width - 4)
        for one in self._outlooks:
            content = one.content
            word, colour = (_("wrong"), "red") if one.problem else (_("entered"), "green")
            word, colour = (word, colour) if one.problem or self._done else (_("new"), "blue")
            day = content.date or content.start_date
            about = " · ".join(part for part in (content.order or content.contract or content.title, _day(day)) if part)
            lines.append(
                [
                    (f" {padded(word, 8)} ", colour),
                    (f"{padded(content.number or '—', 16)} {padded(content.customer or '—', 12)} {about}", "bold"),
                ]
            )
            if one.problem:
                lines += [[("   " + part, "red")] for part in wrapped(told(one.problem), wide)]
            for line in content.lines[:SHOWN]:
                figures = " ".join(
                    part
                    for part in (
                        line.quantity or line.ceiling,
                        line.unit,
                        f"@ {line.unit_price}" if line.unit_price else "",
                        f"-{line.discount_percent} %" if line.discount_percent else "",
                    )
                    if part
                )
                lines.append([(f"   {padded((line.item + ' ' + line.description).strip(), 40)} {figures}", "")])
            if len(content.lines) > SHOWN:
                lines.append([("   " + _("and {count} more lines", count=len(content.lines) - SHOWN), "dim")])
        self.pane.show(lines, at=0)

    # -- what the keys do --------------------------------------------------

    def action_take_in(self) -> None:
        if not self._can_be_taken():
            self.say(_("there is nothing to take in; f names another file"))
            return
        self.workstation.answer(self._take_in(), name="file")

    async def _take_in(self) -> None:
        try:
            keys = await self.desk.do(import_sources, self.kind, self._data, **self._said())
        except Problem as error:
            self.say("! " + told(error))
            return
        self._done = True
        self._show()
        self.show_keys()
        self.say(_("{count} are entered; Esc goes to the list", count=len(keys)))

    def action_file(self) -> None:
        self.set_focus(self._field("file"))

    def action_back(self) -> None:
        if not self._done and self._field("file").value.strip():
            self.workstation.half_typed[f"{self.kind} file"] = {"file": self._field("file").value}
        super().action_back()


def _day(text: str) -> str:
    try:
        return short_day(dt.date.fromisoformat(text))
    except ValueError:
        return text
