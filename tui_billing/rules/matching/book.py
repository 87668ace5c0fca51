"""The open items by everything that a bank line could find them by: number, reference, order, amount, payer.

One line is matched against the few items that a handful of queries found; a hundred thousand lines against all
that is open, loaded once. The rules are the same.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Hashable, Iterable, Sequence
from functools import cached_property, lru_cache
from itertools import islice
from string import digits
from typing import Generic, TypeVar

from tui_billing.rules.identifiers import compact
from tui_billing.rules.matching.facts import Item, Payer
from tui_billing.rules.matching.names import alias_of, is_cut, is_telling, name_words, payer_words
from tui_billing.rules.matching.numbers import parts_of

K = TypeVar("K", bound=Hashable)
#: An order number shorter than this is any number.
SHORTEST_ORDER = 4
#: A printed counter has so many digits at least, and so many at most as they are looked for.
_COUNTERS = range(5, 14)


class Shelf(Generic[K]):
    """Items by a key, in the order in which they came; one is taken out without going through the others.

    Of a hundred thousand open items most stand alone under their key: such a one costs no dictionary of its own.
    """

    __slots__ = ("_found",)

    def __init__(self) -> None:
        self._found: dict[K, Item | dict[int, Item]] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, key: K, item: Item) -> None:
        """Put an item under a key, behind the others; one with its id is replaced."""
        known = self._found.setdefault(key, item)
        if isinstance(known, dict):
            known[item.id] = item
        elif known is not item:
            self._found[key] = item if known.id == item.id else {known.id: known, item.id: item}

    def remove(self, key: K, item: Item) -> None:
        """Take the item with this one's id out from under a key, where it stands there."""
        known = self._found.get(key)
        if isinstance(known, dict):
            known.pop(item.id, None)
            if not known:
                del self._found[key]
        elif known is not None and known.id == item.id:
            del self._found[key]

    def of(self, key: K, most: int | None = None) -> list[Item]:
        """The items under a key, or the first so many."""
        known = self._found.get(key)
        if known is None:
            return []
        return list(islice(known.values(), most)) if isinstance(known, dict) else [known]

    def count(self, key: K) -> int:
        """How many stand under a key."""
        known = self._found.get(key)
        return 0 if known is None else len(known) if isinstance(known, dict) else 1


#: (prefix, year, counter) of a number, remembered: the same few are asked for line after line.
number_parts = lru_cache(maxsize=50_000)(parts_of)


