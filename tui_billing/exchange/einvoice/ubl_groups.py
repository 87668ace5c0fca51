"""The groups that both UBL documents are made of: parties, lines, prices, allowances, means of payment."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any

from tui_billing.exchange.einvoice.made import Made, Out, descend
from tui_billing.exchange.einvoice.paths import steps
from tui_billing.exchange.einvoice.rows import Attr, Fixed, Leaf, Many, Own, Part, Row, Shape, Value, Values
from tui_billing.exchange.einvoice.tree import Node
from tui_billing.exchange.einvoice.values import plain, read_date, read_number
from tui_billing.rules.en16931.model import (
    AllowanceCharge,
    Attachment,
    Attribute,
    Contact,
    Delivery,
    Identifier,
    Item,
    Line,
    Period,
    PostalAddress,
    Price,
    Trader,
    VatRow,
)

INVOICE, CREDIT_NOTE = "Invoice", "CreditNote"
SEPA = "SEPA"


def write_amount(out: Out, made: Made, value: Decimal) -> None:
    """An amount with its currency, the document's."""
    made.attributes["currencyID"] = out.currency
    made.text = plain(value)


def number(field: str, path: str) -> Leaf:
    """A number at a path."""
    return Leaf(field, path, read_number)


def amount(field: str, path: str) -> Leaf:
    """An amount of the document's currency at a path."""
    return Leaf(field, path, read_number, write_amount)


def day(field: str, path: str) -> Leaf:
    """A date at a path."""
    return Leaf(field, path, read_date)


def _read_flag(node: Node) -> bool:
    return node.text.strip().lower() in ("true", "1")


def _write_flag(_: Out, made: Made, value: bool) -> None:
    made.text = "true" if value else "false"


IDENTIFIER = Shape(Identifier, (Value("value"), Attr("scheme", "schemeID")))
PARTY_ID = Shape(Identifier, (Leaf("value", "ID"), Leaf("scheme", "ID/@schemeID")))
ADDRESS = Shape(
    PostalAddress,
    (
        Leaf("line1", "StreetName"),
        Leaf("line2", "AdditionalStreetName"),
        Leaf("city", "CityName"),
        Leaf("postcode", "PostalZone"),
        Leaf("region", "CountrySubentity"),
        Leaf("line3", "AddressLine/Line"),
        Leaf("country", "Country/IdentificationCode"),
    ),
)
CONTACT = Shape(Contact, (Leaf("name", "Name"), Leaf("phone", "Telephone"), Leaf("email", "ElectronicMail")))


def _is_vat(node: Node) -> bool:
    return node.said("TaxScheme/ID").upper() == "VAT"


def _read_taxes_of(node: Node, values: dict[str, Any]) -> None:
    for one in node.named("PartyTaxScheme"):
        if number := one.said("CompanyID"):
            values.setdefault("vat_id" if _is_vat(one) else "tax_id", number)


def _write_taxes_of(out: Out, parent: Made, value: Trader) -> None:
    for number, scheme in ((value.vat_id, "VAT"), (value.tax_id, "TAX")):
        if number:
            made = out.element(parent, steps("PartyTaxScheme")[0])
            out.element(made, steps("CompanyID")[0], leaf=True).text = number
            out.element(descend(out, made, steps("TaxScheme")), steps("ID")[0], leaf=True).text = scheme


def is_not_sepa(one: Identifier) -> bool:
    """Whether an identifier is the party's own, and no creditor identifier (BT-90)."""
    return one.scheme != SEPA


