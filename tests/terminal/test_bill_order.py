"""Bill a delivery in a real terminal: four keys from the overview to the filled form's line that asks."""

from __future__ import annotations

from tests.terminal import desk


def test_a_delivery_is_billed_in_four_keys(tmp_path):
    db = desk.copy_sample(tmp_path)
    waits = desk.value(db, "SELECT count(DISTINCT delivery_id) FROM delivery_line WHERE open <> 0")
    counter = desk.last_counter(db)
    with desk.open_workstation(db) as term:
        term.wait_for("STATUS")
        term.write("gb")
        term.wait_for("BL-26-0412")
        term.write("b")
        term.wait_for(r"total 5,404\.80 EUR")
        term.send("<c-s>")
        term.wait_for("Enter issues: issue to ALPES · 2 lines · 5,404.80 EUR")
        term.send("<enter>")
        term.wait_for(desk.ISSUED)
        term.wait_for("NEW INVOICE")
    assert len(desk.issued_since(db, counter)) == 1
    assert desk.value(db, "SELECT count(DISTINCT delivery_id) FROM delivery_line WHERE open <> 0") == waits - 1
