"""Bank lines and the verdicts on them: one, or all that wait, laid down in a file until somebody wants them.

A hundred thousand verdicts with their reasons are several times the open items that they are about; one of them is
in memory at a time.
"""

from __future__ import annotations

import marshal
import tempfile
import weakref
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import IO, Any, overload

from tui_billing.rules.matching.bank_rules import Rule
from tui_billing.rules.matching.facts import CreditUse, Fact, Item, Line, Payer, Share, Standing, Suggestion, Verdict

_IN_MEMORY = 4_000_000
_STANDINGS = list(Standing)
_FACTS = {fact.value: fact for fact in Fact}
_line_values = attrgetter(*Line.__slots__)
#: Numbers and yes or no, after customer, shares, evidence, facts and credit notes.
_other_values = attrgetter(*Suggestion.__slots__[5:])


@dataclass(frozen=True, slots=True)
class Matched:
    """A waiting line, or one transaction of it (`position` from 1; 0 for the whole line), and the verdict.

    `rule` is the clerk's rule that sets it aside or posts it to an account; nothing is suggested then.
    """

    line_id: int
    position: int
    date: str
    amount: int
    currency: str
    text: str
    payer: str
    verdict: Verdict
    whole: bool = True
    rule: Rule | None = None

    @property
    def is_certain(self) -> bool:
        """Whether it may be posted by itself."""
        return self.verdict.standing == Standing.CERTAIN

    @property
    def may_post(self) -> bool:
        """Whether a clerk's one key posts it: nothing else fits."""
        return self.verdict.best is not None and self.verdict.standing in (Standing.CERTAIN, Standing.CLEAR)


def matched(
    line_id: int, position: int, line: Line, verdict: Verdict, *, whole: bool, rule: Rule | None = None
) -> Matched:
    """A line, or one transaction of it, with its verdict."""
    return Matched(
        line_id, position, line.date, line.amount, line.currency, line.text, line.payer, verdict, whole, rule
    )


class Rehearsal(Sequence[Matched]):
    """What waits with its verdicts, in the order of the queue; each is read from the file when it is asked for."""

    def __init__(self, payers: Mapping[int, Payer], rules: Sequence[Rule]) -> None:
        self._payers = payers
        self._rules = {rule.id: rule for rule in rules}
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 (closed with this)
        weakref.finalize(self, self._file.close)
        self._end = 0
        self._ids, self._standings = array("q"), bytearray()
        self._heads, self._verdicts = _Extents(), _Extents()

    def add(
        self, line_id: int, position: int, line: Line, verdict: Verdict, *, whole: bool, rule: Rule | None = None
    ) -> None:
        """Lay a line, or one transaction of it, down behind the others."""
        self._ids.append(line_id)
        self._standings.append(_STANDINGS.index(verdict.standing))
        head = (line_id, position, whole, rule.id if rule else 0, _line_values(line))
        self._heads.add(*self._write(head))
        self._verdicts.add(*self._write(_packed(verdict)))

    def put(self, place: int, verdict: Verdict) -> None:
        """Another verdict on a line."""
        self._standings[place] = _STANDINGS.index(verdict.standing)
        self._verdicts.change(place, *self._write(_packed(verdict)))

    def line(self, place: int) -> Line:
        """What there is to match by at a place."""
        return Line(*self._read(self._heads, place)[-1])

    def verdict(self, place: int) -> Verdict:
        """The verdict at a place."""
        return self._unpacked(self._read(self._verdicts, place))

    def __len__(self) -> int:
        return len(self._ids)

    @overload
    def __getitem__(self, place: int) -> Matched: ...
    @overload
    def __getitem__(self, place: slice) -> list[Matched]: ...
    def __getitem__(self, place: int | slice) -> Matched | list[Matched]:
        if isinstance(place, slice):
            return [self._at(one) for one in range(*place.indices(len(self)))]
        return self._at(range(len(self))[place])

    def _at(self, place: int) -> Matched:
        line_id, position, whole, rule_id, line = self._read(self._heads, place)
        rule = self._rules.get(rule_id)
        return matched(line_id, position, Line(*line), self.verdict(place), whole=whole, rule=rule)

    def certain(self) -> Iterator[Matched]:
        """What may be posted by itself, one after the other."""
        wanted = _STANDINGS.index(Standing.CERTAIN)
        return (self._at(place) for place, standing in enumerate(self._standings) if standing == wanted)

    @property
    def others(self) -> int:
        """On how many lines nothing may be posted by itself."""
        wanted = _STANDINGS.index(Standing.CERTAIN)
        sure = {key for key, standing in zip(self._ids, self._standings, strict=True) if standing == wanted}
        return len(set(self._ids) - sure)

    @property
    def counts(self) -> dict[str, int]:
        """How many stand how: {"certain", "clear", "ambiguous", "guess", "nothing"}."""
        return {standing.value: self._standings.count(place) for place, standing in enumerate(_STANDINGS)}

    # -- the file ----------------------------------------------------------

    def _write(self, values: tuple[Any, ...]) -> tuple[int, int]:
        data = marshal.dumps(values)
        place = self._end
        self._file.seek(place)
        self._file.write(data)
        self._end += len(data)
        return place, len(data)

    def _read(self, extents: _Extents, place: int) -> Any:
        self._file.seek(extents.starts[place])
        # Written and read by this process alone.
        return marshal.loads(self._file.read(extents.sizes[place]))

    def _unpacked(self, values: tuple[Any, ...]) -> Verdict:
        standing, rivals, searched_all, named, suggestions = values
        return Verdict(
            tuple(map(self._suggestion, suggestions)), _STANDINGS[standing], rivals, searched_all, tuple(named)
        )

    def _suggestion(self, values: tuple[Any, ...]) -> Suggestion:
        customer, shares, evidence, facts, credits, *rest = values
        return Suggestion(
            self._payers[customer],
            tuple([Share(Item._make(item), *more) for item, *more in shares]),
            evidence,
            tuple([(_FACTS[fact], numbers) for fact, numbers in facts]),
            tuple([CreditUse(Item._make(note), Item._make(bill), amount) for note, bill, amount in credits]),
            *rest,
        )


class _Extents:
    """Where records lie in the file, and how long they are."""

    def __init__(self) -> None:
        self.starts, self.sizes = array("q"), array("l")

    def add(self, start: int, size: int) -> None:
        self.starts.append(start)
        self.sizes.append(size)

    def change(self, place: int, start: int, size: int) -> None:
        self.starts[place], self.sizes[place] = start, size


def _packed(verdict: Verdict) -> tuple[Any, ...]:
    suggestions = tuple([_plain(one) for one in verdict.suggestions])
    return (_STANDINGS.index(verdict.standing), verdict.rivals, verdict.searched_all, verdict.named, suggestions)


def _plain(one: Suggestion) -> tuple[Any, ...]:
    """A suggestion in tuples, numbers and texts alone."""
    return (
        one.customer.id,
        tuple([(tuple(each.item), each.paid, each.given_up, each.reason_code) for each in one.shares]),
        tuple(map(int, one.evidence)),
        tuple([(fact.value, numbers) for fact, numbers in one.facts]),
        tuple([(tuple(each.credit), tuple(each.invoice), each.amount) for each in one.credits]),
        *_other_values(one),
    )
