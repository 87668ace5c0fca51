"""Documents of every kind to say electronically: made by Hypothesis, computed by the house's own totals."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tui_billing.documents.mentions import MentionFacts, choose_mentions
from tui_billing.documents.printable import (
    BooksTax,
    PaymentMeans,
    PrintableInvoice,
    PrintedAdjustment,
    PrintedLine,
    PrintedTotals,
    PrintedVat,
    References,
)
from tui_billing.rules.money import convert
from tui_billing.rules.party import Address, Party
from tui_billing.rules.totals import Adjustment, LineInput, Totals, Vat, compute

DAY = dt.date(2026, 11, 24)
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
FRENCH = Party(
    "Œuvres & Cie <SAS>",
    address=Address(line1="45 avenue Foch", line2="Bâtiment « B »", postcode="75011", city="Paris", country="FR"),
    siren="552100554",
    siret="55210055400013",
    vat_id="FR96552100554",
)
GERMAN = Party(
    "Kunde GmbH",
    address=Address(line1="Hauptstr. 1", postcode="10115", city="Berlin", country="DE"),
    vat_id="DE136695976",
)
AMERICAN = Party(
    "US Inc",
    address=Address(line1="1 Main St", postcode="02101", city="Boston", region="MA", country="US"),
    email="ap@us-inc.example",
)
RATES = ("20", "10", "5.5", "2.1", "8.5")
#: category -> (buyer, exemption code)
CASES: dict[str, tuple[Party, str]] = {
    "S": (FRENCH, ""),
    "E": (FRENCH, "VATEX-FR-FRANCHISE"),
    "AE": (FRENCH, "VATEX-EU-AE"),
    "AE-EU": (GERMAN, "VATEX-EU-AE"),
    "K": (GERMAN, "VATEX-EU-IC"),
    "G": (AMERICAN, "VATEX-EU-G"),
    "Z": (FRENCH, ""),
    "O": (FRENCH, "VATEX-EU-O"),
}
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z", "M")), min_size=1, max_size=30
) | st.sampled_from(["Conseil, journée", "Pièce <détachée> & co", "A" * 300, "Œuvre d’art – réf. ÆØ€", "a\nb"])


def made(lines: list[LineInput], adjustments: list[Adjustment], buyer: Party, **more: Any) -> PrintableInvoice:
    """A document of these lines, computed as the house does."""
    currency = more.pop("currency", "EUR")
    totals = compute(
        lines,
        adjustments,
        currency=currency,
        document_discount_percent=more.pop("discount", Decimal(0)),
        prepaid=more.pop("prepaid", 0),
    )
    if more.pop("pay_all", False):
        totals = compute(lines, adjustments, currency=currency, prepaid=totals.gross)
    return printed(lines, totals, buyer, **more)


def printed(lines: list[LineInput], totals: Totals, buyer: Party, **more: Any) -> PrintableInvoice:
    """The same as it is printed."""
    kind = more.pop("kind", "invoice")
    language = more.pop("language", "fr")
    operation = more.pop("operation", "services")
    texts = more.pop("texts", ["Prestation"])
    on_debits = more.pop("vat_on_debits", False)
    facts = MentionFacts(
        DAY,
        language,
        "FR",
        vat=[(group.vat.category, group.vat.exemption_code, "") for group in totals.vat],
        operation=operation,
        vat_on_debits=on_debits,
        penalty_rate="12",
    )
    books = None
    if totals.currency != "EUR":
        rate = Decimal("0.92")
        books = BooksTax("EUR", convert(totals.tax, totals.currency, "EUR", rate), rate, "ECB", DAY)
    return PrintableInvoice(
        kind=kind,
        number="A2026-00007" if kind == "credit_note" else "F2026-00042",
        issue_date=DAY,
        due_date=DAY + dt.timedelta(30),
        currency=totals.currency,
        language=language,
        seller=SELLER,
        buyer=buyer,
        lines=tuple(
            PrintedLine(
                place,
                texts[place % len(texts)],
                line.quantity,
                line.unit_price,
                result.net,
                line.vat.category,
                line.vat.rate,
                item=f"A{place}",
                unit="jour",
                unit_code="DAY",
                discount_percent=line.discount_percent,
                discount=result.discount,
                adjustments=tuple(_printed(one) for one in result.adjustments),
            )
            for place, (line, result) in enumerate(zip(lines, totals.lines, strict=True), 1)
        ),
        vat=tuple(
            PrintedVat(group.vat.category, group.vat.rate, group.taxable, group.tax, group.vat.exemption_code)
            for group in totals.vat
        ),
        totals=PrintedTotals(
            lines=totals.lines_total,
            net=totals.net,
            tax=totals.tax,
            gross=totals.gross,
            payable=totals.payable,
            allowances=totals.allowances_total,
            charges=totals.charges_total,
            prepaid=totals.prepaid,
        ),
        adjustments=tuple(_printed(one, document=True) for one in totals.adjustments),
        books_tax=books,
        references=References(
            purchase_order="45001234",
            buyer_reference="SERVICE-ACHATS",
            preceding_number="F2026-00001" if kind != "invoice" else "",
            preceding_date=DAY - dt.timedelta(20) if kind != "invoice" else None,
        ),
        payment=PaymentMeans(
            "30", "virement", "Atelier Duval SARL", "FR7630006000011234567890189", "AGRIFRPP", "RF93F202600042"
        ),
        terms="30 jours net",
        mentions=choose_mentions(facts),
        type_code={"invoice": "380", "credit_note": "381", "corrective": "384"}[kind],
        operation=operation,
        vat_on_debits=on_debits,
        **more,
    )


def _printed(one: Adjustment, *, document: bool = False) -> PrintedAdjustment:
    return PrintedAdjustment(
        amount=one.amount or 0,
        is_charge=one.is_charge,
        percent=one.percent,
        base=one.base,
        reason=one.reason,
        reason_code=one.reason_code,
        vat_category=one.vat.category if one.vat and document else "",
        vat_rate=one.vat.rate if one.vat and document else None,
    )


@st.composite
def invoices(draw: st.DrawFn, most_lines: int = 12) -> PrintableInvoice:
    """Every VAT category, several rates, discounts, charges, credits, prepayments, returns, currencies."""
    case = draw(st.sampled_from([*CASES, "S", "S", "S"]))
    buyer, code = CASES[case]
    category = case.partition("-")[0]
    lines = []
    for _ in range(draw(st.integers(1, most_lines))):
        rate = Decimal(draw(st.sampled_from(RATES))) if category == "S" else Decimal(0)
        vat = Vat(category, rate, code)
        own = []
        if draw(st.integers(0, 5)) == 0:
            own.append(Adjustment(amount=draw(st.integers(0, 500)), reason="Abîmé", reason_code="95"))
        if draw(st.integers(0, 5)) == 0:
            own.append(Adjustment(percent=Decimal(draw(st.integers(1, 9))), reason="Emballage", is_charge=True))
        quantity = Decimal(draw(st.integers(1, 300_000))).scaleb(draw(st.sampled_from([0, -1, -2, -4])))
        if draw(st.integers(0, 9)) == 0:
            quantity = -quantity
        price = Decimal(draw(st.integers(1, 900_000))).scaleb(draw(st.sampled_from([-2, -2, -4])))
        discount = Decimal(draw(st.sampled_from(["0", "0", "0", "10", "33.33", "100"])))
        lines.append(LineInput(quantity, price, vat, discount, tuple(own)))
    if sum(line.quantity * line.unit_price for line in lines) <= 0:
        lines = [LineInput(abs(line.quantity), line.unit_price, line.vat, line.discount_percent) for line in lines]
    adjustments = []
    if draw(st.booleans()):
        adjustments.append(Adjustment(amount=draw(st.integers(1, 900)), reason="Port", is_charge=True))
    more: dict[str, Any] = {
        "discount": Decimal(draw(st.sampled_from(["0", "0", "10", "2.5"]))),
        "kind": draw(st.sampled_from(["invoice", "invoice", "credit_note", "corrective"])),
        "language": draw(st.sampled_from(["fr", "en"])),
        "operation": draw(st.sampled_from(["goods", "services", "mixed"])),
        "vat_on_debits": draw(st.booleans()),
        "texts": draw(st.lists(TEXTS, min_size=1, max_size=4)),
        "currency": draw(st.sampled_from(["EUR", "EUR", "EUR", "USD", "JPY"])),
    }
    if more["kind"] == "invoice":
        more["prepaid"] = draw(st.sampled_from([0, 0, 1, 5000]))
    return made(lines, adjustments, buyer, **more)
