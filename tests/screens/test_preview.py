"""A document is looked at in the terminal: as a picture, as text, from the form, the list and the document itself."""

from __future__ import annotations

import pytest

from tests.builders import issued
from tui_billing.screens.preview import PreviewScreen
from tui_billing.widgets import graphics


async def shown(hand) -> None:
    """Wait until a page is painted."""
    await hand.app.workers.wait_for_complete()
    await hand.settle()
    await hand.app.workers.wait_for_complete()


#: What is looked at does not hang on the database.
one_engine = pytest.mark.parametrize("firm_url", ["sqlite"], indirect=True)


@one_engine
async def test_pages_are_turned_zoomed_and_read(workstation, books, monkeypatch):
    monkeypatch.setenv("TUI_BILLING_PICTURES", "blocks")
    done = issued(books, "ACME", *[{"item": "B20", "quantity": str(place + 1)} for place in range(60)])
    async with workstation() as hand:
        hand.app.open_invoice(done["id"])
        await hand.settle()
        await hand.keys("v")
        await shown(hand)
        screen = hand.app.screen
        assert isinstance(screen, PreviewScreen)
        assert screen.title_words() == "F2026-00001  page 1 of 3"
        first = hand.row("#blocks")
        assert "▀" in first and first.count("\n") == screen.query_one("#page").size.height - 1
        await hand.keys("plus")
        await shown(hand)
        assert hand.row("#blocks") != first
        await hand.keys("end")
        await shown(hand)
        assert screen.title_words() == "F2026-00001  page 3 of 3"
        await hand.keys("t", "home")
        await shown(hand)
        text = screen.query_one("#page-text").text
        assert "ACME Industries SAS" in text and "Carried forward" in text and "Bracket, steel" in text
        await hand.keys("end", *["pagedown"] * 6)
        await shown(hand)
        assert "Amount due, EUR" in screen.query_one("#page-text").text
        await hand.keys("escape")
        assert not isinstance(hand.app.screen, PreviewScreen)


@one_engine
async def test_without_the_extra_a_draft_is_shown_as_text_and_it_is_said(workstation, monkeypatch):
    monkeypatch.setattr("tui_billing.screens.preview.can_draw", lambda: False)
    async with workstation() as hand:
        await hand.keys("n")
        await hand.type("acme", "b20 3")
        await hand.keys("f8")
        await shown(hand)
        assert hand.said == "as text; for pictures of the page: pip install 'tui-billing[preview]'"
        text = hand.app.screen.query_one("#page-text").text
        assert "Bracket, steel" in text and "162.00" in text
        await hand.keys("t")
        assert "TUI_BILLING_PICTURES" in hand.said
        await hand.keys("escape")
        assert hand.app.screen.query_one("#customer").value.lower().startswith("acme")


@one_engine
async def test_what_cannot_be_shown_yet_says_why(workstation):
    async with workstation() as hand:
        await hand.keys("n", "f8")
        await shown(hand)
        assert hand.said.startswith("!")


@pytest.mark.parametrize(
    ("environ", "kind"),
    [
        ({"TERM": "xterm-256color"}, "blocks"),
        ({"TERM": "xterm-kitty"}, "kitty"),
        ({"TERM": "foot"}, "sixel"),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/x"}, "blocks"),
        ({"TERM": "screen.xterm-kitty"}, "blocks"),
        ({"TERM": "linux"}, "text"),
        ({"TERM": "vt100"}, "text"),
        ({}, "text"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "text"),
        ({"TERM": "linux", "TUI_BILLING_PICTURES": "sixel"}, "sixel"),
        ({"TERM": "xterm-kitty", "TUI_BILLING_PICTURES": "text"}, "text"),
    ],
)
def test_what_a_terminal_can_is_told_by_its_environment(environ, kind):
    assert graphics.picture_kind(environ) == kind


def test_graphics_are_loaded_without_asking_the_terminal(monkeypatch, capfd):
    import sys

    before = sys.__stdout__
    for name in ("kitty", "sixel"):
        assert graphics.graphics_widget(name).id == "graphics"
    assert sys.__stdout__ is before and capfd.readouterr().out == ""
