"""Credit notes: stored amounts of the invoice, copied and never computed anew (UNTDID 1001: 381)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from tui_billing.locale import N_, say
from tui_billing.models.door import Books
from tui_billing.models.fields import PERCENT, PRICE, QUANTITY, unscaled
from tui_billing.models.queries.claims import CLAIMS
from tui_billing.models.queries.credits import original
from tui_billing.models.tables import DisputeDocument, Invoice, InvoiceAdjustment, InvoiceLine, VatBreakdown
from tui_billing.models.write import add, add_all, change
from tui_billing.rules.content import LIMITS
from tui_billing.rules.credits import CreditPlan, Key, Part, Taken, plan_credit
from tui_billing.rules.identifiers import payment_reference
from tui_billing.rules.journal import GOODS, SERVICES, Entry, issue_entries, opposite
from tui_billing.rules.money import from_minor
from tui_billing.rules.problem import NotFound, Problem
from tui_billing.rules.text import clean
from tui_billing.services.allocate import settle
from tui_billing.services.balances import locked, refresh_invoice
from tui_billing.services.context import Context, Work, transact
from tui_billing.services.credit_approval import ask_second
from tui_billing.services.issue import announce, sales_by_nature, take_number
from tui_billing.services.match import release_match
from tui_billing.services.record import content_of
from tui_billing.services.refunds import Refund, Source, refund_in
from tui_billing.services.replace import require_not_replaced
from tui_billing.services.templates import choose_template_like

#: Columns that a credit note takes over from its invoice as they are.
COPIED = (
    "customer_id, buyer_name, currency, rate, rate_source, rate_date, purchase_order, contract, delivery_note,"
    " sales_order, buyer_reference, project, operation_category, vat_on_debits, payment_means, iban, bic, terms,"
    " language, prices_include_vat, method, seller, buyer, delivery, mentions, delivery_date, period_start,"
    " period_end, tax_point_date"
)
_LINE = (
    "item_id, item_code, description, quantity, unit, unit_price, discount_percent, discount, net,"
    " vat_category, vat_rate, exemption_code, nature, period_start, period_end, order_line"
)
_SCALES = {"quantity": QUANTITY, "unit_price": PRICE, "discount_percent": PERCENT, "vat_rate": PERCENT}


def credit(
    books: Books,
    context: Context,
    invoice_id: int,
    *,
    lines: Sequence[int] = (),
    parts: Sequence[Part] = (),
    amount: int | None = None,
    reason: str = "",
    date: dt.date | None = None,
    dispute_id: int | None = None,
    refund: str | None = None,
) -> dict[str, Any]:
    """Credit an issued invoice: all that is left of it, whole lines, parts of lines, or an amount with VAT.

    Returns {"id", "number", "open"}. Amounts are the invoice's stored ones or shares of them. What is still open
    on the invoice is settled by the credit note at once; more than that stays open on the credit note, for another
    invoice or to be paid back later. With `refund` (the IBAN it goes to, "" where none is known) it is paid back at
    once: {..., "refund", "refunded"}. Above the company's limit nothing is issued yet: {"request", "gross"} comes back,
    and a supervisor other than the author decides. A line already credited is refused, and so is more than is left.
    """
    wanted = [*(Part(position) for position in dict.fromkeys(lines)), *parts]

    def do(work: Work) -> dict[str, Any]:
        plan = planned(work, invoice_id, wanted, amount, date)
        waiting = ask_second(work, invoice_id, plan, wanted, amount, reason, dispute_id, refund)
        return waiting or issue_credit(work, invoice_id, plan, reason, date or work.today, dispute_id, refund)

    return transact(books, context, "credit", do)


def planned(
    work: Work, invoice_id: int, parts: Sequence[Part], amount: int | None, date: dt.date | None = None
) -> CreditPlan:
    """What the credit takes, from the rows as they are now; the invoice is locked until the commit."""
    head = locked(work.books, "invoice", "kind, state, issue_date", invoice_id)
    if head is None or head[1] != "issued" or head[0] == "credit_note":
        raise NotFound("there is no issued invoice with id {id}", id=invoice_id)
    require_not_replaced(work, invoice_id)
    if (date or work.today).isoformat() < head[2]:
        raise Problem("a credit note is dated on or after its invoice", field="issue_date")
    return plan_credit(original(work.books, invoice_id), parts, amount)


def issue_credit(
    work: Work,
    invoice_id: int,
    plan: CreditPlan,
    reason: str,
    on: dt.date,
    dispute_id: int | None = None,
    refund: str | None = None,
) -> dict[str, Any]:
    """Issue a planned credit note inside an open transaction, and pay back what it gives above the open rest."""
    books = work.books
    note = _copy_header(work, invoice_id, on, reason)
    _write_lines(books, note, invoice_id, plan)
    _write_adjustments(note, plan)
    _write_breakdown(books, note, invoice_id, plan)
    entries = _entries(books, invoice_id, plan)
    number = _freeze(work, note, on, plan)
    content = content_of(books, note)
    code = books.value("SELECT code FROM customer WHERE id = ?", (content["customer_id"],))
    label = f"{number} {code} {content['buyer_name']} {content['purchase_order']}"
    announce(work, "credit", note, content, opposite(entries), label=label)
    release_match(work, note)
    opened = books.value("SELECT open FROM invoice WHERE id = ?", (invoice_id,))
    part = min(plan.gross, int(opened))  # type: ignore[call-overload]
    if part > 0:
        settle(work, "credit", note, invoice_id, part, on)
    dispute = dispute_id or _dispute_of(books, invoice_id, plan)
    if dispute:
        add(DisputeDocument, dispute_id=dispute, invoice_id=note, role="credit")
    done = {"id": note, "number": number, "open": plan.gross - max(part, 0)}
    if refund is None or not done["open"]:
        return done
    source = Source("credit", note, done["open"])
    paid = refund_in(work, Refund(str(code), [source], reason=reason, reference=number, iban=refund))
    return {**done, "open": 0, "refund": paid["id"], "refunded": paid["amount"]}


def _dispute_of(books: Books, invoice_id: int, plan: CreditPlan) -> int | None:
    """The dispute that a credit answers: the only one that stands, or the only one about one of its lines."""
    standing = books.rows(
        f"SELECT d.id, l.line_id FROM dispute d LEFT JOIN {CLAIMS} l ON l.dispute_id = d.id"
        " WHERE d.invoice_id = ? AND d.status <> 'closed' ORDER BY d.id",
        (invoice_id,),
    )
    found = {key for key, _ in standing}
    if len(found) > 1:
        lines = {line.line.id for line in plan.lines if line.line}
        found = {key for key, line in standing if line in lines}
    return found.pop() if len(found) == 1 else None


def _copy_header(work: Work, invoice_id: int, on: dt.date, reason: str) -> int:
    row = work.books.row(f"SELECT {COPIED} FROM invoice WHERE id = ?", (invoice_id,))
    assert row is not None
    note = add(
        Invoice,
        kind="credit_note",
        type_code="381",
        issue_date=on,
        currency="EUR",
        operator_id=work.operator_id,
        created_at=work.at,
        updated_at=work.at,
    )
    names = [name.strip() for name in COPIED.split(",")]
    marks = ", ".join(f"{name} = ?" for name in names)
    work.books.db.execute_sql(work.books.sql(f"UPDATE invoice SET {marks} WHERE id = ?"), (*row, note))
    change(
        Invoice,
        note,
        original_id=invoice_id,
        reason=clean(reason, LIMITS["reason"], "reason"),
        template_id=choose_template_like(work.books, invoice_id),
    )
    return note


def _write_lines(books: Books, note: int, invoice_id: int, plan: CreditPlan) -> None:
    """Lines of the invoice with the planned share of each; what is credited by amount is one piece of it."""
    names = [name.strip() for name in _LINE.split(",")]
    stored = {
        row[0]: dict(zip(names, row[1:], strict=True))
        for row in books.rows(f"SELECT id, {_LINE} FROM invoice_line WHERE invoice_id = ?", (invoice_id,))
    }
    head = books.row("SELECT number, currency, language FROM invoice WHERE id = ?", (invoice_id,))
    assert head is not None
    number, currency, language = head
    rows = []
    for position, line in enumerate(plan.lines, 1):
        values = dict(stored[line.line.id]) if line.line else _amount_line(names, line.key, line.nature)
        if not line.line:
            values["description"] = say(N_("Partial credit of {number}"), language, number=number)
        for name, scale in _SCALES.items():
            values[name] = unscaled(values[name], scale)
        if line.price is not None:
            values |= {"unit": "C62", "unit_price": from_minor(line.price, currency), "discount_percent": 0}
        values |= {"quantity": unscaled(line.quantity, QUANTITY), "net": line.net, "discount": line.discount}
        rows.append(
            {
                "invoice_id": note,
                "position": position,
                **values,
                "original_line_id": line.line.id if line.line else None,
            }
        )
    add_all(InvoiceLine, rows)


def _amount_line(names: list[str], key: Key, nature: str) -> dict[str, Any]:
    empty = dict.fromkeys(names, "")
    return {
        **empty,
        "item_id": None,
        "quantity": 0,
        "unit": "C62",
        "unit_price": 0,
        "discount_percent": 0,
        "vat_category": key[0],
        "vat_rate": key[1],
        "exemption_code": key[2],
        "nature": nature,
        "period_start": None,
        "period_end": None,
    }


def _write_adjustments(note: int, plan: CreditPlan) -> None:
    """What separates the lines' nets from the taxable amounts: one allowance (or charge) per group."""
    rows = []
    for key, group in plan.groups.items():
        difference = group.nets - group.taxable
        if difference:
            rows.append(
                {
                    "invoice_id": note,
                    "is_charge": difference < 0,
                    "amount": abs(difference),
                    "base": group.nets,
                    "percent": None,
                    "reason": "",
                    "reason_code": "95" if difference > 0 else "",
                    "vat_category": key[0],
                    "vat_rate": unscaled(key[1], PERCENT),
                    "exemption_code": key[2],
                }
            )
    add_all(InvoiceAdjustment, rows)


