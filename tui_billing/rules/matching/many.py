"""Many lines at once: what one line settles, the next does not find open any more.

The surest go first, and the others know who has paid for whom in them. What is certain is certain against all that
is open and all that is certain beside it; what the other lines would take only orders the suggestions, and makes
nothing certain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from tui_billing.rules.matching.facts import Item, Line, Standing, Suggestion, Tier, Verdict
from tui_billing.rules.matching.suggest import Matcher

#: Told how many of how many looks at a line are done; what it raises ends the matching.
Progress = Callable[[int, int], None]


def match_many(matcher: Matcher, lines: Sequence[Line], progress: Progress | None = None) -> list[Verdict]:
    """The verdict on each line, in their order; the matcher's book is used up by it."""
    tell = progress or (lambda _done, _of: None)
    verdicts = []
    for place, line in enumerate(lines):
        tell(place, len(lines) * 2)
        verdicts.append(matcher.suggest(line))
    claims = Counter(item.id for verdict in verdicts if _is_certain(verdict) for item in _items(verdict.best))
    for place, verdict in enumerate(verdicts):
        if _is_certain(verdict) and any(claims[item.id] > 1 for item in _items(verdict.best)):
            verdicts[place] = replace(verdict, standing=Standing.AMBIGUOUS)  # paid twice: which of them, a clerk says
    for line, verdict in zip(lines, verdicts, strict=True):
        if _is_certain(verdict):
            _use_up(matcher, verdict.best)
            _remember(matcher, line, verdict.best)
    rest = [place for place, verdict in enumerate(verdicts) if not _is_certain(verdict)]
    done = 2 * len(lines) - len(rest)  # what is certain is looked at once
    for again, place in enumerate(sorted(rest, key=lambda one: (*_strength(verdicts[one]), lines[one].date, one))):
        tell(done + again, len(lines) * 2)
        first = verdicts[place]
        if first.standing == Standing.CLEAR and all(matcher.book.holds(item) for item in _items(first.best)):
            _use_up(matcher, first.best)
            if first.best is not None and first.best.tier == Tier.NAMED_AND_AMOUNT:
                _remember(matcher, lines[place], first.best)
            continue
        verdict = matcher.suggest(lines[place])
        if verdict.standing == Standing.CERTAIN:
            verdict = replace(verdict, standing=Standing.CLEAR)
        if first.standing in (Standing.AMBIGUOUS, Standing.GUESS) and verdict.standing == Standing.CLEAR:
            verdict = replace(verdict, standing=first.standing, rivals=first.rivals)
        verdicts[place] = verdict
        if verdict.best is not None and verdict.best.tier < Tier.AMOUNT:
            _use_up(matcher, verdict.best)
    return verdicts


def _is_certain(verdict: Verdict) -> bool:
    return verdict.standing == Standing.CERTAIN


def _strength(verdict: Verdict) -> tuple[int, ...]:
    """Tier, the naming, and whether the payer contradicts."""
    if verdict.best is None:
        return (Tier.PAYER + 1, 0, 0)
    tier, contradicted, naming = verdict.best.evidence[:3]
    return (tier, naming, contradicted)


def _items(suggestion: Suggestion | None) -> Iterator[Item]:
    if suggestion is not None:
        yield from (share.item for share in suggestion.shares)
        yield from (use.credit for use in suggestion.credits)


def _remember(matcher: Matcher, line: Line, suggestion: Suggestion | None) -> None:
    """Who pays for whom, as the books will know it once the line is posted."""
    if suggestion is not None:
        matcher.book.remember(suggestion.customer.id, line.payer, line.payer_iban)


def _use_up(matcher: Matcher, suggestion: Suggestion | None) -> None:
    """What is settled whole is open no more; a part leaves the rest open."""
    if suggestion is None:
        return
    if len(suggestion.shares) == 1 and not suggestion.credits:
        (share,) = suggestion.shares
        matcher.book.remove(share.item)
        _leave(matcher, share.item, share.paid + share.given_up)
        return
    used = Counter({use.credit.id: 0 for use in suggestion.credits})
    for use in suggestion.credits:
        used[use.credit.id] += use.amount
        used[use.invoice.id] += use.amount
    for share in suggestion.shares:
        used[share.item.id] += share.paid + share.given_up
    for item in {item.id: item for item in _items(suggestion)}.values():
        matcher.book.remove(item)
        _leave(matcher, item, used[item.id])


def _leave(matcher: Matcher, item: Item, used: int) -> None:
    if item.open > used:
        matcher.book.add(item._replace(open=item.open - used, discounted=0, discount_until=""))
