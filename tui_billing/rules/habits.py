"""The part of the checklist that knows this customer and these items: prices, habits, doubles, and what slipped.

Nothing here blocks by itself; a rule that a supervisor wrote may make it (`rules.check_rules`). Every finding says
its reason in figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tui_billing.rules.findings import N_, Finding
from tui_billing.rules.match3 import shown
from tui_billing.rules.money import plain
from tui_billing.rules.usual import (
    ENOUGH,
    HAS_DELIVERY,
    HAS_ORDER,
    Key,
    Memory,
    Seen,
    Unusual,
    habit,
    slipped,
    unusual,
)

#: An invoice over the same amount within this many days may be a double.
DOUBLE_DAYS = 20
#: Customer data that nobody has looked at for this long is asked about.
CONFIRM_DAYS = 365
#: A customer with this many invoices is known: items that it never bought are worth a look.
KNOWN = 8
#: How far from what others buy a quantity must lie where the customer's own habit is not known.
FAR_FROM_OTHERS = 20
#: Signs that all order numbers of a customer begin with, for a number that begins otherwise to be asked about.
COMMON = 3
_HUNDRED = Decimal(100)
_PRICE, _QUANTITY, _PERCENT = 6, 4, 4


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """A line beside its item: `list_price` in the document's currency (None: no item, or another currency).

    `former` are list prices that are over, with the day until which they held. `agreed` is whether an order or a
    contract names its price: then the match speaks of it.
    """

    number: int
    item_id: int | None
    item: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    vat_category: str
    vat_rate: Decimal
    list_price: Decimal | None = None
    item_category: str = ""
    item_rate: Decimal | None = None
    former: tuple[tuple[Decimal, str], ...] = ()
    agreed: bool = False


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier invoice of the customer over the same amount."""

    number: str
    issued: date
    purchase_order: str = ""
    delivery_note: str = ""
    period_start: str = ""
    period_end: str = ""


@dataclass(frozen=True, slots=True)
class HabitFacts:
    """What an invoice about to be issued is compared with; amounts are minor units of its currency."""

    customer_id: int
    customer: str
    currency: str
    customer_currency: str
    customer_vat: str
    issue_date: date
    today: date
    net: int
    gross: int
    document_discount: Decimal
    lines: tuple[CheckedLine, ...]
    memories: Mapping[Key, Memory] = field(default_factory=dict)
    earlier: tuple[Earlier, ...] = ()
    last_orders: tuple[str, ...] = ()
    purchase_order: str = ""
    delivery_note: str = ""
    period_start: str = ""
    period_end: str = ""
    due_date: date | None = None
    terms_due: date | None = None
    confirmed_on: date | None = None


def check_habits(facts: HabitFacts) -> Iterator[Finding]:
    """What is unusual of this invoice, in the order of the form."""
    found = [*_references(facts), *(finding for line in facts.lines for finding in _line(facts, line))]
    found += _document(facts)
    yield from _customer(facts)
    yield from _unlike_the_customer(facts, found)
    yield from found
    yield from _doubles(facts)


def _whole(facts: HabitFacts) -> Memory:
    return facts.memories.get(Key(facts.customer_id, 0, facts.currency), Memory())


def _customer(facts: HabitFacts) -> Iterator[Finding]:
    if facts.confirmed_on is not None and (facts.today - facts.confirmed_on).days > CONFIRM_DAYS:
        yield Finding(
            "customer_unconfirmed",
            "The data of {customer} were last confirmed on {date}, {days} days ago; ask them and confirm the card",
            "customer",
            values={
                "customer": facts.customer,
                "date": facts.confirmed_on,
                "days": (facts.today - facts.confirmed_on).days,
            },
            source="customer data",
        )
    if facts.currency != facts.customer_currency:
        yield Finding(
            "currency_other",
            "The invoice is in {currency}, {customer} is billed in {usual}; check the currency",
            "currency",
            values={"currency": facts.currency, "customer": facts.customer, "usual": facts.customer_currency},
            source="customer data",
        )
    known = _whole(facts)
    items = [line for line in facts.lines if line.item_id and not line.agreed]
    new = [line for line in items if Key(facts.customer_id, line.item_id or 0, facts.currency) not in facts.memories]
    if known.seen >= KNOWN and 2 * len(new) > len(facts.lines):
        yield Finding(
            "items_new",
            "{new} of these {all} lines are items that {customer} had on none of {count} invoices; check the customer",
            "customer",
            values={"new": len(new), "all": len(facts.lines), "customer": facts.customer, "count": known.seen},
            source="history",
        )


