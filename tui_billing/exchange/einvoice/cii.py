"""UN/CEFACT Cross Industry Invoice (D16B, D22B: Factur-X, ZUGFeRD 2, XRechnung), and ZUGFeRD 1 for reading.

The binding of CEN/TS 16931-3-3. Rows stand in the order of the schema.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tui_billing.exchange.einvoice import zugferd1
from tui_billing.exchange.einvoice.cii_groups import (
    ADDRESS,
    ADJUSTMENT,
    ATTACHMENT,
    IDENTIFIER,
    LINE,
    LOGISTICS,
    MEANS,
    NAMESPACES,
    ROOT,
    ROOT_1,
    TAX_POINTS,
    TAX_POINTS_OUT,
    TRADER,
    VAT,
    VAT_HEAD,
    VAT_RATE,
    day,
    number,
    period,
    write_day,
)
from tui_billing.exchange.einvoice.made import Made, Out, descend, document
from tui_billing.exchange.einvoice.paths import Step, find_all, steps
from tui_billing.exchange.einvoice.rows import Again, Also, Ensure, Leaf, Many, Own, Part, Shape, Values
from tui_billing.exchange.einvoice.structure import cii_faults
from tui_billing.exchange.einvoice.tree import Node
from tui_billing.exchange.einvoice.values import plain, read_date, read_number
from tui_billing.rules.en16931.model import (
    Delivery,
    DocumentTotals,
    EInvoice,
    Instalment,
    Note,
    Preceding,
    Prepayment,
    VatRow,
)

_TRADE = "rsm:SupplyChainTradeTransaction"
_AGREED, _DELIVERED, _SETTLEMENT = (
    f"{_TRADE}/ApplicableHeaderTrade{part}" for part in ("Agreement", "Delivery", "Settlement")
)
_TERMS = f"{_SETTLEMENT}/SpecifiedTradePaymentTerms"
_SUMS = f"{_SETTLEMENT}/SpecifiedTradeSettlementHeaderMonetarySummation"

INSTALMENT = Shape(
    Instalment, (day("due_date", "DueDateDateTime/udt:DateTimeString"), number("amount", "PartialPaymentAmount"))
)


def _read_vat(node: Node, values: dict[str, Any]) -> None:
    """The breakdown, and the tax point (BT-7, BT-8), which CII states with each of its rows."""
    rows = find_all(node, f"{_SETTLEMENT}/ApplicableTradeTax")
    values["vat"] = tuple(VAT.read(one) for one in rows)
    for one in rows:
        if (day := one.first("TaxPointDate/DateString")) and (stated := read_date(day)):
            values.setdefault("tax_point_date", stated)
        if code := one.said("DueDateTypeCode"):
            values.setdefault("tax_point_code", TAX_POINTS.get(code, code))


def _write_vat(out: Out, parent: Made, value: EInvoice) -> None:
    for row in value.vat:
        made = out.element(descend(out, parent, steps(_SETTLEMENT)), Step("ApplicableTradeTax", "ApplicableTradeTax"))
        Shape(VatRow, VAT_HEAD).write(out, made, row)
        if value.tax_point_date:
            write_day(
                out,
                out.element(descend(out, made, steps("TaxPointDate")), steps("udt:DateString")[0]),
                value.tax_point_date,
            )
        if value.tax_point_code:
            code = TAX_POINTS_OUT.get(value.tax_point_code, value.tax_point_code)
            out.element(made, steps("DueDateTypeCode")[0], leaf=True).text = code
        VAT_RATE.write(out, made, row)


def _read_taxes(node: Node, values: dict[str, Any]) -> None:
    """BT-110 and BT-111, told apart by their currency; without one it is the document's."""
    settlement = f"{_SETTLEMENT}/"
    told = find_all(node, settlement + "InvoiceCurrencyCode")
    currency = told[0].text.strip() if told else ""
    for one in find_all(node, f"{_SUMS}/TaxTotalAmount"):
        amount = read_number(one)
        if amount is None:
            continue
        name = "tax" if one.attributes.get("currencyID", "") in ("", currency) else "tax_accounting"
        values.setdefault(name, amount)


