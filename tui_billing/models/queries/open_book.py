"""The open items that bank lines are matched against: the few that one line points to, or all of them at once."""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from sys import intern

from tui_billing.models.door import Books
from tui_billing.models.queries.facts import escape
from tui_billing.rules.identifiers import compact, find_references
from tui_billing.rules.matching.book import OpenBook
from tui_billing.rules.matching.facts import Item, Line, Payer
from tui_billing.rules.matching.names import alias_of, is_cut_name, is_named, name_words
from tui_billing.rules.matching.numbers import WIDTH, read_numbers
from tui_billing.rules.terms import Terms, early_payment, parse_terms

#: What one line looks at, at most: customers, items of one amount, items of those customers, numbers.
_PAGE = 900
_PAYERS, _AMOUNTS, _ITEMS, _NUMBERS = 20, 40, 1_000, 900

_OPEN = (
    "SELECT id, number, kind, customer_id, next_due, currency, open, disputed, issue_date, terms, payable,"
    " purchase_order FROM invoice WHERE open <> 0 AND state = 'issued'"
)
_ACCOUNTS = "SELECT 'iban', iban, customer_id FROM mandate WHERE revoked_on IS NULL"
_ALIASES = "SELECT kind, value, customer_id FROM payer_alias"


def everything(books: Books) -> OpenBook:
    """All that is open, and all customers, read in pages; a query for each 900 items, and four more."""
    payers = books.rows("SELECT id, code, name FROM customer WHERE active = 1 ORDER BY id")
    known = [*books.rows(_ALIASES), *books.rows(_ACCOUNTS)]
    return OpenBook(_all(books), _payers(payers, known))


def _all(books: Books) -> Iterator[Item]:
    keys = array("q", [key for (key,) in books.rows("SELECT id FROM invoice WHERE open <> 0 ORDER BY next_due, id")])
    for at in range(0, len(keys), _PAGE):
        page = keys[at : at + _PAGE]
        yield from map(_item, books.rows(f"{_OPEN} AND id IN ({_marks(page)})", page))


def for_line(books: Books, line: Line) -> OpenBook:
    """What one line could be about: items it names, of its amount, and of customers it points to.

    At most eight queries, whatever the books hold.
    """
    found: dict[int, tuple] = {}

    def take(condition: str, parameters: Iterable[object], limit: int) -> None:
        sql = f"{_OPEN} AND currency = ? AND {condition} ORDER BY next_due, id LIMIT {limit}"
        found.update({row[0]: row for row in books.rows(sql, (line.currency, *parameters))})

    customers: set[int] = set()
    known: list[tuple] = []
    if line.customer_id:
        customers.add(line.customer_id)
    if not line.customer_id or line.rule_id:  # of what a rule says is theirs the text may name another's
        numbers = _numbers(books, line)
        if numbers:
            take(f"number IN ({_marks(numbers)})", numbers, _NUMBERS)
    if not line.customer_id:
        amounts = sorted({line.amount, line.amount + line.charges})
        take(f"kind <> 'credit_note' AND open IN ({_marks(amounts)})", amounts, _AMOUNTS)
        known = _known(books, line)
        customers.update(row[2] for row in known)
        customers.update(_named(books, line))
        customers.update(row[3] for row in found.values())
    chosen = sorted(customers)[:_PAYERS]
    if chosen:
        take(f"customer_id IN ({_marks(chosen)})", chosen, _ITEMS)
    keys = sorted({*chosen, *(row[3] for row in found.values())})
    payers = books.rows(f"SELECT id, code, name FROM customer WHERE id IN ({_marks(keys)})", keys) if keys else []
    return OpenBook(map(_item, found.values()), _payers(payers, known))


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _item(row: tuple) -> Item:
    key, number, kind, customer, due, currency, opened, disputed, issued, terms, payable, order = row
    discounted, until = 0, ""
    if "%/" in terms and opened == payable and kind != "credit_note":
        offer = early_payment(dt.date.fromisoformat(issued), _terms(terms), payable, currency)
        if offer is not None:
            discounted, until = offer[1], offer[0].isoformat()
    # A hundred thousand items fall on some hundred days: each day is kept once.
    kind, currency, due, issued, until = map(intern, (kind, currency, due or "", issued, until))
    return Item(key, number, kind, customer, due, currency, opened, disputed, issued, discounted, until, order or "")


@lru_cache(maxsize=1000)
def _terms(text: str) -> Terms:
    return parse_terms(text)


def _payers(rows: Iterable[tuple], known: Iterable[tuple]) -> list[Payer]:
    ibans: dict[int, set[str]] = {}
    aliases: dict[int, set[str]] = {}
    for kind, value, customer in known:
        (ibans if kind == "iban" else aliases).setdefault(customer, set()).add(value)
    return [
        Payer(key, code, name, frozenset(ibans.get(key, ())), frozenset(aliases.get(key, ())))
        for key, code, name in rows
    ]


def _numbers(books: Books, line: Line) -> list[str]:
    """Document numbers that the text could stand for, in the series there are."""
    series = [(str(prefix), int(year)) for prefix, year in books.rows("SELECT DISTINCT prefix, year FROM series")]
    found: dict[str, None] = {}
    for reference in find_references(line.text):
        body = reference[4:]
        for prefix, year in series:
            head = f"{compact(prefix)}{year}"
            if body.startswith(head):
                found[f"{prefix}{year}-{body[len(head) :]}"] = None
    for reading in read_numbers(line.text, {year for _prefix, year in series}).readings:
        for prefix, year in series:
            if reading.year in (0, year):
                found[f"{prefix}{year}-{reading.counter:0{WIDTH}d}"] = None
    for word in line.text.split()[:40]:  # billed elsewhere, in another shape
        found[word.strip(",;:()").upper()] = None
    return list(found)[:_NUMBERS]


def _known(books: Books, line: Line) -> list[tuple]:
    """Accounts and names that have paid before: (kind, value, customer)."""
    iban, alias = compact(line.payer_iban), alias_of(line.payer)
    if not iban and not alias:
        return []
    rows = books.rows(f"{_ALIASES} WHERE (kind = 'iban' AND value = ?) OR (kind = 'name' AND value = ?)", (iban, alias))
    return rows + (books.rows(f"{_ACCOUNTS} AND iban = ?", (iban,)) if iban else [])


def _named(books: Books, line: Line) -> set[int]:
    """Customers whose whole name stands in the payer's name or the text, or whose name the bank cut off."""
    payer, words = name_words(line.payer), name_words(f"{line.payer} {line.text}")[:16]
    telling = sorted({word for word in words if len(word) > 2 and not word.isdigit()}, key=len, reverse=True)[:6]
    if not telling:
        return set()
    likes = " OR ".join(["search LIKE ? ESCAPE '!'"] * len(telling))
    rows = books.rows(
        f"SELECT id, name FROM customer WHERE active = 1 AND ({likes}) ORDER BY id LIMIT 500",
        [f"%{escape(word)}%" for word in telling],
    )
    return {key for key, name in rows if is_named(name, words) or is_cut_name(name, payer)}
