"""Writing millions of rows on either engine: guards and indexes away, rows in bulk, both back again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from tui_billing.models import guards
from tui_billing.models.door import Books

_INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name",
    # What a constraint stands on stays.
    "postgres": "SELECT indexname, indexdef FROM pg_indexes i WHERE schemaname = current_schema()"
    " AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname) ORDER BY indexname",
}


class Bulk:
    """Rows collected by table and columns, written when there are enough of them."""

    def __init__(self, books: Books, chunk: int = 50_000) -> None:
        self.books = books
        self.chunk = chunk
        self._rows: dict[tuple[str, str], list[Sequence[object]]] = {}

    def table(self, name: str, columns: str) -> list[Sequence[object]]:
        """The list to append rows of a table to; `columns` as in SQL, in the rows' order."""
        return self._rows.setdefault((name, columns), [])

    def flush(self, *, whole: bool = True) -> None:
        """Write what has been collected (without `whole`, only what makes a chunk) and empty the lists."""
        if not whole and max(map(len, self._rows.values()), default=0) < self.chunk:
            return
        if self.books.engine == "sqlite":
            self.books.db.execute_sql("BEGIN")
        for (name, columns), rows in self._rows.items():
            if rows:
                self._write(name, columns, rows)
                rows.clear()
        if self.books.engine == "sqlite":
            self.books.db.execute_sql("COMMIT")

    def _write(self, name: str, columns: str, rows: list[Sequence[object]]) -> None:
        with contextlib.closing(self.books.db.cursor()) as cursor:
            if self.books.engine == "sqlite":
                marks = ", ".join("?" * len(rows[0]))
                cursor.executemany(f"INSERT INTO {name} ({columns}) VALUES ({marks})", rows)
                return
            with cursor.copy(f"COPY {name} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)


@contextlib.contextmanager
def unguarded(books: Books) -> Iterator[None]:
    """Without guards, secondary indexes, foreign keys and a safe disk; all of them stand again afterwards.

    Nobody else may use these books meanwhile; where it fails, the database is good for nothing.
    """
    _loosen(books)
    guards.drop(books.db)
    indexes = [(str(name), str(sql)) for name, sql in books.rows(_INDEXES[books.engine])]
    for name, _ in indexes:
        books.db.execute_sql(f"DROP INDEX {name}")
    yield
    for _, sql in indexes:
        books.db.execute_sql(sql.replace("%", "%%") if books.engine == "postgres" else sql)
    _go_on_counting(books)
    with books.write():
        guards.create(books.db)
    books.db.execute_sql("ANALYZE")
    _tighten(books)


def _loosen(books: Books) -> None:
    if books.engine == "postgres":
        # Foreign keys are triggers there; only a superuser may switch them off, and nothing is lost without.
        with contextlib.suppress(Exception):
            books.db.execute_sql("SET session_replication_role = replica")
        return
    for pragma in (
        "foreign_keys = OFF",
        "journal_mode = DELETE",
        "journal_mode = OFF",
        "synchronous = OFF",
        "locking_mode = EXCLUSIVE",
        "cache_size = -400000",
        "temp_store = MEMORY",
        "threads = 2",
    ):
        books.db.execute_sql(f"PRAGMA {pragma}").fetchall()


def _tighten(books: Books) -> None:
    if books.engine == "postgres":
        books.db.execute_sql("SET session_replication_role = DEFAULT")
        return
    for pragma in ("locking_mode = NORMAL", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        books.db.execute_sql(f"PRAGMA {pragma}").fetchall()


def _go_on_counting(books: Books) -> None:
    """Keys that were given here are not given again (PostgreSQL counts them apart from the rows)."""
    if books.engine == "sqlite":
        return
    columns = books.rows(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND is_identity = 'YES'"
    )
    for table, column in columns:
        books.rows(
            f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), m) FROM"
            f" (SELECT max({column}) AS m FROM {table}) AS t WHERE m IS NOT NULL"
        )


def merge_search(books: Books) -> None:
    """Bring the pieces of the search index together, as they would be after years of use."""
    if books.engine == "sqlite":
        with books.write():
            books.db.execute_sql("INSERT INTO invoice_search (invoice_search) VALUES ('optimize')")
