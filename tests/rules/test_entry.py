"""The command line of a line: what it says, what is wrong with it, and how it is written again."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui_billing.rules.entry import EntryLine, format_line, parse_line
from tui_billing.rules.problem import Problem

LANGUAGE = st.sampled_from(["en", "fr"])
TOKEN = st.sampled_from(
    ["a10", "B-20", "4711", "1.5", "2", "-2", "*3", "x", "x4", "*", "@5", "@12,5", "@=3*45.5", "-10%", "5%",
     "v20", "v5.5%",
     "V0", "=2*3", ";", "; Travel", ";;", "-", "%", "@", "v", "=", "\x00", "\u202f", "1 234,5", "\ufeff",
     "é", "\u037e"]
)  # fmt: skip
NEARLY = st.lists(TOKEN, max_size=7).map(" ".join)


def line(item="", quantity=None, price=None, discount=None, rate=None, text=""):
    values = [None if value is None else Decimal(value) for value in (quantity, price, discount, rate)]
    return EntryLine(item, *values, text)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("a10", line("a10")),
        ("a10 2", line("a10", 2)),
        ("  a10   2  ", line("a10", 2)),
        ("a10\t2", line("a10", 2)),
        ("a10 -2", line("a10", -2)),
        ("a10 *2", line("a10", 2)),
        ("a10 x2", line("a10", 2)),
        ("a10 x 2", line("a10", 2)),
        ("a10 * 2 @5", line("a10", 2, 5)),
        ("a10 @650", line("a10", None, 650)),
        ("a10 @-5", line("a10", None, -5)),
        ("a10 2 @650 -10% v20", line("a10", 2, 650, 10, 20)),
        ("a10 v20% -10% @650 2", line("a10", 2, 650, 10, 20)),
        ("a10 -2 -2%", line("a10", -2, None, 2)),
        ("a10 =2*3 @=3*45.5", line("a10", 6, "136.5")),
        ("a10 =100-3%", line("a10", 97)),
        ("a10 v5.5 ; Book", line("a10", None, None, None, "5.5", "Book")),
        ("a10 V0", line("a10", rate=0)),
        ("a10 ; Consulting; day of the 3rd", line("a10", text="Consulting; day of the 3rd")),
        ("a10;text", line("a10", text="text")),
        ("2 @45.50 ; Travel", line("", 2, "45.5", text="Travel")),
        ("@45.50 ; Travel", line("", None, "45.5", text="Travel")),
        ("-2 @45.50 v20 ; Travel", line("", -2, "45.5", None, 20, "Travel")),
        ("*2 @45.50 ; Travel", line("", 2, "45.5", text="Travel")),
        ("=2*3 @5 ; Travel", line("", 6, 5, text="Travel")),
        ("1.5 @5 -10% ; Travel", line("", "1.5", 5, 10, text="Travel")),
        ("4711", line("4711")),
        ("4711 2", line("4711", 2)),
        ("4711 @5", line("4711", None, 5)),
        ("4711 2 @5 ; Screw", line("4711", 2, 5, text="Screw")),
        ("4711 ; Screw", line("4711", text="Screw")),
        ("10W40 3", line("10W40", 3)),
        ("x2 3", line("x2", 3)),
        ("v20 3", line("v20", 3)),
        ("caf\u0065\u0301 1", line("café", 1)),
    ],
)
def test_what_a_line_says(typed, said):
    assert parse_line(typed, "en") == said


def test_french_numbers():
    assert parse_line("a10 1,5 @1234,50 -2,5%", "fr") == line("a10", "1.5", "1234.5", "2.5")
    assert parse_line("a10 1.5 @1\u202f234,50", "fr") == line("a10", "1.5", "1234.5")
    with pytest.raises(Problem, match="1500 or 1,5") as caught:
        parse_line("a10 1 @1.500", "fr")
    assert caught.value.field == "unit_price"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ("", "item"),
        ("   ", "item"),
        (";", "item"),
        ("2.5", "item"),
        ("-10%", "item"),
        ("@5", "item"),
        ("; Travel", "unit_price"),
        ("-2 ; Travel", "unit_price"),
        ("x" * 41, "item"),
        ("a10 abc", "quantity"),
        ("a10 0", "quantity"),
        ("a10 1e5", "quantity"),
        ("a10 --1", "quantity"),
        ("a10 2 3", "quantity"),
        ("a10 *", "quantity"),
        ("a10 1.23456", "quantity"),
        ("a10 @", "unit_price"),
        ("a10 @x", "unit_price"),
        ("a10 @5 @6", "unit_price"),
        ("a10 @=1/0", "unit_price"),
        ("a10 10%", "discount_percent"),
        ("a10 -101%", "discount_percent"),
        ("a10 -1% -2%", "discount_percent"),
        ("a10 -%", "discount_percent"),
        ("a10 v", "vat_rate"),
        ("a10 vat", "vat_rate"),
        ("a10 v20 v10", "vat_rate"),
        ("a10 ; " + "x" * 12_000, "text"),
    ],
)
def test_what_is_wrong_is_named(typed, field):
    for language in ("en", "fr"):
        with pytest.raises(Problem) as caught:
            parse_line(typed, language)
        assert caught.value.field == field
        assert len(str(caught.value)) < 250


@given(st.one_of(st.text(), NEARLY), LANGUAGE)
def test_nothing_but_a_problem_is_raised(typed, language):
    try:
        parse_line(typed, language)
    except Problem as problem:
        assert str(problem) and problem.field


@given(NEARLY, LANGUAGE)
@example("4711 @5 ; Screw", "en")
@example("a10 1.125 @1.125 ; x", "en")
def test_a_line_that_was_read_is_written_and_read_again(typed, language):
    try:
        said = parse_line(typed, language)
    except Problem:
        return
    again = format_line(said, language)
    assert parse_line(again, language) == said
    assert format_line(parse_line(again, language), language) == again


AMOUNT = st.decimals(-(10**8), 10**8, places=6, allow_nan=False)
QUANTITY = st.decimals(-(10**8), 10**8, places=4, allow_nan=False).filter(bool)
PERCENT = st.decimals(0, 100, places=4, allow_nan=False)
LINE = st.builds(
    EntryLine,
    item=st.sampled_from(["a10", "B20", "10W40", "x2", "v1", "é"]),
    quantity=st.none() | QUANTITY,
    unit_price=st.none() | AMOUNT,
    discount_percent=st.none() | PERCENT,
    vat_rate=st.none() | PERCENT,
    text=st.sampled_from(["", "Travel", "a; b", "2 @5"]),
)


@given(LINE, LANGUAGE)
def test_every_line_can_be_typed_again(said, language):
    assert parse_line(format_line(said, language), language) == said


def test_an_item_code_of_digits_keeps_its_quantity():
    said = line("4711", None, 5, text="Screw")
    assert format_line(said, "en") == "4711 1 @5 ; Screw"
    assert parse_line("4711 1 @5 ; Screw", "en") == line("4711", 1, 5, text="Screw")
    assert format_line(line("4711", None, 5), "en") == "4711 @5"


def test_written_lines():
    said = line("a10", "1234.5", "-45.125", 10, "5.5", "Consulting")
    assert format_line(said, "en") == "a10 1234.5 @-45.125 -10% v5.5 ; Consulting"
    assert format_line(said, "fr") == "a10 1234,5 @-45,1250 -10% v5,5 ; Consulting"
    assert format_line(line("", 2, 45, text="Travel"), "en") == "2 @45 ; Travel"


def test_long_lines_are_read_at_once():
    started = time.perf_counter()
    for typed in (
        "a " * 5_999,
        "x " * 5_999,
        "a10 " + "=" * 11_000,
        "@" * 11_999,
        "a10 ; " + "é" * 11_000,
        ";" * 10**6,
    ):
        try:
            parse_line(typed, "fr")
        except Problem:
            pass
    assert time.perf_counter() - started < 2
