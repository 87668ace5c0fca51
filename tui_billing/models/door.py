"""The one door to the books: a database, its connection settings, the writer gate, and migrations.

SQLite goes through sqlcipher3 (its SQLite has the WAL-reset fix, and it encrypts where a key is set);
PostgreSQL through psycopg 3. Every write on SQLite holds a file lock beside the database: `busy_timeout`
alone lets one busy clerk starve another, and the lock dies with its process.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tui_billing.models import ddl, guards
from tui_billing.models.engine import database
from tui_billing.rules.problem import Unusable

import peewee  # isort: skip  (after the engine, which imports it the thrifty way)

#: "TUIB": what an SQLite file of ours carries in its header.
APPLICATION_ID = 0x54554942
MIGRATIONS = Path(__file__).parent / "migrations"
#: WAL-reset fix: SQLite versions that may share a WAL between several writers.
_FIXED = ((3, 44, 6), (3, 50, 7), (3, 51, 3))

_PRAGMAS = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",  # else INSERT OR REPLACE walks past the BEFORE DELETE guards
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA mmap_size = 0",
    "PRAGMA cache_size = -2000",  # KiB: sixty clerks share the machine, and the system caches the file
)


class _Sqlite(peewee.SqliteDatabase):
    """SQLite by sqlcipher3; never creates a file by itself; every connection gets the settings above."""

    key: str = ""

    def _connect(self):
        from sqlcipher3 import dbapi2

        uri = Path(self.database).absolute().as_uri() + "?mode=rw"
        connection = dbapi2.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        try:
            if self.key:
                # Without this line a wrong key writes to stderr, into the clerk's screen.
                connection.execute("PRAGMA cipher_log_level = NONE")
                connection.execute("PRAGMA key = '" + self.key.replace("'", "''") + "'")
            for pragma in _PRAGMAS:
                connection.execute(pragma)
            self._add_conn_hooks(connection)
        except Exception:
            connection.close()
            raise
        return connection


class Interrupted(Exception):  # noqa: N818 (it was asked for, it is no error)
    """A read was given up on request (`Books.interrupt`); its connection is as good as before."""


class Gate:
    """The right to write: a lock on `<database>.writer`, fair and gone with its process."""

    def __init__(self, path: Path) -> None:
        self.path = path.with_name(path.name + ".writer")
        self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
        with contextlib.suppress(OSError):  # whoever may write the books may hold their gate, whatever the umask
            os.fchmod(self._handle, path.stat().st_mode & 0o777)
        # The file lock is the process's: threads of one process stand in line here first.
        self._thread = threading.Lock()

    def __enter__(self) -> Gate:
        self._thread.acquire()
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX)
        except BaseException:
            self._thread.release()
            raise
        with contextlib.suppress(OSError):  # a full disk cannot take the name of the holder; the lock stands
            os.pwrite(self._handle, f"{os.getpid():<10}".encode(), 0)
        return self

    def __exit__(self, *_: object) -> None:
        fcntl.flock(self._handle, fcntl.LOCK_UN)
        self._thread.release()

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[bool]:
        """The lock if it is free within `seconds`, else without it: yields whether it is held."""
        deadline = time.monotonic() + seconds
        held = self._thread.acquire(timeout=seconds)
        locked = False
        try:
            while held and not locked:
                try:
                    fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    locked = True
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        break
                    time.sleep(0.02)
            yield locked
        finally:
            if locked:
                fcntl.flock(self._handle, fcntl.LOCK_UN)
            if held:
                self._thread.release()

    def holder(self) -> int:
        """The process that wrote last: while a write waits, the one it waits for."""
        with contextlib.suppress(ValueError, OSError):
            return int(os.pread(self._handle, 10, 0))
        return 0

    def close(self) -> None:
        os.close(self._handle)


class Books:
    """An open set of books. Connections are per thread; `close` closes the calling thread's."""

    def __init__(self, url: str, db: peewee.Database, gate: Gate | None) -> None:
        self.url = url
        self.db = db
        self.path = Path(url) if gate else None
        self.engine = ddl.dialect(db)
        self._gate = gate
        #: What the services keep of the books' company, read once.
        self.firm: Any = None
        self.operators: dict[str, int] = {}

    # -- reading ---------------------------------------------------------

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple]:
        """All rows of a query, its cursor closed; `?` marks a parameter on both engines."""
        with explained(self.url):
            cursor = self.db.execute_sql(self.sql(sql), params)
            try:
                # Rows are stepped through here, so the driver's own errors come here, too (interrupted, corrupt).
                with peewee.__exception_wrapper__:
                    return cursor.fetchall()
            finally:
                cursor.close()

    def row(self, sql: str, params: Sequence[object] = ()) -> tuple | None:
        """The first row of a query, or None."""
        found = self.rows(sql, params)
        return found[0] if found else None

    def value(self, sql: str, params: Sequence[object] = ()) -> object:
        """The first column of the first row, or None."""
        found = self.row(sql, params)
        return found[0] if found else None

    def sql(self, text: str) -> str:
        """The statement with the engine's own mark of a parameter."""
        return text if self.engine == "sqlite" else text.replace("%", "%%").replace("?", "%s")

    def data_version(self) -> int:
        """A number that changes when somebody else has committed."""
        if self.engine == "sqlite":
            return int(self.value("PRAGMA data_version"))  # type: ignore[call-overload]
        return int(self.value("SELECT coalesce(max(seq), 0) FROM change"))  # type: ignore[call-overload]

    def interrupt(self, connection: object) -> None:
        """Let the read that runs on another thread's connection end with `Interrupted`; may be called from any
        thread, and may also hit the statement after the one that was meant."""
        with contextlib.suppress(Exception):
            if self.engine == "sqlite":
                connection.interrupt()  # type: ignore[attr-defined]
            else:
                connection.cancel()  # type: ignore[attr-defined]

    # -- writing ---------------------------------------------------------

    @contextlib.contextmanager
    def write(self) -> Iterator[None]:
        """One transaction that holds the gate; rolled back whole on any error.

        On SQLite the commit, and so the automatic checkpoint, happens inside the gate.
        """
        with explained(self.url), self._gate or contextlib.nullcontext():
            if database.obj is not self.db:  # other books were opened meanwhile (a backup that is proved)
                database.initialize(self.db)
            self.db.connect(reuse_if_open=True)
            begin = "BEGIN IMMEDIATE" if self.engine == "sqlite" else "BEGIN"
            self.db.execute_sql(begin)
            try:
                yield
                self.db.execute_sql("COMMIT")
            except BaseException:
                self._abandon()
                raise

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[None]:
        """All reads inside see the books as they are now, whatever is committed meanwhile; for short."""
        with explained(self.url):
            self.db.connect(reuse_if_open=True)
            repeatable = " ISOLATION LEVEL REPEATABLE READ READ ONLY" if self.engine == "postgres" else ""
            self.db.execute_sql("BEGIN" + repeatable)
            try:
                yield
            finally:
                self._abandon()

    def _abandon(self) -> None:
        """Roll back; a connection that cannot even do that is given up."""
        try:
            self.db.execute_sql("ROLLBACK")
        except Exception:
            with contextlib.suppress(Exception):
                self.db.close()

    def waits_for(self) -> int:
        """The process id that holds the writer gate (0: nobody known)."""
        return self._gate.holder() if self._gate else 0

    def close(self) -> None:
        """Close this thread's connection, under the gate: the last close checkpoints.

        A writer that hangs keeps nobody from going home: the gate is waited for two seconds at most.
        """
        with contextlib.suppress(Exception), self._gate.within(2) if self._gate else contextlib.nullcontext():
            self.db.close()

    def shut(self) -> None:
        """Close this thread's connection and the gate; the books are not used again."""
        self.close()
        if self._gate:
            self._gate.close()
            self._gate = None


