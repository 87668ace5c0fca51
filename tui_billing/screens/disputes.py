"""The list of disputes: what must be answered first, first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from tui_billing.locale import LANGUAGES, N_, _, say
from tui_billing.models.queries import disputes
from tui_billing.models.queries.disputes import DisputeRow, WantedWord
from tui_billing.rules.status import GLYPHS, Status
from tui_billing.rules.text import fold
from tui_billing.screens.amounts import money, number, short_day, word
from tui_billing.screens.list_screen import Listed, ListScreen
from tui_billing.services.case_words import DISPUTE_STATUSES, OUTCOMES, REASONS
from tui_billing.widgets.cells import Cell, glyph
from tui_billing.widgets.paged_table import Column, PageRequest


def tokens_of(text: str) -> tuple[str, ...]:
    """The reasons, statuses and outcomes with a word that begins so, in any language."""
    if len(text) < 3:
        return ()
    found = []
    for table in (REASONS, DISPUTE_STATUSES, OUTCOMES):
        for token, words in table.items():
            known = [token, *" ".join(fold(say(words, language)) for language in LANGUAGES).split()]
            if any(one.startswith(text) for one in known):
                found.append(token)
    return tuple(dict.fromkeys(found))


class DisputesScreen(ListScreen):
    """All disputes; Enter opens one with the cursor in its note."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "document", N_("the invoice"), show=False, id="document.open"),
        Binding("h", "document", N_("history"), show=False, id="history"),
        Binding("x", "explain", N_("explain"), show=False, id="explain"),
        Binding("c", "credit", N_("credit"), show=False, id="record.credit"),
        Binding("w", "waiting_credits", N_("credits to approve"), show=False, id="credit.waiting"),
        Binding("f", "evidence", N_("evidence pack"), show=False, id="document.evidence"),
        Binding("a", "papers", N_("papers"), show=False, id="papers"),
    ]
    KEY_ROWS = 2
    EMPTY = N_("no dispute; d on an invoice opens one")
    FILTER_HINT = N_("number, customer, reason, owner, who is asked, status")

    def title_words(self) -> str:
        return _("DISPUTES")

    def columns(self) -> list[Column]:
        return [
            Column(_("answer by"), 10),
            Column(_("invoice"), 11),
            Column(_("customer"), 12, flex=2),
            Column(_("reason"), 12, flex=1),
            Column(_("amount"), 11, align="right"),
            Column("", 3, priority=3),
            Column(_("owner"), 8, priority=2),
            Column(_("status"), 18),
        ]

    def row_keys(self) -> Sequence[tuple[str, str]]:
        return [
            ("o", _("invoice")),
            ("c", _("credit")),
            ("f", _("evidence")),
            ("a", _("papers")),
            ("i", _("inquiry")),
            ("w", _("approve credits")),
            ("p", _("payment")),
            ("x", _("explain")),
            ("n", _("new invoice")),
        ]

    def parse_filter(self, text: str) -> tuple[WantedWord, ...]:
        return tuple(WantedWord(typed, tokens_of(typed)) for typed in fold(text).split())

    def read_page(self, wanted: Any, request: PageRequest) -> Any:
        return disputes.page, (wanted, request.direction, request.key, request.limit)

    def read_count(self, wanted: Any) -> Any:
        return disputes.count, (wanted,)

    def counted(self, count: int, more: bool) -> str:
        return _("1 dispute") if count == 1 else _("{count} disputes", count=number(count) + ("+" if more else ""))

    def listed(self, record: DisputeRow) -> Listed:
        closed = record.status == "closed"
        late = not closed and record.answer_by < self.desk.today
        sign = Status.CREDITED if closed else Status.OVERDUE if late else Status.DISPUTED
        state = word(OUTCOMES, record.outcome) if closed else word(DISPUTE_STATUSES, record.status)
        if record.status == "waiting_colleague" and record.asked:
            state = _("waiting: {login}", login=record.asked)
        colour = GLYPHS[sign].colour
        cells = (
            Cell(f"{glyph(sign)} {short_day(record.answer_by)}", colour),
            record.number,
            record.customer,
            word(REASONS, record.reason),
            money(record.amount, record.currency),
            record.currency,
            record.owner,
            Cell(state, "dim" if closed else ""),
        )
        return Listed(record.key, record.id, cells, record)

    def open_record(self, record: DisputeRow) -> None:
        from tui_billing.screens.dispute_detail import DisputeScreen

        self.workstation.open(DisputeScreen(record.id))

    def action_document(self) -> None:
        if self.record is not None:
            self.workstation.open_invoice(self.record.invoice_id)

    def action_explain(self) -> None:
        if self.record is not None:
            from tui_billing.screens.explain import ExplainScreen

            self.workstation.open(ExplainScreen.of_invoice(self.record.invoice_id))

    def action_pay(self) -> None:
        self.workstation.new_payment(self.record.customer_code if self.record else "")

    def action_credit(self) -> None:
        if self.record is not None:
            self.workstation.answer(credit_case(self, self.record.id), name="credit")

    def action_evidence(self) -> None:
        if self.record is not None:
            self.workstation.make_evidence(self.record.invoice_id, self.record.number, self.record.id)

    def papers_about(self) -> tuple[str, int]:
        return ("dispute", self.record.id) if self.record else ("", 0)

    def inquiry_about(self) -> tuple[str, int]:
        return (self.record.customer_code, self.record.invoice_id) if self.record else ("", 0)


async def credit_case(screen: Any, dispute_id: int) -> None:
    """Open the form of a credit note over what a dispute contests."""
    from tui_billing.screens.credit_entry import CreditEntryScreen

    case = await screen.desk.ask(disputes.dispute, dispute_id)
    lines = " ".join(
        f"{position}={money(amount, case.row.currency).replace(' ', '')}" for position, _text, amount in case.lines
    )
    screen.workstation.open(CreditEntryScreen(case.row.invoice_id, dispute_id, lines, word(REASONS, case.row.reason)))
