"""The list of documents: pages by key, filters, counts; and the statuses as conditions in SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries.facts import escape
from tui_billing.models.queries.pages import Rows, Source, count_up_to, merge, read_page
from tui_billing.models.queries.statuses import OPEN_STATUS, STATUS, last_day_due_soon
from tui_billing.rules.search import LONG, Wanted
from tui_billing.rules.status import Status, status_of

#: Statuses of documents with something open: their list comes by due date, over the index of open documents.
WITH_OPEN = frozenset({Status.DISPUTED, Status.OVERDUE, Status.PART_PAID, Status.DUE_SOON, Status.OPEN})

#: Beyond so many a filter's finds are not counted to the last.
COUNTED = 20_000
#: A filter that fits fewer documents than this is sorted; one that fits more is walked through in order.
FEW = 5_000

_COLUMNS = (
    "i.number, i.kind, i.state, i.customer_id, c.code, i.buyer_name, i.issue_date, i.due_date, i.currency,"
    " i.gross, i.payable, i.open, i.credited, i.written_off, i.disputed, i.next_due"
)
_CUSTOMER = " LEFT JOIN customer c ON c.id = i.customer_id"


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document in a list; amounts are minor units of its currency, never signed for a credit note."""

    key: tuple[Any, ...]
    id: int
    number: str | None
    kind: str
    status: Status
    overdue: bool
    customer_code: str
    customer: str
    issue_date: dt.date
    due_date: dt.date | None
    currency: str
    gross: int
    open: int
    disputed: int
    #: The states of its deliveries.
    sent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """Rows in the order of the list, and whether there are more on either side."""

    rows: tuple[DocumentRow, ...]
    more_before: bool
    more_after: bool


def page(
    books: Books,
    wanted: Wanted,
    today: dt.date,
    due_soon_days: int,
    direction: str,
    key: Sequence[Any] | None,
    limit: int,
) -> DocumentPage:
    """A page of the documents that are wanted.

    All: the newest issue date first. Of a status with something open: the earliest due date first; of another
    status: the newest issue date first. Found by words or bounds: the newest entered first, so that the first
    page of a million is there before the last is looked at.
    """
    sources = _sources(books, wanted, today, last_day_due_soon(today, due_soon_days))
    pages = [read_page(books, source, direction, key, limit) for source in sources]
    keys = len(sources[0].key)
    found = merge(pages, direction, limit, keys=keys, descending=sources[0].descending)
    return _page(books, found, keys, today, due_soon_days)


def _page(books: Books, found: Rows, keys: int, today: dt.date, due_soon_days: int) -> DocumentPage:
    rows = tuple(_row(row[:keys], row[keys - 1], row[keys:], today, due_soon_days) for row in found.rows)
    sent = _sent(books, [row.id for row in rows])
    rows = tuple(replace(row, sent=tuple(sent[row.id])) if row.id in sent else row for row in rows)
    return DocumentPage(rows, found.more_before, found.more_after)


def _sent(books: Books, ids: Sequence[int]) -> dict[int, list[str]]:
    """The states of the deliveries of some documents."""
    states: dict[int, list[str]] = {}
    marks = ", ".join("?" * len(ids))
    for key, state in (
        books.rows(f"SELECT invoice_id, state FROM delivery WHERE invoice_id IN ({marks})", ids) if ids else ()
    ):
        states.setdefault(key, []).append(state)
    return states


