"""An issued invoice as credit notes see it: its stored amounts, and what credit notes have taken of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries.claims import CLAIMS
from tui_billing.rules.credits import Group, Key, Original, OriginalLine

_NOTES = "SELECT id FROM invoice WHERE original_id = ? AND state = 'issued' AND kind = 'credit_note'"


def original(books: Books, invoice_id: int) -> Original:
    """The lines and VAT groups of an issued invoice with what is used of them, in four queries."""
    head = books.row("SELECT number, currency FROM invoice WHERE id = ?", (invoice_id,))
    assert head is not None
    taken = books.rows(
        "SELECT l.original_line_id, l.net, l.quantity, l.discount,"
        " CASE WHEN l.unit_price = o.unit_price AND l.discount_percent = o.discount_percent THEN 0 ELSE 1 END"
        f" FROM invoice_line l JOIN invoice_line o ON o.id = l.original_line_id WHERE l.invoice_id IN ({_NOTES})",
        (invoice_id,),
    )
    used_lines: dict[int, tuple[int, int, int, bool]] = {}
    for key, net, quantity, discount, by_amount in taken:
        before = used_lines.get(key, (0, 0, 0, False))
        if by_amount:
            used_lines[key] = (before[0] + net, before[1], before[2], True)
        else:
            used_lines[key] = (before[0] + net, before[1] + quantity, before[2] + discount, before[3])
    lines = tuple(
        OriginalLine(row[0], row[1], (row[2], row[3], row[4]), *row[5:], *used_lines.get(row[0], ()))
        for row in books.rows(
            "SELECT id, position, vat_category, vat_rate, exemption_code, nature, net, quantity, discount"
            " FROM invoice_line WHERE invoice_id = ? ORDER BY position",
            (invoice_id,),
        )
    )
    used: dict[Key, list[int]] = {}
    groups: dict[Key, list[int]] = {}
    for key, kind, *amounts in _breakdowns(books, invoice_id):
        sums = (groups if kind != "credit_note" else used).setdefault(key, [0, 0, 0, 0])
        for place, amount in enumerate(amounts):
            sums[place] += int(amount)
    found = {key: Group(_four(amounts), _four(used.get(key, [0, 0, 0, 0]))) for key, amounts in groups.items()}
    return Original(head[0], head[1], lines, found)


def _four(amounts: list[int]) -> tuple[int, int, int, int]:
    one, two, three, four = amounts
    return one, two, three, four


def _breakdowns(books: Books, invoice_id: int) -> list[tuple[Any, ...]]:
    rows = books.rows(
        "SELECT v.category, v.rate, v.exemption_code, i.kind, v.taxable, v.tax, v.taxable_base, v.tax_base"
        " FROM vat_breakdown v JOIN invoice i ON i.id = v.invoice_id"
        f" WHERE i.id = ? OR i.id IN ({_NOTES}) ORDER BY v.id",
        (invoice_id, invoice_id),
    )
    return [((row[0], row[1], row[2]), *row[3:]) for row in rows]


@dataclass(frozen=True, slots=True)
class Creditable:
    """A line as the screens show it: `rest` with VAT is left to credit, `dispute` contests it now (0 for none)."""

    id: int
    position: int
    description: str
    quantity: int
    unit: str
    net: int
    share: int
    rest: int
    dispute: int


def creditable(books: Books, invoice_id: int) -> tuple[Original, list[Creditable]]:
    """An issued invoice and its lines with what is left of each."""
    about = original(books, invoice_id)
    rows = books.rows(
        "SELECT l.id, l.position, l.description, l.quantity, l.unit, l.net, coalesce((SELECT min(d.id) FROM dispute d"
        f" JOIN {CLAIMS} x ON x.dispute_id = d.id WHERE x.line_id = l.id AND d.status <> 'closed'), 0)"
        " FROM invoice_line l WHERE l.invoice_id = ? ORDER BY l.position",
        (invoice_id,),
    )
    return about, [
        Creditable(row[0], row[1], row[2], row[3], row[4], row[5], sum(share), rest, row[6])
        for row, share, rest in zip(rows, about.shares(), about.line_rests(), strict=True)
    ]


@dataclass(frozen=True, slots=True)
class CreditStanding:
    """What a credit note on an invoice meets: what is `open` (minor units), above which `limit` (the books' currency,
    0 for none) a second person decides, the request that `waits` already (0 for none), the customer's known `iban`."""

    open: int
    limit: int
    waits: int
    iban: str


def credit_standing(books: Books, invoice_id: int) -> CreditStanding:
    """The same of an invoice; the IBAN is of the last mandate, else of the last account that paid."""
    row = books.row(
        "SELECT i.open, (SELECT credit_approval FROM company WHERE id = 1), coalesce((SELECT min(r.id)"
        " FROM credit_request r WHERE r.invoice_id = i.id AND r.status = 'waiting'), 0),"
        " coalesce((SELECT m.iban FROM mandate m WHERE m.customer_id = i.customer_id AND m.revoked_on IS NULL"
        " ORDER BY m.signed_on DESC, m.id DESC LIMIT 1), (SELECT a.value FROM payer_alias a WHERE a.kind = 'iban'"
        " AND a.customer_id = i.customer_id ORDER BY a.learned_on DESC, a.id DESC LIMIT 1), '')"
        " FROM invoice i WHERE i.id = ?",
        (invoice_id,),
    )
    assert row is not None
    return CreditStanding(int(row[0]), int(row[1] or 0), int(row[2]), str(row[3]))
