"""The table of open items with an amount to type on each: what a payment settles, row by row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui_billing.locale import _
from tui_billing.models.door import Books
from tui_billing.models.queries import payments
from tui_billing.rules.dates import format_date
from tui_billing.rules.differences import BANK_FEE, EARLY_PAYMENT, ROUNDING
from tui_billing.rules.money import from_minor, plain
from tui_billing.rules.numbers import format_money, format_number, parse_amount
from tui_billing.rules.problem import Problem
from tui_billing.rules.reasons import GIVEN_UP
from tui_billing.rules.status import Status, status_of
from tui_billing.rules.text import width
from tui_billing.services.allocate import Part
from tui_billing.services.reasons import offered_discounts
from tui_billing.services.receive import OpenItem, open_items
from tui_billing.widgets.cells import Cell, padded, status_cell
from tui_billing.widgets.paged_table import Column, lay_out
from tui_billing.widgets.themes import tint

#: Longest text of an amount that is being typed.
TYPED = 64
#: The column that is typed in.
PAYS = 5
#: How a reason is shown behind an amount that is given up.
SIGNS = {EARLY_PAYMENT: "%", BANK_FEE: "-", ROUNDING: "~"}


@dataclass(frozen=True, slots=True)
class OpenRow:
    """An open item and how it stands; `discount` is what its terms offer for payment on this day."""

    item: OpenItem
    status: Status
    discount: int = 0


def read_open_items(
    books: Books, customer_id: int, today: dt.date, due_soon_days: int, currency: str | None = None
) -> list[OpenRow]:
    """What a customer has open, oldest due first, credit notes last, each with its status."""
    others = payments.settled_otherwise(books, customer_id)
    offers = offered_discounts(books, customer_id)
    rows = []
    for item in open_items(books, customer_id, currency):
        credited, written_off = others.get(item.id, (0, 0))
        status = status_of(
            issued=True,
            kind=item.kind,
            gross=item.payable,
            open=item.open,
            credited=credited,
            written_off=written_off,
            disputed=item.disputed,
            next_due=dt.date.fromisoformat(item.due_date) if item.due_date else None,
            today=today,
            due_soon_days=due_soon_days,
        )
        offer = offers.get(item.id)
        rows.append(OpenRow(item, status, offer.amount if offer and today <= offer.last_day else 0))
    return rows


def columns() -> list[Column]:
    """The columns of the table; the higher the priority, the earlier one goes at a narrow width."""
    return [
        Column(_("number"), 14, flex=1),
        Column(_("issued"), 10, priority=2),
        Column(_("due"), 10),
        Column(_("status"), 11),
        Column(_("open"), 13, align="right"),
        Column(_("pays"), 13, align="right"),
        Column(_("given up"), 13, align="right"),
        Column(_("left"), 13, align="right", priority=1),
    ]


class AllocationTable(Widget, can_focus=True):
    """Open items with the amount that each gets; the amount on the row under the cursor is typed in place.

    Up, Down and Enter take what was typed and go on; Space gives a row all or nothing; Up on the first row
    leaves the table; `w` gives up what the row leaves: the discount of its terms, a fee, a rounding, nothing.
    Messages: `Changed` (an amount was set by hand), `Gave` (or given up), `Left` (back to the form), `Wrong`.
    """

    DEFAULT_CSS = """
    AllocationTable { height: 1fr; width: 1fr; }
    AllocationTable > .allocation--header { text-style: bold; }
    AllocationTable > .allocation--cursor { background: $row-cursor-background; color: $row-cursor-color; }
    AllocationTable > .allocation--typed { background: $input-cursor-background; color: $input-cursor-foreground; }
    AllocationTable > .allocation--empty { color: $status-grey; }
    AllocationTable:ansi > .allocation--cursor { text-style: reverse; }
    AllocationTable:ansi > .allocation--typed { text-style: underline bold; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "allocation--header",
        "allocation--cursor",
        "allocation--typed",
        "allocation--empty",
    }

    class Changed(Message):
        """The clerk has set an amount."""

    class Gave(Message):
        """The clerk gives an amount up, or (0) no more."""

        def __init__(self, amount: int, code: str) -> None:
            super().__init__()
            self.amount = amount
            self.code = code

    class Left(Message):
        """The clerk has gone up, out of the table."""

    class Wrong(Message):
        """What was typed is no amount for this row; it stands there still."""

        def __init__(self, problem: Problem) -> None:
            super().__init__()
            self.problem = problem

    def __init__(self, *, id: str | None = None, empty: str = "") -> None:
        super().__init__(id=id)
        self.empty_text = empty
        self.rows: list[OpenRow] = []
        self.amounts: dict[int, int] = {}
        self.given: dict[int, tuple[int, str]] = {}
        self.total = 0
        self.by_hand = False
        self.language = "en"
        self.currency = "EUR"
        self._typed: str | None = None
        self._cursor = 0
        self._top = 0

    # What a screen uses

    @property
    def allocated(self) -> int:
        """What the rows get together."""
        return sum(self.amounts.values())

    @property
    def left(self) -> int:
        """What stays on account; negative where the rows get more than there is."""
        return self.total - self.allocated

    @property
    def allocations(self) -> list[tuple[int, int]]:
        """(invoice id, amount) in the order of the rows."""
        return [(row.item.id, self.amounts[row.item.id]) for row in self.rows if self.amounts.get(row.item.id)]

    @property
    def parts(self) -> list[Part]:
        """The same with what is given up beside the money."""
        return [
            Part(key, self.amounts.get(key, 0), *self.given.get(key, (0, "")))
            for key in (row.item.id for row in self.rows)
            if self.amounts.get(key) or self.given.get(key)
        ]

    @property
    def numbers(self) -> dict[int, str]:
        """The number of each item."""
        return {row.item.id: row.item.number for row in self.rows}

    def show(
        self,
        rows: Sequence[OpenRow],
        amounts: Sequence[tuple[int, int]],
        total: int,
        currency: str,
        *,
        by_hand: bool = False,
    ) -> None:
        """Other items, amounts and total (minor units of `currency`)."""
        painted = [self._cells(row) for row in self.rows]
        self.rows, self.amounts, self.total, self.currency = list(rows), dict(amounts), total, currency
        self.by_hand = by_hand
        here = {row.item.id for row in self.rows}
        self.given = {key: given for key, given in self.given.items() if by_hand and key in here}
        self._typed = None
        self._cursor = max(0, min(self._cursor, len(self.rows) - 1))
        self._settle_top()
        now = [self._cells(row) for row in self.rows]
        if len(now) != len(painted):
            self.refresh()
            return
        for place, (old, new) in enumerate(zip(painted, now, strict=True)):
            if old != new:
                self._repaint(place, next(index for index, cell in enumerate(new) if cell != old[index]))

    def take(self, *, tell: bool = False) -> bool:
        """Take what stands half typed on a row; false, and a `Wrong` message, where it is no amount for it.

        `tell` posts `Changed`; a screen that calls this itself shows the sums itself.
        """
        if self._typed is None:
            return True
        item = self.rows[self._cursor].item
        try:
            self._set(item, self._read(self._typed, item), tell)
        except Problem as error:
            self.post_message(self.Wrong(error))
            return False
        return True

    # Typing

    def _read(self, text: str, item: OpenItem) -> int:
        if not text.strip():
            return 0
        amount = parse_amount(text.strip(), self.language, item.currency, "amount").minor
        if amount < 0:
            raise Problem("an amount to allocate is more than 0", field="amount")
        if item.kind == "credit_note":
            raise Problem("{number} is a credit note; a payment settles invoices", field="amount", number=item.number)
        if amount > item.open:
            raise Problem(
                "only {open} {currency} of {number} is open; allocate that or less",
                field="amount",
                open=plain(item.open, item.currency),
                currency=item.currency,
                number=item.number,
            )
        return amount

    def _set(self, item: OpenItem, amount: int, tell: bool = True) -> None:
        self._typed = None
        self.by_hand = True
        if amount:
            self.amounts[item.id] = amount
        else:
            self.amounts.pop(item.id, None)
        if amount + self.given.get(item.id, (0, ""))[0] > item.open:
            self.given.pop(item.id)
        self._repaint(self._cursor)
        if tell:
            self.post_message(self.Changed())

    def _give_up(self) -> None:
        """The next of: the discount that the terms offer, the rest as a fee, as a rounding, nothing."""
        row = self.rows[self._cursor]
        item, paid = row.item, self.amounts.get(row.item.id, 0)
        if item.kind == "credit_note":
            return
        choices = [(row.discount, EARLY_PAYMENT)] if row.discount else []
        if rest := item.open - paid:
            choices += [(rest, code) for code in (BANK_FEE, ROUNDING)]
        now = self.given.get(item.id, (0, ""))[1]
        codes = [code for _, code in choices]
        following = choices[codes.index(now) + 1 :] if now in codes else choices
        amount, code = following[0] if following else (0, "")
        if amount:
            self.given[item.id] = (amount, code)
            self._set(item, min(paid, item.open - amount))
        else:
            self.given.pop(item.id, None)
            self._set(item, paid)
        self.post_message(self.Gave(amount, code))

    def _toggle(self) -> None:
        """All that is open or left, or nothing where the row has something."""
        item = self.rows[self._cursor].item
        if self.amounts.get(item.id):
            self._set(item, 0)
        elif item.kind != "credit_note":
            self._set(item, min(item.open, max(self.left, 0)))

    async def on_key(self, event: events.Key) -> None:
        """Signs are typed into the row; the screen's letters mean nothing here."""
        key, sign = event.key, event.character
        if not self.rows and key not in ("up", "shift+tab"):
            if event.is_printable:
                event.stop()
                event.prevent_default()
            return
        if key in ("up", "shift+tab"):
            if self.take(tell=True):
                if self._cursor == 0 or key == "shift+tab":
                    self.post_message(self.Left())
                else:
                    self._move_to(self._cursor - 1)
        elif key in ("down", "enter", "tab"):
            if self.take(tell=True):
                self._move_to(self._cursor + 1)
        elif key in ("pageup", "pagedown", "home", "end"):
            page = max(1, self._lines())
            places = {"pageup": self._cursor - page, "pagedown": self._cursor + page, "home": 0, "end": len(self.rows)}
            if self.take(tell=True):
                self._move_to(places[key])
        elif key == "backspace":
            self._type((self._typed if self._typed is not None else self._shown())[:-1])
        elif key in ("delete", "ctrl+u"):
            self._type("")
        elif key == "escape" and self._typed is not None:
            self._typed = None  # the amount as it was; another Esc leaves
            self._repaint(self._cursor)
        elif key == "space" and not self._typed:
            self._toggle()
        elif key == "w" and not self._typed:
            self._give_up()
        elif event.is_printable and sign:
            self._type((self._typed or "") + sign)
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """A pasted amount is typed."""
        event.stop()
        if self.rows:
            self._type((self._typed or "") + event.text)

    def _shown(self) -> str:
        amount = self.amounts.get(self.rows[self._cursor].item.id, 0)
        return format_number(from_minor(amount, self.currency), self.language) if amount else ""

    def _type(self, text: str) -> None:
        self._typed = text[:TYPED]
        self._repaint(self._cursor)

    # Moving

    def _move_to(self, place: int) -> None:
        old, top = self._cursor, self._top
        self._cursor = max(0, min(place, len(self.rows) - 1))
        self._settle_top()
        if self._top != top:
            self.refresh()
        else:
            self._repaint(old)
            self._repaint(self._cursor)

    def _lines(self) -> int:
        return max(0, self.size.height - 1)

    def _settle_top(self) -> None:
        lines = max(1, self._lines())
        self._top = min(max(self._top, self._cursor - lines + 1), self._cursor)
        self._top = max(0, min(self._top, len(self.rows) - lines))

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._settle_top()

    def on_focus(self) -> None:
        """The cursor shows."""
        self._repaint(self._cursor)

    def on_blur(self) -> None:
        """The cursor goes."""
        self._repaint(self._cursor)

    # Painting

    def _repaint(self, place: int, column: int = 0) -> None:
        """Paint a row from a column on: while an amount is typed the left half of the table stands still."""
        y, cells = place - self._top, self.size.width
        if 0 <= y < self._lines():
            x = sum(wide + 1 for index, wide in lay_out(columns(), cells - 1) if index < column)
            self.refresh(Region(x, y + 1, cells - x, 1))

    def _date(self, iso: str) -> str:
        return format_date(dt.date.fromisoformat(iso), self.language) if iso else ""

    def _cells(self, row: OpenRow) -> list[str | Cell]:
        item = row.item
        amount = self.amounts.get(item.id, 0)
        sign = -1 if item.kind == "credit_note" else 1
        given, code = self.given.get(item.id, (0, ""))
        gives = f"{format_money(given, item.currency, self.language)} {SIGNS.get(code, '')}".strip() if given else ""
        if row.discount and not given:
            gives = f"({format_money(row.discount, item.currency, self.language)})"
        rest = item.open - amount - given
        status: str | Cell = status_cell(row.status)
        if item.kind == "credit_note":
            status = _("credit note")
        return [
            item.number,
            self._date(item.issue_date),
            self._date(item.due_date),
            status,
            format_money(sign * item.open, item.currency, self.language),
            format_money(amount, item.currency, self.language) if amount else "",
            gives,
            format_money(sign * rest, item.currency, self.language) if rest else "",
        ]

    def render_line(self, y: int) -> Strip:
        """The heads, a row, or nothing."""
        cells, base = self.size.width, self.rich_style
        layout = lay_out(columns(), cells - 1)
        if y == 0:
            return self._strip([column.title for column in columns()], layout, self._look("header"))
        place = self._top + y - 1
        if place < len(self.rows):
            row = self._cells(self.rows[place])
            if place != self._cursor or not self.has_focus:
                return self._strip(row, layout, base)
            return self._strip(row, layout, self._look("cursor"), typed=self._typed)
        if not self.rows and y == 1 and self.empty_text:
            return Strip([Segment(padded(f" {self.empty_text}", cells), self._look("empty"))], cells)
        return Strip.blank(cells, base)

    def _look(self, name: str) -> Style:
        return self.get_component_rich_style(f"allocation--{name}")

    def _strip(
        self, row: Sequence[str | Cell], layout: Sequence[tuple[int, int]], style: Style, *, typed: str | None = None
    ) -> Strip:
        heads = columns()
        segments = [Segment(" ", style)]
        plain_style = style is not self.rich_style and style != self.rich_style
        for number, (index, cells) in enumerate(layout):
            one = row[index]
            text = one.text if isinstance(one, Cell) else one
            own = style
            if isinstance(one, Cell) and not plain_style:
                own = style + tint(self.app, one.colour)
            if index == PAYS and typed is not None:
                # The end of what is typed stays in sight; the block is the cursor.
                text, own = typed[-(cells - 1) :] + "▏", self._look("typed")
            segments.append(Segment((" " if number else "") + padded(text, cells, heads[index].align), own))
        return Strip(segments).adjust_cell_length(self.size.width, style)


