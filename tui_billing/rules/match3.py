"""The three-way match: what was ordered, delivered and agreed beside what an invoice bills, line by line.

`match` says which order, delivery and contract line each invoice line bills, and how much of it; `findings`
say in words where they differ. What is billed stays within what was ordered and delivered, and a tolerance of
the customer's; beyond it a finding blocks, unless a supervisor has given a reason (`override`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from tui_billing.rules.findings import N_, Finding
from tui_billing.rules.money import plain
from tui_billing.rules.text import fold

_ZERO = Decimal(0)
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of an order (`quantity` ordered) or of a delivery note (`quantity` delivered, negative: taken back).

    `billed` is what issued invoices have billed of it so far. `unit_price` None: the order names no price.
    """

    id: int
    position: int
    item: str
    description: str
    unit: str
    quantity: Decimal
    billed: Decimal = _ZERO
    reference: str = ""
    delivered: Decimal = _ZERO
    unit_price: Decimal | None = None
    discount: Decimal = _ZERO
    order_line: int | None = None
    goods: bool = False

    @property
    def left(self) -> Decimal:
        """What is not yet billed of it; negative where a return is to be credited."""
        return self.quantity - self.billed


@dataclass(frozen=True, slots=True)
class Source:
    """An order or a delivery note with its lines."""

    id: int
    number: str
    lines: tuple[SourceLine, ...]
    currency: str = ""


@dataclass(frozen=True, slots=True)
class AgreedPrice:
    """A line of a contract in force on the day: its price with the index of the day, in the contract's currency.

    `ceiling` (0: none) is the most that may be billed of it; `net_ceiling` and `net_billed` are the contract's
    own, in minor units.
    """

    line: int
    contract: str
    item: str
    unit: str
    unit_price: Decimal
    discount: Decimal = _ZERO
    ceiling: Decimal = _ZERO
    billed: Decimal = _ZERO
    net_ceiling: int = 0
    net_billed: int = 0


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What a customer accepts beyond the order, in percent of the ordered quantity and of the agreed price."""

    quantity: Decimal = _ZERO
    price: Decimal = _ZERO


_NONE = Tolerance()


@dataclass(frozen=True, slots=True)
class BillLine:
    """A line of the invoice, as the match wants it; `number` counts from 1, `net` in minor units."""

    number: int
    item: str
    description: str
    unit: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal = _ZERO
    reference: str = ""
    net: int = 0


class Share(NamedTuple):
    """How much of which source lines an invoice line bills; `net` (minor units) stands on its first share."""

    line: int
    order_line: int | None
    delivery_line: int | None
    contract_line: int | None
    quantity: Decimal
    net: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """One invoice line beside its sources, for the screen; None where there is no such source."""

    line: BillLine
    order: tuple[SourceLine, ...] = ()
    delivery: tuple[SourceLine, ...] = ()
    agreed: AgreedPrice | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Shares, the comparison line by line, and the differences in words."""

    shares: tuple[Share, ...] = ()
    compared: tuple[Compared, ...] = ()
    findings: tuple[Finding, ...] = field(default=())

    @property
    def over(self) -> bool:
        """Whether more is billed than may be without an override."""
        return any(finding.code in OVER for finding in self.findings)


#: Findings that a supervisor may override with a reason.
OVER = frozenset({"over_billed", "over_delivered", "over_ceiling"})


def same_thing(line: BillLine, source: SourceLine) -> bool:
    """Whether an invoice line can bill a source line: by the reference typed, else by item, else by the text."""
    if line.reference:
        return line.reference == source.reference
    if line.item or source.item:
        return line.item == source.item
    return fold(line.description) == fold(source.description)


def spread_over(
    line: BillLine, sources: Sequence[SourceLine], taken: dict[int, Decimal]
) -> list[tuple[SourceLine, Decimal]]:
    """The source lines that an invoice line bills, in their order, each up to what is left; the rest on the last.

    `taken` is what earlier lines of the same invoice took; it is brought up to date. [] where none fits.
    """
    fitting = [source for source in sources if same_thing(line, source)]
    # Where an item is ordered twice at two prices, the line bills the one with its own price.
    priced = [source for source in fitting if source.unit_price == line.unit_price]
    fitting = priced + [source for source in fitting if source not in priced]
    sign = 1 if line.quantity > 0 else -1
    found: list[tuple[SourceLine, Decimal]] = []
    rest = line.quantity
    for source in fitting:
        room = source.left - taken.get(source.id, _ZERO)
        part = min(abs(rest), max(room * sign, _ZERO)) * sign
        if part:
            found.append((source, part))
            taken[source.id] = taken.get(source.id, _ZERO) + part
            rest -= part
        if not rest:
            break
    if rest and fitting:
        last = found[-1][0] if found else fitting[-1]
        if found:
            found[-1] = (last, found[-1][1] + rest)
        else:
            found.append((last, rest))
        taken[last.id] = taken.get(last.id, _ZERO) + rest
    return found


