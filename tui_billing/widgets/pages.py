"""What a list asks its source for, and what it gets: pages of rows, found by key and never by position."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tui_billing.widgets.cells import Cell

Direction = Literal["next", "previous", "first", "last", "around"]

PAGE = 100
"""Rows asked for at once."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What is to be read. Rows always come in the order of the list.

    next: rows after `key`; previous: rows before it; first, last: from that end (`key` is None);
    around: about half the rows before `key`, the rest from it on, whether or not a row has that key.
    """

    direction: Direction
    key: tuple[Any, ...] | None = None
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class Row:
    """A row: `key` is what the list is sorted by and unique; `id` says which thing it is."""

    key: tuple[Any, ...]
    id: Hashable
    cells: tuple[str | Cell, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the order of the list, and whether there are more on either side."""

    rows: Sequence[Row]
    more_before: bool = False
    more_after: bool = False


Fetch = Callable[[PageRequest], Awaitable[Page]]
