"""The one-line widgets: title, keys, issue line; bars; cells; themes."""

from __future__ import annotations

import asyncio

import pytest
from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.color import Color

from tui_billing.rules.status import GLYPHS, Status
from tui_billing.widgets.bars import bar, bars, sparkline
from tui_billing.widgets.cells import padded, plain, status_cell, status_text, use_ascii
from tui_billing.widgets.field import Field
from tui_billing.widgets.headline import Headline
from tui_billing.widgets.issue_line import IssueLine
from tui_billing.widgets.key_bar import KeyBar, fitting, one_line
from tui_billing.widgets.ordered_keys import OrderedKeys
from tui_billing.widgets.themes import COLOURS, THEMES, ThemedApp, pick_theme, tint


class Lines(OrderedKeys, ThemedApp):
    BINDINGS = [("ctrl+s", "save", ""), ("q", "other", ""), ("escape", "left", "")]

    def __init__(self, **kwargs: str) -> None:
        super().__init__(**kwargs)
        self.told: list[str] = []

    def compose(self) -> ComposeResult:
        yield Headline("Atelier [b] Duval", "Tue 24 Nov 2026", "marie · clerk · ? help")
        yield Field(id="one", width=10)
        yield IssueLine()
        yield KeyBar([("Enter", "next line"), ("^S", "issue"), ("Esc", "keep as draft"), ("F2", "explain")])

    def action_save(self) -> None:
        self.told.append("save")
        self.query_one(IssueLine).open("issue [F2026-1] 2 046.00 EUR to ACME?", purpose="issue")

    def action_other(self) -> None:
        self.told.append("q")

    def action_left(self) -> None:
        self.told.append("left")

    def on_issue_line_confirmed(self, event: IssueLine.Confirmed) -> None:
        self.told.append(f"confirmed {event.purpose}")

    def on_issue_line_declined(self, event: IssueLine.Declined) -> None:
        self.told.append("declined")

    async def type(self, *keys: str) -> None:
        for key in keys:
            self.post_message(events.Key(key, key if len(key) == 1 else None))
        await asyncio.sleep(0)
        await asyncio.wait_for(self.keys_answered(), 5)


async def test_the_issue_line_takes_enter_and_esc_and_nothing_else() -> None:
    app = Lines()
    async with app.run_test(size=(80, 10)):
        field = app.query_one(Field)
        field.focus()
        await app.type("a", "ctrl+s", "q", "x", "ctrl+s", "enter", "enter", "b")
        assert app.told == ["save", "confirmed issue"]
        assert field.value == "b"  # the focus came back and selected the text, as on any focus
        await app.type("ctrl+s", "escape", "escape")
        assert app.told[2:] == ["save", "declined", "left"]
        assert app.query_one(IssueLine).text == ""


async def test_a_pasted_line_end_issues_nothing() -> None:
    app = Lines()
    async with app.run_test(size=(80, 10)):
        await app.type("ctrl+s")
        app.post_message(events.Paste("a\nb\nc\n"))
        await app.type()
        assert app.told == ["save"] and app.query_one(IssueLine).is_open


async def test_bars_are_one_line_and_fit() -> None:
    app = Lines()
    async with app.run_test(size=(44, 10)) as pilot:
        for widget in (app.query_one(Headline), app.query_one(KeyBar), app.query_one(IssueLine)):
            assert widget.size.height == 1
            assert widget.render_line(0).cell_length == 44
        assert app.query_one(KeyBar).render_line(0).text.rstrip() == " Enter next line  ^S issue"
        await pilot.resize_terminal(60, 10)
        assert "Esc keep as draft  F2 explain" in app.query_one(KeyBar).render_line(0).text
        await pilot.resize_terminal(30, 10)
        assert app.query_one(KeyBar).render_line(0).text.rstrip() == " Enter next line  ^S issue"


def test_what_does_not_fit_is_dropped_from_the_end() -> None:
    keys = [("Enter", "open"), ("n", "new"), ("q", "")]
    assert fitting(keys, 80) == keys
    assert fitting(keys, 18) == keys[:2]
    assert fitting(keys, 3) == []


