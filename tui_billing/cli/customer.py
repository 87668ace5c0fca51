"""customer: list, show, add, import."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tui_billing.cli.options import Json, make_app
from tui_billing.cli.output import note, put, put_card, put_json, put_json_array, put_table
from tui_billing.cli.reading import read_bytes, read_object
from tui_billing.cli.session import session
from tui_billing.locale import _
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import quote
from tui_billing.services import answers
from tui_billing.services.importing import Imported, import_customers
from tui_billing.services.master import CustomerCard, add_customer

app = make_app("Customers.")
Text = Annotated[str, typer.Option(show_default=False)]


@app.command("list")
def list_all(as_json: Json = False) -> None:
    """All customers, by code."""
    books, _context = session.open()
    rows = answers.list_customers(books)
    if as_json:
        put_json_array(rows)
        return
    names = ("code", "name", "postcode", "city", "country", "language", "currency", "terms")
    put_table(_heads(), [[row[name] for name in names] for row in rows])


def _heads() -> list[str]:
    return [_("code"), _("name"), _("postcode"), _("city"), _("country"), _("language"), _("currency"), _("terms")]


@app.command()
def show(code: Annotated[str, typer.Argument(help="The customer's code.")], as_json: Json = False) -> None:
    """One customer's card, with what is owed."""
    books, context = session.open()
    _show(answers.customer_json(books, code, context.today), as_json)


def _show(card: dict[str, Any], as_json: bool) -> None:
    if as_json:
        put_json(card)
    else:
        put_card(card)


@app.command()
def add(
    file: Annotated[str, typer.Argument(help="The card as a JSON object (- for standard input), else options.")] = "",
    code: Text = "",
    name: Text = "",
    country: Text = "",
    address_line1: Text = "",
    address_line2: Text = "",
    postcode: Text = "",
    city: Text = "",
    region: Text = "",
    legal_form: Text = "",
    siren: Text = "",
    siret: Text = "",
    vat_id: Text = "",
    email: Text = "",
    phone: Text = "",
    contact: Text = "",
    electronic_address: Text = "",
    electronic_scheme: Text = "",
    language: Text = "",
    currency: Text = "",
    terms: Text = "",
    vat_category: Text = "",
    exemption_code: Text = "",
    purchase_order_required: Text = "",
    credit_limit: Text = "",
    note: Text = "",
    einvoice_format: Text = "",
    buyer_reference: Text = "",
    as_json: Json = False,
) -> None:
    """Enter a customer; code, name and country are needed, the rest has the company's defaults."""
    options = {key: value for key, value in locals().items() if key not in ("file", "as_json") and value}
    card = CustomerCard(**{**(_card_of(read_object(file)) if file else {}), **options})
    books, context = session.open()
    add_customer(books, context, card)
    answer = answers.customer_json(books, card.code, context.today)
    if as_json:
        put_json(answer)
    else:
        put(_("{code} {name} is entered", code=answer["code"], name=answer["name"]))


def _card_of(data: dict[str, Any]) -> dict[str, Any]:
    for key, value in data.items():
        if key not in CustomerCard.__slots__:
            raise Problem("{name} is not a field of a customer", field=quote(key), name=quote(key))
        if isinstance(value, dict) != (key == "delivery") or isinstance(value, list):
            raise Problem("{name} must be text", field=key, name=key)
    texts = {key: "" if value is None else str(value) for key, value in data.items() if key != "delivery"}
    delivery = {str(k): str(v) for k, v in (data.get("delivery") or {}).items()}
    for key in delivery:
        if key not in ("name", "line1", "line2", "line3", "postcode", "city", "region", "country"):
            raise Problem("{name} is not a field of an address", field=f"delivery.{quote(key)}", name=quote(key))
    return {**texts, **({"delivery": delivery} if delivery else {})}


@app.command("import")
def import_file(
    file: Annotated[str, typer.Argument(help="A CSV file, or - for standard input.")], as_json: Json = False
) -> None:
    """Add the customers of a CSV file, all or none.

    Heads, in any order: code, name, country; address_line1, address_line2, postcode, city, siren, vat_id,
    email, language, currency, terms, and the other fields of a card.
    """
    books, context = session.open()
    tell(import_customers(books, context, read_bytes(file)), as_json)


def tell(done: Imported, as_json: bool) -> None:
    """What an import has added; what was stored cleaned goes to standard error, one line each."""
    for row, field in done.cleaned:
        note(_("row {row}, {field}: control characters were replaced by {sign}", row=row, field=field, sign="\ufffd"))
    cleaned = [{"row": row, "field": field} for row, field in done.cleaned]
    if as_json:
        put_json({"added": len(done.codes), "codes": done.codes, "cleaned": cleaned})
    else:
        put(_("{count} added", count=len(done.codes)))
