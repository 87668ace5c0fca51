"""From key to paint, bytes on the line and bursts in invoice entry, beside a bare Input typed the same.

    python -m benchmarks.keys [--db BOOKS] [--rounds N] [--bare-width CELLS]

The books are copied first: what is typed here is kept as a draft.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.start import BARE, BARE_READY, HERE, OVERVIEW_READY, SAMPLE, workstation
from benchmarks.statistics_ import Figure, median, percentile, render
from tests.terminal.pseudo import Cost, Pseudo

ENTRY_READY = "Customer"
CUSTOMER = "ACME<enter>"
# Quantity, price, discount and text: keys that change the totals and keys that do not.
LINE = "12.5 @649.90 -10% v20 ; Consulting"
LOOKUP = "c30"
BURST_LINE = "a10 2 @650 ; Consulting, two days<enter>"
BURST = CUSTOMER + BURST_LINE * 6
_CLOCK = re.compile(r"\d\d:\d\d:\d\d")


@contextmanager
def opened(argv: list[str], ready: str, home: Path, *, rows: int, cols: int) -> Iterator[Pseudo]:
    """A program that stands at its first screen and is silent."""
    surroundings = {"HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "COLORTERM": "truecolor"}
    with Pseudo(argv, rows=rows, cols=cols, env=surroundings, cwd=HERE.parent, timeout=30) as program:
        program.wait_for(ready)
        program.settle(0.5)
        yield program


@contextmanager
def copied(db: Path) -> Iterator[tuple[Path, Path]]:
    """A throw-away home with a copy of the books in it."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "books.db"
        shutil.copyfile(db, copy)
        yield Path(folder), copy


def open_entry(program: Pseudo) -> None:
    """From the overview to an empty invoice."""
    program.send("n")
    program.wait_for(ENTRY_READY)
    program.settle()


def compare_keys(
    db: Path = SAMPLE, *, rounds: int = 6, rows: int = 24, cols: int = 80, bare_width: int = 0
) -> list[Figure]:
    """Paint times and bytes per key in a line of invoice entry, turn by turn with the bare Input."""
    ours: list[Cost] = []
    bare: list[Cost] = []
    looked_up: list[Cost] = []
    reference = [*BARE, str(bare_width)] if bare_width else BARE
    with (
        copied(db) as (home, books),
        opened(reference, BARE_READY, home, rows=rows, cols=cols) as plain,
        opened(workstation(books), OVERVIEW_READY, home, rows=rows, cols=cols) as station,
    ):
        idle = station.idle_bytes(5.0)
        open_entry(station)
        station.send(CUSTOMER)
        station.settle()
        for turn in range(rounds + 1):
            pair = []
            for program in (plain, station):
                typed = program.send(LINE, quiet=0.06)
                program.send(f"<backspace*{len(typed)}>", quiet=0.03)
                program.settle(0.3)
                pair.append(typed)
            if turn:
                bare += pair[0]
                ours += pair[1]
        for _ in range(3):
            # Slow enough for the suggestions to come after each key.
            looked_up += station.send(LOOKUP, quiet=0.3, patience=0.4)
            station.send(f"<backspace*{len(LOOKUP)}>")
            station.settle(0.3)
    return [
        Figure("key to paint in entry, p50", "ms", _paint(ours, 0.5), _paint(bare, 0.5)),
        Figure("key to paint in entry, p95", "ms", _paint(ours, 0.95), _paint(bare, 0.95), target=1.5),
        Figure("bytes a typed key in entry, p50", "B", _bytes(ours, 0.5), _bytes(bare, 0.5)),
        Figure("bytes a typed key in entry, mean", "B", _mean(ours), _mean(bare), target=1.2, limit=300),
        Figure("bytes a key in a look-up, most", "B", max(cost.bytes for cost in looked_up), limit=1000),
        Figure("bytes sent while idle for 5 s", "B", idle, limit=0),
    ]


def compare_bursts(db: Path = SAMPLE, *, times: int = 5, rows: int = 24, cols: int = 80) -> list[Figure]:
    """A whole entry in one write beside the same typed slowly: milliseconds a key, how many differed."""
    keys = Pseudo.keys(BURST)
    per_key: list[float] = []
    per_key_bare: list[float] = []
    different = 0
    slowly = ""
    for turn in range(times + 1):
        with copied(db) as (home, books):
            with opened(workstation(books), OVERVIEW_READY, home, rows=rows, cols=cols) as station:
                open_entry(station)
                if turn == 0:
                    station.send(BURST, quiet=0.02, patience=0.1)
                    station.settle(1.0)
                    slowly = _CLOCK.sub("", station.text)
                    continue
                cost = station.burst(BURST, quiet=0.6)
                per_key.append(cost.paint_ms / keys)
                station.settle(0.6)
                different += _CLOCK.sub("", station.text) != slowly
            with opened(BARE, BARE_READY, home, rows=rows, cols=cols) as plain:
                cost = plain.burst(BURST.replace("<enter>", ""), quiet=0.6)
                per_key_bare.append(cost.paint_ms / (keys - BURST.count("<enter>")))
    return [
        Figure(f"burst of {keys} keys, a key", "ms", median(per_key), median(per_key_bare), limit=3),
        Figure(f"bursts of {times} that ended otherwise", "", different, limit=0),
    ]


def measure_lists(db: Path = SAMPLE, *, rows: int = 24, cols: int = 80) -> list[Figure]:
    """Bytes and paint time of a move and of a page in the invoice list."""
    with (
        copied(db) as (home, books),
        opened(workstation(books), OVERVIEW_READY, home, rows=rows, cols=cols) as station,
    ):
        station.send("2")
        station.settle(0.5)
        # Within the page: a move at its edge scrolls, and is counted with the pages.
        moves = station.send("<down*8><up*8>", quiet=0.06)
        pages = station.send("<pgdn*5><pgup*5>", quiet=0.15)
    return [
        Figure("bytes a move in a list, p95", "B", _bytes(moves, 0.95), limit=500),
        Figure("key to paint of a move in a list, p95", "ms", _paint(moves, 0.95)),
        Figure("bytes a page in a list, p95", "B", _bytes(pages, 0.95), limit=5000),
        Figure("key to paint of a page in a list, p95", "ms", _paint(pages, 0.95)),
    ]


def _paint(costs: list[Cost], share: float) -> float:
    return percentile((cost.paint_ms for cost in costs), share)


def _bytes(costs: list[Cost], share: float) -> float:
    return percentile((cost.bytes for cost in costs), share)


def _mean(costs: list[Cost]) -> float:
    return sum(cost.bytes for cost in costs) / len(costs)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", type=Path, default=SAMPLE, help="SQLite books; sample.db if none is given")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--bare-width", type=int, default=0, help="cells of the bare field; 0: the whole line")
    parser.add_argument("--rows", type=int, default=24)
    parser.add_argument("--cols", type=int, default=80)
    wanted = parser.parse_args()
    size = {"rows": wanted.rows, "cols": wanted.cols}
    figures = [
        *compare_keys(wanted.db, rounds=wanted.rounds, bare_width=wanted.bare_width, **size),
        *compare_bursts(wanted.db, **size),
        *measure_lists(wanted.db, **size),
    ]
    print(render(figures))
    return 0 if all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
