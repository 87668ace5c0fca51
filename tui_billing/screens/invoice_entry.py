"""Invoice entry: header, lines by command line or cell by cell, totals live, issued in the line that Ctrl+S opens.

Every accepted field is in the books before the next key acts; Esc keeps the draft, a dropped line brings the
clerk back to the same field.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from tui_billing.locale import N_, _
from tui_billing.models.queries import facts
from tui_billing.rules.content import LIMITS, Content
from tui_billing.rules.dates import format_date, parse_iso
from tui_billing.rules.entry import parse_line
from tui_billing.rules.match_facts import AgreedPrice
from tui_billing.rules.money import convert
from tui_billing.rules.numbers import format_money, format_number, parse_percent
from tui_billing.rules.problem import Problem
from tui_billing.rules.terms import due_date, parse_terms
from tui_billing.screens.entry_form import LINE, EntryField
from tui_billing.screens.entry_lines import Lines, TypedLine
from tui_billing.screens.entry_moves import EntryScreen
from tui_billing.services import drafts, entry
from tui_billing.services.check_rules import strike
from tui_billing.services.context import new_command_id
from tui_billing.services.foreseen import look_ahead
from tui_billing.services.issue import issue_draft
from tui_billing.widgets.field import Caption
from tui_billing.widgets.issue_line import IssueLine
from tui_billing.widgets.line_grid import LineGrid
from tui_billing.widgets.lookup import Suggestions
from tui_billing.widgets.paged_table import Column


class InvoiceEntryScreen(EntryScreen):
    """The form of one invoice; after an issue an empty one is ready for the next."""

    AUTO_FOCUS = "#customer"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f10", "issue", N_("issue"), show=False, id="record.save"),
        Binding("f9", "repeat", N_("last invoice"), show=False, id="field.repeat"),
        Binding("f2", "explain", N_("explain"), show=False, id="explain"),
        Binding("f8", "preview", N_("view the page"), show=False, id="document.preview"),
        Binding("f7", "checklist", N_("checklist"), show=False, id="check.list"),
    ]

    HEADER = (
        (("purchase_order", N_("Your PO"), 14), ("issue_date", N_("Date"), 11)),
        (("delivery_date", N_("Delivered"), 14), ("due_date", N_("Due"), 11)),
        (("contract", N_("Contract"), 14), ("delivery_note", N_("Deliv.note"), 12)),
    )
    FOOTER = (("document_discount_percent", N_("Discount %"), 7), ("note", N_("Note"), 40))
    DATES = ("issue_date", "delivery_date", "due_date")
    LIMITS = LIMITS

    content: Content
    lines: Lines

    def __init__(self, draft: drafts.Draft | None = None, *, customer: str = "") -> None:
        super().__init__()
        self._draft = draft
        self._start_customer = customer
        self._command_id = new_command_id()
        self._seen: tuple[int, int] | None = None

    # -- parts -----------------------------------------------------------

    def empty_content(self) -> Content:
        return Content()

    def empty_lines(self) -> Lines:
        return Lines("en", "EUR")

    def columns(self) -> list[Column]:
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

    def body(self) -> ComposeResult:
        with Vertical(id="entry-head"):
            with Horizontal(classes="line"):
                yield Caption(_("Customer"))
                yield EntryField(width=12, id="customer")
                yield Caption("", id="customer-card")
            for pair in self.HEADER:
                with Horizontal(classes="line"):
                    for name, words, width in pair:
                        yield Caption(_(words))
                        yield EntryField(width=width, id=name)
                        yield Caption("", id=f"{name}-says", classes="says")
        yield LineGrid(self.columns(), EntryField(id=LINE), id="grid")
        with Horizontal(classes="line", id="entry-foot"):
            for name, words, width in self.FOOTER:
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
            self.answer(self._accept_and_go("customer", forward="enter"))

    def on_screen_resume(self) -> None:
        self.show_headline()

    # -- fields ----------------------------------------------------------

    async def _accept(self, name: str) -> bool:
        stay = await super()._accept(name)
        if name in ("customer", "issue_date", "contract") and await self._know_agreed():
            await self._changed()
        return stay

    async def _know_agreed(self) -> bool:
        """Ask what contracts say of the customer's items on the day; whether that changes a line."""
        customer, before = self.lines.customer, self.lines.agreed
        self.lines.agreed = {}
        if customer is not None:
            self.lines.agreed = await self.desk.ask(
                entry.agreed_prices, customer.id, self._issue_date(), self.lines.currency, self.content.contract
            )
        return bool(self.lines.typed) and self.lines.agreed != before

    async def _show_content(self) -> None:
        await super()._show_content()
        if await self._know_agreed():
            self.lines.check()
            self._show_rows()
            self._show_sums()

    async def _accept_line(self, forward: str) -> None:
        index = self.grid.at
        await super()._accept_line(forward)
        price = self.lines.taken_price(index) if index < len(self.lines.typed) else None
        if price is not None and not self.answer_line.text:
            self.say(self._origin(price))

    def _origin(self, price: AgreedPrice) -> str:
        """Where a price comes from that nobody has typed."""
        parts = [_("{item}: the price of contract {number}", item=price.item, number=price.contract)]
        if price.factor != 1:
            parts.append(_("indexed × {factor}", factor=format_number(price.factor, self.desk.language)))
        if price.ceiling:
            left = format_number(max(price.ceiling - price.billed, Decimal(0)), self.desk.language)
            parts.append(_("{left} left under its ceiling", left=left))
        return "§ " + ", ".join(parts)

    async def _accept_other(self, name: str, text: str) -> None:
        if name == "document_discount_percent":
            typed = text.removeprefix("-")  # a discount of a line is typed with its minus
            value = parse_percent(typed, self.desk.language, name) if typed else Decimal(0)
            self.lines.discount = value
            self.content.document_discount_percent = format(value, "f") if value else ""
        else:
            await super()._accept_other(name, text)

    def _shown(self, name: str) -> str:
        if name != "document_discount_percent":
            return super()._shown(name)
        self.lines.discount = Decimal(self.content.document_discount_percent or 0)
        return format_number(self.lines.discount, self.desk.language) if self.lines.discount else ""

    def _issue_date(self) -> dt.date:
        return parse_iso(self.content.issue_date) if self.content.issue_date else self.desk.today

    def _reference(self, name: str) -> dt.date | None:
        return self._issue_date() if name == "due_date" else None

    def _default(self, name: str) -> str:
        language = self.desk.language
        if name == "issue_date":
            return format_date(self.desk.today, language)
        if name == "due_date" and self.lines.customer is not None:
            return format_date(due_date(self._issue_date(), parse_terms(self.lines.customer.terms)), language)
        return ""

    # -- the draft -------------------------------------------------------

    async def take_draft(self, draft: drafts.Draft) -> drafts.Draft:
        return await self.desk.do(drafts.take_draft, draft.id)

    async def discard_draft(self, draft_id: int) -> None:
        await self.desk.do(drafts.discard_draft, draft_id)

    async def write_draft(self, *, hold: bool) -> tuple[int, int]:
        customer = self.lines.customer
        totals = self.lines.totals()
        gross = totals.gross if totals else 0
        return await self.desk.do(
            drafts.save_draft,
            self.content,
            draft_id=self._draft_id,
            version=self._version,
            gross=gross,
            gross_base=self._in_base(gross),
            customer_id=customer.id if customer else None,
            buyer_name=customer.name if customer else "",
            currency=self.lines.currency,
            hold=hold,
        )

    def _in_base(self, minor: int) -> int:
        base = self.desk.company.currency
        return minor if self.lines.currency == base else convert(minor, self.lines.currency, base, self.lines.rate)

    # -- totals, and the last invoice as a start ---------------------------

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
        self.answer(self._repeat())

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
        known = await self.desk.ask(look_ahead, self.content, self.desk.today, self._draft_id)
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

    # -- the list of findings ---------------------------------------------

    def action_checklist(self) -> None:
        """F7, also from the line that asks: every finding, and the lines beside their sources."""
        self.answer(self._show_checklist())

    async def _show_checklist(self) -> None:
        from tui_billing.screens.checklist import ChecklistScreen

        self.lines.fill(self.content)
        known = await self.desk.ask(look_ahead, self.content, self.desk.today, self._draft_id)
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