def match(
    lines: Sequence[BillLine],
    order: Source | None,
    deliveries: Sequence[Source],
    agreed: Sequence[AgreedPrice],
    *,
    currency: str,
    tolerance: Tolerance = _NONE,
    named_delivery: bool = False,
) -> Match:
    """Match an invoice's lines with an order, delivery notes and agreed prices.

    `deliveries` are those that the invoice names, or (`named_delivery` False) all of the order, of which the
    oldest are billed first. `agreed` holds at most one price an item.
    """
    prices = {price.item: price for price in agreed if price.item}
    ordered: dict[int, Decimal] = {}
    handed: dict[int, Decimal] = {}
    delivered = [line for note in deliveries for line in note.lines]
    shares: list[Share] = []
    compared: list[Compared] = []
    for line in lines:
        from_order = spread_over(line, order.lines, ordered) if order else []
        from_delivery = _of_delivery(line, from_order, delivered, handed, named=named_delivery)
        price = prices.get(line.item)
        shares += _joined(line, from_order, from_delivery, price)
        compared.append(Compared(line, tuple(s for s, _ in from_order), tuple(s for s, _ in from_delivery), price))
    found = [
        *_over(shares, order, "over_billed", tolerance),
        *(f for note in deliveries for f in _over(shares, note, "over_delivered", tolerance)),
        *_over_ceiling(shares, prices, currency),
        *(f for one in compared for f in _differences(one, order, deliveries, currency, tolerance, named_delivery)),
    ]
    return Match(tuple(shares), tuple(compared), tuple(found))


def _of_delivery(
    line: BillLine,
    from_order: Sequence[tuple[SourceLine, Decimal]],
    delivered: Sequence[SourceLine],
    taken: dict[int, Decimal],
    *,
    named: bool,
) -> list[tuple[SourceLine, Decimal]]:
    """The delivery lines an invoice line bills. Of notes that the invoice does not name, only what is there."""
    wanted = {source.id for source, _ in from_order}
    fitting = [
        source
        for source in delivered
        if (source.order_line in wanted if source.order_line and wanted else same_thing(_bare(line), source))
    ]
    if named:
        return spread_over(_bare(line), fitting, taken) if fitting else []
    found: list[tuple[SourceLine, Decimal]] = []
    rest, sign = line.quantity, 1 if line.quantity > 0 else -1
    for source in fitting:
        room = (source.left - taken.get(source.id, _ZERO)) * sign
        part = min(abs(rest), max(room, _ZERO)) * sign
        if part:
            found.append((source, part))
            taken[source.id] = taken.get(source.id, _ZERO) + part
            rest -= part
    return found


def _bare(line: BillLine) -> BillLine:
    """The line without its reference, which counts the order's lines and not the delivery's."""
    return BillLine(line.number, line.item, line.description, line.unit, line.quantity, line.unit_price)


def _joined(
    line: BillLine,
    from_order: Sequence[tuple[SourceLine, Decimal]],
    from_delivery: Sequence[tuple[SourceLine, Decimal]],
    price: AgreedPrice | None,
) -> Iterator[Share]:
    """Both splits of one line as shares: their quantities add up to the line's."""
    orders = [(source.id, part) for source, part in from_order]
    notes = [(source.id, part) for source, part in from_delivery]
    if not (orders or notes or price):
        return
    net = line.net
    for order_line, delivery_line, part in _walk(line.quantity, orders, notes):
        yield Share(line.number, order_line, delivery_line, price.line if price else None, part, net)
        net = 0


