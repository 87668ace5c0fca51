"""Invoice entry on both databases: what is typed, what it means, what the books hold of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.builders import TODAY, clerk, issued
from tui_billing.models.door import open_books
from tui_billing.screens.invoice_entry import InvoiceEntryScreen
from tui_billing.services import drafts, show


def held(url: str) -> list[tuple[str | None, dict[str, Any], str | None]]:
    """(number, form, holder) of every document of the books, in order."""
    books = open_books(url)
    try:
        rows = books.rows("SELECT number, form, holder FROM invoice ORDER BY id")
        return [(number, json.loads(form or "{}"), holder) for number, form, holder in rows]
    finally:
        books.close()


def last_issued(url: str) -> dict[str, Any]:
    books = open_books(url)
    try:
        key = books.value("SELECT max(id) FROM invoice WHERE state = 'issued'")
        return show.invoice_json(books, int(key), TODAY)  # type: ignore[call-overload]
    finally:
        books.close()


async def test_three_lines_are_issued_with_25_keys(workstation: Callable[..., Any], firm_url: str) -> None:
    """`n acme⏎ a10 2⏎ b20 10⏎ c30⏎ Ctrl+S ⏎` bills what it says, and an empty form is ready."""
    async with workstation() as hand:
        await hand.keys("n")
        await hand.type("acme", "a10 2", "b20 10", "c30")
        assert "3,540.60 EUR" in hand.row("#sums")
        await hand.keys("ctrl+s")
        assert "issue to ACME" in hand.said and "3,540.60" in hand.said
        await hand.keys("enter")
        assert hand.said.startswith("F2026-00001 is issued")
        screen = hand.app.screen
        assert isinstance(screen, InvoiceEntryScreen) and not screen.content.holds_something()
    document = last_issued(firm_url)
    assert [(line["item"], line["quantity"], line["net"]) for line in document["lines"]] == [
        ("A10", "2", "1300.00"),
        ("B20", "10", "450.00"),
        ("C30", "1", "1200.50"),
    ]
    assert document["totals"]["gross"] == "3540.60"


async def test_every_accepted_field_is_in_the_books(workstation: Callable[..., Any], firm_url: str) -> None:
    """After each Enter the draft in the database holds what was typed so far, and this process holds the draft."""
    async with workstation() as hand:
        await hand.keys("n")
        assert held(firm_url) == []
        await hand.type("acme")
        assert held(firm_url)[0][1]["customer"] == "ACME"
        await hand.type("a10 2 -10%")
        number, form, holder = held(firm_url)[0]
        assert number is None and holder == drafts.this_process()
        assert form["lines"] == [{"item": "A10", "quantity": "2", "discount_percent": "10"}]
        await hand.keys("escape")
        assert held(firm_url)[0][2] is None  # kept, and nobody's


async def test_an_interrupted_draft_opens_at_its_field(workstation: Callable[..., Any], firm_url: str) -> None:
    """What a dead process held comes back by itself, at the same line, with what stood half typed."""
    async with workstation() as hand:
        await hand.keys("n")
        await hand.type("acme", "a10 2")
        await hand.pilot.press(*"b20")
        await hand.settle()
        await hand.app.screen.keep_now()
    books = open_books(firm_url)
    with books.write():
        books.db.execute_sql("UPDATE invoice SET holder = 'gone/boot/1/1', updated_at = '2020-01-01T00:00:00.000000Z'")
    books.close()
    async with workstation() as hand:
        screen = hand.app.screen
        await hand.settle()
        assert isinstance(screen, InvoiceEntryScreen)
        assert screen.grid.at == 1 and screen.query_one("#line").value == "b20"
        await hand.keys("enter", "ctrl+s", "enter")
    assert [line["item"] for line in last_issued(firm_url)["lines"]] == ["A10", "B20"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("zzz 2", "there is no item zzz"),
        ("a10 abc", "abc"),
        ("a10 1.23456", "decimals"),
        ("a10 99999999999999999999", "too large"),
        ("a10 0", "0"),
        ("2 @45", "no item is just 2"),
        ("; only words", "price"),
        ("a10 2 10%", "10%"),
        ('"', "line above"),
        ("a10 ; " + "x" * 10_000, "1000 fit"),
    ],
)
async def test_a_wrong_line_is_marked_and_does_not_stop_the_typing(
    workstation: Callable[..., Any], typed: str, words: str
) -> None:
    """The next line can be typed at once; issue jumps back to the wrong one and says what is wrong."""
    async with workstation(size=(200, 30)) as hand:
        await hand.keys("n")
        await hand.type("acme")
        hand.app.screen.query_one("#line").value = typed
        await hand.keys("enter")
        await hand.type("b20")
        screen = hand.app.screen
        assert screen.lines.typed[0].raw == typed and screen.lines.typed[1].content.item == "B20"
        assert words in hand.row("#grid")
        await hand.keys("ctrl+s")
        assert not screen.answer_line.is_open and hand.said.startswith("!")
        assert screen.grid.at == 0 and screen.query_one("#line").value == typed


async def test_an_unknown_customer_is_marked(workstation: Callable[..., Any]) -> None:
    async with workstation() as hand:
        await hand.keys("n")
        await hand.type("nobody", "a10")
        assert "there is no customer nobody" in hand.row("#customer-card")
        await hand.keys("ctrl+s")
        assert hand.app.screen.focused.id == "customer"


async def test_a_customer_is_found_by_a_word_of_the_name(workstation: Callable[..., Any]) -> None:
    async with workstation() as hand:
        await hand.keys("n")
        await hand.type("industries")
        assert hand.app.screen.content.customer == "ACME"


@pytest.mark.parametrize(
    ("typed", "day"),
    [("t", TODAY), ("-2", TODAY - dt.timedelta(2)), ("15", dt.date(2026, 11, 15)), ("24/11", dt.date(2026, 11, 24))],
)
async def test_dates_in_short(workstation: Callable[..., Any], typed: str, day: dt.date) -> None:
    """The date field takes every shorthand; the due date follows it by the customer's terms."""
    async with workstation() as hand:
        await hand.keys("n")
        await hand.type("acme")
        screen = hand.app.screen
        screen.query_one("#issue_date").focus()
        await hand.settle()
        await hand.type(typed)
        expected = "" if day == TODAY and typed == "t" else day.isoformat()
        assert screen.content.issue_date in (expected, day.isoformat())
        assert screen.query_one("#due_date").value == "31/12/2026"


