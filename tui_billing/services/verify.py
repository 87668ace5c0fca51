"""Verify: everything that must be true of the books, proved from the rows; reads only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tui_billing.models import guards
from tui_billing.models.door import Books
from tui_billing.models.fields import PERCENT, unscaled
from tui_billing.rules.canonical import canonical, chain_hash
from tui_billing.rules.numbering import format_number
from tui_billing.rules.totals import Vat, tax_of
from tui_billing.services import proofs
from tui_billing.services.allocate import allocation_content
from tui_billing.services.balances import derive, derive_instalments
from tui_billing.services.bank_lines import clearing_content
from tui_billing.services.consume import consumption_content
from tui_billing.services.context import POSTED
from tui_billing.services.deposits import deposit_content
from tui_billing.services.order_lists import order_content
from tui_billing.services.receive import receipt_content
from tui_billing.services.record import content_of
from tui_billing.services.refunds import refund_content
from tui_billing.services.statement_rows import statement_content
from tui_billing.services.verify_cases import CASES, case_differences
from tui_billing.services.verify_money import MONEY

#: The series that counts what was taken over from a former system; its documents keep their own numbers and dates.
IMPORTED = "imported"


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as it must be: the check, the document's number or "", and one sentence."""

    check: str
    number: str
    message: str


def verify(books: Books) -> list[Difference]:
    """Every difference found, the first wrong document first; [] where the books are right.

    All checks look at one moment: what others post meanwhile is neither seen nor mistaken for a difference.
    """
    found: list[Difference] = []
    checks = (_guards, _engine, _chain, _numbers, _content, _arithmetic, _balances, _disputes, _deliveries)
    with books.snapshot():
        for check in checks:
            found.extend(check(books))
        for proof in (*MONEY, *proofs.ALL):
            found.extend(Difference(*fault) for fault in proof(books))
    return found


def _guards(books: Books) -> Iterator[Difference]:
    for name in guards.missing(books.db):
        yield Difference("guards", "", f"the guard {name} is missing or not what it should be")


def _engine(books: Books) -> Iterator[Difference]:
    if books.engine != "sqlite":
        return
    for (line,) in books.rows("PRAGMA quick_check(20)"):
        if line != "ok":
            yield Difference("database", "", str(line))
    for table, row, parent, _ in books.rows("PRAGMA foreign_key_check"):
        yield Difference("database", "", f"{table} row {row} refers to a {parent} that does not exist")


def _chain(books: Books) -> Iterator[Difference]:
    """Each audit event carries the hash of the one before; the head is the last one's."""
    prev, expected = "0" * 64, 1
    for seq, at, operator, action, entity, entity_id, payload, before, sealed in _in_pages(
        books, "SELECT seq, at, operator, action, entity, entity_id, payload, prev, hash FROM audit"
    ):
        if seq != expected:
            yield Difference("chain", "", f"audit event {expected} is missing")
            expected = seq
        if before != prev:
            yield Difference("chain", "", f"audit event {seq} does not continue the one before")
        if chain_hash(before, seq, at, operator, action, f"{entity}:{entity_id}", payload) != sealed:
            yield Difference(
                "chain",
                _number(books, entity, entity_id, _readable(payload)),
                f"audit event {seq} ({action} {entity} {entity_id}) was changed",
            )
        prev, expected = sealed, expected + 1
    head = books.row("SELECT seq, hash FROM chain_head WHERE id = 1")
    if head != (expected - 1, prev):
        yield Difference("chain", "", "the head of the audit chain is not its last event")


def _readable(payload: str) -> dict[str, Any]:
    try:
        told = json.loads(payload)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _in_pages(books: Books, select: str, size: int = 2000) -> Iterator[tuple]:
    """Rows in order of `seq`, by keyset pages: no cursor stays open while the books live on."""
    last = 0
    while rows := books.rows(f"{select} WHERE seq > ? ORDER BY seq LIMIT ?", (last, size)):
        yield from rows
        last = rows[-1][0]


def _numbers(books: Books) -> Iterator[Difference]:
    """Every series counts 1, 2, 3 … without a gap, dates never going back (CGI ann. II art. 242 nonies A)."""
    for series, code, prefix, year, following in books.rows("SELECT id, code, prefix, year, next_counter FROM series"):
        counters = books.rows(
            "SELECT counter, number, issue_date FROM invoice WHERE series_id = ? ORDER BY counter", (series,)
        )
        wanted, day = 1, ""
        for counter, number, issued in counters:
            if counter != wanted:
                absent = f"import {wanted}" if code == IMPORTED else format_number(str(prefix), year, wanted)
                yield Difference("numbers", absent, f"{absent} is missing: {number} follows")
                wanted = counter
            if issued < day and code != IMPORTED:
                yield Difference("numbers", number, f"{number} is dated {issued}, before the number ahead of it")
            day, wanted = issued, wanted + 1
        if wanted != following:
            yield Difference("numbers", "", f"the series {prefix}{year} counts on at {following}, not {wanted}")


