"""All that a line could settle of one customer: what is named, what adds up, and else the oldest due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import comb, gcd

from tui_billing.rules.matching.book import OpenBook, due, number_parts
from tui_billing.rules.matching.cover import Cover, Piece, Shape, find_covers
from tui_billing.rules.matching.facts import Explained, Fact, Item, Line, Naming, Suggestion, Tier, Whose
from tui_billing.rules.matching.numbers import resembles
from tui_billing.rules.matching.settle import Facts, Limits, Settled, in_time, settle
from tui_billing.rules.matching.witness import Known, Named

#: Items of one customer among which a misspelt number is looked for.
_LIKENESSES = 300
#: Where many lines are matched, so many items of one amount are told of one customer: they are ambiguous.
_EQUAL = 4
#: A set says nothing where one of so many others of its shape is expected to add up by chance.
_BY_CHANCE = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """The open items, the differences that are explained, and how long sets are looked for.

    `brief` where many lines are matched: what is weaker than what was found already is not looked for.
    """

    book: OpenBook
    limits: Limits
    steps: int
    brief: bool = False


class Customer:
    """All that a line could settle of one customer."""

    def __init__(
        self,
        asked: Asked,
        line: Line,
        named: Named,
        known: Known,
        customer: int,
        items: Sequence[Item] | None = None,
    ) -> None:
        """`items`: those to look at, where the amount alone points to the customer; None for all that is open."""
        self.asked, self.line, self.known = asked, line, known
        self.payer = asked.book.payers[customer]
        self._given, self._said = items, named.items
        self.whose = known.whose(customer)
        self.alike: set[int] = set()
        self.named = {key: one for key, one in named.items.items() if one[0].customer_id == customer}
        self.others = [
            item.number
            for item, naming, _fact in named.items.values()
            if item.customer_id != customer and naming >= Naming.NUMBER
        ]
        if not any(naming > Naming.COUNTER for _item, naming, _fact in self.named.values()):
            self._look_for_likeness(named)
        self.found: list[Suggestion] = []

    # A customer may have thousands of open items; of most lines the few that are named say all.

    @cached_property
    def items(self) -> list[Item]:
        """The items to look at, in order of their due dates where all that is open is."""
        line, said = self.line, self._said
        given = self._given
        if given is None:
            given = self.asked.book.by_customer.get(self.payer.id, ())
        # What was billed after the money came is paid by it only where the text says so.
        return [
            item
            for item in given
            if item.currency == line.currency and (not line.date or item.issue_date <= line.date or item.id in said)
        ]

    @cached_property
    def owed(self) -> list[Item]:
        """Those that are no credit notes."""
        return [item for item in self.items if not item.is_credit]

    @cached_property
    def credits(self) -> list[Item]:
        """The credit notes."""
        return [item for item in self.items if item.is_credit]

    def suggestions(self) -> list[Suggestion]:
        """All of them, in no order."""
        surely = self._with(Naming.NUMBER)
        loosely = self._with(Naming.MISSPELT)
        for chosen in (loosely, surely) if len(loosely) > len(surely) else (surely,):
            if any(not item.is_credit for item in chosen):
                self._by_name(chosen)
        if self.asked.brief and any(map(is_named_whole, self.found)):
            return self.found
        if not self._is_explained():
            self._by_counters(surely)
        listed = self._with(Naming.COUNTER) if surely else []
        for must in (listed, loosely) if len(listed) > len(loosely) else (loosely,):
            if must and not self._is_explained():
                self._by_cover(must)
        self._by_amount()
        if self.whose >= Whose.SHARED and not self._is_explained():
            if not self._is_one():
                self._by_cover(())
            self._by_fee()
        if self.whose >= Whose.SHARED and not (self.asked.brief and self._is_weaker()):
            self._by_payer()
        return self.found

    # -- what is named ------------------------------------------------------

    def _look_for_likeness(self, named: Named) -> None:
        """A misspelt number is looked for among the payer's items and those of this amount."""
        runs = named.said.runs
        if not runs:
            return
        amounts = (self.line.amount, self.line.amount + self.line.charges)
        pool = self.owed[:_LIKENESSES] if self.whose > Whose.UNKNOWN else ()
        for item in pool or [one for one in self.owed if one.open in amounts or one.discounted in amounts]:
            at = number_parts(item.number)
            if at is not None and resembles(runs, at[1], at[2]):
                self.named[item.id] = (item, Naming.MISSPELT, Fact.MISSPELT)
                self.alike.add(item.id)

    def _with(self, least: Naming) -> list[Item]:
        """The items named at least so surely, in order of their due dates."""
        named, currency = self.named, self.line.currency
        if not named:
            return []
        if self._given is not None:
            return [item for item in self.items if item.id in named and named[item.id][1] >= least]
        found = [item for item, naming, _fact in named.values() if naming >= least and item.currency == currency]
        return sorted(found, key=due) if len(found) > 1 else found

    def _is_explained(self) -> bool:
        return any(
            one.evidence[0] == Tier.NAMED_AND_AMOUNT and -one.evidence[3] >= Explained.ROUNDING for one in self.found
        )

    def _is_weaker(self) -> bool:
        """Whether something better is found than what the payer alone says."""
        return any(one.evidence[0] < Tier.AMOUNT for one in self.found)

    def _is_one(self) -> bool:
        """Whether one item is the amount: sets that add up to it too are not asked for."""
        return any(one.tier == Tier.PAYER_AND_AMOUNT and one.evidence[5] == Shape.ONE for one in self.found)

    def _by_name(self, chosen: Sequence[Item]) -> None:
        short = sum(-item.open if item.is_credit else item.open for item in chosen) > self.line.amount
        settled = settle(self.line, chosen, self.asked.limits, self._unnamed_credits(chosen) if short else ())
        if settled.explained <= Explained.FEE and len(chosen) > 1:
            # Some of what the text holds may be no number at all.
            pieces = _pieces(chosen)
            for cover in find_covers(pieces, self.line.amount, most=3, steps=5_000).found:
                self._take(settle(self.line, _of(chosen, cover), self.asked.limits), cover.shape)
        self._take(settled, Shape.ONE)

    def _unnamed_credits(self, chosen: Sequence[Item]) -> list[Item]:
        return [item for item in self.credits if item not in chosen]

    def _by_counters(self, surely: Sequence[Item]) -> None:
        """ "F2026-00412, 413 and 415": counters alone count with others that make up the amount."""
        pool = self._with(Naming.COUNTER)
        if not pool or (self.whose < Whose.SHARED and not surely):
            return
        must = {item.id for item in surely}
        covers = find_covers(_pieces(pool), self.line.amount, must=must, most=3, steps=20_000)
        for cover in covers.found[:2]:
            settled = settle(self.line, _of(pool, cover), self.asked.limits)
            self._take(settled, cover.shape, Naming.MISSPELT if surely else Naming.COUNTER)
        if not covers.found:
            settled = settle(self.line, pool, self.asked.limits, self._unnamed_credits(pool))
            if settled.explained >= Explained.ROUNDING:
                self._take(settled, Shape.ONE)

    # -- what adds up -------------------------------------------------------

    def _by_amount(self) -> None:
        line = self.line
        fits = [
            item
            for item in self.owed
            if line.amount in (item.open, item.open - line.charges)
            or (item.discounted == line.amount and in_time(item, line))
        ]
        if self.asked.brief and len(fits) > _EQUAL:
            fits.sort(key=lambda item: item.id not in self.named)
            del fits[_EQUAL:]
        for item in fits:
            self._take(settle(line, [item], self.asked.limits), Shape.ONE)

    def _by_cover(self, must: Sequence[Item]) -> None:
        line, asked = self.line, self.asked
        keys = {item.id for item in must}
        if len(self.items) < 2:
            return
        for amounts in self._amounts():
            pieces = [Piece(item.id, amount, item.due_date) for item, amount in zip(self.items, amounts, strict=True)]
            # Where larger sets add up by chance they would say nothing: many lines do without them.
            few = asked.brief and self._by_chance(amounts, comb(len(amounts) - len(keys), 4))
            covers = find_covers(
                pieces, line.amount, tolerance=asked.limits.tolerance, must=keys, most=5, steps=asked.steps, few=few
            )
            for cover in covers.found:
                likely = self._is_chance(cover, amounts, len(keys)) or (cover.shape == Shape.MANY and not covers.sure)
                settled = settle(line, _of(self.items, cover), asked.limits)
                self._take(settled, cover.shape, guess=likely, size=len(cover.keys))
            if covers.found:
                break

    def _amounts(self) -> Iterable[list[int]]:
        yield [-item.open if item.is_credit else item.open for item in self.items]
        if any(in_time(item, self.line) for item in self.owed):
            yield [
                -item.open if item.is_credit else item.discounted if in_time(item, self.line) else item.open
                for item in self.items
            ]

    def _is_chance(self, cover: Cover, amounts: Sequence[int], named: int) -> bool:
        """Whether a set of this shape is likely to add up by chance, amounts being as round as they are."""
        count, size = len(amounts) - named, len(cover.keys) - named
        runs = count * count // 2 if cover.shape == Shape.RUN else 0
        family = comb(count, size) if cover.shape in (Shape.PAIR, Shape.FEW, Shape.MANY) and size else runs
        return self._by_chance(amounts, family)

    def _by_chance(self, amounts: Sequence[int], family: int) -> bool:
        step = gcd(*amounts)
        width = 2 * self.asked.limits.tolerance // step + 1
        return family * width * _BY_CHANCE > max(1, self.line.amount // step)

    def _by_fee(self) -> None:
        limit = max(self.asked.limits.fee, self.line.limit)
        short = [item for item in self.owed if 0 < item.open - self.line.amount <= limit]
        for item in short[:3]:
            settled = settle(self.line, [item], self.asked.limits)
            if settled.explained in (Explained.FEE, Explained.ROUNDING):
                self._take(settled, Shape.ONE, guess=True)

    def _by_payer(self) -> None:
        """The oldest due first, a disputed one last, until the money is used up."""
        left, chosen = self.line.amount, []
        for item in sorted(self.owed, key=lambda one: bool(one.disputed)):
            if left <= 0:
                break
            chosen.append(item)
            left -= item.open
        settled = settle(self.line, chosen, Limits(0, 0))
        settled.facts = [(Fact.OLDEST, ())] if chosen else [(Fact.ACCOUNT, ())]
        self._take(settled, Shape.MANY, Naming.NONE, guess=True)

    # -- taking down -----------------------------------------------------------

    def _take(
        self, settled: Settled, shape: Shape, naming: Naming | None = None, *, guess: bool = False, size: int = 0
    ) -> None:
        ids = [share.item.id for share in settled.shares]
        how = [self.named[key][1] if key in self.named else Naming.NONE for key in ids]
        if naming is None:
            naming = min(how, default=Naming.NONE)
            if naming == Naming.NONE and any(one >= Naming.NUMBER for one in how) and not guess:
                naming = Naming.MISSPELT  # some are named, the others make up the amount
        explained, whose = settled.explained, self.whose
        if explained < Explained.FEE and self.alike.intersection(ids) and not guess:
            return  # a likeness of numbers says nothing without the amount
        surely = any(one >= Naming.NUMBER for one in how)
        if guess and surely:
            naming = Naming.MISSPELT  # "F2026-00412 and others": which others, the amount alone says
        tier = self._tier(naming, explained, surely=surely, guess=guess)
        many = size if shape == Shape.MANY else 0
        evidence = (int(tier), int(whose == Whose.ANOTHER), -naming, -explained, -whose, int(shape), many)
        facts: Facts = []
        if self.named:
            for fact in (Fact.REFERENCE, Fact.NUMBER, Fact.MISSPELT, Fact.COUNTER, Fact.ORDER):
                numbers = tuple(
                    [self.named[key][0].number for key in ids if key in self.named and self.named[key][2] == fact]
                )
                if numbers:
                    facts.append((fact, numbers))
        if self.line.customer_id != self.payer.id:
            facts += self.known.facts(self.payer.id)
        elif self.line.rule:
            facts.append((Fact.RULE, (self.line.rule,)))
        facts += settled.facts
        if self.others:
            facts.append((Fact.OTHER_NUMBER, tuple(self.others[:3])))
        disputed = tuple([share.item.number for share in settled.shares if share.item.disputed])
        if disputed:
            facts.append((Fact.DISPUTED, disputed))
        self.found.append(
            Suggestion(
                self.payer,
                settled.shares,
                evidence,
                tuple(facts),
                settled.credits,
                settled.on_account,
                settled.bank_fee,
                rule_id=self.line.rule_id if any(fact == Fact.RULE for fact, _numbers in facts) else 0,
                chance=guess,
                surplus=settled.surplus,
                surplus_code=self.line.reason_code if settled.surplus else "",
            )
        )

    def _tier(self, naming: Naming, explained: Explained, *, surely: bool, guess: bool) -> Tier:
        payer = self.whose >= Whose.SHARED
        if guess and surely and explained == Explained.EXACT:
            return Tier.NAMED_BY_PAYER if payer else Tier.NAMED
        if guess:
            return Tier.PAYER
        if explained >= Explained.FEE:
            believed = surely or self.whose != Whose.ANOTHER
            if (naming >= Naming.MISSPELT and believed) or (naming == Naming.COUNTER and payer):
                return Tier.NAMED_AND_AMOUNT
            return Tier.PAYER_AND_AMOUNT if payer else Tier.AMOUNT
        if naming >= Naming.NUMBER and payer and explained == Explained.PART:
            return Tier.NAMED_BY_PAYER
        if naming >= Naming.NUMBER or (naming and payer):
            return Tier.NAMED
        return Tier.PAYER if payer else Tier.AMOUNT


def is_named_whole(one: Suggestion) -> bool:
    """Whether its items are named whole and are the amount: nothing that is found elsewhere comes before it."""
    tier, contradicted, naming, explained = one.evidence[:4]
    named = tier == Tier.NAMED_AND_AMOUNT and not contradicted and -naming >= Naming.NUMBER
    return named and -explained >= Explained.DISCOUNT


def _pieces(items: Sequence[Item]) -> list[Piece]:
    return [Piece(item.id, -item.open if item.is_credit else item.open, item.due_date) for item in items]


def _of(items: Sequence[Item], cover: Cover) -> list[Item]:
    keys = set(cover.keys)
    return [item for item in items if item.id in keys]