async def test_a_day_that_does_not_exist_is_said(workstation: Callable[..., Any], firm_url: str) -> None:
    async with workstation() as hand:
        await hand.keys("n")
        await hand.type("acme", "a10")
        screen = hand.app.screen
        screen.query_one("#issue_date").focus()
        await hand.settle()
        await hand.type("31/2/26")
        assert screen.content.invalid["issue_date"] == "31/2/26"
        assert "28" in screen.query_one("#issue_date").problem
        await hand.keys("ctrl+s")
        assert screen.focused.id == "issue_date" and not screen.answer_line.is_open
    assert held(firm_url)[0][0] is None


async def test_tab_goes_cell_by_cell(workstation: Callable[..., Any]) -> None:
    """Tab on a line walks its cells; a changed one changes the totals at once."""
    async with workstation(size=(120, 40)) as hand:
        await hand.keys("n")
        await hand.type("acme")
        await hand.pilot.press(*"a10")
        await hand.keys("tab")  # the line is taken; the description is next
        await hand.keys("tab")  # quantity
        await hand.type("3")
        await hand.keys("enter")  # the unit stays
        await hand.type("=2*300.50")
        content = hand.app.screen.lines.typed[0].content
        assert (content.quantity, content.unit_price) == ("3", "601")
        assert "1,803.00" in hand.row("#grid")


async def test_lines_are_reopened_repeated_taken_out_and_taken_back(workstation: Callable[..., Any]) -> None:
    async with workstation() as hand:
        await hand.keys("n")
        await hand.type("acme", "a10 2", "b20 3")
        lines = hand.app.screen.lines
        await hand.keys("up", "enter")
        await hand.type(" -5%")
        assert lines.typed[1].content.discount_percent == "5"
        await hand.type('"')
        assert lines.typed[2].content == lines.typed[1].content
        await hand.keys("up", "ctrl+t")
        assert len(lines.typed) == 2
        await hand.keys("ctrl+z")
        assert len(lines.typed) == 3
        await hand.keys("up", "ctrl+o")
        await hand.type("c30")
        assert [line.content.item for line in lines.typed] == ["A10", "B20", "C30", "B20"]


async def test_the_last_invoice_is_a_start(workstation: Callable[..., Any], firm_url: str) -> None:
    """F9 brings the lines of the customer's last invoice; they are billed at what stands there."""
    books = open_books(firm_url)
    issued(books, "ACME", "A10 4 600", {"description": "By hand", "quantity": "1", "unit_price": "12.50"})
    books.close()
    async with workstation() as hand:
        await hand.keys("n")
        await hand.type("acme")
        await hand.keys("f9")
        contents = [line.content for line in hand.app.screen.lines.typed]
        assert [(c.item, c.description, c.quantity, c.unit_price) for c in contents] == [
            ("A10", "", "4", "600"),
            ("", "By hand", "1", "12.5"),
        ]
        await hand.keys("ctrl+s", "enter")
    assert last_issued(firm_url)["totals"]["net"] == "2412.50"


