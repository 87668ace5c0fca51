"""Credit notes above the limit: a second person looks at what would be credited, and issues or refuses it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from tui_billing.locale import N_, _
from tui_billing.models.queries.credits import Creditable, creditable
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import fold
from tui_billing.screens.amounts import money, number, short_day
from tui_billing.screens.form_screen import FormScreen
from tui_billing.screens.line_choice import line_table
from tui_billing.screens.list_screen import Listed, ListScreen
from tui_billing.services import credit_approval
from tui_billing.services.credit_approval import WaitingCredit, parts_of
from tui_billing.widgets.choice_line import ChoiceLine
from tui_billing.widgets.paged_table import Column, PagedTable, PageRequest
from tui_billing.widgets.reader import Line, Reader

_ANSWERS = {"a": "issue", "b": "refuse"}


class WaitingCreditsScreen(ListScreen):
    """Enter asks: a issues the credit note, b refuses it. What it would credit stands below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "document", N_("the invoice"), show=False, id="document.open"),
        Binding("d", "dispute", N_("the dispute"), show=False, id="dispute.open"),
        Binding("a", "papers", N_("papers"), show=False, id="papers"),
        Binding("x", "explain", N_("explain"), show=False, id="explain"),
    ]
    KEY_ROWS = 2
    EMPTY = N_("no credit note waits")
    FILTER_HINT = N_("number, customer, author")

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[int, list[Creditable]] = (0, [])

    def title_words(self) -> str:
        return _("CREDITS TO APPROVE")

    def body(self) -> Any:
        yield from super().body()
        yield Reader(id="wanted", focusable=False)
        yield ChoiceLine(id="choice")

    def columns(self) -> list[Column]:
        return [
            Column(_("date"), 8),
            Column(_("invoice"), 11),
            Column(_("customer"), 14, flex=1),
            Column(_("amount"), 13, align="right"),
            Column("", 3),
            Column(_("reason"), 14, flex=2),
            Column(_("author"), 8),
        ]

    def keys(self) -> Sequence[tuple[str, str]]:
        return [
            ("Enter", _("issue or refuse")),
            ("o", _("invoice")),
            ("d", _("dispute")),
            ("a", _("papers")),
            ("x", _("explain")),
            ("/", _("filter")),
            ("i", _("inquiry")),
            ("Esc", _("back")),
        ]

    def parse_filter(self, text: str) -> tuple[str, ...]:
        return tuple(fold(text).split())

    def read_page(self, wanted: Any, request: PageRequest) -> Any:
        return credit_approval.waiting_page, (wanted, request.direction, request.key, request.limit)

    def read_count(self, wanted: Any) -> Any:
        return credit_approval.waiting_count, (wanted,)

    def counted(self, count: int, more: bool) -> str:
        return _("1 credit note waits") if count == 1 else _("{count} credit notes wait", count=number(count))

    def listed(self, record: WaitingCredit) -> Listed:
        cells = (
            short_day(record.date),
            record.invoice,
            record.customer_name,
            money(record.gross, record.currency),
            record.currency,
            record.reason,
            record.author,
        )
        return Listed(record.key, record.id, cells, record)

    def inquiry_about(self) -> tuple[str, int]:
        return (self.record.customer if self.record else ""), 0

    def papers_about(self) -> tuple[str, int]:
        if self.record is None:
            return "", 0
        return ("dispute", self.record.dispute) if self.record.dispute else ("invoice", self.record.invoice_id)

    # -- what would be credited -------------------------------------------

    @on(PagedTable.Moved, "#list")
    def _look(self) -> None:
        self.run_worker(self._show_wanted(), group="wanted", exclusive=True, exit_on_error=False)

    async def _show_wanted(self) -> None:
        record: WaitingCredit | None = self.record
        rows: list[Line] = []
        if record is not None:
            if self._shown[0] != record.invoice_id:
                self._shown = (record.invoice_id, (await self.desk.ask(creditable, record.invoice_id))[1])
            parts, amount, refund = parts_of(record.parts)
            about = _("the whole rest") if not parts and amount is None else _("by amount") if not parts else ""
            stays = "" if refund is None else _("what is more than the open rest is paid back to {iban}", iban=refund)
            own = record.author == self.desk.context.operator
            words = [about, stays, _("yours: another supervisor decides") if own else ""]
            rows = [[(" " + " · ".join(filter(None, words)), "yellow" if own else "bold")]]
            rows += line_table(self._shown[1], parts, record.currency, self.size.width)
        self.query_one("#wanted", Reader).show(rows)

    # -- keys ---------------------------------------------------------------

    def action_document(self) -> None:
        if self.record is not None:
            self.workstation.open_invoice(self.record.invoice_id)

    def action_dispute(self) -> None:
        if self.record is None:
            return
        if not self.record.dispute:
            self.say(_("no dispute asks for this credit note"))
            return
        from tui_billing.screens.dispute_detail import DisputeScreen

        self.workstation.open(DisputeScreen(self.record.dispute))

    def action_explain(self) -> None:
        if self.record is not None:
            from tui_billing.screens.explain import ExplainScreen

            self.workstation.open(ExplainScreen.of_invoice(self.record.invoice_id))

    def open_record(self, record: WaitingCredit) -> None:
        text = _(
            "credit note of {amount} for {invoice}:  a issue it  b refuse it",
            amount=money(record.gross, record.currency, code=True),
            invoice=record.invoice,
        )
        self.query_one("#choice", ChoiceLine).ask(text, _ANSWERS)

    @on(ChoiceLine.Chosen)
    def _chosen(self, event: ChoiceLine.Chosen) -> None:
        if self.record is None:
            return
        if event.token == "issue":
            self.workstation.answer(self._issue(self.record), name="credit")
        else:
            self.workstation.open(RefuseCreditScreen(self.record))

    async def _issue(self, record: WaitingCredit) -> None:
        try:
            done = await self.desk.do(credit_approval.decide_credit, record.id, approve=True)
        except Problem as error:
            self.say_problem(error)
            return
        self.workstation.render_document(done["id"], done["number"])
        self.say(_("credit note {number} is issued", number=done["number"]))
        self.reload()


class RefuseCreditScreen(FormScreen):
    """Why a credit note is not issued; its author reads it on the dispute, or in the invoice's history."""

    AUTO_FOCUS = "#note"
    SAVE = N_("refuse")
    FIELDS = (("note", N_("Why not"), 50),)

    def __init__(self, record: WaitingCredit) -> None:
        super().__init__()
        self._record = record

    @property
    def form_name(self) -> str:
        return f"refusal of credit {self._record.id}"

    def title_words(self) -> str:
        return _("REFUSE THE CREDIT NOTE") + f"  {self._record.invoice} · {self._record.customer_name}"

    def question(self) -> str:
        amount = money(self._record.gross, self._record.currency, code=True)
        return _("refuse {amount} for {invoice}: Enter does it", amount=amount, invoice=self._record.invoice)

    async def carry_out(self) -> str:
        await self.desk.do(
            credit_approval.decide_credit,
            self._record.id,
            approve=False,
            note=self.values()["note"],
            command_id=self.command_id,
        )
        return _("the credit note is refused")
