"""bank: import, list, statements, account add and list."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from tui_billing.cli import bank_answer as answer
from tui_billing.cli.options import Json, make_app
from tui_billing.cli.output import note, put, put_json, put_json_array, put_table
from tui_billing.cli.run import DIFFERENCE, WRONG, leave
from tui_billing.cli.session import session
from tui_billing.exchange.bank.csv_columns import Mapping
from tui_billing.locale import _
from tui_billing.models.door import Books
from tui_billing.models.queries.bank import bank_lines
from tui_billing.rules.problem import Problem, Unusable
from tui_billing.rules.statement import Remark, plain_amount
from tui_billing.services.bank_accounts import add_account, find_account, list_accounts
from tui_billing.services.context import Context
from tui_billing.services.places import default_books
from tui_billing.services.statement_chain import list_statements
from tui_billing.services.statement_taken import Taken
from tui_billing.services.statements import import_statements

app = make_app("Bank statements: take them in and look at them.")
accounts = make_app("The company's bank accounts.")
app.add_typer(accounts, name="account")
#: Files larger than this show how far they have come, where somebody watches.
_SHOWS_PROGRESS = 4_000_000

Account = Annotated[str, typer.Option("--account", help="Which account: its IBAN, number or name.")]


@app.command("import")
def import_files(
    files: Annotated[list[str], typer.Argument(metavar="FILE…", help="The bank's files; - for standard input.")],
    account: Account = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and check only; nothing is written.")] = False,
    mapping: Annotated[
        str,
        typer.Option("--mapping", help="How the columns of a CSV are read: a drawn mapping's name, or its JSON file."),
    ] = "",
    currency: Annotated[str, typer.Option("--currency", help="Where the file does not say it (QIF, CSV).")] = "",
    day_first: Annotated[
        bool | None, typer.Option("--day-first/--month-first", help="Where the file does not show it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Take in CAMT.052, 053, 054, MT940, OFX, QFX, QIF, CFONB 120 or CSV; what is there already is not added again.

    Each statement is taken in whole or not at all; a bad one costs none of the others. Exit 1 where money does not
    agree or a statement was refused, 2 where nothing could be read; with --dry-run 0 wherever all of it reads.
    """
    books, context = _open(dry_run)
    columns: str | Mapping = mapping
    if mapping.endswith(".json"):
        from tui_billing.cli.reading import read_object

        columns = Mapping.from_json(read_object(mapping))
    writer = answer.JsonWriter() if as_json else answer.TextWriter(dry_run)
    for name in files:
        path, temporary = _path(name)
        shown = "-" if temporary else Path(name).name
        try:
            for found in import_statements(
                books,
                context,
                path,
                account=account,
                mapping=columns,
                currency=currency,
                day_first=day_first,
                dry_run=dry_run,
                progress=_progress if path.exists() and path.stat().st_size > _SHOWS_PROGRESS else None,
            ):
                if isinstance(found, Taken):
                    writer.statement(shown, found)
                else:
                    writer.finding(shown, found)
        except Unusable:
            raise
        except Problem as problem:
            writer.finding(shown, Remark("refused", "file", problem.message, problem.values))
        finally:
            if temporary:
                path.unlink(missing_ok=True)
    writer.close()
    if not writer.read and writer.refused:
        leave(WRONG)
    if writer.unread or (not dry_run and (writer.refused or writer.differs)):
        leave(WRONG if not writer.taken and not dry_run and not writer.differs else DIFFERENCE)


def _open(dry_run: bool) -> tuple[Books | None, Context | None]:
    """The books; a rehearsal does without where the user has none yet and names none."""
    try:
        return session.open()
    except Unusable:
        if dry_run and not os.environ.get("TUI_BILLING_DB") and session.url == default_books():
            return None, None
        raise


def _path(name: str) -> tuple[Path, bool]:
    """(file, whether it is a copy of standard input to be thrown away)."""
    if name != "-":
        return Path(name), False
    with tempfile.NamedTemporaryFile(delete=False) as copy:
        shutil.copyfileobj(sys.stdin.buffer, copy)
    return Path(copy.name), True


