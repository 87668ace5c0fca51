"""The open items by everything that a bank line could find them by: number, reference, order, amount, payer.

One line is matched against the few items that a handful of queries found; a hundred thousand lines against all
that is open, loaded once. The rules are the same.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Hashable, Iterable
from functools import cached_property
from itertools import islice
from typing import TypeVar

from tui_billing.rules.identifiers import compact
from tui_billing.rules.matching.facts import Item, Payer
from tui_billing.rules.matching.names import is_cut_name, is_telling, name_words
from tui_billing.rules.matching.numbers import parts_of

K = TypeVar("K", bound=Hashable)
#: Items by a key, each list by the ids in it: one is taken out without going through the others.
Index = dict[K, dict[int, Item]]
#: An order number shorter than this is any number.
SHORTEST_ORDER = 4


class OpenBook:
    """Open items and their customers, indexed; `years` are those of the numbers in it."""

    def __init__(self, items: Iterable[Item], payers: Iterable[Payer]) -> None:
        self.payers = {payer.id: payer for payer in payers}
        self.by_customer: dict[int, list[Item]] = {}
        self.by_amount: Index[tuple[str, int]] = {}
        self.by_discount: Index[tuple[str, int]] = {}
        self.by_number: Index[tuple[int, int]] = {}
        self.by_counter: Index[int] = {}
        self.by_text: Index[str] = {}
        self.parts: dict[int, tuple[str, int, int]] = {}
        self._bodies: dict[str, Item] = {}
        for item in sorted(items, key=lambda one: (one.due_date, one.id)):
            self.add(item)
        self.years = frozenset(year for year, _counter in self.by_number)
        self.prefixes = frozenset(prefix.upper() for prefix, _year, _counter in self.parts.values())
        self.by_iban: dict[str, set[int]] = {}
        self.by_alias: dict[str, set[int]] = {}
        for payer in self.payers.values():
            for iban in payer.ibans:
                self.by_iban.setdefault(compact(iban), set()).add(payer.id)
            for alias in payer.aliases:
                self.by_alias.setdefault(alias, set()).add(payer.id)

    def add(self, item: Item) -> None:
        """Take an item in; a customer's stand in order of their due dates."""
        insort(self.by_customer.setdefault(item.customer_id, []), item, key=_due)
        self._bodies[_body_of(item.number)] = item
        parts = parts_of(item.number)
        if parts is not None:
            self.parts[item.id] = parts
            self.by_number.setdefault(parts[1:], {})[item.id] = item
            self.by_counter.setdefault(parts[2], {})[item.id] = item
        else:  # billed elsewhere, in another shape
            self.by_text.setdefault(compact(item.number), {})[item.id] = item
        if len(order := compact(item.order)) >= SHORTEST_ORDER:
            self.by_text.setdefault(order, {})[item.id] = item
        if not item.is_credit:
            self.by_amount.setdefault((item.currency, item.open), {})[item.id] = item
            if item.discounted:
                self.by_discount.setdefault((item.currency, item.discounted), {})[item.id] = item

    def holds(self, item: Item) -> bool:
        """Whether an item is open here as it stands."""
        mine = self.by_customer.get(item.customer_id, [])
        at = bisect_left(mine, _due(item), key=_due)
        return at < len(mine) and mine[at] == item

    def remove(self, item: Item) -> None:
        """Forget an item that another line has settled."""
        if not self.holds(item):
            return
        mine = self.by_customer[item.customer_id]
        del mine[bisect_left(mine, _due(item), key=_due)]
        self._bodies.pop(_body_of(item.number), None)
        parts = self.parts.pop(item.id, None)
        if parts is not None:
            _drop(self.by_number, parts[1:], item)
            _drop(self.by_counter, parts[2], item)
        _drop(self.by_amount, (item.currency, item.open), item)
        _drop(self.by_discount, (item.currency, item.discounted), item)
        _drop(self.by_text, compact(item.number), item)
        _drop(self.by_text, compact(item.order), item)

    def of_reference(self, reference: str) -> Item | None:
        """The item with an ISO 11649 reference, whose check digits are right: it is made of the number."""
        return self._bodies.get(reference[4:])

    # -- payers ------------------------------------------------------------

    @cached_property
    def _names(self) -> tuple[dict[int, tuple[str, ...]], dict[str, list[int]], list[str]]:
        """Words by customer; customers by the rarest word of their name; first words, sorted."""
        words = {key: tuple(name_words(payer.name)) for key, payer in self.payers.items()}
        often: dict[str, int] = {}
        for own in words.values():
            for word in set(own):
                often[word] = often.get(word, 0) + 1
        rarest: dict[str, list[int]] = {}
        first: dict[str, list[int]] = {}
        for key, own in words.items():
            if is_telling(own):
                rarest.setdefault(min(own, key=lambda word: (often[word], word)), []).append(key)
                first.setdefault(own[0], []).append(key)
        self._first = first
        return words, rarest, sorted(first)

    def named_in(self, payer: str, text: str) -> set[int]:
        """Customers whose whole name stands in the payer's name, else in the text, else was cut off by the bank.

        A name that is part of another name which stands there too is not meant.
        """
        own = name_words(payer)
        return self._whole(own) or self._whole(name_words(text)) or self._cut(own)

    def _whole(self, said: list[str]) -> set[int]:
        words, rarest, _first = self._names
        known = set(said)
        found = {key for word in known for key in rarest.get(word, ()) if known.issuperset(words[key])}
        if len(found) > 1:
            sets = {key: frozenset(words[key]) for key in found}
            found = {key for key in found if not any(sets[key] < sets[other] for other in found)}
        return found

    def _cut(self, payer: list[str]) -> set[int]:
        _words, _rarest, firsts = self._names
        if not payer:
            return set()
        found: set[int] = set()
        begin = payer[0]
        at = bisect_left(firsts, begin)
        while at < len(firsts) and firsts[at].startswith(begin):
            found.update(key for key in self._first[firsts[at]] if is_cut_name(self.payers[key].name, payer))
            at += 1
        return found


def _body_of(number: str) -> str:
    """A number's letters and digits, as they stand in its ISO 11649 reference."""
    return "".join(char for char in number.upper() if char.isascii() and char.isalnum())


def first_of(index: Index[K], key: K, most: int) -> list[Item]:
    """Up to so many items of a key."""
    return list(islice(index[key].values(), most)) if key in index else []


def _due(item: Item) -> tuple[str, int]:
    return (item.due_date, item.id)


def _drop(index: Index[K], key: K, item: Item) -> None:
    found = index.get(key)
    if found is not None and found.pop(item.id, None) is not None and not found:
        del index[key]
