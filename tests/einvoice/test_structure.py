"""What stands twice, half or in the wrong place in a file is refused by the rule's name."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator

import pytest
from lxml import etree

from tests.einvoice.official import findings
from tests.einvoice.test_rules import base
from tui_billing.exchange.einvoice import cii, ubl
from tui_billing.exchange.einvoice.read import read
from tui_billing.rules.en16931.engine import check
from tui_billing.rules.problem import Problem

UBL, CII = ubl.write(base()).decode(), cii.write(base()).decode()


def broken(xml: str) -> set[str]:
    """The rules that stop a document."""
    return {one.code for one in check(read(xml.encode()).invoice) if one.blocking}


def changed(xml: str, old: str, new: str, count: int = 1) -> str:
    assert old in xml, old
    return xml.replace(old, new, count)


def test_nothing_is_wrong_at_first():
    assert (broken(UBL), broken(CII)) == (set(), set())


def part(xml: str, name: str) -> str:
    """The first element of a name, whole."""
    start = xml.index(f"<{name}")
    return xml[start : xml.index(f"</{name}>", start) + len(name) + 3]


TWICE = {
    "UBL-SR-08": "cac:InvoicePeriod",
    "UBL-SR-24": "cac:Delivery",
    "UBL-SR-05": "cbc:Note",
    "UBL-SR-12": "cac:PartyTaxScheme",
    "UBL-SR-09": "cbc:RegistrationName",
    "UBL-SR-48": "cac:ClassifiedTaxCategory",
    "UBL-SR-26": "cbc:PaymentID",
    "BR-CO-15": "cac:TaxTotal",
}
PERIOD = "<cac:InvoicePeriod><cbc:StartDate>2026-11-01</cbc:StartDate></cac:InvoicePeriod>"
DELIVERY = "<cac:Delivery><cbc:ActualDeliveryDate>2026-11-02</cbc:ActualDeliveryDate></cac:Delivery>"
TERMS = "<cac:PaymentTerms><cbc:Note>30 jours</cbc:Note></cac:PaymentTerms>"


@pytest.mark.parametrize("rule", TWICE)
def test_what_may_stand_once_is_not_guessed_between(rule: str):
    seller = UBL.index("<cac:AccountingSupplierParty")
    whole = UBL[:seller] + PERIOD + UBL[seller:]
    whole = whole.replace("<cac:PaymentMeans>", DELIVERY + "<cac:PaymentMeans>", 1)
    if "<cac:PaymentTerms>" not in whole:
        whole = whole.replace("<cac:TaxTotal>", TERMS + "<cac:TaxTotal>", 1)
    place = whole.index("<cac:PaymentTerms>") if rule == "UBL-SR-05" else 0
    one = part(whole[place:], TWICE[rule])
    assert rule not in broken(whole)
    assert rule in broken(whole[:place] + whole[place:].replace(one, one + one, 1))


def test_means_of_payment_are_of_one_kind():
    one = part(UBL, "cac:PaymentMeans")
    other = one.replace(">30<", ">48<").replace(">58<", ">48<")
    assert broken(UBL.replace(one, one + one, 1)) == set()
    assert other != one and broken(UBL.replace(one, one + other, 1)) == {"UBL-SR-47"}


def test_a_group_that_stands_empty_is_not_one_that_is_missing():
    address = part(UBL, "cac:PostalAddress")
    assert broken(UBL.replace(address, "<cac:PostalAddress/>", 1)) == {"BR-09"}
    assert broken(UBL.replace(address, "", 1)) == {"BR-08"}
    address = part(CII, "ram:PostalTradeAddress")
    assert broken(CII.replace(address, "<ram:PostalTradeAddress/>", 1)) == {"BR-09"}
    account = part(UBL, "cac:PayeeFinancialAccount")
    assert broken(UBL.replace(account, "<cac:PayeeFinancialAccount/>", 1)) == {"BR-50", "BR-61"}
    account = part(CII, "ram:PayeePartyCreditorFinancialAccount")
    assert broken(CII.replace(account, "<ram:PayeePartyCreditorFinancialAccount/>", 1)) == {"BR-50", "BR-61"}


def test_a_tax_that_is_not_vat_is_no_vat():
    line = part(UBL, "cac:ClassifiedTaxCategory")
    assert {"BR-CO-04", "BR-S-08"} == broken(UBL.replace(line, line.replace(">VAT<", ">INS<"), 1))
    row = part(UBL, "cac:TaxSubtotal")
    assert {"BR-47", "BR-48"} <= broken(UBL.replace(row, row.replace(">VAT<", ">INS<"), 1))
    assert "BR-CO-04" in broken(changed(CII, ">VAT<", ">INS<"))
    assert broken(UBL.replace(">VAT<", ">vat<")) == set()


@pytest.mark.parametrize(("currency", "rule"), [("XYZ", "BR-CL-03"), ("", "BR-CL-03"), ("USD", "PEPPOL-EN16931-R051")])
def test_an_amount_in_another_currency_is_not_added_up(currency: str, rule: str):
    price = part(UBL, "cbc:PriceAmount")
    assert broken(UBL.replace(price, price.replace("EUR", currency), 1)) == {rule}
    total = part(UBL[UBL.index("<cac:TaxTotal") :], "cbc:TaxAmount")
    assert broken(UBL.replace(total, total.replace("EUR", currency), 1)) == {rule, "BR-CO-15"}


def test_vat_is_stated_once_in_the_currency_of_the_document():
    total = part(CII, "ram:TaxTotalAmount")
    assert broken(CII.replace(total, total + total, 1)) == {"BR-CO-15"}
    assert "BR-CO-15" in broken(CII.replace(total, total.replace("EUR", "USD"), 1))


def test_a_category_that_does_not_exist_has_no_rules_of_its_own():
    xml = UBL.replace("<cbc:ID>S</cbc:ID>", "<cbc:ID>QQ</cbc:ID>")
    assert not {one for one in broken(xml) if "QQ" in one}
    assert {"BR-CL-17", "BR-CL-18"} <= broken(xml)


def test_an_exemption_of_nothing_hurts_nobody():
    """A row of the breakdown whose category no line has, and whose amounts are 0 (BR-E-08)."""
    row = part(UBL, "cac:TaxSubtotal")
    head, _, rest = row.partition("<cac:TaxCategory>")
    taxable = part(head, "cbc:TaxableAmount")
    tax = part(head, "cbc:TaxAmount")
    nothing = head.replace(taxable, '<cbc:TaxableAmount currencyID="EUR">0</cbc:TaxableAmount>')
    nothing = nothing.replace(tax, '<cbc:TaxAmount currencyID="EUR">0.00</cbc:TaxAmount>')
    category = (
        "<cac:TaxCategory><cbc:ID>E</cbc:ID><cbc:Percent>0</cbc:Percent><cbc:TaxExemptionReason>Art. 261"
        "</cbc:TaxExemptionReason><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:TaxSubtotal>"
    )
    assert rest
    assert broken(UBL.replace(row, row + nothing + category, 1)) == set()


#: What the official sheets add to a rule that is broken, and we do not: a price that is missing is not above zero, what
#: has no category is not O, the sum of a total that is missing is wrong.
BESIDE = {
    "BR-27": "BR-26",
    "BR-CO-13": "BR-12",
    "BR-CO-14": "BR-CO-15",
    "BR-CO-15": "BR-13",
    "BR-CO-16": "BR-15",
    "BR-CO-17": "BR-4",
    "BR-O-12": "BR-CO-04",
    "BR-O-13": "BR-32",
    "BR-O-14": "BR-37",
}
BESIDE |= dict.fromkeys(("BR-AE-09", "BR-IC-09", "BR-O-09"), "BR-46")


def without_each(xml: bytes) -> Iterator[tuple[str, bytes]]:
    """The document without each of its elements, and with each of them emptied."""
    root = etree.fromstring(xml)
    for place, one in enumerate(root.iter()):
        # without its flag the amounts prove whether it is an allowance
        if one is root or etree.QName(one).localname == "ChargeIndicator":
            continue
        for hollow in (False, True):
            copied = copy.deepcopy(root)
            element = list(copied.iter())[place]
            if not hollow:
                element.getparent().remove(element)
            elif len(element):
                for child in list(element):
                    element.remove(child)
            else:
                continue
            yield etree.QName(one).localname, etree.tostring(copied)


@pytest.mark.prove
@pytest.mark.parametrize("case", ["S", "AE", "K", "O"])
def test_whatever_is_left_out_is_missed_by_the_same_name(case: str):
    count = 0
    for name, xml in without_each(ubl.write(base(case))):
        try:
            ours = broken(xml.decode())
        except Problem:
            continue
        theirs = {rule for rule, _ in findings(xml) if rule.startswith("BR-") and not rule.startswith("BR-FR")}
        missing = {one for one in theirs - ours if not any(rule.startswith(BESIDE.get(one, "-")) for rule in ours)}
        assert not missing, (name, missing, ours)
        count += 1
    assert count > 150


def test_a_currency_is_looked_up_also_where_the_document_names_none():
    xml = re.sub("<cbc:DocumentCurrencyCode>.*?</cbc:DocumentCurrencyCode>", "", UBL)
    assert broken(xml) == {"BR-05"}
    assert broken(xml.replace('currencyID="EUR"', 'currencyID="XYZ"', 1)) == {"BR-05", "BR-CL-03"}


def test_a_total_that_is_missing_is_not_one_of_nothing():
    sums = part(UBL, "cac:LegalMonetaryTotal")
    found = broken(UBL.replace(sums, "<cac:LegalMonetaryTotal/>", 1))
    assert {"BR-12", "BR-13", "BR-14", "BR-15", "BR-CO-10", "BR-CO-13", "BR-CO-15", "BR-CO-16"} <= found
