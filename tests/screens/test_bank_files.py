"""A bank's file taken in by keyboard: completed, looked at, taken in; the columns of a CSV drawn once."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.exchange.writers import Entry, camt, camt_file
from tui_billing.screens.csv_mapping import CsvMappingScreen
from tui_billing.screens.payments import PaymentsScreen
from tui_billing.screens.statement_import import StatementImportScreen
from tui_billing.screens.statements import StatementsScreen

DAY = dt.date(2026, 11, 23)
ONE, TWO = Entry(DAY, 10_00, "FACTURE 1", "A"), Entry(DAY, -3_05, "FRAIS", "B")


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    (tmp_path / "files").mkdir()
    monkeypatch.chdir(tmp_path / "files")
    return tmp_path / "files"


def count(books) -> int:
    return books.value("SELECT count(*) FROM bank_line")


async def test_a_file_is_completed_looked_at_and_taken_in(workstation, books, tmp_path):
    (tmp_path / "files" / "releve-november.xml").write_text(camt([ONE, TWO], 100_00))
    async with workstation() as hand:
        await hand.keys("3", "f", *"rel", "tab", "enter")
        assert hand.app.screen.file.value == "releve-november.xml"
        shown = hand.row("#statements")
        assert "100.00 → 106.95 EUR" in shown and "to add: 2" in shown and count(books) == 0
        assert hand.said == "1 statements, 2 entries to add"
        await hand.keys("enter")
        assert count(books) == 2 and hand.said == "2 entries are added"
        await hand.keys("enter")
        assert "nothing to take in" in hand.said and count(books) == 2
        await hand.keys("l")
        assert isinstance(hand.app.screen, StatementsScreen)
        assert "106.95" in hand.row("#list")
        await hand.keys("escape", "escape")
        await hand.settle()
        assert isinstance(hand.app.screen, PaymentsScreen) and "10.00" in hand.row("#queue")
        await hand.settle()


async def test_names_that_fit_are_shown_and_a_wrong_one_is_marked(workstation, tmp_path):
    for name in ("one.xml", "one.sta"):
        (tmp_path / "files" / name).write_text("x")
    async with workstation() as hand:
        await hand.keys("colon")
        await hand.type("import")
        await hand.keys(*"on", "tab")
        assert hand.app.screen.file.value == "one." and "one.sta  one.xml" in hand.row("#progress")
        await hand.keys(*"nix", "enter")
        assert "cannot be read" in hand.said and hand.app.screen.file.problem


async def test_breaks_and_refusals_are_told_in_words(workstation, books, tmp_path):
    good, strange = camt([ONE], wrap=False, closing=12_00), camt([TWO], iban="DE89370400440532013000", wrap=False)
    (tmp_path / "files" / "a.xml").write_text(camt_file([good, strange]))
    async with workstation() as hand:
        await hand.keys("colon")
        await hand.type("import a.xml")
        await hand.settle()
        shown = hand.row("#statements")
        assert "▲ opening 0.00 and movements 10.00" in shown and "is not taken in" in shown
        assert "none of your accounts" in shown and "1 refused" in hand.said
        await hand.keys("enter")
        assert count(books) == 1


async def test_the_columns_of_a_csv_are_drawn_once(workstation, books, tmp_path):
    rows = (
        "Jour;Qui;Quoi;Combien;Statut;Af Bij\n13/11/2026;DUPONT;FACTURE 12;1 234,50;Validé;Bij\n"
        "14/11/2026;MARTIN;F2026-00004;3,20;Validé;Af\n14/11/2026;NOEL;CARTE;9,00;En attente;Af\n"
    )
    (tmp_path / "files" / "odd.csv").write_text(rows)
    async with workstation(size=(100, 40)) as hand:
        await hand.keys("colon")
        await hand.type("import odd.csv")
        assert isinstance(hand.app.screen, CsvMappingScreen)
        await hand.keys("enter", "enter", "4", "enter", "enter", "enter", "enter", *"3", "enter", *"2")
        for _ in range(100):
            if "DUPONT  FACTURE 12" in hand.row("#sheet"):
                break
            await hand.pilot.pause(0.05)
        assert "1,234.50  DUPONT  FACTURE 12" in hand.row("#sheet")
        await hand.keys("ctrl+s", "enter")
        await hand.settle()
        assert isinstance(hand.app.screen, StatementImportScreen) and "to add: 2" in hand.row("#statements")
        await hand.keys("enter")
        assert books.rows("SELECT amount, payer FROM bank_line ORDER BY id") == [(1234_50, "DUPONT"), (-3_20, "MARTIN")]
        # The next file with these headings needs no drawing.
        (tmp_path / "files" / "next.csv").write_text(rows.replace("13/11", "15/11").replace("14/11", "16/11"))
        await hand.keys("f", "ctrl+u", *"next.csv", "enter")
        assert "to add: 2" in hand.row("#statements")


async def test_a_file_that_does_not_say_its_account_asks_for_it(workstation, books, tmp_path):
    books.db.execute_sql("INSERT INTO bank_account (name, iban, currency) VALUES ('Dollars', 'FR1', 'USD')")
    (tmp_path / "files" / "a.csv").write_text("Date;Libellé;Montant\n13/11/2026;VIR [/b]X;12,00\n")
    async with workstation() as hand:
        await hand.keys("3", "f", *"a.csv", "enter")
        screen = hand.app.screen
        assert screen.focused is screen.account and "does not say its account" in screen.account.problem
        await hand.keys(*"FR7630006000011234567890189", "enter")
        assert "to add: 1" in hand.row("#statements") and screen.focused is screen.pane
        await hand.keys("enter")
    assert count(books) == 1


async def test_what_is_refused_is_said_for_the_screen_before_and_after(workstation, books, tmp_path):
    good, strange = camt([ONE], wrap=False), camt([TWO], iban="DE89370400440532013000", wrap=False)
    (tmp_path / "files" / "a.xml").write_text(camt_file([good, strange]))
    async with workstation() as hand:
        await hand.keys("3", "f", *"a.xml", "enter")
        before = hand.row("#statements")
        await hand.keys("enter")
        for shown in (before, hand.row("#statements")):
            assert "name one above" in shown and "--account" not in shown


async def test_esc_stops_a_large_file_and_keys_go_on(workstation, books, tmp_path, monkeypatch):
    from tui_billing.screens import statement_import

    monkeypatch.setattr(statement_import, "LARGE", 10)
    (tmp_path / "files" / "a.xml").write_text(camt([Entry(DAY, n, "x", f"R{n}") for n in range(1, 3000)]))
    async with workstation() as hand:
        await hand.keys("3", "f", *"a.xml", "enter")
        assert isinstance(hand.app.screen, StatementImportScreen)
        await hand.keys("escape")
        await hand.app.workers.wait_for_complete([w for w in hand.app.workers if w.group == "bank file"])
        await hand.settle()
        assert isinstance(hand.app.screen, StatementImportScreen | PaymentsScreen) and count(books) == 0
