"""Workbooks for those whose customers ask: amounts are numbers there, texts are never formulas."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import datetime, time
from io import BytesIO
from pathlib import Path

from tui_billing.documents.files import partial_path, unwritten
from tui_billing.documents.invoice_content import content_of
from tui_billing.documents.letter import LetterRow, LetterTable, PrintableLetter
from tui_billing.documents.printable import PrintableInvoice
from tui_billing.documents.words import Words
from tui_billing.rules.money import exponent, from_minor

#: A formatted amount: grouped in threes by a comma or a blank, a point or a comma before the decimals.
_AMOUNT = re.compile(r"-?[\d,.\u00a0\u202f ]*\d")


#: A text that begins with "=" or looks like a link stays a text.
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
#: Columns of an invoice's lines, and which of them are numbers there.
_LINES = ("position", "item", "text", "period", "quantity", "unit", "price", "discount", "vat", "net")


def invoice_workbook(invoice: PrintableInvoice) -> bytes:
    """An issued document as an .xlsx file: its facts, its lines with numbers as numbers, VAT and sums below them."""
    import xlsxwriter

    said, places = content_of(invoice), exponent(invoice.currency)
    made = BytesIO()
    book = xlsxwriter.Workbook(made, _OPTIONS)
    when = datetime.combine(invoice.issue_date, time(12))
    book.set_properties({"title": invoice.number, "author": invoice.seller.full_name, "created": when})
    strong, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    top = book.add_format({"valign": "top"})
    head = book.add_format({"bold": True, "bg_color": "#EEF1F5", "font_color": "#1F3A5F", "bottom": 1})
    picture = "#,##0" + ("." + "0" * places if places else "")
    money = book.add_format({"num_format": picture, "valign": "top"})
    total = book.add_format({"num_format": picture, "bold": True})
    sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\]", "-", invoice.number or said["title"])[:31])
    sheet.write_string(0, 0, f"{said['title']} {said['number']}", strong)
    line = 1
    for who in ("seller", "buyer"):
        sheet.write_string(line, 0, ", ".join(said[who]))
        line += 1
    for fact in said["facts"]:
        sheet.write_string(line, 0, fact["label"])
        sheet.write_string(line, 2, fact["value"])
        line += 1
    line += 1
    columns = [
        name for name in _LINES if name in ("position", "text", "net") or any(row[name] for row in said["lines"])
    ]
    for place, name in enumerate(columns):
        sheet.write_string(line, place, said["heads"][name], head)
        sheet.set_column(place, place, 44 if name == "text" else 13)
    sheet.freeze_panes(line + 1, 0)
    figures: list[dict[str, object]] = [
        {"quantity": one.quantity, "price": one.unit_price, "net": from_minor(one.net, invoice.currency)}
        for one in invoice.lines
    ]
    figures += [
        {"net": from_minor(one.amount if one.is_charge else -one.amount, invoice.currency)}
        for one in invoice.adjustments
    ]
    for row, numbers in zip(said["lines"], figures, strict=True):
        line += 1
        for place, name in enumerate(columns):
            if name in numbers:
                sheet.write_number(line, place, _double(numbers[name]), money if name == "net" else top)
            else:
                sheet.write_string(line, place, row[name], wrapped if name == "text" else top)
    last = len(columns) - 1
    line += 1
    for group in invoice.vat:
        line += 1
        words = Words(invoice)
        sheet.write_string(
            line, columns.index("text"), f"{words.say('VAT')} {words.vat_group(group.category, group.rate)}"
        )
        sheet.write_number(line, last - 1, _double(from_minor(group.taxable, invoice.currency)), money)
        sheet.write_number(line, last, _double(from_minor(group.tax, invoice.currency)), money)
    line += 1
    for one in said["sums"]:
        line += 1
        sheet.write_string(line, columns.index("text"), one["label"], strong)
        number = _number(one["amount"], Words(invoice).language)
        assert number is not None
        sheet.write_number(line, last, number, total)
    book.close()
    return made.getvalue()


def _double(value: object) -> float:
    """What a workbook knows of a number: 15 digits, more than any amount has."""
    return float(str(value))


def letter_workbook(letter: PrintableLetter) -> bytes:
    """A letter's facts and tables as an .xlsx file, one sheet a table."""
    import xlsxwriter

    made = BytesIO()
    book = xlsxwriter.Workbook(made, _OPTIONS)
    book.set_properties({"title": letter.title, "author": letter.seller.full_name, "created": letter.date})
    strong = book.add_format({"bold": True})
    head = book.add_format({"bold": True, "bg_color": "#EEF1F5", "font_color": "#1F3A5F", "bottom": 1})
    for place, table in enumerate(letter.tables):
        sheet = book.add_worksheet(f"{table.currency or place + 1}"[:31])
        money = book.add_format({"num_format": _picture(table)})
        total = book.add_format({"num_format": _picture(table), "bold": True, "top": 1})
        sheet.write_string(0, 0, letter.title, strong)
        sheet.write_string(1, 0, letter.buyer.full_name)
        line = 2
        for label, value in letter.facts:
            sheet.write_string(line, 0, label)
            sheet.write_string(line, 1, value)
            line += 1
        line += 1
        for column, one in enumerate(table.columns):
            sheet.write_string(line, column, one.label, head)
            sheet.set_column(column, column, 34 if one.flex else 14)
        sheet.freeze_panes(line + 1, 0)
        rows = [*((row, money, None) for row in table.rows), *([(table.total, total, strong)] if table.total else [])]
        for row, number_format, text_format in rows:
            line += 1
            _write_row(sheet, line, table, row, number_format, text_format, letter.language)
    book.close()
    return made.getvalue()


