"""The adding machine by its keys: nothing typed is lost, and a tape posts when it is its slip."""

from __future__ import annotations

import pytest

from tests.screens.test_payments import shown
from tui_billing.models.door import open_books
from tui_billing.services import deposits
from tui_billing.services.verify import verify

SQLITE = pytest.mark.parametrize("firm_url", ["sqlite"], indirect=True)


async def machine(hand):
    await hand.settle()
    await hand.keys("3")
    await hand.settle()
    await hand.keys("b")
    await hand.settle()


@SQLITE
async def test_a_tape_from_the_first_key_to_the_last(workstation, firm_url):
    async with workstation() as hand:
        await machine(hand)
        await hand.type("1250.50 ACME")
        await hand.keys("3", "4", "0", "plus", "9", "9", "plus")
        await hand.type("-99", "=klein")
        await shown(hand, "#tape", "3             99.00 -")
        assert "KLEIN" in hand.row("#tape")
        await hand.keys("asterisk")
        await hand.settle()
        assert "type what the slip says" in hand.said
        await hand.type("2", "1590.49")
        await hand.keys("asterisk")
        await hand.settle()
        assert "must be equal" in hand.said
        await hand.keys("shift+tab", "shift+tab", "shift+tab")
        await hand.type("1590.50")
        await hand.keys("asterisk")
        await hand.settle()
        assert "post 2 payments, 1,590.50 EUR" in hand.said
        await hand.keys("enter")
        await hand.settle()
        assert "deposit 1: 2 for 1,590.50 EUR posted" in hand.said
        await hand.keys("ctrl+l")
        await hand.settle()
        await shown(hand, "#deposits", "posted")
        assert "1,250.50 +  ACME" in hand.row("#tape")
    books = open_books(firm_url)
    assert books.rows("SELECT amount, means FROM receipt ORDER BY id") == [(125050, "20"), (34000, "20")]
    assert verify(books) == []
    books.shut()


@SQLITE
async def test_a_tape_that_was_left_is_there_again(workstation, firm_url):
    async with workstation() as hand:
        await machine(hand)
        await hand.type("12 ACME")
        await hand.keys("7")  # half typed: the one thing that a dropped line may take
        books = open_books(firm_url)
        assert [item.amount for item in deposits.open_tape(books, "marie").items] == [1200]
        books.shut()
    async with workstation() as hand:
        await machine(hand)
        await shown(hand, "#tape", "12.00 +  ACME")
        await hand.type("x")
        await hand.settle()
        assert "is no entry" in hand.said and hand.app.screen.entry.value == "x"
        await hand.keys("ctrl+t", "enter")
        await hand.settle()
        assert "thrown away" in hand.said and hand.row("#tape").strip() == ""