@contextlib.contextmanager
def explained(url: str) -> Iterator[None]:
    """Turn a driver's failure into one sentence; constraint violations pass (they are the verbs' own)."""
    try:
        yield
    except peewee.IntegrityError:
        raise
    except (peewee.DatabaseError, peewee.InterfaceError) as error:
        if retryable(error):
            raise
        if _was_interrupted(error):
            raise Interrupted from error
        raise _unusable(url, error) from error


def _was_interrupted(error: BaseException) -> bool:
    """SQLITE_INTERRUPT (also while the search index is being opened), or PostgreSQL's query_canceled."""
    text = str(error)
    return text == "interrupted" or text.startswith("vtable constructor failed") or sqlstate(error) == "57014"


def _unusable(url: str, error: Exception) -> Exception:
    text = str(error).lower()
    place = url.rpartition("@")[2] if "://" in url else url
    if "full" in text or "no space" in text:
        return Unusable("the disk is full: nothing was saved; free some space and try again", path=place)
    if "locked" in text or "busy" in text:
        return Unusable("{path} is locked by another program; close that program and try again", path=place)
    if "readonly" in text or "read-only" in text or "read only" in text:
        return Unusable("{path} cannot be written; ask for write access to the file and its folder", path=place)
    if "i/o error" in text or "unable to open" in text:
        return Unusable("the disk of {path} fails ({reason}): nothing was saved", path=place, reason=text)
    if "malformed" in text or "corrupt" in text or "disk image" in text:
        return Unusable("{path} is damaged; restore the last backup with: tui-billing restore", path=place)
    if "not a database" in text or "encrypted" in text:
        return Unusable("{path} is not a billing database, or its key is another one", path=place)
    if isinstance(error, peewee.OperationalError) and ("connect" in text or "server" in text):
        reason = str(error).splitlines()[0]
        return Unusable("the database server at {path} does not answer: {reason}", path=place, reason=reason)
    return error