def _picture(table: LetterTable) -> str:
    places = exponent(table.currency) if table.currency else 2
    return "#,##0" + ("." + "0" * places if places else "")


def _write_row(
    sheet: object, line: int, table: LetterTable, row: LetterRow, money: object, plain: object, language: str
) -> None:
    for column, (one, text) in enumerate(zip(table.columns, row.cells, strict=True)):
        number = _number(text, language) if one.amount else None
        if number is not None:
            sheet.write_number(line, column, number, money)  # type: ignore[attr-defined]
        else:
            sheet.write_string(line, column, text, plain)  # type: ignore[attr-defined]


def _number(text: str, language: str) -> float | None:
    """What a formatted amount is in a workbook, which knows doubles alone: 15 digits, more than any amount has."""
    if not _AMOUNT.fullmatch(text):
        return None
    point = "," if language == "fr" else "."
    digits = "".join(char if char.isdigit() or char == "-" else "." if char == point else "" for char in text)
    return float(digits)


class ListBook:
    """A list as an .xlsx file, row by row, however long it is: the file takes its name when it is whole."""

    def __init__(self, path: Path, title: str, columns: Sequence[tuple[str, bool]], language: str) -> None:
        """`columns` are (head, whether it holds figures); a Problem where the folder cannot be written to."""
        import xlsxwriter

        self.path, self.language, self.rows = path, language, 0
        self._columns = columns
        self._partial = partial_path(path, os.getpid()).with_suffix(".xlsx")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._partial.write_bytes(b"")
        except OSError as error:
            raise unwritten(path, error) from error
        self._book = xlsxwriter.Workbook(
            str(self._partial), {**_OPTIONS, "in_memory": False, "constant_memory": True, "tmpdir": str(path.parent)}
        )
        head = self._book.add_format({"bold": True, "bg_color": "#EEF1F5", "font_color": "#1F3A5F", "bottom": 1})
        self._money = self._book.add_format({"num_format": "#,##0.00"})
        self._sheet = self._book.add_worksheet(re.sub(r"[\[\]:*?/\\]", "-", title)[:31] or "1")
        for place, (_name, figures) in enumerate(columns):
            self._sheet.set_column(place, place, 14 if figures else 24)
        self._sheet.freeze_panes(1, 0)
        for place, (name, _figures) in enumerate(columns):
            self._sheet.write_string(0, place, name, head)

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        """More rows, a text for each column; figures become numbers."""
        for cells in rows:
            self.rows += 1
            for place, ((_name, figures), text) in enumerate(zip(self._columns, cells, strict=True)):
                number = _number(text, self.language) if figures else None
                if number is not None:
                    self._sheet.write_number(self.rows, place, number, self._money)
                else:
                    self._sheet.write_string(self.rows, place, text)

    def keep(self) -> None:
        """Write it out; a Problem where the disk refuses, and then nothing is left."""
        from xlsxwriter.exceptions import XlsxWriterException

        try:
            self._book.close()
            self._partial.replace(self.path)
        except (OSError, XlsxWriterException) as error:
            self.drop()
            raise unwritten(self.path, error) from error

    def drop(self) -> None:
        """Leave nothing behind."""
        self._partial.unlink(missing_ok=True)