async def test_a_foreign_customer_is_billed_in_its_currency(workstation: Callable[..., Any], firm_url: str) -> None:
    """Prices are turned into the customer's currency, VAT follows the customer's case."""
    async with workstation(size=(120, 30)) as hand:
        await hand.keys("n")
        await hand.type("usco", "a10")
        assert "USD" in hand.row("#sums") and "USD" in hand.row("#customer-card")
        await hand.keys("ctrl+s", "enter")
    document = last_issued(firm_url)
    assert document["currency"] == "USD" and document["totals"]["tax"] == "0.00"
    assert document["lines"][0]["unit_price"] == "738.64"  # 650 / 0.88
    assert document["vat_breakdown"][0]["category"] == "G"


async def test_a_change_by_somebody_else_is_not_overwritten(workstation: Callable[..., Any], firm_url: str) -> None:
    """The second version of a draft becomes a draft of its own: both are kept."""
    async with workstation() as hand:
        await hand.keys("n")
        await hand.type("acme")
        books = open_books(firm_url)
        theirs = drafts.load_draft(books, 1)
        theirs.content.purchase_order = "THEIRS"
        drafts.save_draft(books, clerk("paul"), theirs.content, draft_id=1, version=theirs.version, hold=False)
        books.close()
        await hand.type("a10 2")
        assert "somebody else" in hand.said
    forms = [form for _number, form, _holder in held(firm_url)]
    assert forms[0]["purchase_order"] == "THEIRS"
    assert forms[1]["lines"][0]["item"] == "A10"


async def test_warnings_stand_in_the_line_and_do_not_stop(workstation: Callable[..., Any], firm_url: str) -> None:
    async with workstation(size=(200, 30)) as hand:
        await hand.keys("n")
        await hand.type("usco", "a10")
        hand.app.screen.content.due_date = (TODAY + dt.timedelta(days=120)).isoformat()
        await hand.keys("ctrl+s")
        assert " ! " in hand.said
        await hand.keys("enter")
    assert last_issued(firm_url)["number"] == "F2026-00001"


async def test_a_wanted_purchase_order_blocks(workstation: Callable[..., Any]) -> None:
    async with workstation() as hand:
        await hand.keys("n")
        await hand.type("dupo", "a10")
        await hand.keys("ctrl+s")
        assert hand.app.screen.focused.id == "purchase_order" and hand.said.startswith("!")
        await hand.type("45001234")
        await hand.keys("ctrl+s")
        assert hand.app.screen.answer_line.is_open


async def test_escape_declines_and_nothing_is_issued(workstation: Callable[..., Any], firm_url: str) -> None:
    async with workstation() as hand:
        await hand.keys("n")
        await hand.type("acme", "a10")
        await hand.keys("ctrl+s", "escape")
        assert isinstance(hand.app.screen, InvoiceEntryScreen)
        await hand.type("b20")
        assert len(hand.app.screen.lines.typed) == 2
    assert held(firm_url)[0][0] is None


async def test_an_empty_form_leaves_nothing_behind(workstation: Callable[..., Any], firm_url: str) -> None:
    async with workstation() as hand:
        await hand.keys("n", "escape")
    assert held(firm_url) == []


@pytest.mark.parametrize("text", ["[red]x[/red]", "[/x]", "a\x1b[31mb", "abc\u202edef", "株式会社", "tab\there"])
async def test_hostile_text_is_data(workstation: Callable[..., Any], firm_url: str, text: str) -> None:
    """Markup, escapes and direction marks in a line are cleaned or shown as they are, never obeyed."""
    async with workstation(size=(120, 30)) as hand:
        await hand.keys("n")
        await hand.type("acme")
        hand.app.screen.query_one("#line").value = f"@10 ; {text}"
        await hand.keys("enter")
        assert "\x1b" not in hand.row("#grid") and "\u202e" not in hand.row("#grid")
        await hand.keys("ctrl+s", "enter")
    stored = last_issued(firm_url)["lines"][0]["description"]
    assert "\x1b" not in stored and "\u202e" not in stored and "\t" not in stored
    assert stored.startswith(text[0])


async def test_where_several_customers_fit_the_clerk_stays_to_choose(workstation: Callable[..., Any]) -> None:
    """Nothing is taken that was not meant: the field keeps the cursor, Down goes into the suggestions."""
    async with workstation(size=(120, 30)) as hand:
        await hand.keys("n")
        await hand.type("o")  # in several names, and the beginning of none
        screen = hand.app.screen
        assert screen.lines.customer is None and screen.focused.id == "customer"
        assert "press Down to choose one" in hand.row("#customer-card")
        await hand.keys("ctrl+s")
        assert screen.focused.id == "customer" and not screen.answer_line.is_open
