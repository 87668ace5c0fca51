"""payment refund, return, write-off, reasons: money that goes back, and what is given up."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tui_billing.cli.options import Json, parse_id
from tui_billing.cli.output import put, put_json, put_json_array, put_table
from tui_billing.cli.session import session
from tui_billing.locale import _
from tui_billing.models.door import Books
from tui_billing.rules.differences import BAD_DEBT, ROUNDING
from tui_billing.rules.money import exponent, plain, to_minor
from tui_billing.rules.numbers import parse_plain
from tui_billing.rules.problem import NotFound, Problem
from tui_billing.rules.reasons import GIVEN_UP, RETURNS, return_code
from tui_billing.rules.text import quote
from tui_billing.services import allocate, answers, clear, reasons
from tui_billing.services.context import Context, company

Text = Annotated[str, typer.Option("--reason", help="Why, in words.")]


def refund(
    what: Annotated[str, typer.Argument(metavar="SOURCE|list|reverse", help="A payment's id or a credit note.")],
    amount: Annotated[
        str, typer.Argument(help="How much; all that is left of it where none. The id, for reverse.")
    ] = "",
    reason: Text = "",
    iban: Annotated[str, typer.Option("--iban", help="The account that it is paid to.")] = "",
    line: Annotated[str, typer.Option("--line", help="The bank line that paid it, where it is there already.")] = "",
    as_json: Json = False,
) -> None:
    """Pay back what is left of a payment or credit note; list refunds; reverse one."""
    books, context = session.open()
    if what == "list":
        _list(books, as_json)
        return
    if what == "reverse":
        key = parse_id(amount, "refund")
        clear.reverse_refund(books, context, key, reason)
    else:
        wanted = _wanted(books, what, amount, reason, iban, parse_id(line, "line") if line else None)
        key = int(clear.refund(books, context, wanted)["id"])
    answer = answers.refund_json(books, key)
    if as_json:
        put_json(answer)
    elif what == "reverse":
        put(_("refund {id} is taken back", id=key))
    else:
        values = {name: answer[name] for name in ("id", "customer", "amount", "currency")}
        put(_("refund {id}: {amount} {currency} to {customer}", **values))


def _list(books: Books, as_json: bool) -> None:
    rows = answers.list_refunds(books)
    if as_json:
        put_json_array(rows)
        return
    names = ("id", "date", "customer", "customer_name", "amount", "currency", "status", "reason")
    heads = [_("id"), _("date"), _("customer"), _("name"), _("amount"), "", _("status"), _("reason")]
    put_table(heads, [[row[name] for name in names] for row in rows], right=(0, 4))


def _wanted(books: Books, what: str, amount: str, reason: str, iban: str, line: int | None) -> clear.Refund:
    typed = what.strip()
    if typed.isdigit():
        key, kind = parse_id(typed, "source"), "payment"
        row = books.row(
            "SELECT c.code, r.currency, r.open FROM receipt r JOIN customer c ON c.id = r.customer_id WHERE r.id = ?",
            (key,),
        )
        if row is None:
            raise NotFound("there is no payment {id}; list them with: tui-billing payment list", id=key)
    else:
        key, kind = answers.find_document(books, typed), "credit"
        row = books.row(
            "SELECT c.code, i.currency, i.open FROM invoice i JOIN customer c ON c.id = i.customer_id"
            " WHERE i.id = ? AND i.kind = 'credit_note'",
            (key,),
        )
        if row is None:
            raise Problem("{number} is no credit note; a refund pays back money or a credit", number=quote(typed))
    minor = to_minor(parse_plain(amount, exponent(row[1]), "amount"), row[1], "amount") if amount else row[2]
    source = clear.Source("payment" if kind == "payment" else "credit", key, minor)
    return clear.Refund(row[0], [source], reason=reason, iban=iban, line_id=line)


def give_back(
    line: Annotated[str, typer.Argument(help="The bank line on which it came back.")],
    payment: Annotated[str, typer.Argument(help="The payment's id.")],
    reason: Annotated[str, typer.Option("--reason", help="The bank's code, for example AM04; the line's own.")] = "",
    fee: Annotated[str, typer.Option("--fee", help="What the bank charges on the same line.")] = "",
    as_json: Json = False,
) -> None:
    """A payment that the bank took back: a bounced debit, a chargeback; what it settled is open again."""
    key, receipt = parse_id(line, "line"), parse_id(payment, "payment")
    books, context = session.open()
    currency = str(books.value("SELECT currency FROM bank_line WHERE id = ?", (key,)) or company(books).currency)
    minor = to_minor(parse_plain(fee, exponent(currency), "fee"), currency, "fee") if fee else 0
    done = clear.return_payment(books, context, key, receipt, reason, minor)
    answer: dict[str, Any] = answers.payment_json(books, receipt)
    code = return_code(answer["reversal_reason"] or "")
    numbers = [str(books.value("SELECT number FROM invoice WHERE id = ?", (one,))) for one in done["reopened"]]
    if as_json:
        put_json({**answer, "line": key, "reopened": numbers})
        return
    why = f"{code} {_(RETURNS[code])}" if code else answer["reversal_reason"] or "-"
    put(
        _(
            "payment {id} came back ({why}); open again: {numbers}",
            id=receipt,
            why=why,
            numbers=", ".join(numbers) or "-",
        )
    )


def write_off(
    number: Annotated[str, typer.Argument(help="The invoice's number; a payment's id to keep its rest.")],
    amount: Annotated[str, typer.Argument(help="How much; all that is open where none.")] = "",
    code: Annotated[str, typer.Option("--code", help="rounding, bank_fee, early_payment, goodwill, bad_debt.")] = "",
    reason: Text = "",
    as_json: Json = False,
) -> None:
    """Give up part of an invoice for a reason; a clerk up to the reason's limit."""
    books, context = session.open()
    if number.strip().isdigit():
        _keep(books, context, parse_id(number, "number"), amount, code or ROUNDING, reason, as_json)
        return
    code = code or BAD_DEBT
    key = answers.find_document(books, number)
    row = books.row("SELECT currency, number, open FROM invoice WHERE id = ?", (key,))
    assert row is not None
    minor = to_minor(parse_plain(amount, exponent(row[0]), "amount"), row[0], "amount") if amount else row[2]
    done = allocate.write_off(books, context, key, minor, reason, code)
    opened = answers.show_open(books, key)
    if as_json:
        put_json({"id": done, "invoice": row[1], "amount": plain(minor, row[0]), "code": code, "open": opened})
    else:
        put(
            _(
                "{amount} {currency} of {number} given up; {open} open",
                amount=plain(minor, row[0]),
                currency=row[0],
                number=row[1],
                open=opened,
            )
        )


