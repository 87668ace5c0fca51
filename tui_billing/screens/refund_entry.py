"""The form of a refund: how much of what a payment or credit note leaves, to which account, why."""

from __future__ import annotations

from typing import Literal

from textual.app import ComposeResult

from tui_billing.locale import N_, _
from tui_billing.rules.dates import format_date, parse_date
from tui_billing.rules.identifiers import check_bic, check_iban
from tui_billing.rules.money import Money
from tui_billing.rules.numbers import format_money, parse_amount
from tui_billing.rules.problem import Problem
from tui_billing.screens.amounts import money, short_iso
from tui_billing.screens.form_screen import FormScreen
from tui_billing.services.refund_start import RefundStart, refund_start
from tui_billing.services.refunds import Refund, Source, refund
from tui_billing.widgets.reader import Reader


class RefundEntryScreen(FormScreen):
    """Money of one source paid back; Ctrl+S, Enter. `kind` "payment" is a receipt, "credit" a credit note."""

    AUTO_FOCUS = "#amount"
    FIELDS = (
        ("amount", N_("Amount"), 16),
        ("iban", "IBAN", 42),
        ("payee", N_("Payee"), 42),
        ("reason", N_("Reason"), 50),
        ("date", N_("Date"), 12),
        ("bic", "BIC", 12),
    )

    def __init__(self, kind: Literal["payment", "credit"], source_id: int) -> None:
        super().__init__()
        self.kind, self.source_id = kind, source_id
        self._start: RefundStart | None = None

    @property
    def form_name(self) -> str:
        return f"refund of {self.kind} {self.source_id}"

    def title_words(self) -> str:
        return f"{_('REFUND')}  {self._start.customer} {self._start.name}" if self._start else _("REFUND")

    def hints(self) -> ComposeResult:
        yield Reader(id="refund-hints", focusable=False)

    async def start_values(self) -> dict[str, str]:
        self._start = start = await self.desk.ask(refund_start, self.kind, self.source_id)
        left = money(start.left, start.currency, code=True)
        hints = (
            _("{what} leaves {amount}; a part may be paid back.", what=self._what(start), amount=left),
            _("With an IBAN, g f puts it into a file for the bank."),
        )
        self.query_one("#refund-hints", Reader).show([[], *([(f" {hint}", "dim")] for hint in hints)])
        return {
            "amount": format_money(start.left, start.currency, self.desk.language),
            "iban": start.iban,
            "payee": start.name,
            "date": format_date(self.desk.today, self.desk.language),
        }

    def _what(self, start: RefundStart) -> str:
        """The payment by its day, the credit note by its number."""
        return start.what if self.kind == "credit" else _("the payment of {date}", date=short_iso(start.what))

    def _amount(self) -> Money:
        assert self._start is not None
        found = parse_amount(self.values()["amount"], self.desk.language, self._start.currency, "amount")
        if found.minor <= 0 or found.minor > self._start.left:
            left = money(self._start.left, self._start.currency, code=True)
            raise Problem("{amount} is left; type that or less", field="amount", amount=left)
        return found

    def question(self) -> str:
        if self._start is None:
            raise Problem("nothing is left of it that could be paid back")
        typed = self.values()
        amount = self._amount()
        iban = check_iban(typed["iban"], field="iban") if typed["iban"] else ""
        if typed["bic"]:
            check_bic(typed["bic"], field="bic")
        self._date()
        return _(
            "pay {amount} back to {customer}, {iban}: Enter posts it",
            amount=money(amount.minor, amount.currency, code=True),
            customer=self._start.customer,
            iban=iban or _("by hand"),
        )

    def _date(self):
        text = self.values()["date"]
        return parse_date(text, self.desk.language, self.desk.today, field="date") if text else None

    async def carry_out(self) -> str:
        assert self._start is not None
        typed, amount = self.values(), self._amount()
        wanted = Refund(
            self._start.customer,
            (Source(self.kind, self.source_id, amount.minor),),
            date=self._date(),
            reason=typed["reason"],
            iban=typed["iban"],
            bic=typed["bic"],
            payee=typed["payee"],
        )
        done = await self.desk.do(refund, wanted, command_id=self.command_id)
        shown = money(amount.minor, amount.currency, code=True)
        return _("refund {id}: {amount} to {customer}", id=done["id"], amount=shown, customer=self._start.customer)
