"""The payment queue on large books beside the same on small ones: opened, moved in, paged, posted in.

    python -m benchmarks.payment_queue [--lines N] [--rounds N] [--keep FOLDER]

N bank lines wait beside as many open invoices, and a hundredth of both in the small books; every figure is the median
of what the screen asks the books for at that key. Books that lie in FOLDER are used again.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.statements import make_books
from benchmarks.statistics_ import Figure, median, render
from tui_billing.models.door import Books, open_books
from tui_billing.models.queries import payments
from tui_billing.models.queries.payments import QueuePage, Waiting
from tui_billing.rules.matching.facts import Standing
from tui_billing.services.clear import clear_line
from tui_billing.services.context import Context
from tui_billing.services.matching import suggest, take_of
from tui_billing.services.queue import propose
from tui_billing.services.statements import import_statements

#: Rows of a page of the table.
PAGE = 50
#: The day on which the books begin to receive money by the statement.
FIRST = ("2026-11-01", 0, 0)
_ADDS_UP = ("open", "post")
CONTEXT = Context("bench", dt.date(2026, 11, 25), role="supervisor")


def prepare(folder: Path, lines: int, seed: int) -> Books:
    """Books in which that many lines wait; made where they are not there."""
    folder.mkdir(exist_ok=True)
    if not (folder / "books.db").exists():
        make_books(folder, lines, seed)
    books = open_books(str(folder / "books.db"))
    for _taken in import_statements(books, CONTEXT.command(), folder / "statement.xml"):
        pass
    return books


def taken(rounds: int, act: Callable[[int], object]) -> float:
    """Median milliseconds of one act."""
    found = []
    for round_ in range(rounds):
        begun = time.perf_counter()
        act(round_)
        found.append(1000 * (time.perf_counter() - begun))
    return median(found)


def measure(books: Books, rounds: int) -> dict[str, float]:
    """Milliseconds of each key."""

    def page(direction: str, key: payments.Key | None) -> QueuePage:
        return payments.page(books, direction, key, PAGE)

    rows = [one for one in payments.page(books, "next", FIRST, 6 * rounds).rows if one.kind == "bank_line"]
    times = {}

    def look(row: Waiting) -> None:
        propose(books, row)
        payments.balance_after(books, row.id)

    def open_it(_round: int) -> None:
        payments.totals(books)
        look(page("first", None).rows[0])

    times["open"] = taken(rounds, open_it)
    times["move"] = taken(rounds, lambda round_: look(rows[round_ % len(rows)]))
    times["page down"] = taken(rounds, lambda round_: page("next", rows[round_ % len(rows)].key))
    times["last page"] = taken(rounds, lambda _round: page("last", None))
    clear = []
    for row in rows:
        verdict = suggest(books, row.line)
        if verdict.best is not None and verdict.standing == Standing.CLEAR:
            clear.append((row, verdict.best))
    posted = clear[:rounds]

    def post(round_: int) -> None:
        row, best = posted[round_]
        clear_line(books, CONTEXT.command(), take_of(row.id, best))
        payments.totals(books)
        look(page("around", row.key).rows[-1])

    times["post"] = taken(len(posted), post)
    return times


def compare(lines: int, seed: int, rounds: int, folder: Path) -> list[Figure]:
    """Large beside small."""
    sides = []
    for count in (lines // 100, lines):
        books = prepare(folder / str(count), count, seed)
        measure(books, 3)  # what is read first is not in memory yet
        sides.append(measure(books, rounds))
        books.shut()
    small, large = sides
    # What waits is added up from an index alone, which is as long as the queue: opening and posting have a limit.
    return [
        Figure(f"{key}, {lines:,} lines wait", "ms", large[key], small[key], None if key in _ADDS_UP else 4, 100)
        for key in small
    ]


def main() -> int:
    """Print the figures; exit 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="where the books lie, kept for the next run")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = compare(wanted.lines, wanted.seed, wanted.rounds, wanted.keep or Path(folder))
    print(render(figures))
    return 0 if all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
