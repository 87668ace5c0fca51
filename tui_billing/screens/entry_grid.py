"""The lines of invoice entry: the command line over a row, cell by cell with Tab, and the totals under them."""

from __future__ import annotations

import copy
from typing import Any

from tui_billing.locale import _, translate
from tui_billing.models.queries import facts
from tui_billing.rules.content import LIMITS, LineContent
from tui_billing.rules.entry import parse_line
from tui_billing.rules.numbers import format_money, format_number, parse_percent, parse_price, parse_quantity
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import clean
from tui_billing.rules.units import unit_code
from tui_billing.screens.entry_form import FOOTER, LINE
from tui_billing.screens.entry_header import HeaderPart
from tui_billing.screens.entry_lines import CELLS, TypedLine
from tui_billing.services import entry
from tui_billing.widgets.field import Caption


class GridPart(HeaderPart):
    """Moving over the lines and accepting them."""

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

    async def _leave_line_for(self, index: int) -> None:
        before = len(self.lines.typed)
        with self._bound(f"lines.{index + 1}"):
            if self._cell is not None:
                if not await self._accept_cell(self._cell):
                    return
            elif self._field(LINE).value.strip() or self.grid.at < before:
                await self._take_line()
        self._go_to_line(min(index, len(self.lines.typed)), reopened=True)

    async def _accept_line(self, forward: str) -> None:
        index = self.grid.at
        if self._cell is not None:
            cell = self._next_cell(self._cell)
            with self._bound(f"lines.{index + 1}.{cell}" if cell else f"lines.{index + 2}"):
                if not await self._accept_cell(self._cell):
                    return
            if cell:
                self._go_to_cell(index, cell)
            else:
                self._go_to_line(index + 1)
            return
        if not self._field(LINE).value.strip() and index >= len(self.lines.typed):
            self._field(FOOTER[0][0]).focus()  # an empty line ends the lines
            return
        first = self._next_cell("item")
        with self._bound(f"lines.{index + 1}.{first}" if forward == "tab" else f"lines.{index + 2}"):
            taken = await self._take_line()
        if taken is None:
            return
        if forward == "tab" and taken and not self.lines.typed[index].raw:
            self._go_to_cell(index, first)
        else:
            self._go_to_line(index + 1 if taken else index)

    def _next_cell(self, name: str) -> str:
        """The cell after this one that is shown at this width; "" after the last."""
        for place in range(CELLS.index(name) + 1, len(CELLS)):
            if self.grid.shows(place + 1):
                return CELLS[place]
        return ""

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
                        raise Problem(
                            "no item is just {text}; near it: {codes}", field="item", text=typed.item, codes=codes
                        )
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
            elif name == "unit":
                changed.unit = unit_code(clean(text, LIMITS[name], name)) if text else ""
            elif name == "description":
                changed.description = clean(text, LIMITS[name], name)
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
        self.say("")
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
            self.answer(self._changed())
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
