"""The papers of one thing as the screens list them: its own, and of an invoice or dispute those of its whole case."""

from __future__ import annotations

from dataclasses import dataclass

from tui_billing.models.door import Books
from tui_billing.models.queries.case_file import related


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A paper and what it hangs on (`entity`, and its number in `where`); `size` in bytes, `at` UTC ISO text.

    `ended` is why it was taken off, "" where it hangs there still.
    """

    id: int
    entity: str
    entity_id: int
    where: str
    name: str
    kind: str
    note: str
    size: int
    media_type: str
    sha256: str
    operator: str
    at: str
    ended: str
    ended_on: str


@dataclass(frozen=True, slots=True)
class Papers:
    """What papers may hang on, what it is called, and its papers: its own first, taken off ones last."""

    entity: str
    entity_id: int
    label: str
    rows: tuple[PaperRow, ...]


#: entity -> its label, with the customer where a number alone would not do.
_LABELS = {
    "purchase_order": "SELECT o.number || ' · ' || c.name FROM purchase_order o JOIN customer c ON c.id = o.customer_id",
    "contract": "SELECT o.number || ' · ' || c.name FROM contract o JOIN customer c ON c.id = o.customer_id",
    "delivery_note": "SELECT o.number || ' · ' || c.name FROM delivery_note o JOIN customer c ON c.id = o.customer_id",
    "invoice": "SELECT o.number || ' · ' || o.buyer_name FROM invoice o",
    "customer": "SELECT o.code || ' · ' || o.name FROM customer o",
    "dispute": "SELECT CAST(o.id AS TEXT) || ' · ' || i.number FROM dispute o JOIN invoice i ON i.id = o.invoice_id",
    "inquiry": "SELECT CAST(o.id AS TEXT) || ' · ' || c.name FROM inquiry o JOIN customer c ON c.id = o.customer_id",
}
#: What a paper hangs on, in a word.
_WHERE = (
    "CASE a.entity WHEN 'purchase_order' THEN (SELECT number FROM purchase_order WHERE id = a.entity_id)"
    " WHEN 'contract' THEN (SELECT number FROM contract WHERE id = a.entity_id)"
    " WHEN 'delivery_note' THEN (SELECT number FROM delivery_note WHERE id = a.entity_id)"
    " WHEN 'invoice' THEN (SELECT number FROM invoice WHERE id = a.entity_id)"
    " WHEN 'customer' THEN (SELECT code FROM customer WHERE id = a.entity_id)"
    " ELSE CAST(a.entity_id AS TEXT) END"
)


def papers_about(books: Books, entity: str, entity_id: int) -> Papers:
    """The papers of one thing, in a constant number of queries; nothing where it does not exist."""
    label = books.value(f"{_LABELS[entity]} WHERE o.id = ?", (entity_id,))
    pairs = [(entity, entity_id)]
    if entity in ("invoice", "dispute"):
        invoice_id = entity_id
        if entity == "dispute":
            invoice_id = int(books.value("SELECT invoice_id FROM dispute WHERE id = ?", (entity_id,)) or 0)  # type: ignore[call-overload]
        case = related(books, invoice_id, entity_id if entity == "dispute" else 0)
        pairs += [(name, key) for name, keys in case.items() for key in keys if (name, key) != (entity, entity_id)]
    where = " OR ".join("(a.entity = ? AND a.entity_id = ?)" for _ in pairs)
    rows = books.rows(
        f"SELECT a.id, a.entity, a.entity_id, coalesce({_WHERE}, ''), a.name, a.kind, a.note, f.size, f.media_type,"
        " f.sha256, o.login, a.at, coalesce(e.reason, ''), coalesce(e.date, '') FROM attachment a"
        " JOIN stored_file f ON f.id = a.file_id JOIN operator o ON o.id = a.operator_id"
        f" LEFT JOIN attachment_end e ON e.attachment_id = a.id WHERE {where} ORDER BY a.id",
        [value for pair in pairs for value in pair],
    )
    found = [PaperRow(*row) for row in rows]
    found.sort(key=lambda row: (bool(row.ended), pairs.index((row.entity, row.entity_id)), row.id))
    return Papers(entity, entity_id, str(label or ""), tuple(found))