def _progress(done: int, size: int, lines: int) -> None:
    if sys.stderr.isatty():
        note(_("{percent} % read, {count} entries", percent=done * 100 // max(size, 1), count=lines))


@app.command("list")
def list_lines(
    unmatched: Annotated[bool, typer.Option("--unmatched", help="Only lines of which something is open.")] = False,
    account: Account = "",
    as_json: Json = False,
) -> None:
    """The lines of all statements by date."""
    books, _context = session.open()
    key = find_account(books, account).id if account else None
    lines = _told(bank_lines(books, unmatched=unmatched, account_id=key))
    if as_json:
        put_json_array(lines)
        return
    names = ("id", "date", "amount", "currency", "open", "status", "payer", "text", "reference")
    heads = [_("id"), _("date"), _("amount"), "", _("open"), _("status"), _("payer"), _("text"), _("reference")]
    put_table(heads, [[line[name] for name in names] for line in lines], right=(0, 2, 4))


def _told(lines: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for line in lines:
        yield answer.told_line(line)


@app.command("statements")
def list_all_statements(account: Account = "", as_json: Json = False) -> None:
    """The statements, the newest first, with what does not follow from the one before."""
    books, _context = session.open()
    rows = list_statements(books, find_account(books, account).id if account else None)
    for row in rows:
        for name in ("opening", "closing", "break"):
            row[name] = plain_amount(row[name], row["currency"])
        if row["balances"] == "none":
            row["opening"] = row["closing"] = None
        elif row["balances"] == "closing":
            row["opening"] = None
    if as_json:
        put_json_array(rows)
        return
    heads = [
        _("account"),
        _("number"),
        _("from"),
        _("to"),
        _("opening"),
        _("closing"),
        "",
        _("lines"),
        _("unmatched"),
        "",
    ]
    put_table(heads, [[*_cells(row), answer.break_words(row)] for row in rows], right=(4, 5, 7, 8))


def _cells(row: dict[str, Any]) -> list[Any]:
    names = ("name", "sequence", "from", "to", "opening", "closing", "currency", "lines", "unmatched")
    return [row[name] if row[name] is not None else "-" for name in names]


@accounts.command("list")
def list_own(as_json: Json = False) -> None:
    """The company's bank accounts."""
    books, _context = session.open()
    rows = [
        {"id": own.id, "name": own.name, "iban": own.iban, "bic": own.bic, "currency": own.currency}
        | {"number": own.number, "account": own.account}
        for own in list_accounts(books)
    ]
    if as_json:
        put_json_array(rows)
        return
    heads = [_("id"), _("name"), "IBAN", "BIC", _("currency"), _("number"), _("account")]
    put_table(heads, [list(row.values()) for row in rows], right=(0,))


@accounts.command("add")
def add_own(
    iban: Annotated[str, typer.Argument(help="The IBAN; leave it out and give --number where there is none.")] = "",
    name: Annotated[str, typer.Option("--name", help="What you call it.")] = "",
    number: Annotated[str, typer.Option("--number", help="What the bank's files call it, where that is no IBAN.")] = "",
    bic: Annotated[str, typer.Option("--bic", help="The bank's BIC.")] = "",
    currency: Annotated[str, typer.Option("--currency", help="What it is kept in; else that of the books.")] = "",
    ledger: Annotated[str, typer.Option("--ledger", help="Its account in the journal, 512…")] = "",
    as_json: Json = False,
) -> None:
    """Add a bank account, so that its statements can be taken in."""
    books, context = session.open()
    values = {"iban": iban, "name": name, "number": number, "bic": bic, "currency": currency, "account": ledger}
    key = add_account(books, context, values)
    own = next(each for each in list_accounts(books) if each.id == key)
    if as_json:
        put_json({"id": key, "name": own.name, "iban": own.iban, "currency": own.currency})
    else:
        put(_("account {name} ({iban}, {currency}) is added", name=own.name, iban=own.iban, currency=own.currency))
