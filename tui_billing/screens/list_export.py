"""A list as a workbook: all that its filter shows, in the order of the list."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tui_billing.documents.workbook import ListBook
from tui_billing.locale import _
from tui_billing.models.door import Interrupted
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import quote
from tui_billing.screens.amounts import number
from tui_billing.screens.list_screen import Listed, ListScreen
from tui_billing.widgets.cells import Cell
from tui_billing.widgets.paged_table import PageRequest

#: Rows that are read at once: keys go on between two of them.
ROWS = 200


def export(screen: ListScreen, name: str) -> None:
    """Write the list that is in front to a file, while keys go on; what came of it is said."""
    path = Path(name).expanduser()
    if path.suffix.lower() != ".xlsx":
        raise Problem("{path} does not end in .xlsx", path=quote(name))
    screen.run_worker(_export(screen, path), group="export", exclusive=True)


async def _export(screen: ListScreen, path: Path) -> None:
    columns = screen.columns()
    book: ListBook | None = None
    try:
        heads = [(column.title, column.align == "right") for column in columns]
        book = await asyncio.to_thread(ListBook, path, screen.title_words(), heads, screen.desk.language)
        request = PageRequest("first", None, ROWS)
        while True:
            question, arguments = screen.read_page(screen.wanted, request)
            try:
                found = await screen.desk.look(question, *arguments)
            except Interrupted:
                continue  # the list itself was read meanwhile
            rows = [screen.listed(record) for record in found.rows]
            await asyncio.to_thread(book.add, [_texts(row) for row in rows])
            if not found.more_after or not rows:
                break
            request = PageRequest("next", rows[-1].key, ROWS)
            screen.say(_("{count} rows written …", count=number(book.rows)))
        await asyncio.to_thread(book.keep)
    except Problem as error:
        screen.say_problem(error)
    except asyncio.CancelledError:
        if book is not None:
            book.drop()
        raise
    else:
        screen.say(_("{path} is written ({count} rows)", path=str(path), count=number(book.rows)))


def _texts(row: Listed) -> list[str]:
    return [cell.text if isinstance(cell, Cell) else str(cell) for cell in row.cells]
