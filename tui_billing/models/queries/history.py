"""A document whole: what stands on it, what was paid on it, what is contested, and everything that was done to it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.fields import PERCENT, PRICE, QUANTITY, RATE, unscaled
from tui_billing.rules.problem import NotFound
from tui_billing.rules.status import Status, status_of
from tui_billing.rules.totals import Adjustment, LineResult, Totals, Vat, VatGroup

_HEAD = (
    "i.id, i.number, i.kind, i.state, i.type_code, i.customer_id, c.code, i.buyer_name, i.issue_date, i.tax_point_date,"
    " i.delivery_date, i.due_date, i.period_start, i.period_end, i.currency, i.rate, i.rate_source, i.rate_date,"
    " i.purchase_order, i.contract, i.delivery_note, i.sales_order, i.buyer_reference, i.project, i.original_id,"
    " i.reason, i.operation_category, i.payment_means, i.iban, i.payment_reference, i.terms, i.language, i.note,"
    " i.method, i.buyer, i.lines_total, i.allowances_total, i.charges_total, i.net, i.tax, i.gross, i.prepaid,"
    " i.rounding, i.payable, i.gross_base, i.open, i.credited, i.written_off, i.disputed, i.next_due, i.settled_on,"
    " i.issued_at"
)
_DATES = ("issue_date", "tax_point_date", "delivery_date", "due_date", "period_start", "period_end", "rate_date")


@dataclass(frozen=True, slots=True)
class LineOf:
    """A line as it stands on the document; `net`, `discount` in minor units."""

    position: int
    item: str
    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    discount_percent: Decimal
    discount: int
    net: int
    vat: Vat


@dataclass(frozen=True, slots=True)
class AllocationOf:
    """What settled a part of the document, or takes one back (`amount` is negative then)."""

    id: int
    date: dt.date
    kind: str
    amount: int
    other: str
    reference: str
    reason: str
    operator: str
    standing: bool
    reason_code: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of the audit chain that touches the document."""

    at: str
    operator: str
    origin: str
    action: str
    entity: str
    payload: dict[str, Any]


