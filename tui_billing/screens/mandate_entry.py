"""The form of a mandate: the account to collect from, when it was signed, its reference."""

from __future__ import annotations

import datetime as dt

from textual.app import ComposeResult

from tui_billing.locale import N_, _
from tui_billing.rules.dates import format_date, parse_date
from tui_billing.rules.direct_debit import check_sepa_iban
from tui_billing.rules.identifiers import check_bic
from tui_billing.screens.amounts import short_day
from tui_billing.screens.form_screen import FormScreen
from tui_billing.services.mandates import MandateCard, add_mandate
from tui_billing.widgets.reader import Reader


class MandateEntryScreen(FormScreen):
    """A mandate of one customer; Ctrl+S, Enter."""

    AUTO_FOCUS = "#iban"
    FIELDS = (
        ("iban", "IBAN", 42),
        ("signed", N_("Signed"), 12),
        ("reference", N_("Reference"), 36),
        ("holder", N_("Holder"), 36),
        ("bic", "BIC", 12),
        ("scheme", N_("Scheme"), 6),
        ("once", N_("Once"), 4),
    )

    def __init__(self, customer: str) -> None:
        super().__init__()
        self.customer = customer

    @property
    def form_name(self) -> str:
        return f"mandate of {self.customer}"

    def title_words(self) -> str:
        return f"{_('NEW MANDATE')}  {self.customer}"

    def hints(self) -> ComposeResult:
        yield Reader(id="mandate-hints", focusable=False)

    async def start_values(self) -> dict[str, str]:
        hints = (
            _("Reference and holder may stay empty: the code with a number, the customer."),
            _("Scheme: CORE, or B2B between businesses. Once: y for one collection alone."),
        )
        self.query_one("#mandate-hints", Reader).show([[], *([(f" {hint}", "dim")] for hint in hints)])
        return {"signed": format_date(self.desk.today, self.desk.language), "scheme": "CORE"}

    def _signed(self) -> dt.date:
        text = self.values()["signed"]
        return parse_date(text, self.desk.language, self.desk.today, field="signed") if text else self.desk.today

    def question(self) -> str:
        typed = self.values()
        iban = check_sepa_iban(typed["iban"])
        if typed["bic"]:
            check_bic(typed["bic"])
        return _(
            "mandate of {customer} on {iban}, signed on {date}: Enter keeps it",
            customer=self.customer,
            iban=iban,
            date=short_day(self._signed()),
        )

    async def carry_out(self) -> str:
        typed = self.values()
        card = MandateCard(
            customer=self.customer,
            iban=typed["iban"],
            signed_on=self._signed(),
            reference=typed["reference"],
            bic=typed["bic"],
            holder=typed["holder"],
            scheme=typed["scheme"] or "CORE",
            once=typed["once"].lower() in ("1", "y", "yes", "o", "oui"),
        )
        done = await self.desk.do(add_mandate, card, command_id=self.command_id)
        return _("mandate {reference} of {customer} is kept", reference=done, customer=self.customer)
