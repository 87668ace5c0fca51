"""The overview: how the receivables stand, what is to be done today, and what the others did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.widget import Widget

from tui_billing.locale import N_, _
from tui_billing.models.door import Interrupted
from tui_billing.models.queries import overview
from tui_billing.models.queries.overview import Overview, Trend
from tui_billing.rules.numbers import format_money
from tui_billing.rules.status import GLYPHS, Status
from tui_billing.screens.amounts import instant, short_day
from tui_billing.screens.desk import Desk
from tui_billing.screens.frame import BillingScreen
from tui_billing.widgets.bars import bar, sparkline
from tui_billing.widgets.cells import glyph, padded, use_ascii
from tui_billing.widgets.themes import tint

#: Order of the statuses on the board.
ORDER = (
    Status.DRAFT,
    Status.OPEN,
    Status.DUE_SOON,
    Status.PART_PAID,
    Status.OVERDUE,
    Status.DISPUTED,
    Status.PAID,
)
AGES = (
    ("not_due", N_("not due")),
    ("d1_30", "1-30"),
    ("d31_60", "31-60"),
    ("d61_90", "61-90"),
    ("over_90", N_("over 90")),
)
#: What an audit action is called in the news line.
DEEDS = {
    "issue": N_("{who} issued {label}"),
    "credit": N_("{who} issued the credit note {label}"),
    "receive": N_("{who} took in {label}"),
    "allocate": N_("{who} allocated {label}"),
    "take_back": N_("{who} took back {label}"),
    "reverse": N_("{who} reversed {label}"),
    "write_off": N_("{who} wrote off {label}"),
    "open_dispute": N_("{who} opened a dispute on {label}"),
    "note_dispute": N_("{who} noted on the dispute of {label}"),
    "move_dispute": N_("{who} moved on the dispute of {label}"),
    "close_dispute": N_("{who} closed the dispute of {label}"),
    "add": N_("{who} entered {label}"),
    "change": N_("{who} changed {label}"),
    "send": N_("{who} queued {label} to be sent"),
    "retry": N_("{who} had {label} tried again"),
    "confirm": N_("{who} noted that {label} arrived"),
    "cancel": N_("{who} took {label} off the queue"),
    "print": N_("{who} printed the pile {label}"),
}
_STATUS_WIDTH = 40
_NEWS = 12
Piece = tuple[str, str]  # text, colour name


class Board(Widget, can_focus=True):
    """The numbers, painted line by line; a line is repainted only where it changed."""

    DEFAULT_CSS = "Board { height: 1fr; width: 1fr; } Board:focus { border: none; }"

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="board")
        self._desk = desk
        self._lines: list[list[Piece]] = []
        self.view: Overview | None = None
        self.trend: Trend | None = None

    def show(self, view: Overview | None = None, trend: Trend | None = None) -> None:
        """Show other numbers."""
        self.view = view or self.view
        self.trend = trend or self.trend
        self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        old = self._lines
        self._lines = self._build(self.size.width) if self.view and self.size.width else []
        if len(old) != len(self._lines):
            self.refresh()
            return
        from textual.geometry import Region

        for y, (before, after) in enumerate(zip(old, self._lines, strict=True)):
            if before != after:
                self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        if y >= len(self._lines):
            return Strip.blank(width, base)
        segments = []
        for text, colour in self._lines[y]:
            style = base + Style(bold=True) if colour == "bold" else base + tint(self.app, colour)
            segments.append(Segment(text, style))
        return Strip(segments).adjust_cell_length(width, base)

    # -- what stands where -----------------------------------------------

    def _build(self, width: int) -> list[list[Piece]]:
        """Three columns from 100 cells on; from 80 the pictures go, below that the right column stands under."""
        view = self.view
        assert view is not None
        statuses = self._statuses(view)
        today = self._today(view)
        if width >= 100:
            bars = min(20, width - 94)
            ages = self._ages(view, bars)
            return self._beside([(statuses, _STATUS_WIDTH), (ages, 28 + bars), (today, 0)], width) + self._news(view)
        if width >= 78:
            ages = self._ages(view, 0)
            under = [[(" ", ""), *line] for line in today]
            return [*self._beside([(statuses, _STATUS_WIDTH), (ages, 0)], width), [], *under, *self._news(view)]
        under = [[(" ", ""), *line] for line in [*self._ages(view, 0), [], *today]]
        return [*statuses, [], *under, *self._news(view)]

    def _beside(self, columns: Sequence[tuple[list[list[Piece]], int]], width: int) -> list[list[Piece]]:
        height = max(len(column) for column, _width in columns)
        lines: list[list[Piece]] = []
        for y in range(height):
            line: list[Piece] = []
            for column, cells in columns:
                pieces = column[y] if y < len(column) else []
                line += pieces
                if cells:
                    used = sum(len(text) for text, _colour in pieces)
                    line.append((" " * max(0, cells - used), ""))
            lines.append(line)
        return lines

    def _money(self, minor: int, width: int = 13) -> str:
        return format_money(minor, self._desk.company.currency, self._desk.language).rjust(width)

    def _statuses(self, view: Overview) -> list[list[Piece]]:
        currency = self._desk.company.currency
        lines: list[list[Piece]] = [
            [(" " + padded(_("STATUS"), 17) + _("count").rjust(6) + currency.rjust(13), "bold")]
        ]
        for status in ORDER:
            count, amount = view.statuses.get(status, (0, 0))
            sign = GLYPHS[status]
            words = _("paid, 30 days") if status is Status.PAID else _(sign.word)
            lines.append(
                [
                    (f" {glyph(status)} {padded(words, 15)}", sign.colour),
                    (f"{count:>6}" + self._money(amount), ""),
                ]
            )
        return lines

    def _ages(self, view: Overview, bars: int) -> list[list[Piece]]:
        currency = self._desk.company.currency
        lines: list[list[Piece]] = [
            [(padded(_("AGING") + " " + currency, 10 + bars + (2 if bars else 0)), "bold"), (" " * 13, "")]
        ]
        largest = max([*view.aging.values(), 1])
        for token, words in AGES:
            amount = view.aging.get(token, 0)
            colour = "" if token == "not_due" else "red"
            picture = padded(bar(amount, largest, bars, ascii=use_ascii()), bars + 2) if bars else ""
            lines.append([(padded(_(words) if words[0].isalpha() else words, 10), ""), (picture, colour)])
            lines[-1].append((self._money(amount), ""))
        if view.credits[1] or view.on_account[1]:
            minus = -(view.credits[1] + view.on_account[1])
            lines.append([(padded(_("credits, on account"), 10 + bars + (2 if bars else 0) + 0), "")])
            text = lines[-1][0][0]
            lines[-1] = [(text[: 10 + bars + 2] if bars else padded(_("credits"), 10), ""), (self._money(minus), "")]
        if view.disputed:
            lines.append([(padded(_("disputed"), 10 + bars + (2 if bars else 0)), "magenta")])
            lines[-1].append((self._money(view.disputed), "magenta"))
        trend = self.trend
        if trend is not None and trend.dso is not None:
            lines.append(
                [
                    (_("DSO {days} days", days=trend.dso) + "  ", ""),
                    (sparkline(trend.weeks, ascii=use_ascii()), "green"),
                ]
            )
        else:
            lines.append([])
        return lines

    def _today(self, view: Overview) -> list[list[Piece]]:
        def row(status: Status, mark: str, count: int, one: str, many: str) -> list[Piece]:
            return [(f"{mark} {count} {one if count == 1 else many}", GLYPHS[status].colour if count else "")]

        ascii_signs = use_ascii()
        overdue = view.statuses.get(Status.OVERDUE, (0, 0))[0]
        lines: list[list[Piece]] = [
            [(_("TODAY"), "bold")],
            row(Status.OVERDUE, glyph(Status.OVERDUE), overdue, _("overdue to follow up"), _("overdue to follow up")),
            row(
                Status.PART_PAID,
                "+" if ascii_signs else "◆",
                view.bank_lines,
                _("bank line to match"),
                _("bank lines to match"),
            ),
            row(
                Status.DISPUTED,
                glyph(Status.DISPUTED),
                view.disputes,
                _("dispute to answer"),
                _("disputes to answer"),
            ),
            row(Status.DRAFT, glyph(Status.DRAFT), view.own_drafts, _("draft of yours"), _("drafts of yours")),
            *[
                row(Status.OVERDUE, "!" if ascii_signs else "☎", count, one + key, many + key)
                for count, one, many, key in (
                    (view.to_bill, _("delivery to bill"), _("deliveries to bill"), " (gb)"),
                    (view.questions, _("question to you"), _("questions to you"), ""),
                    (view.follow_ups, _("inquiry to follow up"), _("inquiries to follow up"), " (gq)"),
                    (view.investigations, _("investigation due"), _("investigations due"), ""),
                    (view.credits_waiting, _("credit to approve"), _("credits to approve"), " (w)"),
                )
                if count
            ],
            *self._traffic(view),
            [],
            [(_("cash this week") + " " + self._money(view.cash_this_week, 0), "green")],
        ]
        return lines

    def _traffic(self, view: Overview) -> list[list[Piece]]:
        """What came back or is not certain, and a mail server that is away; nothing where all is well."""
        mail = ">" if use_ascii() else "✉"
        lines: list[list[Piece]] = []
        if count := view.traffic.trouble:
            words = _("1 delivery needs you") if count == 1 else _("{count} deliveries need you", count=count)
            lines.append([(f"{mail} {words}", "red")])
        if since := view.traffic.outage_since:
            when = instant(since)
            day, _blank, hour = when.partition(" ")
            words = _("no mail since {when}", when=hour if day == short_day(dt.date.today()) else day)  # noqa: DTZ011
            lines.append([(f"{mail} {words}", "red")])
        return lines

    def _news(self, view: Overview) -> list[list[Piece]]:
        """What the others did: one line each where there is room, else as many as one line holds."""
        if not view.news:
            return []
        deeds = [_(DEEDS[act], who=who, label=label) for who, act, label in view.news if act in DEEDS]
        head = _("since you last looked")
        room = self.size.height - 11
        if self.size.width >= 100 and room > 3:
            lines: list[list[Piece]] = [[], [(" " + head, "bold")]]
            return lines + [[(" " + padded(deed, self.size.width - 2), "")] for deed in deeds[: min(room - 1, _NEWS)]]
        return [[], [(" " + padded(f"{head}: {' · '.join(deeds)}", max(10, self.size.width - 2)), "dim")]]


class OverviewScreen(BillingScreen):
    """The first screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stay", show=False, id="overview.stay"),
        Binding("w", "waiting_credits", N_("credits to approve"), show=False, id="credit.waiting"),
    ]

    def body(self) -> ComposeResult:
        yield Board(self.desk)

    def keys(self) -> Sequence[tuple[str, str]]:
        return [("n", _("new invoice")), ("p", _("payment")), *self.place_keys(), (":", _("command")), ("q", _("quit"))]

    def on_mount(self) -> None:
        super().on_mount()
        first = self.desk.first
        if first is not None:
            self.query_one(Board).show(first)
            self.call_after_refresh(self._read_trend)

    def on_screen_resume(self) -> None:
        self.show_keys()
        if (self.query_one(Board).view is not None and not self.desk.first) or self.desk.first is None:
            self.reload()
        self.desk.first = None

    def reload(self) -> None:
        self.run_worker(self._read, group="overview", exclusive=True)  # type: ignore[arg-type]

    async def _read(self) -> None:
        desk = self.desk
        view = await desk.ask(overview.read, desk.today, desk.company.due_soon_days, desk.context.operator)
        self.query_one(Board).show(view)
        await self._read_trend()

    async def _read_trend(self) -> None:
        try:
            trend = await self.desk.look(overview.trend, self.desk.today)
        except Interrupted:
            return  # another screen reads now
        self.query_one(Board).show(trend=trend)

    def action_stay(self) -> None:
        """There is nothing behind the overview; Esc does no harm."""
