"""Credit notes: stored amounts of the invoice, copied and never computed anew (UNTDID 1001: 381)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.fields import PERCENT, RATE, unscaled
from tui_billing.models.tables import Invoice, InvoiceAdjustment, InvoiceLine, VatBreakdown
from tui_billing.models.write import add, add_all, change
from tui_billing.rules.content import LIMITS
from tui_billing.rules.identifiers import payment_reference
from tui_billing.rules.journal import GOODS, SERVICES, Entry, issue_entries, opposite, proportion
from tui_billing.rules.money import convert, plain
from tui_billing.rules.problem import NotFound, Problem, Refused
from tui_billing.rules.text import clean
from tui_billing.rules.totals import Vat, tax_of
from tui_billing.services.allocate import settle
from tui_billing.services.balances import locked, refresh_invoice
from tui_billing.services.context import Context, Work, company, transact
from tui_billing.services.issue import announce, sales_by_nature, take_number
from tui_billing.services.record import content_of

#: Columns that a credit note takes over from its invoice as they are.
_COPIED = (
    "customer_id, buyer_name, currency, rate, rate_source, rate_date, purchase_order, contract, delivery_note,"
    " sales_order, buyer_reference, project, operation_category, vat_on_debits, payment_means, iban, bic, terms,"
    " language, prices_include_vat, method, seller, buyer, delivery, mentions, delivery_date, period_start,"
    " period_end, tax_point_date"
)
_LINE = (
    "id, position, item_id, item_code, description, quantity, unit, unit_price, discount_percent, discount, net,"
    " vat_category, vat_rate, exemption_code, nature, period_start, period_end, order_line"
)
Key = tuple[str, int, str]


def credit(
    books: Books,
    context: Context,
    invoice_id: int,
    *,
    lines: Sequence[int] = (),
    reason: str = "",
    date: dt.date | None = None,
) -> dict[str, Any]:
    """Credit an issued invoice whole, or the lines at the given positions; return {"id", "number", "open"}.

    Amounts are the invoice's stored ones. What is still open on the invoice is settled by the credit note
    at once; more than that stays open on the credit note. A line already credited is refused.
    """

    def do(work: Work) -> dict[str, Any]:
        original = locked(books, "invoice", "number, kind, state, open, issue_date, payable, currency", invoice_id)
        if original is None or original[2] != "issued" or original[1] == "credit_note":
            raise NotFound("there is no issued invoice with id {id}", id=invoice_id)
        chosen = _choose(books, invoice_id, original[0], lines)
        on = date or work.today
        if on.isoformat() < original[4]:
            raise Problem("a credit note is dated on or after its invoice", field="issue_date")
        note = _copy_header(work, invoice_id, on, reason)
        groups = _groups(books, invoice_id, chosen)
        _copy_lines(note, chosen)
        _copy_adjustments(books, note, groups)
        add_all(
            VatBreakdown,
            [
                {
                    "invoice_id": note,
                    "category": key[0],
                    "rate": unscaled(key[1], PERCENT),
                    "exemption_code": key[2],
                    "exemption_text": group["exemption_text"],
                    "taxable": group["taxable"],
                    "tax": group["tax"],
                    "taxable_base": group["taxable_base"],
                    "tax_base": group["tax_base"],
                }
                for key, group in groups.items()
            ],
        )
        gross = sum(g["taxable"] + g["tax"] for g in groups.values())
        _within_invoice(books, invoice_id, original, gross)
        entries = _entries(books, invoice_id, chosen, groups)
        number = _freeze(work, note, on, chosen, groups)
        content = content_of(books, note)
        code = books.value("SELECT code FROM customer WHERE id = ?", (content["customer_id"],))
        label = f"{number} {code} {content['buyer_name']} {content['purchase_order']}"
        announce(work, "credit", note, content, opposite(entries), label=label)
        part = min(gross, original[3])
        if part > 0:
            settle(work, "credit", note, invoice_id, part, on)
        return {"id": note, "number": number, "open": gross - max(part, 0)}

    return transact(books, context, "credit", do)


def _choose(books: Books, invoice_id: int, number: str, positions: Sequence[int]) -> list[dict[str, Any]]:
    rows = books.rows(f"SELECT {_LINE} FROM invoice_line WHERE invoice_id = ? ORDER BY position", (invoice_id,))
    names = [name.strip() for name in _LINE.split(",")]
    lines = [dict(zip(names, row, strict=True)) for row in rows]
    credited = _credited(books, invoice_id)
    for position in positions:
        if position not in {line["position"] for line in lines}:
            raise Problem("{number} has no line {line}", field="lines", number=number, line=position)
    chosen = [line for line in lines if not positions or line["position"] in positions]
    if not positions:
        chosen = [line for line in chosen if line["id"] not in credited]
        if not chosen:
            raise Refused("{number} is credited already, whole", number=number)
    for line in chosen:
        if line["id"] in credited:
            raise Refused("line {line} of {number} is credited already", number=number, line=line["position"])
    return chosen


def _key(line: dict[str, Any]) -> Key:
    return (line["vat_category"], line["vat_rate"], line["exemption_code"])


def _groups(books: Books, invoice_id: int, chosen: list[dict[str, Any]]) -> dict[Key, dict[str, Any]]:
    """The VAT breakdown of the credit: shares of the stored groups, the last share taking what is left.

    A document allowance belongs to its group in proportion to the lines' nets, so the taxable amount of a
    share is the group's taxable amount × the chosen nets / all nets.
    """
    stored = books.rows(
        "SELECT category, rate, exemption_code, exemption_text, taxable, tax, taxable_base, tax_base"
        " FROM vat_breakdown WHERE invoice_id = ? ORDER BY id",
        (invoice_id,),
    )
    nets = books.rows(
        "SELECT vat_category, vat_rate, exemption_code, sum(net) FROM invoice_line WHERE invoice_id = ?"
        " GROUP BY vat_category, vat_rate, exemption_code",
        (invoice_id,),
    )
    all_nets: dict[Key, int] = {row[:3]: int(row[3]) for row in nets}
    earlier = books.rows(
        "SELECT v.category, v.rate, v.exemption_code, sum(v.taxable), sum(v.tax), sum(v.taxable_base),"
        " sum(v.tax_base) FROM vat_breakdown v JOIN invoice i ON i.id = v.invoice_id"
        " WHERE i.original_id = ? AND i.state = 'issued' GROUP BY v.category, v.rate, v.exemption_code",
        (invoice_id,),
    )
    used: dict[Key, tuple[int, ...]] = {row[:3]: tuple(map(int, row[3:])) for row in earlier}
    done_nets = books.rows(
        "SELECT l.vat_category, l.vat_rate, l.exemption_code, sum(l.net) FROM invoice_line l"
        " JOIN invoice i ON i.id = l.invoice_id WHERE i.original_id = ? AND i.state = 'issued'"
        " GROUP BY l.vat_category, l.vat_rate, l.exemption_code",
        (invoice_id,),
    )
    used_nets: dict[Key, int] = {row[:3]: int(row[3]) for row in done_nets}
    currency, rate = books.row("SELECT currency, rate FROM invoice WHERE id = ?", (invoice_id,))  # type: ignore[misc]
    result: dict[Key, dict[str, Any]] = {}
    for category, percent, code, text, *amounts in stored:
        key = (category, percent, code)
        share = sum(line["net"] for line in chosen if _key(line) == key)
        if not any(_key(line) == key for line in chosen):
            continue
        left = [amount - before for amount, before in zip(amounts, used.get(key, (0, 0, 0, 0)), strict=True)]
        whole = all_nets[key]
        if used_nets.get(key, 0) + share == whole:
            taxable, tax, taxable_base, tax_base = left
        else:
            taxable = proportion(share, whole, amounts[0]) if whole != amounts[0] else share
            if amounts[0]:
                taxable_base = proportion(taxable, amounts[0], amounts[2])
            else:  # lines that cancel each other leave nothing to take a share of
                taxable_base = _to_base(books, taxable, currency, rate)
            tax = _within(tax_of(taxable, Vat(category, unscaled(percent, PERCENT), code)), left[1])
            tax_base = proportion(tax, amounts[1], amounts[3]) if amounts[1] else 0
        result[key] = {
            "exemption_text": text,
            "nets": share,
            "taxable": taxable,
            "tax": tax,
            "taxable_base": taxable_base,
            "tax_base": tax_base,
        }
    return result


def _to_base(books: Books, minor: int, currency: str, rate: int) -> int:
    base = company(books).currency
    return minor if currency == base else convert(minor, currency, base, unscaled(rate, RATE))


def _within(tax: int, left: int) -> int:
    """Never more VAT than the invoice still has in that group."""
    return min(tax, left) if left >= 0 else max(tax, left)


def _copy_header(work: Work, invoice_id: int, on: dt.date, reason: str) -> int:
    row = work.books.row(f"SELECT {_COPIED} FROM invoice WHERE id = ?", (invoice_id,))
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
    names = [name.strip() for name in _COPIED.split(",")]
    marks = ", ".join(f"{name} = ?" for name in names)
    work.books.db.execute_sql(work.books.sql(f"UPDATE invoice SET {marks} WHERE id = ?"), (*row, note))
    change(Invoice, note, original_id=invoice_id, reason=clean(reason, LIMITS["reason"], "reason"))
    return note


def _copy_lines(note: int, chosen: list[dict[str, Any]]) -> None:
    raw = ("quantity", "unit_price", "discount_percent", "vat_rate")
    scales = {"quantity": 4, "unit_price": 6, "discount_percent": 4, "vat_rate": 4}
    rows = []
    for position, line in enumerate(chosen, 1):
        values = {k: v for k, v in line.items() if k not in ("id", "position")}
        for name in raw:
            values[name] = unscaled(values[name], scales[name])
        rows.append({"invoice_id": note, "position": position, **values, "original_line_id": line["id"]})
    add_all(InvoiceLine, rows)


def _copy_adjustments(books: Books, note: int, groups: dict[Key, dict[str, Any]]) -> None:
    """What separates the lines' nets from the taxable amounts: one allowance (or charge) per group."""
    rows = []
    for key, group in groups.items():
        difference = group["nets"] - group["taxable"]
        if difference:
            rows.append(
                {
                    "invoice_id": note,
                    "is_charge": difference < 0,
                    "amount": abs(difference),
                    "base": group["nets"],
                    "percent": None,
                    "reason": "",
                    "reason_code": "95" if difference > 0 else "",
                    "vat_category": key[0],
                    "vat_rate": unscaled(key[1], PERCENT),
                    "exemption_code": key[2],
                }
            )
    add_all(InvoiceAdjustment, rows)


