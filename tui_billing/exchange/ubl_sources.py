"""Orders and despatch advices as UBL 2.1 (Peppol BIS Ordering 3, Despatch Advice 3): read, nothing of them kept.

Only what the match needs is taken: numbers, dates, parties' names and identifiers, lines with item, quantity,
unit and price. A document type declaration is refused, and nothing outside the file is ever fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_billing.rules.problem import Problem
from tui_billing.rules.sources import SourceContent, SourceLineContent
from tui_billing.rules.text import quote, safe

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LARGEST = 20_000_000
_CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
_CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
_ROOTS = {
    "{urn:oasis:names:specification:ubl:schema:xsd:Order-2}Order": "order",
    "{urn:oasis:names:specification:ubl:schema:xsd:DespatchAdvice-2}DespatchAdvice": "delivery",
}
_DOCTYPE = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BuyerHint:
    """Who ordered, as the document says: name, and every identifier that stands there."""

    name: str
    identifiers: tuple[str, ...]


def read_source(data: bytes) -> tuple[SourceContent, BuyerHint]:
    """An order or a delivery from a UBL file; the customer is left to whoever knows the identifiers.

    Raises `Problem` for what is no UBL order or despatch advice, with what to do instead.
    """
    root = _parse(data)
    kind = _ROOTS.get(root.tag)
    if kind is None:
        raise Problem(
            "this XML is {what}, not a UBL Order or DespatchAdvice; import one of these",
            what=quote(root.tag.rpartition("}")[2]),
        )
    return (_order if kind == "order" else _delivery)(root)


def _parse(data: bytes) -> Element:
    from xml.etree import ElementTree

    if len(data) > LARGEST:
        raise Problem("the file has more than {limit} MB; import the documents one by one", limit=LARGEST // 10**6)
    if not data.strip():
        raise Problem("the file is empty; export it again")
    # UTF-16 hides the letters of a declaration from a search in bytes.
    plain = data.replace(b"\x00", b"")
    if _DOCTYPE.search(plain):
        raise Problem("the XML declares a document type, which is never needed here; export it without")
    try:
        return ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise Problem("this is not XML: {reason}", reason=safe(str(error))) from None


def _text(parent: Element | None, path: str) -> str:
    """The text at a path of `cbc:`/`cac:` steps, "" where there is none."""
    found = None if parent is None else parent.find(_path(path))
    return "" if found is None or found.text is None else found.text.strip()


def _path(path: str) -> str:
    return "/".join((_CAC if step.startswith("cac:") else _CBC) + step.partition(":")[2] for step in path.split("/"))


def _hint(party: Element | None) -> BuyerHint:
    if party is None:
        return BuyerHint("", ())
    found = []
    for path in (
        "cbc:EndpointID",
        "cac:PartyIdentification/cbc:ID",
        "cac:PartyTaxScheme/cbc:CompanyID",
        "cac:PartyLegalEntity/cbc:CompanyID",
    ):
        found += [each.text.strip() for each in party.findall(_path(path)) if each.text and each.text.strip()]
    name = _text(party, "cac:PartyName/cbc:Name") or _text(party, "cac:PartyLegalEntity/cbc:RegistrationName")
    return BuyerHint(name, tuple(dict.fromkeys(found)))


def _order(root: Element) -> tuple[SourceContent, BuyerHint]:
    content = SourceContent(
        kind="order",
        number=_text(root, "cbc:ID"),
        date=_text(root, "cbc:IssueDate"),
        currency=_text(root, "cbc:DocumentCurrencyCode"),
        contract=_text(root, "cac:Contract/cbc:ID"),
        note=_text(root, "cbc:Note"),
        source="ubl",
    )
    for line in root.findall(_path("cac:OrderLine/cac:LineItem")):
        item = line.find(_path("cac:Item"))
        quantity = line.find(_path("cbc:Quantity"))
        content.lines.append(
            SourceLineContent(
                item=_item_code(item),
                description=_description(item),
                quantity=_text(line, "cbc:Quantity"),
                unit="" if quantity is None else quantity.get("unitCode", ""),
                unit_price=_unit_price(line),
                reference=_text(line, "cbc:ID"),
            )
        )
    return content, _hint(root.find(_path("cac:BuyerCustomerParty/cac:Party")))


def _unit_price(line: Element) -> str:
    """The price of one unit: the amount over its base quantity (BT-146, BT-149)."""
    from decimal import Decimal, InvalidOperation

    amount = _text(line, "cac:Price/cbc:PriceAmount")
    base = _text(line, "cac:Price/cbc:BaseQuantity")
    if not (amount and base):
        return amount
    try:
        price = Decimal(amount) / Decimal(base)
        return format(price.quantize(Decimal("0.000001")).normalize(), "f")
    except (InvalidOperation, ZeroDivisionError):
        raise Problem(
            "the base quantity {text} of a price is not a number above 0; correct the file", text=quote(base)
        ) from None


def _delivery(root: Element) -> tuple[SourceContent, BuyerHint]:
    content = SourceContent(
        kind="delivery",
        number=_text(root, "cbc:ID"),
        date=_text(root, "cac:Shipment/cac:Delivery/cbc:ActualDeliveryDate") or _text(root, "cbc:IssueDate"),
        order=_text(root, "cac:OrderReference/cbc:ID"),
        note=_text(root, "cbc:Note"),
        source="ubl",
    )
    for line in root.findall(_path("cac:DespatchLine")):
        item = line.find(_path("cac:Item"))
        quantity = line.find(_path("cbc:DeliveredQuantity"))
        reference = _text(line, "cac:OrderLineReference/cbc:LineID")
        content.lines.append(
            SourceLineContent(
                item=_item_code(item),
                description=_description(item),
                quantity=_text(line, "cbc:DeliveredQuantity"),
                unit="" if quantity is None else quantity.get("unitCode", ""),
                reference="" if reference.upper() in ("NA", "N/A") else reference,
            )
        )
        content.order = content.order or _text(line, "cac:OrderLineReference/cac:OrderReference/cbc:ID")
    party = root.find(_path("cac:BuyerCustomerParty/cac:Party"))
    if party is None:
        party = root.find(_path("cac:DeliveryCustomerParty/cac:Party"))
    return content, _hint(party)


def _item_code(item: Element | None) -> str:
    return _text(item, "cac:SellersItemIdentification/cbc:ID")


def _description(item: Element | None) -> str:
    return " ".join(_pieces(item))[:1000]


def _pieces(item: Element | None) -> Iterator[str]:
    name = _text(item, "cbc:Name")
    if name:
        yield name
    elif text := _text(item, "cbc:Description"):
        yield text
