"""The paged table: what it asks for, where its cursor stays, what it paints and at what cost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from textual import events
from textual.app import ComposeResult

from tests.widgets.terminal import Terminal
from tui_billing.widgets.cells import Cell
from tui_billing.widgets.ordered_keys import OrderedKeys
from tui_billing.widgets.paged_table import PAGE, PAGES_KEPT, Column, Page, PagedTable, PageRequest, Row, lay_out
from tui_billing.widgets.themes import ThemedApp


class Books:
    """Numbers as rows, read by key from a list that others may change."""

    def __init__(self, numbers: list[int], delay: float = 0.001) -> None:
        self.numbers = numbers
        self.words: dict[int, str] = {}
        self.delay = delay
        self.asked: list[PageRequest] = []

    async def fetch(self, request: PageRequest) -> Page:
        self.asked.append(request)
        await asyncio.sleep(self.delay)
        all_of_them, limit = sorted(self.numbers), request.limit
        key = request.key[0] if request.key else 0
        at = next((i for i, n in enumerate(all_of_them) if n >= key), len(all_of_them))
        after = at + 1 if all_of_them[at : at + 1] == [key] else at
        first = {
            "first": 0,
            "last": len(all_of_them) - limit,
            "next": after,
            "previous": at - limit,
            "around": at - limit // 2,
        }[request.direction]
        last = at if request.direction == "previous" else max(0, first) + limit
        first, last = max(0, first), min(len(all_of_them), last)
        rows = [Row((n,), f"id{n}", (str(n), self.words.get(n, "word"))) for n in all_of_them[first:last]]
        return Page(rows, first > 0, last < len(all_of_them))


class Lister(OrderedKeys, ThemedApp):
    def __init__(self, books: Books) -> None:
        super().__init__()
        self.books = books
        self.opened: list[object] = []

    def compose(self) -> ComposeResult:
        columns = [Column("n", 8, align="right"), Column("word", 4, flex=1)]
        yield PagedTable(columns, self.books.fetch, empty="nothing here")

    def on_mount(self) -> None:
        self.query_one(PagedTable).show()

    def on_paged_table_opened(self, event: PagedTable.Opened) -> None:
        self.opened.append(event.row.id)

    @property
    def table(self) -> PagedTable:
        return self.query_one(PagedTable)

    async def type(self, *keys: str) -> None:
        for key in keys:
            self.post_message(events.Key(key, None))
        await asyncio.sleep(0)
        await asyncio.wait_for(self.keys_answered(), 5)

    def line(self, y: int) -> str:
        return self.table.render_line(y).text.strip()

    async def until(self, fact: Callable[[], bool]) -> None:
        for _ in range(500):
            if fact():
                return
            await asyncio.sleep(0.005)
        raise AssertionError("it did not come about")


async def test_pages_follow_the_cursor_and_the_window_stays_small() -> None:
    books = Books(list(range(5000)))
    app = Lister(books)
    async with app.run_test(size=(60, 24)):
        await app.type("pagedown", *["pagedown"] * 60, "enter")
        assert app.opened == [f"id{61 * 23}"]
        assert len(app.table.rows_held) <= PAGE * (PAGES_KEPT + 1)
        await app.type(*["pageup"] * 60, "enter", "end", "enter", "up", "enter", "home", "enter", "up", "down", "enter")
        assert app.opened[1:] == ["id23", "id4999", "id4998", "id0", "id1"]
        assert {request.direction for request in books.asked} == {"first", "next", "previous", "last"}


async def test_a_page_is_read_before_it_is_needed() -> None:
    books = Books(list(range(1000)), delay=0.05)
    app = Lister(books)
    async with app.run_test(size=(60, 24)):
        await app.type("down", "pagedown", "pagedown")
        assert [request.direction for request in books.asked] == ["first", "next"]
        assert app.table.row and app.table.row.id == "id47"


@pytest.mark.parametrize("delay", [0.0, 0.03])
async def test_a_burst_of_moves_ends_where_slow_typing_does(delay: float) -> None:
    app = Lister(Books(list(range(3000)), delay))
    async with app.run_test(size=(60, 24)):
        await app.type(*["pagedown"] * 25, *["down"] * 5, "enter")
        assert app.opened == [f"id{25 * 23 + 5}"]


async def test_the_cursor_stays_on_its_row_when_others_change_the_list() -> None:
    books = Books(list(range(0, 2000, 10)))
    app = Lister(books)
    async with app.run_test(size=(60, 24)):
        await app.type(*["down"] * 5)
        line = next(y for y in range(24) if app.line(y).startswith("50 "))
        books.numbers += [1, 2, 3, 45]
        books.words[50] = "changed"
        app.table.refresh_rows()
        await app.until(lambda: "changed" in app.line(line))
        assert app.table.row and app.table.row.id == "id50"
        books.numbers.remove(50)
        app.table.refresh_rows()
        await app.until(lambda: app.table.row is not None and app.table.row.id == "id60")
        books.numbers.clear()
        app.table.refresh_rows()
        await app.until(lambda: app.table.row is None)
        assert app.line(1) == "nothing here"
        books.numbers.append(7)
        app.table.refresh_rows()
        await app.until(lambda: app.table.row is not None)
        await app.type("up", "pagedown", "end", "home", "enter")
        assert app.opened == ["id7"]


async def test_show_around_a_key_and_while_keys_come() -> None:
    books = Books(list(range(3000)), delay=0.02)
    app = Lister(books)
    async with app.run_test(size=(60, 24)):
        await app.type()
        app.table.show(at=(1500,), row_id="id1500")
        await app.type("down", "enter")
        app.table.refresh_rows()
        await app.type(*["pagedown"] * 8, "enter")
        assert app.opened == ["id1501", f"id{1501 + 8 * 23}"]


async def test_a_resize_keeps_the_cursor_in_sight() -> None:
    app = Lister(Books(list(range(500))))
    async with app.run_test(size=(60, 24)) as pilot:
        await app.type(*["down"] * 20)
        await pilot.resize_terminal(40, 8)
        assert any(app.line(y).startswith("20 ") for y in range(8))
        await pilot.resize_terminal(40, 150)
        await app.until(lambda: app.line(149).startswith(("148 ", "149 ")))


def test_columns_drop_out_by_priority_and_share_what_is_left() -> None:
    columns = [Column("a", 10), Column("b", 5, flex=1), Column("c", 10, priority=2), Column("d", 8, priority=1)]
    assert lay_out(columns, 50) == [(0, 10), (1, 19), (2, 10), (3, 8)]
    assert lay_out(columns, 30) == [(0, 10), (1, 10), (3, 8)]
    assert lay_out(columns, 20) == [(0, 10), (1, 9)]
    assert lay_out(columns, 5) == [(0, 10), (1, 5)]


async def test_every_line_is_exactly_as_wide_as_the_table() -> None:
    from rich.cells import cell_len

    hostile = [
        "[/x] Ltd",
        "[red]50%",
        "東京製作所の長い名前です",
        "Zoe\u0301" * 9,
        "a\u202eb\x1b[31m",
        "👩‍👩‍👧 family",
        "",
    ]
    rows = [Row((i,), i, (name, Cell(name, "red", bold=True))) for i, name in enumerate(hostile)]

    async def fetch(request: PageRequest) -> Page:
        return Page(rows)

    class Hostile(OrderedKeys, ThemedApp):
        def compose(self) -> ComposeResult:
            yield PagedTable([Column("name", 11), Column("again", 4, flex=1, align="right")], fetch)

    app = Hostile()
    async with app.run_test(size=(33, 12)):
        table = app.query_one(PagedTable)
        table.show()
        await app.keys_answered()
        for y in range(12):
            text = table.render_line(y).text
            assert cell_len(text) == 33, text
            assert "\x1b" not in text and "\u202e" not in text


def test_bytes_of_moves_and_pages_and_silence_in_a_million_rows() -> None:
    with Terminal("million.py", COLORTERM="truecolor") as one:
        one.wait_for("F2026-000019")
        one.quiet()
        moves = [one.cost("\x1b[B") for _ in range(15)]
        pages = [one.cost("\x1b[6~") for _ in range(5)]
        end = one.cost("\x1b[F")
        one.wait_for("F2026-999999")
        assert max(moves) < 500 and max([*pages, end]) < 5000, (moves, pages, end)
        one.send("\x1b[5~" * 30 + "\r")
        one.wait_for(f"opened {999_999 - 30 * 21}")
        one.quiet()
        assert one.quiet(3) == 0


def test_no_colour_and_ascii() -> None:
    import re

    with Terminal("million.py", NO_COLOR="1", TUI_BILLING_ASCII="1") as one:
        one.wait_for("F2026-000019")
        one.send("\x1b[B\x1b[6~")
        one.quiet()
        assert "* overdue" in one.text and "●" not in one.text
        codes = {c for sgr in re.findall(rb"\x1b\[([0-9;]*)m", one.raw) for c in sgr.split(b";")}
        assert codes <= {b"", b"0", b"1", b"2", b"4", b"7", b"39", b"49"}, codes


def test_the_sheet_is_where_it_is_looked_for() -> None:
    assert (Path(__file__).parents[2] / "styles" / "workstation.tcss").exists()
