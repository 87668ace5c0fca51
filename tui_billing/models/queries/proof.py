"""The month's proof as the database adds it up: sums as of a day, and the largest lines behind them.

Sums as of a past day start from what is true now and take back what came after the day, so that a proof of
last month costs what has happened since, not what the books hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui_billing.models.door import Books

#: So many lines of a kind are told one by one, the largest first.
SHOWN = 200
#: A line is the statement's as of a day: in a statement that ends by then, or dated by then.
_SEEN = "(l.date <= ? OR s.date_to <= ?)"
_LINES = "bank_line l LEFT JOIN bank_statement s ON s.id = l.statement_id"


def _int(value: object) -> int:
    return int(value or 0)  # type: ignore[call-overload]


#: Customers weigh differently, so that what is taken from one and put to another is seen in one sum.
_PRIME = 9973
_SUMS = (
    "sum(l.debit - l.credit), sum(CASE WHEN l.customer_id IS NULL THEN 0 ELSE l.debit - l.credit END),"
    f" sum((coalesce(l.customer_id, 0) % {_PRIME}) * (l.debit - l.credit))"
)


def ledger_sums(books: Books, account: str, day: str) -> tuple[int, int, int]:
    """(balance, of it lines of customers, the balance weighed by customer) of an account as of a day."""
    total, customers, weighed = _as_of(books, _SUMS, "l.account = ?", (account,), day)
    return total, customers, weighed


def _as_of(books: Books, sums: str, where: str, parameters: tuple[object, ...], day: str) -> list[int]:
    """Sums over lines of the journal as of a day: all of them, less what was posted after the day."""
    now = books.row(f"SELECT {sums} FROM posting_line l WHERE {where}", parameters)
    after = books.row(
        f"SELECT {sums} FROM posting p JOIN posting_line l ON l.posting_id = p.id WHERE p.date > ? AND {where}",
        (day, *parameters),
    )
    assert now is not None and after is not None
    return [_int(one) - _int(later) for one, later in zip(now, after, strict=True)]


def weighed(amounts: dict[int, int]) -> int:
    """Amounts by customer, weighed as `ledger_sums` weighs them."""
    return sum((key % _PRIME) * amount for key, amount in amounts.items())


def by_customer(books: Books, accounts: Sequence[str], day: str) -> dict[str, dict[int, int]]:
    """Account -> customer -> debit less credit in the books' currency, as of a day, where it is not 0; lines of
    no customer under 0. One reading of the journal for all accounts."""
    marks = ", ".join("?" * len(accounts))
    now = books.rows(
        f"SELECT account, coalesce(customer_id, 0), sum(debit - credit) FROM posting_line WHERE account IN ({marks})"
        " GROUP BY account, coalesce(customer_id, 0)",
        accounts,
    )
    after = books.rows(
        "SELECT l.account, coalesce(l.customer_id, 0), sum(l.debit - l.credit) FROM posting p"
        f" JOIN posting_line l ON l.posting_id = p.id WHERE p.date > ? AND l.account IN ({marks})"
        " GROUP BY l.account, coalesce(l.customer_id, 0)",
        (day, *accounts),
    )
    return {
        account: _less(*([row[1:] for row in rows if row[0] == account] for rows in (now, after)))
        for account in accounts
    }


def _less(*parts: list[tuple]) -> dict[int, int]:
    """The first less all others, by their key; what is 0 is left out."""
    found: dict[int, int] = {}
    for place, rows in enumerate(parts):
        for key, amount in rows:
            found[key] = found.get(key, 0) + (-_int(amount) if place else _int(amount))
    return {key: amount for key, amount in found.items() if amount}


def open_documents(books: Books, day: str) -> dict[int, int]:
    """What was open of invoices, less credit notes, by customer, in the books' currency, as of a day."""
    signed = "CASE WHEN {0}kind = 'credit_note' THEN -1 ELSE 1 END"
    now = books.rows(
        # A draft has nothing open: the index of what customers owe holds all that is asked for.
        f"SELECT customer_id, sum({signed.format('')} * open_base) FROM invoice WHERE open <> 0 GROUP BY customer_id"
    )
    later_documents = books.rows(
        f"SELECT customer_id, sum({signed.format('')} * payable_base) FROM invoice"
        " WHERE issue_date > ? AND state = 'issued' GROUP BY customer_id",
        (day,),
    )
    settled = books.rows(
        "SELECT i.customer_id, -sum(a.amount_base) FROM allocation a JOIN invoice i ON i.id = a.invoice_id"
        " WHERE a.date > ? GROUP BY i.customer_id",
        (day,),
    )
    credited = books.rows(
        "SELECT i.customer_id, sum(a.amount_base + a.difference_base) FROM allocation a"
        " JOIN invoice i ON i.id = a.credit_note_id WHERE a.date > ? GROUP BY i.customer_id",
        (day,),
    )
    consumed = books.rows(
        "SELECT i.customer_id, sum(c.amount_base + c.difference_base) FROM consumption c"
        " JOIN invoice i ON i.id = c.credit_note_id WHERE c.date > ? GROUP BY i.customer_id",
        (day,),
    )
    return _less(now, later_documents, settled, credited, consumed)


