"""Which pictures a terminal can show, told by its environment alone: a terminal that is asked answers into the keys.

"kitty" and "sixel" are graphics (textual-image), "blocks" half blocks in 256 colours, "text" nothing but words.
TUI_BILLING_PICTURES says otherwise where a terminal can more than its name tells, or a line is slow.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

KINDS = ("kitty", "sixel", "blocks", "text")
_KITTY = ("xterm-kitty", "xterm-ghostty")
_SIXEL = ("foot", "mlterm", "contour", "yaft")
_PLAIN = ("linux", "vt", "dumb", "ansi", "cons", "sun", "screen-bce", "unknown")


def picture_kind(environ: Mapping[str, str] | None = None) -> str:
    """The best that this terminal is known for."""
    environ = os.environ if environ is None else environ
    wanted = environ.get("TUI_BILLING_PICTURES", "").lower()
    if wanted in KINDS:
        return wanted if wanted in ("blocks", "text") or has_graphics() else "blocks"
    term = environ.get("TERM", "").lower()
    if environ.get("NO_COLOR") or not term or term.startswith(_PLAIN) or environ.get("LC_ALL") == "C":
        return "text"
    # a multiplexer passes no graphics on
    if not (environ.get("TMUX") or environ.get("STY") or term.startswith(("screen", "tmux"))) and has_graphics():
        if term in _KITTY:
            return "kitty"
        if term.startswith(_SIXEL):
            return "sixel"
    return "blocks"


def has_graphics() -> bool:
    """Whether the library for graphics is installed."""
    return find_spec("textual_image") is not None


def cell_pixels() -> tuple[int, int]:
    """Width and height of a cell in pixels as the kernel knows them, 10 by 20 where it does not."""
    try:
        import fcntl
        import struct
        import termios

        answer = fcntl.ioctl(1, termios.TIOCGWINSZ, b"\0" * 8)
        rows, columns, width, height = struct.unpack("4H", answer)
    except (ImportError, OSError):
        return 10, 20
    return (width // columns, height // rows) if rows and columns and width and height else (10, 20)


def graphics_widget(kind: str) -> Any:
    """The widget that shows a picture as Kitty graphics or Sixel.

    The library asks the terminal while it is imported, and would take the answer from among the clerk's keys: so it
    is imported with no terminal in sight, and told the size of a cell by its environment.
    """
    width, height = cell_pixels()
    told = {"TEXTUAL_CELL_WIDTH": str(width), "TEXTUAL_CELL_HEIGHT": str(height)}
    before = {name: os.environ.get(name) for name in told}
    os.environ.update(told)
    terminal, sys.__stdout__ = sys.__stdout__, io.TextIOWrapper(io.BytesIO())  # type: ignore[misc]
    try:
        from textual_image.widget import SixelImage, TGPImage
    finally:
        sys.__stdout__ = terminal  # type: ignore[misc]
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
    return (TGPImage if kind == "kitty" else SixelImage)(id="graphics")
