"""Exact cover: the sets of open items and credit notes that add up to a deposit.

Sixty items have more sets than there are cents in any amount, so many sets add up by chance. What tells the
meant one from these is its shape: one item, all that is open, the oldest due, one month's, few items. A set
of a shape that has few members is seldom there by chance, and is ranked before one of a shape that has many;
two of the same rank are ambiguous. The search is bounded by steps, not by the clock: it finds the same every
time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import combinations
from math import comb
from typing import Generic, TypeVar

T = TypeVar("T")


class Shape(IntEnum):
    """What a set looks like, the least likely to be chance first."""

    ONE = 0  # one item
    ALL = 1  # all that is open, with or without the credit notes
    OLDEST = 2  # the oldest due, up to some day
    GROUP = 3  # all of one due date
    PAIR = 4  # two items
    RUN = 5  # neighbours in order of their due dates
    FEW = 6  # three items
    MANY = 7  # more, in no order


@dataclass(frozen=True, slots=True)
class Piece:
    """An open item: its key, its amount (minor units, negative for a credit note), its due date (ISO)."""

    key: int
    amount: int
    due: str = ""


@dataclass(frozen=True, slots=True)
class Cover:
    """A set that adds up: keys in the order given; `difference` is deposit less sum, within the tolerance."""

    keys: tuple[int, ...]
    shape: Shape
    difference: int = 0

    @property
    def rank(self) -> tuple[int, int, int]:
        """What sets are compared by: exact before within tolerance, then the shape, then the fewest items."""
        return (abs(self.difference), self.shape, len(self.keys) if self.shape == Shape.MANY else 0)


@dataclass(frozen=True, slots=True)
class Covers:
    """Sets in order of their rank, the oldest due first among equals.

    `sure` says that no set of the first one's rank was missed: the search did not run out of steps before.
    """

    found: tuple[Cover, ...]
    sure: bool = True

    @property
    def ambiguous(self) -> bool:
        """Whether another set has the first one's rank, or could have."""
        return bool(self.found) and (
            not self.sure or (len(self.found) > 1 and self.found[0].rank == self.found[1].rank)
        )


#: Sums that are looked up at most; some 50 ms.
STEPS = 60_000
_TABLE = 15
_KEPT = 8


def find_covers(
    pieces: Sequence[Piece],
    deposit: int,
    *,
    tolerance: int = 0,
    must: Collection[int] = (),
    most: int = 20,
    steps: int = STEPS,
    few: bool = False,
) -> Covers:
    """Sets of pieces whose sum is the deposit, up to a tolerance (minor units); all hold the keys of `must`.

    Pieces come in order of their due dates, credit notes among them. No set is empty, nor made of credit
    notes alone. `few` looks for no set in no order of more than three beyond the named ones.
    """
    return _Search(list(pieces), deposit, tolerance, frozenset(must), most, steps, few=few).run()


