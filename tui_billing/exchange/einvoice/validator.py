"""The official rules in a process of their own: warm between documents, and a crash of the engine is not ours.

`python -m tui_billing.exchange.einvoice.validator` reads one request a line on its standard input, {"id", "xml",
"french"}, and answers each with one line, {"id", "verdicts": [[rule, text, is_fatal, place], ...]} or {"id",
"error"}. It ends at the end of its input, or by itself after 60 idle seconds.
"""

from __future__ import annotations

import atexit
import json
import sys
import threading
from typing import Any

from tui_billing.exchange.einvoice.official import Verdict, is_available, judge
from tui_billing.exchange.worker import IDLE_SECONDS, Worker, serve

#: The engine's first document compiles its rules; no document needs more than this.
LONGEST_SECONDS = 60.0


def main(idle_seconds: float = IDLE_SECONDS) -> int:
    """Answer requests until the input ends or nothing has come for `idle_seconds`."""
    return serve(_answer, idle_seconds)


def _answer(line: bytes) -> dict[str, Any]:
    name: Any = None
    try:
        request = json.loads(line)
        name = request["id"]
        found = judge(request["xml"].encode(), french=bool(request["french"]))
    except Exception as error:
        return {"id": name, "error": f"{type(error).__name__}: {error}"[:300]}
    return {"id": name, "verdicts": [[one.rule, one.text, one.is_fatal, one.place] for one in found]}


class Validator:
    """Asks the worker. Safe to share by threads."""

    def __init__(self, command: list[str] | None = None) -> None:
        command = command or [sys.executable, "-m", "tui_billing.exchange.einvoice.validator"]
        self._worker = Worker(command, LONGEST_SECONDS)
        self._lock = threading.Lock()

    @property
    def process_id(self) -> int | None:
        """The worker's process id, None where none runs."""
        process = self._worker.process
        return process.pid if process else None

    def judge(self, xml: bytes, *, french: bool) -> list[Verdict] | None:
        """What the official rules object to; None where no verdict was to be had (the engine crashed, or hangs)."""
        with self._lock:
            answer = self._worker.ask({"xml": xml.decode(), "french": french})
        found = answer.get("verdicts") if answer else None
        return None if found is None else [Verdict(*one) for one in found]

    def close(self) -> None:
        """End the worker."""
        self._worker.end()


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
            atexit.register(_shared.close)
    return _shared.judge(xml, french=french)


if __name__ == "__main__":
    sys.exit(main())
