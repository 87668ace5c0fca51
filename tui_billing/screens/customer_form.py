"""The form of a customer: a new one, or a card that is changed without walking over somebody else's change."""

from __future__ import annotations

from typing import Any

from tui_billing.locale import N_, _
from tui_billing.models.door import Books
from tui_billing.models.queries.customers import customer_version
from tui_billing.rules.numbers import format_number, parse_amount, parse_plain
from tui_billing.rules.problem import Conflict, Problem
from tui_billing.screens.form_screen import FormScreen
from tui_billing.services.master import CustomerCard, add_customer, card_of, change_customer

#: Field of the card -> its caption.
CAPTIONS = {
    "code": N_("Code"),
    "name": N_("Name"),
    "legal_form": N_("Legal form"),
    "address_line1": N_("Address"),
    "address_line2": N_("Address 2"),
    "postcode": N_("Postcode"),
    "city": N_("Town"),
    "region": N_("Region"),
    "country": N_("Country"),
    "siren": N_("SIREN"),
    "siret": N_("SIRET"),
    "vat_id": N_("VAT number"),
    "electronic_address": N_("E-address"),
    "electronic_scheme": N_("Its scheme"),
    "einvoice_format": N_("E-invoice as"),
    "buyer_reference": N_("Their ref."),
    "contact": N_("Contact"),
    "email": N_("Mail"),
    "phone": N_("Telephone"),
    "language": N_("Language"),
    "currency": N_("Currency"),
    "terms": N_("Terms"),
    "vat_category": N_("VAT category"),
    "exemption_code": N_("Exemption"),
    "purchase_order_required": N_("Order needed"),
    "credit_limit": N_("Credit limit"),
    "note": N_("Note"),
}
_WIDTHS = {"code": 14, "country": 4, "postcode": 10, "language": 4, "currency": 5, "vat_category": 4, "terms": 24}
_SHORT = {
    "siren": 12,
    "siret": 18,
    "vat_id": 18,
    "electronic_scheme": 6,
    "einvoice_format": 10,
    "purchase_order_required": 4,
}
_WIDTHS |= _SHORT | {"credit_limit": 14, "exemption_code": 20, "phone": 20, "legal_form": 12}


def read_form(books: Books, customer_id: int) -> tuple[int, CustomerCard]:
    """(version, card) of a customer."""
    return customer_version(books, customer_id), card_of(books, customer_id)


class CustomerFormScreen(FormScreen):
    """All fields of the card; what is empty follows the company."""

    FIELDS = tuple((name, caption, _WIDTHS.get(name, 34)) for name, caption in CAPTIONS.items())

    def __init__(self, customer_id: int | None = None) -> None:
        super().__init__()
        self.customer_id = customer_id
        self._version = 0
        self._card = CustomerCard()
        if customer_id is not None:
            self.FIXED = frozenset({"code"})

    @property
    def form_name(self) -> str:
        return f"customer {self.customer_id or ''}"

    def title_words(self) -> str:
        return _("NEW CUSTOMER") if self.customer_id is None else f"{self._card.code}  {self._card.name}"

    async def start_values(self) -> dict[str, str]:
        if self.customer_id is None:
            return {"country": str(self.desk.company.party.get("address", {}).get("country", ""))}
        self._version, self._card = await self.desk.ask(read_form, self.customer_id)
        return {name: self._shown(name, getattr(self._card, name)) for name in CAPTIONS}

    def _shown(self, name: str, value: str) -> str:
        if name == "credit_limit" and value:
            return format_number(parse_plain(value, 3), self.desk.language)
        return value

    def _typed(self) -> CustomerCard:
        values: dict[str, Any] = self.values()
        if values["credit_limit"]:
            currency = self.desk.company.currency
            values["credit_limit"] = parse_amount(
                values["credit_limit"], self.desk.language, currency, field="credit_limit"
            ).plain
        return CustomerCard(**values, delivery=self._card.delivery)

    def question(self) -> str:
        card = self._typed()
        for name, sentence in (
            ("code", N_("a customer needs a code, for example ACME")),
            ("name", N_("a customer needs a name")),
        ):
            if not getattr(card, name):
                raise Problem(sentence, field=name)
        if self.customer_id is None:
            return _("enter customer {code} {name}: Enter does it", code=card.code.upper(), name=card.name)
        return _("change {code}: Enter saves the card", code=card.code)

    async def carry_out(self) -> str:
        card = self._typed()
        if self.customer_id is None:
            await self.desk.do(add_customer, card, command_id=self.command_id)
            return _("customer {code} is entered", code=card.code.upper())
        await self.desk.do(change_customer, self.customer_id, self._version, card)
        return _("customer {code} is changed", code=card.code)

    def show_conflict(self, error: Conflict) -> None:
        """Both versions side by side; Ctrl+S once more saves what stands in the fields over theirs."""
        super().show_conflict(error)
        self.workstation.answer(self._take_version(), name="version")

    async def _take_version(self) -> None:
        assert self.customer_id is not None
        self._version, _card = await self.desk.ask(read_form, self.customer_id)