class _Search:
    def __init__(
        self,
        pieces: list[Piece],
        deposit: int,
        tolerance: int,
        must: frozenset[int],
        most: int,
        steps: int,
        *,
        few: bool,
    ) -> None:
        self.few = few
        self.order = {piece.key: place for place, piece in enumerate(pieces)}
        self.all = pieces
        self.must = [piece for piece in pieces if piece.key in must]
        self.free = [piece for piece in pieces if piece.key not in must]
        self.target = deposit - sum(piece.amount for piece in self.must)
        self.deposit, self.tolerance, self.most, self.steps = deposit, tolerance, most, steps
        self.shapes: dict[tuple[int, ...], Cover] = {}  # by their keys in order

    def run(self) -> Covers:
        self._shaped()
        size = self._few()
        best = min((cover.rank for cover in self.shapes.values()), default=None)
        if best is None or best[0] or best[1] == Shape.MANY:
            sure = False if self.few else self._many()
            best = min((cover.rank for cover in self.shapes.values()), default=(0, 0, 0))
            sure = sure or (not best[0] and best[2] <= size)
        else:
            sure = size >= 3 or best[1] < Shape.PAIR
        found = sorted(self.shapes.values(), key=lambda one: (one.rank, [self.order[key] for key in one.keys]))
        return Covers(tuple(found[: self.most]), sure or not found)

    # -- taking down what is found ------------------------------------------

    def _take(self, places: Sequence[Piece], shape: Shape) -> None:
        pieces = sorted((*self.must, *places), key=lambda one: self.order[one.key])
        difference = self.deposit - sum(piece.amount for piece in pieces)
        if abs(difference) > self.tolerance or not any(piece.amount > 0 for piece in pieces):
            return
        keys = tuple(piece.key for piece in pieces)
        if len(keys) == 1:
            shape = Shape.ONE
        known = self.shapes.get(keys)
        if known is None or shape < known.shape:
            self.shapes[keys] = Cover(keys, shape, difference)

    # -- shapes ---------------------------------------------------------------

    def _shaped(self) -> None:
        """All, runs from the oldest due, runs, single days: each without credit notes and with all of them."""
        owed = [piece for piece in self.all if piece.amount > 0]
        notes = [piece for piece in self.all if piece.amount < 0]
        for credits in [[], notes] if notes else [[]]:
            wanted = self.deposit - sum(piece.amount for piece in credits)
            for first in range(len(owed)):
                total = 0
                for last in range(first, len(owed)):
                    total += owed[last].amount
                    if total > wanted + self.tolerance:
                        break
                    if total >= wanted - self.tolerance:
                        self._take_run(owed[first : last + 1], credits, self._shape(owed, first, last))

    def _take_run(self, run: list[Piece], credits: list[Piece], shape: Shape) -> None:
        inside = {piece.key for piece in (*run, *credits)}
        if all(piece.key in inside for piece in self.must):
            self._take([piece for piece in (*run, *credits) if piece not in self.must], shape)

    @staticmethod
    def _shape(owed: list[Piece], first: int, last: int) -> Shape:
        if first == 0 and last == len(owed) - 1:
            return Shape.ALL
        if first == 0 and (last + 1 == len(owed) or owed[last].due != owed[last + 1].due):
            return Shape.OLDEST
        same = owed[first].due == owed[last].due
        before = first == 0 or owed[first - 1].due != owed[first].due
        after = last + 1 == len(owed) or owed[last + 1].due != owed[last].due
        if same and before and after and last > first:
            return Shape.GROUP
        return Shape.PAIR if last == first + 1 else Shape.RUN

    # -- few items: all of them -----------------------------------------------

    def _few(self) -> int:
        """Every set of up to some items beyond the named ones; how many that is sure for."""
        free, count = self.free, len(self.free)
        if self.must:
            self._take([], self._shape_of(0))
        done = 0
        for size in range(1, 4 if self.few else 7):
            # A set of `size` is its first `head` items, looked up, and the rest, which are gone through.
            head = {1: 1, 2: 1, 3: 1, 4: 2, 5: 2, 6: 3}[size]
            work = comb(count, size - head) + (comb(count, head) if head > 1 else count)
            if work > self.steps // 3 or (size > 3 and self._is_enough()):
                break
            self.steps -= work
            self._of_size(free, size, head)
            done = size
        return done + len(self.must)

    def _is_enough(self) -> bool:
        return any(not cover.difference and cover.shape < Shape.MANY for cover in self.shapes.values())

    def _of_size(self, free: list[Piece], size: int, head: int) -> None:
        tails = size - head
        if not tails:
            for piece in free:
                if abs(self.target - piece.amount) <= self.tolerance:
                    self._take([piece], self._shape_of(1))
            return
        # From the left: what is looked up lies wholly before what is gone through, so each set comes once.
        amounts = [piece.amount for piece in free]
        sums: _Sums[tuple[int, ...]] = _Sums(self.tolerance)
        for at in range(head, len(free) - tails + 1):
            if len(self.shapes) > self.most * _KEPT:
                return  # equal amounts: there is no end of such sets, and the first are ambiguous already
            if head == 1:
                sums.add(amounts[at - 1], (at - 1,))
            else:
                for others in combinations(range(at - 1), head - 1):
                    sums.add(sum([amounts[place] for place in others], amounts[at - 1]), (*others, at - 1))
            wanted = self.target - amounts[at]
            for rest, total in self._rests(amounts, at + 1, tails - 1):
                for chosen in sums.near(wanted - total):
                    self._take([free[place] for place in (*chosen, at, *rest)], self._shape_of(size))

    @staticmethod
    def _rests(amounts: list[int], first: int, count: int) -> Iterable[tuple[tuple[int, ...], int]]:
        """Every choice of so many places from one on, with its sum."""
        places = range(first, len(amounts))
        if not count:
            return [((), 0)]
        if count == 1:
            return zip(zip(places, strict=True), amounts[first:], strict=True)
        return zip(combinations(places, count), map(sum, combinations(amounts[first:], count)), strict=True)

    def _shape_of(self, size: int) -> Shape:
        size += len(self.must)
        return {1: Shape.ONE, 2: Shape.PAIR, 3: Shape.FEW}.get(size, Shape.MANY)

    # -- many items: as far as the steps reach ---------------------------------

    def _many(self) -> bool:
        """Any sets, the large items tried one by one and the small ones looked up together; True where all."""
        free = sorted(self.free, key=lambda one: -abs(one.amount))
        table = min(_TABLE, len(free), max(2, self.steps.bit_length() - 2))
        large, small = free[: len(free) - table], free[len(free) - table :]
        totals = [0]  # by the bits of the set
        for piece in small:
            totals += [total + piece.amount for total in totals]
        near = _numbered(totals, self.tolerance)
        self.steps -= len(totals) // 4
        lowest, highest = [0], [0]
        for piece in reversed(large):
            lowest.append(lowest[-1] + min(piece.amount, 0))
            highest.append(highest[-1] + max(piece.amount, 0))
        lowest.reverse()
        highest.reverse()
        under = sum(min(piece.amount, 0) for piece in small) - self.tolerance
        over = sum(max(piece.amount, 0) for piece in small) + self.tolerance
        stack: list[tuple[int, int, tuple[int, ...]]] = [(0, self.target, ())]
        while stack:
            if self.steps <= 0 or len(self.shapes) >= self.most * _KEPT:
                return False
            self.steps -= 1
            at, left, taken = stack.pop()
            if not lowest[at] + under <= left <= highest[at] + over:
                continue
            if at == len(large):
                for mask in near(left):
                    chosen = [piece for place, piece in enumerate(small) if mask >> place & 1]
                    pieces = [*(large[place] for place in taken), *chosen]
                    if pieces:
                        self._take(pieces, self._shape_of(len(pieces)))
                continue
            stack.append((at + 1, left, taken))
            stack.append((at + 1, left - large[at].amount, (*taken, at)))
        return True


