"""The VAT within a discount: never more than the invoice's, in parts as in one, to the cent."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui_billing.rules.differences import tax_within
from tui_billing.rules.reasons import RETURNS, return_code

groups = st.lists(
    st.tuples(st.integers(0, 10**9), st.sampled_from((0, 55, 100, 200))).map(
        lambda pair: (pair[0], (pair[0] * pair[1] + 500) // 1000, (pair[0] * pair[1] + 500) // 1000)
    ),
    max_size=4,
)


@given(groups)
def test_the_whole_holds_the_whole_tax(found):
    whole = sum(taxable + tax for taxable, tax, _ in found)
    assert tax_within(whole, found) == (sum(tax for _, tax, _ in found),) * 2


@given(groups, st.integers(0, 10**9))
def test_a_part_holds_its_share(found, part):
    whole = sum(taxable + tax for taxable, tax, _ in found)
    part = min(part, whole)
    tax, base = tax_within(part, found)
    assert tax == base and 0 <= tax <= min(part, sum(one for _, one, _ in found))
    exact = part * sum(one for _, one, _ in found)  # over `whole`
    assert abs(tax * whole - exact) <= len(found) * whole


def test_known_amounts():
    # 2 % off 780.00 at 20 % and 147.63 at 5.5 %.
    assert tax_within(1560, [(65000, 13000, 13000)]) == (260, 260)
    assert tax_within(1200, []) == (0, 0)
    assert tax_within(100, [(10000, 2000, 1760), (-500, -100, -88)]) == (17, 15)


def test_the_codes_of_the_banks():
    assert return_code("am04: no money") == return_code("AM04") == "AM04"
    assert return_code("no code") == return_code("") == "" and len(RETURNS) > 30