def retryable(error: BaseException) -> bool:
    """Whether the whole transaction may be tried again (serialization failure, deadlock; PostgreSQL)."""
    return sqlstate(error) in ("40001", "40P01")


def sqlstate(error: BaseException) -> str:
    """The SQLSTATE of PostgreSQL's refusal, which Peewee wraps in an exception of its own ("" where none)."""
    for each in (error, *error.args, error.__cause__, error.__context__):
        if state := getattr(each, "sqlstate", None):
            return str(state)
    return ""


def open_books(url: str, *, create: bool = False) -> Books:
    """Open the books at a path or URL (`postgresql://…`), migrated to this version.

    `create` makes a new, empty set; otherwise a missing, empty, foreign, damaged or newer database is
    refused with `Unusable`. Raises `Unusable` alone.
    """
    if url.startswith(("postgresql://", "postgres://")):
        books = _open_postgres("postgresql://" + url.partition("://")[2])
    else:
        books = _open_sqlite(Path(url.removeprefix("sqlite:///")).expanduser(), create=create)
    database.initialize(books.db)
    try:
        with explained(books.url):
            _migrate(books, create=create)
    except BaseException:
        books.shut()
        if create and books.path:
            _remove(books.path)
        raise
    return books


def _remove(path: Path) -> None:
    """Take away the files of books that could not be made."""
    for end in ("", "-wal", "-shm", "-journal", ".writer"):
        with contextlib.suppress(OSError):
            path.with_name(path.name + end).unlink(missing_ok=True)


def _open_postgres(url: str) -> Books:
    from tui_billing.models.engine import use_postgres

    try:
        use_postgres()
    except ImportError:
        raise Unusable(
            "PostgreSQL needs the driver psycopg; install it with: pip install 'tui-billing[postgres]'"
        ) from None
    db = peewee.PostgresqlDatabase(url, prefer_psycopg3=True, autoconnect=True)
    with explained(url):
        db.connect()
    return Books(url, db, None)


