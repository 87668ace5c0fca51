"""Month end and direct debits by keyboard: what differs is opened, a month is closed, a file is made."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.builders import TODAY, clerk, issued
from tests.services.test_proof import statement
from tui_billing.models.tables import BankAccount
from tui_billing.models.write import add
from tui_billing.screens.collections import CollectionsScreen
from tui_billing.screens.month_end import MonthEndScreen
from tui_billing.services.mandates import MandateCard, add_mandate
from tui_billing.services.receive import Payment, receive
from tui_billing.services.settings import change_company
from tui_billing.widgets.key_bar import KeyBar, rows_of


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


async def test_a_difference_is_looked_into_and_the_month_closed(workstation, books):
    statement(books, "2026-10-01", "2026-10-31", 500_00, ("2026-10-05", 33_00))
    clerk_today = dt.date(2026, 11, 5)
    async with workstation((100, 30), operator="anna", today=clerk_today) as hand:
        await hand.keys("g", "m")
        assert isinstance(hand.app.screen, MonthEndScreen)
        await hand.settle()
        shown = hand.row("#figures")
        assert "2026-10 is proved" in shown and "on the statement, not recorded" in shown
        assert "533.00" in shown and "line 3300" in hand.row("#differences")
        await hand.keys("enter", *"who is it", "ctrl+s", "enter")
        assert hand.said == "investigation 1 is open"
        assert books.row("SELECT kind, amount, status FROM investigation") == ("not_recorded", 3300, "open")
        assert books.value("SELECT text FROM investigation_note") == "who is it"
        await hand.settle()
        await hand.keys("v", "enter")
        assert "who is it" in hand.row("#investigation")
        await hand.keys(*"a debtor", "tab", "tab", "tab", *"found", "ctrl+s")
        assert "Enter closes it" in hand.said
        await hand.keys("enter", "escape")
        assert books.row("SELECT status, outcome FROM investigation") == ("closed", "found")
        await hand.keys("o")
        assert hand.said.startswith("written: ")
        await hand.keys("ctrl+s")
        assert "nothing is posted into it afterwards" in hand.said
        await hand.keys("enter")
        assert hand.said == "2026-10 is closed"
        assert books.value("SELECT month FROM period") == "2026-10"
        await hand.keys("right")
        assert "2026-11 is not proved" in hand.row("#figures")
        await hand.keys("ctrl+s")
        assert hand.said.startswith("! the statements of")


@pytest.mark.parametrize("firm_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", ["en", "fr"])
async def test_nothing_of_the_month_is_cut_at_80_columns(workstation, books, language):
    with books.write():
        add(BankAccount, name="Crédit des Quais, compte USD", iban="FR7230006000010000000000127", currency="USD")
    statement(books, "2026-11-01", "2026-11-24", 500_00, ("2026-11-05", 33_00))
    receive(books, clerk(), Payment("USCO", dt.date(2026, 11, 2), 100_00, "USD", allocations=()))
    async with workstation(language=language, today=TODAY) as hand:
        await hand.keys("g", "m", "right")
        await hand.settle()
        screen = hand.app.screen
        assert "…" not in hand.row("#figures")
        shown = rows_of(screen.query_one("#keys", KeyBar).keys, 80, screen.KEY_ROWS)
        assert [key for row in shown for key, _word in row] == [key for key, _word in screen.query_one("#keys").keys]
        first = hand.row("#differences").splitlines()[1]
        assert first.startswith(
            "on the statement, not recorded" if language == "en" else "sur le relevé, non comptabilisé"
        )


async def test_a_reason_goes_with_one_verb_alone(workstation, books):
    statement(books, "2026-10-01", "2026-10-31", 0)
    async with workstation(operator="anna", today=dt.date(2026, 11, 5)) as hand:
        await hand.keys("g", "m", "ctrl+s", "enter", "1")
        await hand.keys(":", *"reason cheque found", "enter")
        assert "cheque found" in hand.said
        assert hand.app.desk.context.period_reason == "cheque found"


async def test_what_is_due_is_chosen_and_made_into_a_file(workstation, books):
    change_company(books, clerk("anna", "supervisor"), {"creditor_identifier": "FR72ZZZ123456"})
    first, second = issued(books, "ACME", "A10"), issued(books, "ACME", "B20")
    add_mandate(books, clerk(), MandateCard("ACME", "DE89370400440532013000", TODAY))
    async with workstation((100, 30), today=dt.date(2027, 1, 14)) as hand:
        await hand.keys("g", "l")
        assert isinstance(hand.app.screen, CollectionsScreen)
        await hand.settle()
        assert "CORE  collected on 15/01/27   2 of 2 chosen   834.00 EUR" in hand.row("#collection")
        await hand.keys("space")
        assert "1 of 2 chosen   54.00 EUR" in hand.row("#collection")
        await hand.keys("right", "left", "left", "b", "b", "a", "a", "a")
        assert "2 of 2 chosen" in hand.row("#collection")
        await hand.keys("ctrl+s")
        assert hand.said == "collect 2 invoices, 834.00 EUR, on 15/01/27: Enter makes the file"
        await hand.keys("enter")
        assert hand.said.startswith("order 1: 2 debits, 834.00 EUR on 2027-01-15")
        assert "0 of 0 chosen" in hand.row("#collection") and "2 direct debits" in hand.row("#orders")
        rows = books.rows("SELECT invoice_id FROM payment_order_part ORDER BY id")
        assert rows == [(first["id"],), (second["id"],)]
        await hand.keys("ctrl+s")
        assert "nothing is chosen" in hand.said


async def test_a_mandate_is_entered_on_the_card(workstation, books):
    async with workstation() as hand:
        await hand.keys("5", "enter", "b")
        await hand.type("FR00")
        await hand.keys("ctrl+s")
        assert "is not an IBAN" in hand.said or "characters" in hand.said
        await hand.keys("ctrl+u", *"DE89370400440532013000", "ctrl+s", "enter")
        assert hand.said == "mandate ACME-1 of ACME is kept"
        await hand.settle()
        assert "ACME-1" in hand.row("#card") and "active" in hand.row("#card")


async def test_the_overview_tells_what_is_due_to_be_found_out(workstation, books):
    from tui_billing.services.investigations import Opening, open_investigation

    open_investigation(books, clerk(), Opening("12 EUR", due_on=TODAY))
    async with workstation((100, 30)) as hand:
        assert "1 investigation due" in hand.row("Board")