TRADER = Shape(
    Trader,
    (
        Part("endpoint", "EndpointID", IDENTIFIER),
        Many("identifiers", "PartyIdentification", PARTY_ID),
        Leaf("trading_name", "PartyName/Name"),
        Part("address", "PostalAddress", ADDRESS, keeps_empty=True),
        Own(_read_taxes_of, _write_taxes_of),
        Leaf("name", "PartyLegalEntity/RegistrationName"),
        Part("legal_id", "PartyLegalEntity/CompanyID", IDENTIFIER),
        Leaf("legal_info", "PartyLegalEntity/CompanyLegalForm"),
        Part("contact", "Contact", CONTACT),
    ),
)
PAYEE = Shape(
    Trader,
    (
        Many("identifiers", "PartyIdentification", PARTY_ID),
        Leaf("name", "PartyName/Name"),
        Part("legal_id", "PartyLegalEntity/CompanyID", IDENTIFIER),
    ),
)
REPRESENTATIVE = Shape(
    Trader,
    (
        Leaf("name", "PartyName/Name"),
        Part("address", "PostalAddress", ADDRESS, keeps_empty=True),
        Own(_read_taxes_of, _write_taxes_of),
    ),
)
DELIVERY = Shape(
    Delivery,
    (
        day("date", "ActualDeliveryDate"),
        Part("location", "DeliveryLocation/ID", IDENTIFIER),
        Part("address", "DeliveryLocation/Address", ADDRESS, keeps_empty=True),
        Leaf("name", "DeliveryParty/PartyName/Name"),
    ),
)


def vat_only(path: str) -> Own:
    """A category and a rate count where they are those of VAT."""

    def read(node: Node, values: Values) -> None:
        if node.said(f"{path}/TaxScheme/ID").upper() != "VAT":
            values.pop("category", None)
            values.pop("rate", None)

    return Own(read)


def _adjustment(*more: Row) -> Shape:
    return Shape(
        AllowanceCharge,
        (
            Leaf("is_charge", "ChargeIndicator", _read_flag, _write_flag),
            Leaf("reason_code", "AllowanceChargeReasonCode"),
            Leaf("reason", "AllowanceChargeReason"),
            number("percent", "MultiplierFactorNumeric"),
            amount("amount", "Amount"),
            amount("base", "BaseAmount"),
            *more,
        ),
    )


LINE_ADJUSTMENT = _adjustment()
ADJUSTMENT = _adjustment(
    Leaf("category", "TaxCategory/ID"),
    number("rate", "TaxCategory/Percent"),
    Fixed("TaxCategory/TaxScheme/ID", "VAT"),
    vat_only("TaxCategory"),
)
VAT = Shape(
    VatRow,
    (
        amount("taxable", "TaxableAmount"),
        amount("tax", "TaxAmount"),
        Leaf("category", "TaxCategory/ID"),
        number("rate", "TaxCategory/Percent"),
        Leaf("exemption_code", "TaxCategory/TaxExemptionReasonCode"),
        Leaf("exemption_text", "TaxCategory/TaxExemptionReason"),
        Fixed("TaxCategory/TaxScheme/ID", "VAT"),
        vat_only("TaxCategory"),
    ),
)
PERIOD = Shape(Period, (day("start", "StartDate"), day("end", "EndDate")))
ITEM = Shape(
    Item,
    (
        Leaf("description", "Description"),
        Leaf("name", "Name"),
        Leaf("buyer_id", "BuyersItemIdentification/ID"),
        Leaf("seller_id", "SellersItemIdentification/ID"),
        Part("standard_id", "StandardItemIdentification/ID", IDENTIFIER),
        Leaf("origin", "OriginCountry/IdentificationCode"),
        Many(
            "classifications",
            "CommodityClassification",
            Shape(
                Identifier,
                (
                    Leaf("value", "ItemClassificationCode"),
                    Leaf("scheme", "ItemClassificationCode/@listID"),
                    Leaf("version", "ItemClassificationCode/@listVersionID"),
                ),
            ),
        ),
    ),
)
ATTRIBUTES = Many(
    "attributes", "AdditionalItemProperty", Shape(Attribute, (Leaf("name", "Name"), Leaf("value", "Value")))
)
#: The VAT of a line stands inside its item.
LINE_VAT: tuple[Row, ...] = (
    Leaf("category", "Item/ClassifiedTaxCategory/ID"),
    number("rate", "Item/ClassifiedTaxCategory/Percent"),
    Leaf("exemption_code", "Item/ClassifiedTaxCategory/TaxExemptionReasonCode"),
    Leaf("exemption_text", "Item/ClassifiedTaxCategory/TaxExemptionReason"),
    Fixed("Item/ClassifiedTaxCategory/TaxScheme/ID", "VAT"),
    vat_only("Item/ClassifiedTaxCategory"),
)