def _open_sqlite(path: Path, *, create: bool) -> Books:
    if create:
        if path.exists() and path.stat().st_size:
            raise Unusable("{path} exists already; choose another file name", path=path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o660)
        except OSError as error:
            raise Unusable("{path} cannot be created: {reason}", path=path, reason=error.strerror) from None
    elif not path.exists():
        raise Unusable(
            "there is no database at {path}; make one with: tui-billing --db {path} init --company FILE.json",
            path=path,
        )
    if not path.is_file():
        raise Unusable("{path} is not a file; name the database file itself", path=path)
    if not (os.access(path, os.R_OK | os.W_OK) and os.access(path.parent, os.W_OK)):
        raise Unusable("{path} cannot be written; ask for write access to the file and its folder", path=path)
    if not create and not path.stat().st_size:
        raise Unusable("{path} is empty, not a billing database; restore a backup or make a new one", path=path)
    db = _Sqlite(str(path), autoconnect=True)
    try:
        db.key = _key()
        with explained(str(path)):
            # Before anything is laid beside the file: it may be somebody else's.
            if not create and db.execute_sql("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                raise Unusable("{path} is not a billing database", path=path)
            gate = Gate(path)
            if create or db.execute_sql("PRAGMA journal_mode").fetchone()[0] != "wal":
                with gate:
                    if create:
                        db.execute_sql(f"PRAGMA application_id = {APPLICATION_ID}")
                    db.execute_sql("PRAGMA journal_mode = WAL")
    except BaseException as error:
        db.close()
        if create:
            _remove(path)
        if isinstance(error, OSError):
            raise Unusable(
                "{path} cannot be written; ask for write access to the file and its folder",
                path=path.with_name(path.name + ".writer"),
            ) from None
        raise
    return Books(str(path), db, gate)


def _key() -> str:
    """The passphrase, from the file that TUI_BILLING_KEY_FILE names ("" where there is none)."""
    name = os.environ.get("TUI_BILLING_KEY_FILE", "")
    if not name:
        return ""
    try:
        key = Path(name).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Unusable("the key file {path} cannot be read: {reason}", path=name, reason=error.strerror) from None
    except UnicodeDecodeError:
        raise Unusable("the key file {path} holds no text; a passphrase on one line belongs there", path=name) from None
    if not key:
        raise Unusable("the key file {path} is empty; a passphrase on one line belongs there", path=name)
    return key


def sqlite_is_fixed() -> bool:
    """Whether the linked SQLite has the WAL-reset fix (3.44.6, 3.50.7, 3.51.3 and later)."""
    from sqlcipher3 import dbapi2

    version = dbapi2.sqlite_version_info
    return version >= _FIXED[-1] or any(version[:2] == fix[:2] and version >= fix for fix in _FIXED[:-1])


# -- migrations ----------------------------------------------------------


def known_migrations() -> list[str]:
    """Names of this version's migrations, in order."""
    return sorted(path.stem for path in MIGRATIONS.glob("[0-9]*.py"))


def applied_migrations(books: Books) -> list[str]:
    """Names of the migrations that the books have had, in order ([] for an empty database)."""
    exists = "SELECT 1 FROM sqlite_master WHERE name = 'schema_migration'"
    if books.engine == "postgres":
        exists = "SELECT 1 FROM pg_tables WHERE tablename = 'schema_migration' AND schemaname = current_schema()"
    if not books.row(exists):
        return []
    return [name for (name,) in books.rows("SELECT name FROM schema_migration ORDER BY name")]


def _migrate(books: Books, *, create: bool) -> None:
    known = known_migrations()
    applied = applied_migrations(books)
    if not applied and not create and books.engine == "postgres":
        raise Unusable("there are no books in this database yet; make them with: tui-billing init")
    if set(applied) - set(known):
        raise Unusable(
            "{path} was made by a newer version ({theirs}, this one knows {ours}); update tui-billing",
            path=books.url.rpartition("@")[2],
            theirs=applied[-1],
            ours=known[-1],
        )
    if applied != known:
        migrate(books)


def migrate(books: Books, target: str | None = None) -> list[str]:
    """Apply what is pending, under the gate and after a copy of the database; return the names applied."""
    from playhouse.migrations import Runner

    with books._gate or contextlib.nullcontext():
        applied = applied_migrations(books)
        if applied and books.path:
            copy = books.path.with_name(f"{books.path.name}.before-{time.strftime('%Y%m%d-%H%M%S')}")
            books.db.execute_sql("VACUUM INTO ?", (str(copy),))
        if books.engine == "postgres":
            books.db.execute_sql("SELECT pg_advisory_lock(%s)", (APPLICATION_ID,))
        try:
            done = Runner(books.db, directory=str(MIGRATIONS)).up(target)
            with books.db.atomic():
                guards.create(books.db)
        finally:
            if books.engine == "postgres":
                books.db.execute_sql("SELECT pg_advisory_unlock(%s)", (APPLICATION_ID,))
    return done
