"""The text of a mail: names in braces that are filled in, and nothing else that could be carried out."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tui_billing.rules.problem import Problem
from tui_billing.rules.text import quote, safe

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
_PLACE = re.compile(r"\{([^{}]*)\}")
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
        for name in _PLACE.findall(text):
            if name not in PLACES:
                raise Problem(
                    "{name} cannot be filled in; there are: {names}",
                    field=field,
                    name=quote("{" + name + "}"),
                    names=" ".join("{" + place + "}" for place in PLACES),
                )
    return subject, body


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its places filled; what is filled in is not looked at again. A line with only empty places goes."""
    lines = []
    for line in text.split("\n"):
        names = _PLACE.findall(line)
        filled = _PLACE.sub(lambda match: safe(values.get(match[1], "")), line)
        if names and not any(values.get(name) for name in names) and not re.sub(r"[\s:;,.]", "", _PLACE.sub("", line)):
            continue
        lines.append(filled)
    return "\n".join(lines)
