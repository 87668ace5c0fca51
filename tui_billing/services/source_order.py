"""A customer's order as it is entered: its lines, more than 0 each, and the contract it calls off."""

from __future__ import annotations

from typing import Any

from tui_billing.rules.content import CustomerFacts
from tui_billing.rules.problem import NotFound
from tui_billing.rules.sources import SourceContent
from tui_billing.rules.text import quote
from tui_billing.services.context import Work
from tui_billing.services.source_parts import currency_of, day_of, line_row, lines_of


def order_rows(
    work: Work, typed: SourceContent, customer: CustomerFacts, replacing: int | None = None
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """(head, lines) of an order as its tables hold them; the first wrong field is a Problem."""
    contract = None
    if typed.contract:
        contract = work.books.value(
            "SELECT id FROM contract WHERE customer_id = ? AND number = ?", (customer.id, typed.contract)
        )
        if contract is None:
            raise NotFound(
                "{customer} has no contract {number}; list them with: tui-billing contract list",
                field="contract",
                customer=customer.code,
                number=quote(typed.contract),
            )
    lines = lines_of(work.books, typed, customer)
    head = {
        "date": day_of(work, typed.date, "date"),
        "currency": currency_of(typed, customer),
        "contract_id": contract,
    }
    return head, [line_row(line, "reference", "quantity", "unit_price", "discount_percent") for line in lines]
