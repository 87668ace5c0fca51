"""dispute: list, show, open, note, move, assign, amend, credit, close, pack."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tui_billing.cli.credit import minor_of, tell_credit
from tui_billing.cli.options import Json, make_app, parse_id
from tui_billing.cli.output import put, put_card, put_json, put_json_array, put_table
from tui_billing.cli.session import session
from tui_billing.locale import _, language_in_use
from tui_billing.models.door import Books
from tui_billing.rules.dates import parse_iso
from tui_billing.rules.problem import NotFound, Problem
from tui_billing.services import (
    answers,
    case_answers,
    dispute_amend,
    dispute_answer,
    dispute_outcome,
    disputes,
    evidence,
    lessons,
)

app = make_app("Disputes: their lines, notes, questions, credits and outcomes.")
Which = Annotated[str, typer.Argument(metavar="ID", help="The dispute's id, or the number of the invoice it is about.")]

Lines = Annotated[
    list[str] | None,
    typer.Option("--line", help="A disputed line, N or N=AMOUNT with VAT; may be said again."),
]


def _claims(books: Books, invoice: int, lines: list[str] | None) -> list[tuple[int, int | None]]:
    """(position, minor units or None) of each line that was said."""
    claims: list[tuple[int, int | None]] = []
    for each in lines or ():
        position, _equals, part = each.partition("=")
        claims.append((parse_id(position, "line"), minor_of(books, invoice, part, "line") if part else None))
    return claims


@app.command("list")
def list_all(as_json: Json = False) -> None:
    """All disputes, closed ones too."""
    books, _context = session.open()
    rows = case_answers.list_disputes(books)
    if as_json:
        put_json_array(rows)
        return
    names = ("id", "invoice", "customer", "reason", "amount", "currency", "status", "owner", "answer_by")
    heads = [
        _("id"),
        _("invoice"),
        _("customer"),
        _("reason"),
        _("amount"),
        "",
        _("status"),
        _("owner"),
        _("answer by"),
    ]
    put_table(heads, [[row[name] for name in names] for row in rows], right=(0, 4))


@app.command()
def show(dispute: Which, as_json: Json = False) -> None:
    """One dispute with its lines, changes, documents and notes."""
    books, _context = session.open()
    _tell(case_answers.dispute_json(books, case_answers.find_dispute(books, dispute)), as_json)


def _tell(dispute: dict[str, Any], as_json: bool) -> None:
    if as_json:
        put_json(dispute)
        return
    put_card({name: value for name, value in dispute.items() if not isinstance(value, list)})
    for line in dispute["lines"]:
        put(f"{line['line']:>4}  {line['amount']} {dispute['currency']}  {line['description']}")
    if dispute["documents"]:
        put("      " + ", ".join(document["number"] for document in dispute["documents"]))
    put()
    for note in dispute["notes"]:
        put(f"{note['date']}  {note['operator']}  {note['kind']}  {note['text']}".rstrip())


@app.command("open")
def open_one(
    number: Annotated[str, typer.Argument(help="The invoice's number.")],
    amount: Annotated[str, typer.Option("--amount", help="How much is disputed; all that is open where none.")] = "",
    line: Lines = None,
    reason: Annotated[str, typer.Option("--reason", help="price, quantity, not_delivered, quality, ...")] = "other",
    note: Annotated[str, typer.Option("--note", help="The first note.")] = "",
    contact: Annotated[str, typer.Option("--contact", help="Who disputes it.")] = "",
    answer_by: Annotated[str, typer.Option("--answer-by", help="When it must be answered; in 7 days where none.")] = "",
    priority: Annotated[str, typer.Option("--priority", help="low, normal or high.")] = "normal",
    owner: Annotated[str, typer.Option("--owner", help="The login of who looks after it; you where none.")] = "",
    as_json: Json = False,
) -> None:
    """Open a dispute on an issued invoice."""
    books, context = session.open()
    invoice = answers.find_document(books, number)
    done = disputes.open_dispute(
        books,
        context,
        invoice,
        reason=reason,
        amount=minor_of(books, invoice, amount) if amount else None,
        lines=_claims(books, invoice, line),
        note=note,
        contact=contact,
        answer_by=parse_iso(answer_by, "answer-by") if answer_by else None,
        priority=priority,
        owner=owner,
    )
    _tell(case_answers.dispute_json(books, done), as_json)


@app.command("note")
def add_note(
    dispute: Which,
    text: Annotated[str, typer.Argument(help="What happened.")],
    kind: Annotated[str, typer.Option("--kind", help="note, call, letter, document, question or answer.")] = "note",
    colleague: Annotated[str, typer.Option("--colleague", help="The login of who is asked (with question).")] = "",
    answers_note: Annotated[
        str, typer.Option("--answers", help="The id of the question's note (with answer); the last one where none.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Add a note to a dispute: what happened, a question to a colleague, or its answer."""
    books, context = session.open()
    key = case_answers.find_dispute(books, dispute)
    question = parse_id(answers_note, "answers") if answers_note else None
    disputes.note_dispute(books, context, key, text, kind, colleague=colleague, answers=question)
    _tell(case_answers.dispute_json(books, key), as_json)


