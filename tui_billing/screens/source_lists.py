"""Customers' orders, delivery notes and contracts: how far each is billed; entered, changed, closed, billed from here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from tui_billing.locale import N_, _
from tui_billing.models.queries import source_list
from tui_billing.models.queries.source_list import SourceRow, Wanted
from tui_billing.rules.problem import Problem
from tui_billing.rules.source_state import SourceState
from tui_billing.rules.text import fold
from tui_billing.screens.amounts import money, number, short_day
from tui_billing.screens.list_screen import Listed, ListScreen
from tui_billing.screens.source_deeds import SourceDeeds
from tui_billing.services.source_drafts import load_source_draft
from tui_billing.widgets.cells import Cell, use_ascii
from tui_billing.widgets.paged_table import Column, PageRequest

#: State -> (sign, plain sign, word, colour).
STATES: dict[SourceState, tuple[str, str, str, str]] = {
    SourceState.DRAFT: ("◌", ".", N_("draft"), "dim"),
    SourceState.OPEN: ("○", "o", N_("open"), "blue"),
    SourceState.TO_BILL: ("◔", "!", N_("to bill"), "yellow"),
    SourceState.PART_BILLED: ("◑", "%", N_("part billed"), "cyan"),
    SourceState.BILLED: ("✔", "=", N_("billed"), "green"),
    SourceState.OVER: ("●", "*", N_("over"), "red"),
    SourceState.ENDED: ("◇", "-", N_("ended"), "dim"),
    SourceState.CLOSED: ("✕", "x", N_("closed"), "dim"),
    SourceState.CANCELLED: ("✕", "x", N_("cancelled"), "dim"),
}
#: What `s` goes through, by kind.
CYCLES = {
    "order": ("", "to_bill", "open", "part_billed", "billed", "over", "closed", "cancelled"),
    "delivery": ("", "open", "part_billed", "billed", "over", "closed", "cancelled"),
    "contract": ("", "open", "part_billed", "billed", "over", "ended", "closed", "cancelled"),
}
PLACES_OF = {"order": "orders", "delivery": "delivery_notes", "contract": "contracts"}


def state_cell(state: SourceState) -> Cell:
    """Sign, word and colour of a state."""
    sign, plain, word, colour = STATES[state]
    return Cell(f"{plain if use_ascii() else sign} {_(word)}", colour)


class SourceList(SourceDeeds, ListScreen):
    """A list of one kind."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "next_status", N_("status"), show=False, id="list.status"),
        Binding("f6,ctrl+n", "new_source", N_("new one"), show=False, id="source.new"),
        Binding("f", "from_file", N_("from a file"), show=False, id="source.file"),
        Binding("o", "other_list", N_("orders, deliveries, contracts, to bill"), show=False, id="document.open"),
    ]
    FILTER_HINT = N_("number, customer, status")
    #: Words for the key line: the list that `o` goes to.
    NEXT: ClassVar[tuple[str, str]] = ("delivery_notes", N_("delivery notes"))

    def row_keys(self) -> Sequence[tuple[str, str]]:
        return [
            *([("b", _("bill"))] if self.KIND != "contract" else []),
            ("F6 ^N", _("new one")),
            ("e", _("change")),
            *([("l", _("deliver"))] if self.KIND == "order" else []),
            ("s", _("status")),
            ("z", _("close")),
            ("f", _("file")),
            ("a", _("papers")),
            ("o", _(self.NEXT[1])),
        ]

    def parse_filter(self, text: str) -> Wanted:
        """Words, and among them perhaps a state in the clerk's language ("part billed", "over")."""
        folded = fold(text).replace("\0", " ").strip()
        for state, (_sign, _plain, word, _colour) in sorted(STATES.items(), key=lambda one: -len(_(one[1][2]))):
            name = fold(_(word))
            if folded == name or folded.startswith(name + " ") or folded.endswith(" " + name):
                rest = folded.removeprefix(name) if folded.startswith(name) else folded.removesuffix(name)
                return Wanted(tuple(rest.split()), state.value)
        return Wanted(tuple(folded.split()))

    def read_page(self, wanted: Any, request: PageRequest) -> Any:
        operator = self.desk.context.operator
        return source_list.page, (
            self.KIND,
            wanted,
            operator,
            self.desk.today,
            request.direction,
            request.key,
            request.limit,
        )

    def read_count(self, wanted: Any) -> Any:
        return source_list.count, (self.KIND, wanted, self.desk.context.operator, self.desk.today)

    def action_next_status(self) -> None:
        """The next state as the filter; words that are in it stay."""
        wanted: Wanted = self._wanted or Wanted()
        cycle = CYCLES[self.KIND]
        state = cycle[(cycle.index(wanted.state) + 1) % len(cycle)] if wanted.state in cycle else cycle[0]
        words = [_(STATES[SourceState(state)][2])] if state else []
        self.set_filter(" ".join([*words, *wanted.words]))

    def action_new_source(self) -> None:
        self.workstation.new_source(self.KIND)

    def action_from_file(self) -> None:
        from tui_billing.screens.source_import import SourceImportScreen

        self.workstation.open(SourceImportScreen(self.KIND))

    def action_other_list(self) -> None:
        self.workstation.go_to(self.NEXT[0])

    # -- the row under the cursor ------------------------------------------

    def chosen(self) -> SourceRow | None:
        return self.record if isinstance(self.record, SourceRow) else None

    def open_record(self, record: SourceRow) -> None:
        if record.state is SourceState.DRAFT:
            self.workstation.answer(self._open_draft(record.id), name="draft")
            return
        from tui_billing.screens.source_detail import SourceScreen

        self.workstation.open(SourceScreen(self.KIND, record.id))

    async def _open_draft(self, draft_id: int) -> None:
        try:
            draft = await self.desk.ask(load_source_draft, draft_id)
        except Problem as error:
            self.say_problem(error)
            self.reload()
        else:
            self.workstation.open_draft(draft)

    def _day(self, text: str) -> str:
        return short_day(dt.date.fromisoformat(text)) if text else ""


