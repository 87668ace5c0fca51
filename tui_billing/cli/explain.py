"""explain: how the amounts of an issued document came to be."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated

import typer

from tui_billing.cli.options import Json, make_app
from tui_billing.cli.output import put, put_json, put_table
from tui_billing.cli.session import session
from tui_billing.locale import _, language_in_use
from tui_billing.rules.dates import format_date
from tui_billing.rules.explain import Step
from tui_billing.rules.money import Money
from tui_billing.rules.numbers import format_money, format_number
from tui_billing.rules.problem import Refused
from tui_billing.rules.text import quote
from tui_billing.services.answers import find_document
from tui_billing.services.explain import explain_invoice

app = make_app("How the amounts of a document came to be.")


@app.command("explain")
def explain(
    number: Annotated[str, typer.Argument(help="The document's number.")],
    as_json: Json = False,
) -> None:
    """Every step from the lines to what is open: discounts, VAT bases, rounding, payments."""
    books, context = session.open()
    key = find_document(books, number)
    if books.value("SELECT state FROM invoice WHERE id = ?", (key,)) != "issued":
        raise Refused("{number} is a draft; issue it first", number=quote(number))
    _found, steps = explain_invoice(books, key, context.today)
    if as_json:
        put_json({"number": number.strip(), "steps": [_told(step) for step in steps]})
        return
    rows: list[list[str]] = []
    for step in steps:
        label, detail = _words(step)
        amount = step.amount
        shown = format_money(amount.minor, amount.currency, language_in_use()) if amount is not None else ""
        rows.append([label if step.heading else "  " * (1 + step.indent) + label.strip(), shown, detail])
    put_table(["", _("amount"), ""], rows, right=(1,))
    put()


def _words(step: Step) -> tuple[str, str]:
    language = language_in_use()
    values = {name: _shown(value, language) for name, value in step.values.items()}
    # Not by keyword: a place may bear the name of a parameter.
    label, detail = (_(text).format(**values) if text else "" for text in (step.label, step.detail))
    return label, detail


def _shown(value: object, language: str) -> str:
    if isinstance(value, Money):
        return format_money(value.minor, value.currency, language)
    if isinstance(value, Decimal):
        return format_number(value, language)
    return format_date(value, language) if isinstance(value, dt.date) else str(value)


def _told(step: Step) -> dict[str, object]:
    label, detail = _words(step)
    amount = step.amount
    return {
        "label": label,
        "amount": amount.plain if amount is not None else None,
        "currency": amount.currency if amount is not None else None,
        "detail": detail,
        "heading": step.heading,
    }
