"""The table of the payment queue: its columns, its rows, and where the cursor stands after a posting."""

from __future__ import annotations

from dataclasses import dataclass

from tui_billing.locale import _
from tui_billing.models.queries.payments import Waiting
from tui_billing.screens.amounts import money, short_day
from tui_billing.widgets.paged_table import PAGE, Column, PagedTable, PageRequest, Row


@dataclass(frozen=True, slots=True)
class WaitingRow(Row):
    """A row and the money that it shows."""

    waiting: Waiting | None = None


class QueueTable(PagedTable):
    """The queue; after a posting it is read again before the next key acts."""

    async def read_again(self) -> None:
        """Read the rows around the cursor; it stays on its row, or goes to the next where that is gone."""
        row = self.row
        request = PageRequest("first") if row is None else PageRequest("around", row.key, PAGE + 2 * self._lines())
        await self._read(request, keep=True)

    async def go_back_to(self, waiting: Waiting) -> None:
        """Read around a row that is there again, with the cursor on it."""
        request = PageRequest("around", waiting.key, PAGE + 2 * self._lines())
        wanted = (waiting.kind, waiting.id)
        for _attempt in range(3):  # a refresh after somebody's change, begun meanwhile, takes the place of a reading
            await self._read(request, wanted=wanted)
            if self.row is not None and self.row.id == wanted:
                return


def queue_columns() -> list[Column]:
    """Date, kind, payer, amount, what is left of it, currency, reference."""
    return [
        Column(_("date"), 8),
        Column(_("kind"), 7, priority=2),
        Column(_("payer"), 16, flex=2),
        Column(_("amount"), 13, align="right", priority=1),
        Column(_("left"), 13, align="right"),
        Column("", 3),
        Column(_("reference"), 10, flex=1, priority=3),
    ]


def waiting_row(one: Waiting) -> WaitingRow:
    """A row of the queue as the table shows it."""
    cells = (
        short_day(one.date),
        _("receipt") if one.kind == "receipt" else _("bank"),
        f"{one.customer_code} {one.payer}" if one.customer_code else one.payer or one.text,
        money(one.amount, one.currency),
        money(one.left, one.currency),
        one.currency,
        one.reference or one.text,
    )
    return WaitingRow(one.key, (one.kind, one.id), cells, one)
