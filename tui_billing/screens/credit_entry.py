"""The form of a credit note: all that is left of an invoice, lines or parts of them, or an amount."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from tui_billing.locale import N_, _
from tui_billing.models.queries.credits import Creditable, creditable
from tui_billing.rules.credits import CreditPlan, Original, Part, plan_credit
from tui_billing.rules.line_choice import parse_lines
from tui_billing.rules.numbers import parse_amount
from tui_billing.rules.problem import Problem
from tui_billing.screens.amounts import money
from tui_billing.screens.form_screen import FormScreen
from tui_billing.screens.line_choice import line_table
from tui_billing.services.credit import credit
from tui_billing.widgets.reader import Line, Reader


class CreditEntryScreen(FormScreen):
    """Lines, amount, reason; what would be left stands below while it is typed. Nothing typed credits all."""

    AUTO_FOCUS = "#lines"
    SAVE = N_("issue the credit note")
    FIELDS = (
        ("lines", N_("Lines"), 30),
        ("amount", N_("Amount"), 16),
        ("reason", N_("Reason"), 50),
    )

    def __init__(self, invoice_id: int, dispute_id: int | None = None, lines: str = "", reason: str = "") -> None:
        super().__init__()
        self.invoice_id = invoice_id
        self._dispute_id = dispute_id
        self._start = {"lines": lines, "amount": "", "reason": reason}
        self._about: Original | None = None
        self._lines: list[Creditable] = []

    @property
    def form_name(self) -> str:
        return f"credit of {self.invoice_id}"

    def title_words(self) -> str:
        return _("CREDIT NOTE") + (f"  {self._about.number}" if self._about else "")

    def hints(self) -> ComposeResult:
        yield Reader(id="reasons", focusable=False)

    async def start_values(self) -> dict[str, str]:
        self._about, self._lines = await self.desk.ask(creditable, self.invoice_id)
        self._show_hints()
        return self._start

    def on_resize(self) -> None:
        self._show_hints()

    @on(Input.Changed)
    def _typed(self) -> None:
        self._show_hints()

    def _show_hints(self) -> None:
        about = self._about
        if about is None:
            return
        rows: list[Line] = [[(" " + _("line 2 · 2x3 three of it · 2=100 a part of it, VAT in"), "dim")]]
        parts: list[Part] = []
        try:
            parts, _amount = self._wanted()
            rows.append([(" " + self._sum(self._plan()), "bold")])
        except Problem:
            left = money(about.left, about.currency, code=True)
            rows.append([(" " + _("{left} is left to credit", left=left), "dim")])
        table = line_table(self._lines, parts, about.currency, self.size.width)
        self.query_one("#reasons", Reader).show([*rows, *table])

    def _wanted(self) -> tuple[list[Part], int | None]:
        assert self._about is not None
        typed, language, currency = self.values(), self.desk.language, self._about.currency
        amount = parse_amount(typed["amount"], language, currency).minor if typed["amount"] else None
        return parse_lines(typed["lines"], language, currency), amount

    def _plan(self) -> CreditPlan:
        assert self._about is not None
        return plan_credit(self._about, *self._wanted())

    def _sum(self, plan: CreditPlan) -> str:
        assert self._about is not None
        currency = self._about.currency
        return _(
            "credit {gross} (VAT {tax}); {rest} is left to credit then",
            gross=money(plan.gross, currency, code=True),
            tax=money(sum(group.tax for group in plan.groups.values()), currency),
            rest=money(self._about.left - plan.gross, currency, code=True),
        )

    def question(self) -> str:
        assert self._about is not None
        gross = money(self._plan().gross, self._about.currency, code=True)
        return _("credit {gross} of {number}: Enter issues the credit note", gross=gross, number=self._about.number)

    async def carry_out(self) -> str:
        parts, amount = self._wanted()
        done = await self.desk.do(
            credit,
            self.invoice_id,
            command_id=self.command_id,
            parts=parts,
            amount=amount,
            reason=self.values()["reason"],
            dispute_id=self._dispute_id,
        )
        if "request" in done:
            return _("the credit note is above the limit: it waits for a supervisor")
        self.workstation.render_document(done["id"], done["number"])
        return _("credit note {number} is issued", number=done["number"])
