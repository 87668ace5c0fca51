"""period: list, proof, close."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tui_billing.cli.options import Json, make_app
from tui_billing.cli.output import put, put_json, put_json_array, put_table
from tui_billing.cli.session import session
from tui_billing.documents.proof_words import WORDS, missing
from tui_billing.locale import _
from tui_billing.rules.money import plain
from tui_billing.rules.proof import Ledger, Proof
from tui_billing.services import periods
from tui_billing.services import proof as proofs

app = make_app("Months: their proof, and their end.")
Month = Annotated[str, typer.Argument(metavar="MONTH", help="For example 2026-10.")]


@app.command("list")
def list_all(as_json: Json = False) -> None:
    """All months, the newest first: open, proved or closed."""
    books, _context = session.open()
    rows = periods.list_periods(books)
    if as_json:
        put_json_array(rows)
        return
    names = ("month", "status", "closed_on", "closed_by", "proved_at")
    heads = [_("month"), _("status"), _("closed on"), _("by"), _("proved at")]
    put_table(heads, [[row[name] for name in names] for row in rows])


@app.command()
def proof(
    month: Month,
    output: Annotated[str, typer.Option("-o", "--output", help="Write it as a PDF, too.")] = "",
    as_json: Json = False,
) -> None:
    """Prove a month: receivables = open items = journal, bank in the books = statements. Exit code 1 where not."""
    books, context = session.open()
    done = proofs.prove(books, month)
    if output:
        from tui_billing.services.proof_printing import print_proof

        print_proof(books, context, done, Path(output))
    if as_json:
        put_json(proofs.proof_json(done))
    else:
        _tell(done)
    if not done.proved:
        raise typer.Exit(1)


def _tell(done: Proof) -> None:
    _ledger(_("receivables"), done.receivables, done.currency)
    _ledger(_("payments on account"), done.on_account, done.currency)
    for bank in done.banks:
        put(bank.names)
        rows: list[list[object]] = [["", _("account in the books"), plain(bank.books, bank.currency)]]
        if bank.statement is not None:
            rows.insert(0, ["", _("statement of {date}", date=bank.until), plain(bank.statement, bank.currency)])
            rows.append(["", _("difference"), plain(bank.difference, bank.currency)])
            for group in bank.groups:
                label = _(WORDS[group.kind]) + (f" ({group.count})" if group.count > 1 else "")
                rows.append(["=" if group.counts else "!", label, plain(group.total, bank.currency)])
            rows.append(["", _("not explained"), plain(bank.rest, bank.currency)])
        put_table(["", bank.account, bank.currency], rows, right=(2,))
        put()
    for each in missing(done):
        put("! " + _(each.message, **each.values))
    put(_("{month} is proved", month=done.month) if done.proved else _("{month} is not proved", month=done.month))


def _ledger(name: str, of: Ledger, currency: str) -> None:
    rows: list[list[Any]] = [
        [_("journal account"), plain(of.journal, currency)],
        [_("ledger by customer"), plain(of.by_customer, currency)],
        [_("open items"), plain(of.open_items, currency)],
    ]
    rows += [[f"! {code}", f"{plain(a, currency)} / {plain(b, currency)}"] for code, a, b in of.differing]
    put_table([f"{of.account} {name}", currency], rows, right=(1,))
    put()


@app.command()
def close(month: Month, as_json: Json = False) -> None:
    """Close a proved month: nothing is posted into it afterwards without a supervisor's reason."""
    books, context = session.open()
    done = periods.close_period(books, context, month)
    if as_json:
        put_json(done)
    else:
        put(_("{month} is closed", month=done["month"]))
