"""What a customer's invoices must bear, on one form: tolerances, how its order numbers look, required fields, papers."""

from __future__ import annotations

from decimal import Decimal

from textual.app import ComposeResult

from tui_billing.locale import N_, _
from tui_billing.rules.check_rules import ASKED
from tui_billing.rules.numbers import format_number, parse_percent
from tui_billing.rules.problem import Problem
from tui_billing.screens.form_screen import FormScreen
from tui_billing.services.attachments import KINDS
from tui_billing.services.customer_checks import CustomerChecks, read_checks, set_checks
from tui_billing.widgets.field import Caption

_YES = {"y", "yes", "o", "oui", "1"}
_NO = {"", "n", "no", "non", "0"}


class CustomerChecksScreen(FormScreen):
    """A supervisor's form; a clerk sees it and is told when saving."""

    FIELDS = (
        ("quantity", N_("Quantity ± %"), 8),
        ("price", N_("Price ± %"), 8),
        ("pattern", N_("PO looks like"), 24),
        ("required", N_("Must be named"), 48),
        ("attached", N_("Must hang on"), 48),
        ("stops", N_("It stops"), 4),
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
        yield Caption(_(" PO: # a digit, @ a letter, * anything, for example 4500####"), classes="dim")
        yield Caption(" " + _("fields") + ": " + " ".join(ASKED), classes="dim")
        yield Caption(" " + _("papers") + ": " + " ".join(KINDS[1:]), classes="dim")

    async def start_values(self) -> dict[str, str]:
        self._before = found = await self.desk.ask(read_checks, self.customer_id)
        language = self.desk.language
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
        stops = values["stops"].casefold()
        if stops not in _YES | _NO:
            raise Problem("type y where what is missing stops the issue, else nothing", field="stops")
        return CustomerChecks(
            self._percent(values["quantity"], "quantity"),
            self._percent(values["price"], "price"),
            values["pattern"],
            _named(values["required"], ASKED, "required"),
            _named(values["attached"], KINDS[1:], "attached"),
            stops in _YES,
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


def _named(text: str, known: tuple[str, ...], place: str) -> tuple[str, ...]:
    """The words of a field, each known by its beginning; a word that fits none or several is a Problem."""
    found: list[str] = []
    for word in text.replace(",", " ").lower().split():
        fitting = [name for name in known if name == word] or [name for name in known if name.startswith(word)]
        if len(fitting) != 1:
            raise Problem("{text} is none of {names}", field=place, text=word[:40], names=", ".join(known))
        if fitting[0] not in found:
            found.append(fitting[0])
    return tuple(found)