class OrdersScreen(SourceList):
    """Customers' orders, the open ones first."""

    KIND = "order"
    EMPTY = N_("no order; F6 enters one, f takes them from a file")

    def title_words(self) -> str:
        return _("ORDERS")

    def columns(self) -> list[Column]:
        return [
            Column(_("date"), 8),
            Column(_("order"), 14),
            Column(_("customer"), 12, flex=1),
            Column(_("contract"), 10, priority=3),
            Column(_("lines"), 5, align="right", priority=2),
            Column(_("delivered"), 9, align="right"),
            Column(_("billed"), 7, align="right"),
            Column(_("status"), 14),
        ]

    def counted(self, count: int, more: bool) -> str:
        return _("1 order") if count == 1 else _("{count} orders", count=number(count) + ("+" if more else ""))

    def listed(self, record: SourceRow) -> Listed:
        draft = record.state is SourceState.DRAFT
        cells = (
            self._day(record.date),
            record.number or ("—" if draft else ""),
            record.customer,
            record.other,
            str(record.lines),
            "" if draft else f"{record.came}/{record.lines}",
            "" if draft else f"{record.billed}/{record.lines}",
            state_cell(record.state),
        )
        return Listed(record.key, record.id, cells, record)


class DeliveryNotesScreen(SourceList):
    """Delivery notes, the open ones first; what of them waits to be billed is a list of its own."""

    KIND = "delivery"
    EMPTY = N_("no delivery note; F6 enters one, f takes them from a file")
    NEXT = ("contracts", N_("contracts"))

    def title_words(self) -> str:
        return _("DELIVERY NOTES")

    def columns(self) -> list[Column]:
        return [
            Column(_("date"), 8),
            Column(_("delivery note"), 14),
            Column(_("customer"), 12, flex=1),
            Column(_("order"), 12, priority=2),
            Column(_("lines"), 5, align="right"),
            Column(_("billed"), 7, align="right"),
            Column(_("status"), 14),
        ]

    def counted(self, count: int, more: bool) -> str:
        return _("1 delivery") if count == 1 else _("{count} deliveries", count=number(count) + ("+" if more else ""))

    def listed(self, record: SourceRow) -> Listed:
        draft = record.state is SourceState.DRAFT
        cells = (
            self._day(record.date),
            record.number or "—",
            record.customer,
            record.other,
            str(record.lines),
            "" if draft else f"{record.billed}/{record.lines}",
            state_cell(record.state),
        )
        return Listed(record.key, record.id, cells, record)


class ContractsScreen(SourceList):
    """Contracts, those in force first."""

    KIND = "contract"
    EMPTY = N_("no contract; F6 enters one, f takes them from a file")
    NEXT = ("to_bill", N_("to bill"))

    def title_words(self) -> str:
        return _("CONTRACTS")

    def columns(self) -> list[Column]:
        return [
            Column(_("from"), 8),
            Column(_("to"), 8),
            Column(_("contract"), 12),
            Column(_("customer"), 12, flex=1),
            Column(_("title"), 12, priority=3),
            Column(_("prices"), 6, align="right", priority=2),
            Column(_("billed"), 12, align="right"),
            Column(_("ceiling"), 12, align="right", priority=1),
            Column(_("status"), 14),
        ]

    def counted(self, count: int, more: bool) -> str:
        return _("1 contract") if count == 1 else _("{count} contracts", count=number(count) + ("+" if more else ""))

    def listed(self, record: SourceRow) -> Listed:
        draft = record.state is SourceState.DRAFT
        cells = (
            self._day(record.date),
            self._day(record.end),
            record.number or "—",
            record.customer,
            record.other,
            str(record.lines),
            "" if draft else money(record.worth, record.currency),
            money(record.ceiling, record.currency) if record.ceiling else "",
            state_cell(record.state),
        )
        return Listed(record.key, record.id, cells, record)
