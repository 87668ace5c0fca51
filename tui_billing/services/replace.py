"""Corrective invoices (UNTDID 1001: 384): one that replaces exactly one issued invoice (BR-FR-CO-04).

The replaced invoice is settled by its successor, what it posted is posted back with it, and payments it had received
go over to the new one; both stand linked, and no day's balance counts the sale twice.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.fields import PERCENT, PRICE, QUANTITY, unscaled
from tui_billing.models.tables import Allocation, DisputeDocument, Invoice
from tui_billing.models.write import add, change
from tui_billing.rules.content import Content, LineContent
from tui_billing.rules.journal import Entry, opposite
from tui_billing.rules.money import plain
from tui_billing.rules.problem import NotFound, Refused
from tui_billing.services.allocate import allocation_content, settle, take_back
from tui_billing.services.balances import locked, refresh_invoice
from tui_billing.services.context import Context, Work, transact
from tui_billing.services.drafts import save_draft


def correct(books: Books, context: Context, invoice_id: int, content: Content) -> dict[str, Any]:
    """Issue a corrective invoice with this content in the place of an issued one; return {"id", "number"}."""
    from tui_billing.services.issue import issue_in

    def do(work: Work) -> dict[str, Any]:
        require_replaceable(work, invoice_id)
        return issue_in(work, content, invoice_id)

    return transact(books, context, "issue", do)


def start_again(
    books: Books, context: Context, invoice_id: int, *, corrective: bool, positions: set[int] | None = None
) -> int:
    """Keep a draft filled from an issued invoice (all lines, or those at `positions`); return its id.

    A corrective draft replaces the invoice when it is issued; another one is a new invoice beside it.
    """
    content = content_of_issued(books, invoice_id, positions)
    gross, base, currency = books.row(  # type: ignore[misc]
        "SELECT gross, gross_base, currency FROM invoice WHERE id = ?", (invoice_id,)
    )
    customer_id, name = books.row("SELECT customer_id, buyer_name FROM invoice WHERE id = ?", (invoice_id,))  # type: ignore[misc]
    if corrective:
        transact(books, context, "draft", lambda work: require_replaceable(work, invoice_id), record=False)
    draft, _version = save_draft(
        books,
        context.command(),
        content,
        gross=gross,
        gross_base=base,
        customer_id=customer_id,
        buyer_name=name,
        currency=currency,
        hold=False,
    )
    if corrective:

        def mark(work: Work) -> int:
            return change(Invoice, draft, kind="corrective", type_code="384", original_id=invoice_id)

        transact(books, context.command(), "draft", mark, record=False)
    return draft


def content_of_issued(books: Books, invoice_id: int, positions: set[int] | None = None) -> Content:
    """What would have to be typed for an issued invoice: prices as billed, not as the catalogue says today."""
    row = books.row(
        "SELECT c.code, i.purchase_order, i.contract, i.delivery_note, i.sales_order, i.buyer_reference, i.project,"
        " i.currency, i.delivery_date, i.note FROM invoice i JOIN customer c ON c.id = i.customer_id"
        " WHERE i.id = ? AND i.state = 'issued' AND i.kind <> 'credit_note'",
        (invoice_id,),
    )
    if row is None:
        raise NotFound("there is no issued invoice with id {id}", id=invoice_id)
    names = (
        "customer", "purchase_order", "contract", "delivery_note", "sales_order", "buyer_reference", "project",
        "currency", "delivery_date", "note",
    )  # fmt: skip
    content = Content()
    for name, value in zip(names, row, strict=True):
        setattr(content, name, value or "")
    percents = books.rows(
        "SELECT DISTINCT percent FROM invoice_adjustment WHERE invoice_id = ? AND line_id IS NULL AND is_charge = 0",
        (invoice_id,),
    )
    if len(percents) == 1 and percents[0][0]:
        content.document_discount_percent = _text(percents[0][0], PERCENT)
    for (
        position,
        item,
        text,
        quantity,
        unit,
        price,
        discount,
        category,
        rate,
        start,
        end,
        order_line,
        note,
    ) in books.rows(
        "SELECT position, item_code, description, quantity, unit, unit_price, discount_percent, vat_category, vat_rate,"
        " period_start, period_end, order_line, note FROM invoice_line WHERE invoice_id = ? ORDER BY position",
        (invoice_id,),
    ):
        if positions is None or position in positions:
            content.lines.append(
                LineContent(
                    item=item,
                    description=text,
                    quantity=_text(quantity, QUANTITY),
                    unit=unit,
                    unit_price=_text(price, PRICE),
                    discount_percent=_text(discount, PERCENT) if discount else "",
                    vat_category=category,
                    vat_rate=_text(rate, PERCENT) if rate else "",
                    period_start=start or "",
                    period_end=end or "",
                    order_line=order_line,
                    note=note,
                )
            )
    return content


def _text(stored: int, scale: int) -> str:
    return format(unscaled(stored, scale), "f")


def replaced_by(books: Books, invoice_id: int) -> str:
    """The number of the corrective invoice that stands in the place of this one, "" where none does."""
    return str(
        books.value(
            "SELECT number FROM invoice WHERE original_id = ? AND kind = 'corrective' AND state = 'issued'",
            (invoice_id,),
        )
        or ""
    )


def require_not_replaced(work: Work, invoice_id: int) -> None:
    """Refuse to credit or correct what a corrective invoice has replaced."""
    if number := replaced_by(work.books, invoice_id):
        raise Refused("a corrective invoice has replaced this one: {number}; credit or correct that", number=number)


def require_replaceable(work: Work, invoice_id: int) -> None:
    """Refuse where an invoice may not be replaced: a credit note, one replaced, credited or written off already."""
    books = work.books
    row = locked(books, "invoice", "number, kind, state, written_off", invoice_id)
    if row is None or row[2] != "issued" or row[1] == "credit_note":
        raise NotFound("there is no issued invoice with id {id}", id=invoice_id)
    require_not_replaced(work, invoice_id)
    notes = books.value(
        "SELECT count(*) FROM invoice WHERE original_id = ? AND kind = 'credit_note' AND state = 'issued'",
        (invoice_id,),
    )
    if notes or row[3]:
        raise Refused(
            "{number} is partly credited or written off; credit what is left and issue a new invoice", number=row[0]
        )


def replace_original(work: Work, invoice_id: int, new_id: int, on: dt.date) -> None:
    """Settle the replaced invoice with its successor, and take its payments over to that one."""
    books = work.books
    standing = books.rows(
        "SELECT a.id, a.kind, coalesce(a.receipt_id, a.credit_note_id), a.amount FROM allocation a"
        " WHERE a.invoice_id = ? AND a.reverses_id IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM allocation b WHERE b.reverses_id = a.id) ORDER BY a.id",
        (invoice_id,),
    )
    for key, _kind, _source, _amount in standing:
        take_back(work, key, on)
    _settle_with_successor(work, invoice_id, new_id, on)
    for _key, kind, source, amount in standing:
        opened = int(books.value("SELECT open FROM invoice WHERE id = ?", (new_id,)))  # type: ignore[call-overload]
        if min(amount, opened) > 0:
            settle(work, kind, source, new_id, min(amount, opened), on)
    for (dispute,) in books.rows(
        "SELECT id FROM dispute WHERE invoice_id = ? AND status <> 'closed' ORDER BY id", (invoice_id,)
    ):
        add(DisputeDocument, dispute_id=dispute, invoice_id=new_id, role="replacement")


def _settle_with_successor(work: Work, invoice_id: int, new_id: int, on: dt.date) -> None:
    """One allocation over the whole invoice that posts back all that the invoice had posted."""
    books = work.books
    number, customer_id, currency, payable, base, issued = books.row(  # type: ignore[misc]
        "SELECT number, customer_id, currency, payable, payable_base, issue_date FROM invoice WHERE id = ?",
        (invoice_id,),
    )
    if not payable:
        return
    on = max(on, dt.date.fromisoformat(issued))
    allocation = add(
        Allocation,
        date=on,
        kind="credit",
        invoice_id=invoice_id,
        credit_note_id=new_id,
        amount=payable,
        amount_base=base,
        difference_base=0,
        reason="",
        operator_id=work.operator_id,
        entry_at=work.at,
    )
    posted = books.rows(
        "SELECT l.account, l.debit, l.credit, l.amount FROM posting_line l JOIN posting p ON p.id = l.posting_id"
        " WHERE p.entity = 'invoice' AND p.entity_id = ? ORDER BY l.id",
        (invoice_id,),
    )
    work.post(
        opposite(Entry(*line) for line in posted),
        verb="reverse",
        date=on,
        document_date=dt.date.fromisoformat(issued),
        entity="allocation",
        entity_id=allocation,
        currency=currency,
        customer_id=customer_id,
        text=number,
    )
    refresh_invoice(books, invoice_id, on)
    label = f"{plain(payable, currency)} {currency} → {number}"
    work.audit("allocate", "allocation", allocation, allocation_content(books, allocation), label)
