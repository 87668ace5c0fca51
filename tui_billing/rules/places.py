"""Names in braces that a text is filled with, and nothing else in it that could be carried out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tui_billing.rules.problem import Problem
from tui_billing.rules.text import quote, safe

PLACE = re.compile(r"\{([^{}]*)\}")


def check_places(text: str, known: Iterable[str], field: str) -> None:
    """Raise a Problem that names the first place which cannot be filled, and those that can."""
    names = tuple(known)
    for name in PLACE.findall(text):
        if name not in names:
            raise Problem(
                "{name} cannot be filled in; there are: {names}",
                field=field,
                name=quote("{" + name + "}"),
                names=" ".join("{" + place + "}" for place in names),
            )


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its places filled; what is filled in is not looked at again. A line with only empty places goes."""
    lines = []
    for line in text.split("\n"):
        names = PLACE.findall(line)
        filled = PLACE.sub(lambda match: safe(values.get(match[1], "")), line)
        if names and not any(values.get(name) for name in names) and not re.sub(r"[\s:;,.]", "", PLACE.sub("", line)):
            continue
        lines.append(filled)
    return "\n".join(lines)
