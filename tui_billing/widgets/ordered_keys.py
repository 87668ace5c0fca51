"""Keys in the order they were typed: the next is let through only when the one before has been answered.

Textual forwards a key to whatever has the focus at that moment and goes on to the next one at once, so keys
that arrive in one read (typed ahead, or held back by a stalled line) meet the old field, the old screen or
nothing. Here they wait in one queue. A key has been answered when

- the widgets from the focused one up to the app have worked off their messages, and those of the chain the
  key was given to, too;
- the screen on top has been mounted;
- nobody holds a unit of work (`unanswered`, `answer`), however long that takes.

Private names of Textual that are read here: `_message_queue`, `_pending_message`, `_next_callbacks`,
`_is_mounted`, `_closing`, `_closed`, `_exit`, `_screen_stack`, `Worker._task`; of asyncio: `Event._waiters`.
`tests/widgets/test_ordered_keys.py` says so if one goes away.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

from textual import events
from textual.app import App
from textual.keys import _character_to_key
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import Worker

Result = TypeVar("Result")

LONG_ANSWER = 1.0
"""Seconds after which an answer is called long: the clerk is told, and Esc empties the queue."""

_LOOK_AGAIN = 0.05
"""Seconds between two looks at a pump that should have answered; it may have been closed meanwhile."""

_SAME_KEY = {"ctrl+j": ("enter", "\r"), "decimal": ("full_stop", "."), "subtract": ("minus", "-")}
"""Keypad Enter in tmux, and the keypad signs that the kitty protocol names without a character."""

_holds_here: ContextVar[int] = ContextVar("units of work held by this task", default=0)


@dataclass(slots=True)
class _Typed:
    """Text of a paste between two Enters or Tabs, still to be typed."""

    text: str


class OrderedKeys(App[Any]):
    """An app whose keys are acted on one at a time, in the order typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._waiting: deque[events.Key | events.Paste | _Typed] = deque()
        self._let_through: events.Event | None = None
        self._releaser: asyncio.Task[None] | None = None
        self._units = 0
        self._units_done = asyncio.Event()
        self._given_to: list[MessagePump] = []
        self._answer_began: float | None = None
        self._long_timer: asyncio.TimerHandle | None = None
        self._told_long = False

    # What a screen uses

    @property
    def keys_waiting(self) -> int:
        """How many keys have been typed that no widget has seen yet."""
        return sum(len(item.text) if isinstance(item, _Typed) else 1 for item in self._waiting)

    @property
    def answer_is_long(self) -> bool:
        """Whether the key before is being answered for more than `LONG_ANSWER` seconds."""
        return self._told_long

    def on_long_answer(self) -> None:
        """Called when an answer takes more than `LONG_ANSWER` seconds (`answer_is_long` is true then),
        and again when it has ended (false). The app shows what is waited for."""

    @contextmanager
    def unanswered(self) -> Iterator[None]:
        """Hold the keys while the block runs. May be nested, and held by several tasks at once.

        What runs inside must not wait for a key of the clerk, except by `push_screen_wait` in `answer`.
        """
        self._hold()
        try:
            yield
        finally:
            self._let_go()

    def answer(
        self,
        work: Coroutine[Any, Any, Result],
        *,
        name: str = "answer",
        group: str = "answers",
        exit_on_error: bool = True,
    ) -> Worker[Result]:
        """Run a coroutine as a worker and hold the keys until it has ended, however long it takes.

        The keys are held from this call on, so the key that follows cannot slip in before the work starts.
        They are let go when the work returns, raises or is cancelled.
        """
        self._hold()

        async def counted() -> Result:
            _holds_here.set(_holds_here.get() + 1)
            return await work

        try:
            worker: Worker[Result] = self.run_worker(counted, name=name, group=group, exit_on_error=exit_on_error)
        except BaseException:
            self._let_go()
            work.close()
            raise

        def ended(_task: asyncio.Task[Any]) -> None:
            work.close()  # does nothing unless it never began
            self._let_go()

        task = worker._task
        if task is None:  # the app is closing: the worker will never run
            work.close()
            self._let_go()
        else:
            # Not in a `finally` of the coroutine: a worker cancelled before its first step never enters it.
            task.add_done_callback(ended)
        return worker

    async def keys_answered(self) -> None:
        """Return when no key waits and everything typed so far has been answered (for tests and exits)."""
        while self._alive() and (self._waiting or self._units or not self._at_rest()):
            await asyncio.sleep(0.002)

    async def push_screen_wait(self, screen: Screen[Any] | str, *, mode: str | None = None) -> Any:
        """As Textual's; work that holds the keys lets them go while it waits for that screen's result."""
        held = _holds_here.get()
        for _ in range(held):
            self._let_go()
        try:
            return await super().push_screen_wait(screen, mode=mode)
        finally:
            for _ in range(held):
                self._hold()

    # Units of work

    def _hold(self) -> None:
        self._units += 1
        self._units_done.clear()
        self._begin_answer()

    def _let_go(self) -> None:
        self._units -= 1
        if self._units == 0:
            self._units_done.set()
            if self._releaser is None:
                self._end_answer()

    # Long answers

    def _begin_answer(self) -> None:
        if self._answer_began is None:
            self._answer_began = monotonic()
            self._long_timer = asyncio.get_running_loop().call_later(LONG_ANSWER, self._tell_long)

    def _end_answer(self) -> None:
        self._answer_began = None
        if self._long_timer is not None:
            self._long_timer.cancel()
            self._long_timer = None
        if self._told_long:
            self._told_long = False
            if self._alive():
                self.on_long_answer()

    def _tell_long(self) -> None:
        self._long_timer = None
        if self._alive():
            self._told_long = True
            self.on_long_answer()

    # The queue

    async def on_event(self, event: events.Event) -> None:
        """Take keys and pastes out of the stream; everything else goes its usual way."""
        if event is self._let_through:
            self._let_through = None
            await super().on_event(event)
            return
        if not isinstance(event, (events.Key, events.Paste)) or event.is_forwarded:
            await super().on_event(event)
            return
        if isinstance(event, events.Key) and event.key == "escape" and self._attention():
            return
        self._waiting.extend(_keys_of(event))
        if self._releaser is not None or not self._waiting:
            return
        if self._nothing_under_way():
            # The usual case at typing speed: nothing is under way, so the key need not wait for its turn.
            first = self._next_event()
            self._begin_answer()
            self._given_to = self._chain()
            self._releaser = asyncio.create_task(self._release_keys(), name="ordered keys")
            await super().on_event(first)
        else:
            self._releaser = asyncio.create_task(self._release_keys(), name="ordered keys")

    def _attention(self) -> bool:
        """Esc during a long answer forgets what was typed ahead; what is being answered goes on."""
        if self._answer_began is None or monotonic() - self._answer_began < LONG_ANSWER:
            return False
        self._waiting.clear()
        return True

    async def _release_keys(self) -> None:
        try:
            while self._alive():
                await self._answered()
                if not self._waiting:
                    return
                self._end_answer()
                self._begin_answer()
                event = self._next_event()
                self._given_to = self._chain()
                self._let_through = event
                self.post_message(event)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            self._handle_exception(error)
        finally:
            self._releaser = None
            self._given_to = []
            if self._units == 0:
                self._end_answer()

    def _next_event(self) -> events.Key | events.Paste:
        """The next key. A run of pasted text goes into an input at once, elsewhere it is typed."""
        item = self._waiting.popleft()
        if not isinstance(item, _Typed):
            return item
        focused = self.focused
        if isinstance(focused, Input) and not focused.restrict:
            return events.Paste(item.text)
        if len(item.text) > 1:
            self._waiting.appendleft(_Typed(item.text[1:]))
        return _pasted(events.Key(_character_to_key(item.text[0]), item.text[0]))

    async def _answered(self) -> None:
        """Return when the key that was let through last has been answered, or the app is closing."""
        while self._alive():
            if self._units:
                await self._units_done.wait()
            elif not self._screen_ready():
                await asyncio.sleep(0.001)
            elif (pump := self._first_busy()) is not None:
                await _worked_off(pump)
            else:
                return

    # Where things stand

    def _alive(self) -> bool:
        return not (self._exit or self._closing or self._closed)

    def _chain(self) -> list[MessagePump]:
        """The focused widget (or the screen) and its ancestors up to the app."""
        if not self._screen_stack:
            return [self]
        return list((self.focused or self.screen).ancestors_with_self)

    def _screen_ready(self) -> bool:
        """Whether the screen on top takes keys: mounted, or closed in the attempt (then nobody may wait)."""
        if not self._screen_stack:
            return False
        screen = self._screen_stack[-1]
        return screen.is_mounted or _is_dead(screen)

    def _nothing_under_way(self) -> bool:
        """Whether a key may go straight on, seen from within the app's own handling of that key."""
        if self._units or not self._screen_ready() or not self._message_queue.empty() or self._next_callbacks:
            return False
        return all(pump is self or _is_at_rest(pump) for pump in self._chain())

    def _first_busy(self) -> MessagePump | None:
        """The lowest widget with work to do, of the chain the key was given to and of the one focused now."""
        for pump in self._given_to:
            if not _is_at_rest(pump):
                return pump
        for pump in self._chain():
            if not _is_at_rest(pump):
                return pump
        return None

    def _at_rest(self) -> bool:
        return self._releaser is None and self._screen_ready() and self._first_busy() is None

    async def _on_unmount(self, event: events.Unmount) -> None:
        self._waiting.clear()
        if self._releaser is not None:
            self._releaser.cancel()
        if self._long_timer is not None:
            self._long_timer.cancel()


