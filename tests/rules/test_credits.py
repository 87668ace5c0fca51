"""Credit notes give back stored amounts: no group more than it holds, and the last one exactly what is left."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_billing.rules.credits import CreditPlan, Group, Original, OriginalLine, Part, plan_credit
from tui_billing.rules.problem import Problem, Refused

S20, S55 = ("S", 200000, ""), ("S", 55000, "")


def invoice(nets: list[tuple[tuple, int]], allowance: int = 0) -> Original:
    """An invoice of lines (VAT group, net) of quantity 3 each, a share of every group taken off."""
    lines = tuple(
        OriginalLine(place, place, key, "goods" if place % 2 else "services", net, 30_000, 0)
        for place, (key, net) in enumerate(nets, 1)
    )
    groups = {}
    for key in dict.fromkeys(key for key, _ in nets):
        taxable = sum(net for other, net in nets if other == key) * (100 - allowance) // 100
        tax = (taxable * key[1] * 2 + 1_000_000) // 2_000_000
        groups[key] = Group((taxable, tax, taxable * 9 // 10, tax * 9 // 10))
    return Original("F2026-00001", "EUR", lines, groups)


def after(original: Original, plan: CreditPlan) -> Original:
    """The invoice as the next credit note finds it."""
    lines = {line.id: line for line in original.lines}
    for line in plan.lines:
        if line.line is None:
            continue
        known = lines[line.line.id]
        lines[known.id] = replace(
            known,
            credited_net=known.credited_net + line.net,
            credited_quantity=known.credited_quantity + (line.quantity if line.price is None else 0),
            credited_discount=known.credited_discount + line.discount,
            by_amount=known.by_amount or line.price is not None,
        )
    groups = {}
    for key, group in original.groups.items():
        taken = plan.groups.get(key)
        used = group.used
        if taken:
            amounts = (taken.taxable, taken.tax, taken.taxable_base, taken.tax_base)
            used = tuple(a + b for a, b in zip(used, amounts, strict=True))
        groups[key] = Group(group.amounts, used)
    return replace(original, lines=tuple(lines.values()), groups=groups)


nets = st.lists(st.tuples(st.sampled_from([S20, S55]), st.integers(1, 500_000)), min_size=1, max_size=6)
deeds = st.lists(
    st.tuples(st.sampled_from(["line", "quantity", "amount", "document"]), st.integers(0, 9), st.integers(1, 100)),
    max_size=8,
)


@given(nets, st.integers(0, 30), deeds)
def test_credits_never_give_more_than_the_invoice_holds_and_end_at_nothing(lines, allowance, steps):
    original = invoice(lines, allowance)
    whole, given_back = original.left, 0
    for how, which, share in steps:
        line = original.lines[which % len(original.lines)]
        rest = original.line_rests()[which % len(original.lines)]
        parts, amount = [Part(line.position)], None
        if how == "quantity":
            parts = [Part(line.position, 30_000 * share // 100 or 1)]
        elif how == "amount":
            parts = [Part(line.position, None, rest * share // 100)]
        elif how == "document":
            parts, amount = [], original.left * share // 100
        try:
            plan = plan_credit(original, parts, amount)
        except Problem:
            continue
        if how == "document":
            assert plan.gross == amount
        elif how == "amount" and allowance == 0 and not any(g.used != (0, 0, 0, 0) for g in original.groups.values()):
            assert plan.gross == rest * share // 100
        given_back += plan.gross
        for key, taken in plan.groups.items():
            assert sum(one.net for one in plan.lines if one.key == key) == taken.nets
        original = after(original, plan)
        for group in original.groups.values():
            assert all(0 <= used <= whole for used, whole in zip(group.used[:2], group.amounts[:2], strict=True))
    if original.left:
        plan = plan_credit(original)
        assert plan.last and given_back + plan.gross == whole
        original = after(original, plan)
    assert all(group.left == (0, 0, 0, 0) for group in original.groups.values())
    with pytest.raises(Refused):
        plan_credit(original)


@given(nets, st.integers(0, 30))
def test_the_shares_of_the_lines_are_the_invoice(lines, allowance):
    original = invoice(lines, allowance)
    assert sum(sum(share) for share in original.shares()) == original.left == sum(original.line_rests())
    for place, rest in enumerate(original.line_rests()):
        if rest > 0:
            assert plan_credit(original, [Part(place + 1)]).gross in (rest, rest - 1, rest + 1)


def test_each_wrong_part_is_one_sentence():
    original = invoice([(S20, 10_000), (S55, 300)])
    for parts, amount, words in (
        ([Part(7)], None, "no line 7"),
        ([Part(1), Part(1, 10_000)], None, "named twice"),
        ([Part(1, 40_000)], None, "a quantity of 3 is left"),
        ([Part(1, 0)], None, "a quantity of 3 is left"),
        ([Part(1, None, 12_001)], None, "120.00 EUR is left"),
        ([Part(1, None, -5)], None, "120.00 EUR is left"),
        ([], 0, "more than 0"),
        ([], 12_318, "more than is left to credit"),
        ([Part(1)], 5, "not both"),
    ):
        with pytest.raises(Problem, match=words):
            plan_credit(original, parts, amount)
