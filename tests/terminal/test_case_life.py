"""The whole life of a dispute by keyboard: from the call to the pack, the answer, and the check that stops a repeat."""

from __future__ import annotations

import pypdf
import pytest

from tests.terminal import desk


@pytest.fixture
def db(tmp_path):
    return desk.copy_sample(tmp_path)


def test_from_the_call_to_the_learned_check(db):
    notes = desk.value(db, "SELECT max(id) FROM dispute_note")
    with desk.open_workstation(db, rows=40, cols=120) as term:
        term.wait_for("STATUS")
        # A price that was not agreed is billed.
        term.write("nacme<enter>b20 10 @60<enter><c-s>")
        term.wait_for("Enter issues")
        term.send("<enter>")
        number = term.wait_for(desk.ISSUED)[1]
        term.send("<esc>")
        term.wait_for("STATUS")
        # The call.
        term.write("iacme<enter>g<c-s>")
        term.wait_for("logged: ACME, dispute")
        # The dispute: a tenth of line 1.
        term.write("2")
        term.wait_for("INVOICES")
        term.write(f"/{number}<enter>d")
        term.wait_for(f"NEW DISPUTE  {number}")
        term.write("a<enter>1=180<enter><enter>45 was agreed<c-s>")
        term.wait_for(rf"dispute 180\.00 EUR of {number}, lines 1, wrong price: Enter opens it")
        term.send("<enter>")
        term.wait_for(f"the dispute on {number} is open")
        # The case desk: a question to a colleague and its answer.
        term.write("4")
        term.wait_for("DISPUTES")
        term.write(f"/{number}<enter><enter>")
        term.wait_for(rf"DISPUTE \d+  {number}")
        term.write("?anna which price was agreed<c-s>")
        term.wait_for("question → anna: which price was agreed")
        term.wait_for("waiting: colleague")
        term.write("=45, by the list of May<c-s>")
        term.wait_for("answer: 45, by the list of May")
        # Decided: the credit note, the answer to the customer, the cause, and what is learned of it.
        term.send("<f8>")
        term.wait_for("b credited")
        term.write("b")
        term.wait_for("an old price")
        term.write("a")
        term.wait_for(r"credit 180\.00 EUR, answer, close \(credited; an old price\)")
        term.send("<enter>")
        term.wait_for(r"learn for ACME: B20 costs at most 45\.00: Enter keeps the check")
        term.send("<enter>")
        term.wait_for("the check is kept")
        term.send("<tab>f")
        pack = desk.wait_file(db.parent / "documents" / f"evidence-{number}.pdf", 60)
        term.wait_for("is written")
        # The same mistake again: it does not leave the house.
        for _ in range(3):
            # One at a time: an escape with a letter at its heels is another key to any terminal.
            term.send("<esc>")
            term.settle(0.3)
        term.wait_for("AGING")
        term.write("nacme<enter>b20 3 @60<enter><c-s>")
        term.wait_for("Line 1 has 60, the most for this customer is 45")
        before = desk.last_counter(db)
        term.send("<enter>")
        term.settle(0.5)
        assert desk.last_counter(db) == before
    told = desk.rows(db, "SELECT kind, text FROM dispute_note WHERE id > ? ORDER BY id", notes)
    assert [kind for kind, _ in told] == [
        "opened", "question", "status", "answer", "status", "letter", "closed", "lesson", "document",
    ]  # fmt: skip
    letter = dict(told)["letter"]
    assert number in letter and "180,00" in letter  # in the customer's language
    assert desk.value(db, "SELECT open FROM invoice WHERE number = ?", number) == 54_000
    words = "\n".join(page.extract_text() for page in pypdf.PdfReader(pack).pages)
    for part in (number, "45 was agreed", "by the list of May", "1 /"):
        assert part in words
    assert desk.verify(db) == ""
