"""Issue by the services beside the same SQL by bare sqlite3, with the same settings.

    python -m benchmarks.issue [--invoices N] [--batch N]

What the services send is recorded on one copy of the books and replayed by Python's own sqlite3 on another,
so that both write the same rows; the two sides take turns. For one invoice the bare side sends every
statement, reads included; for a batch only what writes, in the same transactions.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.statistics_ import Figure, median, render
from tests.builders import clerk, small_company, typed
from tui_billing.models.door import Books, open_books
from tui_billing.rules.content import Content
from tui_billing.services.batch import Order, issue_many
from tui_billing.services.issue import issue_content

SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",
)
#: (how, statement, parameters): "execute" or "executemany".
Sent = tuple[str, str, Any]


class Recorder:
    """Everything that is sent to the database of `books` inside the `with`, in order."""

    def __init__(self, books: Books) -> None:
        self.db = books.db
        self.sent: list[Sent] = []

    def __enter__(self) -> Recorder:
        execute, cursor, sent = self.db.execute_sql, self.db.cursor, self.sent

        def execute_sql(sql: str, params: Sequence[object] | None = None, *rest: object) -> Any:
            sent.append(("execute", sql, tuple(params or ())))
            return execute(sql, params, *rest)

        class Cursor:
            """The driver's cursor, which says what it is given."""

            def __init__(self, *options: object, **named: object) -> None:
                self.cursor = cursor(*options, **named)

            def execute(self, sql: str, params: Sequence[object] = ()) -> Any:
                return self.cursor.execute(sql, params)

            def executemany(self, sql: str, rows: list[list[object]]) -> None:
                sent.append(("executemany", sql, [tuple(row) for row in rows]))
                self.cursor.executemany(sql, rows)

            def __getattr__(self, name: str) -> Any:
                return getattr(self.cursor, name)

        self.db.execute_sql, self.db.cursor = execute_sql, Cursor
        return self

    def __exit__(self, *_: object) -> None:
        del self.db.execute_sql, self.db.cursor


def three_lines() -> Content:
    """The invoice that is issued: three lines of one customer."""
    return typed("ACME", "A10 2", "B20 10", "C30")


def replay(connection: sqlite3.Connection, sent: Sequence[Sent]) -> None:
    """The statements by the plain driver, every row fetched."""
    for how, sql, params in sent:
        if how == "execute":
            connection.execute(sql, params).fetchall()
        else:
            connection.executemany(sql, params)


def bare(path: Path) -> sqlite3.Connection:
    """Python's own sqlite3 with the workstation's settings."""
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=256)
    for pragma in SETTINGS:
        connection.execute(pragma)
    return connection


def compare_one(folder: Path, invoices: int) -> Figure:
    """Milliseconds for one invoice, medians."""
    recorded = open_books(str(shutil.copyfile(folder / "books.db", folder / "recorded.db")))
    issue_content(recorded, clerk(), three_lines())  # the first of a series sends more than the others
    recorded.shut()
    connection = bare(Path(shutil.copyfile(folder / "recorded.db", folder / "bare.db")))
    ours_path = str(shutil.copyfile(folder / "recorded.db", folder / "ours.db"))
    recorded = open_books(str(folder / "recorded.db"))
    streams: list[list[Sent]] = []
    for _ in range(invoices):
        with Recorder(recorded) as recorder:
            issue_content(recorded, clerk(), three_lines())
        streams.append(recorder.sent)
    recorded.shut()
    ours = open_books(ours_path)
    times: tuple[list[float], list[float]] = ([], [])
    for stream in streams:
        content, context = three_lines(), clerk()
        began = time.perf_counter()
        issue_content(ours, context, content)
        between = time.perf_counter()
        replay(connection, stream)
        times[0].append(between - began)
        times[1].append(time.perf_counter() - between)
    ours.shut()
    assert connection.execute("SELECT count(*) FROM invoice WHERE state = 'issued'").fetchone()[0] == invoices + 1
    connection.close()
    statements = sum(len(stream) for stream in streams) // len(streams)
    what = f"issue one invoice of 3 lines, {statements} statements"
    return Figure(what, "ms", median(times[0]) * 1000, median(times[1]) * 1000, target=2)


def orders(count: int) -> Iterator[Order]:
    """So many invoices for a batch."""
    for line in range(1, count + 1):
        yield Order(line, three_lines())


def compare_batch(folder: Path, invoices: int) -> Figure:
    """Seconds for a batch."""
    recorded = open_books(str(shutil.copyfile(folder / "books.db", folder / "batch.db")))
    with Recorder(recorded) as recorder:
        assert sum(1 for _ in issue_many(recorded, clerk(), orders(invoices))) == invoices
    recorded.shut()
    writes = [each for each in recorder.sent if each[1].split()[0] in ("BEGIN", "COMMIT", "INSERT", "UPDATE", "DELETE")]
    connection = bare(Path(shutil.copyfile(folder / "books.db", folder / "batch-bare.db")))
    began = time.perf_counter()
    replay(connection, writes)
    beside = time.perf_counter() - began
    connection.close()
    ours = open_books(str(shutil.copyfile(folder / "books.db", folder / "batch-ours.db")))
    began = time.perf_counter()
    for _ in issue_many(ours, clerk(), orders(invoices)):
        pass
    seconds = time.perf_counter() - began
    ours.shut()
    return Figure(f"issue {invoices:,} invoices in a batch", "s", seconds, beside, target=6)


def compare_issues(invoices: int = 300, batch: int = 10_000) -> list[Figure]:
    """Both figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        books = small_company(str(folder / "books.db"))
        books.shut()
        figures = [compare_one(folder, invoices)]
        if batch:
            figures.append(compare_batch(folder, batch))
        return figures


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--invoices", type=int, default=300, help="how many are issued one by one")
    parser.add_argument("--batch", type=int, default=10_000, help="how many are issued in a batch (0: none)")
    wanted = parser.parse_args()
    figures = compare_issues(wanted.invoices, wanted.batch)
    print(render(figures))
    return 0 if all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