def _write_breakdown(books: Books, note: int, invoice_id: int, plan: CreditPlan) -> None:
    texts = {
        (category, rate, code): text
        for category, rate, code, text in books.rows(
            "SELECT category, rate, exemption_code, exemption_text FROM vat_breakdown WHERE invoice_id = ?",
            (invoice_id,),
        )
    }
    add_all(
        VatBreakdown,
        [
            {
                "invoice_id": note,
                "category": key[0],
                "rate": unscaled(key[1], PERCENT),
                "exemption_code": key[2],
                "exemption_text": texts.get(key, ""),
                "taxable": group.taxable,
                "tax": group.tax,
                "taxable_base": group.taxable_base,
                "tax_base": group.tax_base,
            }
            for key, group in plan.groups.items()
        ],
    )


def _sum(groups: dict[Key, Taken], name: str) -> int:
    return sum(getattr(group, name) for group in groups.values())


def _freeze(work: Work, note: int, on: dt.date, plan: CreditPlan) -> str:
    groups = plan.groups
    net, tax = _sum(groups, "taxable"), _sum(groups, "tax")
    net_base, tax_base = _sum(groups, "taxable_base"), _sum(groups, "tax_base")
    number, series = take_number(work, "credit_note", on)
    change(
        Invoice,
        note,
        state="issued",
        number=number,
        series_id=series[0],
        counter=series[1],
        issue_date=on,
        due_date=on,
        payment_reference=payment_reference(number),
        lines_total=sum(line.net for line in plan.lines),
        allowances_total=sum(max(g.nets - g.taxable, 0) for g in groups.values()),
        charges_total=sum(max(g.taxable - g.nets, 0) for g in groups.values()),
        net=net,
        tax=tax,
        gross=net + tax,
        payable=net + tax,
        net_base=net_base,
        tax_base=tax_base,
        gross_base=net_base + tax_base,
        payable_base=net_base + tax_base,
        open=net + tax,
        open_base=net_base + tax_base,
        next_due=on,
        issued_at=work.at,
        issued_by=work.operator_id,
        batch_id=work.context.batch_id,
    )
    refresh_invoice(work.books, note, on)
    return number


