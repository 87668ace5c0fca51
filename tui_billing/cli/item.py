"""item: list, show, add, import."""

from __future__ import annotations

from typing import Annotated

import typer

from tui_billing.cli.customer import tell
from tui_billing.cli.options import Json, make_app
from tui_billing.cli.output import put, put_card, put_json, put_json_array, put_table
from tui_billing.cli.reading import read_bytes, read_object
from tui_billing.cli.session import session
from tui_billing.locale import _
from tui_billing.rules.problem import Problem
from tui_billing.services import answers
from tui_billing.services.context import transact
from tui_billing.services.importing import import_items
from tui_billing.services.items import add_item_in

app = make_app("Items of the catalogue.")
Text = Annotated[str, typer.Option(show_default=False)]


@app.command("list")
def list_all(as_json: Json = False) -> None:
    """All items, by code."""
    books, _context = session.open()
    rows = answers.list_items(books)
    if as_json:
        put_json_array(rows)
        return
    names = ("code", "description", "unit", "unit_price", "currency", "vat_category", "vat_rate", "nature")
    heads = [_("code"), _("description"), _("unit"), _("price"), _("currency"), _("VAT"), _("rate"), _("nature")]
    put_table(heads, [[row[name] for name in names] for row in rows], right=(3, 6))


@app.command()
def show(code: Annotated[str, typer.Argument(help="The item's code.")], as_json: Json = False) -> None:
    """One item."""
    books, _context = session.open()
    item = answers.item_json(books, code)
    if as_json:
        put_json(item)
    else:
        put_card(item)


@app.command()
def add(
    file: Annotated[str, typer.Argument(help="The item as a JSON object (- for standard input), else options.")] = "",
    code: Text = "",
    description: Text = "",
    description_fr: Text = "",
    unit: Text = "",
    unit_price: Text = "",
    currency: Text = "",
    vat_category: Text = "",
    vat_rate: Text = "",
    exemption_code: Text = "",
    nature: Text = "",
    as_json: Json = False,
) -> None:
    """Enter an item; code, description and unit price are needed. Nature is goods or services."""
    options = {key: value for key, value in locals().items() if key not in ("file", "as_json") and value}
    data = read_object(file) if file else {}
    for key, value in data.items():
        if isinstance(value, dict | list):
            raise Problem("{name} must be text", field=key, name=key)
    values = {**{key: "" if value is None else str(value) for key, value in data.items()}, **options}
    books, context = session.open()
    transact(books, context, "item", lambda work: add_item_in(work, values))
    answer = answers.item_json(books, values["code"])
    if as_json:
        put_json(answer)
    else:
        put(_("{code} {name} is entered", code=answer["code"], name=answer["description"]))


@app.command("import")
def import_file(
    file: Annotated[str, typer.Argument(help="A CSV file, or - for standard input.")], as_json: Json = False
) -> None:
    """Add the items of a CSV file, all or none.

    Heads, in any order: code, description, unit_price; description_fr, unit, currency, vat_category,
    vat_rate, exemption_code, nature.
    """
    books, context = session.open()
    tell(import_items(books, context, read_bytes(file)), as_json)
