"""Totals of a document as EN 16931 computes them (BR-CO-10 to BR-CO-17, BR-S-08/09 and their like).

Every amount is an int in minor units of the document's currency. Rounding is half up on the absolute value,
on exact ratios of integers; it happens once for each line, each allowance or charge, and each VAT group.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from tui_billing.rules.money import LIMIT, exponent
from tui_billing.rules.problem import Problem

TAXED = frozenset({"S", "L", "M"})
"""VAT categories (UNTDID 5305) that carry a rate."""

EXEMPT = frozenset({"E", "AE", "K", "G", "O"})
"""VAT categories that owe a reason (BR-E-10, BR-AE-10, BR-IC-10, BR-G-10, BR-O-10)."""

CATEGORIES = TAXED | EXEMPT | {"Z"}

# How the standard names the rules of a category: BR-S-08, BR-IC-08, ...
RULE_NAMES = {"S": "S", "Z": "Z", "E": "E", "AE": "AE", "K": "IC", "G": "G", "O": "O", "L": "AF", "M": "AG"}

DISCOUNT_CODE = "95"
"""UNTDID 5189: discount."""

_Ratio = tuple[int, int]
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Vat:
    """VAT category (UNTDID 5305), rate in percent (0 unless S, L or M) and the reason of an exemption."""

    category: str
    rate: Decimal
    exemption_code: str = ""
    exemption_text: str = ""

    @property
    def key(self) -> tuple[str, Decimal, str]:
        """What a VAT group is formed by."""
        return self.category, self.rate, self.exemption_code


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An allowance (BG-20, BG-27) or a charge (BG-21, BG-28); the amount is never signed for its kind.

    `amount` in minor units, or `percent` of `base` (minor units; None: of what it stands on, which is the
    line after its discount, the lines of the VAT group, or all lines). With both, `amount` stands. A document
    level adjustment without `vat` is spread over the VAT groups of the lines.
    """

    amount: int | None = None
    percent: Decimal | None = None
    base: int | None = None
    reason: str = ""
    reason_code: str = ""
    is_charge: bool = False
    vat: Vat | None = None

    @property
    def signed(self) -> int:
        """The resolved amount as it enters a sum: charges add, allowances take away."""
        amount = self.amount or 0
        return amount if self.is_charge else -amount


@dataclass(frozen=True, slots=True)
class LineInput:
    """One line as priced: `unit_price` in major units, `discount_percent` of quantity × price."""

    quantity: Decimal
    unit_price: Decimal
    vat: Vat
    discount_percent: Decimal = _ZERO
    adjustments: tuple[Adjustment, ...] = ()


@dataclass(frozen=True, slots=True)
class LineResult:
    """One line in minor units: net = gross - discount - allowances + charges (BT-131), always excl. VAT.

    `adjustments` are the line's own, resolved; `gross` is quantity × price (excl. VAT).
    """

    gross: int
    discount: int
    allowances: int
    charges: int
    net: int
    vat: Vat | None = None
    adjustments: tuple[Adjustment, ...] = ()


@dataclass(frozen=True, slots=True)
class VatGroup:
    """One row of the VAT breakdown (BG-23): taxable amount (BT-116) and tax (BT-117)."""

    vat: Vat
    taxable: int
    tax: int


@dataclass(frozen=True, slots=True)
class Totals:
    """A computed document (BG-22, BG-23). `method` is "group", or "gross" where prices include VAT."""

    currency: str
    lines: tuple[LineResult, ...]
    adjustments: tuple[Adjustment, ...]
    vat: tuple[VatGroup, ...]
    lines_total: int
    allowances_total: int
    charges_total: int
    net: int
    tax: int
    gross: int
    prepaid: int
    rounding: int
    payable: int
    method: str = "group"


