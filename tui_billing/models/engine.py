"""Peewee, imported so that start-up pays only for the driver that the books need.

Peewee tries every driver it knows at import: psycopg alone costs 0.09 s, more than the rest of the
model layer. A workstation on SQLite hides them; a PostgreSQL URL calls `use_postgres` first.
"""

from __future__ import annotations

import sys

_OPTIONAL_DRIVERS = ("psycopg", "psycopg2", "psycopg2cffi", "pymysql", "MySQLdb", "pysqlite3")


def _import_peewee() -> None:
    hidden = [name for name in _OPTIONAL_DRIVERS if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # makes `import name` raise ImportError
    try:
        import peewee  # noqa: F401
    finally:
        for name in hidden:
            del sys.modules[name]


def use_postgres() -> None:
    """Make psycopg 3 known to peewee, also when peewee was imported without it.

    Raises ImportError where psycopg is not installed (the extra `postgres`).
    """
    import peewee
    import psycopg
    from psycopg.pq import TransactionStatus
    from psycopg.types.json import Json, Jsonb

    if peewee.psycopg is None:
        peewee.psycopg = psycopg
        peewee.TransactionStatus = TransactionStatus
        peewee.Json_pg3, peewee.Jsonb_pg3 = Json, Jsonb
        adapter = peewee.Psycopg3Adapter
        adapter.txn_idle = TransactionStatus.IDLE
        adapter.txn_inerror = TransactionStatus.INERROR
        adapter.txn_unknown = TransactionStatus.UNKNOWN


if "peewee" not in sys.modules:
    _import_peewee()

from peewee import DatabaseProxy  # noqa: E402  (peewee is imported above, the thrifty way)

#: The books that this process works on; `door.open_books` fills it.
database = DatabaseProxy()
