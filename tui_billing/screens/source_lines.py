"""The lines of an order, a delivery note or a contract being typed; no widget, no database."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import ClassVar

from tui_billing.locale import _
from tui_billing.rules.entry import EntryLine, parse_line
from tui_billing.rules.match3 import net_price
from tui_billing.rules.money import exponent, round_half_up
from tui_billing.rules.numbers import format_money, format_number
from tui_billing.rules.problem import Problem
from tui_billing.rules.source_lines import ResolvedSource, resolve_source_line
from tui_billing.rules.sources import SourceLineContent
from tui_billing.rules.units import unit_word
from tui_billing.screens.entry_lines import LineList, TypedLine
from tui_billing.services.source_entry import Came
from tui_billing.widgets.paged_table import Column


@dataclass(slots=True)
class SourceLines(LineList):
    """What the three kinds share. `came` says what of the order's lines is ordered and has come."""

    KIND: ClassVar[str] = "order"
    #: What the quantity of a command line is.
    QUANTITY: ClassVar[str] = "quantity"
    PRICED: ClassVar[bool] = True

    came: dict[str, Came] = field(default_factory=dict)

    def columns(self) -> list[Column]:
        """The columns of the grid: those of CELLS behind the line's number, then what is only shown."""
        raise NotImplementedError

    def blank(self) -> SourceLineContent:
        return SourceLineContent()

    def parse(self, text: str) -> EntryLine:
        entry = parse_line(text, self.language, priced=self.KIND == "contract")
        if entry.vat_rate is not None:
            raise Problem("VAT is a matter of the invoice; leave v and the rate out", field="vat_rate")
        if not self.PRICED and (entry.unit_price is not None or entry.discount_percent is not None):
            raise Problem("a delivery has no price; the order's or the contract's counts", field="unit_price")
        return entry

    def meaning(self, line: SourceLineContent, number: int) -> ResolvedSource:
        language = self.customer.language if self.customer else self.language
        return resolve_source_line(self.KIND, line, number, self.items, language)

    def from_entry(self, entry: EntryLine, before: SourceLineContent | None = None) -> SourceLineContent:
        same = before is not None and before.item.upper() == entry.item.upper()
        line = replace(before) if before is not None and same else SourceLineContent()
        line.item, line.description = entry.item.upper(), entry.text
        for name, value in (
            (self.QUANTITY, entry.quantity),
            ("unit_price", entry.unit_price),
            ("discount_percent", entry.discount_percent),
        ):
            setattr(line, name, "" if value is None else format(value, "f"))
        return line

    def to_entry(self, line: SourceLineContent) -> EntryLine:
        def number(text: str) -> Decimal | None:
            return Decimal(text) if text else None

        quantity = getattr(line, self.QUANTITY)
        if not quantity and line.item.isdigit() and line.description and self.KIND != "contract":
            quantity = "1"  # alone before a text, an item of digits would be read as the quantity
        return EntryLine(
            item=line.item.lower(),
            quantity=number(quantity),
            unit_price=number(line.unit_price),
            discount_percent=number(line.discount_percent),
            text=line.description,
        )

    def figure(self, value: Decimal) -> str:
        """A quantity, printed."""
        return format_number(value, self.language)

    def price(self, value: Decimal | None) -> str:
        """A price, printed; "" where none is named."""
        if value is None:
            return ""
        return format_number(value, self.language, max(2, -int(value.as_tuple().exponent)))

    def percent(self, value: Decimal) -> str:
        """A discount, printed; "" for none."""
        return f"{self.figure(value)} %" if value else ""

    def known(self) -> list[ResolvedSource]:
        """The lines that have a meaning."""
        found = []
        for number, line in enumerate(self.typed, 1):
            try:
                if not line.raw:
                    found.append(self.meaning(line.content, number))
            except Problem:
                continue
        return found

    def summary(self) -> str:
        """The words under the grid."""
        count = len(self.typed)
        return _("1 line") if count == 1 else _("{count} lines", count=count)


