"""Invoice entry: header, lines by command line or cell by cell, totals live, issued in the line that Ctrl+S opens.

Every accepted field is in the books before the next key acts; Esc keeps the draft, a dropped line brings the
clerk back to the same field.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from tui_billing.locale import N_, _, translate
from tui_billing.models.queries import facts
from tui_billing.rules.content import LIMITS, Content, LineContent
from tui_billing.rules.dates import format_date, parse_date, parse_iso, weekday_name
from tui_billing.rules.entry import parse_line
from tui_billing.rules.numbers import format_money, format_number, parse_percent, parse_price, parse_quantity
from tui_billing.rules.problem import Conflict, Problem
from tui_billing.rules.terms import describe_terms, due_date, parse_terms
from tui_billing.rules.text import clean
from tui_billing.screens.entry_lines import CELLS, Lines, TypedLine
from tui_billing.screens.frame import BillingScreen
from tui_billing.services import drafts, entry
from tui_billing.services.context import new_command_id
from tui_billing.services.issue import issue_draft
from tui_billing.services.resolve import resolve
from tui_billing.widgets.field import Caption, Field
from tui_billing.widgets.issue_line import IssueLine
from tui_billing.widgets.line_grid import LineGrid
from tui_billing.widgets.lookup import Suggestion, Suggestions
from tui_billing.widgets.paged_table import Column

#: Header fields: name, caption, cells wide; in the order of Tab.
HEADER: tuple[tuple[tuple[str, str, int], ...], ...] = (
    (("purchase_order", N_("Your PO"), 14), ("issue_date", N_("Date"), 11)),
    (("delivery_date", N_("Delivered"), 14), ("due_date", N_("Due"), 11)),
    (("contract", N_("Contract"), 14), ("delivery_note", N_("Deliv.note"), 12)),
)
_DATES = ("issue_date", "delivery_date", "due_date")
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
        elif isinstance(self.screen, InvoiceEntryScreen):
            self.screen.undo_step()


class InvoiceEntryScreen(BillingScreen):
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
        Binding("escape,f3", "keep", N_("keep as draft"), show=False, id="screen.back"),
    ]

    def __init__(self, draft: drafts.Draft | None = None, *, customer: str = "") -> None:
        super().__init__()
        self._draft = draft
        self._start_customer = customer
        self.content = Content()
        self.lines = Lines("en", "EUR")
        self._draft_id: int | None = None
        self._version = 0
        self._command_id = new_command_id()
        self._saved_at = ""
        self._cell: str | None = None  # None: the whole line as a command
        self._reopened = False  # Enter goes into the line that Up has moved to
        self._steps: list[tuple[Content, list[TypedLine]]] = []
        self._seen: tuple[int, int] | None = None
        self._sum_text = ""

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
            self.app.answer(self._load(self._draft))  # type: ignore[attr-defined]
        elif self._start_customer:
            self._field("customer").show(self._start_customer)
            self.app.answer(self._accept("customer"))  # type: ignore[attr-defined]

    def on_screen_resume(self) -> None:
        self.show_headline()

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

    # -- moving ----------------------------------------------------------

    def _order(self) -> list[str]:
        return [
            "customer",
            *(name for pair in HEADER for name, _w, _c in pair),
            LINE,
            *(name for name, _w, _c in FOOTER),
        ]

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
        self.app.answer(self._accept_and_go(name, forward="enter"))  # type: ignore[attr-defined]

    def action_accept_tab(self) -> None:
        self.app.answer(self._accept_and_go(self._focused_name(), forward="tab"))  # type: ignore[attr-defined]

    def action_previous(self) -> None:
        self.app.answer(self._go_previous(self._focused_name()))  # type: ignore[attr-defined]

    async def _accept_and_go(self, name: str, forward: str) -> None:
        if name == LINE:
            await self._accept_line(forward)
            return
        stay = await self._accept(name)
        if stay:
            return
        if name == "customer" and forward == "enter":
            self._go_to_line(len(self.lines.typed))
            return
        order = self._order()
        place = order.index(name)
        following = order[min(place + 1, len(order) - 1)]
        if following == LINE:
            self._go_to_line(len(self.lines.typed))
        elif following == name:
            self.say(_("Ctrl+S issues, Esc keeps the draft"))
        else:
            self._field(following).focus()

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
        if name == LINE:
            if await self._take_line() is None:
                return
        else:
            await self._accept(name)
        order = self._order()
        before = order[max(order.index(name) - 1, 0)]
        if before == LINE:
            self._go_to_line(len(self.lines.typed))
        else:
            self._field(before).focus()

    def _go_to_line(self, index: int, *, reopened: bool = False) -> None:
        """The command line over a row; over the one after the last it is empty."""
        self._cell = None
        self._reopened = reopened
        self.panel.clear()
        self.grid.place(index)
        field = self._field(LINE)
        field.show(self.lines.command(index) if index < len(self.lines.typed) else "")
        field.clear_mark()
        field.focus()
        if reopened:
            field.select_all()

    def _go_to_cell(self, index: int, name: str) -> None:
        self._cell = name
        self._reopened = False
        self.panel.clear()
        self.grid.place(index, CELLS.index(name) + 1)
        field = self._field(LINE)
        field.show(self.lines.cell_text(index, name))
        field.focus()
        field.select_all()

    def action_line_up(self) -> None:
        if self._focused_name() != LINE:
            self.app.answer(self._go_previous(self._focused_name()))  # type: ignore[attr-defined]
        elif self.grid.at > 0:
            self.app.answer(self._leave_line_for(self.grid.at - 1))  # type: ignore[attr-defined]

    def action_line_down(self) -> None:
        name = self._focused_name()
        if self.panel.expected:
            self.action_suggestions()
        elif name != LINE:
            self.app.answer(self._accept_and_go(name, forward="tab"))  # type: ignore[attr-defined]
        elif self.grid.at < len(self.lines.typed):
            self.app.answer(self._leave_line_for(self.grid.at + 1))  # type: ignore[attr-defined]

    async def _leave_line_for(self, index: int) -> None:
        before = len(self.lines.typed)
        if self._cell is not None:
            if not await self._accept_cell(self._cell):
                return
        elif self._field(LINE).value.strip() or self.grid.at < before:
            await self._take_line()
        self._go_to_line(min(index, len(self.lines.typed)), reopened=True)

    # -- accepting -------------------------------------------------------

    async def _accept(self, name: str) -> bool:
        """Take a header or footer field; true where the clerk must stay in it. What is wrong is marked."""
        field = self._field(name)
        text = field.value.strip()
        stay = False
        self._remember()
        try:
            if name == "customer":
                stay = await self._accept_customer(text)
            elif name in _DATES:
                self._accept_date(name, text)
            elif name == "document_discount_percent":
                self._accept_discount(text)
            else:
                value = clean(text, LIMITS[name], name)
                setattr(self.content, name, value)
                self._set_field(name, value)
            self._clear(name)
        except Problem as error:
            self._mark(name, text, error)
        await self._journal()
        self._show_sums()
        return stay

    async def _accept_customer(self, text: str) -> bool:
        self.panel.clear()
        if not text:
            self.content.customer = ""
            self.lines.customer = None
            self.query_one("#customer-card", Caption).say("")
            return False
        found = await self.desk.ask(entry.find_customer, text, self.desk.today)
        if found.customer is None:
            self.content.customer = text.upper()[:40]
            self.lines.customer = None
            if found.others:
                self.panel.typed(self._field("customer"), self._suggest_customers)
                raise _Stay(
                    "{count} customers fit; press Down to choose one", field="customer", count=len(found.others)
                )
            raise Problem("there is no customer {text}; type part of the name", field="customer", text=text[:40])
        self._take_customer(found)
        return False

    def _take_customer(self, found: entry.FoundCustomer) -> None:
        customer = found.customer
        assert customer is not None
        self.content.customer = customer.code
        self.lines.customer = customer
        self.lines.currency = customer.currency
        self.lines.rate = found.rate or Decimal(1)
        self._set_field("customer", customer.code)
        self.query_one("#customer-card", Caption).say(self._card())
        self.lines.check()
        self._show_rows()
        self._show_defaults()

    def _card(self) -> str:
        customer = self.lines.customer
        if customer is None:
            return ""
        desk = self.desk
        parts = [customer.name, customer.city, describe_terms(parse_terms(customer.terms), desk.language)]
        if customer.currency != desk.company.currency:
            parts.append(customer.currency)
        if customer.owed:
            owed = format_money(customer.owed, desk.company.currency, desk.language)
            late = f" ({customer.overdue} {_('overdue')})" if customer.overdue else ""
            parts.append(f"{_('owes')} {owed}{late}")
        if customer.purchase_order_required and not self.content.purchase_order:
            parts.append(_("wants a PO"))
        return " · ".join(part for part in parts if part)

    def _accept_date(self, name: str, text: str) -> None:
        if not text or text == self._default(name):
            setattr(self.content, name, "")
        else:
            reference = self._issue_date() if name == "due_date" else None
            day = parse_date(text, self.desk.language, self.desk.today, reference, name)
            setattr(self.content, name, day.isoformat())
        self._show_defaults()

    def _accept_discount(self, text: str) -> None:
        value = parse_percent(text, self.desk.language, "document_discount_percent") if text else Decimal(0)
        self.lines.discount = value
        self.content.document_discount_percent = format(value, "f") if value else ""

    def _issue_date(self) -> dt.date:
        return parse_iso(self.content.issue_date) if self.content.issue_date else self.desk.today

    def _default(self, name: str) -> str:
        """What a date field shows where nothing was typed."""
        language = self.desk.language
        if name == "issue_date":
            return format_date(self.desk.today, language)
        if name == "due_date" and self.lines.customer is not None:
            return format_date(due_date(self._issue_date(), parse_terms(self.lines.customer.terms)), language)
        return ""

    def _show_defaults(self) -> None:
        """Dates as they stand: typed ones, else what follows from today and the customer's terms."""
        for name in _DATES:
            if name in self.content.invalid:
                continue
            typed = getattr(self.content, name)
            text = format_date(parse_iso(typed), self.desk.language) if typed else self._default(name)
            self._set_field(name, text)
            day = parse_iso(typed) if typed else None
            words = weekday_name(day, self.desk.language) if day else ""
            if not self._field(name).problem:
                self.query_one(f"#{name}-says", Caption).say(words)

    def _set_field(self, name: str, value: str) -> None:
        field = self._field(name)
        if field.value != value:
            field.show(value)

    # -- marks -----------------------------------------------------------

    def _mark(self, name: str, text: str, error: Problem) -> None:
        if not isinstance(error, _Stay):
            self.content.invalid[name] = text[:200]
        sentence = translate(error)
        self._field(name).mark(sentence)
        beside = "customer-card" if name == "customer" else f"{name}-says"
        found = self.query(f"#{beside}")
        if found:
            self.query_one(f"#{beside}", Caption).say(f"! {sentence}", "$status-red")
        else:
            self.say(f"! {sentence}")

    def _clear(self, name: str) -> None:
        self.content.invalid.pop(name, None)
        field = self._field(name)
        if field.problem:
            field.clear_mark()
            if name != "customer":
                self._show_defaults()

    # -- lines -----------------------------------------------------------

    async def _accept_line(self, forward: str) -> None:
        index = self.grid.at
        if self._cell is not None:
            if not await self._accept_cell(self._cell):
                return
            place = CELLS.index(self._cell) + 1
            while place < len(CELLS) and not self.grid.shows(place + 1):
                place += 1
            if place < len(CELLS):
                self._go_to_cell(index, CELLS[place])
            else:
                self._go_to_line(index + 1)
            return
        if not self._field(LINE).value.strip() and index >= len(self.lines.typed):
            self._field(FOOTER[0][0]).focus()  # an empty line ends the lines
            return
        taken = await self._take_line()
        if taken is None:
            return
        if forward == "tab" and taken and not self.lines.typed[index].raw:
            self._go_to_cell(index, "description" if self.grid.shows(2) else "quantity")
        else:
            self._go_to_line(index + 1 if taken else index)

    async def _take_line(self) -> bool | None:
        """Take what stands in the command line; true where a line is there now, false where it went, None to stay."""
        index = self.grid.at
        text = self._field(LINE).value.strip()
        old = self.lines.typed[index] if index < len(self.lines.typed) else None
        if old is not None and text == self.lines.command(index):
            return True
        if not text:
            if old is not None:
                self._remember()
                del self.lines.typed[index]
                await self._changed()
            return False
        self._remember()
        line = await self._read_line(text, old, index)
        if old is None:
            self.lines.typed.append(line)
        else:
            self.lines.typed[index] = line
        await self._changed()
        return True

    async def _read_line(self, text: str, old: TypedLine | None, index: int) -> TypedLine:
        """A command line with its meaning; what cannot be read is kept as it was typed and marked."""
        if text == '"':
            if index == 0:
                return TypedLine(raw=text, problem=Problem("there is no line above to repeat", field="item"))
            return copy.deepcopy(self.lines.typed[index - 1])
        try:
            typed = parse_line(text, self.desk.language)
            content = self.lines.from_entry(typed, old.content if old and not old.raw else None)
            clean(content.description, LIMITS["description"], "description")
            if typed.item:
                item = self.lines.items.get(typed.item.upper())
                if item is None:
                    item, others = await self.desk.ask(entry.find_item, typed.item)
                    if item is None and others:
                        codes = ", ".join(one.code for one in others[:4])
                        raise Problem("several items fit {text}: {codes}", field="item", text=typed.item, codes=codes)
                if item is None:
                    raise Problem(
                        "there is no item {text}; type part of its name, or @ a price and ; a text",
                        field="item",
                        text=typed.item[:40],
                    )
                content.item = item.code
                self.lines.items[item.code] = item
            self.lines.meaning(content, index + 1)
            return TypedLine(content)
        except Problem as error:
            return TypedLine(raw=text[:12_000], problem=error)

    async def _accept_cell(self, name: str) -> bool:
        """Take one cell of a line; false where it is wrong and the clerk stays."""
        index = self.grid.at
        line = self.lines.typed[index]
        text = self._field(LINE).value.strip()
        if text == '"' and index:
            text = self.lines.cell_text(index - 1, name)
        if text == self.lines.cell_text(index, name):
            return True
        changed = copy.deepcopy(line.content)
        language = self.desk.language
        try:
            if name == "item":
                item, _others = await self.desk.ask(entry.find_item, text)
                if item is None:
                    raise Problem("there is no item {text}; type part of its name", field="item", text=text[:40])
                self.lines.items[item.code] = item
                changed.item = item.code
            elif name in ("description", "unit"):
                setattr(changed, name, clean(text, LIMITS[name], name))
            else:
                parse: Any = {
                    "quantity": parse_quantity,
                    "unit_price": parse_price,
                    "discount_percent": parse_percent,
                    "vat_rate": parse_percent,
                }[name]
                setattr(changed, name, format(parse(text, language), "f") if text else "")
                if name == "vat_rate":
                    changed.vat_category = ""
            self.lines.meaning(changed, index + 1)
        except Problem as error:
            self.say_problem(error)
            return False
        self._remember()
        line.content = changed
        line.problem = None
        self.say("")
        await self._changed()
        return True

    async def _changed(self) -> None:
        """A line came, went or changed: show, sum up, and write it into the books."""
        self._show_rows()
        self._show_sums()
        await self._journal()

    def _show_rows(self) -> None:
        self.grid.show(self.lines.rows(translate))

    def action_take_out(self) -> None:
        index = self.grid.at
        if self._focused_name() == LINE and index < len(self.lines.typed):
            self._remember()
            del self.lines.typed[index]
            self._go_to_line(min(index, len(self.lines.typed)))
            self.app.answer(self._changed())  # type: ignore[attr-defined]
        elif self._focused_name() == LINE:
            self._field(LINE).show("")

    def action_open_line(self) -> None:
        """An empty line above: typed as a command, it takes the row's place."""
        if self._focused_name() != LINE or self.grid.at >= len(self.lines.typed):
            return
        self._remember()
        index = self.grid.at
        blank = TypedLine(LineContent(), raw=";", problem=Problem("type the line, or Ctrl+T to take it out"))
        self.lines.typed.insert(index, blank)
        self._show_rows()
        self._go_to_line(index)
        self._field(LINE).show("")

    # -- undo ------------------------------------------------------------

    def _remember(self) -> None:
        self._steps.append((copy.deepcopy(self.content), copy.deepcopy(self.lines.typed)))
        del self._steps[:-100]

    def undo_step(self) -> None:
        """Take the form's last step back: a line, a field, a customer."""
        if not self._steps:
            self.say(_("nothing to undo"))
            return
        self.content, self.lines.typed = self._steps.pop()
        self.app.answer(self._after_undo())  # type: ignore[attr-defined]

    async def _after_undo(self) -> None:
        await self._show_content()
        await self._journal()
        if self._focused_name() == LINE:
            self._go_to_line(len(self.lines.typed))
        self.say(_("taken back"))

    # -- drafts ----------------------------------------------------------

    async def _load(self, draft: drafts.Draft) -> None:
        """Take a draft over and go to the field where it was left."""
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
        if place.startswith("lines."):
            self._go_to_line(min(int(place.partition(".")[2]) - 1, len(self.lines.typed)))
            field = self._field(LINE)
        else:
            field = self._field(place if place in self._order() else "customer")
            field.focus()
        if typed:
            field.value = typed
            self.call_after_refresh(lambda: setattr(field, "cursor_position", len(field.value)))
        self.say(_("draft {id} is open again where you left it", id=draft.id))

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
        name = self._focused_name() or "customer"
        content.focus = f"lines.{self.grid.at + 1}" if name == LINE else name
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
            self._saved_at = dt.datetime.now().strftime("%H:%M:%S")  # noqa: DTZ005 (the clerk's wall clock)
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
        await self._journal(typed=field.value if isinstance(field, EntryField) else "")

    def action_keep(self) -> None:
        """Esc: keep what was typed as a draft, and go back."""
        self.app.answer(self._keep())  # type: ignore[attr-defined]

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

    # -- issue -----------------------------------------------------------

    def action_issue(self) -> None:
        """Take what stands half typed, check the whole, and ask in one line."""
        self.app.answer(self._ask_to_issue())  # type: ignore[attr-defined]

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
        known = await self.desk.ask(resolve, self.content, self.desk.today)
        stops = known.blocking()
        if stops:
            self._go_to_place(stops[0].field)
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

    def _go_to_place(self, place: str) -> None:
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
        self.app.answer(self._issue())  # type: ignore[attr-defined]

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
            self._go_to_place(error.field)
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
        if field.id == "customer":
            self.panel.typed(field, self._suggest_customers)
        elif field.id == LINE and self._cell in (None, "item"):
            self.panel.typed(field, self._suggest_items)

    async def _suggest_customers(self, text: str) -> list[Suggestion]:
        found = await self.desk.ask(facts.find_customers, text)
        return [self._customer_suggestion(customer) for customer in found]

    @staticmethod
    def _customer_suggestion(customer: Any) -> Suggestion:
        return Suggestion(customer.code, f"{customer.code:<12} {customer.name} · {customer.city}")

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
            self.app.answer(self._accept_and_go("customer", forward="enter"))  # type: ignore[attr-defined]
        else:
            field.value = event.value + " "
            field.cursor_position = len(field.value)

    def _show_sums(self, half: str = "") -> None:
        """The totals line, with a half-typed line that can already be read."""
        extra = None
        if half:
            try:
                extra = self.lines.from_entry(parse_line(half, self.desk.language))
                if extra.item and extra.item not in self.lines.items:
                    extra = None
            except Problem:
                extra = None
        totals = self.lines.totals(extra, instead=self.grid.at if extra else None)
        language, currency = self.desk.language, self.lines.currency
        if totals is None:
            text = ""
        else:
            money = lambda minor: format_money(minor, currency, language)  # noqa: E731
            parts = [f"{_('net')} {money(totals.net)}"]
            if totals.allowances_total:
                parts.insert(0, f"{_('discount')} -{money(totals.allowances_total)}")
            for group in totals.vat:
                name = (
                    f"{format_number(group.vat.rate, language)} %" if group.vat.category == "S" else group.vat.category
                )
                parts.append(f"{_('vat')} {name} {money(group.tax)}")
            parts.append(f"{_('total')} {money(totals.gross)} {currency}")
            text = "   ".join(parts)
        if text != self._sum_text:
            self._sum_text = text
            self.query_one("#sums", Caption).say(text, "bold")

    def action_repeat(self) -> None:
        """F9: the customer's last invoice as a start."""
        self.app.answer(self._repeat())  # type: ignore[attr-defined]

    async def _repeat(self) -> None:
        if self._focused_name() == "customer" and await self._accept("customer"):
            return
        customer = self.lines.customer
        if customer is None:
            self.say(_("type the customer first; F9 then brings the last invoice"))
            return
        lines = await self.desk.ask(entry.last_lines, customer.id)
        if not lines:
            self.say(_("nothing was billed to {customer} yet", customer=customer.code))
            return
        self._remember()
        self.lines.typed = [TypedLine(line) for line in lines]
        self.lines.items.update(await self.desk.ask(facts.items_by_code, [line.item for line in lines]))
        self.lines.check()
        self._go_to_line(len(self.lines.typed))
        await self._changed()

    def action_explain(self) -> None:
        """F2: how the totals come to be."""
        self.workstation.explain_entry(self.lines)


class _Stay(Problem):
    """Several things fit: the clerk stays in the field to choose."""
