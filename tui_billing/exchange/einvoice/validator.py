"""The official rules in a process of their own: warm between documents, and a crash of the engine is not ours.

`python -m tui_billing.exchange.einvoice.validator` reads one request a line on its standard input, {"id", "xml",
"french"}, and answers each with one line, {"id", "verdicts": [[rule, text, is_fatal, place], ...]} or {"id",
"error"}. It ends at the end of its input, or by itself after 60 idle seconds.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from tui_billing.exchange.einvoice.official import Verdict, is_available, judge

IDLE_SECONDS = 60.0
#: The engine's first document compiles its rules; no document needs more than this.
LONGEST_SECONDS = 60.0
ATTEMPTS = 2


# the worker's side


def main(idle_seconds: float = IDLE_SECONDS) -> int:
    """Answer requests until the input ends or nothing has come for `idle_seconds`."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what the engine prints is no answer
    while True:
        ready, _, _ = select.select([sys.stdin], [], [], idle_seconds)
        if not ready:
            return 0
        line = sys.stdin.readline()
        if not line:
            return 0
        answers.write(json.dumps(_answer(line)) + "\n")
        answers.flush()


def _answer(line: str) -> dict[str, Any]:
    name: Any = None
    try:
        request = json.loads(line)
        name = request["id"]
        found = judge(request["xml"].encode(), french=bool(request["french"]))
    except Exception as error:
        return {"id": name, "error": f"{type(error).__name__}: {error}"[:300]}
    return {"id": name, "verdicts": [[one.rule, one.text, one.is_fatal, one.place] for one in found]}


# the asking side


class Validator:
    """Asks the worker, which starts with the first document and again where it has gone. Safe to share by threads."""

    def __init__(self, command: list[str] | None = None) -> None:
        self._command = command or [sys.executable, "-m", "tui_billing.exchange.einvoice.validator"]
        self._worker: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._count = 0

    def judge(self, xml: bytes, *, french: bool) -> list[Verdict] | None:
        """What the official rules object to; None where no verdict was to be had (the engine crashed, or hangs)."""
        with self._lock:
            self._count += 1
            request = {"id": self._count, "xml": xml.decode(), "french": french}
            line = json.dumps(request).encode() + b"\n"
            for _ in range(ATTEMPTS):
                answer = self._exchange(line)
                if answer is not None and answer.get("id") == self._count:
                    found = answer.get("verdicts")
                    return None if found is None else [Verdict(*one) for one in found]
                self.close()
        return None

    def _exchange(self, line: bytes) -> dict[str, Any] | None:
        worker = self._running()
        assert worker.stdin is not None and worker.stdout is not None
        try:
            worker.stdin.write(line)
            worker.stdin.flush()
            ready, _, _ = select.select([worker.stdout], [], [], LONGEST_SECONDS)
            answer = json.loads(worker.stdout.readline() or b"null") if ready else None
        except (OSError, ValueError):
            return None
        return answer if isinstance(answer, dict) else None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._worker is None or self._worker.poll() is not None:
            self.close()
            here = str(Path(__file__).resolve().parents[3])
            paths = [here, *filter(None, [os.environ.get("PYTHONPATH")])]
            self._worker = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
                start_new_session=True,
            )
            atexit.register(self.close)
        return self._worker

    def close(self) -> None:
        """End the worker."""
        worker, self._worker = self._worker, None
        if worker is None:
            return
        for pipe in (worker.stdin, worker.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()
        worker.kill()
        worker.wait()


_shared: Validator | None = None
_starting = threading.Lock()


def official_verdicts(xml: bytes, *, french: bool) -> list[Verdict] | None:
    """The verdicts of this process's one worker; None where the extra `validate` is absent or its engine fails."""
    global _shared
    if not is_available():
        return None
    with _starting:
        if _shared is None:
            _shared = Validator()
    return _shared.judge(xml, french=french)


if __name__ == "__main__":
    sys.exit(main())
