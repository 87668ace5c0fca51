"""payment: list, receive, reverse, allocate, take-back; what goes back is in payment_back."""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer

from tui_billing.cli import payment_back
from tui_billing.cli.options import Json, make_app, parse_id
from tui_billing.cli.output import put, put_json, put_json_array, put_table
from tui_billing.cli.reading import read_objects
from tui_billing.cli.session import session
from tui_billing.locale import _
from tui_billing.models.door import Books
from tui_billing.models.queries import facts
from tui_billing.rules.dates import parse_iso
from tui_billing.rules.differences import EARLY_PAYMENT, ROUNDING
from tui_billing.rules.money import exponent, to_minor
from tui_billing.rules.numbers import parse_plain
from tui_billing.rules.problem import NotFound, Problem, Unusable
from tui_billing.rules.text import quote
from tui_billing.services import allocate as allocations
from tui_billing.services import answers, batch, receive
from tui_billing.services.allocate import Part
from tui_billing.services.context import Context

app = make_app("Payments and what they settle.")
_FIELDS = ("customer", "date", "amount", "currency", "reference", "payer", "note", "allocations", "command_id")
_ALLOCATION = {"invoice", "amount", "discount", "given_up", "reason_code", "reason"}
_COMMAND_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")


@app.command("list")
def list_all(as_json: Json = False) -> None:
    """All payments by date, with what they settle."""
    books, _context = session.open()
    rows = answers.list_payments(books)
    if as_json:
        put_json_array(rows)
        return
    names = ("id", "date", "customer", "customer_name", "amount", "open", "currency", "status", "reference")
    heads = [_("id"), _("date"), _("customer"), _("name"), _("amount"), _("open"), "", _("status"), _("reference")]
    put_table(heads, [[row[name] for name in names] for row in rows], right=(0, 4, 5))


@app.command("receive")
def receive_many(
    file: Annotated[str, typer.Argument(help="A file of one JSON object, or one a line; - for standard input.")],
    as_json: Json = False,
) -> None:
    """Take payments in: {"customer", "date", "amount", "currency", "reference",
    "allocations": [{"invoice", "amount"}], "command_id"}.

    Without allocations the oldest due invoices are settled first; what is left stays on account.
    """
    books, context = session.open()
    count = 0
    try:
        for line, data in read_objects(file):
            try:
                done = _receive(books, context, data)
            except Unusable:
                raise
            except Problem as problem:
                raise batch.AtLine(line, problem) from problem
            count += 1
            _tell(done, as_json)
    except batch.AtLine as problem:
        problem.done = count
        raise


def _receive(books: Books, context: Context, data: dict[str, Any]) -> dict[str, Any]:
    for name in data:
        if name not in _FIELDS:
            raise Problem("{name} is not a field of a payment", field=quote(name), name=quote(name))
    command = data.get("command_id")
    if command is not None and not (isinstance(command, str) and _COMMAND_ID.fullmatch(command)):
        raise Problem(
            "{text} is no command id; use up to 64 letters, digits, dots and dashes",
            field="command_id",
            text=quote(command),
        )
    if command and (earlier := batch.command_result(books, command, "receive")):
        return answers.payment_json(books, int(earlier["id"]))
    payment = _payment(books, context, data)
    done = receive.receive(books, context.command(command), payment)
    return answers.payment_json(books, int(done["id"]))


def _payment(books: Books, context: Context, data: dict[str, Any]) -> receive.Payment:
    code = _text(data, "customer")
    if not code:
        raise Problem("a payment needs a customer; give the code", field="customer")
    customer = facts.customer_by_code(books, code)
    if customer is None:
        raise NotFound(
            "there is no customer {code}; type part of the name to find the code", field="customer", code=quote(code)
        )
    currency = _text(data, "currency").upper() or customer.currency
    amount = _amount(data, currency, "amount")
    if amount is None:
        raise Problem("a payment needs an amount, for example {example}", field="amount", example="1300.00")
    date = _text(data, "date")
    return receive.Payment(
        customer=customer.code,
        date=parse_iso(date, "date") if date else context.today,
        amount=amount,
        currency=currency,
        reference=_text(data, "reference"),
        payer=_text(data, "payer"),
        note=_text(data, "note"),
        **_settled(books, data.get("allocations"), amount, currency),
    )


def _text(data: dict[str, Any], name: str, place: str = "") -> str:
    value = data.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Problem("{name} must be text", field=place or name, name=name)
    return value


def _amount(data: dict[str, Any], currency: str, name: str, place: str = "") -> int | None:
    text = _text(data, name, place)
    if not text:
        return None
    places = exponent(currency)
    return to_minor(parse_plain(text, places, place or name), currency, place or name)


