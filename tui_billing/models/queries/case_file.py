"""All that the books hold of a case: the invoice, its disputes, what it was ordered and delivered by, and its papers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries.claims import CLAIMS


@dataclass(slots=True)
class CaseFile:
    """Plain rows for the evidence pack; amounts in minor units of the invoice's currency."""

    invoice: dict[str, Any]
    lines: list[tuple[int, str, int]]
    disputes: list[dict[str, Any]] = field(default_factory=list)
    orders: list[tuple[str, str, str]] = field(default_factory=list)
    contracts: list[tuple[str, str, str]] = field(default_factory=list)
    deliveries: list[tuple[str, str, str]] = field(default_factory=list)
    payments: list[tuple[str, str, str, int]] = field(default_factory=list)
    timeline: list[tuple[str, str, str, str]] = field(default_factory=list)
    documents: list[tuple[int, str]] = field(default_factory=list)
    papers: list[tuple[str, str, str, str, str, str, str]] = field(default_factory=list)


_HEAD = "number, buyer_name, customer_id, issue_date, currency, payable, open, purchase_order, contract, delivery_note"
_DISPUTE = "id, reason, amount, contact, status, outcome, cause, opened_on, closed_on"
#: The orders, contracts and deliveries of an invoice: by what its lines billed of them, and by the numbers on it.
_SOURCES = {
    "purchase_order": (
        "SELECT o.id FROM purchase_order o WHERE o.customer_id = ? AND (o.number = ? OR o.id IN"
        " (SELECT l.order_id FROM billed_line b JOIN order_line l ON l.id = b.order_line_id WHERE b.invoice_id = ?))"
    ),
    "contract": (
        "SELECT o.id FROM contract o WHERE o.customer_id = ? AND (o.number = ? OR o.id IN"
        " (SELECT l.contract_id FROM billed_line b JOIN contract_line l ON l.id = b.contract_line_id"
        " WHERE b.invoice_id = ?))"
    ),
    "delivery_note": (
        "SELECT o.id FROM delivery_note o WHERE o.customer_id = ? AND (o.number = ? OR o.id IN"
        " (SELECT l.delivery_id FROM billed_line b JOIN delivery_line l ON l.id = b.delivery_line_id"
        " WHERE b.invoice_id = ?))"
    ),
}
_TOLD = {
    "purchase_order": "SELECT number, date, status FROM purchase_order",
    "contract": "SELECT number, start_date, title FROM contract",
    "delivery_note": "SELECT number, date, received_by FROM delivery_note",
}


def read(books: Books, invoice_id: int, dispute_id: int = 0) -> CaseFile:
    """Everything of an invoice and one of its disputes (0: all of them), in a constant number of queries."""
    row = books.row(f"SELECT {_HEAD} FROM invoice WHERE id = ?", (invoice_id,))
    assert row is not None
    head = dict(zip(_HEAD.split(", "), row, strict=True))
    found = CaseFile(
        head,
        [
            (position, text, int(net))
            for position, text, net in books.rows(
                "SELECT position, description, net FROM invoice_line WHERE invoice_id = ? ORDER BY position",
                (invoice_id,),
            )
        ],
    )
    _read_disputes(books, found, invoice_id, dispute_id)
    entities = related(books, invoice_id, dispute_id)
    told = {"purchase_order": found.orders, "contract": found.contracts, "delivery_note": found.deliveries}
    for entity, rows in told.items():
        rows += _of(books, _TOLD[entity] + " WHERE id IN ({}) ORDER BY id", entities[entity])
    found.payments = [
        (date, kind, reference or "", int(amount))
        for date, kind, reference, amount in books.rows(
            "SELECT a.date, a.kind, CASE WHEN a.kind = 'credit' THEN n.number ELSE r.reference END, a.amount"
            " FROM allocation a LEFT JOIN receipt r ON r.id = a.receipt_id"
            " LEFT JOIN invoice n ON n.id = a.credit_note_id WHERE a.invoice_id = ? ORDER BY a.id",
            (invoice_id,),
        )
    ]
    found.documents = [(invoice_id, head["number"])]
    found.documents += books.rows(
        "SELECT id, number FROM invoice WHERE original_id = ? AND state = 'issued' ORDER BY id", (invoice_id,)
    )
    _read_timeline(books, found, invoice_id, entities)
    _read_papers(books, found, entities)
    return found


