"""Inserting and updating rows by the models' own columns, with the statement built once.

Peewee builds its SQL anew for every row, three times the cost of the statement itself; a posting writes
a dozen rows while it holds the gate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from tui_billing.models.fields import AmountField  # isort: skip  (imports peewee the thrifty way)
from tui_billing.models.tables import Table, database

import peewee  # isort: skip
from peewee import AutoField, BigIntegerField, ForeignKeyField, TextField  # isort: skip


@lru_cache(maxsize=256)
def _insert(model: type[Table], columns: tuple[str, ...], mark: str, returning: bool) -> tuple[str, tuple]:
    meta = model._meta
    fields = tuple(meta.columns[name] for name in columns)
    places = ", ".join([mark] * len(columns))
    text = f"INSERT INTO {meta.table_name} ({', '.join(columns)}) VALUES ({places})"
    if returning:
        text += f" RETURNING {meta.primary_key.column_name}"
    return text, tuple(map(_converter, fields))


#: Columns whose values are stored as they are: the tables themselves refuse another type.
_AS_IT_IS = frozenset({AutoField, BigIntegerField, TextField, ForeignKeyField, AmountField})


def _converter(field: Any) -> Callable[[Any], Any] | None:
    return None if type(field) in _AS_IT_IS else field.db_value


def _converted(convert: tuple, values: Iterable[object]) -> list[Any]:
    return [value if to is None else to(value) for to, value in zip(convert, values, strict=True)]


def add(model: type[Table], /, **values: object) -> int:
    """Insert one row, by column names; return its key (0 for a table whose key is a text)."""
    postgres = database.obj.param == "%s"
    text, convert = _insert(model, tuple(values), database.obj.param, postgres)  # type: ignore[arg-type]
    cursor = database.execute_sql(text, _converted(convert, values.values()))
    key = cursor.fetchone()[0] if postgres else cursor.lastrowid
    return key if isinstance(key, int) else 0


def add_all(model: type[Table], rows: Iterable[Mapping[str, object]]) -> list[dict[str, Any]]:
    """Insert rows that all have the same columns; return them as they are stored."""
    rows = list(rows)
    if not rows:
        return []
    text, convert = _insert(model, tuple(rows[0]), database.obj.param, False)  # type: ignore[arg-type]
    values = [_converted(convert, row.values()) for row in rows]
    cursor = database.cursor()
    try:
        # The cursor is the driver's own: what it raises must be peewee's, which the verbs know a lost race by.
        with peewee.__exception_wrapper__:
            cursor.executemany(text, values)
    finally:
        cursor.close()
    return [dict(zip(rows[0], stored, strict=True)) for stored in values]


@lru_cache(maxsize=256)
def _update(model: type[Table], columns: tuple[str, ...], mark: str) -> tuple[str, tuple]:
    meta = model._meta
    sets = ", ".join(f"{name} = {mark}" for name in columns)
    text = f"UPDATE {meta.table_name} SET {sets} WHERE {meta.primary_key.column_name} = {mark}"
    return text, tuple(_converter(meta.columns[name]) for name in columns)


def change(model: type[Table], key: object, /, **values: object) -> int:
    """Update one row by its key; return how many rows that were (0 or 1)."""
    text, convert = _update(model, tuple(values), database.obj.param)  # type: ignore[arg-type]
    return int(database.execute_sql(text, [*_converted(convert, values.values()), key]).rowcount)


def change_and_tell(model: type[Table], key: object, /, **values: object) -> dict[str, Any]:
    """Update one row by its key; return the new values as they are stored."""
    text, convert = _update(model, tuple(values), database.obj.param)  # type: ignore[arg-type]
    row = _converted(convert, values.values())
    database.execute_sql(text, [*row, key])
    return dict(zip(values, row, strict=True))
