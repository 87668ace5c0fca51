"""Direct debits as pain.008.001.08: what the bank is asked to collect."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from tui_billing.exchange.sepa.message import NOWHERE, Account, Place, finished, sepa_text, structured

SCHEMA = "pain.008.001.08"


@dataclass(frozen=True, slots=True)
class Debit:
    """One invoice collected: amount in cents; `sequence` FRST, RCUR, OOFF or FNAL."""

    end_to_end: str
    amount: int
    debtor: Account
    mandate: str
    signed_on: dt.date
    sequence: str
    text: str
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Collection:
    """A file: one scheme (CORE or B2B), one day, one account of ours."""

    message_id: str
    created: str
    creditor: Account
    creditor_identifier: str
    scheme: str
    date: dt.date
    debits: Sequence[Debit]


def collection_file(collection: Collection) -> bytes:
    """The file as bytes, valid against its schema; the same collection gives the same bytes."""
    from sepaxml import SepaDD

    creditor = collection.creditor
    message = SepaDD(
        {
            "name": sepa_text(creditor.name, 70),
            "IBAN": creditor.iban,
            **({"BIC": creditor.bic} if creditor.bic else {}),
            "batch": True,
            "creditor_id": collection.creditor_identifier,
            "currency": "EUR",
            "instrument": collection.scheme,
        },
        schema=SCHEMA,
        clean=False,
    )
    for debit in collection.debits:
        message.add_payment(
            {
                "name": sepa_text(debit.debtor.name, 70),
                "IBAN": debit.debtor.iban,
                **({"BIC": debit.debtor.bic} if debit.debtor.bic else {}),
                "amount": debit.amount,
                "type": debit.sequence,
                "collection_date": collection.date,
                "mandate_id": debit.mandate,
                "mandate_date": debit.signed_on,
                "description": sepa_text(debit.text, 140),
                "endtoend_id": debit.end_to_end,
                "address": structured(debit.place),
            }
        )
    return finished(message, SCHEMA, collection.message_id, collection.created)