def compute(
    lines: Iterable[LineInput],
    adjustments: Iterable[Adjustment] = (),
    *,
    currency: str,
    document_discount_percent: Decimal = _ZERO,
    prepaid: int = 0,
    rounding: int = 0,
    prices_include_vat: bool = False,
    method: str = "group",
) -> Totals:
    """Totals of a document; `prepaid` (BT-113) and `rounding` (BT-114) are taken as given.

    `document_discount_percent` of the lines becomes one allowance for each VAT group. With
    `prices_include_vat` prices, line adjustments and document adjustments are all taken as incl. VAT; a
    group's gross sum is then exact, its tax is gross - round(gross / (1 + rate)), and the cents of its nets
    go to the lines with the largest remainders. Problem for an unknown currency or VAT category, an amount
    beyond the limit, or an adjustment that has nothing to stand on.
    """
    if method != "group":
        raise ValueError(f"unknown method {method!r}")
    scale = 10 ** exponent(currency)
    inputs = tuple(lines)
    results = [_line(line, scale, position) for position, line in enumerate(inputs, start=1)]
    standing = _standing(results)
    documents = [part for item in adjustments for part in _resolve(item, standing)]
    if document_discount_percent:
        discount = Adjustment(percent=document_discount_percent, reason_code=DISCOUNT_CODE)
        documents = _resolve(discount, standing) + documents
    if prices_include_vat:
        results, documents, taxes = _take_out_vat(results, documents)
    else:
        taxes = None
    groups = _groups(results, documents, taxes)

    lines_total = sum(line.net for line in results)
    allowances_total = sum(item.amount or 0 for item in documents if not item.is_charge)
    charges_total = sum(item.amount or 0 for item in documents if item.is_charge)
    net = lines_total - allowances_total + charges_total
    tax = sum(group.tax for group in groups)
    gross = net + tax
    if max(abs(lines_total), abs(net), abs(gross), abs(prepaid), abs(rounding)) > LIMIT:
        raise _too_large("lines")
    return Totals(
        currency=currency,
        lines=tuple(results),
        adjustments=tuple(documents),
        vat=tuple(groups),
        lines_total=lines_total,
        allowances_total=allowances_total,
        charges_total=charges_total,
        net=net,
        tax=tax,
        gross=gross,
        prepaid=prepaid,
        rounding=rounding,
        payable=gross - prepaid + rounding,
        method="gross" if prices_include_vat else "group",
    )


def check_totals(totals: Totals) -> list[str]:
    """Names of the EN 16931 rules that the totals break, in the standard's spelling; empty if none.

    Exact to the minor unit, where the standard's own BR-CO-17 and BR-S-09 let almost 1.00 pass. Only prices
    that include VAT may put the tax of a group one minor unit off (9.99 at 20 % is 8.33 + 1.66).
    """
    broken = []
    allowances = sum(item.amount or 0 for item in totals.adjustments if not item.is_charge)
    charges = sum(item.amount or 0 for item in totals.adjustments if item.is_charge)
    net = totals.lines_total - totals.allowances_total + totals.charges_total
    for name, stated, computed in (
        ("BR-CO-10", totals.lines_total, sum(line.net for line in totals.lines)),
        ("BR-CO-11", totals.allowances_total, allowances),
        ("BR-CO-12", totals.charges_total, charges),
        ("BR-CO-13", totals.net, net),
        ("BR-CO-14", totals.tax, sum(group.tax for group in totals.vat)),
        ("BR-CO-15", totals.gross, totals.net + totals.tax),
        ("BR-CO-16", totals.payable, totals.gross - totals.prepaid + totals.rounding),
    ):
        if stated != computed:
            broken.append(name)

    slack = 1 if totals.method == "gross" else 0
    if any(abs(group.tax - tax_of(group.taxable, group.vat)) > slack for group in totals.vat):
        broken.append("BR-CO-17")
    taxable: dict[tuple, int] = {group.vat.key: 0 for group in totals.vat}
    if len(taxable) != len(totals.vat):
        broken.append("BR-CO-18")
    unplaced = set()
    for vat, amount in [(line.vat, line.net) for line in totals.lines] + [
        (item.vat, item.signed) for item in totals.adjustments
    ]:
        if vat is None:
            continue
        if vat.key in taxable:
            taxable[vat.key] += amount
        else:
            unplaced.add(vat.category)
    known = all(line.vat is not None for line in totals.lines)
    for group in totals.vat:
        name = RULE_NAMES.get(group.vat.category, group.vat.category)
        if known and (group.taxable != taxable[group.vat.key] or group.vat.category in unplaced):
            broken.append(f"BR-{name}-08")
        if abs(group.tax - tax_of(group.taxable, group.vat)) > slack:
            broken.append(f"BR-{name}-09")
    for category in sorted(unplaced - {group.vat.category for group in totals.vat}):
        broken.append(f"BR-{RULE_NAMES.get(category, category)}-01")
    return list(dict.fromkeys(broken))


