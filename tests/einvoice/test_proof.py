"""The proof that is owed: every document of the sample and 500 made, before every judge there is, in two processes."""

from __future__ import annotations

import multiprocessing
import shutil
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.einvoice.documents import invoices
from tests.einvoice.judge import Tally, judge
from tests.einvoice.verapdf import missing, pass_all
from tui_billing.documents.printable import PrintableInvoice

ROOT = Path(__file__).parents[2]
#: So many documents a task, so that progress is seen.
TASK = 25
MADE = 500


def _made(number: int, count: int, most_lines: int, folder: Path, profiles: bool = True) -> Tally:
    tally = Tally()
    folder.mkdir(parents=True)

    @seed(number)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(invoices(most_lines))
    def each(invoice: PrintableInvoice) -> None:
        judge(invoice, folder, tally, profiles=profiles)

    each()
    return tally


def _of_the_sample(path: Path, ids: list[int], folder: Path) -> Tally:
    from tui_billing.models.door import open_books
    from tui_billing.services.printing import printable

    tally = Tally()
    folder.mkdir(parents=True)
    books = open_books(str(path))
    try:
        for key in ids:
            invoice = printable(books, key)
            try:
                judge(invoice, folder, tally)
            except AssertionError as error:
                raise AssertionError(f"{invoice.number}: {error}") from None
    finally:
        books.shut()
    return tally


def test_a_dozen_documents_before_every_judge(tmp_path: Path):
    pytest.importorskip("saxonche")
    assert _made(1, 12, 3, tmp_path / "made", profiles=False).documents >= 12


@pytest.mark.prove
def test_every_document_of_the_sample_and_500_made(tmp_path: Path):
    from tui_billing.models.door import open_books

    pytest.importorskip("saxonche")
    sample = Path(shutil.copyfile(ROOT / "sample.db", tmp_path / "sample.db"))
    books = open_books(str(sample))
    ids = [key for (key,) in books.rows("SELECT id FROM invoice WHERE state = 'issued' ORDER BY id")]
    books.shut()
    total = len(ids) + MADE
    started, whole, made = time.monotonic(), Tally(), Tally()
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        tasks = {}
        for place in range(0, len(ids), TASK):
            tasks[pool.submit(_of_the_sample, sample, ids[place : place + TASK], tmp_path / f"s{place}")] = whole
        for place in range(0, MADE, TASK):
            tasks[pool.submit(_made, 1000 + place, TASK, 300, tmp_path / f"m{place}")] = made
        try:
            for task in as_completed(tasks):
                tasks[task].add(task.result())
                done = whole.documents + made.documents
                print(f"\r{done} of {total}, {time.monotonic() - started:.0f} s ", end="", flush=True)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    assert whole.documents == len(ids)
    assert made.documents >= MADE
    print(f"\nsample: {whole}\nmade: {made}\n{time.monotonic() - started:.0f} s in two processes")
    if reason := missing():
        print(f"veraPDF: not asked ({reason})")
        return
    files = [path.relative_to(tmp_path) for path in sorted(tmp_path.glob("*/*.pdf"))]
    assert pass_all(tmp_path, files) == len(files)
    print(f"veraPDF 3b: {len(files)} of {len(files)} pass")
