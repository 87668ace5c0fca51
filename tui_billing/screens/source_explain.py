"""Where the prices of an order or contract that is being typed stand: beside the list's and those agreed already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from textual.app import ComposeResult

from tui_billing.locale import _
from tui_billing.rules.match3 import net_price
from tui_billing.rules.match_facts import AgreedPrice
from tui_billing.rules.problem import Problem
from tui_billing.rules.source_lines import ResolvedSource
from tui_billing.screens.frame import BillingScreen
from tui_billing.screens.source_lines import SourceLines
from tui_billing.services import entry
from tui_billing.widgets.cells import padded
from tui_billing.widgets.reader import Line, Reader


class SourceExplainScreen(BillingScreen):
    """To be read; Esc goes back to the form."""

    def __init__(self, lines: SourceLines, day: dt.date, contract: str) -> None:
        super().__init__()
        self._lines, self._day, self._contract = lines, day, contract

    def title_words(self) -> str:
        return _("PRICES")

    def body(self) -> ComposeResult:
        yield Reader(id="explain")

    def keys(self) -> Sequence[tuple[str, str]]:
        return [("↑↓", _("read")), ("Esc", _("back"))]

    def reload(self) -> None:
        self.workstation.answer(self._read(), name="explain")

    async def _read(self) -> None:
        customer, agreed = self._lines.customer, {}
        if customer is not None:
            try:
                agreed = await self.desk.ask(
                    entry.agreed_prices, customer.id, self._day, self._lines.currency, self._contract
                )
            except Problem as error:
                self.say_problem(error)
                return
        self.query_one("#explain", Reader).show(self._shown(agreed))

    def _shown(self, agreed: dict[str, AgreedPrice]) -> list[Line]:
        wide = max(14, self.size.width - 64)
        heads = (_("typed"), _("list"), _("difference"), _("contract"))
        head = " " + padded(_("item"), wide) + "".join(padded(one, 12, "right") for one in heads)
        return [
            [(head, "bold")],
            *(self._line(one, agreed.get(one.item_code), wide) for one in self._lines.known()),
        ]

    def _line(self, line: ResolvedSource, agreed: AgreedPrice | None, wide: int) -> Line:
        item = self._lines.items.get(line.item_code)
        same = item is not None and item.currency == self._lines.currency
        listed = item.unit_price if item is not None and same else None
        typed = None if line.unit_price is None else net_price(line.unit_price, line.discount_percent)
        gap = ""
        if typed is not None and listed:
            percent = ((typed - listed) * 100 / listed).quantize(Decimal("0.1"))
            gap = f"{'+' if percent > 0 else ''}{self._lines.figure(percent)} %"
        known = None if agreed is None else net_price(agreed.unit_price, agreed.discount)
        figures = (
            self._lines.price(typed) or "—",
            self._lines.price(listed) or "—",
            gap,
            self._lines.price(known) or "—",
        )
        return [
            (" " + padded((line.item_code + " " + line.description).strip(), wide), ""),
            ("".join(padded(one, 12, "right") for one in figures), ""),
            (f"  {agreed.contract}" if agreed else "", "dim"),
        ]
