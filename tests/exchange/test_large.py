"""A file of 300 MB: read in little memory, taken in whole, its answer written while it is read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import statements as large
from benchmarks.statistics_ import Figure

ROOT = Path(__file__).parents[2]
_RUN = """
import sys
from pathlib import Path
from tui_billing.__main__ import main
code = main(sys.argv[1:])
# Not ru_maxrss: that begins with what the process weighed which started this one.
status = Path("/proc/self/status").read_text()
sys.stderr.write("peak " + status.partition("VmHWM:")[2].split()[0] + "\\n")
sys.exit(code)
"""


def run(*arguments: str) -> tuple[int, int, int]:
    """(exit code, lines of the answer, peak KiB) of the command line in a process of its own."""
    with subprocess.Popen(
        [sys.executable, "-c", _RUN, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout and process.stderr
        lines = sum(1 for _ in process.stdout)
        told = process.stderr.read()
    return process.returncode, lines, int(told.rsplit("peak ", 1)[1])


@pytest.mark.parametrize("entries", [3_000, pytest.param(480_000, marks=pytest.mark.prove)])
def test_memory_does_not_grow_with_the_file(tmp_path, entries):
    path = tmp_path / "statement.xml"
    large.generate(path, entries, seed=7)
    code, lines, peak = run("bank", "import", str(path), "--dry-run", "--json")
    assert code == 0 and lines >= entries
    assert peak < 90 * 1024, f"{peak} KiB for {path.stat().st_size} bytes"


def test_both_sides_of_the_measurement_see_every_entry(tmp_path):
    figures = large.compare(500, 3, tmp_path)
    assert len(figures) == 5 and all(isinstance(figure, Figure) and figure.ours > 0 for figure in figures)
