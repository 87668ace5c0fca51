"""A believable invoice to print, and how to read a page back."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from tui_billing.documents.mentions import MentionFacts, choose_mentions
from tui_billing.documents.printable import (
    PaymentMeans,
    PrintableInvoice,
    PrintedAdjustment,
    PrintedInstalment,
    PrintedLine,
    PrintedTotals,
    PrintedVat,
    References,
)
from tui_billing.rules.party import Address, Party

SELLER = Party(
    "Atelier Duval",
    legal_form="SARL",
    address=Address(line1="12 rue des Forges", postcode="69003", city="Lyon", country="FR"),
    siren="732829320",
    siret="73282932000074",
    vat_id="FR44732829320",
    legal_info="Capital 50 000 € – RCS Lyon",
    email="compta@atelier-duval.example",
)
BUYER = Party(
    "ACME Industries",
    legal_form="SAS",
    address=Address(
        line1="Comptabilité fournisseurs",
        line2="45 avenue Foch",
        postcode="75011",
        city="Paris",
        country="FR",
    ),
    siren="552100554",
    vat_id="FR22552100554",
)


def build(language: str = "en", **changes: Any) -> PrintableInvoice:
    """Three lines at two rates, a document allowance, two instalments, every mention of an ordinary sale."""
    lines = (
        PrintedLine(1, "Conseil, journée", Decimal(2), Decimal(650), 130000, "S", Decimal(20), item="A10", unit="day"),
        PrintedLine(
            2,
            "Forfait déplacement",
            Decimal(10),
            Decimal(45),
            40500,
            "S",
            Decimal(20),
            item="B20",
            unit="pce",
            discount_percent=Decimal(10),
            period_start=date(2026, 11, 1),
            period_end=date(2026, 11, 20),
        ),
        PrintedLine(
            3,
            "Livre [édition 2026]",
            Decimal("1.25"),
            Decimal("12.3456"),
            1443,
            "S",
            Decimal("5.5"),
            item="C30",
            unit="pce",
            adjustments=(PrintedAdjustment(100, reason="Couverture abîmée"),),
        ),
    )
    facts = MentionFacts(date(2026, 11, 24), language, "FR", operation="mixed", vat_on_debits=True, penalty_rate="12")
    invoice = PrintableInvoice(
        kind="invoice",
        number="F2026-00042",
        language=language,
        issue_date=date(2026, 11, 24),
        due_date=date(2026, 12, 31),
        delivery_date=date(2026, 11, 20),
        currency="EUR",
        seller=SELLER,
        buyer=BUYER,
        delivery_name="ACME Entrepôt",
        delivery_address=Address(line1="Zone Nord", postcode="59000", city="Lille", country="FR"),
        references=References(purchase_order="45001234", contract="CT-7", buyer_reference="M. Martin"),
        lines=lines,
        adjustments=(
            PrintedAdjustment(
                17050,
                percent=Decimal(10),
                base=170500,
                reason="Fidélité",
                vat_category="S",
                vat_rate=Decimal(20),
            ),
        ),
        vat=(
            PrintedVat("S", Decimal(20), 153450, 30690),
            PrintedVat("S", Decimal("5.5"), 1443, 79),
        ),
        totals=PrintedTotals(
            lines=171943, allowances=17050, net=154893, tax=30769, gross=185662, prepaid=5662, payable=180000
        ),
        instalments=(
            PrintedInstalment(1, date(2026, 12, 24), 90000),
            PrintedInstalment(2, date(2026, 12, 31), 90000),
        ),
        payment=PaymentMeans(
            "58", "SEPA", "Atelier Duval SARL", "FR7630006000011234567890189", "AGRIFRPP", "RF93F202600042"
        ),
        terms="50%@30+50%@37",
        mentions=choose_mentions(facts),
        note="Merci.",
        footer="Atelier Duval SARL – Capital 50 000 € – RCS Lyon – SIREN 732829320 – FR44732829320",
    )
    return dataclasses.replace(invoice, **changes)


def many_lines(count: int) -> dict[str, Any]:
    """Changes that make an invoice of so many lines of 10.00, none of them allowed or charged."""
    lines = tuple(
        PrintedLine(place + 1, f"Ligne {place + 1}", Decimal(1), Decimal(10), 1000, "S", Decimal(20))
        for place in range(count)
    )
    net, tax = count * 1000, count * 200
    return {
        "lines": lines,
        "adjustments": (),
        "vat": (PrintedVat("S", Decimal(20), net, tax),),
        "totals": PrintedTotals(lines=net, net=net, tax=tax, gross=net + tax, payable=net + tax),
    }


def read_pages(pdf: bytes) -> list[str]:
    """The text of each page, with every kind of space as one plain space."""
    return [re.sub(r"[ \u00a0\u202f]+", " ", page.extract_text()) for page in PdfReader(BytesIO(pdf)).pages]


@pytest.fixture
def invoice() -> Callable[..., PrintableInvoice]:
    return build


@pytest.fixture
def lines_of() -> Callable[[int], dict[str, Any]]:
    return many_lines


@pytest.fixture
def pages() -> Callable[[bytes], list[str]]:
    return read_pages
