"""The line table: columns as wide as their data, long rows over several pages, carried subtotals."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from tui_billing.documents.composition import Composition
from tui_billing.documents.printable import PrintableInvoice, PrintedAdjustment, PrintedLine
from tui_billing.documents.sheet import (
    BAND,
    BODY,
    FAINT,
    HEAD,
    LEFT,
    RIGHT,
    STRONG,
    Style,
)
from tui_billing.documents.template import LEAST_TEXT
from tui_billing.documents.words import Words
from tui_billing.locale import N_

PAD = 1.3
HEAD_HEIGHT = 6.4
CARRY_HEIGHT = 5.6
GAP = 4.0
CODE_GAP = "  "
# A row higher than this may be split where it stands; a lower one goes to the next page whole.
TALL = 60.0


@dataclass(slots=True)
class Column:
    """A column: what it holds of a row, where it stands, and its widest fraction (decimals are aligned)."""

    name: str
    label: str
    right: bool = True
    decimal: bool = False
    width: float = 0.0
    x: float = 0.0
    fraction: float = 0.0


@dataclass(slots=True)
class Row:
    """One line or one document allowance or charge: its cells, its text lines, its share of the subtotal."""

    cells: dict[str, str]
    texts: list[tuple[str, Style]]
    amount: int
    lines: list[tuple[str, Style]] = field(default_factory=list)


def line_rows(invoice: PrintableInvoice, words: Words, names: frozenset[str]) -> list[Row]:
    """The rows in print order: the lines, then the document's allowances and charges; `names` are the columns."""
    rows = [_line_row(line, words, names) for line in invoice.lines]
    return rows + [_adjustment_row(adjustment, words) for adjustment in invoice.adjustments]


def _line_row(line: PrintedLine, words: Words, names: frozenset[str]) -> Row:
    """What has no column of its own stands in the text."""
    texts: list[tuple[str, Style]] = []
    if line.item and "item" not in names:
        texts.append((words.tidy(line.item), STRONG))
    texts.append((words.tidy(line.description), BODY))
    period = words.period(line.period_start, line.period_end)
    if period and "period" not in names:
        texts.append((period, FAINT))
    discount = f"{words.number(line.discount_percent)} %" if line.discount_percent else ""
    if discount and "discount" not in names:
        texts.append((words.say("Discount {percent}", percent=discount), FAINT))
    if line.previous and "previous" not in names:
        texts.append((words.say("Billed before: {amount}", amount=words.amount(line.previous)), FAINT))
    texts += [(words.adjustment(one), FAINT) for one in line.adjustments]
    cells = {
        "position": str(line.position),
        "item": words.tidy(line.item),
        "period": period,
        "quantity": words.number(line.quantity),
        "unit": words.tidy(line.unit),
        "price": words.price(line.unit_price),
        "discount": discount,
        "vat": words.vat(line.vat_category, line.vat_rate),
        "previous": words.amount(line.previous),
        "net": words.amount(line.net),
        "todate": words.amount(line.previous + line.net),
    }
    return Row(cells, texts, line.net)


def _adjustment_row(adjustment: PrintedAdjustment, words: Words) -> Row:
    signed = adjustment.amount if adjustment.is_charge else -adjustment.amount
    cells = {"net": words.amount(signed)}
    if adjustment.vat_category:
        cells["vat"] = words.vat(adjustment.vat_category, adjustment.vat_rate or Decimal(0))
    return Row(cells, [(words.adjustment(adjustment, with_amount=False), BODY)], signed)


#: Heads of the columns, in the customer's language where the template has none of its own.
HEADS = {
    "position": "",
    "item": N_("Item"),
    "text": N_("Description"),
    "period": N_("Period"),
    "quantity": N_("Quantity"),
    "unit": N_("Unit"),
    "price": N_("Unit price"),
    "discount": N_("Discount"),
    "vat": N_("VAT"),
    "previous": N_("Billed before"),
    "net": N_("Net amount"),
    "todate": N_("Billed to date"),
}
_ALWAYS = ("position", "text", "net")
_LEFT = ("position", "item", "text", "period", "unit")
_DECIMAL = ("quantity", "price")
#: Given up, one after the other, where the page is too narrow for all columns: the text says them then.
_GIVEN_UP = ("period", "item", "discount", "todate", "previous")
#: No wider, whatever stands there: a unit is cut, an item's code goes into the text.
_WIDEST = {"unit": 22.0, "item": 28.0}
LEAST_COLUMN = 24.0


