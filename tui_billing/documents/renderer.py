"""The renderer: a process of its own that turns invoices into files, so that no key ever waits for a page.

`python -m tui_billing.documents.renderer` reads one request a line on its standard input, {"id": ...,
"invoice": {...}, "path": "...", "logo": path or null}, and answers each with one line, {"id", "path",
"sha256", "missing", "pages"} or {"id", "error"}; {"id", "show": {"invoice" or "letter": ..., "logo"}} is answered with
the document itself, and nothing is written (preview.py). It ends at the end of its input, or by itself after 60 idle
seconds. The workstation talks to it through `RendererClient`; this module imports no PDF library until a document is
made.
"""

from __future__ import annotations

import contextlib
import json
import queue
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_billing.documents.files import document_path, partial_path, write_atomically
from tui_billing.documents.preview import Shown, answer_to, request_of, shown_from
from tui_billing.exchange.worker import IDLE_SECONDS, Worker, serve
from tui_billing.rules.problem import Problem

if TYPE_CHECKING:
    from tui_billing.documents.letter import PrintableLetter
    from tui_billing.documents.printable import PrintableInvoice
    from tui_billing.rules.findings import Finding

LONGEST_SECONDS = 120.0

__all__ = ["RendererClient", "Written", "document_path", "main", "write_invoice", "write_xml"]


@dataclass(frozen=True, slots=True)
class Written:
    """A document on the disk: its path and SHA-256, the characters no font had, its number of pages.

    `format` is "pdf" or that of the XML alone; `findings` are what the checks of the electronic invoice say of it,
    as JSON values {"code", "message", "values", "field", "blocking"}; `engine` says whether the official rules were
    run ("ok", "absent", "failed").
    """

    path: Path
    sha256: str
    missing: tuple[str, ...]
    pages: int
    format: str = "pdf"
    findings: tuple[dict[str, Any], ...] = ()
    engine: str = ""

    @property
    def is_refused(self) -> bool:
        """Whether a check forbids to send it."""
        return any(one["blocking"] for one in self.findings)


def write_invoice(invoice: PrintableInvoice, path: Path, logo: bytes | Path | None = None) -> Written:
    """Render in this process and put the file at `path`, whole or not; a Problem where the disk refuses.

    The XML inside is checked by our own rules and by the official ones; a document that fails is written all the
    same, and marked.
    """
    from tui_billing.documents.einvoice import checked
    from tui_billing.documents.invoice_pdf import render

    rendered = render(invoice, logo=logo if isinstance(logo, bytes) else read_logo(logo))
    put_file(path, rendered.pdf)
    if rendered.structured is None:
        return Written(Path(path), rendered.sha256, rendered.missing, rendered.pages)
    judged = checked(rendered.structured)
    findings = tuple(map(_finding, judged.findings))
    return Written(Path(path), rendered.sha256, rendered.missing, rendered.pages, "pdf", findings, judged.engine)


def write_xml(invoice: PrintableInvoice, path: Path, form: str) -> Written:
    """The XML alone in one of the formats, likewise."""
    import hashlib

    from tui_billing.documents.einvoice import checked, structure

    judged = checked(structure(invoice, form))
    put_file(path, judged.xml)
    digest = hashlib.sha256(judged.xml).hexdigest()
    return Written(Path(path), digest, (), 0, form, tuple(map(_finding, judged.findings)), judged.engine)


def put_file(path: Path, content: bytes) -> None:
    """Put a file at `path`, whole or not at all; a Problem where the disk refuses."""
    try:
        write_atomically(Path(path), content)
    except OSError as error:
        raise _unwritten(path, error) from error


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "code": one.code,
        "message": one.message,
        "values": _texts(dict(one.values)),
        "field": one.field,
        "blocking": one.blocking,
    }


def _unwritten(path: Path, error: OSError) -> Problem:
    return Problem(
        "{path} could not be written: {reason}; make room or choose another folder, then render it again",
        path=str(path),
        reason=error.strerror or str(error),
    )


def read_logo(path: Path | None) -> bytes | None:
    """The bytes of a logo, None where there is none to read."""
    if path is None:
        return None
    try:
        return Path(path).read_bytes()
    except OSError:
        return None  # a document without its logo is better than none


# the worker's side


def main(idle_seconds: float = IDLE_SECONDS) -> int:
    """Answer requests until the input ends or nothing has come for `idle_seconds`."""
    return serve(_answer, idle_seconds)


