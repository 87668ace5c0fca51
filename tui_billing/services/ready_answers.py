"""Ready answers to what customers ask most, in the customer's language, from what the books say now."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tui_billing.locale import N_, say
from tui_billing.models.door import Books
from tui_billing.rules.dates import format_date
from tui_billing.rules.numbers import format_money
from tui_billing.rules.terms import describe_terms, parse_terms
from tui_billing.services.firm import company

#: subject -> the sentence; a subject that is not here has no ready answer.
ANSWERS = {
    "terms": N_("Our terms for you are: {terms}."),
    "how_to_pay": N_("Please pay by transfer to IBAN {iban}{bic} with the reference {reference}."),
    "format": N_("You receive our invoices as PDF; tell us if you need them in a structured format."),
    "copy": N_("We send you a copy of invoice {number} of {day} over {amount}."),
    "balance": N_("Open today: {owed}, of which {overdue} overdue."),
    "delivery": N_("Invoice {number} is about the delivery of {delivered}."),
    "dispute": N_("Your complaint about {number} is being looked into; you have our answer by {answer_by}."),
}


def ready_answer(books: Books, customer_id: int, subject: str, today: dt.date, invoice_id: int = 0) -> str:
    """The answer to a question of a subject; "" where the books know none (no invoice named, no dispute open).

    Without an invoice, a copy or reference is of the customer's last one.
    """
    if subject not in ANSWERS:
        return ""
    row = books.row("SELECT language, terms FROM customer WHERE id = ?", (customer_id,))
    if row is None:
        return ""
    language, terms = row
    firm = company(books)
    told: dict[str, Any] = {
        "terms": describe_terms(parse_terms(terms or firm.terms), language),
        "iban": " ".join(firm.iban[place : place + 4] for place in range(0, len(firm.iban), 4)) or "–",
        "bic": f" (BIC {firm.bic})" if firm.bic else "",
        "reference": "–",
    }
    invoice = books.row(
        "SELECT number, issue_date, payable, currency, payment_reference, delivery_date FROM invoice"
        " WHERE customer_id = ? AND state = 'issued' AND kind <> 'credit_note' AND (? = 0 OR id = ?)"
        " ORDER BY issue_date DESC, id DESC LIMIT 1",
        (customer_id, invoice_id, invoice_id),
    )
    if invoice is not None:
        told |= {
            "number": invoice[0],
            "day": _day(invoice[1], language),
            "amount": format_money(invoice[2], invoice[3], language, code=True),
            "reference": invoice[4],
            "delivered": _day(invoice[5], language),
        }
    if subject == "balance":
        told |= _balance(books, customer_id, today, firm.currency, language)
    if subject == "dispute":
        told |= _dispute(books, customer_id, language)
    needed = {"copy": "number", "delivery": "delivered", "dispute": "answer_by"}.get(subject)
    if needed and not told.get(needed):
        return ""
    return say(ANSWERS[subject], language, **told)


def _day(text: str | None, language: str) -> str:
    return format_date(dt.date.fromisoformat(text), language) if text else ""


def _balance(books: Books, customer_id: int, today: dt.date, currency: str, language: str) -> dict[str, str]:
    owed, overdue = books.row(  # type: ignore[misc]
        "SELECT coalesce(sum(CASE WHEN kind = 'credit_note' THEN -open_base ELSE open_base END), 0),"
        " coalesce(sum(CASE WHEN kind <> 'credit_note' AND next_due < ? THEN open_base - disputed_base ELSE 0 END), 0)"
        " FROM invoice WHERE customer_id = ? AND open <> 0",
        (today.isoformat(), customer_id),
    )
    return {
        "owed": format_money(int(owed), currency, language, code=True),
        "overdue": format_money(int(overdue), currency, language, code=True),
    }


def _dispute(books: Books, customer_id: int, language: str) -> dict[str, str]:
    row = books.row(
        "SELECT i.number, d.answer_by FROM dispute d JOIN invoice i ON i.id = d.invoice_id"
        " WHERE d.customer_id = ? AND d.status <> 'closed' ORDER BY d.answer_by, d.id LIMIT 1",
        (customer_id,),
    )
    return {"number": row[0], "answer_by": _day(row[1], language)} if row else {}