def test_the_headline_keeps_the_right_side() -> None:
    assert one_line("Co", "day", "me", 20) == " Co     day      me "
    assert one_line("A very long company", "day", "me", 20).endswith(" me ")
    for cells in range(3, 60):
        assert cell_len(one_line("東京製作所 株式会社", "Tue 24 Nov", "marie · clerk", cells)) == cells


def test_bar_lengths() -> None:
    assert bar(100, 100, 10) == "██████████"
    assert bar(50, 100, 3) == "█▌"
    assert bar(1, 1_000_000, 10) == "▏"
    assert bar(0, 100, 10) == bar(-5, 100, 10) == bar(5, 0, 10) == ""
    assert bars([2, 4], 4, ascii=True) == ["##", "####"]
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█"
    assert sparkline([]) == "" and sparkline([0, 0]) == "▁▁"
    assert sparkline([1, 9], ascii=True) == "_#"


def test_cells() -> None:
    assert padded("1.00", 8, "right") == "    1.00"
    assert cell_len(padded("東京製作所", 5)) == 5
    assert padded("[/x]\x1b", 6) == "[/x]\ufffd "
    assert plain("[red]50%").plain == "[red]50%"


def test_a_status_is_sign_word_and_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    monkeypatch.delenv("TUI_BILLING_ASCII", raising=False)
    assert status_cell("overdue").text == "● overdue" and status_cell(Status.OVERDUE).colour == "red"
    assert status_text("paid").plain == "✔ paid"
    monkeypatch.setenv("TUI_BILLING_ASCII", "1")
    assert status_cell("overdue", extra="?").text == "*? overdue"
    assert all(glyph.colour in COLOURS for glyph in GLYPHS.values())


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({"LANG": "en_US.UTF-8"}, False),
        ({"LC_ALL": "C.utf8"}, False),
        ({"LC_ALL": "C", "LANG": "en_US.UTF-8"}, True),
        ({"LANG": "fr_FR.ISO-8859-15@euro"}, True),
        ({"LANG": "en_US.UTF-8", "TUI_BILLING_ASCII": "1"}, True),
        ({"LANG": "C", "TUI_BILLING_ASCII": "0"}, False),
    ],
)
def test_which_terminals_get_ascii(environ: dict[str, str], wanted: bool) -> None:
    assert use_ascii(environ) is wanted


@pytest.mark.parametrize(
    ("environ", "wish", "theme"),
    [
        ({"COLORTERM": "truecolor"}, "", "dark"),
        ({}, "", "ansi"),
        ({"COLORTERM": "truecolor", "SSH_TTY": "/dev/pts/1"}, "", "ansi"),
        ({"SSH_TTY": "/dev/pts/1"}, "light", "light"),
        ({"COLORTERM": "truecolor", "NO_COLOR": "1"}, "dark", "ansi"),
        ({"COLORTERM": "truecolor"}, "no such", "dark"),
    ],
)
def test_which_theme(environ: dict[str, str], wish: str, theme: str) -> None:
    assert pick_theme(environ, wish) == theme


def contrast(one: str, other: str) -> float:
    """WCAG 2.2: relative luminance of sRGB."""

    def luminance(text: str) -> float:
        parts = [c / 255 for c in Color.parse(text).rgb]
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("name", "least"), [("dark", 4.5), ("light", 4.5), ("high-contrast", 7)])
def test_status_colours_are_legible(name: str, least: float) -> None:
    theme = THEMES[name]
    for colour in COLOURS:
        for ground in (theme.background, theme.variables["bar-background"]):
            assert contrast(theme.variables[f"status-{colour}"], ground or "") >= least, (colour, ground)
    cursor = contrast(theme.variables["row-cursor-color"], theme.variables["row-cursor-background"])
    assert cursor >= least


async def test_every_theme_paints_and_gives_tints() -> None:
    app = Lines(theme="light")
    async with app.run_test() as pilot:
        for name in THEMES:
            app.theme = name
            await pilot.pause()
            assert tint(app, "red").color is not None and not tint(app, "")
