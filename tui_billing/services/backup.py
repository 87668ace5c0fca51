"""Backup and restore: a whole, verified copy of the books, and putting one in their place."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tui_billing.documents.store import copy_missing
from tui_billing.models.door import Books, Gate, explained, open_books
from tui_billing.models.tables import database
from tui_billing.rules.problem import Problem, Refused, Unusable
from tui_billing.services.attachments import attachment_folder
from tui_billing.services.verify import Difference, verify

#: What may lie beside an SQLite file and belongs to it.
COMPANIONS = ("-wal", "-shm", ".writer")


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was written: where, its SHA-256, its size in bytes, and what `verify` found in it."""

    path: Path
    sha256: str
    size: int
    differences: list[Difference]


def manifest_of(path: Path) -> Path:
    """The file beside a backup that holds its SHA-256, in the form that `sha256sum -c` reads."""
    return path.with_name(path.name + ".sha256")


def back_up(books: Books, path: Path) -> Backup:
    """Write the books as they are now into a new file at `path`, whole or not at all, and verify the copy.

    Others keep working meanwhile. The copy of encrypted books has the same key. A file that exists is
    refused, so are books on a PostgreSQL server, which has tools of its own.
    """
    if books.engine != "sqlite":
        raise Refused("these books lie on a PostgreSQL server; back them up with pg_dump")
    path = path.absolute()
    _require_absent(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with _own_umask(), explained(str(part)):
            books.db.execute_sql("VACUUM INTO ?", (str(part),))
        # Papers lie under their hash: backups in one folder share them, and each adds only what is new.
        copy_missing(attachment_folder(books), path.parent / "attachments")
        differences = _verified(part, books)
        digest, size = _digest(part), part.stat().st_size
        _sync(part)
        _require_absent(path)
        part.rename(path)
        manifest_of(path).write_text(f"{digest}  {path.name}\n", encoding="utf-8")
        _sync(manifest_of(path))
        _sync(path.parent)
    except OSError as error:
        raise _unwritten(path, error) from None
    finally:
        _remove(part)
    return Backup(path, digest, size, differences)


def restore(source: Path, target: Path, *, force: bool = False) -> Backup:
    """Put a backup at `target`; what lies there is refused, or with `force` moved aside and kept.

    The backup is verified first: against its SHA-256 where that lies beside it, then by `verify`. One with
    differences is refused. Books that another program has open are never moved.
    """
    source, target = source.absolute(), target.absolute()
    if not source.is_file():
        raise Problem("there is no backup at {path}; name the file that backup has written", path=source)
    if target.exists() and not force:
        raise Refused("{path} exists; add --force to move it aside, or choose another --db", path=target)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _own_umask():
            shutil.copyfile(source, part)
        digest = _digest(part)
        _compare(source, digest)
        copy_missing(source.parent / "attachments", target.parent / "attachments")
        differences = _verified(part, None)
        if differences:
            return Backup(target, digest, part.stat().st_size, differences)
        _sync(part)
        size = part.stat().st_size
        _move_aside(target)
        part.rename(target)
        _sync(target.parent)
    except OSError as error:
        raise _unwritten(target, error) from None
    finally:
        _remove(part)
    return Backup(target, digest, size, [])


def _unwritten(path: Path, error: OSError) -> Problem:
    return Problem(
        "{path} could not be written: {reason}; make room or choose another folder",
        path=path,
        reason=error.strerror or str(error),
    )


def _require_absent(path: Path) -> None:
    if path.exists():
        raise Problem("{path} exists already; choose another file name", path=path)


def _verified(part: Path, books: Books | None) -> list[Difference]:
    """What `verify` finds in a copy; the models look at the books they had before again afterwards."""
    copy = open_books(str(part))
    try:
        return verify(copy)
    finally:
        copy.shut()
        if books is not None:
            database.initialize(books.db)


def _compare(source: Path, digest: str) -> None:
    manifest = manifest_of(source)
    if manifest.exists() and manifest.read_text(encoding="utf-8", errors="replace").split()[:1] != [digest]:
        raise Unusable("{path} is not what was backed up: its SHA-256 differs; take another backup", path=source)


def _move_aside(target: Path) -> None:
    """Keep what lies at the target under another name; refused while somebody has it open.

    A write-ahead log that was left there alone goes too: SQLite would play it into the restored books.
    """
    gate = Gate(target)
    try:
        with gate:
            if target.exists():
                _require_alone(target)
            aside = target.with_name(f"{target.name}.replaced-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}")
            for suffix in ("-wal", "-shm"):
                companion = target.with_name(target.name + suffix)
                if companion.exists():
                    companion.rename(aside.with_name(aside.name + suffix))
            if target.exists():
                target.rename(aside)
    finally:
        gate.close()


def _require_alone(target: Path) -> None:
    """SQLite leaves WAL mode only for a connection that is alone; a damaged file cannot be asked."""
    from sqlcipher3 import dbapi2

    connection = dbapi2.connect(str(target), isolation_level=None, timeout=0.2)
    try:
        connection.execute("PRAGMA journal_mode = DELETE")
    except dbapi2.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise Unusable("{path} is open in another program; close that program and try again", path=target) from None
    except dbapi2.DatabaseError:
        pass
    finally:
        connection.close()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(part: Path) -> None:
    for suffix in ("", "-journal", *COMPANIONS):
        with contextlib.suppress(OSError):
            part.with_name(part.name + suffix).unlink(missing_ok=True)


@contextlib.contextmanager
def _own_umask() -> Iterator[None]:
    """A copy of the books is its owner's alone."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)