def related(books: Books, invoice_id: int, dispute_id: int = 0) -> dict[str, list[int]]:
    """entity -> ids of all that belongs to an invoice and one of its disputes (0: all of them)."""
    row = books.row(
        "SELECT customer_id, purchase_order, contract, delivery_note FROM invoice WHERE id = ?", (invoice_id,)
    )
    if row is None:
        return {}
    customer, *numbers = row
    found: dict[str, list[int]] = {}
    for (entity, sql), number in zip(_SOURCES.items(), numbers, strict=True):
        found[entity] = [key for (key,) in books.rows(f"{sql} ORDER BY o.id", (customer, number or "-", invoice_id))]
    found["invoice"] = [invoice_id]
    found["dispute"] = [
        key
        for (key,) in books.rows(
            "SELECT id FROM dispute WHERE invoice_id = ? AND (? = 0 OR id = ?) ORDER BY id",
            (invoice_id, dispute_id, dispute_id),
        )
    ]
    found["inquiry"] = [
        key for (key,) in books.rows("SELECT id FROM inquiry WHERE invoice_id = ? ORDER BY id", (invoice_id,))
    ]
    return found


def _of(books: Books, sql: str, keys: list[int]) -> list[tuple]:
    """Rows of some ids; `{}` in the statement is their places."""
    return books.rows(sql.format(", ".join("?" * len(keys))), keys) if keys else []


def _read_disputes(books: Books, found: CaseFile, invoice_id: int, dispute_id: int) -> None:
    names = _DISPUTE.split(", ")
    rows = books.rows(
        f"SELECT {_DISPUTE} FROM dispute WHERE invoice_id = ? AND (? = 0 OR id = ?) ORDER BY id",
        (invoice_id, dispute_id, dispute_id),
    )
    found.disputes = [{**dict(zip(names, row, strict=True)), "lines": []} for row in rows]
    by_id = {one["id"]: one for one in found.disputes}
    for key, position, text, amount in _of(
        books,
        "SELECT x.dispute_id, l.position, l.description, x.amount"
        f" FROM {CLAIMS} x JOIN invoice_line l ON l.id = x.line_id WHERE x.dispute_id IN ({{}}) ORDER BY x.id",
        list(by_id),
    ):
        by_id[key]["lines"].append((position, text, int(amount)))


def _read_timeline(books: Books, found: CaseFile, invoice_id: int, entities: dict[str, list[int]]) -> None:
    """Notes of the disputes and inquiries about the invoice, the oldest first."""
    notes = _of(
        books,
        "SELECT n.at, o.login, n.kind, n.text FROM dispute_note n JOIN operator o ON o.id = n.operator_id"
        " WHERE n.dispute_id IN ({}) ORDER BY n.id",
        entities["dispute"],
    )
    inquiries = books.rows(
        "SELECT q.at, o.login, q.channel, q.text, q.answer FROM inquiry q JOIN operator o ON o.id = q.operator_id"
        " WHERE q.invoice_id = ? ORDER BY q.id",
        (invoice_id,),
    )
    told = [(at, who, channel, f"{text}\n{answer}".strip()) for at, who, channel, text, answer in inquiries]
    found.timeline = sorted([*notes, *told], key=lambda entry: entry[0])


def _read_papers(books: Books, found: CaseFile, entities: dict[str, list[int]]) -> None:
    pairs = [(entity, key) for entity, keys in entities.items() for key in keys]
    where = " OR ".join("(a.entity = ? AND a.entity_id = ?)" for _ in pairs)
    rows = books.rows(
        "SELECT a.entity, a.name, a.kind, a.note, f.sha256, a.at, o.login FROM attachment a"
        " JOIN stored_file f ON f.id = a.file_id JOIN operator o ON o.id = a.operator_id"
        f" WHERE ({where}) AND NOT EXISTS (SELECT 1 FROM attachment_end e WHERE e.attachment_id = a.id) ORDER BY a.id",
        [value for pair in pairs for value in pair],
    )
    order = ("purchase_order", "contract", "delivery_note", "invoice", "dispute", "inquiry")
    found.papers = sorted(rows, key=lambda row: order.index(row[0]))