def open_receipts(books: Books, day: str) -> dict[int, int]:
    """What was not yet allocated of payments, by customer, as the account has it (negative), as of a day."""
    now = books.rows("SELECT customer_id, -sum(open_base) FROM receipt WHERE open <> 0 GROUP BY customer_id")
    later = books.rows(
        "SELECT customer_id, -sum(amount_base) FROM receipt WHERE date > ? AND reversed_on IS NULL"
        " GROUP BY customer_id",
        (day,),
    )
    allocated = books.rows(
        "SELECT r.customer_id, sum(a.amount_base + a.difference_base) FROM allocation a"
        " JOIN receipt r ON r.id = a.receipt_id WHERE a.date > ? GROUP BY r.customer_id",
        (day,),
    )
    consumed = books.rows(
        "SELECT r.customer_id, sum(c.amount_base + c.difference_base) FROM consumption c"
        " JOIN receipt r ON r.id = c.receipt_id WHERE c.date > ? GROUP BY r.customer_id",
        (day,),
    )
    gone = books.rows(
        # The few that were reversed (receipt_reversed), not all in order of their customers.
        "SELECT customer_id + 0, sum(amount_base) FROM receipt WHERE reversed_on > ? AND date <= ?"
        " GROUP BY customer_id + 0",
        (day, day),
    )
    return _less(now, later, allocated, consumed, gone)


def codes(books: Books, customers: list[int]) -> dict[int, str]:
    """The codes of customers by their ids."""
    if not customers:
        return {}
    marks = ", ".join("?" * len(customers))
    return dict(books.rows(f"SELECT id, code FROM customer WHERE id IN ({marks})", customers))


# -- banks ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BankKey:
    """Bank accounts that share an account of the journal and a currency, as of a day."""

    books: Books
    account: str
    currency: str
    ids: tuple[int, ...]
    day: str
    #: Whether the currency is the books' own.
    own: bool
    #: Currencies of other bank accounts on the same account of the journal.
    others: tuple[str, ...] = ()

    @property
    def marks(self) -> str:
        """Question marks for the ids."""
        return ", ".join("?" * len(self.ids))

    @property
    def lines(self) -> str:
        """The condition of lines that the statements show by the day; takes `seen`."""
        return f"l.bank_account_id IN ({self.marks}) AND {_SEEN}"

    @property
    def seen(self) -> tuple[object, ...]:
        """The parameters of `lines`."""
        return (*self.ids, self.day, self.day)


def bank_accounts(books: Books) -> list[tuple[int, str, str, str, str]]:
    """(id, name, IBAN, currency, account of the journal)."""
    return books.rows("SELECT id, name, iban, currency, account FROM bank_account ORDER BY id")


def _booked(key: BankKey) -> tuple[str, str, tuple[object, ...]]:
    """(what a line moves, which lines are the account's, their parameters)."""
    value = "l.debit - l.credit" if key.own else "l.amount"
    where, more = "l.account = ?", [key.account]
    if not key.own:
        where, more = where + " AND l.currency = ?", [*more, key.currency]
    for other in key.others if key.own else ():
        where, more = where + " AND l.currency <> ?", [*more, other]
    return value, where, tuple(more)


def bank_balance(key: BankKey) -> int:
    """The account in the books."""
    value, where, more = _booked(key)
    return _as_of(key.books, f"sum({value})", where, more, key.day)[0]


def posted_by_clearings(key: BankKey) -> int:
    """What charges and lines posted to an account have moved in the books."""
    value, where, more = _booked(key)
    return _int(
        key.books.value(
            f"SELECT sum({value}) FROM posting p JOIN posting_line l ON l.posting_id = p.id"
            f" WHERE {where} AND p.date <= ? AND p.entity = 'clearing'",
            (*more, key.day),
        )
    )


