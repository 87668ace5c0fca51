"""An electronic invoice as the rows of an issued document: amounts stand as they were stated, nothing is computed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tui_billing.rules.en16931.arithmetic import UNCOUNTED, ZERO, signed, taxed
from tui_billing.rules.en16931.model import EInvoice, Item, Line, Trader
from tui_billing.rules.money import exponent
from tui_billing.rules.party import Address, Party
from tui_billing.rules.problem import Problem


def minor(amount: Decimal | None, currency: str, field: str) -> int:
    """An amount in minor units of its currency; a Problem where it has more decimals."""
    exact = (amount or ZERO).scaleb(exponent(currency))
    if exact != exact.to_integral_value():
        raise Problem(
            "{amount} has more decimals than {currency} has", field=field, amount=f"{amount:f}", currency=currency
        )
    return int(exact)


def lines_of(document: int, invoice: EInvoice) -> list[dict[str, Any]]:
    """The lines that carry amounts; what gathers, informs or is words alone stands with the line behind it."""
    found: list[Line] = []
    words: list[str] = []
    for line in taxed_with_words(invoice.lines):
        if line.is_text or line.status.upper() in UNCOUNTED:
            words += filter(None, (line.item.name, line.item.description, line.note))
        else:
            found.append(_headed(line, words))
            words = []
    if words and found:
        item = found[-1].item
        found[-1] = replace(
            found[-1], item=replace(item, description="\n".join(filter(None, (item.description, *words))))
        )
    return [_line(document, line, place, invoice) for place, line in enumerate(found, 1)]


def taxed_with_words(lines: tuple[Line, ...]) -> list[Line]:
    """Every line in its order, those that have lines inside stood for by them."""
    return [one for line in lines for one in (taxed([line]) or [line])]


def _headed(line: Line, words: list[str]) -> Line:
    """A line with the words that went before it above its own."""
    if not words:
        return line
    item: Item = line.item
    text = "\n".join(filter(None, (*words[1:], item.name, item.description)))
    return replace(line, item=replace(item, name=words[0], description=text))


def _line(document: int, line: Line, place: int, invoice: EInvoice) -> dict[str, Any]:
    price = (line.price.net or ZERO) / (line.price.base_quantity or Decimal(1))
    row = next((one for one in invoice.vat if one.category == line.category), None)
    text = line.item.name + (f"\n{line.item.description}" if line.item.description else "")
    return {
        "invoice_id": document,
        "position": place,
        "item_id": None,
        "item_code": line.item.seller_id,
        "description": text,
        "quantity": _rounded(line.quantity or ZERO, 4),
        "unit": line.unit,
        "unit_price": _rounded(price, 6),
        "nature": "goods" if invoice.process.startswith("B") else "services",
        "discount_percent": ZERO,
        "discount": -minor(sum((signed(one) for one in line.adjustments), ZERO), invoice.currency, f"lines.{place}"),
        "net": minor(line.net, invoice.currency, f"lines.{place}.net"),
        "vat_category": line.category,
        "vat_rate": _rounded(line.rate or ZERO, 4),
        "exemption_code": line.exemption_code or (row.exemption_code if row else ""),
        "period_start": line.period.start if line.period else None,
        "period_end": line.period.end if line.period else None,
        "order_line": line.order_line,
        "note": line.note,
    }


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def adjustments_of(document: int, invoice: EInvoice) -> list[dict[str, Any]]:
    """The allowances and charges of the whole document."""
    return [
        {
            "invoice_id": document,
            "is_charge": one.is_charge,
            "amount": minor(one.amount, invoice.currency, "adjustments"),
            "base": None if one.base is None else minor(one.base, invoice.currency, "adjustments"),
            "percent": None if one.percent is None else _rounded(one.percent, 4),
            "reason": one.reason,
            "reason_code": one.reason_code,
            "vat_category": one.category,
            "vat_rate": _rounded(one.rate or ZERO, 4),
            "exemption_code": "",
        }
        for one in invoice.adjustments
    ]


def groups_of(document: int, invoice: EInvoice, to_base: Callable[[int], int]) -> list[dict[str, Any]]:
    """The VAT breakdown as it is stated, in both currencies."""
    rows = []
    for row in invoice.vat:
        taxable, tax = minor(row.taxable, invoice.currency, "vat"), minor(row.tax, invoice.currency, "vat")
        rows.append(
            {
                "invoice_id": document,
                "category": row.category,
                "rate": _rounded(row.rate or ZERO, 4),
                "exemption_code": row.exemption_code,
                "exemption_text": row.exemption_text,
                "taxable": taxable,
                "tax": tax,
                "taxable_base": to_base(taxable),
                "tax_base": to_base(tax),
            }
        )
    return rows


def party_of(trader: Trader) -> Party:
    """A party as our documents keep one."""
    address, contact = trader.address, trader.contact
    is_siren = trader.legal_id.scheme == "0002"
    return Party(
        name=trader.name,
        trading_name=trader.trading_name,
        address=Address(
            address.line1, address.line2, address.line3, address.postcode, address.city, address.region, address.country
        )
        if address
        else Address(),
        siren=trader.legal_id.value if is_siren else "",
        vat_id=trader.vat_id,
        legal_info=trader.legal_info,
        electronic_address=trader.endpoint.value,
        electronic_scheme=trader.endpoint.scheme,
        contact=contact.name if contact else "",
        phone=contact.phone if contact else "",
        email=contact.email if contact else "",
        identifiers=tuple((one.scheme, one.value) for one in trader.identifiers),
    )
