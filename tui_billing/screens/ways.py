"""How a delivery is shown: its way in words, its state as sign, word and colour."""

from __future__ import annotations

from collections.abc import Iterable

from tui_billing.locale import N_, _
from tui_billing.rules.delivery import GONE, SIGNS, TROUBLE, State
from tui_billing.widgets.cells import Cell, use_ascii

CHANNELS = {"email": N_("mail"), "post": N_("post"), "platform": N_("platform")}


def state_cell(state: State) -> Cell:
    """Sign, word and colour of a state."""
    sign = SIGNS[state]
    return Cell(f"{sign.ascii if use_ascii() else sign.unicode} {_(sign.word)}", sign.colour)


def mark_of(states: Iterable[str]) -> str:
    """The extra sign of a document in a list: "!" where a delivery needs somebody, an envelope where it has left."""
    known = set(states)
    if known & {state.value for state in TROUBLE}:
        return "!"
    if known & {state.value for state in GONE}:
        return ">" if use_ascii() else "✉"
    return ""