def _row(key: tuple, document_id: int, row: tuple, today: dt.date, due_soon_days: int) -> DocumentRow:
    (number, kind, state, _customer, code, name, issued, due, currency, gross) = row[:10]
    payable, opened, credited, written_off, disputed, next_due = row[10:]
    first_due = dt.date.fromisoformat(next_due) if next_due else None
    status = status_of(
        issued=state == "issued",
        kind=kind,
        gross=payable,
        open=opened,
        credited=credited,
        written_off=written_off,
        disputed=disputed,
        next_due=first_due,
        today=today,
        due_soon_days=due_soon_days,
    )
    return DocumentRow(
        key=key,
        id=document_id,
        number=number,
        kind=kind,
        status=status,
        overdue=kind != "credit_note" and opened > 0 and first_due is not None and first_due < today,
        customer_code=code or "",
        customer=name or code or "",
        issue_date=dt.date.fromisoformat(issued),
        due_date=dt.date.fromisoformat(due) if due else None,
        currency=currency,
        gross=gross,
        open=opened,
        disputed=disputed,
    )


def count(books: Books, wanted: Wanted, today: dt.date, due_soon_days: int) -> tuple[int, bool]:
    """(how many documents are wanted, whether there are more than that); a longer read."""
    if wanted.nothing:
        return int(books.value("SELECT count(*) FROM invoice") or 0), False  # type: ignore[call-overload]
    by_text = bool(wanted.words) and not (wanted.bounds or wanted.status)
    if by_text and wanted.long_words == wanted.words and not any(amount is not None for amount in wanted.amounts):
        match, parameters = match_texts(books, wanted.words)
        found = books.value(f"SELECT count(*) FROM invoice_search WHERE {match}", parameters)
        drafts, _more = count_up_to(books, _drafts(books, wanted.words), COUNTED)
        return int(found or 0) + drafts, False  # type: ignore[call-overload]
    sources = _sources(books, wanted, today, last_day_due_soon(today, due_soon_days))
    limit = 10 * COUNTED if Status(wanted.status or "paid") in WITH_OPEN and not wanted.words else COUNTED
    if len(sources) == 1:
        return count_up_to(books, sources[0], limit)
    ids: set[int] = set()
    for source in sources:
        only_ids = replace(source, select=source.key[-1])
        rows = read_page(books, only_ids, "first", None, limit + 1).rows
        ids.update(row[-1] for row in rows)
    return min(len(ids), limit), len(ids) > limit


def by_ids(books: Books, ids: Sequence[int], today: dt.date, due_soon_days: int) -> tuple[DocumentRow, ...]:
    """Documents in the order of their ids as given."""
    if not ids:
        return ()
    marks = ", ".join("?" * len(ids))
    rows = books.rows(f"SELECT i.id, {_COLUMNS} FROM invoice i{_CUSTOMER} WHERE i.id IN ({marks})", tuple(ids))
    found = {row[0]: _row(row[:1], row[0], row[1:], today, due_soon_days) for row in rows}
    return tuple(found[key] for key in ids if key in found)


def issued_ids(
    books: Books, wanted: Wanted, today: dt.date, due_soon_days: int, most: int = COUNTED
) -> tuple[list[int], bool]:
    """(ids of the issued documents that are wanted, in the order of the list, whether there are more than `most`)."""
    ids: list[int] = []
    request: tuple[str, Sequence[Any] | None] = ("first", None)
    while True:
        found = page(books, wanted, today, due_soon_days, *request, 500)
        ids += [row.id for row in found.rows if row.number is not None]
        if len(ids) > most or not found.more_after or not found.rows:
            return ids[:most], len(ids) > most or found.more_after
        request = ("next", found.rows[-1].key)


def numbers_of(books: Books, ids: Sequence[int]) -> dict[int, str]:
    """The numbers of documents, by id."""
    if not ids:
        return {}
    marks = ", ".join("?" * len(ids))
    return {
        key: str(number) for key, number in books.rows(f"SELECT id, number FROM invoice WHERE id IN ({marks})", ids)
    }


def by_ending(books: Books, text: str) -> tuple[int, str] | None:
    """(id, number) of the document with this number, or whose number ends in this counter: the newest year's,
    an invoice before a credit note; None where there is none."""
    row = books.row("SELECT id, number FROM invoice WHERE number = ?", (text.strip().upper(),))
    if row is None and text.isascii() and text.isdigit() and len(text) < 19:
        row = books.row(
            "SELECT i.id, i.number FROM series s JOIN invoice i ON i.series_id = s.id AND i.counter = ?"
            " ORDER BY s.year DESC, CASE WHEN i.kind = 'credit_note' THEN 1 ELSE 0 END, i.id DESC LIMIT 1",
            (int(text),),
        )
    return (int(row[0]), str(row[1])) if row else None


