"""Where everything stands on a letter: heads as on an invoice, paragraphs, tables over pages, page x of y."""

from __future__ import annotations

from dataclasses import dataclass

from tui_billing.documents.letter import LetterRow, LetterTable, PrintableLetter
from tui_billing.documents.sheet import (
    ADDRESS,
    ADDRESS_NAME,
    BAND,
    BODY,
    FAINT,
    HEAD,
    LABEL,
    LEFT,
    NAME,
    RIGHT,
    SMALL,
    STRONG,
    TITLE,
    Palette,
    Sheet,
    Style,
)
from tui_billing.documents.stationery import (
    SELLER_WIDTH,
    WINDOW_WIDTH,
    WINDOW_X,
    WINDOW_Y,
    bottom_over,
    foot_lines,
    place_logo,
    running_head,
    write_footers,
    write_party,
)
from tui_billing.documents.template import rgb
from tui_billing.documents.typeface import Typeface, tidy
from tui_billing.locale import say
from tui_billing.rules.dates import format_date
from tui_billing.rules.numbers import format_money

TEXT = Style(9.5, 4.8)
ROW, HEAD_HEIGHT, GAP = 5.2, 6.4, 4.0


@dataclass(slots=True)
class _Column:
    """Where a column stands: its left and right edge, and its widest fraction."""

    left: float
    right: float
    fraction: float = 0.0


def lay_out_letter(letter: PrintableLetter, typeface: Typeface, logo_ratio: float | None = None) -> Sheet:
    """All pages of a letter, with every page's footer."""
    return _Letter(letter, typeface, logo_ratio).sheet


