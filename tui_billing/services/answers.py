"""What the command line answers: lists, cards, payments, disputes and reports as the command contract's JSON.

Amounts and quantities are decimal strings, keys and statuses English tokens, dates ISO. A document whole is
`services.show.invoice_json`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.fields import PERCENT, PRICE, RATE
from tui_billing.models.queries import facts, lists, overview, refunds, report
from tui_billing.rules.aging import BUCKETS
from tui_billing.rules.money import plain
from tui_billing.rules.problem import NotFound
from tui_billing.rules.status import Status
from tui_billing.rules.text import quote
from tui_billing.services.context import company
from tui_billing.services.master import card_of
from tui_billing.services.show import decimal, find_invoice, status_from


def find_document(books: Books, text: str) -> int:
    """The id of an issued document by its number, or of a draft by its id; `NotFound` otherwise."""
    number = text.strip()
    if number.isdigit() and not (number.isascii() and len(number) < 18):
        raise NotFound("there is no document {number}; find it with: tui-billing invoice list", number=quote(number))
    return find_invoice(books, number)


def list_invoices(
    books: Books, today: dt.date, *, status: Status | None = None, customer_id: int | None = None
) -> Iterator[dict[str, Any]]:
    """Documents by issue date, drafts among them, each with its status; those of one status where it is given."""
    soon = company(books).due_soon_days
    for row in lists.invoices(books, status=status, customer_id=customer_id):
        token = status_from(row, today, soon)
        if status is not None and token != status:
            continue
        currency, draft = row["currency"], row["state"] == "draft"
        yield {
            "id": row["id"],
            "number": row["number"],
            "kind": row["kind"],
            "status": token,
            "customer": row["code"],
            "customer_name": row["buyer_name"] or None,
            "issue_date": row["issue_date"],
            "due_date": row["due_date"],
            "currency": currency,
            "purchase_order": row["purchase_order"],
            "net": None if draft else plain(row["net"], currency),
            "tax": None if draft else plain(row["tax"], currency),
            "gross": plain(row["gross"], currency),
            "payable": plain(row["gross"] if draft else row["payable"], currency),
            "disputed": plain(row["disputed"], currency),
            "open": plain(row["gross"] if draft else row["open"], currency),
        }


def _customer(row: dict[str, Any]) -> dict[str, Any]:
    names = {"line1": "address_line1", "line2": "address_line2"}
    answer = {names.get(name, name): value for name, value in row.items()}
    for name in ("address_line1", "address_line2", "postcode", "city"):
        answer[name] = answer[name] or ""
    answer["active"] = bool(row["active"])
    return answer


def list_customers(books: Books) -> list[dict[str, Any]]:
    """Customers by code."""
    return [_customer(row) for row in lists.customers(books)]


def customer_json(books: Books, code: str, today: dt.date) -> dict[str, Any]:
    """A customer's card, and what is owed in the books' currency."""
    known = facts.customer_by_code(books, code)
    if known is None:
        raise NotFound(
            "there is no customer {code}; type part of the name to find the code", field="customer", code=quote(code)
        )
    owed, overdue = facts.owed_by(books, known.id, today)
    card = card_of(books, known.id)
    row = lists.customers(books, known.code)[0]
    return {
        **_customer(row),
        "region": card.region,
        "contact": card.contact,
        "electronic_address": card.electronic_address,
        "electronic_scheme": card.electronic_scheme,
        "exemption_code": card.exemption_code,
        "purchase_order_required": bool(card.purchase_order_required),
        "credit_limit": card.credit_limit or None,
        "note": card.note,
        "einvoice_format": card.einvoice_format or None,
        "buyer_reference": card.buyer_reference,
        "owed": plain(owed, company(books).currency),
        "owed_currency": company(books).currency,
        "overdue": overdue,
    }


def _item(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "unit_price": decimal(row["unit_price"], PRICE),
        "vat_rate": decimal(row["vat_rate"], PERCENT),
        "exemption_code": row["exemption_code"] or None,
        "active": bool(row["active"]),
    }


def list_items(books: Books) -> list[dict[str, Any]]:
    """Items by code."""
    return [_item(row) for row in lists.items(books)]


def item_json(books: Books, code: str) -> dict[str, Any]:
    """An item of the catalogue."""
    rows = lists.items(books, code.strip().upper())
    if not rows:
        raise NotFound("there is no item {code}; list them with: tui-billing item list", field="item", code=quote(code))
    return _item(rows[0])


def _payment(row: dict[str, Any]) -> dict[str, Any]:
    currency = row["currency"]
    return {
        "id": row["id"],
        "customer": row["code"],
        "customer_name": row["name"],
        "date": row["date"],
        "amount": plain(row["amount"], currency),
        "currency": currency,
        "open": plain(row["open"], currency),
        "status": "reversed" if row["reversed_on"] else "allocated" if not row["open"] else "open",
        "reference": row["reference"],
        "payer": row["payer"],
        "note": row["note"],
        "reversed_on": row["reversed_on"],
        "reversal_reason": row["reversal_reason"] or None,
        "allocations": [
            {
                "id": part[0],
                "invoice": part[1],
                "amount": plain(part[2], currency),
                "date": part[3],
                **({"given_up": plain(part[4], currency), "reason_code": part[5]} if part[4] else {}),
            }
            for part in row["allocations"]
        ],
    }


def list_payments(books: Books) -> list[dict[str, Any]]:
    """Payments by date, each with what it settles."""
    return [_payment(row) for row in lists.receipts(books)]


def payment_json(books: Books, receipt_id: int) -> dict[str, Any]:
    """One payment."""
    rows = lists.receipts(books, receipt_id)
    if not rows:
        raise NotFound("there is no payment {id}; list them with: tui-billing payment list", id=receipt_id)
    return _payment(rows[0])


def _refund(row: dict[str, Any]) -> dict[str, Any]:
    currency = row["currency"]
    return {
        "id": row["id"],
        "customer": row["code"],
        "customer_name": row["name"],
        "date": row["date"],
        "amount": plain(row["amount"], currency),
        "currency": currency,
        "status": "reversed" if row["reversed_on"] else "cleared" if row["lines"] else "open",
        "iban": row["iban"],
        "payee": row["payee"],
        "reference": row["reference"],
        "reason": row["reason"],
        "reversed_on": row["reversed_on"],
        "sources": [
            {"payment": part[0], "amount": plain(part[2], currency)}
            if part[0]
            else {"credit_note": part[1], "amount": plain(part[2], currency)}
            for part in row["sources"]
        ],
        "lines": row["lines"],
    }


def list_refunds(books: Books) -> list[dict[str, Any]]:
    """Refunds by date, each with what it was taken from and the bank lines it stands on."""
    return [_refund(row) for row in refunds.refunds(books)]


def refund_json(books: Books, refund_id: int) -> dict[str, Any]:
    """One refund."""
    rows = refunds.refunds(books, refund_id)
    if not rows:
        raise NotFound("there is no refund {id}; list them with: tui-billing payment refund list", id=refund_id)
    return _refund(rows[0])


def list_rates(books: Books) -> list[dict[str, Any]]:
    """Exchange rates by currency and day: units of the books' currency for one unit."""
    return [
        {"currency": currency, "date": date, "rate": decimal(rate, RATE), "source": source}
        for currency, date, rate, source in lists.exchange_rates(books)
    ]


