"""Keys in the order typed. Pilot waits after each key and cannot show the fault; a pseudo-terminal does."""

from __future__ import annotations

import asyncio

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Label

from tests.widgets.terminal import Terminal
from tui_billing.widgets.ordered_keys import OrderedKeys, _keys_of, _Typed

F2 = "\x1bOQ"
SCRIPT = [F2, *"ACME\rtwo\rthree\rfour\rx"]
RIGHT = "<a=ACME b=two c=three d=four>\n<cross>"


def test_a_burst_equals_slow_typing_ten_of_ten() -> None:
    """Accepts take 0, 50 and 2000 ms; the whole script arrives in one write."""
    terminals = [Terminal("form.py", FORM_SLOW="2000") for _ in range(11)]
    try:
        for one in terminals:
            one.wait_for("READY", 20)
        slow, *bursts = terminals
        for one in bursts:
            one.send("".join(SCRIPT))
        for key in SCRIPT:
            slow.send(key)
            slow.quiet(0.03)
        for one in terminals:
            one.wait_for("<cross>", 20)
        assert [RIGHT in one.text for one in terminals] == [True] * 11
    finally:
        for one in terminals:
            one.__exit__()


def test_the_same_burst_goes_wrong_without_ordered_keys() -> None:
    """If this fails, Textual has changed and the mixin may no longer be needed."""
    with Terminal("form.py", FORM_SLOW="50", FORM_PLAIN="1") as plain:
        plain.wait_for("READY")
        plain.send("".join(SCRIPT))
        plain.quiet(0.5)
        assert RIGHT not in plain.text


def test_esc_in_a_long_answer_empties_the_queue_and_loses_nothing_accepted() -> None:
    with Terminal("form.py", FORM_SLOW="1700") as one:
        one.wait_for("READY")
        one.send(F2 + "A\rB\rC\rlost\rx")
        one.wait_for("waiting 6", 5)
        one.send("\x1b")
        one.wait_for("went on", 5)
        one.send("D\rx")
        one.wait_for("<cross>")
        assert "<a=A b=B c=C d=D>\n<cross>" in one.text


def test_keys_before_the_first_screen_and_a_paste_of_lines() -> None:
    with Terminal("form.py", FORM_SLOW="100") as one:
        one.wait_for("READY")
        one.send(F2 + "\x1b[200~ACME [b]\r\ntwo\nthree\r\nfour\r\n\x1b[201~x")
        one.wait_for("<cross>")
        assert "<a=ACME [b] b=two c=three d=four>\n<cross>" in one.text


def test_bytes_of_a_key_and_of_a_move_of_the_focus() -> None:
    with Terminal("form.py", COLORTERM="truecolor") as one:
        one.wait_for("READY")
        one.cost(F2, 0.3)
        costs = [one.cost(letter) for letter in "ACME Ltd"]
        assert max(costs) < 300, costs
        tabs = [one.cost("\t\x1b[Z") for _ in range(3)]
        assert max(tabs) < 600, tabs  # two moves of the focus; Textual's own screen sends 3.4 kB for each
        one.send("x" * 200 + "\r")
        one.wait_for("x" * 79, 3)  # 3 ms a key would be 0.6 s; the rest is for a busy machine


def test_pasted_lines_become_keys() -> None:
    def names(text: str) -> list[str]:
        out = []
        for item in _keys_of(events.Paste(text)):
            if isinstance(item, _Typed):
                out.append(f"'{item.text}'")
            else:
                out.append(item.key if isinstance(item, events.Key) else f"paste {item.text}")
        return out

    assert names("ACME\n") == ["paste ACME"]
    assert names("a\tb") == ["'a'", "tab", "'b'"]
    assert names("a b\r\nc\n") == ["'a b'", "enter", "'c'", "enter"]
    assert names("\n\nx") == ["enter", "enter", "'x'"]
    assert names("a\x1b[31m\nb") == ["'a\ufffd[31m'", "enter", "'b'"]
    assert names("") == []
    [enter] = _keys_of(events.Key("ctrl+j", "\n"))
    assert isinstance(enter, events.Key) and enter.key == "enter"
    [point] = _keys_of(events.Key("decimal", None))
    assert isinstance(point, events.Key) and point.character == "."


