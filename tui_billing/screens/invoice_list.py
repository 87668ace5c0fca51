"""The list of invoices and credit notes: filtered as it is typed, paged over any number of documents."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from tui_billing.locale import LANGUAGES, N_, _, say
from tui_billing.models.queries import documents
from tui_billing.models.queries.documents import DocumentRow
from tui_billing.models.queries.history import last_rendering
from tui_billing.rules.problem import Problem
from tui_billing.rules.search import Wanted, parse_wanted
from tui_billing.rules.status import GLYPHS, Status
from tui_billing.rules.text import fold
from tui_billing.screens.amounts import money, number, short_day
from tui_billing.screens.list_screen import Listed, ListScreen
from tui_billing.screens.ways import mark_of
from tui_billing.services.drafts import take_draft
from tui_billing.widgets.cells import Cell, glyph, status_cell
from tui_billing.widgets.paged_table import Column, PageRequest

#: What stands before a marked document.
MARK = "»"
#: What `s` goes through, "" being all documents.
CYCLE = ("", "overdue", "disputed", "due_soon", "part_paid", "open", "draft", "paid", "credited", "written_off")


@lru_cache(maxsize=1)
def status_words() -> dict[str, str]:
    """The words of the statuses in every language, folded, and their tokens."""
    words: dict[str, str] = {}
    for status, sign in GLYPHS.items():
        for language in LANGUAGES:
            words[fold(say(sign.word, language))] = status.value
        words[status.value] = status.value
    return words


class InvoiceListScreen(ListScreen):
    """All documents, the newest first; of one status, the first due first; found by words, the newest first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "next_status", N_("status"), show=False, id="list.status"),
        Binding("d", "dispute", N_("dispute"), show=False, id="dispute.open"),
        Binding("c", "credit", N_("credit"), show=False, id="record.credit"),
        Binding("x", "explain", N_("explain"), show=False, id="explain"),
        Binding("h", "history", N_("history"), show=False, id="history"),
        Binding("o", "document", N_("PDF"), show=False, id="document.pdf"),
        Binding("v,f8", "preview", N_("view the page"), show=False, id="document.preview"),
        Binding("f", "evidence", N_("evidence pack"), show=False, id="document.evidence"),
        Binding("space", "mark", N_("mark"), show=False, id="row.choose"),
        Binding("t", "documents", N_("PDFs of all"), show=False, id="document.all"),
        Binding("a", "papers", N_("papers"), show=False, id="papers"),
    ]
    EMPTY = N_("no document; n makes an invoice")
    FILTER_HINT = N_("number, customer, order, amount, >1000, status")

    def __init__(self) -> None:
        super().__init__()
        self._marked: set[int] = set()

    def title_words(self) -> str:
        if self._marked:
            return f"{_('INVOICES')}  {_('{count} marked', count=number(len(self._marked)))}"
        return _("INVOICES")

    def columns(self) -> list[Column]:
        return [
            Column(_("number"), 11),
            Column(_("status"), 13),
            Column(_("customer"), 14, flex=1),
            Column(_("issued"), 8, priority=3),
            Column(_("due"), 8),
            Column(_("amount"), 12, align="right", priority=1),
            Column(_("open"), 12, align="right"),
            Column("", 3, priority=2),
        ]

    def row_keys(self) -> Sequence[tuple[str, str]]:
        return [
            ("n", _("new")),
            ("p", _("payment")),
            ("d", _("dispute")),
            ("c", _("credit")),
            ("s", _("status")),
            ("x", _("explain")),
            ("h", _("history")),
            ("v", _("view")),
            ("o", _("PDF")),
            ("t", _("PDFs of all")),
            ("f", _("evidence")),
            ("a", _("papers")),
            ("i", _("inquiry")),
        ]

    # -- data ------------------------------------------------------------

    def parse_filter(self, text: str) -> Wanted:
        return parse_wanted(text, self.desk.language, self.desk.company.currency, status_words())

    def read_page(self, wanted: Wanted, request: PageRequest) -> Any:
        desk = self.desk
        arguments = (wanted, desk.today, desk.company.due_soon_days, request.direction, request.key, request.limit)
        return documents.page, arguments

    def read_count(self, wanted: Wanted) -> Any:
        return documents.count, (wanted, self.desk.today, self.desk.company.due_soon_days)

    def counted(self, count: int, more: bool) -> str:
        shown = number(count) + ("+" if more else "")
        return _("1 document") if count == 1 else _("{count} documents", count=shown)

    def listed(self, record: DocumentRow) -> Listed:
        sign = -1 if record.kind == "credit_note" else 1
        extra = glyph(Status.OVERDUE) if record.overdue and record.status is Status.DISPUTED else ""
        extra += mark_of(record.sent)
        cells = (
            record.number or _("draft {id}", id=record.id),
            status_cell(record.status, extra=extra),
            f"{MARK} {record.customer}" if record.id in self._marked else record.customer,
            short_day(record.issue_date),
            short_day(record.due_date),
            money(sign * record.gross, record.currency),
            Cell(money(sign * record.open, record.currency) if record.open else "", bold=False),
            record.currency,
        )
        return Listed(record.key, record.id, cells, record)

    # -- keys ------------------------------------------------------------

    def action_next_status(self) -> None:
        """The next status as the filter; words that are in it stay."""
        wanted: Wanted = self._wanted
        status = CYCLE[(CYCLE.index(wanted.status) + 1) % len(CYCLE)] if wanted.status in CYCLE else CYCLE[0]
        bounds = [word for word in self.filter_field.value.split() if word[0] in "<>"]
        words = [_(GLYPHS[Status(status)].word)] if status else []
        self.set_filter(" ".join([*words, *wanted.words, *bounds]))

    def open_record(self, record: DocumentRow) -> None:
        if record.status is Status.DRAFT:
            self.workstation.answer(self._open_draft(record.id), name="draft")
        else:
            self.workstation.open_invoice(record.id)

    async def _open_draft(self, draft_id: int) -> None:
        try:
            draft = await self.desk.do(take_draft, draft_id)
        except Problem as error:
            self.say_problem(error)
            self.reload()
        else:
            self.workstation.new_invoice(draft)

    def _issued(self) -> DocumentRow | None:
        """The issued document under the cursor; a draft has none of its keys."""
        record: DocumentRow | None = self.record
        if record is None or record.number is None:
            if record is not None:
                self.say(_("a draft has no number yet; Enter opens it"))
            return None
        return record

    def action_pay(self) -> None:
        record: DocumentRow | None = self.record
        self.workstation.new_payment(record.customer_code if record else "")

    def action_dispute(self) -> None:
        if (record := self._issued()) is not None:
            from tui_billing.screens.dispute_entry import DisputeEntryScreen

            self.workstation.open(DisputeEntryScreen(record.id))

    def action_explain(self) -> None:
        if (record := self._issued()) is not None:
            from tui_billing.screens.explain import ExplainScreen

            self.workstation.open(ExplainScreen.of_invoice(record.id))

    def action_history(self) -> None:
        if (record := self._issued()) is not None:
            from tui_billing.screens.invoice_detail import InvoiceDetailScreen

            self.workstation.open(InvoiceDetailScreen(record.id, at="history"))

    def action_document(self) -> None:
        if (record := self._issued()) is not None:
            assert record.number is not None
            self.run_worker(show_document(self, record.id, record.number), group="document", exclusive=True)

    def action_preview(self) -> None:
        record: DocumentRow | None = self.record
        if record is not None:
            self.workstation.preview_invoice(record.id, record.number or "")

    def action_mark(self) -> None:
        """Mark the document, or no longer; the cursor goes on to the next."""
        if (record := self._issued()) is None:
            return
        self._marked ^= {record.id}
        self.table.refresh_rows()
        self.table.action_move(1)
        self.show_headline()

    def action_documents(self) -> None:
        """The PDFs of what is marked, of all that the filter finds where nothing is."""
        self.workstation.answer(self._open_documents(), name="documents")

    async def _open_documents(self) -> None:
        from tui_billing.screens.document_batch import DocumentBatchScreen

        ids, more = sorted(self._marked), False
        if not ids:
            due_soon = self.desk.company.due_soon_days
            ids, more = await self.desk.ask(documents.issued_ids, self._wanted, self.desk.today, due_soon)
        if not ids:
            self.say(_("no issued document is in the list"))
            return
        self.workstation.open(DocumentBatchScreen(ids, more))

    def action_credit(self) -> None:
        if (record := self._issued()) is not None:
            from tui_billing.screens.credit_entry import CreditEntryScreen

            self.workstation.open(CreditEntryScreen(record.id))

    def action_evidence(self) -> None:
        if (record := self._issued()) is not None:
            self.workstation.make_evidence(record.id, record.number or "")

    def papers_about(self) -> tuple[str, int]:
        record = self._issued()
        return ("invoice", record.id) if record else ("", 0)

    def inquiry_about(self) -> tuple[str, int]:
        record: DocumentRow | None = self.record
        return (record.customer_code or "", record.id if record.number else 0) if record else ("", 0)


# -- what the list and the detail both do --------------------------------


async def show_document(screen: Any, invoice_id: int, number: str) -> None:
    """Say where a document's PDF lies; where there is none, make it first."""
    path = await screen.desk.ask(last_rendering, invoice_id)
    if not path or not Path(path).exists():
        screen.say(_("making the PDF of {number} …", number=number))
        await screen.workstation.render_document(invoice_id, number).wait()
        path = await screen.desk.ask(last_rendering, invoice_id)
        if not path:
            return  # why, has been said
    screen.say(path)
