"""The queue of what leaves the house: one row a document and recipient, kept through crashes, never sent twice unasked."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.tables import Delivery, DeliveryAttempt
from tui_billing.models.write import add, change
from tui_billing.rules.delivery import GONE, State, check_address, needs_utf8
from tui_billing.rules.problem import NotFound, Problem, Refused
from tui_billing.rules.text import clean, quote
from tui_billing.services.balances import locked
from tui_billing.services.context import Context, Work, transact
from tui_billing.services.recipients import Way, ways_for

#: Documents of one transaction, so that nobody waits for the gate.
CHUNK = 100


def enqueue_issued(work: Work, invoice_id: int, content: dict[str, Any]) -> None:
    """Queue a document in the very transaction that issues it, where the house sends by itself."""
    row = work.books.row("SELECT automatic, sender FROM delivery_setting WHERE id = 1")
    if row is not None and row[0]:
        head = (invoice_id, content["number"], content["customer_id"], content["language"])
        _enqueue_invoice(work, head, str(row[1]))


def enqueue(books: Books, context: Context, invoice_ids: Iterable[int]) -> int:
    """Queue issued documents for whoever has not got them yet; return for how many recipients.

    Said twice, done once: a recipient who has a row of the document, in whatever state, gets no other one.
    """
    ids = list(invoice_ids)
    added = 0
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]

        def do(work: Work, part: Sequence[int] = part) -> int:
            sender = str(books.value("SELECT sender FROM delivery_setting WHERE id = 1") or "")
            count = 0
            for invoice_id in part:
                row = books.row(
                    "SELECT id, number, customer_id, language, state FROM invoice WHERE id = ?", (invoice_id,)
                )
                if row is None:
                    raise NotFound("there is no document with id {id}", id=invoice_id)
                if row[4] != "issued":
                    raise Refused("draft {id} has no document yet; issue it first", id=invoice_id)
                new = _enqueue_invoice(work, row[:4], sender)
                if new:
                    work.audit("send", "invoice", invoice_id, {"v": 1, "recipients": new}, row[1])
                count += len(new)
            return count

        # a later chunk is a command of its own; a repeated one finds its rows there
        added += transact(books, context if not start else context.command(), "send", do)
    return added


def _enqueue_invoice(work: Work, head: Sequence[Any], sender: str) -> list[str]:
    invoice_id, number, customer_id, language = head
    document = f"invoice:{invoice_id}"
    known = {
        tuple(row) for row in work.books.rows("SELECT channel, address FROM delivery WHERE document = ?", (document,))
    }
    ways = [way for way in ways_for(work.books, customer_id, "invoice") if (way.channel, way.address) not in known]
    base = {"document": document, "invoice_id": invoice_id, "customer_id": customer_id, "name": number}
    return add_rows(work, base, ways, language, sender)


def enqueue_copy(work: Work, invoice_id: int) -> list[str]:
    """Queue an issued document once more for the customer's recipients, who asked for a copy; returns them.

    A platform gets none: what lies there is the document itself.
    """
    row = locked(work.books, "invoice", "id, number, customer_id, language, state", invoice_id)
    if row is None or row[4] != "issued":
        return []
    document = f"invoice:{invoice_id}"
    edition = work.books.value("SELECT max(edition) FROM delivery WHERE document = ?", (document,))
    base = {
        "document": document,
        "invoice_id": invoice_id,
        "customer_id": row[2],
        "name": row[1],
        "edition": int(edition or 0) + 1,  # type: ignore[call-overload]
    }
    ways = [way for way in ways_for(work.books, row[2], "invoice") if way.channel != "platform"]
    sender = str(work.books.value("SELECT sender FROM delivery_setting WHERE id = 1") or "")
    new = add_rows(work, base, ways, row[3], sender)
    if new:
        work.audit("send", "invoice", invoice_id, {"v": 1, "recipients": new}, row[1])
    return new


def enqueue_letter(work: Work, letter_id: int, name: str, customer_id: int, language: str) -> list[str]:
    """Queue a letter in the transaction that writes it; returns the recipients."""
    sender = str(work.books.value("SELECT sender FROM delivery_setting WHERE id = 1") or "")
    base = {"document": f"letter:{letter_id}", "letter_id": letter_id, "customer_id": customer_id, "name": name}
    # a platform takes invoices alone
    ways = [way for way in ways_for(work.books, customer_id, "letter") if way.channel != "platform"]
    return add_rows(work, base, ways, language, sender)


def add_rows(work: Work, base: dict[str, Any], ways: Sequence[Way], language: str, sender: str) -> list[str]:
    """One row a way; mails in one language are one message with one id, the same at every try.

    The id is derived from the document, its edition, whom the mail is for, and when it was queued.
    """
    domain = sender.rpartition("@")[2] or "localhost"
    stem = re.sub(r"[^A-Za-z0-9-]+", "-", str(base["name"])) or "document"
    ids: dict[str, str] = {}
    for way in ways:
        spoken = way.language or language
        message = ""
        if way.channel == "email":
            # an address beyond ASCII has a mail of its own: not every server can take it
            group = way.address if needs_utf8(way.address) else spoken
            origin = "\n".join((base["document"], str(base.get("edition", 1)), group, work.at))
            digest = hashlib.sha256(origin.encode()).hexdigest()
            message = ids.setdefault(group, f"{stem}.{digest[:16]}@{domain}")
        add(
            Delivery,
            **base,
            channel=way.channel,
            role=way.role,
            address=way.address,
            language=spoken,
            message_id=message,
            operator_id=work.operator_id,
            created_at=work.at,
            due_at=work.at,
            changed_at=work.at,
        )
    return [way.text for way in ways]


def move(work: Work, delivery_id: int, state: State, *, code: str = "", reason: str = "", **more: Any) -> None:
    """A delivery comes into another state: its row says so, and a line of its history with time and reason."""
    add(
        DeliveryAttempt,
        delivery_id=delivery_id,
        at=work.at,
        state=state.value,
        code=code,
        reason=reason,
        operator_id=work.operator_id,
    )
    free = {} if state is State.SENDING else {"holder": None, "held_at": None}
    change(Delivery, delivery_id, state=state.value, code=code, reason=reason, changed_at=work.at, **{**free, **more})


# -- by hand -------------------------------------------------------------


def retry(books: Books, context: Context, delivery_id: int) -> str:
    """Try again now what waits, came back, was given up or may not have arrived; returns the state."""

    def do(work: Work) -> str:
        row = _found(work, delivery_id)
        if State(row["state"]) in GONE:
            raise Refused("{name} is sent already; send it anew if it must go again", name=row["name"])
        if row["state"] == State.SENDING:
            raise Refused("{name} is under way now; wait until it is known what became of it", name=row["name"])
        move(work, delivery_id, State.QUEUED, reason="by hand", due_at=work.at, first_try=None, tries=0, batch="")
        _told(work, "retry", row, "")
        return State.QUEUED.value

    return transact(books, context, "send", do)


def send_anew(books: Books, context: Context, delivery_id: int, address: str = "") -> int:
    """Send a document once more, to another address where one is given; returns the id of the new row.

    What is still on its way to the old address is taken off the queue.
    """

    def do(work: Work) -> int:
        row = _found(work, delivery_id)
        if row["state"] == State.SENDING:
            raise Refused("{name} is under way now; wait until it is known what became of it", name=row["name"])
        target = check_address(address, "address") if address.strip() else row["address"]
        channel = "email" if address.strip() else row["channel"]
        edition = books.value("SELECT max(edition) FROM delivery WHERE document = ?", (row["document"],))
        if row["state"] == State.QUEUED:
            move(work, delivery_id, State.CANCELLED, reason=target)
        names = ("document", "invoice_id", "letter_id", "customer_id", "name")
        base = {name: row[name] for name in names} | {"edition": int(edition or 0) + 1}  # type: ignore[call-overload]
        sender = str(books.value("SELECT sender FROM delivery_setting WHERE id = 1") or "")
        add_rows(work, base, [Way(channel, target, language=row["language"])], row["language"], sender)
        _told(work, "send", row, target)
        new = books.value(
            "SELECT max(id) FROM delivery WHERE document = ? AND edition = ?", (row["document"], base["edition"])
        )
        return int(new or 0)  # type: ignore[call-overload]

    return transact(books, context, "send", do)


def confirm(books: Books, context: Context, delivery_id: int, reason: str = "") -> str:
    """Note that a document has arrived: the customer said so, the post was signed for."""

    def do(work: Work) -> str:
        row = _found(work, delivery_id)
        if row["state"] == State.SENDING:
            raise Refused("{name} is under way now; wait until it is known what became of it", name=row["name"])
        if row["state"] in (State.CONFIRMED, State.PAID):
            raise Refused("{name} is confirmed already", name=row["name"])
        move(work, delivery_id, State.CONFIRMED, reason=clean(reason, 200, "reason"))
        _told(work, "confirm", row, reason)
        return State.CONFIRMED.value

    return transact(books, context, "send", do)


def cancel(books: Books, context: Context, delivery_id: int, reason: str = "") -> str:
    """Take a document off the queue, or let what came back rest."""

    def do(work: Work) -> str:
        row = _found(work, delivery_id)
        if State(row["state"]) in GONE:
            raise Refused("{name} is sent already; it cannot be called back", name=row["name"])
        if row["state"] == State.SENDING:
            raise Refused("{name} is under way now; wait until it is known what became of it", name=row["name"])
        move(work, delivery_id, State.CANCELLED, reason=clean(reason, 200, "reason"))
        _told(work, "cancel", row, reason)
        return State.CANCELLED.value

    return transact(books, context, "send", do)


_ROW = "id, document, edition, invoice_id, letter_id, customer_id, name, channel, role, address, language, state"


def _found(work: Work, delivery_id: int) -> dict[str, Any]:
    row = locked(work.books, "delivery", _ROW, delivery_id)
    if row is None:
        raise NotFound("there is no delivery {id}; list them with: tui-billing send list", id=delivery_id)
    return dict(zip(_ROW.split(", "), row, strict=True))


def _told(work: Work, action: str, row: dict[str, Any], text: str) -> None:
    payload = {"v": 1, "delivery": row["id"], "was": row["state"], "text": text}
    work.audit(action, "delivery", row["id"], payload, row["name"])


def find_unsent(books: Books, since: str = "") -> list[int]:
    """Issued documents of which no recipient has a row yet, the oldest first; from an issue date on."""
    rows = books.rows(
        "SELECT id FROM invoice i WHERE state = 'issued' AND issue_date >= ? AND NOT EXISTS"
        " (SELECT 1 FROM delivery d WHERE d.invoice_id = i.id) ORDER BY id",
        (since,),
    )
    return [key for (key,) in rows]


def require_state(text: str) -> State:
    """A state by its token."""
    try:
        return State(text.strip().lower())
    except ValueError:
        raise Problem(
            "{text} is no state of a delivery; there are {names}",
            field="state",
            text=quote(text),
            names=", ".join(State),
        ) from None
