"""Direct debits collected: what is due under mandates, in a file of pain.008 for the bank."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries.direct_debits import Due, collectable
from tui_billing.models.tables import Mandate, PaymentOrderPart
from tui_billing.models.write import add_all, change
from tui_billing.rules.bank_days import is_bank_day
from tui_billing.rules.dates import format_date
from tui_billing.rules.direct_debit import LAST, earliest_collection, sequence_of
from tui_billing.rules.party import Party
from tui_billing.rules.problem import Problem, Refused
from tui_billing.services.context import Context, Work, company, transact
from tui_billing.services.payment_orders import (
    announce,
    message_id_of,
    own_account,
    places_of,
    prepare_file,
    refresh_mandate,
    with_file,
    write_order,
)


def collect(
    books: Books,
    context: Context,
    *,
    scheme: str = "CORE",
    date: dt.date | None = None,
    invoices: Sequence[int] | None = None,
    last: Sequence[str] = (),
    iban: str = "",
) -> dict[str, Any]:
    """Make one file of direct debits; return {"id", "message_id", "date", "count", "total", "path", "sha256"}.

    `invoices` None takes all that are due by `date` (the first possible day where none is given) and have no
    obstacle. `last` are mandates that are collected for the last time (FNAL) and end with it. `iban` names the
    account of ours, the company's where it is "". Nothing is posted: the bank's credit is, when it comes.
    """
    day = date or earliest_collection(context.today)
    _check_day(day, context.today)
    prepare_file("collection")

    def do(work: Work) -> dict[str, Any]:
        firm = company(books)
        if not firm.creditor_identifier:
            raise Refused(
                "a collection needs the creditor identifier: tui-billing company set creditor_identifier=FR…",
                field="creditor_identifier",
            )
        account = own_account(work, iban)
        chosen = _chosen(books, day, scheme.upper(), invoices)
        sequences = _sequences(chosen, set(last))
        message_id = message_id_of("DD", context)
        content = _collection_content(books, work, message_id, account, scheme.upper(), day, chosen, sequences)
        total = sum(one.amount for one in chosen)
        order = write_order(work, "collection", message_id, account[0], day, total, content, len(chosen))
        add_all(
            PaymentOrderPart,
            [
                {
                    "payment_order_id": order["id"],
                    "customer_id": one.customer_id,
                    "invoice_id": one.invoice_id,
                    "mandate_id": one.mandate_id,
                    "end_to_end": one.reference,
                    "sequence_type": sequence,
                    "amount": one.amount,
                }
                for one, sequence in zip(chosen, sequences, strict=True)
            ],
        )
        for key in {one.mandate_id for one in chosen}:
            refresh_mandate(books, key)
        for one, sequence in zip(chosen, sequences, strict=True):
            if sequence == LAST:
                change(Mandate, one.mandate_id, revoked_on=day)
        return announce(work, "collect", order, message_id)

    return with_file(books, transact(books, context, "collect", do))


def _check_day(day: dt.date, today: dt.date) -> None:
    first = earliest_collection(today)
    if day < first:
        raise Problem(
            "the bank needs a day: the first possible date is {date}", field="date", date=format_date(first, "en")
        )
    if not is_bank_day(day):
        raise Problem("{date} is no day of the bank (TARGET); choose another", field="date", date=day.isoformat())


def _chosen(books: Books, day: dt.date, scheme: str, invoices: Sequence[int] | None) -> list[Due]:
    due = [one for one in collectable(books, day) if one.scheme == scheme]
    if invoices is None:
        chosen = [one for one in due if not one.obstacle]
    else:
        known = {one.invoice_id: one for one in due}
        for key in invoices:
            if key not in known:
                raise Refused(
                    "{number} cannot be collected: it is not due by then, has no mandate, or is being collected already",
                    field="invoices",
                    number=books.value("SELECT number FROM invoice WHERE id = ?", (key,)) or key,
                )
            if known[key].obstacle == "lapsed":
                raise Refused(
                    "mandate {mandate} was not used for 36 months and has lapsed; have a new one signed",
                    field="invoices",
                    mandate=known[key].mandate,
                )
        chosen = [known[key] for key in dict.fromkeys(invoices)]
    if not chosen:
        raise Refused("nothing is due to be collected by {date}", field="date", date=day.isoformat())
    return chosen


def _sequences(chosen: Sequence[Due], last: set[str]) -> list[str]:
    """Within one file the first collection under a new mandate is the first, the next ones recur."""
    unknown = last - {one.mandate for one in chosen}
    if unknown:
        raise Problem("nothing is collected under mandate {mandate}", field="last", mandate=sorted(unknown)[0])
    left = {key: sum(one.mandate == key for one in chosen) for key in {one.mandate for one in chosen}}
    used = {one.mandate for one in chosen if one.used}
    found = []
    for one in chosen:
        left[one.mandate] -= 1
        if one.once and left[one.mandate]:
            raise Refused(
                "mandate {mandate} is for one collection; choose one invoice of {customer}",
                field="invoices",
                mandate=one.mandate,
                customer=one.customer_code,
            )
        ends = one.mandate in last and not left[one.mandate]
        found.append(sequence_of(used=one.mandate in used, once=one.once, last=ends))
        used.add(one.mandate)
    return found


def _collection_content(
    books: Books,
    work: Work,
    message_id: str,
    account: tuple[int, str, str],
    scheme: str,
    day: dt.date,
    chosen: Sequence[Due],
    sequences: Sequence[str],
) -> bytes:
    from tui_billing.exchange.sepa.collection import Collection, Debit, collection_file
    from tui_billing.exchange.sepa.message import Account

    firm = company(books)
    places = places_of(books, [one.customer_id for one in chosen])
    debits = [
        Debit(
            end_to_end=one.reference,
            amount=one.amount,
            debtor=Account(one.holder, one.iban, one.bic),
            mandate=one.mandate,
            signed_on=one.signed_on,
            sequence=sequence,
            text=f"{one.number} {one.reference}",
            place=places[one.customer_id],
        )
        for one, sequence in zip(chosen, sequences, strict=True)
    ]
    creditor = Account(Party.from_json(firm.party).full_name, account[1], account[2] or firm.bic)
    return collection_file(Collection(message_id, work.at, creditor, firm.creditor_identifier, scheme, day, debits))
