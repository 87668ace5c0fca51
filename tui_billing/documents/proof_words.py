"""The month's proof in words: what explains a difference, and what a month lacks to be proved."""

from __future__ import annotations

from tui_billing.locale import N_
from tui_billing.rules.money import plain
from tui_billing.rules.proof import (
    BREAK,
    EXCHANGE,
    LEFT_OUT,
    NOT_ON_STATEMENT,
    NOT_RECORDED,
    OPENING,
    WRONG_CHARGE,
    Missing,
    Proof,
)

#: Kinds of what explains a difference, in words.
WORDS = {
    OPENING: N_("balance before the first statement"),
    NOT_RECORDED: N_("on the statement, not recorded"),
    LEFT_OUT: N_("on the statement, left out on purpose"),
    NOT_ON_STATEMENT: N_("recorded, not on the statement"),
    EXCHANGE: N_("valued differently in the books"),
    BREAK: N_("break between statements"),
    WRONG_CHARGE: N_("charge that is not the usual one"),
}


def missing(proof: Proof) -> list[Missing]:
    """Why a month is not proved, in sentences; [] where it is."""
    found = []
    for ledger in (proof.receivables, proof.on_account):
        if not ledger.agrees:
            found.append(
                Missing(
                    N_("account {account} holds {journal}, its customers {by_customer}, the open items {open_items}"),
                    {
                        "account": ledger.account,
                        "journal": plain(ledger.journal, proof.currency),
                        "by_customer": plain(ledger.by_customer, proof.currency),
                        "open_items": plain(ledger.open_items, proof.currency),
                    },
                )
            )
    for bank in proof.banks:
        who = {"account": bank.names}
        if bank.statement is None:
            found.append(Missing(N_("no statement of {account} tells a balance; take one in"), who))
            continue
        if not bank.covered:
            found.append(
                Missing(
                    N_("the statements of {account} end on {date}; take in what follows"), who | {"date": bank.until}
                )
            )
        if bank.broken:
            amount = plain(bank.broken, bank.currency)
            found.append(
                Missing(
                    N_("statements of {account} are missing or do not add up, by {amount}"), who | {"amount": amount}
                )
            )
        if bank.rest:
            amount = plain(bank.rest, bank.currency)
            found.append(
                Missing(N_("{amount} between {account} and the books is not explained"), who | {"amount": amount})
            )
    return found
