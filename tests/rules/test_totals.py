from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_billing.rules.problem import Problem
from tui_billing.rules.totals import (
    RULE_NAMES,
    TAXED,
    Adjustment,
    LineInput,
    Totals,
    Vat,
    VatGroup,
    check_totals,
    compute,
    tax_of,
)

D = Decimal
S20, S10, S55 = Vat("S", D(20)), Vat("S", D(10)), Vat("S", D("5.5"))
VATS = [
    S20,
    S10,
    S55,
    Vat("S", D("2.1")),
    Vat("Z", D(0)),
    Vat("E", D(0), "VATEX-FR-FRANCHISE"),
    Vat("E", D(0), "VATEX-FR-CNWVAT"),
    Vat("AE", D(0), "VATEX-EU-AE", "Reverse charge"),
    Vat("K", D(0), "VATEX-EU-IC"),
    Vat("G", D(0), "VATEX-EU-G"),
    Vat("O", D(0), "VATEX-EU-O"),
    Vat("L", D(7)),
]
SCALES = {"JPY": 0, "EUR": 2, "BHD": 3}


def rounded(value: Decimal) -> int:
    """Half up on the absolute value, by the standard library instead of by our own integers."""
    return int(value.quantize(D(1), ROUND_HALF_UP))


def line(quantity: str, price: str, vat: Vat = S20, **more: Any) -> LineInput:
    return LineInput(D(quantity), D(price), vat, **more)


def decimals(low: int, high: int, places: int) -> st.SearchStrategy[Decimal]:
    return st.integers(low * 10**places, high * 10**places).map(lambda n: D(n).scaleb(-places))


percents = st.one_of(st.just(D(0)), st.sampled_from([D(10), D("2.5"), D(100)]), decimals(0, 100, 4))
adjustments = st.builds(
    Adjustment,
    amount=st.none() | st.integers(0, 5000),
    percent=percents,
    base=st.none() | st.integers(-1000, 100000),
    is_charge=st.booleans(),
    reason=st.just("because"),
)
document_adjustments = st.builds(
    lambda item, vat: replace(item, vat=vat), adjustments, st.none() | st.sampled_from(VATS)
)
line_inputs = st.builds(
    LineInput,
    quantity=decimals(-50, 50, 4) | st.integers(-5, 20).map(D),
    unit_price=decimals(-5, 900, 6) | decimals(0, 100, 2),
    vat=st.sampled_from(VATS),
    discount_percent=percents,
    adjustments=st.lists(adjustments, max_size=2).map(tuple),
)
documents = st.fixed_dictionaries(
    {
        "lines": st.lists(line_inputs, min_size=1, max_size=8),
        "adjustments": st.lists(document_adjustments, max_size=3),
        "currency": st.sampled_from(list(SCALES)),
        "document_discount_percent": percents,
        "prepaid": st.integers(-1000, 1000),
        "rounding": st.integers(-99, 99),
        "prices_include_vat": st.booleans(),
    }
)


