"""Disputes: how much of an invoice is contested on a day, where a case may go next, and what closing it needs.

`undisputed` is the one answer to how much of an invoice may be chased: aging, lists and the overview ask it, and
whatever reminds, charges or forecasts must ask it too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from tui_billing.rules.journal import proportion

#: Reason codes of a dispute.
REASONS = (
    "price",
    "quantity",
    "not_delivered",
    "quality",
    "duplicate",
    "wrong_customer",
    "terms",
    "paid_already",
    "other",
)
PRIORITIES = ("low", "normal", "high")
STATUSES = ("received", "investigating", "waiting_customer", "waiting_colleague", "decided", "closed")
OUTCOMES = ("corrected", "credited", "documents_sent", "reaffirmed", "withdrawn")
#: Outcomes that take the disputed amount off the invoice; after the others it is owed as it was.
GIVEN = ("corrected", "credited")
#: Why a dispute came to be, as found out, and the kind of check that would have caught it ("" where none would).
CAUSES = {
    "old_price": "contract_price",
    "price_slip": "usual_price",
    "discount_forgotten": "expected_discount",
    "over_billed": "quantity_limit",
    "billed_twice": "duplicate",
    "order_missing": "order_pattern",
    "not_delivered": "delivery_note",
    "wrong_customer": "confirm_customer",
    "quality": "",
    "customer_error": "",
    "other": "",
}
#: From each status the ones it may go to; closing goes through a decision of its own.
_NEXT = {
    "received": ("investigating", "waiting_customer", "waiting_colleague", "decided"),
    "investigating": ("waiting_customer", "waiting_colleague", "decided"),
    "waiting_customer": ("investigating", "waiting_colleague", "decided"),
    "waiting_colleague": ("investigating", "waiting_customer", "decided"),
    "decided": ("investigating", "waiting_customer", "waiting_colleague"),
    "closed": (),
}


def next_statuses(status: str) -> tuple[str, ...]:
    """Where a dispute may go from a status without being closed, in the order in which a key walks them."""
    return _NEXT[status]


@dataclass(frozen=True, slots=True)
class Stand:
    """What a dispute says from `since` on: its status, and the amount it contests (minor units)."""

    dispute: int
    since: dt.date
    status: str
    amount: int


def contested(stands: Iterable[Stand], day: dt.date | None = None) -> int:
    """What all disputes of an invoice contest at the end of `day` (now where None), in minor units.

    `stands` are in the order in which they were written; the last one on or before the day holds.
    """
    standing: dict[int, int] = {}
    for stand in stands:
        if day is None or stand.since <= day:
            standing[stand.dispute] = 0 if stand.status == "closed" else stand.amount
    return sum(standing.values())


def undisputed(opened: int, stands: Iterable[Stand], day: dt.date | None = None) -> int:
    """How much of the `opened` minor units of an invoice nobody contests at the end of `day` (now where None).

    What is paid or credited meanwhile comes off the contested part last: never less than nothing is undisputed.
    """
    return opened - min(contested(stands, day), max(opened, 0))


def in_base(disputed: int, opened: int, open_base: int) -> int:
    """The disputed part of what is open, in the books' currency."""
    return open_base if disputed and disputed == opened else proportion(disputed, opened, open_base)
