"""Letters and templates by keyboard: written, looked at, kept and queued; worded, copied, taken for a customer."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.builders import TODAY, issued
from tui_billing.screens.preview import PreviewScreen
from tui_billing.services.letter_texts import text_of
from tui_billing.services.templates import template_of

MARCH = dt.date(2026, 3, 1)
one_engine = pytest.mark.parametrize("firm_url", ["sqlite"], indirect=True)


def put(hand, **values: str) -> None:
    """What a clerk would type into fields, at once."""
    for name, value in values.items():
        hand.app.screen.field(name).show(value)


@one_engine
async def test_a_letter_is_looked_at_saved_kept_and_queued(workstation, books, tmp_path: Path):
    issued(books, "ACME", today=MARCH)
    async with workstation() as hand:
        await hand.keys("g", "w", "w")
        put(hand, customer="acme", text="reminder")
        await hand.keys("ctrl+s")
        assert "reminder1, reminder2, reminder3" in hand.said
        put(hand, text="reminder1")
        await hand.keys("f8")
        await hand.app.workers.wait_for_complete()
        screen = hand.app.screen
        assert isinstance(screen, PreviewScreen) and screen._shown is not None
        assert "Reminder" in "\n".join(screen._shown.texts[0])
        await hand.keys("escape")
        target = tmp_path / "reminder.pdf"
        put(hand, file=str(target))
        await hand.keys("ctrl+s", "enter")
        assert target.read_bytes().startswith(b"%PDF") and books.value("SELECT count(*) FROM letter") == 0
        await hand.keys("w")
        put(hand, customer="acme", text="state")
        await hand.keys("ctrl+s")
        assert hand.said == "Statement of account for ACME: Enter keeps it and queues it to post"
        await hand.keys("enter")
        await hand.settle()
        assert "S20261125-ACME" in hand.row("#list")
        assert books.value("SELECT count(*) FROM delivery WHERE letter_id IS NOT NULL") == 1
        await hand.keys("m")
        assert "was queued before" in hand.said


@one_engine
async def test_a_text_is_worded_and_copied(workstation, books):
    async with workstation() as hand:
        await hand.keys("g", "w", "t", "down", "down", "enter")
        put(hand, title="A word", p1="Hello {nobody}")
        await hand.keys("ctrl+s")
        assert "{nobody}" in hand.said and "{contact}" in hand.said
        assert hand.app.screen.focused.id == "p1"
        put(hand, p1="Hello {contact}")
        await hand.keys("ctrl+s", "enter")
        await hand.settle()
        text = text_of(books, "reminder1", "en")
        assert (text.title, text.paragraphs[0], text.version) == ("A word", "Hello {contact}", 1)
        assert text.paragraphs[2] == "{table}"
        await hand.keys("k")
        put(hand, code="soft")
        await hand.keys("ctrl+s", "enter")
        assert text_of(books, "soft", "en").title == "A word"


@one_engine
async def test_a_template_is_copied_changed_looked_at_and_taken(workstation, books):
    async with workstation(size=(120, 40)) as hand:
        await hand.keys("g", "e", "k")
        put(hand, code="ours", accent="#dddddd")
        await hand.keys("ctrl+s")
        assert "too pale" in hand.said
        put(hand, accent="8a1c1c")
        await hand.keys("f8")
        await hand.app.workers.wait_for_complete()
        assert isinstance(hand.app.screen, PreviewScreen) and hand.app.screen._shown is not None
        assert "SPECIMEN" not in hand.said
        await hand.keys("escape", "ctrl+s")
        assert hand.said == "ours like goods: Enter keeps the template"
        await hand.keys("enter")
        await hand.settle()
        assert template_of(books, "ours").accent == "#8a1c1c"
        await hand.keys("down", "e")
        put(hand, kind="goods", customer="ACME")
        await hand.keys("ctrl+s")
        assert hand.said == "ACME goods: Enter takes ours"
        await hand.keys("enter")
        await hand.settle()
        assert "ACME goods" in hand.row("#templates")
        done = issued(books, "ACME", "B20", today=TODAY)
        assert (
            books.value(
                "SELECT t.code FROM invoice i JOIN template t ON t.id = i.template_id WHERE i.id = ?", (done["id"],)
            )
            == "ours"
        )
