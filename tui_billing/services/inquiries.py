"""Inquiries: a call or mail about anything, logged while it is going on, with an answer and a day to follow up."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.tables import Inquiry
from tui_billing.models.write import add
from tui_billing.rules.problem import NotFound, Problem, Refused
from tui_billing.rules.text import clean, quote
from tui_billing.services.context import Context, Work, transact
from tui_billing.services.delivery import enqueue_copy

CHANNELS = ("call", "mail", "letter", "visit")
#: What an inquiry is about.
SUBJECTS = ("terms", "how_to_pay", "format", "copy", "balance", "delivery", "dispute", "other")
TEXT_LIMIT = 2000


def log_inquiry(
    books: Books,
    context: Context,
    customer_id: int,
    text: str,
    *,
    invoice_id: int | None = None,
    channel: str = "call",
    subject: str = "other",
    contact: str = "",
    answer: str = "",
    follow_up: dt.date | None = None,
    follows: int | None = None,
) -> int:
    """Log an inquiry of a customer; return its id. Rows are never changed: what follows one names it in `follows`.

    Where a copy of an invoice is asked for, the invoice is queued for the customer in the same transaction.

    `text` may be empty where a subject says it all. Raises `Problem` for an unknown channel or subject, and where
    neither a text nor a subject says anything.
    """
    for value, known, field in ((channel, CHANNELS, "channel"), (subject, SUBJECTS, "subject")):
        if value not in known:
            raise Problem(
                "{value} is not known here; it is one of {values}",
                field=field,
                value=quote(value),
                values=", ".join(known),
            )
    text = clean(text, TEXT_LIMIT, "text")
    if not text and subject == "other":
        raise Problem("what is it about? type a word or two, or choose a subject", field="text")

    def do(work: Work) -> int:
        code = books.value("SELECT code FROM customer WHERE id = ?", (customer_id,))
        if code is None:
            raise NotFound("there is no customer with id {id}", id=customer_id)
        if invoice_id is not None and not books.row(
            "SELECT 1 FROM invoice WHERE id = ? AND customer_id = ?", (invoice_id, customer_id)
        ):
            raise Refused("this invoice is another customer's; log the inquiry with that customer")
        if follows is not None:
            _may_follow(books, follows, customer_id)
        inquiry = add(
            Inquiry,
            customer_id=customer_id,
            invoice_id=invoice_id,
            date=work.today,
            at=work.at,
            operator_id=work.operator_id,
            channel=channel,
            subject=subject,
            contact=clean(contact, 200, "contact"),
            text=text,
            answer="\n".join(clean(part, TEXT_LIMIT, "answer") for part in answer.split("\n")).strip(),
            follow_up=follow_up,
            follows_id=follows,
        )
        work.audit("log_inquiry", "inquiry", inquiry, inquiry_content(books, inquiry), f"{code} {text[:60]}".strip())
        if subject == "copy" and invoice_id is not None:
            enqueue_copy(work, invoice_id)
        return inquiry

    return transact(books, context, "inquiry", do)


def _may_follow(books: Books, follows: int, customer_id: int) -> None:
    row = books.row("SELECT customer_id FROM inquiry WHERE id = ?", (follows,))
    if row is None or row[0] != customer_id:
        raise NotFound("this customer has no inquiry {id}; list them with: tui-billing inquiry list", id=follows)
    if books.row("SELECT 1 FROM inquiry WHERE follows_id = ?", (follows,)):
        raise Refused("inquiry {id} was followed up already", id=follows)


def inquiry_content(books: Books, inquiry_id: int) -> dict[str, Any]:
    """What the audit chain keeps of an inquiry."""
    columns = "customer_id, invoice_id, date, channel, subject, contact, text, answer, follow_up, follows_id"
    row = books.row(f"SELECT {columns} FROM inquiry WHERE id = ?", (inquiry_id,))
    values = dict(zip(columns.split(", "), row or (), strict=False))
    return {"v": 1, **values}
