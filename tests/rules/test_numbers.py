"""One strict parser: what is typed is what is meant, or a sentence says what to type instead."""

from __future__ import annotations

import decimal
import time
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui_billing.rules.money import CURRENCIES, LIMIT, Money
from tui_billing.rules.numbers import (
    evaluate,
    format_money,
    format_number,
    parse_amount,
    parse_number,
    parse_percent,
    parse_plain,
    parse_price,
    parse_quantity,
)
from tui_billing.rules.problem import Problem

LANGUAGE = st.sampled_from(["en", "fr"])
NNBSP, NBSP = "\u202f", "\u00a0"
# Text that is nearly a number gets deeper into the parser than any text.
NEARLY = st.text("0123456789.,- \u00a0\u202f%=+*/()@xv'e_١２", max_size=70)
HOSTILE = [
    "", " ", "-", ".", ",", "--1", "-.", "1.", "1,", "1..5", "+1", "1e3", "1E5", "1e400", "-1e-400", "NaN",
    "sNaN",
    "nan", "Infinity", "-inf", "1_000", "１２", "١٢", "१२", "1²", "½", "Ⅷ", "0x10", "1\x00", "\x00", "1\n2",
    "- 1", "1 -",
    "9" * 10_000, "-" * 10_000, "(" * 10_000, "1" + "0" * 40, "12 34", "1 23", "1 2345", "(45)", "45-",
    "€5", "5k",
    "=", "==1", "=--1", "=1+", "=*2", "=1/0", "=1/(2-2)", "=()", "=(1", "=1)", "=1 2", "=3%", "=(3%)",
    "=50%%", "=2**3",
    "=1e9", "=1_0", "=a", "=1//2", "=+1",
    "=" + "(" * 63, "=" + "(" * 30 + "1" + ")" * 30, "=" + "9*" * 31 + "9",
    "=" + "9" * 63, "=" + "-" * 60 + "1", "=99999999999*99999999999*99999999999*99999999999", "=0/0", "=NaN",
]  # fmt: skip


def number(text, language, decimals=4, **options):
    return parse_number(text, language, decimals=decimals, allow_negative=True, **options)


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en", "12", "12"),
        ("en", "12.5", "12.5"),
        ("en", " -12.50 ", "-12.5"),
        ("en", ".5", "0.5"),
        ("en", "1,500", "1500"),
        ("en", "1,234,567.25", "1234567.25"),
        ("en", "1234567.25", "1234567.25"),
        ("en", "1.500", "1.5"),
        ("en", "007", "7"),
        ("en", "-0", "0"),
        ("fr", "12,5", "12.5"),
        ("fr", "12.5", "12.5"),
        ("fr", ",5", "0.5"),
        ("fr", "-.5", "-0.5"),
        ("fr", "1 234,50", "1234.5"),
        ("fr", f"1{NBSP}234.50", "1234.5"),
        ("fr", f"-1{NNBSP}234{NNBSP}567,5", "-1234567.5"),
        ("fr", "1500,125", "1500.125"),
        ("fr", "1 500,125", "1500.125"),
        ("fr", "0,125", "0.125"),
        ("fr", "1,1250", "1.125"),
        ("fr", "012,500", "12.5"),
    ],
)
def test_what_a_number_is(language, text, value):
    assert number(text, language) == Decimal(value)
    assert str(number(text, language)) == value


