"""Disputes: what a customer contests, line by line, and the case that is made of it until it is decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries.claims import claims_of
from tui_billing.models.queries.credits import Creditable, creditable
from tui_billing.models.tables import Dispute, DisputeChange, DisputeLine, DisputeNote
from tui_billing.models.write import add, add_all, change
from tui_billing.rules.disputes import OUTCOMES, PRIORITIES, REASONS, STATUSES, next_statuses
from tui_billing.rules.money import plain
from tui_billing.rules.problem import Conflict, NotFound, Problem, Refused
from tui_billing.rules.text import clean, quote
from tui_billing.services.balances import locked, refresh_invoice
from tui_billing.services.context import Context, Work, transact

__all__ = [
    "NOTE_KINDS",
    "OUTCOMES",
    "REASONS",
    "STATUSES",
    "move_dispute",
    "note_dispute",
    "open_dispute",
]

NOTE_KINDS = ("note", "call", "letter", "document", "question", "answer")
ANSWER_DAYS = 7
NOTE_LIMIT = 4000
#: A line of an invoice and how much of it is contested (minor units with VAT; all that is left of it where None).
Claim = tuple[int, int | None]


def open_dispute(
    books: Books,
    context: Context,
    invoice_id: int,
    *,
    reason: str = "other",
    amount: int | None = None,
    lines: Sequence[Claim] = (),
    note: str = "",
    contact: str = "",
    answer_by: dt.date | None = None,
    priority: str = "normal",
    owner: str = "",
) -> int:
    """Open a dispute on an issued invoice; return its id.

    `lines` are (position, minor units with VAT; None for all that is left of the line) and make up the disputed
    amount; without lines it is `amount`, or all that is open and undisputed. Raises `Problem` for an unknown reason
    and for more than is open and undisputed, `Refused` for a line that is disputed or credited already.
    """
    one_of(reason, REASONS, "reason", "{reason} is no reason of a dispute; it is one of {reasons}", "reasons")
    one_of(
        priority,
        PRIORITIES,
        "priority",
        "{priority} is no priority of a dispute; it is one of {priorities}",
        "priorities",
    )
    if lines and amount is not None:
        raise Problem("name the disputed lines or an amount, not both; lines have amounts of their own", field="amount")

    def do(work: Work) -> int:
        invoice = locked(books, "invoice", "number, customer_id, currency, open, disputed, state, kind", invoice_id)
        if invoice is None or invoice[5] != "issued" or invoice[6] == "credit_note":
            raise NotFound("there is no issued invoice with id {id}", id=invoice_id)
        number, customer_id, currency, opened, disputed = invoice[:5]
        free = opened - disputed
        claimed = _claims(books, invoice_id, number, lines)
        if free <= 0:
            raise Refused("nothing of {number} is open and undisputed", number=number)
        wanted = sum(share for _, share in claimed) if claimed else free if amount is None else amount
        if claimed and all(share is None for _, share in lines):
            wanted = min(wanted, free)  # of lines that are partly paid, what is still open
        if not 0 < wanted <= free:
            raise Problem(
                "the disputed amount of {number} lies between 0 and {open} {currency}",
                field="amount",
                number=number,
                open=plain(free, currency),
                currency=currency,
            )
        dispute = add(
            Dispute,
            invoice_id=invoice_id,
            customer_id=customer_id,
            reason=reason,
            amount=wanted,
            currency=currency,
            contact=clean(contact, 200, "contact"),
            owner_id=operator_named(books, owner) if owner else work.operator_id,
            priority=priority,
            opened_on=work.today,
            answer_by=answer_by or work.today + dt.timedelta(days=ANSWER_DAYS),
        )
        add_all(DisputeLine, [{"dispute_id": dispute, "line_id": line.id, "amount": part} for line, part in claimed])
        write_note(work, dispute, "opened", note)
        record_change(work, dispute, invoice_id, "received", wanted)
        work.audit("open_dispute", "dispute", dispute, dispute_content(books, dispute), number)
        return dispute

    return transact(books, context, "dispute", do)


def one_of(value: str, known: Sequence[str], field: str, message: str, name: str) -> None:
    """Refuse a value that is none of those known; `message` names it as {field} and them as {name}."""
    if value not in known:
        raise Problem(message, **{"field": field, field: quote(value), name: ", ".join(known)})


def _claims(books: Books, invoice_id: int, number: str, lines: Sequence[Claim]) -> list[tuple[Creditable, int]]:
    """The contested lines with their amounts; one that is contested or credited already is refused."""
    if not lines:
        return []
    about, known = creditable(books, invoice_id)
    return [require_claim(known, number, about.currency, position, amount) for position, amount in dict(lines).items()]


def require_claim(
    known: Sequence[Creditable], number: str, currency: str, position: int, amount: int | None, dispute_id: int = 0
) -> tuple[Creditable, int]:
    """A line and how much of it (minor units, all that is left where None) a dispute may contest.

    Raises `Problem` for what is no line or more than it is worth, `Refused` where another dispute contests it, or a
    credit note gave it back.
    """
    line = next((line for line in known if line.position == position), None)
    if line is None:
        raise Problem("{number} has no line {line}", field="lines", number=number, line=position)
    if line.dispute not in (0, dispute_id):
        raise Refused(
            "line {line} of {number} is disputed already in dispute {dispute}; write a note there",
            field="lines",
            line=position,
            number=number,
            dispute=line.dispute,
        )
    if line.rest <= 0:
        raise Refused("line {line} of {number} is credited already", field="lines", number=number, line=position)
    if amount is not None and not 0 < amount <= line.rest:
        raise Problem(
            "line {line} of {number} is worth {rest} {currency} with VAT; contest that or less",
            field="lines",
            line=position,
            number=number,
            rest=plain(line.rest, currency),
            currency=currency,
        )
    return line, line.rest if amount is None else amount


def note_dispute(
    books: Books,
    context: Context,
    dispute_id: int,
    text: str,
    kind: str = "note",
    *,
    colleague: str = "",
    answers: int | None = None,
) -> int:
    """Add a note to a dispute's timeline; return the note's id. Notes are never changed.

    A question to a `colleague` (a login) makes the dispute wait for one; the answer names the question it
    `answers` (the last open one where None), and with the last answer the dispute is investigated again.
    """
    one_of(kind, NOTE_KINDS, "kind", "{kind} is no kind of note; it is one of {kinds}", "kinds")
    if not text.strip():
        raise Problem("an empty note says nothing; type what happened", field="text")
    if colleague and kind != "question":
        raise Problem("only a question goes to a colleague; leave the colleague out", field="colleague")

    def do(work: Work) -> int:
        row, number = standing(work, dispute_id)
        asked = operator_named(books, colleague) if colleague else None
        question = _question(books, dispute_id, answers) if kind == "answer" else None
        note = write_note(work, dispute_id, kind, text, colleague_id=asked, answers_id=question)
        work.audit("note_dispute", "dispute_note", note, note_content(books, note), number)
        status = row["status"]
        if asked and status not in ("waiting_colleague", "decided"):
            _move(work, dispute_id, row, "waiting_colleague", number)
        elif question and status == "waiting_colleague" and not open_questions(books, dispute_id):
            _move(work, dispute_id, row, "investigating", number)
        return note

    return transact(books, context, "dispute", do)


def _question(books: Books, dispute_id: int, answers: int | None) -> int | None:
    """The question that an answer belongs to; None where nothing was asked (the customer's answer)."""
    waiting = open_questions(books, dispute_id)
    if answers is None:
        return waiting[-1] if waiting else None
    if answers not in waiting:
        raise Problem("there is no open question {id} in this dispute", field="answers", id=answers)
    return answers


def open_questions(books: Books, dispute_id: int) -> list[int]:
    """The notes of a dispute that ask a colleague and have no answer yet."""
    rows = books.rows(
        "SELECT n.id FROM dispute_note n WHERE n.dispute_id = ? AND n.kind = 'question' AND n.colleague_id IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM dispute_note a WHERE a.answers_id = n.id) ORDER BY n.id",
        (dispute_id,),
    )
    return [key for (key,) in rows]


def move_dispute(books: Books, context: Context, dispute_id: int, status: str, version: int) -> int:
    """Give a dispute another status (not closed); return its new version."""
    one_of(status, STATUSES[:-1], "status", "{status} is no status of a dispute; it is one of {statuses}", "statuses")

    def do(work: Work) -> int:
        row, number = standing(work, dispute_id)
        same_version(row, version)
        if status not in next_statuses(row["status"]):
            raise Problem(
                "from {status} a dispute goes on to {statuses}",
                field="status",
                status=row["status"],
                statuses=", ".join(next_statuses(row["status"])),
            )
        return _move(work, dispute_id, row, status, number)

    return transact(books, context, "dispute", do)


def _move(work: Work, dispute_id: int, row: dict[str, Any], status: str, number: str) -> int:
    change(Dispute, dispute_id, status=status, version=row["version"] + 1)
    write_note(work, dispute_id, "status", status)
    record_change(work, dispute_id, row["invoice_id"], status, row["amount"])
    work.audit("move_dispute", "dispute", dispute_id, dispute_content(work.books, dispute_id), number)
    return int(row["version"]) + 1


# -- inside a transaction, for the other verbs of a case -------------------


def standing(work: Work, dispute_id: int) -> tuple[dict[str, Any], str]:
    """A dispute that is not closed, locked with its invoice, and the number of its invoice."""
    row = locked(
        work.books, "dispute", "invoice_id, status, version, amount, currency, customer_id, reason", dispute_id
    )
    if row is None:
        raise NotFound("there is no dispute {id}; list them with: tui-billing dispute list", id=dispute_id)
    number = str(work.books.value("SELECT number FROM invoice WHERE id = ?", (row[0],)))
    if row[1] == "closed":
        raise Refused("the dispute on {number} is closed; open a new one on the invoice", number=number)
    locked(work.books, "invoice", "id", row[0])
    names = ("invoice_id", "status", "version", "amount", "currency", "customer_id", "reason")
    return dict(zip(names, row, strict=True)), number


def same_version(row: dict[str, Any], version: int) -> None:
    """Refuse where somebody else has changed the dispute since it was looked at."""
    if row["version"] != version:
        raise Conflict(
            "somebody else has changed this dispute meanwhile; look at it again (F5)",
            mine={"version": version},
            theirs={"version": row["version"], "status": row["status"]},
        )


def record_change(work: Work, dispute_id: int, invoice_id: int, status: str, amount: int, outcome: str = "") -> int:
    """Write what the dispute says from today on, and bring the invoice's balance up to date; return the change's id.

    Never dated before the change ahead of it: each day has one state, whoever's business date it was.
    """
    last = work.books.value("SELECT max(date) FROM dispute_change WHERE dispute_id = ?", (dispute_id,))
    made = add(
        DisputeChange,
        dispute_id=dispute_id,
        date=max(work.today, dt.date.fromisoformat(str(last))) if last else work.today,
        at=work.at,
        operator_id=work.operator_id,
        status=status,
        amount=amount,
        outcome=outcome,
    )
    refresh_invoice(work.books, invoice_id, work.today)
    return made


def write_note(work: Work, dispute_id: int, kind: str, text: str, **more: object) -> int:
    """A row of the timeline; the paragraphs of a letter stay apart."""
    parts = text.split("\n") if kind == "letter" else [text]
    return add(
        DisputeNote,
        dispute_id=dispute_id,
        at=work.at,
        date=work.today,
        operator_id=work.operator_id,
        kind=kind,
        text="\n".join(clean(part, NOTE_LIMIT, "text") for part in parts).strip(),
        **more,
    )


def operator_named(books: Books, login: str) -> int:
    """The id of an operator by login. Raises `NotFound`."""
    found = books.value("SELECT id FROM operator WHERE login = ?", (login.strip(),))
    if found is None:
        raise NotFound(
            "there is no operator {login}; whoever has written in these books is one", field="owner", login=quote(login)
        )
    return int(found)  # type: ignore[call-overload]


def note_content(books: Books, note_id: int) -> dict[str, Any]:
    """What the audit chain keeps of a note."""
    columns = "dispute_id, kind, text, date, answers_id, colleague_id"
    row = books.row(f"SELECT {columns} FROM dispute_note WHERE id = ?", (note_id,))
    assert row is not None
    values = dict(zip(columns.split(", "), row, strict=True))
    return {"v": 2, "dispute": values.pop("dispute_id"), **values}


def dispute_content(books: Books, dispute_id: int) -> dict[str, Any]:
    """What the audit chain keeps of a dispute's state: the case, its lines, the dated change just made, its letters."""
    columns = (
        "invoice_id, reason, amount, currency, contact, owner_id, priority, status, outcome, opened_on, answer_by,"
        " closed_on, cause, lesson"
    )
    row = books.row(f"SELECT {columns} FROM dispute WHERE id = ?", (dispute_id,))
    last = books.row(
        f"SELECT {CHANGE} FROM dispute_change WHERE dispute_id = ? ORDER BY id DESC LIMIT 1", (dispute_id,)
    )
    lines = claims_of(books, dispute_id)
    letters = books.rows("SELECT letter_id FROM dispute_letter WHERE dispute_id = ? ORDER BY id", (dispute_id,))
    assert row is not None and last is not None
    values = dict(zip(columns.replace("\n", "").split(", "), row, strict=True))
    return {
        "v": 3,
        **values,
        "lines": [list(line) for line in lines],
        "change": list(last),
        "letters": [key for (key,) in letters],
    }


#: What an audit event holds of a dated change.
CHANGE = "id, date, status, amount, outcome"