def _within_invoice(books: Books, invoice_id: int, original: tuple, gross: int) -> None:
    """Refuse a credit of nothing, and more than earlier credit notes left of the invoice (CGI 272)."""
    number, payable, currency = original[0], original[5], original[6]
    if gross <= 0:
        raise Refused("these lines add up to nothing that could be credited")
    before = books.value(
        "SELECT coalesce(sum(gross), 0) FROM invoice WHERE original_id = ? AND state = 'issued'", (invoice_id,)
    )
    left = payable - int(before)  # type: ignore[call-overload]
    if gross > left:
        raise Refused(
            "{amount} {currency} is more than is left to credit of {number} ({left} {currency});"
            " credit the whole invoice",
            field="lines",
            amount=plain(gross, currency),
            left=plain(left, currency),
            currency=currency,
            number=number,
        )


def _freeze(work: Work, note: int, on: dt.date, chosen: list[dict[str, Any]], groups: dict[Key, dict[str, Any]]) -> str:
    lines_total = sum(line["net"] for line in chosen)
    net, tax = sum(g["taxable"] for g in groups.values()), sum(g["tax"] for g in groups.values())
    net_base = sum(g["taxable_base"] for g in groups.values())
    tax_base = sum(g["tax_base"] for g in groups.values())
    allowances = sum(max(g["nets"] - g["taxable"], 0) for g in groups.values())
    charges = sum(max(g["taxable"] - g["nets"], 0) for g in groups.values())
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
        lines_total=lines_total,
        allowances_total=allowances,
        charges_total=charges,
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


