"""The form that opens a dispute on an invoice: why, how much of it, and a first note."""

from __future__ import annotations

from textual.app import ComposeResult

from tui_billing.locale import LANGUAGES, N_, _, say
from tui_billing.models.queries.disputes import Disputable, disputable
from tui_billing.rules.numbers import parse_amount
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import fold, quote
from tui_billing.screens.amounts import REASONS, money, word
from tui_billing.screens.form_screen import FormScreen
from tui_billing.services.disputes import open_dispute
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
    """Reason, amount, note; Ctrl+S shows what will be opened, Enter opens it."""

    AUTO_FOCUS = "#reason"
    FIELDS = (
        ("reason", N_("Reason"), 26),
        ("amount", N_("Amount"), 16),
        ("contact", N_("Contact"), 30),
        ("note", N_("Note"), 50),
    )

    def __init__(self, invoice_id: int) -> None:
        super().__init__()
        self.invoice_id = invoice_id
        self._about: Disputable | None = None

    @property
    def form_name(self) -> str:
        return f"dispute of {self.invoice_id}"

    def title_words(self) -> str:
        return _("NEW DISPUTE") + (f"  {self._about.number} · {self._about.customer}" if self._about else "")

    def hints(self) -> ComposeResult:
        yield Reader(id="reasons", focusable=False)

    async def start_values(self) -> dict[str, str]:
        self._about = await self.desk.ask(disputable, self.invoice_id)
        lines: list[Line] = [
            [(f"            {letter}  ", "bold"), (word(REASONS, token), "")] for letter, token in _LETTERS.items()
        ]
        about = self._about
        head = _(
            "{open} open, {free} of it not disputed",
            open=money(about.open, about.currency),
            free=money(about.free, about.currency, code=True),
        )
        self.query_one("#reasons", Reader).show([[], *lines, [], [(f" {head}", "dim")]])
        return {"amount": money(about.free, about.currency) if about.free else ""}

    def _amount(self) -> int | None:
        assert self._about is not None
        text = self.values()["amount"]
        if not text:
            return None
        return parse_amount(text, self.desk.language, self._about.currency).minor

    def question(self) -> str:
        assert self._about is not None
        reason = reason_of(self.values()["reason"])
        amount = self._amount()
        shown = money(self._about.free if amount is None else amount, self._about.currency, code=True)
        return _(
            "dispute {amount} of {number}, {reason}: Enter opens it",
            amount=shown,
            number=self._about.number,
            reason=word(REASONS, reason),
        )

    async def carry_out(self) -> str:
        assert self._about is not None
        typed = self.values()
        await self.desk.do(
            open_dispute,
            self.invoice_id,
            command_id=self.command_id,
            reason=reason_of(typed["reason"]),
            amount=self._amount(),
            note=typed["note"],
            contact=typed["contact"],
        )
        return _("the dispute on {number} is open", number=self._about.number)
