"""Amounts are exact, stay in their currency and are never rounded behind anybody's back."""

from __future__ import annotations

import decimal
import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_billing.rules.money import (
    CURRENCIES,
    LIMIT,
    Money,
    convert,
    exponent,
    from_minor,
    plain,
    round_half_up,
    split,
    to_minor,
    within_limit,
)
from tui_billing.rules.problem import Problem

MINOR = st.integers(-LIMIT, LIMIT)
SMALL = st.integers(-(10**12), 10**12)
CURRENCY = st.sampled_from(sorted(CURRENCIES))


@pytest.mark.parametrize(
    ("currency", "places"),
    [
        ("EUR", 2),
        ("JPY", 0),
        ("BHD", 3),
        ("KWD", 3),
        ("OMR", 3),
        ("TND", 3),
        ("JOD", 3),
        ("LYD", 3),
        ("IQD", 3),
        ("CLF", 4),
    ],
)
def test_decimals_of_currencies(currency, places):
    assert exponent(currency) == places


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "XXX", "XAU", "E\x00R", "€"])
def test_unknown_currency_is_named(currency):
    with pytest.raises(Problem) as caught:
        exponent(currency)
    assert caught.value.field == "currency" and "EUR" in str(caught.value) and "\x00" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [
        ("2.675", 2, "2.68"),
        ("-2.675", 2, "-2.68"),
        ("2.665", 2, "2.67"),
        ("2.6649999999999999999999999999999999", 2, "2.66"),
        ("0.5", 0, "1"),
        ("-0.5", 0, "-1"),
        ("1E+2", 2, "100.00"),
    ],
)
def test_half_is_rounded_away_from_zero(value, places, rounded):
    assert str(round_half_up(Decimal(value), places)) == rounded


@given(st.decimals(-(10**20), 10**20, allow_nan=False, places=9), st.integers(0, 6))
def test_rounding_is_symmetric_and_near(value, places):
    rounded = round_half_up(value, places)
    assert round_half_up(value.copy_negate(), places) == rounded.copy_negate()
    with decimal.localcontext(decimal.Context(prec=60)):
        assert abs(rounded - value) * 2 <= Decimal(1).scaleb(-places)


@pytest.mark.parametrize(("minor", "currency", "text"), [
    (130000, "EUR", "1300.00"),
    (5, "EUR", "0.05"),
    (-5, "EUR", "-0.05"),
    (0, "EUR", "0.00"),
    (130000, "JPY", "130000"),
    (-1, "BHD", "-0.001"),
])  # fmt: skip
def test_plain_text(minor, currency, text):
    assert plain(minor, currency) == Money(minor, currency).plain == text


@given(MINOR, CURRENCY)
def test_an_amount_survives_every_form(minor, currency):
    money = Money(minor, currency)
    assert Money.of(money.plain, currency) == Money.of(money.decimal, currency) == money
    assert to_minor(from_minor(minor, currency), currency) == minor


@pytest.mark.parametrize(
    "value",
    ["", "-", "1_000", "١٢", "１２", "1e3", "1e400", "NaN", "sNaN", "Infinity", " 1", "1.", ".5", "--1", "+1",
     "1,5", "9" * 10_000,
     Decimal("NaN"), Decimal("sNaN"), Decimal("-Infinity"), Decimal("1E+999999"), Decimal("1E-999999"),
     Decimal("1.001"), "1.001", Decimal("1." + "0" * 50 + "1"), Decimal("9" * 6000), 10**14, -(10**14),
     LIMIT],
)  # fmt: skip
def test_what_is_no_amount_is_refused(value):
    with pytest.raises(Problem) as caught:
        Money.of(value, "EUR")
    assert len(str(caught.value)) < 200


@given(st.one_of(st.text(), st.decimals(allow_nan=True, allow_infinity=True)), CURRENCY)
def test_nothing_but_a_problem_is_raised(value, currency):
    try:
        money = Money.of(value, currency)
    except Problem:
        return
    assert money.decimal == Decimal(value)


def test_no_float_and_no_half_unit():
    for make in (lambda: Money.of(1.5, "EUR"), lambda: Money(1.5, "EUR"), lambda: Money(True, "EUR")):
        with pytest.raises(TypeError):
            make()