def _keep(books: Books, context: Context, receipt: int, amount: str, code: str, reason: str, as_json: bool) -> None:
    """A small rest of a payment, kept as a gain."""
    row = books.row("SELECT currency, open FROM receipt WHERE id = ?", (receipt,))
    if row is None:
        raise NotFound("there is no payment {id}; list them with: tui-billing payment list", id=receipt)
    minor = to_minor(parse_plain(amount, exponent(row[0]), "amount"), row[0], "amount") if amount else row[1]
    clear.keep_difference(books, context, clear.Source("payment", receipt, minor), code, reason)
    answer = answers.payment_json(books, receipt)
    if as_json:
        put_json(answer)
    else:
        kept = plain(minor, row[0])
        put(
            _(
                "{amount} {currency} of payment {id} kept; {open} on account",
                amount=kept,
                currency=row[0],
                id=receipt,
                open=answer["open"],
            )
        )


def list_reasons(as_json: Json = False) -> None:
    """For what an amount may be given up, to which account, and a clerk's limit."""
    books, _context = session.open()
    currency = company(books).currency
    rows = [
        {
            "code": one.code,
            "name": one.name,
            "account": one.account,
            "gain_account": one.gain_account or None,
            "clerk_limit": plain(one.clerk_limit, currency),
        }
        for one in reasons.reasons(books)
    ]
    if as_json:
        put_json_array(rows)
        return
    heads = [_("code"), _("name"), _("account"), _("clerk's limit")]
    table = [
        [
            row["code"],
            _(GIVEN_UP[str(row["code"])]) if row["code"] in GIVEN_UP else row["name"],
            row["account"],
            row["clerk_limit"],
        ]
        for row in rows
    ]
    put_table(heads, table, right=(3,))
