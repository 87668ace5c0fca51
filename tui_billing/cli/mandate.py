"""mandate: list, add, revoke."""

from __future__ import annotations

from typing import Annotated

import typer

from tui_billing.cli.options import Json, make_app
from tui_billing.cli.output import put, put_json, put_json_array, put_table
from tui_billing.cli.session import session
from tui_billing.locale import _
from tui_billing.models.queries import facts
from tui_billing.rules.dates import parse_iso
from tui_billing.rules.problem import NotFound
from tui_billing.rules.text import quote
from tui_billing.services import mandates

app = make_app("Mandates for SEPA direct debits.")


@app.command("list")
def list_all(
    customer: Annotated[str, typer.Option("--customer", help="Only this customer's.")] = "", as_json: Json = False
) -> None:
    """All mandates, by customer."""
    books, context = session.open()
    key = None
    if customer:
        known = facts.customer_by_code(books, customer)
        if known is None:
            message = "there is no customer {code}; type part of the name to find the code"
            raise NotFound(message, field="customer", code=quote(customer))
        key = known.id
    rows = mandates.list_mandates(books, context.today, key)
    if as_json:
        put_json_array(rows)
        return
    names = ("reference", "customer", "holder", "iban", "scheme", "signed_on", "last_used", "status")
    heads = [_("reference"), _("customer"), _("holder"), "IBAN", _("scheme"), _("signed"), _("last used"), _("status")]
    put_table(heads, [[row[name] for name in names] for row in rows])


@app.command()
def add(
    customer: Annotated[str, typer.Argument(help="The customer's code.")],
    iban: Annotated[str, typer.Argument(help="The account to collect from.")],
    signed: Annotated[str, typer.Option("--signed", help="The day it was signed; today where none.")] = "",
    reference: Annotated[str, typer.Option("--reference", help="Its unique reference.")] = "",
    holder: Annotated[str, typer.Option("--holder", help="Whose account it is, if not the customer's.")] = "",
    bic: Annotated[str, typer.Option("--bic", help="The bank, where the IBAN is not enough.")] = "",
    b2b: Annotated[bool, typer.Option("--business", help="Business to business; else the core scheme.")] = False,
    once: Annotated[bool, typer.Option("--once", help="For one collection alone.")] = False,
    as_json: Json = False,
) -> None:
    """Enter a signed mandate."""
    day = parse_iso(signed, "--signed") if signed else None
    books, context = session.open()
    card = mandates.MandateCard(
        customer=customer,
        iban=iban,
        signed_on=day or context.today,
        reference=reference,
        bic=bic,
        holder=holder,
        scheme="B2B" if b2b else "CORE",
        once=once,
    )
    done = mandates.add_mandate(books, context, card)
    if as_json:
        (row,) = [one for one in mandates.list_mandates(books, context.today) if one["reference"] == done]
        put_json(row)
    else:
        put(_("mandate {reference} of {customer} is kept", reference=done, customer=customer.upper()))


@app.command()
def revoke(
    reference: Annotated[str, typer.Argument(help="The mandate's reference.")],
    as_json: Json = False,
) -> None:
    """End a mandate: nothing more is collected under it."""
    books, context = session.open()
    done = mandates.revoke_mandate(books, context, reference)
    if as_json:
        put_json(done)
    else:
        put(_("mandate {reference} is revoked", reference=done["reference"]))
