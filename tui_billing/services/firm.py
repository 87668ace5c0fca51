"""The one company of the books, as its row says; read once a process, without the model layer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tui_billing.models.door import Books
from tui_billing.rules.problem import Refused


@dataclass(frozen=True, slots=True)
class Firm:
    """The company: `party` as JSON, the books' currency, and what it puts on its documents."""

    party: dict[str, Any]
    currency: str
    language: str
    terms: str
    iban: str
    bic: str
    bank: str
    payment_means: str
    vat_on_debits: bool
    prices_include_vat: bool
    late_penalty: str
    early_payment: str
    due_soon_days: int
    logo: str
    payment_link: str = ""
    creditor_identifier: str = ""
    match_tolerance: int = 0


_COLUMNS = (
    "party, currency, language, terms, iban, bic, bank, payment_means, vat_on_debits, prices_include_vat,"
    " late_penalty, early_payment, due_soon_days, logo, payment_link, creditor_identifier, match_tolerance"
)


def company(books: Books) -> Firm:
    """The company of these books; `Refused` where `init` has not been run yet."""
    if books.firm is None:
        row = books.row(f"SELECT {_COLUMNS} FROM company")
        if row is None:
            raise Refused("this database has no company yet; make one with: tui-billing init --company FILE.json")
        values: Any = (json.loads(row[0]), *row[1:8], bool(row[8]), bool(row[9]), *row[10:])
        books.firm = Firm(*values)
    return books.firm


def forget_company(books: Books) -> None:
    """Read the company again when it is needed next: somebody may have changed it."""
    books.firm = None