def _content(books: Books) -> Iterator[Difference]:
    """What was posted is still what the audit event says; nothing issued or posted is without an event."""
    seen: dict[str, set[int]] = {entity: set() for entity, _ in _POSTED}
    reversed_on: dict[tuple[str, int], str | None] = {}
    for _, action, entity, entity_id, payload in _in_pages(
        books, "SELECT seq, action, entity, entity_id, payload FROM audit"
    ):
        if entity not in _READS or action not in _CONTENTS | _TURNS:
            continue
        told = _readable(payload)
        number = _number(books, entity, entity_id, told)
        told.pop("period_reason", None)
        yield from _postings(books, told.pop("postings", []), number, seen["posting"])
        if action in _TURNS:
            reversed_on[entity, entity_id] = told.get("reversed_on")
            continue
        what, read = _READS[entity]
        seen[entity].add(entity_id)
        name = number if entity == "invoice" else f"{what} {entity_id}"
        if not books.row(f"SELECT 1 FROM {entity} WHERE id = ?", (entity_id,)):
            yield Difference("content", number, f"{name} has vanished")
        elif canonical(_as_written(read, books, entity_id, told)) != canonical(told):
            yield Difference("content", number, f"{name} is not what was posted")
    for entity, sql in _POSTED:
        for key, number in books.rows(sql):
            if key not in seen[entity]:
                yield Difference("content", str(number), f"{entity} {key} ({number}) has no audit event")
    yield from _reversals(books, reversed_on)


def _as_written(
    read: Callable[..., dict[str, Any]], books: Books, entity_id: int, told: Mapping[str, Any]
) -> dict[str, Any]:
    """The content as it stands now, by the list that the event was written with."""
    try:
        return read(books, entity_id, told.get("v"))
    except KeyError:
        return {}  # a version that nobody has written


def _reversals(books: Books, told: Mapping[tuple[str, int], str | None]) -> Iterator[Difference]:
    """A payment or refund counts as reversed where, and since when, its last event says so."""
    for entity in ("receipt", "refund"):
        stored = dict(books.rows(f"SELECT id, reversed_on FROM {entity} WHERE reversed_on IS NOT NULL"))
        wanted = {key: day for (kind, key), day in told.items() if kind == entity and day is not None}
        for key in sorted(stored.keys() | wanted.keys()):
            if stored.get(key) != wanted.get(key):
                what = _READS[entity][0]
                yield Difference("content", "", f"{what} {key} is not reversed as its events say")


#: entity -> (what it is called, its content as it stands now)
_READS: dict[str, tuple[str, Callable[..., dict[str, Any]]]] = {
    "invoice": ("document", content_of),
    "receipt": ("payment", receipt_content),
    "allocation": ("allocation", allocation_content),
    "clearing": ("clearing", clearing_content),
    "consumption": ("use of a rest", consumption_content),
    "refund": ("refund", refund_content),
    "deposit": ("deposit", deposit_content),
    "bank_statement": ("statement", statement_content),
    "payment_order": ("order", order_content),
}
#: Actions of events that hold the content of a row, and of those that turn a payment or refund over.
_CONTENTS = frozenset(
    {"issue", "credit", "import_invoice", "receive", "allocate", "take_back", "write_off", "clear", "consume", "refund"}
    | {"import_statement", "collect", "pay_refunds", "deposit"}
)
_TURNS = frozenset({"reverse", "restore"})
_POSTED = (
    ("invoice", "SELECT id, number FROM invoice WHERE state = 'issued' ORDER BY id"),
    ("receipt", "SELECT r.id, c.code FROM receipt r JOIN customer c ON c.id = r.customer_id ORDER BY r.id"),
    ("allocation", "SELECT a.id, i.number FROM allocation a JOIN invoice i ON i.id = a.invoice_id ORDER BY a.id"),
    # What lines were cleared with before clearings were rows has no event of its own.
    (
        "clearing",
        "SELECT c.id, b.text FROM clearing c JOIN bank_line b ON b.id = c.bank_line_id WHERE c.id >"
        " coalesce((SELECT CAST(value AS BIGINT) FROM setting WHERE key = 'clearing.before_audit'), 0) ORDER BY c.id",
    ),
    ("consumption", "SELECT id, reason FROM consumption ORDER BY id"),
    ("refund", "SELECT f.id, c.code FROM refund f JOIN customer c ON c.id = f.customer_id ORDER BY f.id"),
    ("payment_order", "SELECT id, message_id FROM payment_order ORDER BY id"),
    # What was put in without a file (the sample's own) has no event.
    ("bank_statement", "SELECT id, reference FROM bank_statement WHERE sha256 <> '' ORDER BY id"),
    ("deposit", "SELECT id, reference FROM deposit WHERE status = 'posted' ORDER BY id"),
    ("posting", "SELECT id, text FROM posting ORDER BY id"),
)


def _number(books: Books, entity: str, entity_id: int, told: Mapping[str, Any]) -> str:
    """The number of the document that an audit event is about ("" where it is about none)."""
    if entity == "invoice":
        return str(told.get("number", ""))
    invoice_id = told.get("invoice_id")
    if entity == "dispute_note":
        invoice_id = books.value("SELECT invoice_id FROM dispute WHERE id = ?", (told.get("dispute", 0),))
    if not isinstance(invoice_id, int):
        return ""
    return str(books.value("SELECT number FROM invoice WHERE id = ?", (invoice_id,)) or "")