class OpenBook:
    """Open items and their customers, indexed; `years` are those of the numbers in it."""

    def __init__(self, items: Iterable[Item], payers: Iterable[Payer]) -> None:
        self.payers = {payer.id: payer for payer in payers}
        self.by_customer: dict[int, list[Item]] = {}
        self.by_amount: Shelf[tuple[str, int]] = Shelf()
        self.by_discount: Shelf[tuple[str, int]] = Shelf()
        self.by_text: Shelf[str] = Shelf()
        self._by_counter: Shelf[int] = Shelf()
        self._elsewhere: dict[str, Item] = {}
        years: set[int] = set()
        prefixes: set[str] = set()
        for item in sorted(items, key=due):
            self.by_customer.setdefault(item.customer_id, []).append(item)
            parts = self._index(item)
            if parts is not None:
                prefixes.add(parts[0].upper())
                years.add(parts[1])
        self.years, self.prefixes = frozenset(years), frozenset(prefixes)
        self.by_iban: dict[str, frozenset[int]] = {}
        self.by_alias: dict[str, frozenset[int]] = {}
        self._circles: dict[int, frozenset[int]] = {}
        for payer in self.payers.values():
            for iban in payer.ibans:
                self._point(self.by_iban, compact(iban), payer.id)
            for alias in payer.aliases:
                self._point(self.by_alias, alias, payer.id)

    def remember(self, customer: int, payer: str, iban: str) -> None:
        """A payer's account and name have paid for a customer: the books remember both when a line is posted."""
        if account := compact(iban):
            self._point(self.by_iban, account, customer)
        if alias := alias_of(payer):
            self._point(self.by_alias, alias, customer)

    def _point(self, index: dict[str, frozenset[int]], key: str, customer: int) -> None:
        known = index.get(key)
        if known is None:
            # A hundred thousand accounts that point to a thousand customers share a thousand sets.
            index[key] = self._circles.setdefault(customer, frozenset({customer}))
        elif customer not in known:
            index[key] = known | {customer}

    def add(self, item: Item) -> None:
        """Take an item in; a customer's stand in order of their due dates."""
        insort(self.by_customer.setdefault(item.customer_id, []), item, key=due)
        self._index(item)

    def _index(self, item: Item) -> tuple[str, int, int] | None:
        parts = parts_of(item.number)
        if parts is not None:
            self._by_counter.add(parts[2], item)
        else:  # billed elsewhere, in another shape
            self.by_text.add(compact(item.number), item)
            self._elsewhere[_body_of(item.number)] = item
        if len(order := compact(item.order)) >= SHORTEST_ORDER:
            self.by_text.add(order, item)
        if not item.is_credit:
            self.by_amount.add((item.currency, item.open), item)
            if item.discounted:
                self.by_discount.add((item.currency, item.discounted), item)
        return parts

    def holds(self, item: Item) -> bool:
        """Whether an item is open here as it stands."""
        mine = self.by_customer.get(item.customer_id, [])
        at = bisect_left(mine, due(item), key=due)
        return at < len(mine) and mine[at] == item

    def remove(self, item: Item) -> None:
        """Forget an item that another line has settled."""
        if not self.holds(item):
            return
        mine = self.by_customer[item.customer_id]
        del mine[bisect_left(mine, due(item), key=due)]
        parts = parts_of(item.number)
        if parts is not None:
            self._by_counter.remove(parts[2], item)
        else:
            self.by_text.remove(compact(item.number), item)
            self._elsewhere.pop(_body_of(item.number), None)
        if item.order:
            self.by_text.remove(compact(item.order), item)
        self.by_amount.remove((item.currency, item.open), item)
        if item.discounted:
            self.by_discount.remove((item.currency, item.discounted), item)

    def numbered(self, year: int, counter: int, most: int) -> list[Item]:
        """Up to so many items with a counter, of one year or (0) of any."""
        if not year:
            return self._by_counter.of(counter, most)
        found = []
        for item in self._by_counter.of(counter):
            parts = number_parts(item.number)
            if parts is not None and parts[1] == year:
                found.append(item)
        return found[:most]

    def of_reference(self, reference: str) -> Item | None:
        """The item with an ISO 11649 reference, whose check digits are right: it is made of the number."""
        body = reference[4:]
        start = len(body.rstrip(digits))
        for width in _COUNTERS:
            if len(body) - width >= start:
                for item in reversed(self._by_counter.of(int(body[-width:]))):
                    if _body_of(item.number) == body:
                        return item
        return self._elsewhere.get(body)

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
        own = payer_words(payer)
        return self._whole(own) or self._whole(name_words(text)) or self._cut(own)

    def _whole(self, said: Sequence[str]) -> set[int]:
        words, rarest, _first = self._names
        known = set(said)
        found = {key for word in known for key in rarest.get(word, ()) if known.issuperset(words[key])}
        if len(found) > 1:
            sets = {key: frozenset(words[key]) for key in found}
            found = {key for key in found if not any(sets[key] < sets[other] for other in found)}
        return found

    def _cut(self, payer: Sequence[str]) -> set[int]:
        words, _rarest, firsts = self._names
        if not payer:
            return set()
        found: set[int] = set()
        begin = payer[0]
        at = bisect_left(firsts, begin)
        while at < len(firsts) and firsts[at].startswith(begin):
            found.update(key for key in self._first[firsts[at]] if is_cut(words[key], payer))
            at += 1
        return found


def _body_of(number: str) -> str:
    """A number's letters and digits, as they stand in its ISO 11649 reference."""
    return "".join(char for char in number.upper() if char.isascii() and char.isalnum())


def due(item: Item) -> tuple[str, int]:
    """What a customer's items stand in order of."""
    return (item.due_date, item.id)
