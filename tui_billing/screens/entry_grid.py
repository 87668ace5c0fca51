"""The lines of a form: the command line over a row, or cell by cell with Tab."""

from __future__ import annotations

import copy
from typing import Any

from tui_billing.locale import translate
from tui_billing.rules.numbers import parse_percent, parse_price, parse_quantity
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import clean
from tui_billing.rules.units import unit_code
from tui_billing.screens.entry_form import LINE
from tui_billing.screens.entry_header import HeaderPart
from tui_billing.screens.entry_lines import TypedLine
from tui_billing.services import entry


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
        self.grid.place(index, self.lines.CELLS.index(name) + 1)
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
            self._field(self.FOOTER[0][0]).focus()  # an empty line ends the lines
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
        for place in range(self.lines.CELLS.index(name) + 1, len(self.lines.CELLS)):
            if self.grid.shows(place + 1):
                return self.lines.CELLS[place]
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
                return TypedLine(
                    self.lines.blank(), raw=text, problem=Problem("there is no line above to repeat", field="item")
                )
            return copy.deepcopy(self.lines.typed[index - 1])
        try:
            typed = self.lines.parse(text)
            content = self.lines.from_entry(typed, old.content if old and not old.raw else None)
            clean(content.description, self._limit("description"), "description")
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
            return TypedLine(self.lines.blank(), raw=text[:12_000], problem=error)

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
                changed.unit = unit_code(clean(text, self._limit(name), name)) if text else ""
            elif name in ("description", "reference"):
                setattr(changed, name, clean(text, self._limit(name), name))
            else:
                parse: Any = {
                    "quantity": parse_quantity,
                    "ceiling": parse_quantity,
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
        blank = TypedLine(self.lines.blank(), raw=";", problem=Problem("type the line, or Ctrl+T to take it out"))
        self.lines.typed.insert(index, blank)
        self._show_rows()
        self._go_to_line(index)
        self._field(LINE).show("")
