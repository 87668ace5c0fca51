"""Rules that a clerk writes for lines of a kind: all conditions must hold, and the first rule in order wins.

Texts are compared without case and accents, amounts without their sign (`direction` tells whether money came or
went). Nothing here is a regular expression: `matches` knows `*` (any run of characters) and `?` (one), and takes
time in proportion to the two lengths at most, whatever the bank has written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from tui_billing.rules.identifiers import compact
from tui_billing.rules.money import from_minor
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import clean, fold, quote

TEXTS = ("text", "reference", "payer", "payer_iban", "bank_code", "account")
FIELDS = (*TEXTS, "amount", "direction")
OF_TEXT = ("contains", "is", "starts", "matches")
OF_AMOUNT = ("is", "above", "below", "between")
OPERATORS = (*OF_TEXT, "above", "below", "between")
ACTIONS = ("customer", "write_off", "account", "ignore")
#: Conditions of one rule, characters of a value, and characters of a line that are looked at.
MOST, LONGEST, READ = 5, 100, 4_000


@dataclass(frozen=True, slots=True)
class Seen:
    """What a rule may ask of a bank line: `amount` in minor units of `currency`, signed; texts as the bank wrote them."""

    amount: int
    currency: str
    text: tuple[str, ...] = ()
    reference: tuple[str, ...] = ()
    payer: tuple[str, ...] = ()
    payer_iban: tuple[str, ...] = ()
    bank_code: tuple[str, ...] = ()
    account: tuple[str, ...] = ()

    @property
    def direction(self) -> str:
        """Whether the money came ("in") or went ("out")."""
        return "in" if self.amount >= 0 else "out"


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition; `value` is "5.00" for an amount, "1.00 5.00" for a range, a text else."""

    field: str
    operator: str
    value: str

    def __str__(self) -> str:
        """As it is typed: "amount below 5.00"."""
        return f"{self.field} {self.operator} {self.value}"

    def holds(self, seen: Seen) -> bool:
        """Whether the line fits."""
        if self.field == "direction":
            return seen.direction == self.value
        if self.field == "amount":
            amount = abs(from_minor(seen.amount, seen.currency))
            low, *rest = map(Decimal, self.value.split())
            if self.operator == "between":
                return low <= amount <= rest[0]
            return {"is": amount == low, "above": amount > low, "below": amount < low}[self.operator]
        squeeze = compact if self.field == "payer_iban" else _plain
        value = squeeze(self.value)
        return any(_fits(self.operator, squeeze(one[:READ]), value) for one in getattr(seen, self.field) if one)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its conditions, and what then.

    `customer_id` and `customer` (its code) for "customer"; `reason_code`, `limit` (minor units that it may give up)
    and `gain` (that were paid too much and may be kept) for "write_off"; `account` for "account"; `reason` is written
    on a line that is set aside or posted.
    """

    name: str
    conditions: tuple[Condition, ...]
    action: str
    id: int = 0
    position: int = 0
    customer_id: int = 0
    customer: str = ""
    reason_code: str = ""
    limit: int = 0
    gain: int = 0
    account: str = ""
    reason: str = ""
    hits: int = 0
    version: int = 1

    def fits(self, seen: Seen) -> bool:
        """Whether all conditions hold, and what then can be done with such a line: only money that came pays."""
        if self.action in ("customer", "write_off") and seen.amount < 0:
            return False
        return all(one.holds(seen) for one in self.conditions)

    @property
    def clears(self) -> bool:
        """Whether it clears the line by itself: set aside, or posted to an account."""
        return self.action in ("account", "ignore")

    @property
    def forgets_direction(self) -> bool:
        """Whether it sets lines aside without asking whether money came or went: a customer's payment, too."""
        return self.action == "ignore" and not any(one.field == "direction" for one in self.conditions)

    @property
    def target(self) -> str:
        """What the action names: a customer's code, a reason's code, an account, why a line is set aside."""
        return {
            "customer": self.customer,
            "write_off": self.reason_code,
            "account": self.account,
            "ignore": self.reason,
        }[self.action]


def first_rule(rules: Sequence[Rule], seen: Seen) -> Rule | None:
    """The first rule that fits."""
    return next((rule for rule in rules if rule.fits(seen)), None)


def _plain(text: str) -> str:
    return " ".join(fold(text).split())


