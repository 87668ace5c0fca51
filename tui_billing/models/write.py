"""Inserting and updating rows by the models' own columns, with the statement built once.

Peewee builds its SQL anew for every row, three times the cost of the statement itself; a posting writes
a dozen rows while it holds the gate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from tui_billing.models.tables import Table, database


@lru_cache(maxsize=256)
def _insert(model: type[Table], columns: tuple[str, ...], mark: str, returning: bool) -> tuple[str, tuple]:
    meta = model._meta
    fields = tuple(meta.columns[name] for name in columns)
    places = ", ".join([mark] * len(columns))
    text = f"INSERT INTO {meta.table_name} ({', '.join(columns)}) VALUES ({places})"
    if returning:
        text += f" RETURNING {meta.primary_key.column_name}"
    return text, tuple(field.db_value for field in fields)


def add(model: type[Table], /, **values: object) -> int:
    """Insert one row, by column names; return its key (0 for a table whose key is a text)."""
    postgres = database.obj.param == "%s"
    text, convert = _insert(model, tuple(values), database.obj.param, postgres)
    cursor = database.execute_sql(text, [to(value) for to, value in zip(convert, values.values(), strict=True)])
    key = cursor.fetchone()[0] if postgres else cursor.lastrowid
    return key if isinstance(key, int) else 0


def add_all(model: type[Table], rows: Iterable[Mapping[str, object]]) -> list[dict[str, Any]]:
    """Insert rows that all have the same columns; return them as they are stored."""
    rows = list(rows)
    if not rows:
        return []
    text, convert = _insert(model, tuple(rows[0]), database.obj.param, False)
    values = [[to(value) for to, value in zip(convert, row.values(), strict=True)] for row in rows]
    cursor = database.cursor()
    try:
        cursor.executemany(text, values)
    finally:
        cursor.close()
    return [dict(zip(rows[0], stored, strict=True)) for stored in values]


@lru_cache(maxsize=256)
def _update(model: type[Table], columns: tuple[str, ...], mark: str) -> tuple[str, tuple]:
    meta = model._meta
    sets = ", ".join(f"{name} = {mark}" for name in columns)
    text = f"UPDATE {meta.table_name} SET {sets} WHERE {meta.primary_key.column_name} = {mark}"
    return text, tuple(meta.columns[name].db_value for name in columns)


def change(model: type[Table], key: object, /, **values: object) -> int:
    """Update one row by its key; return how many rows that were (0 or 1)."""
    text, convert = _update(model, tuple(values), database.obj.param)
    parameters = [to(value) for to, value in zip(convert, values.values(), strict=True)]
    return int(database.execute_sql(text, [*parameters, key]).rowcount)


def stored(model: type[Table], values: Mapping[str, object]) -> dict[str, Any]:
    """The values as the database keeps them, by column name."""
    columns = model._meta.columns
    return {name: columns[name].db_value(value) for name, value in values.items()}