class Ask(ModalScreen[str]):
    def compose(self) -> ComposeResult:
        yield Input(compact=True)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)


class Lost(Screen[None]):
    """Its AUTO_FOCUS finds nothing."""

    AUTO_FOCUS = "#nobody"
    BINDINGS = [("b", "app.pop_screen", "Back")]

    def compose(self) -> ComposeResult:
        yield Input(compact=True)


class Keys(OrderedKeys):
    BINDINGS = [("m", "modal", ""), ("l", "lost", ""), ("s", "slow", ""), ("f", "fails", ""), ("c", "cancelled", "")]

    def __init__(self) -> None:
        super().__init__()
        self.seen = ""
        self.done: list[str] = []
        self.long: list[bool] = []

    def compose(self) -> ComposeResult:
        yield Label("main")

    def on_key(self, event: events.Key) -> None:
        self.seen += event.character or ""

    def on_long_answer(self) -> None:
        self.long.append(self.answer_is_long)

    def action_modal(self) -> None:
        async def ask() -> None:
            self.done.append(await self.push_screen_wait(Ask()))

        self.answer(ask())

    def action_lost(self) -> None:
        self.push_screen(Lost())

    def action_slow(self) -> None:
        async def slow() -> None:
            with self.unanswered(), self.unanswered():
                await asyncio.sleep(1.1)
            self.done.append(f"slow before {self.keys_waiting}")

        self.answer(slow())

    def action_fails(self) -> None:
        async def fails() -> None:
            raise ValueError("no")

        self.answer(fails(), exit_on_error=False)

    def action_cancelled(self) -> None:
        async def never() -> None:
            self.done.append("ran")

        self.answer(never()).cancel()


def burst(app: Keys, keys: str) -> None:
    for key in keys:
        app.post_message(events.Key("enter" if key == "\r" else key, key))


async def test_work_that_fails_or_is_cancelled_lets_the_keys_go() -> None:
    app = Keys()
    async with app.run_test():
        burst(app, "fxcy")
        await asyncio.wait_for(app.keys_answered(), 3)
        assert app.seen == "fxcy" and app.done == []


async def test_a_long_answer_is_told_and_holds_the_keys() -> None:
    app = Keys()
    async with app.run_test():
        burst(app, "sxy")
        await asyncio.wait_for(app.keys_answered(), 3)
        assert app.done == ["slow before 2"] and app.seen == "sxy" and app.long == [True, False]


async def test_work_may_ask_the_clerk_without_locking_the_keys() -> None:
    app = Keys()
    async with app.run_test():
        burst(app, "myes\rxz")
        await asyncio.wait_for(app.keys_answered(), 3)
        assert app.done == ["yes"] and app.seen == "m\rxz"  # what the input took is not seen here


async def test_a_screen_that_cannot_give_focus_does_not_lock_the_keys() -> None:
    app = Keys()
    async with app.run_test():
        burst(app, "lbx")
        await asyncio.wait_for(app.keys_answered(), 3)
        assert app.seen.endswith("x") and len(app.screen_stack) == 1


async def test_the_private_names_it_stands_on_exist() -> None:
    app = Keys()
    async with app.run_test():
        queue = app._message_queue
        assert hasattr(queue.ready_event, "_waiters") and queue.empty() in (True, False)
        for name in ("_pending_message", "_next_callbacks", "_is_mounted", "_closing", "_closed"):
            assert hasattr(app.screen, name), name
        for name in ("_exit", "_screen_stack", "_handle_exception"):
            assert hasattr(app, name), name
        assert app.run_worker(asyncio.sleep(0))._task is not None
