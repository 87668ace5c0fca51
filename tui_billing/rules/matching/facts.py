"""The words of matching: money that came, open items, and what a suggestion rests on."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Line:
    """Money that came: `amount` in minor units of `currency`, what stands in its text, who paid, and when (ISO).

    `charges` are what the bank says it kept back of it. `customer_id` is known for a receipt, whose customer
    was typed, or where a rule names the customer; 0 for other lines. `rule_id` and `rule` are a clerk's rule that
    fits the line and its name; it may let up to `limit` be given up for the reason `reason_code`, and up to `gain`
    that was paid too much be kept.
    """

    amount: int
    currency: str
    text: str = ""
    payer: str = ""
    payer_iban: str = ""
    date: str = ""
    charges: int = 0
    customer_id: int = 0
    rule_id: int = 0
    rule: str = ""
    reason_code: str = ""
    limit: int = 0
    gain: int = 0


class Item(NamedTuple):
    """A document with something open; amounts in minor units of its currency, never signed.

    `discounted` is what settles it until `discount_until` (ISO; "" where no early-payment discount is offered
    or part of it is settled already).
    """

    id: int
    number: str
    kind: str
    customer_id: int
    due_date: str
    currency: str
    open: int
    disputed: int = 0
    issue_date: str = ""
    discounted: int = 0
    discount_until: str = ""
    order: str = ""

    @property
    def is_credit(self) -> bool:
        """Whether it is a credit note."""
        return self.kind == "credit_note"


@dataclass(frozen=True, slots=True)
class Payer:
    """A customer as matching knows it: accounts and names that have paid for it before."""

    id: int
    code: str
    name: str
    ibans: frozenset[str] = frozenset()
    aliases: frozenset[str] = frozenset()


class Fact(StrEnum):
    """Why a suggestion is made: each one can be read out and looked up."""

    REFERENCE = "reference"  # its ISO 11649 reference stands in the text
    NUMBER = "number"  # its number stands in the text
    MISSPELT = "misspelt"  # its number stands in the text, but for a slip
    COUNTER = "counter"  # the last digits of its number stand in the text
    ORDER = "order"  # its order number stands in the text
    IBAN = "iban"  # the payer's account has paid for this customer before
    ALIAS = "alias"  # the payer's name has paid for this customer before
    NAME = "name"  # the customer's name stands in the payer's name or the text
    EXACT = "exact"  # the amount is exactly what is open
    COVER = "cover"  # several items add up to the amount
    DISCOUNT = "discount"  # the amount less early-payment discount, in time
    CREDITS = "credits"  # the amount less credit notes
    CHARGES = "charges"  # with what the bank says it kept back
    FEE = "fee"  # short by what banks take on the way
    ROUNDING = "rounding"  # within the tolerance
    PART = "part"  # less than is open
    OVER = "over"  # more than is open
    OLDEST = "oldest"  # nothing says what is paid: the oldest due first
    ACCOUNT = "account"  # nothing is open for it
    RULE = "rule"  # a rule that a clerk wrote names the customer, or gives the difference up
    # and what speaks against it
    LATE = "late"  # the discount was taken too late
    OTHER_PAYER = "other_payer"  # the payer is known for another customer
    OTHER_NUMBER = "other_number"  # the text names another document as well
    SHARED = "shared"  # the payer is known for several customers
    DISPUTED = "disputed"


class Standing(StrEnum):
    """What may be done with the best suggestion."""

    CERTAIN = "certain"  # may be posted by itself after a rehearsal
    CLEAR = "clear"  # the one best: a clerk posts it with one key
    AMBIGUOUS = "ambiguous"  # another one has the same evidence: a clerk chooses
    GUESS = "guess"  # too little speaks for it: a clerk chooses
    NOTHING = "nothing"


class Naming(IntEnum):
    """How the text names what is paid, the surest last."""

    NONE = 0
    COUNTER = 1
    MISSPELT = 2
    NUMBER = 3
    REFERENCE = 4


class Explained(IntEnum):
    """How the amount is explained, the surest last."""

    OVER = 0
    PART = 1
    FEE = 2
    ROUNDING = 3
    CREDITS = 4
    DISCOUNT = 5
    EXACT = 6


class Whose(IntEnum):
    """What the payer says about the customer, the surest last."""

    ANOTHER = -1
    UNKNOWN = 0
    SHARED = 1
    NAME = 2
    ACCOUNT = 3


class Tier(IntEnum):
    """Which witnesses agree, the strongest first. Within a tier the naming, the amount and the payer decide."""

    NAMED_AND_AMOUNT = 1  # the text names it, and the amount is explained
    NAMED_BY_PAYER = 2  # the text names it rightly, the payer is its customer, the amount is another
    PAYER_AND_AMOUNT = 3  # the payer is known, and the amount is explained
    NAMED = 4  # the text names it, the amount is another
    AMOUNT = 5  # the amount alone
    PAYER = 6  # the payer alone: the oldest due first


@dataclass(frozen=True, slots=True)
class Share:
    """An invoice that is settled: `paid` with the money, `given_up` for a reason (early_payment, bank_fee, …)."""

    item: Item
    paid: int
    given_up: int = 0
    reason_code: str = ""


@dataclass(frozen=True, slots=True)
class CreditUse:
    """Part of a credit note that settles part of an invoice."""

    credit: Item
    invoice: Item
    amount: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a line could be cleared with, for one customer; what is left over stays on account.

    `bank_fee` is what our bank kept back of the line: the customer paid that much more. `evidence` is compared
    place by place, the smaller the better: tier, naming, amount, payer, shape of the set. `facts` are
    (fact, numbers that it is about). `rule_id` is the rule that it rests on, 0 for none. `chance` where its set is
    likely to add up by chance. `surplus` is kept as a gain, for the reason `surplus_code`, as a rule says.
    """

    customer: Payer
    shares: tuple[Share, ...]
    evidence: tuple[int, ...]
    facts: tuple[tuple[Fact, tuple[str, ...]], ...]
    credits: tuple[CreditUse, ...] = ()
    on_account: int = 0
    bank_fee: int = 0
    certain: bool = False
    rule_id: int = 0
    chance: bool = False
    surplus: int = 0
    surplus_code: str = ""

    @property
    def tier(self) -> Tier:
        """Which witnesses agree."""
        return Tier(self.evidence[0])

    @property
    def key(self) -> tuple[object, ...]:
        """What it would post: two suggestions with one key are the same."""
        shares = tuple((one.item.id, one.paid, one.given_up) for one in self.shares)
        return (self.customer.id, shares, tuple((one.credit.id, one.invoice.id, one.amount) for one in self.credits))


@dataclass(frozen=True, slots=True)
class Verdict:
    """All suggestions for a line, the best first, and what may be done with the best."""

    suggestions: tuple[Suggestion, ...] = ()
    standing: Standing = Standing.NOTHING
    rivals: int = 0
    searched_all: bool = True
    named: tuple[str, ...] = field(default=())

    @property
    def best(self) -> Suggestion | None:
        """The first suggestion."""
        return self.suggestions[0] if self.suggestions else None
