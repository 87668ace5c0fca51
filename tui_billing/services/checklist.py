"""The checklist's questions to the books: habits, doubles, papers and rules, in a constant number of queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.fields import PERCENT, PRICE, unscaled
from tui_billing.rules.check_rules import ASKED, RAISES, Asked, Rule, apply
from tui_billing.rules.content import Content, CustomerFacts, ResolvedLine
from tui_billing.rules.findings import Finding
from tui_billing.rules.habits import CheckedLine, Earlier, HabitFacts, check_habits
from tui_billing.rules.money import from_minor
from tui_billing.rules.usual import Key
from tui_billing.services.check_rules import rules_for
from tui_billing.services.match import Matched
from tui_billing.services.memory import recall

#: An invoice over the same amount is looked for so far back: a delivery or a period is billed twice months later.
LOOK_BACK = 400


@dataclass(frozen=True, slots=True)
class Checked:
    """All findings, and the written rules that struck."""

    findings: list[Finding]
    struck: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is checked: an invoice with everything known (see `services.resolve.Resolved`)."""

    content: Content
    customer: CustomerFacts
    lines: Sequence[ResolvedLine]
    currency: str
    net: int
    gross: int
    document_discount: Decimal
    issue_date: dt.date
    due_date: dt.date | None
    terms_due: dt.date | None
    matched: Matched
    findings: Sequence[Finding]
    draft_id: int | None = None


def check(books: Books, subject: Subject, today: dt.date, *, issuing: bool = False) -> Checked:
    """The findings so far with those of habits and rules; `issuing` leaves out what no rule can make block."""
    rules = rules_for(books, subject.customer.id)
    found = list(subject.findings)
    if not issuing or any(rule.kind in RAISES for rule in rules):
        found += check_habits(_facts(books, subject, today))
    if not rules:
        return Checked(found)
    found, struck = apply(rules, found, _asked(books, subject, rules))
    return Checked(found, struck)


def _facts(books: Books, subject: Subject, today: dt.date) -> HabitFacts:
    content, customer, currency = subject.content, subject.customer, subject.currency
    ids = sorted({line.item_id for line in subject.lines if line.item_id})
    keys = [Key(customer.id, 0, currency)]
    keys += [Key(who, item, currency) for item in ids for who in (0, customer.id)]
    listed = _price_list(books, ids)
    agreed = {one.line.number for one in subject.matched.match.compared if one.agreed or _is_priced(one)}
    confirmed = books.value("SELECT confirmed_on FROM customer WHERE id = ?", (customer.id,))
    return HabitFacts(
        customer_id=customer.id,
        customer=customer.code,
        currency=currency,
        customer_currency=customer.currency,
        customer_vat=customer.vat_category,
        issue_date=subject.issue_date,
        today=today,
        net=subject.net,
        gross=subject.gross,
        document_discount=subject.document_discount,
        lines=tuple(
            _line(number, line, listed, currency, number in agreed) for number, line in enumerate(subject.lines, 1)
        ),
        memories=recall(books, keys),
        last_orders=_last_orders(books, customer.id) if content.purchase_order else (),
        earlier=_earlier(books, customer.id, subject.gross, subject.issue_date),
        purchase_order=content.purchase_order,
        delivery_note=content.delivery_note,
        period_start=content.period_start,
        period_end=content.period_end,
        due_date=subject.due_date if content.due_date else None,
        terms_due=subject.terms_due,
        confirmed_on=dt.date.fromisoformat(str(confirmed)) if confirmed else None,
    )


def _is_priced(one: Any) -> bool:
    return any(source.unit_price is not None for source in one.order)


def _price_list(books: Books, ids: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    """item -> (price, currency, VAT category, rate, former prices), in two queries."""
    if not ids:
        return {}
    marks = ", ".join("?" * len(ids))
    former: dict[int, list[tuple[Decimal, str]]] = {}
    for item, price, until in books.rows(
        f"SELECT item_id, unit_price, until FROM item_price WHERE item_id IN ({marks}) ORDER BY until DESC", ids
    ):
        former.setdefault(item, []).append((unscaled(price, PRICE), until))
    return {
        row[0]: (unscaled(row[1], PRICE), row[2], row[3], unscaled(row[4], PERCENT), tuple(former.get(row[0], ())))
        for row in books.rows(
            f"SELECT id, unit_price, currency, vat_category, vat_rate FROM item WHERE id IN ({marks})", ids
        )
    }


def _line(
    number: int, line: ResolvedLine, listed: dict[int, tuple[Any, ...]], currency: str, agreed: bool
) -> CheckedLine:
    price, price_currency, category, rate, former = listed.get(line.item_id or 0, (None, "", "", None, ()))
    same = price_currency == currency
    return CheckedLine(
        number,
        line.item_id,
        line.item_code or line.description,
        line.quantity,
        line.unit_price,
        line.discount_percent,
        line.vat.category,
        line.vat.rate,
        price if same else None,
        category,
        rate,
        former if same else (),
        agreed,
    )


def _earlier(books: Books, customer_id: int, gross: int, day: dt.date) -> tuple[Earlier, ...]:
    rows = books.rows(
        "SELECT number, issue_date, purchase_order, delivery_note, coalesce(period_start, ''), coalesce(period_end, '')"
        " FROM invoice WHERE customer_id = ? AND gross = ? AND issue_date >= ? AND state = 'issued'"
        " AND kind <> 'credit_note' AND credited < payable ORDER BY issue_date DESC LIMIT 20",
        (customer_id, gross, (day - dt.timedelta(days=LOOK_BACK)).isoformat()),
    )
    return tuple(Earlier(row[0], dt.date.fromisoformat(row[1]), *row[2:]) for row in rows)


def _last_orders(books: Books, customer_id: int) -> tuple[str, ...]:
    """The order numbers on the customer's last invoices, the newest first."""
    rows = books.rows(
        "SELECT purchase_order FROM (SELECT purchase_order, state, kind FROM invoice WHERE customer_id = ?"
        " ORDER BY issue_date DESC, id DESC LIMIT 12) AS last"
        " WHERE state = 'issued' AND kind <> 'credit_note' AND purchase_order <> ''",
        (customer_id,),
    )
    return tuple(number for (number,) in rows)


def _asked(books: Books, subject: Subject, rules: Sequence[Rule]) -> Asked:
    content = subject.content
    papers: set[str] = set()
    if any(rule.kind == "attached" for rule in rules):
        papers = _papers(books, subject)
    return Asked(
        {name: getattr(content, name) for name in ASKED},
        [
            (number, line.item_code or line.description, line.quantity, line.unit_price, line.discount_percent)
            for number, line in enumerate(subject.lines, 1)
        ],
        from_minor(subject.net, subject.currency),
        papers,
    )


def _papers(books: Books, subject: Subject) -> set[str]:
    """The kinds of paper that hang on the delivery notes and the order of the invoice, and on its draft."""
    wanted = [("delivery_note", note.id) for note in subject.matched.notes]
    if subject.matched.order:
        wanted.append(("purchase_order", subject.matched.order.id))
    if subject.draft_id is not None:
        wanted.append(("invoice", subject.draft_id))
    if not wanted:
        return set()
    pairs = ", ".join(["(?, ?)"] * len(wanted))
    rows = books.rows(
        f"SELECT DISTINCT a.kind FROM attachment a WHERE (a.entity, a.entity_id) IN (VALUES {pairs})"
        " AND NOT EXISTS (SELECT 1 FROM attachment_end e WHERE e.attachment_id = a.id)",
        [value for pair in wanted for value in pair],
    )
    return {kind for (kind,) in rows}
