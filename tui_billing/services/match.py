"""The three-way match of an invoice with the books: which sources it bills, recorded at issue, released by credit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tui_billing.locale import N_
from tui_billing.models.door import Books
from tui_billing.models.fields import QUANTITY, scaled, unscaled
from tui_billing.models.queries import sources
from tui_billing.models.queries.sources import Head
from tui_billing.models.tables import BilledLine
from tui_billing.models.write import add, add_all
from tui_billing.rules.content import Content, CustomerFacts, ResolvedLine
from tui_billing.rules.findings import Finding
from tui_billing.rules.journal import proportion
from tui_billing.rules.match3 import OVER, AgreedPrice, BillLine, Match, Source, Tolerance, match, same_thing
from tui_billing.services.context import Work

#: Most that one invoice names of orders that fit.
_NAMED = 5
#: Items that an order is looked for by; the few that hold them are compared whole.
_LOOKED_AT = 5


@dataclass(frozen=True, slots=True)
class Matched:
    """An invoice beside its sources: `match` line by line, `findings` of header and lines."""

    match: Match = field(default_factory=Match)
    findings: tuple[Finding, ...] = ()
    order: Source | None = None
    notes: tuple[Source, ...] = ()


def match_invoice(
    books: Books,
    content: Content,
    customer: CustomerFacts,
    lines: Sequence[ResolvedLine],
    nets: Sequence[int],
    *,
    currency: str,
    day: dt.date,
    agreed: Sequence[AgreedPrice],
    issuing: bool = False,
) -> Matched:
    """Match what is about to be billed; `issuing` locks the sources and asks only what can block. `agreed` are the
    customer's prices of the day, locked already."""
    bill = [
        BillLine(
            number,
            line.item_code,
            line.description,
            line.unit,
            line.quantity,
            line.unit_price,
            line.discount_percent,
            line.order_line,
            net,
        )
        for number, (line, net) in enumerate(zip(lines, nets, strict=True), 1)
    ]
    found: list[Finding] = []
    order = _named_order(books, content, customer, currency, found, lock=issuing)
    notes = _named_notes(books, content, customer, found, lock=issuing)
    if order is None and notes and notes[0].order_id and not content.purchase_order:
        order = _order_by_id(books, customer.id, notes[0].order_id)
    named = bool(notes)
    if not notes and order:
        notes = sources.notes_of_order(books, order.id, lock=issuing)
    if content.contract and not issuing:
        found += _contract_findings(books, content.contract, customer, day)
    if not (order or notes or agreed):
        if not issuing:
            found += _fitting(books, content, customer, bill)
        return Matched(Match(), tuple(found))
    order_source = sources.order_source(books, order) if order else None
    note_sources = sources.note_sources(books, notes)
    outcome = match(
        bill,
        order_source,
        note_sources,
        agreed,
        currency=currency,
        tolerance=sources.tolerance_of(books, customer.id) if order or notes or agreed else Tolerance(),
        named_delivery=named,
    )
    found += outcome.findings
    if order is None and not issuing:
        found += _fitting(books, content, customer, bill)
    if content.override:
        found = [replace(f, blocking=False) if f.code in OVER else f for f in found]
    return Matched(outcome, tuple(found), order_source, tuple(note_sources))


def _named_order(
    books: Books, content: Content, customer: CustomerFacts, currency: str, found: list[Finding], *, lock: bool
) -> Head | None:
    number = content.purchase_order.strip()
    if not number:
        return None
    heads = sources.orders_by_number(books, number, lock=lock)
    own = next((head for head in heads if head.customer_id == customer.id), None)
    if own is None:
        if heads:
            found.append(_other("order", number, heads[0].customer, customer.code, "purchase_order"))
        elif not lock and (others := sources.open_orders(books, customer.id)):
            found.append(
                Finding(
                    "order_unknown",
                    "{number} is none of the orders that {customer} has open ({orders}); check the number",
                    "purchase_order",
                    False,
                    {"number": number, "customer": customer.code, "orders": _names(others)},
                    "three-way match",
                )
            )
        return None
    if own.status != "open":
        found.append(
            Finding(
                "order_closed",
                "Order {number} is closed; check which order this invoice bills",
                "purchase_order",
                False,
                {"number": number},
                "three-way match",
            )
        )
    if own.currency != currency:
        found.append(
            Finding(
                "order_currency",
                "Order {number} is in {ordered}, this invoice in {currency}; check the currency",
                "currency",
                False,
                {"number": number, "ordered": own.currency, "currency": currency},
                "three-way match",
            )
        )
    return own