def statement_ends(books: Books, bank_account: int, day: str) -> tuple[int, int, str, int] | None:
    """(first opening, last closing, its day, its id) of the statements that tell balances and end by a day."""
    told = "bank_account_id = ? AND date_to <= ? AND balances = 'both'"
    first = books.row(
        f"SELECT opening FROM bank_statement WHERE {told} ORDER BY date_to, id LIMIT 1", (bank_account, day)
    )
    last = books.row(
        f"SELECT closing, date_to, id FROM bank_statement WHERE {told} ORDER BY date_to DESC, id DESC LIMIT 1",
        (bank_account, day),
    )
    return (first[0], *last) if first and last else None


def moved_since(books: Books, bank_account: int, until: str, day: str) -> int:
    """What lines of later statements, or of none that tells balances, moved after `until` and by `day`."""
    return _int(
        books.value(
            f"SELECT sum(l.amount) FROM {_LINES} WHERE l.bank_account_id = ? AND l.date <= ? AND"
            " (s.date_to > ? OR ((s.id IS NULL OR s.balances <> 'both') AND l.date > ?))",
            (bank_account, day, day, until),
        )
    )


def goes_on(books: Books, bank_account: int, day: str) -> bool:
    """Whether a statement goes on past a day."""
    sql = "SELECT 1 FROM bank_statement WHERE bank_account_id = ? AND date_to > ? AND balances = 'both' LIMIT 1"
    return books.row(sql, (bank_account, day)) is not None


def breaks(books: Books, bank_account: int, day: str) -> list[tuple[str, str, int]]:
    """(day it begins, reference, opening less the closing before) of statements that do not go on."""
    return books.rows(
        "SELECT date_from, reference, opening - before FROM (SELECT date_from, reference, opening, date_to,"
        " lag(closing) OVER (ORDER BY date_to, id) AS before FROM bank_statement"
        " WHERE bank_account_id = ? AND balances = 'both') q WHERE date_to <= ? AND before IS NOT NULL"
        " AND opening <> before ORDER BY date_to LIMIT 200",
        (bank_account, day),
    )


def movement(key: BankKey) -> int:
    """The sum of all lines that the statements show by the day."""
    return _int(key.books.value(f"SELECT sum(l.amount) FROM {_LINES} WHERE {key.lines}", key.seen))


def cleared(key: BankKey, kinds: str) -> int:
    """The sum of what stands on those lines, of some kinds (a list for SQL's IN)."""
    return _int(
        key.books.value(
            "SELECT sum(c.amount) FROM clearing c JOIN bank_line l ON l.id = c.bank_line_id"
            " LEFT JOIN bank_statement s ON s.id = l.statement_id"
            f" WHERE c.kind IN ({kinds}) AND c.date <= ? AND {key.lines}",
            (key.day, *key.seen),
        )
    )


def open_lines(key: BankKey) -> tuple[int, int, list[tuple]]:
    """(sum, number, the largest as (id, date, open, payer, text)) of lines not yet explained by the day."""
    source = (
        f"FROM {_LINES} LEFT JOIN (SELECT bank_line_id, sum(amount) AS amount FROM clearing WHERE date <= ?"
        f" GROUP BY bank_line_id) c ON c.bank_line_id = l.id WHERE {key.lines}"
        " AND l.amount <> coalesce(c.amount, 0)"
    )
    parameters = (key.day, *key.seen)
    return _told(
        key.books, "l.amount - coalesce(c.amount, 0)", "l.id, l.date, {0}, l.payer, l.text", source, parameters
    )


def left_out(key: BankKey) -> list[tuple[str, int, int]]:
    """(reason, sum, number) of lines set aside on purpose: booked elsewhere."""
    return key.books.rows(
        "SELECT c.reason, sum(c.amount), sum(CASE WHEN c.reverses_id IS NULL THEN 1 ELSE -1 END) FROM clearing c"
        " JOIN bank_line l ON l.id = c.bank_line_id LEFT JOIN bank_statement s ON s.id = l.statement_id"
        f" WHERE c.kind = 'ignored' AND c.date <= ? AND {key.lines} GROUP BY c.reason HAVING sum(c.amount) <> 0"
        " ORDER BY c.reason",
        (key.day, *key.seen),
    )


