"""dispute: list, show, open, note, close."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tui_billing.cli.options import Json, make_app
from tui_billing.cli.output import put, put_card, put_json, put_json_array, put_table
from tui_billing.cli.session import session
from tui_billing.locale import _
from tui_billing.rules.money import exponent, to_minor
from tui_billing.rules.numbers import parse_plain
from tui_billing.services import answers, disputes

app = make_app("Disputes and their notes.")
Which = Annotated[str, typer.Argument(metavar="ID", help="The dispute's id, or the number of the invoice it is about.")]


@app.command("list")
def list_all(as_json: Json = False) -> None:
    """All disputes, closed ones too."""
    books, _context = session.open()
    rows = answers.list_disputes(books)
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
    """One dispute with its notes."""
    books, _context = session.open()
    _tell(answers.dispute_json(books, answers.find_dispute(books, dispute)), as_json)


def _tell(dispute: dict[str, Any], as_json: bool) -> None:
    if as_json:
        put_json(dispute)
        return
    put_card({name: value for name, value in dispute.items() if name != "notes"})
    put()
    for note in dispute["notes"]:
        put(f"{note['date']}  {note['operator']}  {note['kind']}  {note['text']}".rstrip())


@app.command("open")
def open_one(
    number: Annotated[str, typer.Argument(help="The invoice's number.")],
    amount: Annotated[str, typer.Option("--amount", help="How much is disputed; all that is open where none.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="price, quantity, not_delivered, quality, ...")] = "other",
    note: Annotated[str, typer.Option("--note", help="The first note.")] = "",
    contact: Annotated[str, typer.Option("--contact", help="Who disputes it.")] = "",
    as_json: Json = False,
) -> None:
    """Open a dispute on an issued invoice."""
    books, context = session.open()
    invoice = answers.find_document(books, number)
    minor = None
    if amount:
        currency = str(books.value("SELECT currency FROM invoice WHERE id = ?", (invoice,)))
        minor = to_minor(parse_plain(amount, exponent(currency), "amount"), currency, "amount")
    done = disputes.open_dispute(books, context, invoice, reason=reason, amount=minor, note=note, contact=contact)
    _tell(answers.dispute_json(books, done), as_json)


@app.command("note")
def add_note(
    dispute: Which,
    text: Annotated[str, typer.Argument(help="What happened.")],
    kind: Annotated[str, typer.Option("--kind", help="note, call, letter, question or answer.")] = "note",
    as_json: Json = False,
) -> None:
    """Add a note to a dispute."""
    books, context = session.open()
    key = answers.find_dispute(books, dispute)
    disputes.note_dispute(books, context, key, text, kind)
    _tell(answers.dispute_json(books, key), as_json)


@app.command()
def close(
    dispute: Which,
    outcome: Annotated[str, typer.Argument(help="corrected, credited, documents_sent, reaffirmed or withdrawn.")],
    note: Annotated[str, typer.Option("--note", help="A last note.")] = "",
    as_json: Json = False,
) -> None:
    """Close a dispute with its outcome."""
    books, context = session.open()
    key = answers.find_dispute(books, dispute)
    disputes.close_dispute(books, context, key, outcome, note)
    _tell(answers.dispute_json(books, key), as_json)
