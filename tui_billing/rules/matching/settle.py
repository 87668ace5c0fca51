"""What a set of items and an amount of money make of each other: exact, discounted, with credits, short, over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tui_billing.rules.matching.cover import Piece, find_covers
from tui_billing.rules.matching.facts import CreditUse, Explained, Fact, Item, Line, Share

#: An amount short by what a bank takes on the way is short by at most this share of it.
FEE_SHARE = 20
#: What a rule gives up is at most this share of what is owed, whatever its reason allows.
RULE_SHARE = 10
_MIXED = 12

Facts = list[tuple[Fact, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Limits:
    """What differences are explained: minor units within which an amount is rounded, and what a bank may take."""

    tolerance: int = 0
    fee: int = 3000


@dataclass(slots=True)
class Settled:
    """How an amount settles a set of items."""

    explained: Explained
    shares: tuple[Share, ...]
    credits: tuple[CreditUse, ...] = ()
    on_account: int = 0
    bank_fee: int = 0
    facts: Facts = field(default_factory=list)
    surplus: int = 0


def in_time(item: Item, line: Line) -> bool:
    """Whether the early-payment discount may still be taken on the day of the line."""
    return bool(item.discounted) and line.date <= item.discount_until


def settle(line: Line, items: Sequence[Item], limits: Limits, credits: Sequence[Item] = ()) -> Settled:
    """The best explanation of the line's amount by exactly these items (credit notes among them are taken off).

    `credits` are the customer's other credit notes, which may explain what is missing.
    """
    owed = [item for item in items if not item.is_credit]
    named = [item for item in items if item.is_credit]
    total = sum(item.open for item in owed) - sum(item.open for item in named)
    short = total - line.amount
    numbers = tuple(item.number for item in owed)
    exact: Facts = [(Fact.EXACT if len(owed) == 1 else Fact.COVER, numbers)]
    if named:
        exact.append((Fact.CREDITS, tuple(item.number for item in named)))
    if short == 0:
        return _shared(Explained.EXACT, owed, named, line.amount, exact)
    if line.charges and short == line.charges:
        done = _shared(Explained.EXACT, owed, named, line.amount + line.charges, [*exact, (Fact.CHARGES, ())])
        done.bank_fee = line.charges
        return done
    if short > 0:
        taken = _discounts(line, owed, short)
        if taken:
            facts: Facts = [(Fact.DISCOUNT, tuple(item.number for item in taken))]
            given = {item.id: (item.open - item.discounted, "early_payment") for item in taken}
            return _shared(Explained.DISCOUNT, owed, named, line.amount, facts, given)
        used = _credits(short, credits)
        if used:
            facts = [*exact, (Fact.CREDITS, tuple(item.number for item in used))]
            return _shared(Explained.CREDITS, owed, [*named, *used], line.amount, facts)
    if abs(short) <= limits.tolerance:
        given = {owed[-1].id: (short, "rounding")} if short > 0 and owed and owed[-1].open > short else {}
        return _shared(Explained.ROUNDING, owed, named, line.amount, [(Fact.ROUNDING, numbers)], given)
    if 0 < short <= line.limit and short * RULE_SHARE <= total:
        given = {max(owed, key=lambda item: item.open).id: (short, line.reason_code)}
        return _shared(Explained.ROUNDING, owed, named, line.amount, [(Fact.RULE, (line.rule,))], given)
    if 0 < -short <= line.gain and -short * RULE_SHARE <= total:
        done = _shared(Explained.ROUNDING, owed, named, total, [(Fact.RULE, (line.rule,))])
        done.surplus = -short
        return done
    if 0 < short <= limits.fee and short * FEE_SHARE <= total and not _is_late(line, owed, short):
        largest = max(owed, key=lambda item: item.open)
        given = {largest.id: (short, "bank_fee")}
        return _shared(Explained.FEE, owed, named, line.amount, [(Fact.FEE, numbers)], given)
    if short > 0:
        facts = [(Fact.LATE if _is_late(line, owed, short) else Fact.PART, numbers)]
        return _shared(Explained.PART, owed, named, line.amount, facts)
    return _shared(Explained.OVER, owed, named, line.amount, [(Fact.OVER, numbers)])


def _discounts(line: Line, owed: Sequence[Item], short: int) -> list[Item]:
    """The items whose discounts, all in time, are together what is short; [] where none are."""
    offered = [item for item in owed if in_time(item, line)]
    if sum(item.open - item.discounted for item in offered) == short:
        return offered
    pieces = [Piece(item.id, item.open - item.discounted) for item in offered[:_MIXED]]
    found = find_covers(pieces, short, steps=2_000).found if len(pieces) > 1 else ()
    return [item for item in offered if item.id in found[0].keys] if found else []


def _is_late(line: Line, owed: Sequence[Item], short: int) -> bool:
    late = [item for item in owed if item.discounted and not in_time(item, line)]
    return bool(late) and sum(item.open - item.discounted for item in late) == short


def _credits(short: int, credits: Sequence[Item]) -> list[Item]:
    if not credits:
        return []
    found = find_covers([Piece(item.id, item.open) for item in credits], short, steps=2_000).found
    return [item for item in credits if item.id in found[0].keys] if found else []


def _shared(
    explained: Explained,
    owed: Sequence[Item],
    credits: Sequence[Item],
    money: int,
    facts: Facts,
    given: dict[int, tuple[int, str]] | None = None,
) -> Settled:
    """Credit notes first, then the money, each over the items in their order."""
    given = given or {}
    left = {item.id: item.open - given.get(item.id, (0, ""))[0] for item in owed}
    uses: list[CreditUse] = []
    for credit in credits:
        rest = credit.open
        for item in owed:
            part = min(rest, left[item.id])
            if part > 0:
                uses.append(CreditUse(credit, item, part))
                left[item.id] -= part
                rest -= part
    shares: list[Share] = []
    for item in owed:
        paid = min(money, left[item.id])
        off, code = given.get(item.id, (0, ""))
        if paid > 0 or off:
            shares.append(Share(item, paid, off, code))
            money -= paid
    return Settled(explained, tuple(shares), tuple(uses), money, 0, facts)
