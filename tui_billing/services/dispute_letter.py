"""The answer to a customer whose dispute is decided, in the customer's language."""

from __future__ import annotations

import datetime as dt

from tui_billing.locale import N_, say
from tui_billing.models.door import Books
from tui_billing.models.queries.claims import CLAIMS
from tui_billing.rules.dates import format_date
from tui_billing.rules.numbers import format_money
from tui_billing.rules.party import Party
from tui_billing.services.firm import company

#: outcome -> the paragraph that says what was decided.
DECISIONS = {
    "corrected": N_("You were right: we have corrected the invoice. {documents}"),
    "credited": N_("You were right: the disputed {amount} is credited to you. {documents}"),
    "documents_sent": N_(
        "With this letter you receive the documents you asked for. They show what was ordered, delivered and billed;"
        " the invoice remains due as it stands."
    ),
    "reaffirmed": N_(
        "We have looked into it with care. The enclosed documents show that the invoice is right; the disputed"
        " {amount} remains due."
    ),
    "withdrawn": N_("As agreed, you no longer dispute the invoice; the {amount} remains due as it stands."),
}
_SUBJECT = N_("Your complaint of {day} about invoice {number} of {issued}")
_DEAR = N_("Dear Sir or Madam,")
_RECEIVED = N_("You told us on {day} that you dispute {amount} of our invoice {number}.")
_LINES = N_("It is about: {lines}.")
_DOCUMENTS = N_("You find the amounts in {documents}.")
_CLOSING = N_("Please call us if anything is left open.")
_GREETING = N_("Yours faithfully,")


def letter_of(books: Books, dispute_id: int, outcome: str, today: dt.date) -> str:
    """The letter's paragraphs, one a line: subject first, the company's name last."""
    row = books.row(
        "SELECT d.opened_on, d.amount, d.currency, i.number, i.issue_date, c.language FROM dispute d"
        " JOIN invoice i ON i.id = d.invoice_id JOIN customer c ON c.id = d.customer_id WHERE d.id = ?",
        (dispute_id,),
    )
    assert row is not None
    opened, amount, currency, number, issued, language = row
    told = {
        "day": format_date(dt.date.fromisoformat(opened), language),
        "issued": format_date(dt.date.fromisoformat(issued), language),
        "number": number,
        "amount": format_money(amount, currency, language, code=True),
    }
    lines = books.rows(
        f"SELECT l.position, l.description FROM {CLAIMS} x JOIN invoice_line l ON l.id = x.line_id"
        " WHERE x.dispute_id = ? ORDER BY l.position LIMIT 12",
        (dispute_id,),
    )
    papers = books.rows(
        "SELECT i.number FROM dispute_document x JOIN invoice i ON i.id = x.invoice_id WHERE x.dispute_id = ?"
        " AND i.number IS NOT NULL ORDER BY x.id",
        (dispute_id,),
    )
    documents = say(_DOCUMENTS, language, documents=", ".join(paper for (paper,) in papers)) if papers else ""
    paragraphs = [say(_SUBJECT, language, **told), say(_DEAR, language), say(_RECEIVED, language, **told)]
    if lines:
        paragraphs.append(say(_LINES, language, lines="; ".join(f"{place} {text[:60]}" for place, text in lines)))
    paragraphs.append(say(DECISIONS[outcome], language, **told, documents=documents).strip())
    paragraphs += [say(_CLOSING, language), say(_GREETING, language)]
    paragraphs.append(Party.from_json(company(books).party).full_name)
    return "\n".join(paragraphs)
