"""Many documents in one go: several processes make them, what is there already is left, and it can be stopped."""

from __future__ import annotations

import atexit
import hashlib
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tui_billing.models.door import Books
from tui_billing.models.tables import Rendering
from tui_billing.models.write import add
from tui_billing.rules.problem import Problem
from tui_billing.services.context import Context, Work, transact
from tui_billing.services.printing import logo_path, path_of, printable

if TYPE_CHECKING:
    from tui_billing.documents.renderer import RendererClient, Written

WORKERS = 2
#: So many are asked of a worker ahead, so that it never waits; a stop has to wait for the one in its hands alone.
AHEAD = 3
#: Renderings that are remembered in one transaction.
CHUNK = 50


@dataclass(slots=True)
class Batch:
    """How far a batch has come: of `total` documents some were there, some are made, some could not be made."""

    total: int
    there: int = 0
    made: int = 0
    stopped: bool = False
    #: Whether the official rules were not there to be run.
    unruled: bool = False
    problems: list[tuple[int, Problem]] = field(default_factory=list)
    #: Characters that no font had, by document.
    missing: dict[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def done(self) -> int:
        """Documents that need nothing more."""
        return self.there + self.made + len(self.problems)


def render_many(
    books: Books,
    context: Context,
    invoice_ids: Iterable[int],
    *,
    workers: int = WORKERS,
    progress: Callable[[Batch], None] = lambda batch: None,
    stop: Callable[[], bool] = lambda: False,
) -> Batch:
    """Make the PDFs of issued documents that have none, or whose file is not what was made.

    `progress` is told after every document, `stop` is asked before each; what was made until then stays, and the
    next call goes on behind it. One that cannot be made is in `problems` and stops no other.
    """
    wanted = list(invoice_ids)
    batch = Batch(len(wanted))
    logo = logo_path(books)
    clients = _clients(max(1, workers))
    waiting: dict[Future[Written], int] = {}
    written: list[tuple[int, Written]] = []
    busy: dict[RendererClient, int] = dict.fromkeys(clients, 0)
    of: dict[Future[Written], RendererClient] = {}
    source = iter(wanted)
    more = True
    try:
        while more or waiting:
            while more and len(waiting) < AHEAD * len(clients):
                if stop():
                    batch.stopped, more = True, False
                    for one in waiting:
                        one.cancel()
                    break
                key = next(source, None)
                if key is None:
                    more = False
                    break
                try:
                    if is_rendered(books, key):
                        batch.there += 1
                        progress(batch)
                        continue
                    client = min(clients, key=busy.__getitem__)
                    future = client.render(printable(books, key), path_of(books, key), logo)
                except Problem as problem:
                    batch.problems.append((key, problem))
                    progress(batch)
                    continue
                waiting[future], of[future] = key, client
                busy[client] += 1
            for future in wait(waiting, return_when=FIRST_COMPLETED).done if waiting else ():
                key = waiting.pop(future)
                busy[of.pop(future)] -= 1
                try:
                    result = future.result()
                except CancelledError:
                    continue
                except Problem as problem:
                    batch.problems.append((key, problem))
                else:
                    written.append((key, result))
                    batch.made += 1
                    batch.unruled |= result.engine == "absent"
                    if result.missing:
                        batch.missing[key] = result.missing
                progress(batch)
            if len(written) >= CHUNK:
                _remember(books, context, written)
    finally:
        for future in waiting:
            future.cancel()
        _remember(books, context, written)
    return batch


#: The processes that make documents, kept warm from one batch to the next; an idle one ends by itself.
_kept: list[RendererClient] = []
_keeping = threading.Lock()


def _clients(count: int) -> list[RendererClient]:
    from tui_billing.documents.renderer import RendererClient

    with _keeping:
        while len(_kept) < count:
            _kept.append(client := RendererClient())
            atexit.register(client.close)
        return _kept[:count]


def _remember(books: Books, context: Context, written: list[tuple[int, Written]]) -> None:
    if not written:
        return

    def do(work: Work) -> None:
        for key, one in written:
            add(
                Rendering,
                invoice_id=key,
                path=str(one.path),
                sha256=one.sha256,
                missing="".join(one.missing),
                at=work.at,
                format=one.format,
                findings=list(one.findings),
            )

    transact(books, context.command(), "render", do, record=False)
    written.clear()


def is_rendered(books: Books, invoice_id: int) -> bool:
    """Whether the file of a document lies where it belongs and is what was made."""
    row = books.row(
        "SELECT sha256, path FROM rendering WHERE invoice_id = ? AND format = 'pdf' ORDER BY id DESC LIMIT 1",
        (invoice_id,),
    )
    path = path_of(books, invoice_id)
    return row is not None and Path(row[1]) == path.absolute() and sha256_of(path) == row[0]


def sha256_of(path: Path) -> str:
    """The hash of a file, "" where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