@pytest.mark.parametrize(
    ("language", "text", "sentence"),
    [
        ("fr", "1.500", "1.500 can be read in two ways; type 1500 or 1,5"),
        ("fr", "1,500", "1,500 can be read in two ways; type 1500 or 1,5"),
        ("fr", "123.450", "123.450 can be read in two ways; type 123450 or 123,45"),
        ("fr", "-12,125", "-12,125 can be read in two ways; type -12125 or -12,1250"),
        ("fr", "1.234,50", f"1.234,50 is not how a number is written here; type 1{NNBSP}234,5"),
        ("fr", "1,234.50", f"1,234.50 is not how a number is written here; type 1{NNBSP}234,5"),
        ("fr", "1.234.567", f"1.234.567 is not how a number is written here; type 1{NNBSP}234{NNBSP}567"),
        ("en", "12,5", "12,5 is not how a number is written here; type 12.5"),
        ("en", "0,500", "0,500 is not how a number is written here; type 0.5"),
        ("en", "1.234,50", "1.234,50 is not how a number is written here; type 1,234.5"),
        ("en", "1 234.50", "1 234.50 is not how a number is written here; type 1,234.5"),
        ("en", "1'234.50", "1'234.50 is not how a number is written here; type 1,234.5"),
        ("en", "abc", "abc is not a number; type for example 12.5"),
        ("fr", "abc", "abc is not a number; type for example 12,5"),
        ("en", "", "this field is empty; type a number, for example 12.5"),
        ("en", "1.00001", "1.00001 has too many decimals; type at most 4, for example 12.5"),
        ("en", "1e400", "1e400 is not a number; type for example 12.5"),
        ("en", "=1/0", "nothing can be divided by 0; type for example =3*45.5"),
        ("fr", "=3*", "this formula cannot be worked out; type for example =3*45,5"),
        ("fr", "=1.500*2", "1.500 can be read in two ways; type 1500 or 1,5"),
        ("en", "99999999999999999999",
        "99999999999999999999 is too large; type at most 1,000,000,000,000,000"),
    ],
)  # fmt: skip
def test_the_sentence_says_what_to_type(language, text, sentence):
    with pytest.raises(Problem) as caught:
        number(text, language, field="quantity")
    assert str(caught.value) == sentence
    assert caught.value.field == "quantity"


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en", "=3*45.5", "136.5"),
        ("fr", "=3*45,5", "136.5"),
        ("fr", "=3*45.5", "136.5"),
        ("en", "=100-3%", "97"),
        ("en", "=100+19%", "119"),
        ("en", "=100+50-10%", "135"),
        ("en", "=200*10%", "20"),
        ("en", "=119/1.19", "100"),
        ("en", "=1200/12", "100"),
        ("en", "=2*(10+5)-1", "29"),
        ("en", "=10-4-3", "3"),
        ("en", "=64/4/2", "8"),
        ("en", "=2+3*4", "14"),
        ("en", "=-2*-3", "6"),
        ("en", "=100-3%*2", "99.94"),
        ("en", "= 1,500 * 2 ", "3000"),
        ("fr", f"=1{NNBSP}234,5 * 2", "2469"),
        ("en", "=1/3", "0.3333"),
        ("en", "=2/3", "0.6667"),
        ("en", "=-0.00005", "-0.0001"),
        ("en", "=1/8/1000", "0.0001"),
        ("en", "=((((((((((1))))))))))", "1"),
        ("en", "=" + "+".join(["(1)"] * 12), "12"),
    ],
)
def test_formulas(language, text, value):
    assert number(text, language) == Decimal(value)
    if text[1:] == "3*45.5":
        assert evaluate("3*45.5", language) == Decimal("136.5")


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_refused_at_once(text, language):
    started = time.perf_counter()
    for parse in (number, lambda t, g: parse_plain(t, 4, "x"), parse_quantity, parse_price, parse_percent):
        with pytest.raises(Problem) as caught:
            parse(text, language)
        sentence = str(caught.value)
        assert len(sentence) < 300 and sentence.replace(NNBSP, "").replace(NBSP, "").isprintable()
    assert time.perf_counter() - started < 1


@given(st.one_of(st.text(), NEARLY, NEARLY.map("={}".format)), LANGUAGE)
@example("=" + "9*" * 31 + "9", "en")
@example("=" + "1/" * 31 + "7", "fr")
def test_nothing_but_a_problem_is_raised(text, language):
    for parse in (
        number,
        parse_quantity,
        parse_price,
        parse_percent,
        lambda t, g: parse_amount(t, g, "EUR"),
        lambda t, g: parse_amount(t, g, "JPY"),
        lambda t, g: parse_plain(t, 4, "x"),
        evaluate,
    ):
        try:
            value = parse(text, language)
        except Problem as problem:
            assert str(problem) and "\x00" not in str(problem)
        else:
            assert isinstance(value, Money) or value.is_finite()


@given(st.decimals(-(10**14), 10**14, places=6, allow_nan=False), LANGUAGE)
@example(Decimal("1.125"), "fr")
@example(Decimal("-1.500"), "fr")
@example(Decimal("999.999"), "fr")
@example(Decimal("1000.125"), "fr")
@example(Decimal("0.125"), "fr")
@example(Decimal("1E+3"), "en")
def test_what_is_printed_can_be_typed(value, language):
    shown = format_number(value, language)
    assert parse_number(shown, language, decimals=6, allow_negative=True) == value
    if language == "fr" and shown.rpartition(",")[2].rstrip("0"):
        # The number pad's sign does as well.
        assert number(shown.replace(",", "."), language, 6) == value


