"""What the text names and what the payer's account and name say, as they bear on each customer."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from tui_billing.rules.matching.facts import Fact, Item, Naming, Whose
from tui_billing.rules.matching.numbers import Said
from tui_billing.rules.matching.settle import Facts

_FACT_OF = {Naming.REFERENCE: Fact.REFERENCE, Naming.NUMBER: Fact.NUMBER, Naming.COUNTER: Fact.COUNTER}


@dataclass(slots=True)
class Named:
    """The items that the text names, by how surely; `said` is what else it says."""

    said: Said
    items: dict[int, tuple[Item, Naming, Fact]] = field(default_factory=dict)

    def add(self, item: Item, naming: Naming, fact: Fact | None = None) -> None:
        """Take down that an item is named; the surest naming counts."""
        known = self.items.get(item.id)
        if known is None or known[1] < naming:
            self.items[item.id] = (item, naming, fact or _FACT_OF.get(naming, Fact.MISSPELT))


@dataclass(frozen=True)
class Known:
    """Customers whom the payer points to: by account, by a remembered name, by name."""

    accounts: frozenset[int]
    aliases: frozenset[int]
    names: frozenset[int]

    @cached_property
    def all(self) -> frozenset[int]:
        """All of them."""
        return self.accounts | self.aliases | self.names

    def whose(self, customer: int) -> Whose:
        """What this says about one customer."""
        for circle in (self.accounts, self.aliases):
            if customer in circle:
                if len(circle) == 1 or self.names & circle == {customer}:
                    return Whose.ACCOUNT
                return Whose.SHARED
            if circle:
                return Whose.SHARED if self.names == {customer} else Whose.ANOTHER
        if customer in self.names:
            return Whose.NAME if len(self.names) == 1 else Whose.SHARED
        return Whose.ANOTHER if self.names else Whose.UNKNOWN

    def facts(self, customer: int) -> Facts:
        """The same, to be read out."""
        if not self.all:
            return []
        if customer not in self.all:
            return [(Fact.OTHER_PAYER, ())]
        told = (
            (Fact.IBAN, self.accounts),
            (Fact.ALIAS, self.aliases - self.accounts),
            (Fact.NAME, self.names),
        )
        found: Facts = [(fact, ()) for fact, circle in told if customer in circle]
        if self.whose(customer) == Whose.SHARED:
            found.append((Fact.SHARED, ()))
        return found
