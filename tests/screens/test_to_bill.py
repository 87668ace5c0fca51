"""Deliveries that wait, orders and the checklist on screen: billed in four keys, over-billing stopped and overridden."""

from __future__ import annotations

from tests.builders import TODAY
from tests.services.test_match import delivery, order
from tui_billing.models.door import open_books
from tui_billing.services import billing


def furnish(url):
    books = open_books(url)
    order(books, "45001", "B20 10 42", "A10 1")
    delivery(books, "BL1", "B20 4", order="45001", date="2026-11-10")
    books.shut()


async def test_a_delivery_is_billed_in_four_keys(workstation, firm_url):
    furnish(firm_url)
    async with workstation() as hand:
        await hand.settle()
        assert "1 delivery to bill (gb)" in hand.row("Board")
        await hand.keys("g", "b")
        await hand.settle()
        assert "BL1" in hand.row("#list") and "15 days, late" in hand.row("#list")
        await hand.keys("b")
        await hand.settle()
        assert "net 168.00" in hand.row("#sums") and "45001" in hand.row("#purchase_order")
        await hand.keys("ctrl+s")
        assert "Enter issues: issue to ACME · 1 lines · 201.60 EUR" in hand.said
        await hand.keys("enter")
        assert "is issued: 201.60 EUR" in hand.said
    books = open_books(firm_url)
    assert billing.all_waiting(books, TODAY) == []
    books.shut()


async def test_an_order_shows_its_lines_and_what_is_left(workstation, firm_url):
    furnish(firm_url)
    async with workstation(size=(100, 30)) as hand:
        await hand.keys("g", "r")
        await hand.settle()
        assert "to bill" in hand.row("#list")
        await hand.keys("enter")
        await hand.settle()
        text = hand.row("#source")
        assert "ordered" in text and "delivered" in text and "to bill" in text
        await hand.keys("b")
        await hand.settle()
        assert "BL1" in hand.row("#delivery_note")


async def test_the_checklist_opens_from_the_line_and_a_supervisor_overrides(workstation, firm_url):
    furnish(firm_url)
    books = open_books(firm_url)
    with books.write():
        books.db.execute_sql("INSERT INTO operator (login, name, role) VALUES ('anna', 'Anna', 'supervisor')")
    books.shut()
    for operator in ("marie", "anna"):
        async with workstation(size=(110, 30), operator=operator) as hand:
            await hand.keys("n")
            await hand.type("acme")
            await hand.type("b20 12", "")
            hand.app.screen.content.purchase_order = "45001"
            await hand.keys("ctrl+s")
            assert "Line 1 bills 12 B20, of which order 45001 leaves 10" in hand.said
            await hand.keys("f7")
            await hand.settle()
            shown = hand.row("#checklist")
            assert "stops" in shown and "three-way match" in shown and "too much" in shown
            await hand.keys("o")
            if operator == "marie":
                assert "only a supervisor overrides" in hand.said
                await hand.keys("escape", "escape")
                continue
            await hand.settle()
            await hand.type("agreed by phone")
            await hand.keys("enter")
            await hand.settle()
            await hand.keys("ctrl+s")
            assert "Enter issues" in hand.said
            await hand.keys("enter")
            assert "is issued" in hand.said
    books = open_books(firm_url)
    assert books.value("SELECT max(override) FROM billed_line") == "agreed by phone"
    books.shut()
