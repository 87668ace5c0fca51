"""Documents on the disk: where they lie, and how they get there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

from tui_billing.rules.problem import Problem

_NUMBER = re.compile(r"[A-Za-z0-9+\-_/]{1,35}")


def document_path(folder: Path, number: str) -> Path:
    """The file of a document: its number, `/` as `-`; a Problem where that could name another place."""
    if not _NUMBER.fullmatch(number):
        raise Problem("{number} is not a document number", field="number", number=number)
    return Path(folder) / f"{number.replace('/', '-')}.pdf"


def partial_path(path: Path, process: int) -> Path:
    """The file beside `path` that a process writes before it takes the name over."""
    return path.with_name(f".{path.name}.{process}.part")


def write_atomically(path: Path, content: bytes) -> None:
    """Put `content` at `path`, readable by its owner alone; after a crash the old or the new file is there, whole.

    OSError where the disk refuses (full, read-only); nothing is left behind then.
    """
    path = Path(path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = partial_path(path, os.getpid())
    partial.unlink(missing_ok=True)
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(handle, rest) :]
            os.fsync(handle)
        finally:
            os.close(handle)
        partial.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def unwritten(path: Path, error: Exception) -> Problem:
    """What is said where a disk refuses a file."""
    return Problem(
        "{path} could not be written: {reason}; make room or choose another folder",
        path=str(path),
        reason=getattr(error, "strerror", None) or str(error),
    )
