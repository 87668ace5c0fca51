"""The one place where text from data becomes something painted: made safe, cut to cells, never read as markup."""

from __future__ import annotations

import locale
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rich.segment import Segment
from rich.style import Style
from textual.content import Content

from tui_billing.locale import _
from tui_billing.rules.status import GLYPHS, Status
from tui_billing.rules.text import fit, safe, width

Align = Literal["left", "right", "center"]


@dataclass(frozen=True, slots=True)
class Cell:
    """Text of a table cell with a status colour (`themes.COLOURS`) or ""."""

    text: str
    colour: str = ""
    bold: bool = False


def use_ascii(environ: Mapping[str, str] | None = None) -> bool:
    """Whether signs must be ASCII: TUI_BILLING_ASCII is 1, or the locale's encoding is not UTF-8."""
    environ = os.environ if environ is None else environ
    forced = environ.get("TUI_BILLING_ASCII", "")
    if forced:
        return forced not in ("0", "no", "false")
    name = next((environ[n] for n in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(n)), "")
    encoding = name.partition(".")[2] or ("" if name else locale.getpreferredencoding(False))
    return encoding.partition("@")[0].lower().replace("-", "").replace("_", "") != "utf8"


def ellipsis() -> str:
    """What stands for text that was cut off."""
    return "~" if use_ascii() else "…"


def padded(text: str, cells: int, align: Align = "left") -> str:
    """A safe text exactly so many cells wide: cut with an ellipsis, or filled with spaces."""
    if cells <= 0:
        return ""
    shown = fit(safe(text), cells, ellipsis())
    space = cells - width(shown)
    if align == "right":
        return " " * space + shown
    if align == "center":
        return " " * (space // 2) + shown + " " * (space - space // 2)
    return shown + " " * space


def cell(text: str, cells: int, align: Align = "left", style: Style | None = None) -> Segment:
    """One segment of a line, exactly so many cells wide."""
    return Segment(padded(text, cells, align), style)


def plain(text: str, style: str = "") -> Content:
    """Text from data for a Static or Label, in a Content style (for example "bold $status-red")."""
    return Content.styled(safe(text), style) if style else Content(safe(text))


def glyph(status: Status | str) -> str:
    """The one-cell sign of a status."""
    sign = GLYPHS[Status(status)]
    return sign.ascii if use_ascii() else sign.unicode


def status_cell(status: Status | str, *, extra: str = "", word: bool = True) -> Cell:
    """Sign, word and colour of a status for a table; `extra` are the signs of further facts."""
    sign = GLYPHS[Status(status)]
    text = glyph(status) + extra
    return Cell(f"{text} {_(sign.word)}" if word else text, sign.colour)


def status_text(status: Status | str, *, extra: str = "", word: bool = True) -> Content:
    """The same for a Static or Label."""
    shown = status_cell(status, extra=extra, word=word)
    style = f"$status-{shown.colour}" + (" dim" if shown.colour == "dim" else "")
    return Content.styled(shown.text, style)