#: Findings that break a habit of the customer's own -> which habit.
_HABITS = {
    "order_usual": "references",
    "order_unlike": "references",
    "delivery_usual": "references",
    "price_other": "prices",
    "quantity_unusual": "quantities",
    "discount_forgotten": "discounts",
    "document_discount_forgotten": "discounts",
}


def _unlike_the_customer(facts: HabitFacts, found: Sequence[Finding]) -> Iterator[Finding]:
    """Several habits broken at once: rather another customer than so many slips in one invoice."""
    broken = {_HABITS[finding.code] for finding in found if finding.code in _HABITS}
    recent = _whole(facts).recent
    if facts.purchase_order.strip() and len(recent) >= ENOUGH and not any(one.quantity & HAS_ORDER for one in recent):
        broken.add("references")  # alone no more than a customer who numbers its orders from now on
    if len(broken) > 1:
        yield Finding(
            "customer_unlike",
            "References, prices, quantities or discounts are in several ways unlike the last invoices to {customer}; check"
            " the customer",
            "customer",
            values={"customer": facts.customer},
            source="history",
        )


def _references(facts: HabitFacts) -> Iterator[Finding]:
    """References that the last invoices always bore."""
    recent = _whole(facts).recent
    if len(recent) < ENOUGH:
        return
    for flag, typed, finding in (
        (
            HAS_ORDER,
            facts.purchase_order,
            Finding(
                "order_usual",
                "The last {count} invoices to {customer} bore an order number, this one has none; type it",
                "purchase_order",
                values={"count": len(recent), "customer": facts.customer},
                source="history",
            ),
        ),
        (
            HAS_DELIVERY,
            facts.delivery_note,
            Finding(
                "delivery_usual",
                "The last {count} invoices to {customer} named a delivery note, this one names none; type it",
                "delivery_note",
                values={"count": len(recent), "customer": facts.customer},
                source="history",
            ),
        ),
    ):
        if not typed.strip() and all(one.quantity & flag for one in recent):
            yield finding
    if unlike(facts.purchase_order.strip(), facts.last_orders):
        yield Finding(
            "order_unlike",
            "Order number {number} is unlike those of {customer} ({last}); check number and customer",
            "purchase_order",
            values={
                "number": facts.purchase_order,
                "customer": facts.customer,
                "last": ", ".join(facts.last_orders[:2]),
            },
            source="history",
        )
    if facts.terms_due and facts.due_date and facts.due_date != facts.terms_due:
        yield Finding(
            "due_other",
            "The due date {due} is not what the terms say ({usual}); check it",
            "due_date",
            values={"due": facts.due_date, "usual": facts.terms_due},
            source="terms",
        )


def unlike(number: str, last: Sequence[str]) -> bool:
    """Whether an order number begins otherwise than all the last ones, which begin alike."""
    if not number or len(last) < ENOUGH:
        return False
    common = min(_alike(last[0], other) for other in last[1:])
    return common >= COMMON and _alike(last[0], number) < COMMON - 1


def _alike(one: str, other: str) -> int:
    """How many first signs two texts share."""
    return next(
        (place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]),
        min(len(one), len(other)),
    )


