"""The differences of a match in words: too much of a line, over a ceiling, other units, other prices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from tui_billing.rules.findings import N_, Finding
from tui_billing.rules.match_facts import ZERO, AgreedPrice, BillLine, Compared, Share, Source, Tolerance
from tui_billing.rules.money import plain

_HUNDRED = Decimal(100)


def allowed(quantity: Decimal, tolerance: Tolerance) -> tuple[Decimal, Decimal]:
    """(least, most) that may be billed of a quantity, its tolerance included."""
    most = quantity * (_HUNDRED + tolerance.quantity) / _HUNDRED
    return min(ZERO, most), max(ZERO, most)


def over(shares: Sequence[Share], source: Source | None, code: str, tolerance: Tolerance) -> Iterator[Finding]:
    """More than was ordered (delivered), all lines of this invoice taken together."""
    for line in source.lines if source else ():
        own = [s for s in shares if line.id == (s.order_line if code == "over_billed" else s.delivery_line)]
        now = sum((share.quantity for share in own), ZERO)
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


def over_ceiling(shares: Sequence[Share], prices: dict[str, AgreedPrice], currency: str) -> Iterator[Finding]:
    """More than a contract allows of an item, or in all."""
    told: set[str] = set()
    for price in prices.values():
        own = [share for share in shares if share.contract_line == price.line]
        now = sum((share.quantity for share in own), ZERO)
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


def differences(
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
