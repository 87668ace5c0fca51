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
SPANISH = Party(
    "Canarias Envíos SL",
    legal_form="SL",
    address=Address(line1="Calle Triana 5", postcode="35002", city="Las Palmas", country="ES"),
    vat_id="ESB12345674",
    email="facturas@canarias.example",
)
CEUTA = Party(
    "Ceuta Mercados SA",
    address=Address(line1="Paseo Colón 3", postcode="51001", city="Ceuta", country="ES"),
    vat_id="ESA28015865",
)
WAREHOUSE = Address(line1="ZI Nord", postcode="69120", city="Vaulx-en-Velin", country="FR")
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
    "L": (CEUTA, ""),
    "M": (CEUTA, ""),
}
#: The taxes of the Canary Islands (L) and of Ceuta and Melilla (M) are a Spanish house's.
SELLERS = {"L": SPANISH, "M": SPANISH}
#: How many lines documents have, the longest ones rarely.
LENGTHS = (1, 1, 2, 3, 5, 8, 12, 30, 80, 150, 300)
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
        rounding=more.pop("rounding", 0),
        prices_include_vat=more.get("prices_include_vat", False),
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
    seller = more.pop("seller", SELLER)
    facts = MentionFacts(
        DAY,
        language,
        seller.address.country,
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
        seller=seller,
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
            rounding=totals.rounding,
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
def _line(draw: st.DrawFn, case: str) -> LineInput:
    """A line of the case's category, now and then of another one that may stand beside it."""
    category, code = case.partition("-")[0], CASES[case][1]
    if category in ("S", "E", "AE") and draw(st.integers(0, 7)) == 0:
        category, code = draw(
            st.sampled_from([("S", ""), ("Z", ""), ("E", "VATEX-FR-CGI261-4"), ("AE", "VATEX-EU-AE")])
        )
    rate = Decimal(0)
    if category in ("S", "L", "M"):
        rate = Decimal(draw(st.sampled_from(RATES if category == "S" else ("7", "3", "9.5", "0.5"))))
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
    return LineInput(quantity, price, Vat(category, rate, code), discount, tuple(own))


@st.composite
def invoices(draw: st.DrawFn, most_lines: int = 12) -> PrintableInvoice:
    """Every VAT category, several rates, discounts, charges, credits, prepayments, returns, currencies.

    A long document repeats a dozen different lines: 300 of them drawn one by one would be more than is made.
    """
    case = draw(st.sampled_from([*CASES, "S", "S", "S"]))
    count = draw(st.sampled_from([one for one in LENGTHS if one <= most_lines]))
    different = draw(st.lists(_line(case), min_size=min(count, 3), max_size=min(count, 12)))
    lines = [different[place % len(different)] for place in range(count)]
    if sum(line.quantity * line.unit_price for line in lines) <= 0:
        lines = [LineInput(abs(line.quantity), line.unit_price, line.vat, line.discount_percent) for line in lines]
    adjustments = []
    if draw(st.booleans()):
        adjustments.append(Adjustment(amount=draw(st.integers(1, 900)), reason="Port", is_charge=True))
    if draw(st.integers(0, 3)) == 0:
        adjustments.append(Adjustment(percent=Decimal(draw(st.integers(1, 5))), reason="Remise", reason_code="95"))
    more: dict[str, Any] = {
        "discount": Decimal(draw(st.sampled_from(["0", "0", "10", "2.5"]))),
        "kind": draw(st.sampled_from(["invoice", "invoice", "credit_note", "corrective"])),
        "language": draw(st.sampled_from(["fr", "en"])),
        "operation": draw(st.sampled_from(["goods", "services", "mixed"])),
        "vat_on_debits": draw(st.booleans()),
        "texts": draw(st.lists(TEXTS, min_size=1, max_size=4)),
        "currency": draw(st.sampled_from(["EUR", "EUR", "EUR", "USD", "JPY"])),
        "prices_include_vat": draw(st.integers(0, 9)) == 0,
        "rounding": draw(st.sampled_from([0, 0, 0, 0, 1, -1])),
        "seller": SELLERS.get(case, SELLER),
    }
    if more["kind"] == "invoice":
        more["prepaid"] = draw(st.sampled_from([0, 0, 1, 5000]))
        more["pay_all"] = draw(st.integers(0, 9)) == 0
    if draw(st.integers(0, 3)) == 0:
        more |= {"delivery_name": "Entrepôt n° 3", "delivery_date": DAY, "delivery_address": WAREHOUSE}
    if draw(st.integers(0, 3)) == 0:
        more |= {"period_start": DAY.replace(day=1), "period_end": DAY, "note": draw(TEXTS)}
    return made(lines, adjustments, CASES[case][0], **more)
