"""Matching on the books: suggested, rehearsed, posted, learned, and taken back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.builders import TODAY, clerk, issued
from tui_billing.models.door import Books
from tui_billing.models.queries.bank import bank_line as read_line
from tui_billing.models.tables import BankDetail, BankLine
from tui_billing.models.write import add
from tui_billing.rules.matching.facts import Fact, Standing
from tui_billing.rules.problem import Refused
from tui_billing.services.clear import Take, clear_line, take_back_line
from tui_billing.services.master import CustomerCard, add_customer
from tui_billing.services.matching import (
    line_of,
    post_certain,
    post_details,
    rehearse,
    suggest,
    suggest_details,
    take_of,
)
from tui_billing.services.verify import verify

ACCOUNT = "FR1420041010050500013M02606"


def bank_line(books: Books, amount: int, text: str = "", payer: str = "", iban: str = "", **more: Any) -> int:
    with books.write():
        account = books.value("SELECT min(id) FROM bank_account")
        count = books.value("SELECT count(*) FROM bank_line")
        return add(
            BankLine,
            bank_account_id=account,
            date=more.pop("date", TODAY),
            amount=amount,
            open=amount,
            currency="EUR",
            text=text,
            payer=payer,
            payer_iban=iban,
            fingerprint=f"test {count}",
            **more,
        )


def aliases(books: Books) -> list[tuple]:
    return books.rows("SELECT kind, value, uses FROM payer_alias ORDER BY kind, value")


def test_what_is_certain_is_posted_and_its_payer_is_remembered(books):
    first, second = issued(books, "ACME", "A10 1"), issued(books, "ACME", "C30 1")
    named = bank_line(books, 780_00, f"VIR {first['number']}", "ACME INDUSTRIES", ACCOUNT)
    other = bank_line(books, 123_00, "VIR", "SOMEBODY")
    matched = rehearse(books)
    assert [(one.line_id, one.is_certain) for one in matched] == [(named, True), (other, False)]
    assert books.value("SELECT count(*) FROM clearing") == 0, "a rehearsal writes nothing"
    (done,) = post_certain(books, clerk(), matched)
    assert done["open"] == 0
    assert books.value("SELECT open FROM invoice WHERE id = ?", (first["id"],)) == 0
    assert aliases(books) == [("iban", ACCOUNT, 1), ("name", "acme industries", 1)]
    # Now the account alone tells whose money it is.
    unnamed = bank_line(books, 1_440_60, "VIR", "", ACCOUNT)
    again = {one.line_id: one for one in rehearse(books)}[unnamed]
    assert [share.item.id for share in again.verdict.best.shares] == [second["id"]]
    assert again.is_certain and Fact.IBAN in {fact for fact, _numbers in again.verdict.best.facts}
    assert verify(books) == []
    take_back_line(books, clerk(), named)
    assert aliases(books) == [] and verify(books) == []


def test_one_line_asks_a_fixed_number_of_queries(books, monkeypatch):
    for _ in range(3):
        issued(books, "ACME", "A10 1")
    counted = []
    rows = Books.rows
    monkeypatch.setattr(
        Books, "rows", lambda self, sql, parameters=(): counted.append(sql) or rows(self, sql, parameters)
    )
    row = {"open": 2_340_00, "currency": "EUR", "payer": "ACME INDUSTRIES", "payer_iban": ACCOUNT, "date": TODAY}
    verdict = suggest(books, line_of({**row, "text": "NOS FACTURES F2026-00001 etc"}))
    assert len(counted) <= 11
    assert len(verdict.best.shares) == 3 and verdict.standing == Standing.CLEAR


def test_the_transactions_of_a_batch_are_matched_each_on_its_own(books):
    first, second = issued(books, "ACME", "A10 1"), issued(books, "DUPO", "A10 2", purchase_order="1")
    line = bank_line(books, 780_00 + 1_560_00, "REMISE")
    with books.write():
        for position, (invoice, amount, payer) in enumerate(
            ((first, 780_00, "ACME INDUSTRIES"), (second, 1_560_00, "DUPONT ET FILS")), 1
        ):
            add(
                BankDetail,
                bank_line_id=line,
                position=position,
                amount=amount,
                currency="EUR",
                text=invoice["number"],
                payer=payer,
            )
    matched = rehearse(books)
    assert [(one.position, one.is_certain) for one in matched] == [(1, True), (2, True)]
    post_certain(books, clerk(), matched)
    assert books.value("SELECT open FROM bank_line WHERE id = ?", (line,)) == 0
    assert books.value("SELECT count(DISTINCT customer_id) FROM receipt") == 2
    assert verify(books) == []


def test_a_suggestion_posts_what_it_says(books):
    invoice = issued(books, "ACME", "A10 1", today=TODAY - dt.timedelta(days=3))
    line = bank_line(books, 770_00, invoice["number"], "ACME INDUSTRIES")
    best = next(one for one in rehearse(books) if one.line_id == line).verdict.best
    assert best.shares[0].given_up == 10_00 and best.shares[0].reason_code == "bank_fee"
    clear_line(books, clerk(), take_of(line, best))
    assert books.value("SELECT open FROM invoice WHERE id = ?", (invoice["id"],)) == 0
    assert verify(books) == []


def test_a_payer_is_looked_at_however_many_owe_the_same_amount(firm):
    """Twenty-one customers with an open invoice of the amount stand before the one whose name is the payer's."""
    for number in range(21):
        code = f"M{number:02d}"
        add_customer(firm, clerk(), CustomerCard(code=code, name=f"Maison {code}", country="FR"))
        issued(firm, code, "A10 1")
    add_customer(firm, clerk(), CustomerCard(code="LATE", name="Tardif et Fils", country="FR"))
    halves = {issued(firm, "LATE", f"A10 1 {price}")["id"] for price in (300, 350)}
    row = {"open": 780_00, "currency": "EUR", "payer": "TARDIF ET FILS", "payer_iban": "", "date": TODAY, "text": "VIR"}
    best = suggest(firm, line_of(row)).best
    assert best.customer.code == "LATE" and {share.item.id for share in best.shares} == halves