def _walk(
    whole: Decimal, orders: list[tuple[int, Decimal]], notes: list[tuple[int, Decimal]]
) -> Iterator[tuple[int | None, int | None, Decimal]]:
    left: list[list[tuple[int | None, Decimal]]] = []
    for parts in (orders, notes):
        rest = whole - sum((part for _, part in parts), _ZERO)
        left.append([*parts, (None, rest)] if rest else list(parts))
    one, other = left
    while one and other:
        (first, a), (second, b) = one[0], other[0]
        part = a if abs(a) <= abs(b) else b
        if first is not None or second is not None or len(one) + len(other) == 2:
            yield first, second, part
        one[0], other[0] = (first, a - part), (second, b - part)
        one, other = [p for p in one if p[1]], [p for p in other if p[1]]


def allowed(quantity: Decimal, tolerance: Tolerance) -> tuple[Decimal, Decimal]:
    """(least, most) that may be billed of a quantity, its tolerance included."""
    most = quantity * (_HUNDRED + tolerance.quantity) / _HUNDRED
    return min(_ZERO, most), max(_ZERO, most)


def _over(shares: Sequence[Share], source: Source | None, code: str, tolerance: Tolerance) -> Iterator[Finding]:
    """More than was ordered (delivered), all lines of this invoice taken together."""
    for line in source.lines if source else ():
        own = [s for s in shares if line.id == (s.order_line if code == "over_billed" else s.delivery_line)]
        now = sum((share.quantity for share in own), _ZERO)
        least, most = allowed(line.quantity, tolerance)
        if not now or least <= line.billed + now <= most:
            continue
        numbers = sorted({share.line for share in own})
        assert source is not None
        values = {
            "line": ", ".join(map(str, numbers)),
            "item": line.item or line.description,
            "now": shown(now),
            "left": shown(line.left),
            "number": source.number,
            "whole": shown(line.quantity),
            "before": shown(line.billed),
        }
        place = f"lines.{numbers[-1]}.quantity"
        if line.billed + now < least:
            message = N_("Line {line}: {now} {item} takes back more than {number} has billed ({before}); type fewer")
        elif len(numbers) > 1:
            message = N_(
                "Lines {line} together bill {now} {item}, of which {number} leaves {left} ({whole} less {before} "
                "billed); take one out"
            )
        elif code == "over_billed":
            message = N_(
                "Line {line} bills {now} {item}, of which order {number} leaves {left} ({whole} ordered, {before} "
                "billed); type fewer, or let a supervisor give a reason"
            )
        else:
            message = N_(
                "Line {line} bills {now} {item}, of which delivery {number} leaves {left} ({whole} delivered, "
                "{before} billed); type fewer, or let a supervisor give a reason"
            )
        yield Finding(code, message, place, True, values, "three-way match")


def _over_ceiling(shares: Sequence[Share], prices: dict[str, AgreedPrice], currency: str) -> Iterator[Finding]:
    """More than a contract allows of an item, or in all."""
    told: set[str] = set()
    for price in prices.values():
        own = [share for share in shares if share.contract_line == price.line]
        now = sum((share.quantity for share in own), _ZERO)
        if own and price.ceiling and price.billed + now > price.ceiling:
            yield Finding(
                "over_ceiling",
                "Line {line} bills {now} {item}, of which contract {number} leaves {left} under its ceiling of {whole};"
                " type fewer, or let a supervisor give a reason",
                f"lines.{own[-1].line}.quantity",
                True,
                {
                    "line": own[-1].line,
                    "now": shown(now),
                    "item": price.item,
                    "number": price.contract,
                    "left": shown(price.ceiling - price.billed),
                    "whole": shown(price.ceiling),
                },
                "contract",
            )
        lines = {p.line for p in prices.values() if p.contract == price.contract}
        net = sum(share.net for share in shares if share.contract_line in lines)
        if price.net_ceiling and price.net_billed + net > price.net_ceiling and price.contract not in told and own:
            told.add(price.contract)
            yield Finding(
                "over_ceiling",
                "This invoice takes contract {number} over its ceiling by {over}; bill less, or let a supervisor give a"
                " reason",
                "lines",
                True,
                {
                    "number": price.contract,
                    "over": f"{plain(price.net_billed + net - price.net_ceiling, currency)} {currency}",
                },
                "contract",
            )


