"""What a closed dispute teaches: the check that would have caught its cause, proposed and kept for the customer."""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tui_billing.locale import N_
from tui_billing.models.door import Books
from tui_billing.models.fields import PERCENT, PRICE, unscaled
from tui_billing.models.queries.claims import CLAIMS
from tui_billing.models.queries.credits import creditable
from tui_billing.models.tables import Dispute
from tui_billing.models.write import change
from tui_billing.rules.disputes import CAUSES
from tui_billing.rules.problem import NotFound, Problem, Refused
from tui_billing.services.context import Context, Work, transact
from tui_billing.services.disputes import dispute_content, write_note

_CHECKS = "tui_billing.services.check_rules"
#: Causes -> the kind of rule of the checklist, its parameters where they are always the same, and its words.
_KINDS: dict[str, tuple[str, dict[str, str], str]] = {
    "contract_price": ("price", {}, N_("prices as agreed or listed")),
    "usual_price": ("unusual", {}, N_("nothing unusual in price, quantity or amount")),
    "expected_discount": ("forgotten_discount", {}, N_("the usual discount is given")),
    "quantity_limit": ("delivered", {}, N_("no more is billed than delivered")),
    "duplicate": ("duplicate", {}, N_("nothing is billed twice")),
    "order_pattern": ("required", {"field": "purchase_order"}, N_("an order number is on the invoice")),
    "delivery_note": ("attached", {"paper": "signed_delivery_note"}, N_("a signed delivery note is attached")),
    "confirm_customer": ("customer", {}, N_("the right customer")),
}


@dataclass(frozen=True, slots=True)
class Lesson:
    """A check to be kept for the customer of a dispute; `words` is a message id, filled with `parameters`."""

    kind: str
    words: str
    customer_id: int
    customer: str
    parameters: dict[str, str] = field(default_factory=dict)


def propose(books: Books, dispute_id: int, cause: str) -> Lesson | None:
    """The check that would have caught the cause of a dispute; None where there is none to propose.

    An old price and a forgotten discount become a figure where one line was contested in part: the highest price
    that the customer takes for the item, or the discount that was due.
    """
    row = books.row(
        "SELECT d.invoice_id, c.id, c.code FROM dispute d JOIN customer c ON c.id = d.customer_id WHERE d.id = ?",
        (dispute_id,),
    )
    if row is None:
        raise NotFound("there is no dispute {id}; list them with: tui-billing dispute list", id=dispute_id)
    invoice_id, customer_id, code = row
    check = CAUSES.get(cause, "")
    if not check or importlib.util.find_spec(_CHECKS) is None:
        return None
    kind, parameters, words = _KINDS[check]
    figure = _figure(books, dispute_id, invoice_id)
    if figure is not None and check == "contract_price":
        item, price, _percent = figure
        return Lesson("maximum", N_("{item} costs at most {price}"), customer_id, code, {"item": item, "price": price})
    if figure is not None and check == "expected_discount":
        item, _price, percent = figure
        told = {"item": item, "percent": percent}
        return Lesson("discount", N_("{item} has {percent} % of discount"), customer_id, code, told)
    return Lesson(kind, words, customer_id, code, parameters)


def _figure(books: Books, dispute_id: int, invoice_id: int) -> tuple[str, str, str] | None:
    """(item, unit price, discount in percent) that the customer holds to be right, from the one contested line."""
    rows = books.rows(
        "SELECT l.position, l.item_code, l.unit_price, l.discount_percent, x.amount"
        f" FROM {CLAIMS} x JOIN invoice_line l ON l.id = x.line_id WHERE x.dispute_id = ?",
        (dispute_id,),
    )
    if len(rows) != 1 or not rows[0][1]:
        return None
    position, item, stored, discount, amount = rows[0]
    share = next(line.share for line in creditable(books, invoice_id)[1] if line.position == position)
    if not 0 < amount < share:
        return None
    kept = 1 - Decimal(amount) / Decimal(share)
    price = (unscaled(stored, PRICE) * kept).quantize(Decimal("0.01"))
    percent = 100 - (100 - unscaled(discount, PERCENT)) * kept
    return item, format(price, "f"), format(percent.quantize(Decimal("0.01")).normalize(), "f")


def learn(books: Books, context: Context, dispute_id: int, cause: str) -> int:
    """Keep the proposed check for the customer; return the id of its rule.

    A supervisor's stops the mistake, a clerk's warns of it. Raises `Refused` where it is kept already, and where
    there is nothing to propose.
    """
    lesson = propose(books, dispute_id, cause)
    if lesson is None:
        raise Refused("no check would have caught this cause; nothing is kept")
    checks: Any = importlib.import_module(_CHECKS)

    def do(work: Work) -> int:
        row = books.row(
            "SELECT d.lesson, i.number FROM dispute d JOIN invoice i ON i.id = d.invoice_id WHERE d.id = ?",
            (dispute_id,),
        )
        assert row is not None
        if row[0]:
            raise Refused("the check of this dispute is kept already")
        try:
            rule = checks.add_rule_in(
                work,
                lesson.kind,
                customer_id=lesson.customer_id,
                parameters=lesson.parameters,
                severity="blocking" if context.role == "supervisor" else "warning",
                dispute_id=dispute_id,
            )
        except Problem as error:
            raise Refused(error.message, field=error.field, **error.values) from None
        change(Dispute, dispute_id, lesson=lesson.kind)
        write_note(work, dispute_id, "lesson", lesson.words.format(**lesson.parameters))
        work.audit("learn", "dispute", dispute_id, dispute_content(books, dispute_id), f"{row[1]} {lesson.customer}")
        return int(rule)

    return transact(books, context, "dispute", do)
