"""An electronic invoice that was read, told as the command contract tells a document, and what is wrong with it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from tui_billing.exchange.einvoice.read import Received
from tui_billing.rules.en16931.arithmetic import ZERO, Sums, compare, compute, group_key, signed
from tui_billing.rules.en16931.engine import check
from tui_billing.rules.en16931.model import EInvoice, Line
from tui_billing.rules.findings import Finding
from tui_billing.rules.money import exponent
from tui_billing.rules.problem import Problem
from tui_billing.rules.status import status_of

CORRECTIVE_TYPES = frozenset({"384", "471", "472", "473"})


def kind_of(invoice: EInvoice) -> str:
    """What the document is to this house: invoice, credit_note or corrective."""
    if invoice.is_credit_note:
        return "credit_note"
    return "corrective" if invoice.type_code in CORRECTIVE_TYPES else "invoice"


def _places(currency: str) -> int:
    try:
        return min(exponent(currency), 2)
    except Problem:
        return 2


def told(amount: Decimal | None, places: int = 2) -> str:
    """An amount as the contract writes it: the currency's decimals, more only where it has more."""
    value = amount or ZERO
    shown = value.quantize(Decimal(1).scaleb(-places))
    return f"{shown if shown == value else value.normalize():f}"


def number(value: Decimal | None) -> str:
    """A quantity, price or rate without trailing zeros."""
    return f"{(value or ZERO).normalize() + ZERO:f}"


def answer(received: Received, today: dt.date, *, known: bool = False) -> dict[str, Any]:
    """The document with our totals, those it states, every difference between them, and every finding."""
    invoice = received.invoice
    sums = compute(invoice)
    places = _places(invoice.currency)
    stated = invoice.totals
    findings = check(invoice)
    kind = kind_of(invoice)
    return {
        "id": None,
        "number": invoice.number or None,
        "kind": kind,
        "status": _status(invoice, sums, kind, today),
        "known": known,
        "customer": None,
        "customer_name": invoice.buyer.name or None,
        "seller_name": invoice.seller.name or None,
        "syntax": received.syntax,
        "profile": invoice.customization,
        "issue_date": _day(invoice.issue_date),
        "due_date": _day(invoice.due_date),
        "currency": invoice.currency,
        "purchase_order": invoice.purchase_order,
        "payment_reference": invoice.remittance,
        "original": invoice.preceding[0].number if invoice.preceding else None,
        "lines": [_line(line, place, places) for place, line in enumerate(invoice.lines, 1)],
        "adjustments": [
            {
                "kind": "charge" if one.is_charge else "allowance",
                "amount": told(one.amount, places),
                "reason": one.reason or one.reason_code,
                "vat_category": one.category,
                "vat_rate": number(one.rate),
            }
            for one in invoice.adjustments
        ],
        "vat_breakdown": _breakdown(invoice, sums, places),
        "totals": {name: told(getattr(sums, name), places) for name in _SUMS},
        "stated_totals": {name: told(getattr(stated, name), places) for name in _SUMS},
        "differences": [
            {
                "field": one.field,
                "stated": None if one.stated is None else told(one.stated, places),
                "computed": told(one.computed, places),
                "rule": one.rule,
            }
            for one in compare(invoice)
        ],
        "findings": [finding_json(one) for one in findings],
        "open": told(sums.payable, places),
    }


_SUMS = ("lines", "allowances", "charges", "net", "tax", "gross", "prepaid", "payable", "rounding")


def finding_json(one: Finding) -> dict[str, Any]:
    """A finding as the contract tells it."""
    return {"code": one.code, "field": one.field, "blocking": one.blocking, "message": str(one)}


def is_refused(told_: dict[str, Any]) -> bool:
    """Whether an answer stops an import: a total differs, or a rule is broken."""
    return bool(told_["differences"]) or any(one["blocking"] for one in told_["findings"])


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _line(line: Line, place: int, places: int) -> dict[str, Any]:
    return {
        "position": place,
        "item": line.item.seller_id or None,
        "description": line.item.name,
        "quantity": number(line.quantity),
        "unit": line.unit,
        "unit_price": number(line.price.net),
        "price_base_quantity": number(line.price.base_quantity or Decimal(1)),
        "discount_percent": "0",
        "allowances": told(-sum((signed(one) for one in line.adjustments if not one.is_charge), ZERO), places),
        "charges": told(sum((signed(one) for one in line.adjustments if one.is_charge), ZERO), places),
        "net": told(line.net, places),
        "vat_category": line.category,
        "vat_rate": number(line.rate),
        "exemption_code": line.exemption_code or None,
    }


def _breakdown(invoice: EInvoice, sums: Sums, places: int) -> list[dict[str, Any]]:
    """Our own breakdown, in the order of the document's where it has the group."""
    rows = {group_key(row.category, row.rate): row for row in invoice.vat}
    keys = [key for key in rows if key in sums.taxable] + [key for key in sums.taxable if key not in rows]
    return [
        {
            "category": key[0],
            "rate": number(key[1]),
            "taxable": told(sums.taxable[key], places),
            "tax": told(sums.vat[key], places),
            "exemption_code": (rows[key].exemption_code if key in rows else "") or None,
        }
        for key in keys
    ]


def _status(invoice: EInvoice, sums: Sums, kind: str, today: dt.date) -> str:
    places = exponent_or_two(invoice.currency)
    minor = int((sums.payable * 10**places).to_integral_value())
    return status_of(
        issued=True,
        kind=kind,
        gross=minor,
        open=minor,
        credited=0,
        written_off=0,
        disputed=0,
        next_due=invoice.due_date,
        today=today,
        due_soon_days=7,
    ).value


def exponent_or_two(currency: str) -> int:
    """Decimals of a currency, two of one that is not known."""
    try:
        return exponent(currency)
    except Problem:
        return 2
