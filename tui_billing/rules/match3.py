"""The three-way match: what was ordered, delivered and agreed beside what an invoice bills, line by line.

`match` says which order, delivery and contract line each invoice line bills, and how much of it; `findings`
say in words where they differ. What is billed stays within what was ordered and delivered, and a tolerance of
the customer's; beyond it a finding blocks, unless a supervisor has given a reason (`override`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from tui_billing.rules.match_facts import (
    NO_TOLERANCE,
    OVER,
    ZERO,
    AgreedPrice,
    BillLine,
    Compared,
    Match,
    Share,
    Source,
    SourceLine,
    Tolerance,
)
from tui_billing.rules.match_findings import allowed, differences, net_price, over, over_ceiling, priced, shown
from tui_billing.rules.text import fold

__all__ = [
    "OVER", "AgreedPrice", "BillLine", "Compared", "Match", "Share", "Source", "SourceLine", "Tolerance",
    "allowed", "match", "net_price", "priced", "same_thing", "shown", "spread_over", "to_bill",
]  # fmt: skip


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
        room = source.left - taken.get(source.id, ZERO)
        part = min(abs(rest), max(room * sign, ZERO)) * sign
        if part:
            found.append((source, part))
            taken[source.id] = taken.get(source.id, ZERO) + part
            rest -= part
        if not rest:
            break
    if rest and fitting:
        last = found[-1][0] if found else fitting[-1]
        if found:
            found[-1] = (last, found[-1][1] + rest)
        else:
            found.append((last, rest))
        taken[last.id] = taken.get(last.id, ZERO) + rest
    return found


def match(
    lines: Sequence[BillLine],
    order: Source | None,
    deliveries: Sequence[Source],
    agreed: Sequence[AgreedPrice],
    *,
    currency: str,
    tolerance: Tolerance = NO_TOLERANCE,
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
        *over(shares, order, "over_billed", tolerance),
        *(f for note in deliveries for f in over(shares, note, "over_delivered", tolerance)),
        *over_ceiling(shares, prices, currency),
        *(f for one in compared for f in differences(one, order, deliveries, currency, tolerance, named_delivery)),
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
        room = (source.left - taken.get(source.id, ZERO)) * sign
        part = min(abs(rest), max(room, ZERO)) * sign
        if part:
            found.append((source, part))
            taken[source.id] = taken.get(source.id, ZERO) + part
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
        rest = whole - sum((part for _, part in parts), ZERO)
        left.append([*parts, (None, rest)] if rest else list(parts))
    one, other = left
    while one and other:
        (first, a), (second, b) = one[0], other[0]
        part = a if abs(a) <= abs(b) else b
        if first is not None or second is not None or len(one) + len(other) == 2:
            yield first, second, part
        one[0], other[0] = (first, a - part), (second, b - part)
        one, other = [p for p in one if p[1]], [p for p in other if p[1]]


def to_bill(source: SourceLine, *, any_delivery: bool = False) -> Decimal:
    """What of an order line should be billed now: what is delivered and not billed; of what is not delivered by
    note (services, or an order of which no delivery is written down) what is ordered. Never more than is ordered."""
    by_note = bool(source.delivered) or (source.goods and any_delivery)
    basis = min(source.delivered, source.quantity) if by_note else source.quantity
    return max(basis - source.billed, ZERO)
