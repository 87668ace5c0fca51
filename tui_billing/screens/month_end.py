"""Month end: the month's proof in figures, each difference on a line of its own, and the month's end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui_billing.documents.proof_words import WORDS, missing
from tui_billing.locale import N_, _, language_in_use
from tui_billing.rules.dates import add_months, month_name
from tui_billing.rules.problem import Problem
from tui_billing.rules.proof import INVESTIGATED, Bank, Item, Ledger, Proof, month_of
from tui_billing.screens.amounts import money, short_day, short_iso
from tui_billing.screens.frame import BillingScreen
from tui_billing.services.clerk import new_command_id
from tui_billing.services.periods import close_period, list_periods
from tui_billing.services.proof import prove
from tui_billing.services.proof_printing import print_proof
from tui_billing.widgets.cells import Cell, padded, use_ascii
from tui_billing.widgets.issue_line import IssueLine
from tui_billing.widgets.paged_table import Column, Page, PagedTable, PageRequest, Row
from tui_billing.widgets.reader import Line, Piece, Reader, wrapped

_CAPTION = 44
#: In a narrow screen a ledger's name takes so many cells, so that its three figures stand whole.
_LEDGER, _LEDGER_NARROW = 32, 20


class MonthEndScreen(BillingScreen):
    """The last month that is over at first; Left and Right go to others."""

    AUTO_FOCUS = "#differences"
    KEY_ROWS = 2
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "month(-1)", N_("month before"), show=False, id="month.before"),
        Binding("right", "month(1)", N_("month after"), show=False, id="month.after"),
        Binding("i", "investigate", N_("investigation"), show=False, id="investigation.open"),
        Binding("o", "print", N_("PDF"), show=False, id="document.open"),
        Binding("ctrl+s,f10", "close_month", N_("close the month"), show=False, id="record.save"),
        Binding("v", "investigations", N_("all investigations"), show=False, id="investigation.list"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.month = ""
        self.proof: Proof | None = None
        self.closed_on = ""
        self._rows: list[Row] = []
        self._items: dict[int, tuple[Item, Bank]] = {}
        self._command_id = new_command_id()

    # -- parts -----------------------------------------------------------

    def title_words(self) -> str:
        if not self.month:
            return _("MONTH END")
        name = month_name(int(self.month[5:]), language_in_use())
        return f"{_('MONTH END')}  {name} {self.month[:4]}"

    def body(self) -> ComposeResult:
        yield Reader(id="figures", focusable=False)
        yield PagedTable(
            [
                Column(_("difference"), 31, flex=1),
                Column(_("date"), 8, priority=2),
                Column(_("who and what"), 16, flex=3),
                Column(_("amount"), 13, align="right"),
                Column("", 6, priority=1),
            ],
            self._fetch,
            empty=_("no difference"),
            id="differences",
        )

    async def _fetch(self, request: PageRequest) -> Page:
        whole = request.direction in ("first", "last", "around")
        return Page(self._rows if whole else ())

    def keys(self) -> Sequence[tuple[str, str]]:
        return [
            ("← →", _("month")),
            ("Enter", _("open it")),
            ("i", _("investigation")),
            ("v", _("all investigations")),
            ("o", _("PDF")),
            ("^S", _("close the month")),
            ("Esc", _("back")),
        ]

    # -- data ------------------------------------------------------------

    def reload(self) -> None:
        if not self.month:
            before = self.desk.today.replace(day=1) - dt.timedelta(1)
            self.month = f"{before:%Y-%m}"
        if self.proof is None:
            self.workstation.answer(self._read(), name="proof")
        else:
            self.run_worker(self._read(), group="proof", exclusive=True)

    async def _read(self) -> None:
        month = self.month
        try:
            proof = await self.desk.ask(prove, month)
            periods = await self.desk.ask(list_periods)
        except Problem as error:
            self.say_problem(error)
            return
        if month != self.month:
            return
        self.proof = proof
        self.closed_on = next((each["closed_on"] or "" for each in periods if each["month"] == month), "")
        self.show_headline()
        self._lay_out()

    def action_month(self, step: int) -> None:
        day = add_months(month_of(self.month)[1].replace(day=1), step)
        self.month, self.proof = f"{day:%Y-%m}", None
        self._command_id = new_command_id()
        self.say("")
        self.show_headline()
        self.workstation.answer(self._read(), name="proof")

    def on_resize(self) -> None:
        if self.proof is not None:
            self._lay_out()

    def _lay_out(self) -> None:
        assert self.proof is not None
        lines = self._figures(self.proof)
        reader = self.query_one("#figures", Reader)
        reader.styles.height = min(len(lines), max(6, self.size.height - 9))
        reader.show(lines)
        self._items = {}
        self._rows = []
        for bank in self.proof.banks:
            for group in bank.groups:
                for item in group.items:
                    key = len(self._rows)
                    self._items[key] = (item, bank)
                    self._rows.append(Row((key,), (group.kind, item), self._cells(item, bank)))
        table = self.query_one("#differences", PagedTable)
        if table.loaded:
            table.refresh_rows()
        else:
            table.show()

    def _cells(self, item: Item, bank: Bank) -> tuple[str | Cell, ...]:
        text = " · ".join(part for part in (item.who, item.text) if part)
        sign = "!" if use_ascii() else "⚑"
        state: str | Cell = ""
        if item.investigation and item.status == "open":
            state = Cell(f"{sign} {item.investigation}", "yellow")
        elif item.investigation:
            state = Cell("=" if use_ascii() else "✔", "dim")
        return (
            _(WORDS[item.kind]),
            short_day(dt.date.fromisoformat(item.date)) if item.date else "",
            text,
            money(item.amount, bank.currency),
            state,
        )

    def _figures(self, proof: Proof) -> list[Line]:
        lines: list[Line] = [self._verdict(proof)]
        for each in missing(proof):
            values = {name: short_iso(value) if name == "date" else value for name, value in each.values.items()}
            told = wrapped(_(each.message, **values), max(20, self.size.width - 4))
            lines += [[(f" {' ' if place else '!'} {text}", "red")] for place, text in enumerate(told)]
        lines += self._ledger(_("receivables"), proof.receivables, proof.currency)
        lines += self._ledger(_("money on account"), proof.on_account, proof.currency)
        for bank in proof.banks:
            lines += self._bank(bank)
        return lines

    def _verdict(self, proof: Proof) -> Line:
        good, bad = ("=", "*") if use_ascii() else ("✔", "●")
        pieces: list[Piece] = [
            (f" {good} " + _("{month} is proved", month=self.month), "green")
            if proof.proved
            else (f" {bad} " + _("{month} is not proved", month=self.month), "red")
        ]
        if self.closed_on:
            day = short_day(dt.date.fromisoformat(self.closed_on))
            pieces.append(("   " + _("closed on {date}", date=day), "dim"))
        return pieces

    def _ledger(self, name: str, ledger: Ledger, currency: str) -> list[Line]:
        same = ledger.agrees
        words = _("journal = customers = open items") if same else _("journal, customers, open items differ")
        figures = [ledger.journal] if same else [ledger.journal, ledger.by_customer, ledger.open_items]
        room = _LEDGER if self.size.width >= 100 else _LEDGER_NARROW
        lines: list[Line] = [
            [
                (f" {ledger.account} " + padded(name, room) + " ", "bold"),
                ("  ".join(money(each, currency, code=True) for each in figures), "" if same else "red"),
                ("  " + words, "green" if same else "red"),
            ]
        ]
        for code, booked, opened in ledger.differing[:5]:
            text = f"{padded(code, _CAPTION - 3)} {money(booked, currency)} / {money(opened, currency)}"
            lines.append([("   ! " + text, "red")])
        return lines

    def _bank(self, bank: Bank) -> list[Line]:
        def row(caption: str, minor: int, colour: str = "") -> Line:
            return [(" " + padded(caption, _CAPTION), "dim"), (f"{money(minor, bank.currency, code=True):>20}", colour)]

        lines: list[Line] = [[(f" {bank.account} {bank.names}", "bold")]]
        if bank.statement is None:
            return [*lines, row(_("account in the books"), bank.books)]
        until = short_day(dt.date.fromisoformat(bank.until))
        lines.append(row(_("statement of {date}", date=until), bank.statement))
        lines.append(row(_("account in the books"), bank.books))
        for group in bank.groups:
            label = "  " + _(WORDS[group.kind]) + (f" ({group.count})" if group.count > 1 else "")
            lines.append(row(label if group.counts else "!" + label[1:], group.total, "" if group.counts else "yellow"))
        lines.append(row(_("not explained"), bank.rest, "red" if bank.rest else "green"))
        return lines

    # -- keys ------------------------------------------------------------

    @property
    def item(self) -> tuple[Item, Bank] | None:
        """The difference under the cursor, with its bank."""
        row = self.query_one("#differences", PagedTable).row
        return self._items.get(row.key[0]) if row is not None else None

    @on(PagedTable.Opened, "#differences")
    def _opened(self) -> None:
        self.action_investigate()

    def action_investigate(self) -> None:
        """The investigation of the difference under the cursor, or the form that opens one."""
        if self.item is None:
            self.say(_("there is no difference to look into"))
            return
        item, bank = self.item
        if item.investigation:
            from tui_billing.screens.investigation import InvestigationScreen

            self.workstation.open(InvestigationScreen(item.investigation))
        elif item.kind in INVESTIGATED:
            from tui_billing.screens.investigation import InvestigationEntryScreen

            self.workstation.open(InvestigationEntryScreen(item, self.month, bank.currency))
        else:
            self.say(_("this needs no investigation: it is explained by itself"))

    def action_investigations(self) -> None:
        from tui_billing.screens.investigations import InvestigationsScreen

        self.workstation.open(InvestigationsScreen())

    def action_print(self) -> None:
        if self.proof is not None:
            self.workstation.answer(self._print(self.proof), name="proof")

    async def _print(self, proof: Proof) -> None:
        try:
            path = await self.desk.do(print_proof, proof, language=self.desk.language)
        except Problem as error:
            self.say_problem(error)
            return
        self.say(_("written: {path}", path=path))

    def action_close_month(self) -> None:
        """Ask in one line; what stands in the way is said at once."""
        if self.proof is None:
            return
        if self.closed_on:
            self.say(_("{month} is closed already", month=self.month))
        elif found := missing(self.proof):
            self.say("! " + _(found[0].message, **found[0].values))
        else:
            self.answer_line.open(
                _("close {month}: nothing is posted into it afterwards; Enter closes it", month=self.month),
                purpose="close",
            )

    def on_issue_line_confirmed(self, event: IssueLine.Confirmed) -> None:
        if event.purpose == "close":
            self.workstation.answer(self._close_month(), name="close")

    async def _close_month(self) -> None:
        try:
            await self.desk.do(close_period, self.month, command_id=self._command_id)
        except Problem as error:
            self._command_id = new_command_id()
            self.say_problem(error)
            return
        await self._read()
        self.say(_("{month} is closed", month=self.month))
