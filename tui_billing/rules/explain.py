"""How an amount came to be: every step from quantity and price to what is to be paid, in words and figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Protocol

from tui_billing.rules.money import Money, exponent, round_half_up
from tui_billing.rules.totals import Totals, Vat


class Priced(Protocol):
    """A line as it was priced."""

    @property
    def description(self) -> str: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def unit_price(self) -> Decimal: ...
    @property
    def discount_percent(self) -> Decimal: ...
    @property
    def vat(self) -> Vat: ...


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a derivation. `label` and `detail` are message ids with places for `values` (Money, Decimal,
    date or text); `amount` is what the step comes to. `heading` steps begin a part and may have no amount."""

    label: str
    amount: Money | None = None
    detail: str = ""
    values: dict[str, object] = field(default_factory=dict)
    heading: bool = False
    strong: bool = False
    indent: bool = False


def N_(message: str) -> str:  # noqa: N802
    """Mark a message id for the catalogue."""
    return message


def explain_totals(totals: Totals, lines: Sequence[Priced], currency: str) -> list[Step]:
    """The steps from the lines to the payable amount (EN 16931 BR-CO-10 to 17, BR-S-08, BR-S-09)."""
    steps = [Step(N_("Lines"), heading=True)]
    for number, (line, result) in enumerate(zip(lines, totals.lines, strict=False), 1):
        steps += _line(number, line, result.gross, result.discount, result.net, currency)
    steps.append(Step(N_("sum of the lines"), Money(totals.lines_total, currency), strong=True))
    steps += _adjustments(totals, currency)
    steps += _vat(totals, lines, currency)
    steps.append(Step(N_("Total"), heading=True))
    steps.append(Step(N_("net"), Money(totals.net, currency), N_("lines − allowances + charges")))
    steps.append(Step(N_("VAT"), Money(totals.tax, currency), N_("sum of the VAT groups")))
    steps.append(Step(N_("total with VAT"), Money(totals.gross, currency), N_("net + VAT"), strong=True))
    if totals.prepaid:
        steps.append(Step(N_("paid in advance"), Money(-totals.prepaid, currency)))
    if totals.rounding:
        steps.append(Step(N_("rounding"), Money(totals.rounding, currency)))
    if totals.payable != totals.gross:
        steps.append(Step(N_("to be paid"), Money(totals.payable, currency), strong=True))
    return steps


def _line(number: int, line: Priced, gross: int, discount: int, net: int, currency: str) -> list[Step]:
    values: dict[str, object] = {
        "number": Decimal(number),
        "text": line.description,
        "quantity": line.quantity,
        "price": line.unit_price,
    }
    steps = [Step(N_("{number}. {text}"), None, "", values)]
    exact = line.quantity * line.unit_price
    product = Step(N_("quantity × price"), Money(gross, currency), N_("{quantity} × {price}"), values, indent=True)
    if exact != Money(gross, currency).decimal:
        values = {**values, "exact": exact}
        product = replace(product, detail=N_("{quantity} × {price} = {exact}, rounded"), values=values)
    steps.append(product)
    if discount:
        values = {"percent": line.discount_percent, "gross": Money(gross, currency)}
        detail = N_("{percent} % of {gross}") if line.discount_percent else ""
        steps.append(Step(N_("discount"), Money(-discount, currency), detail, values, indent=True))
        steps.append(Step(N_("net"), Money(net, currency), indent=True))
    return steps


def _adjustments(totals: Totals, currency: str) -> list[Step]:
    if not totals.adjustments:
        return []
    steps = [Step(N_("Allowances and charges on the document"), heading=True)]
    for one in totals.adjustments:
        values: dict[str, object] = {"text": one.reason, "rate": one.vat.rate if one.vat else Decimal(0)}
        label = N_("charge {text}") if one.is_charge else N_("allowance {text}")
        detail = N_("on what bears {rate} % VAT")
        if one.percent is not None and one.base is not None:
            values |= {"percent": one.percent, "base": Money(one.base, currency)}
            detail = N_("{percent} % of {base} that bears {rate} % VAT")
        steps.append(Step(label, Money(one.signed, currency), detail, values))
    return steps


def _vat(totals: Totals, lines: Sequence[Priced], currency: str) -> list[Step]:
    steps = [Step(N_("VAT, rounded once for each rate"), heading=True)]
    for group in totals.vat:
        rate = group.vat.rate
        values: dict[str, object] = {"category": group.vat.category, "rate": rate}
        steps.append(Step(N_("base, category {category} {rate} %"), Money(group.taxable, currency), "", values))
        exact = Money(group.taxable, currency).decimal * rate / 100
        values |= {"base": Money(group.taxable, currency), "exact": exact}
        rounded = exact != Money(group.tax, currency).decimal
        detail = N_("{base} × {rate} % = {exact}, rounded") if rounded else N_("{base} × {rate} %")
        steps.append(Step(N_("VAT {rate} %"), Money(group.tax, currency), detail, values, indent=True))
        by_line = _tax_by_line(totals, lines, group.vat, currency)
        if by_line is not None and by_line != group.tax:
            difference = Money(by_line - group.tax, currency)
            detail = N_("{difference} apart; the standard asks for one rounding a rate")
            compared: dict[str, object] = {"difference": difference}
            steps.append(Step(N_("rounded line by line"), Money(by_line, currency), detail, compared, indent=True))
    return steps


def _tax_by_line(totals: Totals, lines: Sequence[Priced], vat: Vat, currency: str) -> int | None:
    """What the tax of a group would be, rounded line by line; None where allowances make it no comparison."""
    if totals.adjustments or len(lines) != len(totals.lines):
        return None
    places = exponent(currency)
    sums = [
        round_half_up(Money(result.net, currency).decimal * vat.rate / 100, places)
        for line, result in zip(lines, totals.lines, strict=True)
        if line.vat.key == vat.key
    ]
    return int(sum(sums, Decimal(0)).scaleb(places))