@given(documents)
@settings(max_examples=300, deadline=None)
def test_every_document_obeys_the_standard(document: dict[str, Any]) -> None:
    """BR-CO-10 to BR-CO-17 and BR-x-08/09, computed again here from what stands in the totals."""
    totals = compute(**document)
    allowances = [item for item in totals.adjustments if not item.is_charge]
    charges = [item for item in totals.adjustments if item.is_charge]
    amounts = lambda items: sum(item.amount for item in items)  # noqa: E731
    assert totals.lines_total == sum(row.net for row in totals.lines)  # BR-CO-10
    assert totals.allowances_total == amounts(allowances)  # BR-CO-11
    assert totals.charges_total == amounts(charges)  # BR-CO-12
    assert totals.net == totals.lines_total - totals.allowances_total + totals.charges_total  # BR-CO-13
    assert totals.tax == sum(group.tax for group in totals.vat)  # BR-CO-14
    assert totals.gross == totals.net + totals.tax  # BR-CO-15
    assert totals.payable == totals.gross - totals.prepaid + totals.rounding  # BR-CO-16
    for group in totals.vat:
        mine = [row.net for row in totals.lines if row.vat and row.vat.key == group.vat.key]
        taxable = (
            sum(mine)
            - amounts(i for i in allowances if i.vat.key == group.vat.key)
            + amounts(i for i in charges if i.vat.key == group.vat.key)
        )
        assert group.taxable == taxable  # BR-S-08 and its like
        with localcontext(Context(prec=60)):
            exact = D(group.taxable) * group.vat.rate / 100
            if totals.method == "group":
                assert group.tax == rounded(exact)  # BR-CO-17, BR-S-09
            else:
                assert abs(D(group.tax) - exact) <= 1
        if group.vat.category not in TAXED:
            assert group.tax == 0  # BR-E-09 and its like
    assert len({group.vat.key for group in totals.vat}) == len(totals.vat)
    assert sum(group.taxable for group in totals.vat) == totals.net
    for row in totals.lines:
        assert row.net == row.gross - row.discount - row.allowances + row.charges
        assert row.allowances == amounts(i for i in row.adjustments if not i.is_charge)
        assert row.charges == amounts(i for i in row.adjustments if i.is_charge)
    assert all(item.vat is not None and item.amount is not None for item in totals.adjustments)
    assert check_totals(totals) == []


@given(line_inputs, st.sampled_from(list(SCALES)))
def test_a_line_is_rounded_once(row: LineInput, currency: str) -> None:
    row = replace(row, adjustments=())
    result = compute([row], currency=currency).lines[0]
    with localcontext(Context(prec=80)):
        exact = row.quantity * row.unit_price * 10 ** SCALES[currency]
        assert result.gross == rounded(exact)
        assert result.net == rounded(exact * (100 - row.discount_percent) / 100)


@given(documents)
@settings(deadline=None)
def test_a_document_discount_is_exact_and_fair(document: dict[str, Any]) -> None:
    percent = document["document_discount_percent"]
    totals = compute(**{**document, "adjustments": (), "prices_include_vat": False})
    with localcontext(Context(prec=60)):
        assert totals.allowances_total == rounded(D(totals.lines_total) * percent / 100)
        for item in totals.adjustments:
            assert item.amount is not None and item.base is not None
            assert item.percent == percent and item.reason_code == "95"
            assert abs(D(item.amount) - D(item.base) * percent / 100) < 1


def without_vat(vat: Vat | None) -> Vat | None:
    """The same group in a category without a rate: its net is then what the gross prices sum to."""
    return vat and Vat("E", D(0), f"{vat.category} {vat.rate.normalize()} {vat.exemption_code}")


@given(documents)
@settings(max_examples=200, deadline=None)
def test_prices_including_vat_sum_exactly(document: dict[str, Any]) -> None:
    totals = compute(**{**document, "prices_include_vat": True})
    plain = {
        **document,
        "prices_include_vat": False,
        "lines": [replace(row, vat=without_vat(row.vat)) for row in document["lines"]],
        "adjustments": [replace(item, vat=without_vat(item.vat)) for item in document["adjustments"]],
    }
    expected = compute(**plain)
    assert totals.method == "gross"
    assert totals.gross == expected.net
    assert totals.payable == expected.payable
    by_key = {group.vat.key: group for group in expected.vat}
    for group in totals.vat:
        other = without_vat(group.vat)
        assert other is not None
        gross = by_key[other.key].taxable
        assert group.taxable + group.tax == gross
        with localcontext(Context(prec=60)):
            rate = group.vat.rate if group.vat.category in TAXED else D(0)
            assert group.tax == gross - rounded(D(gross) / (1 + rate / 100))
            for net, incl in zip(
                [row.net for row in totals.lines if row.vat == group.vat],
                [row.net for row in expected.lines if row.vat == other],
                strict=True,
            ):
                assert abs(D(net) - D(incl) / (1 + rate / 100)) < 1


