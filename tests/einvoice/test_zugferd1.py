"""ZUGFeRD 1: its BASIC profile says neither categories nor what is to be paid, its EXTENDED counts in weeks."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from tui_billing.exchange.einvoice.read import read
from tui_billing.rules.en16931.arithmetic import compare, line_net, odd_lines
from tui_billing.rules.problem import Problem


def document(period: str = "", tax: str = "19.00", gross: str = "119.00", quantity: str = "4") -> bytes:
    """An invoice of one line as the BASIC profile wants it."""
    return f"""<CrossIndustryDocument>
 <SpecifiedExchangedDocumentContext><GuidelineSpecifiedDocumentContextParameter>
  <ID>urn:ferd:CrossIndustryDocument:invoice:1p0:basic</ID>
 </GuidelineSpecifiedDocumentContextParameter></SpecifiedExchangedDocumentContext>
 <HeaderExchangedDocument><ID>R-7</ID><TypeCode>380</TypeCode>
  <IssueDateTime><DateTimeString format="102">20141103</DateTimeString></IssueDateTime></HeaderExchangedDocument>
 <SpecifiedSupplyChainTradeTransaction>
  <ApplicableSupplyChainTradeAgreement>
   <SellerTradeParty><Name>Tischlerei Holm</Name></SellerTradeParty>
   <BuyerTradeParty><Name>Gasthof Linde</Name></BuyerTradeParty>
  </ApplicableSupplyChainTradeAgreement>
  <ApplicableSupplyChainTradeSettlement>
   <InvoiceCurrencyCode>EUR</InvoiceCurrencyCode>
   <SpecifiedTradeSettlementPaymentMeans><PayeePartyCreditorFinancialAccount>
    <IBANID>DE89370400440532013000</IBANID>
   </PayeePartyCreditorFinancialAccount></SpecifiedTradeSettlementPaymentMeans>
   <ApplicableTradeTax><CalculatedAmount>{tax}</CalculatedAmount><TypeCode>VAT</TypeCode>
    <BasisAmount>100.00</BasisAmount><ApplicablePercent>19.00</ApplicablePercent></ApplicableTradeTax>
   {period}
   <SpecifiedTradeSettlementMonetarySummation><LineTotalAmount>100.00</LineTotalAmount>
    <TaxBasisTotalAmount>100.00</TaxBasisTotalAmount><TaxTotalAmount>{tax}</TaxTotalAmount>
    <GrandTotalAmount>{gross}</GrandTotalAmount></SpecifiedTradeSettlementMonetarySummation>
  </ApplicableSupplyChainTradeSettlement>
  <IncludedSupplyChainTradeLineItem><AssociatedDocumentLineDocument/>
   <SpecifiedSupplyChainTradeDelivery>
    <BilledQuantity unitCode="C62">{quantity}</BilledQuantity></SpecifiedSupplyChainTradeDelivery>
   <SpecifiedSupplyChainTradeSettlement><SpecifiedTradeSettlementMonetarySummation>
    <LineTotalAmount>100.00</LineTotalAmount></SpecifiedTradeSettlementMonetarySummation>
   </SpecifiedSupplyChainTradeSettlement>
   <SpecifiedTradeProduct><Name>Stuhl</Name></SpecifiedTradeProduct>
  </IncludedSupplyChainTradeLineItem>
 </SpecifiedSupplyChainTradeTransaction>
</CrossIndustryDocument>""".encode()


def span(form: str, first: str, last: str) -> str:
    """A period whose days are written in a form of UNTDID 2379."""
    return (
        f'<BillingSpecifiedPeriod><StartDateTime><DateTimeString format="{form}">{first}</DateTimeString></StartDateTime>'
        f'<EndDateTime><DateTimeString format="{form}">{last}</DateTimeString></EndDateTime></BillingSpecifiedPeriod>'
    )


def test_basic_is_whole_where_only_one_thing_can_be_meant():
    invoice = read(document()).invoice
    (line,) = invoice.lines
    assert (line.number, line.category, line.rate) == ("1", "S", Decimal("19.00"))
    assert invoice.vat[0].category == "S" and invoice.totals.payable == Decimal("119.00")
    assert compare(invoice) == [] and line.price.net == Decimal("25")
    uneven = read(document(quantity="3")).invoice
    assert line_net(uneven.lines[0]) == Decimal("100.00") and odd_lines(uneven) == []


def test_basic_that_is_a_cent_off_is_still_a_difference():
    wrong = compare(read(document(tax="19.02", gross="119.02")).invoice)
    assert [one.rule for one in wrong] == ["BR-CO-17"]


@pytest.mark.parametrize(
    ("form", "first", "last", "days"),
    [
        ("102", "20141001", "20141031", (dt.date(2014, 10, 1), dt.date(2014, 10, 31))),
        ("610", "201410", "201412", (dt.date(2014, 10, 1), dt.date(2014, 12, 31))),
        ("616", "201438", "201439", (dt.date(2014, 9, 15), dt.date(2014, 9, 28))),
    ],
)
def test_months_and_weeks_are_periods_of_days(form: str, first: str, last: str, days: tuple[dt.date, dt.date]):
    period = read(document(span(form, first, last))).invoice.period
    assert period is not None and (period.start, period.end) == days


def test_a_month_that_is_none_is_told():
    with pytest.raises(Problem, match="no date"):
        read(document(span("610", "201413", "201413")))


def test_what_it_refers_to_is_kept():
    """References had their number and their date under other names."""
    order = (
        "<BuyerOrderReferencedDocument><IssueDateTime>2014-10-01T00:00:00</IssueDateTime><ID>B-9</ID>"
        "</BuyerOrderReferencedDocument>"
    )
    note = "<DeliveryNoteReferencedDocument><ID>L-3</ID></DeliveryNoteReferencedDocument>"
    paper = "<AdditionalReferencedDocument><TypeCode>VN</TypeCode><ID>A-5</ID></AdditionalReferencedDocument>"
    before = (
        "<InvoiceReferencedDocument><IssueDateTime>2014-09-30T00:00:00</IssueDateTime><ID>R-6</ID>"
        "</InvoiceReferencedDocument>"
    )
    xml = (
        document(before)
        .decode()
        .replace(
            "</ApplicableSupplyChainTradeAgreement>",
            f"{order}{paper}</ApplicableSupplyChainTradeAgreement><ApplicableSupplyChainTradeDelivery>{note}"
            "</ApplicableSupplyChainTradeDelivery>",
        )
    )
    invoice = read(xml.encode()).invoice
    assert (invoice.purchase_order, invoice.despatch_advice, invoice.attachments[0].number) == ("B-9", "L-3", "A-5")
    assert [(one.number, one.date) for one in invoice.preceding] == [("R-6", dt.date(2014, 9, 30))]


def test_a_correction_has_a_price_above_zero():
    xml = document(tax="-19.00", gross="-119.00", quantity="-4").replace(b">100.00<", b">-100.00<")
    invoice = read(xml).invoice
    assert (invoice.lines[0].price.net, line_net(invoice.lines[0])) == (Decimal("25.0000"), Decimal("-100.00"))
    assert compare(invoice) == []