def _postings(books: Books, told: list[list[Any]], number: str, seen: set[int]) -> Iterator[Difference]:
    """The journal still holds what was posted with the event."""
    for key, *head, lines in told:
        seen.add(key)
        stored = books.row(
            "SELECT verb, date, document_date, entity, entity_id, text FROM posting WHERE id = ?", (key,)
        )
        rows = books.rows(f"SELECT {', '.join(POSTED)} FROM posting_line WHERE posting_id = ? ORDER BY id", (key,))
        if stored is None:
            yield Difference("content", number, f"posting {key} has vanished")
        elif list(stored) != head or [list(row) for row in rows] != lines:
            yield Difference("content", number, f"posting {key} is not what was posted")


def _arithmetic(books: Books) -> Iterator[Difference]:
    """Stored totals obey EN 16931: BR-CO-10 to 16 to the cent, VAT once per group (BR-CO-17)."""
    for number, lines, allowances, charges, net, tax, gross, prepaid, rounding, payable, sums, groups in books.rows(
        "SELECT number, lines_total, allowances_total, charges_total, net, tax, gross, prepaid, rounding, payable,"
        " (SELECT sum(net) FROM invoice_line l WHERE l.invoice_id = i.id),"
        " (SELECT sum(taxable) FROM vat_breakdown v WHERE v.invoice_id = i.id)"
        " FROM invoice i WHERE state = 'issued' ORDER BY id"
    ):
        rules = {
            "BR-CO-10": lines == int(sums or 0),
            "BR-CO-13": net == lines - allowances + charges,
            "BR-CO-15": gross == net + tax,
            "BR-CO-16": payable == gross - prepaid + rounding,
            "BR-S-08": net == int(groups or 0),
        }
        for rule, holds in rules.items():
            if not holds:
                yield Difference("totals", number, f"the totals of {number} break {rule}")
    for number, kind, inclusive, category, rate, taxable, tax in books.rows(
        "SELECT i.number, i.kind, CASE WHEN i.method = 'stated' THEN 1 ELSE i.prices_include_vat END, v.category,"
        " v.rate, v.taxable, v.tax FROM vat_breakdown v"
        " JOIN invoice i ON i.id = v.invoice_id WHERE i.state = 'issued' ORDER BY i.id"
    ):
        # A credit note copies amounts, prices with VAT leave the cent in the tax, and what was taken over is as it
        # was stated: all within BR-CO-17's unit.
        exact = tax_of(taxable, Vat(category, unscaled(rate, PERCENT))) == tax
        near = abs(tax_of(taxable, Vat(category, unscaled(rate, PERCENT))) - tax) < 100
        if not (exact or (near and (kind == "credit_note" or inclusive))):
            yield Difference("totals", number, f"the VAT of {number} breaks BR-CO-17")


def _balances(books: Books) -> Iterator[Difference]:
    """Cached balances and due dates equal what the allocations, disputes and instalments say."""
    living = sorted(guards.LIVING)
    last = 0
    while rows := books.rows(
        f"SELECT id, number, {', '.join(living)} FROM invoice WHERE state = 'issued' AND id > ? ORDER BY id LIMIT 2000",
        (last,),
    ):
        for key, number, *values in rows:
            cached = dict(zip(living, values, strict=True))
            wanted = derive(books, key)
            if wanted["settled_on"] is None and not wanted["open"]:
                wanted["settled_on"] = cached["settled_on"]  # nothing was ever to be paid
            for name in living:
                if cached[name] != wanted[name]:
                    yield Difference(
                        "balances", number, f"{number}: {name} is {cached[name]}, its rows say {wanted[name]}"
                    )
            stored = books.rows("SELECT id, open, open_base FROM instalment WHERE invoice_id = ?", (key,))
            if sorted(stored) != sorted(
                derive_instalments(books, key, int(wanted["open"]), int(wanted["open_base"]))  # type: ignore[call-overload]
            ):
                yield Difference("balances", number, f"{number}: the open parts of its instalments are wrong")
        last = rows[-1][0]


def _disputes(books: Books) -> Iterator[Difference]:
    """Disputes and inquiries are what was written of them."""
    events = (
        (entity, key, _number(books, entity, key, told), told)
        for _, entity, key, payload in _in_pages(books, "SELECT seq, entity, entity_id, payload FROM audit")
        if entity in CASES
        for told in (_readable(payload),)
    )
    for number, message in case_differences(books, events):
        yield Difference("disputes", number, message)


def _deliveries(books: Books) -> Iterator[Difference]:
    """The state of a delivery is what its last attempt says; one without any still waits."""
    for name, state, last in books.rows(
        "SELECT d.name, d.state, coalesce((SELECT a.state FROM delivery_attempt a WHERE a.delivery_id = d.id"
        " ORDER BY a.id DESC LIMIT 1), 'queued') FROM delivery d ORDER BY d.id"
    ):
        if state != last:
            yield Difference("deliveries", name, f"the delivery of {name} is {state}, its history says {last}")
