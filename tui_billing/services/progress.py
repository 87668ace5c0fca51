"""What was billed before under the same contract, project or order: from the issued documents, as on the day of issue.

An issued document never changes and its moment of issue is its own, so that this is the same at every reprint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tui_billing.models.door import Books

#: What the documents of one job have in common; the first of these that an invoice names.
REFERENCES = ("contract", "project", "purchase_order")
LineKey = tuple[str, ...]


@dataclass(slots=True)
class Before:
    """What was billed before a document, in minor units and net: in all, and by line."""

    reference: str
    net: int = 0
    lines: dict[LineKey, int] = field(default_factory=dict)


def line_key(order_line: str, item: str, description: str) -> LineKey:
    """By what a line is known from invoice to invoice: the order's line, else its item and text."""
    return ("order line", order_line) if order_line else ("text", item, description)


def progress_before(books: Books, invoice_id: int, head: Mapping[str, Any]) -> Before | None:
    """What the customer was billed under the document's reference before; None where it names none.

    Credit notes take away; an invoice that a corrective one has replaced no longer counts.
    """
    name = next((one for one in REFERENCES if head[one]), "")
    if not name:
        return None
    found = Before(head[name])
    earlier = (
        f"i.state = 'issued' AND i.customer_id = ? AND i.{name} = ? AND i.currency = ? AND i.id <> ?"
        " AND (i.issued_at < ? OR (i.issued_at = ? AND i.counter < ?))"
        " AND NOT EXISTS (SELECT 1 FROM invoice c WHERE c.original_id = i.id AND c.kind = 'corrective'"
        " AND c.state = 'issued' AND (c.issued_at < ? OR c.id = ?))"
    )
    at = head["issued_at"]
    values = (head["customer_id"], head[name], head["currency"], invoice_id, at, at, head["counter"], at, invoice_id)
    sign = "CASE WHEN i.kind = 'credit_note' THEN -1 ELSE 1 END"
    found.net = int(books.value(f"SELECT coalesce(sum({sign} * i.net), 0) FROM invoice i WHERE {earlier}", values) or 0)  # type: ignore[call-overload]
    for order_line, item, text, net in books.rows(
        f"SELECT l.order_line, l.item_code, l.description, sum({sign} * l.net) FROM invoice i"
        f" JOIN invoice_line l ON l.invoice_id = i.id WHERE {earlier} GROUP BY 1, 2, 3",
        values,
    ):
        key = line_key(order_line, item, text)
        found.lines[key] = found.lines.get(key, 0) + int(net)
    return found
