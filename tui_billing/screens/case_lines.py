"""A dispute as lines to read: what it is about, what came of it, and its timeline."""

from __future__ import annotations

import datetime as dt

from tui_billing.locale import _
from tui_billing.models.queries.disputes import Case, DisputeRow, Note
from tui_billing.rules.status import GLYPHS, Status
from tui_billing.screens.amounts import day, instant, money, word
from tui_billing.services.case_words import CAUSES, DISPUTE_STATUSES, NOTE_KINDS, OUTCOMES, PRIORITIES, REASONS
from tui_billing.widgets.cells import glyph, padded
from tui_billing.widgets.reader import Line, wrapped

_WHO = 25
#: Lines of the invoice that are shown beside a case before the rest is counted.
LINES_SHOWN = 4


def facts_of(case: Case, today: dt.date) -> list[Line]:
    """Status and day, amount and reason, who, the lines, and the documents that came of it."""
    row = case.row
    closed = row.status == "closed"
    late = not closed and row.answer_by < today
    sign = Status.CREDITED if closed else Status.OVERDUE if late else Status.DISPUTED
    colour = GLYPHS[sign].colour
    lines: list[Line] = [
        [
            (f" {glyph(sign)} {_state(row)}", colour),
            (f" · {_when(row)}" + (" · " + _("late") if late else ""), colour if late else ""),
            (f" · {word(PRIORITIES, row.priority)}" if row.priority != "normal" else "", "bold"),
        ],
        [
            (f" {money(row.amount, row.currency, code=True)} ", "bold"),
            (f"{_('of')} {row.number} · {word(REASONS, row.reason)}", ""),
        ],
        [(f" {_('opened')} {day(row.opened_on)} · {_about(row)}", "dim")],
    ]
    for position, text, amount in case.lines[:LINES_SHOWN]:
        lines.append([(f" {position:>3}  {padded(text, 40)} {money(amount, row.currency):>12}", "")])
    if len(case.lines) > LINES_SHOWN:
        lines.append([(" " + _("and {count} more lines", count=len(case.lines) - LINES_SHOWN), "dim")])
    if case.documents:
        numbers = ", ".join(number for _key, number, _role in case.documents)
        given = money(case.given, row.currency, code=True)
        lines.append([(" " + _("credited {amount}: {numbers}", amount=given, numbers=numbers), "green")])
    if case.waits:
        amount, author, since = case.waits
        text = _(
            "a credit note of {amount} waits for a second person (asked by {login}, {day})",
            amount=money(amount, row.currency, code=True),
            login=author,
            day=day(dt.date.fromisoformat(since)),
        )
        lines.append([(" " + text, "yellow")])
    if row.cause:
        lines.append([(" " + _("cause: {cause}", cause=word(CAUSES, row.cause)), "")])
    return [*lines, []]


def _state(row: DisputeRow) -> str:
    if row.status == "closed":
        return _("closed: {outcome}", outcome=word(OUTCOMES, row.outcome))
    if row.status == "waiting_colleague" and row.asked:
        return _("waiting: {login}", login=row.asked)
    return word(DISPUTE_STATUSES, row.status)


def _when(row: DisputeRow) -> str:
    if row.status == "closed":
        return _("closed {day}", day=day(row.closed_on))
    return _("answer by {day}", day=day(row.answer_by))


def _about(row: DisputeRow) -> str:
    return " · ".join(part for part in (row.contact, _("owner {login}", login=row.owner)) if part)


def timeline_of(notes: list[Note], width: int) -> list[Line]:
    """The timeline, the oldest note first; a letter keeps its paragraphs."""
    lines: list[Line] = []
    for note in notes:
        head = padded(f" {instant(note.at)} {note.operator}", _WHO)
        parts = [part for text in _told(note).split("\n") for part in (wrapped(text, width - _WHO - 3) or [""])]
        for place, part in enumerate(parts):
            lines.append([(" " * _WHO if place else head, "dim"), (part, "")])
    return lines


def _told(note: Note) -> str:
    text = note.text
    if note.kind == "status":
        text = word(DISPUTE_STATUSES, text)
    elif note.kind == "closed" and text in OUTCOMES:
        text = word(OUTCOMES, text)
    if note.kind == "note":
        return text
    kind = word(NOTE_KINDS, note.kind) + (f" → {note.colleague}" if note.colleague else "")
    return f"{kind}: {text}" if text else kind


def causes(letters: dict[str, str]) -> list[Line]:
    """The causes with their letters, two a line."""
    cells = [f"{letter}  {word(CAUSES, token)}" for letter, token in letters.items()]
    lines: list[Line] = [[(" " + _("Why did it come to this?"), "bold")], []]
    for place in range(0, len(cells), 2):
        lines.append([("  " + padded(cells[place], 34) + "".join(cells[place + 1 : place + 2]), "")])
    return lines
