"""The PDFs of many documents from the list: those that are marked, or all that the filter finds."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.builders import issued
from tui_billing.screens.document_batch import DocumentBatchScreen
from tui_billing.services.printing import path_of


async def made(hand) -> str:
    """What the screen says once nothing is under way."""
    screen = hand.app.screen
    assert isinstance(screen, DocumentBatchScreen)
    while screen._busy:
        await asyncio.sleep(0.02)
    await hand.settle()
    return hand.said


async def test_marked_ones_and_all_that_is_found(workstation, books):
    ids = [issued(books, customer, "A10")["id"] for customer in ("ACME", "KLEIN", "ACME")]
    paths: list[Path] = [path_of(books, key) for key in ids]
    async with workstation() as hand:
        await hand.keys("2", "space", "down", "space", "t")
        assert "PDFs OF 2 DOCUMENTS" in hand.row("#headline")
        await hand.keys("enter")
        assert await made(hand) == "2 documents made, 0 were there, of 2"
        assert [path.exists() for path in paths] == [True, False, True]
        assert "2 of 2" in hand.row("#progress")
        await hand.keys("escape")
        assert "2 marked" in hand.row("#headline")
        await hand.keys("home", "space", "down", "down", "space", "t")
        assert "PDFs OF 3 DOCUMENTS" in hand.row("#headline"), "nothing is marked any more"
        await hand.keys("enter")
        assert await made(hand) == "1 documents made, 2 were there, of 3"
    assert all(path.read_bytes().startswith(b"%PDF") for path in paths)
