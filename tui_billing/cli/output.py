"""What the command line writes: JSON for scripts, aligned plain text for people, notes on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from tui_billing.rules.text import REPLACEMENT, fit, safe, width

#: Cells of a table's column; what is longer is cut, `show` and --json have it whole.
WIDEST = 40


def prepare() -> None:
    """Never fail over a character that the terminal's encoding lacks."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def encode(value: object) -> str:
    """One line of JSON; what a terminal could obey is written as an escape."""
    wide = (getattr(sys.stdout, "encoding", "") or "").lower().replace("-", "") == "utf8"
    text = json.dumps(value, ensure_ascii=not wide)
    if safe(text) == text:
        return text
    return "".join(c if c == REPLACEMENT or safe(c) == c else _escape(c) for c in text)


def _escape(character: str) -> str:
    return json.dumps(character)[1:-1] if ord(character) > 0x7F else f"\\u{ord(character):04x}"


def put_json(value: object) -> None:
    """One JSON value on a line of its own."""
    sys.stdout.write(encode(value) + "\n")


def put_json_array(values: Iterable[object]) -> None:
    """One JSON array, written while it is read."""
    separator = "["
    for value in values:
        sys.stdout.write(separator + encode(value))
        separator = ",\n"
    sys.stdout.write("[]\n" if separator == "[" else "]\n")


def put_json_with(name: str, values: Iterable[object], rest: Mapping[str, object]) -> None:
    """One JSON object of a long array under a name, written while it is read, and of what comes after it."""
    separator = f"{{{encode(name)}: ["
    for value in values:
        sys.stdout.write(separator + encode(value))
        separator = ", "
    sys.stdout.write(f"{separator}]" if separator.startswith("{") else "]")
    sys.stdout.write(f", {encode(rest)[1:]}\n" if rest else "}\n")


def put(text: str = "") -> None:
    """One line of plain text."""
    sys.stdout.write(safe(text) + "\n")


def note(text: str) -> None:
    """One line on standard error that stops nothing."""
    sys.stderr.write(safe(text) + "\n")


def put_table(heads: Sequence[str], rows: Iterable[Sequence[object]], right: Collection[int] = ()) -> None:
    """Rows under their heads, columns aligned, long texts cut; `right` are the places of figures."""
    lines = [[fit(safe("" if cell is None else str(cell)), WIDEST) for cell in row] for row in (heads, *rows)]
    widths = [max(width(line[place]) for line in lines) for place in range(len(heads))]
    for line in lines:
        cells = []
        for place, cell in enumerate(line):
            space = " " * (widths[place] - width(cell))
            cells.append(space + cell if place in right else cell + space)
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


def put_card(values: Mapping[str, Any]) -> None:
    """Names and values below each other; what is empty is left out."""
    shown = {name: value for name, value in values.items() if value not in (None, "", [], ())}
    longest = max((width(name) for name in shown), default=0)
    for name, value in shown.items():
        text = "yes" if value is True else "no" if value is False else str(value)
        put(f"{name}{' ' * (longest - width(name))}  {text}")
