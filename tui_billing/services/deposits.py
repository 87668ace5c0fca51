"""Cheques and remittances as an adding machine takes them: a tape that nothing is lost from, posted with its slip.

The tape lies in the books from the first entry (`deposit`, `deposit_item`); an entry that was struck stays on it.
It posts when count and total are those of the slip and every entry has its customer: each entry becomes a receipt
that settles the invoice it names, else the oldest due. Amounts are minor units of the slip's currency.
"""

from __future__ import annotations

import datetime as dt
import itertools
import time
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries import facts
from tui_billing.models.tables import Deposit, DepositItem
from tui_billing.models.write import add, change
from tui_billing.rules.content import LIMITS
from tui_billing.rules.money import plain, within_limit
from tui_billing.rules.problem import NotFound, Problem, Refused
from tui_billing.rules.tape import Item, Tape, parse_entry
from tui_billing.rules.text import clean, quote
from tui_billing.services.balances import locked
from tui_billing.services.bank_lines import lock_line
from tui_billing.services.batch import CHUNK_SECONDS
from tui_billing.services.context import Context, Work, company, transact
from tui_billing.services.drafts import this_process
from tui_billing.services.line_links import link_in
from tui_billing.services.receive import Payment, open_items, propose, receive_in

CHEQUE = "20"  # UNTDID 4461
#: A chunk of a posting holds so many entries, however slow the disk is.
AT_LEAST = 10


_TAPE = (
    "SELECT d.id, d.date, d.reference, d.currency, d.stated_count, d.stated_total, d.status, o.login"
    " FROM deposit d JOIN operator o ON o.id = d.operator_id"
)


def read_tape(books: Books, deposit_id: int) -> Tape:
    """A deposit with its tape; `NotFound` where there is none."""
    row = books.row(f"{_TAPE} WHERE d.id = ?", (deposit_id,))
    if row is None:
        raise NotFound("there is no deposit {id}; list them with: tui-billing deposit list", id=deposit_id)
    return _tape(books, row)


def _tape(books: Books, row: tuple[Any, ...]) -> Tape:
    items = books.rows(
        "SELECT t.position, t.typed, t.amount, coalesce(c.code, ''), coalesce(c.name, ''), t.reference, t.struck,"
        " t.receipt_id FROM deposit_item t LEFT JOIN customer c ON c.id = t.customer_id WHERE t.deposit_id = ?"
        " ORDER BY t.position",
        (row[0],),
    )
    told: list[Any] = [(*item[:6], bool(item[6]), item[7]) for item in items]
    values: Any = (row[0], dt.date.fromisoformat(row[1]), *row[2:], tuple(Item(*each) for each in told))
    return Tape(*values)


def tapes(books: Books, limit: int = 200) -> list[Tape]:
    """Deposits, the newest first, those that were dropped left out."""
    rows = books.rows(f"{_TAPE} WHERE d.status <> 'dropped' ORDER BY d.date DESC, d.id DESC LIMIT ?", (limit,))
    return [_tape(books, row) for row in rows]


def open_tape(books: Books, operator: str) -> Tape | None:
    """The deposit that an operator has begun and not posted, the newest; None where there is none."""
    row = books.row(f"{_TAPE} WHERE d.status = 'draft' AND o.login = ? ORDER BY d.id DESC LIMIT 1", (operator,))
    return None if row is None else _tape(books, row)


# -- while it is typed: drafts, each in the books before the next key acts ------------------------------------


def begin(
    books: Books,
    context: Context,
    *,
    date: dt.date | None = None,
    reference: str = "",
    currency: str = "",
    means: str = CHEQUE,
    bank_account_id: int | None = None,
) -> Tape:
    """An empty tape of the business date, in the books' currency unless told otherwise."""
    reference = clean(reference, LIMITS["reference"], "reference")

    def do(work: Work) -> int:
        return add(
            Deposit,
            bank_account_id=bank_account_id,
            date=_day(work, date or work.today),
            reference=reference,
            means=means,
            currency=(currency or company(books).currency).upper(),
            operator_id=work.operator_id,
            holder=this_process(),
            created_at=work.at,
        )

    return read_tape(books, transact(books, context, "deposit", do, record=False))


def state_slip(
    books: Books,
    context: Context,
    deposit_id: int,
    *,
    count: int | None = None,
    total: int | None = None,
    date: dt.date | None = None,
    reference: str | None = None,
) -> Tape:
    """What the slip says: how many, how much, its day and number; None leaves a value as it is."""

    def do(work: Work) -> None:
        _draft(work, deposit_id)
        values: dict[str, Any] = {}
        if count is not None:
            values["stated_count"] = count
        if total is not None:
            values["stated_total"] = within_limit(total)
        if date is not None:
            values["date"] = _day(work, date)
        if reference is not None:
            values["reference"] = clean(reference, LIMITS["reference"], "reference")
        if values:
            change(Deposit, deposit_id, **values)

    transact(books, context, "deposit", do, record=False)
    return read_tape(books, deposit_id)


