"""How old open amounts are: the classic buckets by days past the due date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

BUCKETS: tuple[str, ...] = ("not_due", "d1_30", "d31_60", "d61_90", "over_90")

# Last day past due of each bucket but the open-ended one.
LAST_DAYS: tuple[int, ...] = (0, 30, 60, 90)


def bucket_of(due: date, as_of: date) -> str:
    """Bucket token of an amount due on `due`, seen on `as_of`; what is due that day is not due yet."""
    late = (as_of - due).days
    for token, last in zip(BUCKETS, LAST_DAYS, strict=False):
        if late <= last:
            return token
    return BUCKETS[-1]


def age(items: Iterable[tuple[date, int]], as_of: date) -> dict[str, int]:
    """Sum of the open amounts (minor units, signed) by bucket; every bucket is there, in order."""
    sums = dict.fromkeys(BUCKETS, 0)
    for due, open_amount in items:
        sums[bucket_of(due, as_of)] += open_amount
    return sums
