"""The list of customers: what each owes, and the way to the card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from tui_billing.locale import N_, _
from tui_billing.models.queries import customers
from tui_billing.models.queries.customers import CustomerRow
from tui_billing.rules.status import Status
from tui_billing.rules.text import fold
from tui_billing.screens.amounts import money, number
from tui_billing.screens.list_screen import Listed, ListScreen
from tui_billing.widgets.cells import Cell, glyph
from tui_billing.widgets.paged_table import Column, PageRequest


class CustomersScreen(ListScreen):
    """All customers, by code."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", N_("edit"), show=False, id="record.edit"),
        Binding("f6,ctrl+n", "new_customer", N_("new customer"), show=False, id="customer.new"),
        Binding("o", "documents", N_("documents"), show=False, id="document.open"),
        Binding("a", "papers", N_("papers"), show=False, id="papers"),
    ]
    EMPTY = N_("no customer; F6 enters one")
    FILTER_HINT = N_("code, name, town, VAT number")

    def title_words(self) -> str:
        return _("CUSTOMERS")

    def columns(self) -> list[Column]:
        currency = self.desk.company.currency
        return [
            Column(_("code"), 10),
            Column(_("name"), 20, flex=2),
            Column(_("town"), 12, flex=1),
            Column("", 2),
            Column(_("terms"), 9, priority=2),
            Column(_("owes {currency}", currency=currency), 14, align="right"),
            Column(_("overdue"), 8, align="right"),
        ]

    def row_keys(self) -> Sequence[tuple[str, str]]:
        return [
            ("n", _("invoice")),
            ("p", _("payment")),
            ("o", _("documents")),
            ("e", _("edit")),
            ("i", _("inquiry")),
            ("a", _("papers")),
            ("F6 ^N", _("new customer")),
        ]

    def papers_about(self) -> tuple[str, int]:
        return ("customer", self.record.id) if self.record else ("", 0)

    def inquiry_about(self) -> tuple[str, int]:
        return (self.record.code if self.record else ""), 0

    def parse_filter(self, text: str) -> tuple[str, ...]:
        return tuple(fold(text).replace("\0", " ").split())

    def read_page(self, wanted: Any, request: PageRequest) -> Any:
        return customers.page, (wanted, self.desk.today, request.direction, request.key, request.limit)

    def read_count(self, wanted: Any) -> Any:
        return customers.count, (wanted,)

    def counted(self, count: int, more: bool) -> str:
        return _("1 customer") if count == 1 else _("{count} customers", count=number(count) + ("+" if more else ""))

    def listed(self, record: CustomerRow) -> Listed:
        dim = "" if record.active else "dim"
        cells = (
            Cell(record.code, dim),
            Cell(record.name, dim),
            record.city,
            record.country,
            record.terms,
            money(record.owed, self.desk.company.currency) if record.owed else "",
            Cell(f"{glyph(Status.OVERDUE)} {record.overdue}", "red") if record.overdue else "",
        )
        return Listed(record.key, record.id, cells, record)

    def open_record(self, record: CustomerRow) -> None:
        from tui_billing.screens.customer_card import CustomerScreen

        self.workstation.open(CustomerScreen(record.id))

    def action_edit(self) -> None:
        if self.record is not None:
            from tui_billing.screens.customer_form import CustomerFormScreen

            self.workstation.open(CustomerFormScreen(self.record.id))

    def action_new_customer(self) -> None:
        from tui_billing.screens.customer_form import CustomerFormScreen

        self.workstation.open(CustomerFormScreen())

    def action_documents(self) -> None:
        """The documents of the customer under the cursor, in the list of invoices."""
        if self.record is not None:
            code = self.record.code
            target = self.workstation.go_to("invoices")
            assert isinstance(target, ListScreen)
            target.begin_with(code)

    def action_new_invoice(self) -> None:
        if self.record is not None:
            self.workstation.new_invoice(customer=self.record.code)
        else:
            self.workstation.new_invoice()

    def action_pay(self) -> None:
        self.workstation.new_payment(self.record.code if self.record else "")
