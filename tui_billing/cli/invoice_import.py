"""invoice import: an electronic invoice read, recomputed, and taken into the books."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import typer

from tui_billing.cli.options import Json
from tui_billing.cli.output import note, put, put_card, put_json, put_table
from tui_billing.cli.reading import read_bytes
from tui_billing.cli.session import session
from tui_billing.locale import _, translate
from tui_billing.rules.problem import Problem


def import_one(
    file: Annotated[str, typer.Argument(help="A Factur-X or ZUGFeRD PDF, a CII or UBL file; - for standard input.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and check only; needs no books.")] = False,
    as_json: Json = False,
) -> None:
    """Read an electronic invoice, recompute its totals and check it against EN 16931.

    With --dry-run any invoice is checked, for example a supplier's. Without it, an invoice or credit note that
    this company issued with its former system is taken into the books under its own number, and the file is
    kept with it.
    Exit 1 where a total differs or a rule is broken.
    """
    from tui_billing.exchange.einvoice.read import read
    from tui_billing.rules.en16931.engine import check
    from tui_billing.services import einvoices

    received = read(read_bytes(file))
    today = session.today or dt.date.today()  # noqa: DTZ011 (the clerk's own calendar)
    answer = einvoices.answer(received, today)
    refused = einvoices.is_refused(answer)
    if not dry_run and not refused:
        from tui_billing.services.legacy import take_over
        from tui_billing.services.show import invoice_json

        books, context = session.open()
        done = take_over(books, context, received, "" if file == "-" else Path(file).name)
        document = invoice_json(books, done["id"], context.today)
        answer = {**answer, **document, "known": True}
    if as_json:
        put_json(answer)
    else:
        tell(answer)
    for finding in check(received.invoice):
        if finding.blocking or not as_json:
            note(f"{finding.code}: {translate(Problem(finding.message, **finding.values))}")
    if refused:
        raise typer.Exit(1)


def tell(answer: dict[str, Any]) -> None:
    """What was read, laid out, with our totals beside the stated ones."""
    names = ("number", "kind", "status", "seller_name", "customer_name", "issue_date", "due_date", "purchase_order")
    put_card({name: answer.get(name) for name in (*names, "original", "payment_reference", "syntax", "profile")})
    put()
    columns = ("position", "item", "description", "quantity", "unit", "unit_price", "vat_rate", "net")
    heads = ["#", _("item"), _("description"), _("quantity"), _("unit"), _("price"), _("VAT"), _("net")]
    put_table(heads, [[line[c] for c in columns] for line in answer["lines"]], right=(0, 3, 5, 6, 7))
    put()
    sums, stated = answer["totals"], answer.get("stated_totals", {})
    put_table(
        ["", _("computed"), _("stated")], [[name, sums[name], stated.get(name, "")] for name in sums], right=(1, 2)
    )
    put(f"{answer['open']} {answer['currency']}")
