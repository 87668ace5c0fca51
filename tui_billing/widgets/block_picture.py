"""A picture in half blocks: two dots a cell, of few colours, so that a page costs a slow line little."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from PIL.Image import Image

#: Steps of each colour, those of the 256 colours that terminals share; and of grey, few so that rows are long.
_STEPS, _GREYS = 6, 8
#: What differs less between red, green and blue is grey.
_NEUTRAL = 48
_WHITE = 231
#: Text that is made small turns pale; this brings it back.
_DARKER = 1.7


@lru_cache(maxsize=4096)
def _style(upper: int, lower: int) -> Style:
    return Style(color=Color.from_ansi(upper), bgcolor=Color.from_ansi(lower))


@lru_cache(maxsize=256)
def _paper(colour: int) -> Style:
    return Style(bgcolor=Color.from_ansi(colour))


@lru_cache(maxsize=1 << 16)
def _colour(red: int, green: int, blue: int) -> int:
    """The number of a colour among the 256."""
    if max(red, green, blue) - min(red, green, blue) < _NEUTRAL:
        grey = round((red + green + blue) / 3 / 255 * _GREYS)
        return _WHITE if grey == _GREYS else 16 if grey == 0 else 232 + grey * 23 // _GREYS
    red, green, blue = (round(part / 255 * (_STEPS - 1)) for part in (red, green, blue))
    return 16 + 36 * red + 6 * green + blue


def strips_of(picture: Image) -> list[Strip]:
    """A picture as rows of cells, one dot wide and two high each. Slow: not for the interface thread."""
    width, height = picture.size
    dots = picture.point([round((value / 255) ** _DARKER * 255) for value in range(256)] * 3).tobytes()
    colours = [_colour(*dots[at : at + 3]) for at in range(0, len(dots), 3)]
    rows = [colours[at : at + width] for at in range(0, width * height, width)]
    if len(rows) % 2:
        rows.append([_WHITE] * width)
    return [_row(upper, lower) for upper, lower in zip(rows[::2], rows[1::2], strict=True)]


def _row(upper: list[int], lower: list[int]) -> Strip:
    segments: list[Segment] = []
    start, width = 0, len(upper)
    while start < width:
        pair = (upper[start], lower[start])
        end = start + 1
        while end < width and (upper[end], lower[end]) == pair:
            end += 1
        if pair[0] == pair[1]:
            segments.append(Segment(" " * (end - start), _paper(pair[0])))
        else:
            segments.append(Segment("▀" * (end - start), _style(*pair)))
        start = end
    return Strip(segments, width)


class BlockPicture(Widget, can_focus=False):
    """Shows rows of cells, in the middle where there is more room than they need."""

    DEFAULT_CSS = "BlockPicture { height: 1fr; width: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._strips: list[Strip] = []

    def show(self, strips: list[Strip]) -> None:
        """Show another picture; rows that are as before are not painted again by the terminal's diff."""
        self._strips = strips
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One row."""
        cells, base = self.size.width, self.rich_style
        if y >= len(self._strips):
            return Strip.blank(cells, base)
        strip = self._strips[y]
        left = max(0, (cells - strip.cell_length) // 2)
        if left:
            strip = Strip([Segment(" " * left, base), *strip], left + strip.cell_length)
        return strip.adjust_cell_length(cells, base)
