"""Customers and items: found, entered, changed without walking over somebody else's change."""

from __future__ import annotations

import asyncio

import pytest

from tests.builders import clerk, issued
from tui_billing.screens.customer_card import CustomerScreen
from tui_billing.screens.customers import CustomersScreen
from tui_billing.screens.invoice_entry import InvoiceEntryScreen
from tui_billing.screens.items import ItemsScreen
from tui_billing.services import master


def id_of(books, code: str) -> int:
    return books.value("SELECT id FROM customer WHERE code = ?", (code,))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_card_shows_what_is_known_and_owed(workstation, books, size):
    issued(books, "ACME", "A10", issue_date="2026-11-01", due_date="2026-11-10")
    async with workstation(size=size) as hand:
        await hand.keys("5", "slash", *"acme", "enter")
        assert "780.00 ● 1" in " ".join(hand.row("#list").splitlines()[1].split())
        await hand.keys("enter")
        text = hand.app.screen.query_one("#card").text
        for part in ("780.00 EUR", "● 1 overdue", "552081317", "30 days end of month", "F2026-00001"):
            assert part in text, part
        await hand.keys("n")
        assert isinstance(hand.app.screen, InvoiceEntryScreen)
        assert hand.app.screen.query_one("#customer").value == "ACME"
        await hand.keys(*"a10 2", "enter")
        assert "A10" in hand.row("#grid"), "what is typed goes on in the lines"


async def test_a_customer_is_entered_and_changed(workstation, books):
    async with workstation() as hand:
        await hand.keys("5", "f6")
        await hand.type("novo", "Nouvo [/x] & Cie")
        await hand.keys("ctrl+s")
        assert hand.said == "enter customer NOVO Nouvo [/x] & Cie: Enter does it"
        await hand.keys("enter")
        assert isinstance(hand.app.screen, CustomersScreen)
        assert "Nouvo [/x] & Cie" in hand.row("#list")
        await hand.keys("slash", *"novo", "enter", "e", *"!", "ctrl+s", "enter")
        assert books.value("SELECT name FROM customer WHERE code = 'NOVO'") == "Nouvo [/x] & Cie!"
        await hand.keys("e", "ctrl+u", "ctrl+s")
        assert hand.said == "! a customer needs a name"


async def test_what_somebody_else_changed_meanwhile_stands_beside_mine(workstation, books):
    async with workstation() as hand:
        await hand.keys("5", "slash", *"acme", "enter", "e")
        card = master.card_of(books, id_of(books, "ACME"))
        card.phone = "01 02"
        await asyncio.to_thread(master.change_customer, books, clerk("paul"), id_of(books, "ACME"), 1, card)
        await asyncio.to_thread(books.close)
        await hand.keys("ctrl+u", *"Mine", "ctrl+s", "enter")
        screen = hand.app.screen
        assert screen.field("phone").problem == "theirs: 01 02"
        assert screen.field("name").problem == "theirs: ACME Industries"
        await hand.keys("ctrl+s", "enter")
        assert books.row("SELECT name, phone, version FROM customer WHERE code = 'ACME'") == ("Mine", "", 3)


async def test_what_is_half_typed_is_there_again(workstation):
    async with workstation() as hand:
        await hand.keys("5", "f6", *"half", "escape", "f6")
        assert hand.app.screen.field("code").value == "half"


async def test_an_item_is_entered(workstation, books):
    async with workstation(language="fr") as hand:
        await hand.keys("8", "f6")
        assert isinstance(hand.app.screen_stack[-2], ItemsScreen)
        await hand.type("z9", "Zinc", "", "", "12,5x")
        await hand.keys("ctrl+s")
        assert "12,5x" in hand.said
        await hand.keys("ctrl+u", *"12,55", "ctrl+s", "enter")
        assert books.row("SELECT code, unit_price, vat_rate FROM item WHERE code = 'Z9'") == ("Z9", 12_550_000, 200_000)
        assert "12,55" in hand.row("#list")


async def test_the_card_is_no_dead_end(workstation, books):
    async with workstation() as hand:
        await hand.keys("5", "enter")
        assert isinstance(hand.app.screen, CustomerScreen)
        await hand.keys("o")
        assert hand.app.screen.filter_field.value == "ACME"
