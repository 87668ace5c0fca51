"""Orders, delivery notes and contracts by keyboard: entered, changed, closed, from a file; drafts are not lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import TODAY, clerk
from tests.services.test_match import order
from tui_billing.models.door import open_books
from tui_billing.rules.sources import source_from_json
from tui_billing.screens.source_entry import SourceEntryScreen
from tui_billing.services.sources import add_source


def rows(url, sql):
    books = open_books(url)
    try:
        return books.rows(sql)
    finally:
        books.shut()


@pytest.mark.parametrize("firm_url", ["sqlite"], indirect=True)
async def test_an_order_a_delivery_and_a_contract_are_entered_by_keyboard(workstation, firm_url):
    async with workstation(size=(100, 30)) as hand:
        await hand.keys("g", "r", "f6")
        await hand.type("acme", "45001", "a10 5 @600 -10%", "b20 10", "2 ; pallet")
        assert "net 2,700.00 EUR" in hand.row("#sums")
        await hand.keys("f2")
        await hand.settle()
        assert "-16.9 %" in hand.row("#explain")  # 540 of 650
        await hand.keys("escape")
        await hand.keys("ctrl+s")
        assert "enter order 45001 of ACME · 3 lines" in hand.said
        await hand.keys("enter")
        assert hand.said == "45001 of ACME is entered"
        await hand.keys("escape")
        await hand.settle()
        assert "45001" in hand.row("#list") and "open" in hand.row("#list")
        await hand.keys("l")
        await hand.settle()
        assert "pallet" in hand.row("#grid")
        await hand.type("BL-1")
        await hand.keys("up", "up", "enter")  # the second line: fewer came
        await hand.keys("ctrl+u")
        await hand.type("b20 4")
        await hand.keys("ctrl+s", "enter")
        assert hand.said == "BL-1 of ACME is entered"
        await hand.keys("escape", "g", "k", "f6")
        await hand.type("acme", "C-1", "Frame", "", "", "2.5", "", "", "a10 100 @590")
        await hand.keys("ctrl+s", "enter")
        assert hand.said == "C-1 of ACME is entered"
    assert rows(firm_url, "SELECT item_code, quantity, unit_price, delivered FROM order_line ORDER BY id") == [
        ("A10", 50_000, 600_000_000, 50_000),
        ("B20", 100_000, None, 40_000),
        ("", 20_000, None, 20_000),
    ]
    assert rows(firm_url, "SELECT start_date FROM contract") == [(TODAY.isoformat(),)]
    assert rows(firm_url, "SELECT ceiling FROM contract_line") == [(1_000_000,)]
    assert rows(firm_url, "SELECT count(*) FROM source_draft") == [(0,)]


@pytest.mark.parametrize("firm_url", ["sqlite"], indirect=True)
async def test_what_is_typed_is_kept_and_an_interrupted_form_opens_at_its_field(workstation, firm_url):
    async with workstation() as hand:
        await hand.keys("g", "r", "f6")
        await hand.type("acme", "45001", "a10 2")
        await hand.pilot.press(*"b20")
        await hand.settle()
        await hand.app.screen.keep_now()
    books = open_books(firm_url)
    with books.write():
        books.db.execute_sql(
            "UPDATE source_draft SET holder = 'gone/boot/1/1', updated_at = '2020-01-01T00:00:00+00:00'"
        )
    books.shut()
    async with workstation() as hand:
        await hand.settle()
        screen = hand.app.screen
        assert isinstance(screen, SourceEntryScreen) and screen.content.number == "45001"
        assert screen._field("line").value == "b20" and screen.grid.at == 1
        await hand.keys("escape")
        await hand.keys("g", "r")
        await hand.settle()
        assert "draft" in hand.row("#list")
        await hand.keys("enter")
        await hand.settle()
        await hand.keys("enter", "ctrl+s", "enter")
        assert hand.said == "45001 of ACME is entered"
    assert rows(firm_url, "SELECT count(*) FROM order_line") == [(2,)]


@pytest.mark.parametrize("firm_url", ["sqlite"], indirect=True)
async def test_a_form_that_is_only_looked_at_leaves_no_draft_and_a_change_is_saved(workstation, firm_url):
    books = open_books(firm_url)
    order(books, "45001", "B20 10 42")
    books.shut()
    async with workstation(size=(80, 24)) as hand:
        await hand.keys("g", "r")
        await hand.settle()
        await hand.keys("e", "escape")
        assert rows(firm_url, "SELECT count(*) FROM source_draft") == [(0,)]
        await hand.keys("e", "enter", "up", "ctrl+u")
        await hand.type("b20 12 @42")
        await hand.keys("ctrl+s")
        assert "change 45001 of ACME" in hand.said
        await hand.keys("enter")
        await hand.settle()
        assert hand.said == "45001 of ACME is changed"
        await hand.keys("z", "enter")
        assert hand.said == "45001 is closed"
        await hand.keys("enter")
        await hand.settle()
        await hand.keys("e")
        assert "45001 is not open" in hand.said
        await hand.keys("u", "enter")
        assert hand.said == "45001 is open again"
    assert rows(firm_url, "SELECT quantity FROM order_line") == [(120_000,)]


@pytest.mark.parametrize("firm_url", ["sqlite"], indirect=True)
async def test_a_file_is_shown_before_it_is_taken_in(workstation, firm_url, tmp_path):
    path = Path(tmp_path) / "orders.csv"
    head = "customer,number,item,quantity\n"
    path.write_text(head + "ACME,P1,A10,5\nACME,P1,B20,x\nDUPO,P2,A10,1\n")
    async with workstation() as hand:
        await hand.keys("g", "r", "f")
        await hand.pilot.press(*str(path)[:-3], "tab")
        await hand.settle()
        await hand.keys("enter")
        await hand.settle()
        assert "row 3: x is not a number" in hand.row("#outlooks")
        assert hand.said.startswith("1 of 2 cannot be entered")
        assert rows(firm_url, "SELECT count(*) FROM purchase_order") == [(0,)]
        await hand.keys("enter")
        assert hand.said.startswith("there is nothing to take in")
        path.write_text(head + "ACME,P1,A10,5\nACME,P1,B20,7\nDUPO,P2,A10,1\n")
        await hand.keys("f", "enter")
        await hand.settle()
        assert hand.said.startswith("2 to enter")
        assert rows(firm_url, "SELECT count(*) FROM purchase_order") == [(0,)]
        await hand.keys("enter")
        await hand.settle()
        assert hand.said.startswith("2 are entered")
    assert rows(firm_url, "SELECT count(*) FROM order_line") == [(3,)]


@pytest.mark.parametrize("firm_url", ["sqlite"], indirect=True)
async def test_a_contract_s_price_stands_in_the_line_with_its_source(workstation, firm_url):
    books = open_books(firm_url)
    line = {"item": "B20", "unit_price": "40", "ceiling": "100"}
    data = {"customer": "ACME", "number": "C1", "start_date": "2025-11-01", "index_percent": "10", "lines": [line]}
    add_source(books, clerk(), source_from_json("contract", data))
    books.shut()
    async with workstation(size=(100, 30)) as hand:
        await hand.keys("n")
        await hand.type("acme", "b20 2")
        assert "§ 44.00" in hand.row("#grid") and "net 88.00" in hand.row("#sums")
        assert hand.said == "§ B20: the price of contract C1, indexed × 1.1, 100 left under its ceiling"
        await hand.type("b20 3 @41")
        assert "§" not in hand.said
        await hand.keys("ctrl+s")
        assert "contract C1 says 44.00" in hand.said


@pytest.mark.parametrize("firm_url", ["sqlite"], indirect=True)
async def test_what_cannot_be_delivered_is_marked_in_its_line(workstation, firm_url):
    books = open_books(firm_url)
    order(books, "45001", "B20 10")
    books.shut()
    async with workstation(size=(100, 30)) as hand:
        await hand.keys("g", "v", "f6")
        await hand.type("acme", "45001", "BL-1", "b20 0")
        assert "a quantity of 0" in hand.row("#grid")
        await hand.keys("ctrl+s")
        assert "a quantity of 0" in hand.said
        await hand.keys("ctrl+t", "up", "ctrl+u")
        await hand.type("b20 -1")
        await hand.keys("ctrl+s", "enter")
        assert "takes back 1, more than order 45001 has had delivered" in hand.said


@pytest.mark.parametrize("firm_url", ["sqlite"], indirect=True)
async def test_a_card_is_confirmed_by_one_key_and_its_checks_are_set(workstation, firm_url):
    books = open_books(firm_url)
    with books.write():
        books.db.execute_sql("INSERT INTO operator (login, name, role) VALUES ('anna', 'Anna', 'supervisor')")
        books.db.execute_sql("UPDATE customer SET confirmed_on = NULL WHERE code = 'ACME'")
    books.shut()
    async with workstation(size=(100, 40), operator="anna") as hand:
        await hand.keys("5")
        await hand.settle()
        await hand.keys("enter")
        await hand.settle()
        assert "never; y does it" in hand.row("#card")
        await hand.keys("y")
        assert hand.said == "the data of ACME are confirmed today"
        await hand.keys("t")
        await hand.settle()
        await hand.type("2.5", "1", "4500####", "purch deliv", "")
        assert "deliv is none of" not in hand.said
        await hand.keys("ctrl+s")
        assert "deliv is none of" in hand.said  # a delivery note or its date
        await hand.keys("ctrl+u")
        await hand.type("purch delivery_n")
        await hand.keys("ctrl+s", "enter")
        await hand.settle()
        card = hand.row("#card")
        assert "quantity ± 2.5 %" in card and "4500####" in card and "purchase_order delivery_note" in card
