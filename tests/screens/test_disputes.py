"""Disputes by keyboard: opened on an invoice, noted with three keys and the text, moved on, closed."""

from __future__ import annotations

from tests.builders import clerk, issued
from tui_billing.screens.dispute_detail import DisputeScreen
from tui_billing.screens.disputes import DisputesScreen
from tui_billing.services import dispute_outcome, disputes


def notes(books) -> list[tuple]:
    return books.rows("SELECT kind, text FROM dispute_note ORDER BY id")


async def test_a_note_takes_three_keys_and_its_text(workstation, books):
    done = issued(books, "ACME", "A10")
    disputes.open_dispute(books, clerk(), done["id"], reason="price")
    async with workstation() as hand:
        await hand.keys("4", "enter", *"n 1 2 q", "ctrl+s")
        assert notes(books)[-1] == ("note", "n 1 2 q")
        assert hand.said == "the note is written"
        assert "n 1 2 q" in hand.row("#timeline")
        await hand.keys("ctrl+s")
        assert len(notes(books)) == 2 and "empty note" in hand.app.screen.note.problem


async def test_a_half_typed_note_is_there_again(workstation, books):
    done = issued(books, "ACME", "A10")
    disputes.open_dispute(books, clerk(), done["id"])
    async with workstation() as hand:
        await hand.keys("4", "enter", *"half", "escape")
        assert isinstance(hand.app.screen, DisputesScreen)
        await hand.keys("enter")
        assert hand.app.screen.note.value == "half"


async def test_a_dispute_is_opened_on_an_invoice_moved_on_and_closed(workstation, books):
    issued(books, "ACME", "A10")
    async with workstation() as hand:
        await hand.keys("2", "d")
        await hand.type("zzz")
        await hand.keys("ctrl+s")
        assert "is no reason of the list" in hand.said
        await hand.keys("shift+tab", "shift+tab") if hand.app.focused.id != "reason" else None
        await hand.keys("ctrl+u", *"wrong pr")
        await hand.keys("ctrl+s")
        assert hand.said == "dispute 780.00 EUR of F2026-00001, wrong price: Enter opens it"
        await hand.keys("enter")
        assert hand.said == "the dispute on F2026-00001 is open"
        assert books.row("SELECT reason, amount, status FROM dispute") == ("price", 78_000, "received")
        await hand.keys("4", "enter", "f7")
        assert books.value("SELECT status FROM dispute") == "investigating"
        await hand.keys(*"agreed", "f8")
        assert "e withdrawn" in hand.row("#choice")
        await hand.keys("q", "b")  # q is no answer
        assert "an old price" in hand.row("#timeline")
        await hand.keys("a")
        assert hand.said == "credit 780.00 EUR, answer, close (credited; an old price): Enter does it"
        await hand.keys("enter")
        assert books.row("SELECT status, outcome, cause FROM dispute") == ("closed", "credited", "old_price")
        assert books.row("SELECT kind, gross FROM invoice ORDER BY id DESC LIMIT 1") == ("credit_note", 78_000)
        assert notes(books)[-1] == ("closed", "agreed")
        assert isinstance(hand.app.screen, DisputeScreen)


async def test_the_open_ones_come_first_by_their_day_and_words_find_them(workstation, books):
    ids = [issued(books, "ACME", "A10")["id"] for _ in range(3)]
    keys = [
        disputes.open_dispute(books, clerk(), key, reason=why)
        for key, why in zip(ids, ("price", "quality", "terms"), strict=True)
    ]
    dispute_outcome.close_dispute(books, clerk(), keys[0], "reaffirmed")
    async with workstation() as hand:
        await hand.keys("4")
        assert [line[11:22].strip() for line in hand.row("#list").splitlines()[1:4]] == [
            "F2026-00002", "F2026-00003", "F2026-00001",
        ]  # fmt: skip
        await hand.keys("slash", *"reaff", "enter")
        assert hand.app.screen.record.number == "F2026-00001"
