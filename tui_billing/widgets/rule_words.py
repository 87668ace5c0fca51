"""What a clerk's rule asks and does, and what a dry run found, in the clerk's words; for screen and command line."""

from __future__ import annotations

from tui_billing.locale import N_, _
from tui_billing.rules.matching.bank_rules import FIELDS, OPERATORS, Rule
from tui_billing.rules.text import fold
from tui_billing.services.bank_rules import AGREES, DIFFERS, WAITS, Tried

#: Fields, operators and directions as conditions are shown and typed; one word each.
WORDS = {
    "text": N_("text"),
    "reference": N_("reference"),
    "payer": N_("payer"),
    "payer_iban": N_("payer_iban"),
    "amount": N_("amount"),
    "bank_code": N_("bank_code"),
    "direction": N_("direction"),
    "account": N_("account"),
    "contains": N_("contains"),
    "is": N_("is"),
    "starts": N_("starts"),
    "matches": N_("matches"),
    "above": N_("above"),
    "below": N_("below"),
    "between": N_("between"),
    "in": N_("in"),
    "out": N_("out"),
}


def typed_words() -> dict[str, str]:
    """The clerk's words, folded, and what they mean; the English ones are understood everywhere."""
    return {fold(_(word)): name for name, word in WORDS.items()} | {name: name for name in WORDS}


def conditions_words(rule: Rule) -> list[str]:
    """Its conditions in the clerk's words, as they may be typed again."""
    told = []
    for one in rule.conditions:
        value = _(WORDS[one.value]) if one.field == "direction" else one.value
        told.append(f"{_(WORDS[one.field])} {_(WORDS[one.operator])} {value}")
    return told


def fields_words() -> tuple[str, str]:
    """The fields, and the operators, that there are."""
    return " ".join(_(WORDS[one]) for one in FIELDS), " ".join(_(WORDS[one]) for one in OPERATORS)


def by_rule(name: str) -> str:
    """That a rule says so."""
    return _("rule {numbers}", numbers=name)


_THEN = {
    "customer": N_("customer {target}"),
    "write_off": N_("give up the difference: {target}"),
    "account": N_("to account {target}"),
    "ignore": N_("set aside: {target}"),
}
_DONE = {
    "receipt": N_("payment of {target}"),
    "refund": N_("refund to {target}"),
    "return": N_("returned payment of {target}"),
    "charge": N_("bank charge"),
    "account": N_("to account {target}"),
    "ignored": N_("set aside: {target}"),
}
_OUTCOMES = {WAITS: N_("waits"), AGREES: N_("as it was done"), DIFFERS: N_("otherwise")}


def rule_words(rule: Rule) -> str:
    """What a rule does, in a few words."""
    return _(_THEN[rule.action], target=rule.target)


def done_words(one: Tried) -> str:
    """What was done with a line, "" where it waits."""
    return ", ".join(_(_DONE[kind], target=target) for kind, target in one.done)


def outcome_words(one: Tried) -> str:
    """How that compares with the rule."""
    return _(_OUTCOMES[one.outcome])
