"""Calls and mails: what is to be followed up first; Enter goes on with one, the customer's history below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from tui_billing.locale import LANGUAGES, N_, _, say
from tui_billing.models.queries import inquiry_list
from tui_billing.models.queries.disputes import WantedWord
from tui_billing.models.queries.inquiry_list import InquiryRow
from tui_billing.rules.status import GLYPHS, Status
from tui_billing.rules.text import fold
from tui_billing.screens.amounts import number, short_day, word
from tui_billing.screens.inquiry_entry import CHANNEL_WORDS, SUBJECT_WORDS
from tui_billing.screens.list_screen import Listed, ListScreen
from tui_billing.widgets.cells import Cell, glyph
from tui_billing.widgets.paged_table import Column, PageRequest


def tokens_of(text: str) -> tuple[str, ...]:
    """The subjects and channels with a word that begins so, in any language."""
    if len(text) < 3:
        return ()
    return tuple(
        token
        for table in (SUBJECT_WORDS, CHANNEL_WORDS)
        for token, words in table.items()
        if any(fold(say(words, language)).startswith(text) for language in LANGUAGES)
    )


class InquiriesScreen(ListScreen):
    """All of them; a note that begins with `=` in what Enter opens ends what was to be followed up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "document", N_("the invoice"), show=False, id="document.open"),
        Binding("a", "papers", N_("papers"), show=False, id="papers"),
    ]
    KEY_ROWS = 2
    EMPTY = N_("no call or mail yet; i logs one")
    FILTER_HINT = N_("customer, words, subject, who")

    def title_words(self) -> str:
        return _("CALLS AND MAILS")

    def columns(self) -> list[Column]:
        return [
            Column(_("follow up"), 10),
            Column(_("date"), 8),
            Column(_("customer"), 14, flex=1),
            Column(_("about"), 12),
            Column(_("note"), 14, flex=3),
            Column(_("invoice"), 11, priority=2),
            Column(_("who"), 8, priority=1),
        ]

    def row_keys(self) -> Sequence[tuple[str, str]]:
        return [("i", _("new inquiry")), ("o", _("invoice")), ("a", _("papers")), ("p", _("payment"))]

    def parse_filter(self, text: str) -> tuple[WantedWord, ...]:
        return tuple(WantedWord(typed, tokens_of(typed)) for typed in fold(text).split())

    def read_page(self, wanted: Any, request: PageRequest) -> Any:
        return inquiry_list.page, (wanted, request.direction, request.key, request.limit)

    def read_count(self, wanted: Any) -> Any:
        return inquiry_list.count, (wanted,)

    def counted(self, count: int, more: bool) -> str:
        shown = number(count) + ("+" if more else "")
        return _("1 call or mail") if count == 1 else _("{count} calls and mails", count=shown)

    def listed(self, record: InquiryRow) -> Listed:
        due: str | Cell = ""
        if record.due is not None:
            sign = Status.OVERDUE if record.due <= self.desk.today else Status.OPEN
            due = Cell(f"{glyph(sign)} {short_day(record.due)}", GLYPHS[sign].colour)
        said = f"{record.contact}: {record.text}" if record.contact and record.text else record.text or record.contact
        cells = (
            due,
            short_day(record.date),
            record.customer,
            word(SUBJECT_WORDS, record.subject),
            said,
            record.number,
            record.operator,
        )
        return Listed(record.key, record.id, cells, record)

    def open_record(self, record: InquiryRow) -> None:
        self.workstation.new_inquiry(record.code, record.invoice_id)

    def inquiry_about(self) -> tuple[str, int]:
        return (self.record.code, self.record.invoice_id) if self.record else ("", 0)

    def papers_about(self) -> tuple[str, int]:
        return ("inquiry", self.record.id) if self.record else ("", 0)

    def action_pay(self) -> None:
        self.workstation.new_payment(self.record.code if self.record else "")

    def action_document(self) -> None:
        if self.record is None:
            return
        if self.record.invoice_id:
            self.workstation.open_invoice(self.record.invoice_id)
        else:
            self.say(_("this one is about no invoice"))
