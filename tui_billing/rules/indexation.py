"""A contract's prices on a day: its list, multiplied by the index that holds then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from tui_billing.rules.money import round_half_up

_HUNDRED = Decimal(100)


def factor_on(day: date, start: date, yearly_percent: Decimal, dated: Sequence[tuple[date, Decimal]] = ()) -> Decimal:
    """What the prices are multiplied by: the newest factor laid down up to the day, else the yearly percentage for
    each whole year since the contract's start; 1 before its first anniversary.
    """
    known = [factor for valid_from, factor in sorted(dated) if valid_from <= day]
    if known:
        return known[-1]
    return (1 + yearly_percent / _HUNDRED) ** whole_years(start, day)


def whole_years(start: date, day: date) -> int:
    """Anniversaries of `start` up to `day` (29 February has its anniversary on 1 March), never below 0."""
    return max(day.year - start.year - ((day.month, day.day) < (start.month, start.day)), 0)


def indexed(price: Decimal, factor: Decimal, decimals: int) -> Decimal:
    """A price under an index, half up to the currency's decimals (or the price's own, where it has more)."""
    own = max(decimals, -int(price.normalize().as_tuple().exponent))
    return price if factor == 1 else round_half_up(price * factor, own)
