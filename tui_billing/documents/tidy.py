"""Text of data, made ready for a page or a file; a module of its own, since fonts are no part of it."""

from __future__ import annotations

import unicodedata
from itertools import chain

# What has no form of its own: joiners, direction marks, variation selectors, soft hyphen, tags.
_INVISIBLE = frozenset(
    chain(
        (0xAD, 0x34F, 0x180E, 0xFEFF),
        range(0x200B, 0x2010),
        range(0x202A, 0x202F),
        range(0x2060, 0x2070),
        range(0xFE00, 0xFE10),
        range(0xE0000, 0xE1000),
    )
)


def tidy(text: str) -> str:
    """Line ends as \\n, tabs as spaces, composed (NFC), without what has no form of its own."""
    if text.isascii() and text.isprintable():
        return text
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    text = text.replace("\u2028", "\n").replace("\u2029", "\n")
    return "".join(char for char in text if ord(char) not in _INVISIBLE)
