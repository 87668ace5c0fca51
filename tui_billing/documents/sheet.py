"""Pages as lists of marks, laid out before anything is drawn: only then is the number of pages known."""

from __future__ import annotations

from dataclasses import dataclass

from tui_billing.documents.typeface import REGULAR, Typeface

WIDTH, HEIGHT = 210.0, 297.0
LEFT, RIGHT, TOP = 18.0, 192.0, 16.0

INK = (31, 36, 45)
MUTED = (104, 112, 125)
ACCENT = (31, 58, 95)
RULE = (205, 210, 218)
BAND = (238, 241, 245)
WHITE = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Style:
    """Size in points, font style, colour, and the height of a line in millimetres."""

    size: float
    leading: float
    bold: str = REGULAR
    colour: tuple[int, int, int] = INK


BODY = Style(8.5, 4.0)
LINK = Style(8.5, 4.0, REGULAR, ACCENT)
STRONG = Style(8.5, 4.0, "B")
SMALL = Style(7.5, 3.5)
FAINT = Style(7.5, 3.5, REGULAR, MUTED)
LABEL = Style(6.8, 3.2, REGULAR, MUTED)
HEAD = Style(7.2, 3.4, "B", ACCENT)
TINY = Style(6.8, 3.2, REGULAR, MUTED)
ADDRESS = Style(9.5, 4.6)
ADDRESS_NAME = Style(9.5, 4.6, "B")
NAME = Style(11, 5.0, "B", ACCENT)
TITLE = Style(19, 8.2, REGULAR, ACCENT)
NUMBER = Style(12, 5.6, "B")
TOTAL = Style(10.5, 5.2, "B", ACCENT)


@dataclass(frozen=True, slots=True)
class Word:
    """A run of text: left end of its base line, in millimetres from the top left corner."""

    x: float
    y: float
    font: str
    size: float
    colour: tuple[int, int, int]
    text: str


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle; rules are thin ones."""

    x: float
    y: float
    width: float
    height: float
    colour: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Picture:
    """Where the logo goes, or the picture that `content` holds."""

    x: float
    y: float
    width: float
    height: float
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Link:
    """A rectangle that opens an address."""

    x: float
    y: float
    width: float
    height: float
    address: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """A word across the page, from its lower left to its upper right."""

    text: str
    font: str
    size: float
    width: float
    colour: tuple[int, int, int]


Mark = Word | Box | Picture | Link | Stamp

#: What stands across a page that is no document yet: seen, and everything can be read through it.
STAMP = Style(96, 40, "B", (232, 234, 238))


@dataclass(frozen=True, slots=True)
class Palette:
    """The two colours that a house chooses: of heads and sums, and of what is said in small."""

    accent: tuple[int, int, int] = ACCENT
    grey: tuple[int, int, int] = MUTED

    def of(self, colour: tuple[int, int, int]) -> tuple[int, int, int]:
        """A colour of a style as this house has it."""
        return self.accent if colour == ACCENT else self.grey if colour == MUTED else colour


class Sheet:
    """The pages of a document and the height reached on the last; the footer's room begins at `bottom`."""

    def __init__(self, typeface: Typeface, bottom: float, palette: Palette | None = None, stamp: str = "") -> None:
        self.typeface = typeface
        self.bottom = bottom
        self.palette = palette or Palette()
        self.stamp = stamp
        self.pages: list[list[Mark]] = []
        self.y = TOP
        self.add_page()

    def add_page(self) -> None:
        """Go on at the top of a new page."""
        self.pages.append([])
        self.y = TOP
        if self.stamp:
            width = self.typeface.width(self.stamp, STAMP.size, STAMP.bold)
            self.pages[-1].append(Stamp(self.stamp, STAMP.bold, STAMP.size, width, STAMP.colour))

    @property
    def room(self) -> float:
        """Millimetres left on this page."""
        return self.bottom - self.y

    def write(self, x: float, y: float, text: str, style: Style, *, right: bool = False, page: int = -1) -> float:
        """One line whose top is at `y`, from `x` on or, with `right`, up to `x`; its width comes back."""
        width = self.typeface.width(text, style.size, style.bold)
        if right:
            x -= width
        # the base line stands where a line of this size is centred in its leading
        base = y + style.leading / 2 + style.size * 0.357 / 2.83465
        at = x
        runs = self.typeface.runs(text, style.bold)
        for font, piece in runs:
            self.pages[page].append(Word(at, base, font, style.size, self.palette.of(style.colour), piece))
            if len(runs) > 1:
                at += sum(self.typeface.faces[font].widths[ord(char)] for char in piece) * style.size * 25.4 / 72000
        return width

    def write_lines(self, x: float, y: float, lines: list[str], style: Style) -> float:
        """Lines one below the other; the height below the last one comes back."""
        for line in lines:
            self.write(x, y, line, style)
            y += style.leading
        return y

    def wrap(self, text: str, width: float, style: Style) -> list[str]:
        """Lines of a width in millimetres."""
        return self.typeface.wrap(text, width, style.size, style.bold)

    def fill(self, x: float, y: float, width: float, height: float, colour: tuple[int, int, int]) -> None:
        """A filled rectangle."""
        self.pages[-1].append(Box(x, y, width, height, colour))

    def open(self, x: float, y: float, width: float, height: float, address: str) -> None:
        """A place on the page that opens an address."""
        self.pages[-1].append(Link(x, y, width, height, address))

    def rule(self, y: float, x: float = LEFT, end: float = RIGHT, weight: float = 0.15, page: int = -1) -> None:
        """A horizontal rule."""
        self.pages[page].append(Box(x, y - weight / 2, end - x, weight, RULE))
