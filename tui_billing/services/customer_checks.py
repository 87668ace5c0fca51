"""What one customer's invoices must bear: tolerances, how its order numbers look, required fields and papers.

The tolerances stand on the customer; the rest are rules of the checklist that hold for it alone, and that can be seen
and switched there one by one too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.fields import PERCENT, unscaled
from tui_billing.models.tables import CheckRule, Customer
from tui_billing.models.write import change
from tui_billing.rules.check_rules import ASKED
from tui_billing.rules.problem import Conflict, NotFound, Problem
from tui_billing.services.attachments import KINDS
from tui_billing.services.balances import locked
from tui_billing.services.check_rules import add_rule_in, rule_content
from tui_billing.services.context import Context, Work, transact


@dataclass(frozen=True, slots=True)
class CustomerChecks:
    """Tolerances in percent; the pattern of order numbers ("": any); fields and kinds of paper that must be there;
    whether what is missing stops the issue. `confirmed_on` is the day on which the card was last confirmed ("")."""

    quantity: Decimal = Decimal(0)
    price: Decimal = Decimal(0)
    pattern: str = ""
    required: tuple[str, ...] = ()
    attached: tuple[str, ...] = ()
    stops: bool = False
    confirmed_on: str = ""


def read_checks(books: Books, customer_id: int) -> CustomerChecks:
    """What holds for a customer now: two queries. Raises `NotFound`."""
    row = books.row(
        "SELECT quantity_tolerance, price_tolerance, confirmed_on FROM customer WHERE id = ?", (customer_id,)
    )
    if row is None:
        raise NotFound("there is no customer with id {id}", id=customer_id)
    rules = _rules(books, customer_id)
    return CustomerChecks(
        unscaled(row[0], PERCENT),
        unscaled(row[1], PERCENT),
        next((p["pattern"] for _key, kind, p, _severity in rules if kind == "pattern"), ""),
        tuple(p["field"] for _key, kind, p, _severity in rules if kind == "required"),
        tuple(p["paper"] for _key, kind, p, _severity in rules if kind == "attached"),
        any(severity == "blocking" for *_rest, severity in rules),
        row[2] or "",
    )


def _rules(books: Books, customer_id: int) -> list[tuple[int, str, dict[str, str], str]]:
    """(id, kind, parameters, severity) of the active rules that this form writes."""
    found = [
        (key, kind, json.loads(parameters), severity)
        for key, kind, parameters, severity in books.rows(
            "SELECT id, kind, parameters, severity FROM check_rule WHERE customer_id = ? AND active = 1"
            " AND kind IN ('required', 'pattern', 'attached') ORDER BY id",
            (customer_id,),
        )
    ]
    return [
        one
        for one in found
        if not (one[1] == "pattern" and one[2].get("field") != "purchase_order")
        and not (one[1] == "attached" and not one[2].get("paper"))
    ]


def set_checks(
    books: Books, context: Context, customer_id: int, checks: CustomerChecks, before: CustomerChecks | None = None
) -> None:
    """Put what is asked of a customer's invoices in the place of what was asked; a supervisor's.

    `before` is what was shown when it was typed: raises `Conflict` where that is no longer so.
    """
    for name, percent in (("quantity", checks.quantity), ("price", checks.price)):
        if not 0 <= percent <= 50:
            raise Problem("a tolerance lies between 0 % and 50 %", field=name)
    for field in checks.required:
        if field not in ASKED:
            raise Problem("a rule asks for one of the fields {fields}", field="required", fields=", ".join(ASKED))
    for kind in checks.attached:
        if kind not in KINDS[1:]:
            raise Problem(
                "{kind} is no kind of paper; it is one of {kinds}",
                field="attached",
                kind=kind,
                kinds=", ".join(KINDS[1:]),
            )

    def do(work: Work) -> None:
        row = locked(books, "customer", "code", customer_id)
        if row is None:
            raise NotFound("there is no customer with id {id}", id=customer_id)
        now = read_checks(books, customer_id)
        if before is not None and now != before:
            raise Conflict("somebody else has changed this meanwhile; look at it again (F5)", mine={}, theirs={})
        if (now.quantity, now.price) != (checks.quantity, checks.price):
            change(Customer, customer_id, quantity_tolerance=checks.quantity, price_tolerance=checks.price)
            payload = {"v": 1, "quantity": format(checks.quantity, "f"), "price": format(checks.price, "f")}
            work.audit("set_tolerance", "customer", customer_id, payload, row[0])
        if replace(now, quantity=checks.quantity, price=checks.price, confirmed_on=checks.confirmed_on) != checks:
            _set_rules(work, customer_id, checks)

    transact(books, context, "check_rule", do)


def _set_rules(work: Work, customer_id: int, checks: CustomerChecks) -> None:
    books = work.books
    severity = "blocking" if checks.stops else "warning"
    wanted: list[tuple[str, dict[str, str]]] = []
    if checks.pattern:
        wanted.append(("pattern", {"field": "purchase_order", "pattern": checks.pattern}))
    wanted += [("required", {"field": name}) for name in checks.required]
    wanted += [("attached", {"paper": kind}) for kind in checks.attached]
    for key, kind, parameters, stands in _rules(books, customer_id):
        if (kind, parameters) in wanted:
            wanted.remove((kind, parameters))
            values: dict[str, Any] = {"severity": severity} if stands != severity else {}
        else:
            values = {"active": False}
        if values:
            version = books.value("SELECT version FROM check_rule WHERE id = ?", (key,))
            change(CheckRule, key, **values, version=int(str(version)) + 1)
            work.audit("change_rule", "check_rule", key, rule_content(books, key), kind)
    for kind, parameters in wanted:
        add_rule_in(work, kind, customer_id=customer_id, parameters=parameters, severity=severity)
