"""Which font sets which character: the embedded Noto Sans, else a font of this machine, else a box.

Two cuts of Noto Sans are shipped. The western one (230 glyphs) is enough for most documents and costs a
third of the other's time, for reading a font is most of what a PDF costs; the full one takes over as soon as
a character asks. A character that no font has is drawn as ▯ and named, never dropped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError  # type: ignore[import-untyped]

from tui_billing.documents.tidy import tidy

__all__ = ["Face", "Typeface", "cover", "open_face", "tidy"]

FONTS = Path(__file__).parent / "fonts"
REGULAR, BOLD = "", "B"
BOX = "▯"
MOST_FALLBACKS = 8

_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
)
_NO_EMBEDDING = 0x0002  # OS/2 fsType: restricted licence
_BITMAPS_ONLY = 0x0200


@dataclass(frozen=True, slots=True)
class Face:
    """One font file (or one face of a collection): advance widths in thousandths of an em by code point."""

    path: Path
    number: int
    widths: dict[int, int] = field(hash=False, compare=False)


@lru_cache(maxsize=32)
def open_face(path: Path, number: int = 0) -> Face | None:
    """A face that may be embedded; None if unreadable, variable, without outlines or not to be embedded."""
    try:
        with TTFont(path, fontNumber=number, lazy=True) as font:
            if "fvar" in font or not ("glyf" in font or "CFF " in font):
                return None
            if "OS/2" in font and font["OS/2"].fsType & (_NO_EMBEDDING | _BITMAPS_ONLY):
                return None
            scale = 1000 / font["head"].unitsPerEm
            metrics = font["hmtx"].metrics
            # the same rounding as the writer's, so that what is measured here is what is drawn
            widths = {
                code: round(scale * metrics[name][0] + 0.001) for code, name in (font.getBestCmap() or {}).items()
            }
    except (OSError, TTLibError, KeyError, AssertionError, ValueError):
        return None
    return Face(path, number, widths)


def installed_fonts(char: str) -> Iterator[tuple[Path, int]]:
    """Fonts of this machine that may have the character, best first: fontconfig's answer, else all."""
    found: set[tuple[Path, int]] = set()
    if lister := shutil.which("fc-list"):
        try:
            answer = subprocess.run(
                [lister, f":charset={ord(char):x}", "--format=%{file}\t%{index}\n"],
                capture_output=True,
                text=True,
                timeout=10,
                check=False,
            ).stdout
        except (OSError, subprocess.SubprocessError):
            answer = ""
        for row in answer.splitlines():
            name, _, index = row.partition("\t")
            # the upper half of an index names an instance of a variable font
            if name and index.isdigit() and int(index) < 0x10000:
                found.add((Path(name), int(index)))
    else:
        found = {(path, 0) for path in _font_files()}
    yield from sorted(found, key=_preference)


@lru_cache(maxsize=1)
def _font_files() -> tuple[Path, ...]:
    files = []
    for folder in _FOLDERS:
        for place, _, names in os.walk(Path(folder).expanduser()):
            files += [Path(place, name) for name in names if name.lower().endswith((".ttf", ".otf", ".ttc"))]
    return tuple(files)


def _preference(font: tuple[Path, int]) -> tuple[int, int, str, int]:
    path, number = font
    name = path.stem.lower()
    sans = next((place for place, word in enumerate(("notosans", "dejavusans", "sans")) if word in name), 9)
    odd = sum(
        word in name for word in ("bold", "italic", "oblique", "serif", "mono", "condensed", "light", "thin", "black")
    )
    return odd, sans, str(path), number


def cover(chars: Iterable[str]) -> list[Face]:
    """Faces of this machine that together have as many of the characters as possible, at most eight."""
    faces: list[Face] = []
    for char in sorted(chars):
        if len(faces) == MOST_FALLBACKS:
            break
        if not any(ord(char) in face.widths for face in faces):
            faces += [face] if (face := face_with(char)) else []
    return faces


@lru_cache(maxsize=4096)
def face_with(char: str) -> Face | None:
    """The best face of this machine that has the character."""
    for path, number in installed_fonts(char):
        face = open_face(path, number)
        if face and ord(char) in face.widths:
            return face
    return None


def name_character(char: str) -> str:
    """How a missing character is told: its code point, and itself where it can be shown."""
    return f"U+{ord(char):04X} {char}" if char.isprintable() else f"U+{ord(char):04X}"


