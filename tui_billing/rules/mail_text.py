"""The text of a mail, and the places in it that are filled in."""

from __future__ import annotations

from tui_billing.rules.places import check_places
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import safe

#: What may stand in braces, and an example of what it becomes.
PLACES = {
    "number": "F2026-00042",
    "document": "Invoice F2026-00042",
    "company": "Atelier Duval SARL",
    "customer": "ACME Industries SAS",
    "contact": "Anna Martin",
    "amount": "2 046.00 EUR",
    "open": "2 046.00 EUR",
    "issue_date": "24/11/2026",
    "due_date": "31/12/2026",
    "order": "45001234",
}
LONGEST_SUBJECT, LONGEST_BODY = 200, 10_000


def check_text(subject: str, body: str) -> tuple[str, str]:
    """Subject and body as they are stored; a Problem names what does not fit."""
    subject = safe(subject).strip()
    body = "\n".join(safe(line).rstrip() for line in body.replace("\r\n", "\n").replace("\r", "\n").split("\n")).strip()
    if not subject:
        raise Problem("a mail needs a subject", field="subject")
    if not body:
        raise Problem("a mail needs a text", field="body")
    for field, text, limit in (("subject", subject, LONGEST_SUBJECT), ("body", body, LONGEST_BODY)):
        if len(text) > limit:
            raise Problem(
                "this text has {length} characters, {limit} fit; shorten it", field=field, length=len(text), limit=limit
            )
        check_places(text, PLACES, field)
    return subject, body
