"""Refunds paid: a file of pain.001 that asks the bank to transfer them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries.refunds import waiting_refunds
from tui_billing.models.tables import PaymentOrderPart
from tui_billing.models.write import add_all
from tui_billing.rules.bank_days import is_bank_day
from tui_billing.rules.direct_debit import earliest_collection
from tui_billing.rules.party import Party
from tui_billing.rules.problem import Problem, Refused
from tui_billing.services.context import Context, Work, company, transact
from tui_billing.services.payment_orders import (
    announce,
    message_id_of,
    own_account,
    places_of,
    prepare_file,
    with_file,
    write_order,
)


def pay_refunds(
    books: Books,
    context: Context,
    *,
    date: dt.date | None = None,
    refunds: Sequence[int] | None = None,
    iban: str = "",
) -> dict[str, Any]:
    """Make one file of credit transfers for refunds in euro that name an IBAN and are in no file yet.

    Returns what `collect` does. The refunds are posted already; the file only asks the bank to pay them.
    """
    day = date or earliest_collection(context.today)
    if day < context.today or not is_bank_day(day):
        raise Problem("{date} is no day of the bank (TARGET); choose another", field="date", date=day.isoformat())
    prepare_file("transfer")

    def do(work: Work) -> dict[str, Any]:
        from tui_billing.exchange.sepa.message import Account
        from tui_billing.exchange.sepa.transfer import Transfer, Transfers, transfer_file

        account = own_account(work, iban)
        rows = [one for one in waiting_refunds(books) if not one.obstacle]
        if refunds is not None:
            known = {row.id: row for row in rows}
            for key in refunds:
                if key not in known:
                    raise Refused(
                        "refund {id} cannot be paid: it has no IBAN, is not in euro, or is in a file already", id=key
                    )
            rows = [known[key] for key in dict.fromkeys(refunds)]
        if not rows:
            raise Refused("no refund waits to be paid")
        places = places_of(books, [row.customer_id for row in rows])
        message_id = message_id_of("CT", context)
        transfers = [
            Transfer(
                end_to_end=f"REFUND-{row.id}",
                amount=row.amount,
                creditor=Account(row.payee or row.customer_name, row.iban, row.bic),
                text=row.reference or row.reason or f"REFUND {row.id}",
                place=places[row.customer_id],
            )
            for row in rows
        ]
        firm = company(books)
        debtor = Account(Party.from_json(firm.party).full_name, account[1], account[2] or firm.bic)
        content = transfer_file(Transfers(message_id, work.at, debtor, day, transfers))
        total = sum(row.amount for row in rows)
        order = write_order(work, "refund", message_id, account[0], day, total, content, len(rows))
        add_all(
            PaymentOrderPart,
            [
                {
                    "payment_order_id": order["id"],
                    "customer_id": row.customer_id,
                    "refund_id": row.id,
                    "end_to_end": f"REFUND-{row.id}",
                    "amount": row.amount,
                }
                for row in rows
            ],
        )
        return announce(work, "pay_refunds", order, message_id)

    return with_file(books, transact(books, context, "pay_refunds", do))
