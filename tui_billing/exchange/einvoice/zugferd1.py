"""ZUGFeRD 1 (2014): the names of an earlier library, weeks and months for days, and what BASIC need not say."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal

from tui_billing.exchange.einvoice.tree import Node
from tui_billing.rules.en16931.model import EInvoice, Line, Price, VatRow

_RENAMED = {
    "SpecifiedExchangedDocumentContext": "ExchangedDocumentContext",
    "HeaderExchangedDocument": "ExchangedDocument",
    "SpecifiedSupplyChainTradeTransaction": "SupplyChainTradeTransaction",
    "ApplicableSupplyChainTradeAgreement": "ApplicableHeaderTradeAgreement",
    "ApplicableSupplyChainTradeDelivery": "ApplicableHeaderTradeDelivery",
    "ApplicableSupplyChainTradeSettlement": "ApplicableHeaderTradeSettlement",
    "SpecifiedSupplyChainTradeAgreement": "SpecifiedLineTradeAgreement",
    "SpecifiedSupplyChainTradeDelivery": "SpecifiedLineTradeDelivery",
    "SpecifiedSupplyChainTradeSettlement": "SpecifiedLineTradeSettlement",
    "ApplicablePercent": "RateApplicablePercent",
    "DeliveryNoteReferencedDocument": "DespatchAdviceReferencedDocument",
}
_REFERENCE = "ReferencedDocument"
#: UNTDID 2379: how a month and a week are written.
_MONTH, _WEEK = "610", "616"
#: UNTDID 4461: the way to pay is not defined.
_UNDEFINED = "1"
_FINEST = Decimal("0.0001")


def modernise(node: Node, inside: str = "") -> None:
    """Give the elements their names of today, and periods of months or weeks their days."""
    for child in node.children:
        child.name = _RENAMED.get(child.name, child.name)
        if child.name == "SpecifiedTradeSettlementMonetarySummation":
            place = "Line" if inside == "SpecifiedLineTradeSettlement" else "Header"
            child.name = f"SpecifiedTradeSettlement{place}MonetarySummation"
        elif child.name == "ID" and inside.endswith(_REFERENCE):
            child.name = "IssuerAssignedID"
        elif child.name == "IssueDateTime" and inside.endswith(_REFERENCE) and (stated := child.text.strip()[:10]):
            child.name = "FormattedIssueDateTime"
            child.children = [Node("DateTimeString", text=stated, line=child.line)]
        elif child.name == "DateTimeString" and inside in ("StartDateTime", "EndDateTime"):
            child.text = _day(child.text.strip(), child.attributes.get("format", ""), inside == "EndDateTime")
        modernise(child, child.name)


def _day(text: str, form: str, is_end: bool) -> str:
    """The first or the last day of a month (CCYYMM) or a week (CCYYWW); any other text stays as it is."""
    if form not in (_MONTH, _WEEK) or not re.fullmatch(r"[12]\d{5}", text, re.ASCII):
        return text
    year, part = int(text[:4]), int(text[4:])
    try:
        if form == _WEEK:
            return dt.date.fromisocalendar(year, part, 7 if is_end else 1).isoformat()
        first = dt.date(year, part, 1)
    except ValueError:
        return text
    following = (first + dt.timedelta(days=31)).replace(day=1)
    return (following - dt.timedelta(days=1) if is_end else first).isoformat()


def complete(invoice: EInvoice) -> EInvoice:
    """What BASIC leaves out and today's standard demands, where only one thing can be meant.

    A rate above zero is the standard category; where the breakdown has one row all lines are of it; a line's price
    is its amount by its quantity; what is to be paid is the total less what was prepaid.
    """
    vat = tuple(_categorised(row) for row in invoice.vat)
    only = vat[0] if len(vat) == 1 else VatRow()
    totals = invoice.totals
    if totals.payable is None and totals.gross is not None:
        totals = replace(totals, payable=totals.gross - (totals.prepaid or 0) + (totals.rounding or 0))
    return replace(
        invoice,
        vat=vat,
        totals=totals,
        lines=tuple(_completed(line, place, only) for place, line in enumerate(invoice.lines, 1)),
        payment_means=tuple(one if one.code else replace(one, code=_UNDEFINED) for one in invoice.payment_means),
    )


def _categorised(row: VatRow) -> VatRow:
    return replace(row, category="S") if row.rate and not row.category else row


def _completed(line: Line, place: int, row: VatRow) -> Line:
    line = replace(line, number=line.number or str(place), price=_priced(line))
    if line.category or not row.category or line.net is None:
        return line
    return replace(line, category=row.category, rate=row.rate)


def _priced(line: Line) -> Price:
    """The price that BASIC leaves out: of one piece where it comes out even, else of all of them.

    A correction has its quantity and its amount below zero, and a price above it.
    """
    price, net, quantity = line.price, line.net, line.quantity
    if price.net is not None or net is None or not quantity or net * quantity < 0 or line.adjustments:
        return price
    net, quantity = abs(net), abs(quantity)
    one = (net / quantity).quantize(_FINEST)
    if one * quantity == net:
        return replace(price, net=one)
    return replace(price, net=net, base_quantity=quantity)
