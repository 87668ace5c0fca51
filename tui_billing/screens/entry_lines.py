"""Lines being typed, of an invoice or another form: what was typed, what it means, how it looks; no widget, no database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, ClassVar

from tui_billing.rules.content import CustomerFacts, ItemFacts, LineContent, ResolvedLine, resolve_line
from tui_billing.rules.entry import EntryLine, format_line, parse_line
from tui_billing.rules.match_facts import AgreedPrice
from tui_billing.rules.numbers import format_money, format_number
from tui_billing.rules.problem import Problem
from tui_billing.rules.totals import Totals, compute
from tui_billing.rules.units import unit_word
from tui_billing.widgets.line_grid import GridRow

#: What stands before a price that a contract says.
CONTRACT_SIGN = "§ "


@dataclass(slots=True)
class TypedLine:
    """A line: its canonical values, or the text that could not be read (`raw`) and why."""

    content: Any = field(default_factory=LineContent)
    raw: str = ""
    problem: Problem | None = None


@dataclass(slots=True)
class LineList:
    """All lines of a form, with what is known of the customer and the items."""

    #: Columns of the grid that can be typed in, in the order of Tab.
    CELLS: ClassVar[tuple[str, ...]] = ()
    #: Cells that hold words, not figures.
    WORDS: ClassVar[tuple[str, ...]] = ("item", "description", "reference")

    language: str
    currency: str
    customer: CustomerFacts | None = None
    rate: Decimal = Decimal(1)
    typed: list[TypedLine] = field(default_factory=list)
    items: dict[str, ItemFacts] = field(default_factory=dict)

    # -- what a kind of line gives ---------------------------------------

    def blank(self) -> Any:
        """A line in which nothing is typed."""
        raise NotImplementedError

    def parse(self, text: str) -> EntryLine:
        """What a command line says; raises its Problem."""
        return parse_line(text, self.language)

    def meaning(self, line: Any, number: int) -> Any:
        """What a line stands for; raises its Problem."""
        raise NotImplementedError

    def from_entry(self, entry: EntryLine, before: Any = None) -> Any:
        """A command line as the line's canonical values; what it does not name stays as it was (`before`)."""
        raise NotImplementedError

    def to_entry(self, line: Any) -> EntryLine:
        """The command line of canonical values."""
        raise NotImplementedError

    def cells(self, index: int, line: TypedLine) -> tuple[str, ...]:
        """A line that has a meaning, one text a column."""
        raise NotImplementedError

    # -- meaning ---------------------------------------------------------

    def check(self) -> None:
        """Give every line its meaning again (the customer or the currency has changed)."""
        for number, line in enumerate(self.typed, 1):
            if line.raw:
                continue
            try:
                self.meaning(line.content, number)
                line.problem = None
            except Problem as error:
                line.problem = error

    # -- what is typed ---------------------------------------------------

    def command(self, index: int) -> str:
        """A line as it can be typed again."""
        line = self.typed[index]
        return line.raw or format_line(self.to_entry(line.content), self.language)

    def cell_text(self, index: int, name: str) -> str:
        """What stands in one cell, as it can be typed again."""
        value = getattr(self.typed[index].content, name)
        if name == "unit":
            return unit_word(value, self.language) if value else ""
        if name in self.WORDS:
            return str(value)
        if not value:
            return ""
        text = format_number(Decimal(value), self.language).replace("\u202f", "")  # no group signs to type over
        return text if self.language == "fr" else text.replace(",", "")

    # -- how it looks ----------------------------------------------------

    def rows(self, say: Callable[[Problem], str]) -> list[GridRow]:
        """The rows of the grid; `say` turns a Problem into words."""
        return [self._row(index, line, say) for index, line in enumerate(self.typed)]

    def _row(self, index: int, line: TypedLine, say: Callable[[Problem], str]) -> GridRow:
        if line.problem is not None or line.raw:
            text = line.raw or self.command(index)
            return GridRow((str(index + 1), text), say(line.problem) if line.problem else "")
        return GridRow(self.cells(index, line))

    # -- into a draft and out of it ----------------------------------------

    def fill(self, content: Any) -> None:
        """Put the lines into the form's content, with what could not be read."""
        content.lines = [line.content for line in self.typed]
        content.invalid = {k: v for k, v in content.invalid.items() if not k.startswith("lines.")}
        for number, line in enumerate(self.typed, 1):
            if line.raw:
                content.invalid[f"lines.{number}"] = line.raw

    def load(self, content: Any) -> None:
        """Take the lines of a draft."""
        self.typed = [TypedLine(replace(line)) for line in content.lines]
        for place, text in content.invalid.items():
            name, _, number = place.partition(".")
            if name == "lines" and number.isdigit() and 0 < int(number) <= len(self.typed):
                self.typed[int(number) - 1].raw = text