def tax_of(taxable: int, vat: Vat) -> int:
    """VAT on a taxable amount, rounded once (BR-CO-17); 0 in categories without a rate."""
    top, bottom = _rate(vat)
    return _round(taxable * top, bottom)


def _line(line: LineInput, scale: int, position: int) -> LineResult:
    if line.vat.category not in CATEGORIES:
        raise Problem(
            "{category} is not a VAT category; type one of {known}",
            field="vat_category",
            category=line.vat.category or '""',
            known=" ".join(sorted(CATEGORIES)),
        )
    quantity, per_quantity = _exact(line.quantity)
    price, per_price = _exact(line.unit_price)
    kept, per_kept = _percent(Decimal(100) - line.discount_percent if line.discount_percent else Decimal(100))
    top, bottom = quantity * price * scale, per_quantity * per_price
    gross = _round(top, bottom)
    after = _round(top * kept, bottom * per_kept)
    own = tuple(_resolve_on(item, after, line.vat) for item in line.adjustments)
    allowances = sum(item.amount or 0 for item in own if not item.is_charge)
    charges = sum(item.amount or 0 for item in own if item.is_charge)
    net = after - allowances + charges
    if max(abs(gross), abs(net), abs(allowances), abs(charges)) > LIMIT:
        raise _too_large("quantity", position)
    return LineResult(gross, gross - after, allowances, charges, net, line.vat, own)


def _resolve_on(item: Adjustment, base: int, vat: Vat | None) -> Adjustment:
    """The adjustment with its amount, and the base that the amount was taken from."""
    if item.amount is not None:
        return replace(item, vat=vat)
    if item.percent is None:
        raise Problem("An allowance or charge needs an amount or a percentage", field="adjustment")
    base = base if item.base is None else item.base
    top, bottom = _percent(item.percent)
    return replace(item, amount=_round(base * top, bottom), base=base, vat=vat)


def _standing(results: Sequence[LineResult]) -> dict[tuple, tuple[Vat, int]]:
    """Sum of the lines for each VAT group, in the order in which the groups appear."""
    sums: dict[tuple, tuple[Vat, int]] = {}
    for line in results:
        if line.vat is not None:
            vat, amount = sums.get(line.vat.key, (line.vat, 0))
            sums[line.vat.key] = vat, amount + line.net
    return sums


def _resolve(item: Adjustment, standing: dict[tuple, tuple[Vat, int]]) -> list[Adjustment]:
    """A document level adjustment with its amount, or its parts where it is spread over VAT groups."""
    if item.vat is not None:
        return [_resolve_on(item, standing.get(item.vat.key, (item.vat, 0))[1], item.vat)]
    if not standing:
        if item.percent is not None and item.amount is None:
            return []
        raise Problem("An allowance or charge without lines needs a VAT category", field="vat_category")
    bases = [amount for _vat, amount in standing.values()]
    whole = _resolve_on(item, sum(bases), None)
    total = whole.amount or 0
    lines_total = sum(bases)
    of_lines = item.percent is not None and item.amount is None and item.base is None
    if of_lines and item.percent is not None:
        top, bottom = _percent(item.percent)
        tops = [base * top for base in bases]
    elif lines_total and all(base * lines_total >= 0 for base in bases):
        tops, bottom = [total * base for base in bases], lines_total
    elif any(bases):
        # Lines and returns that (nearly) cancel are no scale: the size of each group is.
        tops, bottom = [total * abs(base) for base in bases], sum(abs(base) for base in bases)
    else:
        tops, bottom = [total] * len(bases), len(bases)
    parts = _spread(total, tops, bottom)
    return [
        replace(whole, amount=part, base=base if of_lines else None, vat=vat)
        for part, base, (vat, _amount) in zip(parts, bases, standing.values(), strict=True)
        if part
    ]


