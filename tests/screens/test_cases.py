"""The case desk by keyboard: lines picked, credits by line and amount, inquiries in few keys, the pack by one."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path

import pytest

from tests.builders import TODAY, clerk, issued
from tui_billing.locale import say
from tui_billing.screens.dispute_detail import DisputeScreen
from tui_billing.screens.inquiry_entry import SUBJECT_WORDS
from tui_billing.screens.invoice_detail import InvoiceDetailScreen
from tui_billing.services import attachments, credit_approval, disputes, inquiries, operators, receive
from tui_billing.services.verify import verify


async def board(hand, words: str, *, there: bool = True) -> bool:
    """Whether the overview says (or no longer says) these words, once it has read again."""
    for _ in range(60):
        if (words in hand.row("#board")) is there:
            return True
        await asyncio.sleep(0.1)
    return False


async def test_lines_are_picked_by_their_numbers(workstation, books):
    issued(books, "ACME", "A10 2", "B20 4", "D40 3")
    async with workstation() as hand:
        await hand.keys("2", "d", "b", "enter", *"2 3=20", "ctrl+s")
        assert hand.said == "dispute 236.00 EUR of F2026-00001, lines 2, 3, wrong quantity: Enter opens it"
        assert "◂ 20.00" in hand.row("#reasons")
        await hand.keys("enter")
        assert books.rows("SELECT l.position, d.amount FROM dispute_line d JOIN invoice_line l ON l.id = d.line_id"
                          " ORDER BY l.position") == [(2, 21_600), (3, 2_000)]  # fmt: skip
        await hand.keys("d", "a", "enter", "2", "ctrl+s", "enter")
        assert "line 2 of F2026-00001 is disputed already in dispute 1" in hand.said
        # The one call more is about the case that is open: a key goes there.
        assert "dispute 1 over 236.00 EUR is open on it: F4 goes there" in hand.row("#reasons")
        await hand.keys("f4")
        assert isinstance(hand.app.screen, DisputeScreen)


async def test_a_credit_by_line_and_amount_shows_what_is_left(workstation, books):
    issued(books, "ACME", "A10 2", "B20 4")
    async with workstation() as hand:
        await hand.keys("2", "c", *"2x1", "ctrl+s")
        assert hand.said == "credit 54.00 EUR of F2026-00001: Enter issues the credit note"
        assert "1,722.00 EUR is left to credit then" in hand.row("#reasons")
        await hand.keys("enter")
        assert hand.said == "credit note A2026-00001 is issued"
        await hand.keys("home", "down", "c", "tab", *"100", "ctrl+s", "enter")
        assert books.rows("SELECT gross FROM invoice WHERE kind = 'credit_note' ORDER BY id") == [(5_400,), (10_000,)]


@pytest.mark.parametrize("firm_url", ["sqlite"], indirect=True)
async def test_a_dispute_is_amended_line_by_line(workstation, books):
    done = issued(books, "ACME", "A10 2", "B20 4", "D40 3")
    disputes.open_dispute(books, clerk(), done["id"], lines=[(2, None)], reason="price")
    disputes.open_dispute(books, clerk(), done["id"], lines=[(3, None)], reason="quantity")
    async with workstation() as hand:
        await hand.keys("4", "enter", "tab", "e", *"1=100 2=200")
        assert "⚑ 216.00  ◂ 200.00" in hand.row("#hints")
        await hand.keys("ctrl+s")
        assert hand.said == "contest 300.00 EUR of F2026-00001 from today (was 216.00): Enter does it"
        await hand.keys("enter")
        await hand.settle()
        assert "disputed amount: #1 0.00 → 100.00; #2 216.00 →" in hand.row("#timeline")
        await hand.keys("e", *"-2 3", "ctrl+s", "enter")
        assert "line 3 of F2026-00001 is disputed already in dispute 2" in hand.said
        await hand.keys("ctrl+u", *"-2", "tab", "tab", "tab", *"founder", "enter", *"+3", "enter", *"high", "ctrl+s")
        await hand.keys("enter")
        await hand.settle()
        row = books.row("SELECT amount, priority, owner_id, answer_by FROM dispute WHERE id = 1")
        assert row[:2] == (10_000, "high") and row[3] == "2026-11-28"
        assert "founder" in hand.row("#facts") and "high" in hand.row("#facts")
        await hand.keys("e", "ctrl+s")
        assert "nothing is changed yet" in hand.said


@pytest.mark.parametrize("firm_url", ["sqlite"], indirect=True)
async def test_papers_go_with_the_answer(workstation, books):
    done = issued(books, "ACME", "A10 2")
    disputes.open_dispute(books, clerk(), done["id"], reason="not_delivered")
    for name, kind in (("signed.png", "signed_delivery_note"), ("mail.eml", "mail")):
        attachments.attach_bytes(books, clerk(), "invoice", done["id"], name, name.encode(), kind=kind)
    async with workstation() as hand:
        await hand.keys("4", "enter", "f8", "c", "k")
        assert "2 ◂ signed.png" in hand.row("#hints") and "the letter goes to" in hand.row("#hints")
        await hand.keys("ctrl+u", "ctrl+s")
        assert "no paper is picked" in hand.said
        await hand.keys(*"1-7", "ctrl+s")
        assert "there is no paper 4 in the list" in hand.said
        await hand.keys("ctrl+u", *"2-3", "ctrl+s")
        assert hand.said == "answer with 2 papers and close (documents sent): Enter does it"
        await hand.keys("enter")
        await hand.app.workers.wait_for_complete()
        assert books.row("SELECT status, outcome FROM dispute") == ("closed", "documents_sent")
        assert [one.name for one in attachments.attached_to(books, "dispute", 1)] == [
            "signed.png", "mail.eml", "L20261125-ACME.pdf",
        ]  # fmt: skip
        # Nothing is written into a closed case: letters act at once.
        await hand.keys("a")
        assert "L20261125-ACME" in hand.row("#papers")


async def test_an_inquiry_takes_eight_keys_from_anywhere(workstation, books):
    issued(books, "ACME", "A10")
    async with workstation() as hand:
        await hand.keys("i", *"acm", "enter", "b", "ctrl+s")  # seven
        assert hand.said == "logged: ACME, how to pay"
        row = books.row("SELECT subject, answer, channel FROM inquiry")
        assert row[0] == "how_to_pay" and "FR76 3000 6000" in row[1] and row[2] == "call"
        await hand.keys("2", "i")
        assert "F2026-00001" in hand.row("#history") and "inquiry" in hand.row("#history")
        await hand.keys("enter", *"ring back", "enter", "t", "ctrl+s")
        assert books.row("SELECT text, follow_up, invoice_id FROM inquiry ORDER BY id DESC LIMIT 1") == (
            "ring back", "2026-11-25", books.value("SELECT min(id) FROM invoice"),
        )  # fmt: skip
        await hand.keys("1")
        assert await board(hand, "1 inquiry to follow up")
        await hand.keys("2", "i")
        assert "to follow up: ring back" in hand.row("#history")
        await hand.keys("enter", *"=done", "ctrl+s", "1")
        assert await board(hand, "inquiries to follow up", there=False)


@pytest.mark.parametrize("firm_url", ["sqlite"], indirect=True)
async def test_calls_to_follow_up_stand_first(workstation, books):
    done = issued(books, "ACME", "A10")
    for text, code, day in (("later", 1, 3), ("now", 2, 0), ("done", 1, None)):
        due = None if day is None else TODAY + dt.timedelta(days=day)
        about = done["id"] if code == 1 else None
        inquiries.log_inquiry(books, clerk(), code, text, invoice_id=about, follow_up=due)
    async with workstation() as hand:
        await hand.keys("g", "q")
        await hand.settle()
        rows = hand.row("#list").split("\n")[1:4]
        assert "now" in rows[0] and "later" in rows[1] and "done" in rows[2]
        await hand.keys("o")
        assert "this one is about no invoice" in hand.said
        await hand.keys("enter")
        assert "to follow up: now" in hand.row("#history")
        await hand.keys("enter", *"=sent", "ctrl+s")
        await hand.settle()
        assert "later" in hand.row("#list").split("\n")[1]
        await hand.keys("slash", *"later", "enter", "o")
        assert isinstance(hand.app.screen, InvoiceDetailScreen)


async def test_a_question_to_a_colleague_and_its_answer(workstation, books):
    done = issued(books, "ACME", "A10")
    operators.set_role(books, clerk("founder", "supervisor"), "paul", "clerk")
    disputes.open_dispute(books, clerk(), done["id"])
    async with workstation() as hand:
        await hand.keys("4", "enter", *"?paul was it 600", "ctrl+s")
        assert books.value("SELECT status FROM dispute") == "waiting_colleague"
        assert "question → paul: was it 600" in hand.row("#timeline") and "waiting: paul" in hand.row("#facts")
        await hand.keys("escape", "slash", *"paul", "enter")
        assert "waiting: paul" in hand.row("#list")
        await hand.keys("enter")
        await hand.keys(*"?nobody x", "ctrl+s")
        assert "no operator nobody" in hand.said
        await hand.keys("ctrl+u", *"=yes", "ctrl+s")
        assert books.value("SELECT status FROM dispute") == "investigating"
    async with workstation(operator="paul") as hand:
        disputes.note_dispute(books, clerk(), 1, "sure", "question", colleague="paul")
        await hand.keys("f5")
        assert await board(hand, "1 question to you")


async def test_one_key_makes_the_pack(workstation, books):
    done = issued(books, "ACME", "A10")
    disputes.open_dispute(books, clerk(), done["id"], reason="price", note="too dear")
    async with workstation(size=(100, 30)) as hand:
        await hand.keys("4", "f")
        await hand.app.workers.wait_for_complete()
        assert "evidence-F2026-00001.pdf is written" in hand.said
        name = books.value("SELECT text FROM dispute_note WHERE kind = 'document'").partition(" ")[0]
        if books.path:
            assert (Path(books.path).parent / "documents" / name).stat().st_size > 1_000
        await hand.keys("enter")
        assert isinstance(hand.app.screen, DisputeScreen)


async def test_a_credit_above_the_limit_waits(workstation, books):
    issued(books, "ACME", "A10")
    credit_approval.set_limit(books, clerk("founder", "supervisor"), 10_000)
    async with workstation() as hand:
        await hand.keys("2", "c", "ctrl+s", "enter")
        assert "it waits for a supervisor" in hand.said
        await hand.keys("1")
        assert await board(hand, "1 credit to approve")


@pytest.mark.parametrize("firm_url", ["sqlite"], indirect=True)
async def test_more_than_the_open_rest_stays_on_account_or_is_paid_back(workstation, books):
    one, two = issued(books, "ACME", "A10"), issued(books, "ACME", "A10")
    for done in (one, two):
        wanted = receive.Payment("ACME", TODAY, 60_000, allocations=[(done["id"], 60_000)])
        receive.receive(books, clerk(), wanted)
    async with workstation() as hand:
        await hand.keys("2", "c")
        await hand.settle()
        assert "600.00 EUR more than is open:  a stays on account  b is paid back" in hand.row("#reasons")
        await hand.keys("ctrl+s", "enter")
        assert hand.said == "credit note A2026-00001 is issued, 600.00 EUR on account"
        await hand.keys("home", "down", "down", "c", "tab", "tab", "tab", *"x", "ctrl+s")
        assert "x is no choice; a stays on account, b is paid back" in hand.said
        await hand.keys("ctrl+u", "b", "tab", "ctrl+u", *"FR76", "ctrl+s")
        assert "IBAN" in hand.said
        await hand.keys("ctrl+u", *"FR7630006000011234567890189", "ctrl+s")
        assert hand.said == "credit 780.00 EUR of F2026-00001, pay 600.00 back: Enter issues it"
        await hand.keys("enter")
        assert hand.said == "credit note A2026-00002 is issued, 600.00 EUR is paid back"
        assert books.row("SELECT amount, iban, reference FROM refund") == (
            60_000, "FR7630006000011234567890189", "A2026-00002",
        )  # fmt: skip
    assert verify(books) == []


@pytest.mark.parametrize("firm_url", ["sqlite"], indirect=True)
async def test_a_credit_that_waits_is_looked_at_and_refused(workstation, books):
    done = issued(books, "ACME", "A10 2", "B20 4")
    credit_approval.set_limit(books, clerk("founder", "supervisor"), 10_000)
    key = disputes.open_dispute(books, clerk(), done["id"], lines=[(2, None)], reason="price")
    operators.set_role(books, clerk("founder", "supervisor"), "paul", "supervisor")
    async with workstation(size=(100, 30)) as hand:
        await hand.keys("4", "c")
        await hand.settle()
        assert "above 100.00 EUR: it waits for a second person" in hand.row("#reasons")
        await hand.keys("ctrl+s")
        assert hand.said == "lay 216.00 EUR of F2026-00001 before a supervisor: Enter does it"
        await hand.keys("enter", "enter")
        assert "a credit note of 216.00 EUR waits for a second person (asked by marie" in hand.row("#facts")
    async with workstation(size=(100, 30), operator="paul") as hand:
        await hand.keys("4", "w")
        await hand.settle()
        assert "2  Bracket, steel" in hand.row("#wanted") and "◂ 216.00" in hand.row("#wanted")
        await hand.keys("enter", "b", *"the price was agreed", "ctrl+s", "enter")
        assert hand.said == "the credit note is refused"
        assert books.row("SELECT status, note FROM credit_request") == ("refused", "the price was agreed")
        await hand.keys("escape", "enter")
        assert "credit note refused: the price was agreed" in hand.row("#timeline")
    assert books.value("SELECT status FROM dispute WHERE id = ?", (key,)) == "received" and verify(books) == []


async def test_a_second_person_issues_the_credit_that_waits(workstation, books):
    from tui_billing.services import credit

    done = issued(books, "ACME", "A10")
    credit_approval.set_limit(books, clerk("founder", "supervisor"), 10_000)
    credit.credit(books, clerk("paul", "supervisor"), done["id"], reason="agreed")
    operators.set_role(books, clerk("founder", "supervisor"), "marie", "supervisor")
    async with workstation() as hand:
        await hand.keys("w", "enter", "a")
        assert hand.said == "credit note A2026-00001 is issued"
        assert books.value("SELECT open FROM invoice WHERE id = ?", (done["id"],)) == 0
        await hand.settle()
        assert "no credit note waits" in hand.row("#list")


async def test_a_correction_is_a_form_filled_from_the_invoice(workstation, books):
    issued(books, "ACME", "A10 2")
    async with workstation() as hand:
        await hand.keys("2", "enter", "r", "enter")
        assert "A10" in hand.row("#grid")
        await hand.keys("ctrl+s", "enter")
        await hand.settle()
        assert books.row("SELECT kind, type_code FROM invoice ORDER BY id DESC LIMIT 1") == ("corrective", "384")
        assert books.value("SELECT open FROM invoice ORDER BY id LIMIT 1") == 0


async def test_every_key_of_the_case_screens_is_named_at_80_columns(workstation, books):
    done = issued(books, "ACME", "A10")
    disputes.open_dispute(books, clerk(), done["id"])
    for language in ("en", "fr"):
        async with workstation(language=language) as hand:

            async def named(place: str, language: str = language, hand=hand) -> None:
                await hand.settle()
                shown, screen = hand.row("#keys"), hand.app.screen
                named_keys = screen.keys()
                for key, words in named_keys:
                    assert words in shown, f"{language} {place}: {key} {words} in {shown}"

            await hand.keys("2", "enter")
            await named("invoice")
            await hand.keys("c")
            await named("credit form")
            await hand.keys("escape", "d")
            await named("dispute form")
            await hand.keys("escape", "4")
            await named("disputes")
            await hand.keys("w")
            await named("waiting credits")
            await hand.keys("escape", "enter")
            await named("dispute")
            await hand.keys("tab", "i")
            for letter, words in zip("abcdefgh", SUBJECT_WORDS.values(), strict=True):
                assert f"{letter} {say(words, language)}" in hand.row("#history")
