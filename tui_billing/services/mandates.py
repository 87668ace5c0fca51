"""Mandates: a customer's leave to collect by SEPA direct debit, given once and taken back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries import facts
from tui_billing.models.tables import Mandate
from tui_billing.models.write import add, change
from tui_billing.rules.direct_debit import SCHEMES, check_mandate_reference, check_sepa_iban, lapsed
from tui_billing.rules.identifiers import check_bic
from tui_billing.rules.problem import NotFound, Problem, Refused
from tui_billing.rules.text import clean, quote, safe
from tui_billing.services.balances import locked
from tui_billing.services.context import Context, Work, transact


@dataclass(frozen=True, slots=True)
class MandateCard:
    """A mandate as it is typed; reference "" takes the next of the customer's code, holder "" the customer."""

    customer: str
    iban: str
    signed_on: dt.date
    reference: str = ""
    bic: str = ""
    holder: str = ""
    scheme: str = "CORE"
    once: bool = False


def add_mandate(books: Books, context: Context, card: MandateCard) -> str:
    """Enter a mandate; return its reference. A wrong IBAN, a scheme that is none, a day ahead are refused."""

    def do(work: Work) -> str:
        customer = facts.customer_by_code(books, safe(card.customer))
        if customer is None:
            raise NotFound(
                "there is no customer {code}; type part of the name to find the code",
                field="customer",
                code=quote(card.customer),
            )
        scheme = card.scheme.strip().upper()
        if scheme not in SCHEMES:
            raise Problem("{scheme} is no scheme; it is CORE or B2B", field="scheme", scheme=quote(card.scheme))
        if card.signed_on > work.today:
            raise Problem("a mandate was signed today or earlier", field="signed_on")
        reference = check_mandate_reference(card.reference or _next_reference(books, customer.id, customer.code))
        if books.row("SELECT 1 FROM mandate WHERE reference = ?", (reference,)):
            raise Problem("the reference {reference} is taken; choose another", field="reference", reference=reference)
        holder = clean(card.holder, 70, "holder") or str(
            books.value("SELECT name FROM customer WHERE id = ?", (customer.id,))
        )
        key = add(
            Mandate,
            customer_id=customer.id,
            reference=reference,
            scheme=scheme,
            iban=check_sepa_iban(card.iban),
            bic=check_bic(card.bic) if card.bic else "",
            holder=holder[:70],
            signed_on=card.signed_on,
            once=card.once,
        )
        work.audit("mandate", "mandate", key, mandate_content(books, key), f"{reference} {customer.code}")
        return reference

    return transact(books, context, "mandate", do)


def _next_reference(books: Books, customer_id: int, code: str) -> str:
    count = books.value("SELECT count(*) FROM mandate WHERE customer_id = ?", (customer_id,))
    stem = "".join(c if c.isascii() and (c.isalnum() or c in ".-") else "-" for c in code)[:30]
    return f"{stem}-{int(count) + 1}"  # type: ignore[call-overload]


def revoke_mandate(books: Books, context: Context, reference: str) -> dict[str, Any]:
    """End a mandate on the business date: nothing more is collected under it."""

    def do(work: Work) -> dict[str, Any]:
        key = books.value("SELECT id FROM mandate WHERE reference = ?", (reference.strip(),))
        row = locked(books, "mandate", "revoked_on, version, reference", int(key)) if key else None  # type: ignore[call-overload]
        if row is None:
            raise NotFound(
                "there is no mandate {reference}; list them with: tui-billing mandate list",
                field="reference",
                reference=quote(reference),
            )
        if row[0]:
            raise Refused("mandate {reference} was revoked already on {date}", reference=row[2], date=row[0])
        change(Mandate, key, revoked_on=work.today, version=row[1] + 1)
        work.audit("revoke", "mandate", int(key), mandate_content(books, int(key)), row[2])  # type: ignore[call-overload]
        return {"reference": row[2], "revoked_on": work.today.isoformat()}

    return transact(books, context, "mandate", do)


_CONTENT = "customer_id, reference, scheme, iban, bic, holder, signed_on, once, revoked_on"


def mandate_content(books: Books, mandate_id: int) -> dict[str, Any]:
    """What the audit chain hashes of a mandate."""
    row = books.row(f"SELECT {_CONTENT} FROM mandate WHERE id = ?", (mandate_id,))
    assert row is not None
    return {"v": 1, **dict(zip(_CONTENT.split(", "), row, strict=True))}


_TOLD = "reference customer customer_name scheme iban bic holder signed_on once first_used last_used revoked_on"


def list_mandates(books: Books, today: dt.date, customer_id: int | None = None) -> list[dict[str, Any]]:
    """All mandates, or a customer's, by customer and age; `status` is active, used_up, lapsed or revoked."""
    where, parameters = ("WHERE m.customer_id = ?", (customer_id,)) if customer_id else ("", ())
    rows = books.rows(
        "SELECT m.reference, c.code, c.name, m.scheme, m.iban, m.bic, m.holder, m.signed_on, m.once, m.first_used,"
        f" m.last_used, m.revoked_on FROM mandate m JOIN customer c ON c.id = m.customer_id {where}"
        " ORDER BY c.code, m.id",
        parameters,
    )
    found = []
    for row in rows:
        told: dict[str, Any] = dict(zip(_TOLD.split(), row, strict=True))
        told["once"] = bool(told["once"])
        told["status"] = _status(told, today)
        found.append(told)
    return found


def _status(told: dict[str, Any], today: dt.date) -> str:
    if told["revoked_on"]:
        return "revoked"
    if told["once"] and told["last_used"]:
        return "used_up"
    used = dt.date.fromisoformat(told["last_used"]) if told["last_used"] else None
    return "lapsed" if lapsed(dt.date.fromisoformat(told["signed_on"]), used, today) else "active"