def _write_taxes(out: Out, parent: Made, value: EInvoice) -> None:
    for amount, currency in (
        (value.totals.tax, value.currency),
        (value.totals.tax_accounting, value.accounting_currency),
    ):
        if amount is not None:
            made = out.element(descend(out, parent, steps(_SUMS)), steps("TaxTotalAmount")[0], leaf=True)
            made.attributes["currencyID"] = currency
            made.text = plain(amount)


def _read_sums(node: Node, values: dict[str, Any]) -> None:
    sums: dict[str, Any] = {}
    for row in (*_SUMS_BEFORE, *_SUMS_AFTER):
        row.read(node, sums)
    _read_taxes(node, sums)
    if sums:
        values["totals"] = DocumentTotals(**sums)


def _write_sums(out: Out, parent: Made, value: EInvoice) -> None:
    for row in _SUMS_BEFORE:
        row.write(out, parent, value.totals)
    _write_taxes(out, parent, value)
    for row in _SUMS_AFTER:
        row.write(out, parent, value.totals)


def _read_instalments(node: Node, values: Values) -> None:
    """Several terms, each with its day and its part (EXTENDED)."""
    parts = tuple(INSTALMENT.read(one) for one in find_all(node, _TERMS))
    if parts and all(one.amount is not None for one in parts):
        values["instalments"] = parts


def _write_instalments(out: Out, parent: Made, value: EInvoice) -> None:
    """The first part goes on where the terms and the first day stand already."""
    for place, one in enumerate(value.instalments):
        part = INSTALMENT if place else Shape(Instalment, INSTALMENT.rows[1:])
        *way, last = steps(_TERMS)
        made = out.element(descend(out, parent, way), last) if place else descend(out, parent, steps(_TERMS))
        part.write(out, made, one)


