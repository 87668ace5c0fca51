"""`w` in the allocation table: the terms' discount, a fee, a rounding, nothing; and what is posted of it."""

from __future__ import annotations

import pytest

from tests.builders import TODAY, clerk, issued
from tests.screens.test_payments import shown
from tui_billing.models.door import open_books
from tui_billing.services import receive
from tui_billing.services.verify import verify

SQLITE = pytest.mark.parametrize("firm_url", ["sqlite"], indirect=True)


def bill(url, terms="30 -2%/10"):
    books = open_books(url)
    with books.write():
        books.db.execute_sql(books.sql("UPDATE customer SET terms = ? WHERE code = 'ACME'"), (terms,))
    done = issued(books)["id"]
    books.shut()
    return done


@SQLITE
async def test_the_discount_of_the_terms(workstation, firm_url):
    invoice = bill(firm_url)
    async with workstation() as hand:
        await hand.settle()
        await hand.keys("p")
        await hand.type("acme", "764.40")
        await shown(hand, "#items", "(15.60)")
        await hand.keys("ctrl+l", "w")
        await shown(hand, "#items", "15.60 %")
        await hand.settle()
        assert "early-payment discount" in hand.said
        await hand.keys("ctrl+s")
        await hand.keys("enter")
        await hand.settle()
        assert "received 764.40" in hand.said
    books = open_books(firm_url)
    assert books.row("SELECT open, written_off FROM invoice WHERE id = ?", (invoice,)) == (0, 0)
    assert books.value("SELECT sum(debit) FROM posting_line WHERE account = '665000'") == 1300
    assert verify(books) == []
    books.shut()


@SQLITE
async def test_a_rounding_and_a_change_of_mind(workstation, firm_url):
    invoice = bill(firm_url, "30")
    async with workstation() as hand:
        await hand.settle()
        await hand.keys("p")
        await hand.type("acme", "779.98")
        await hand.keys("ctrl+l", "w")
        await shown(hand, "#items", "0.02 -")
        await hand.keys("w")
        await shown(hand, "#items", "0.02 ~")
        await hand.keys("w")
        await hand.settle()
        assert "nothing is given up" in hand.said and "~" not in hand.row("#items")
        await hand.keys("w", "w", "ctrl+s")
        await hand.keys("enter")
        await hand.settle()
        assert "received 779.98" in hand.said
    books = open_books(firm_url)
    assert books.value("SELECT open FROM invoice WHERE id = ?", (invoice,)) == 0
    assert books.rows("SELECT reason_code FROM allocation WHERE kind = 'write_off'") == [("rounding",)]
    books.shut()


@SQLITE
async def test_on_a_receipt_that_stands_on_account_and_back(workstation, firm_url):
    invoice = bill(firm_url)
    books = open_books(firm_url)
    receive.receive(books, clerk(), receive.Payment("ACME", TODAY, 76440, allocations=()))
    books.shut()
    async with workstation() as hand:
        await hand.settle()
        await hand.keys("3")
        await hand.settle()
        await hand.keys("s")
        await hand.settle()
        await hand.keys("w", "ctrl+s", "enter")
        await hand.settle()
        books = open_books(firm_url)
        assert books.value("SELECT open FROM invoice WHERE id = ?", (invoice,)) == 0
        await hand.keys("u")
        await hand.settle()
        assert books.value("SELECT open FROM invoice WHERE id = ?", (invoice,)) == 78000
        assert verify(books) == []
        books.shut()
