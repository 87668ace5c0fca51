"""Text from outside: cleaned when it is stored, made harmless when it is shown, folded when it is compared."""

from __future__ import annotations

import re
import unicodedata

from tui_billing.rules.problem import Problem

REPLACEMENT = "\ufffd"

# C0 (tab and line ends are turned into spaces first), DEL, C1, bidi controls and marks, format and tag
# characters, fillers that show nothing, surrogates, BOM, noncharacters. ZWJ and ZWNJ stay: scripts and emoji
# need them.
_UNSAFE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    r"\u2028\u2029\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff"
    r"\ud800-\udfff\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_BLANKS = re.compile(r"[\t\n\r\v\f]+")
# Letters that Unicode does not take apart, as they are searched for without their sign.
_PLAIN_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})
_QUOTED = 40


def safe(text: str) -> str:
    """The text with nothing in it that a terminal could obey: control, bidi and format characters are U+FFFD.

    Tabs and line ends become a space.
    """
    # Nearly every text is printable; this asks for it much faster than the patterns do.
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(REPLACEMENT, _BLANKS.sub(" ", text))


def quote(value: object) -> str:
    """What was typed, harmless and at most 40 characters long, as it is quoted in a sentence."""
    text = str(value)
    if not text.strip():
        return '""'
    return safe(text[:_QUOTED]) + ("…" if len(text) > _QUOTED else "")


def clean(text: str, limit: int = 200, field: str = "") -> str:
    """The text as it is stored: composed (NFC), safe, without blanks around it.

    Raises Problem where it is longer than `limit` characters; nothing is cut off silently.
    """
    # A hostile text is measured before it is composed, which costs time.
    composed = text if len(text) > 4 * limit + 1000 else safe(unicodedata.normalize("NFC", text)).strip()
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
    if text.isascii():
        return text.lower()
    # Taken apart on both sides of casefold: it makes accents of its own, and some letters only show their case
    # once they are taken apart.
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold().translate(_PLAIN_LETTERS))
    return "".join(c for c in apart if not unicodedata.combining(c))


def width(text: str) -> int:
    """Columns that the text takes on a terminal."""
    if text.isascii() and text.isprintable():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def fit(text: str, cells: int, ellipsis: str = "…") -> str:
    """The text cut to `cells` columns, ending in the ellipsis where anything was left out; never padded."""
    if width(text) <= cells:
        return text
    room = cells - width(ellipsis)
    if room < 0:
        return ""
    taken = 0
    end = 0
    for character in text:
        taken += width(character)
        if taken > room:
            break
        end += 1
    # Letters that stand together can be wider than each alone (an emoji with its variation selector).
    while end and width(text[:end]) > room:
        end -= 1
    return text[:end].rstrip("\u200d") + ellipsis
