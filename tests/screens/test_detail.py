"""A document whole, what can be done to it, and how its amounts are explained."""

from __future__ import annotations

from tests.builders import TODAY, clerk, issued
from tui_billing.screens.explain import ExplainScreen
from tui_billing.services import disputes
from tui_billing.services.receive import Payment, receive


async def test_everything_that_hangs_on_a_document_is_shown(workstation, books):
    done = issued(
        books, "ACME", "A10 2", {"item": "B20", "quantity": "10", "discount_percent": "10"}, note="[/x] \u202e"
    )
    receive(books, clerk("paul"), Payment("ACME", TODAY, 10_000, reference="RF 1"))
    disputes.open_dispute(books, clerk("anna"), done["id"], reason="price", amount=5000, note="too dear")
    for size in ((80, 24), (120, 40)):
        async with workstation(size=size) as hand:
            hand.app.open_invoice(done["id"])
            await hand.settle()
            text = hand.app.screen.query_one("#document").text
            for part in (
                "⚑ disputed", "ACME Industries", "2,046.00 EUR", "1,946.00 EUR", "10 %", "VAT 20 % on 1,705.00",
                "payment", "RF 1", "wrong price", "History", "issued", "allocated", "dispute opened", "[/x] \ufffd",
            ):  # fmt: skip
                assert part in text, part
            await hand.keys("h")
            assert "History" in hand.row("#document")


async def test_the_last_allocation_is_taken_back_after_a_question(workstation, books):
    done = issued(books, "ACME", "A10")
    receive(books, clerk(), Payment("ACME", TODAY, 10_000))
    async with workstation() as hand:
        hand.app.open_invoice(done["id"])
        await hand.settle()
        await hand.keys("u")
        assert hand.said == "take back payment of 100.00 EUR: Enter does it"
        await hand.keys("escape")
        assert books.value("SELECT open FROM invoice WHERE id = ?", (done["id"],)) == 68_000
        await hand.keys("u", "enter")
        assert books.value("SELECT open FROM invoice WHERE id = ?", (done["id"],)) == 78_000
        assert "payment taken back" in hand.app.screen.query_one("#document").text
        await hand.keys("u")
        assert hand.said == "nothing is allocated here that could be taken back"


async def test_amounts_are_explained_from_the_document_and_from_the_form(workstation, books):
    done = issued(books, "USCO", {"item": "C30", "quantity": "3", "discount_percent": "2.5"})
    async with workstation() as hand:
        hand.app.open_invoice(done["id"])
        await hand.settle()
        await hand.keys("x")
        assert isinstance(hand.app.screen, ExplainScreen)
        text = hand.app.screen.query_one("#steps").text
        for part in ("3 × ", "2.5 % of", "sum of the lines", "total with VAT", "in EUR", "ECB", "open"):
            assert part in text, part
        await hand.keys("escape", "escape", "n")
        await hand.type("acme", "a10 2")
        await hand.keys("f2")
        assert isinstance(hand.app.screen, ExplainScreen)
        assert "2 × 650" in hand.row("#steps")
        await hand.keys("escape")