def _named_notes(
    books: Books, content: Content, customer: CustomerFacts, found: list[Finding], *, lock: bool
) -> list[Head]:
    numbers = [part.strip() for part in content.delivery_note.split(",") if part.strip()]
    heads = sources.notes_by_number(books, numbers, lock=lock)
    own = [head for head in heads if head.customer_id == customer.id]
    for number in numbers:
        if any(head.number == number for head in own):
            continue
        other = next((head for head in heads if head.number == number), None)
        if other:
            found.append(_other("delivery", number, other.customer, customer.code, "delivery_note"))
        elif not lock and (others := sources.open_notes(books, customer.id)):
            found.append(
                Finding(
                    "delivery_unknown",
                    "{number} is none of the deliveries to {customer} that wait to be billed ({notes}); check the number",
                    "delivery_note",
                    False,
                    {"number": number, "customer": customer.code, "notes": _names(others)},
                    "three-way match",
                )
            )
    return [head for head in own if head.status != "cancelled"]


def _order_by_id(books: Books, customer_id: int, order_id: int) -> Head | None:
    number = books.value("SELECT number FROM purchase_order WHERE id = ?", (order_id,))
    heads = sources.orders_by_number(books, str(number)) if number else []
    return next((head for head in heads if head.id == order_id and head.customer_id == customer_id), None)


def _other(what: str, number: str, owner: str, customer: str, place: str) -> Finding:
    message = (
        N_("Order {number} is an order of {owner}, not of {customer}; check the customer")
        if what == "order"
        else N_("Delivery {number} went to {owner}, not to {customer}; check the customer")
        if what == "delivery"
        else N_("Contract {number} is a contract of {owner}, not of {customer}; check the customer")
    )
    values = {"number": number, "owner": owner, "customer": customer}
    return Finding(f"{what}_of_other", message, place, False, values, "three-way match")


def _contract_findings(books: Books, number: str, customer: CustomerFacts, day: dt.date) -> Iterator[Finding]:
    heads = sources.contract_heads(books, number.strip())
    own = [head for head in heads if head[0] == customer.id]
    if heads and not own:
        yield _other("contract", number, heads[0][1], customer.code, "contract")
    for _, _, status, start, end in own:
        if status != "open" or day.isoformat() < start or (end and day.isoformat() > end):
            yield Finding(
                "contract_over",
                "Contract {number} is not in force on {date}; check which contract applies",
                "contract",
                False,
                {"number": number, "date": day},
                "contract",
            )


def _fitting(books: Books, content: Content, customer: CustomerFacts, bill: Sequence[BillLine]) -> Iterator[Finding]:
    """An order, or a delivery, that fits all lines and that the invoice does not name."""
    if not bill or content.purchase_order.strip():
        return
    items = sorted({line.item for line in bill if line.item and not line.reference})
    heads = sources.open_orders(books, customer.id, items[:_LOOKED_AT])
    fitting = [
        order
        for order in sources.order_sources(books, heads)
        if all(any(same_thing(line, source) and source.left > 0 for source in order.lines) for line in bill)
    ]
    if len(fitting) == 1:
        yield Finding(
            "order_fits",
            "Order {number} of {customer} fits and is not named; type its number",
            "purchase_order",
            False,
            {"number": fitting[0].number, "customer": customer.code},
            "three-way match",
        )
    elif fitting:
        yield Finding(
            "orders_fit",
            "Several open orders of {customer} fit ({orders}); type the number of the one that is billed",
            "purchase_order",
            False,
            {"customer": customer.code, "orders": ", ".join(order.number for order in fitting[:_NAMED])},
            "three-way match",
        )


def _names(heads: Sequence[Head]) -> str:
    return ", ".join(head.number for head in heads[:_NAMED]) + (" …" if len(heads) > _NAMED else "")


# -- what was billed -------------------------------------------------------


def record_match(work: Work, invoice_id: int, matched: Match, override: str) -> None:
    """Write down what an issued invoice bills of its sources, bring their balances up to date, and audit it."""
    books = work.books
    if not matched.shares and not books.row("SELECT 1 FROM billed_line WHERE invoice_id = ?", (invoice_id,)):
        return
    keys = dict(books.rows("SELECT position, id FROM invoice_line WHERE invoice_id = ?", (invoice_id,)))
    add_all(
        BilledLine,
        [
            {
                "invoice_id": invoice_id,
                "line_id": keys[share.line],
                "order_line_id": share.order_line,
                "delivery_line_id": share.delivery_line,
                "contract_line_id": share.contract_line,
                "quantity": share.quantity,
                "net": share.net,
                "override": override if matched.over else "",
                "operator_id": work.operator_id,
                "at": work.at,
            }
            for share in matched.shares
        ],
    )
    _count(
        books,
        [(s.order_line, s.delivery_line, s.contract_line, scaled(s.quantity, QUANTITY), s.net) for s in matched.shares],
    )
    number = str(books.value("SELECT number FROM invoice WHERE id = ?", (invoice_id,)))
    work.audit("match", "invoice", invoice_id, match_content(books, invoice_id), number)


