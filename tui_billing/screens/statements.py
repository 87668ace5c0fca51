"""The statements that were taken in, with their balances; where one does not follow from the last, it is said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from tui_billing.locale import N_, _
from tui_billing.models.door import Books
from tui_billing.rules.text import fold
from tui_billing.screens.amounts import short_day
from tui_billing.screens.list_screen import Listed, ListScreen
from tui_billing.screens.statement_words import amount_words
from tui_billing.services.statement_chain import statement_page
from tui_billing.widgets.cells import Cell
from tui_billing.widgets.paged_table import Column, PageRequest


@dataclass(frozen=True, slots=True)
class _Found:
    rows: Sequence[dict[str, Any]]
    more_before: bool
    more_after: bool


def _page(books: Books, words: tuple[str, ...], request: PageRequest) -> _Found:
    rows, before, after = statement_page(books, words, request.direction, request.key, request.limit)
    return _Found(rows, before, after)


def _count(books: Books, words: tuple[str, ...]) -> tuple[int, bool]:
    rows, _before, _after = statement_page(books, words, "first", None, 1_000_000)
    return len(rows), False


class StatementsScreen(ListScreen):
    """All statements, the newest first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "file", N_("bank file"), show=False, id="bank.file"),
    ]
    EMPTY = N_("no statement yet; f takes in a bank's file")
    FILTER_HINT = N_("account, number, file")

    def title_words(self) -> str:
        return _("BANK STATEMENTS")

    def columns(self) -> list[Column]:
        return [
            Column(_("account"), 12, flex=1),
            Column(_("number"), 8, priority=2),
            Column(_("from"), 8, priority=3),
            Column(_("to"), 8),
            Column(_("opening"), 13, align="right", priority=1),
            Column(_("closing"), 13, align="right"),
            Column("", 3),
            Column(_("lines"), 5, align="right", priority=2),
            Column(_("open"), 4, align="right"),
            Column(_("follows"), 16, flex=2),
        ]

    def keys(self) -> Sequence[tuple[str, str]]:
        return [("f", _("bank file")), ("/", _("filter")), ("Esc", _("back"))]

    def parse_filter(self, text: str) -> tuple[str, ...]:
        return tuple(fold(text).replace("\0", " ").split())

    def read_page(self, wanted: Any, request: PageRequest) -> Any:
        return _page, (wanted, request)

    def read_count(self, wanted: Any) -> Any:
        return _count, (wanted,)

    def listed(self, record: dict[str, Any]) -> Listed:
        def balance(name: str) -> str:
            return amount_words(record[name], record["currency"])

        stated = record["balances"]
        cells = (
            record["name"],
            record["sequence"] or record["reference"],
            short_day(dt.date.fromisoformat(record["from"])),
            short_day(dt.date.fromisoformat(record["to"])),
            balance("opening") if stated == "both" else "?",
            balance("closing") if stated != "none" else "?",
            record["currency"],
            str(record["lines"]),
            Cell(str(record["unmatched"]), "yellow" if record["unmatched"] else "dim"),
            self._follows(record),
        )
        return Listed((record["to"], record["id"]), record["id"], cells, record)

    def _follows(self, record: dict[str, Any]) -> Cell:
        words = []
        if record["break"]:
            gap = amount_words(record["break"], record["currency"])
            words.append(_("break: {amount}", amount=gap))
        if record["missing"]:
            words.append(_("{count} missing", count=record["missing"]))
        if words:
            return Cell(", ".join(words), "red")
        if record["balances"] != "both":
            return Cell(_("no balances"), "dim")
        return Cell(_("follows"), "green")

    def action_file(self) -> None:
        from tui_billing.screens.statement_import import StatementImportScreen

        self.workstation.open(StatementImportScreen())
