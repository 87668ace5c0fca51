"""The form that changes a dispute: a line more, another amount, a line out, its owner, its day of answer."""

from __future__ import annotations

import datetime as dt

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from tui_billing.locale import LANGUAGES, N_, _, say
from tui_billing.models.door import Books
from tui_billing.models.queries.credits import Creditable, creditable
from tui_billing.models.queries.disputes import Case, dispute
from tui_billing.rules.credits import Part
from tui_billing.rules.dates import format_date, parse_date
from tui_billing.rules.line_choice import parse_lines
from tui_billing.rules.numbers import parse_amount
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import fold, quote
from tui_billing.screens.amounts import money, word
from tui_billing.screens.form_screen import FormScreen
from tui_billing.screens.line_choice import line_table
from tui_billing.services.case_words import PRIORITIES
from tui_billing.services.dispute_amend import Amendment, change_dispute
from tui_billing.widgets.reader import Line, Reader


def priority_of(text: str) -> str:
    """The priority that the beginning of its word stands for."""
    typed = fold(text).strip()
    for token, message in PRIORITIES.items():
        if typed and any(fold(say(message, language)).startswith(typed) for language in LANGUAGES):
            return token
    raise Problem("{text} is no priority; it is low, normal or high", field="priority", text=quote(text.strip()))


class DisputeChangeScreen(FormScreen):
    """What is typed changes; what is left as it stands stays. The lines stand below with what is contested of each."""

    AUTO_FOCUS = "#lines"
    SAVE = N_("change the dispute")
    FIELDS = (
        ("lines", N_("Lines"), 26),
        ("amount", N_("Amount"), 16),
        ("note", N_("Note"), 50),
        ("owner", N_("Owner"), 20),
        ("answer_by", N_("Answer by"), 12),
        ("priority", N_("Priority"), 12),
        ("contact", N_("Contact"), 30),
    )

    def __init__(self, dispute_id: int) -> None:
        super().__init__()
        self.dispute_id = dispute_id
        self._case: Case | None = None
        self._lines: list[Creditable] = []

    @property
    def form_name(self) -> str:
        return f"change of dispute {self.dispute_id}"

    def title_words(self) -> str:
        row = self._case.row if self._case else None
        return _("CHANGE DISPUTE") + (f" {row.id}  {row.number} · {row.customer}" if row else "")

    def hints(self) -> ComposeResult:
        yield Reader(id="hints", focusable=False)

    async def start_values(self) -> dict[str, str]:
        case, self._lines = await self.desk.ask(_read, self.dispute_id)
        self._case, row = case, case.row
        self._show_hints()
        return {
            "amount": "" if case.lines else money(row.amount, row.currency),
            "owner": row.owner,
            "answer_by": format_date(row.answer_by, self.desk.language),
            "priority": word(PRIORITIES, row.priority),
            "contact": row.contact,
        }

    def on_resize(self) -> None:
        self._show_hints()

    @on(Input.Changed, "#lines")
    def _picked(self) -> None:
        self._show_hints()

    def _show_hints(self) -> None:
        if self._case is None:
            return
        row = self._case.row
        standing = {position: amount for position, _text, amount in self._case.lines}
        try:
            parts = self._parts()
        except Problem:
            parts = []  # what is half typed picks nothing yet
        rows: list[Line] = [
            [(" " + _("3 a line more · 2=100 so much of it, VAT in · -4 out of it"), "dim")],
            [(" " + _("contested now: {amount}", amount=money(row.amount, row.currency, code=True)), "bold")],
        ]
        rows += line_table(self._lines, parts, row.currency, self.size.width, standing)
        self.query_one("#hints", Reader).show(rows)

    # -- what is typed ---------------------------------------------------

    def _parts(self) -> list[Part]:
        assert self._case is not None
        typed, currency = self.values()["lines"], self._case.row.currency
        return parse_lines(typed, self.desk.language, currency, quantities=False, out=True)

    def _amendment(self) -> Amendment:
        """What differs from how it stands."""
        assert self._case is not None
        typed, begun, row = self.values(), self._begun, self._case.row
        language, today = self.desk.language, self.desk.today

        def differs(name: str) -> bool:
            return typed[name] != begun.get(name, "")

        parts = self._parts()
        amount = None
        if typed["amount"] and differs("amount"):
            amount = parse_amount(typed["amount"], language, row.currency).minor
        day: dt.date | None = None
        if typed["answer_by"] and differs("answer_by"):
            day = parse_date(typed["answer_by"], language, today, field="answer_by")
        wanted = Amendment(
            [(part.position, part.amount) for part in parts],
            amount,
            typed["note"],
            typed["owner"] if differs("owner") else "",
            priority_of(typed["priority"]) if differs("priority") else "",
            day,
            typed["contact"] if differs("contact") else None,
        )
        if wanted == Amendment([]):
            raise Problem("nothing is changed yet; type a line, an amount, a note, an owner or a day", field="lines")
        return wanted

    def question(self) -> str:
        assert self._case is not None
        wanted, row = self._amendment(), self._case.row
        if not wanted.lines and wanted.amount is None:
            return _("change the dispute on {number}: Enter does it", number=row.number)
        amount = wanted.amount
        if wanted.lines:
            rests = {line.position: line.rest for line in self._lines}
            after = {position: part for position, _text, part in self._case.lines}
            after |= {position: rests.get(position, 0) if part is None else part for position, part in wanted.lines}
            amount = sum(after.values())
        return _(
            "contest {amount} of {number} from today (was {before}): Enter does it",
            amount=money(amount or 0, row.currency, code=True),
            number=row.number,
            before=money(row.amount, row.currency),
        )

    async def carry_out(self) -> str:
        assert self._case is not None
        wanted, row = self._amendment(), self._case.row
        await self.desk.do(change_dispute, self.dispute_id, wanted, row.version, command_id=self.command_id)
        return _("the dispute on {number} is changed", number=row.number)


def _read(books: Books, dispute_id: int) -> tuple[Case, list[Creditable]]:
    case = dispute(books, dispute_id)
    return case, creditable(books, case.row.invoice_id)[1]
