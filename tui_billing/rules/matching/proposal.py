"""Which open items a payment may be meant for, and why: each reason is a plain fact that can be read out.

Nothing is guessed from sums of many items; a reason is there or it is not. Where the payer says what is paid,
that is followed (French civil code, art. 1342-10); where nothing is said, the oldest due comes first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from tui_billing.rules.identifiers import compact, find_references, mentions, payment_reference
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import fold


class Reason(StrEnum):
    """Why an item is proposed, the strongest first."""

    REFERENCE = "reference"  # its ISO 11649 reference stands in the text
    NUMBER = "number"  # its number stands in the text
    IBAN = "iban"  # the payer's account has paid for this customer before
    NAME = "name"  # the customer's name stands in the payer or the text
    AMOUNT = "amount"  # exactly this amount is open


#: A reason outweighs all weaker ones together.
_WEIGHTS = {Reason.REFERENCE: 32, Reason.NUMBER: 16, Reason.IBAN: 8, Reason.NAME: 4, Reason.AMOUNT: 2}
NAMED = frozenset({Reason.REFERENCE, Reason.NUMBER})

#: Words of a name that say nothing about whose it is.
_LEGAL_FORMS = (
    "sa sas sasu sarl eurl snc sci scop ltd limited llc inc corp co company plc gmbh ag kg ohg ug bv nv srl spa sl"
)
_SMALL_WORDS = "ets etablissements societe ste the and et und le la les de du des of der die das mr mme mrs"
_COMMON = frozenset([*_LEGAL_FORMS.split(), *_SMALL_WORDS.split()])


@dataclass(frozen=True, slots=True)
class Line:
    """Money that came: `amount` in minor units of `currency`, what stands in its text, who paid.

    `customer_id` is known for a receipt, whose customer was typed; 0 for a bank line.
    """

    amount: int
    currency: str
    text: str = ""
    payer: str = ""
    payer_iban: str = ""
    customer_id: int = 0


@dataclass(frozen=True, slots=True)
class Item:
    """A document with something open; amounts in minor units of its currency."""

    id: int
    number: str
    kind: str
    customer_id: int
    customer_code: str
    customer_name: str
    due_date: str
    currency: str
    open: int
    disputed: int = 0
    ibans: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that the money could pay, and the reasons for it, the strongest first."""

    item: Item
    reasons: tuple[Reason, ...]

    @property
    def weight(self) -> int:
        """How strong the reasons are together."""
        return sum(_WEIGHTS[reason] for reason in self.reasons)


def rank(line: Line, items: Iterable[Item]) -> list[Candidate]:
    """The items that the line could pay, the strongest reasons first, then the oldest due.

    Credit notes, other currencies and, where the customer is known, other customers' items are left out.
    """
    whole = f"{line.payer} {line.text}"
    references = set(find_references(whole))
    iban = compact(line.payer_iban)
    words = set(name_words(whole))
    candidates = []
    for item in items:
        if item.kind == "credit_note" or item.currency != line.currency or item.open <= 0:
            continue
        if line.customer_id and item.customer_id != line.customer_id:
            continue
        found = []
        if references and _reference_of(item.number) in references:
            found.append(Reason.REFERENCE)
        if mentions(whole, item.number):
            found.append(Reason.NUMBER)
        if not line.customer_id:
            if iban and iban in item.ibans:
                found.append(Reason.IBAN)
            if is_named(item.customer_name, words):
                found.append(Reason.NAME)
        if item.open == line.amount:
            found.append(Reason.AMOUNT)
        candidates.append(Candidate(item, tuple(found)))
    return sorted(candidates, key=lambda one: (-one.weight, one.item.due_date, one.item.id))


def choose(line: Line, candidates: Sequence[Candidate]) -> list[tuple[int, int]]:
    """(invoice id, amount) to settle, all of one customer; what is left over stays on account.

    Items that the text names come first and alone. Else one item of exactly this amount; else the oldest due
    first, until the money is used up. [] where nothing speaks for any customer.
    """
    customer = customer_of(line, candidates)
    mine = [one for one in candidates if one.item.customer_id == customer]
    named = [one for one in mine if NAMED & set(one.reasons)]
    exact = [one for one in mine if Reason.AMOUNT in one.reasons]
    chosen = named or exact[:1] or sorted(mine, key=lambda one: (one.item.due_date, one.item.id))
    left = line.amount
    result: list[tuple[int, int]] = []
    for one in chosen:
        part = min(left, one.item.open)
        if part > 0:
            result.append((one.item.id, part))
            left -= part
    return result


def customer_of(line: Line, candidates: Sequence[Candidate]) -> int:
    """The id of the customer the money is from: the known one, else that of the best reasons; 0 for nobody.

    An equal amount says nothing where it is open with several customers, nor a name that several bear.
    """
    if line.customer_id:
        return line.customer_id
    best = [one for one in candidates if one.weight == candidates[0].weight] if candidates else []
    if not best or not best[0].weight:
        return 0
    customers = {one.item.customer_id for one in best}
    return customers.pop() if len(customers) == 1 else 0


def name_words(text: str) -> list[str]:
    """The words of a name that tell it from others: folded, without legal forms and single letters."""
    return [word for word in re.findall(r"\w+", fold(text)) if len(word) > 1 and word not in _COMMON]


def is_named(name: str, words: Iterable[str]) -> bool:
    """Whether every telling word of a customer's name is among the words of a bank line."""
    own = name_words(name)
    known = set(words)
    return bool(own) and any(len(word) > 2 for word in own) and all(word in known for word in own)


def possible_numbers(text: str, series: Iterable[tuple[str, int]], widest: int = 8) -> set[str]:
    """Document numbers that the digits of a text could stand for, in series given as (prefix, year).

    For looking them up: whether the text really names one is for `rank` to say. A text with very many digits
    gives at most some thousand.
    """
    runs = re.findall(r"[0-9]+", text.upper(), re.ASCII)[:40]
    joined = [a + b for a, b in pairwise(runs)]
    numbers: set[str] = set()
    for prefix, year in series:
        for run in (*runs, *joined):
            for digits in {run, run.removeprefix(str(year))}:
                if 1 <= len(digits) <= widest and int(digits):
                    numbers.add(f"{prefix}{year}-{int(digits):05d}")
    return numbers


def _reference_of(number: str) -> str:
    try:
        return payment_reference(number)
    except Problem:
        return ""