def _read_item(node: Node, values: dict[str, Any]) -> None:
    if (found := node.first("Item")) is not None:
        inside: dict[str, Any] = {}
        for row in (*ITEM.rows, ATTRIBUTES):
            row.read(found, inside)
        values["item"] = Item(**inside)
    for row in LINE_VAT:
        row.read(node, values)


def _write_item(out: Out, parent: Made, value: Line) -> None:
    made = out.element(parent, steps("Item")[0])
    ITEM.write(out, made, value.item)
    for row in LINE_VAT:
        row.write(out, parent, value)
    ATTRIBUTES.write(out, made, value.item)


_REBATE = "AllowanceCharge[ChargeIndicator=false]"
PRICE = Shape(
    Price,
    (
        amount("net", "PriceAmount"),
        number("base_quantity", "BaseQuantity"),
        Leaf("base_unit", "BaseQuantity/@unitCode"),
        amount("rebate", f"{_REBATE}/Amount"),
        amount("gross", f"{_REBATE}/BaseAmount"),
    ),
)


@lru_cache(maxsize=2)
def line_shape(kind: str) -> Shape:
    """A line of one of the two documents; it may have sub-lines (an extension)."""
    quantity = "InvoicedQuantity" if kind == INVOICE else "CreditedQuantity"
    rows: list[Row] = [
        Leaf("number", "ID"),
        Leaf("note", "Note"),
        number("quantity", quantity),
        Leaf("unit", f"{quantity}/@unitCode"),
        amount("net", "LineExtensionAmount"),
        Leaf("accounting", "AccountingCost"),
        Part("period", "InvoicePeriod", PERIOD, keeps_empty=True),
        Leaf("order_line", "OrderLineReference/LineID"),
        Part(
            "object_id",
            "DocumentReference",
            Shape(
                Identifier,
                (Leaf("value", "ID"), Leaf("scheme", "ID/@schemeID"), Fixed("DocumentTypeCode", "130")),
            ),
        ),
        Many("adjustments", "AllowanceCharge", LINE_ADJUSTMENT),
        Own(_read_item, _write_item),
        Part("price", "Price", PRICE),
    ]
    rows.append(_sub_lines(kind))
    return Shape(Line, tuple(rows))


def _sub_lines(kind: str) -> Row:
    """Lines inside a line, as the German extension has them."""
    name = "SubInvoiceLine" if kind == INVOICE else "SubCreditNoteLine"

    def read(node: Node, values: Values) -> None:
        if found := tuple(line_shape(kind).read(one) for one in node.named(name)):
            values["sub_lines"] = found

    def write(out: Out, parent: Made, value: Line) -> None:
        for line in value.sub_lines:
            line_shape(kind).write(out, out.element(parent, steps(name)[0]), line)

    return Own(read, write)


ATTACHMENT = Shape(
    Attachment,
    (
        Leaf("number", "ID"),
        Leaf("scheme", "ID/@schemeID"),
        Leaf("type_code", "DocumentTypeCode"),
        Leaf("text", "DocumentDescription"),
        Leaf("content", "Attachment/EmbeddedDocumentBinaryObject"),
        Leaf("mime", "Attachment/EmbeddedDocumentBinaryObject/@mimeCode"),
        Leaf("filename", "Attachment/EmbeddedDocumentBinaryObject/@filename"),
        Leaf("address", "Attachment/ExternalReference/URI"),
    ),
)
LOT = PROJECT = "50"