def _entries(books: Books, invoice_id: int, plan: CreditPlan) -> list[Entry]:
    """What the credit posts (sides not yet exchanged).

    The credit after which nothing is left takes what is left on the accounts of sales: no cent of the shares
    before it stays there.
    """
    groups = plan.groups
    net, tax = _sum(groups, "taxable"), _sum(groups, "tax")
    net_base, tax_base = _sum(groups, "taxable_base"), _sum(groups, "tax_base")
    sales = sales_by_nature(
        [(line.key, line.nature, line.net) for line in plan.lines],
        {key: (group.taxable, group.taxable_base) for key, group in groups.items()},
    )
    if plan.last:
        rows = books.rows(
            "SELECT l.account, -sum(l.amount), sum(l.credit - l.debit) FROM posting_line l"
            " JOIN posting p ON p.id = l.posting_id WHERE p.entity = 'invoice' AND p.entity_id IN"
            " (SELECT id FROM invoice WHERE id = ? OR (original_id = ? AND kind = 'credit_note' AND state = 'issued'))"
            " AND l.account IN (?, ?) GROUP BY l.account",
            (invoice_id, invoice_id, GOODS, SERVICES),
        )
        sales = [("goods" if row[0] == GOODS else "services", int(row[1]), int(row[2])) for row in rows]
    return issue_entries(payable=(net + tax, net_base + tax_base), sales=sales, tax=(tax, tax_base))
