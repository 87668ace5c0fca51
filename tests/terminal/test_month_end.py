"""Month end and direct debits in a real terminal on the sample, every key of them typed in one go."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tests.terminal import desk


def test_a_month_is_proved_a_difference_looked_into_and_a_file_made(tmp_path: Path):
    db = desk.copy_sample(tmp_path)
    term = desk.open_workstation(db, "--lang", "en", operator="anna", rows=30, cols=110)
    try:
        term.wait_for("STATUS")
        term.burst("gm")
        term.wait_for("MONTH END  October 2026")
        term.wait_for("journal = customers = open items")
        assert "411000 receivables" in term.text and "closed on 05/11/26" in term.text and "no difference" in term.text
        term.burst("<right>")
        term.wait_for("MONTH END  November 2026")
        term.wait_for("on the statement, not recorded")
        assert "not explained" in term.text
        term.burst("<enter>who paid this?<c-s><enter>")
        term.wait_for("investigation 1 is open")
        term.burst("gl")
        term.wait_for("CORE  collected on 25/11/26")
        term.burst("<c-s><enter>")
        term.wait_for("order 1: ")
        term.burst("q")
        assert term.wait_exit() == 0
    finally:
        term.close()
    with sqlite3.connect(db) as books:
        assert books.execute("SELECT subject <> '', status FROM investigation").fetchall() == [(1, "open")]
        ((path, total),) = books.execute("SELECT path, total FROM payment_order").fetchall()
        assert books.execute("SELECT sum(amount) FROM payment_order_part").fetchone() == (total,)
    assert (tmp_path / "documents" / path).read_bytes().startswith(b"<?xml")
    assert "the books are right" in desk.run(db, "verify").stdout