def _answer(line: bytes) -> dict[str, Any]:
    from tui_billing.documents.printable import PrintableInvoice

    name: Any = None
    try:
        request = json.loads(line)
        name = request.get("id")
        if "show" in request:
            return {"id": name, **answer_to(request["show"])}
        invoice = PrintableInvoice.from_json(request["invoice"])
        written = write_invoice(invoice, Path(request["path"]), Path(request["logo"]) if request.get("logo") else None)
    except Problem as problem:
        return {
            "id": name,
            "error": str(problem),
            "message": problem.message,
            "values": _texts(problem.values),
        }
    except Exception as error:
        return {"id": name, "error": f"{type(error).__name__}: {error}"}
    return {
        "id": name,
        "path": str(written.path),
        "sha256": written.sha256,
        "missing": list(written.missing),
        "pages": written.pages,
        "format": written.format,
        "findings": list(written.findings),
        "engine": written.engine,
    }


def _texts(values: dict[str, object]) -> dict[str, str]:
    return {key: str(value) for key, value in values.items()}


# the workstation's side


@dataclass(slots=True)
class _Request:
    """What the worker is asked, how its answer is read, and what it is called where it fails."""

    message: dict[str, Any]
    read: Callable[[dict[str, Any]], Any]
    name: str
    future: Future[Any]
    path: Path | None = None


class RendererClient:
    """Renders documents in a worker process, one after the other, in the order they were asked for.

    The worker starts with the first request and again when it has gone; a request that a dying worker left
    unanswered is sent once more. Nothing here blocks the caller but `close`.
    """

    def __init__(self, command: list[str] | None = None) -> None:
        self._worker = Worker(command or [sys.executable, "-m", "tui_billing.documents.renderer"], LONGEST_SECONDS)
        self._requests: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._closed = False

    @property
    def process_id(self) -> int | None:
        """The worker's process id, None where none has been started."""
        process = self._worker.process
        return process.pid if process else None

    def render(self, invoice: PrintableInvoice, path: Path, logo: Path | None = None) -> Future[Written]:
        """Ask for a document at `path`; the future gives a `Written`, or raises a Problem."""
        path = Path(path).absolute()
        message = {"invoice": invoice.to_json(), "path": str(path), "logo": str(logo) if logo else None}
        return self._ask(_Request(message, _read_answer, str(path), Future(), path))

    def show(self, document: PrintableInvoice | PrintableLetter, logo: Path | None = None) -> Future[Shown]:
        """Ask for a document to be looked at; nothing is written."""
        message = {"show": {**request_of(document), "logo": str(logo) if logo else None}}
        return self._ask(_Request(message, shown_from, document.kind, Future()))

    def _ask(self, request: _Request) -> Future[Any]:
        with self._lock:
            if self._closed:
                raise Problem("The renderer has been closed")
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="renderer", daemon=True)
                self._thread.start()
            self._requests.put(request)
        return request.future

    def close(self, timeout: float = 30.0) -> None:
        """Finish what was asked for, then end the worker; after `timeout` seconds it is ended regardless."""
        with self._lock:
            self._closed = True
            thread = self._thread
            self._requests.put(None)
        if thread is not None:
            thread.join(timeout)
            if thread.is_alive():
                self._worker.kill()
                thread.join(5.0)
        self._worker.end(patience=2.0)

    def _serve(self) -> None:
        while (request := self._requests.get()) is not None:
            if not request.future.set_running_or_notify_cancel():
                continue
            try:
                answer = self._carry_out(request)
            except BaseException as error:
                request.future.set_exception(error)
            else:
                request.future.set_result(answer)

    def _carry_out(self, request: _Request) -> Any:
        def clear(pid: int) -> None:
            if request.path is not None:
                with contextlib.suppress(OSError):
                    partial_path(request.path, pid).unlink()

        answer = self._worker.ask(request.message, clear)
        if answer is not None:
            return request.read(_without_error(answer))
        if self._worker.given_up:
            raise Problem("{path} was not rendered: the renderer was closed", path=request.name)
        raise Problem("{path} could not be rendered: the renderer stopped twice", path=request.name)


def _without_error(answer: dict[str, Any]) -> dict[str, Any]:
    if "error" in answer:
        if message := answer.get("message"):
            raise Problem(message, **answer["values"])
        raise Problem("The document could not be rendered: {reason}", reason=answer["error"])
    return answer


def _read_answer(answer: dict[str, Any]) -> Written:
    return Written(
        Path(answer["path"]),
        answer["sha256"],
        tuple(answer["missing"]),
        answer["pages"],
        answer["format"],
        tuple(answer["findings"]),
        answer["engine"],
    )


if __name__ == "__main__":
    sys.exit(main())
