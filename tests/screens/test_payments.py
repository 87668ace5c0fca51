"""Payment entry, the allocation table and the payment queue, by the keys that a clerk presses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from textual import events

from tests.builders import TODAY, clerk, issued
from tests.screens.conftest import Hand
from tui_billing.models.door import Books, open_books
from tui_billing.models.tables import BankAccount, BankLine
from tui_billing.models.write import add
from tui_billing.rules.identifiers import payment_reference
from tui_billing.screens.payment_form import split_currency
from tui_billing.services.receive import Payment, receive
from tui_billing.services.verify import verify

#: What the three invoices of ACME are for, VAT included.
OPEN = (400_00, 500_00, 700_00)
REF = ["V", "I", "R", "4", "7", "1", "1"]


def bill(url: str) -> list[str]:
    """Three invoices of ACME, the oldest first; their numbers."""
    books = open_books(url)
    numbers = []
    for month, gross in enumerate(OPEN, 7):
        day = dt.date(2026, month, 3)
        line = {"item": "A10", "quantity": "1", "unit_price": f"{gross / 120:.6f}", "vat_rate": "20"}
        numbers.append(issued(books, "ACME", line, issue_date=day.isoformat(), today=day)["number"])
    books.shut()
    return numbers


def put(url: str, *lines: dict[str, Any]) -> None:
    """Unmatched bank lines."""
    books = open_books(url)
    with books.write():
        found = BankAccount.select().first()
        account = (
            found.id if found else add(BankAccount, name="Bank", iban="FR1420041010050500013M02606", currency="EUR")
        )
        for number, line in enumerate(lines):
            values = {"date": dt.date(2026, 11, 16), "currency": "EUR", "fingerprint": f"f{number}", **line}
            add(BankLine, bank_account_id=account, **values)
    books.shut()


def on_account(url: str, amount: int = 300_00) -> int:
    books = open_books(url)
    made = receive(books, clerk(), Payment("ACME", dt.date(2026, 11, 10), amount, reference="deposit", allocations=()))
    books.shut()
    return int(made["id"])


def ask(url: str, sql: str) -> list[tuple]:
    books = open_books(url)
    try:
        return books.rows(sql)
    finally:
        books.shut()


def allocated(url: str) -> list[tuple[str, int]]:
    """(number, amount) of every allocation, in the order made."""
    rows = ask(url, "SELECT i.number, a.amount FROM allocation a JOIN invoice i ON i.id = a.invoice_id ORDER BY a.id")
    return [(number, int(amount)) for number, amount in rows]


def receipts(url: str) -> list[tuple]:
    return ask(url, "SELECT amount, open, reference, payer FROM receipt ORDER BY id")


def clean_books(url: str) -> None:
    books: Books = open_books(url)
    assert not [found for found in verify(books) if found]
    books.shut()


async def burst(hand: Hand, keys: Sequence[str]) -> None:
    """All keys at once, as a stalled line delivers them."""
    for key in keys:
        hand.app.post_message(events.Key(key, key if len(key) == 1 else None))
    await hand.settle()


ONE_RECEIPT = ["p", *"acme", "enter", *"1250", "enter", *REF, "ctrl+s", "enter"]


def test_the_keys_of_one_receipt_over_three_invoices() -> None:
    assert len(ONE_RECEIPT) <= 20


@pytest.mark.parametrize("at_once", [False, True], ids=["typed", "burst"])
async def test_one_receipt_over_three_invoices(workstation: Callable[..., Any], firm_url: str, at_once: bool) -> None:
    one, two, three = bill(firm_url)
    async with workstation() as hand:
        if at_once:
            await burst(hand, ONE_RECEIPT)
        else:
            await hand.keys(*ONE_RECEIPT[:-1])
            assert "receive 1,250.00 EUR from ACME" in hand.said and "on account 0.00" in hand.said
            await hand.keys("enter")
        assert hand.said.startswith("received 1,250.00 EUR from ACME")
        assert hand.app.screen.field("customer").value == ""
        await hand.keys("enter", "enter")  # too often pressed: an empty form posts nothing
    assert allocated(firm_url) == [(one, 400_00), (two, 500_00), (three, 350_00)]
    assert receipts(firm_url) == [(1250_00, 0, "VIR4711", "")]
    clean_books(firm_url)


async def test_the_proposal_follows_the_amount_and_the_rest_stays_on_account(
    workstation: Callable[..., Any], firm_url: str
) -> None:
    numbers = bill(firm_url)
    async with workstation(size=(120, 40)) as hand:
        await hand.keys("p", *"acme", "enter", *"=2*300")
        table = hand.app.screen.table
        assert [amount for _id, amount in table.allocations] == [400_00, 200_00]
        assert "stays on account 0.00 EUR" in hand.row("#payment-sums")
        await hand.keys("ctrl+u", *"2000", "ctrl+s")
        assert "on account 400.00" in hand.said
        assert all(number in hand.said for number in numbers)
        await hand.keys("enter")
    assert receipts(firm_url)[0][:2] == (2000_00, 400_00)


async def test_amounts_by_hand(workstation: Callable[..., Any], firm_url: str) -> None:
    one, _two, three = bill(firm_url)
    async with workstation() as hand:
        await hand.keys("p", *"acme", "enter", *"800", "ctrl+l")
        await hand.keys(
            *"100", "down", "space", "down", "space", "up", "up"
        )  # the second: nothing; the third: the rest
        assert hand.app.screen.table.allocations[-1][1] == 700_00
        await hand.keys(*"950", "enter")
        assert "only 400.00 EUR" in hand.said
        await hand.keys("escape", *"150", "ctrl+s")
        assert "850.00 is allocated, 800.00 is there" in hand.said
        await hand.keys("home", *"100", "ctrl+s", "enter")
    assert allocated(firm_url) == [(one, 100_00), (three, 700_00)]


async def test_what_is_wrong_is_said_at_its_field(workstation: Callable[..., Any], firm_url: str) -> None:
    bill(firm_url)
    async with workstation() as hand:
        screen = lambda: hand.app.screen  # noqa: E731
        await hand.keys("p", *"zzz", "enter")
        assert "there is no customer zzz" in screen().field("customer").problem
        for text, sentence in (
            ("0", "more than 0"),
            ("-5", "more than 0"),
            ("1.234", "decimals"),
            ("abc", "abc"),
        ):
            screen().field("amount").show("")
            await hand.type(text)
            assert sentence in screen().field("amount").problem, text
            await hand.keys("up")
        await hand.keys("up")
        await hand.type("acme", "10 usd")
        assert "ACME is billed in EUR, not in USD" in screen().field("amount").problem
        await hand.keys("ctrl+s")
        assert screen().focused is screen().field("amount")
        await hand.keys("tab", *"31/2", "tab")
        assert receipts(firm_url) == []
        await hand.keys("up")
        screen().field("date").show("+3")
        await hand.keys("down")
        assert "today or earlier" in screen().field("date").problem


async def test_several_customers_that_fit_are_shown_and_one_is_chosen(
    workstation: Callable[..., Any], firm_url: str
) -> None:
    async with workstation() as hand:
        await hand.keys("p", *"co", "enter")
        assert hand.app.screen.focused is hand.app.screen.field("customer")
        assert "customers fit" in hand.app.screen.field("customer").problem
        await hand.keys("down", "enter")
        assert hand.app.screen.form.customer is not None
        assert hand.app.screen.focused is hand.app.screen.field("amount")


async def test_a_form_left_is_offered_again(workstation: Callable[..., Any], firm_url: str) -> None:
    bill(firm_url)
    async with workstation() as hand:
        await hand.keys("p", *"acme", "enter", *"77", "escape")
        await hand.keys("p")
        assert hand.app.screen.field("amount").value == "77.00"
        assert hand.app.screen.form.customer.code == "ACME"
        await hand.keys("ctrl+t", "escape", "p")
        assert hand.app.screen.field("customer").value == ""
    assert receipts(firm_url) == []


async def test_two_enters_post_a_row_of_the_queue(workstation: Callable[..., Any], firm_url: str) -> None:
    one, two, three = bill(firm_url)
    on_account(firm_url)
    put(
        firm_url,
        {"amount": 500_00, "text": f"VIR {two.replace('-', ' ')}", "payer": "ACME INDUSTRIES SAS"},
        {"amount": -12_00, "text": "FEES"},
        {"amount": 50_00, "text": f"REF {payment_reference(three)}", "payer": "[red]\x1b[31mX", "date": TODAY},
    )
    async with workstation(size=(120, 40)) as hand:
        await hand.keys("3")
        await hand.settle()
        assert "3 left to allocate: 850.00 EUR" in hand.row("#foot")
        await hand.keys("enter")
        assert f"allocate 300.00 EUR of ACME: {one} 300.00" in hand.said
        await hand.keys("enter", "enter")
        assert f"receive 500.00 EUR from ACME: {two} 500.00" in hand.said
        assert "number in text" in "\n".join(hand.app.screen.pane.lines)
        await hand.keys("enter")
        assert "\x1b" not in hand.row("#queue") and "[red]" in hand.row("#queue")
        await hand.keys("enter", "enter")
        await hand.settle()
        assert "nothing is left" in hand.row("#foot")
        assert "all is allocated" in hand.row("#queue")
    assert allocated(firm_url) == [(one, 300_00), (two, 500_00), (three, 50_00)]
    clean_books(firm_url)


async def test_what_was_posted_is_taken_back(workstation: Callable[..., Any], firm_url: str) -> None:
    one, *_rest = bill(firm_url)
    on_account(firm_url)
    put(firm_url, {"amount": 400_00, "text": f"{one}"})
    async with workstation() as hand:
        await hand.keys("3", "enter", "enter", "u", "enter")
        assert "taken back" in hand.said
        assert allocated(firm_url) == [(one, 300_00), (one, -300_00)]
        await hand.keys("end", "enter", "enter")
        assert ask(firm_url, "SELECT status FROM bank_line") == [("matched",)]
        await hand.keys("u", "enter")
    assert ask(firm_url, "SELECT status FROM bank_line") == [("unmatched",)]
    assert sum(amount for _number, amount in allocated(firm_url)) == 0
    clean_books(firm_url)


async def test_a_bank_line_of_nobody_is_kept_for_the_customer_that_is_typed(
    workstation: Callable[..., Any], firm_url: str
) -> None:
    bill(firm_url)
    put(firm_url, {"amount": 33_33, "text": "?", "payer": "UNKNOWN"})
    async with workstation() as hand:
        await hand.keys("3", "enter")
        assert "nobody is known" in hand.said
        await hand.keys("k")
        await hand.type("nobody")
        assert "there is no customer nobody" in hand.said
        await hand.keys(*["backspace"] * 6)
        await hand.type("acme")
        assert "receive 33.33 EUR from ACME" in hand.said and "on account" in hand.said
        await hand.keys("enter")
    assert receipts(firm_url) == [(33_33, 33_33, "?", "UNKNOWN")]
    assert allocated(firm_url) == []


async def test_a_receipt_is_reversed_with_a_reason(workstation: Callable[..., Any], firm_url: str) -> None:
    key = on_account(firm_url)
    async with workstation() as hand:
        await hand.keys("3", "v", "enter")
        assert "needs a reason" in hand.said
        await hand.type("bounced")
        await hand.keys("enter")
        assert "reversed" in hand.said
    assert ask(firm_url, f"SELECT reversal_reason FROM receipt WHERE id = {key}") == [("bounced",)]


async def test_a_bank_line_fills_the_form_and_its_amount_stands(workstation: Callable[..., Any], firm_url: str) -> None:
    _one, two, _three = bill(firm_url)
    put(firm_url, {"amount": 90_00, "text": two, "payer": "ACME INDUSTRIES"})
    async with workstation() as hand:
        await hand.keys("3", "p")
        form = hand.app.screen
        assert [form.field(name).value for name in ("customer", "amount", "reference", "payer")] == [
            "ACME",
            "90.00",
            two,
            "ACME INDUSTRIES",
        ]
        await hand.keys("up")
        form.field("amount").show("91")
        await hand.keys("enter")
        assert "bank line's amount" in form.field("amount").problem
        form.field("amount").show("90")
        await hand.keys("up", "ctrl+s", "enter")
        assert "received 90.00 EUR" in hand.said
    assert ask(firm_url, "SELECT status FROM bank_line") == [("matched",)]


async def test_free_amounts_for_a_receipt(workstation: Callable[..., Any], firm_url: str) -> None:
    one, two, _three = bill(firm_url)
    on_account(firm_url)
    async with workstation() as hand:
        await hand.keys("3", "s", *"120", "down", *"80", "ctrl+s")
        assert "allocate" in hand.said
        await hand.keys("enter")
        await hand.settle()
        assert "allocated" in hand.said
    assert allocated(firm_url) == [(one, 120_00), (two, 80_00)]


def test_a_currency_beside_the_amount() -> None:
    assert split_currency("1250") == ("1250", "")
    assert split_currency("1250 usd") == ("1250", "USD")
    assert split_currency("usd 1,250.00") == ("1,250.00", "USD")
    assert split_currency("12€") == ("12", "EUR")
    assert split_currency("=3*45.5") == ("=3*45.5", "")
