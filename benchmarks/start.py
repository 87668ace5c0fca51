"""Start to a usable overview, and memory, beside a bare Textual app with one Input.

    python -m benchmarks.start [--db BOOKS] [--runs N] [--rows R --cols C]

A start is timed from the spawn to the byte that completes the wanted screen. The two sides take turns, so
that what else the machine does falls on both.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.statistics_ import Figure, median, render
from tests.terminal.pseudo import Pseudo, python

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parent / "sample.db"
BARE = python(str(HERE / "bare.py"))
BARE_READY = "ready"
# The overview is usable when its figures stand there, not when its frame does.
OVERVIEW_READY = r"overdue\s+\d"


@dataclass(frozen=True, slots=True)
class Start:
    """One start: seconds to the byte that completed the screen, KiB resident once settled, bytes."""

    seconds: float
    rss_kib: int
    bytes: int


def workstation(db: Path | str) -> list[str]:
    """The command line of the workstation on these books."""
    return python("-m", "tui_billing", "--db", str(db))


def time_start(argv: Sequence[str], ready: str, home: Path, *, rows: int = 24, cols: int = 80) -> Start:
    """Start a program once, wait for its screen, let it settle, and end it."""
    surroundings = {"HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "COLORTERM": "truecolor"}
    with Pseudo(argv, rows=rows, cols=cols, env=surroundings, cwd=HERE.parent, timeout=60) as program:
        program.wait_for(ready)
        seconds = program.matched_s
        program.settle(0.3)
        return Start(seconds, program.rss_kib, len(program.raw))


def compare_starts(db: Path | str, label: str, *, runs: int = 11, rows: int = 24, cols: int = 80) -> list[Figure]:
    """The figures of start and memory on these books; the first start of each side only warms the caches."""
    ours: list[Start] = []
    bare: list[Start] = []
    with tempfile.TemporaryDirectory() as home:
        if Path(db) == SAMPLE:  # a workstation on the sample itself would change the file that is kept
            db = shutil.copy(SAMPLE, home)
        for run in range(runs + 1):
            pair = (
                time_start(BARE, BARE_READY, Path(home), rows=rows, cols=cols),
                time_start(workstation(db), OVERVIEW_READY, Path(home), rows=rows, cols=cols),
            )
            if run:
                bare.append(pair[0])
                ours.append(pair[1])
    return [
        Figure(
            f"start to a usable overview, {label}",
            "ms",
            median(start.seconds for start in ours) * 1000,
            median(start.seconds for start in bare) * 1000,
            target=1.6,
        ),
        Figure(
            f"memory of one clerk, {label}",
            "MiB",
            median(start.rss_kib for start in ours) / 1024,
            median(start.rss_kib for start in bare) / 1024,
            target=1.6,
        ),
    ]


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", default=str(SAMPLE), help="a path or URL of books; sample.db if none is given")
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--rows", type=int, default=24)
    parser.add_argument("--cols", type=int, default=80)
    wanted = parser.parse_args()
    figures = compare_starts(wanted.db, Path(wanted.db).name, runs=wanted.runs, rows=wanted.rows, cols=wanted.cols)
    print(render(figures))
    return 0 if all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