def _line(facts: HabitFacts, line: CheckedLine) -> Iterator[Finding]:
    own = facts.memories.get(Key(facts.customer_id, line.item_id or 0, facts.currency), Memory()).recent
    others = facts.memories.get(Key(0, line.item_id or 0, facts.currency), Memory()).recent
    if not line.item_id:
        own = others = ()
    price = _price(line, [one.value for one in own], [one.value for one in others])
    if price:
        yield price
    quantity = int(line.quantity.scaleb(_QUANTITY))
    odd = (
        unusual(quantity, [one.quantity for one in own])
        or slipped(quantity, [one.quantity for one in own])
        or (
            # Customers buy in sizes of their own: beside others' only the absurd stands out.
            unusual(quantity, [one.quantity for one in others], far=FAR_FROM_OTHERS) if len(own) < ENOUGH else None
        )
    )
    if odd:
        yield Finding(
            "quantity_unusual",
            N_(
                "Line {line} bills {quantity} {item}, usually {usual} ({times} times as much, from {count} lines); check the "
                "decimal point"
            )
            if odd.above
            else N_(
                "Line {line} bills {quantity} {item}, usually {usual} (1/{times} of it, from {count} lines); check the "
                "decimal point"
            ),
            f"lines.{line.number}.quantity",
            values={
                "line": line.number,
                "quantity": shown(line.quantity),
                "item": line.item,
                **_figures(odd, _QUANTITY),
            },
            source="history",
        )
    elif line.quantity != line.quantity.to_integral_value() and _always_whole(own if len(own) >= ENOUGH else others):
        yield Finding(
            "quantity_unusual",
            "Line {line} bills {quantity} {item}, which was always billed in whole numbers; check the decimal point",
            f"lines.{line.number}.quantity",
            values={"line": line.number, "quantity": shown(line.quantity), "item": line.item},
            source="history",
        )
    besides = any(other.discount for other in facts.lines if other is not line)
    yield from _discount(line, [one.discount for one in own], besides=besides)
    own_case = line.item_rate is None or facts.customer_vat
    if not own_case and (line.vat_category, line.vat_rate) != (line.item_category, line.item_rate):
        yield Finding(
            "vat_other",
            "Line {line} bears VAT {rate} %, item {item} says {usual} %; check the rate",
            f"lines.{line.number}.vat_rate",
            values={
                "line": line.number,
                "rate": shown(line.vat_rate),
                "item": line.item,
                "usual": shown(line.item_rate or Decimal(0)),
            },
            source="price list",
        )


def _always_whole(seen: Sequence[Seen]) -> bool:
    return len(seen) >= ENOUGH and all(one.quantity % 10**_QUANTITY == 0 for one in seen)


def _figures(odd: Unusual, scale: int) -> dict[str, object]:
    return {
        "usual": shown(Decimal(odd.usual).scaleb(-scale), 2 if scale == _PRICE else 0),
        "times": shown(odd.ratio.quantize(Decimal(1)) if odd.ratio >= 10 else odd.ratio.quantize(Decimal("0.1"))),
        "count": odd.count,
    }


def _price(line: CheckedLine, own: Sequence[int], others: Sequence[int]) -> Finding | None:
    """One sentence on a price: far from everything known, a list price that is over, or not the list's."""
    stored = int(line.unit_price.scaleb(_PRICE))
    listed = None if line.list_price is None else int(line.list_price.scaleb(_PRICE))
    place = f"lines.{line.number}.unit_price"
    values: dict[str, object] = {"line": line.number, "item": line.item, "price": shown(line.unit_price, 2)}
    odd = unusual(stored, own) or (unusual(stored, others) if len(own) < ENOUGH else None)
    if odd is None and listed and len(own) < ENOUGH:
        odd = unusual(stored, [listed] * ENOUGH)
    if odd:
        return Finding(
            "price_unusual",
            N_(
                "Line {line} bills {item} at {price}, usually {usual} ({times} times as much, from {count} prices); check the "
                "decimal point"
            )
            if odd.above
            else N_(
                "Line {line} bills {item} at {price}, usually {usual} (1/{times} of it, from {count} prices); check the "
                "decimal point"
            ),
            place,
            values=values | _figures(odd, _PRICE),
            source="history",
        )
    if listed is None or stored == listed or line.agreed:
        return None
    assert line.list_price is not None
    for price, until in line.former:
        if price == line.unit_price:
            return Finding(
                "price_old",
                "Line {line} bills {item} at {price}, the list price until {until}; it is {usual} now",
                place,
                values=values | {"until": until, "usual": shown(line.list_price, 2)},
                source="price list",
            )
    if own[-2:].count(stored) == 2 or (len(own) == 1 and own[0] == stored):
        return None  # the customer's own price, as it was billed before
    return Finding(
        "price_other",
        "Line {line} bills {item} at {price}, the list says {usual}; check the price",
        place,
        values=values | {"usual": shown(line.list_price, 2)},
        source="price list",
    )


