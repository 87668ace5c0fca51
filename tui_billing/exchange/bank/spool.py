"""Statements one after the other, the lines of each laid down in a file until somebody wants them.

A statement's foot is known last and may refuse the whole of it; a hundred thousand lines are not held in memory
for that.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator
from typing import IO

from tui_billing.exchange.bank.detect import read
from tui_billing.exchange.bank.source import Options, Source
from tui_billing.rules.statement import Remark, Statement, StatementLine

#: Lines that are held at once.
CHUNK = 500
_IN_MEMORY = 4_000_000


class Lines:
    """The lines of one statement, in the order of the file; may be gone through again and again."""

    def __init__(self) -> None:
        self.count = 0
        #: What the lines are in where the file does not say it.
        self.currency = ""
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 (closed by `close`)
        self._chunk: list[StatementLine] = []

    def add(self, line: StatementLine) -> None:
        """Lay a line down."""
        self.count += 1
        self._chunk.append(line)
        if len(self._chunk) >= CHUNK:
            self._write()

    def _write(self) -> None:
        if self._chunk:
            self._file.seek(0, 2)
            # Written and read by this process alone.
            pickle.dump([tuple(line) for line in self._chunk], self._file, pickle.HIGHEST_PROTOCOL)
            self._chunk = []

    def chunks(self) -> Iterator[list[StatementLine]]:
        """Up to 500 lines at a time."""
        self._write()
        place, end = 0, self._file.seek(0, 2)
        while place < end:
            self._file.seek(place)
            rows = pickle.load(self._file)
            place = self._file.tell()
            lines = [StatementLine._make(row) for row in rows]
            if self.currency:
                lines = [line if line.currency else line._replace(currency=self.currency) for line in lines]
            yield lines

    def __iter__(self) -> Iterator[StatementLine]:
        for chunk in self.chunks():
            yield from chunk

    def close(self) -> None:
        """Let the file go."""
        self._file.close()


def statements(source: Source, options: Options) -> Iterator[tuple[Statement, Lines] | Remark]:
    """Each statement of the file with its lines, and what is to be said of those that are refused.

    Lines that are given out are closed when the next statement is asked for.
    """
    lines = Lines()
    try:
        for found in read(source, options):
            if isinstance(found, StatementLine):
                lines.add(found)
            elif isinstance(found, Statement):
                yield found, lines
                lines.close()
                lines = Lines()
            else:
                yield found
                if found.kind == "refused" and lines.count:
                    lines.close()
                    lines = Lines()
    finally:
        lines.close()
