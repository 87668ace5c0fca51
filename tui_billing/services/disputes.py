"""Disputes: what a customer contests, its timeline of notes, and how it ended."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.tables import Dispute, DisputeNote
from tui_billing.models.write import add, change
from tui_billing.rules.money import plain
from tui_billing.rules.problem import Conflict, NotFound, Problem, Refused
from tui_billing.rules.text import clean
from tui_billing.services.balances import locked, refresh_invoice
from tui_billing.services.context import Context, Work, transact

#: Reason codes, each with its words (message ids).
REASONS = {
    "price": "wrong price",
    "quantity": "wrong quantity",
    "not_delivered": "not delivered",
    "quality": "goods or service not as agreed",
    "duplicate": "billed twice",
    "wrong_customer": "wrong customer or address",
    "terms": "terms or discount",
    "paid_already": "paid already",
    "other": "other",
}
STATUSES = ("received", "investigating", "waiting_customer", "waiting_colleague", "decided", "closed")
OUTCOMES = ("corrected", "credited", "documents_sent", "reaffirmed", "withdrawn")
NOTE_KINDS = ("note", "call", "letter", "question", "answer")
ANSWER_DAYS = 7
NOTE_LIMIT = 4000


def open_dispute(
    books: Books,
    context: Context,
    invoice_id: int,
    *,
    reason: str = "other",
    amount: int | None = None,
    note: str = "",
    contact: str = "",
    answer_by: dt.date | None = None,
) -> int:
    """Open a dispute on an issued invoice for `amount` (minor units; all that is open where None).

    Returns its id. Raises `Problem` for an unknown reason, nothing open, or more than is open.
    """
    if reason not in REASONS:
        raise Problem(
            "{reason} is no reason of a dispute; it is one of {reasons}",
            field="reason",
            reason=reason,
            reasons=", ".join(REASONS),
        )

    def do(work: Work) -> int:
        invoice = locked(books, "invoice", "number, customer_id, currency, open, disputed, state, kind", invoice_id)
        if invoice is None or invoice[5] != "issued" or invoice[6] == "credit_note":
            raise NotFound("there is no issued invoice with id {id}", id=invoice_id)
        number, customer_id, currency, opened, disputed = invoice[:5]
        free = opened - disputed
        wanted = free if amount is None else amount
        if free <= 0:
            raise Refused("nothing of {number} is open and undisputed", number=number)
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
            owner_id=work.operator_id,
            opened_on=work.today,
            answer_by=answer_by or work.today + dt.timedelta(days=ANSWER_DAYS),
        )
        _note(work, dispute, "opened", note)
        refresh_invoice(books, invoice_id, work.today)
        work.audit("open_dispute", "dispute", dispute, dispute_content(books, dispute), number)
        return dispute

    return transact(books, context, "dispute", do)


def note_dispute(books: Books, context: Context, dispute_id: int, text: str, kind: str = "note") -> int:
    """Add a note to a dispute's timeline; return the note's id. Notes are never changed."""
    if kind not in NOTE_KINDS:
        raise Problem(
            "{kind} is no kind of note; it is one of {kinds}", field="kind", kind=kind, kinds=", ".join(NOTE_KINDS)
        )
    if not text.strip():
        raise Problem("an empty note says nothing; type what happened", field="text")

    def do(work: Work) -> int:
        number = _standing(work, dispute_id)[1]
        note = _note(work, dispute_id, kind, text)
        row = books.row("SELECT kind, text, date FROM dispute_note WHERE id = ?", (note,))
        assert row is not None
        payload = {"v": 1, "dispute": dispute_id, "kind": row[0], "text": row[1], "date": row[2]}
        work.audit("note_dispute", "dispute_note", note, payload, number)
        return note

    return transact(books, context, "dispute", do)


def move_dispute(books: Books, context: Context, dispute_id: int, status: str, version: int) -> int:
    """Give a dispute another status (not closed); return its new version."""
    if status not in STATUSES[:-1]:
        raise Problem(
            "{status} is no status of a dispute; it is one of {statuses}",
            field="status",
            status=status,
            statuses=", ".join(STATUSES[:-1]),
        )

    def do(work: Work) -> int:
        row, number = _standing(work, dispute_id)
        _same_version(row, version)
        change(Dispute, dispute_id, status=status, version=version + 1)
        _note(work, dispute_id, "status", status)
        work.audit("move_dispute", "dispute", dispute_id, dispute_content(books, dispute_id), number)
        return version + 1

    return transact(books, context, "dispute", do)


def close_dispute(
    books: Books, context: Context, dispute_id: int, outcome: str, note: str = "", version: int | None = None
) -> None:
    """Close a dispute with its outcome; the disputed amount is undisputed from then on."""
    if outcome not in OUTCOMES:
        raise Problem(
            "{outcome} is no outcome; it is one of {outcomes}",
            field="outcome",
            outcome=outcome,
            outcomes=", ".join(OUTCOMES),
        )

    def do(work: Work) -> None:
        row, number = _standing(work, dispute_id)
        if version is not None:
            _same_version(row, version)
        change(Dispute, dispute_id, status="closed", outcome=outcome, closed_on=work.today, version=row["version"] + 1)
        _note(work, dispute_id, "closed", note or outcome)
        refresh_invoice(books, row["invoice_id"], work.today)
        work.audit("close_dispute", "dispute", dispute_id, dispute_content(books, dispute_id), number)

    transact(books, context, "dispute", do)


def _standing(work: Work, dispute_id: int) -> tuple[dict[str, Any], str]:
    """A dispute that is not closed, and the number of its invoice."""
    row = locked(work.books, "dispute", "invoice_id, status, version", dispute_id)
    if row is None:
        raise NotFound("there is no dispute {id}; list them with: tui-billing dispute list", id=dispute_id)
    number = str(work.books.value("SELECT number FROM invoice WHERE id = ?", (row[0],)))
    if row[1] == "closed":
        raise Refused("the dispute on {number} is closed; open a new one on the invoice", number=number)
    locked(work.books, "invoice", "id", row[0])
    return {"invoice_id": row[0], "status": row[1], "version": row[2]}, number


def _same_version(row: dict[str, Any], version: int) -> None:
    if row["version"] != version:
        raise Conflict(
            "somebody else has changed this dispute meanwhile; look at it again (F5)",
            mine={"version": version},
            theirs={"version": row["version"], "status": row["status"]},
        )


def _note(work: Work, dispute_id: int, kind: str, text: str) -> int:
    return add(
        DisputeNote,
        dispute_id=dispute_id,
        at=work.at,
        date=work.today,
        operator_id=work.operator_id,
        kind=kind,
        text=clean(text, NOTE_LIMIT, "text"),
    )


def dispute_content(books: Books, dispute_id: int) -> dict[str, Any]:
    """What the audit chain keeps of a dispute's state."""
    columns = (
        "invoice_id, reason, amount, currency, contact, priority, status, outcome, opened_on, answer_by, closed_on"
    )
    row = books.row(f"SELECT {columns} FROM dispute WHERE id = ?", (dispute_id,))
    assert row is not None
    return {"v": 1, **dict(zip(columns.split(", "), row, strict=True))}