@given(st.decimals(-(10**4), 10**4, places=3, allow_nan=False), LANGUAGE)
def test_three_decimals_are_never_taken_for_thousands(value, language):
    assert number(format_number(value, language), language, 3) == value


@given(st.integers(-LIMIT, LIMIT), st.sampled_from(sorted(c for c in CURRENCIES if CURRENCIES[c] != 3)), LANGUAGE)
def test_money_that_is_printed_can_be_typed(minor, currency, language):
    assert parse_amount(format_money(minor, currency, language), language, currency) == Money(minor, currency)


@given(st.decimals(-(10**14), 10**14, places=6, allow_nan=False), st.integers(0, 6))
def test_plain_form_comes_back(value, places):
    text = format(value, "f")
    if len(text.partition(".")[2].rstrip("0")) <= places:
        assert parse_plain(text, places, "x") == value
    else:
        with pytest.raises(Problem, match="too many decimals" if places else "whole number"):
            parse_plain(text, places, "x")


@pytest.mark.parametrize("text", ["", "1,5", ".5", "5.", "+5", " 5", "5\n", "1 000", "=1", 5, None, 1.5])
def test_plain_form_is_nothing_else(text):
    with pytest.raises(Problem):
        parse_plain(text, 4, "quantity")


@pytest.mark.parametrize(
    ("value", "places", "english", "french"),
    [
        ("1234.5", 2, "1,234.50", f"1{NNBSP}234,50"),
        ("1234.5", None, "1,234.5", f"1{NNBSP}234,5"),
        ("1234567", None, "1,234,567", f"1{NNBSP}234{NNBSP}567"),
        ("100.00", None, "100", "100"),
        ("1E+2", None, "100", "100"),
        ("-0.00", None, "0", "0"),
        ("-0.004", 2, "0.00", "0,00"),
        ("-999.5", 0, "-1,000", f"-1{NNBSP}000"),
        ("1.500", None, "1.5", "1,5"),
        ("1.125", None, "1.125", "1,1250"),
        ("1.125", 3, "1.125", "1,125"),
        ("0.000001", None, "0.000001", "0,000001"),
        ("2.675", 2, "2.68", "2,68"),
    ],
)
def test_printed_numbers(value, places, english, french):
    assert format_number(Decimal(value), "en", places) == english
    assert format_number(Decimal(value), "fr", places) == french


def test_printed_money():
    assert format_money(-123450, "EUR", "en") == "-1,234.50"
    assert format_money(123450, "EUR", "fr", code=True) == f"1{NNBSP}234,50 EUR"
    assert format_money(5, "JPY", "en", code=True) == "5 JPY"
    assert format_money(1234567, "BHD", "en") == "1,234.567"


def test_each_field_has_its_bounds():
    assert parse_quantity("-2", "en") == -2
    assert parse_price("=0.1/3", "en") == Decimal("0.033333")
    assert parse_percent("5,5 %", "fr") == Decimal("5.5")
    assert parse_percent("=100-3%", "en") == 97
    assert parse_amount("12,5", "fr", "EUR") == Money(1250, "EUR")
    assert parse_amount("=100/3", "en", "JPY") == Money(33, "JPY")
    for parse in (
        lambda: parse_quantity("0", "en"),
        lambda: parse_quantity("=1-1", "en"),
        lambda: parse_quantity("1000000001", "en"),
        lambda: parse_price("1.1234567", "en"),
        lambda: parse_percent("100.1", "en"),
        lambda: parse_percent("-1", "en"),
        lambda: parse_amount("1.001", "en", "EUR"),
        lambda: parse_amount("1.5", "en", "JPY"),
        lambda: parse_amount("10,000,000,000,001", "en", "EUR"),
        lambda: parse_amount("-1", "en", "EUR", allow_negative=False),
        lambda: parse_number("-1", "en", decimals=2),
        lambda: parse_number("11", "en", decimals=2, maximum=Decimal(10)),
    ):
        with pytest.raises(Problem):
            parse()


def test_numbers_do_not_depend_on_the_threads_context():
    with decimal.localcontext() as context:
        context.prec = 3
        assert number("-123456.7891", "en") == Decimal("-123456.7891")
        assert number("=123456.7891*1", "en") == Decimal("123456.7891")
        assert format_number(Decimal("-123456.7891"), "en") == "-123,456.7891"