def enter(books: Books, context: Context, deposit_id: int, text: str, language: str = "en") -> Tape:
    """Carry out one entry as it was typed (`rules/tape.py`); the tape as it stands then.

    An amount goes onto the tape even where what stands behind it names nobody: the entry waits for its customer.
    """

    def do(work: Work) -> None:
        currency = _draft(work, deposit_id)
        entry = parse_entry(text, language, currency)
        if entry.what == "strike":
            _strike(work, deposit_id, entry.amount, currency)
        elif entry.what == "name":
            _name(work, deposit_id, entry.place, entry.who)
        else:
            try:
                customer, number = _who(books, entry.who)
            except Problem:
                # The amount is on the tape whatever is typed behind it: nothing that was counted is lost.
                customer, number = None, entry.who
            _print(work, deposit_id, text, entry.amount, customer, entry.reference or number)

    transact(books, context, "deposit", do, record=False)
    return read_tape(books, deposit_id)


def drop(books: Books, context: Context, deposit_id: int) -> None:
    """Throw a tape away that was not posted; it is listed no more."""

    def do(work: Work) -> None:
        _draft(work, deposit_id)
        change(Deposit, deposit_id, status="dropped", holder=None)

    transact(books, context, "deposit", do, record=False)


def _draft(work: Work, deposit_id: int) -> str:
    """The currency of a tape that can still be typed on."""
    row = locked(work.books, "deposit", "status, currency", deposit_id)
    if row is None:
        raise NotFound("there is no deposit {id}; list them with: tui-billing deposit list", id=deposit_id)
    if row[0] != "draft":
        raise Refused("this deposit is posted; its tape stands as it is")
    if work.books.row("SELECT 1 FROM deposit_item WHERE deposit_id = ? AND receipt_id IS NOT NULL", (deposit_id,)):
        raise Refused("this deposit is posted in part; post it again to finish it")
    return str(row[1])


def _day(work: Work, day: dt.date) -> dt.date:
    if day > work.today:
        raise Problem("the date of a payment is today or earlier", field="date")
    return day


def _print(work: Work, deposit_id: int, typed: str, amount: int, customer_id: int | None, reference: str) -> None:
    last = work.books.value("SELECT coalesce(max(position), 0) FROM deposit_item WHERE deposit_id = ?", (deposit_id,))
    add(
        DepositItem,
        deposit_id=deposit_id,
        position=int(last) + 1,  # type: ignore[call-overload]
        typed=clean(typed, LIMITS["reference"], "entry"),
        customer_id=customer_id,
        amount=within_limit(amount),
        reference=clean(reference, LIMITS["reference"], "reference"),
        at=work.at,
    )


def _strike(work: Work, deposit_id: int, amount: int, currency: str) -> None:
    """The last standing entry of that amount (of any, for 0) is struck, and stays on the tape."""
    row = work.books.row(
        "SELECT id FROM deposit_item WHERE deposit_id = ? AND struck = 0 AND (amount = ? OR ? = 0)"
        " ORDER BY position DESC LIMIT 1",
        (deposit_id, amount, amount),
    )
    if row is None:
        raise Problem(
            "there is no entry of {amount} {currency} on the tape to take out",
            field="entry",
            amount=plain(amount, currency),
            currency=currency,
        )
    change(DepositItem, row[0], struck=True)


def _name(work: Work, deposit_id: int, place: int, who: str) -> None:
    customer, number = _who(work.books, who)
    where = "position = ?" if place else "customer_id IS NULL AND struck = 0"
    row = work.books.row(
        f"SELECT id, reference FROM deposit_item WHERE deposit_id = ? AND {where} ORDER BY position LIMIT 1",
        (deposit_id, place) if place else (deposit_id,),
    )
    if row is None:
        raise Problem("there is no such entry on the tape to name", field="entry")
    change(DepositItem, row[0], customer_id=customer, reference=row[1] or number)


def _who(books: Books, text: str) -> tuple[int | None, str]:
    """(customer id, invoice number or "") of a code, an invoice's number or counter, or the beginning of a name."""
    word = text.strip()
    if not word:
        return None, ""
    if customer := facts.customer_by_code(books, word):
        return customer.id, ""
    if any(char.isdigit() for char in word):
        rows = books.rows(
            "SELECT customer_id, number FROM invoice WHERE state = 'issued' AND kind = 'invoice' AND (number = ?"
            " OR (counter = ? AND open > 0)) ORDER BY CASE WHEN number = ? THEN 0 ELSE 1 END, id DESC LIMIT 2",
            (word.upper(), int(word) if word.isascii() and word.isdigit() and len(word) < 10 else 0, word.upper()),
        )
        if rows and (rows[0][1] == word.upper() or len(rows) == 1):
            return rows[0]
        if rows:
            raise Problem(
                "{text} is the counter of several invoices; type the whole number", field="entry", text=quote(word)
            )
    found = facts.find_customers(books, word, 2)
    if len(found) == 1:
        return found[0].id, ""
    raise Problem(
        "{text} names no one customer or invoice; type a code, an invoice's number, or nothing and name it later",
        field="entry",
        text=quote(word),
    )


