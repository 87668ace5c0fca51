"""What `verify` proves of money: payments, refunds, deposits, bank lines, the journal and its accounts."""

from __future__ import annotations

from collections.abc import Iterator

from tui_billing.models.door import Books
from tui_billing.rules.journal import BANK, ON_ACCOUNT, RECEIVABLES

#: What is wrong: check, number, sentence.
Fault = tuple[str, str, str]


def _receipts(books: Books) -> Iterator[Fault]:
    """What is open of each payment is its amount less what was settled, paid back or kept; 0 once reversed."""
    for key, opened, wanted in books.rows(
        f"WITH used AS ({_USED}) SELECT r.id, r.open, r.amount - coalesce(u.amount, 0) FROM receipt r"
        " LEFT JOIN used u ON u.receipt_id = r.id WHERE CASE WHEN r.reversed_on IS NULL"
        " THEN r.open <> r.amount - coalesce(u.amount, 0) OR r.open_base <> r.amount_base - coalesce(u.base, 0)"
        " ELSE r.open <> 0 OR r.open_base <> 0 END ORDER BY r.id"
    ):
        yield "receipts", "", f"payment {key}: {opened} is open, its rows say {wanted}"
    for key in _used_after_all(books):
        yield "receipts", "", f"payment {key} is reversed, and settles something all the same"


#: What was used of each payment, by invoices and otherwise.
_USED = (
    "SELECT receipt_id, sum(amount) AS amount, sum(base) AS base FROM (SELECT receipt_id, amount,"
    " amount_base + difference_base AS base FROM allocation WHERE receipt_id IS NOT NULL UNION ALL"
    " SELECT receipt_id, amount, amount_base + difference_base FROM consumption WHERE receipt_id IS NOT NULL) both_kinds"
    " GROUP BY receipt_id"
)


def _used_after_all(books: Books) -> list[int]:
    rows = books.rows(
        "SELECT r.id FROM receipt r WHERE r.reversed_on IS NOT NULL AND ("
        "(SELECT coalesce(sum(amount), 0) FROM allocation a WHERE a.receipt_id = r.id) <> 0"
        " OR (SELECT coalesce(sum(amount), 0) FROM consumption c WHERE c.receipt_id = r.id) <> 0) ORDER BY r.id"
    )
    return [key for (key,) in rows]


def _refunds(books: Books) -> Iterator[Fault]:
    """A refund is what it took from payments and credit notes; one taken back took nothing."""
    for key, amount, base, gone, used, used_base in books.rows(
        "SELECT f.id, f.amount, f.amount_base, f.reversed_on, coalesce(sum(c.amount), 0),"
        " coalesce(sum(c.amount_base), 0) FROM refund f LEFT JOIN consumption c ON c.refund_id = f.id"
        " GROUP BY f.id, f.amount, f.amount_base, f.reversed_on ORDER BY f.id"
    ):
        wanted = (0, 0) if gone else (amount, base)
        if (int(used), int(used_base)) != wanted:
            yield "refunds", "", f"refund {key} is {wanted[0]}, its rows say {int(used)}"


def _deposits(books: Books) -> Iterator[Fault]:
    """A posted deposit is its slip: as many payments, of the same amounts, that add up to what was stated."""
    for key, count, total, entries, amount, receipts in books.rows(
        "SELECT d.id, d.stated_count, d.stated_total, count(t.id), coalesce(sum(t.amount), 0),"
        " coalesce(sum(CASE WHEN r.amount = t.amount THEN 1 ELSE 0 END), 0) FROM deposit d"
        " LEFT JOIN deposit_item t ON t.deposit_id = d.id AND t.struck = 0 LEFT JOIN receipt r ON r.id = t.receipt_id"
        " WHERE d.status = 'posted' GROUP BY d.id, d.stated_count, d.stated_total ORDER BY d.id"
    ):
        if (count, total, count) != (entries, int(amount), int(receipts)):
            yield "deposits", "", f"deposit {key}: its slip says {count} for {total}, its tape otherwise"


