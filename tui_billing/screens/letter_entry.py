"""The form that writes a letter: to whom, which text, as of when; looked at, saved as a file, kept and queued."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui_billing.documents.letter import PrintableLetter
from tui_billing.locale import N_, _
from tui_billing.models.door import Books
from tui_billing.models.queries import facts
from tui_billing.rules.dates import parse_date
from tui_billing.rules.problem import NotFound, Problem
from tui_billing.rules.text import fold, quote
from tui_billing.screens.form_screen import FormScreen
from tui_billing.services.letter_texts import STATEMENT, list_texts
from tui_billing.services.letters import letter_by, write_letter
from tui_billing.services.papers import write_letter_to
from tui_billing.services.recipients import ways_for
from tui_billing.widgets.reader import Line, Reader


def find_customer(books: Books, text: str) -> facts.CustomerFacts:
    """The customer of a code, or the only one whose code or name has these words."""
    known = facts.customer_by_code(books, text)
    if known is None:
        some = facts.find_customers(books, text, 2) if text else []
        if len(some) != 1:
            raise NotFound(
                "there is no customer {code}; type part of the name to find the code",
                field="customer",
                code=quote(text),
            )
        known = some[0]
    return known


def letter_for(books: Books, customer: str, code: str, day: dt.date, since: dt.date | None) -> PrintableLetter:
    """The letter of what stands in the form."""
    return letter_by(books, find_customer(books, customer).id, day, code, since)


class LetterEntryScreen(FormScreen):
    """Customer, text, day; F8 shows the page, Ctrl+S keeps and queues it, or writes it to a file."""

    AUTO_FOCUS = "#customer"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f8", "preview", N_("view the page"), show=False, id="document.preview"),
    ]
    SAVE = N_("keep and send")
    FIELDS = (
        ("customer", N_("Customer"), 26),
        ("text", N_("Text"), 20),
        ("day", N_("As of"), 12),
        ("since", N_("From"), 12),
        ("file", N_("File"), 50),
    )

    def __init__(self, customer: str = "", text: str = STATEMENT) -> None:
        super().__init__()
        self._customer, self._text = customer, text
        self._codes: list[str] = []

    @property
    def form_name(self) -> str:
        return f"letter {self._customer}"

    def title_words(self) -> str:
        return _("NEW LETTER")

    def keys(self) -> list[tuple[str, str]]:
        return [("Enter", _("next field")), ("F8", _("view")), ("^S", _(self.SAVE)), ("Esc", _("back"))]

    def hints(self) -> ComposeResult:
        yield Reader(id="letter-hints", focusable=False)

    async def start_values(self) -> dict[str, str]:
        texts = await self.desk.ask(list_texts)
        shown: dict[str, str] = {}
        for one in texts:
            if one.language == self.desk.language or one.code not in shown:
                shown[one.code] = one.title
        self._codes = list(shown)
        lines: list[Line] = [[(f" {code:<14}{title}", "")] for code, title in shown.items()]
        notes = (
            _("From: a statement then tells everything that happened from that day on."),
            _("File: a PDF, .docx or .xlsx is written there, and nothing is kept; empty: kept and queued."),
        )
        self.query_one("#letter-hints", Reader).show([*lines, [], *([(f" {note}", "dim")] for note in notes)])
        return {"customer": self._customer, "text": self._text, "day": "t"}

    # -- what stands there -----------------------------------------------

    def _code(self, typed: str) -> str:
        word = fold(typed)
        found = [code for code in self._codes if code == word] or [
            code for code in self._codes if code.startswith(word)
        ]
        if not word or len(found) != 1:
            raise Problem(
                "there is no letter {code}; there are {names}",
                field="text",
                code=quote(typed),
                names=", ".join(self._codes),
            )
        return found[0]

    def _typed(self) -> tuple[str, str, dt.date, dt.date | None]:
        values = self.values()
        if not values["customer"]:
            raise Problem("who is it for? type the customer's code or name", field="customer")
        language, today = self.desk.language, self.desk.today
        day = parse_date(values["day"] or "t", language, today, field="day")
        since = parse_date(values["since"], language, today, field="since") if values["since"] else None
        return values["customer"], self._code(values["text"]), day, since

    def action_preview(self) -> None:
        """F8: the page that would be sent."""
        from tui_billing.screens.preview import PreviewScreen

        try:
            arguments = self._typed()
        except Problem as error:
            self.mark(error)
        else:
            self.workstation.open(PreviewScreen(letter_for, *arguments, title=_("LETTER")))

    def action_save(self) -> None:
        """The question needs the books: to whom it would go."""
        self.workstation.answer(self._ask(), name="letter")

    async def _ask(self) -> None:
        try:
            customer, code, day, since = self._typed()
            letter = await self.desk.ask(letter_for, customer, code, day, since)
            found = await self.desk.ask(find_customer, customer)
            ways = await self.desk.ask(ways_for, found.id, "letter")
        except Problem as error:
            self.mark(error)
            return
        file = self.values()["file"]
        if file:
            question = _(
                "{title} for {customer}: Enter writes {path}", title=letter.title, customer=found.code, path=file
            )
        else:
            to = ", ".join(way.address or way.channel for way in ways) or "-"
            question = _(
                "{title} for {customer}: Enter keeps it and queues it to {to}",
                title=letter.title,
                customer=found.code,
                to=to,
            )
        self.answer_line.open(question, purpose="save")

    def question(self) -> str:
        raise NotImplementedError  # `_ask` asks

    async def carry_out(self) -> str:
        customer, code, day, since = self._typed()
        letter = await self.desk.ask(letter_for, customer, code, day, since)
        if file := self.values()["file"]:
            path = Path(file).expanduser()
            pages = await self.desk.ask(write_letter_to, letter, path)
            return _("{path} is written ({pages} pages)", path=str(path), pages=pages)
        found = await self.desk.ask(find_customer, customer)
        done = await self.desk.do(write_letter, found.id, letter, send=True, command_id=self.command_id)
        return _("{name} is kept, and queued for {count} recipients", name=done["name"], count=len(done["queued"]))
