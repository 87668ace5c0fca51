"""An issued document whole: its facts, figures, payments, disputes, files, and everything that was done to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui_billing.locale import N_, _
from tui_billing.models.queries.deliveries import DeliveryRow, of_invoice
from tui_billing.models.queries.history import AllocationOf, Document, document
from tui_billing.rules.problem import Problem
from tui_billing.screens.amounts import money
from tui_billing.screens.document_lines import ALLOCATIONS, describe
from tui_billing.screens.frame import BillingScreen
from tui_billing.screens.invoice_list import show_document
from tui_billing.screens.ways import CHANNELS
from tui_billing.services.allocate import reverse_allocation
from tui_billing.services.delivery import enqueue
from tui_billing.services.recipients import ways_for
from tui_billing.widgets.issue_line import IssueLine
from tui_billing.widgets.reader import Reader


class InvoiceDetailScreen(BillingScreen):
    """One document."""

    KEY_ROWS = 2
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "dispute", N_("dispute"), show=False, id="dispute.open"),
        Binding("c", "credit", N_("credit"), show=False, id="record.credit"),
        Binding("u", "take_back", N_("take back the last allocation"), show=False, id="undo"),
        Binding("x,f2", "explain", N_("explain"), show=False, id="explain"),
        Binding("h", "history", N_("history"), show=False, id="history"),
        Binding("o", "document", N_("PDF"), show=False, id="document.pdf"),
        Binding("r", "correct", N_("corrective invoice"), show=False, id="record.correct"),
        Binding("f", "evidence", N_("evidence pack"), show=False, id="document.evidence"),
        Binding("m", "send", N_("send"), show=False, id="send"),
        Binding("w", "file", N_("Word or Excel"), show=False, id="document.file"),
        Binding("v,f8", "preview", N_("view the page"), show=False, id="document.preview"),
        Binding("a", "papers", N_("papers"), show=False, id="papers"),
    ]

    def __init__(self, invoice_id: int, at: str = "") -> None:
        super().__init__()
        self.invoice_id = invoice_id
        self._at = at
        self._found: Document | None = None
        self._sent: list[DeliveryRow] = []
        self._history_line = 0

    def title_words(self) -> str:
        if self._found is None:
            return _("DOCUMENT")
        head = self._found.head
        return f"{head['number']}  {head['buyer_name']}"

    def body(self) -> ComposeResult:
        yield Reader(id="document")

    def keys(self) -> Sequence[tuple[str, str]]:
        credit = self._found is not None and self._found.head["kind"] == "credit_note"
        return [
            ("p", _("pay back") if credit else _("payment")),
            ("d", _("dispute")),
            ("c", _("credit")),
            ("u", _("take back")),
            ("x", _("explain")),
            ("h", _("history")),
            ("v", _("view")),
            ("o", _("PDF")),
            ("w", _("Word, Excel")),
            ("f", _("evidence")),
            ("a", _("papers")),
            ("r", _("correct")),
            ("m", _("send")),
            ("Esc", _("back")),
        ]

    # -- data ------------------------------------------------------------

    def reload(self) -> None:
        if self._found is None:
            self.workstation.answer(self._read(), name="document")
        else:
            self.run_worker(self._read(), group="document", exclusive=True)

    async def _read(self) -> None:
        desk = self.desk
        try:
            self._found = await desk.ask(document, self.invoice_id, desk.today, desk.company.due_soon_days)
            self._sent = await desk.ask(of_invoice, self.invoice_id)
        except Problem as error:
            self.say_problem(error)
            return
        self.show_headline()
        self._lay_out()

    def _lay_out(self) -> None:
        if self._found is None:
            return
        lines, self._history_line = describe(self._found, self.size.width, self.desk, self._sent)
        at = self._history_line if self._at == "history" else None
        self._at = ""
        self.query_one("#document", Reader).show(lines, at=at)

    def on_resize(self) -> None:
        if self._found is not None:
            self._lay_out()

    # -- keys ------------------------------------------------------------

    @property
    def _number(self) -> str:
        return str(self._found.head["number"]) if self._found else ""

    def action_history(self) -> None:
        self.query_one("#document", Reader).action_scroll_to(self._history_line)

    def action_pay(self) -> None:
        """A payment of the customer; of a credit note, what is left of it is paid back."""
        if self._found and self._found.head["kind"] == "credit_note":
            from tui_billing.screens.refund_entry import RefundEntryScreen

            self.workstation.open(RefundEntryScreen("credit", self.invoice_id))
            return
        self.workstation.new_payment(self._found.head["code"] if self._found else "")

    def action_new_invoice(self) -> None:
        if self._found:
            self.workstation.new_invoice(customer=self._found.head["code"])
        else:
            self.workstation.new_invoice()

    def action_dispute(self) -> None:
        from tui_billing.screens.dispute_entry import DisputeEntryScreen

        self.workstation.open(DisputeEntryScreen(self.invoice_id))

    def action_explain(self) -> None:
        from tui_billing.screens.explain import ExplainScreen

        self.workstation.open(ExplainScreen.of_invoice(self.invoice_id))

    def action_document(self) -> None:
        self.run_worker(show_document(self, self.invoice_id, self._number), group="document file", exclusive=True)

    def action_file(self) -> None:
        if self._found:
            from tui_billing.screens.invoice_file import InvoiceFileScreen

            self.workstation.open(InvoiceFileScreen(self.invoice_id, self._number))

    def action_preview(self) -> None:
        self.workstation.preview_invoice(self.invoice_id, self._number)

    def action_credit(self) -> None:
        if self._found:
            from tui_billing.screens.credit_entry import CreditEntryScreen

            self.workstation.open(CreditEntryScreen(self.invoice_id))

    def action_correct(self) -> None:
        if self._found:
            text = _("replace {number} by a corrective invoice: Enter opens the form", number=self._number)
            self.answer_line.open(text, purpose=("correct", self.invoice_id))

    async def _correct(self) -> None:
        try:
            await self.workstation.correct_invoice(self.invoice_id, corrective=True)
        except Problem as error:
            self.say_problem(error)

    def action_evidence(self) -> None:
        if self._found:
            self.workstation.make_evidence(self.invoice_id, self._number)

    def papers_about(self) -> tuple[str, int]:
        return "invoice", self.invoice_id

    def inquiry_about(self) -> tuple[str, int]:
        return (self._found.head["code"], self.invoice_id) if self._found else ("", 0)

    def action_send(self) -> None:
        """Ask whether the document shall go to its recipients; one that has gone is sent anew from its delivery."""
        if self._found is None:
            return
        if self._sent:
            from tui_billing.screens.delivery_detail import DeliveryScreen

            self.workstation.open(DeliveryScreen(self._sent[0].id))
        else:
            self.workstation.answer(self._ask_to_send(), name="send")

    async def _ask_to_send(self) -> None:
        assert self._found is not None
        ways = await self.desk.ask(ways_for, self._found.head["customer_id"], "invoice")
        to = ", ".join(way.address or _(CHANNELS[way.channel]) for way in ways)
        if not to:
            self.say(_("this customer's invoices go to nobody; m on the customer's card says to whom"))
            return
        text = _("send {number} to {to}: Enter queues it", number=self._number, to=to)
        self.answer_line.open(text, purpose=("send", self.invoice_id))

    async def _send(self) -> None:
        try:
            await self.desk.do(enqueue, [self.invoice_id])
        except Problem as error:
            self.say_problem(error)
        else:
            self.say(_("queued; m in the list of deliveries (9) sends what is due"))
        await self._read()

    def _last_allocation(self) -> AllocationOf | None:
        standing = [one for one in self._found.allocations if one.standing] if self._found else []
        return standing[-1] if standing else None

    def action_take_back(self) -> None:
        last = self._last_allocation()
        if last is None or self._found is None:
            self.say(_("nothing is allocated here that could be taken back"))
            return
        amount = money(last.amount, self._found.head["currency"], code=True)
        text = _("take back {what} of {amount}: Enter does it", what=_(ALLOCATIONS[last.kind]), amount=amount)
        self.answer_line.open(text, warning=True, purpose=("take back", last.id))

    @on(IssueLine.Confirmed)
    def _confirmed(self, event: IssueLine.Confirmed) -> None:
        purpose = event.purpose
        if not isinstance(purpose, tuple):
            return
        if purpose[0] == "correct":
            self.workstation.answer(self._correct(), name="correct")
        elif purpose[0] == "send":
            self.workstation.answer(self._send(), name="send")
        elif purpose[0] == "take back":
            self.workstation.answer(self._take_back(purpose[1]), name="take back")

    async def _take_back(self, allocation_id: int) -> None:
        try:
            await self.desk.do(reverse_allocation, allocation_id)
        except Problem as error:
            self.say_problem(error)
        else:
            self.say(_("taken back; the amount is open again"))
        await self._read()