def _discount(line: CheckedLine, own: Sequence[int], *, besides: bool) -> Iterator[Finding]:
    """Less than the usual discount. Where there are few lines yet, each must have had it; one alone counts where the
    invoice gives a discount on another line."""
    usual = habit(own)
    if usual is None and len(own) < ENOUGH and len(set(own)) == 1 and (len(own) > 1 or besides):
        usual = own[0]
    if usual and int(line.discount.scaleb(_PERCENT)) < usual and not line.agreed:
        yield Finding(
            "discount_forgotten",
            "Line {line} gives {item} without the {usual} % that {count} of the last {all} lines had; check the discount",
            f"lines.{line.number}.discount_percent",
            values={
                "line": line.number,
                "item": line.item,
                "usual": shown(Decimal(usual).scaleb(-_PERCENT)),
                "count": list(own).count(usual),
                "all": len(own),
            },
            source="history",
        )


def _document(facts: HabitFacts) -> Iterator[Finding]:
    recent = _whole(facts).recent
    usual = habit([one.discount for one in recent])
    if usual and int(facts.document_discount.scaleb(_PERCENT)) < usual:
        yield Finding(
            "document_discount_forgotten",
            "The invoice lacks the {usual} % off that {count} of the last {all} invoices to {customer} had; check it",
            "document_discount_percent",
            values={
                "usual": shown(Decimal(usual).scaleb(-_PERCENT)),
                "count": [one.discount for one in recent].count(usual),
                "all": len(recent),
                "customer": facts.customer,
            },
            source="history",
        )
    # Lines without an item have no history of their own: their sum is compared with the customer's.
    if all(line.item_id for line in facts.lines):
        return
    odd = unusual(facts.net, [one.value for one in recent])
    if odd:
        yield Finding(
            "amount_unusual",
            N_(
                "The net of {net} {currency} is {times} times the usual {usual} of {customer} (from {count} invoices); check "
                "the decimal points"
            )
            if odd.above
            else N_(
                "The net of {net} {currency} is 1/{times} of the usual {usual} of {customer} (from {count} invoices); "
                "check the decimal points"
            ),
            "lines",
            values={
                **_figures(odd, 0),
                "net": plain(facts.net, facts.currency),
                "usual": plain(odd.usual, facts.currency),
                "currency": facts.currency,
                "customer": facts.customer,
            },
            source="history",
        )


def _doubles(facts: HabitFacts) -> Iterator[Finding]:
    for one in facts.earlier:
        if is_double(facts, one):
            yield Finding(
                "duplicate",
                "{number} of {date} went to {customer} over the same {gross} {currency}; check that this is not the same",
                "lines",
                values={
                    "number": one.number,
                    "date": one.issued,
                    "customer": facts.customer,
                    "gross": plain(facts.gross, facts.currency),
                    "currency": facts.currency,
                },
                source="duplicates",
            )
            return


def is_double(facts: HabitFacts, one: Earlier) -> bool:
    """Whether an earlier invoice over the same amount may be this one: what both name must be the same.

    The same delivery note or the same period tell it at any distance, else it is a matter of days: a subscription
    bills the same amount each month.
    """
    for mine, theirs in (
        (facts.purchase_order, one.purchase_order),
        (facts.delivery_note, one.delivery_note),
        (facts.period_start + facts.period_end, one.period_start + one.period_end),
    ):
        if mine and theirs and mine != theirs:
            return False
    if facts.delivery_note and facts.delivery_note == one.delivery_note:
        return True
    if facts.period_start and facts.period_start == one.period_start:
        return True
    return abs((facts.issue_date - one.issued).days) <= DOUBLE_DAYS
