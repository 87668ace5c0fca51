"""An invoice that says everything that EN 16931 can say, its figures agreeing."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from typing import Any

from tui_billing.rules.en16931 import model as m
from tui_billing.rules.en16931.arithmetic import compute

DAY = dt.date(2026, 11, 24)
D = Decimal
PERIOD = m.Period(dt.date(2026, 10, 1), dt.date(2026, 10, 31))


def address(city: str, country: str = "FR") -> m.PostalAddress:
    return m.PostalAddress("1 rue Haute", "Bâtiment B", "2e étage", city, "69003", "Rhône", country)


SELLER = m.Trader(
    name="Atelier Duval SARL",
    trading_name="Duval",
    identifiers=(m.Identifier("F-77"), m.Identifier("73282932000074", "0009")),
    legal_id=m.Identifier("732829320", "0002"),
    vat_id="FR44732829320",
    tax_id="123/456/7890",
    legal_info="Capital 50 000 €",
    endpoint=m.Identifier("732829320", "0225"),
    address=address("Lyon"),
    contact=m.Contact("Claire Martin", "+33 4 72 00 00 00", "compta@duval.example"),
)
BUYER = replace(
    SELLER,
    name="Œuvres & Cie <SAS>",
    trading_name="Œuvres",
    identifiers=(m.Identifier("55210055400013", "0009"),),
    vat_id="FR96552100554",
    legal_id=m.Identifier("552100554", "0002"),
    tax_id="",
    legal_info="",
    endpoint=m.Identifier("552100554", "0225"),
)
ADJUSTED = (
    m.AllowanceCharge(False, D("10.00"), D("100.00"), D("10"), "S", D("20"), "Remise", "95"),
    m.AllowanceCharge(True, D("5.00"), D("50.00"), D("10"), "S", D("20"), "Port", "FC"),
)
ON_LINE = tuple(replace(one, category="", rate=None) for one in ADJUSTED)


def line(number: str = "1", **more: Any) -> m.Line:
    """A line of 2 × 650.00 by the dozen, less 10.00, plus 5.00."""
    given: dict[str, Any] = {
        "number": number,
        "note": "Selon devis",
        "object_id": m.Identifier("C-1", "AAA"),
        "quantity": D("24"),
        "unit": "DAY",
        "net": D("1295.00"),
        "order_line": "7",
        "accounting": "706000",
        "period": PERIOD,
        "adjustments": ON_LINE,
        "price": m.Price(D("650.00"), D("50.00"), D("700.00"), D("12"), "DAY"),
        "category": "S",
        "rate": D("20"),
        "item": m.Item(
            "Conseil",
            "Une journée de conseil",
            "A10",
            "ART-9",
            m.Identifier("4012345001235", "0160"),
            (m.Identifier("86132401", "STH", "1.0"),),
            "FR",
            (m.Attribute("Couleur", "bleu"), m.Attribute("Taille", "XL")),
        ),
    }
    return m.Line(**{**given, **more})


def agreed(invoice: m.EInvoice) -> m.EInvoice:
    """The same with the breakdown and the totals that its lines make."""
    sums = compute(replace(invoice, vat=()))
    before = {(row.category, (row.rate or D(0)).normalize()): row for row in invoice.vat}
    rows = tuple(
        replace(before.get(key, m.VatRow(key[0], None if key[0] == "O" else key[1])), taxable=base, tax=sums.vat[key])
        for key, base in sums.taxable.items()
    )
    totals = replace(
        invoice.totals,
        lines=sums.lines,
        allowances=sums.allowances if invoice.adjustments else None,
        charges=sums.charges if invoice.adjustments else None,
        net=sums.net,
        tax=sums.tax,
        gross=sums.gross,
        payable=sums.payable,
    )
    return replace(invoice, vat=rows, totals=totals)


def whole(**more: Any) -> m.EInvoice:
    """Every group and field at once, several VAT rates, a negative line, a foreign accounting currency."""
    exempt = line("3", category="E", rate=D("0"), adjustments=(), net=D("1300.00"))
    back = line("2", quantity=D("-12"), net=D("-650.00"), adjustments=(), rate=D("5.5"))
    invoice = m.EInvoice(
        number="F2026-00042",
        issue_date=DAY,
        type_code="380",
        currency="EUR",
        accounting_currency="CHF",
        tax_point_code="432",
        due_date=DAY + dt.timedelta(30),
        buyer_reference="SERVICE-ACHATS",
        project="P-1",
        contract="C-2",
        purchase_order="PO-3",
        sales_order="SO-4",
        receiving_advice="RA-5",
        despatch_advice="DA-6",
        accounting="411000",
        terms="30 jours net",
        notes=(m.Note("Indemnité 40 €", "PMT"), m.Note("Bonjour"), m.Note("Pénalités", "PMD")),
        process="S1",
        customization=m.EN16931,
        preceding=(m.Preceding("F2026-00001", dt.date(2026, 1, 5)), m.Preceding("F2026-00002")),
        seller=SELLER,
        buyer=BUYER,
        payee=m.Trader(
            name="Banque Factor", identifiers=(m.Identifier("P-1"),), legal_id=m.Identifier("552100554", "0002")
        ),
        representative=m.Trader(name="Fiscal SA", vat_id="FR96552100554", address=address("Paris")),
        delivery=m.Delivery("Entrepôt", m.Identifier("5790000436057", "0088"), DAY, address("Bron")),
        period=PERIOD,
        remittance="RF93F202600042",
        mandate="M-1",
        creditor_id="FR72ZZZ123456",
        payment_means=(
            m.PaymentMeans("57", "virement", "FR7630006000011234567890189", "Duval", "AGRIFRPP"),
            m.PaymentMeans("57", "carte", card="1234", card_holder="C. Martin"),
            m.PaymentMeans("57", "prélèvement", debited_account="FR7630006000011234567890189"),
        ),
        adjustments=ADJUSTED,
        totals=m.DocumentTotals(tax_accounting=D("150.00"), prepaid=D("100.00"), rounding=D("0.01")),
        vat=(m.VatRow("E", D("0"), exemption_text="Formation", exemption_code="VATEX-EU-132"),),
        attachments=(
            m.Attachment(number="LOT-1", type_code="50"),
            m.Attachment(number="OBJ-1", scheme="AAA", type_code="130"),
            m.Attachment("Zeit-1", "", "916", "Feuille d'heures", "", "TUVU\nIQ==", "application/pdf", "heures.pdf"),
            m.Attachment("URL-1", "", "916", "Conditions", "https://duval.example/cgv"),
        ),
        lines=(line(), back, exempt),
    )
    return agreed(replace(invoice, **more))


def unset(value: Any, path: str = "") -> set[str]:
    """The fields that no part of a value sets: "Line.parent", ..."""
    found: dict[str, bool] = {}

    def look(one: Any) -> None:
        if isinstance(one, tuple):
            for part in one:
                look(part)
        elif is_dataclass(one) and not isinstance(one, type):
            for each in fields(one):
                name = f"{type(one).__name__}.{each.name}"
                said = getattr(one, each.name)
                found[name] = found.get(name, False) or said not in (None, "", (), False)
                look(said)

    look(value)
    return {name for name, is_set in found.items() if not is_set}
