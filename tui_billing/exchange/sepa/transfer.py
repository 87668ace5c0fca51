"""Money to pay back as pain.001.001.09: credit transfers to customers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from tui_billing.exchange.sepa.message import NOWHERE, Account, Place, finished, sepa_text, structured

SCHEMA = "pain.001.001.09"


@dataclass(frozen=True, slots=True)
class Transfer:
    """One refund: amount in cents, to whom, and the text that the customer reads."""

    end_to_end: str
    amount: int
    creditor: Account
    text: str
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Transfers:
    """A file: one day, one account of ours."""

    message_id: str
    created: str
    debtor: Account
    date: dt.date
    transfers: Sequence[Transfer]


def transfer_file(order: Transfers) -> bytes:
    """The file as bytes, valid against its schema; the same order gives the same bytes."""
    from sepaxml import SepaTransfer

    debtor = order.debtor
    message = SepaTransfer(
        {
            "name": sepa_text(debtor.name, 70),
            "IBAN": debtor.iban,
            **({"BIC": debtor.bic} if debtor.bic else {}),
            "batch": True,
            "currency": "EUR",
        },
        schema=SCHEMA,
        clean=False,
    )
    for transfer in order.transfers:
        message.add_payment(
            {
                "name": sepa_text(transfer.creditor.name, 70),
                "IBAN": transfer.creditor.iban,
                **({"BIC": transfer.creditor.bic} if transfer.creditor.bic else {}),
                "amount": transfer.amount,
                "execution_date": order.date,
                "description": sepa_text(transfer.text, 140),
                "endtoend_id": transfer.end_to_end,
                "address": structured(transfer.place),
            }
        )
    return finished(message, SCHEMA, order.message_id, order.created)
