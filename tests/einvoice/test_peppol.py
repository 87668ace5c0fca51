"""What Peppol asks for beyond the standard is named, on what leaves this house as an obstacle."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings

from tests.einvoice.documents import invoices
from tests.einvoice.test_rules import base
from tui_billing.documents.einvoice import structure
from tui_billing.documents.printable import PrintableInvoice
from tui_billing.rules.en16931.engine import check
from tui_billing.rules.en16931.model import (
    PEPPOL,
    PEPPOL_PROCESS,
    AllowanceCharge,
    EInvoice,
    Identifier,
    PaymentMeans,
    Period,
    Price,
)

D = Decimal


def right() -> EInvoice:
    plain = base("S")
    address = Identifier("732829320", "0225")
    return replace(
        plain,
        customization=PEPPOL,
        process=PEPPOL_PROCESS,
        notes=plain.notes[:1],
        purchase_order="B-1",
        seller=replace(plain.seller, endpoint=address),
        buyer=replace(plain.buyer, endpoint=address),
    )


def line(**changes) -> Callable[[EInvoice], EInvoice]:
    return lambda one: replace(one, lines=(replace(one.lines[0], **changes), *one.lines[1:]))


def share(amount: str, part: str | None, whole: str | None) -> Callable[[EInvoice], EInvoice]:
    one = AllowanceCharge(
        amount=D(amount), base=D(whole) if whole else None, percent=D(part) if part else None, reason="x"
    )
    return line(adjustments=(one,))


NET = base("S").lines[0].price.net
PERIOD = Period(dt.date(2026, 11, 1), dt.date(2026, 11, 30))
BROKEN: dict[str, Callable[[EInvoice], EInvoice]] = {
    "R001": lambda one: replace(one, process=""),
    "R005": lambda one: replace(one, accounting_currency=one.currency),
    "R007": lambda one: replace(one, process="urn:www.cenbii.eu:profile:bii05:ver2.0"),
    "R040": share("5.03", "10", "50"),
    "R041": share("5.00", "10", None),
    "R042": share("5.00", None, "50"),
    "R046": line(price=Price(NET, D("0.10"), NET)),
    "R055": lambda one: replace(
        one, accounting_currency="CHF", totals=replace(one.totals, tax_accounting=-(one.totals.tax or D(1)))
    ),
    "R061": lambda one: replace(one, payment_means=(PaymentMeans("59"),)),
    "R110": lambda one: line(period=Period(dt.date(2026, 10, 31)))(replace(one, period=PERIOD)),
    "R111": lambda one: line(period=Period(None, dt.date(2026, 12, 1)))(replace(one, period=PERIOD)),
    "R121": line(price=Price(NET, base_quantity=D(-1))),
    "R130": line(price=Price(NET, base_quantity=D(1), base_unit="KGM")),
}


def peppol(invoice: EInvoice, *, ours: bool = True) -> set[str]:
    return {
        one.code.removeprefix("PEPPOL-EN16931-")
        for one in check(invoice, ours=ours)
        if one.code.startswith("PEPPOL") and one.blocking
    }


def test_a_right_document_says_nothing():
    assert peppol(right()) == set()
    assert peppol(share("5.02", "10", "50")(right())) == set(), "two cents are forgiven"


@pytest.mark.parametrize("rule", BROKEN)
def test_each_rule_is_named(rule: str):
    wrong = BROKEN[rule](right())
    assert peppol(wrong) == {rule}
    assert peppol(wrong, ours=False) == set(), "a document of others is not refused for it"
    assert peppol(replace(wrong, customization="urn:cen.eu:en16931:2017")) == set()


@settings(max_examples=25, deadline=None)
@given(invoices())
def test_whatever_is_billed_has_shares_that_prove_its_amounts(invoice: PrintableInvoice):
    """In whole units, with discounts of an amount, on credit notes: base and percentage stand where they make it."""
    wrong = {one.code for one in structure(invoice, "peppol").findings if one.code.startswith("PEPPOL-EN16931-R04")}
    assert wrong == set()