@dataclass(slots=True)
class Document:
    """An issued document with all that hangs on it. `head` has the columns of `invoice`, dates as dates."""

    head: dict[str, Any]
    status: Status
    lines: list[LineOf] = field(default_factory=list)
    adjustments: list[Adjustment] = field(default_factory=list)
    vat: list[VatGroup] = field(default_factory=list)
    instalments: list[tuple[dt.date, int, int]] = field(default_factory=list)
    allocations: list[AllocationOf] = field(default_factory=list)
    disputes: list[tuple[int, str, int, str, str, dt.date]] = field(default_factory=list)
    renderings: list[tuple[str, str, str]] = field(default_factory=list)
    related: list[tuple[int, str]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def totals(self) -> Totals:
        """The stored figures, not computed anew."""
        head = self.head
        lines = tuple(
            LineResult(gross=line.net + line.discount, discount=line.discount, allowances=0, charges=0, net=line.net)
            for line in self.lines
        )
        return Totals(
            currency=head["currency"],
            lines=lines,
            adjustments=tuple(self.adjustments),
            vat=tuple(self.vat),
            lines_total=head["lines_total"],
            allowances_total=head["allowances_total"],
            charges_total=head["charges_total"],
            net=head["net"],
            tax=head["tax"],
            gross=head["gross"],
            prepaid=head["prepaid"],
            rounding=head["rounding"],
            payable=head["payable"],
            method=head["method"],
        )


def document(books: Books, document_id: int, today: dt.date, due_soon_days: int, *, events: bool = True) -> Document:
    """An issued document whole. Raises `NotFound` for a draft or an id that is none."""
    row = books.row(
        f"SELECT {_HEAD} FROM invoice i LEFT JOIN customer c ON c.id = i.customer_id"
        " WHERE i.id = ? AND i.state = 'issued'",
        (document_id,),
    )
    if row is None:
        raise NotFound("there is no issued document with id {id}", id=document_id)
    head = dict(zip([name.strip().rpartition(".")[2] for name in _HEAD.split(",")], row, strict=True))
    for name in (*_DATES, "next_due"):
        head[name] = dt.date.fromisoformat(head[name]) if head[name] else None
    head["buyer"] = json.loads(head["buyer"] or "{}")
    head["rate"] = unscaled(head["rate"], RATE)
    found = Document(head, _status(head, today, due_soon_days))
    _read_figures(books, found, document_id)
    _read_life(books, found, document_id)
    if events:
        found.events = history(books, document_id)
    return found


def _status(head: dict[str, Any], today: dt.date, due_soon_days: int) -> Status:
    return status_of(
        issued=True,
        kind=head["kind"],
        gross=head["payable"],
        open=head["open"],
        credited=head["credited"],
        written_off=head["written_off"],
        disputed=head["disputed"],
        next_due=head["next_due"],
        today=today,
        due_soon_days=due_soon_days,
    )


def _read_figures(books: Books, found: Document, key: int) -> None:
    for row in books.rows(
        "SELECT position, item_code, description, quantity, unit, unit_price, discount_percent, discount, net,"
        " vat_category, vat_rate, exemption_code FROM invoice_line WHERE invoice_id = ? ORDER BY position",
        (key,),
    ):
        found.lines.append(
            LineOf(
                row[0],
                row[1],
                row[2],
                unscaled(row[3], QUANTITY),
                row[4],
                unscaled(row[5], PRICE),
                unscaled(row[6], PERCENT),
                row[7],
                row[8],
                Vat(row[9], unscaled(row[10], PERCENT), row[11]),
            )
        )
    for charge, amount, base, percent, reason, category, rate, code in books.rows(
        "SELECT is_charge, amount, base, percent, reason, vat_category, vat_rate, exemption_code"
        " FROM invoice_adjustment WHERE invoice_id = ? AND line_id IS NULL ORDER BY id",
        (key,),
    ):
        vat = Vat(category, unscaled(rate, PERCENT), code)
        part = None if percent is None else unscaled(percent, PERCENT)
        found.adjustments.append(Adjustment(amount, part, base, reason, "", bool(charge), vat))
    for category, rate, code, text, taxable, tax in books.rows(
        "SELECT category, rate, exemption_code, exemption_text, taxable, tax FROM vat_breakdown"
        " WHERE invoice_id = ? ORDER BY id",
        (key,),
    ):
        found.vat.append(VatGroup(Vat(category, unscaled(rate, PERCENT), code, text), taxable, tax))


def _read_life(books: Books, found: Document, key: int) -> None:
    for due, amount, opened in books.rows(
        "SELECT due_date, amount, open FROM instalment WHERE invoice_id = ? ORDER BY position", (key,)
    ):
        found.instalments.append((dt.date.fromisoformat(due), amount, opened))
    column, other = (
        ("credit_note_id", "invoice_id")
        if found.head["kind"] == "credit_note"
        else (
            "invoice_id",
            "credit_note_id",
        )
    )
    for row in books.rows(
        "SELECT a.id, a.date, a.kind, a.amount, coalesce(d.number, ''), coalesce(r.reference, ''), a.reason, o.login,"
        " a.reverses_id, back.id, a.reason_code FROM allocation a JOIN operator o ON o.id = a.operator_id"
        f" LEFT JOIN invoice d ON d.id = a.{other} LEFT JOIN receipt r ON r.id = a.receipt_id"
        f" LEFT JOIN allocation back ON back.reverses_id = a.id WHERE a.{column} = ? ORDER BY a.id",
        (key,),
    ):
        standing = row[8] is None and row[9] is None
        kind, amount, number, reference, reason, operator = row[2:8]
        day = dt.date.fromisoformat(row[1])
        found.allocations.append(
            AllocationOf(row[0], day, kind, amount, number, reference, reason, operator, standing, row[10])
        )
    for row in books.rows(
        "SELECT d.id, d.reason, d.amount, d.status, d.outcome, d.answer_by FROM dispute d WHERE d.invoice_id = ?"
        " ORDER BY d.id",
        (key,),
    ):
        found.disputes.append((*row[:5], dt.date.fromisoformat(row[5])))
    found.renderings = [
        (row[0], row[1], row[2])
        for row in books.rows("SELECT at, path, missing FROM rendering WHERE invoice_id = ? ORDER BY id", (key,))
    ]
    found.related = [
        (row[0], row[1])
        for row in books.rows(
            "SELECT id, number FROM invoice WHERE original_id = ? OR id = ? ORDER BY id",
            (key, found.head["original_id"]),
        )
    ]


def history(books: Books, document_id: int) -> list[Event]:
    """All that was done to a document: the document itself, its allocations, disputes, notes and credit notes."""
    own = {
        "invoice": "SELECT id FROM invoice WHERE id = ? OR original_id = ?",
        "allocation": "SELECT id FROM allocation WHERE invoice_id = ? OR credit_note_id = ?",
        "dispute": "SELECT id FROM dispute WHERE invoice_id = ? OR invoice_id = ?",
        "dispute_note": "SELECT n.id FROM dispute_note n JOIN dispute d ON d.id = n.dispute_id"
        " WHERE d.invoice_id = ? OR d.invoice_id = ?",
    }
    rows: list[tuple] = []
    for entity, ids in own.items():
        rows += books.rows(
            f"SELECT seq, at, operator, origin, action, entity, payload FROM audit WHERE entity = ?"
            f" AND entity_id IN ({ids})",
            (entity, document_id, document_id),
        )
    return [
        Event(at, operator, origin, action, entity, json.loads(payload))
        for _seq, at, operator, origin, action, entity, payload in sorted(rows)
    ]


def last_rendering(books: Books, document_id: int) -> str:
    """The path of the newest PDF of a document, "" where there is none."""
    found = books.value("SELECT path FROM rendering WHERE invoice_id = ? ORDER BY id DESC LIMIT 1", (document_id,))
    return str(found or "")
