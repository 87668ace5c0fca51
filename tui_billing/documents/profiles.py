"""What the profiles of Factur-X beside EN 16931 make of a document: BASIC has room for less, EXTENDED says more."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tui_billing.rules.en16931.model import (
    BASIC,
    EXTENDED,
    EInvoice,
    Instalment,
    Item,
    Line,
    PaymentMeans,
    Trader,
)


def in_basic(invoice: EInvoice) -> EInvoice:
    """The document without what the schema of BASIC has no element for; no amount, party or rate is among it."""
    return replace(
        invoice,
        customization=BASIC,
        project="",
        sales_order="",
        receiving_advice="",
        tax_point_date=None,
        attachments=(),
        seller=_short(invoice.seller),
        buyer=_short(invoice.buyer),
        payment_means=tuple(
            PaymentMeans(one.code, account=one.account, debited_account=one.debited_account)
            for one in invoice.payment_means
        ),
        lines=tuple(_basic_line(line) for line in invoice.lines),
    )


def _short(trader: Trader) -> Trader:
    return replace(trader, contact=None, legal_info="")


def _basic_line(line: Line) -> Line:
    """A line says what is sold by its name alone, and what is taken off it by the amount alone."""
    item = Item(line.item.name, standard_id=line.item.standard_id)
    adjustments = tuple(replace(one, percent=None, base=None) for one in line.adjustments)
    return replace(line, item=item, adjustments=adjustments, order_line="", accounting="", object_id=Line().object_id)


def in_extended(invoice: EInvoice, instalments: tuple[Instalment, ...]) -> EInvoice:
    """The document with the reason of exemption on each line that has one, and every part of what is to be paid."""
    reasons = {row.category: row for row in invoice.vat if row.exemption_text or row.exemption_code}
    lines = tuple(
        replace(
            line,
            exemption_text=reasons[line.category].exemption_text,
            exemption_code=reasons[line.category].exemption_code,
        )
        if line.category in reasons
        else line
        for line in invoice.lines
    )
    payable = invoice.totals.payable or Decimal(0)
    is_split = len(instalments) > 1 and sum(one.amount or 0 for one in instalments) == payable
    said = replace(invoice, customization=EXTENDED, lines=lines)
    # the first of several terms bears the first day
    return replace(said, instalments=instalments, due_date=instalments[0].due_date) if is_split else said
