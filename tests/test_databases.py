"""The fixtures themselves: a fresh database for each test, on both engines, with what search needs."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from tui_billing.models.door import open_books


def test_both_engines_start_empty(books_url):
    if books_url.startswith("postgresql://"):
        with psycopg.connect(books_url) as connection:
            count = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        assert count == (0,)
    else:
        assert not Path(books_url).exists()


@pytest.mark.parametrize("time", ["first", "second"])
def test_no_test_sees_another_s_tables(postgres_url, time):
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE only_once (x int)")


def test_a_database_is_copied_from_a_template(make_postgres_database, postgres_url):
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (x int)")
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(make_postgres_database(template=name)) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_migrated_books_open_at_once(migrated_url):
    books = open_books(migrated_url)
    try:
        assert books.value("SELECT count(*) FROM invoice") == 0
    finally:
        books.shut()


def test_trigram_search_is_there(postgres_url):
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        assert connection.execute("SELECT 'ACME Élan' ILIKE '%élan%', similarity('acme', 'acne') > 0").fetchone() == (
            True,
            True,
        )
