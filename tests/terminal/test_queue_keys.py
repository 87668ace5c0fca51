"""The payment queue in a real terminal: how many keys a deposit takes, sent in one burst."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.builders import TODAY, issued, small_company
from tests.terminal import desk
from tests.terminal.pseudo import Pseudo
from tui_billing.models.tables import BankLine
from tui_billing.models.write import add

#: What three invoices of ACME are for, VAT included, in cents.
OPEN = (401_00, 502_00, 707_00)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """A small company whose customer ACME owes three invoices, beside what others owe."""
    path = tmp_path / "books.db"
    books = small_company(str(path))
    for month, gross in enumerate((*OPEN, 1_999_00), 7):
        day = dt.date(2026, month, 3)
        line = {"item": "A10", "quantity": "1", "unit_price": f"{gross / 120:.6f}", "vat_rate": "20"}
        issued(books, "ACME", line, issue_date=day.isoformat(), today=day)
    issued(books, "DUPO", "C30 1", purchase_order="1")
    books.shut()
    return path


def put(path: Path, *lines: tuple[int, str, str]) -> None:
    """Bank lines that wait: amount, text, payer."""
    from tui_billing.models.door import open_books

    books = open_books(str(path))
    with books.write():
        account = books.value("SELECT min(id) FROM bank_account")
        for place, (amount, text, payer) in enumerate(lines):
            values = {"amount": amount, "open": amount, "text": text, "payer": payer, "fingerprint": f"line {place}"}
            add(BankLine, bank_account_id=account, date=TODAY, currency="EUR", **values)
    books.shut()


def settled(path: Path) -> list[tuple]:
    return desk.rows(path, "SELECT invoice_id, amount FROM allocation ORDER BY invoice_id")


def post(path: Path, keys: str, says: str) -> None:
    """Send all keys at once, wait until the queue says what was done, and leave."""
    with desk.open_workstation(path, "--today", TODAY.isoformat()) as term:
        term.wait_for("STATUS")
        term.write(keys)
        term.wait_for(says)
    assert desk.verify(path) == ""


def test_an_unambiguous_deposit_takes_two_keys(db):
    put(db, (502_00, "VIR SEPA FACT F2026-00002", "ACME INDUSTRIES SAS"), (9_99, "VIR", "NOBODY"))
    keys = "3<enter>"
    assert Pseudo.keys(keys) == 2
    post(db, keys, "done now: 1")
    assert settled(db) == [(2, 502_00)]


def test_a_deposit_over_three_invoices_by_exact_cover_takes_two_keys(db):
    put(db, (sum(OPEN), "VOS FACTURES", "ACME INDUSTRIES SAS"), (9_99, "VIR", "NOBODY"))
    keys = "3<enter>"
    assert Pseudo.keys(keys) == 2
    post(db, keys, "done now: 1")
    assert settled(db) == list(enumerate(OPEN, 1))


def test_a_morning_is_one_enter_a_line_and_what_is_ambiguous_waits(db):
    lines = [(401_00, "F2026-00001", "ACME"), (3_33, "VIR", "NOBODY"), (707_00, "f2026 3", "ACME INDUSTRIES")]
    put(db, *lines)
    post(db, "3<enter><enter><down><enter>", "done now: 2")
    assert settled(db) == [(1, 401_00), (3, 707_00)]
    assert desk.rows(db, "SELECT open FROM bank_line ORDER BY id") == [(0,), (3_33,), (0,)]
