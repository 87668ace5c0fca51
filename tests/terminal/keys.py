"""Keys as people write them (`acme<enter><c-s><down*3>`) and as a terminal sends them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"<(?P<name>[^<>\s]+?)(?:\*(?P<times>\d+))?>|(?P<char>.)", re.DOTALL)
_MODIFIED = re.compile(r"(?P<marks>(?:[sac]-)+)(?P<base>.+)")

_PLAIN = {
    "enter": b"\r",
    "kp-enter": b"\x1bOM",
    "tab": b"\t",
    "s-tab": b"\x1b[Z",
    "esc": b"\x1b",
    "space": b" ",
    "backspace": b"\x7f",
    "lt": b"<",
    "gt": b">",
}
_CURSOR = {"up": b"A", "down": b"B", "right": b"C", "left": b"D", "home": b"H", "end": b"F"}
_FUNCTION_SS3 = {"f1": b"P", "f2": b"Q", "f3": b"R", "f4": b"S"}
_TILDE = {"insert": 2, "delete": 3, "pgup": 5, "pgdn": 6}
_TILDE |= {"f5": 15, "f6": 17, "f7": 18, "f8": 19, "f9": 20, "f10": 21, "f11": 23, "f12": 24}
_BITS = {"s": 1, "a": 2, "c": 4}


@dataclass(frozen=True, slots=True)
class Key:
    """One press: its name in the notation and the bytes an xterm sends for it."""

    name: str
    data: bytes


def parse_keys(notation: str) -> list[Key]:
    """The presses of a notation, in order.

    A character stands for itself; `<name>` is a named key (enter, tab, s-tab, esc, space, backspace,
    insert, delete, home, end, pgup, pgdn, up, down, left, right, f1-f12, kp-enter, lt, gt), `<c-s>` holds
    Ctrl, `<s-up>` Shift, `<a-n>` Alt, and `<down*3>` is three presses. A name that is not known raises
    ValueError, so that a slip of the pen is not typed as text.
    """
    presses: list[Key] = []
    for token in _TOKEN.finditer(notation):
        if token["char"] is not None:
            presses.append(Key(token["char"], token["char"].encode()))
        else:
            presses += [Key(token["name"], _bytes_of(token["name"]))] * int(token["times"] or 1)
    return presses


_KITTY_CODES = {"enter": 13, "tab": 9, "esc": 27, "backspace": 127, "space": 32, "lt": 60, "gt": 62, "kp-enter": 57414}
_KITTY_FUNCTION = {"f1": b"P", "f2": b"Q", "f4": b"S"}


def kitty_bytes(key: Key) -> bytes:
    """The same press as a terminal sends it that speaks the kitty protocol with flags 1, 8 and 16 on.

    Text comes as its code point with the text beside it, Enter, Tab, Esc and Ctrl letters as codes of their own.
    """
    marks, base = _take_apart(key.name)
    modifier = 1 + sum(_BITS[mark] for mark in marks)
    if base in _KITTY_FUNCTION and not marks:
        return b"\x1b[" + _KITTY_FUNCTION[base]
    if base == "f3":
        return b"\x1b[13~" if not marks else b"\x1b[13;%d~" % modifier
    if base in _KITTY_CODES or len(base) == 1:
        code = _KITTY_CODES.get(base) or ord(base.lower())
        text = b"%d" % ord(base) if len(base) == 1 and not marks else b""
        if base in ("space", "lt", "gt") and not marks:
            text = b"%d" % code
        if len(base) == 1 and base.isupper():
            modifier += 1
        return b"\x1b[%d;%d%su" % (code, modifier, b";" + text if text else b"")
    return key.data


def count_keys(notation: str) -> int:
    """How many presses a notation takes."""
    return len(parse_keys(notation))


def _take_apart(name: str) -> tuple[set[str], str]:
    """The modifiers of a name and the key they modify."""
    if (modified := _MODIFIED.fullmatch(name)) and name not in _KITTY_CODES:
        return set(modified["marks"].replace("-", "")), modified["base"]
    return set(), name


def _bytes_of(name: str) -> bytes:
    if name in _PLAIN:
        return _PLAIN[name]
    if len(name) == 1:
        return name.encode()
    marks, base = _take_apart(name)
    code = 1 + sum(_BITS[mark] for mark in marks)
    if base in _CURSOR:
        return b"\x1b[1;%d%s" % (code, _CURSOR[base]) if marks else b"\x1b[" + _CURSOR[base]
    if base in _FUNCTION_SS3:
        return b"\x1b[1;%d%s" % (code, _FUNCTION_SS3[base]) if marks else b"\x1bO" + _FUNCTION_SS3[base]
    if base in _TILDE:
        return b"\x1b[%d;%d~" % (_TILDE[base], code) if marks else b"\x1b[%d~" % _TILDE[base]
    if marks == {"c"} and len(base) == 1 and 0x40 <= ord(base.upper()) <= 0x5F:
        return bytes([ord(base.upper()) & 0x1F])
    if marks == {"a"}:
        return b"\x1b" + _bytes_of(base)
    raise ValueError(f"no key is called <{name}>")
