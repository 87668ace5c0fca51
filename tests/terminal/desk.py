"""A clerk's desk for the proofs: a copy of the sample, a workstation in a terminal, and a look into the books.

The books are read here by plain SQL, past the project's own queries: what is proved must not be its own witness.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.terminal.pseudo import Pseudo, python

ROOT = Path(__file__).parents[2]
#: Other books of the same make may be proved instead, for example a larger sample.
SAMPLE = Path(os.environ.get("TUI_BILLING_PROVE_ON", ROOT / "sample.db"))

#: An invoice from the overview: customer and three lines, then the question and its answer.
ENTER_INVOICE = "nacme<enter>a10 2<enter>b20 10<enter>c30<enter>"
ISSUE = "<c-s><enter>"
LINES = [("A10", 20000), ("B20", 100000), ("C30", 10000)]
ISSUED = r"(F\d{4}-\d{5}) is issued"


def copy_sample(folder: Path, name: str = "books.db") -> Path:
    """A copy of the sample in a folder of its own, so that `documents/` beside it is its own too."""
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(SAMPLE, folder / name))


def surroundings(operator: str = "zoe", **more: str | None) -> dict[str, str | None]:
    """The environment of a workstation: this checkout, whatever the working directory, and a clerk's name."""
    return {"PYTHONPATH": str(ROOT), "TUI_BILLING_OPERATOR": operator, **more}


def workstation(db: Path | str, *options: str) -> list[str]:
    """The command line that starts the workstation on these books."""
    return python("-m", "tui_billing", "--db", str(db), *options)


def open_workstation(
    db: Path | str, *options: str, operator: str = "zoe", env: dict[str, str | None] | None = None, **more: Any
) -> Pseudo:
    """A started workstation, not yet waited for."""
    return Pseudo(workstation(db, *options), env=surroundings(operator, **(env or {})), **more)


def run(db: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line on these books, without a terminal."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-m", "tui_billing", "--db", str(db), *arguments]
    return subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


def verify(db: Path) -> str:
    """ "" where `tui-billing verify` finds the books right, else what it says."""
    done = run(db, "verify")
    return "" if done.returncode == 0 else done.stdout + done.stderr


def rows(db: Path, sql: str, *parameters: object) -> list[tuple]:
    """What a query of the tables gives, read by a connection of our own."""
    from sqlcipher3 import dbapi2

    connection = dbapi2.connect(str(db), timeout=10)
    try:
        return connection.execute(sql, parameters).fetchall()
    finally:
        connection.close()


def value(db: Path, sql: str, *parameters: object) -> Any:
    """The first column of the first row."""
    return rows(db, sql, *parameters)[0][0]


def change(db: Path, sql: str, *parameters: object) -> None:
    """Write into the tables as a stranger with another tool would."""
    from sqlcipher3 import dbapi2

    connection = dbapi2.connect(str(db), timeout=10)
    try:
        connection.execute(sql, parameters)
        connection.commit()
    finally:
        connection.close()


def last_counter(db: Path) -> int:
    """The counter of the newest issued invoice."""
    return int(value(db, "SELECT max(counter) FROM invoice WHERE state = 'issued' AND kind = 'invoice'"))


def issued_since(db: Path, counter: int) -> list[tuple]:
    """(counter, buyer, gross, lines as (item, quantity)) of the invoices issued after a counter, in its order."""
    found = rows(
        db,
        "SELECT id, counter, buyer_name, gross FROM invoice"
        " WHERE state = 'issued' AND kind = 'invoice' AND counter > ? ORDER BY counter",
        counter,
    )
    return [
        (number, buyer, gross, [tuple(line) for line in lines_of(db, invoice_id)])
        for invoice_id, number, buyer, gross in found
    ]


def lines_of(db: Path, invoice_id: int) -> list[tuple]:
    """(item, quantity × 10^4) of each line."""
    sql = "SELECT item_code, quantity FROM invoice_line WHERE invoice_id = ? ORDER BY position"
    return rows(db, sql, invoice_id)


def drafts_of(db: Path, operator: str) -> list[tuple]:
    """(id, form, holder) of an operator's drafts, the newest last."""
    return rows(
        db,
        "SELECT i.id, i.form, i.holder FROM invoice i JOIN operator o ON o.id = i.operator_id"
        " WHERE i.state = 'draft' AND o.login = ? ORDER BY i.id",
        operator,
    )


def wait_file(path: Path, seconds: float = 10.0) -> Path:
    """Wait until a file is there (written atomically, so it is whole)."""
    end = time.perf_counter() + seconds
    while not path.exists():
        if time.perf_counter() > end:
            raise AssertionError(f"{path} was not written within {seconds} s")
        time.sleep(0.02)
    return path


@contextlib.contextmanager
def gate_held(db: Path) -> Iterator[None]:
    """The writer gate of the books in our hand, as another busy clerk's."""
    with db.with_name(db.name + ".writer").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
