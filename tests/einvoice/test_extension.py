"""The German extension of the standard: what is collected for others is part of what is to be paid."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.einvoice.test_rules import base
from tui_billing.rules.en16931.arithmetic import compare, compute
from tui_billing.rules.en16931.model import Prepayment

_STANDARD = "urn:cen.eu:en16931:2017#compliant#urn:"
EXTENSIONS = (
    _STANDARD + "xeinkauf.de:kosit:xrechnung_3.0#conformant#urn:xeinkauf.de:kosit:extension:xrechnung_3.0",
    _STANDARD + "xoev-de:kosit:standard:xrechnung_2.3#conformant#urn:xoev-de:kosit:extension:xrechnung_2.3",
    _STANDARD + "xoev-de:kosit:standard:xrechnung_2.1#conformant#urn:xoev-de:kosit:extension:xrechnung_2.1",
)
STANDARDS = ("urn:cen.eu:en16931:2017", _STANDARD + "xeinkauf.de:kosit:xrechnung_3.0")


@pytest.mark.parametrize("customization", [*EXTENSIONS, *STANDARDS])
def test_what_is_collected_for_others_is_to_be_paid_in_every_version_of_the_extension(customization: str):
    plain = base("S")
    owed = compute(plain).payable
    collected = (Prepayment(Decimal("19.96")), Prepayment(Decimal("10.00")))
    invoice = replace(
        plain,
        customization=customization,
        prepayments=collected,
        totals=replace(plain.totals, payable=owed + Decimal("29.96")),
    )
    wrong = [one.field for one in compare(invoice)]
    assert wrong == ([] if customization in EXTENSIONS else ["payable"])
