"""A list of 1,000,000 rows that exist only as numbers, a page read in LIST_MS milliseconds."""

from __future__ import annotations

import asyncio
import os

os.environ.setdefault("TEXTUAL_FPS", "120")
os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")

from pathlib import Path

from textual.app import ComposeResult

from tui_billing.rules.status import Status
from tui_billing.widgets.cells import Cell, status_cell
from tui_billing.widgets.headline import Headline
from tui_billing.widgets.key_bar import KeyBar
from tui_billing.widgets.ordered_keys import OrderedKeys
from tui_billing.widgets.paged_table import Column, Page, PagedTable, PageRequest, Row
from tui_billing.widgets.themes import ThemedApp

COUNT = int(os.environ.get("LIST_COUNT", "1000000"))
DELAY = float(os.environ.get("LIST_MS", "2")) / 1000
NAMES = ["ACME Industries", "[red]50% off", "[/x] Ltd", "東京製作所", "Zoe\u0301 & fils", "evil\x1b[31m\u202e"]
STATUSES = list(Status)
COLUMNS = [
    Column("number", 12),
    Column("customer", 10, flex=1),
    Column("date", 10, priority=2),
    Column("status", 13),
    Column("open", 14, align="right"),
    Column("reference", 16, priority=3),
]


def row(n: int) -> Row:
    amount = f"{n * 37 % 900_000 / 100:,.2f}"
    return Row(
        (n,),
        n,
        (
            f"F2026-{n:06}",
            NAMES[n % len(NAMES)],
            "24/11/2026",
            status_cell(STATUSES[n % len(STATUSES)]),
            Cell(amount, bold=n % 50 == 0),
            f"PO {n}",
        ),
    )


def read(request: PageRequest, count: int = COUNT) -> Page:
    """The page of a list of the numbers 0 to count - 1."""
    key = request.key[0] if request.key else 0
    first = {
        "first": 0,
        "last": count - request.limit,
        "next": key + 1,
        "previous": key - request.limit,
        "around": key - request.limit // 2,
    }[request.direction]
    last = min(count, key if request.direction == "previous" else first + request.limit)
    first = max(0, first)
    return Page([row(n) for n in range(first, last)], first > 0, last < count)


async def fetch(request: PageRequest) -> Page:
    await asyncio.sleep(DELAY)
    return read(request)


class Million(OrderedKeys, ThemedApp):
    CSS_PATH = str(Path(__file__).parents[3] / "styles" / "workstation.tcss")
    ENABLE_COMMAND_PALETTE = False
    BINDINGS = [("q", "quit", "Quit")]

    def compose(self) -> ComposeResult:
        yield Headline("Atelier Duval SARL", "Tue 24 Nov 2026", "marie · clerk · ? help")
        yield PagedTable(COLUMNS, fetch, empty="no invoices")
        yield KeyBar([("Enter", "open"), ("/", "filter"), ("n", "new"), ("Esc", "back"), ("q", "quit")])

    def on_mount(self) -> None:
        self.opened: list[Row] = []
        self.query_one(PagedTable).show()

    def on_paged_table_opened(self, event: PagedTable.Opened) -> None:
        self.opened.append(event.row)
        self.query_one(Headline).show(left=f"opened {event.row.id}")


if __name__ == "__main__":
    Million().run(mouse=False)
