"""order: list, show, due, collect, refund, cancel."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tui_billing.cli.options import Json, make_app, parse_id
from tui_billing.cli.output import put, put_card, put_json, put_json_array, put_table
from tui_billing.cli.session import session
from tui_billing.locale import _
from tui_billing.models.queries.direct_debits import Due, collectable
from tui_billing.rules.dates import parse_iso
from tui_billing.rules.direct_debit import earliest_collection
from tui_billing.rules.money import plain
from tui_billing.services import answers, collecting, order_lists, payment_orders
from tui_billing.services import pay_refunds as paying

app = make_app("Files for the bank: direct debits to collect, refunds to pay.")
Day = Annotated[str, typer.Option("--date", help="The day of the collection; the first possible one where none.")]
Iban = Annotated[str, typer.Option("--iban", help="The account of ours; the company's where none.")]


@app.command("list")
def list_all(as_json: Json = False) -> None:
    """All files, the newest first."""
    books, _context = session.open()
    rows = order_lists.list_orders(books)
    if as_json:
        put_json_array(rows)
        return
    names = ("id", "kind", "date", "count", "total", "currency", "status", "message_id")
    heads = [_("id"), _("kind"), _("date"), _("count"), _("total"), "", _("status"), _("message")]
    put_table(heads, [[row[name] for name in names] for row in rows], right=(0, 3, 4))


@app.command()
def show(order: Annotated[str, typer.Argument(help="The order's id.")], as_json: Json = False) -> None:
    """One file with what is in it."""
    key = parse_id(order, "order")
    books, _context = session.open()
    told = order_lists.show_order(books, key)
    if as_json:
        put_json(told)
        return
    put_card({name: value for name, value in told.items() if name != "parts"})
    put()
    names = ("customer", "invoice", "refund", "mandate", "sequence", "amount", "end_to_end", "status", "reason")
    heads = [_("customer"), _("invoice"), _("refund"), _("mandate"), "", _("amount"), "", _("status"), _("reason")]
    put_table(heads, [[part[name] for name in names] for part in told["parts"]], right=(5,))


@app.command()
def due(date: Day = "", as_json: Json = False) -> None:
    """What can be collected by a day."""
    day = parse_iso(date, "--date") if date else None
    books, context = session.open()
    rows = [_due_json(one) for one in collectable(books, day or earliest_collection(context.today))]
    if as_json:
        put_json_array(rows)
        return
    names = ("invoice", "customer", "due_date", "amount", "mandate", "scheme", "sequence", "obstacle")
    heads = [_("invoice"), _("customer"), _("due"), _("amount"), _("mandate"), _("scheme"), "", _("obstacle")]
    put_table(heads, [[row[name] for name in names] for row in rows], right=(3,))


def _due_json(one: Due) -> dict[str, Any]:
    return {
        "invoice": one.number,
        "customer": one.customer_code,
        "due_date": one.due_date.isoformat(),
        "amount": plain(one.amount, "EUR"),
        "mandate": one.mandate,
        "scheme": one.scheme,
        "sequence": one.sequence,
        "obstacle": one.obstacle or None,
        "short_notice": one.short_notice,
    }


@app.command()
def collect(
    numbers: Annotated[list[str] | None, typer.Argument(metavar="[NUMBER]...", help="Invoices; all due.")] = None,
    date: Day = "",
    b2b: Annotated[bool, typer.Option("--business", help="Those of business mandates; else of core ones.")] = False,
    last: Annotated[list[str] | None, typer.Option("--last", help="A mandate collected for the last time.")] = None,
    iban: Iban = "",
    as_json: Json = False,
) -> None:
    """Make a file of direct debits: the invoices named, or all that are due and undisputed."""
    day = parse_iso(date, "--date") if date else None
    books, context = session.open()
    invoices = [answers.find_document(books, number) for number in numbers] if numbers else None
    done = collecting.collect(
        books,
        context,
        scheme="B2B" if b2b else "CORE",
        date=day,
        invoices=invoices,
        last=last or (),
        iban=iban,
    )
    _tell(done, as_json, _("order {id}: {count} debits, {total} EUR on {date}: {path}", **done))


@app.command()
def refund(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Refunds; all that wait.")] = None,
    date: Day = "",
    iban: Iban = "",
    as_json: Json = False,
) -> None:
    """Make a file of transfers that pays refunds."""
    day = parse_iso(date, "--date") if date else None
    keys = [parse_id(each, "refund") for each in ids] if ids else None
    books, context = session.open()
    done = paying.pay_refunds(books, context, date=day, refunds=keys, iban=iban)
    _tell(done, as_json, _("order {id}: {count} refunds, {total} EUR on {date}: {path}", **done))


@app.command()
def cancel(
    order: Annotated[str, typer.Argument(help="The order's id.")],
    invoice: Annotated[str, typer.Option("--invoice", help="Only this invoice, which the bank refused.")] = "",
    refund: Annotated[str, typer.Option("--refund", help="Only this refund (its id), which the bank refused.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why, for example the bank's code.")] = "",
    as_json: Json = False,
) -> None:
    """Cancel a file, or take one invoice or refund out of it: they are free for another file."""
    key = parse_id(order, "order")
    books, context = session.open()
    if invoice or refund:
        part = parse_id(refund, "refund") if refund else None
        done = payment_orders.drop_part(books, context, key, invoice.strip(), reason, refund_id=part)
        _tell(done, as_json, _("{number} is taken out of order {id}", number=done["dropped"], id=key))
    else:
        done = payment_orders.cancel_order(books, context, key, reason)
        _tell(done, as_json, _("order {id} is cancelled", id=key))


def _tell(done: dict[str, Any], as_json: bool, sentence: str) -> None:
    if as_json:
        put_json(done)
    else:
        put(sentence)
