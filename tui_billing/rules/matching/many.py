"""Many lines at once: what one line settles, the next does not find open any more.

The surest go first, and the others know who has paid for whom in them. What is certain is certain against all that
is open and all that is certain beside it; what the other lines would take only orders the suggestions, and makes
nothing certain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from tui_billing.rules.matching.facts import Item, Line, Standing, Suggestion, Tier, Verdict
from tui_billing.rules.matching.suggest import Matcher

#: Told how many of how many looks at a line are done; what it raises ends the matching.
Progress = Callable[[int, int], None]
#: Items of the book that a suggestion settles, each with how much of it.
_Used = tuple[tuple[Item, int], ...]


class Kept(Protocol):
    """Lines and their verdicts by place, in memory or laid down in a file."""

    def line(self, place: int) -> Line:
        """The line at a place."""

    def verdict(self, place: int) -> Verdict:
        """The verdict on it."""

    def put(self, place: int, verdict: Verdict) -> None:
        """Another verdict on it."""


def match_many(matcher: Matcher, lines: Sequence[Line], progress: Progress | None = None) -> list[Verdict]:
    """The verdict on each line, in their order; the matcher's book is used up by it."""
    together, kept = Together(matcher, len(lines), progress), _InMemory(lines)
    for place, line in enumerate(lines):
        kept.verdicts.append(together.look(place, line))
    together.settle(kept)
    return kept.verdicts


class _InMemory:
    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.verdicts: list[Verdict] = []

    def line(self, place: int) -> Line:
        return self.lines[place]

    def verdict(self, place: int) -> Verdict:
        return self.verdicts[place]

    def put(self, place: int, verdict: Verdict) -> None:
        self.verdicts[place] = verdict


class Together:
    """Lines that are matched together: each is looked at by itself, then all beside each other.

    `count` is how many there are about, for `progress`: what is certain is looked at once, the rest twice.
    """

    def __init__(self, matcher: Matcher, count: int, progress: Progress | None = None) -> None:
        self.matcher = matcher
        self._count = count
        self._tell = progress or (lambda _done, _of: None)
        self._certain: dict[int, _Used] = {}
        self._rest: list[tuple[int, int, int, str, int]] = []

    def look(self, place: int, line: Line) -> Verdict:
        """What a line could be cleared with against all that is open."""
        self._tell(len(self._certain) + len(self._rest), 2 * self._count)
        verdict = self.matcher.suggest(line)
        if _is_certain(verdict) and verdict.best is not None:
            self._certain[place] = _used_by(verdict.best)
        else:
            self._rest.append((*_strength(verdict), line.date, place))
        return verdict

    def settle(self, kept: Kept) -> None:
        """Take back what cannot be true together; the book is used up by what remains."""
        claims = Counter(item.id for used in self._certain.values() for item, _amount in used)
        for place, used in self._certain.items():
            if any(claims[item.id] > 1 for item, _amount in used):
                # Paid twice: which of them, a clerk says.
                verdict = replace(kept.verdict(place), standing=Standing.AMBIGUOUS)
                kept.put(place, verdict)
                self._rest.append((*_strength(verdict), kept.line(place).date, place))
            else:
                self._use_up(used)
                self._remember(kept.line(place), used[0][0].customer_id)
        done = 2 * self._count - len(self._rest)
        for again, (*_strengths, place) in enumerate(sorted(self._rest)):
            self._tell(done + again, 2 * self._count)
            self._judge(kept, place)

    def _judge(self, kept: Kept, place: int) -> None:
        """A line again, where what it would take is not open any more."""
        first = kept.verdict(place)
        if first.standing == Standing.CLEAR and all(self.matcher.book.holds(item) for item in _items(first.best)):
            self._use_up(_used_by(first.best))
            if first.best is not None and first.best.tier == Tier.NAMED_AND_AMOUNT:
                self._remember(kept.line(place), first.best.customer.id)
            return
        verdict = self.matcher.suggest(kept.line(place))
        if verdict.standing == Standing.CERTAIN:
            verdict = replace(verdict, standing=Standing.CLEAR)
        if first.standing in (Standing.AMBIGUOUS, Standing.GUESS) and verdict.standing == Standing.CLEAR:
            verdict = replace(verdict, standing=first.standing, rivals=first.rivals)
        kept.put(place, verdict)
        if verdict.best is not None and verdict.best.tier < Tier.AMOUNT:
            self._use_up(_used_by(verdict.best))

    def _remember(self, line: Line, customer: int) -> None:
        """Who pays for whom, as the books will know it once the line is posted."""
        self.matcher.book.remember(customer, line.payer, line.payer_iban)

    def _use_up(self, used: _Used) -> None:
        """What is settled whole is open no more; a part leaves the rest open."""
        book = self.matcher.book
        for item, amount in used:
            book.remove(item)
            if item.open > amount:
                book.add(item._replace(open=item.open - amount, discounted=0, discount_until=""))


def _is_certain(verdict: Verdict) -> bool:
    return verdict.standing == Standing.CERTAIN


def _strength(verdict: Verdict) -> tuple[int, int, int]:
    """Tier, the naming, and whether the payer contradicts."""
    if verdict.best is None:
        return (Tier.PAYER + 1, 0, 0)
    tier, contradicted, naming = verdict.best.evidence[:3]
    return (tier, naming, contradicted)


def _items(suggestion: Suggestion | None) -> Iterator[Item]:
    if suggestion is not None:
        yield from (share.item for share in suggestion.shares)
        yield from (use.credit for use in suggestion.credits)


def _used_by(suggestion: Suggestion | None) -> _Used:
    """What of which items a suggestion settles."""
    if suggestion is None:
        return ()
    if not suggestion.credits:
        return tuple([(share.item, share.paid + share.given_up) for share in suggestion.shares])
    used: Counter[int] = Counter()
    for use in suggestion.credits:
        used[use.credit.id] += use.amount
        used[use.invoice.id] += use.amount
    for share in suggestion.shares:
        used[share.item.id] += share.paid + share.given_up
    return tuple([(item, used[item.id]) for item in {item.id: item for item in _items(suggestion)}.values()])