class Typeface:
    """The fonts of one document, chosen by the characters it holds; measures text and cuts it into runs."""

    def __init__(self, chars: set[str]) -> None:
        wanted = {char for char in chars if char != "\n"}
        self.cut = "Western"
        if lacking := _lacking(self._embedded(REGULAR), wanted):
            self.cut = ""
            lacking = _lacking(self._embedded(REGULAR), wanted)
        self.faces: dict[str, Face] = {REGULAR: self._embedded(REGULAR), BOLD: self._embedded(BOLD)}
        self.fallbacks = cover(lacking)
        for place, face in enumerate(self.fallbacks):
            self.faces[f"f{place}"] = face
        self._missing: dict[str, None] = {}

    @property
    def missing(self) -> tuple[str, ...]:
        """The characters drawn as a box so far, named, in the order they came."""
        return tuple(name_character(char) for char in self._missing)

    def width(self, text: str, size: float, style: str = REGULAR) -> float:
        """Width in millimetres at a size in points."""
        return sum(self._advances(text, style)) * size * 25.4 / 72000

    def runs(self, text: str, style: str = REGULAR) -> list[tuple[str, str]]:
        """The text as (font, piece) from left to right; right-to-left writing comes in visual order."""
        own = self.faces[style].widths
        if all(ord(char) in own for char in text):
            return [(style, text)] if text else []
        known = []
        for char in text:
            if not self._key(char, style):
                self._missing.setdefault(char)
                char = BOX
            known.append(char)
        runs: list[tuple[str, str]] = []
        for char in _visual("".join(known)):
            # what reordering brings in (a mirrored bracket) is in every font that has the bracket
            key = self._key(char, style) or (style,)
            if runs and runs[-1][0] == key[0]:
                runs[-1] = (key[0], runs[-1][1] + char)
            else:
                runs.append((key[0], char))
        return runs

    def wrap(self, text: str, width: float, size: float, style: str = REGULAR, indent: float = 0.0) -> list[str]:
        """Lines that fit a width in millimetres: broken at spaces and between ideographs, else in a word.

        `indent` is what the first line has less.
        """
        lines: list[str] = []
        full = width * 72000 / 25.4 / size
        room = full - indent * 72000 / 25.4 / size
        for paragraph in text.split("\n"):
            advances = self._advances(paragraph, style)
            if sum(advances) <= room:
                lines.append(paragraph.rstrip(" "))
                room = full
                continue
            start = 0
            while start < len(paragraph):
                end = _line_end(paragraph, advances, start, room)
                room = full
                lines.append(paragraph[start:end].strip(" "))
                start = end
                while start < len(paragraph) and paragraph[start] == " ":
                    start += 1
        return lines

    def _embedded(self, style: str) -> Face:
        face = open_face(FONTS / f"NotoSans{self.cut}-{'Bold' if style else 'Regular'}.ttf")
        assert face is not None, "the fonts of this package are damaged"
        return face

    def _key(self, char: str, style: str) -> tuple[str, ...]:
        code = ord(char)
        return next(((key,) for key in (style, *list(self.faces)[2:]) if code in self.faces[key].widths), ())

    def _advances(self, text: str, style: str) -> list[int]:
        own = self.faces[style].widths
        advances = []
        for char in text:
            advance = own.get(ord(char))
            if advance is None:
                key = self._key(char, style)
                advance = self.faces[key[0]].widths[ord(char)] if key else own[ord(BOX)]
            advances.append(advance)
        return advances


def _lacking(face: Face, chars: set[str]) -> set[str]:
    return {char for char in chars if ord(char) not in face.widths}


def _line_end(text: str, advances: list[int], start: int, room: float) -> int:
    """Where the line from `start` on ends: behind the last place where it may break, or in the word."""
    used, place, breakable = 0, start, 0
    while place < len(text):
        char = text[place]
        used += advances[place]
        if used > room and char != " ":
            return breakable or max(place, start + 1)
        place += 1
        if char in " -/" or _is_wide(char) or (place < len(text) and _is_wide(text[place])):
            breakable = place
    return place


def _is_wide(char: str) -> bool:
    return char >= "ᄀ" and unicodedata.east_asian_width(char) in "WF"


def _visual(text: str) -> str:
    if not any(unicodedata.bidirectional(char) in ("R", "AL", "AN") for char in text):
        return text
    from fpdf.bidi import BidiParagraph
    from fpdf.enums import TextDirection

    return BidiParagraph(text, base_direction=TextDirection.LTR).get_reordered_string()
