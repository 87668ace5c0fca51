"""The groups that a Cross Industry Invoice is made of: parties, lines, prices, allowances, means of payment."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from tui_billing.exchange.einvoice.made import Made, Out, descend
from tui_billing.exchange.einvoice.paths import Step, find_all, steps
from tui_billing.exchange.einvoice.rows import (
    Again,
    Also,
    Attr,
    Fixed,
    Known,
    Leaf,
    Many,
    Own,
    Part,
    Row,
    Shape,
    Value,
    Values,
)
from tui_billing.exchange.einvoice.tree import Node
from tui_billing.exchange.einvoice.values import read_date, read_measure, read_number
from tui_billing.rules.en16931.model import (
    AllowanceCharge,
    Attachment,
    Attribute,
    Contact,
    Identifier,
    Item,
    Line,
    PaymentMeans,
    Period,
    PostalAddress,
    Price,
    Trader,
    VatRow,
)

ROOT, ROOT_1 = "CrossIndustryInvoice", "CrossIndustryDocument"
_UN = "urn:un:unece:uncefact:data:standard"
NAMESPACES = {
    "rsm": f"{_UN}:CrossIndustryInvoice:100",
    "ram": f"{_UN}:ReusableAggregateBusinessInformationEntity:100",
    "udt": f"{_UN}:UnqualifiedDataType:100",
    "qdt": f"{_UN}:QualifiedDataType:100",
}
#: UNTDID 2475 here, UNTDID 2005 in the model (BT-8).
TAX_POINTS = {"5": "3", "29": "35", "72": "432"}
TAX_POINTS_OUT = {code: here for here, code in TAX_POINTS.items()}
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


def write_day(_: Out, made: Made, value: date) -> None:
    """A date as CII writes it (UNTDID 2379, 102)."""
    made.attributes["format"] = "102"
    made.text = value.strftime("%Y%m%d")


def number(field: str, path: str) -> Leaf:
    """A number at a path."""
    return Leaf(field, path, read_number)


def day(field: str, path: str) -> Leaf:
    """A date at a path."""
    return Leaf(field, path, read_date, write_day)


def _read_flag(node: Node) -> bool:
    return node.text.strip().lower() in ("true", "1")


def _write_flag(_: Out, made: Made, value: bool) -> None:
    made.text = "true" if value else "false"


IDENTIFIER = Shape(Identifier, (Value("value"), Attr("scheme", "schemeID")))
ADDRESS = Shape(
    PostalAddress,
    (
        Leaf("postcode", "PostcodeCode"),
        Leaf("line1", "LineOne"),
        Leaf("line2", "LineTwo"),
        Leaf("line3", "LineThree"),
        Leaf("city", "CityName"),
        Leaf("country", "CountryID"),
        Leaf("region", "CountrySubDivisionName"),
    ),
)
CONTACT = Shape(
    Contact,
    (
        Leaf("name", "PersonName"),
        Also(Leaf("name", "DepartmentName")),
        Leaf("phone", "TelephoneUniversalCommunication/CompleteNumber"),
        Leaf("email", "EmailURIUniversalCommunication/URIID"),
    ),
)
TRADER = Shape(
    Trader,
    (
        Many("identifiers", "ID", IDENTIFIER, only=lambda one: not one.scheme),
        Many("identifiers", "GlobalID", IDENTIFIER, only=lambda one: bool(one.scheme)),
        Leaf("name", "Name"),
        Leaf("legal_info", "Description"),
        Part("legal_id", "SpecifiedLegalOrganization/ID", IDENTIFIER),
        Leaf("trading_name", "SpecifiedLegalOrganization/TradingBusinessName"),
        Part("contact", "DefinedTradeContact", CONTACT),
        Part("address", "PostalTradeAddress", ADDRESS, keeps_empty=True),
        Part("endpoint", "URIUniversalCommunication/URIID", IDENTIFIER),
        Leaf("vat_id", "SpecifiedTaxRegistration/ID[@schemeID=VA]"),
        Leaf("tax_id", "SpecifiedTaxRegistration/ID[@schemeID=FC]"),
    ),
)


def period(path: str) -> Part:
    """A period at a path."""
    return Part(
        "period",
        path,
        Shape(
            Period,
            (
                day("start", "StartDateTime/udt:DateTimeString"),
                day("end", "EndDateTime/udt:DateTimeString"),
            ),
        ),
        keeps_empty=True,
    )


def vat_only(path: str) -> Own:
    """A category and a rate count where they are those of VAT."""

    def read(node: Node, values: Values) -> None:
        if node.said(f"{path}TypeCode").upper() != "VAT":
            values.pop("category", None)
            values.pop("rate", None)

    return Own(read)


def _adjustment(*more: Row) -> Shape:
    return Shape(
        AllowanceCharge,
        (
            Leaf("is_charge", "ChargeIndicator/udt:Indicator", _read_flag, _write_flag),
            number("percent", "CalculationPercent"),
            number("base", "BasisAmount"),
            number("amount", "ActualAmount"),
            Leaf("reason_code", "ReasonCode"),
            Leaf("reason", "Reason"),
            *more,
        ),
    )


LINE_ADJUSTMENT = _adjustment()
ADJUSTMENT = _adjustment(
    Fixed("CategoryTradeTax/TypeCode", "VAT"),
    Leaf("category", "CategoryTradeTax/CategoryCode"),
    number("rate", "CategoryTradeTax/RateApplicablePercent"),
    vat_only("CategoryTradeTax/"),
)
LOGISTICS = Shape(
    AllowanceCharge,
    (
        Known("is_charge", True),
        number("amount", "AppliedAmount"),
        Leaf("reason", "Description"),
        Leaf("category", "AppliedTradeTax/CategoryCode"),
        number("rate", "AppliedTradeTax/RateApplicablePercent"),
    ),
)
_GROSS, _NET = (
    "SpecifiedLineTradeAgreement/GrossPriceProductTradePrice",
    "SpecifiedLineTradeAgreement/NetPriceProductTradePrice",
)
_REBATE = f"{_GROSS}/AppliedTradeAllowanceCharge[ChargeIndicator/udt:Indicator=false]/ActualAmount"


def _read_rebates(node: Node, values: Values) -> None:
    """BT-147; EXTENDED may split it into several."""
    stated = [amount for one in find_all(node, _REBATE) if (amount := read_number(one)) is not None]
    if stated:
        values["rebate"] = sum(stated, Decimal(0)) if len(stated) > 1 else stated[0]


PRICE = Shape(
    Price,
    (
        number("gross", f"{_GROSS}/ChargeAmount"),
        Own(_read_rebates),
        Again(number("rebate", _REBATE)),
        number("net", f"{_NET}/ChargeAmount"),
        number("base_quantity", f"{_NET}/BasisQuantity"),
        Leaf("base_unit", f"{_NET}/BasisQuantity/@unitCode"),
        Also(number("base_quantity", f"{_GROSS}/BasisQuantity")),
        Also(Leaf("base_unit", f"{_GROSS}/BasisQuantity/@unitCode")),
    ),
)
ITEM = Shape(
    Item,
    (
        Part("standard_id", "GlobalID", IDENTIFIER),
        Leaf("seller_id", "SellerAssignedID"),
        Leaf("buyer_id", "BuyerAssignedID"),
        Leaf("name", "Name"),
        Leaf("description", "Description"),
        Many(
            "attributes",
            "ApplicableProductCharacteristic",
            Shape(
                Attribute,
                (
                    Leaf("name", "Description"),
                    Leaf("value", "Value"),
                    Also(Leaf("name", "TypeCode")),
                    Also(Leaf("value", "ValueMeasure", read_measure)),
                ),
            ),
        ),
        Many(
            "classifications",
            "DesignatedProductClassification",
            Shape(
                Identifier,
                (
                    Leaf("value", "ClassCode"),
                    Leaf("scheme", "ClassCode/@listID"),
                    Leaf("version", "ClassCode/@listVersionID"),
                ),
            ),
        ),
        Leaf("origin", "OriginTradeCountry/ID"),
    ),
)


def _read_line_notes(node: Node, values: Values) -> None:
    """BT-127; EXTENDED has several of them on one line."""
    notes = [one.text.strip() for one in find_all(node, "AssociatedDocumentLineDocument/IncludedNote/Content")]
    if any(notes):
        values["note"] = "\n".join(filter(None, notes))


_SETTLED = "SpecifiedLineTradeSettlement"
LINE = Shape(
    Line,
    (
        Leaf("number", "AssociatedDocumentLineDocument/LineID"),
        Leaf("parent", "AssociatedDocumentLineDocument/ParentLineID"),
        Leaf("status", "AssociatedDocumentLineDocument/LineStatusReasonCode"),
        Own(_read_line_notes),
        Again(Leaf("note", "AssociatedDocumentLineDocument/IncludedNote/Content")),
        Part("item", "SpecifiedTradeProduct", ITEM),
        Leaf("order_line", "SpecifiedLineTradeAgreement/BuyerOrderReferencedDocument/LineID"),
        Part("price", "", PRICE),
        number("quantity", "SpecifiedLineTradeDelivery/BilledQuantity"),
        Leaf("unit", "SpecifiedLineTradeDelivery/BilledQuantity/@unitCode"),
        Fixed(f"{_SETTLED}/ApplicableTradeTax/TypeCode", "VAT"),
        Leaf("exemption_text", f"{_SETTLED}/ApplicableTradeTax/ExemptionReason"),
        Leaf("category", f"{_SETTLED}/ApplicableTradeTax/CategoryCode"),
        Leaf("exemption_code", f"{_SETTLED}/ApplicableTradeTax/ExemptionReasonCode"),
        number("rate", f"{_SETTLED}/ApplicableTradeTax/RateApplicablePercent"),
        vat_only(f"{_SETTLED}/ApplicableTradeTax/"),
        period(f"{_SETTLED}/BillingSpecifiedPeriod"),
        Many("adjustments", f"{_SETTLED}/SpecifiedTradeAllowanceCharge", LINE_ADJUSTMENT),
        number("net", f"{_SETTLED}/SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount"),
        Part(
            "object_id",
            f"{_SETTLED}/AdditionalReferencedDocument[TypeCode=130]",
            Shape(
                Identifier,
                (Leaf("value", "IssuerAssignedID"), Fixed("TypeCode", "130"), Leaf("scheme", "ReferenceTypeCode")),
            ),
        ),
        Leaf("accounting", f"{_SETTLED}/ReceivableSpecifiedTradeAccountingAccount/ID"),
    ),
)
ATTACHMENT = Shape(
    Attachment,
    (
        Leaf("number", "IssuerAssignedID"),
        Leaf("address", "URIID"),
        Leaf("type_code", "TypeCode"),
        Leaf("text", "Name"),
        Leaf("content", "AttachmentBinaryObject"),
        Leaf("mime", "AttachmentBinaryObject/@mimeCode"),
        Leaf("filename", "AttachmentBinaryObject/@filename"),
        Leaf("scheme", "ReferenceTypeCode"),
    ),
)


def _read_account(node: Node, values: dict[str, Any]) -> None:
    account = "PayeePartyCreditorFinancialAccount"
    if number := node.said(f"{account}/IBANID") or node.said(f"{account}/ProprietaryID"):
        values["account"] = number
    if name := node.said(f"{account}/AccountName"):
        values["account_name"] = name


def _write_account(out: Out, parent: Made, value: PaymentMeans) -> None:
    if not (value.account or value.account_name):
        return
    is_iban = bool(_IBAN.fullmatch(value.account.replace(" ", "")))
    account = "PayeePartyCreditorFinancialAccount"
    for name, text in (
        ("IBANID", value.account if is_iban else ""),
        ("AccountName", value.account_name),
        ("ProprietaryID", "" if is_iban else value.account),
    ):
        if text:
            out.element(descend(out, parent, steps(account)), Step(name, name), leaf=True).text = text


MEANS = Shape(
    PaymentMeans,
    (
        Leaf("code", "TypeCode"),
        Leaf("text", "Information"),
        Leaf("card", "ApplicableTradeSettlementFinancialCard/ID"),
        Leaf("card_holder", "ApplicableTradeSettlementFinancialCard/CardholderName"),
        Leaf("debited_account", "PayerPartyDebtorFinancialAccount/IBANID"),
        Own(_read_account, _write_account),
        Leaf("bic", "PayeeSpecifiedCreditorFinancialInstitution/BICID"),
    ),
)
VAT_HEAD: tuple[Row, ...] = (
    number("tax", "CalculatedAmount"),
    Fixed("TypeCode", "VAT"),
    Leaf("exemption_text", "ExemptionReason"),
    number("taxable", "BasisAmount"),
    Leaf("category", "CategoryCode"),
    Leaf("exemption_code", "ExemptionReasonCode"),
)
VAT_RATE: Row = number("rate", "RateApplicablePercent")
VAT = Shape(VatRow, (*VAT_HEAD, VAT_RATE, vat_only("")))
