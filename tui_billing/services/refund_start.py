"""What the form of a refund shows at first: what a payment or credit note leaves, and the account it came from."""

from __future__ import annotations

from dataclasses import dataclass

from tui_billing.models.door import Books
from tui_billing.rules.problem import NotFound, Refused

_LAST_ACCOUNT = (
    "SELECT b.payer_iban FROM receipt r JOIN bank_line b ON b.id = r.bank_line_id"
    " WHERE r.customer_id = ? AND r.reversed_on IS NULL AND b.payer_iban <> '' ORDER BY r.date DESC, r.id DESC LIMIT 1"
)
_MANDATE = "SELECT iban FROM mandate WHERE customer_id = ? AND revoked_on IS NULL ORDER BY id DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class RefundStart:
    """`left` in minor units of `currency`; `iban` "" where the customer's account is not known."""

    customer: str
    name: str
    currency: str
    left: int
    what: str
    iban: str = ""


def refund_start(books: Books, kind: str, source_id: int) -> RefundStart:
    """Of a receipt ("payment") or credit note ("credit"). Refused where nothing is left of it."""
    if kind == "payment":
        row = books.row(
            "SELECT c.id, c.code, c.name, r.currency, r.open, r.date, coalesce(b.payer_iban, '') FROM receipt r"
            " JOIN customer c ON c.id = r.customer_id LEFT JOIN bank_line b ON b.id = r.bank_line_id"
            " WHERE r.id = ? AND r.reversed_on IS NULL",
            (source_id,),
        )
    else:
        row = books.row(
            "SELECT c.id, c.code, c.name, i.currency, i.open, i.number, '' FROM invoice i"
            " JOIN customer c ON c.id = i.customer_id"
            " WHERE i.id = ? AND i.kind = 'credit_note' AND i.state = 'issued'",
            (source_id,),
        )
    if row is None:
        raise NotFound("there is no payment or credit note with id {id}", id=source_id)
    customer_id, code, name, currency, left, what, iban = row
    if not left:
        raise Refused("nothing is left of it that could be paid back")
    own = iban or books.value(_LAST_ACCOUNT, (customer_id,)) or books.value(_MANDATE, (customer_id,)) or ""
    return RefundStart(code, name, currency, left, what, str(own))
