"""What the payment queue shows of a row: suggestions for money that came, payments that money that went out returns."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tui_billing.models.door import Books
from tui_billing.models.queries.bank import bank_line
from tui_billing.models.queries.payments import Waiting
from tui_billing.rules.matching.bank_rules import Rule
from tui_billing.rules.matching.facts import Standing, Suggestion, Verdict
from tui_billing.services.bank_rules import read_rules
from tui_billing.services.matching import Matched, clearing_rule, ruled_line, suggest, suggest_details
from tui_billing.services.recorded import Recorded, recorded
from tui_billing.services.returnable import Returnable, returnable


@dataclass(frozen=True, slots=True)
class Proposal:
    """A row of the queue and what it could be cleared with; `at` is the suggestion that the clerk looks at.

    `picked` says that the clerk has chosen it: Enter posts it even where others fit as well. `rule` sets the row
    aside or posts it to an account. `details` are the transactions of a booked entry: Enter posts those of them that
    are clear, each by itself, and the rest of the line stays open. `recorded` stands before the suggestions: what was
    in the books before it stood on the statement, to be linked.
    """

    row: Waiting
    verdict: Verdict = field(default_factory=Verdict)
    returnable: tuple[Returnable, ...] = ()
    at: int = 0
    picked: bool = False
    rule: Rule | None = None
    details: tuple[Matched, ...] = ()
    recorded: tuple[Recorded, ...] = ()

    @property
    def record(self) -> Recorded | None:
        """What was recorded before, where the clerk looks at that."""
        return self.recorded[self.at] if self.at < len(self.recorded) else None

    @property
    def suggestion(self) -> Suggestion | None:
        """The one that the clerk looks at."""
        found, place = self.verdict.suggestions, self.at - len(self.recorded)
        return found[place] if 0 <= place < len(found) else None

    @property
    def customer(self) -> str:
        """The code of its customer, "" for nobody."""
        return self.suggestion.customer.code if self.suggestion else self.row.customer_code

    @property
    def allocations(self) -> list[tuple[int, int]]:
        """(invoice id, amount) that the money would settle."""
        return [(one.item.id, one.paid) for one in self.suggestion.shares if one.paid] if self.suggestion else []

    @property
    def may_post(self) -> bool:
        """Whether Enter posts it at once."""
        if self.details or self.picked:
            return True
        if self.recorded:
            return self.recorded[0].is_sure and self.alike == 0
        return self.verdict.standing in (Standing.CERTAIN, Standing.CLEAR)

    @property
    def alike(self) -> int:
        """How many more that were recorded have as much to say for them as the first."""
        return sum(one.says == self.recorded[0].says for one in self.recorded[1:])

    @property
    def returned(self) -> Returnable | None:
        """The payment that the debit is taken to return."""
        place = max(0, self.at - len(self.recorded))
        return self.returnable[place] if place < len(self.returnable) else None

    @property
    def may_return(self) -> bool:
        """Whether that payment is chosen, or no other fits as well."""
        return (self.picked and self.record is None) or self.rivals == 0

    @property
    def rivals(self) -> int:
        """How many more payments the debit may return for which as much speaks as for the first."""
        return sum(one.sign == self.returnable[0].sign for one in self.returnable[1:])

    @property
    def keys(self) -> list[tuple[object, ...]]:
        """What tells each thing to choose from the others."""
        before: list[tuple[object, ...]] = [("recorded", one.kind, one.id) for one in self.recorded]
        suggested = [one.key for one in self.verdict.suggestions]
        return before + (suggested or [("receipt", one.id) for one in self.returnable])

    def moved(self, by: int) -> Proposal:
        """The next suggestion chosen, or one before; the first step chooses the first where that was ambiguous."""
        last = len(self.keys) - 1
        if last < 0:
            return self
        at_once = self.may_return if self.returnable and not self.recorded else self.may_post
        first = not self.picked and not at_once and by > 0
        return replace(self, at=self.at if first else max(0, min(last, self.at + by)), picked=True)


def propose(books: Books, row: Waiting) -> Proposal:
    """What a row could be cleared with; a fixed number of queries."""
    line = row.line
    rules = read_rules(books) if row.kind == "bank_line" else []
    known = bank_line(books, row.id) if row.kind == "bank_line" else None
    if known is not None:
        rule = clearing_rule(rules, known)
        if rule is not None:
            return Proposal(row, rule=rule)
        line = ruled_line(rules, known, line)
    before = tuple(recorded(books, row, known)) if known is not None else ()
    if row.left < 0:
        return Proposal(row, returnable=tuple(returnable(books, row, known)), recorded=before)
    if any(one.is_sure for one in before):
        return Proposal(row, suggest(books, line), recorded=before)
    details = suggest_details(books, known, rules) if known is not None else []
    if any(one.may_post for one in details):
        return Proposal(row, details=tuple(details))
    verdict = suggest(books, line)
    clear = verdict.standing in (Standing.CERTAIN, Standing.CLEAR)
    return Proposal(row, verdict, recorded=() if clear else before)
