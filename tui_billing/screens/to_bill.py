"""What is delivered and not billed, the oldest first: b bills a row, Enter shows it line by line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from tui_billing.locale import N_, _
from tui_billing.models.queries.source_list import SourceRow
from tui_billing.rules.source_state import SourceState
from tui_billing.rules.text import fold
from tui_billing.screens.amounts import money, number, short_day
from tui_billing.screens.list_screen import Listed, ListScreen
from tui_billing.screens.source_deeds import SourceDeeds
from tui_billing.services import billing
from tui_billing.services.billing import Waiting
from tui_billing.widgets.cells import Cell
from tui_billing.widgets.paged_table import Column, PageRequest

#: Days after which a delivery that is not billed is late.
LATE_DAYS = 7


class ToBillScreen(SourceDeeds, ListScreen):
    """Deliveries that wait to be billed, the oldest first."""

    KIND = "delivery"
    EMPTY = N_("everything that is delivered is billed")
    FILTER_HINT = N_("number, customer")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "other_list", N_("orders, deliveries, contracts, to bill"), show=False, id="document.open"),
    ]

    def row_keys(self) -> Sequence[tuple[str, str]]:
        return [("b", _("bill")), ("e", _("change")), ("z", _("close")), ("a", _("papers")), ("o", _("orders"))]

    def parse_filter(self, text: str) -> tuple[str, ...]:
        return tuple(fold(text).replace("\0", " ").split())

    def action_other_list(self) -> None:
        self.workstation.go_to("orders")

    def chosen(self) -> SourceRow | None:
        row = self.record
        if not isinstance(row, Waiting):
            return None
        return SourceRow((), row.id, row.number, row.customer, row.customer_name, row.date, SourceState.OPEN)

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
        from tui_billing.screens.source_detail import SourceScreen

        self.workstation.open(SourceScreen("delivery", record.id))
