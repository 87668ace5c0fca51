"""Orders, delivery notes and contracts: entered, closed, cancelled, reopened; each an audit event of its content."""

from __future__ import annotations

from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.tables import Contract, DeliveryNote, PurchaseOrder
from tui_billing.models.write import change
from tui_billing.rules.problem import Conflict, NotFound, Problem, Refused
from tui_billing.rules.sources import COMMANDS, SourceContent, cleaned
from tui_billing.rules.text import quote
from tui_billing.services.balances import locked
from tui_billing.services.context import Context, Work, transact
from tui_billing.services.source_content import TABLES, source_content
from tui_billing.services.source_contract import add_contract
from tui_billing.services.source_delivery import add_delivery, refresh_delivery
from tui_billing.services.source_order import add_order
from tui_billing.services.source_parts import customer_of

STATUSES = ("open", "closed", "cancelled")


def add_source(books: Books, context: Context, content: SourceContent) -> int:
    """Enter an order, delivery note or contract; return its id. The first wrong field is a Problem with its place."""
    return transact(books, context, content.kind, lambda work: add_source_in(work, content))


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
    write = {"order": add_order, "delivery": add_delivery, "contract": add_contract}[typed.kind]
    key = write(work, typed, customer)
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
        model: Any = {"order": PurchaseOrder, "delivery": DeliveryNote, "contract": Contract}[kind]
        change(model, source_id, status=status, version=row[2] + 1)
        if kind == "delivery":
            refresh_delivery(books, source_id, status)
        payload = {"v": 1, "before": row[1], "after": status}
        work.audit(f"{status}_{kind}" if status != "open" else f"reopen_{kind}", table, source_id, payload, row[0])
        return int(row[2]) + 1

    return transact(books, context, kind, do)
