"""Entry of a customer's order, a delivery note or a contract, with the keys of invoice entry: Enter walks, Ctrl+S
asks, Enter there enters; Esc keeps a draft. A delivery that names an order begins with what the order has to come."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from tui_billing.locale import N_, _
from tui_billing.models.queries import facts
from tui_billing.rules.dates import parse_iso
from tui_billing.rules.problem import Conflict, Problem
from tui_billing.rules.source_lines import check_together
from tui_billing.screens.entry_form import LINE, EntryField
from tui_billing.screens.entry_lines import TypedLine
from tui_billing.screens.source_fields import SourceFields
from tui_billing.services import source_drafts, source_entry
from tui_billing.services.context import new_command_id
from tui_billing.services.source_change import change_source
from tui_billing.services.source_drafts import TypedSource
from tui_billing.services.sources import add_source
from tui_billing.widgets.field import Caption
from tui_billing.widgets.issue_line import IssueLine
from tui_billing.widgets.line_grid import LineGrid
from tui_billing.widgets.lookup import Suggestions

NEW = {"order": N_("NEW ORDER"), "delivery": N_("NEW DELIVERY NOTE"), "contract": N_("NEW CONTRACT")}
CHANGED = {"order": N_("ORDER"), "delivery": N_("DELIVERY NOTE"), "contract": N_("CONTRACT")}


class SourceEntryScreen(SourceFields):
    """The form of one order, delivery note or contract: a new one, or one that is changed."""

    AUTO_FOCUS = "#customer"
    KEY_ROWS = 2
    AT_THE_END = N_("Ctrl+S enters it, Esc keeps the draft")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f10", "save", N_("enter it"), show=False, id="record.save"),
        Binding("f2", "explain", N_("prices beside list and contract"), show=False, id="explain"),
        Binding("f9", "repeat", N_("last one, rest of the order"), show=False, id="field.repeat"),
    ]

    def __init__(
        self,
        kind: str,
        *,
        draft: TypedSource | None = None,
        source_id: int | None = None,
        customer: str = "",
        order_id: int | None = None,
    ) -> None:
        super().__init__(kind, source_id)
        self._draft, self._start_customer, self._start_order = draft, customer, order_id
        self._command_id = new_command_id()

    # -- parts -----------------------------------------------------------

    def body(self) -> ComposeResult:
        with Vertical(id="entry-head", classes=self.kind):
            with Horizontal(classes="line"):
                yield Caption(_("Customer"))
                yield EntryField(width=12, id="customer", disabled=self._source is not None)
                yield Caption("", id="customer-card")
            for row in self.HEADER:
                with Horizontal(classes="line"):
                    for name, words, width in row:
                        yield Caption(_(words))
                        fixed = name == "order" and self._source is not None
                        yield EntryField(width=width, id=name, disabled=fixed)
                        if name != "index_percent":
                            yield Caption("", id=f"{name}-says", classes="says")
        yield LineGrid(self.columns(), EntryField(id=LINE), id="grid")
        with Horizontal(classes="line", id="entry-foot"):
            for name, words, width in self.FOOTER:
                yield Caption(_(words))
                yield EntryField(width=width, id=name)
        yield Caption("", id="sums")
        yield Suggestions(id="suggestions")

    def keys(self) -> Sequence[tuple[str, str]]:
        repeat = _("rest of the order") if self.kind == "delivery" else _("last one")
        return [
            ("Enter", _("next line")),
            (_("Enter on empty line"), _("done")),
            ("^S", _("save") if self._source else _("enter it")),
            ("Esc", _("keep as draft")),
            ("F9", repeat),
            *([("F2", _("prices"))] if self.kind != "delivery" else []),
            ("^T", _("take line out")),
            ("F4", _("look up")),
        ]

    def title_words(self) -> str:
        if self._source is not None:
            words = f"{_(CHANGED[self.kind])} {self.content.number}"
        else:
            words = _(NEW[self.kind])
        return words + (f"  {_('saved')} {self._saved_at}" if self._saved_at else "")

    def on_mount(self) -> None:
        super().on_mount()
        self._begin_empty()
        if self._draft is not None:
            self.answer(self._load(self._draft))
        elif self._source is not None:
            self.answer(self._load_source(self._source))
        elif self._start_order is not None:
            self.answer(self._start_of_order(self._start_order))
        elif self._start_customer:
            self._field("customer").show(self._start_customer)
            self.answer(self._accept_and_go("customer", forward="tab"))

    def on_screen_resume(self) -> None:
        self.show_headline()

    async def _load_source(self, source_id: int) -> None:
        """Show what is in the books of one that is to be changed."""
        try:
            self._source_version, content = await self.desk.ask(source_entry.content_of, self.kind, source_id)
        except Problem as error:
            self.workstation.go_back()
            self.workstation.say_on_screen(error)
            return
        await self._show_start(content)
        self.show_headline()

    async def _start_of_order(self, order_id: int) -> None:
        """A delivery note of all that an order has still to come; its own number is to be typed."""
        try:
            content = await self.desk.ask(source_entry.rest_of_order, order_id)
        except Problem as error:
            self.say_problem(error)
            return
        await self._show_start(content)

    # -- the draft -------------------------------------------------------

    async def take_draft(self, draft: TypedSource) -> TypedSource:
        taken = await self.desk.do(source_drafts.take_source_draft, draft.id)
        self._source, self._source_version = taken.source_id, taken.source_version or 0
        return taken

    async def discard_draft(self, draft_id: int) -> None:
        await self.desk.do(source_drafts.discard_source_draft, draft_id)

    async def write_draft(self, *, hold: bool) -> tuple[int, int]:
        return await self.desk.do(
            source_drafts.save_source_draft,
            self.content,
            draft_id=self._draft_id,
            version=self._version,
            source_id=self._source,
            source_version=self._source_version or None,
            hold=hold,
        )

    # -- lines -----------------------------------------------------------

    def _show_sums(self, half: str = "") -> None:
        text = self.lines.summary() if self.lines.typed else ""
        if text != self._sum_text:
            self._sum_text = text
            self.query_one("#sums", Caption).say(text, "bold")

    def action_repeat(self) -> None:
        """F9: the customer's last order or contract as a start; in a delivery note, what the order has to come."""
        self.answer(self._repeat())

    async def _repeat(self) -> None:
        if self._focused_name() != LINE and await self._accept(self._focused_name() or "customer"):
            return
        if not self.content.customer:
            self.say(_("type the customer first; F9 then brings the last one"))
            return
        self._remember()
        try:
            if self.kind == "delivery":
                order, _others = await self.desk.ask(source_entry.find_order, self.content.customer, self.content.order)
                if not self.content.order or order is None:
                    self.say(_("name the order first; F9 then brings what it has still to come"))
                    return
                self.lines.typed.clear()
                await self._fill_from_order(order)
            else:
                last = await self.desk.ask(source_entry.last_content, self.kind, self.content.customer)
                self.lines.typed = [TypedLine(line) for line in last.lines]
                codes = [line.item for line in last.lines]
                self.lines.items.update(await self.desk.ask(facts.items_by_code, codes))
                self.lines.check()
        except Problem as error:
            self.say_problem(error)
            return
        said = self.answer_line.text
        self._go_to_line(len(self.lines.typed))
        await self._changed()
        self.say(said)

    def action_explain(self) -> None:
        """F2: the prices beside the list's and those that are agreed already."""
        if self.kind == "delivery":
            self.say(_("a delivery has no price; the order's or the contract's counts"))
            return
        from tui_billing.screens.source_explain import SourceExplainScreen

        typed = self.content.date or self.content.start_date
        day = parse_iso(typed) if typed else self.desk.today
        self.workstation.open(SourceExplainScreen(self.lines, day, self.content.contract))

    # -- saving ----------------------------------------------------------

    def action_save(self) -> None:
        """Take what stands half typed, and ask in one line."""
        self.answer(self._ask())

    async def _ask(self) -> None:
        name = self._focused_name()
        if name == LINE and self._cell is not None:
            if not await self._accept_cell(self._cell):
                return
        elif name == LINE:
            if self._field(LINE).value.strip() or self.grid.at < len(self.lines.typed):
                await self._take_line()
        elif name and await self._accept(name):
            return
        await self._journal()
        problem = self._first_problem()
        if problem is not None:
            self.go_to_place(problem.field)
            self.say_problem(problem)
            return
        values = {"number": self.content.number, "customer": self.content.customer}
        if self._source is not None:
            words = _("change {number} of {customer}", **values)
        else:
            words = {
                "order": _("enter order {number} of {customer}", **values),
                "delivery": _("enter delivery {number} to {customer}", **values),
                "contract": _("enter contract {number} with {customer}", **values),
            }[self.kind]
        self.answer_line.open(f"{_('Enter saves')}: {words} · {self.lines.summary()}", purpose="save")

    def _first_problem(self) -> Problem | None:
        """What keeps it from being entered, in the order of the form."""
        content = self.content
        if not content.customer:
            return Problem("There is no customer; type a code or a name", field="customer")
        for place in self._order():
            if place in content.invalid:
                what = self._field(place).problem or content.invalid[place]
                return Problem("correct first what is marked: {what}", field=place, what=what)
        if not content.number:
            return Problem("the number is missing; type the one that stands on the paper", field="number")
        for number, line in enumerate(self.lines.typed, 1):
            if line.problem is not None:
                return Problem(line.problem.message, field=f"lines.{number}", **line.problem.values)
        if not self.lines.typed:
            return Problem("there is no line; type an item", field="lines")
        try:
            check_together(self.kind, self.lines.known())
        except Problem as error:
            return error
        return None

    @on(IssueLine.Confirmed)
    def _confirmed(self, event: IssueLine.Confirmed) -> None:
        if event.purpose == "save":
            self.answer(self._save())

    @on(IssueLine.Declined)
    def _declined(self) -> None:
        self.say("")

    async def _save(self) -> None:
        content = copy.deepcopy(self.content)
        try:
            if self._source is None:
                await self.desk.do(add_source, content, draft_id=self._draft_id, command_id=self._command_id)
            else:
                await self.desk.do(
                    change_source,
                    self._source,
                    content,
                    version=self._source_version,
                    draft_id=self._draft_id,
                    command_id=self._command_id,
                )
        except Conflict as error:
            self._command_id = new_command_id()
            self.say_problem(error)
            return
        except Problem as error:
            self._command_id = new_command_id()
            self.go_to_place(error.field)
            self.say_problem(error)
            return
        values = {"number": content.number, "customer": content.customer}
        if self._source is not None:
            self.workstation.go_back()
            self.workstation.say_on_screen(_("{number} of {customer} is changed", **values))
            return
        self._empty()
        self.say(_("{number} of {customer} is entered", **values))

    def _empty(self) -> None:
        """An empty form for the next one."""
        self._draft_id, self._version, self._saved_at = None, 0, ""
        self._command_id = new_command_id()
        self._steps.clear()
        for name in self._order():
            self._field(name).show("")
            self._field(name).clear_mark()
        self._begin_empty()
        self.query_one("#customer-card", Caption).say("")
        self._show_rows()
        self._show_sums()
        self._cell = None
        self.grid.place(0)
        self._field("customer").focus()
        self.show_headline()
