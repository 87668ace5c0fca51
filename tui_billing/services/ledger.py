"""What stands in the journal for a row, so that taking it back posts exactly the opposite."""

from __future__ import annotations

from tui_billing.models.door import Books
from tui_billing.rules.journal import BANK, Entry


def posted(books: Books, entity: str, entity_id: int) -> list[Entry]:
    """The lines that the first posting of a row made."""
    rows = books.rows(
        "SELECT account, debit, credit, amount FROM posting_line WHERE posting_id ="
        " (SELECT min(id) FROM posting WHERE entity = ? AND entity_id = ?) ORDER BY id",
        (entity, entity_id),
    )
    return [Entry(*row) for row in rows]


def bank_code(books: Books, bank_account_id: int | None) -> str:
    """The journal's account of a bank account; the house's first bank where none is named."""
    if bank_account_id is None:
        return BANK
    return str(books.value("SELECT account FROM bank_account WHERE id = ?", (bank_account_id,)) or BANK)
