"""Text from outside: cleaned when it is stored, made harmless when it is shown, folded when it is compared."""

from __future__ import annotations

import re
import unicodedata

from tui_billing.rules.problem import Problem

REPLACEMENT = "\ufffd"

# C0 (tab, newline and return are turned into spaces first), DEL, C1, bidi controls and marks, format and tag
# characters, surrogates, BOM, noncharacters. ZWJ and ZWNJ stay: scripts and emoji need them.
_UNSAFE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    r"\u2028\u2029\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff"
    r"\ud800-\udfff\U000e0000-\U000e0fff]"
)
_BLANKS = re.compile(r"[\t\n\r\v\f]+")


def safe(text: str) -> str:
    """The text with nothing in it that a terminal could obey: control, bidi and format characters are U+FFFD."""
    return _UNSAFE.sub(REPLACEMENT, _BLANKS.sub(" ", text))


def clean(text: str, limit: int = 200, field: str = "") -> str:
    """The text as it is stored: composed (NFC), safe, without blanks around it.

    Raises Problem where it is longer than `limit` characters; nothing is cut off silently.
    """
    # Long input is measured before it is normalised: NFC of a hostile text costs time.
    if len(text) > 4 * limit + 1000:
        composed = text
    else:
        composed = safe(unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8"))).strip()
    if len(composed) > limit:
        raise Problem(
            "this text has {length} characters, {limit} fit; shorten it", field=field, length=len(composed), limit=limit
        )
    return composed


def was_cleaned(text: str) -> bool:
    """Whether storing the text replaced anything in it."""
    return _UNSAFE.search(_BLANKS.sub(" ", text)) is not None


def fold(text: str) -> str:
    """The text as it is searched and sorted: no letter case, no accents, ligatures taken apart."""
    text = text.casefold().replace("œ", "oe").replace("æ", "ae").replace("ø", "o").replace("ł", "l")
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def width(text: str) -> int:
    """Columns that the text takes on a terminal."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def fit(text: str, cells: int, ellipsis: str = "…") -> str:
    """The text cut to `cells` columns, the last one an ellipsis where anything was left out; never padded."""
    if width(text) <= cells:
        return text
    room = cells - width(ellipsis)
    if room < 0:
        return ""
    taken = 0
    for index, character in enumerate(text):
        step = width(character)
        if taken + step > room:
            return text[:index] + ellipsis
        taken += step
    return text