def allocation_words(
    language: str,
    currency: str,
    pairs: Sequence[tuple[int, int]],
    numbers: Mapping[int, str],
    cells: int = 0,
) -> str:
    """ "F2026-00012 400.00, F2026-00031 500.00"; where that is wider than `cells`, how many and how much."""
    words = ", ".join(f"{numbers.get(key, '?')} {format_money(amount, currency, language)}" for key, amount in pairs)
    if not cells or width(words) <= cells or len(pairs) < 2:
        return words
    total = format_money(sum(amount for _key, amount in pairs), currency, language)
    first, last = numbers.get(pairs[0][0], "?"), numbers.get(pairs[-1][0], "?")
    short = _("{count} invoices {total}", count=len(pairs), total=total)
    named = f"{short} ({first} … {last})"
    return named if width(named) <= cells else short


def too_much(table: AllocationTable, language: str) -> Problem:
    """The sentence for rows that get more than there is."""
    return Problem(
        "{allocated} is allocated, {total} is there; take {over} off a row",
        field="allocations",
        allocated=format_money(table.allocated, table.currency, language),
        total=format_money(table.total, table.currency, language),
        over=format_money(-table.left, table.currency, language),
    )


def given_words(amount: int, code: str, currency: str, language: str) -> str:
    """What `w` has just done, in one sentence."""
    if not amount:
        return _("nothing is given up on this row")
    return _(
        "{amount} {currency} given up: {reason}; w for another reason",
        amount=format_money(amount, currency, language),
        currency=currency,
        reason=_(GIVEN_UP[code]),
    )
