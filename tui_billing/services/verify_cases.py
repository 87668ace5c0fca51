"""Disputes, credits that wait and inquiries proved: they are what their dated changes and the audit events say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries.claims import claims_of
from tui_billing.services.credit_approval import request_content
from tui_billing.services.disputes import CHANGE, note_content
from tui_billing.services.inquiries import inquiry_content

#: Entities of the audit chain that are proved here.
CASES = frozenset({"dispute", "dispute_note", "inquiry", "credit_request"})
Event = tuple[str, int, str, dict[str, Any]]  # entity, its id, the document's number, content


def case_differences(books: Books, events: Iterable[Event]) -> Iterator[tuple[str, str]]:
    """(number of the document, what is wrong) of every dispute, note or inquiry that is not as it was written."""
    for key, number, *values in books.rows(
        "SELECT d.id, i.number, d.status, d.amount, d.outcome, x.status, x.amount, x.outcome FROM dispute d"
        " JOIN invoice i ON i.id = d.invoice_id LEFT JOIN dispute_change x ON x.id ="
        " (SELECT max(y.id) FROM dispute_change y WHERE y.dispute_id = d.id) ORDER BY d.id"
    ):
        if values[:3] != values[3:]:
            yield number, f"dispute {key} is not what its last change says"
    # a request changes once, when it is decided: its last event tells what stands
    requests: dict[int, tuple[str, dict[str, Any]]] = {}
    for entity, key, number, told in events:
        if entity == "credit_request":
            requests[key] = number, told
        elif not _stands(books, entity, key, told):
            yield number, f"{entity} {key} is not what was written"
    for key, number in books.rows(
        "SELECT r.id, i.number FROM credit_request r JOIN invoice i ON i.id = r.invoice_id ORDER BY r.id"
    ):
        if requests.pop(key, ("", {}))[1] != request_content(books, key):
            yield number, f"credit_request {key} is not what was written"
    for key, (number, _told) in requests.items():
        yield number, f"credit_request {key} is missing"


def _stands(books: Books, entity: str, key: int, told: dict[str, Any]) -> bool:
    if entity == "inquiry":
        return inquiry_content(books, key) == told
    if told.get("v", 1) < 2:  # written before disputes had dated changes
        return True
    if entity == "dispute_note":
        return note_content(books, key) == told
    change = books.row(f"SELECT {CHANGE} FROM dispute_change WHERE id = ?", (told["change"][0],))
    lines = claims_of(books, key, told["change"][0])
    if told["v"] >= 3:  # before, a dispute did not know its letters
        sent = books.rows("SELECT letter_id FROM dispute_letter WHERE dispute_id = ? ORDER BY id", (key,))
        if [letter for (letter,) in sent][: len(told["letters"])] != told["letters"]:
            return False
    return change is not None and list(change) == told["change"] and [list(line) for line in lines] == told["lines"]
