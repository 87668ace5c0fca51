"""rate: list, add."""

from __future__ import annotations

from typing import Annotated

import typer

from tui_billing.cli.options import Json, make_app
from tui_billing.cli.output import put, put_json, put_json_array, put_table
from tui_billing.cli.session import session
from tui_billing.locale import _
from tui_billing.rules.dates import parse_iso
from tui_billing.rules.numbers import parse_plain
from tui_billing.services import answers
from tui_billing.services.master import add_rate

app = make_app("Exchange rates: units of the books' currency for one unit of another.")


@app.command("list")
def list_all(as_json: Json = False) -> None:
    """All rates, by currency and day."""
    books, _context = session.open()
    rows = answers.list_rates(books)
    if as_json:
        put_json_array(rows)
        return
    heads = [_("currency"), _("date"), _("rate"), _("source")]
    put_table(heads, [list(row.values()) for row in rows], right=(2,))


@app.command()
def add(
    currency: Annotated[str, typer.Argument(help="The other currency, for example USD.")],
    date: Annotated[str, typer.Argument(help="The day, for example 2026-11-24.")],
    rate: Annotated[str, typer.Argument(help="What one unit of it is worth, for example 0.91234.")],
    source: Annotated[str, typer.Option("--source", help="Where the rate comes from.")] = "ECB",
    as_json: Json = False,
) -> None:
    """Enter the rate of a day."""
    code, day, value = currency.strip().upper(), parse_iso(date, "date"), parse_plain(rate, 8, "rate")
    books, context = session.open()
    add_rate(books, context, code, day, value, source)
    if as_json:
        put_json({"currency": code, "date": day.isoformat(), "rate": format(value, "f"), "source": source})
    else:
        put(_("{currency} {date}: {rate}", currency=code, date=day.isoformat(), rate=format(value, "f")))
