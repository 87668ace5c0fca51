"""What a match looks at and what it says: orders, deliveries, agreed prices, shares, and one line beside its sources."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from tui_billing.rules.findings import Finding

ZERO = Decimal(0)


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
    billed: Decimal = ZERO
    reference: str = ""
    delivered: Decimal = ZERO
    unit_price: Decimal | None = None
    discount: Decimal = ZERO
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
    own, in minor units. `factor` is the index in the price.
    """

    line: int
    contract: str
    item: str
    unit: str
    unit_price: Decimal
    discount: Decimal = ZERO
    ceiling: Decimal = ZERO
    billed: Decimal = ZERO
    net_ceiling: int = 0
    net_billed: int = 0
    factor: Decimal = Decimal(1)


def by_item(prices: Iterable[AgreedPrice]) -> dict[str, AgreedPrice]:
    """The prices that name an item of the catalogue, by its code."""
    return {price.item: price for price in prices if price.item}


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What a customer accepts beyond the order, in percent of the ordered quantity and of the agreed price."""

    quantity: Decimal = ZERO
    price: Decimal = ZERO


NO_TOLERANCE = Tolerance()


@dataclass(frozen=True, slots=True)
class BillLine:
    """A line of the invoice, as the match wants it; `number` counts from 1, `net` in minor units."""

    number: int
    item: str
    description: str
    unit: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal = ZERO
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
