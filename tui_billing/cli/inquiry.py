"""inquiry: list, add."""

from __future__ import annotations

from typing import Annotated

import typer

from tui_billing.cli.options import Json, make_app, parse_id
from tui_billing.cli.output import put, put_json, put_json_array, put_table
from tui_billing.cli.session import session
from tui_billing.locale import _
from tui_billing.models.door import Books
from tui_billing.models.queries import facts
from tui_billing.rules.dates import parse_iso
from tui_billing.rules.problem import NotFound
from tui_billing.rules.text import quote
from tui_billing.services import answers, case_answers, inquiries

app = make_app("Inquiries: calls and mails about anything.")


@app.command("list")
def list_all(
    customer: Annotated[str, typer.Option("--customer", help="Only one customer's, by code.")] = "",
    due: Annotated[bool, typer.Option("--due", help="Only those to be followed up today or before.")] = False,
    as_json: Json = False,
) -> None:
    """Inquiries, the oldest first."""
    books, context = session.open()
    who = _customer(books, customer) if customer else None
    rows = case_answers.list_inquiries(books, who, due=context.today.isoformat() if due else "")
    if as_json:
        put_json_array(rows)
        return
    names = ("id", "date", "customer", "invoice", "channel", "subject", "text", "operator", "follow_up")
    heads = [
        _("id"), _("date"), _("customer"), _("invoice"), _("channel"), _("subject"), _("text"), _("who"), _("follow up"),
    ]  # fmt: skip
    put_table(heads, [[row[name] or "" for name in names] for row in rows], right=(0,))


def _customer(books: Books, code: str) -> int:
    known = facts.customer_by_code(books, code)
    if known is None:
        message = "there is no customer {code}; type part of the name to find the code"
        raise NotFound(message, field="customer", code=quote(code))
    return known.id


@app.command()
def add(
    about: Annotated[str, typer.Argument(metavar="CUSTOMER|NUMBER", help="A customer's code or a document's number.")],
    text: Annotated[str, typer.Argument(help="What was asked.")] = "",
    channel: Annotated[str, typer.Option("--channel", help="call, mail, letter or visit.")] = "call",
    subject: Annotated[str, typer.Option("--subject", help="terms, how_to_pay, format, copy, balance, ...")] = "other",
    contact: Annotated[str, typer.Option("--contact", help="Who asked.")] = "",
    answer: Annotated[str, typer.Option("--answer", help="What was answered.")] = "",
    follow_up: Annotated[str, typer.Option("--follow-up", help="The day to come back to it.")] = "",
    follows: Annotated[str, typer.Option("--follows", help="The id of the inquiry that this one follows up.")] = "",
    as_json: Json = False,
) -> None:
    """Log a call or mail of a customer."""
    books, context = session.open()
    known = facts.customer_by_code(books, about)
    invoice = None
    if known is None:
        invoice = answers.find_document(books, about)
        customer = int(books.value("SELECT customer_id FROM invoice WHERE id = ?", (invoice,)) or 0)  # type: ignore[call-overload]
    else:
        customer = known.id
    done = inquiries.log_inquiry(
        books,
        context,
        customer,
        text,
        invoice_id=invoice,
        channel=channel,
        subject=subject,
        contact=contact,
        answer=answer,
        follow_up=parse_iso(follow_up, "follow-up") if follow_up else None,
        follows=parse_id(follows, "follows") if follows else None,
    )
    told = next(row for row in case_answers.list_inquiries(books, customer) if row["id"] == done)
    if as_json:
        put_json(told)
    else:
        put(_("inquiry {id} of {customer} is logged", id=done, customer=told["customer"]))