@pytest.mark.parametrize(
    ("lines", "tax"),
    [
        ([("1", "1.11", "20")] * 3, 67),
        ([("1", "0.33", "20")] * 3, 20),
        ([("1", "0.02", "20")] * 10, 4),
        ([("1", "-1.11", "20")] * 3, -67),
        ([("-1", "1.11", "20")] * 3, -67),
        ([("1", "302.25", "5.5")], 1662),
    ],
)
def test_vectors_of_the_vat(lines: list[tuple[str, str, str]], tax: int) -> None:
    totals = compute([line(q, p, Vat("S", D(r))) for q, p, r in lines], currency="EUR")
    assert totals.tax == tax
    assert len(totals.vat) == 1


@pytest.mark.parametrize(
    ("quantity", "price", "net"),
    [
        ("1", "0.125", 13),
        ("1", "1.005", 101),
        ("-1", "1.005", -101),
        ("0.5", "2.01", 101),
        ("3", "0.333333", 100),
    ],
)
def test_vectors_of_the_line(quantity: str, price: str, net: int) -> None:
    assert compute([line(quantity, price)], currency="EUR").net == net


def test_vectors_of_prices_including_vat() -> None:
    totals = compute([line("1", "9.99")], currency="EUR", prices_include_vat=True)
    assert (totals.net, totals.tax, totals.gross) == (833, 166, 999)
    assert compute([line("1", "8.33")], currency="EUR").gross == 1000, "the same net by the other method"
    three = compute([line("1", "1.00")] * 3, currency="EUR", prices_include_vat=True)
    assert [row.net for row in three.lines] == [84, 83, 83]
    assert (three.net, three.tax, three.gross) == (250, 50, 300)


def test_the_wireframe_of_the_entry_screen() -> None:
    totals = compute(
        [line("2", "650"), line("10", "45", discount_percent=D(10))],
        currency="EUR",
    )
    assert [row.net for row in totals.lines] == [130000, 40500]
    assert (totals.net, totals.tax, totals.gross, totals.payable) == (170500, 34100, 204600, 204600)
    assert totals.lines[1].gross == 45000 and totals.lines[1].discount == 4500


def test_currencies_have_their_own_minor_units() -> None:
    assert compute([line("3", "33.5")], currency="JPY").gross == 121
    assert compute([line("3", "0.3335")], currency="BHD").gross == 1201
    with pytest.raises(Problem):
        compute([line("1", "1")], currency="XXQ")


def test_groups_keep_rate_and_reason_apart() -> None:
    one, two = Vat("E", D(0), "VATEX-FR-FRANCHISE"), Vat("E", D(0), "VATEX-FR-CNWVAT", "Net of tax")
    totals = compute(
        [line("1", "10", one), line("1", "20", two), line("1", "5"), line("1", "5", Vat("S", D("20.00")))],
        currency="EUR",
    )
    assert [(group.vat.exemption_code, group.taxable) for group in totals.vat] == [
        ("VATEX-FR-FRANCHISE", 1000),
        ("VATEX-FR-CNWVAT", 2000),
        ("", 1000),
    ]


def test_adjustments_of_the_document() -> None:
    totals = compute(
        [line("1", "100"), line("1", "50", S10)],
        [
            Adjustment(amount=1000, reason="Freight", is_charge=True, vat=S20),
            Adjustment(percent=D(10), vat=S10),
            Adjustment(amount=300, is_charge=True),
        ],
        currency="EUR",
        prepaid=5000,
        rounding=-1,
    )
    assert [(i.amount, i.base, i.vat) for i in totals.adjustments] == [
        (1000, None, S20),
        (500, 5000, S10),
        (200, None, S20),
        (100, None, S10),
    ]
    assert totals.vat == (VatGroup(S20, 11200, 2240), VatGroup(S10, 4600, 460))
    assert totals.payable == totals.gross - 5000 - 1


def test_a_charge_over_lines_that_cancel() -> None:
    totals = compute([line("1", "10"), line("-1", "10", S10)], [Adjustment(amount=101, is_charge=True)], currency="EUR")
    assert [item.amount for item in totals.adjustments] == [51, 50]
    free = compute([line("1", "0"), line("1", "0", S10)], [Adjustment(amount=3)], currency="EUR")
    assert [item.amount for item in free.adjustments] == [2, 1]
    assert check_totals(totals) == check_totals(free) == []


