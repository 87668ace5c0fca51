"""Files for the bank: made once, never twice; cancelled, or one part taken out. What is in them: `collecting.py`,
`pay_refunds.py`.

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
from tui_billing.models.tables import Mandate, PaymentOrder, PaymentOrderPart
from tui_billing.models.write import add, change
from tui_billing.rules.money import plain
from tui_billing.rules.problem import NotFound, Problem, Refused
from tui_billing.rules.text import clean
from tui_billing.services.balances import locked
from tui_billing.services.context import Context, Work, company, transact
from tui_billing.services.order_lists import file_of, hidden, order_content
from tui_billing.services.printing import document_folder

FOLDER = "bank"


def prepare_file(kind: str) -> None:
    """Read the schema of the file before the gate is taken."""
    from tui_billing.exchange.sepa import collection, message, transfer

    message.prepare({"collection": collection.SCHEMA, "transfer": transfer.SCHEMA}[kind])


def own_account(work: Work, iban: str) -> tuple[int, str, str]:
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


def message_id_of(prefix: str, context: Context) -> str:
    """Of the command, so that a command said twice is one message; 35 characters at most."""
    return f"{prefix}{context.today:%Y%m%d}-{hashlib.sha256(context.command_id.encode()).hexdigest()[:20]}"


def places_of(books: Books, customers: Sequence[int]) -> dict[int, Any]:
    """The first billing address of each customer by id, as a message takes it."""
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


def write_order(
    work: Work, kind: str, message_id: str, account: int, day: dt.date, total: int, content: bytes, count: int
) -> dict[str, Any]:
    """Add the order and write its file under a hidden name, inside an open transaction; `total` in cents."""
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


def announce(work: Work, action: str, order: dict[str, Any], message_id: str) -> dict[str, Any]:
    """Audit what was made; return the order with its message id."""
    work.audit(
        action,
        "payment_order",
        order["id"],
        order_content(work.books, order["id"]),
        f"{order['count']} · {order['total']} EUR",
    )
    return {**order, "message_id": message_id}


def with_file(books: Books, order: dict[str, Any]) -> dict[str, Any]:
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
            refresh_mandate(books, key)
        work.audit("cancel", "payment_order", order_id, {"v": 1, "reason": reason}, f"{row[0]} {reason}".strip())
        return {"id": order_id, "status": "cancelled"}

    return transact(books, context, "cancel", do)


def drop_part(
    books: Books,
    context: Context,
    order_id: int,
    number: str = "",
    reason: str = "",
    *,
    refund_id: int | None = None,
) -> dict[str, Any]:
    """Take one invoice (by its number), or one refund, out of a file: the bank refused it alone. It is free again.

    What is collected, or paid, already is refused. Returns {"id", "dropped"}.
    """
    reason = clean(reason, 200, "reason")
    name = number or f"REFUND-{refund_id}"

    def do(work: Work) -> dict[str, Any]:
        row = _order(books, order_id)
        found = books.row(
            "SELECT p.id, p.dropped_on, p.mandate_id,"
            " (SELECT coalesce(sum(amount), 0) FROM clearing q WHERE q.refund_id = p.refund_id)"
            " FROM payment_order_part p LEFT JOIN invoice i ON i.id = p.invoice_id"
            f" WHERE p.payment_order_id = ? AND {'i.number' if number else 'p.refund_id'} = ?",
            (order_id, number or refund_id),
        )
        if found is None:
            raise NotFound("{number} is not in order {id}", number=name, id=order_id)
        if row[1] != "made" or found[1]:
            raise Refused("{number} is not in order {id} any more", number=name, id=order_id)
        if found[3]:
            raise Refused("{number} stands on a statement: the bank has paid it", number=name)
        change(PaymentOrderPart, found[0], dropped_on=work.today, reason=reason)
        if found[2]:
            refresh_mandate(books, found[2])
        work.audit(
            "drop", "payment_order", order_id, {"v": 1, "part": found[0], "reason": reason}, f"{name} {reason}".strip()
        )
        return {"id": order_id, "dropped": name}

    return transact(books, context, "cancel", do)


def _order(books: Books, order_id: int) -> tuple:
    row = locked(books, "payment_order", "message_id, status", order_id)
    if row is None:
        raise NotFound("there is no order {id}; list them with: tui-billing order list", id=order_id)
    return row


def refresh_mandate(books: Books, mandate_id: int) -> None:
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
