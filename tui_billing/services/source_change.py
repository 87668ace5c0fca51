"""An order, delivery note or contract that is changed: what was delivered or billed of it stays as it was agreed."""

from __future__ import annotations

from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.fields import QUANTITY, scaled, unscaled
from tui_billing.models.write import add, change
from tui_billing.rules.match3 import shown
from tui_billing.rules.problem import Conflict, NotFound, Problem, Refused
from tui_billing.rules.sources import COMMANDS, SourceContent, cleaned
from tui_billing.services.balances import locked
from tui_billing.services.context import Context, Work, transact
from tui_billing.services.source_content import TABLES, source_content
from tui_billing.services.source_delivery import refresh_delivery
from tui_billing.services.source_drafts import forget_draft
from tui_billing.services.source_parts import customer_of
from tui_billing.services.sources import MODELS, READS

#: Lines are moved out of the way by so much before they take their new places.
_ASIDE = 1_000_000


def change_source(
    books: Books,
    context: Context,
    source_id: int,
    content: SourceContent,
    *,
    version: int | None = None,
    draft_id: int | None = None,
) -> int:
    """Put what is typed in the place of an order, delivery note or contract; return its new version.

    A line's `key` says which line of the books it was; one without is new, and one that is typed no more goes. Its
    customer and a delivery's order stay. Of a line of which something was delivered or billed, item and unit stay,
    and its quantity or ceiling does not fall below that. Raises `Conflict` where somebody else was faster.
    """
    kind = content.kind
    table = TABLES[kind][0]

    def do(work: Work) -> int:
        row = locked(books, table, "number, status, version, customer_id", source_id)
        if row is None:
            raise NotFound(
                "there is no {what} {number}; list them with: tui-billing {what} list",
                what=COMMANDS[kind],
                number=source_id,
            )
        number, status, now, owner = row
        if version is not None and now != version:
            raise Conflict(
                "somebody else has changed this meanwhile; look at it again (F5)",
                mine={"version": version},
                theirs={"version": now, "status": status},
            )
        if status != "open":
            raise Refused("{number} is not open; open it again first, then change it", number=number)
        typed = cleaned(content)
        _check_head(books, kind, source_id, owner, typed)
        head, lines = READS[kind](work, typed, customer_of(books, typed), source_id)
        if kind == "delivery" and head["order_id"] != books.value(
            "SELECT order_id FROM delivery_note WHERE id = ?", (source_id,)
        ):
            raise Problem("a delivery keeps its order; cancel it and enter it again", field="order")
        _replace_lines(books, kind, source_id, typed, lines)
        if kind == "contract":
            _check_ceiling(books, source_id, head)
        change(MODELS[kind][0], source_id, number=typed.number, note=typed.note, version=now + 1, **head)
        if kind == "delivery":
            refresh_delivery(books, source_id, "open")
        if draft_id is not None:
            forget_draft(books, draft_id)
        work.audit(f"change_{kind}", table, source_id, source_content(table, books, source_id), typed.number)
        return int(now) + 1

    return transact(books, context, kind, do)


def _check_head(books: Books, kind: str, source_id: int, owner: int, typed: SourceContent) -> None:
    table = TABLES[kind][0]
    customer = customer_of(books, typed)
    if customer.id != owner:
        raise Problem("this keeps its customer; cancel it and enter it for the other one", field="customer")
    if not typed.number:
        raise Problem("the number is missing; type the one that stands on the paper", field="number")
    if books.row(
        f"SELECT 1 FROM {table} WHERE customer_id = ? AND number = ? AND id <> ?", (owner, typed.number, source_id)
    ):
        raise Problem(
            "{number} of {customer} is in the books already; look at it there, or type another number",
            field="number",
            number=typed.number,
            customer=customer.code,
        )
    if not typed.lines:
        raise Problem("there is no line; type an item", field="lines")


def _check_ceiling(books: Books, source_id: int, head: dict[str, Any]) -> None:
    row = books.row("SELECT billed, currency FROM contract WHERE id = ?", (source_id,))
    assert row is not None
    if row[0] and head["currency"] != row[1]:
        raise Problem("something is billed by this contract; it keeps its currency", field="currency")
    if head["ceiling"] and head["ceiling"] < row[0]:
        raise Problem("more is billed by this contract already; type a higher ceiling", field="ceiling")


def _replace_lines(books: Books, kind: str, source_id: int, typed: SourceContent, lines: list[dict[str, Any]]) -> None:
    """Lines that were there keep their row, so that what was billed of them still points at them."""
    _, table, link = TABLES[kind]
    model = MODELS[kind][1]
    came = "delivered" if kind == "order" else "0"
    quantity = "ceiling" if kind == "contract" else "quantity"
    before = {
        row[0]: row
        for row in books.rows(
            f"SELECT id, position, item_code, unit, billed, {came}, {quantity} FROM {table} WHERE {link} = ?",
            (source_id,),
        )
    }
    keys = [int(line.key) if line.key.isdigit() and int(line.key) in before else None for line in typed.lines]
    for number, (key, line) in enumerate(zip(keys, lines, strict=True), 1):
        if key is not None:
            _check_line(kind, before[key], line, number, quantity)
    for key, row in before.items():
        if key not in keys:
            if row[4] or row[5] or _is_named(books, kind, key):
                raise Problem(
                    "line {line} is delivered or billed in part and stays; open the form again to have it back",
                    field="lines",
                    line=row[1],
                )
            books.db.execute_sql(books.sql(f"DELETE FROM {table} WHERE id = ?"), (key,))
    books.db.execute_sql(books.sql(f"UPDATE {table} SET position = position + {_ASIDE} WHERE {link} = ?"), (source_id,))
    own = {"open": 0} if kind == "delivery" else {}
    used: set[int] = set()
    for number, (key, line) in enumerate(zip(keys, lines, strict=True), 1):
        if key is None or key in used:
            add(model, **{link: source_id}, position=number, **line, **own)
        else:
            used.add(key)
            change(model, key, position=number, **line)


def _check_line(kind: str, before: tuple, line: dict[str, Any], number: int, quantity: str) -> None:
    _key, _position, item, unit, billed, delivered, _had = before
    least = max(billed, delivered, key=abs)
    if not least:
        return
    if (line["item_code"], line["unit"]) != (item, unit):
        raise Problem(
            "something of line {line} is delivered or billed; it keeps its item and unit",
            field=f"lines.{number}.item",
            line=number,
        )
    now = scaled(line[quantity], QUANTITY)
    unlimited = kind == "contract" and not now
    # An order may be below what came: too much was delivered then, and is shown as such.
    if not unlimited and (abs(now) < abs(billed) or now * billed < 0):
        raise Problem(
            "{quantity} of line {line} are billed already; type at least so many",
            field=f"lines.{number}.{quantity}",
            quantity=shown(unscaled(billed, QUANTITY)),
            line=number,
        )


def _is_named(books: Books, kind: str, key: int) -> bool:
    """Whether a delivery or an invoice, be it taken back, points at a line."""
    column = {"order": "order_line_id", "delivery": "delivery_line_id", "contract": "contract_line_id"}[kind]
    if books.row(f"SELECT 1 FROM billed_line WHERE {column} = ? LIMIT 1", (key,)):
        return True
    return kind == "order" and bool(books.row("SELECT 1 FROM delivery_line WHERE order_line_id = ? LIMIT 1", (key,)))
