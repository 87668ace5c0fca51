"""A call or mail: who, what about, a ready answer; the customer's whole history stands below while they talk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from tui_billing.locale import LANGUAGES, N_, _, say
from tui_billing.models.door import Books
from tui_billing.models.queries import facts
from tui_billing.models.queries.customer_history import CustomerHistory, Entry, document_of, history_of
from tui_billing.rules.content import CustomerFacts
from tui_billing.rules.dates import parse_date
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import fold, quote
from tui_billing.screens.amounts import money, short_day, word
from tui_billing.screens.form_screen import FormScreen
from tui_billing.services.case_words import CHANNELS as CHANNEL_WORDS
from tui_billing.services.case_words import DISPUTE_STATUSES, OUTCOMES
from tui_billing.services.inquiries import SUBJECTS, log_inquiry
from tui_billing.services.ready_answers import ready_answer
from tui_billing.widgets.cells import padded
from tui_billing.widgets.key_bar import rows_of
from tui_billing.widgets.reader import Line, Reader, wrapped

SUBJECT_WORDS = {
    "terms": N_("terms"),
    "how_to_pay": N_("how to pay"),
    "format": N_("format"),
    "copy": N_("copy of an invoice"),
    "balance": N_("balance"),
    "delivery": N_("delivery"),
    "dispute": N_("dispute"),
    "other": N_("other"),
}
_LETTERS = dict(zip("abcdefgh", SUBJECTS, strict=True))
KINDS = {
    "invoice": N_("invoice"),
    "credit_note": N_("credit note"),
    "corrective": N_("corrective"),
    "payment": N_("payment"),
    "reversed": N_("payment reversed"),
    "dispute": N_("dispute"),
    "inquiry": N_("inquiry"),
    "delivery": N_("delivered"),
    "sent": N_("sent"),
}


def token_of(text: str, words: dict[str, str], letters: dict[str, str], field: str) -> str:
    """What a letter of the list, or the beginning of a word in any language, stands for."""
    typed = fold(text).strip()
    if typed in letters:
        return letters[typed]
    for token, message in words.items():
        if typed and any(fold(say(message, language)).startswith(typed) for language in LANGUAGES):
            return token
    raise Problem("{text} is not in the list; type its letter, for example a", field=field, text=quote(text.strip()))


class InquiryEntryScreen(FormScreen):
    """Ctrl+S logs at once; nothing but the customer and a subject or a word is needed."""

    AUTO_FOCUS = ""
    FIELDS = (
        ("customer", N_("Customer"), 26),
        ("subject", N_("About"), 20),
        ("text", N_("Note"), 60),
        ("follow_up", N_("Follow up"), 12),
        ("contact", N_("Contact"), 30),
        ("channel", N_("By"), 10),
    )

    def __init__(self, customer: str = "", invoice_id: int = 0) -> None:
        super().__init__()
        self._start = customer
        self._invoice_id = invoice_id
        self._customer: CustomerFacts | None = None
        self._found: list[CustomerFacts] = []
        self._history: CustomerHistory | None = None
        self._answer = ""

    @property
    def form_name(self) -> str:
        return f"inquiry of {self._start}"

    def title_words(self) -> str:
        return _("INQUIRY") + (f"  {self._customer.code} · {self._customer.name}" if self._customer else "")

    def hints(self) -> ComposeResult:
        yield Reader(id="history", focusable=False)

    def keys(self) -> Sequence[tuple[str, str]]:
        return [("Enter", _("next field")), ("^S", _("log it")), ("Esc", _("back, keeps what is typed"))]

    async def start_values(self) -> dict[str, str]:
        if self._start:
            await self._take(self._start)
        self.set_focus(self.field("subject" if self._customer else "customer"))
        self._show()
        return {"customer": self._start}

    def on_resize(self) -> None:
        self._show()

    # -- the customer ------------------------------------------------------

    @on(Input.Submitted, "#customer")
    def _customer_entered(self, event: Input.Submitted) -> None:
        """Enter in the customer field: the only one that fits is taken, several are shown."""
        event.stop()
        event.prevent_default()
        self.workstation.answer(self._enter_customer(), name="customer")

    async def _enter_customer(self) -> None:
        try:
            await self._take(self.field("customer").value)
        except Problem as error:
            self.mark(error)
        if self._customer:
            self.field("customer").show(self._customer.code)
            self.set_focus(self.field("subject"))
        self.show_headline()
        self._show()

    async def _take(self, text: str) -> None:
        self._customer, self._history, self._found = None, None, []
        self._found = await self.desk.ask(_find, text)
        if len(self._found) == 1:
            self._customer = self._found[0]
            self._history = await self.desk.ask(history_of, self._customer.id, self.desk.today)
        elif not self._found:
            message = N_("there is no customer {code}; type part of the name to find the code")
            raise Problem(message, field="customer", code=quote(text))

    # -- the subject and its answer ------------------------------------------

    @on(Input.Changed, "#subject")
    def _subject_typed(self) -> None:
        if self._customer is not None:
            self.run_worker(self._ready(), group="answer", exclusive=True)

    async def _ready(self) -> None:
        self._answer = ""
        if self._customer is not None and self.field("subject").value.strip():
            try:
                subject = self._subject()
            except Problem:
                subject = "other"
            self._answer = await self.desk.ask(
                ready_answer, self._customer.id, subject, self.desk.today, self._invoice_id
            )
        self._show()

    def _subject(self) -> str:
        text = self.values()["subject"]
        return token_of(text, SUBJECT_WORDS, _LETTERS, "subject") if text else "other"

    # -- what stands below -----------------------------------------------------

    def _show(self) -> None:
        width = max(40, self.size.width)
        subjects = [(letter, word(SUBJECT_WORDS, token)) for letter, token in _LETTERS.items()]
        lines: list[Line] = [
            [(" " + "  ".join(f"{letter} {words}" for letter, words in row), "dim")]
            for row in rows_of(subjects, width, len(subjects))
        ]
        lines += [[("  → " if not place else "    ", "bold"), (part, "green")] for place, part in enumerate(
            wrapped(self._answer, width - 6))]  # fmt: skip
        if self._history is None:
            lines += [[(f"   {padded(one.code, 12)} {one.name} · {one.city}", "")] for one in self._found]
        else:
            lines += self._history_lines(self._history, width)
        self.query_one("#history", Reader).show(lines)

    def _history_lines(self, history: CustomerHistory, width: int) -> list[Line]:
        currency, stands = self.desk.company.currency, history.stands
        words = _(
            "owes {owed} · {overdue} overdue · {disputed} disputed",
            owed=money(stands.owed, currency, code=True),
            overdue=stands.overdue,
            disputed=money(stands.disputed_amount, currency),
        )
        lines: list[Line] = [[(" " + words, "bold")]]
        lines += [
            [(" ☎ " + _("to follow up: {text} (= before the note ends it)", text=text), "yellow")]
            for _id, text in history.due
        ]
        return lines + [
            [(self._entry(one, width), "magenta" if one.kind == "dispute" else "")] for one in history.entries
        ]

    def _entry(self, one: Entry, width: int) -> str:
        detail = one.detail
        if one.kind == "dispute":
            detail = word(OUTCOMES, detail) if detail in OUTCOMES else word(DISPUTE_STATUSES, detail)
        title = word(SUBJECT_WORDS, one.title) if one.kind == "inquiry" else one.title
        amount = money(one.amount, one.currency, code=True) if one.currency else ""
        if one.open and one.open != one.amount:
            amount += " " + _("({amount} open)", amount=money(one.open, one.currency))
        day = short_day(dt.date.fromisoformat(one.date))
        head = f" {day}  {padded(word(KINDS, one.kind), 16)} {padded(title, 16)} "
        return head + padded(detail, max(8, width - len(head) - len(amount) - 2)) + f" {amount}"

    # -- logging -----------------------------------------------------------------

    def action_save(self) -> None:
        """Log it at once: it posts nothing, and the caller is still on the line."""
        self.workstation.answer(self._save(), name="save")

    async def carry_out(self) -> str:
        typed = self.values()
        if self._customer is None or typed["customer"] != self._customer.code:
            await self._take(typed["customer"])
        if self._customer is None:
            raise Problem("several customers fit; type more of the name", field="customer")
        text = typed["follow_up"]
        follow_up = parse_date(text, self.desk.language, self.desk.today, field="follow_up") if text else None
        subject = self._subject()
        channel = token_of(typed["channel"], CHANNEL_WORDS, {}, "channel") if typed["channel"] else "call"
        due = self._history.due if self._history else ()
        customer = self._customer
        answer = await self.desk.ask(ready_answer, customer.id, subject, self.desk.today, self._invoice_id)
        about = await self.desk.ask(document_of, self._invoice_id, customer.id)
        await self.desk.do(
            log_inquiry,
            customer.id,
            typed["text"].removeprefix("=").strip(),
            command_id=self.command_id,
            invoice_id=about,
            channel=channel,
            subject=subject,
            contact=typed["contact"],
            answer=answer,
            follow_up=follow_up,
            follows=due[0][0] if due and typed["text"].startswith("=") else None,
        )
        return _("logged: {customer}, {subject}", customer=customer.code, subject=word(SUBJECT_WORDS, subject))


def _find(books: Books, text: str) -> list[CustomerFacts]:
    exact = facts.customer_by_code(books, text)
    return [exact] if exact else facts.find_customers(books, text)
