"""The form of a credit note: all that is left of an invoice, lines or parts of them, or an amount."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from tui_billing.locale import LANGUAGES, N_, _, say
from tui_billing.models.queries.credits import Creditable, CreditStanding, credit_standing, creditable
from tui_billing.rules.credits import CreditPlan, Original, Part, plan_credit
from tui_billing.rules.identifiers import check_iban
from tui_billing.rules.line_choice import parse_lines
from tui_billing.rules.numbers import parse_amount
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import fold, quote
from tui_billing.screens.amounts import money
from tui_billing.screens.form_screen import FormScreen
from tui_billing.screens.line_choice import line_table
from tui_billing.services.credit import credit
from tui_billing.widgets.reader import Line, Reader

#: What may become of more than the open rest.
ON_ACCOUNT, PAID_BACK = N_("on account"), N_("paid back")


class CreditEntryScreen(FormScreen):
    """Lines, amount, reason; what would be left stands below while it is typed. Nothing typed credits all."""

    AUTO_FOCUS = "#lines"
    SAVE = N_("issue the credit note")
    FIELDS = (
        ("lines", N_("Lines"), 30),
        ("amount", N_("Amount"), 16),
        ("reason", N_("Reason"), 50),
        ("rest", N_("The rest"), 12),
        ("iban", N_("IBAN"), 36),
    )

    def __init__(self, invoice_id: int, dispute_id: int | None = None, lines: str = "", reason: str = "") -> None:
        super().__init__()
        self.invoice_id = invoice_id
        self._dispute_id = dispute_id
        self._start = {"lines": lines, "amount": "", "reason": reason}
        self._standing = CreditStanding(0, 0, 0, "")
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
        self._standing = await self.desk.ask(credit_standing, self.invoice_id)
        self._show_hints()
        return {**self._start, "iban": self._standing.iban}

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
            plan = self._plan()
            rows.append([(" " + self._sum(plan), "bold")])
            rows += self._rest_lines(plan)
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

    def _more(self, plan: CreditPlan) -> int:
        """How much more is credited than is open of the invoice, in minor units."""
        return max(plan.gross - max(self._standing.open, 0), 0)

    def _waits(self, plan: CreditPlan) -> bool:
        """Whether a second person decides."""
        base = sum(group.taxable_base + group.tax_base for group in plan.groups.values())
        return bool(self._standing.limit) and base > self._standing.limit

    def _rest_lines(self, plan: CreditPlan) -> list[Line]:
        """What becomes of more than the open rest, and who decides."""
        assert self._about is not None
        rows: list[Line] = []
        more = self._more(plan)
        if more:
            text = _(
                "{amount} more than is open:  a stays on account  b is paid back to the IBAN",
                amount=money(more, self._about.currency, code=True),
            )
            rows.append([(" " + text, "yellow")])
        if self._waits(plan):
            limit = money(self._standing.limit, self.desk.company.currency, code=True)
            rows.append([(" " + _("above {limit}: it waits for a second person", limit=limit), "yellow")])
        if self._standing.waits:
            rows.append([(" " + _("a credit note of this invoice waits already (w in the disputes)"), "red")])
        return rows

    def _refund(self, plan: CreditPlan) -> str | None:
        """The IBAN that the rest is paid back to; None where it stays on account, or there is none."""
        typed = fold(self.values()["rest"]).strip()
        back = typed and (typed == "b" or any(fold(say(PAID_BACK, one)).startswith(typed) for one in LANGUAGES))
        stays = not typed or typed == "a" or any(fold(say(ON_ACCOUNT, one)).startswith(typed) for one in LANGUAGES)
        if not back and not stays:
            raise Problem(
                "{text} is no choice; a stays on account, b is paid back",
                field="rest",
                text=quote(self.values()["rest"]),
            )
        if not back or not self._more(plan):
            return None
        iban = self.values()["iban"]
        return check_iban(iban, field="iban") if iban else ""

    def question(self) -> str:
        assert self._about is not None
        plan = self._plan()
        currency = self._about.currency
        gross = money(plan.gross, currency, code=True)
        refund = self._refund(plan)
        if self._waits(plan):
            return _(
                "lay {gross} of {number} before a supervisor: Enter does it", gross=gross, number=self._about.number
            )
        if refund is not None:
            return _(
                "credit {gross} of {number}, pay {rest} back: Enter issues it",
                gross=gross,
                number=self._about.number,
                rest=money(self._more(plan), currency),
            )
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
            refund=self._refund(self._plan()),
        )
        if "request" in done:
            return _("the credit note is above the limit: it waits for a supervisor")
        self.workstation.render_document(done["id"], done["number"])
        assert self._about is not None
        if "refund" in done:
            back = money(done["refunded"], self._about.currency, code=True)
            return _("credit note {number} is issued, {amount} is paid back", number=done["number"], amount=back)
        if done["open"]:
            stays = money(done["open"], self._about.currency, code=True)
            return _("credit note {number} is issued, {amount} on account", number=done["number"], amount=stays)
        return _("credit note {number} is issued", number=done["number"])
