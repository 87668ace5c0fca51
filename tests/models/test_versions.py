"""Books made by every earlier version open, migrate, are right, and go on (tests/models/versions/)."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.builders import TODAY, clerk, issued
from tui_billing.models.door import applied_migrations, known_migrations, open_books
from tui_billing.services import receive
from tui_billing.services.verify import verify

VERSIONS = Path(__file__).parent / "versions"


def go_on(books, name):
    assert applied_migrations(books) == known_migrations() and name in known_migrations()
    assert verify(books) == []
    assert books.row("SELECT count(*), sum(open) FROM invoice WHERE kind = 'invoice' AND state = 'issued'")[0] == 4
    assert issued(books)["number"] == "F2026-00005"
    receive.receive(books, clerk(), receive.Payment("ACME", TODAY, 100))
    assert verify(books) == []
    books.shut()


def test_every_version_is_kept():
    """The books of each version that left the house are kept, the newest with it: migrations that landed together
    are one version, named by the last of them. A migration is never changed once its books are kept.
    """
    kept = {path.name.removesuffix(".db.gz") for path in VERSIONS.glob("*.db.gz")}
    assert {"0001_books", known_migrations()[-1]} <= kept <= set(known_migrations())


@pytest.mark.parametrize("kept", sorted(VERSIONS.glob("*.db.gz")), ids=lambda path: path.name)
def test_sqlite_books_of_an_earlier_version(tmp_path, kept):
    path = tmp_path / "books.db"
    path.write_bytes(gzip.decompress(kept.read_bytes()))
    go_on(open_books(str(path)), kept.name.removesuffix(".db.gz"))


@pytest.mark.parametrize("kept", sorted(VERSIONS.glob("*.sql.gz")), ids=lambda path: path.name)
def test_postgres_books_of_an_earlier_version(postgres_url, kept):
    import psycopg

    text = gzip.decompress(kept.read_bytes()).decode()
    # What pg_dump says to psql alone, and the setting that would leave the tables without a schema.
    lines = [line for line in text.split("\n") if not line.startswith("\\") and "set_config('search_path'" not in line]
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("\n".join(lines))
    go_on(open_books(postgres_url), kept.name.removesuffix(".sql.gz"))
