"""The extensions of the standard, Germany's and EXTENDED of Factur-X: what they add, and which rules they lift."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.einvoice.test_rules import base
from tui_billing.exchange.einvoice import cii
from tui_billing.exchange.einvoice.read import read
from tui_billing.rules.en16931.arithmetic import compare, compute
from tui_billing.rules.en16931.engine import check
from tui_billing.rules.en16931.model import Attachment, Attribute, EInvoice, Identifier, Prepayment, VatRow

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


EXTENDED = "urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended"


def broken(invoice: EInvoice) -> set[str]:
    return {one.code for one in check(invoice) if one.blocking}


@pytest.mark.parametrize("customization", [EXTENSIONS[0], STANDARDS[1]])
def test_the_german_extension_has_codes_of_its_own(customization: str):
    plain = base("S")
    scheme = Identifier("123456789", "XR03")
    invoice = replace(
        plain,
        customization=customization,
        seller=replace(plain.seller, identifiers=(scheme,)),
        lines=tuple(replace(line, item=replace(line.item, standard_id=scheme)) for line in plain.lines),
        attachments=(Attachment("1", type_code="916", content="PHgvPg==", mime="application/xml", filename="x.xml"),),
    )
    wrong = {"BR-CL-10", "BR-CL-21", "BR-CL-24"}
    assert broken(invoice) & wrong == (set() if customization in EXTENSIONS else wrong)


def test_extended_has_a_row_of_the_breakdown_for_each_reason():
    """Two reasons of exemption, what is outside VAT beside them, and a row of the standard rate with words of its own."""
    plain = base("S")
    exempt = replace(plain.lines[0], number="11", category="E", rate=Decimal(0), exemption_code="VATEX-EU-132")
    other = replace(exempt, number="12", exemption_code="VATEX-EU-135-1")
    outside = replace(exempt, number="13", category="O", rate=None, exemption_code="VATEX-EU-O")
    net = exempt.net
    rows = [VatRow("E", Decimal(0), net, Decimal(0), exemption_code=one.exemption_code) for one in (exempt, other)]
    rows.append(VatRow("O", None, net, Decimal(0), exemption_code="VATEX-EU-O"))
    sums, more = plain.totals, 3 * net
    invoice = replace(
        plain,
        customization=EXTENDED,
        lines=(*plain.lines, exempt, other, outside),
        vat=(*(replace(row, exemption_text="#F-1#") for row in plain.vat), *rows),
        totals=replace(
            sums, lines=sums.lines + more, net=sums.net + more, gross=sums.gross + more, payable=sums.payable + more
        ),
    )
    assert (broken(invoice), compare(invoice)) == (set(), [])
    assert read(cii.write(invoice)).invoice == invoice
    assert {"BR-E-01", "BR-S-10", "BR-O-02", "BR-O-11"} <= broken(replace(invoice, customization=STANDARDS[0]))


def test_extended_may_split_a_rebate_and_measure_a_property():
    line = base("S").lines[0]
    price = replace(line.price, gross=line.price.net + Decimal("0.05"), rebate=Decimal("0.03"))
    item = replace(line.item, attributes=(Attribute("Gewicht", "12"),))
    xml = cii.write(replace(base("S"), customization=EXTENDED, lines=(replace(line, price=price, item=item),))).decode()
    first = xml.index("<ram:AppliedTradeAllowanceCharge>")
    last = xml.index("</ram:AppliedTradeAllowanceCharge>") + len("</ram:AppliedTradeAllowanceCharge>")
    xml = xml[:last] + xml[first:last].replace("0.03", "0.02") + xml[last:]
    xml = xml.replace("<ram:Description>Gewicht</ram:Description>", "<ram:TypeCode>AAB</ram:TypeCode>")
    xml = xml.replace("<ram:Value>12</ram:Value>", '<ram:ValueMeasure unitCode="KGM">12</ram:ValueMeasure>')
    back = read(xml.encode()).invoice.lines[0]
    assert (back.price.rebate, back.item.attributes) == (Decimal("0.05"), (Attribute("AAB", "12 KGM"),))


def test_a_price_below_zero_is_free_in_extended_alone():
    plain = base("S")
    line = replace(plain.lines[0], price=replace(plain.lines[0].price, net=Decimal(-1)))
    for customization, rules in ((EXTENDED, set()), (STANDARDS[0], {"BR-27"})):
        assert broken(replace(plain, customization=customization, lines=(line, *plain.lines[1:]))) == rules


def test_clean_vehicles_are_classified_in_germany():
    plain = base("S")
    item = replace(plain.lines[0].item, classifications=(Identifier("M2", "CVD"),))
    invoice = replace(plain, lines=(replace(plain.lines[0], item=item), *plain.lines[1:]))
    german = STANDARDS[1] + "#compliant#urn:xeinkauf.de:kosit:cvd:xrechnung_0.9"
    assert (broken(invoice), broken(replace(invoice, customization=german))) == ({"BR-CL-13"}, set())
