"""Invoice entry: header, lines by command line or cell by cell, totals live, issued in the line that Ctrl+S opens.

Every accepted field is in the books before the next key acts; Esc keeps the draft, a dropped line brings the
clerk back to the same field.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from tui_billing.locale import N_, _
from tui_billing.models.queries import facts
from tui_billing.rules.content import Content
from tui_billing.rules.dates import format_date
from tui_billing.rules.numbers import format_money, format_number
from tui_billing.rules.problem import Problem
from tui_billing.screens.entry_draft import DraftPart
from tui_billing.screens.entry_form import FOOTER, HEADER, LINE, EntryField, columns
from tui_billing.screens.entry_lines import CELLS, Lines
from tui_billing.services import drafts
from tui_billing.services.check_rules import strike
from tui_billing.services.context import new_command_id
from tui_billing.services.foreseen import look_ahead
from tui_billing.services.issue import issue_draft
from tui_billing.widgets.field import Caption
from tui_billing.widgets.issue_line import IssueLine
from tui_billing.widgets.line_grid import LineGrid
from tui_billing.widgets.lookup import Suggestion, Suggestions


class InvoiceEntryScreen(DraftPart):
    """The form of one invoice; after an issue an empty one is ready for the next."""

    AUTO_FOCUS = "#customer"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", N_("next"), show=False, priority=True, id="field.next"),
        Binding("tab", "accept_tab", N_("next field"), show=False, priority=True, id="field.tab"),
        Binding("shift+tab", "previous", N_("previous field"), show=False, priority=True, id="field.prev"),
        Binding("up", "line_up", N_("line above"), show=False, priority=True, id="line.up"),
        Binding("down", "line_down", N_("line below, suggestions"), show=False, priority=True, id="line.down"),
        Binding("ctrl+s,f10", "issue", N_("issue"), show=False, id="record.save"),
        Binding("ctrl+t", "take_out", N_("take the line out"), show=False, id="line.take_out"),
        Binding("ctrl+o", "open_line", N_("line above"), show=False, id="line.open"),
        Binding("f4,ctrl+l", "suggestions", N_("suggestions"), show=False, id="field.lookup"),
        Binding("f9", "repeat", N_("last invoice"), show=False, id="field.repeat"),
        Binding("f2", "explain", N_("explain"), show=False, id="explain"),
        Binding("f8", "preview", N_("view the page"), show=False, id="document.preview"),
        Binding("f7", "checklist", N_("checklist"), show=False, id="check.list"),
        Binding("escape,f3", "keep", N_("keep as draft"), show=False, id="screen.back"),
    ]

    def __init__(self, draft: drafts.Draft | None = None, *, customer: str = "") -> None:
        super().__init__()
        self._draft = draft
        self._start_customer = customer
        self._command_id = new_command_id()
        self._seen: tuple[int, int] | None = None

    # -- parts -----------------------------------------------------------

    def body(self) -> ComposeResult:
        with Vertical(id="entry-head"):
            with Horizontal(classes="line"):
                yield Caption(_("Customer"))
                yield EntryField(width=12, id="customer")
                yield Caption("", id="customer-card")
            for pair in HEADER:
                with Horizontal(classes="line"):
                    for name, words, width in pair:
                        yield Caption(_(words))
                        yield EntryField(width=width, id=name)
                        yield Caption("", id=f"{name}-says", classes="says")
        yield LineGrid(columns(), EntryField(id=LINE), id="grid")
        with Horizontal(classes="line", id="entry-foot"):
            for name, words, width in FOOTER:
                yield Caption(_(words))
                yield EntryField(width=width, id=name)
        yield Caption("", id="sums")
        yield Suggestions(id="suggestions")

    def keys(self) -> Sequence[tuple[str, str]]:
        return [
            ("Enter", _("next line")),
            (_("Enter on empty line"), _("done")),
            ("^S", _("issue")),
            ("Esc", _("keep as draft")),
            ("F7", _("checklist")),
            ("F8", _("view")),
            ("F2", _("explain")),
            ("F9", _("last invoice")),
            ("^T", _("take line out")),
            ("F4", _("look up")),
        ]

    def title_words(self) -> str:
        state = _("DRAFT {id}", id=self._draft_id) if self._draft_id else _("NEW INVOICE")
        return state + (f"  {_('saved')} {self._saved_at}" if self._saved_at else "")

    def on_mount(self) -> None:
        super().on_mount()
        desk = self.desk
        self.lines = Lines(desk.language, desk.company.currency, prices_include_vat=desk.company.prices_include_vat)
        self._show_defaults()
        if self._draft is not None:
            self.answer(self._load(self._draft))
        elif self._start_customer:
            self._field("customer").show(self._start_customer)
            self.answer(self._accept("customer"))

    def on_screen_resume(self) -> None:
        self.show_headline()

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
        order = self._order()
        following = order[min(order.index(name) + 1, len(order) - 1)]
        if name == "customer" and forward == "enter":
            following = LINE
        with self._bound(self._place_of(following)):
            stay = await self._accept(name)
        if stay:
            return
        if following == LINE:
            self._go_to_line(len(self.lines.typed))
        elif following == name:
            self.say(_("Ctrl+S issues, Esc keeps the draft"))
        else:
            self._field(following).focus()

    def _place_of(self, name: str) -> str:
        """A field as a draft remembers it; of the lines, the one after the last."""
        return f"lines.{len(self.lines.typed) + 1}" if name == LINE else name

    async def _go_previous(self, name: str) -> None:
        if name == LINE and self._cell is not None:
            index = self.grid.at
            if not await self._accept_cell(self._cell):
                return
            place = CELLS.index(self._cell)
            if place:
                self._go_to_cell(index, CELLS[place - 1])
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

    # -- accepting -------------------------------------------------------

    # -- marks -----------------------------------------------------------

    # -- lines -----------------------------------------------------------

    # -- undo ------------------------------------------------------------

    # -- drafts ----------------------------------------------------------

    # -- issue -----------------------------------------------------------

    def action_issue(self) -> None:
        """Take what stands half typed, check the whole, and ask in one line."""
        self.answer(self._ask_to_issue())

    async def _ask_to_issue(self) -> None:
        name = self._focused_name()
        if name == LINE and self._cell is not None:
            if not await self._accept_cell(self._cell):
                return
        elif name == LINE:
            if self._field(LINE).value.strip() or self.grid.at < len(self.lines.typed):
                await self._take_line()
        elif name and await self._accept(name):
            return
        self.lines.fill(self.content)
        await self._journal()
        known = await self.desk.ask(look_ahead, self.content, self.desk.today)
        stops = known.blocking()
        if stops:
            if known.struck and self._draft_id is not None:
                await self.desk.do(strike, self._draft_id, known.struck)
            self.go_to_place(stops[0].field)
            self.say_problem(stops[0])
            return
        assert known.totals is not None and known.due_date is not None
        language = self.desk.language
        self._seen = (known.totals.gross, self._version)
        words = [
            _("issue to {customer}", customer=self.content.customer),
            _("{count} lines", count=len(known.lines)),
            format_money(known.totals.gross, known.currency, language, code=True),
            _("due {date}", date=format_date(known.due_date, language)),
        ]
        warnings = [_(finding.message, **finding.values) for finding in known.warnings()]
        text = " · ".join(words) + "  " + (" ! " + "; ".join(warnings) if warnings else "✓")
        self.answer_line.open(f"{_('Enter issues')}: {text}", warning=bool(warnings), purpose="issue")

    def go_to_place(self, place: str) -> None:
        """Put the cursor into the field that a finding names."""
        name, _dot, rest = place.partition(".")
        if name == "lines":
            number = rest.partition(".")[0]
            at = int(number) - 1 if number.isdigit() else len(self.lines.typed)
            self._go_to_line(min(at, len(self.lines.typed)))
        elif name in self._order():
            self._field(name).focus()

    @on(IssueLine.Confirmed)
    def _confirmed(self) -> None:
        self.answer(self._issue())

    @on(IssueLine.Declined)
    def _declined(self) -> None:
        self.say("")

    async def _issue(self) -> None:
        if self._seen is None or self._draft_id is None:
            return
        gross, version = self._seen
        try:
            issued = await self.desk.do(
                issue_draft, self._draft_id, seen_gross=gross, seen_version=version, command_id=self._command_id
            )
        except Problem as error:
            self.go_to_place(error.field)
            self.say_problem(error)
            return
        amount = format_money(gross, self.lines.currency, self.desk.language, code=True)
        self.workstation.render_document(issued["id"], issued["number"])
        self._empty()
        self.say(_("{number} is issued: {amount}", number=issued["number"], amount=amount))

    def _empty(self) -> None:
        """An empty form for the next invoice."""
        desk = self.desk
        self.content = Content()
        self.lines = Lines(desk.language, desk.company.currency, prices_include_vat=desk.company.prices_include_vat)
        self._draft_id, self._version, self._saved_at, self._seen = None, 0, "", None
        self._command_id = new_command_id()
        self._steps.clear()
        for name in self._order():
            self._field(name).show("")
            self._field(name).clear_mark()
        self.query_one("#customer-card", Caption).say("")
        self._show_defaults()
        self._show_rows()
        self._show_sums()
        self._cell = None
        self.grid.place(0)
        self._field("customer").focus()
        self.show_headline()

    # -- while typing ----------------------------------------------------

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        """Suggestions and totals follow when typing pauses; a key itself paints its own field alone."""
        field = event.input
        if not isinstance(field, EntryField) or field is not self.focused or not field.value:
            return
        if field.id == "customer" and field.value != self.content.customer:
            self.panel.typed(field, self._suggest_customers)
        elif field.id == LINE and self._cell in (None, "item") and field.value != self._shown_line():
            self.panel.typed(field, self._suggest_items)

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
        if isinstance(field, EntryField) and field.id == "customer":
            self.panel.enter(field, self._suggest_customers)
        elif isinstance(field, EntryField) and field.id == LINE:
            self.panel.enter(field, self._suggest_items)

    @on(Suggestions.Picked)
    def _picked(self, event: Suggestions.Picked) -> None:
        field = event.field
        if not isinstance(field, EntryField):
            return
        if field.id == "customer":
            field.value = event.value
            self.answer(self._accept_and_go("customer", forward="enter"))
        else:
            field.value = event.value + " "
            field.cursor_position = len(field.value)

    def action_checklist(self) -> None:
        """F7, also from the line that asks: every finding, and the lines beside their sources."""
        self.answer(self._show_checklist())

    async def _show_checklist(self) -> None:
        from tui_billing.screens.checklist import ChecklistScreen

        self.lines.fill(self.content)
        known = await self.desk.ask(look_ahead, self.content, self.desk.today)
        self.workstation.open(ChecklistScreen(self, known))

    def action_preview(self) -> None:
        """F8: what is typed, as it would be printed."""
        self.answer(self._show_preview())

    async def _show_preview(self) -> None:
        from tui_billing.screens.preview import PreviewScreen
        from tui_billing.services.previews import draft_of

        self.lines.fill(self.content)
        self.workstation.open(PreviewScreen(draft_of, self.content, self.desk.today, title=_("DRAFT")))

    async def keep_override(self) -> None:
        """Write the draft with the reason that a supervisor gave."""
        await self._journal()

    def action_explain(self) -> None:
        """F2: how the totals come to be."""
        self.workstation.explain_entry(self.lines)