def batch(books: Books, *details: tuple[int, str, str]) -> int:
    """A booked entry of (amount, text, payer)."""
    line = bank_line(books, sum(amount for amount, _text, _payer in details), "REMISE")
    with books.write():
        for position, (amount, text, payer) in enumerate(details, 1):
            values = {"amount": amount, "currency": "EUR", "text": text, "payer": payer}
            add(BankDetail, bank_line_id=line, position=position, **values)
    return line


def test_of_a_batch_what_is_clear_is_posted_once_and_the_rest_stays_open(books):
    first, second = issued(books, "ACME", "A10 1"), issued(books, "DUPO", "A10 2", purchase_order="1")
    line = batch(
        books,
        (780_00, first["number"], "ACME INDUSTRIES"),
        (33_33, "?", "NOBODY"),
        (1_560_00, second["number"], "DUPONT ET FILS"),
    )
    details = suggest_details(books, read_line(books, line))
    assert [one.may_post for one in details] == [True, False, True]
    assert not any(one.is_certain for one in details)
    context = clerk().command("once")
    done = post_details(books, context, details)
    assert [one["open"] for one in done] == [1_593_33, 33_33]
    assert post_details(books, context, details) == done, "said again, nothing is done again"
    assert books.value("SELECT open FROM bank_line WHERE id = ?", (line,)) == 33_33
    assert books.value("SELECT count(*) FROM receipt") == 2
    assert [one.position for one in suggest_details(books, read_line(books, line))] == [2], "the rest is still that one"
    assert verify(books) == []
    take_back_line(books, clerk(), line)
    assert books.value("SELECT sum(open) FROM invoice") == 2_340_00 and verify(books) == []


def test_two_part_payments_alike_in_one_batch_are_two(books):
    invoice = issued(books, "ACME", "A10 1")
    line = batch(books, *[(100_00, f"acompte {invoice['number']}", "ACME INDUSTRIES")] * 2)
    done = post_details(books, clerk().command("twice"), suggest_details(books, read_line(books, line)))
    assert len(done) == 2 and books.value("SELECT count(*) FROM receipt") == 2
    assert books.value("SELECT open FROM invoice WHERE id = ?", (invoice["id"],)) == 580_00
    assert verify(books) == []


def test_what_is_refused_in_a_batch_stays_and_stops_no_other(books):
    first, second = issued(books, "ACME", "A10 1"), issued(books, "DUPO", "A10 2", purchase_order="1")
    line = batch(books, (780_00, first["number"], "ACME INDUSTRIES"), (1_560_00, second["number"], "DUPONT ET FILS"))
    details = suggest_details(books, read_line(books, line))
    paid = bank_line(books, 780_00, first["number"], "ACME INDUSTRIES")
    clear_line(books, clerk(), take_of(paid, suggest(books, line_of(read_line(books, paid))).best))
    refused, done = post_details(books, clerk().command("late"), details)
    assert "problem" in refused and done["open"] == 780_00
    assert verify(books) == []


def test_what_is_left_of_a_booked_entry_is_still_matched_transaction_by_transaction(books):
    first, second = issued(books, "ACME", "A10 1"), issued(books, "DUPO", "A10 2", purchase_order="1")
    line = batch(
        books,
        (780_00, first["number"], "ACME INDUSTRIES"),
        (33_33, "?", "NOBODY"),
        (1_560_00, "DUPONT ET FILS", "DUPONT ET FILS"),
    )
    rehearsed = rehearse(books)
    post_certain(books, clerk(), [one for one in rehearsed if one.position == 1])
    assert books.rows("SELECT bank_line_id, detail_id FROM clearing") == [(line, 1)]
    again = suggest_details(books, read_line(books, line))
    assert [(one.position, one.amount) for one in again] == [(2, 33_33), (3, 1_560_00)]
    assert [share.item.id for share in again[1].verdict.best.shares] == [second["id"]]
    with pytest.raises(Refused, match="matched meanwhile"):
        clear_line(books, clerk(), take_of(line, rehearsed[0].verdict.best, 780_00, detail=1))
    post_details(books, clerk(), again)
    assert books.value("SELECT open FROM bank_line WHERE id = ?", (line,)) == 33_33
    (left,) = suggest_details(books, read_line(books, line))
    assert (left.position, left.whole) == (2, False)
    assert verify(books) == []
    # Taken back, the transaction waits again; what was cleared by hand says nothing of which it was.
    take_back_line(books, clerk(), line, only=[1])
    assert [one.position for one in suggest_details(books, read_line(books, line))] == [1, 2]
    clear_line(books, clerk(), Take(line, "ACME", amount=10_00))
    assert suggest_details(books, read_line(books, line)) == []
    assert verify(books) == []