class LineTable:
    """Draws the rows on a sheet, page after page."""

    def __init__(self, on: Composition) -> None:
        self.on = on
        self.sheet, self.words = on.sheet, on.words
        self.rows, self.columns = self._fit()
        self.text_column = next(column for column in self.columns if column.name == "text")
        self.net_column = next(column for column in self.columns if column.name == "net")
        for row in self.rows:
            self._wrap(row, self.text_column.width)
        self.carried = 0
        # where rows begin on the page in hand (none yet), and on a page that only goes on with the table
        self.top = 0.0
        self.page_top = 40.0

    def _wrap(self, row: Row, width: float) -> None:
        sheet = self.sheet
        for text, style in row.texts:
            if style is STRONG:
                continue
            row.lines += [(line, style) for line in sheet.wrap(text, width, style)]
        if row.texts and row.texts[0][1] is STRONG:
            # the item's code leads the first line of the description
            code, description = row.texts[0][0], row.texts[1][0]
            indent = sheet.typeface.width(code + CODE_GAP, STRONG.size, STRONG.bold)
            if indent > width / 2:
                row.lines[:0] = [(line, STRONG) for line in sheet.wrap(code, width, STRONG)]
                return
            lines = sheet.typeface.wrap(description, width, BODY.size, BODY.bold, indent)
            row.lines[: len(sheet.wrap(description, width, BODY))] = [(line, BODY) for line in lines]
            row.lines[0] = (f"{code}\t{lines[0]}", BODY)

    def _fit(self) -> tuple[list[Row], list[Column]]:
        """Rows and columns of the template; columns that the page has no room for are given up."""
        widths = {column.name: float(column.width) for column in self.on.template.columns}
        longest = max((self.sheet.typeface.width(line.item, BODY.size) for line in self.on.invoice.lines), default=0.0)
        if longest > _WIDEST["item"]:
            widths.pop("item", None)
        give_up = [name for name in _GIVEN_UP if name in widths]
        while True:
            rows = line_rows(self.on.invoice, self.words, frozenset(widths))
            columns = self._columns(rows, widths)
            text = next(column for column in columns if column.name == "text")
            if text.width >= LEAST_TEXT - GAP or not give_up:
                break
            widths.pop(give_up.pop(0))
        text.width = max(text.width, LEAST_COLUMN)
        return rows, columns

    def _columns(self, rows: list[Row], widths: dict[str, float]) -> list[Column]:
        used = {name for row in rows for name, text in row.cells.items() if text}
        columns = [
            Column(
                name,
                self.on.template.head(self.words.language, name) or self.words.say(HEADS[name]),
                right=name not in _LEFT,
                decimal=name in _DECIMAL,
            )
            for name in widths
            if name in used or name in _ALWAYS
        ]
        for column in columns:
            # no figure is ever cut: a column that a template makes too narrow is as wide as it must be
            needed = self._needed(column, rows)
            column.width = max(needed, widths[column.name]) if column.name != "text" else 0.0
            if column.name == "position":
                column.width = max(column.width, 6.0)
        free = RIGHT - LEFT - sum(column.width for column in columns)
        x = LEFT
        for column in columns:
            if column.name == "text":
                column.width = max(free, LEAST_COLUMN + GAP)
            column.x = x
            x += column.width
            if column.name == "text":
                column.width -= GAP
        return columns

    def _needed(self, column: Column, rows: list[Row]) -> float:
        width = self.sheet.typeface.width
        cells = [row.cells.get(column.name, "") for row in rows]
        if column.decimal:
            parts = [self.words.split(cell) for cell in cells]
            column.fraction = max((width(part[1], BODY.size) for part in parts), default=0)
            widest = max((width(part[0], BODY.size) for part in parts), default=0) + column.fraction
        else:
            widest = max((width(cell, BODY.size) for cell in cells), default=0)
        widest = min(widest, _WIDEST.get(column.name, widest))
        return max(widest, width(column.label, HEAD.size, HEAD.bold)) + GAP

    def draw(self, tail: float) -> None:
        """Draw head and rows; the last row stays on one page with what follows, `tail` millimetres high."""
        self.head()
        for place, row in enumerate(self.rows):
            self._place(row, tail if place == len(self.rows) - 1 else CARRY_HEIGHT)

    def head(self) -> None:
        """The head of the table, once on each page."""
        sheet = self.sheet
        sheet.fill(LEFT, sheet.y, RIGHT - LEFT, HEAD_HEIGHT, BAND)
        top = sheet.y + (HEAD_HEIGHT - HEAD.leading) / 2
        for column in self.columns:
            if column.right:
                sheet.write(column.x + column.width - self._edge(column), top, column.label, HEAD, right=True)
            else:
                sheet.write(column.x + self._start(column), top, column.label, HEAD)
        sheet.y += HEAD_HEIGHT + 0.6

    def _start(self, column: Column) -> float:
        return 1.5 if column.name == "position" else 0.0

    def _edge(self, column: Column) -> float:
        return 1.5 if column is self.columns[-1] else GAP / 2

    def _place(self, row: Row, below: float) -> None:
        start = 0
        while True:
            rest = row.lines[start:]
            height = _height(rest)
            fresh = self.sheet.y == self.top
            room = self.sheet.room
            if height + below <= room:
                self._draw(row, rest, start == 0)
                return
            fitting = _fitting(rest, room - CARRY_HEIGHT)
            splittable = height > TALL or height + below > self.capacity
            if fitting and splittable and (fitting >= 3 or fresh):
                if fitting >= len(rest):
                    # the row fits, what follows does not: its last line goes along to the next page
                    fitting = len(rest) - 1
                if fitting:
                    self._draw(row, rest[:fitting], start == 0, open_end=True)
                    start += fitting
                    self.turn()
                    continue
            if fresh:
                self._draw(row, rest, start == 0)
                return
            self.turn()

    @property
    def capacity(self) -> float:
        """Room for rows on a page that has only the running head, the table head and the subtotal above."""
        return self.sheet.bottom - self.page_top

    def turn(self) -> None:
        """Close the page with the subtotal, open the next one with it."""
        sheet, words = self.sheet, self.words
        self._carry(words.say("Carried forward"))
        self.on.new_page()
        self.head()
        self._carry(words.say("Brought forward"))
        sheet.rule(sheet.y)
        self.top = self.page_top = sheet.y

    def _carry(self, label: str) -> None:
        sheet = self.sheet
        top = sheet.y + (CARRY_HEIGHT - BODY.leading) / 2
        amount = self.words.amount(self.carried)
        width = max(sheet.typeface.width(amount, BODY.size), 22.0)
        edge = self.net_column.x + self.net_column.width - self._edge(self.net_column)
        sheet.write(edge - width - 4, top + 0.2, label, FAINT, right=True)
        sheet.write(edge, top, amount, BODY, right=True)
        sheet.y += CARRY_HEIGHT

    def _draw(self, row: Row, lines: list[tuple[str, Style]], with_cells: bool, open_end: bool = False) -> None:
        sheet = self.sheet
        y = sheet.y + PAD
        # in reading order, for whoever listens to the page or copies it: number, text, figures, more text
        at = self.columns.index(self.text_column)
        if with_cells:
            self.carried += row.amount
            for column in self.columns[:at]:
                self._cell(column, row.cells.get(column.name, ""), y)
        for place, (text, style) in enumerate(lines):
            self._text(text, style, y)
            if with_cells and not place:
                for column in self.columns[at + 1 :]:
                    self._cell(column, row.cells.get(column.name, ""), y)
            y += style.leading
        sheet.y = y + PAD
        if not open_end:
            sheet.rule(sheet.y)

    def _text(self, text: str, style: Style, y: float) -> None:
        sheet, x = self.sheet, self.text_column.x
        if "\t" in text:
            code, _, text = text.partition("\t")
            x += sheet.write(x, y, code, STRONG) + sheet.typeface.width(CODE_GAP, STRONG.size)
        sheet.write(x, y, text, style)

    def _cell(self, column: Column, text: str, y: float) -> None:
        if not text:
            return
        sheet = self.sheet
        edge = column.x + column.width - self._edge(column)
        if column.decimal:
            whole, fraction = self.words.split(text)
            sheet.write(edge - column.fraction, y, whole, BODY, right=True)
            sheet.write(edge - column.fraction, y, fraction, BODY)
        elif column.right:
            sheet.write(edge, y, text, BODY, right=True)
        elif column.name == "position":
            sheet.write(column.x + 1.5, y + (BODY.leading - FAINT.leading) / 2 + 0.1, text, FAINT)
        else:
            (line, *more) = sheet.wrap(text, column.width - 1, BODY) or [""]
            sheet.write(column.x, y, line + ("…" if more else ""), BODY)


def _height(lines: list[tuple[str, Style]]) -> float:
    return sum(style.leading for _, style in lines) + 2 * PAD


def _fitting(lines: list[tuple[str, Style]], room: float) -> int:
    used, count = 2 * PAD, 0
    for _, style in lines:
        used += style.leading
        if used > room:
            break
        count += 1
    return count
