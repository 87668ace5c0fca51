"""Payment entry, the allocation table and the payment queue, by the keys that a clerk presses."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from textual import events

from tests.builders import TODAY, clerk, issued
from tests.screens.conftest import Hand
from tui_billing.models.door import Books, open_books
from tui_billing.models.tables import BankAccount, BankDetail, BankLine
from tui_billing.models.write import add
from tui_billing.rules.identifiers import payment_reference
from tui_billing.screens.payment_form import split_currency
from tui_billing.services import deposits
from tui_billing.services.clear import Refund, Source, refund
from tui_billing.services.receive import Payment, receive
from tui_billing.services.verify import verify
from tui_billing.widgets.key_bar import KeyBar, rows_of

#: What the three invoices of ACME are for, VAT included.
OPEN = (400_00, 500_00, 700_00)
#: What both engines do alike is tried on one.
SQLITE = pytest.mark.parametrize("firm_url", ["sqlite"], indirect=True)
REF = ["V", "I", "R", "4", "7", "1", "1"]


def bill(url: str, since: int = 7) -> list[str]:
    """Three invoices of ACME, the oldest first; their numbers."""
    books = open_books(url)
    numbers = []
    for month, gross in enumerate(OPEN, since):
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
            values = {
                "date": dt.date(2026, 11, 16),
                "currency": "EUR",
                "fingerprint": f"f{number}",
                "open": line["amount"],
                **line,
            }
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


async def press(hand: Hand, *keys: str) -> None:
    """All keys at once, as a stalled line delivers them: every test is one of typing ahead, too."""
    for key in keys:
        character = {"space": " "}.get(key, key if len(key) == 1 else None)
        hand.app.post_message(events.Key(key, character))
    await hand.settle()


async def shown(hand: Hand, selector: str, text: str) -> None:
    """Wait until a widget shows a text: what no key waits for."""
    for _ in range(200):
        if text in hand.row(selector):
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{text!r} is not in {hand.row(selector)!r}")


ONE_RECEIPT = ["p", *"acme", "enter", *"1250", "enter", *REF, "ctrl+s", "enter"]


def test_the_keys_of_one_receipt_over_three_invoices() -> None:
    assert len(ONE_RECEIPT) <= 20


@pytest.mark.parametrize("at_once", [False, True], ids=["typed", "burst"])
async def test_one_receipt_over_three_invoices(workstation: Callable[..., Any], firm_url: str, at_once: bool) -> None:
    one, two, three = bill(firm_url)
    async with workstation() as hand:
        if at_once:
            await press(hand, *ONE_RECEIPT)
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


@SQLITE
async def test_the_proposal_follows_the_amount_and_the_rest_stays_on_account(
    workstation: Callable[..., Any], firm_url: str
) -> None:
    numbers = bill(firm_url)
    async with workstation(size=(120, 40)) as hand:
        await press(hand, "p", *"acme", "enter", *"=2*300")
        table = hand.app.screen.table
        await asyncio.sleep(0.3)  # the proposal follows when typing pauses
        assert [amount for _id, amount in table.allocations] == [400_00, 200_00]
        assert "stays on account 0.00 EUR" in hand.row("#payment-sums")
        await press(hand, "ctrl+u", *"2000", "ctrl+s")
        assert "on account 400.00" in hand.said
        assert all(number in hand.said for number in numbers)
        await press(hand, "enter")
    assert receipts(firm_url)[0][:2] == (2000_00, 400_00)


@SQLITE
async def test_amounts_by_hand(workstation: Callable[..., Any], firm_url: str) -> None:
    one, _two, three = bill(firm_url)
    async with workstation() as hand:
        await press(hand, "p", *"acme", "enter", *"800", "ctrl+l")
        await press(
            hand, *"100", "down", "space", "down", "space", "up", "up"
        )  # the second: nothing; the third: the rest
        assert hand.app.screen.table.allocations[-1][1] == 700_00
        await press(hand, *"950", "enter")
        assert "only 400.00 EUR" in hand.said
        await press(hand, "escape", *"150", "ctrl+s")
        assert "850.00 is allocated, 800.00 is there" in hand.said
        await press(hand, "home", *"100", "ctrl+s", "enter")
    assert allocated(firm_url) == [(one, 100_00), (three, 700_00)]


@SQLITE
async def test_what_is_wrong_is_said_at_its_field(workstation: Callable[..., Any], firm_url: str) -> None:
    bill(firm_url)
    async with workstation() as hand:
        screen = lambda: hand.app.screen  # noqa: E731
        await press(hand, "p", *"zzz", "enter")
        assert "there is no customer zzz" in screen().field("customer").problem
        for text, sentence in (
            ("0", "more than 0"),
            ("-5", "more than 0"),
            ("1.234", "decimals"),
            ("abc", "abc"),
        ):
            screen().field("amount").show("")
            await press(hand, *text, "enter")
            assert sentence in screen().field("amount").problem, text
            await press(hand, "up")
        await press(hand, "up")
        await press(hand, *"acme", "enter", *"10 usd", "enter")
        assert "ACME is billed in EUR, not in USD" in screen().field("amount").problem
        await press(hand, "ctrl+s")
        assert screen().focused is screen().field("amount")
        await press(hand, "tab", "tab", *"31/2", "tab")
        assert "February" in screen().field("date").problem
        await press(hand, "up", "ctrl+u", *"+3", "tab")
        assert "today or earlier" in screen().field("date").problem
    assert receipts(firm_url) == []


@SQLITE
async def test_several_customers_that_fit_are_shown_and_one_is_chosen(
    workstation: Callable[..., Any], firm_url: str
) -> None:
    async with workstation() as hand:
        await press(hand, "p", *"p", "enter")
        assert hand.app.screen.focused is hand.app.screen.field("customer")
        assert "customers fit" in hand.app.screen.field("customer").problem
        await press(hand, "down", "enter")
        assert hand.app.screen.form.customer is not None
        assert hand.app.screen.focused is hand.app.screen.field("amount")


@SQLITE
async def test_a_form_left_is_offered_again(workstation: Callable[..., Any], firm_url: str) -> None:
    bill(firm_url)
    async with workstation() as hand:
        await press(hand, "p", *"acme", "enter", *"77", "escape")
        await press(hand, "p")
        assert hand.app.screen.field("amount").value == "77.00"
        assert hand.app.screen.form.customer.code == "ACME"
        await press(hand, "ctrl+t", "escape", "p")
        assert hand.app.screen.field("customer").value == ""
    assert receipts(firm_url) == []


async def test_enter_posts_the_best_and_goes_to_the_next(workstation: Callable[..., Any], firm_url: str) -> None:
    one, two, three = bill(firm_url)
    on_account(firm_url)
    put(
        firm_url,
        {"amount": 500_00, "text": f"VIR {two.replace('-', ' ')}", "payer": "ACME INDUSTRIES SAS"},
        {"amount": -12_00, "text": "FEES"},
        {"amount": 50_00, "text": f"REF {payment_reference(three)}", "payer": "[red]\x1b[31mX", "date": TODAY},
    )
    async with workstation(size=(120, 40)) as hand:
        await press(hand, "3")
        await shown(hand, "#foot", "4 left to allocate: 838.00 EUR")
        await press(hand, "enter")
        assert "too little speaks for it" in hand.said and allocated(firm_url) == []
        await press(hand, "plus", "enter")
        assert hand.said == f"allocated: {one}"
        assert f"{two} in the text" in "\n".join(hand.app.screen.pane.lines)
        await press(hand, "enter")
        assert hand.said == f"received 500.00 EUR from ACME: {two}"
        await press(hand, "enter")
        assert "this money went out" in hand.said
        await press(hand, "a", "enter")
        await shown(hand, "#foot", "1 left to allocate: 50.00 EUR · done now: 3")
        assert "\x1b" not in hand.row("#queue") and "[red]" in hand.row("#queue")
        assert "ACME · ACME Industries" in "\n".join(hand.app.screen.pane.lines)
        await press(hand, "enter")
        await shown(hand, "#foot", "nothing is left")
        assert "all is allocated" in hand.row("#queue")
    assert allocated(firm_url) == [(one, 300_00), (two, 500_00), (three, 50_00)]
    assert ask(firm_url, "SELECT kind, account FROM clearing WHERE amount < 0") == [("charge", "627000")]
    clean_books(firm_url)


async def test_what_was_posted_is_taken_back_and_its_row_is_there_again(
    workstation: Callable[..., Any], firm_url: str
) -> None:
    one, *_rest = bill(firm_url)
    on_account(firm_url)
    put(firm_url, {"amount": 400_00, "text": f"{one}", "payer": "ACME INDUSTRIES"}, {"amount": 1_00, "text": "later"})
    balances = (
        "SELECT number, open, open_base FROM invoice ORDER BY id",
        "SELECT id, open, open_base FROM receipt WHERE reversed_on IS NULL ORDER BY id",
        "SELECT id, open, status FROM bank_line ORDER BY id",
        "SELECT l.account, sum(l.debit) - sum(l.credit) FROM posting_line l GROUP BY l.account ORDER BY l.account",
    )
    before = [ask(firm_url, sql) for sql in balances]
    async with workstation() as hand:
        await press(hand, "3", "plus", "enter")
        assert hand.said == f"allocated: {one}" and [ask(firm_url, sql) for sql in balances] != before
        await press(hand, "u")
        assert hand.said == f"taken back: allocated: {one}"
        assert [ask(firm_url, sql) for sql in balances] == before
        assert allocated(firm_url) == [(one, 300_00), (one, -300_00)]
        await press(hand, "down", "enter")
        assert ask(firm_url, "SELECT status FROM bank_line WHERE id = 1") == [("matched",)]
        assert hand.app.screen.waiting.text == "later"
        await press(hand, "u")
        assert hand.said == f"taken back: received 400.00 EUR from ACME: {one}"
        now = [ask(firm_url, sql) for sql in balances]
        assert now[:3] == before[:3] and [row for row in now[3] if row[1]] == [row for row in before[3] if row[1]]
        assert hand.app.screen.waiting.text == one
    assert ask(firm_url, "SELECT status FROM bank_line WHERE id = 1") == [("unmatched",)]
    assert sum(amount for _number, amount in allocated(firm_url)) == 0
    clean_books(firm_url)


@SQLITE
async def test_what_fits_several_items_is_chosen_and_not_guessed(
    workstation: Callable[..., Any], firm_url: str
) -> None:
    one, *_rest = bill(firm_url)
    again = bill(firm_url, 9)[0]
    put(firm_url, {"amount": 400_00, "text": "VIR", "payer": "ACME INDUSTRIES"})
    for keys, paid in (
        (("plus", "enter"), one),
        (("plus", "plus", "enter"), again),
        (("right", "down", "enter"), again),
    ):
        async with workstation(size=(120, 40)) as hand:
            await press(hand, "3", "enter")
            assert "1 more fit as well" in hand.said
            await press(hand, *keys)
            assert hand.said == f"received 400.00 EUR from ACME: {paid}"
            await press(hand, "u")
    clean_books(firm_url)


@SQLITE
async def test_the_rest_is_written_off_with_a_reason(workstation: Callable[..., Any], firm_url: str) -> None:
    one, *_rest = bill(firm_url)
    put(firm_url, {"amount": 398_00, "text": one, "payer": "ACME INDUSTRIES"})
    async with workstation(size=(120, 40)) as hand:
        await press(hand, "3", "w", *"rou", "enter")
        assert "2.00 EUR written off: rounding" in hand.said
        await press(hand, "u")
    put(firm_url, {"amount": 360_00, "text": one, "payer": "ACME INDUSTRIES", "fingerprint": "other"})
    async with workstation(size=(120, 40)) as hand:
        await press(hand, "3", "down", "w", *"zz", "enter")
        assert "no reason to write off" in hand.said
        await press(hand, "backspace", "backspace", *"good", "enter")
        assert "a clerk gives up 10.00 EUR at most" in hand.said and hand.app.screen.waiting.left == 360_00
    assert ask(firm_url, "SELECT sum(amount) FROM allocation") == [(0,)]
    clean_books(firm_url)


@SQLITE
async def test_a_booked_entry_is_posted_transaction_by_transaction(
    workstation: Callable[..., Any], firm_url: str
) -> None:
    one, two, _three = bill(firm_url)
    put(firm_url, {"amount": 933_33, "text": "REMISE"}, {"amount": 1_00, "text": "later"})
    books = open_books(firm_url)
    with books.write():
        for position, (amount, text, payer) in enumerate(
            ((400_00, one, "ACME INDUSTRIES"), (33_33, "?", "NOBODY"), (500_00, two, "ACME INDUSTRIES")), 1
        ):
            values = {"amount": amount, "currency": "EUR", "text": text, "payer": payer}
            add(BankDetail, bank_line_id=1, position=position, **values)
    books.shut()
    async with workstation(size=(120, 40)) as hand:
        await press(hand, "3", "plus")
        assert "the transactions are posted each by itself" in hand.said
        told = "\n".join(hand.app.screen.pane.lines)
        assert "Enter posts 2 of 3 transactions" in told and "NOBODY stays open" in told
        assert f"400.00 ACME · {one}" in told and f"500.00 ACME · {two}" in told
        await press(hand, "enter")
        assert hand.said == "2 of 3 transactions posted · 33.33 EUR of the line stays open"
        await shown(hand, "#foot", "done now: 1, 900.00 EUR")
        assert hand.app.screen.waiting.text == "later"
        assert allocated(firm_url) == [(one, 400_00), (two, 500_00)]
        await press(hand, "u")
        assert hand.app.screen.waiting.left == 933_33
    assert ask(firm_url, "SELECT sum(amount) FROM allocation") == [(0,)]
    clean_books(firm_url)


@SQLITE
async def test_a_payment_that_bounced_is_open_again(workstation: Callable[..., Any], firm_url: str) -> None:
    one, *_rest = bill(firm_url)
    put(
        firm_url,
        {"amount": 400_00, "text": one, "payer": "ACME INDUSTRIES"},
        {"amount": -400_00, "text": "REJET PRLV ACME INDUSTRIES", "date": TODAY},
    )
    async with workstation(size=(120, 40)) as hand:
        await press(hand, "3", "enter", "r", *"AM04", "enter")
        assert "returned" in hand.said
    assert ask(firm_url, "SELECT open FROM invoice WHERE number = '" + one + "'") == [(400_00,)]
    assert ask(firm_url, "SELECT count(*) FROM bank_line WHERE open <> 0") == [(0,)]
    clean_books(firm_url)


@SQLITE
async def test_which_payment_bounced_is_chosen_where_several_fit(
    workstation: Callable[..., Any], firm_url: str
) -> None:
    bill(firm_url)
    old, new = on_account(firm_url), on_account(firm_url)
    put(firm_url, {"amount": -300_00, "text": "REJET", "date": TODAY})
    async with workstation(size=(120, 40)) as hand:
        await press(hand, "3", "end", "r")
        while hand.app.screen.waiting.left > 0:
            await press(hand, "up")
        await press(hand, "r")
        assert hand.said.startswith("2 payments fit alike: + chooses, then r · ACME ")
        await press(hand, "plus", "plus", "r", *"AM04", "enter")
        assert hand.said == "payment of 300.00 EUR returned"
    assert ask(firm_url, "SELECT id FROM receipt WHERE reversed_on IS NOT NULL") == [(min(old, new),)]
    clean_books(firm_url)


@SQLITE
@pytest.mark.parametrize("language", ["en", "fr"])
async def test_every_key_of_the_queue_is_named_at_80_columns(
    workstation: Callable[..., Any], firm_url: str, language: str
) -> None:
    bill(firm_url)
    on_account(firm_url)
    put(firm_url, {"amount": 12_00, "text": "?"}, {"amount": -12_00, "text": "FRAIS", "date": TODAY})
    async with workstation(language=language) as hand:
        await press(hand, "3")
        for _row in range(3):
            await asyncio.sleep(0.2)  # the names follow where the cursor rests
            screen = hand.app.screen
            needed = [name for name, _word in screen.keys() if not name.isdigit()]  # noqa: SIM118 (no dictionary)
            shown = rows_of(screen.query_one("#keys", KeyBar).keys, 80, screen.KEY_ROWS)
            assert [name for row in shown for name, _word in row][1 : len(needed)] == needed[1:]
            await press(hand, "down")


@SQLITE
async def test_a_line_booked_elsewhere_is_set_aside(workstation: Callable[..., Any], firm_url: str) -> None:
    put(firm_url, {"amount": 33_33, "text": "TAX REFUND", "payer": "DGFIP"})
    async with workstation() as hand:
        await press(hand, "3", "z", "enter")
        assert "type why the line is set aside" in hand.said
        await press(hand, *"tax", "enter")
        assert "33.33 EUR set aside" in hand.said
    assert ask(firm_url, "SELECT kind, reason FROM clearing") == [("ignored", "tax")]
    clean_books(firm_url)


@SQLITE
async def test_a_bank_line_of_nobody_is_kept_for_the_customer_that_is_typed(
    workstation: Callable[..., Any], firm_url: str
) -> None:
    bill(firm_url)
    put(firm_url, {"amount": 33_33, "text": "?", "payer": "UNKNOWN"})
    async with workstation() as hand:
        await press(hand, "3", "enter")
        assert "nobody is known" in hand.said
        await press(hand, "k")
        await press(hand, *"nobody", "enter")
        assert "there is no customer nobody" in hand.said
        await press(hand, *["backspace"] * 6)
        await press(hand, *"acme", "enter")
        assert "receive 33.33 EUR from ACME" in hand.said and "on account" in hand.said
        await press(hand, "enter")
    assert receipts(firm_url) == [(33_33, 33_33, "?", "UNKNOWN")]
    assert allocated(firm_url) == []


@SQLITE
async def test_a_receipt_is_reversed_with_a_reason(workstation: Callable[..., Any], firm_url: str) -> None:
    key = on_account(firm_url)
    async with workstation() as hand:
        await press(hand, "3", "v", "enter")
        assert "needs a reason" in hand.said
        await press(hand, *"bounced", "enter")
        await press(hand, "enter")
        assert "reversed" in hand.said
    assert ask(firm_url, f"SELECT reversal_reason FROM receipt WHERE id = {key}") == [("bounced",)]


@SQLITE
async def test_a_bank_line_fills_the_form_and_its_amount_stands(workstation: Callable[..., Any], firm_url: str) -> None:
    _one, two, _three = bill(firm_url)
    put(firm_url, {"amount": 90_00, "text": two, "payer": "ACME INDUSTRIES"})
    async with workstation() as hand:
        await press(hand, "3", "p")
        form = hand.app.screen
        assert [form.field(name).value for name in ("customer", "amount", "reference", "payer")] == [
            "ACME",
            "90.00",
            two,
            "ACME INDUSTRIES",
        ]
        await press(hand, "up")
        form.field("amount").show("91")
        await press(hand, "enter")
        assert "bank line's amount" in form.field("amount").problem
        form.field("amount").show("90")
        await press(hand, "up", "ctrl+s", "enter")
        assert "received 90.00 EUR" in hand.said
    assert ask(firm_url, "SELECT status FROM bank_line") == [("matched",)]


@SQLITE
async def test_free_amounts_for_a_receipt(workstation: Callable[..., Any], firm_url: str) -> None:
    one, two, _three = bill(firm_url)
    on_account(firm_url)
    async with workstation() as hand:
        await press(hand, "3", "s", *"120", "down", *"80", "ctrl+s")
        assert "allocate" in hand.said
        await press(hand, "enter")
        await hand.settle()
        assert "allocated" in hand.said
    assert allocated(firm_url) == [(one, 120_00), (two, 80_00)]


def test_a_currency_beside_the_amount() -> None:
    assert split_currency("1250") == ("1250", "")
    assert split_currency("1250 usd") == ("1250", "USD")
    assert split_currency("usd 1,250.00") == ("1,250.00", "USD")
    assert split_currency("12€") == ("12", "EUR")
    assert split_currency("=3*45.5") == ("=3*45.5", "")


@SQLITE
async def test_a_proposal_read_while_the_screen_goes_away_is_shown_nowhere(
    workstation: Callable[..., Any], firm_url: str
) -> None:
    bill(firm_url)
    put(firm_url, {"amount": 400_00, "text": "rent", "payer": "ACME"})
    async with workstation() as hand:
        await hand.keys("3")
        screen = hand.app.screen
        assert screen.waiting is not None
        await screen.pane.remove()  # its parts go one after the other
        assert await screen.read_proposal() is not None
        await screen.table.remove()
        assert screen.waiting is None and await screen.read_proposal() is None


@SQLITE
async def test_a_deposit_slip_is_the_first_suggestion_for_its_line(
    workstation: Callable[..., Any], firm_url: str
) -> None:
    bill(firm_url)
    books = open_books(firm_url)
    tape = deposits.begin(books, clerk(), reference="B-7")
    for entry in ("400 ACME", "300 ACME"):
        tape = deposits.enter(books, clerk(), tape.id, entry)
    deposits.state_slip(books, clerk(), tape.id, count=2, total=700_00)
    deposits.post(books, clerk(), tape.id)
    books.shut()
    put(firm_url, {"amount": 700_00, "text": "REMISE CHEQUES", "date": TODAY})
    async with workstation() as hand:
        await press(hand, "3")
        told = "\n".join(hand.app.screen.pane.lines)
        assert "→ 1 deposit slip of 25/11/26, 2 entries · B-7" in told and "· count and total equal" in told
        await press(hand, "enter")
        assert hand.said == "700.00 EUR linked: deposit slip of 25/11/26, 2 entries · B-7"
        assert ask(firm_url, "SELECT open FROM bank_line") == [(0,)]
        await press(hand, "u")
        assert hand.app.screen.waiting.left == 700_00
    assert ask(firm_url, "SELECT count(*) FROM receipt WHERE reversed_on IS NULL") == [(2,)]
    clean_books(firm_url)


@SQLITE
async def test_a_refund_is_linked_with_the_debit_that_paid_it(workstation: Callable[..., Any], firm_url: str) -> None:
    books = open_books(firm_url)
    refund(books, clerk(), Refund("ACME", (Source("payment", on_account(firm_url), 40_00),)))
    books.shut()
    put(firm_url, {"amount": -40_00, "text": "VIR EMIS", "payer": "ACME INDUSTRIES", "date": TODAY})
    async with workstation(size=(120, 40)) as hand:
        await press(hand, "3", "end")
        while hand.app.screen.waiting.left > 0:
            await press(hand, "up")
        await press(hand, "enter")
        assert hand.said == "-40.00 EUR linked: refund to ACME ACME Industries of 25/11/26"
    assert ask(firm_url, "SELECT open FROM bank_line") == [(0,)]
    clean_books(firm_url)
