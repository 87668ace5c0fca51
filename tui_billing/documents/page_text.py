"""A page as lines of text, each word about where it stands on paper: to be read where no picture can be shown."""

from __future__ import annotations

from collections.abc import Iterable

from tui_billing.documents.sheet import LEFT, RIGHT, Mark, Sheet, Word
from tui_billing.rules.text import width

#: Cells between the margins: as many as an ordinary line of a document has characters.
CELLS = 100
#: Words whose base lines are no further apart stand on one line, in millimetres.
_SAME_LINE = 1.7
_FIGURES = frozenset("0123456789.,-+ \u00a0\u202f%")


def pages_of(sheet: Sheet) -> list[list[str]]:
    """The lines of each page, blank lines where the page has room."""
    return [_lines(sheet, page) for page in sheet.pages]


def _lines(sheet: Sheet, page: Iterable[Mark]) -> list[str]:
    words = sorted((mark for mark in page if isinstance(mark, Word) and mark.text.strip()), key=lambda one: one.y)
    rows: list[tuple[float, list[Word]]] = []
    for word in words:
        if rows and word.y - rows[-1][0] <= _SAME_LINE:
            rows[-1][1].append(word)
        else:
            rows.append((word.y, [word]))
    lines: list[str] = []
    before = rows[0][0] if rows else 0.0
    for at, row in rows:
        lines += [""] * min(2, int((at - before - 1) / 6.5))
        lines.append(_line(sheet, row))
        before = at
    return lines


def _line(sheet: Sheet, row: list[Word]) -> str:
    line, scale = "", CELLS / (RIGHT - LEFT)
    for word in sorted(row, key=lambda one: one.x):
        text = word.text.strip()
        at = round((word.x - LEFT) * scale)
        if set(text) <= _FIGURES:
            # figures stand under each other at their right end
            long = sheet.typeface.width(word.text, word.size, "B" if word.font == "B" else "")
            at = round((word.x + long - LEFT) * scale) - width(text)
        # the decimals of a figure are a word of their own, and belong to it
        joined = bool(line) and text[:1] in ".," and at <= width(line) + 1
        line = line + text if joined else line + " " * max(at - width(line), 1 if line else 0) + text
    return line