def test_exact_and_rounded():
    assert Money.of("12.5", "EUR") == Money(1250, "EUR")
    assert Money.of(12, "EUR") == Money(1200, "EUR")
    assert Money.of(Decimal("1.2500"), "EUR") == Money(125, "EUR")
    assert Money.rounded(Decimal("1.005"), "EUR") == Money(101, "EUR")
    assert Money.rounded(Decimal("1234.5"), "JPY") == Money(1235, "JPY")
    assert Money.zero("EUR") == Money(0, "EUR") and not Money.zero("EUR")


def test_the_limit_holds():
    assert within_limit(LIMIT) == LIMIT and within_limit(-LIMIT) == -LIMIT
    for minor in (LIMIT + 1, -LIMIT - 1):
        with pytest.raises(Problem):
            within_limit(minor)
    with pytest.raises(Problem):
        Money(LIMIT, "EUR") + Money(1, "EUR")
    with pytest.raises(Problem):
        convert(LIMIT, "EUR", "JPY", Decimal(100_000))


@given(SMALL, SMALL)
def test_arithmetic_is_that_of_integers(a, b):
    one, other = Money(a, "EUR"), Money(b, "EUR")
    assert (one + other).minor == a + b
    assert (one - other).minor == a - b
    assert (-one).minor == -a and abs(one).minor == abs(a) and bool(one) == bool(a)
    assert [one < other, one <= other, one > other, one >= other, one == other] == [
        a < b,
        a <= b,
        a > b,
        a >= b,
        a == b,
    ]
    assert sum([one, other]) == one + other


def test_currencies_are_never_mixed():
    euro, dollar = Money(1, "EUR"), Money(1, "USD")
    assert euro != dollar
    for mix in (
        lambda: euro + dollar,
        lambda: euro - dollar,
        lambda: euro < dollar,
        lambda: euro >= dollar,
        lambda: euro + 1,
        lambda: 1 + euro,
        lambda: sum([euro, dollar]),
    ):
        with pytest.raises(TypeError):
            mix()


def test_split_by_largest_remainder():
    assert split(1001, [19, 7, 1]) == [704, 260, 37]
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    assert split(-100, [1, 1, 1]) == [-34, -33, -33]
    assert Money(5, "EUR").split([1, 0, 1]) == [Money(3, "EUR"), Money(0, "EUR"), Money(2, "EUR")]
    for weights in ([], [0, 0], [2, -1]):
        with pytest.raises(ValueError):
            split(1, weights)


@given(MINOR, st.lists(st.integers(0, 10**9), min_size=1, max_size=20).filter(any))
def test_shares_add_up_and_are_fair(minor, weights):
    shares = split(minor, weights)
    assert sum(shares) == minor
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share * sum(weights) - minor * weight) < sum(weights)
        assert weight or not share


def test_convert_to_the_books_currency():
    assert convert(10000, "USD", "EUR", Decimal("0.91235")) == 9124
    assert convert(-10050, "USD", "EUR", Decimal("0.5")) == -5025
    assert convert(1000, "JPY", "EUR", Decimal("0.00605")) == 605
    assert convert(605, "EUR", "JPY", Decimal("165.29")) == 1000
    assert convert(1000, "BHD", "EUR", Decimal("2.4")) == 240


def test_decimals_are_kept_whatever_the_threads_context():
    with decimal.localcontext() as context:
        context.prec = 3
        assert from_minor(123456789, "EUR") == Decimal("1234567.89")
        assert convert(123456789, "USD", "EUR", Decimal(1)) == 123456789
        assert to_minor(Decimal("1234567.89"), "EUR") == 123456789


def test_importing_leaves_the_decimal_context_alone_and_brings_in_nothing_heavy():
    code = (
        "import decimal, sys; before = repr(decimal.getcontext())\n"
        "from tui_billing.rules import money, numbers, dates, terms, text, entry\n"
        "numbers.parse_number('=1/3', 'en', decimals=2)\n"
        "assert repr(decimal.getcontext()).split('flags')[0] == before.split('flags')[0]\n"
        "assert not {'rich', 'textual', 'peewee', 'sqlite3', 'fpdf'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