@dataclass(slots=True)
class OrderLines(SourceLines):
    """What is ordered, at which price."""

    CELLS: ClassVar[tuple[str, ...]] = (
        "item", "description", "quantity", "unit", "unit_price", "discount_percent", "reference",
    )  # fmt: skip

    def columns(self) -> list[Column]:
        return [
            Column("#", 3),
            Column(_("item"), 8),
            Column(_("description"), 16, flex=1),
            Column(_("qty"), 8, align="right"),
            Column(_("unit"), 4, priority=2),
            Column(_("unit price"), 11, align="right"),
            Column(_("disc"), 7, align="right", priority=1),
            Column(_("their line"), 10, priority=3),
            Column(_("net"), 12, align="right"),
        ]

    def cells(self, index: int, line: TypedLine) -> tuple[str, ...]:
        known = self.meaning(line.content, index + 1)
        worth = self.worth(known)
        return (
            f"{index + 1:>2}",
            known.item_code,
            known.description,
            self.figure(known.quantity),
            unit_word(known.unit, self.language),
            self.price(known.unit_price),
            self.percent(known.discount_percent),
            known.reference,
            "" if worth is None else format_money(worth, self.currency, self.language),
        )

    def worth(self, line: ResolvedSource) -> int | None:
        """The net of a line in minor units; None where the order names no price."""
        if line.unit_price is None:
            return None
        places = exponent(self.currency)
        net = net_price(line.unit_price, line.discount_percent) * line.quantity
        return int(round_half_up(net, places).scaleb(places))

    def summary(self) -> str:
        worths = [worth for line in self.known() if (worth := self.worth(line)) is not None]
        words = SourceLines.summary(self)
        if worths:
            words += f"   {_('net')} {format_money(sum(worths), self.currency, self.language)} {self.currency}"
        return words


@dataclass(slots=True)
class DeliveryLines(SourceLines):
    """What was delivered, beside what is ordered and what has come before."""

    KIND: ClassVar[str] = "delivery"
    PRICED: ClassVar[bool] = False
    CELLS: ClassVar[tuple[str, ...]] = ("item", "description", "quantity", "unit", "reference")

    def columns(self) -> list[Column]:
        return [
            Column("#", 3),
            Column(_("item"), 8),
            Column(_("description"), 16, flex=1),
            Column(_("delivered"), 9, align="right"),
            Column(_("unit"), 4),
            Column(_("order line"), 10),
            Column(_("ordered"), 9, align="right", priority=2),
            Column(_("before"), 9, align="right", priority=1),
        ]

    def cells(self, index: int, line: TypedLine) -> tuple[str, ...]:
        known = self.meaning(line.content, index + 1)
        came = self.came.get(known.reference)
        return (
            f"{index + 1:>2}",
            known.item_code,
            known.description,
            self.figure(known.quantity),
            unit_word(known.unit, self.language),
            known.reference,
            self.figure(came.ordered) if came else "",
            self.figure(came.delivered) if came else "",
        )

    def summary(self) -> str:
        words = SourceLines.summary(self)
        over = [
            line.reference
            for line in self.known()
            if (came := self.came.get(line.reference)) and came.delivered + line.quantity > came.ordered
        ]
        if over:
            words += "   " + _("more than is ordered of line {lines}", lines=", ".join(over))
        return words


@dataclass(slots=True)
class ContractLines(SourceLines):
    """What is agreed: a price each, and how much of it at most."""

    KIND: ClassVar[str] = "contract"
    QUANTITY: ClassVar[str] = "ceiling"
    CELLS: ClassVar[tuple[str, ...]] = ("item", "description", "ceiling", "unit", "unit_price", "discount_percent")

    def columns(self) -> list[Column]:
        return [
            Column("#", 3),
            Column(_("item"), 8),
            Column(_("description"), 16, flex=1),
            Column(_("at most"), 9, align="right"),
            Column(_("unit"), 4),
            Column(_("unit price"), 12, align="right"),
            Column(_("disc"), 7, align="right"),
        ]

    def cells(self, index: int, line: TypedLine) -> tuple[str, ...]:
        known = self.meaning(line.content, index + 1)
        return (
            f"{index + 1:>2}",
            known.item_code,
            known.description,
            self.figure(known.ceiling) if known.ceiling else "",
            unit_word(known.unit, self.language),
            self.price(known.unit_price),
            self.percent(known.discount_percent),
        )

    def summary(self) -> str:
        count = len(self.typed)
        return _("1 price") if count == 1 else _("{count} prices", count=count)


LINES: dict[str, type[SourceLines]] = {"order": OrderLines, "delivery": DeliveryLines, "contract": ContractLines}
