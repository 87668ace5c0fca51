"""The main job in a real terminal on the sample: bill, bank, note a dispute, and see each move on the overview."""

from __future__ import annotations

import re

import pypdf
import pytest

from tests.terminal import desk
from tests.terminal.pseudo import Pseudo

#: What the status board says: word -> how it stands there.
_STATUS = re.compile(
    r"(?:◌|○|◔|◑|●|⚑|✔) (draft|open|due soon|part-paid|overdue|disputed|paid, 30 days) +(\d+) +([\d,]+\.\d\d)"
)


def status_board(term: Pseudo) -> dict[str, tuple[int, int]]:
    """Status -> (count, sum in cents), as the overview shows them now."""
    found = _STATUS.findall(term.text)
    assert len(found) == 7, term.framed()
    return {word: (int(count), int(amount.replace(",", "").replace(".", ""))) for word, count, amount in found}


def wait_board(term: Pseudo, before: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """The board once it differs from what it was."""
    term.wait_for("STATUS")
    for _ in range(50):
        term.settle(0.1)
        if status_board(term) != before:
            break
    return status_board(term)


@pytest.fixture
def db(tmp_path):
    return desk.copy_sample(tmp_path)


@pytest.fixture
def clerk(db):
    with desk.open_workstation(db) as term:
        term.wait_for("STATUS")
        yield term


@pytest.mark.parametrize("rows,cols", [(24, 80), (40, 120)])
def test_an_invoice_of_three_lines_takes_at_most_26_keys(db, rows, cols):
    counter = desk.last_counter(db)
    keys = desk.ENTER_INVOICE + desk.ISSUE
    with desk.open_workstation(db, rows=rows, cols=cols) as term:
        term.wait_for("STATUS")
        before = status_board(term)
        term.send(desk.ENTER_INVOICE)
        term.wait_for(r"total 2,568\.00 EUR")
        term.send("<c-s>")
        term.wait_for("Enter issues: issue to ACME · 3 lines · 2,568.00 EUR")
        term.send("<enter>")
        number = term.wait_for(desk.ISSUED)[1]
        document = desk.wait_file(db.parent / "documents" / f"{number}.pdf")
        term.send("<esc>")
        after = wait_board(term, before)
    assert Pseudo.keys(keys) <= 26
    assert number.endswith(f"-{counter + 1:05d}")
    assert desk.issued_since(db, counter) == [(counter + 1, "ACME Industries SAS", 256800, desk.LINES)]
    assert document.read_bytes().startswith(b"%PDF-")
    assert number in pypdf.PdfReader(document).pages[0].extract_text()
    count, amount = before["open"]
    assert after == before | {"open": (count + 1, amount + 256800)}
    assert desk.verify(db) == ""


def test_a_receipt_over_three_invoices_takes_at_most_20_keys(db, clerk):
    keys = "pacme<enter>1000<enter>VIR 412<c-s><enter>"
    assert Pseudo.keys(keys) <= 20
    before = status_board(clerk)
    clerk.send(keys.removesuffix("<c-s><enter>"))
    clerk.send("<c-s>")
    clerk.wait_for(r"receive 1,000\.00 EUR from ACME: .*3 invoices|receive 1,000\.00 EUR from ACME: \S+")
    clerk.send("<enter>")
    clerk.wait_for("received 1,000.00 EUR from ACME")
    clerk.send("<esc>")
    after = wait_board(clerk, before)
    receipt, amount, left = desk.rows(db, "SELECT id, amount, open FROM receipt WHERE reference = 'VIR 412'")[0]
    paid = desk.rows(db, "SELECT invoice_id, amount FROM allocation WHERE receipt_id = ?", receipt)
    assert (amount, left) == (100000, 0)
    assert len({invoice for invoice, _amount in paid}) == 3
    assert sum(amount for _invoice, amount in paid) == 100000
    assert after["overdue"][0] == before["overdue"][0] - 3  # two are paid whole, the third in part
    assert after["part-paid"][0] == before["part-paid"][0] + 1
    assert after["paid, 30 days"][0] == before["paid, 30 days"][0] + 2
    assert desk.verify(db) == ""


def test_a_bank_line_of_the_queue_is_posted_by_three_keys(db, clerk):
    receipts = desk.value(db, "SELECT count(*) FROM receipt")
    before = status_board(clerk)
    clerk.send("3")
    clerk.wait_for("left to allocate")
    for _ in range(30):
        clerk.settle(0.15)
        clerk.send("<enter>")
        clerk.settle(0.1)
        if re.search(r"(receive|allocate) [\d,.]+ [A-Z]{3}", clerk.text):
            break
        clerk.send("<esc>" if "Esc" in clerk.row(-1) and "keep" in clerk.text else "<down>")
    clerk.send("<enter>")
    clerk.wait_for("done now: 1")
    clerk.send("1")
    after = wait_board(clerk, before)
    assert after != before
    assert desk.value(db, "SELECT count(*) FROM receipt") in (receipts, receipts + 1)
    assert desk.verify(db) == ""
