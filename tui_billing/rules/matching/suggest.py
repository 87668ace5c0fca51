"""Ranked suggestions for a bank line, each with the plain facts that it rests on.

There is no score. Three witnesses are asked: what the text names, what the amount explains, and who the payer
is. Suggestions are ordered by which of them agree (`Tier`), then by how sure each is. Two with the same
evidence are ambiguous. Where the payer says what is paid, that is followed (French civil code, art. 1342-10);
where nothing is said, the oldest due comes first, and a clerk decides.

What is certain may be posted by itself; the rule is in `certain.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tui_billing.rules.identifiers import compact, find_references
from tui_billing.rules.matching.book import OpenBook, number_parts
from tui_billing.rules.matching.certain import is_certain
from tui_billing.rules.matching.cover import STEPS
from tui_billing.rules.matching.customer import Asked, Customer, is_named_whole
from tui_billing.rules.matching.facts import Fact, Item, Line, Naming, Standing, Suggestion, Tier, Verdict
from tui_billing.rules.matching.names import alias_of
from tui_billing.rules.matching.numbers import Flaw, Reading, read_numbers
from tui_billing.rules.matching.settle import Limits, in_time
from tui_billing.rules.matching.witness import Known, Named

#: Of one amount, of one counter, of one payer: so many are looked at.
_MOST = 20


class Matcher:
    """Matches lines against a book of open items."""

    def __init__(
        self, book: OpenBook, limits: Limits | None = None, *, most: int = 8, steps: int = STEPS, brief: bool = False
    ) -> None:
        self.book = book
        self.most = most
        self._asked = Asked(book, limits or Limits(), steps, brief)

    def suggest(self, line: Line) -> Verdict:
        """Everything that the line could be cleared with, the best evidence first."""
        named = self._read(line)
        known = self._known(line)
        found: list[Suggestion] = []
        pointed = self._pointed(line, named, known)
        for customer in pointed:
            found += Customer(self._asked, line, named, known, customer).suggestions()
        if not line.customer_id and not (self._asked.brief and any(map(is_named_whole, found))):
            for customer, items in self._of_amount(line, pointed).items():
                found += Customer(self._asked, line, named, known, customer, items).suggestions()
        return self._verdict(line, named, found)

    # -- the three witnesses ------------------------------------------------

    def _read(self, line: Line) -> Named:
        book = self.book
        named = Named(read_numbers(line.text, book.years))
        for reference in find_references(line.text) if "RF" in line.text.upper() else ():
            item = book.of_reference(reference)
            if item is not None:
                named.add(item, Naming.REFERENCE)
        for reading in named.said.readings:
            for item in book.numbered(reading.year, reading.counter, _MOST):
                naming = self._naming(item, reading)
                if naming:
                    named.add(item, naming)
        if book.by_text:
            for word in line.text.split():
                own = compact(word)
                for item in book.by_text.of(own, _MOST):
                    if compact(item.number) == own:
                        named.add(item, Naming.NUMBER)
                    else:
                        named.add(item, Naming.MISSPELT, Fact.ORDER)
        return named

    def _naming(self, item: Item, reading: Reading) -> Naming:
        parts = number_parts(item.number)
        prefix = parts[0].upper() if parts else ""
        flaws = reading.flaws
        if prefix and reading.prefix != prefix:
            if reading.prefix in self.book.prefixes:
                return Naming.NONE  # that is another series' number
            if item.is_credit:
                return Naming.NONE  # a credit note is named with its letters or not at all
            flaws = flaws | {Flaw.PREFIX}
        if not flaws:
            return Naming.NUMBER
        if Flaw.YEAR in flaws and (Flaw.PREFIX in flaws or not prefix):
            return Naming.COUNTER
        return Naming.MISSPELT

    def _known(self, line: Line) -> Known:
        book = self.book
        if line.customer_id:
            return Known(frozenset({line.customer_id}), frozenset(), frozenset())
        accounts = book.by_iban.get(compact(line.payer_iban), ()) if line.payer_iban else ()
        alias = alias_of(line.payer) if book.by_alias else ""
        aliases = book.by_alias.get(alias, ()) if alias else ()
        return Known(frozenset(accounts), frozenset(aliases), frozenset(book.named_in(line.payer, line.text)))

    def _pointed(self, line: Line, named: Named, known: Known) -> list[int]:
        """Whom to look at: whom the text or the payer points to."""
        payers = self.book.payers
        if line.customer_id:
            return [line.customer_id] if line.customer_id in payers else []
        found: dict[int, None] = {}
        for item, naming, _fact in named.items.values():
            if naming > Naming.COUNTER:
                found[item.customer_id] = None
        for key in sorted(known.all)[:_MOST]:
            found[key] = None
        return [key for key in found if key in payers]

    def _of_amount(self, line: Line, pointed: Sequence[int]) -> dict[int, list[Item]]:
        """Whom the amount alone points to, each with the items of that amount."""
        book = self.book
        others: dict[int, dict[int, Item]] = {}
        for amount in {line.amount, line.amount + line.charges}:
            for item in book.by_amount.of((line.currency, amount), _MOST):
                others.setdefault(item.customer_id, {})[item.id] = item
        for item in book.by_discount.of((line.currency, line.amount), _MOST):
            if in_time(item, line):
                others.setdefault(item.customer_id, {})[item.id] = item
        return {key: list(mine.values()) for key, mine in others.items() if key not in pointed and key in book.payers}

    # -- the verdict ----------------------------------------------------------

    def _verdict(self, line: Line, named: Named, found: list[Suggestion]) -> Verdict:
        best: dict[tuple, Suggestion] = {}
        for one in found:
            key = one.key
            known = best.get(key)
            if known is None or one.evidence < known.evidence:
                best[key] = one
        ranked = sorted(best.values(), key=_order) if len(best) > 1 else list(best.values())
        if not ranked:
            return Verdict()
        first = ranked[0]
        rivals = sum(one.evidence == first.evidence for one in ranked) - 1
        if not rivals and is_certain(self.book, line, named, first):
            standing = Standing.CERTAIN
            ranked[0] = replace(first, certain=True)
        elif first.tier >= Tier.AMOUNT or first.chance:
            standing = Standing.GUESS
        else:
            standing = Standing.AMBIGUOUS if rivals else Standing.CLEAR
        return Verdict(tuple(ranked[: self.most]), standing, rivals)


def _order(one: Suggestion) -> tuple:
    """The evidence; among equals the oldest due first, then by number."""
    return (one.evidence, [(share.item.due_date, share.item.id) for share in one.shares], one.customer.id)