def _differences(
    one: Compared,
    order: Source | None,
    deliveries: Sequence[Source],
    currency: str,
    tolerance: Tolerance,
    named_delivery: bool,
) -> Iterator[Finding]:
    """Where one line differs from its sources in unit or price, or stands on none of them."""
    line = one.line
    place = f"lines.{line.number}"
    if order and not one.order:
        yield Finding(
            "not_ordered",
            "Line {line} ({item}) is not on order {number}; take it out or type the order that it is on",
            f"{place}.item",
            False,
            {"line": line.number, "item": line.item or line.description, "number": order.number},
            "three-way match",
        )
    by_note = not one.order or any(source.delivered or source.goods for source in one.order)
    if named_delivery and deliveries and not one.delivery and by_note:
        yield Finding(
            "not_delivered",
            "Line {line} ({item}) is not on delivery {number}; take it out or name the delivery that it came with",
            f"{place}.item",
            False,
            {
                "line": line.number,
                "item": line.item or line.description,
                "number": ", ".join(note.number for note in deliveries),
            },
            "three-way match",
        )
    for source in (*one.order, *one.delivery):
        if source.unit != line.unit:
            yield Finding(
                "unit_differs",
                "Line {line} counts {item} in {unit}, its order or delivery in {other}; type the quantity in {other}",
                f"{place}.unit",
                True,
                {"line": line.number, "item": line.item or line.description, "unit": line.unit, "other": source.unit},
                "three-way match",
            )
            break
    late = [s for s in one.order if s.delivered and s.billed + line.quantity > allowed(s.delivered, tolerance)[1]]
    if late and not named_delivery and len(one.order) == 1:
        yield Finding(
            "before_delivery",
            "Line {line} bills {now} {item}, of which {left} are delivered and not billed; check the delivery",
            f"{place}.quantity",
            False,
            {
                "line": line.number,
                "item": line.item or line.description,
                "now": shown(line.quantity),
                "left": shown(late[0].delivered - late[0].billed),
            },
            "three-way match",
        )
    if order and order.currency and order.currency != currency:
        return  # Prices in two currencies cannot be compared; the header says so.
    for source in one.order[:1]:
        if source.unit_price is not None and not _near(line, source.unit_price, source.discount, tolerance):
            yield _price_finding(
                "price_order",
                N_("Line {line} bills {item} at {price}, order {number} says {agreed}; type the agreed price"),
                line,
                source.unit_price,
                source.discount,
                order.number if order else "",
            )
            return
    agreed = one.agreed
    ordered = any(source.unit_price is not None for source in one.order)
    if agreed and not ordered and not _near(line, agreed.unit_price, agreed.discount, tolerance):
        yield _price_finding(
            "price_contract",
            N_("Line {line} bills {item} at {price}, contract {number} says {agreed}; type the agreed price"),
            line,
            agreed.unit_price,
            agreed.discount,
            agreed.contract,
        )


def net_price(price: Decimal, discount: Decimal) -> Decimal:
    """A unit price after its discount in percent."""
    return price * (_HUNDRED - discount) / _HUNDRED


def _near(line: BillLine, price: Decimal, discount: Decimal, tolerance: Tolerance) -> bool:
    billed, agreed = net_price(line.unit_price, line.discount), net_price(price, discount)
    return abs(billed - agreed) <= abs(agreed) * tolerance.price / _HUNDRED


def _price_finding(code: str, message: str, line: BillLine, price: Decimal, discount: Decimal, number: str) -> Finding:
    forgotten = line.unit_price == price and line.discount < discount
    place = "discount_percent" if line.unit_price == price else "unit_price"
    return Finding(
        "discount_forgotten" if forgotten else code,
        message,
        f"lines.{line.number}.{place}",
        False,
        {
            "line": line.number,
            "item": line.item or line.description,
            "price": priced(line.unit_price, line.discount),
            "agreed": priced(price, discount),
            "number": number,
        },
        "three-way match",
    )


def priced(price: Decimal, discount: Decimal) -> str:
    """A price with its discount, as a clerk types it."""
    return shown(price, 2) + (f" -{shown(discount)}%" if discount else "")


def shown(value: Decimal, decimals: int = 0) -> str:
    """A quantity or price as text: no trailing zeros beyond `decimals`."""
    text = format(value.normalize(), "f")
    _, _, after = text.partition(".")
    return text if len(after) >= decimals else f"{value:.{decimals}f}"


def to_bill(source: SourceLine, *, any_delivery: bool = False) -> Decimal:
    """What of an order line should be billed now: what is delivered and not billed; of what is not delivered by
    note (services, or an order of which no delivery is written down) what is ordered. Never more than is ordered."""
    by_note = bool(source.delivered) or (source.goods and any_delivery)
    basis = min(source.delivered, source.quantity) if by_note else source.quantity
    return max(basis - source.billed, _ZERO)