_SUMS_BEFORE = (
    number("lines", f"{_SUMS}/LineTotalAmount"),
    number("charges", f"{_SUMS}/ChargeTotalAmount"),
    number("allowances", f"{_SUMS}/AllowanceTotalAmount"),
    number("net", f"{_SUMS}/TaxBasisTotalAmount"),
)
_SUMS_AFTER = (
    number("rounding", f"{_SUMS}/RoundingAmount"),
    number("gross", f"{_SUMS}/GrandTotalAmount"),
    number("prepaid", f"{_SUMS}/TotalPrepaidAmount"),
    number("payable", f"{_SUMS}/DuePayableAmount"),
)
#: BT-23 and BT-24 (2, 1), the head (3), parties and references (4), delivery (5), settlement (6).
INVOICE = Shape(
    EInvoice,
    (
        Leaf("process", "rsm:ExchangedDocumentContext/BusinessProcessSpecifiedDocumentContextParameter/ID"),
        Leaf("customization", "rsm:ExchangedDocumentContext/GuidelineSpecifiedDocumentContextParameter/ID"),
        Leaf("number", "rsm:ExchangedDocument/ID"),
        Leaf("type_code", "rsm:ExchangedDocument/TypeCode"),
        day("issue_date", "rsm:ExchangedDocument/IssueDateTime/udt:DateTimeString"),
        Many(
            "notes",
            "rsm:ExchangedDocument/IncludedNote",
            Shape(Note, (Leaf("text", "Content"), Leaf("subject", "SubjectCode"))),
        ),
        Many("lines", f"{_TRADE}/IncludedSupplyChainTradeLineItem", LINE),
        Leaf("buyer_reference", f"{_AGREED}/BuyerReference"),
        Part("seller", f"{_AGREED}/SellerTradeParty", TRADER),
        Part("buyer", f"{_AGREED}/BuyerTradeParty", TRADER),
        Part("representative", f"{_AGREED}/SellerTaxRepresentativeTradeParty", TRADER),
        Leaf("sales_order", f"{_AGREED}/SellerOrderReferencedDocument/IssuerAssignedID"),
        Leaf("purchase_order", f"{_AGREED}/BuyerOrderReferencedDocument/IssuerAssignedID"),
        Leaf("contract", f"{_AGREED}/ContractReferencedDocument/IssuerAssignedID"),
        Many("attachments", f"{_AGREED}/AdditionalReferencedDocument", ATTACHMENT),
        Leaf("project", f"{_AGREED}/SpecifiedProcuringProject/ID"),
        Again(Leaf("project", f"{_AGREED}/SpecifiedProcuringProject/Name")),
        Ensure(_DELIVERED),
        Part(
            "delivery",
            "",
            Shape(
                Delivery,
                (
                    Part("location", f"{_DELIVERED}/ShipToTradeParty/ID", IDENTIFIER),
                    Also(Part("location", f"{_DELIVERED}/ShipToTradeParty/GlobalID", IDENTIFIER)),
                    Leaf("name", f"{_DELIVERED}/ShipToTradeParty/Name"),
                    Part("address", f"{_DELIVERED}/ShipToTradeParty/PostalTradeAddress", ADDRESS, keeps_empty=True),
                    day("date", f"{_DELIVERED}/ActualDeliverySupplyChainEvent/OccurrenceDateTime/udt:DateTimeString"),
                ),
            ),
        ),
        Leaf("despatch_advice", f"{_DELIVERED}/DespatchAdviceReferencedDocument/IssuerAssignedID"),
        Leaf("receiving_advice", f"{_DELIVERED}/ReceivingAdviceReferencedDocument/IssuerAssignedID"),
        Leaf("creditor_id", f"{_SETTLEMENT}/CreditorReferenceID"),
        Leaf("remittance", f"{_SETTLEMENT}/PaymentReference"),
        Leaf("accounting_currency", f"{_SETTLEMENT}/TaxCurrencyCode"),
        Leaf("currency", f"{_SETTLEMENT}/InvoiceCurrencyCode"),
        Part("payee", f"{_SETTLEMENT}/PayeeTradeParty", TRADER),
        Many("payment_means", f"{_SETTLEMENT}/SpecifiedTradeSettlementPaymentMeans", MEANS),
        Own(_read_vat, _write_vat),
        period(f"{_SETTLEMENT}/BillingSpecifiedPeriod"),
        Many("adjustments", f"{_SETTLEMENT}/SpecifiedTradeAllowanceCharge", ADJUSTMENT),
        Also(Many("adjustments", f"{_SETTLEMENT}/SpecifiedLogisticsServiceCharge", LOGISTICS)),
        Leaf("terms", f"{_TERMS}/Description"),
        day("due_date", f"{_TERMS}/DueDateDateTime/udt:DateTimeString"),
        Leaf("mandate", f"{_TERMS}/DirectDebitMandateID"),
        Own(_read_instalments, _write_instalments),
        Own(_read_sums, _write_sums),
        Many(
            "prepayments",
            f"{_SETTLEMENT}/SpecifiedFinancialAdjustment",
            Shape(Prepayment, (Leaf("text", "Reason"), number("amount", "ActualAmount"))),
        ),
        Many(
            "preceding",
            f"{_SETTLEMENT}/InvoiceReferencedDocument",
            Shape(
                Preceding,
                (Leaf("number", "IssuerAssignedID"), day("date", "FormattedIssueDateTime/qdt:DateTimeString")),
            ),
        ),
        Leaf("accounting", f"{_SETTLEMENT}/ReceivableSpecifiedTradeAccountingAccount/ID"),
    ),
)


def read(root: Node) -> EInvoice:
    """The invoice that a CII (or, its names brought up to date, a ZUGFeRD 1) document holds."""
    if root.name == ROOT_1:
        zugferd1.modernise(root)
        return zugferd1.complete(INVOICE.read(root))
    return replace(INVOICE.read(root), faults=cii_faults(root))


def write(invoice: EInvoice) -> bytes:
    """The invoice as CII, UTF-8; the same invoice gives the same bytes."""
    root = Made(f"rsm:{ROOT}")
    INVOICE.write(Out("ram", invoice.currency), root, invoice)
    return document(root, NAMESPACES)
