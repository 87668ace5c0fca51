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
        term.write(desk.ENTER_INVOICE)
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
    opened = desk.rows(
        db,
        "SELECT i.open FROM invoice i JOIN customer c ON c.id = i.customer_id"
        " WHERE c.code = 'ACME' AND i.open > 0 AND i.kind = 'invoice' ORDER BY i.due_date, i.number LIMIT 2",
    )
    paid_whole = sum(row[0] for row in opened)
    amount = paid_whole // 100 + 10  # the two that are due first, and ten for the third
    keys = f"pacme<enter>{amount}<enter>VIR 412<c-s><enter>"
    assert Pseudo.keys(keys) <= 20
    before = status_board(clerk)
    clerk.write(keys.removesuffix("<enter>"))
    clerk.wait_for(rf"receive {amount:,}\.00 EUR from ACME: (3 invoices|F\S+ .*, F\S+ .*, F\S+ )")
    clerk.send("<enter>")
    clerk.wait_for(rf"received {amount:,}\.00 EUR from ACME")
    clerk.send("<esc>")
    after = wait_board(clerk, before)
    receipt, received, left = desk.rows(db, "SELECT id, amount, open FROM receipt WHERE reference = 'VIR 412'")[0]
    paid = desk.rows(db, "SELECT invoice_id, amount FROM allocation WHERE receipt_id = ?", receipt)
    assert (received, left) == (amount * 100, 0)
    assert len({invoice for invoice, _amount in paid}) == 3
    assert sum(part for _invoice, part in paid) == received
    count, owed = before["overdue"]
    assert after["overdue"] == (count - 2, owed - received)  # two are paid whole; the third, in part, stays overdue
    assert after["paid, 30 days"][0] == before["paid, 30 days"][0] + 2
    assert desk.verify(db) == ""


def test_a_bank_line_of_the_queue_is_posted_by_a_few_keys(db, clerk):
    """The transfer for several of ACME's invoices waits in the sample; its proposal is taken as it stands."""
    before = status_board(clerk)
    waiting = desk.value(db, "SELECT count(*) FROM bank_line WHERE status = 'unmatched'")
    clerk.send("3")
    clerk.wait_for("left to allocate")
    clerk.send("<end>")
    for _ in range(20):
        clerk.settle(0.25)
        if "ACME · ACME Industries" in clerk.text:
            break
        clerk.send("<up>")
    clerk.send("<enter>")
    clerk.wait_for(r"received [\d,.]+ EUR from ACME")
    clerk.wait_for("done now: 1")
    clerk.send("1")
    after = wait_board(clerk, before)
    assert after != before
    assert desk.value(db, "SELECT count(*) FROM bank_line WHERE status = 'unmatched'") == waiting - 1
    assert desk.verify(db) == ""


def test_a_dispute_note_takes_at_most_12_keys_and_its_text(db, clerk):
    text = "[b]Called[/b], will pay on Friday"
    keys = "4<enter>"
    assert Pseudo.keys(keys + "<c-s>") <= 12
    notes = desk.value(db, "SELECT max(id) FROM dispute_note")
    clerk.send(keys)
    clerk.wait_for("^ DISPUTE ")
    clerk.write(text + "<c-s>")
    clerk.wait_for(r"\d\d:\d\d zoe +\[b\]Called\[/b\], will pay on Friday")
    written = desk.rows(db, "SELECT text, kind FROM dispute_note WHERE id > ?", notes)
    assert written == [(text, "note")]
    assert desk.verify(db) == ""


def test_a_dispute_that_is_opened_moves_the_overview(db, clerk):
    before = status_board(clerk)
    clerk.send("2<down*6>")  # past the drafts, to the newest invoice
    clerk.settle()
    number = clerk.wait_for(r"(F2026-\d{5}) ○ open")[1]
    clerk.send("d")
    clerk.wait_for(f"NEW DISPUTE  {number}")
    clerk.write("a<enter><enter><enter>they say the price was another<c-s>")
    clerk.settle()
    clerk.send("<enter>")
    clerk.settle()
    clerk.send("<esc><esc>")
    clerk.wait_for("STATUS")
    after = wait_board(clerk, before)
    assert after["disputed"][0] == before["disputed"][0] + 1
    assert after["open"][0] == before["open"][0] - 1
    assert after["disputed"][1] - before["disputed"][1] == before["open"][1] - after["open"][1] > 0
    assert desk.verify(db) == ""
