"""Pages of a list by key, never by OFFSET: the thousandth page costs what the first one does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tui_billing.models.door import Books

Direction = str  # "next", "previous", "first", "last", "around", as widgets.paged_table.PageRequest has them


@dataclass(frozen=True, slots=True)
class Source:
    """What a list is read from. `key` are the columns that it is sorted by and that are unique together, all
    in one direction; they come first in `select`."""

    select: str
    tables: str
    key: tuple[str, ...]
    where: tuple[str, ...] = ()
    parameters: tuple[Any, ...] = ()
    descending: bool = False

    def only(self, condition: str, *parameters: Any) -> Source:
        """The same list, of the rows alone that meet a condition too."""
        return replace(self, where=(*self.where, condition), parameters=(*self.parameters, *parameters))


@dataclass(slots=True)
class Rows:
    """Rows in the order of the list, and whether there are more on either side."""

    rows: list[tuple] = field(default_factory=list)
    more_before: bool = False
    more_after: bool = False


def read_page(books: Books, source: Source, direction: Direction, key: Sequence[Any] | None, limit: int) -> Rows:
    """One page of a list, at most `limit` rows (see `widgets.paged_table.PageRequest` for the directions)."""
    if direction == "first" or key is None:
        rows, more = _read(books, source, None, limit, forward=direction != "last")
        return Rows(rows, False, more) if direction != "last" else Rows(rows, more, False)
    if direction == "next":
        rows, more = _read(books, source, key, limit, forward=True)
        return Rows(rows, True, more)
    if direction == "previous":
        rows, more = _read(books, source, key, limit, forward=False)
        return Rows(rows, more, True)
    before, more_before = _read(books, source, key, limit // 2, forward=False)
    after, more_after = _read(books, source, key, limit - len(before), forward=True, inclusive=True)
    return Rows(before + after, more_before, more_after)


def _read(
    books: Books, source: Source, key: Sequence[Any] | None, limit: int, *, forward: bool, inclusive: bool = False
) -> tuple[list[tuple], bool]:
    down = source.descending is forward
    where, parameters = list(source.where), list(source.parameters)
    if key is not None:
        sign = ("<" if down else ">") + ("=" if inclusive else "")
        where.append(f"{_together(source.key)} {sign} {_together(['?'] * len(key))}")
        parameters += key
    order = ", ".join(f"{column} {'DESC' if down else 'ASC'}" for column in source.key)
    condition = f" WHERE {' AND '.join(where)}" if where else ""
    rows = books.rows(
        f"SELECT {source.select} FROM {source.tables}{condition} ORDER BY {order} LIMIT ?", (*parameters, limit + 1)
    )
    found, more = rows[:limit], len(rows) > limit
    return (found if forward else found[::-1]), more


def _together(columns: Sequence[str]) -> str:
    return columns[0] if len(columns) == 1 else f"({', '.join(columns)})"


def merge(pages: Sequence[Rows], direction: Direction, limit: int, *, keys: int, descending: bool) -> Rows:
    """Pages of several sources, sorted alike, as the page of all of them: every row once, at most `limit`."""
    if len(pages) == 1:
        return pages[0]
    rows = sorted({row[:keys]: row for page in pages for row in page.rows}.values(), key=lambda row: row[:keys])
    if descending:
        rows.reverse()
    more_before = any(page.more_before for page in pages)
    more_after = any(page.more_after for page in pages)
    if len(rows) > limit and direction != "around":
        from_end = direction in ("previous", "last")
        rows = rows[-limit:] if from_end else rows[:limit]
        more_before, more_after = more_before or from_end, more_after or not from_end
    return Rows(rows, more_before, more_after)


def count_up_to(books: Books, source: Source, limit: int) -> tuple[int, bool]:
    """(how many rows, whether there are more than `limit`)."""
    condition = f" WHERE {' AND '.join(source.where)}" if source.where else ""
    found = books.value(
        f"SELECT count(*) FROM (SELECT 1 FROM {source.tables}{condition} LIMIT ?) AS found",
        (*source.parameters, limit + 1),
    )
    count = int(found or 0)  # type: ignore[call-overload]
    return min(count, limit), count > limit
