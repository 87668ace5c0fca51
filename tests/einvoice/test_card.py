"""The format of a customer's electronic invoices is kept by everything that writes the card."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.builders import *  # noqa: F403
from tests.builders import clerk
from tui_billing.rules.problem import Problem
from tui_billing.screens.customer_form import CAPTIONS
from tui_billing.services.master import CustomerCard, add_customer, card_of, change_customer


def test_card_keeps_format_and_reference(books):
    card = CustomerCard(
        code="AMT", name="Amt", country="DE", einvoice_format="XRechnung", buyer_reference="04011000-1-2"
    )
    key = add_customer(books, clerk(), card)
    assert (card_of(books, key).einvoice_format, card_of(books, key).buyer_reference) == ("xrechnung", "04011000-1-2")
    change_customer(books, clerk(), key, 1, replace(card_of(books, key), einvoice_format="peppol"))
    assert card_of(books, key).einvoice_format == "peppol"
    with pytest.raises(Problem, match="no format"):
        change_customer(books, clerk(), key, 2, replace(card_of(books, key), einvoice_format="fax"))


def test_the_form_has_every_field_of_the_card():
    assert set(CustomerCard.__slots__) - {"delivery"} == set(CAPTIONS)
