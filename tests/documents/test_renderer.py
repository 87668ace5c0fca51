"""The renderer: whole files or none, whatever happens to its process or its disk."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tui_billing.documents.files import write_atomically
from tui_billing.documents.renderer import RendererClient, document_path, write_invoice
from tui_billing.rules.problem import Problem

WORKER = [sys.executable, "-m", "tui_billing.documents.renderer"]
# Stops behind the writing of a file, before it gets its name, the first time only.
STUCK = """
import os, sys, time
from pathlib import Path
from tui_billing.documents import renderer
flag = Path({flag!r})
sync = os.fsync
def wait(handle):
    sync(handle)
    if not flag.exists():
        flag.touch()
        time.sleep(600)
os.fsync = wait
sys.exit(renderer.main())
"""


@pytest.fixture
def client():
    made = RendererClient()
    yield made
    made.close()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def wait_for(what, seconds=20.0):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def test_the_client_writes_documents_in_another_process(client, invoice, tmp_path):
    assert client.process_id is None
    path = document_path(tmp_path / "documents", "F2026-00042")
    written = client.render(invoice("fr"), path).result(60)
    assert written.path == path
    assert hashlib.sha256(path.read_bytes()).hexdigest() == written.sha256
    assert (written.pages, written.missing) == (1, ())
    assert path.stat().st_mode & 0o777 == 0o600
    assert client.process_id != os.getpid()
    assert names(path.parent) == [path.name]


def test_the_client_brings_no_pdf_library_into_its_own_process():
    program = (
        "import sys, tui_billing.documents.renderer\n"
        "print([name for name in sys.modules if name in ('fpdf', 'PIL', 'fontTools')])"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_both_ways_write_the_same_bytes(client, invoice, tmp_path):
    one = write_invoice(invoice(), tmp_path / "one.pdf")
    two = client.render(invoice(), tmp_path / "two.pdf").result(60)
    assert one.sha256 == two.sha256
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


def test_a_killed_worker_leaves_the_old_file_whole_and_the_work_is_done_again(invoice, tmp_path):
    path = tmp_path / "F1.pdf"
    write_atomically(path, b"the old document")
    flag = tmp_path / "flag"
    client = RendererClient([sys.executable, "-c", STUCK.format(flag=str(flag))])
    try:
        first = client.render(invoice(), path)
        second = client.render(invoice("fr"), tmp_path / "F2.pdf")
        wait_for(flag.exists)
        assert path.read_bytes() == b"the old document"
        assert len(list(tmp_path.glob(".F1.pdf.*.part"))) == 1
        os.kill(client.process_id, signal.SIGKILL)
        assert hashlib.sha256(path.read_bytes() if first.result(60) else b"").hexdigest() == first.result().sha256
        assert second.result(60).path.exists()
        assert names(tmp_path) == ["F1.pdf", "F2.pdf", "flag"]
    finally:
        client.close()


def test_a_worker_that_dies_twice_fails_its_document_alone(invoice, tmp_path):
    client = RendererClient([sys.executable, "-c", "import sys; sys.stdin.readline()"])
    try:
        with pytest.raises(Problem, match="stopped twice"):
            client.render(invoice(), tmp_path / "F1.pdf").result(60)
        client._worker.command = WORKER
        assert client.render(invoice(), tmp_path / "F2.pdf").result(60).pages == 1
    finally:
        client.close()


def test_a_document_that_cannot_be_printed_does_not_stop_the_next(client, invoice, tmp_path):
    (tmp_path / "file").write_text("in the way")
    bad = client.render(invoice(), tmp_path / "file" / "F1.pdf")
    good = client.render(invoice(), tmp_path / "F2.pdf")
    with pytest.raises(Problem, match="could not be written"):
        bad.result(60)
    assert good.result(60).path.exists()


def test_close_finishes_what_was_asked_for(invoice, tmp_path):
    client = RendererClient()
    futures = [client.render(invoice(), tmp_path / f"F{place}.pdf") for place in range(5)]
    client.close()
    assert all(future.result(0).path.exists() for future in futures)
    with pytest.raises(Problem):
        client.render(invoice(), tmp_path / "late.pdf")


def test_an_idle_worker_ends_and_another_takes_over(invoice, tmp_path):
    idle = [
        sys.executable,
        "-c",
        "import sys\nfrom tui_billing.documents.renderer import main\nsys.exit(main(0.1))",
    ]
    client = RendererClient(idle)
    try:
        client.render(invoice(), tmp_path / "F1.pdf").result(60)
        worker = client._worker.process
        wait_for(lambda: worker.poll() is not None)
        assert worker.returncode == 0
        assert client.render(invoice(), tmp_path / "F2.pdf").result(60).path.exists()
    finally:
        client.close()


def test_the_worker_answers_every_line_and_ends_with_its_input(invoice, tmp_path):
    requests = [
        {
            "id": 1,
            "invoice": invoice().to_json(),
            "path": str(tmp_path / "F1.pdf"),
            "logo": "/no/such/logo.png",
        },
        {"id": 2, "invoice": {"number": "F2"}, "path": str(tmp_path / "F2.pdf")},
    ]
    lines = "\n".join([json.dumps(requests[0]), "not json", json.dumps(requests[1])])
    answer = subprocess.run(WORKER, input=lines, capture_output=True, text=True, check=True)
    one, two, three = (json.loads(line) for line in answer.stdout.splitlines())
    assert (one["id"], one["pages"], one["missing"]) == (1, 1, [])
    assert two["id"] is None and "error" in two
    assert three["id"] == 2 and "invoice." in three["error"]


def test_a_full_disk_leaves_the_old_file_and_no_rest(invoice, tmp_path):
    path = tmp_path / "F1.pdf"
    path.write_bytes(b"the old document")

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    request = json.dumps({"id": 7, "invoice": invoice().to_json(), "path": str(path), "logo": None})
    answer = subprocess.run(WORKER, input=request, capture_output=True, text=True, check=True, preexec_fn=limit)
    assert "could not be written" in json.loads(answer.stdout)["error"]
    assert path.read_bytes() == b"the old document"
    assert names(tmp_path) == ["F1.pdf"]


@pytest.mark.parametrize(("number", "name"), [("F2026-00042", "F2026-00042.pdf"), ("2026/A+1_b", "2026-A+1_b.pdf")])
def test_a_file_is_named_by_its_number(number, name):
    assert document_path(Path("/books"), number) == Path("/books") / name


@pytest.mark.parametrize("number", ["", "..", "a b", "F\n1", "é", "x" * 36])
def test_what_is_no_number_names_no_file(number):
    with pytest.raises(Problem):
        document_path(Path("/books"), number)
