"""The list of invoices, help and the command line, as a clerk sees them."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.builders import clerk, issued, typed
from tui_billing.models.door import Interrupted
from tui_billing.screens.command_line import CommandLineScreen, command_of
from tui_billing.screens.customer_card import CustomerScreen
from tui_billing.screens.help import HelpScreen
from tui_billing.screens.invoice_detail import InvoiceDetailScreen
from tui_billing.screens.invoice_entry import InvoiceEntryScreen
from tui_billing.screens.invoice_list import InvoiceListScreen
from tui_billing.services import drafts
from tui_billing.widgets.field import Caption


def count_of(hand) -> str:
    return str(hand.app.screen.query_one("#count", Caption).content)


async def counted(hand, text: str) -> None:
    for _ in range(100):
        if count_of(hand) == text:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(count_of(hand))


async def test_the_list_filters_as_it_is_typed_and_opens_what_is_found(workstation, books):
    for customer in ("ACME", "JPCO", "ACME", "DUPO"):
        issued(books, customer, "A10", purchase_order="PO 9")
    async with workstation() as hand:
        await hand.keys("2")
        await counted(hand, "4 documents")
        assert hand.row("#list").splitlines()[1].startswith("F2026-00004 ◔ due soon")
        await hand.keys("slash", *"jpco")
        await hand.keys("enter")  # waits until the list shows what was typed
        lines = hand.row("#list").splitlines()
        assert lines[1].startswith("F2026-00002") and "株式会社 日本" in lines[1] and not lines[2].strip()
        await counted(hand, "1 document")
        await hand.keys("enter")
        assert isinstance(hand.app.screen, InvoiceDetailScreen)
        assert "invoice F2026-00002" in hand.row("#document")
        await hand.keys("escape")
        assert isinstance(hand.app.screen, InvoiceListScreen) and hand.app.screen.filter_field.value == "jpco"
        await hand.keys("escape")
        await counted(hand, "4 documents")
        assert hand.app.screen.record.number == "F2026-00004"
        await hand.keys("escape")
        assert not isinstance(hand.app.screen, InvoiceListScreen)


async def test_a_key_goes_through_the_statuses_and_keeps_the_words(workstation, books):
    issued(books, "ACME", "A10", issue_date="2026-11-01", due_date="2026-11-10")
    issued(books, "DUPO", "A10", purchase_order="x")
    async with workstation() as hand:
        await hand.keys("2", "slash", *"acme", "enter", "s")
        assert hand.app.screen.filter_field.value == "overdue acme"
        assert "● overdue" in hand.row("#list").splitlines()[1]
        await hand.keys("s")
        assert hand.app.screen.filter_field.value == "disputed acme"
        assert "no document" in hand.row("#list")


async def test_what_another_clerk_changes_shows_and_the_cursor_stays_on_its_row(workstation, books):
    for _ in range(3):
        issued(books, "ACME", "A10")
    async with workstation() as hand:
        await hand.keys("2", "down")
        assert hand.app.screen.record.number == "F2026-00002"
        await asyncio.sleep(0.4)  # the watch has begun
        await asyncio.to_thread(issued, books, "DUPO", "A10", purchase_order="x")
        for _ in range(100):
            if "F2026-00004" in hand.row("#list"):
                break
            await asyncio.sleep(0.02)
        assert hand.row("#list").splitlines()[1].startswith("F2026-00004")
        assert hand.app.screen.record.number == "F2026-00002"
        await asyncio.to_thread(books.close)


async def test_a_draft_opens_in_entry_and_has_no_keys_of_the_issued(workstation, books):
    customer = books.value("SELECT id FROM customer WHERE code = 'ACME'")
    drafts.save_draft(
        books, clerk("paul"), typed("ACME", "A10"), customer_id=customer, buyer_name="[red]ACME[/x]", hold=False
    )
    async with workstation() as hand:
        await hand.keys("2")
        assert "[red]ACME[/x]" in hand.row("#list")
        await hand.keys("d")
        assert hand.said == "a draft has no number yet; Enter opens it"
        await hand.keys("enter")
        assert isinstance(hand.app.screen, InvoiceEntryScreen)


async def test_credit_asks_first_and_then_issues_the_note(workstation, books):
    issued(books, "ACME", "A10")
    async with workstation() as hand:
        await hand.keys("2", "c", "ctrl+s")
        assert hand.said.startswith("credit 780.00 EUR of F2026-00001")
        await hand.keys("escape", "escape")
        assert books.value("SELECT count(*) FROM invoice") == 1
        await hand.keys("c", "ctrl+s", "enter")
        assert "A2026-00001" in hand.said
        await asyncio.sleep(0.3)
        assert "✕ credited" in hand.row("#list")


async def test_help_names_the_keys_of_the_screen_it_was_called_from(workstation):
    async with workstation(size=(80, 60)) as hand:
        await hand.keys("2", "question_mark")
        assert isinstance(hand.app.screen, HelpScreen)
        text = hand.app.screen.query_one("#help").text
        for part in ("s                     status", "/ ^F", "Everywhere", "3   gp", "⚑ disputed"):
            assert part in text
        await hand.keys("question_mark")
        assert isinstance(hand.app.screen, InvoiceListScreen)


async def test_the_command_line_opens_places_documents_and_cards(workstation, books):
    issued(books, "ACME", "A10")
    async with workstation() as hand:
        await hand.keys("colon")
        assert isinstance(hand.app.screen, CommandLineScreen)
        await hand.type("zz")
        assert "zz is no command" in str(hand.app.screen.query_one("#command-answer", Caption).content)
        await hand.type("1")
        assert isinstance(hand.app.screen, InvoiceDetailScreen)
        await hand.keys("colon")
        await hand.type("cus acme")
        assert isinstance(hand.app.screen, CustomerScreen)
        await hand.keys("colon")
        await hand.type("inv acme")
        assert isinstance(hand.app.screen, InvoiceListScreen)
        assert hand.app.screen.filter_field.value == "acme" and hand.app.screen.record.number == "F2026-00001"
        await hand.keys("colon", "escape")
        assert isinstance(hand.app.screen, InvoiceListScreen)


def test_a_command_may_be_cut_short_in_both_languages():
    assert [command_of(word) for word in ("inv", "fac", "cus", "cli", "dis", "lit", "it", "ov", "ag", "q", "zz", "")] == [
        "invoices", "invoices", "customers", "customers", "disputes", "disputes", "items", "overview", "overview",
        "quit", "", "",
    ]  # fmt: skip


SLOW = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 200000000) SELECT count(*) FROM n"


async def test_a_newer_reading_ends_the_older_and_the_connection_serves_on(workstation, books):
    async with workstation() as hand:
        desk = hand.app.desk
        began = time.monotonic()
        for _ in range(3):
            older = asyncio.create_task(desk.look(lambda opened: opened.value(SLOW)))
            await asyncio.sleep(0.15)
            newest = None
            while newest is None:
                try:
                    newest = await desk.look(lambda opened: opened.value("SELECT count(*) FROM customer"))
                except Interrupted:
                    pass  # the stop of the older one came late
            assert newest == 5
            with pytest.raises(Interrupted):
                await older
        assert time.monotonic() - began < 4


async def test_a_list_is_written_to_a_workbook_as_its_filter_shows_it(workstation, books, tmp_path):
    import zipfile

    for step in range(5):
        issued(books, "ACME", f"A10 {step + 1}")
    issued(books, "DUPO", "B20", purchase_order="1")
    target = tmp_path / "acme.xlsx"
    async with workstation() as hand:
        await hand.keys("2")
        hand.app.screen.begin_with("acme")
        await hand.settle()
        await hand.keys("colon")
        hand.app.screen.query_one("#command").value = f"export {target}"
        await hand.keys("enter")
        await hand.app.workers.wait_for_complete()
        assert hand.said == f"{target} is written (5 rows)"
        await hand.keys("colon")
        hand.app.screen.query_one("#command").value = "export open.pdf"
        await hand.keys("enter")
        assert "does not end in .xlsx" in str(hand.app.screen.query_one("#command-answer").render())
    with zipfile.ZipFile(target) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == 6 and "<v>3900</v>" in sheet and "DUPO" not in sheet
    assert [path.name for path in tmp_path.iterdir() if "xlsx" in path.name] == ["acme.xlsx"]
