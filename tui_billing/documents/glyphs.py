"""Which characters a document holds, and which of them no font has; fonts are opened for unusual ones alone."""

from __future__ import annotations

import dataclasses
from typing import Any

from tui_billing.documents.template import Template
from tui_billing.documents.tidy import tidy

#: What the embedded font has, as far as it has whole blocks: Latin, Greek, Cyrillic, punctuation, currencies.
CARRIED = (
    (0x20, 0x7E),
    (0xA0, 0x24F),
    (0x2C6, 0x2DD),
    (0x300, 0x377),
    (0x3A3, 0x3E1),
    (0x3F0, 0x52F),
    (0x1E00, 0x1EFF),
    (0x2000, 0x2064),
    (0x20A0, 0x20C0),
    (0x2100, 0x214F),
    (0x2212, 0x2212),
    (0xFFFD, 0xFFFD),
)


def characters(document: object) -> set[str]:
    """Every character in the texts of a document, however deep they lie."""
    found: set[str] = set()

    def collect(value: Any) -> None:
        if isinstance(value, str):
            found.update(tidy(value))
        elif isinstance(value, tuple):
            for part in value:
                collect(part)
        elif isinstance(value, Template):
            # what it says in other languages is not on this page
            collect(value.text(str(getattr(document, "language", ""))))
        elif dataclasses.is_dataclass(value):
            for one in dataclasses.fields(value):
                collect(getattr(value, one.name))

    collect(document)
    return found


def lacking(document: object) -> tuple[str, ...]:
    """The characters of a document that no font of this machine has, named ("U+4E2D 中")."""
    unusual = {
        char
        for char in characters(document)
        if char != "\n" and not any(low <= ord(char) <= high for low, high in CARRIED)
    }
    if not unusual:
        return ()
    from tui_billing.documents.typeface import Typeface, name_character

    faces = Typeface(unusual).faces.values()
    return tuple(name_character(char) for char in sorted(unusual) if not any(ord(char) in one.widths for one in faces))