def _is_dead(pump: MessagePump) -> bool:
    """Whether a pump will handle nothing any more: closed, or its task ended in an error."""
    return pump._closed or (pump._is_mounted and not pump.is_running)


def _is_at_rest(pump: MessagePump) -> bool:
    """Whether a pump has handled all that was sent to it and waits for more."""
    queue: Any = pump._message_queue
    if not queue.empty() or pump._pending_message is not None or pump._next_callbacks:
        return _is_dead(pump)
    # A pump that awaits inside a handler has an empty queue too; only a resting one waits for the queue.
    return any(not waiter.done() for waiter in queue.ready_event._waiters) or _is_dead(pump)


async def _worked_off(pump: MessagePump) -> None:
    """Wait until a pump has handled what is in its queue now, or has been closed."""
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def ring() -> None:
        if not done.done():
            done.set_result(None)

    if not pump.call_later(ring):  # it is closing, and has a few messages left
        await asyncio.sleep(0.001)
        return
    for _ in range(20):  # then look at the whole again: the focus may have gone elsewhere
        await asyncio.wait({done}, timeout=_LOOK_AGAIN)
        if done.done() or _is_dead(pump):
            return


def _keys_of(event: events.Key | events.Paste) -> Generator[events.Key | events.Paste | _Typed, None, None]:
    """A key as it shall be acted on; a paste of several lines as the keys that would have typed it.

    Characters that no key types (C0 and C1 controls) become U+FFFD, so that they are seen and refused.
    A paste of one line stays a paste; its line end, if it has one, is not an Enter.
    """
    if isinstance(event, events.Key):
        if event.key in _SAME_KEY and (event.key == "ctrl+j" or event.character is None):
            yield events.Key(*_SAME_KEY[event.key])
        else:
            yield event
        return
    text = event.text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(c if c in "\n\t" or c.isprintable() or not _is_control(c) else "\ufffd" for c in text)
    lines = text.split("\n")
    if len(lines) == 1 or (len(lines) == 2 and not lines[1]):
        if "\t" not in lines[0]:
            if lines[0]:
                yield events.Paste(lines[0])
            return
        lines = lines[:1]
    for number, line in enumerate(lines):
        if number:
            yield _pasted(events.Key("enter", "\r"))
        for place, piece in enumerate(line.split("\t")):
            if place:
                yield _pasted(events.Key("tab", "\t"))
            if piece:
                yield _Typed(piece)


def was_pasted(event: events.Key) -> bool:
    """Whether a key stands for a piece of pasted text: what must be meant does not take such an Enter."""
    return getattr(event, "pasted", False)


def _pasted(event: events.Key) -> events.Key:
    event.pasted = True  # type: ignore[attr-defined]
    return event


def _is_control(character: str) -> bool:
    code = ord(character)
    return code < 0x20 or 0x7F <= code < 0xA0
