"""Words typed into forms: yes or no, one of the words that are known, several of them; and the hints that name them."""

from __future__ import annotations

from collections.abc import Sequence

from textual.screen import Screen

from tui_billing.rules.problem import Problem
from tui_billing.widgets.reader import Reader, wrapped

_YES = frozenset({"y", "yes", "o", "oui", "1"})
_NO = frozenset({"", "n", "no", "non", "0"})


def says_yes(text: str, place: str) -> bool:
    """Whether a field says yes; nothing is no, anything else a Problem."""
    word = text.strip().casefold()
    if word not in _YES | _NO:
        raise Problem("type y where what is missing stops the issue, else nothing", field=place)
    return word in _YES


def one_of(text: str, known: Sequence[str], place: str) -> str:
    """The word that a text begins; a text that fits none or several is a Problem that names them."""
    word = text.strip().lower()
    fitting = [name for name in known if name == word] or [name for name in known if word and name.startswith(word)]
    if len(fitting) != 1:
        raise Problem("{text} is none of {names}", field=place, text=text[:40], names=", ".join(known))
    return fitting[0]


def several_of(text: str, known: Sequence[str], place: str) -> tuple[str, ...]:
    """The words of a field, each once, in their order."""
    return tuple(dict.fromkeys(one_of(word, known, place) for word in text.replace(",", " ").split()))


def show_hints(screen: Screen, *hints: str) -> None:
    """What may be typed, below the fields of a form that has a reader for it, broken at the screen's width."""
    wide = max(20, screen.size.width - 4)
    lines = [("  " if at else " ") + part for hint in hints for at, part in enumerate(wrapped(hint, wide))]
    screen.query_one("#rule-hints", Reader).show([[(line, "dim")] for line in lines])
