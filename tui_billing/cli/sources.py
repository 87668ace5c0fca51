"""order, delivery, contract: list, show, add, import, close, bill; what waits to be billed; a contract's index."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tui_billing.cli.options import Json, make_app
from tui_billing.cli.output import put, put_card, put_json, put_json_array, put_table
from tui_billing.cli.reading import read_bytes, read_objects
from tui_billing.cli.session import session
from tui_billing.locale import N_, _
from tui_billing.rules.dates import parse_iso
from tui_billing.rules.numbers import parse_plain
from tui_billing.rules.problem import Problem
from tui_billing.rules.sources import source_from_json
from tui_billing.services import billing, show, source_answers, source_import, sources
from tui_billing.services.batch import AtLine
from tui_billing.services.entities import find_source
from tui_billing.services.source_content import TABLES
from tui_billing.services.source_contract import index_contract

order_app = make_app("Customers' orders: what may be billed.")
delivery_app = make_app("Delivery notes: what was delivered, and what of it is not billed.")
contract_app = make_app("Contracts: prices agreed for a period, with index and ceilings.")
APPS = {"order": order_app, "delivery": delivery_app, "contract": contract_app}
Which = Annotated[str, typer.Argument(metavar="NUMBER", help="Its number.")]
File = Annotated[str, typer.Argument(metavar="FILE", help="A JSON object, one a line, or - for standard input.")]
Customer = Annotated[str, typer.Option("--customer", help="Whose it is, where several have such a number.")]
WORDS = {
    "number": N_("number"),
    "customer": N_("customer"),
    "date": N_("date"),
    "currency": N_("currency"),
    "status": N_("status"),
    "contract": N_("contract"),
    "order": N_("order"),
    "received_by": N_("received by"),
    "title": N_("title"),
    "start_date": N_("from"),
    "end_date": N_("to"),
    "position": N_("line"),
    "reference": N_("reference"),
    "item": N_("item"),
    "description": N_("description"),
    "ordered": N_("ordered"),
    "delivered": N_("delivered"),
    "billed": N_("billed"),
    "open": N_("open"),
    "unit": N_("unit"),
    "unit_price": N_("unit price"),
    "discount_percent": N_("discount %"),
    "ceiling": N_("ceiling"),
    "lines": N_("lines"),
    "value": N_("value"),
    "days": N_("days"),
}
_LISTED = {
    "order": ("number", "customer", "date", "currency", "status", "contract"),
    "delivery": ("number", "customer", "date", "order", "status", "received_by"),
    "contract": ("number", "customer", "title", "start_date", "end_date", "currency", "status"),
}


def _list(kind: str, as_json: bool) -> None:
    books, _context = session.open()
    rows = source_answers.source_list(books, kind)
    if as_json:
        put_json_array(rows)
        return
    put_table([_(WORDS[name]) for name in _LISTED[kind]], [[r[n] for n in _LISTED[kind]] for r in rows])


def _show(kind: str, number: str, customer: str, as_json: bool) -> None:
    books, _context = session.open()
    _tell(source_answers.source_json(books, kind, find_source(books, TABLES[kind][0], number, customer)), as_json)


def _tell(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        put_json(found)
        return
    put_card({name: value for name, value in found.items() if name not in ("lines", "indexes")})
    put()
    if found["lines"]:
        names = list(found["lines"][0])
        put_table([_(WORDS[name]) for name in names], [[line[n] for n in names] for line in found["lines"]])


def _add(kind: str, file: str, as_json: bool) -> None:
    books, context = session.open()
    for line, data in read_objects(file):
        try:
            command = context.command(str(data["command_id"])) if data.get("command_id") else context.command()
            key = sources.add_source(books, command, source_from_json(kind, data))
        except Problem as problem:
            raise AtLine(line, problem) from problem
        found = source_answers.source_json(books, kind, key)
        put_json(found) if as_json else put(f"{found['number']}  {found['customer']}")


def _import(kind: str, file: str, customer: str, order: str, as_json: bool) -> None:
    books, context = session.open()
    keys = source_import.import_sources(books, context, kind, read_bytes(file), customer=customer, order=order)
    found = [source_answers.source_json(books, kind, key) for key in keys]
    if as_json:
        put_json_array(found)
        return
    for one in found:
        put(f"{one['number']}  {one['customer']}")


def _set(kind: str, number: str, customer: str, status: str, as_json: bool) -> None:
    books, context = session.open()
    key = find_source(books, TABLES[kind][0], number, customer)
    sources.set_status(books, context, kind, key, status)
    _tell(source_answers.source_json(books, kind, key), as_json)


def _bill(kind: str, number: str, customer: str, as_json: bool) -> None:
    books, context = session.open()
    draft = billing.bill(books, context, kind, find_source(books, TABLES[kind][0], number, customer))
    found = show.invoice_json(books, draft, context.today)
    put_json(found) if as_json else put(_("draft {id} is ready: tui-billing invoice issue {id}", id=draft))


def _furnish(kind: str, app: typer.Typer) -> None:
    """The commands that orders, deliveries and contracts share."""

    @app.command("list")
    def list_all(as_json: Json = False) -> None:
        """All of them, by date."""
        _list(kind, as_json)

    @app.command()
    def show(number: Which, customer: Customer = "", as_json: Json = False) -> None:
        """One with its lines, and what is billed of them."""
        _show(kind, number, customer, as_json)

    @app.command()
    def add(file: File, as_json: Json = False) -> None:
        """Enter one, or several, one a line."""
        _add(kind, file, as_json)

    @app.command()
    def close(number: Which, customer: Customer = "", as_json: Json = False) -> None:
        """Close one: nothing more is to be billed of it."""
        _set(kind, number, customer, "closed", as_json)

    @app.command()
    def reopen(number: Which, customer: Customer = "", as_json: Json = False) -> None:
        """Open one again."""
        _set(kind, number, customer, "open", as_json)

    @app.command()
    def cancel(number: Which, customer: Customer = "", as_json: Json = False) -> None:
        """Cancel one of which nothing is billed."""
        _set(kind, number, customer, "cancelled", as_json)

    if kind != "contract":

        @app.command()
        def bill(number: Which, customer: Customer = "", as_json: Json = False) -> None:
            """Keep a draft that bills what is not yet billed of it."""
            _bill(kind, number, customer, as_json)


for _kind, _app in APPS.items():
    _furnish(_kind, _app)


@order_app.command("import")
def import_orders(
    file: Annotated[str, typer.Argument(help="UBL Order 2.1, or CSV, or - for standard input.")],
    customer: Annotated[str, typer.Option("--customer", help="Whose a UBL order is, where it is not known.")] = "",
    as_json: Json = False,
) -> None:
    """Import orders: a whole file, or nothing of it."""
    _import("order", file, customer, "", as_json)


@delivery_app.command("import")
def import_deliveries(
    file: Annotated[str, typer.Argument(help="UBL DespatchAdvice 2.1, or CSV, or - for standard input.")],
    customer: Annotated[str, typer.Option("--customer", help="To whom, where a UBL file is of nobody known.")] = "",
    order: Annotated[str, typer.Option("--order", help="Of which order, where a UBL file does not say.")] = "",
    as_json: Json = False,
) -> None:
    """Import delivery notes: a whole file, or nothing of it."""
    _import("delivery", file, customer, order, as_json)


@contract_app.command("import")
def import_contracts(
    file: Annotated[str, typer.Argument(help="CSV, or - for standard input.")], as_json: Json = False
) -> None:
    """Import contracts with their price lists: a whole file, or nothing of it."""
    _import("contract", file, "", "", as_json)


@delivery_app.command("waiting")
def waiting(as_json: Json = False) -> None:
    """What is delivered and not billed, the oldest first."""
    books, context = session.open()
    rows = [source_answers.waiting_json(row) for row in billing.all_waiting(books, context.today)]
    if as_json:
        put_json_array(rows)
        return
    names = ("number", "customer", "date", "order", "lines", "value", "currency", "days")
    put_table([_(WORDS[name]) for name in names], [[row[name] for name in names] for row in rows], right=(4, 5, 7))


@contract_app.command("index")
def index(
    number: Which,
    date: Annotated[str, typer.Argument(help="From this day on, for example 2026-01-01.")],
    factor: Annotated[str, typer.Argument(help="New index over the index of the signature, for example 1.0312.")],
    note: Annotated[str, typer.Option("--note", help="Which index, and its values.")] = "",
    customer: Customer = "",
    as_json: Json = False,
) -> None:
    """Multiply the list prices of a contract from a day on."""
    books, context = session.open()
    key = find_source(books, "contract", number, customer)
    index_contract(books, context, key, parse_iso(date, "date"), parse_plain(factor, 8, "factor"), note)
    _tell(source_answers.source_json(books, "contract", key), as_json)