def _bank_lines(books: Books) -> Iterator[Fault]:
    """What is open of a bank line is its amount less its clearings, between 0 and the amount; so is its status."""
    for key, opened, status, wanted in books.rows(
        "WITH cleared AS (SELECT bank_line_id, sum(amount) AS amount,"
        " sum(CASE WHEN kind = 'ignored' THEN amount ELSE 0 END) AS aside FROM clearing GROUP BY bank_line_id)"
        " SELECT b.id, b.open, b.status, b.amount - coalesce(c.amount, 0) FROM bank_line b"
        " LEFT JOIN cleared c ON c.bank_line_id = b.id WHERE b.open <> b.amount - coalesce(c.amount, 0)"
        " OR (b.amount > 0 AND (b.open < 0 OR b.open > b.amount))"
        " OR (b.amount < 0 AND (b.open > 0 OR b.open < b.amount))"
        " OR (b.amount <> 0 AND b.status <> CASE WHEN b.open <> 0 THEN 'unmatched'"
        " WHEN coalesce(c.aside, 0) = b.amount THEN 'ignored' ELSE 'matched' END) ORDER BY b.id"
    ):
        yield "bank lines", "", f"bank line {key}: {opened} of it is open ({status}), its rows say {wanted}"


def _journal(books: Books) -> Iterator[Fault]:
    """Each posting balances in the books' currency and in the document's."""
    for key, text, debit, credit, amount in books.rows(
        "SELECT p.id, p.text, sum(l.debit), sum(l.credit), sum(l.amount) FROM posting p"
        " JOIN posting_line l ON l.posting_id = p.id GROUP BY p.id, p.text"
        " HAVING sum(l.debit) <> sum(l.credit) OR sum(l.amount) <> 0"
    ):
        yield ("journal", str(text), f"posting {key}: debit {debit}, credit {credit}, document amounts {amount}")
    for number, key in books.rows(
        "SELECT number, id FROM invoice i WHERE state = 'issued' AND payable <> 0 AND NOT EXISTS"
        " (SELECT 1 FROM posting p WHERE p.entity = 'invoice' AND p.entity_id = i.id)"
    ):
        yield "journal", number, f"{number} (document {key}) has no posting"


def _ledger(books: Books) -> Iterator[Fault]:
    """Receivables in the journal are the open documents, payments on account the open receipts, the banks what
    came in and went out."""
    banks = "SELECT account FROM bank_account UNION SELECT '" + BANK + "'"
    for where, sql, what in (
        (
            f"account = '{RECEIVABLES}'",
            "SELECT coalesce(sum(CASE WHEN kind = 'credit_note' THEN -open_base ELSE open_base END), 0)"
            " FROM invoice WHERE state = 'issued'",
            "open documents",
        ),
        (f"account = '{ON_ACCOUNT}'", "SELECT coalesce(-sum(open_base), 0) FROM receipt", "open payments"),
        (
            f"account IN ({banks})",
            "SELECT (SELECT coalesce(sum(amount_base), 0) FROM receipt WHERE reversed_on IS NULL)"
            " - (SELECT coalesce(sum(amount_base), 0) FROM refund WHERE reversed_on IS NULL)"
            " + (SELECT coalesce(sum(l.debit - l.credit), 0) FROM posting p JOIN posting_line l ON l.posting_id = p.id"
            f" WHERE p.entity = 'clearing' AND l.account IN ({banks}))",
            "payments, refunds and charges",
        ),
    ):
        booked = books.value(f"SELECT coalesce(sum(debit - credit), 0) FROM posting_line WHERE {where}")
        told = books.value(sql)
        if int(booked) != int(told):  # type: ignore[call-overload]
            account = where.partition("'")[2].partition("'")[0] if " = " in where else BANK
            yield "ledger", "", f"account {account} holds {booked}, the {what} add up to {told}"


#: Each finds what is wrong of its part.
MONEY = (_receipts, _refunds, _deposits, _bank_lines, _journal, _ledger)
