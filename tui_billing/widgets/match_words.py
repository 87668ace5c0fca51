"""Why a suggestion is made, and what stands against it, in the clerk's words; for the screen and the command line."""

from __future__ import annotations

from collections.abc import Sequence

from tui_billing.locale import N_, _
from tui_billing.rules.matching.facts import Fact, Standing, Suggestion, Verdict
from tui_billing.services.recorded import Recorded, Says

#: What is said of several documents at once names so many of them.
_NAMED = 3

WORDS: dict[Fact, str] = {
    Fact.REFERENCE: N_("reference of {numbers} in the text"),
    Fact.NUMBER: N_("{numbers} in the text"),
    Fact.MISSPELT: N_("{numbers} in the text, misspelt"),
    Fact.COUNTER: N_("last digits of {numbers} in the text"),
    Fact.ORDER: N_("order number of {numbers} in the text"),
    Fact.IBAN: N_("account has paid for them before"),
    Fact.ALIAS: N_("payer has paid for them before"),
    Fact.NAME: N_("name"),
    Fact.EXACT: N_("exact amount"),
    Fact.COVER: N_("{count} items add up"),
    Fact.DISCOUNT: N_("less early-payment discount, in time"),
    Fact.CREDITS: N_("less credit note {numbers}"),
    Fact.CHARGES: N_("with what the bank kept back"),
    Fact.FEE: N_("short by a bank's fee"),
    Fact.ROUNDING: N_("within the tolerance"),
    Fact.PART: N_("part of what is open"),
    Fact.OVER: N_("more than is open"),
    Fact.OLDEST: N_("oldest due first"),
    Fact.ACCOUNT: N_("nothing is open; stays on account"),
    Fact.RULE: N_("rule {numbers}"),
    Fact.LATE: N_("discount taken too late"),
    Fact.OTHER_PAYER: N_("payer is known for another customer"),
    Fact.OTHER_NUMBER: N_("text also names {numbers}"),
    Fact.SHARED: N_("payer is known for several customers"),
    Fact.DISPUTED: N_("disputed: {numbers}"),
}
#: What makes a clerk look twice.
AGAINST = frozenset({Fact.LATE, Fact.OTHER_PAYER, Fact.OTHER_NUMBER, Fact.SHARED, Fact.DISPUTED})


#: What speaks for something that was recorded before it stood on a statement.
_SAYS = {
    Says.AMOUNT: N_("exact amount"),
    Says.NAME: N_("name, exact amount"),
    Says.REFERENCE: N_("reference, exact amount"),
}


def recorded_words(one: Recorded) -> str:
    """What it is: a slip, a payment, a refund."""
    day = f"{one.date.day:02}/{one.date.month:02}/{one.date.year % 100:02}"
    if one.kind == "deposit":
        words = _("deposit slip of {date}, {count} entries", date=day, count=one.count)
        return words + (f" · {one.reference}" if one.reference else "")
    message = N_("refund to {customer} of {date}") if one.kind == "refund" else N_("payment of {customer} of {date}")
    return _(message, customer=f"{one.customer} {one.name}".strip(), date=day)


def recorded_why(one: Recorded) -> str:
    """What speaks for it."""
    if one.kind == "deposit":
        return _("count and total equal") if one.says == Says.SLIP else _("total equal, the count is another")
    return _("recorded, not on a statement yet: {why}", why=_(_SAYS[one.says]))


def fact_words(fact: Fact, numbers: Sequence[str]) -> str:
    """One fact as it is read out."""
    shown = ", ".join(numbers[:_NAMED]) + (" …" if len(numbers) > _NAMED else "")
    return _(WORDS[fact], numbers=shown, count=len(numbers))


def reasons(suggestion: Suggestion) -> list[str]:
    """All facts of a suggestion, the strongest first."""
    return [fact_words(fact, numbers) for fact, numbers in suggestion.facts]


def why_not(verdict: Verdict) -> str:
    """Why Enter does not post the best suggestion; "" where it does."""
    if verdict.standing == Standing.AMBIGUOUS:
        return _("{count} more fit as well: + chooses, then Enter posts", count=verdict.rivals)
    if verdict.standing == Standing.GUESS:
        return _("too little speaks for it: + chooses, then Enter posts")
    if verdict.standing == Standing.NOTHING:
        return _("nobody is known who has paid this: k keeps it on account, p opens the payment form")
    return ""


def link_not(alike: int) -> str:
    """Why Enter does not link what was recorded before; `alike` others have as much to say for them."""
    if alike:
        return _("{count} more fit as well: + chooses, then Enter posts", count=alike)
    return _("only the amount speaks for it: + chooses, then Enter links it")
