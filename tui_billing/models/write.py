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
    return text, _converters(fields)


#: Columns whose values are stored as they are: the tables themselves refuse another type.
_AS_IT_IS = frozenset({AutoField, BigIntegerField, TextField, ForeignKeyField, AmountField})


def _converter(field: Any) -> Callable[[Any], Any] | None:
    return None if type(field) in _AS_IT_IS else field.db_value


def _converters(fields: Iterable[Any]) -> tuple:
    """(place, what turns the value into the one that is stored), where it is not stored as it is."""
    found = enumerate(map(_converter, fields))
    return tuple([(place, convert) for place, convert in found if convert is not None])


def _converted(converters: tuple, values: Iterable[object]) -> list[Any]:
    stored = list(values)
    for place, convert in converters:
        stored[place] = convert(stored[place])
    return stored


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
    columns = tuple(rows[0])
    stored = add_values(model, columns, [row.values() for row in rows])
    return [dict(zip(columns, values, strict=True)) for values in stored]


def add_values(model: type[Table], columns: tuple[str, ...], rows: Iterable[Iterable[object]]) -> list[list[Any]]:
    """Insert rows by the values of these columns, in their order; return them as they are stored."""
    text, convert = _insert(model, columns, database.obj.param, False)  # type: ignore[arg-type]
    values = [_converted(convert, row) for row in rows]
    if not values:
        return []
    cursor = database.cursor()
    try:
        # The cursor is the driver's own: what it raises must be peewee's, which the verbs know a lost race by.
        with peewee.__exception_wrapper__:
            cursor.executemany(text, values)
    finally:
        cursor.close()
    return values


@lru_cache(maxsize=256)
def _update(model: type[Table], columns: tuple[str, ...], mark: str) -> tuple[str, tuple]:
    meta = model._meta
    sets = ", ".join(f"{name} = {mark}" for name in columns)
    text = f"UPDATE {meta.table_name} SET {sets} WHERE {meta.primary_key.column_name} = {mark}"
    return text, _converters(meta.columns[name] for name in columns)


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