def _take_out_vat(
    results: list[LineResult], documents: list[Adjustment]
) -> tuple[list[LineResult], list[Adjustment], dict[tuple, int]]:
    """Lines and adjustments incl. VAT made excl. VAT, and the tax of each group."""
    members: dict[tuple, list[tuple[str, int, int]]] = {}
    vats: dict[tuple, Vat] = {}
    for kind, index, vat, amount in [("line", i, line.vat, line.net) for i, line in enumerate(results)] + [
        ("document", i, item.vat, item.signed) for i, item in enumerate(documents)
    ]:
        assert vat is not None
        vats.setdefault(vat.key, vat)
        members.setdefault(vat.key, []).append((kind, index, amount))

    results, documents = list(results), list(documents)
    taxes: dict[tuple, int] = {}
    for key, rows in members.items():
        top, bottom = _rate(vats[key])
        divisor = bottom + top
        gross = sum(amount for _kind, _index, amount in rows)
        net = _round(gross * bottom, divisor)
        taxes[key] = gross - net
        nets = _spread(net, [amount * bottom for _kind, _index, amount in rows], divisor)
        for (kind, index, _amount), part in zip(rows, nets, strict=True):
            if kind == "line":
                results[index] = _line_net(results[index], part, bottom, divisor)
            else:
                item = documents[index]
                base = None if item.base is None else _round(item.base * bottom, divisor)
                documents[index] = replace(item, amount=part if item.is_charge else -part, base=base)
    return results, documents, taxes


def _line_net(line: LineResult, net: int, bottom: int, divisor: int) -> LineResult:
    """The line excl. VAT; its gross takes up what the rounding of discount and adjustments leaves."""
    own = tuple(
        replace(
            item,
            amount=_round((item.amount or 0) * bottom, divisor),
            base=None if item.base is None else _round(item.base * bottom, divisor),
        )
        for item in line.adjustments
    )
    discount = _round(line.discount * bottom, divisor)
    allowances = sum(item.amount or 0 for item in own if not item.is_charge)
    charges = sum(item.amount or 0 for item in own if item.is_charge)
    gross = net + discount + allowances - charges
    return LineResult(gross, discount, allowances, charges, net, line.vat, own)


def _groups(
    results: Sequence[LineResult], documents: Sequence[Adjustment], taxes: dict[tuple, int] | None
) -> list[VatGroup]:
    """The VAT breakdown: lines - allowances + charges by group (BR-S-08), tax once a group (BR-S-09)."""
    sums: dict[tuple, tuple[Vat, int]] = {}
    for vat, amount in [(line.vat, line.net) for line in results] + [(item.vat, item.signed) for item in documents]:
        assert vat is not None
        first, so_far = sums.get(vat.key, (vat, 0))
        if vat.exemption_text and not first.exemption_text:
            first = vat
        sums[vat.key] = first, so_far + amount
    return [
        VatGroup(vat, taxable, tax_of(taxable, vat) if taxes is None else taxes[key])
        for key, (vat, taxable) in sums.items()
    ]


def _spread(total: int, tops: Sequence[int], bottom: int) -> list[int]:
    """Whole parts of the exact shares tops / bottom that sum to `total`, which is the shares' sum rounded.

    The largest remainders get what is left, the earlier one on a tie.
    """
    if bottom < 0:
        tops, bottom = [-top for top in tops], -bottom
    parts = [top // bottom for top in tops]
    by_remainder = sorted(range(len(tops)), key=lambda index: (-(tops[index] % bottom), index))
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return parts


def _round(top: int, bottom: int) -> int:
    """top / bottom to a whole, half up on the absolute value; `bottom` is positive."""
    whole = (2 * abs(top) + bottom) // (2 * bottom)
    return whole if top >= 0 else -whole


def _exact(value: Decimal) -> _Ratio:
    if not isinstance(value, (Decimal, int)) or isinstance(value, bool):
        raise TypeError(f"quantities, prices and percentages are Decimal, not {type(value).__name__}")
    return value.as_integer_ratio()


def _percent(value: Decimal) -> _Ratio:
    top, bottom = _exact(value)
    return top, bottom * 100


def _rate(vat: Vat) -> _Ratio:
    """The rate as a ratio; categories without a rate owe nothing, whatever stands in the field."""
    return _percent(vat.rate) if vat.category in TAXED else (0, 1)


def _too_large(field: str, position: int = 0) -> Problem:
    if position:
        return Problem(
            "The amount of line {line} is too large; type a smaller quantity or price",
            field=field,
            line=position,
        )
    return Problem("The total is too large; split the document in two", field=field)
