"""A derivation comes to what it explains."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tui_billing.rules.content import ResolvedLine
from tui_billing.rules.explain import explain_totals
from tui_billing.rules.totals import Vat, compute

_PRICES = st.decimals(min_value="0.01", max_value="999", places=3)
_LINES = st.lists(
    st.tuples(st.integers(1, 20), _PRICES, st.sampled_from(["0", "10", "33.3"]), st.sampled_from(["20", "5.5"])),
    min_size=1,
    max_size=6,
)


def lines_of(rows) -> list[ResolvedLine]:
    return [
        ResolvedLine(
            None, "", f"line {n}", Decimal(quantity), "C62", price, Decimal(off), Vat("S", Decimal(rate)), "goods"
        )
        for n, (quantity, price, off, rate) in enumerate(rows, 1)
    ]


@given(_LINES, st.sampled_from(["0", "5"]))
def test_the_steps_add_up_to_the_totals(rows, discount):
    lines = lines_of(rows)
    totals = compute([line.input for line in lines], currency="EUR", document_discount_percent=Decimal(discount))
    steps = explain_totals(totals, lines, "EUR")
    amounts = {step.label: step.amount.minor for step in steps if step.amount is not None and step.strong}
    assert amounts["sum of the lines"] == totals.lines_total
    assert amounts["total with VAT"] == totals.gross
    taxes = [step.amount.minor for step in steps if step.label == "VAT {rate} %"]
    assert sum(taxes) == totals.tax
    for step in steps:
        assert step.label.format(**step.values)
        assert step.detail.format(**step.values) is not None


def test_what_rounding_line_by_line_would_have_given_is_said_where_it_differs():
    lines = lines_of([(1, Decimal("0.13"), "0", "20")] * 3)
    totals = compute([line.input for line in lines], currency="EUR")
    steps = explain_totals(totals, lines, "EUR")
    assert totals.tax == 8
    assert [step.amount.minor for step in steps if step.label == "rounded line by line"] == [9]
