"""What is delivered and not billed, and the orders: b bills one, Enter shows it side by side with what was billed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui_billing.locale import N_, _, language_in_use
from tui_billing.models.queries import order_list
from tui_billing.models.queries.order_list import OrderRow
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import fold
from tui_billing.rules.units import unit_word
from tui_billing.screens.amounts import money, number, short_day
from tui_billing.screens.frame import BillingScreen
from tui_billing.screens.list_screen import Listed, ListScreen
from tui_billing.services import billing, drafts, source_answers
from tui_billing.services.billing import Waiting
from tui_billing.widgets.cells import Cell, padded
from tui_billing.widgets.paged_table import Column, PageRequest
from tui_billing.widgets.reader import Line, Reader

#: Days after which a delivery that is not billed is late.
LATE_DAYS = 7
#: What papers hang on, by kind of source.
ENTITIES = {"order": "purchase_order", "delivery": "delivery_note", "contract": "contract"}
STATUSES = {"open": N_("open"), "closed": N_("closed"), "cancelled": N_("cancelled")}


class BillingList(ListScreen):
    """A list of what can be billed."""

    KIND = "order"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "bill", N_("bill"), show=False, id="source.bill"),
        Binding("o", "other_list", N_("orders, deliveries to bill"), show=False, id="document.open"),
        Binding("a", "papers", N_("papers"), show=False, id="papers"),
    ]
    FILTER_HINT = N_("number, customer")

    def row_keys(self) -> Sequence[tuple[str, str]]:
        other = _("orders") if self.KIND == "delivery" else _("to bill")
        return [("b", _("bill")), ("o", other), ("a", _("papers"))]

    def papers_about(self) -> tuple[str, int]:
        return (ENTITIES[self.KIND], self.record.id) if self.record else ("", 0)

    def parse_filter(self, text: str) -> tuple[str, ...]:
        return tuple(fold(text).replace("\0", " ").split())

    def action_bill(self) -> None:
        """A draft of what is not yet billed, open in the form."""
        if self.record is not None:
            self.workstation.answer(bill(self, self.KIND, self.record.id), name="bill")

    def action_other_list(self) -> None:
        self.workstation.go_to("orders" if self.KIND == "delivery" else "to_bill")


async def bill(screen: BillingScreen, kind: str, source_id: int) -> None:
    """Fill the form of an invoice with what an order or a delivery leaves to bill."""
    try:
        draft = await screen.desk.do(billing.bill, kind, source_id)
        found = await screen.desk.ask(drafts.load_draft, draft)
    except Problem as error:
        screen.say_problem(error)
        return
    screen.workstation.new_invoice(found)


class ToBillScreen(BillingList):
    """Deliveries that wait to be billed, the oldest first."""

    KIND = "delivery"
    EMPTY = N_("everything that is delivered is billed")

    def title_words(self) -> str:
        return _("DELIVERED, NOT BILLED")

    def columns(self) -> list[Column]:
        return [
            Column(_("delivered"), 10),
            Column(_("delivery note"), 14),
            Column(_("customer"), 12, flex=1),
            Column(_("order"), 12, priority=2),
            Column(_("lines"), 5, align="right", priority=3),
            Column(_("value"), 11, align="right"),
            Column("", 3, priority=3),
            Column(_("waits"), 15),
        ]

    def read_page(self, wanted: Any, request: PageRequest) -> Any:
        return billing.waiting_page, (self.desk.today, wanted, request.direction, request.key, request.limit)

    def read_count(self, wanted: Any) -> Any:
        return billing.waiting_count, (wanted,)

    def counted(self, count: int, more: bool) -> str:
        return _("1 delivery") if count == 1 else _("{count} deliveries", count=number(count) + ("+" if more else ""))

    def listed(self, record: Waiting) -> Listed:
        late = record.days > LATE_DAYS
        words = _("{days} days, late", days=record.days) if late else _("{days} days", days=record.days)
        cells = (
            short_day(dt.date.fromisoformat(record.date)),
            record.number,
            record.customer_name,
            record.order,
            str(record.lines),
            money(record.value, record.currency),
            record.currency,
            Cell(words, "red" if late else ""),
        )
        return Listed(record.key, record.id, cells, record)

    def open_record(self, record: Waiting) -> None:
        self.workstation.open(SourceScreen("delivery", record.id))


class OrdersScreen(BillingList):
    """Customers' orders, the open ones first."""

    KIND = "order"
    EMPTY = N_("no order; enter them with: tui-billing purchase-order add, or import")

    def title_words(self) -> str:
        return _("ORDERS")

    def columns(self) -> list[Column]:
        return [
            Column(_("date"), 10),
            Column(_("order"), 14),
            Column(_("customer"), 12, flex=1),
            Column(_("lines"), 5, align="right"),
            Column(_("delivered"), 9, align="right"),
            Column(_("billed"), 9, align="right"),
            Column(_("status"), 16),
        ]

    def read_page(self, wanted: Any, request: PageRequest) -> Any:
        return order_list.page, (wanted, request.direction, request.key, request.limit)

    def read_count(self, wanted: Any) -> Any:
        return order_list.count, (wanted,)

    def counted(self, count: int, more: bool) -> str:
        return _("1 order") if count == 1 else _("{count} orders", count=number(count) + ("+" if more else ""))

    def listed(self, record: OrderRow) -> Listed:
        if record.status != "open":
            state = Cell(_(STATUSES[record.status]), "dim")
        elif record.billed >= record.lines:
            state = Cell(_("wholly billed"), "green")
        elif record.waiting:
            state = Cell(_("to bill"), "yellow")
        else:
            state = Cell(_("open"), "blue")
        cells = (
            short_day(dt.date.fromisoformat(record.date)),
            record.number,
            record.customer,
            str(record.lines),
            f"{record.delivered}/{record.lines}",
            f"{record.billed}/{record.lines}",
            state,
        )
        return Listed(record.key, record.id, cells, record)

    def open_record(self, record: OrderRow) -> None:
        self.workstation.open(SourceScreen("order", record.id))