# -- what a filter is read from ------------------------------------------


def _sources(books: Books, wanted: Wanted, today: dt.date, soon: str) -> list[Source]:
    if wanted.words or wanted.bounds:
        found = [] if wanted.status == Status.DRAFT else _found(books, wanted)
        sources = [_with_status(source, wanted.status, today, soon) for source in found]
        if wanted.status in ("", Status.DRAFT) and (wanted.long_words or not sources):
            sources.append(_drafts(books, wanted.words))
        return sources
    if not wanted.status:
        return [_newest(books)]
    return [_of_status(books, Status(wanted.status), today, soon)]


def _newest(books: Books, index: str = "") -> Source:
    """By issue date, the newest first."""
    hint = f" INDEXED BY {index}" if index and books.engine == "sqlite" else ""
    return Source(
        f"i.issue_date, i.id, {_COLUMNS}",
        f"invoice i{hint}{_CUSTOMER}",
        ("i.issue_date", "i.id"),
        descending=True,
    )


def _of_status(books: Books, status: Status, today: dt.date, soon: str) -> Source:
    if status is Status.DRAFT:
        return _newest(books, "invoice_draft").only("i.state = 'draft'")
    if status not in WITH_OPEN:
        written_off = status is Status.WRITTEN_OFF
        source = _newest(books, "invoice_written_off" if written_off else "invoice_listed")
        if written_off:
            source = source.only("i.written_off <> 0")
        return _with_status(source, status, today, soon)
    source = Source(
        f"i.next_due, i.id, {_COLUMNS}",
        f"invoice i{' INDEXED BY invoice_open' if books.engine == 'sqlite' else ''}{_CUSTOMER}",
        ("i.next_due", "i.id"),
        ("i.open <> 0",),
    )
    # These say nothing that OPEN_STATUS does not say; they let the index jump.
    if status is Status.OVERDUE:
        source = source.only("i.next_due < ?", today.isoformat())
    elif status is Status.DUE_SOON:
        source = source.only("i.next_due >= ?", today.isoformat()).only("i.next_due <= ?", soon)
    case = OPEN_STATUS.format(i="i.")
    condition = f"CASE WHEN i.kind = 'credit_note' THEN 'open' ELSE {case} END = ?"
    return source.only(condition, today.isoformat(), soon, status.value)


def _with_status(source: Source, status: str, today: dt.date, soon: str) -> Source:
    if not status:
        return source
    return source.only(f"{STATUS.format(i='i.')} = ?", today.isoformat(), soon, str(status))


def _found(books: Books, wanted: Wanted) -> list[Source]:
    """One source that reads every word as text, and one more for each word that may be an amount."""
    sources = []
    readings: list[int | None] = [None]
    readings += [place for place, amount in enumerate(wanted.amounts) if amount is not None]
    for place in readings:
        words = [word for other, word in enumerate(wanted.words) if other != place]
        amount = None if place is None else wanted.amounts[place]
        sources.append(_reading(books, words, amount, wanted.bounds))
    return sources


def _drafts(books: Books, words: Sequence[str]) -> Source:
    """Drafts whose customer or order holds all words; they are in no index of texts, being few and in motion."""
    hint = " INDEXED BY invoice_draft" if books.engine == "sqlite" else ""
    source = Source(
        f"i.id, {_COLUMNS}", f"invoice i{hint}{_CUSTOMER}", ("+i.id",), ("i.state = 'draft'",), descending=True
    )
    for word in words:
        pattern = f"%{escape(word)}%"
        source = source.only(
            "(c.search LIKE ? ESCAPE '!' OR lower(i.purchase_order) LIKE ? ESCAPE '!')", pattern, pattern
        )
    return source


