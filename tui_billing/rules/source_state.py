"""How far an order, a delivery note or a contract is: the words that its list shows."""

from __future__ import annotations

from enum import Enum


class SourceState(Enum):
    """What a clerk wants to know of one at a glance; the first that fits."""

    DRAFT = "draft"
    CANCELLED = "cancelled"
    CLOSED = "closed"
    OVER = "over"
    BILLED = "billed"
    ENDED = "ended"
    TO_BILL = "to_bill"
    PART_BILLED = "part_billed"
    OPEN = "open"


def state_of(
    status: str, *, over: bool, done: bool, begun: bool, waiting: bool = False, ended: bool = False
) -> SourceState:
    """The state of one that stands in the books under `status`.

    `over`: more of a line is billed than ordered, delivered or agreed; `done`: nothing is left to bill; `begun`:
    something is billed; `waiting`: something is delivered and not billed; `ended`: a contract's last day is past.
    """
    if status != "open":
        return SourceState(status)
    for holds, state in (
        (over, SourceState.OVER),
        (done, SourceState.BILLED),
        (ended, SourceState.ENDED),
        (waiting, SourceState.TO_BILL),
        (begun, SourceState.PART_BILLED),
    ):
        if holds:
            return state
    return SourceState.OPEN
