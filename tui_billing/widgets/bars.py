"""Bars and sparklines as text, to an eighth of a cell; plain ASCII where the terminal has no more."""

from __future__ import annotations

from collections.abc import Sequence

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LEVELS = "▁▂▃▄▅▆▇█"
_ASCII_LEVELS = "_.-=+*%#"


def bar(value: float, largest: float, cells: int, *, ascii: bool = False) -> str:
    """A horizontal bar: `cells` wide for the largest value, at least a sliver for any value above 0.

    Values are any one unit (amounts in minor units, counts). Negative values and a largest of 0 give "".
    The text is not padded.
    """
    if cells <= 0 or value <= 0 or largest <= 0:
        return ""
    if ascii:
        return "#" * max(1, min(cells, round(value * cells / largest)))
    eighths = max(1, min(cells * 8, round(value * cells * 8 / largest)))
    full, part = divmod(eighths, 8)
    return _EIGHTHS[8] * full + (_EIGHTHS[part] if part else "")


def bars(values: Sequence[float], cells: int, *, ascii: bool = False) -> list[str]:
    """One bar a value, all to the scale of the largest."""
    largest = max(values, default=0)
    return [bar(value, largest, cells, ascii=ascii) for value in values]


def sparkline(values: Sequence[float], *, ascii: bool = False) -> str:
    """One sign a value, lowest to highest over the range of the values; all alike where they are equal."""
    if not values:
        return ""
    levels = _ASCII_LEVELS if ascii else _LEVELS
    low, high = min(values), max(values)
    if low == high:
        return levels[0 if high == 0 else len(levels) // 2] * len(values)
    return "".join(levels[round((value - low) * (len(levels) - 1) / (high - low))] for value in values)
