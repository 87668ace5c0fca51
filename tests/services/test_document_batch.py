"""A thousand documents in one go, cancelled, killed and resumed: in the end each file exists once, as it was made."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.builders import *  # noqa: F403
from tests.builders import issued
from tui_billing.models.door import Books
from tui_billing.services.printing import document_folder
from tui_billing.services.rendering import sha256_of

MANY = 1000


def _run(books: Books) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-m",
        "tui_billing",
        "--db",
        books.url,
        "--today",
        "2026-11-24",
        "send",
        "render",
        "--json",
    ]
    # the books come from a test: whoever works there is known to them
    environ = {**os.environ, "TUI_BILLING_OPERATOR": "anna"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ)


def _wait_for(folder: Path, count: int) -> None:
    end = time.monotonic() + 600
    while len(list(folder.glob("*.pdf"))) < count:
        assert time.monotonic() < end, "nothing is made"
        time.sleep(0.05)


@pytest.mark.prove
def test_a_thousand_documents_cancelled_killed_and_resumed(firm: Books) -> None:
    import json

    for place in range(MANY):
        issued(firm, ("ACME", "KLEIN", "USCO")[place % 3], f"A10 {place % 9 + 1}", purchase_order=f"PO {place}")
    folder = document_folder(firm)
    stops: list[str] = []
    for reached, number in ((200, signal.SIGINT), (450, signal.SIGKILL), (600, signal.SIGTERM), (700, signal.SIGKILL)):
        run = _run(firm)
        _wait_for(folder, reached)
        run.send_signal(number)
        out, _ = run.communicate(timeout=120)
        stops.append(f"{number.name} at {len(list(folder.glob('*.pdf')))}")
        if number is not signal.SIGKILL:
            assert run.returncode == 130
            assert json.loads(out)["stopped"]
    before, started = len(list(folder.glob("*.pdf"))), time.monotonic()
    last = _run(firm)
    out, complaint = last.communicate(timeout=1200)
    seconds = time.monotonic() - started
    answer = json.loads(out)
    assert (last.returncode, answer["total"], answer["problems"]) == (0, MANY, []), complaint
    assert answer["made"] + answer["there"] == MANY
    files = sorted(folder.iterdir())
    assert len(files) == MANY, "each once, and nothing half-written"
    rows = firm.rows("SELECT path, sha256 FROM rendering WHERE format = 'pdf' ORDER BY id")
    newest = dict(rows)
    assert len(newest) == MANY
    assert [str(path) for path in files if newest.get(str(path)) != sha256_of(path)] == []
    print(
        f"\n{MANY} documents: {', '.join(stops)}; then {answer['made']} more in {seconds:.1f} s,"
        f" {answer['made'] / seconds:.1f} a second in two processes ({before} files stood before)"
    )
