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
from tui_billing.rules.matching.names import alias_of, is_cut, is_telling, name_words
from tui_billing.rules.matching.numbers import WIDTH, read_numbers
from tui_billing.rules.terms import Terms, early_payment, parse_terms

#: What one line looks at, at most: customers, items of one amount, items of those customers, numbers.
_PAGE, _WORDS = 900, 100
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
    return for_lines(books, [line])


def for_lines(books: Books, lines: Sequence[Line]) -> OpenBook:
    """The same for the transactions of one booked entry, all in one currency; as many queries for up to some hundred."""
    found: dict[int, tuple] = {}
    currency = lines[0].currency if lines else ""

    def take(condition: str, values: Iterable[object], limit: int) -> None:
        for page in _pages(values):
            sql = f"{_OPEN} AND currency = ? AND {condition.format(_marks(page))} ORDER BY next_due, id LIMIT {limit}"
            found.update({row[0]: row for row in books.rows(sql, (currency, *page))})

    customers = {line.customer_id for line in lines if line.customer_id}
    # Of what a rule says is theirs the text may name another's.
    take("number IN ({})", _numbers(books, [one for one in lines if not one.customer_id or one.rule_id]), _NUMBERS)
    free = [line for line in lines if not line.customer_id]
    known: list[tuple] = []
    if free:
        # An amount points to items, not to all that their customers owe.
        customers.update(row[3] for row in found.values())
        amounts = sorted({amount for line in free for amount in (line.amount, line.amount + line.charges)})
        take("kind <> 'credit_note' AND open IN ({})", amounts, _AMOUNTS * len(free))
        known = _known(books, free)
        customers.update(row[2] for row in known)
        customers.update(_named(books, free))
    chosen = sorted(customers)[: _PAYERS * len(lines)]
    take("customer_id IN ({})", chosen, _ITEMS * len(lines))
    keys = sorted({*chosen, *(row[3] for row in found.values())})
    payers = [
        row
        for page in _pages(keys)
        for row in books.rows(f"SELECT id, code, name FROM customer WHERE id IN ({_marks(page)})", page)
    ]
    return OpenBook(map(_item, found.values()), _payers(payers, known))


def _pages(values: Iterable[object]) -> Iterator[list[object]]:
    every = list(values)
    return (every[at : at + _PAGE] for at in range(0, len(every), _PAGE))


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


def _numbers(books: Books, lines: Sequence[Line]) -> list[str]:
    """Document numbers that the texts could stand for, in the series there are."""
    if not lines:
        return []
    series = [(str(prefix), int(year)) for prefix, year in books.rows("SELECT DISTINCT prefix, year FROM series")]
    every: dict[str, None] = {}
    for line in lines:
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
        every.update(dict.fromkeys(list(found)[:_NUMBERS]))
    return list(every)


def _known(books: Books, lines: Sequence[Line]) -> list[tuple]:
    """Accounts and names that have paid before: (kind, value, customer)."""
    ibans = sorted({compact(line.payer_iban) for line in lines} - {""})
    aliases = sorted({alias_of(line.payer) for line in lines} - {""})
    rows: list[tuple] = []
    for kind, values in (("iban", ibans), ("name", aliases)):
        for page in _pages(values):
            rows += books.rows(f"{_ALIASES} WHERE kind = ? AND value IN ({_marks(page)})", (kind, *page))
    for page in _pages(ibans):
        rows += books.rows(f"{_ACCOUNTS} AND iban IN ({_marks(page)})", page)
    return rows


def _named(books: Books, lines: Sequence[Line]) -> set[int]:
    """Customers whose whole name stands in the payer's name or the text, or whose name the bank cut off."""
    said: list[tuple[list[str], set[str]]] = []
    every: dict[str, None] = {}
    for line in lines:
        payer, words = name_words(line.payer), name_words(f"{line.payer} {line.text}")[:16]
        telling = sorted({word for word in words if len(word) > 2 and not word.isdigit()}, key=len, reverse=True)[:6]
        if telling:
            said.append((payer, set(words)))
            every.update(dict.fromkeys(telling))
    found: set[int] = set()
    asked = list(every)
    for at in range(0, len(asked), _WORDS):
        telling = asked[at : at + _WORDS]
        likes = " OR ".join(["search LIKE ? ESCAPE '!'"] * len(telling))
        rows = books.rows(
            f"SELECT id, name FROM customer WHERE active = 1 AND ({likes}) ORDER BY id LIMIT {500 * len(lines)}",
            [f"%{escape(word)}%" for word in telling],
        )
        for key, name in rows:
            own = name_words(name)
            if any((is_telling(own) and known.issuperset(own)) or is_cut(own, payer) for payer, known in said):
                found.add(key)
    return found