def status_report(books: Books, today: dt.date) -> dict[str, Any]:
    """Invoices by status with their sums in the books' currency, and the age of what is open.

    Sums are open amounts; gross for draft, paid, credited and written off. Credit notes not yet used and
    money on account stand apart; `receivable` is what is open less both.
    """
    firm = company(books)
    opened, credits = overview.open_by_status(books, today, firm.due_soon_days)
    sums = {**report.settled_by_status(books), **opened, Status.DRAFT: report.drafts(books)}
    held = report.on_account(books)
    owed = sum(amount for _, amount in opened.values())

    def told(pair: tuple[int, int]) -> dict[str, Any]:
        return {"count": pair[0], "amount": plain(pair[1], firm.currency)}

    ages = overview.aging(books, today)
    disputed = overview.disputed(books)
    return {
        "today": today.isoformat(),
        "currency": firm.currency,
        "statuses": {status.value: told(sums.get(status, (0, 0))) for status in Status},
        "credits": told(credits),
        "on_account": told(held),
        "receivable": plain(owed - credits[1] - held[1], firm.currency),
        "aging": {bucket: plain(ages[bucket], firm.currency) for bucket in BUCKETS},
        "disputed": plain(disputed, firm.currency),
        "undisputed": plain(owed - disputed, firm.currency),
    }


def aging_report(books: Books, as_of: dt.date, *, past: bool) -> dict[str, Any]:
    """What is open by age, whole and for each customer, in the books' currency; `past` derives it from dated rows."""
    currency = company(books).currency
    ages = report.aging_as_of(books, as_of) if past else report.aging_now(books, as_of)
    who = sorted({*ages.customers, *ages.credits, *ages.on_account})
    empty = dict.fromkeys(BUCKETS, 0)

    def told(sums: dict[str, int], disputed: int, credits: int, on_account: int) -> dict[str, str]:
        total = sum(sums.values())
        figures = {**sums, "total": total, "disputed": disputed, "undisputed": total - disputed}
        figures |= {"credits": credits, "on_account": on_account}
        figures["receivable"] = total - credits - on_account
        return {name: plain(value, currency) for name, value in figures.items()}

    whole = {bucket: sum(sums[bucket] for sums in ages.customers.values()) for bucket in BUCKETS}
    return {
        "as_of": as_of.isoformat(),
        "currency": currency,
        **told(whole, sum(ages.disputed.values()), sum(ages.credits.values()), sum(ages.on_account.values())),
        "customers": [
            {
                "customer": key[0],
                "customer_name": key[1],
                **told(
                    ages.customers.get(key, empty),
                    ages.disputed.get(key, 0),
                    ages.credits.get(key, 0),
                    ages.on_account.get(key, 0),
                ),
            }
            for key in who
        ],
    }


def told(minor: int, currency: str) -> str:
    """An amount as the contract writes it."""
    return plain(minor, currency)


def show_open(books: Books, invoice_id: int) -> str:
    """What is open of a document now."""
    row = books.row("SELECT open, currency FROM invoice WHERE id = ?", (invoice_id,))
    assert row is not None
    return plain(row[0], row[1])
