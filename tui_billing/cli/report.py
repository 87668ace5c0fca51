"""report: status, aging."""

from __future__ import annotations

from typing import Annotated

import typer

from tui_billing.cli.options import Json, make_app
from tui_billing.cli.output import put, put_json, put_table
from tui_billing.cli.session import session
from tui_billing.locale import _
from tui_billing.rules.aging import BUCKETS
from tui_billing.rules.dates import parse_iso
from tui_billing.services import answers

app = make_app("Reports, in the books' currency.")


@app.command()
def status(as_json: Json = False) -> None:
    """Invoices by status, and the age of what is open."""
    books, context = session.open()
    report = answers.status_report(books, context.today)
    if as_json:
        put_json(report)
        return
    put(f"{report['today']}  {report['currency']}")
    put()
    figures = {**report["statuses"], "credits": report["credits"], "on_account": report["on_account"]}
    lines = [[name, pair["count"], pair["amount"]] for name, pair in figures.items()]
    sums = [[name, "", report[name]] for name in ("disputed", "undisputed", "receivable")]
    put_table([_("status"), _("count"), _("amount")], [*lines, *sums], right=(1, 2))
    put()
    put_table([_("age"), _("amount")], [list(pair) for pair in report["aging"].items()], right=(1,))


@app.command()
def aging(
    as_of: Annotated[str, typer.Option("--as-of", help="A past day, for example 2026-09-30; today where none.")] = "",
    as_json: Json = False,
) -> None:
    """What each customer owes by age, today or on any past day."""
    day = parse_iso(as_of, "--as-of") if as_of else None
    books, context = session.open()
    report = answers.aging_report(books, day or context.today, past=day is not None)
    if as_json:
        put_json(report)
        return
    put(f"{report['as_of']}  {report['currency']}")
    put()
    figures = (*BUCKETS, "total", "disputed", "undisputed", "credits", "on_account", "receivable")
    lines = [[row["customer"], row["customer_name"], *(row[f] for f in figures)] for row in report["customers"]]
    total = [_("total"), "", *(report[f] for f in figures)]
    put_table([_("customer"), _("name"), *figures], [*lines, total], right=range(2, 2 + len(figures)))
