"""Rules on bank lines: every operator against a plain reading of it, and what is refused."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_billing.rules.matching.bank_rules import (
    ACTIONS,
    Condition,
    Rule,
    Seen,
    check_condition,
    check_rule,
    conditions_from,
    first_rule,
    matches,
    parse_condition,
    stored_conditions,
)
from tui_billing.rules.problem import Problem

FEW = st.text("ab*?", max_size=8)


@given(FEW, st.text("abc", max_size=12))
def test_a_pattern_is_what_the_same_regular_expression_is(pattern, text):
    expression = "".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in pattern)
    assert matches(pattern, text) == bool(re.fullmatch(expression, text, re.DOTALL))


def test_no_pattern_takes_long():
    seen = Seen(1, "EUR", text=("a" * 1_000_000,))
    assert not Condition("text", "matches", "*a" * 49 + "*b").holds(seen)


@given(st.integers(-10_000, 10_000), st.integers(0, 100), st.integers(0, 100))
def test_amounts_are_compared_without_their_sign(minor, low, more):
    seen, high = Seen(minor, "EUR"), low + more
    size = abs(minor)
    assert parse_condition(f"amount below {low}").holds(seen) == (size < low * 100)
    assert parse_condition(f"amount above {low},00").holds(seen) == (size > low * 100)
    assert parse_condition(f"amount is {low}.0").holds(seen) == (size == low * 100)
    assert parse_condition(f"amount between {low} {high}").holds(seen) == (low * 100 <= size <= high * 100)
    assert parse_condition("direction is in").holds(seen) == (minor >= 0)


@given(st.text(max_size=60), st.data())
def test_a_text_contains_starts_with_and_is_what_stands_in_it(text, data):
    start = data.draw(st.integers(0, len(text)))
    part = text[start : data.draw(st.integers(start, len(text)))]
    try:
        contains = check_condition(Condition("text", "contains", part))
    except Problem:
        return
    assert contains.holds(Seen(1, "EUR", text=(text,))) or "\ufffd" in contains.value or part != part.strip()
    assert replace(contains, operator="is").holds(Seen(1, "EUR", text=("x", contains.value)))


@given(st.text(max_size=40))
def test_what_is_typed_is_a_condition_or_one_sentence(typed):
    try:
        kept = parse_condition(typed)
    except Problem as problem:
        assert problem.field == "conditions"
    else:
        assert parse_condition(str(kept)) == kept


@given(st.lists(st.booleans(), min_size=1, max_size=6), st.lists(st.booleans(), min_size=1, max_size=3))
def test_all_conditions_must_hold_and_the_first_rule_wins(fitting, extra):
    yes, no = Condition("payer", "is", "ACME"), Condition("payer", "is", "DUPO")
    rules = [
        Rule(str(at), (yes, *((yes if more else no) for more in extra)) if fits else (no,), "ignore")
        for at, fits in enumerate(fitting)
    ]
    found = first_rule(rules, Seen(1, "EUR", payer=("Acmé",)))
    expected = next((str(at) for at, fits in enumerate(fitting) if fits and all(extra)), None)
    assert (found.name if found else None) == expected


def test_only_money_that_came_pays():
    one = Condition("text", "contains", "x")
    fitting = {action: Rule("r", (one,), action).fits(Seen(-1, "EUR", text=("X",))) for action in ACTIONS}
    assert fitting == {"customer": False, "write_off": False, "account": True, "ignore": True}


def test_an_account_is_compared_without_its_blanks():
    seen = Seen(1, "EUR", payer_iban=("FR1420041010050500013M02606",))
    assert parse_condition("payer_iban is fr14 2004 1010 0505 0001 3m02 606").holds(seen)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "text contains",
        "colour is red",
        "text above 3",
        "amount contains 3",
        "amount is x",
        "amount is -3",
        "amount is NaN",
        "amount is 1e99",
        "amount between 3",
        "amount between 5 3",
        "direction is up",
        "text matches *?*",
        "text is " + "x" * 101,
    ],
)
def test_a_condition_that_is_none_is_refused(typed):
    with pytest.raises(Problem):
        parse_condition(typed)


def test_a_rule_is_refused_with_the_field_at_fault():
    fine = Rule("fees", (Condition("text", "contains", "x"),), "ignore", reason="wages")
    assert check_rule(fine) == fine and conditions_from(stored_conditions(fine)) == fine.conditions
    for wrong, field in (
        (replace(fine, name=" "), "name"),
        (replace(fine, conditions=()), "conditions"),
        (replace(fine, conditions=fine.conditions * 6), "conditions"),
        (replace(fine, action="burn"), "action"),
        (replace(fine, reason=""), "target"),
    ):
        with pytest.raises(Problem) as caught:
            check_rule(wrong)
        assert caught.value.field == field


def test_words_of_another_language():
    words = {"texte": "text", "contient": "contains", "sens": "direction", "est": "is", "sortie": "out"}
    assert parse_condition("Texte contient Frais", words) == Condition("text", "contains", "Frais")
    assert parse_condition("sens est sortie", words).value == "out"