def _reading(books: Books, words: Sequence[str], amount: int | None, bounds: Sequence[tuple[str, int]]) -> Source:
    """Documents whose texts hold all words and whose total is `amount` (None: any), the newest entered first."""
    long = [word for word in words if len(word) >= LONG]
    short = [word for word in words if len(word) < LONG]
    conditions: list[tuple[str, tuple]] = []  # on the total and the customer, each with an index of its own
    if amount is not None:
        conditions.append(("i.gross = ?", (amount,)))
    conditions += [(f"i.gross {sign} ?", (bound,)) for sign, bound in bounds]
    conditions += [_begins(books, word) for word in short]
    if long and amount is None:
        match, parameters = match_texts(books, long)
        source = Source(
            f"invoice_search.rowid, {_COLUMNS}",
            f"invoice_search CROSS JOIN invoice i{_CUSTOMER}",
            ("invoice_search.rowid",),
            (match, "i.id = invoice_search.rowid"),
            parameters,
            descending=True,
        )
        for condition, values in conditions:
            source = source.only(_unindexed(condition), *values)
        return source
    few = any(_is_few(books, condition, values) for condition, values in conditions)
    key = "+i.id" if few else "i.id"
    source = Source(f"i.id, {_COLUMNS}", f"invoice i{_CUSTOMER}", (key,), descending=True)
    for condition, values in conditions:
        source = source.only(condition if few else _unindexed(condition), *values)
    if long:
        match, parameters = match_texts(books, long)
        source = source.only(
            f"EXISTS (SELECT 1 FROM invoice_search WHERE {match} AND invoice_search.rowid = i.id)", *parameters
        )
    return source


def _unindexed(condition: str) -> str:
    """The same condition, not to be read by an index of its own: the order of the list has one already."""
    return (
        condition.replace("i.gross", "+i.gross")
        .replace("i.customer_id", "+i.customer_id")
        .replace("i.id IN", "+i.id IN")
    )


def _is_few(books: Books, condition: str, values: tuple) -> bool:
    if "i.number LIKE" in condition:  # most documents have the same beginning
        return False
    some, more = count_up_to(books, Source("1", "invoice i", ("i.id",), (condition,), values), FEW)
    return not more and some <= FEW


def _begins(books: Books, word: str) -> tuple[str, tuple]:
    """A word of one or two characters: the beginning of a word in the customer's texts, or of the number, or the
    number's counter."""
    pattern = escape(word) + "%"
    customers = "i.customer_id IN (SELECT id FROM customer WHERE search LIKE ? ESCAPE '!' OR search LIKE ? ESCAPE '!')"
    values: tuple = (pattern, "% " + pattern)
    if word.isascii() and word.isdigit():  # `42` is what a clerk calls F2026-00042
        counted = "SELECT d.id FROM series s JOIN invoice d ON d.series_id = s.id AND d.counter = ?"
        return f"({customers} OR i.id IN ({counted}))", (*values, int(word))
    head = escape(word.upper()) + "%"
    if books.row("SELECT 1 FROM series WHERE upper(prefix) || year LIKE ? ESCAPE '!' LIMIT 1", (head,)):
        return f"({customers} OR i.number LIKE ? ESCAPE '!')", (*values, head)
    return customers, values


def match_texts(books: Books, words: Sequence[str]) -> tuple[str, tuple]:
    """The condition on `invoice_search` that all words (three characters or more) stand in the text."""
    if books.engine == "sqlite":
        phrases = " AND ".join('"' + word.replace('"', '""') + '"' for word in words)
        return "invoice_search.invoice_search MATCH ?", (phrases,)
    conditions = " AND ".join(["invoice_search.text LIKE ? ESCAPE '!'"] * len(words))
    return f"({conditions})", tuple(f"%{escape(word)}%" for word in words)
