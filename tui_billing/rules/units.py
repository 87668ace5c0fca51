"""Units of measure: the codes of UN/ECE recommendation 20 that documents carry, and the words clerks use."""

from __future__ import annotations

#: code -> (English, French), short enough for a column of four.
UNITS: dict[str, tuple[str, str]] = {
    "C62": ("pce", "pce"),
    "H87": ("pce", "pce"),
    "EA": ("each", "u"),
    "DAY": ("day", "jour"),
    "HUR": ("h", "h"),
    "MIN": ("min", "min"),
    "WEE": ("week", "sem"),
    "MON": ("mon", "mois"),
    "ANN": ("year", "an"),
    "KGM": ("kg", "kg"),
    "GRM": ("g", "g"),
    "TNE": ("t", "t"),
    "LTR": ("l", "l"),
    "MTR": ("m", "m"),
    "KMT": ("km", "km"),
    "MTK": ("m²", "m²"),
    "MTQ": ("m³", "m³"),
    "KWH": ("kWh", "kWh"),
    "SET": ("set", "lot"),
    "PR": ("pair", "pair"),
    "XBX": ("box", "bte"),
    "XPK": ("pack", "pqt"),
    "LS": ("flat", "forf"),
    "E48": ("svc", "prst"),
    "P1": ("%", "%"),
}


def unit_word(code: str, language: str) -> str:
    """The word of a unit code; a code that is not known here stands for itself."""
    words = UNITS.get(code)
    return code if words is None else words[1 if language == "fr" else 0]


def unit_code(text: str) -> str:
    """The code of what a clerk typed, a code or a word in either language; other texts stand as codes, in capitals."""
    typed = text.strip()
    if typed.upper() in UNITS:
        return typed.upper()
    for code, words in UNITS.items():
        if typed.casefold() in (word.casefold() for word in words):
            return code
    return typed.upper()