class _Letter:
    def __init__(self, letter: PrintableLetter, typeface: Typeface, logo_ratio: float | None) -> None:
        self.letter = letter
        self.language = letter.language if letter.language in ("en", "fr") else "en"
        self.footer = foot_lines(typeface, letter.footer or letter.seller.full_name)
        palette = Palette(rgb(letter.accent), rgb(letter.grey))
        self.sheet = Sheet(typeface, bottom_over(self.footer), palette, tidy(letter.watermark))
        self._heads(logo_ratio)
        self._facts()
        for text in letter.before:
            self._paragraph(text)
        for table in letter.tables:
            self._table(table)
        self._closing()
        self._footers()

    # heads

    def _heads(self, logo_ratio: float | None) -> None:
        sheet, letter = self.sheet, self.letter
        home = letter.seller.address.country
        y, title_end = place_logo(sheet, logo_ratio, letter.logo)
        y = write_party(sheet, letter.seller, LEFT, y, SELLER_WIDTH, NAME, BODY, self.language, home)
        for text in (letter.seller.contact, letter.seller.phone, letter.seller.email):
            if text:
                y = sheet.write_lines(LEFT, y, sheet.wrap(tidy(text), SELLER_WIDTH, FAINT), FAINT)
        title_end -= 1.5
        for line in sheet.wrap(tidy(letter.title), WINDOW_WIDTH, TITLE)[:3]:
            sheet.write(WINDOW_X, title_end, line, TITLE)
            title_end += TITLE.leading
        window = max(WINDOW_Y, title_end + 3)
        buyer = (letter.buyer, WINDOW_X, window, WINDOW_WIDTH, ADDRESS_NAME, ADDRESS)
        end = write_party(sheet, *buyer, self.language, home)
        sheet.y = max(y, end, 82.0) + 6

    def _facts(self) -> None:
        sheet = self.sheet
        facts = [(say("Date", self.language), format_date(self.letter.date, self.language)), *self.letter.facts]
        width = (RIGHT - LEFT) / 4
        sheet.rule(sheet.y, weight=0.25)
        sheet.y += 2.2
        for start in range(0, len(facts), 4):
            deepest = sheet.y
            for place, (label, value) in enumerate(facts[start : start + 4]):
                x = LEFT + place * width
                sheet.write(x, sheet.y, tidy(label), LABEL)
                lines = sheet.wrap(tidy(value), width - 3, BODY)
                deepest = max(deepest, sheet.write_lines(x, sheet.y + LABEL.leading, lines, BODY))
            sheet.y = deepest + 1.6
        sheet.y += 0.6
        sheet.rule(sheet.y, weight=0.25)
        sheet.y += 6

    def _new_page(self) -> None:
        running_head(self.sheet, tidy(self.letter.title), tidy(self.letter.seller.full_name))

    def _paragraph(self, text: str, style: Style = TEXT) -> None:
        lines = self.sheet.wrap(tidy(text), RIGHT - LEFT, style)
        for place, line in enumerate(lines):
            # two lines of a paragraph stay together at either end of a page
            alone = place == 0 and len(lines) > 1 and self.sheet.room < 2 * style.leading
            if self.sheet.room < style.leading or alone:
                self._new_page()
            self.sheet.write(LEFT, self.sheet.y, line, style)
            self.sheet.y += style.leading
        self.sheet.y += 2.4

    # tables

    def _table(self, table: LetterTable) -> None:
        sheet = self.sheet
        first = 2 * ROW + HEAD_HEIGHT + (STRONG.leading + 2 if table.heading else 0)
        if sheet.room < first:
            self._new_page()
        if table.heading:
            sheet.write(LEFT, sheet.y, tidy(table.heading), STRONG)
            sheet.y += STRONG.leading + 2
        columns = self._columns(table)
        self._head(table, columns)
        carried = table.carried
        foot = (ROW + 1 if table.total else 0) + (14 if table.boxes else 0)
        for place, row in enumerate(table.rows):
            height = self._height(table, columns, row)
            last = place == len(table.rows) - 1
            # the last row goes along with its total, every other one leaves room for the sum that is carried
            if sheet.room < height + (foot if last else ROW):
                self._turn(table, columns, carried)
            self._draw(table, columns, row, height)
            carried += row.share
        if table.total is not None:
            if sheet.room < ROW + 1:
                self._turn(table, columns, carried)
            sheet.fill(LEFT, sheet.y, RIGHT - LEFT, ROW + 0.6, BAND)
            sheet.y += 0.3
            self._draw(table, columns, table.total, ROW, rule=False)
            sheet.y += 0.3
        sheet.y += 3
        if table.boxes:
            self._boxes(table)
        sheet.y += 3

    def _columns(self, table: LetterTable) -> list[_Column]:
        width = self.sheet.typeface.width
        rows = [*table.rows, *([table.total] if table.total else [])]
        widths: list[float] = []
        fractions: list[float] = []
        for place, column in enumerate(table.columns):
            cells = [tidy(row.cells[place]) for row in rows]
            if column.amount:
                parts = [self._split(cell) for cell in cells]
                fraction = max((width(part[1], BODY.size, "B") for part in parts), default=0.0)
                wide = max((width(part[0], BODY.size, "B") for part in parts), default=0.0) + fraction
                if table.currency and place == len(table.columns) - 1:
                    most = max(abs(table.carried), sum(abs(row.share) for row in table.rows))
                    wide = max(wide, width(self._money(most, table), BODY.size, "B"))
            else:
                fraction, wide = 0.0, max((width(cell, BODY.size, "B") for cell in cells), default=0.0)
            fractions.append(fraction)
            widths.append(max(wide, width(tidy(column.label), HEAD.size, HEAD.bold)) + GAP)
        flex = [place for place, column in enumerate(table.columns) if column.flex]
        fixed = sum(wide for place, wide in enumerate(widths) if place not in flex)
        for place in flex:
            widths[place] = max(24.0, (RIGHT - LEFT - fixed) / len(flex))
        scale = min(1.0, (RIGHT - LEFT) / sum(widths))
        columns, x = [], LEFT
        for wide, fraction in zip(widths, fractions, strict=True):
            columns.append(_Column(x, x + wide * scale, fraction))
            x += wide * scale
        return columns

    def _money(self, amount: int, table: LetterTable) -> str:
        return format_money(amount, table.currency, self.language)

    def _split(self, text: str) -> tuple[str, str]:
        point = "," if self.language == "fr" else "."
        whole, sign, fraction = text.rpartition(point)
        return (whole, sign + fraction) if sign else (text, "")

    def _head(self, table: LetterTable, columns: list[_Column]) -> None:
        sheet = self.sheet
        sheet.fill(LEFT, sheet.y, RIGHT - LEFT, HEAD_HEIGHT, BAND)
        top = sheet.y + (HEAD_HEIGHT - HEAD.leading) / 2
        for column, place in zip(table.columns, columns, strict=True):
            if column.amount:
                sheet.write(self._edge(place, columns), top, tidy(column.label), HEAD, right=True)
            else:
                sheet.write(place.left + 1.5, top, tidy(column.label), HEAD)
        sheet.y += HEAD_HEIGHT + 0.6

    @staticmethod
    def _edge(column: _Column, columns: list[_Column]) -> float:
        return column.right - (1.5 if column is columns[-1] else GAP / 2)

    def _lines(self, table: LetterTable, columns: list[_Column], row: LetterRow, place: int) -> list[str]:
        column, text = columns[place], tidy(row.cells[place])
        style = STRONG if row.strong else BODY
        wide = column.right - column.left - 2.5
        return self.sheet.wrap(text, wide, style)[:6] if table.columns[place].flex else [text]

    def _height(self, table: LetterTable, columns: list[_Column], row: LetterRow) -> float:
        most = max(len(self._lines(table, columns, row, place)) for place in range(len(columns)))
        return max(1, most) * BODY.leading + (ROW - BODY.leading)

    def _draw(
        self, table: LetterTable, columns: list[_Column], row: LetterRow, height: float, *, rule: bool = True
    ) -> None:
        sheet = self.sheet
        style = STRONG if row.strong else FAINT if row.faint else BODY
        y = sheet.y + (ROW - BODY.leading) / 2
        for place, (column, edge) in enumerate(zip(table.columns, columns, strict=True)):
            text = tidy(row.cells[place])
            if column.amount and text:
                whole, fraction = self._split(text)
                at = self._edge(edge, columns) - edge.fraction
                sheet.write(at, y, whole, style, right=True)
                sheet.write(at, y, fraction, style)
            elif not column.amount:
                sheet.write_lines(edge.left + 1.5, y, self._lines(table, columns, row, place), style)
        sheet.y += height
        if rule:
            sheet.rule(sheet.y)

    def _turn(self, table: LetterTable, columns: list[_Column], carried: int) -> None:
        """Close the page with what is carried, open the next one with it."""
        if table.currency:
            self._carry(table, "Carried forward", carried)
        self._new_page()
        self._head(table, columns)
        if table.currency:
            self._carry(table, "Brought forward", carried)
            self.sheet.rule(self.sheet.y)

    def _carry(self, table: LetterTable, label: str, amount: int) -> None:
        sheet = self.sheet
        text = self._money(amount, table)
        y = sheet.y + (ROW - BODY.leading) / 2
        width = sheet.typeface.width(text, BODY.size)
        sheet.write(RIGHT - 1.5, y, text, BODY, right=True)
        sheet.write(RIGHT - 1.5 - width - 4, y + 0.2, say(label, self.language), FAINT, right=True)
        sheet.y += ROW

    def _boxes(self, table: LetterTable) -> None:
        sheet = self.sheet
        if sheet.room < 12:
            self._new_page()
        width = (RIGHT - LEFT + 1.5) / len(table.boxes)
        for place, (label, amount) in enumerate(table.boxes):
            x = LEFT + place * width
            sheet.fill(x, sheet.y, width - 1.5, 10.5, BAND)
            sheet.write(x + 2, sheet.y + 1.2, tidy(label), LABEL)
            style = STRONG if sheet.typeface.width(amount, STRONG.size, "B") < width - 5 else SMALL
            sheet.write(x + width - 3.5, sheet.y + 5.2, tidy(amount), style, right=True)
        sheet.y += 11

    # foot

    def _closing(self) -> None:
        texts = self.letter.after
        height = sum(len(self.sheet.wrap(tidy(text), RIGHT - LEFT, TEXT)) * TEXT.leading + 2.4 for text in texts)
        if texts and height < 60 and self.sheet.room < height:
            self._new_page()  # the greeting never stands on a page alone with its last line
        for text in texts:
            self._paragraph(text)

    def _footers(self) -> None:
        def count(page: int, pages: int) -> str:
            return say("Page {page} of {pages}", self.language, page=page, pages=pages)

        write_footers(self.sheet, self.footer, count)
