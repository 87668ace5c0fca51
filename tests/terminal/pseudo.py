"""A program in a real pseudo-terminal: keys go in as bytes, the screen comes out as pyte draws it.

Textual's Pilot waits after each key and never meets a terminal; what it cannot see (type-ahead, escape
sequences, latency, bytes on the line, a hang-up) is seen here.
"""

from __future__ import annotations

import copy
import errno
import os
import re
import select
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pexpect
import psutil
import pyte

from tests.terminal.keys import Key, count_keys, kitty_bytes, parse_keys

_QUERY = re.compile(
    rb"\x1b\[(?:(?P<device>0?c)|(?P<second>>0?c)|\?(?P<mode>\d+)\$p|(?P<kitty>\?u)|(?P<alive>5n)|(?P<cursor>6n))"
    rb"|\x1b\](?P<colour>1[01]);\?(?:\x07|\x1b\\)"
)
# What pyte would take for something else: private questions, the kitty stack, device control strings.
_UNKNOWN_TO_PYTE = re.compile(
    rb"\x1b\[[<=>][0-9;:]*[ -/]*[@-~]|\x1b\[\?[0-9;]*(?:[ -/]+[@-~]|[@-IL-gijkm-~])|\x1b[P_^X][^\x1b]*\x1b\\"
)
_UNFINISHED = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|[\]P_^X][^\x07\x1b]*\x1b?|[()#%])?\Z")
_KITTY_STACK = re.compile(rb"\x1b\[(?:>(?P<push>\d+)|<)u")
_SYNCHRONISED_FRAME = b"\x1b[?2026h"
_CHUNK = 65536


class NotSeen(AssertionError):  # noqa: N818 (it reads as what happened)
    """What was waited for did not come; the message carries the whole screen."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """What a terminal answers when a program asks.

    `attributes` is the reply to DA1 (b"" for silence), `modes` the DECRQM state by mode (1 set, 2 reset;
    others are answered 0, not recognised), `kitty` the flags of the kitty keyboard protocol (None: silence).
    With `speaks_kitty` the keys are sent in that protocol once the program has asked for it.
    """

    attributes: bytes = b"\x1b[?62;22c"
    modes: Mapping[int, int] = field(default_factory=lambda: {2026: 2})
    kitty: int | None = 0
    colours: bool = True
    speaks_kitty: bool = False


MODERN = Terminal()
KITTY = Terminal(speaks_kitty=True)
SILENT = Terminal(attributes=b"", modes={}, kitty=None, colours=False)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one key (or one burst) cost: milliseconds from its write to the first and to the last byte that
    answered it (None and 0.0 where nothing came), those bytes, and the synchronised frames among them."""

    key: str
    first_ms: float | None
    paint_ms: float
    bytes: int
    frames: int


class _Screen(pyte.Screen):
    """pyte's screen with the alternate buffer, so that what stands after the program left is the truth."""

    _below: tuple[Any, Any] | None = None

    def set_mode(self, *modes: int, **kwargs: Any) -> None:
        if kwargs.get("private") and 1049 in modes and self._below is None:
            self._below = (copy.deepcopy(self.buffer), copy.copy(self.cursor))
            self.erase_in_display(2)
        super().set_mode(*modes, **kwargs)

    def reset_mode(self, *modes: int, **kwargs: Any) -> None:
        super().reset_mode(*modes, **kwargs)
        if kwargs.get("private") and 1049 in modes and self._below is not None:
            self.buffer, self.cursor = self._below
            self._below = None


class Pseudo:
    """A running program, its keyboard and its screen. Use it in a `with`: leaving ends the program.

    The environment is clean (PATH, HOME, LC_ALL=C.UTF-8, TERM) plus `env`, in which None takes a name out.
    Rows and columns are counted from 0; negative ones from the end.
    """

    def __init__(
        self,
        argv: Sequence[str | Path],
        *,
        rows: int = 24,
        cols: int = 80,
        term: str = "xterm-256color",
        env: Mapping[str, str | None] | None = None,
        cwd: str | Path | None = None,
        terminal: Terminal = MODERN,
        timeout: float = 10.0,
    ) -> None:
        self.terminal = terminal
        self.timeout = timeout
        self.matched_s = 0.0
        self._raw = bytearray()
        self._unfed = bytearray()
        self._unasked = b""
        self._ended = False
        self._kitty: list[int] = []
        self._screen = _Screen(cols, rows)
        self._stream = pyte.ByteStream(self._screen)
        command = [str(part) for part in argv]
        self._started = self._last_byte = time.perf_counter()
        self._child = pexpect.spawn(
            command[0],
            command[1:],
            dimensions=(rows, cols),
            env=_environment(term, env or {}),
            cwd=str(cwd) if cwd else None,
        )
        os.set_blocking(self._child.child_fd, False)

    def __enter__(self) -> Pseudo:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    # -- what is on the screen ------------------------------------------------------------------

    @property
    def raw(self) -> bytes:
        """Every byte the program has written so far."""
        self._read(0)
        return bytes(self._raw)

    @property
    def rows(self) -> list[str]:
        """The lines of the screen, without the blanks at their ends."""
        self._read(0)
        self._feed()
        buffer, columns = self._screen.buffer, range(self._screen.columns)
        return ["".join(buffer[y][x].data for x in columns).rstrip() for y in range(self._screen.lines)]

    @property
    def text(self) -> str:
        """The screen as one string, lines joined by newlines."""
        return "\n".join(self.rows)

    @property
    def cursor(self) -> tuple[int, int]:
        """Row and column of the cursor."""
        self._feed()
        return self._screen.cursor.y, self._screen.cursor.x

    def row(self, number: int) -> str:
        """One line of the screen."""
        return self.rows[number]

    def cell(self, row: int, column: int) -> Any:
        """One cell: `.data`, `.fg`, `.bg` (a name, "default" or six hex digits), `.bold`, `.italics`,
        `.underscore`, `.reverse`."""
        self._read(0)
        self._feed()
        lines, columns = self._screen.lines, self._screen.columns
        return self._screen.buffer[row % lines][column % columns]

    def where(self, pattern: str) -> tuple[int, int]:
        """Row and column of the first place that the pattern matches within a line; NotSeen where none."""
        self._read(0)
        self._feed()
        for y in range(self._screen.lines):
            cells = [self._screen.buffer[y][x].data for x in range(self._screen.columns)]
            if match := re.search(pattern, "".join(cells)):
                seen = column = 0
                while seen < match.start():
                    seen += len(cells[column])
                    column += 1
                return y, column
        raise NotSeen(f"{pattern!r} is not on the screen:\n{self.framed()}")

    def framed(self) -> str:
        """The screen in a frame, for messages."""
        edge = "+" + "-" * self._screen.columns + "+"
        return "\n".join([edge, *(f"|{line}" for line in self.rows), edge])

    # -- waiting --------------------------------------------------------------------------------

    def wait_for(self, pattern: str, timeout: float | None = None) -> re.Match[str]:
        """Wait until the pattern (multi-line) matches the screen; NotSeen carries the screen.

        `matched_s` then holds the seconds from the program's start to the byte that completed it.
        """
        return self._wait(pattern, timeout, wanted=True)  # type: ignore[return-value]

    def wait_gone(self, pattern: str, timeout: float | None = None) -> None:
        """Wait until the pattern matches nothing on the screen any more."""
        self._wait(pattern, timeout, wanted=False)

    def settle(self, quiet: float = 0.2, timeout: float | None = None) -> None:
        """Wait until the program has written nothing for `quiet` seconds."""
        end = time.perf_counter() + (self.timeout if timeout is None else timeout)
        silent_since = time.perf_counter()
        while not self._ended and time.perf_counter() - silent_since < quiet:
            if self._read(quiet - (time.perf_counter() - silent_since)):
                silent_since = self._last_byte
            if time.perf_counter() > end:
                raise NotSeen(f"the program never fell silent for {quiet} s:\n{self.framed()}")

    def idle_bytes(self, seconds: float = 5.0) -> int:
        """How many bytes a program that has settled writes in so many seconds without a key."""
        self.settle()
        before, end = len(self._raw), time.perf_counter() + seconds
        while not self._ended and (left := end - time.perf_counter()) > 0:
            self._read(left)
        return len(self._raw) - before

    def wait_exit(self, timeout: float | None = None) -> int:
        """Wait for the end: the exit status, or the negative number of the signal that ended it."""
        end = time.perf_counter() + (self.timeout if timeout is None else timeout)
        while self._child.isalive():
            self._read(0.01)
            if self._ended or self._child.closed:
                time.sleep(0.005)
            if time.perf_counter() > end:
                raise NotSeen(f"the program (pid {self.pid}) did not end:\n{self.framed()}")
        self._read(0)
        status = self._child.exitstatus
        return int(status) if status is not None else -int(self._child.signalstatus)

    # -- the keyboard ---------------------------------------------------------------------------

    def send(self, notation: str, *, quiet: float = 0.08, patience: float = 0.25) -> list[Cost]:
        """Type slowly: each key, then silence of `quiet` seconds; gives what each key cost.

        A key that is answered by nothing is given up after `patience` seconds.
        """
        return [
            self._measure(key.name, self._bytes_of(key), quiet=quiet, patience=patience) for key in parse_keys(notation)
        ]

    def burst(self, notation: str, *, quiet: float = 0.3, patience: float = 2.0) -> Cost:
        """Type everything in one write, as a stalled line delivers it, and wait for silence."""
        data = b"".join(self._bytes_of(key) for key in parse_keys(notation))
        return self._measure(notation, data, quiet=quiet, patience=patience)

    def paste(self, text: str, *, quiet: float = 0.2, patience: float = 1.0) -> Cost:
        """Paste a text as terminals do where bracketed paste is on."""
        data = b"\x1b[200~" + text.replace("\n", "\r").encode() + b"\x1b[201~"
        return self._measure("paste", data, quiet=quiet, patience=patience)

    def write(self, data: bytes | str) -> None:
        """Send bytes as they are and do not wait; a str is a notation."""
        if isinstance(data, str):
            data = b"".join(self._bytes_of(key) for key in parse_keys(data))
        view = memoryview(data)
        end = time.perf_counter() + self.timeout
        while view:
            # Its output must be taken meanwhile: a program that cannot write does not read either.
            _r, writable, _x = select.select([], [self._child.child_fd], [], 0.005)
            self._read(0)
            if writable:
                try:
                    view = view[os.write(self._child.child_fd, view) :]
                except BlockingIOError:
                    pass
            if time.perf_counter() > end:
                raise NotSeen(f"the program took no more keys ({len(view)} bytes left):\n{self.framed()}")

    @staticmethod
    def keys(notation: str) -> int:
        """How many key presses a notation takes."""
        return count_keys(notation)

    # -- the line and the process ---------------------------------------------------------------

    @property
    def pid(self) -> int:
        """The process id of the program."""
        return int(self._child.pid)

    @property
    def alive(self) -> bool:
        """Whether the program still runs."""
        return bool(self._child.isalive())

    @property
    def rss_kib(self) -> int:
        """Resident memory of the program and all that it started, in KiB."""
        return sum(process.memory_info().rss for process in self._tree()) // 1024

    @property
    def cpu_s(self) -> float:
        """Processor seconds spent by the program and all that it started and that still lives."""
        return sum(sum(process.cpu_times()[:2]) for process in self._tree())

    def resize(self, rows: int, cols: int) -> None:
        """Give the terminal another size; the program is told by SIGWINCH."""
        self._read(0)
        self._feed()
        self._screen.resize(rows, cols)
        self._child.setwinsize(rows, cols)

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send the program a signal."""
        os.kill(self.pid, number)

    def hang_up(self) -> None:
        """Close the terminal's own end: the line has dropped, the program is sent SIGHUP by the kernel."""
        if not self._child.closed:
            self._read(0)
            self._child.ptyproc.fileobj.close()
            self._child.ptyproc.closed = self._child.closed = self._ended = True

    def close(self) -> None:
        """End the program: hang up, wait a second, then kill what is left of its session."""
        self.hang_up()
        end = time.perf_counter() + 1.0
        while self._child.isalive():
            if time.perf_counter() > end:
                try:
                    os.killpg(self.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
                end = float("inf")
            time.sleep(0.005)

    # -- inside ---------------------------------------------------------------------------------

    def _tree(self) -> list[psutil.Process]:
        top = psutil.Process(self.pid)
        return [top, *top.children(recursive=True)]

    def _wait(self, pattern: str, timeout: float | None, *, wanted: bool) -> re.Match[str] | None:
        limit = self.timeout if timeout is None else timeout
        end = time.perf_counter() + limit
        compiled = re.compile(pattern, re.MULTILINE)
        while True:
            match = compiled.search(self.text)
            if bool(match) == wanted:
                self.matched_s = self._last_byte - self._started
                return match
            left = end - time.perf_counter()
            if left <= 0 or self._ended:
                why = "did not appear" if wanted else "did not go"
                how = f"within {limit:g} s" if left <= 0 else "before the program closed its terminal"
                raise NotSeen(f"{pattern!r} {why} {how}:\n{self.framed()}")
            self._read(min(left, 0.25))

    def _bytes_of(self, key: Key) -> bytes:
        speaks = self.terminal.speaks_kitty and self._kitty and self._kitty[-1] & 8
        return kitty_bytes(key) if speaks else key.data

    def _measure(self, name: str, data: bytes, *, quiet: float, patience: float) -> Cost:
        self._read(0)
        before, written = len(self._raw), time.perf_counter()
        self.write(data)
        first: float | None = None
        while not self._ended:
            if len(self._raw) == before:
                left = patience - (time.perf_counter() - written)
            else:
                first = first or self._last_byte
                left = quiet - (time.perf_counter() - self._last_byte)
            if left <= 0:
                break
            self._read(left)
        answer = bytes(self._raw[before:])
        return Cost(
            key=name,
            first_ms=None if first is None else (first - written) * 1000,
            paint_ms=(self._last_byte - written) * 1000 if answer else 0.0,
            bytes=len(answer),
            frames=answer.count(_SYNCHRONISED_FRAME),
        )

    def _read(self, wait: float) -> bool:
        """Take what has come, waiting for it at most so many seconds; True if something came.

        The bytes are stamped and answered at once but drawn only when somebody looks: pyte is slow, and
        its time is not the program's.
        """
        came = False
        stop = time.perf_counter() + max(wait, 0) + 0.1  # one that never stops writing must not keep us here
        while not self._ended and time.perf_counter() < stop:
            readable, _w, _x = select.select([self._child.child_fd], [], [], 0 if came else max(wait, 0))
            if not readable:
                break
            try:
                chunk = os.read(self._child.child_fd, _CHUNK)
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
                chunk = b""
            if not chunk:
                self._ended = True
                break
            came = True
            self._last_byte = time.perf_counter()
            self._raw += chunk
            self._unfed += chunk
            self._answer(chunk)
        return came

    def _feed(self) -> None:
        unfinished = _UNFINISHED.search(self._unfed)
        end = unfinished.start() if unfinished else len(self._unfed)
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", bytes(self._unfed[:end])))
        del self._unfed[:end]

    def _answer(self, chunk: bytes) -> None:
        asked = self._unasked + chunk
        for query in _QUERY.finditer(asked):
            reply = self._reply(query)
            if reply and not self._ended:
                os.write(self._child.child_fd, reply)
        for change in _KITTY_STACK.finditer(asked):
            if change["push"]:
                self._kitty.append(int(change["push"]))
            elif self._kitty:
                self._kitty.pop()
        unfinished = _UNFINISHED.search(asked)
        self._unasked = asked[unfinished.start() :] if unfinished else b""

    def _reply(self, query: re.Match[bytes]) -> bytes:
        terminal = self.terminal
        if query["device"]:
            return terminal.attributes
        if query["second"]:
            return b"\x1b[>1;4000;0c" if terminal.attributes else b""
        if query["mode"]:
            state = terminal.modes.get(int(query["mode"]), 0)
            return b"\x1b[?%s;%d$y" % (query["mode"], state) if terminal.modes else b""
        if query["kitty"]:
            return b"" if terminal.kitty is None else b"\x1b[?%du" % terminal.kitty
        if query["alive"]:
            return b"\x1b[0n"
        if query["cursor"]:
            row, column = self.cursor
            return b"\x1b[%d;%dR" % (row + 1, column + 1)
        if terminal.colours:
            shade = b"ffff" if query["colour"] == b"10" else b"0000"
            return b"\x1b]%s;rgb:%s/%s/%s\x1b\\" % (query["colour"], shade, shade, shade)
        return b""


def _environment(term: str, extra: Mapping[str, str | None]) -> dict[str, str]:
    names = ("PATH", "HOME", "TMPDIR", "SYSTEMROOT")
    clean: dict[str, str | None] = {name: os.environ[name] for name in names if name in os.environ}
    clean |= {"LC_ALL": "C.UTF-8", "TERM": term, **extra}
    return {name: value for name, value in clean.items() if value is not None}


def python(*arguments: str) -> list[str]:
    """The command line that runs this Python, as in `Pseudo(python("-m", "tui_billing"))`."""
    return [sys.executable, *arguments]
