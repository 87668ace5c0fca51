"""What a customer's invoices must bear, on one form: tolerances, how its order numbers look, required fields, papers."""

from __future__ import annotations

from decimal import Decimal

from textual.app import ComposeResult

from tui_billing.locale import N_, _
from tui_billing.rules.check_rules import ASKED
from tui_billing.rules.numbers import format_number, parse_percent
from tui_billing.screens.form_screen import FormScreen
from tui_billing.screens.form_words import says_yes, several_of, show_hints
from tui_billing.services.attachments import KINDS
from tui_billing.services.customer_checks import CustomerChecks, read_checks, set_checks
from tui_billing.widgets.reader import Reader


class CustomerChecksScreen(FormScreen):
    """A supervisor's form; a clerk sees it and is told when saving."""

    FIELDS = (
        ("quantity", N_("Quantity ± %"), 8),
        ("price", N_("Price ± %"), 8),
        ("pattern", N_("PO pattern"), 24),
        ("required", N_("Must name"), 48),
        ("attached", N_("Must attach"), 48),
        ("stops", N_("Stops"), 4),
    )

    def __init__(self, customer_id: int, code: str) -> None:
        super().__init__()
        self.customer_id, self.code = customer_id, code
        self._before = CustomerChecks()

    @property
    def form_name(self) -> str:
        return f"checks {self.customer_id}"

    def title_words(self) -> str:
        return _("CHECKS OF {customer}", customer=self.code)

    def hints(self) -> ComposeResult:
        yield Reader(id="rule-hints", focusable=False)

    async def start_values(self) -> dict[str, str]:
        self._before = found = await self.desk.ask(read_checks, self.customer_id)
        language = self.desk.language
        show_hints(
            self,
            _("PO pattern: # a digit, @ a letter, * anything, for example 4500####"),
            _("fields") + ": " + " ".join(ASKED),
            _("papers") + ": " + " ".join(KINDS[1:]),
        )
        return {
            "quantity": format_number(found.quantity, language) if found.quantity else "",
            "price": format_number(found.price, language) if found.price else "",
            "pattern": found.pattern,
            "required": " ".join(found.required),
            "attached": " ".join(found.attached),
            "stops": _("yes") if found.stops else "",
        }

    def _typed(self) -> CustomerChecks:
        values = self.values()
        return CustomerChecks(
            self._percent(values["quantity"], "quantity"),
            self._percent(values["price"], "price"),
            values["pattern"],
            several_of(values["required"], ASKED, "required"),
            several_of(values["attached"], KINDS[1:], "attached"),
            says_yes(values["stops"], "stops"),
            self._before.confirmed_on,
        )

    def _percent(self, text: str, name: str) -> Decimal:
        return parse_percent(text, self.desk.language, name) if text else Decimal(0)

    def question(self) -> str:
        self._typed()
        return _("check the invoices of {customer} by this: Enter saves it", customer=self.code)

    async def carry_out(self) -> str:
        await self.desk.do(set_checks, self.customer_id, self._typed(), self._before, command_id=self.command_id)
        return _("the invoices of {customer} are checked by this from now on", customer=self.code)
