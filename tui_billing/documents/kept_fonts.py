"""Fonts read once per process: reading and re-compiling a font is most of what a PDF costs.

`fpdf2` reads the font file anew for each document, since cutting the font to the characters used spoils what
was read. A kept font shares what does not change with the one that was read first, and has its own of the
rest. The western cut is small enough to go into the document whole: nothing of it is cut or compiled again.
It is a sub-class made of the parent's public parts, tried once: should a later fpdf2 be built otherwise, every
document reads its fonts again, slower and as right.
"""

from __future__ import annotations

import copy
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from fpdf import FPDF
from fpdf.fonts import SubsetMap, TTFFont

from tui_billing.documents.typeface import FONTS, Face

#: A font file up to this many bytes goes into a document whole.
SMALL = 20_000


class WholeFont:
    """A font file that stays as it is, with as much of a `TTFont` as cutting and embedding ask for.

    It shows no tables, so that a cut finds nothing to take away; its glyphs keep their places.
    """

    def __init__(self, program: bytes, order: list[str]) -> None:
        self._program = program
        self._order = order
        self._places = {name: place for place, name in enumerate(order)}

    def keys(self) -> list[str]:
        return []

    def __contains__(self, tag: object) -> bool:
        return False

    def getGlyphOrder(self) -> list[str]:  # noqa: N802  (fontTools' names)
        return self._order

    def setGlyphOrder(self, order: list[str]) -> None:  # noqa: N802
        """Nothing was cut, whatever the cut thinks is left."""

    def getReverseGlyphMap(self) -> dict[str, int]:  # noqa: N802
        return self._places

    def getGlyphID(self, name: str) -> int:  # noqa: N802
        return self._places[name]

    def save(self, file: BytesIO) -> None:
        file.write(self._program)

    def close(self) -> None:
        """There is no file to close."""


class KeptFont(TTFFont):
    """A font ready for one more document, made of one that was read before."""

    def __init__(self, pattern: TTFFont, program: bytes, number: int) -> None:
        for name in TTFFont.__slots__:
            if hasattr(pattern, name):
                setattr(self, name, getattr(pattern, name))
        self.i = number
        self.desc = copy.copy(pattern.desc)
        self.biggest_size_pt = 0
        self.missing_glyphs: list[int] = []
        if len(program) <= SMALL:
            self.ttfont = WholeFont(program, pattern.ttfont.getGlyphOrder())
        else:
            # glyphs are taken as they are: nothing in them changes, so no box need be computed again
            self.ttfont = TTFont(BytesIO(program), recalcTimestamp=False, recalcBBoxes=False, lazy=True)
        self.subset = SubsetMap(self)


def add_font(pdf: FPDF, family: str, style: str, face: Face) -> None:
    """Make a face known to a document; the embedded ones are kept between documents."""
    key = f"{family}{style}"
    if face.path.parent == FONTS and (kept := _kept(face.path, key, style)):
        pdf.fonts[key] = KeptFont(*kept, len(pdf.fonts) + 1)
    else:
        pdf.add_font(family, style, face.path, collection_font_number=face.number)


@lru_cache(maxsize=8)
def _kept(path: Path, key: str, style: str) -> tuple[TTFFont, bytes] | None:
    try:
        pattern, program = TTFFont(FPDF(), path, key, style), path.read_bytes()
        trial = FPDF()
        trial.fonts[key] = KeptFont(pattern, program, 1)
        trial.add_page()
        trial.set_font(key.removesuffix(style), style, 9)
        trial.text(10, 10, "0")
        trial.output()
    except (AttributeError, TypeError, KeyError, ValueError, AssertionError):
        return None
    return pattern, program
