"""The form that opens a dispute on an invoice: why, which lines or how much of it, and a first note."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui_billing.locale import LANGUAGES, N_, _, say
from tui_billing.models.door import Books
from tui_billing.models.queries.credits import Creditable, creditable
from tui_billing.models.queries.disputes import Disputable, disputable, standing_on
from tui_billing.rules.credits import Part
from tui_billing.rules.dates import parse_date
from tui_billing.rules.line_choice import parse_lines
from tui_billing.rules.numbers import parse_amount
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import fold, quote
from tui_billing.screens.amounts import money, word
from tui_billing.screens.form_screen import FormScreen
from tui_billing.screens.line_choice import line_table
from tui_billing.services.case_words import REASONS
from tui_billing.services.disputes import open_dispute
from tui_billing.widgets.cells import padded
from tui_billing.widgets.reader import Line, Reader

_LETTERS = dict(zip("abcdefghi", REASONS, strict=True))


def reason_of(text: str) -> str:
    """The reason that a letter of the list or the beginning of a word stands for."""
    typed = fold(text).strip()
    if typed in _LETTERS:
        return _LETTERS[typed]
    if typed in REASONS:
        return typed
    found = {
        token
        for token, words in REASONS.items()
        for language in LANGUAGES
        if typed and (fold(say(words, language)).startswith(typed) or f" {typed}" in fold(say(words, language)))
    }
    if len(found) == 1:
        return found.pop()
    if not typed:
        raise Problem("why is it disputed? type a letter of the list, for example a", field="reason")
    raise Problem(
        "{text} is no reason of the list; type its letter, for example a", field="reason", text=quote(text.strip())
    )


class DisputeEntryScreen(FormScreen):
    """Reason, lines or amount, note; Ctrl+S shows what will be opened, Enter opens it.

    Where the invoice is disputed already, the form says so, and a key goes to that case.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4,ctrl+o", "standing", N_("the open dispute"), show=False, id="dispute.standing"),
    ]

    AUTO_FOCUS = "#reason"
    KEY_ROWS = 2
    SAVE = N_("open the dispute")
    FIELDS = (
        ("reason", N_("Reason"), 26),
        ("lines", N_("Lines"), 26),
        ("amount", N_("Amount"), 16),
        ("note", N_("Note"), 50),
        ("contact", N_("Contact"), 30),
        ("answer_by", N_("Answer by"), 12),
    )

    def __init__(self, invoice_id: int) -> None:
        super().__init__()
        self.invoice_id = invoice_id
        self._about: Disputable | None = None
        self._lines: list[Creditable] = []
        self._standing: list[tuple[int, int]] = []

    @property
    def form_name(self) -> str:
        return f"dispute of {self.invoice_id}"

    def title_words(self) -> str:
        return _("NEW DISPUTE") + (f"  {self._about.number} · {self._about.customer}" if self._about else "")

    def hints(self) -> ComposeResult:
        yield Reader(id="reasons", focusable=False)

    async def start_values(self) -> dict[str, str]:
        about, self._lines, self._standing = await self.desk.ask(_read, self.invoice_id)
        self._about = about
        self._show_hints()
        self.show_keys()
        return {"amount": money(about.free, about.currency) if about.free else ""}

    def keys(self) -> Sequence[tuple[str, str]]:
        return [*super().keys(), *([("F4 ^O", _("open dispute"))] if self._standing else [])]

    def action_standing(self) -> None:
        """To the case that is open on this invoice; what is typed here is kept."""
        if not self._standing:
            self.say(_("no dispute is open on this invoice"))
            return
        from tui_billing.screens.dispute_detail import DisputeScreen

        self.action_back()
        self.workstation.open(DisputeScreen(self._standing[0][0]))

    def on_resize(self) -> None:
        self._show_hints()

    @on(Input.Changed, "#lines")
    def _picked(self) -> None:
        self._show_hints()

    def _show_hints(self) -> None:
        """The reasons in three columns, then the lines with what is picked of them."""
        about = self._about
        if about is None:
            return
        cells = [f"{letter}  {word(REASONS, token)}" for letter, token in _LETTERS.items()]
        wide = max(24, self.size.width // 3)
        rows: list[Line] = [
            [("".join(padded(f" {cell}", wide) for cell in cells[place : place + 3]), "")]
            for place in range(0, len(cells), 3)
        ]
        free = _(
            "{open} open, {free} of it not disputed",
            open=money(about.open, about.currency),
            free=money(about.free, about.currency, code=True),
        )
        if self._standing:
            key, amount = self._standing[0]
            text = _(
                "dispute {id} over {amount} is open on it: F4 goes there",
                id=key,
                amount=money(amount, about.currency, code=True),
            )
            rows.append([(f" ⚑ {text}", "magenta")])
        table = line_table(self._lines, self._typed_lines(), about.currency, self.size.width)
        self.query_one("#reasons", Reader).show([*rows, [(f" {free}", "dim")], *table])

    def _typed_lines(self) -> list[Part]:
        """The lines picked so far; what is half typed picks nothing yet."""
        try:
            return self._claims()
        except Problem:
            return []

    def _claims(self) -> list[Part]:
        assert self._about is not None
        return parse_lines(self.values()["lines"], self.desk.language, self._about.currency, quantities=False)

    def _amount(self, claims: list[Part]) -> int | None:
        """The disputed amount: the lines make it up where there are any."""
        assert self._about is not None
        if claims:
            rests = {line.position: line.rest for line in self._lines}
            total = sum(rests.get(one.position, 0) if one.amount is None else one.amount for one in claims)
            return min(total, self._about.free) if all(one.amount is None for one in claims) else total
        text = self.values()["amount"]
        return parse_amount(text, self.desk.language, self._about.currency).minor if text else None

    def question(self) -> str:
        assert self._about is not None
        reason = reason_of(self.values()["reason"])
        claims = self._claims()
        amount = self._amount(claims)
        self._day()
        shown = money(self._about.free if amount is None else amount, self._about.currency, code=True)
        if claims:
            return _(
                "dispute {amount} of {number}, lines {lines}, {reason}: Enter opens it",
                amount=shown,
                number=self._about.number,
                lines=", ".join(str(one.position) for one in claims),
                reason=word(REASONS, reason),
            )
        return _(
            "dispute {amount} of {number}, {reason}: Enter opens it",
            amount=shown,
            number=self._about.number,
            reason=word(REASONS, reason),
        )

    def _day(self) -> dt.date | None:
        text = self.values()["answer_by"]
        return parse_date(text, self.desk.language, self.desk.today, field="answer_by") if text else None

    async def carry_out(self) -> str:
        assert self._about is not None
        typed = self.values()
        claims = self._claims()
        await self.desk.do(
            open_dispute,
            self.invoice_id,
            command_id=self.command_id,
            reason=reason_of(typed["reason"]),
            amount=None if claims else self._amount(claims),
            lines=[(one.position, one.amount) for one in claims],
            note=typed["note"],
            contact=typed["contact"],
            answer_by=self._day(),
        )
        return _("the dispute on {number} is open", number=self._about.number)


def _read(books: Books, invoice_id: int) -> tuple[Disputable, list[Creditable], list[tuple[int, int]]]:
    return disputable(books, invoice_id), creditable(books, invoice_id)[1], standing_on(books, invoice_id)