def _fits(operator: str, text: str, value: str) -> bool:
    if operator == "contains":
        return value in text
    if operator == "starts":
        return text.startswith(value)
    if operator == "matches":
        return matches(value, text)
    return text == value


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text has the shape of a pattern of `*` and `?`; without recursion, len x len at most."""
    at = place = 0
    star, resume = -1, 0
    while place < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, resume = at, place
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", text[place]):
            at += 1
            place += 1
        elif star >= 0:  # the last star takes one character more
            resume += 1
            at, place = star + 1, resume
        else:
            return False
    return not pattern[at:].strip("*")


# -- what is typed ------------------------------------------------------------


def parse_condition(typed: str, words: Mapping[str, str] | None = None) -> Condition:
    """A condition as it is typed: field, operator, value; `words` are other words for fields, operators, directions."""
    words = words or {}
    parts = typed.split(None, 2)
    if len(parts) < 3:
        raise Problem(
            "a condition is a field, an operator and a value, for example: text contains sumup", field="conditions"
        )
    field, operator, value = parts
    field, operator = (words.get(fold(one), fold(one)) for one in (field, operator))
    if field == "direction":
        value = words.get(fold(value.strip()), fold(value.strip()))
    return check_condition(Condition(field, operator, value))


def check_condition(one: Condition) -> Condition:
    """The condition as it is kept. Raises Problem: an unknown field or operator, a value that is none."""
    if one.field not in FIELDS:
        raise Problem(
            "{field_name} is nothing that a line has; choose one of {known}",
            field="conditions",
            field_name=quote(one.field),
            known=", ".join(FIELDS),
        )
    known = OF_AMOUNT if one.field == "amount" else ("is",) if one.field == "direction" else OF_TEXT
    if one.operator not in known:
        raise Problem(
            "{field_name} is not asked with {operator}; choose one of {known}",
            field="conditions",
            field_name=one.field,
            operator=quote(one.operator),
            known=", ".join(known),
        )
    value = " ".join(clean(one.value, LONGEST, "conditions").split())
    if one.field == "amount":
        value = " ".join(_amounts(one.operator, value))
    elif one.field == "direction" and value not in ("in", "out"):
        raise Problem("direction is in or out: money that came, money that went", field="conditions")
    elif not (compact(value) if one.field == "payer_iban" else _plain(value)).strip("*? "):
        raise Problem("type a value that not every line has, beside * and ?", field="conditions")
    return Condition(one.field, one.operator, value)


def _amounts(operator: str, value: str) -> list[str]:
    found = []
    for word in value.split():
        try:
            amount = Decimal(word.replace(",", "."))
        except InvalidOperation:
            amount = Decimal(-1)
        exponent = amount.as_tuple().exponent
        if not amount.is_finite() or amount < 0 or amount >= 10**12 or not isinstance(exponent, int) or exponent < -3:
            raise Problem(
                "{text} is no amount; type it without a sign, for example 12.50", field="conditions", text=quote(word)
            )
        found.append(amount)
    if len(found) != (2 if operator == "between" else 1):
        raise Problem(
            "between takes two amounts, the others take one, for example: amount between 1 12.50", field="conditions"
        )
    if operator == "between" and found[0] > found[1]:
        raise Problem("of two amounts the smaller stands first", field="conditions")
    return [f"{amount:f}" for amount in found]


def check_rule(rule: Rule) -> Rule:
    """The rule as it is kept, but for what only the books know. Raises Problem with the field at fault."""
    name = clean(rule.name, 60, "name")
    if not name:
        raise Problem("a rule needs a name, for example card fees", field="name")
    if not rule.conditions:
        raise Problem("a rule without a condition would fit every line; type one", field="conditions")
    if len(rule.conditions) > MOST:
        raise Problem("a rule has {most} conditions at most; write two rules", field="conditions", most=MOST)
    if rule.action not in ACTIONS:
        raise Problem(
            "{action} is nothing a rule does; type one of {known}",
            field="action",
            action=quote(rule.action),
            known=", ".join(ACTIONS),
        )
    conditions = tuple(check_condition(one) for one in rule.conditions)
    if rule.action == "ignore" and not rule.reason.strip():
        raise Problem("say why such lines are set aside, for example: wages", field="target")
    reason = clean(rule.reason, 200, "reason")
    return Rule(name, conditions, rule.action, rule.id, rule.position, reason=reason)


def conditions_from(stored: Sequence[Mapping[str, Any]]) -> tuple[Condition, ...]:
    """Conditions as the books hold them."""
    return tuple(Condition(str(one["field"]), str(one["operator"]), str(one["value"])) for one in stored)


def stored_conditions(rule: Rule) -> list[dict[str, str]]:
    """The same the other way."""
    return [{"field": one.field, "operator": one.operator, "value": one.value} for one in rule.conditions]
