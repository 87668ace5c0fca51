"""The small company on both databases."""

from tests.builders import books, firm, firm_url, founded_postgres, founded_sqlite  # noqa: F401
