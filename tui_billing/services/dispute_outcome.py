"""How a dispute ends: its money is decided, the customer is answered in writing, and the cause is found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries.claims import CLAIMS
from tui_billing.models.tables import Dispute
from tui_billing.models.write import change
from tui_billing.rules.credits import Part
from tui_billing.rules.disputes import CAUSES, GIVEN, OUTCOMES
from tui_billing.rules.money import plain
from tui_billing.rules.problem import Problem, Refused
from tui_billing.rules.text import quote
from tui_billing.services.context import Context, Work, transact
from tui_billing.services.credit import issue_credit, planned
from tui_billing.services.credit_approval import ask_second
from tui_billing.services.dispute_answer import send_answer
from tui_billing.services.dispute_letter import letter_of
from tui_billing.services.disputes import dispute_content, record_change, same_version, standing, write_note


def close_dispute(
    books: Books,
    context: Context,
    dispute_id: int,
    outcome: str,
    note: str = "",
    version: int | None = None,
    *,
    cause: str = "",
    send: bool = False,
    papers: Sequence[int] = (),
    documents: Sequence[int] = (),
) -> int:
    """Close a dispute with its outcome; the disputed amount is undisputed from then on.

    `corrected` and `credited` need credit notes (or a corrective invoice) over the whole disputed amount; with the
    other outcomes it is owed as it was. The answer to the customer is written into the timeline, in the customer's
    language. `cause` is one of `rules.disputes.CAUSES`. With `send` the answer is a letter
    too, kept and queued for whoever gets the customer's letters; `papers` (ids of attachments) and `documents` (ids
    of issued documents) go with it, and hang on the dispute from then on. Returns the letter's id, 0 for none.
    Raises `Refused` while money is undecided.
    """
    if outcome not in OUTCOMES:
        raise Problem(
            "{outcome} is no outcome; it is one of {outcomes}",
            field="outcome",
            outcome=quote(outcome),
            outcomes=", ".join(OUTCOMES),
        )
    if cause and cause not in CAUSES:
        raise Problem(
            "{cause} is no cause of a dispute; it is one of {causes}",
            field="cause",
            cause=quote(cause),
            causes=", ".join(CAUSES),
        )

    def do(work: Work) -> int:
        row, number = standing(work, dispute_id)
        if version is not None:
            same_version(row, version)
        _decided(books, dispute_id, row, outcome)
        change(
            Dispute,
            dispute_id,
            status="closed",
            outcome=outcome,
            closed_on=work.today,
            cause=cause,
            version=row["version"] + 1,
        )
        answer = letter_of(books, dispute_id, outcome, work.today)
        write_note(work, dispute_id, "letter", answer)
        letter = 0
        if send or papers or documents:
            letter = send_answer(work, dispute_id, row["customer_id"], answer, papers, documents)
        write_note(work, dispute_id, "closed", note or outcome)
        record_change(work, dispute_id, row["invoice_id"], "closed", row["amount"], outcome)
        work.audit("close_dispute", "dispute", dispute_id, dispute_content(books, dispute_id), number)
        return letter

    return transact(books, context, "dispute", do)


def credit_dispute(
    books: Books, context: Context, dispute_id: int, *, reason: str = "", refund: str | None = None
) -> dict[str, Any]:
    """Credit what a dispute contests and no credit note has given yet: its lines, else an amount.

    `refund` as `services.credit.credit` takes it.

    Returns what `services.credit.credit` returns: {"id", "number", "open"}, or {"request", "gross"} where it waits
    for a supervisor.
    """

    def do(work: Work) -> dict[str, Any]:
        row, _number = standing(work, dispute_id)
        invoice_id = row["invoice_id"]
        missing = row["amount"] - given(books, dispute_id)
        if missing <= 0:
            raise Refused("what this dispute contests is credited already; close it")
        parts = parts_of_dispute(books, dispute_id)
        by_lines = bool(parts) and sum(part.amount or 0 for part in parts) == missing
        wanted, amount = (parts, None) if by_lines else ([], missing)
        plan = planned(work, invoice_id, wanted, amount)
        waiting = ask_second(work, invoice_id, plan, wanted, amount, reason, dispute_id, refund)
        return waiting or issue_credit(work, invoice_id, plan, reason, work.today, dispute_id, refund)

    return transact(books, context, "credit", do)


def parts_of_dispute(books: Books, dispute_id: int) -> list[Part]:
    """The contested lines with their amounts, as a credit note takes them."""
    rows = books.rows(
        f"SELECT l.position, d.amount FROM {CLAIMS} d JOIN invoice_line l ON l.id = d.line_id"
        " WHERE d.dispute_id = ? ORDER BY l.position",
        (dispute_id,),
    )
    return [Part(position, None, amount) for position, amount in rows]


def given(books: Books, dispute_id: int) -> int:
    """What the documents of a dispute have given back of its invoice, minor units with VAT."""
    return int(
        books.value(  # type: ignore[call-overload]
            "SELECT coalesce(sum(CASE WHEN x.role = 'credit' THEN i.gross ELSE d.amount END), 0)"
            " FROM dispute_document x JOIN invoice i ON i.id = x.invoice_id JOIN dispute d ON d.id = x.dispute_id"
            " WHERE x.dispute_id = ? AND x.role IN ('credit', 'replacement')",
            (dispute_id,),
        )
    )


def _decided(books: Books, dispute_id: int, row: dict[str, Any], outcome: str) -> None:
    """Refuse to close while it is not decided who owes the disputed money."""
    waiting = books.value(
        "SELECT id FROM credit_request WHERE status = 'waiting' AND (dispute_id = ? OR invoice_id = ?)",
        (dispute_id, row["invoice_id"]),
    )
    if waiting:
        raise Refused(
            "a credit note of this dispute waits for a supervisor (request {id}); close it once that is decided",
            field="outcome",
            id=waiting,
        )
    missing = row["amount"] - given(books, dispute_id)
    if outcome in GIVEN and missing > 0:
        raise Refused(
            "{amount} {currency} of this dispute is undecided: credit it first, or contest less",
            field="outcome",
            amount=plain(missing, row["currency"]),
            currency=row["currency"],
        )