def _count(books: Books, parts: Sequence[tuple[int | None, int | None, int | None, int, int]]) -> None:
    """Add to the cached balances of order, delivery and contract lines; stored quantities."""
    for order_line, delivery_line, contract_line, quantity, net in parts:
        for key, sql, values in (
            (order_line, "UPDATE order_line SET billed = billed + ? WHERE id = ?", (quantity,)),
            (
                delivery_line,
                "UPDATE delivery_line SET billed = billed + ?, open = CASE WHEN (SELECT status FROM delivery_note n"
                " WHERE n.id = delivery_id) = 'open' THEN quantity - billed - ? ELSE 0 END WHERE id = ?",
                (quantity, quantity),
            ),
            (contract_line, "UPDATE contract_line SET billed = billed + ? WHERE id = ?", (quantity,)),
            (
                contract_line if net else None,
                "UPDATE contract SET billed = billed + ?"
                " WHERE id = (SELECT contract_id FROM contract_line WHERE id = ?)",
                (net,),
            ),
        ):
            if key is not None:
                books.db.execute_sql(books.sql(sql), (*values, key))


def release_match(work: Work, credit_note_id: int) -> None:
    """What a credit note takes back of quantities is to be billed again; an amount alone takes back none."""
    lines = work.books.rows(
        "SELECT n.id, n.quantity, o.id FROM invoice_line n"
        " JOIN invoice_line o ON o.id = n.original_line_id WHERE n.invoice_id = ? ORDER BY n.position",
        (credit_note_id,),
    )
    if _release(work, credit_note_id, lines):
        number = str(work.books.value("SELECT number FROM invoice WHERE id = ?", (credit_note_id,)))
        work.audit("match", "invoice", credit_note_id, match_content(work.books, credit_note_id), number)


def release_replaced(work: Work, original_id: int, corrective_id: int) -> None:
    """What an invoice billed is to be billed by the corrective invoice that takes its place; audited with that."""
    lines = work.books.rows(
        "SELECT id, quantity, id FROM invoice_line WHERE invoice_id = ? ORDER BY position", (original_id,)
    )
    _release(work, corrective_id, lines)


def _release(work: Work, document_id: int, lines: Sequence[tuple]) -> bool:
    """Take back quantities of (own line, quantity, original line); whether there was anything to take back."""
    books = work.books
    parts: list[tuple[int | None, int | None, int | None, int, int]] = []
    for line, quantity, original in lines:
        rest = abs(quantity)
        if not rest:
            continue
        for key, order_line, delivery_line, contract_line, whole, net, gone in books.rows(
            "SELECT b.id, b.order_line_id, b.delivery_line_id, b.contract_line_id, b.quantity, b.net,"
            " (SELECT coalesce(sum(r.quantity), 0) FROM billed_line r WHERE r.reverses_id = b.id)"
            " FROM billed_line b WHERE b.line_id = ? AND b.reverses_id IS NULL ORDER BY b.id",
            (original,),
        ):
            left = whole + int(gone)
            part = min(abs(left), rest) * (1 if left > 0 else -1)
            if not part:
                continue
            rest -= abs(part)
            back = -proportion(part, whole, net)
            add(
                BilledLine,
                invoice_id=document_id,
                line_id=line,
                order_line_id=order_line,
                delivery_line_id=delivery_line,
                contract_line_id=contract_line,
                quantity=unscaled(-part, QUANTITY),
                net=back,
                reverses_id=key,
                operator_id=work.operator_id,
                at=work.at,
            )
            parts.append((order_line, delivery_line, contract_line, -part, back))
    _count(books, parts)
    return bool(parts)


def match_content(books: Books, invoice_id: int) -> dict[str, Any]:
    """What the audit chain keeps of what a document bills; `verify` compares it."""
    rows = books.rows(
        "SELECT line_id, order_line_id, delivery_line_id, contract_line_id, quantity, net, override, reverses_id"
        " FROM billed_line WHERE invoice_id = ? ORDER BY id",
        (invoice_id,),
    )
    number = books.value("SELECT number FROM invoice WHERE id = ?", (invoice_id,))
    return {"v": 1, "number": number, "billed": [list(row) for row in rows]}
