"""A document, payment or dispute as the command contract's JSON: decimal strings, English tokens, ISO dates."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.fields import PERCENT, PRICE, QUANTITY, unscaled
from tui_billing.rules.money import plain
from tui_billing.rules.problem import NotFound
from tui_billing.rules.status import status_of
from tui_billing.services.context import company

_HEAD = (
    "i.id, i.number, i.kind, i.state, c.code, i.issue_date, i.due_date, i.currency, i.gross, i.payable, i.open,"
    " i.credited, i.written_off, i.disputed, i.next_due, i.buyer_name, i.form"
)


def decimal(stored: int, scale: int) -> str:
    """A stored decimal as text without exponent or trailing zeros."""
    return format(unscaled(stored, scale), "f")


def find_invoice(books: Books, number: str) -> int:
    """The id of an issued document by its number, or of a draft by its id; `NotFound` otherwise."""
    row = books.row("SELECT id FROM invoice WHERE number = ?", (number.strip(),))
    if row is None and number.isascii() and number.strip().isdigit() and len(number) < 19:
        row = books.row("SELECT id FROM invoice WHERE id = ?", (int(number),))
    if row is None:
        raise NotFound("there is no document {number}; find it with: tui-billing invoice list", number=number)
    return int(row[0])


def status_from(row: dict[str, Any], today: dt.date, due_soon_days: int) -> str:
    """The status token of a document's columns."""
    return status_of(
        issued=row["state"] == "issued",
        kind=row["kind"],
        gross=row["payable"],
        open=row["open"],
        credited=row["credited"],
        written_off=row["written_off"],
        disputed=row["disputed"],
        next_due=dt.date.fromisoformat(row["next_due"]) if row["next_due"] else None,
        today=today,
        due_soon_days=due_soon_days,
    ).value


def invoice_json(books: Books, invoice_id: int, today: dt.date) -> dict[str, Any]:
    """A document whole, as `create`, `show` and `import` answer it."""
    found = books.row(
        f"SELECT {_HEAD} FROM invoice i LEFT JOIN customer c ON c.id = i.customer_id WHERE i.id = ?", (invoice_id,)
    )
    if found is None:
        raise NotFound("there is no document with id {id}", id=invoice_id)
    names = [name.strip().rpartition(".")[2] for name in _HEAD.split(",")]
    head = dict(zip(names, found, strict=True))
    if head["state"] == "draft":
        return _draft_json(books, head, today)
    currency = head["currency"]
    lines = books.rows(
        "SELECT position, item_code, description, quantity, unit, unit_price, discount_percent, net, vat_category,"
        " vat_rate, exemption_code FROM invoice_line WHERE invoice_id = ? ORDER BY position",
        (invoice_id,),
    )
    groups = books.rows(
        "SELECT category, rate, taxable, tax, exemption_code FROM vat_breakdown WHERE invoice_id = ? ORDER BY id",
        (invoice_id,),
    )
    totals = books.row(
        "SELECT lines_total, allowances_total, charges_total, net, tax, gross, prepaid, payable, rounding,"
        " purchase_order, payment_reference, original_id, payment_link FROM invoice WHERE id = ?",
        (invoice_id,),
    )
    parts = books.rows(
        "SELECT due_date, amount, open FROM instalment WHERE invoice_id = ? ORDER BY position", (invoice_id,)
    )
    assert totals is not None
    sums = ("lines", "allowances", "charges", "net", "tax", "gross", "prepaid", "payable", "rounding")
    return {
        "id": head["id"],
        "number": head["number"],
        "kind": head["kind"],
        "status": status_from(head, today, company(books).due_soon_days),
        "customer": head["code"],
        "customer_name": head["buyer_name"],
        "issue_date": head["issue_date"],
        "due_date": head["due_date"],
        "currency": currency,
        "purchase_order": totals[9],
        "payment_reference": totals[10],
        "payment_link": totals[12] or None,
        "original": books.value("SELECT number FROM invoice WHERE id = ?", (totals[11],)) if totals[11] else None,
        "lines": [
            {
                "position": line[0],
                "item": line[1] or None,
                "description": line[2],
                "quantity": decimal(line[3], QUANTITY),
                "unit": line[4],
                "unit_price": decimal(line[5], PRICE),
                "discount_percent": decimal(line[6], PERCENT),
                "net": plain(line[7], currency),
                "vat_category": line[8],
                "vat_rate": decimal(line[9], PERCENT),
                "exemption_code": line[10] or None,
            }
            for line in lines
        ],
        "vat_breakdown": [
            {
                "category": group[0],
                "rate": decimal(group[1], PERCENT),
                "taxable": plain(group[2], currency),
                "tax": plain(group[3], currency),
                "exemption_code": group[4] or None,
            }
            for group in groups
        ],
        "instalments": [
            {"due_date": part[0], "amount": plain(part[1], currency), "open": plain(part[2], currency)}
            for part in parts
        ],
        "totals": {name: plain(value, currency) for name, value in zip(sums, totals, strict=False)},
        "disputed": plain(head["disputed"], currency),
        "open": plain(head["open"], currency),
    }


def _draft_json(books: Books, head: dict[str, Any], today: dt.date) -> dict[str, Any]:
    """A draft as it would be issued now; what is not yet known is null."""
    from tui_billing.services.drafts import typed_content
    from tui_billing.services.resolve import resolve

    known = resolve(books, typed_content(head["form"]), today)
    totals = known.totals
    currency = known.currency
    results = totals.lines if totals else ()
    return {
        "id": head["id"],
        "number": None,
        "kind": head["kind"],
        "status": "draft",
        "customer": known.customer.code if known.customer else known.content.customer or None,
        "customer_name": known.customer.name if known.customer else None,
        "issue_date": known.issue_date.isoformat(),
        "due_date": known.due_date.isoformat() if known.due_date else None,
        "currency": currency,
        "purchase_order": known.content.purchase_order,
        "lines": [
            {
                "position": position,
                "item": line.item_code or None,
                "description": line.description,
                "quantity": format(line.quantity, "f"),
                "unit": line.unit,
                "unit_price": format(line.unit_price, "f"),
                "discount_percent": format(line.discount_percent, "f"),
                "net": plain(result.net, currency),
                "vat_category": line.vat.category,
                "vat_rate": format(line.vat.rate, "f"),
                "exemption_code": line.vat.exemption_code or None,
            }
            for position, (line, result) in enumerate(zip(known.lines, results, strict=False), 1)
        ],
        "vat_breakdown": [
            {
                "category": group.vat.category,
                "rate": format(group.vat.rate, "f"),
                "taxable": plain(group.taxable, currency),
                "tax": plain(group.tax, currency),
                "exemption_code": group.vat.exemption_code or None,
            }
            for group in (totals.vat if totals else ())
        ],
        "totals": {
            "lines": plain(totals.lines_total, currency),
            "allowances": plain(totals.allowances_total, currency),
            "charges": plain(totals.charges_total, currency),
            "net": plain(totals.net, currency),
            "tax": plain(totals.tax, currency),
            "gross": plain(totals.gross, currency),
            "prepaid": plain(totals.prepaid, currency),
            "payable": plain(totals.payable, currency),
            "rounding": plain(totals.rounding, currency),
        }
        if totals
        else None,
        "open": plain(totals.payable, currency) if totals else None,
        "findings": [
            {"code": f.code, "field": f.field, "blocking": f.blocking, "message": str(f)} for f in known.findings
        ],
    }