@app.command()
def move(
    dispute: Which,
    status: Annotated[str, typer.Argument(help="investigating, waiting_customer, waiting_colleague or decided.")],
    as_json: Json = False,
) -> None:
    """Give a dispute another status."""
    books, context = session.open()
    key = case_answers.find_dispute(books, dispute)
    version = books.value("SELECT version FROM dispute WHERE id = ?", (key,))
    disputes.move_dispute(books, context, key, status, int(version or 0))  # type: ignore[call-overload]
    _tell(case_answers.dispute_json(books, key), as_json)


@app.command()
def assign(
    dispute: Which,
    owner: Annotated[str, typer.Option("--owner", help="The login of who looks after it.")] = "",
    priority: Annotated[str, typer.Option("--priority", help="low, normal or high.")] = "",
    answer_by: Annotated[str, typer.Option("--answer-by", help="When it must be answered.")] = "",
    as_json: Json = False,
) -> None:
    """Give a dispute another owner, priority or day of answer."""
    books, context = session.open()
    key = case_answers.find_dispute(books, dispute)
    due = parse_iso(answer_by, "answer-by") if answer_by else None
    dispute_amend.assign_dispute(books, context, key, owner=owner, priority=priority, answer_by=due)
    _tell(case_answers.dispute_json(books, key), as_json)


@app.command()
def amend(
    dispute: Which,
    amount: Annotated[str, typer.Argument(metavar="[AMOUNT]", help="What is disputed from today on, with VAT.")] = "",
    line: Lines = None,
    note: Annotated[str, typer.Option("--note", help="Why.")] = "",
    as_json: Json = False,
) -> None:
    """Change what is disputed from today on: an amount, or lines (N adds one, N=AMOUNT changes it, N=0 takes it out)."""
    books, context = session.open()
    key = case_answers.find_dispute(books, dispute)
    invoice = int(books.value("SELECT invoice_id FROM dispute WHERE id = ?", (key,)) or 0)  # type: ignore[call-overload]
    if not amount and not line:
        raise Problem("say an amount, or lines with --line", field="amount")
    minor = minor_of(books, invoice, amount) if amount else None
    dispute_amend.amend_dispute(books, context, key, minor, note, lines=_claims(books, invoice, line))
    _tell(case_answers.dispute_json(books, key), as_json)


@app.command("credit")
def credit_one(
    dispute: Which,
    reason: Annotated[str, typer.Option("--reason", help="Why; stands on the credit note.")] = "",
    as_json: Json = False,
) -> None:
    """Credit what a dispute contests: its lines, else its amount."""
    books, context = session.open()
    key = case_answers.find_dispute(books, dispute)
    done = dispute_outcome.credit_dispute(books, context, key, reason=reason)
    tell_credit(books, context, done, as_json)


@app.command()
def close(
    dispute: Which,
    outcome: Annotated[str, typer.Argument(help="corrected, credited, documents_sent, reaffirmed or withdrawn.")],
    note: Annotated[str, typer.Option("--note", help="A last note.")] = "",
    cause: Annotated[str, typer.Option("--cause", help="Why it came to be: old_price, discount_forgotten, ...")] = "",
    learn: Annotated[bool, typer.Option("--learn", help="Keep the check that would have caught the cause.")] = False,
    send: Annotated[bool, typer.Option("--send", help="Queue the answer as a letter to the customer.")] = False,
    paper: Annotated[
        list[str] | None, typer.Option("--paper", help="A paper that goes with it, by its id; may be said again.")
    ] = None,
    document: Annotated[
        list[str] | None, typer.Option("--document", help="An invoice or credit note that goes with it; again.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Close a dispute with its outcome."""
    books, context = session.open()
    key = case_answers.find_dispute(books, dispute)
    letter = dispute_outcome.close_dispute(
        books,
        context,
        key,
        outcome,
        note,
        cause=cause,
        send=send,
        papers=[parse_id(each, "paper") for each in paper or ()],
        documents=[answers.find_document(books, each) for each in document or ()],
    )
    if letter:
        dispute_answer.keep_answer(books, context.command(), key, letter)
    if learn:
        lessons.learn(books, context.command(), key, cause)
    _tell(case_answers.dispute_json(books, key), as_json)


@app.command()
def pack(
    dispute: Which,
    output: Annotated[str, typer.Option("-o", "--output", help="The PDF file; documents/ beside the books.")] = "",
    as_json: Json = False,
) -> None:
    """Make the evidence pack: one indexed PDF with everything that belongs to the dispute, or to an invoice."""
    books, context = session.open()
    try:
        key, invoice = case_answers.find_dispute(books, dispute), 0
    except NotFound:
        key, invoice = 0, answers.find_document(books, dispute)
    path = Path(output) if output else None
    made = evidence.make_evidence(
        books, context, dispute_id=key, invoice_id=invoice, path=path, language=language_in_use()
    )
    if as_json:
        put_json({"path": str(made.path), "sha256": made.sha256, "pages": made.pages, "papers": list(made.states)})
    else:
        put(_("{path} is written ({pages} pages)", path=made.path, pages=made.pages))
