"""An investigation: what is looked into, what was found out so far, and its end; and the form that opens one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from textual.app import ComposeResult

from tui_billing.documents.proof_words import WORDS
from tui_billing.locale import N_, _
from tui_billing.rules.dates import format_date, parse_date
from tui_billing.rules.proof import Item
from tui_billing.screens.amounts import money, short_day, short_iso
from tui_billing.screens.form_screen import FormScreen
from tui_billing.services.investigations import (
    DAYS,
    close_investigation,
    note_investigation,
    of_item,
    open_investigation,
    show_investigation,
)
from tui_billing.widgets.cells import padded
from tui_billing.widgets.reader import Line, Reader, wrapped


class _Investigated(FormScreen):
    """What both forms share: the facts below the fields."""

    def hints(self) -> ComposeResult:
        yield Reader(id="investigation", focusable=False)

    def show_lines(self, lines: list[Line]) -> None:
        """Show the facts."""
        self.query_one("#investigation", Reader).show(lines)

    def until(self) -> dt.date | None:
        """The day that was typed, None where none was."""
        text = self.values()["until"]
        return parse_date(text, self.desk.language, self.desk.today, field="until") if text else None


class InvestigationEntryScreen(_Investigated):
    """Who finds it out, until when, a first note; Ctrl+S, Enter."""

    AUTO_FOCUS = "#note"
    FIELDS = (("owner", N_("Owner"), 20), ("until", N_("Until"), 12), ("note", N_("Note"), 50))

    def __init__(self, item: Item, month: str, currency: str) -> None:
        super().__init__()
        self.item, self.month, self.currency = item, month, currency

    @property
    def form_name(self) -> str:
        return f"investigation of {self.item.bank_line} {self.item.receipt} {self.item.refund}"

    def title_words(self) -> str:
        return _("NEW INVESTIGATION")

    async def start_values(self) -> dict[str, str]:
        item = self.item
        facts = [
            _(WORDS[item.kind]),
            short_iso(item.date),
            item.who,
            item.text,
            money(item.amount, self.currency, code=True),
        ]
        self.show_lines([[], *([(f" {fact}", "")] for fact in facts if fact)])
        until = self.desk.today + dt.timedelta(DAYS)
        return {"owner": self.desk.context.operator, "until": format_date(until, self.desk.language)}

    def question(self) -> str:
        until = self.until()
        owner = self.values()["owner"] or self.desk.context.operator
        day = short_day(until) if until else ""
        return _("{owner} finds it out until {date}: Enter opens it", owner=owner, date=day)

    async def carry_out(self) -> str:
        typed = self.values()
        opening = of_item(
            self.item,
            self.month,
            self.currency,
            owner=typed["owner"],
            due_on=self.until(),
            note=typed["note"],
        )
        key = await self.desk.do(open_investigation, opening, command_id=self.command_id)
        return _("investigation {id} is open", id=key)


class InvestigationScreen(_Investigated):
    """A note, another owner or day; a text under Outcome closes it."""

    AUTO_FOCUS = "#note"
    FIELDS = (
        ("note", N_("Note"), 50),
        ("owner", N_("Owner"), 20),
        ("until", N_("Until"), 12),
        ("outcome", N_("Outcome"), 50),
    )

    def __init__(self, investigation: int) -> None:
        super().__init__()
        self.investigation = investigation
        self._told: dict[str, Any] = {}

    @property
    def form_name(self) -> str:
        return f"investigation {self.investigation}"

    def title_words(self) -> str:
        return f"{_('INVESTIGATION')} {self.investigation}"

    async def start_values(self) -> dict[str, str]:
        self._told = told = await self.desk.ask(show_investigation, self.investigation)
        until = dt.date.fromisoformat(told["due_on"])
        state = _("open") if told["status"] == "open" else f"{_('closed')}: {told['outcome']}"
        lines: list[Line] = [
            [],
            [(" " + told["subject"], "bold")],
            [(f" {told['amount']} {told['currency']} · {told['month']} · {state}", "")],
            [],
        ]
        for note in told["notes"]:
            day = short_day(dt.date.fromisoformat(note["date"]))
            for place, part in enumerate(wrapped(note["text"], max(20, self.size.width - 24))):
                head = f" {day} {padded(note['operator'], 10)} " if not place else " " * 21
                lines.append([(head, "dim"), (part, "")])
        self.show_lines(lines)
        return {"owner": told["owner"], "until": format_date(until, self.desk.language)}

    def question(self) -> str:
        if self.values()["outcome"]:
            return _("close investigation {id}: Enter closes it", id=self.investigation)
        self.until()
        return _("write the note: Enter writes it")

    async def carry_out(self) -> str:
        typed = self.values()
        if typed["outcome"]:
            if typed["note"]:
                await self.desk.do(note_investigation, self.investigation, typed["note"])
            await self.desk.do(close_investigation, self.investigation, typed["outcome"], command_id=self.command_id)
            return _("investigation {id} is closed", id=self.investigation)
        owner = typed["owner"] if typed["owner"] != self._told["owner"] else ""
        until = self.until()
        changed = until if until and until.isoformat() != self._told["due_on"] else None
        await self.desk.do(
            note_investigation,
            self.investigation,
            typed["note"],
            owner=owner,
            due_on=changed,
            command_id=self.command_id,
        )
        return _("the note is written")
