"""deposit: list, show, post, print: cheques and remittances with their slip."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tui_billing.cli.options import Json, make_app, parse_id
from tui_billing.cli.output import put, put_json, put_json_array, put_table
from tui_billing.cli.reading import read_objects
from tui_billing.cli.session import session
from tui_billing.locale import _
from tui_billing.models.door import Books
from tui_billing.rules.dates import parse_iso
from tui_billing.rules.money import exponent, plain, to_minor
from tui_billing.rules.numbers import parse_plain
from tui_billing.rules.party import Party
from tui_billing.rules.problem import Problem
from tui_billing.rules.tape import Tape
from tui_billing.rules.text import quote
from tui_billing.services import deposits
from tui_billing.services.context import Context, company

app = make_app("Cheques and remittances, typed as on an adding machine and posted with their slip.")
_FIELDS = ("date", "reference", "currency", "count", "total", "items")


def deposit_json(tape: Tape) -> dict[str, Any]:
    """A deposit with its tape."""
    return {
        "id": tape.id,
        "date": tape.date.isoformat(),
        "reference": tape.reference,
        "currency": tape.currency,
        "status": tape.status,
        "operator": tape.operator,
        "count": tape.count,
        "total": plain(tape.total, tape.currency),
        "slip": {"count": tape.stated_count, "total": plain(tape.stated_total, tape.currency)},
        "tape": [
            {
                "position": item.position,
                "amount": plain(item.amount, tape.currency),
                "customer": item.code or None,
                "reference": item.reference,
                "struck": item.struck,
                "payment": item.receipt_id,
            }
            for item in tape.items
        ],
    }


@app.command("list")
def list_all(as_json: Json = False) -> None:
    """Deposits, the newest first."""
    books, _context = session.open()
    rows = [deposit_json(tape) for tape in deposits.tapes(books)]
    if as_json:
        put_json_array(rows)
        return
    names = ("id", "date", "reference", "count", "total", "currency", "status", "operator")
    heads = [_("id"), _("date"), _("reference"), _("count"), _("total"), "", _("status"), _("operator")]
    put_table(heads, [[row[name] for name in names] for row in rows], right=(0, 3, 4))


@app.command()
def show(deposit: Annotated[str, typer.Argument(help="The deposit's id.")], as_json: Json = False) -> None:
    """The tape of a deposit."""
    key = parse_id(deposit, "deposit")
    books, _context = session.open()
    tape = deposits.read_tape(books, key)
    if as_json:
        put_json(deposit_json(tape))
    else:
        from tui_billing.documents.tape import tape_text

        for line in tape_text(tape, Party.from_json(company(books).party).full_name).splitlines():
            put(line)


@app.command()
def post(
    what: Annotated[str, typer.Argument(metavar="DEPOSIT|FILE", help="A deposit's id, or a JSON file; - for input.")],
    as_json: Json = False,
) -> None:
    """Post a tape that equals its slip; from a file: {"date", "reference", "count", "total",
    "items": [{"amount", "customer", "reference"}]}.
    """
    books, context = session.open()
    if what.strip().isdigit():
        _tell(deposits.post(books, context, parse_id(what, "deposit")), as_json)
        return
    for _line, data in read_objects(what):
        _tell(_from_file(books, context, data), as_json)


def _tell(tape: Tape, as_json: bool) -> None:
    if as_json:
        put_json(deposit_json(tape))
    else:
        total = plain(tape.total, tape.currency)
        put(
            _(
                "deposit {id}: {count} for {total} {currency} posted",
                id=tape.id,
                count=tape.count,
                total=total,
                currency=tape.currency,
            )
        )


def _from_file(books: Books, context: Context, data: dict[str, Any]) -> Tape:
    for name in data:
        if name not in _FIELDS:
            raise Problem("{name} is not a field of a deposit", field=quote(name), name=quote(name))
    items, stated = data.get("items"), str(data.get("count") or "")
    if not isinstance(items, list) or not items or not all(isinstance(each, dict) for each in items):
        raise Problem("a deposit needs items: a list of amounts with their customers", field="items")
    if not (stated.isascii() and stated.isdigit() and len(stated) < 7 and data.get("total")):
        raise Problem("a deposit needs the count and the total of its slip", field="count")
    count = int(stated)
    currency = str(data.get("currency") or company(books).currency).upper()
    total = _minor(data.get("total"), currency, "total")
    amounts = [_minor(each.get("amount"), currency, f"items.{n}.amount") for n, each in enumerate(items, 1)]
    if (len(items), sum(amounts)) != (count, total):
        raise Problem(
            "the tape has {count} for {total} {currency}, the slip {slip_count} for {slip_total}; they must be equal",
            field="total",
            count=len(items),
            total=plain(sum(amounts), currency),
            currency=currency,
            slip_count=count,
            slip_total=plain(total, currency),
        )
    date = parse_iso(str(data["date"]), "date") if data.get("date") else context.today
    tape = deposits.begin(books, context, date=date, reference=str(data.get("reference") or ""), currency=currency)
    try:
        for each, amount in zip(items, amounts, strict=True):
            text = " ".join(
                [plain(amount, currency), str(each.get("customer") or ""), str(each.get("reference") or "")]
            )
            deposits.enter(books, context, tape.id, text.strip())
        deposits.state_slip(books, context, tape.id, count=count, total=total)
        return deposits.post(books, context, tape.id)
    except Problem:
        if not any(item.receipt_id for item in deposits.read_tape(books, tape.id).items):
            deposits.drop(books, context, tape.id)
        raise


def _minor(value: Any, currency: str, field: str) -> int:
    if not isinstance(value, str):
        raise Problem("an amount is text, for example {example}", field=field, example='"1300.00"')
    return to_minor(parse_plain(value, exponent(currency), field), currency, field)


@app.command("print")
def print_tape(
    deposit: Annotated[str, typer.Argument(help="The deposit's id.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="A file that ends in .pdf or .txt.")],
    as_json: Json = False,
) -> None:
    """The tape as a PDF, or as text."""
    from tui_billing.documents.tape import write_tape

    key = parse_id(deposit, "deposit")
    books, _context = session.open()
    write_tape(deposits.read_tape(books, key), Party.from_json(company(books).party).full_name, output)
    if as_json:
        put_json({"id": key, "path": str(output)})
    else:
        put(str(output))
