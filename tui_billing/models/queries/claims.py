"""What disputes contest of single lines: the last row of a line holds, and 0 is out of the dispute."""

from __future__ import annotations

from tui_billing.models.door import Books

#: The claims that stand now, to be joined as a table of (id, dispute_id, line_id, amount).
CLAIMS = (
    "(SELECT c.id, c.dispute_id, c.line_id, c.amount FROM dispute_line c WHERE c.amount > 0 AND c.id ="
    " (SELECT max(later.id) FROM dispute_line later WHERE later.dispute_id = c.dispute_id"
    " AND later.line_id = c.line_id))"
)


def claims_of(books: Books, dispute_id: int, change_id: int | None = None) -> list[tuple[int, int]]:
    """(line id, minor units) that a dispute contests now, or as it stood after one of its dated changes."""
    standing: dict[int, int] = {}
    for line, amount, since in books.rows(
        "SELECT line_id, amount, change_id FROM dispute_line WHERE dispute_id = ? ORDER BY id", (dispute_id,)
    ):
        if change_id is None or since is None or since <= change_id:
            standing[line] = amount
    return [(line, amount) for line, amount in standing.items() if amount]
