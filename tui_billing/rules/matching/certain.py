"""When a suggestion may be posted by itself, after a rehearsal and without a clerk's eye on it."""

from __future__ import annotations

from collections import Counter

from tui_billing.rules.matching.book import OpenBook, number_parts
from tui_billing.rules.matching.cover import Shape
from tui_billing.rules.matching.facts import Explained, Fact, Item, Line, Naming, Suggestion, Tier, Whose
from tui_billing.rules.matching.numbers import resembles
from tui_billing.rules.matching.witness import Named


def is_certain(book: OpenBook, line: Line, named: Named, one: Suggestion) -> bool:
    """Whether it may be posted by itself. All of these must hold:

    - nothing else has the same evidence, nothing stays on account, and nothing is given up but a discount
      that was taken in time or charges that the bank states;
    - no other document is named as surely, and the payer is not known as another customer's;
    - either every item is named by its reference or its whole number, and a second witness confirms it: the
      payer, or the check digits of the reference, or an amount that is open nowhere else; nor has the
      customer an item of that amount whose number is one slip away;
    - or the payer's account (a name is not enough) is known for this customer alone, and it is all that the
      customer has open, or the one item of that amount, open nowhere else, no round sum, no round part of
      another item, nor the sum of two others, of neighbours, or of several of one price.
    """
    tier, contradicted, naming = one.evidence[:3]
    explained = Explained(-one.evidence[3])
    facts = {fact for fact, _numbers in one.facts}
    if contradicted or one.on_account or explained < Explained.CREDITS or Fact.DISPUTED in facts:
        return False
    mine = {share.item.id for share in one.shares} | {use.credit.id for use in one.credits}
    others = [item for item, how, _f in named.items.values() if item.id not in mine and how >= Naming.MISSPELT]
    if others:
        return False
    whose = Whose(-one.evidence[4])
    amounts = [share.item for share in one.shares]
    alone = all(book.by_amount.count((line.currency, item.open)) == 1 for item in amounts)
    if tier == Tier.NAMED_AND_AMOUNT and -naming >= Naming.NUMBER:
        if explained == Explained.CREDITS:
            return False  # which credit notes were meant, nobody said
        surely = whose >= Whose.NAME or -naming == Naming.REFERENCE or (whose == Whose.UNKNOWN and alone)
        return surely and not any(_has_double(book, item) for item in amounts)
    if explained != Explained.EXACT or whose < Whose.ACCOUNT or tier > Tier.PAYER_AND_AMOUNT or one.credits:
        return False
    if Fact.IBAN not in facts:
        return False
    if -naming == Naming.MISSPELT and tier == Tier.NAMED_AND_AMOUNT:
        return alone
    shape = one.evidence[5]
    if shape == Shape.ALL and len(amounts) > 1:
        return not any(how == Naming.COUNTER for _i, how, _f in named.items.values())
    return shape == Shape.ONE and alone and not _could_be_another(book, line, amounts[0])


def _has_double(book: OpenBook, item: Item) -> bool:
    """Whether the customer has another item of that amount whose number is one slip away."""
    parts = number_parts(item.number)
    if parts is None or book.by_amount.count((item.currency, item.open)) == 1:
        return False
    own = f"{parts[1]}{parts[2]:05d}"
    for other in book.by_customer[item.customer_id]:
        alike = other.open == item.open and other.id != item.id and not other.is_credit
        if alike and other.currency == item.currency:
            theirs = number_parts(other.number)
            if theirs is not None and resembles((own,), theirs[1], theirs[2]):
                return True
    return False


def _could_be_another(book: OpenBook, line: Line, item: Item) -> bool:
    return _could_be_part(book, line, item) or _could_be_several(book, line, item)


def _could_be_several(book: OpenBook, line: Line, item: Item) -> bool:
    """Whether other items add up to the amount: two of them, neighbours by due date, or several of one price."""
    smaller = [
        other.open
        for other in book.by_customer[item.customer_id]
        if other.id != item.id and other.currency == line.currency and not other.is_credit and other.open < line.amount
    ]
    prices = Counter(smaller)
    for price, count in prices.items():
        times, rest = divmod(line.amount, price)
        other = line.amount - price
        if (not rest and times <= count) or (other in prices and (other != price or count > 1)):
            return True
    first = total = 0
    for last, amount in enumerate(smaller):
        total += amount
        while total > line.amount:
            total -= smaller[first]
            first += 1
        if total == line.amount and last > first:
            return True
    return False


def _could_be_part(book: OpenBook, line: Line, item: Item) -> bool:
    """Whether the amount is round, or a round part of another item (a half, a third, so many per cent)."""
    if line.amount % 5000 == 0:
        return True
    for other in book.by_customer[item.customer_id]:
        larger = other.id != item.id and other.open > line.amount and not other.is_credit
        if larger and (line.amount * 20 % other.open == 0 or line.amount * 3 % other.open <= 2):
            return True
    return False
