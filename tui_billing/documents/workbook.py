"""Workbooks for those whose customers ask: amounts are numbers there, texts are never formulas."""

from __future__ import annotations

import re
from io import BytesIO

from tui_billing.documents.letter import LetterRow, LetterTable, PrintableLetter

#: A formatted amount: grouped in threes by a comma or a blank, a point or a comma before the decimals.
_AMOUNT = re.compile(r"-?[\d,.\u00a0\u202f ]*\d")


def letter_workbook(letter: PrintableLetter) -> bytes:
    """A letter's facts and tables as an .xlsx file, one sheet a table."""
    import xlsxwriter

    made = BytesIO()
    # a text that begins with "=" or looks like a link stays a text
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(made, options)
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
    from tui_billing.rules.money import exponent

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