def unseen(key: BankKey, table: str) -> tuple[int, int, list[tuple]]:
    """(sum, number, the largest as (id, date, amount, who, text)) of payments (`receipt`) or refunds (`refund`)
    that are recorded by the day and on no statement by then; refunds are negative."""
    value = "amount_base" if key.own else "amount"
    sign = "" if table == "receipt" else "-"
    recorded = (
        f"({sign}(CASE WHEN r.date <= ? THEN r.{value} ELSE 0 END"
        f" - CASE WHEN r.reversed_on IS NOT NULL AND r.reversed_on <= ? THEN r.{value} ELSE 0 END)"
        " - coalesce(c.amount, 0))"
    )
    kinds = "'receipt', 'return'" if table == "receipt" else "'refund'"
    where, more = "(b.account = ? OR (b.id IS NULL AND ? = '512000'))", [key.account, key.account]
    if not key.own:
        where, more = where + " AND r.currency = ?", [*more, key.currency]
    for other in key.others if key.own else ():
        where, more = where + " AND r.currency <> ?", [*more, other]
    source = (
        f"FROM {table} r JOIN customer k ON k.id = r.customer_id LEFT JOIN bank_account b ON b.id = r.bank_account_id"
        f" LEFT JOIN (SELECT c.{table}_id, sum(c.amount) AS amount FROM clearing c"
        " JOIN bank_line l ON l.id = c.bank_line_id LEFT JOIN bank_statement s ON s.id = l.statement_id"
        f" WHERE c.kind IN ({kinds}) AND c.date <= ? AND {key.lines} GROUP BY c.{table}_id) c ON c.{table}_id = r.id"
        f" WHERE {where} AND r.date <= ? AND {recorded} <> 0"
    )
    parameters = (key.day, *key.seen, *more, key.day, key.day, key.day)
    shown = "r.id, r.date, {0}, k.code, r.reference"
    return _told(key.books, recorded, shown, source, parameters, before=(key.day, key.day))


def _told(
    books: Books, value: str, shown: str, source: str, parameters: tuple[object, ...], before: tuple[object, ...] = ()
) -> tuple[int, int, list[tuple]]:
    sums = books.row(f"SELECT coalesce(sum({value}), 0), count(*) {source}", (*before, *parameters))
    assert sums is not None
    if not sums[1]:
        return 0, 0, []
    rows = books.rows(
        f"SELECT {shown.format(value)} {source} ORDER BY abs({value}) DESC, 1 LIMIT {SHOWN}",
        (*before, *parameters, *before),
    )
    return _int(sums[0]), _int(sums[1]), rows


def charge_counts(key: BankKey, since: str) -> list[tuple[int, int]]:
    """(amount, how often) of the charges from a day on."""
    return [
        (_int(amount), _int(often))
        for amount, often in key.books.rows(
            "SELECT c.amount, count(*) FROM clearing c JOIN bank_line l ON l.id = c.bank_line_id"
            " WHERE (c.kind = 'charge' OR (c.kind = 'account' AND substr(c.account, 1, 3) = '627')) AND c.reverses_id IS NULL"
            f" AND c.date > ? AND c.date <= ? AND l.bank_account_id IN ({key.marks}) GROUP BY c.amount",
            (since, key.day, *key.ids),
        )
    ]


def unusual_charges(key: BankKey, month: str, usual: int) -> list[tuple]:
    """(bank line, date, amount, payer, text) of standing charges of a month that are not the usual one."""
    return key.books.rows(
        "SELECT l.id, c.date, c.amount, l.payer, l.text FROM clearing c JOIN bank_line l ON l.id = c.bank_line_id"
        " WHERE (c.kind = 'charge' OR (c.kind = 'account' AND substr(c.account, 1, 3) = '627')) AND c.reverses_id IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM clearing b WHERE b.reverses_id = c.id AND b.date <= ?)"
        " AND c.date >= ? AND c.date <= ? AND c.amount <> ?"
        f" AND l.bank_account_id IN ({key.marks}) ORDER BY abs(c.amount) DESC, l.id LIMIT {SHOWN}",
        (key.day, f"{month}-01", key.day, usual, *key.ids),
    )


def investigated(books: Books) -> list[tuple]:
    """(id, kind, bank line, receipt, refund, status) of all investigations, the newest last."""
    return books.rows(
        "SELECT id, kind, bank_line_id, receipt_id, refund_id, status FROM investigation"
        " WHERE kind <> 'other' ORDER BY id"
    )
