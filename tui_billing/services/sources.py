"""Orders, delivery notes and contracts: entered, closed, cancelled, reopened; each an audit event of its content."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.tables import (
    Contract,
    ContractLine,
    DeliveryLine,
    DeliveryNote,
    OrderLine,
    PurchaseOrder,
    Table,
)
from tui_billing.models.write import add, add_all, change
from tui_billing.rules.problem import Conflict, NotFound, Problem, Refused
from tui_billing.rules.sources import COMMANDS, SourceContent, cleaned
from tui_billing.rules.text import quote
from tui_billing.services.balances import locked
from tui_billing.services.context import Context, Work, transact
from tui_billing.services.source_content import TABLES, source_content
from tui_billing.services.source_contract import contract_rows
from tui_billing.services.source_delivery import delivery_rows, refresh_delivery
from tui_billing.services.source_drafts import forget_draft
from tui_billing.services.source_order import order_rows
from tui_billing.services.source_parts import customer_of

STATUSES = ("open", "closed", "cancelled")
#: kind -> (model of heads, model of lines)
MODELS: dict[str, tuple[type[Table], type[Table]]] = {
    "order": (PurchaseOrder, OrderLine),
    "delivery": (DeliveryNote, DeliveryLine),
    "contract": (Contract, ContractLine),
}
#: kind -> what reads (head, lines) off what is typed; the last argument is the one that is replaced.
READS: dict[str, Callable[..., tuple[dict[str, Any], list[dict[str, Any]]]]] = {
    "order": order_rows,
    "delivery": delivery_rows,
    "contract": contract_rows,
}


def add_source(books: Books, context: Context, content: SourceContent, *, draft_id: int | None = None) -> int:
    """Enter an order, delivery note or contract; return its id. The first wrong field is a Problem with its place.

    `draft_id` is the draft in which it was typed; it goes with it.
    """

    def do(work: Work) -> int:
        key = add_source_in(work, content)
        if draft_id is not None:
            forget_draft(books, draft_id)
        return key

    return transact(books, context, content.kind, do)


def add_source_in(work: Work, content: SourceContent) -> int:
    """The same inside an open transaction (imports)."""
    books, typed = work.books, cleaned(content)
    customer = customer_of(books, typed)
    table = TABLES[typed.kind][0]
    if not typed.number:
        raise Problem("the number is missing; type the one that stands on the paper", field="number")
    if books.row(f"SELECT 1 FROM {table} WHERE customer_id = ? AND number = ?", (customer.id, typed.number)):
        raise Problem(
            "{number} of {customer} is in the books already; look at it there, or type another number",
            field="number",
            number=typed.number,
            customer=customer.code,
        )
    if not typed.lines:
        raise Problem("there is no line; type an item", field="lines")
    head, lines = READS[typed.kind](work, typed, customer, None)
    common = {"customer_id": customer.id, "number": typed.number, "note": typed.note}
    if typed.kind != "contract":
        common["source"] = typed.source
    heads, rows = MODELS[typed.kind]
    key = add(heads, **common, **head, operator_id=work.operator_id, created_at=work.at)
    link = TABLES[typed.kind][2]
    own = {"open": Decimal(0)} if typed.kind == "delivery" else {}
    add_all(rows, [{link: key, "position": number, **line, **own} for number, line in enumerate(lines, 1)])
    if typed.kind == "delivery":
        refresh_delivery(books, key, "open")
    work.audit(f"add_{typed.kind}", table, key, source_content(table, books, key), typed.number)
    return key


def set_status(
    books: Books, context: Context, kind: str, source_id: int, status: str, version: int | None = None
) -> int:
    """Close, cancel or reopen an order, delivery note or contract; return its new version.

    What was delivered or billed stays; a delivery that is closed or cancelled waits no more to be billed. One of
    which something was billed cannot be cancelled.
    """
    table, lines, link = TABLES[kind]
    if status not in STATUSES:
        raise Problem(
            "{status} is no status here; it is one of {statuses}", status=quote(status), statuses=", ".join(STATUSES)
        )

    def do(work: Work) -> int:
        row = locked(books, table, "number, status, version", source_id)
        if row is None:
            raise NotFound(
                "there is no {what} {number}; list them with: tui-billing {what} list",
                what=COMMANDS[kind],
                number=source_id,
            )
        if version is not None and row[2] != version:
            raise Conflict(
                "somebody else has changed this meanwhile; look at it again (F5)",
                mine={"version": version},
                theirs={"version": row[2], "status": row[1]},
            )
        if status == "cancelled" and books.row(f"SELECT 1 FROM {lines} WHERE {link} = ? AND billed <> 0", (source_id,)):
            raise Refused("something of {number} is billed; credit the invoice first, or close it", number=row[0])
        change(MODELS[kind][0], source_id, status=status, version=row[2] + 1)
        if kind == "delivery":
            refresh_delivery(books, source_id, status)
        payload = {"v": 1, "before": row[1], "after": status}
        work.audit(f"{status}_{kind}" if status != "open" else f"reopen_{kind}", table, source_id, payload, row[0])
        return int(row[2]) + 1

    return transact(books, context, kind, do)
