"""The month's proof beside one SQL statement of its largest sum: the receivables account as of the month's end.

    python -m benchmarks.proof [--invoices N] [--keep FOLDER] [--runs N]

Books are generated, or those in FOLDER used again; both sides run in turn, the best of the runs counts (CPU seconds).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.statistics_ import Figure, render
from tui_billing.models.door import Books, open_books
from tui_billing.rules.proof import month_of
from tui_billing.services.proof import prove

_BY_HAND = (
    "SELECT sum(l.debit - l.credit) FROM posting p JOIN posting_line l ON l.posting_id = p.id"
    " WHERE p.date <= ? AND l.account = '411000'"
)


def best(runs: int, act: Callable[[], object]) -> float:
    """CPU seconds of the fastest run."""
    found = []
    for _ in range(runs):
        begun = time.process_time()
        act()
        found.append(time.process_time() - begun)
    return min(found)


def compare(books: Books, month: str, runs: int) -> list[Figure]:
    """Both sides on the same books."""
    _month, last = month_of(month)
    proof = prove(books, month)
    by_hand = books.value(_BY_HAND, (last.isoformat(),))
    if proof.receivables.journal != by_hand:
        raise AssertionError(f"the proof says {proof.receivables.journal}, by hand it is {by_hand}")
    ours = best(runs, lambda: prove(books, month))
    beside = best(runs, lambda: books.value(_BY_HAND, (last.isoformat(),)))
    return [Figure(f"proof of {month}", "s", ours, beside, target=4)]


def main() -> int:
    """Print the figure; exit 1 where the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--invoices", type=int, default=200_000)
    parser.add_argument("--month", default="2026-10")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="where the books lie, kept for the next run")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = (wanted.keep or Path(folder)) / "books.db"
        if not place.exists():
            command = [sys.executable, "-m", "benchmarks.generate", "--invoices", str(wanted.invoices), "--db"]
            subprocess.run([*command, str(place)], check=True, stdout=subprocess.DEVNULL, cwd=Path(__file__).parents[1])
        books = open_books(str(place))
        figures = compare(books, wanted.month, wanted.runs)
        books.shut()
    print(render(figures))
    return 0 if all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
