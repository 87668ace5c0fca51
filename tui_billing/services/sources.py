"""Orders, delivery notes and contracts: entered, closed, reopened, indexed; each an audit event of its content."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.fields import QUANTITY, scaled, unscaled
from tui_billing.models.queries import facts
from tui_billing.models.tables import (
    Contract,
    ContractIndex,
    ContractLine,
    DeliveryLine,
    DeliveryNote,
    OrderLine,
    PurchaseOrder,
)
from tui_billing.models.write import add, add_all, change
from tui_billing.rules.content import MAX_PRICE, MAX_QUANTITY, CustomerFacts, ItemFacts
from tui_billing.rules.dates import parse_iso
from tui_billing.rules.match3 import shown
from tui_billing.rules.money import exponent, to_minor
from tui_billing.rules.numbers import parse_plain
from tui_billing.rules.problem import Conflict, NotFound, Problem, Refused
from tui_billing.rules.sources import COMMANDS, SourceContent, SourceLineContent, cleaned
from tui_billing.rules.text import clean, fold, quote
from tui_billing.rules.units import unit_code
from tui_billing.services.balances import locked
from tui_billing.services.context import Context, Work, transact

#: kind -> (table of heads, table of lines, their link)
TABLES = {
    "order": ("purchase_order", "order_line", "order_id"),
    "delivery": ("delivery_note", "delivery_line", "delivery_id"),
    "contract": ("contract", "contract_line", "contract_id"),
}
STATUSES = ("open", "closed", "cancelled")


def add_source(books: Books, context: Context, content: SourceContent) -> int:
    """Enter an order, delivery note or contract; return its id. The first wrong field is a Problem with its place."""
    return transact(books, context, content.kind, lambda work: add_source_in(work, content))


def add_source_in(work: Work, content: SourceContent) -> int:
    """The same inside an open transaction (imports)."""
    books, typed = work.books, cleaned(content)
    customer = _customer(books, typed)
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
    write = {"order": _add_order, "delivery": _add_delivery, "contract": _add_contract}[typed.kind]
    key = write(work, typed, customer)
    work.audit(f"add_{typed.kind}", table, key, source_content(table, books, key), typed.number)
    return key


def _customer(books: Books, typed: SourceContent) -> CustomerFacts:
    if not typed.customer:
        raise Problem("There is no customer; type a code or a name", field="customer")
    found = facts.customer_by_code(books, typed.customer)
    if found is None:
        raise NotFound(
            "there is no customer {code}; type part of the name to find the code",
            field="customer",
            code=quote(typed.customer),
        )
    return found


def _head(work: Work, typed: SourceContent, customer: CustomerFacts) -> dict[str, Any]:
    return {
        "customer_id": customer.id,
        "number": typed.number,
        "note": typed.note,
        "operator_id": work.operator_id,
        "created_at": work.at,
    }


def _day(work: Work, text: str, place: str) -> dt.date:
    return parse_iso(text, place) if text else work.today


def _currency(typed: SourceContent, customer: CustomerFacts) -> str:
    currency = typed.currency.upper() or customer.currency
    exponent(currency)
    return currency


def _add_order(work: Work, typed: SourceContent, customer: CustomerFacts) -> int:
    books = work.books
    contract = None
    if typed.contract:
        contract = books.value(
            "SELECT id FROM contract WHERE customer_id = ? AND number = ?", (customer.id, typed.contract)
        )
        if contract is None:
            raise NotFound(
                "{customer} has no contract {number}; list them with: tui-billing contract list",
                field="contract",
                customer=customer.code,
                number=quote(typed.contract),
            )
    items = _items(books, typed)
    rows = []
    for number, line in enumerate(typed.lines, 1):
        item = _item(items, line, number)
        quantity = _quantity(line.quantity, f"lines.{number}.quantity")
        if quantity <= 0:
            raise Problem(
                "line {line} orders {quantity}; an order names more than 0",
                field=f"lines.{number}.quantity",
                line=number,
                quantity=shown(quantity),
            )
        rows.append(
            {
                "position": number,
                "reference": line.reference,
                **_named(item, line, customer),
                "quantity": quantity,
                "unit_price": _price(line.unit_price, number) if line.unit_price else None,
                "discount_percent": _percent(line.discount_percent, f"lines.{number}.discount_percent"),
            }
        )
    references = [row["reference"] for row in rows if row["reference"]]
    for reference in references:
        if references.count(reference) > 1:
            raise Problem(
                "the line reference {reference} stands there twice; leave one",
                field="lines",
                reference=quote(reference),
            )
    order = add(
        PurchaseOrder,
        **_head(work, typed, customer),
        date=_day(work, typed.date, "date"),
        currency=_currency(typed, customer),
        contract_id=contract,
        source=typed.source,
    )
    add_all(OrderLine, [{"order_id": order, **row} for row in rows])
    return order


def _add_delivery(work: Work, typed: SourceContent, customer: CustomerFacts) -> int:
    books = work.books
    order = None
    if typed.order:
        order = books.value(
            "SELECT id FROM purchase_order WHERE customer_id = ? AND number = ?", (customer.id, typed.order)
        )
        if order is None:
            raise NotFound(
                "{customer} has no order {number}; list them with: tui-billing purchase-order list",
                field="order",
                customer=customer.code,
                number=quote(typed.order),
            )
        locked(books, "purchase_order", "id", int(order))  # type: ignore[call-overload]
    items = _items(books, typed)
    ordered = books.rows(
        "SELECT id, reference, position, item_code, description, unit, delivered FROM order_line WHERE order_id = ?"
        " ORDER BY position",
        (order or 0,),
    )
    came: dict[int, int] = {row[0]: row[6] for row in ordered}
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(typed.lines, 1):
        place = f"lines.{number}.quantity"
        quantity = _quantity(line.quantity, place)
        if not quantity:
            raise Problem("line {line} delivers 0; take the line out, or type what came", field=place, line=number)
        of_order = _order_line(ordered, line, typed.order, number)
        if of_order and not line.item and not line.description:
            line.item, line.description = of_order[3], "" if of_order[3] else of_order[4]
        item = _item(items or _items(books, typed), line, number)
        named = _named(item, line, customer, unit=of_order[5] if of_order else "")
        if of_order and named["unit"] != of_order[5]:
            raise Problem(
                "line {line} is delivered in {unit} and was ordered in {other}; type the quantity in {other}",
                field=f"lines.{number}.unit",
                line=number,
                unit=named["unit"],
                other=of_order[5],
            )
        if of_order:
            came[of_order[0]] += scaled(quantity, QUANTITY)
            if came[of_order[0]] < 0:
                raise Problem(
                    "line {line} takes back {quantity}, more than order {number} has had delivered; type fewer",
                    field=place,
                    line=number,
                    quantity=shown(-quantity),
                    number=typed.order,
                )
        elif quantity < 0 and not of_order and order:
            raise Problem(
                "line {line} takes back what order {number} does not hold; name the order line it comes from",
                field=f"lines.{number}.item",
                line=number,
                number=typed.order,
            )
        rows.append(
            {
                "position": number,
                "order_line_id": of_order[0] if of_order else None,
                **named,
                "quantity": quantity,
                "open": quantity,
            }
        )
    note = add(
        DeliveryNote,
        **_head(work, typed, customer),
        date=_day(work, typed.date, "date"),
        order_id=order,
        received_by=typed.received_by,
        source=typed.source,
    )
    add_all(DeliveryLine, [{"delivery_id": note, **row} for row in rows])
    for key, delivered in came.items():
        change(OrderLine, key, delivered=unscaled(delivered, QUANTITY))
    return note


def _order_line(ordered: list[tuple], line: SourceLineContent, order: str, number: int) -> tuple | None:
    """The order line that a delivery line fulfils; None where the order holds no such thing."""
    if line.reference:
        found = next((row for row in ordered if line.reference in (row[1], str(row[2]))), None)
        if found is None and order:
            raise Problem(
                "order {number} has no line {reference}; look at its lines",
                field=f"lines.{number}.reference",
                number=order,
                reference=quote(line.reference),
            )
        return found
    code = line.item.strip().upper()
    return next(
        (row for row in ordered if (code and row[3] == code) or (not code and fold(row[4]) == fold(line.description))),
        None,
    )


def _add_contract(work: Work, typed: SourceContent, customer: CustomerFacts) -> int:
    books = work.books
    currency = _currency(typed, customer)
    start = _day(work, typed.start_date, "start_date")
    end = parse_iso(typed.end_date, "end_date") if typed.end_date else None
    if end and end < start:
        raise Problem("the contract ends before it begins; type a later end", field="end_date")
    index = parse_plain(typed.index_percent, 4, "index_percent") if typed.index_percent else Decimal(0)
    if not -50 <= index <= 100:
        raise Problem("the yearly index lies between -50 % and 100 %", field="index_percent")
    ceiling = to_minor(parse_plain(typed.ceiling or "0", exponent(currency), "ceiling"), currency, "ceiling")
    items = _items(books, typed)
    rows = []
    for number, line in enumerate(typed.lines, 1):
        item = _item(items, line, number)
        if not line.unit_price:
            raise Problem(
                "line {line} needs a price: type @ and the price", field=f"lines.{number}.unit_price", line=number
            )
        most = _quantity(line.ceiling, f"lines.{number}.ceiling") if line.ceiling else Decimal(0)
        if most < 0 or ceiling < 0:
            raise Problem("a ceiling lies above 0", field=f"lines.{number}.ceiling")
        rows.append(
            {
                "position": number,
                **_named(item, line, customer),
                "unit_price": _price(line.unit_price, number),
                "discount_percent": _percent(line.discount_percent, f"lines.{number}.discount_percent"),
                "ceiling": most,
            }
        )
    codes = [row["item_code"] for row in rows if row["item_code"]]
    for code in codes:
        if codes.count(code) > 1:
            raise Problem("{item} has two prices in this contract; leave one", field="lines", item=code)
    contract = add(
        Contract,
        **_head(work, typed, customer),
        title=typed.title,
        start_date=start,
        end_date=end,
        currency=currency,
        index_percent=index,
        ceiling=ceiling,
    )
    add_all(ContractLine, [{"contract_id": contract, **row} for row in rows])
    return contract


def _items(books: Books, typed: SourceContent) -> dict[str, ItemFacts]:
    return facts.items_by_code(books, [line.item for line in typed.lines])


def _item(items: dict[str, ItemFacts], line: SourceLineContent, number: int) -> ItemFacts | None:
    place = f"lines.{number}.item"
    if line.item:
        found = items.get(line.item.strip().upper())
        if found is None:
            raise Problem(
                "there is no item {code}; type part of its name to find it, or ; and a text for a line without one",
                field=place,
                code=quote(line.item),
            )
        return found
    if not line.description:
        raise Problem("line {line} needs an item or a description", field=place, line=number)
    return None


def _named(item: ItemFacts | None, line: SourceLineContent, customer: CustomerFacts, unit: str = "") -> dict[str, Any]:
    return {
        "item_id": item.id if item else None,
        "item_code": item.code if item else "",
        "description": line.description or (item.text(customer.language) if item else ""),
        "unit": unit_code(line.unit) if line.unit else unit or (item.unit if item else "C62"),
    }


def _quantity(text: str, place: str) -> Decimal:
    quantity = parse_plain(text or "1", 4, place)
    if abs(quantity) > MAX_QUANTITY:
        raise Problem("the quantity is too large; the most is {limit}", field=place, limit=f"{MAX_QUANTITY:,}")
    return quantity


def _price(text: str, number: int) -> Decimal:
    place = f"lines.{number}.unit_price"
    price = parse_plain(text, 6, place)
    if abs(price) > MAX_PRICE:
        raise Problem("the price is too large; the most is {limit}", field=place, limit=f"{MAX_PRICE:,}")
    return price


def _percent(text: str, place: str) -> Decimal:
    percent = parse_plain(text, 4, place) if text else Decimal(0)
    if not 0 <= percent <= 100:
        raise Problem("a discount lies between 0 % and 100 %", field=place)
    return percent


# -- afterwards ------------------------------------------------------------


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
            _refresh_delivery(books, source_id, status)
        payload = {"v": 1, "before": row[1], "after": status}
        work.audit(f"{status}_{kind}" if status != "open" else f"reopen_{kind}", table, source_id, payload, row[0])
        return int(row[2]) + 1

    return transact(books, context, kind, do)


def _refresh_delivery(books: Books, delivery_id: int, status: str) -> None:
    books.db.execute_sql(
        books.sql(
            "UPDATE delivery_line SET open = CASE WHEN ? = 'open' THEN quantity - billed ELSE 0 END"
            " WHERE delivery_id = ?"
        ),
        (status, delivery_id),
    )
    books.db.execute_sql(
        books.sql(
            "UPDATE order_line SET delivered = (SELECT coalesce(sum(d.quantity), 0) FROM delivery_line d"
            " JOIN delivery_note n ON n.id = d.delivery_id WHERE d.order_line_id = order_line.id"
            " AND n.status <> 'cancelled') WHERE id IN"
            " (SELECT order_line_id FROM delivery_line WHERE delivery_id = ?)"
        ),
        (delivery_id,),
    )


def index_contract(
    books: Books, context: Context, contract_id: int, valid_from: dt.date, factor: Decimal, note: str = ""
) -> int:
    """From a day on, multiply a contract's list prices by `factor` (new index / index of its signature)."""
    if not 0 < factor <= 100:
        raise Problem(
            "the factor lies above 0 and up to 100; type for example {example}", field="factor", example="1.025"
        )

    def do(work: Work) -> int:
        row = locked(books, "contract", "number", contract_id)
        if row is None:
            raise NotFound(
                "there is no {what} {number}; list them with: tui-billing {what} list",
                what="contract",
                number=contract_id,
            )
        if books.row(
            "SELECT 1 FROM contract_index WHERE contract_id = ? AND valid_from = ?",
            (contract_id, valid_from.isoformat()),
        ):
            raise Problem(
                "contract {number} has an index from {date} on already; type another day",
                field="date",
                number=row[0],
                date=valid_from.isoformat(),
            )
        key = add(
            ContractIndex,
            contract_id=contract_id,
            valid_from=valid_from,
            factor=factor,
            note=clean(note, 200, "note"),
            operator_id=work.operator_id,
            at=work.at,
        )
        payload = {"v": 1, "valid_from": valid_from.isoformat(), "factor": format(factor, "f"), "note": note}
        work.audit("index_contract", "contract", contract_id, payload, row[0])
        return key

    return transact(books, context, "contract", do)


_CONTENT = {
    "purchase_order": (
        "customer_id, number, date, currency, contract_id, note, source",
        "position, reference, item_code, description, quantity, unit, unit_price, discount_percent",
        "order",
    ),
    "delivery_note": (
        "customer_id, number, date, order_id, received_by, note, source",
        "position, order_line_id, item_code, description, quantity, unit",
        "delivery",
    ),
    "contract": (
        "customer_id, number, title, start_date, end_date, currency, index_percent, ceiling, note",
        "position, item_code, description, unit, unit_price, discount_percent, ceiling",
        "contract",
    ),
}


def source_content(table: str, books: Books, key: int) -> dict[str, Any]:
    """What the audit chain keeps of an order, delivery note or contract; `verify` compares it."""
    heads, columns, kind = _CONTENT[table]
    row = books.row(f"SELECT {heads} FROM {table} WHERE id = ?", (key,))
    assert row is not None
    _, lines, link = TABLES[kind]
    rows = books.rows(f"SELECT {columns} FROM {lines} WHERE {link} = ? ORDER BY position", (key,))
    return {"v": 1, **dict(zip(heads.split(", "), row, strict=True)), "lines": [list(line) for line in rows]}
