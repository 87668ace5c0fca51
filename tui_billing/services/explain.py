"""How the amounts of an issued document came to be, and what is left of them."""

from __future__ import annotations

import datetime as dt

from tui_billing.models.door import Books
from tui_billing.models.queries.history import Document, document
from tui_billing.rules.differences import BANK_FEE, EARLY_PAYMENT, ROUNDING
from tui_billing.rules.explain import N_, Step, explain_totals
from tui_billing.rules.money import Money
from tui_billing.services.context import company

#: Kind of an allocation -> what it is called in a derivation.
KINDS = {
    "payment": N_("paid {date} {text}"),
    "credit": N_("credit note {text} {date}"),
    "write_off": N_("written off {date} {text}"),
}

#: Differences of a payment -> the same.
DIFFERENCES = {
    EARLY_PAYMENT: N_("early-payment discount {date} {text}"),
    BANK_FEE: N_("fee taken off on the way {date} {text}"),
    ROUNDING: N_("rounding difference {date} {text}"),
}


def explain_invoice(books: Books, invoice_id: int, today: dt.date) -> tuple[Document, list[Step]]:
    """(the document, the steps from its lines to what is open), all from the stored figures."""
    found = document(books, invoice_id, today, company(books).due_soon_days, events=False)
    currency = found.head["currency"]
    steps = explain_totals(found.totals(), found.lines, currency)
    base = company(books).currency
    if currency != base:
        steps.append(
            Step(
                N_("in {base}"),
                Money(found.head["gross_base"], base),
                N_("1 {currency} = {rate} {base}, {source} {date}"),
                {
                    "base": base,
                    "currency": currency,
                    "rate": found.head["rate"],
                    "source": found.head["rate_source"],
                    "date": found.head["rate_date"] or "",
                },
            )
        )
    return found, steps + _settlement(found, currency)


def _settlement(found: Document, currency: str) -> list[Step]:
    credit_note = found.head["kind"] == "credit_note"
    steps = [Step(N_("Used so far") if credit_note else N_("Settled so far"), heading=True)]
    for one in found.allocations:
        label = N_("on {text} {date}") if credit_note else KINDS[one.kind]
        label = DIFFERENCES.get(one.reason_code, label)
        detail = "" if one.standing else N_("taken back")
        values: dict[str, object] = {"date": one.date, "text": one.other or one.reference or one.reason}
        steps.append(Step(label, Money(-one.amount, currency), detail, values))
    steps.append(Step(N_("open"), Money(found.head["open"], currency), strong=True))
    if found.head["disputed"]:
        steps.append(Step(N_("of which disputed"), Money(found.head["disputed"], currency)))
    return steps
