"""Files for the bank: direct debits collected (pain.008), refunds paid (pain.001); made once, never twice.

A file is written before the commit under a name that hides it, and takes its own name after it: an order never
lacks its file, and a file that the bank could be given always has its order.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any

from tui_billing.documents.files import write_atomically
from tui_billing.models.door import Books
from tui_billing.models.queries.direct_debits import Due, collectable
from tui_billing.models.tables import Mandate, PaymentOrder, PaymentOrderPart
from tui_billing.models.write import add, add_all, change
from tui_billing.rules.bank_days import is_bank_day
from tui_billing.rules.dates import format_date
from tui_billing.rules.direct_debit import LAST, earliest_collection, sequence_of
from tui_billing.rules.money import plain
from tui_billing.rules.party import Party
from tui_billing.rules.problem import NotFound, Problem, Refused
from tui_billing.rules.text import clean
from tui_billing.services.balances import locked
from tui_billing.services.context import Context, Work, company, transact
from tui_billing.services.order_lists import file_of, hidden, order_content
from tui_billing.services.printing import document_folder

FOLDER = "bank"


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
    _prepare("collection")

    def do(work: Work) -> dict[str, Any]:
        firm = company(books)
        if not firm.creditor_identifier:
            raise Refused(
                "a collection needs the creditor identifier: tui-billing company set creditor_identifier=FR…",
                field="creditor_identifier",
            )
        account = _own_account(work, iban)
        chosen = _chosen(books, day, scheme.upper(), invoices)
        sequences = _sequences(chosen, set(last))
        message_id = _message_id("DD", context)
        content = _collection_content(books, work, message_id, account, scheme.upper(), day, chosen, sequences)
        total = sum(one.amount for one in chosen)
        order = _write_order(work, "collection", message_id, account[0], day, total, content, len(chosen))
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
            _refresh_mandate(books, key)
        for one, sequence in zip(chosen, sequences, strict=True):
            if sequence == LAST:
                change(Mandate, one.mandate_id, revoked_on=day)
        return _announce(work, "collect", order, message_id)

    return _with_file(books, transact(books, context, "collect", do))


def _prepare(kind: str) -> None:
    """Read the schema of the file before the gate is taken."""
    from tui_billing.exchange.sepa import collection, message, transfer

    message.prepare({"collection": collection.SCHEMA, "transfer": transfer.SCHEMA}[kind])


def _check_day(day: dt.date, today: dt.date) -> None:
    first = earliest_collection(today)
    if day < first:
        raise Problem(
            "the bank needs a day: the first possible date is {date}", field="date", date=format_date(first, "en")
        )
    if not is_bank_day(day):
        raise Problem("{date} is no day of the bank (TARGET); choose another", field="date", date=day.isoformat())


def _own_account(work: Work, iban: str) -> tuple[int, str, str]:
    """(id, IBAN, BIC) of the account of ours, locked: two collections at once wait for each other."""
    books, firm = work.books, company(work.books)
    wanted = "".join(iban.split()).upper() or firm.iban
    key = books.value("SELECT id FROM bank_account WHERE iban = ?", (wanted,))
    row = locked(books, "bank_account", "id, iban, bic, currency", int(key)) if key else None  # type: ignore[call-overload]
    if row is None:
        raise NotFound("there is no bank account {iban}; add it first", field="iban", iban=wanted or "—")
    if row[3] != "EUR":
        raise Problem("{iban} is in {currency}; SEPA is in euro", field="iban", iban=row[1], currency=row[3])
    return int(row[0]), row[1], row[2]


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


def _message_id(prefix: str, context: Context) -> str:
    """Of the command, so that a command said twice is one message; 35 characters at most."""
    return f"{prefix}{context.today:%Y%m%d}-{hashlib.sha256(context.command_id.encode()).hexdigest()[:20]}"


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
    places = _places(books, [one.customer_id for one in chosen])
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


def _places(books: Books, customers: Sequence[int]) -> dict[int, Any]:
    from tui_billing.exchange.sepa.message import Place

    keys = sorted(set(customers))
    marks = ", ".join("?" * len(keys))
    rows = books.rows(
        "SELECT customer_id, line1, postcode, city, country FROM address WHERE id IN"
        f" (SELECT min(id) FROM address WHERE kind = 'billing' AND customer_id IN ({marks}) GROUP BY customer_id)",
        keys,
    )
    found = {row[0]: Place(row[1], row[2], row[3], row[4]) for row in rows}
    return {key: found.get(key, Place()) for key in keys}


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
    _prepare("transfer")

    def do(work: Work) -> dict[str, Any]:
        from tui_billing.exchange.sepa.message import Account
        from tui_billing.exchange.sepa.transfer import Transfer, Transfers, transfer_file

        account = _own_account(work, iban)
        rows = payable_refunds(books)
        if refunds is not None:
            known = {row["id"]: row for row in rows}
            for key in refunds:
                if key not in known:
                    raise Refused(
                        "refund {id} cannot be paid: it has no IBAN, is not in euro, or is in a file already", id=key
                    )
            rows = [known[key] for key in dict.fromkeys(refunds)]
        if not rows:
            raise Refused("no refund waits to be paid")
        places = _places(books, [row["customer_id"] for row in rows])
        message_id = _message_id("CT", context)
        transfers = [
            Transfer(
                end_to_end=f"REFUND-{row['id']}",
                amount=row["amount"],
                creditor=Account(row["payee"] or row["customer_name"], row["iban"], row["bic"]),
                text=row["reference"] or row["reason"] or f"REFUND {row['id']}",
                place=places[row["customer_id"]],
            )
            for row in rows
        ]
        firm = company(books)
        debtor = Account(Party.from_json(firm.party).full_name, account[1], account[2] or firm.bic)
        content = transfer_file(Transfers(message_id, work.at, debtor, day, transfers))
        total = sum(row["amount"] for row in rows)
        order = _write_order(work, "refund", message_id, account[0], day, total, content, len(rows))
        add_all(
            PaymentOrderPart,
            [
                {
                    "payment_order_id": order["id"],
                    "customer_id": row["customer_id"],
                    "refund_id": row["id"],
                    "end_to_end": f"REFUND-{row['id']}",
                    "amount": row["amount"],
                }
                for row in rows
            ],
        )
        return _announce(work, "pay_refunds", order, message_id)

    return _with_file(books, transact(books, context, "pay_refunds", do))


def payable_refunds(books: Books) -> list[dict[str, Any]]:
    """Refunds in euro with an IBAN, standing, on no statement and in no live file; the oldest first."""
    rows = books.rows(
        "SELECT r.id, r.customer_id, c.code, c.name, r.date, r.amount, r.iban, r.bic, r.payee, r.reference, r.reason"
        " FROM refund r JOIN customer c ON c.id = r.customer_id WHERE r.currency = 'EUR' AND r.iban <> ''"
        " AND r.reversed_on IS NULL"
        " AND (SELECT coalesce(sum(amount), 0) FROM clearing WHERE refund_id = r.id) = 0"
        " AND NOT EXISTS (SELECT 1 FROM payment_order_part p JOIN payment_order o ON o.id = p.payment_order_id"
        " WHERE p.refund_id = r.id AND o.status = 'made' AND p.dropped_on IS NULL) ORDER BY r.date, r.id"
    )
    names = [
        "id",
        "customer_id",
        "customer",
        "customer_name",
        "date",
        "amount",
        "iban",
        "bic",
        "payee",
        "reference",
        "reason",
    ]
    return [dict(zip(names, row, strict=True)) for row in rows]


def _write_order(
    work: Work, kind: str, message_id: str, account: int, day: dt.date, total: int, content: bytes, count: int
) -> dict[str, Any]:
    sha256 = hashlib.sha256(content).hexdigest()
    path = f"{FOLDER}/{message_id}.xml"
    key = add(
        PaymentOrder,
        kind=kind,
        message_id=message_id,
        bank_account_id=account,
        execution_date=day,
        currency="EUR",
        count=count,
        total=total,
        path=path,
        sha256=sha256,
        operator_id=work.operator_id,
        at=work.at,
    )
    try:
        write_atomically(hidden(document_folder(work.books) / path), content)
    except OSError as error:
        raise Problem(
            "{path} could not be written: {reason}; make room or choose another folder, then render it again",
            path=path,
            reason=error.strerror or str(error),
        ) from error
    return {
        "id": key,
        "date": day.isoformat(),
        "count": count,
        "total": plain(total, "EUR"),
        "path": path,
        "sha256": sha256,
    }


def _announce(work: Work, action: str, order: dict[str, Any], message_id: str) -> dict[str, Any]:
    work.audit(
        action,
        "payment_order",
        order["id"],
        order_content(work.books, order["id"]),
        f"{order['count']} · {order['total']} EUR",
    )
    return {**order, "message_id": message_id}


def _with_file(books: Books, order: dict[str, Any]) -> dict[str, Any]:
    """The order, its file under its own name and its whole path."""
    path = file_of(books, order["path"])
    return {**order, "path": str(path)}


def cancel_order(books: Books, context: Context, order_id: int, reason: str = "") -> dict[str, Any]:
    """Cancel a file that was not given to the bank, or that the bank refused whole; its invoices are free again."""
    reason = clean(reason, 200, "reason")

    def do(work: Work) -> dict[str, Any]:
        row = _order(books, order_id)
        if row[1] != "made":
            raise Refused("order {id} was cancelled already", id=order_id)
        change(PaymentOrder, order_id, status="cancelled")
        for (key,) in books.rows(
            "SELECT DISTINCT mandate_id FROM payment_order_part WHERE payment_order_id = ? AND mandate_id IS NOT NULL",
            (order_id,),
        ):
            _refresh_mandate(books, key)
        work.audit("cancel", "payment_order", order_id, {"v": 1, "reason": reason}, f"{row[0]} {reason}".strip())
        return {"id": order_id, "status": "cancelled"}

    return transact(books, context, "cancel", do)


def drop_part(books: Books, context: Context, order_id: int, number: str, reason: str = "") -> dict[str, Any]:
    """Take one invoice out of a collection that the bank refused alone: it can be collected again."""
    reason = clean(reason, 200, "reason")

    def do(work: Work) -> dict[str, Any]:
        row = _order(books, order_id)
        found = books.row(
            "SELECT p.id, p.dropped_on, p.mandate_id FROM payment_order_part p JOIN invoice i ON i.id = p.invoice_id"
            " WHERE p.payment_order_id = ? AND i.number = ?",
            (order_id, number),
        )
        if found is None:
            raise NotFound("{number} is not in order {id}", number=number, id=order_id)
        if row[1] != "made" or found[1]:
            raise Refused("{number} is not being collected by order {id} any more", number=number, id=order_id)
        change(PaymentOrderPart, found[0], dropped_on=work.today, reason=reason)
        if found[2]:
            _refresh_mandate(books, found[2])
        work.audit(
            "drop", "payment_order", order_id, {"v": 1, "part": found[0], "reason": reason}, f"{number} {reason}"
        )
        return {"id": order_id, "dropped": number}

    return transact(books, context, "cancel", do)


def _order(books: Books, order_id: int) -> tuple:
    row = locked(books, "payment_order", "message_id, status", order_id)
    if row is None:
        raise NotFound("there is no order {id}; list them with: tui-billing order list", id=order_id)
    return row


def _refresh_mandate(books: Books, mandate_id: int) -> None:
    """First and last use of a mandate, from the files that stand."""
    row = books.row(
        "SELECT min(o.execution_date), max(o.execution_date) FROM payment_order_part p"
        " JOIN payment_order o ON o.id = p.payment_order_id"
        " WHERE p.mandate_id = ? AND o.status = 'made' AND p.dropped_on IS NULL",
        (mandate_id,),
    )
    assert row is not None
    days = [dt.date.fromisoformat(day) if day else None for day in row]
    change(Mandate, mandate_id, first_used=days[0], last_used=days[1])
