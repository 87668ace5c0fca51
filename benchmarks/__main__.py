"""All measurements of the workstation beside their references; exit 1 where a target is missed.

    python -m benchmarks [--runs N] [--large BOOKS | --invoices N]

The large books are generated (`benchmarks.generate`) unless they are there; `--invoices 0` leaves them out.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.keys import compare_bursts, compare_keys, measure_lists
from benchmarks.start import HERE, SAMPLE, compare_starts
from benchmarks.statistics_ import render


def generate(invoices: int, path: Path) -> None:
    """Make large books, unless they are there."""
    if not path.exists():
        command = [
            sys.executable,
            "-m",
            "benchmarks.generate",
            "--invoices",
            str(invoices),
            "--db",
            str(path),
        ]
        subprocess.run(command, cwd=HERE.parent, check=True)


def main() -> int:
    """Run all, print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=11, help="starts of each side")
    parser.add_argument("--invoices", type=int, default=1_000_000, help="how many the large books hold")
    parser.add_argument("--large", type=Path, help="where the large books lie, kept for the next run")
    wanted = parser.parse_args()
    figures = compare_starts(SAMPLE, "sample.db", runs=wanted.runs)
    figures += compare_keys(SAMPLE)
    figures += compare_bursts(SAMPLE)
    figures += measure_lists(SAMPLE)
    if wanted.large or wanted.invoices:
        large = wanted.large or Path(tempfile.gettempdir()) / f"tui-billing-{wanted.invoices}.db"
        generate(wanted.invoices, large)
        figures += compare_starts(large, f"{wanted.invoices:,} invoices", runs=wanted.runs)
    print(render(figures))
    return 0 if all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