@dataclass(slots=True)
class Lines(LineList):
    """The lines of an invoice, with their totals."""

    CELLS: ClassVar[tuple[str, ...]] = (
        "item", "description", "quantity", "unit", "unit_price", "discount_percent", "vat_rate",
    )  # fmt: skip

    standard: Decimal = Decimal(20)
    prices_include_vat: bool = False
    discount: Decimal = Decimal(0)
    #: What contracts in force say of items, by code.
    agreed: dict[str, AgreedPrice] = field(default_factory=dict)

    def blank(self) -> LineContent:
        return LineContent()

    def meaning(self, line: LineContent, number: int) -> ResolvedLine:
        """What a line would bill; raises its Problem."""
        return resolve_line(
            line,
            number,
            self.items.get(line.item.strip().upper()) if line.item else None,
            self.customer,
            currency=self.currency,
            rate=self.rate,
            standard_rate=self.standard,
            language=self.language,
            agreed=self.agreed.get(line.item.strip().upper()),
        )

    def taken_price(self, index: int) -> AgreedPrice | None:
        """The contract's price that a line took; None where it has another."""
        line = self.typed[index]
        try:
            return None if line.raw else self.meaning(line.content, index + 1).agreed
        except Problem:
            return None

    def totals(self, extra: LineContent | None = None, *, instead: int | None = None) -> Totals | None:
        """Totals of the lines that have a meaning, with a half-typed one at the end or in place of another."""
        inputs = []
        contents = [(n, line.content) for n, line in enumerate(self.typed, 1) if not line.raw]
        if extra is not None:
            if instead is not None:
                contents = [(n, extra if n == instead + 1 else content) for n, content in contents]
            if instead is None or instead >= len(self.typed):
                contents.append((len(self.typed) + 1, extra))
        for number, content in contents:
            try:
                inputs.append(self.meaning(content, number).input)
            except Problem:
                continue
        if not inputs:
            return None
        try:
            return compute(
                inputs,
                currency=self.currency,
                document_discount_percent=self.discount,
                prices_include_vat=self.prices_include_vat,
            )
        except Problem:
            return None

    def from_entry(self, entry: EntryLine, before: LineContent | None = None) -> LineContent:
        """A command line as the line's canonical values; what it does not name stays as it was (`before`)."""
        line = replace(before) if before is not None and before.item.upper() == entry.item.upper() else LineContent()
        line.item = entry.item.upper()
        line.description = entry.text
        for name, value in (
            ("quantity", entry.quantity),
            ("unit_price", entry.unit_price),
            ("discount_percent", entry.discount_percent),
            ("vat_rate", entry.vat_rate),
        ):
            setattr(line, name, "" if value is None else format(value, "f"))
        return line

    def to_entry(self, line: LineContent) -> EntryLine:
        def number(text: str) -> Decimal | None:
            return Decimal(text) if text else None

        return EntryLine(
            item=line.item.lower(),
            quantity=number(line.quantity),
            unit_price=number(line.unit_price),
            discount_percent=number(line.discount_percent),
            vat_rate=number(line.vat_rate),
            text=line.description,
        )

    def cells(self, index: int, line: TypedLine) -> tuple[str, ...]:
        known = self.meaning(line.content, index + 1)
        totals = self.totals_of(known)
        return (
            f"{index + 1:>2}",
            known.item_code,
            known.description,
            format_number(known.quantity, self.language),
            unit_word(known.unit, self.language),
            (CONTRACT_SIGN if known.agreed else "") + self.price(known.unit_price),
            f"{format_number(known.discount_percent, self.language)} %" if known.discount_percent else "",
            f"{format_number(known.vat.rate, self.language)} %" if known.vat.category == "S" else known.vat.category,
            totals,
        )

    def price(self, value: Decimal) -> str:
        """A unit price, printed with at least two decimals."""
        return format_number(value, self.language, max(2, -int(value.as_tuple().exponent)))

    def totals_of(self, known: ResolvedLine) -> str:
        """The net of one line, printed."""
        result = compute([known.input], currency=self.currency, prices_include_vat=self.prices_include_vat)
        return format_money(result.lines_total, self.currency, self.language)