class _Sums(Generic[T]):
    """Sets by their sum, found within a tolerance: a drawer holds sums that lie within it of one another."""

    def __init__(self, tolerance: int) -> None:
        self.tolerance = tolerance
        self.width = tolerance + 1
        self.drawers: dict[int, list[tuple[int, T]]] = {}

    def add(self, total: int, chosen: T) -> None:
        drawer = total // self.width
        if drawer in self.drawers:
            self.drawers[drawer].append((total, chosen))
        else:
            self.drawers[drawer] = [(total, chosen)]

    def near(self, wanted: int) -> Sequence[T]:
        if not self.tolerance:
            return [chosen for _total, chosen in self.drawers[wanted]] if wanted in self.drawers else ()
        low, high = wanted - self.tolerance, wanted + self.tolerance
        return [
            chosen
            for drawer in range(low // self.width, high // self.width + 1)
            for total, chosen in self.drawers.get(drawer, ())
            if low <= total <= high
        ]


def _numbered(totals: Sequence[int], tolerance: int) -> Callable[[int], Sequence[int]]:
    """What finds the places of the sums that lie within a tolerance of an amount."""
    if tolerance:
        sums: _Sums[int] = _Sums(tolerance)
        for place, total in enumerate(totals):
            sums.add(total, place)
        return sums.near
    last = dict(zip(totals, range(len(totals)), strict=True))
    earlier: dict[int, list[int]] = {}
    if len(last) < len(totals):
        for place, total in enumerate(totals):
            if last[total] != place:
                earlier.setdefault(total, []).append(place)
    return lambda wanted: (*earlier.get(wanted, ()), last[wanted]) if wanted in last else ()
