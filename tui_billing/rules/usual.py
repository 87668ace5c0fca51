"""What is usual of a customer and an item: the last observations, and what lies far outside of them.

A memory of the last `KEPT` observations is enough for a median and a spread that one slip cannot move, and costs
the same whether ten invoices were issued or a million. No float: ratios are Decimals.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median_low
from typing import NamedTuple

#: Observations that are kept of a customer's item.
KEPT = 15
#: With fewer observations than this nothing is called unusual.
ENOUGH = 5
#: A value is unusual from this ratio to the median on, if it also lies far outside the usual spread.
FAR = 5

HAS_ORDER, HAS_DELIVERY, HAS_CONTRACT = 1, 2, 4


class Seen(NamedTuple):
    """An observation, as stored integers. Of a line: unit price (6 decimals), quantity (4), discount percent (4).

    Of a document (item 0): net in minor units, which references it bore (HAS_ORDER | ...), discount percent (4).
    """

    value: int
    quantity: int
    discount: int


class Key(NamedTuple):
    """Whose memory: customer 0 is everyone, item 0 the document as a whole."""

    customer: int
    item: int
    currency: str


@dataclass(frozen=True, slots=True)
class Memory:
    """The last observations of a key, the newest last, and how many there ever were."""

    seen: int = 0
    recent: tuple[Seen, ...] = ()

    def with_one(self, one: Seen) -> Memory:
        """The memory after one more observation."""
        return Memory(self.seen + 1, (*self.recent, one)[-KEPT:])

    def to_text(self) -> str:
        """As it is stored."""
        return " ".join(f"{one.value}:{one.quantity}:{one.discount}" for one in self.recent)


def memory_from(seen: int, text: str) -> Memory:
    """A stored memory."""
    return Memory(seen, tuple(Seen(*map(int, part.split(":"))) for part in text.split()))


def observations(
    customer: int, currency: str, net: int, flags: int, discount: int, lines: Iterable[tuple[int | None, int, int, int]]
) -> list[tuple[Key, Seen]]:
    """What a document adds: `lines` are (item, unit price, quantity, discount percent) as stored."""
    found = [(Key(customer, 0, currency), Seen(net, flags, discount))]
    for item, price, quantity, percent in lines:
        if item:
            one = Seen(price, quantity, percent)
            found += [(Key(customer, item, currency), one), (Key(0, item, currency), one)]
    return found


def flags_of(purchase_order: str, delivery_note: str, contract: str) -> int:
    """Which references a document bears."""
    return (
        HAS_ORDER * bool(purchase_order.strip())
        + HAS_DELIVERY * bool(delivery_note.strip())
        + HAS_CONTRACT * bool(contract.strip())
    )


@dataclass(frozen=True, slots=True)
class Unusual:
    """How far a value lies from the usual one: `ratio` ≥ 1, `above` or below, from `count` observations."""

    usual: int
    ratio: Decimal
    above: bool
    count: int

    @property
    def slipped(self) -> bool:
        """Whether a decimal point in the wrong place would explain it (near 10, 100 or 1000 times)."""
        return any(power * Decimal("0.6") <= self.ratio <= power * Decimal("1.7") for power in (10, 100, 1000))


def unusual(value: int, values: Sequence[int], *, far: int = FAR) -> Unusual | None:
    """Whether `value` is far outside `values` (same unit, signs left aside); None where it is not, or too few are known.

    It must be `far` times the median or a `far`th of it, beyond the cube of the middle half's own spread, and twice
    beyond everything seen: a customer who buys 1 or 40 at a time is not asked about 20.
    """
    known = [abs(one) for one in values if one]
    value = abs(value)
    if len(known) < ENOUGH or not value:
        return None
    usual = median_low(known)
    ratio = _apart(value, usual)
    spread = sorted(_apart(one, usual) for one in known)[len(known) // 2]
    outside = value > 2 * max(known) or 2 * value < min(known)
    if ratio < far or ratio <= spread**3 or not outside:
        return None
    return Unusual(usual, ratio, value > usual, len(known))


def slipped(value: int, values: Sequence[int]) -> Unusual | None:
    """Whether `value` is one of a few values that lie close together, with its decimal point in another place.

    Where fewer than `ENOUGH` are known, far away is not enough to be asked about: it must be near 10, 100 or 1000 times
    the median or a part of it, beside at least two values within the factor 3.
    """
    known = [abs(one) for one in values if one]
    value = abs(value)
    if not 2 <= len(known) < ENOUGH or not value or _apart(max(known), min(known)) > 3:
        return None
    usual = median_low(known)
    odd = Unusual(usual, _apart(value, usual), value > usual, len(known))
    return odd if odd.slipped else None


def _apart(one: int, other: int) -> Decimal:
    return Decimal(max(one, other)) / Decimal(min(one, other))


def habit(values: Sequence[int], *, share: Decimal = Decimal("0.8")) -> int | None:
    """The value that nearly all of the last observations had; None where there is no such habit."""
    if len(values) < ENOUGH:
        return None
    usual = median_low(values)
    return usual if Decimal(values.count(usual)) / len(values) >= share else None
