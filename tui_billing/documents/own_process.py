"""Work on files of strangers in a process of its own: one that eats memory or never ends takes nothing with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tui_billing.rules.problem import Problem

#: Bytes that such a process may take.
MEMORY = 3 << 30


def ask(module: str, request: dict[str, Any], seconds: float) -> dict[str, Any] | None:
    """The answer of `python -m module` to a request, both plain JSON; None where it died or took too long.

    Raises the Problem that it answered with. Never to be called on the interface thread.
    """
    here = str(Path(__file__).resolve().parents[2])
    paths = [here, *filter(None, [os.environ.get("PYTHONPATH")])]
    try:
        done = subprocess.run(
            [sys.executable, "-m", module],
            input=json.dumps(request).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            timeout=seconds,
            start_new_session=True,
            check=False,
        )
        answer = json.loads(done.stdout.splitlines()[-1])
    except (subprocess.TimeoutExpired, ValueError, IndexError):
        return None
    if "problem" in answer:
        raise Problem(answer["problem"], **answer["values"])
    return dict(answer)


def serve(work: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
    """The other side: read a request, do the work, answer in one line."""
    _limit_memory()
    request = json.loads(sys.stdin.buffer.read())
    try:
        answer = work(request)
    except Problem as problem:
        answer = {"problem": problem.message, "values": {key: str(value) for key, value in problem.values.items()}}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


def _limit_memory() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (ImportError, ValueError, OSError):
        pass  # not every system can
