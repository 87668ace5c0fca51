"""A document that nobody was sent: what a template looks like, with enough on it that every part of it shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from tui_billing.documents.mentions import legal_line
from tui_billing.documents.printable import (
    PaymentMeans,
    PrintableInvoice,
    PrintedInstalment,
    PrintedLine,
    PrintedProgress,
    PrintedTotals,
    PrintedVat,
    References,
)
from tui_billing.documents.template import Template
from tui_billing.locale import N_, say
from tui_billing.rules.party import Address, Party
from tui_billing.rules.units import unit_word

#: (text, quantity, unit, price, discount %, item), by what is billed.
_LINES = {
    "goods": (
        (N_("Bracket, steel, galvanised"), "12", "C62", "45", "", "B20"),
        (N_("Cable, per metre"), "37.5", "MTR", "2.345", "10", "K7-3"),
    ),
    "services": (
        (N_("Consulting on site"), "12.5", "HUR", "85", "", "A10"),
        (N_("Report with recommendations"), "3", "HUR", "85", "10", "A12"),
    ),
    "progress": (
        (N_("Lot 1: foundations"), "25", "P1", "480", "", "LOT1"),
        (N_("Lot 2: carpentry"), "10", "P1", "1250.50", "", "LOT2"),
    ),
    "subscription": (
        (N_("Maintenance of the lift"), "1", "MON", "240", "", "M1"),
        (N_("Remote monitoring"), "1", "MON", "39.90", "10", "M2"),
    ),
}
DRAFT, SPECIMEN = N_("DRAFT"), N_("SPECIMEN")


def specimen(
    template: Template, seller: Party, *, kind: str = "", language: str = "fr", day: date, iban: str = "", bic: str = ""
) -> PrintableInvoice:
    """An invoice of the house by a template; `kind` is what is billed, else what the template is named after."""
    kind = kind or (template.code if template.code in _LINES else "goods")
    start = day.replace(day=1)
    lines = []
    for place, (text, quantity, unit, price, discount, item) in enumerate(_LINES[kind], 1):
        amount = Decimal(quantity) * Decimal(price) * (100 - Decimal(discount or 0))
        lines.append(
            PrintedLine(
                place,
                say(text, language),
                Decimal(quantity),
                Decimal(price),
                int(amount.to_integral_value()),
                "S",
                Decimal(20),
                item=item,
                unit=unit_word(unit, language),
                discount_percent=Decimal(discount or 0),
                period_start=start if kind == "subscription" else None,
                period_end=day if kind == "subscription" else None,
                previous=1_200_000 * place if kind == "progress" else 0,
            )
        )
    net = sum(line.net for line in lines)
    tax = net // 5
    retained = (net + tax) // 20 if kind == "progress" else 0
    due = day + timedelta(days=30)
    parts: tuple[PrintedInstalment, ...] = ()
    if retained:
        later = PrintedInstalment(2, day + timedelta(days=365), retained, True)
        parts = (PrintedInstalment(1, due, net + tax - retained), later)
    return PrintableInvoice(
        kind="invoice",
        number=f"F{day.year}-00000",
        issue_date=day,
        currency="EUR",
        seller=seller,
        buyer=Party(
            "ACME Industries",
            legal_form="SAS",
            address=Address(line1="45 avenue Foch", postcode="75011", city="Paris", country="FR"),
            contact="Anna Martin",
        ),
        lines=tuple(lines),
        vat=(PrintedVat("S", Decimal(20), net, tax),),
        totals=PrintedTotals(lines=net, net=net, tax=tax, gross=net + tax, payable=net + tax),
        language=language,
        due_date=due,
        references=References(purchase_order="45001234", contract="CT-7"),
        instalments=parts,
        payment=PaymentMeans("30", say(N_("credit transfer"), language), seller.full_name, iban, bic, ""),
        footer=legal_line(seller.full_name, seller.legal_info, seller.siren, seller.vat_id, language),
        template=template,
        progress=PrintedProgress("CT-7", sum(line.previous for line in lines)) if kind == "progress" else None,
        watermark=say(SPECIMEN, language),
    )


def as_draft(invoice: PrintableInvoice) -> PrintableInvoice:
    """The same with DRAFT across it, in the customer's language."""
    return replace(invoice, watermark=say(DRAFT, invoice.language))
