"""Plain pages of text: the front pages of an evidence pack, a tape; laid out before they are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tui_billing.documents.sheet import (
    BODY,
    FAINT,
    HEAD,
    LEFT,
    RIGHT,
    STRONG,
    TITLE,
    Sheet,
    Style,
)
from tui_billing.documents.typeface import Typeface, tidy

#: Where text ends on a page; the foot below it is for page numbers.
BOTTOM = 280.0
_STYLES = {"title": TITLE, "head": HEAD, "text": BODY, "strong": STRONG, "faint": FAINT}
_GAP = {"title": 4.0, "head": 3.0}
#: Lines that stay on one page from where a heading begins.
_TOGETHER = {"title": 4, "head": 4, "strong": 3}


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of a kind (`title`, `head`, `text`, `strong`, `faint`), with what stands at the right edge."""

    kind: str
    text: str
    right: str = ""


def characters_of(blocks: Iterable[Block]) -> set[str]:
    """All characters, for the choice of fonts."""
    return {char for block in blocks for text in (block.text, block.right) for char in tidy(text)}


def lay_out(blocks: Sequence[Block], typeface: Typeface) -> Sheet:
    """The pages of these blocks; a paragraph goes on where a page ends, a heading stays with what follows."""
    sheet = Sheet(typeface, BOTTOM)
    for block in blocks:
        style = _STYLES[block.kind]
        sheet.y += _GAP.get(block.kind, 0.0)
        if sheet.room < _TOGETHER.get(block.kind, 0) * style.leading:
            sheet.add_page()
        _write(sheet, block, style)
    return sheet


def _write(sheet: Sheet, block: Block, style: Style) -> None:
    room = RIGHT - LEFT - (28.0 if block.right else 0.0)
    for paragraph in tidy(block.text).split("\n"):
        for place, line in enumerate(sheet.wrap(paragraph, room, style) or [""]):
            if sheet.room < style.leading:
                sheet.add_page()
            sheet.write(LEFT, sheet.y, line, style)
            if block.right and not place:
                sheet.write(RIGHT, sheet.y, block.right, style, right=True)
            sheet.y += style.leading
    if block.kind == "text":
        sheet.y += 0.8
