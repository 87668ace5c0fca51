"""investigation: list, show, open, note, close."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tui_billing.cli.options import Json, make_app, parse_id
from tui_billing.cli.output import put, put_card, put_json, put_json_array, put_table
from tui_billing.cli.session import session
from tui_billing.locale import _
from tui_billing.rules.dates import parse_iso
from tui_billing.rules.money import exponent, to_minor
from tui_billing.rules.numbers import parse_plain
from tui_billing.services import investigations
from tui_billing.services.context import company

app = make_app("Investigations of what lies between the bank and the books.")
Which = Annotated[str, typer.Argument(metavar="ID", help="The investigation's id.")]
Owner = Annotated[str, typer.Option("--owner", help="Who finds it out; the operator where none.")]
Until = Annotated[str, typer.Option("--until", help="Until which day; in a week where none.")]


@app.command("list")
def list_all(
    only_open: Annotated[bool, typer.Option("--open", help="Only those that are open.")] = False, as_json: Json = False
) -> None:
    """All investigations, what is due first first."""
    books, _context = session.open()
    rows = investigations.list_investigations(books, only_open=only_open)
    if as_json:
        put_json_array(rows)
        return
    names = ("id", "kind", "subject", "amount", "currency", "owner", "due_on", "status")
    heads = [_("id"), _("kind"), _("subject"), _("amount"), "", _("owner"), _("until"), _("status")]
    put_table(heads, [[row[name] for name in names] for row in rows], right=(0, 3))


@app.command()
def show(investigation: Which, as_json: Json = False) -> None:
    """One with its notes."""
    books, _context = session.open()
    _tell(investigations.show_investigation(books, parse_id(investigation, "investigation")), as_json)


def _tell(told: dict[str, Any], as_json: bool) -> None:
    if as_json:
        put_json(told)
        return
    put_card({name: value for name, value in told.items() if name != "notes"})
    for note in told["notes"]:
        put(f"{note['date']}  {note['operator']}  {note['text']}")


@app.command("open")
def open_one(
    subject: Annotated[str, typer.Argument(help="What is to be found out.")],
    line: Annotated[str, typer.Option("--line", help="The id of a bank line.")] = "",
    payment: Annotated[str, typer.Option("--payment", help="The id of a payment.")] = "",
    amount: Annotated[str, typer.Option("--amount", help="How much it is about.")] = "",
    owner: Owner = "",
    until: Until = "",
    note: Annotated[str, typer.Option("--note", help="The first note.")] = "",
    as_json: Json = False,
) -> None:
    """Open an investigation: of a bank line, of a payment, or of something else."""
    books, context = session.open()
    currency = company(books).currency
    kind = "not_recorded" if line else "not_on_statement" if payment else "other"
    opening = investigations.Opening(
        subject=subject,
        kind=kind,
        amount=to_minor(parse_plain(amount, exponent(currency), "--amount"), currency, "--amount") if amount else 0,
        currency=currency,
        owner=owner,
        due_on=parse_iso(until, "--until") if until else None,
        note=note,
        bank_line=parse_id(line, "--line") if line else None,
        receipt=parse_id(payment, "--payment") if payment else None,
    )
    _tell(investigations.show_investigation(books, investigations.open_investigation(books, context, opening)), as_json)


@app.command("note")
def add_note(
    investigation: Which,
    text: Annotated[str, typer.Argument(help="What was found out so far.")] = "",
    owner: Owner = "",
    until: Until = "",
    as_json: Json = False,
) -> None:
    """Add a note, hand it to somebody, or set another day."""
    key = parse_id(investigation, "investigation")
    day = parse_iso(until, "--until") if until else None
    books, context = session.open()
    investigations.note_investigation(books, context, key, text, owner=owner, due_on=day)
    _tell(investigations.show_investigation(books, key), as_json)


@app.command()
def close(
    investigation: Which,
    outcome: Annotated[str, typer.Argument(help="What was found out.")],
    as_json: Json = False,
) -> None:
    """Close an investigation with its outcome."""
    key = parse_id(investigation, "investigation")
    books, context = session.open()
    investigations.close_investigation(books, context, key, outcome)
    _tell(investigations.show_investigation(books, key), as_json)
