"""The field, its mark, its undo and its suggestions."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal

from tui_billing.widgets.field import Caption, Field
from tui_billing.widgets.lookup import Suggestion, Suggestions
from tui_billing.widgets.ordered_keys import OrderedKeys
from tui_billing.widgets.themes import ThemedApp

CUSTOMERS = [f"acme{n}" for n in range(12)] + ["beta"]


class Form(OrderedKeys, ThemedApp):
    BINDINGS = [("down", "next_line", ""), ("escape", "left", "")]

    def __init__(self) -> None:
        super().__init__()
        self.log_: list[str] = []
        self.slow: dict[str, float] = {}
        self.asked: list[str] = []

    def compose(self) -> ComposeResult:
        with Horizontal(classes="line"):
            self.customer = Field(id="customer", width=12)
            yield Caption("Customer [b]")
            yield self.customer
            yield self.customer.beside
        self.other = Field("start", id="other", width=10)
        yield self.other
        self.panel = Suggestions()
        yield self.panel

    def on_mount(self) -> None:
        self.customer.suggest_from(self.panel, self.ask)

    async def ask(self, text: str) -> Sequence[Suggestion]:
        self.asked.append(text)
        await asyncio.sleep(self.slow.get(text, 0))
        return [Suggestion(name, f"{name} [b]") for name in CUSTOMERS if text and name.startswith(text)]

    def on_input_submitted(self, event: Field.Submitted) -> None:
        self.log_.append(f"accepted {event.value}")

    def on_suggestions_picked(self, event: Suggestions.Picked) -> None:
        assert isinstance(event.field, Field)
        event.field.show(event.value)
        self.log_.append(f"picked {event.value}")

    def action_next_line(self) -> None:
        self.log_.append("down")

    def action_left(self) -> None:
        self.log_.append("left")

    async def type(self, *keys: str) -> None:
        for key in keys:
            self.post_message(events.Key(key, key if len(key) == 1 else {"space": " "}.get(key)))
        await asyncio.sleep(0)
        await asyncio.wait_for(self.keys_answered(), 5)


async def test_undo_and_redo_step_by_step() -> None:
    app = Form()
    async with app.run_test():
        app.other.focus()
        await app.type("n", "e", "w", "space", "t", "o")
        seen = []
        for key in ("ctrl+z", "ctrl+z", "ctrl+z", "ctrl+y", "ctrl+y", "ctrl+y"):
            await app.type(key)
            seen.append(app.other.value)
        assert seen == ["new", "start", "start", "new", "new to", "new to"]
        await app.type("ctrl+z", "!", "ctrl+y")
        assert app.other.value == "new!"
        app.other.show("shown")
        await app.type("ctrl+z")
        assert app.other.value == "shown"


async def test_ctrl_backspace_takes_the_word_on_the_left() -> None:
    app = Form()
    async with app.run_test():
        app.other.focus()
        await app.type("o", "n", "e", "space", "t", "w", "o", "ctrl+backspace", "x", "ctrl+z")
        assert app.other.value == "one "


async def test_a_mark_stands_beside_and_typing_goes_on() -> None:
    app = Form()
    async with app.run_test():
        app.customer.focus()
        app.customer.mark("[red] is not a customer")
        await app.type("a", "b")
        assert app.customer.problem == "[red] is not a customer"
        assert "! [red] is not a customer" in str(app.customer.beside.render())
        assert app.customer.has_class("-wrong") and app.customer.value == "ab"
        app.customer.clear_mark()
        assert app.customer.problem == "" and not app.customer.has_class("-wrong")


async def test_a_text_of_ten_thousand_is_kept_whole_to_be_reported() -> None:
    app = Form()
    async with app.run_test():
        app.other.focus()
        app.post_message(events.Paste("x" * 10_000))
        await asyncio.sleep(0)
        await app.keys_answered()
        assert len(app.other.value) == 10_000
        app.post_message(events.Paste("x" * 200_000))
        await asyncio.sleep(0)
        await app.keys_answered()
        assert len(app.other.value) == 10_000 and app.other.problem


async def test_controls_are_painted_as_signs() -> None:
    app = Form()
    async with app.run_test():
        app.other.show("a\x1b[31m\u202eb")
        assert "\x1b" not in app.other.render_line(0).text and "\u202e" not in app.other.render_line(0).text


async def test_suggestions_never_change_enter_in_the_field() -> None:
    app = Form()
    async with app.run_test() as pilot:
        app.customer.focus()
        await app.type("a", "c", "enter")
        assert app.log_ == ["accepted ac"]
        await pilot.pause(0.25)
        assert len(app.panel.found) == 5 and app.asked == ["ac"]  # one question after the pause, not one a key
        await app.type("enter", "down", "down", "enter")
        assert app.log_ == ["accepted ac", "accepted ac", "picked acme1"]
        assert app.screen.focused is app.customer and app.customer.value == "acme1"


async def test_down_typed_ahead_waits_for_the_answer_and_esc_goes_back() -> None:
    app = Form()
    app.slow["be"] = 0.3
    async with app.run_test():
        app.customer.focus()
        await app.type("b", "e", "down", "enter")
        assert app.log_ == ["picked beta"]
        await app.type("f4", "escape", "x")
        assert app.log_ == ["picked beta"] and app.customer.value == "betax"


async def test_down_without_suggestions_is_left_to_the_screen() -> None:
    app = Form()
    async with app.run_test():
        app.customer.focus()
        await app.type("down")
        app.other.focus()
        await app.type("down")
        assert app.log_ == ["down", "down"]


async def test_the_newest_answer_wins_and_suggestions_end_with_the_field() -> None:
    app = Form()
    app.slow["a"] = 0.4
    async with app.run_test() as pilot:
        app.customer.focus()
        await app.type("a")
        await pilot.pause(0.2)
        await app.type("backspace", "b")
        await pilot.pause(0.5)
        assert [s.value for s in app.panel.found] == ["beta"]
        await app.type("tab")
        assert app.panel.found == [] and app.screen.focused is app.other