def test_a_charge_over_returns_only() -> None:
    totals = compute(
        [line("-1", "10"), line("-1", "20", S10)], [Adjustment(amount=100, is_charge=True)], currency="EUR"
    )
    assert [item.amount for item in totals.adjustments] == [33, 67]


def test_an_empty_document_is_zero() -> None:
    totals = compute([], currency="EUR", document_discount_percent=D(5))
    assert totals.payable == 0 and totals.vat == ()
    assert check_totals(totals) == []
    only = compute([], [Adjustment(amount=500, is_charge=True, vat=S20)], currency="EUR")
    assert only.gross == 600


@pytest.mark.parametrize(
    "arguments",
    [
        {"lines": [line("1", "1", Vat("X", D(0)))]},
        {"lines": [line("1e9", "1e9")]},
        {"lines": [line("1", "1")], "adjustments": [Adjustment()]},
        {"lines": [], "adjustments": [Adjustment(amount=1)]},
        {"lines": [line("1", "9e12"), line("1", "9e12")]},
        {"lines": [line("1", "1")], "prepaid": 10**15 + 1},
    ],
)
def test_what_cannot_be_computed(arguments: dict[str, Any]) -> None:
    with pytest.raises(Problem) as caught:
        compute(**arguments, currency="EUR")
    assert str(caught.value)


def test_no_float_comes_in() -> None:
    with pytest.raises(TypeError):
        compute([LineInput(1.5, D(1), S20)], currency="EUR")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        compute([LineInput(D(1), 0.1, S20)], currency="EUR")  # type: ignore[arg-type]
    with pytest.raises(ValueError):
        compute([], currency="EUR", method="line")


def test_a_rate_in_an_exempt_category_taxes_nothing() -> None:
    assert tax_of(10000, Vat("AE", D(20))) == 0
    assert tax_of(-12345, S20) == -2469


RIGHT = compute(
    [line("3", "1.11"), line("2", "7", Vat("E", D(0), "VATEX-FR-FRANCHISE"))],
    [Adjustment(amount=100, is_charge=True, vat=S20), Adjustment(amount=50, vat=S20)],
    currency="EUR",
)


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"lines_total": RIGHT.lines_total + 1}, {"BR-CO-10", "BR-CO-13"}),
        ({"allowances_total": 51}, {"BR-CO-11", "BR-CO-13"}),
        ({"charges_total": 99}, {"BR-CO-12", "BR-CO-13"}),
        ({"net": RIGHT.net - 1}, {"BR-CO-13", "BR-CO-15"}),
        ({"tax": RIGHT.tax + 1}, {"BR-CO-14", "BR-CO-15"}),
        ({"gross": RIGHT.gross + 1}, {"BR-CO-15", "BR-CO-16"}),
        ({"payable": RIGHT.payable - 1}, {"BR-CO-16"}),
        ({"prepaid": 1}, {"BR-CO-16"}),
        ({"rounding": 1}, {"BR-CO-16"}),
        (
            {"vat": (replace(RIGHT.vat[0], tax=RIGHT.vat[0].tax + 1), RIGHT.vat[1])},
            {"BR-CO-14", "BR-CO-17", "BR-S-09"},
        ),
        ({"vat": (RIGHT.vat[0], replace(RIGHT.vat[1], taxable=1))}, {"BR-E-08"}),
        ({"vat": (RIGHT.vat[0], replace(RIGHT.vat[1], tax=1))}, {"BR-CO-14", "BR-CO-17", "BR-E-09"}),
        ({"vat": RIGHT.vat[:1]}, {"BR-E-01"}),
        ({"vat": (*RIGHT.vat, RIGHT.vat[1])}, {"BR-CO-18"}),
    ],
)
def test_a_cent_off_is_named(changes: dict[str, Any], names: set[str]) -> None:
    broken: Totals = replace(RIGHT, **changes)
    assert set(check_totals(broken)) == names
    assert check_totals(RIGHT) == []


def test_rule_names_cover_the_categories() -> None:
    assert RULE_NAMES["K"] == "IC" and len(set(RULE_NAMES.values())) == len(RULE_NAMES)