class SourceScreen(BillingScreen):
    """An order or a delivery line by line: ordered, delivered, billed, and the difference in words."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "bill", N_("bill"), show=False, id="source.bill"),
        Binding("a", "papers", N_("papers"), show=False, id="papers"),
    ]

    def __init__(self, kind: str, source_id: int) -> None:
        super().__init__()
        self._kind, self._source = kind, source_id

    def title_words(self) -> str:
        return _("ORDER") if self._kind == "order" else _("DELIVERY")

    def body(self) -> ComposeResult:
        yield Reader(id="source")

    def keys(self) -> Sequence[tuple[str, str]]:
        return [("b", _("bill")), ("a", _("papers")), ("↑↓", _("read")), ("Esc", _("back"))]

    def papers_about(self) -> tuple[str, int]:
        return ENTITIES[self._kind], self._source

    def reload(self) -> None:
        self.workstation.answer(self._show(), name="source")

    async def _show(self) -> None:
        try:
            found = await self.desk.ask(source_answers.source_json, self._kind, self._source)
        except Problem as error:
            self.say_problem(error)
            return
        self.query_one("#source", Reader).show(self._lines(found))

    def _lines(self, found: dict[str, Any]) -> list[Line]:
        head = f" {found['number']} · {found['customer_name']} · {found['date']} · {_(STATUSES[found['status']])}"
        order = found.get("order") or found.get("contract")
        names = (_("ordered"), _("delivered"), _("billed"), _("left"))
        wide = max(14, self.size.width - 58)
        lines: list[Line] = [[(head, "bold")], [(f" {order}" if order else "", "dim")], []]
        lines.append([(" " + padded(_("item"), wide) + "".join(padded(name, 10, "right") for name in names), "bold")])
        for line in found["lines"]:
            lines.append(self._line(line, wide))
        return lines

    def _line(self, line: dict[str, Any], wide: int) -> Line:
        ordered, delivered, billed = line.get("ordered", ""), line["delivered"], line["billed"]
        basis = exact(ordered or delivered)
        left = basis - exact(billed)
        came = exact(delivered)
        unit = unit_word(line["unit"], language_in_use())
        if exact(billed) > basis:
            words, colour = _("billed too much"), "red"
        elif came > exact(billed):
            words, colour = _("to bill"), "yellow"
        elif not left:
            words, colour = _("wholly billed"), "green"
        else:
            words, colour = _("to come") if ordered else _("open"), "blue"
        text = f" {padded(line['item'] + ' ' + line['description'], wide)}"
        figures = "".join(padded(str(one), 10, "right") for one in (ordered, delivered, billed, f"{left:f} {unit}"))
        return [(text, ""), (figures, ""), (f"  {words}", colour)]

    def action_bill(self) -> None:
        self.workstation.answer(bill(self, self._kind, self._source), name="bill")


def exact(text: str) -> Any:
    """A decimal string as a number that can be subtracted without loss."""
    from decimal import Decimal

    return Decimal(text or "0").normalize() + 0
