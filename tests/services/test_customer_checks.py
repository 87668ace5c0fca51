"""What a customer's invoices must bear is set on one form, and is what the checklist then says."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.builders import TODAY, clerk, typed
from tui_billing.rules.problem import Conflict, Problem, Refused
from tui_billing.services.agreements import confirm_customer
from tui_billing.services.check_rules import list_rules
from tui_billing.services.customer_checks import CustomerChecks, read_checks, set_checks
from tui_billing.services.resolve import resolve
from tui_billing.services.verify import verify


def test_what_is_set_is_checked_changed_and_proved(books):
    boss = lambda: clerk("anna", role="supervisor")  # noqa: E731
    first = CustomerChecks(
        Decimal(5), Decimal("0.5"), "4500####", ("purchase_order",), ("signed_delivery_note",), stops=True
    )
    set_checks(books, boss(), 1, first)
    assert replace(read_checks(books, 1), confirmed_on="") == first
    stops = [f.field for f in resolve(books, typed("ACME", "B20"), TODAY).findings if f.blocking]
    assert "purchase_order" in stops
    assert all(not f.blocking for f in resolve(books, typed("USCO", "B20"), TODAY).findings)
    confirm_customer(books, clerk(), 1)
    second = CustomerChecks(Decimal(5), pattern="PO-*", required=("contract",), confirmed_on=TODAY.isoformat())
    with pytest.raises(Conflict):
        set_checks(books, boss(), 1, second, before=first)
    set_checks(books, boss(), 1, second, before=read_checks(books, 1))
    assert read_checks(books, 1) == second
    assert [(r.kind, r.severity) for r in list_rules(books, 1) if r.active] == [
        ("pattern", "warning"),
        ("required", "warning"),
    ]
    set_checks(books, boss(), 1, second)  # again: nothing is written
    assert len(list_rules(books, 1)) == 5
    for wrong in (
        CustomerChecks(quantity=Decimal(51)),
        CustomerChecks(required=("colour",)),
        CustomerChecks(attached=("x",)),
    ):
        with pytest.raises(Problem):
            set_checks(books, boss(), 1, wrong)
    with pytest.raises(Refused):
        set_checks(books, clerk(), 1, first)
    assert verify(books) == []
