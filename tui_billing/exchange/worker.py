"""A process of its own that answers requests, a line of JSON each: warm from one to the next, and its crash is not ours.

The worker's side is `serve`, the asking side `Worker`. A worker starts with the first request and again where it has
gone; what a dying one left unanswered is asked once more.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

#: A worker that nobody has asked for so long ends by itself.
IDLE_SECONDS = 60.0
ATTEMPTS = 2
Message = dict[str, Any]


def serve(answer: Callable[[bytes], Message], idle_seconds: float = IDLE_SECONDS) -> int:
    """Answer the lines of the standard input until it ends or nothing has come for `idle_seconds`; the exit code."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no answer

    def say(line: bytes) -> None:
        if line.strip():
            answers.write(json.dumps(answer(line)) + "\n")
            answers.flush()

    pending = b""
    while True:
        line, found, rest = pending.partition(b"\n")
        if found:
            pending = rest
            say(line)
            continue
        ready, _, _ = select.select([sys.stdin], [], [], idle_seconds)
        if not ready:
            return 0
        part = os.read(sys.stdin.fileno(), 1 << 16)
        if not part:
            say(pending)
            return 0
        pending += part


class Worker:
    """The asking side; one request at a time, so that whoever shares it by threads holds a lock of his own."""

    def __init__(self, command: list[str], longest_seconds: float) -> None:
        self.command = command
        self.longest_seconds = longest_seconds
        #: Set where no other attempt is wanted: whoever asks gets None at once.
        self.given_up = False
        self.process: subprocess.Popen[bytes] | None = None
        self._count = 0

    def ask(self, message: Message, left: Callable[[int], None] = lambda pid: None) -> Message | None:
        """The answer to a request; None where the worker died or fell silent at every attempt.

        `left` is told the process id of each worker that died over it, to clear away what it began.
        """
        self._count += 1
        line = json.dumps({**message, "id": self._count}).encode() + b"\n"
        for _ in range(ATTEMPTS):
            if self.given_up:
                break
            process = self._running()
            answer = self._exchange(process, line)
            if answer is not None and answer.get("id") == self._count:
                return answer
            self.end()
            left(process.pid)
        return None

    def _exchange(self, process: subprocess.Popen[bytes], line: bytes) -> Message | None:
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(line)
            process.stdin.flush()
            ready, _, _ = select.select([process.stdout], [], [], self.longest_seconds)
            answer = json.loads(process.stdout.readline() or b"null") if ready else None
        except (OSError, ValueError):
            return None
        return answer if isinstance(answer, dict) else None

    def _running(self) -> subprocess.Popen[bytes]:
        if self.process is None or self.process.poll() is not None:
            self.end()
            here = str(Path(__file__).resolve().parents[2])
            paths = [here, *filter(None, [os.environ.get("PYTHONPATH")])]
            # a session of its own: a line that is hung up or a Ctrl+C does not stop a document half-way
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
                start_new_session=True,
            )
        return self.process

    def kill(self) -> None:
        """End the worker where it stands, from whatever thread; what it was asked is not asked again."""
        self.given_up = True
        if (process := self.process) is not None:
            process.kill()

    def end(self, patience: float = 0.0) -> None:
        """End the worker: its input ends, and where it goes on after `patience` seconds it is killed."""
        process, self.process = self.process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