def _settled(books: Books, wanted: Any, amount: int, currency: str) -> dict[str, Any]:
    """What the payment settles: `allocations` left to the books (None), or `parts` as asked for."""
    if wanted is None:
        return {"allocations": None}
    if not isinstance(wanted, list):
        raise Problem("allocations must be a list", field="allocations")
    parts: list[Part] = []
    for number, each in enumerate(wanted, 1):
        part = _part(books, each, f"allocations.{number}", parts, amount, currency)
        amount -= part.paid
        parts.append(part)
    return {"allocations": (), "parts": tuple(parts)}


def _part(books: Books, each: Any, place: str, before: list[Part], left: int, currency: str) -> Part:
    """One allocation; an amount left out is all that is open less what is given up, as far as the money goes."""
    if not isinstance(each, dict) or set(each) - _ALLOCATION or not each.get("invoice"):
        raise Problem(
            "an allocation is {example}", field=place, example='{"invoice": "F2026-00001", "amount": "10.00"}'
        )
    invoice = _find(books, _text(each, "invoice", f"{place}.invoice"), f"{place}.invoice")
    discount = _amount(each, currency, "discount", f"{place}.discount")
    given = discount if discount is not None else _amount(each, currency, "given_up", f"{place}.given_up")
    code = _text(each, "reason_code", f"{place}.reason_code") or (EARLY_PAYMENT if discount is not None else ROUNDING)
    paid = _amount(each, currency, "amount", f"{place}.amount")
    if paid is None:
        taken = sum(part.paid + part.given_up for part in before if part.invoice_id == invoice) + (given or 0)
        opened = int(books.value("SELECT open FROM invoice WHERE id = ?", (invoice,)) or 0) - taken  # type: ignore[call-overload]
        paid = min(opened, left)
        if paid <= 0:
            raise Problem("nothing is left to allocate to {number}", field=place, number=each["invoice"])
    reason = _text(each, "reason", f"{place}.reason")
    return Part(invoice, paid, given or 0, code if given else "", reason)


def _find(books: Books, number: str, field: str) -> int:
    try:
        return answers.find_document(books, number)
    except NotFound as problem:
        raise NotFound(problem.message, field=field, **problem.values) from None


def _tell(payment: dict[str, Any], as_json: bool) -> None:
    if as_json:
        put_json(payment)
        return
    settled = ", ".join(f"{part['invoice']} {part['amount']}" for part in payment["allocations"]) or "-"
    values = {name: payment[name] for name in ("id", "customer", "amount", "currency", "open")}
    put(
        _(
            "payment {id}: {customer} {amount} {currency}; settles {settled}; {open} on account",
            settled=settled,
            **values,
        )
    )


@app.command()
def reverse(
    payment: Annotated[str, typer.Argument(help="The payment's id.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, for example that it bounced.")] = "",
    as_json: Json = False,
) -> None:
    """Take a payment back whole, with everything it settles."""
    key = parse_id(payment, "payment")
    books, context = session.open()
    receive.reverse_receipt(books, context, key, reason)
    answer = answers.payment_json(books, key)
    if as_json:
        put_json(answer)
    else:
        put(_("payment {id} is reversed", id=key))


@app.command()
def allocate(
    source: Annotated[str, typer.Argument(metavar="RECEIPT", help="A payment's id, or a credit note's number.")],
    number: Annotated[str, typer.Argument(help="The invoice's number.")],
    amount: Annotated[str, typer.Argument(help="How much of it, for example 120.00.")],
    as_json: Json = False,
) -> None:
    """Settle an invoice with money on account, or with a credit note."""
    books, context = session.open()
    invoice = _find(books, number, "number")
    row = books.row("SELECT currency, number FROM invoice WHERE id = ?", (invoice,))
    assert row is not None
    minor = to_minor(parse_plain(amount, exponent(row[0]), "amount"), row[0], "amount")
    if source.strip().isdigit():
        done = allocations.allocate_payment(books, context, parse_id(source, "receipt"), invoice, minor)
    else:
        done = allocations.allocate_credit(books, context, _find(books, source, "receipt"), invoice, minor)
    opened = answers.show_open(books, invoice)
    if as_json:
        put_json({"id": done, "invoice": row[1], "amount": answers.told(minor, row[0]), "open": opened})
    else:
        put(
            _(
                "allocation {id}: {number} has {open} {currency} open",
                id=done,
                number=row[1],
                open=opened,
                currency=row[0],
            )
        )


@app.command("take-back")
def take_back(
    allocation: Annotated[str, typer.Argument(help="The allocation's id, as payment list --json names it.")],
    reason: Annotated[str, typer.Option("--reason", help="Why.")] = "",
    as_json: Json = False,
) -> None:
    """Take one allocation back; the money is on account again."""
    key = parse_id(allocation, "allocation")
    books, context = session.open()
    back = allocations.reverse_allocation(books, context, key, reason)
    if as_json:
        put_json({"id": back, "reverses": key})
    else:
        put(_("allocation {id} is taken back", id=key))


app.command("write-off")(payment_back.write_off)
app.command("reasons")(payment_back.list_reasons)
app.command("refund")(payment_back.refund)
app.command("return")(payment_back.give_back)
