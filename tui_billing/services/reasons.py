"""Why a difference is given up: the reasons of the books, what a clerk may alone, the discount that terms offer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from tui_billing.models.door import Books
from tui_billing.rules.differences import EARLY_PAYMENT, tax_within
from tui_billing.rules.money import plain
from tui_billing.rules.problem import Problem, Refused
from tui_billing.rules.terms import early_payment, parse_terms
from tui_billing.rules.text import quote
from tui_billing.services.context import Work, company


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason: accounts for a loss and for a gain, and up to how much (minor units of the books) a clerk may."""

    code: str
    name: str
    account: str
    gain_account: str
    clerk_limit: int


@dataclass(frozen=True, slots=True)
class Discount:
    """The early-payment discount that an invoice offers: how much, and the last day (minor units, its currency)."""

    amount: int
    last_day: dt.date


_COLUMNS = "code, name, account, gain_account, clerk_limit"


def reasons(books: Books) -> list[Reason]:
    """The reasons in use, as the books list them."""
    return [
        Reason(*row) for row in books.rows(f"SELECT {_COLUMNS} FROM write_off_reason WHERE active = 1 ORDER BY code")
    ]


def find_reason(books: Books, code: str) -> Reason:
    """The reason with a code; `Problem` names those there are."""
    row = books.row(f"SELECT {_COLUMNS} FROM write_off_reason WHERE code = ? AND active = 1", (code,))
    if row is None:
        known = ", ".join(each.code for each in reasons(books))
        raise Problem(
            "{code} is no reason to give an amount up; choose one of {known}",
            field="reason_code",
            code=quote(code),
            known=known,
        )
    return Reason(*row)


_OFFERED = (
    "SELECT id, issue_date, terms, payable, currency, open, (SELECT coalesce(sum(a.amount), 0) FROM allocation a"
    " WHERE a.invoice_id = i.id AND a.reason_code = ?) FROM invoice i WHERE kind <> 'credit_note' AND "
)


def offered_discount(books: Books, invoice_id: int) -> Discount | None:
    """The discount that an invoice's terms still offer (what was given already is taken off), None for none."""
    row = books.row(f"{_OFFERED} id = ?", (EARLY_PAYMENT, invoice_id))
    return _offer(row) if row else None


def offered_discounts(books: Books, customer_id: int) -> dict[int, Discount]:
    """The same of all that a customer has open, by the invoices' ids."""
    rows = books.rows(f"{_OFFERED} customer_id = ? AND open <> 0 ORDER BY id", (EARLY_PAYMENT, customer_id))
    return {row[0]: found for row in rows if (found := _offer(row)) is not None}


def _offer(row: tuple) -> Discount | None:
    _, issued, terms, payable, currency, opened, given = row
    if "%/" not in terms:
        return None
    offer = early_payment(dt.date.fromisoformat(issued), parse_terms(terms), payable, currency)
    if offer is None:
        return None
    left = min(payable - offer[1] - int(given), opened)
    return Discount(left, offer[0]) if left > 0 else None


def vat_share(books: Books, invoice_id: int, amount: int) -> tuple[int, int]:
    """(VAT, the same in the books' currency) of a further early-payment discount of `amount` on an invoice.

    The share of all discounts standing together, less the share of those before: parts add up to the whole.
    """
    groups = books.rows(
        "SELECT taxable, tax, tax_base FROM vat_breakdown WHERE invoice_id = ? ORDER BY id", (invoice_id,)
    )
    before = int(
        books.value(  # type: ignore[call-overload]
            "SELECT coalesce(sum(amount), 0) FROM allocation WHERE invoice_id = ? AND reason_code = ?",
            (invoice_id, EARLY_PAYMENT),
        )
    )
    whole, ahead = tax_within(before + amount, groups), tax_within(before, groups)
    return max(whole[0] - ahead[0], 0), max(whole[1] - ahead[1], 0)


def allow(work: Work, reason: Reason, base: int) -> None:
    """Refuse a clerk to give up more than the reason's limit; `base` is all that is given up for it, together."""
    if work.context.role != "supervisor" and base > reason.clerk_limit:
        currency = company(work.books).currency
        raise Refused(
            "a clerk gives up {limit} {currency} at most for the reason {code}; ask a supervisor",
            limit=plain(reason.clerk_limit, currency),
            currency=currency,
            code=reason.code,
        )


def allow_discount(work: Work, invoice_id: int, number: str, currency: str, amount: int, on: dt.date, why: str) -> None:
    """The discount is the terms' own, on time; late it needs a reason, and beyond the terms a supervisor."""
    offer = offered_discount(work.books, invoice_id)
    if work.context.role != "supervisor" and (offer is None or amount > offer.amount):
        raise Refused(
            "the terms of {number} offer a discount of {amount} {currency}; ask a supervisor to give more",
            number=number,
            amount=plain(offer.amount if offer else 0, currency),
            currency=currency,
        )
    if not why and (offer is None or amount > offer.amount or on > offer.last_day):
        last = offer.last_day.isoformat() if offer else "-"
        raise Problem(
            "the discount of {number} ended on {date}; type a reason to give it all the same",
            field="reason",
            number=number,
            date=last,
        )