def _entries(
    books: Books, invoice_id: int, chosen: list[dict[str, Any]], groups: dict[Key, dict[str, Any]]
) -> list[Entry]:
    """What the credit posts (sides not yet exchanged).

    The credit that takes the last lines takes what is left on the accounts of sales: no cent of the shares
    before it stays there.
    """
    net, tax = sum(g["taxable"] for g in groups.values()), sum(g["tax"] for g in groups.values())
    net_base = sum(g["taxable_base"] for g in groups.values())
    tax_base = sum(g["tax_base"] for g in groups.values())
    sales = sales_by_nature(
        [(_key(line), line["nature"], line["net"]) for line in chosen],
        {key: (group["taxable"], group["taxable_base"]) for key, group in groups.items()},
    )
    if _credited(books, invoice_id) | {line["id"] for line in chosen} == _lines_of(books, invoice_id):
        rows = books.rows(
            "SELECT l.account, -sum(l.amount), sum(l.credit - l.debit) FROM posting_line l"
            " JOIN posting p ON p.id = l.posting_id WHERE p.entity = 'invoice' AND p.entity_id IN"
            " (SELECT id FROM invoice WHERE (id = ? OR original_id = ?) AND state = 'issued')"
            " AND l.account IN (?, ?) GROUP BY l.account",
            (invoice_id, invoice_id, GOODS, SERVICES),
        )
        sales = [("goods" if row[0] == GOODS else "services", int(row[1]), int(row[2])) for row in rows]
    return issue_entries(payable=(net + tax, net_base + tax_base), sales=sales, tax=(tax, tax_base))


def _lines_of(books: Books, invoice_id: int) -> set[int]:
    return {key for (key,) in books.rows("SELECT id FROM invoice_line WHERE invoice_id = ?", (invoice_id,))}


def _credited(books: Books, invoice_id: int) -> set[int]:
    """Ids of the invoice's lines that issued credit notes have taken."""
    rows = books.rows(
        "SELECT l.original_line_id FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id"
        " WHERE i.original_id = ? AND i.state = 'issued' AND l.original_line_id IS NOT NULL",
        (invoice_id,),
    )
    return {key for (key,) in rows}
