"""What state a document is in: a pure function of its dates and balances, never stored as truth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Status(StrEnum):
    """Status of a document; the values are the tokens of the JSON contract, in order of precedence."""

    DRAFT = "draft"
    WRITTEN_OFF = "written_off"
    CREDITED = "credited"
    PAID = "paid"
    DISPUTED = "disputed"
    OVERDUE = "overdue"
    PART_PAID = "part_paid"
    DUE_SOON = "due_soon"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Glyph:
    """How a status is shown: sign, sign for ASCII terminals, colour name, and word (a message id)."""

    unicode: str
    ascii: str
    colour: str
    word: str


GLYPHS: dict[Status, Glyph] = {
    Status.DRAFT: Glyph("◌", ".", "grey", "draft"),
    Status.WRITTEN_OFF: Glyph("✕", "x", "dim", "written off"),
    Status.CREDITED: Glyph("✕", "x", "dim", "credited"),
    Status.PAID: Glyph("✔", "=", "green", "paid"),
    Status.DISPUTED: Glyph("⚑", "?", "magenta", "disputed"),
    Status.OVERDUE: Glyph("●", "*", "red", "overdue"),
    Status.PART_PAID: Glyph("◑", "%", "cyan", "part-paid"),
    Status.DUE_SOON: Glyph("◔", "!", "yellow", "due soon"),
    Status.OPEN: Glyph("○", "o", "blue", "open"),
}


def status_of(
    *,
    issued: bool,
    kind: str,
    gross: int,
    open: int,
    credited: int,
    written_off: int,
    disputed: int,
    next_due: date | None,
    today: date,
    due_soon_days: int = 7,
) -> Status:
    """The first status that fits, in the order of `Status`.

    Amounts are minor units of the document currency. `gross` is what was to be paid, `open` what is still
    to be paid, `credited` and `written_off` what credit notes and write-offs took away (a payment
    difference booked as rounding is no write-off), `disputed` what open disputes cover. `next_due` is the
    due date of the earliest instalment not yet settled; a document due today is not overdue.
    A settled invoice is written off where any of it was, credited where credit notes took all of it, and
    paid otherwise. A credit note is open until it is consumed, then credited.
    """
    if not issued:
        return Status.DRAFT
    if kind == "credit_note":
        return Status.OPEN if open else Status.CREDITED
    if not open:
        if written_off:
            return Status.WRITTEN_OFF
        return Status.CREDITED if credited and abs(credited) >= abs(gross) else Status.PAID
    if disputed:
        return Status.DISPUTED
    if open > 0 and next_due is not None and next_due < today:
        return Status.OVERDUE
    if abs(gross - credited - written_off) > abs(open):
        return Status.PART_PAID
    if open > 0 and next_due is not None and (next_due - today).days <= due_soon_days:
        return Status.DUE_SOON
    return Status.OPEN