# -- posting ---------------------------------------------------------------------------------------------------


def check(tape: Tape) -> None:
    """Refuse a tape that is not its slip, or that names nobody somewhere."""
    if tape.status != "draft":
        raise Refused("this deposit is posted; its tape stands as it is")
    if not tape.count:
        raise Problem("the tape is empty; type the cheques first", field="entry")
    if not tape.balanced:
        raise Problem(
            "the tape has {count} for {total} {currency}, the slip {slip_count} for {slip_total}; they must be equal",
            field="count" if tape.count != tape.stated_count else "total",
            count=tape.count,
            total=plain(tape.total, tape.currency),
            currency=tape.currency,
            slip_count=tape.stated_count,
            slip_total=plain(tape.stated_total, tape.currency),
        )
    if tape.unnamed:
        raise Problem(
            "entry {place} has no customer; name it with {example}",
            field="entry",
            place=tape.unnamed[0],
            example=f"{tape.unnamed[0]}=ACME",
        )


def post(books: Books, context: Context, deposit_id: int) -> Tape:
    """Post a tape that equals its slip: one receipt an entry, in chunks that hold the gate for a moment each.

    A posting that was broken off is finished by posting again; nothing is posted twice.
    """
    check(read_tape(books, deposit_id))
    for chunk in itertools.count(1):
        own = context.command(f"{context.command_id}:{chunk}")
        if transact(books, own, "deposit", lambda work: _post_some(work, deposit_id)):
            break
    return read_tape(books, deposit_id)


def _post_some(work: Work, deposit_id: int) -> bool:
    """As many entries as fit into a chunk; whether that was the last."""
    books, started = work.books, time.monotonic()
    row = locked(books, "deposit", "status, date, currency, means, bank_account_id, reference", deposit_id)
    assert row is not None
    status, date, currency, means, account, slip = row
    if status != "draft":
        return True
    check(read_tape(books, deposit_id))
    waiting = books.rows(
        "SELECT t.id, c.code, c.id, t.amount, t.reference FROM deposit_item t JOIN customer c ON c.id = t.customer_id"
        " WHERE t.deposit_id = ? AND t.struck = 0 AND t.receipt_id IS NULL ORDER BY t.position",
        (deposit_id,),
    )
    for place, (key, code, customer, amount, reference) in enumerate(waiting, 1):
        payment = Payment(
            code,
            dt.date.fromisoformat(date),
            amount,
            currency,
            reference=reference or slip,
            means=means,
            bank_account_id=account,
            allocations=_settles(books, customer, currency, amount, reference),
        )
        change(DepositItem, key, receipt_id=receive_in(work, payment)["id"])
        if AT_LEAST <= place < len(waiting) and time.monotonic() - started > CHUNK_SECONDS:
            return False
    change(Deposit, deposit_id, status="posted", posted_at=work.at, holder=None)
    tape = read_tape(books, deposit_id)
    label = f"{tape.count} · {plain(tape.total, currency)} {currency} {slip}".strip()
    work.audit("deposit", "deposit", deposit_id, deposit_content(books, deposit_id), label)
    return True


def _settles(books: Books, customer: int, currency: str, amount: int, reference: str) -> list[tuple[int, int]]:
    """The invoice that the entry names first, then the oldest due, until the money is used up."""
    items = open_items(books, customer, currency)
    items.sort(key=lambda item: item.number != reference.strip().upper())
    return propose(items, amount)


def link_deposit(books: Books, context: Context, line_id: int, deposit_id: int) -> dict[str, Any]:
    """Clear the bank line on which a posted deposit was credited; returns {"line", "deposit", "clearings", "open"}."""

    def do(work: Work) -> dict[str, Any]:
        keys: list[int] = []
        for (receipt,) in books.rows(
            "SELECT t.receipt_id FROM deposit_item t JOIN receipt r ON r.id = t.receipt_id AND r.reversed_on IS NULL"
            " WHERE t.deposit_id = ? ORDER BY t.position",
            (deposit_id,),
        ):
            keys += link_in(work, lock_line(work, line_id), receipt)
        if not keys:
            raise Refused("nothing of this deposit waits for a bank line")
        opened = books.value("SELECT open FROM bank_line WHERE id = ?", (line_id,))
        return {"line": line_id, "deposit": deposit_id, "clearings": keys, "open": opened}

    return transact(books, context, "clear", do)


_CONTENT = "date, reference, means, currency, stated_count, stated_total, bank_account_id"
_LINES = "position, typed, customer_id, amount, reference, struck, receipt_id"


def deposit_content(books: Books, deposit_id: int, version: int = 1) -> dict[str, Any]:
    """What the audit chain hashes of a posted deposit: the slip and the whole tape."""
    row = books.row(f"SELECT {_CONTENT} FROM deposit WHERE id = ?", (deposit_id,))
    assert row is not None
    lines = books.rows(f"SELECT {_LINES} FROM deposit_item WHERE deposit_id = ? ORDER BY position", (deposit_id,))
    return {"v": version, **dict(zip(_CONTENT.split(", "), row, strict=True)), "tape": [list(line) for line in lines]}
