"""Refunds, files for the bank and mandates by keyboard: made, one part taken out, cancelled, revoked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.builders import TODAY, clerk, issued
from tests.screens.test_payments import SQLITE, ask, clean_books, on_account, press, shown
from tui_billing.models.door import open_books
from tui_billing.services.credit import credit
from tui_billing.services.mandates import MandateCard, add_mandate
from tui_billing.services.receive import Payment, receive
from tui_billing.services.refunds import Refund, Source, refund
from tui_billing.services.settings import change_company
from tui_billing.widgets.key_bar import KeyBar, rows_of

IBAN = "DE89370400440532013000"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@SQLITE
async def test_money_on_account_is_paid_back_and_put_into_a_file(
    workstation: Callable[..., Any], firm_url: str
) -> None:
    on_account(firm_url)
    async with workstation() as hand:
        await press(hand, "3", "r")
        assert hand.app.screen.title_words() == "REFUND  ACME ACME Industries"
        assert hand.app.screen.field("amount").value == "300.00"
        await press(hand, "ctrl+u", *"400", "enter", *IBAN, "ctrl+s")
        assert "300.00 EUR is left; type that or less" in hand.said
        await press(hand, "ctrl+u", *"40", "enter", *"00", "ctrl+s")
        assert "IBAN" in hand.said and hand.app.screen.focused is hand.app.screen.field("iban")
        await press(hand, "ctrl+u", *IBAN, "enter", "enter", *"twice", "ctrl+s")
        assert hand.said == f"pay 40.00 EUR back to ACME, {IBAN}: Enter posts it"
        await press(hand, "enter")
        assert hand.said == "refund 1: 40.00 EUR to ACME"
        assert ask(firm_url, "SELECT open FROM receipt") == [(260_00,)]
        await press(hand, "g", "f")
        assert "1 of 1 chosen   40.00 EUR" in hand.row("#sums") and "twice" in hand.row("#refunds")
        await press(hand, "ctrl+s")
        assert hand.said == "pay 1 refunds, 40.00 EUR, on 25/11/26: Enter makes the file"
        await press(hand, "enter")
        assert hand.said.startswith("order 1: 1 refunds, 40.00 EUR on 2026-11-25: ")
        await shown(hand, "#refunds", "in file 1")
        await press(hand, "v")
        assert hand.said == "refund 1 is in file 1; o shows it, v there takes it out"
        await press(hand, "o", "enter")
        await shown(hand, "#parts", "with the bank")
        await press(hand, "v", "enter")
        assert "type why it is taken out" in hand.said
        await press(hand, *"AC04", "enter")
        assert hand.said == "refund 1 is taken out of the file; it can be in another one"
        await shown(hand, "#parts", "taken out")
        await press(hand, "v")
        assert hand.said == "refund 1 is taken out; there is nothing to take out"
        await press(hand, "escape", "escape")
        await shown(hand, "#sums", "1 of 1 chosen")
        await press(hand, "space", "ctrl+s")
        assert hand.said == "nothing is chosen; Space chooses a row"
        await press(hand, "v", *"not due", "enter")
        assert hand.said == "refund 1 is taken back"
        await shown(hand, "#refunds", "no refund waits")
    assert ask(firm_url, "SELECT open FROM receipt") == [(300_00,)]
    clean_books(firm_url)


@SQLITE
async def test_what_no_file_can_pay_says_why(workstation: Callable[..., Any], firm_url: str) -> None:
    books = open_books(firm_url)
    refund(books, clerk(), Refund("ACME", (Source("payment", on_account(firm_url), 40_00),), payee="[/b]A\x1b[31m"))
    books.shut()
    async with workstation((120, 40)) as hand:
        await press(hand, "g", "f")
        assert "no IBAN" in hand.row("#refunds") and "0 of 1 chosen   0.00 EUR" in hand.row("#sums")
        await press(hand, "space")
        assert hand.said == "refund 1 cannot be in a file: no IBAN"


@SQLITE
async def test_what_is_left_of_a_credit_note_is_paid_back(workstation: Callable[..., Any], firm_url: str) -> None:
    books = open_books(firm_url)
    bill = issued(books, "ACME")
    receive(books, clerk(), Payment("ACME", TODAY, 780_00, allocations=[(bill["id"], 780_00)]))
    made = credit(books, clerk("anna", "supervisor"), bill["id"], reason="price")
    books.shut()
    async with workstation() as hand:
        await press(hand, "colon", *made["number"], "enter")
        await hand.settle()
        assert ("p", "pay back") in list(hand.app.screen.keys())
        await press(hand, "p", "ctrl+s", "enter")
        assert hand.said == "refund 1: 780.00 EUR to ACME"
        await press(hand, "p")
        assert hand.said == "! nothing is left of it that could be paid back"
    assert ask(firm_url, "SELECT open FROM invoice WHERE kind = 'credit_note'") == [(0,)]
    clean_books(firm_url)


@SQLITE
async def test_a_file_is_cancelled_and_a_mandate_revoked(workstation: Callable[..., Any], firm_url: str) -> None:
    books = open_books(firm_url)
    change_company(books, clerk("anna", "supervisor"), {"creditor_identifier": "FR72ZZZ123456"})
    issued(books, "ACME", "A10")
    issued(books, "ACME", "B20")
    add_mandate(books, clerk(), MandateCard("ACME", IBAN, TODAY))
    books.shut()
    async with workstation(today=dt.date(2027, 1, 14)) as hand:
        await press(hand, "g", "l", "ctrl+s", "enter")
        assert hand.said.startswith("order 1: 2 debits")
        await press(hand, "o")
        await shown(hand, "#orders", "direct debits")
        await press(hand, "v", "escape")
        assert hand.said == "" and hand.app.screen.focused.id == "orders"
        await press(hand, "v", *"not sent", "enter")
        assert hand.said.startswith("order 1 is cancelled; delete ")
        await shown(hand, "#orders", "cancelled")
        await press(hand, "v")
        assert hand.said == "order 1 was cancelled already"
        await press(hand, "escape")
        await shown(hand, "#collection", "2 of 2 chosen")
        await press(hand, "m", "v")
        assert hand.said == "revoke mandate ACME-1 of ACME: nothing more is collected under it; Enter revokes it"
        await press(hand, "enter")
        assert hand.said == "mandate ACME-1 is revoked"
        await shown(hand, "#mandates", "revoked")
        await press(hand, "v")
        assert hand.said == "mandate ACME-1 was revoked already on 14/01/27"
        await press(hand, "escape")
        await shown(hand, "#collection", "0 of 0 chosen")
        await press(hand, "5", "enter", "v")
        await shown(hand, "#mandates", "ACME-1")
    clean_books(firm_url)


@SQLITE
@pytest.mark.parametrize("language", ["en", "fr"])
async def test_every_key_is_named_at_80_columns(workstation: Callable[..., Any], firm_url: str, language: str) -> None:
    async with workstation(language=language) as hand:
        for keys in ("gl", "gf", "3b"):
            await press(hand, *keys)
            bar = hand.app.screen.query_one("#keys", KeyBar)
            shown = rows_of(bar.keys, 80, hand.app.screen.KEY_ROWS)
            assert [one for row in shown for one in row] == list(bar.keys)
