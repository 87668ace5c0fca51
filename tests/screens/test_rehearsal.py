"""What is certain is posted in one go after a rehearsal list, by the keys that a clerk presses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.builders import clerk
from tests.screens.test_payments import SQLITE, allocated, ask, bill, clean_books, press, put
from tui_billing.models.door import open_books
from tui_billing.rules.matching.many import Together
from tui_billing.screens import payment_batch, rehearsal
from tui_billing.services.clear import Part, Take, clear_line


def three_certain(url: str) -> list[str]:
    """Three invoices, each with a line that names it, and one line that says nothing."""
    numbers = bill(url)
    lines = [
        {"amount": amount, "text": f"VIR {number}", "payer": "ACME INDUSTRIES"}
        for number, amount in zip(numbers, (400_00, 500_00, 700_00), strict=True)
    ]
    put(url, *lines, {"amount": 12_34, "text": "?", "payer": "[/b]NOBODY"})
    return numbers


async def test_the_certain_lines_are_listed_one_left_out_the_others_posted_and_taken_back(
    workstation: Callable[..., Any], firm_url: str
) -> None:
    one, two, three = three_certain(firm_url)
    async with workstation() as hand:
        await press(hand, "3", "t")
        assert "3 of 3 certain lines chosen: 1,600.00 EUR · 1 more wait for a clerk's eye" in hand.row("#sums")
        listed = hand.row("#certain")
        assert all(word in listed for word in (one, two, three, "400.00", "ACME INDUST", "16/11/26"))
        assert f"VIR {one}" in hand.row("#why") and f"{one} in the text" in hand.row("#why")
        await press(hand, "down", "space")
        assert "2 of 3 certain lines chosen: 1,100.00 EUR" in hand.row("#sums")
        await press(hand, "enter")
        assert hand.said == "post 2 of 3, 1,100.00 EUR: Enter posts"
        await press(hand, "escape")
        assert allocated(firm_url) == [], "nothing is written before it is confirmed"
        await press(hand, "ctrl+s", "enter")
        assert hand.said == "posted: 2 of 2, 1,100.00 EUR"
        assert hand.app.screen.title_words() == "PAYMENTS", "all is well: back in the queue at once"
        assert allocated(firm_url) == [(one, 400_00), (three, 700_00)]
        assert len(ask(firm_url, "SELECT DISTINCT batch_id FROM posting WHERE verb = 'receive'")) == 1
        await press(hand, "u")
        assert hand.said == "taken back: 2 of 2, 1,100.00 EUR"
    assert ask(firm_url, "SELECT count(*), sum(open) FROM bank_line WHERE open = amount") == [(4, 1_612_34)]
    assert ask(firm_url, "SELECT count(*), sum(open) FROM invoice WHERE open = gross") == [(3, 1_600_00)]
    clean_books(firm_url)


@SQLITE
async def test_typed_ahead_the_rehearsal_answers_first(workstation: Callable[..., Any], firm_url: str) -> None:
    numbers = three_certain(firm_url)
    async with workstation(size=(120, 40)) as hand:
        await press(hand, "3", "t", "enter", "enter")
        assert hand.said == "posted: 3 of 3, 1,600.00 EUR"
    assert [number for number, _amount in allocated(firm_url)] == numbers


@SQLITE
async def test_what_was_matched_meanwhile_is_refused_with_its_reason(
    workstation: Callable[..., Any], firm_url: str
) -> None:
    one, two, three = three_certain(firm_url)
    async with workstation() as hand:
        await press(hand, "3", "t")
        books = open_books(firm_url)
        clear_line(books, clerk("paul"), Take(2, "ACME", (Part(2, 500_00),)))
        books.shut()
        await press(hand, "enter", "enter")
        assert hand.said == "posted: 2 of 3, 1,100.00 EUR · ! 1 refused, each with its reason"
        listed = hand.row("#certain")
        assert two in listed and one not in listed and three not in listed
        assert "matched meanwhile" in hand.row("#why")
        await press(hand, "space", "enter")  # what was posted is chosen no more
        await press(hand, "u")
        assert hand.said == "taken back: 2 of 2, 1,100.00 EUR"
        assert "2 of 2 certain lines chosen" in hand.row("#sums")
        await press(hand, "escape")
        assert hand.app.screen.title_words() == "PAYMENTS"
    assert ask(firm_url, "SELECT number FROM invoice WHERE open = 0") == [(two,)]
    clean_books(firm_url)


@SQLITE
async def test_only_what_the_batch_posted_of_a_line_is_taken_back(
    workstation: Callable[..., Any], firm_url: str
) -> None:
    one, *_rest = bill(firm_url)
    put(firm_url, {"amount": 450_00, "text": f"VIR {one}", "payer": "ACME INDUSTRIES"})
    books = open_books(firm_url)
    clear_line(books, clerk("paul"), Take(1, "ACME", amount=50_00))
    books.shut()
    async with workstation() as hand:
        await press(hand, "3", "t", "enter", "enter")
        assert hand.said == "posted: 1 of 1, 400.00 EUR"
        await press(hand, "u")
        assert hand.said == "taken back: 1 of 1, 400.00 EUR"
    assert ask(firm_url, "SELECT open FROM bank_line") == [(400_00,)]
    assert ask(firm_url, "SELECT open FROM receipt WHERE reversed_on IS NULL") == [(50_00,)]
    clean_books(firm_url)


@SQLITE
async def test_esc_stops_the_working_out_and_writes_nothing(
    workstation: Callable[..., Any], firm_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    three_certain(firm_url)
    monkeypatch.setattr(rehearsal, "FEW", 0)
    async with workstation() as hand:
        looked = []

        def slowly(matcher: Any, count: int, progress: Any) -> Any:
            def tell(done: int, of: int) -> None:
                looked.append(done)
                while not hand.app.screen._stop:
                    pass
                progress(done, of)

            return Together(matcher, count, tell)

        monkeypatch.setattr("tui_billing.services.matching.Together", slowly)
        await press(hand, "3", "t")
        assert hand.app.screen.keys() == [("Esc", "stop")]
        await press(hand, "escape")
        assert hand.app.screen.title_words() == "PAYMENTS"
        await press(hand, "down")
    assert looked == [0] and allocated(firm_url) == []


@SQLITE
async def test_esc_stops_the_posting_between_two_slices(
    workstation: Callable[..., Any], firm_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    three_certain(firm_url)
    monkeypatch.setattr(payment_batch, "SLICE", 1)
    monkeypatch.setattr(rehearsal, "SLICE", 1)
    real = payment_batch.post_slice
    async with workstation() as hand:

        async def then_esc(desk: Any, batch: Any, part: Any) -> None:
            await real(desk, batch, part)
            hand.app.screen.action_back()

        monkeypatch.setattr(rehearsal, "post_slice", then_esc)
        await press(hand, "3", "t", "enter", "enter")
        for _ in range(100):
            if hand.app.screen.title_words() == "PAYMENTS":
                break
            await hand.pilot.pause(0.02)
        await hand.settle()
        assert hand.said == "posted: 1 of 3, 400.00 EUR"
        await press(hand, "u")
        assert hand.said == "taken back: 1 of 1, 400.00 EUR"
    assert ask(firm_url, "SELECT sum(amount) FROM allocation") == [(0,)]
    clean_books(firm_url)
