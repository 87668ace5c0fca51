"""A real pseudo-terminal around a program: what it paints, how many bytes it sends. Waits for screens, never sleeps
a guessed time."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import pexpect
import pyte

APPS = Path(__file__).parent / "apps"
ROOT = Path(__file__).parents[2]


class Terminal:
    """A program in a terminal of `rows` x `columns`; a context manager that ends it."""

    def __init__(self, app: str, rows: int = 24, columns: int = 80, term: str = "xterm-256color", **environ: str):
        env = {k: v for k, v in os.environ.items() if k not in ("COLORTERM", "NO_COLOR") and not k.startswith("SSH_")}
        env.update(TERM=term, LC_ALL="C.UTF-8", PYTHONPATH=str(ROOT), **environ)
        self.child = pexpect.spawn(
            sys.executable, [str(APPS / app)], env=env, dimensions=(rows, columns), encoding=None, timeout=10
        )
        self.child.delaybeforesend = None
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: Any) -> None:
        self.child.terminate(force=True)
        self.child.close()

    def feed(self, seconds: float) -> int:
        """Take what comes in so many seconds at most, returning at the first piece; the bytes it had."""
        try:
            piece = self.child.read_nonblocking(1 << 16, seconds)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return 0
        self.raw += piece
        # pyte knows no private final bytes of the kitty protocol and would print them.
        self.stream.feed(piece.replace(b"\x1b[<u", b"").replace(b"\x1b[>25u", b""))
        return len(piece)

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def wait_for(self, text: str, seconds: float = 10) -> None:
        end = time.monotonic() + seconds
        while text not in self.text:
            if time.monotonic() > end or not self.child.isalive():
                raise AssertionError(f"{text!r} did not come; the screen is\n{self.text}")
            self.feed(0.05)

    def quiet(self, seconds: float = 0.1) -> int:
        """Read until nothing has come for so long; the bytes that came."""
        total = 0
        while got := self.feed(seconds):
            total += got
        return total

    def send(self, keys: str | bytes) -> None:
        self.child.send(keys)

    def cost(self, keys: str | bytes, quiet: float = 0.08) -> int:
        """Bytes painted in answer to keys sent in one write."""
        self.send(keys)
        return self.quiet(quiet)
