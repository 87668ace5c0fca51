"""Terms of payment: one canonical text, exact instalments, due dates that end where the month ends."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_billing.rules.dates import month_end
from tui_billing.rules.problem import Problem
from tui_billing.rules.terms import (
    Instalment,
    Part,
    Terms,
    describe_terms,
    due_date,
    early_payment,
    instalments,
    parse_terms,
    warn_terms,
)

DAY = st.dates(date(1990, 1, 1), date(2099, 12, 31))
NEARLY = st.text("0123456789eomfd+-%@/., ", max_size=30)


def _simple() -> st.SearchStrategy[Terms]:
    days = st.integers(0, 365)
    return st.one_of(
        st.builds(Terms, days=days),
        st.builds(Terms, days=days, end_of_month=st.just("after"), day_of_month=st.integers(0, 31)),
        st.builds(Terms, days=days, end_of_month=st.just("before")),
    )


@st.composite
def _any_terms(draw: st.DrawFn) -> Terms:
    percent = draw(st.sampled_from([Decimal(0), Decimal(2), Decimal("1.5"), Decimal("0.0001")]))
    days = draw(st.integers(0, 365)) if percent else 0
    if draw(st.booleans()):
        simple = draw(_simple())
        return Terms(simple.days, simple.end_of_month, simple.day_of_month, percent, days)
    cuts = sorted(draw(st.sets(st.integers(1, 999_999), max_size=8)))
    shares = [b - a for a, b in zip([0, *cuts], [*cuts, 1_000_000], strict=True)]
    parts = tuple(Part(Decimal(share) / 10_000, draw(_simple())) for share in shares)
    return Terms(0, "", 0, percent, days, parts)


@pytest.mark.parametrize(
    ("text", "canonical", "issue", "due"),
    [
        ("30", "30", "2026-11-24", "2026-12-24"),
        ("0", "0", "2026-11-24", "2026-11-24"),
        ("30eom", "30eom", "2026-11-24", "2026-12-31"),
        ("30eom", "30eom", "2026-01-30", "2026-03-31"),
        ("eom30", "eom30", "2026-11-24", "2026-12-30"),
        ("eom30", "eom30", "2026-01-15", "2026-03-02"),
        ("eom", "eom0", "2024-02-03", "2024-02-29"),
        ("30eom10", "30eom10", "2026-11-24", "2027-01-10"),
        ("0eom31", "0eom31", "2026-01-05", "2026-02-28"),
        ("50%@30+50%@60", "50%@30+50%@60", "2026-11-24", "2027-01-23"),
        (" 30 EOM ", "30eom", "2026-11-24", "2026-12-31"),
        ("30fdm", "30eom", "2026-11-24", "2026-12-31"),
        ("045", "45", "2026-11-24", "2027-01-08"),
        ("30 -2%/10", "30 -2%/10", "2026-11-24", "2026-12-24"),
        ("30-2,50%/10", "30 -2.5%/10", "2026-11-24", "2026-12-24"),
        ("30.00% @ 0 + 70% @ 30eom", "30%@0+70%@30eom", "2026-11-24", "2026-12-31"),
    ],
)
def test_terms_and_their_due_date(text, canonical, issue, due):
    terms = parse_terms(text)
    assert terms.text == canonical and parse_terms(canonical) == terms
    assert due_date(date.fromisoformat(issue), terms) == date.fromisoformat(due)


@given(_any_terms())
def test_the_canonical_text_comes_back(terms):
    assert parse_terms(terms.text) == terms
    assert parse_terms(terms.text).text == terms.text


@pytest.mark.parametrize(
    "text",
    ["", "-1", "366", "30eom32", "eom366", "30 days", "30eomeom", "2%/10", "30 -0%/10", "30 -100%/10",
     "30 -2%", "30 -2%/366",
     "50%@30", "50%@30+49.99%@60", "0%@30+100%@60", "50%@30+50%", "+", "50%@30++50%@60", "100%@50%@30",
     "1e2", "٣٠", "３０",
     "\x00", "30\x00", "9" * 10_000, "1%@1+" * 99 + "1%@1", "%", "-" * 500, "NaN", "200%@1+-100%@2"],
)  # fmt: skip
def test_anything_else_is_refused(text):
    with pytest.raises(Problem) as caught:
        parse_terms(text)
    assert caught.value.field == "terms" and "50%@30+50%@60" in str(caught.value)
    assert len(str(caught.value)) < 200 and "\x00" not in str(caught.value)


@given(st.one_of(st.text(), NEARLY))
def test_nothing_but_a_problem_is_raised(text):
    try:
        terms = parse_terms(text)
    except Problem:
        return
    assert parse_terms(terms.text) == terms


@given(_any_terms(), DAY, st.integers(-(10**15), 10**15))
def test_instalments_add_up_in_order(terms, issue, payable):
    parts = instalments(issue, terms, payable)
    assert sum(part.amount for part in parts) == payable
    assert [part.position for part in parts] == list(range(1, len(parts) + 1))
    assert [part.due_date for part in parts] == sorted(part.due_date for part in parts)
    assert parts[-1].due_date == due_date(issue, terms) and parts[0].due_date >= issue
    assert all(part.amount == 0 or (part.amount > 0) == (payable > 0) for part in parts)


@given(DAY, st.integers(0, 365))
def test_end_of_month_is_the_end_of_a_month(issue, days):
    after = due_date(issue, Terms(days, "after"))
    assert after == month_end(after) == month_end(issue + timedelta(days))
    assert due_date(issue, Terms(days, "before")) == month_end(issue) + timedelta(days)
    following = due_date(issue, Terms(days, "after", 31))
    assert following == month_end(following) == month_end(after + timedelta(1))


def test_instalments_by_largest_remainder():
    terms = parse_terms("33.33%@30+33.33%@60+33.34%@90")
    assert [part.amount for part in instalments(date(2026, 1, 1), terms, 10000)] == [3333, 3333, 3334]
    assert instalments(date(2026, 1, 31), parse_terms("50%@60+50%@30"), 101) == [
        Instalment(1, date(2026, 3, 2), 50),
        Instalment(2, date(2026, 4, 1), 51),
    ]
    assert instalments(date(2026, 1, 1), Terms(), -500) == [Instalment(1, date(2026, 1, 31), -500)]


def test_early_payment():
    terms = parse_terms("30 -2%/10")
    assert early_payment(date(2026, 11, 24), terms, 12345, "EUR") == (date(2026, 12, 4), 12098)
    assert early_payment(date(2026, 11, 24), terms, 25, "JPY") == (date(2026, 12, 4), 24)
    assert early_payment(date(2026, 11, 24), terms, -12345, "EUR") == (date(2026, 12, 4), -12098)
    assert early_payment(date(2026, 11, 24), Terms(), 12345, "EUR") is None


@pytest.mark.parametrize(
    ("text", "english", "french"),
    [
        ("0", "on receipt", "à réception"),
        ("1", "1 day", "1 jour"),
        ("30", "30 days", "30 jours"),
        ("30eom", "30 days end of month", "30 jours fin de mois"),
        ("0eom", "end of month", "fin de mois"),
        ("eom", "end of month", "fin de mois"),
        ("eom45", "end of month + 45 days", "fin de mois + 45 jours"),
        ("30eom1", "30 days end of month, on the 1st", "30 jours fin de mois, le 1er"),
        ("30eom10", "30 days end of month, on the 10th", "30 jours fin de mois, le 10"),
        ("30 -2.5%/10", "30 days, 2.5 % off within 10 days", "30 jours, 2,5 % d'escompte sous 10 jours"),
        ("30 -2%/1", "30 days, 2 % off within 1 day", "30 jours, 2 % d'escompte sous 1 jour"),
        ("50%@0+50%@30eom", "50 % on receipt, 50 % 30 days end of month",
        "50 % à réception, 50 % 30 jours fin de mois"),
    ],
)  # fmt: skip
def test_terms_in_words(text, english, french):
    assert describe_terms(parse_terms(text), "en") == english
    assert describe_terms(parse_terms(text), "fr") == french


@pytest.mark.parametrize(
    ("text", "warned"),
    [("60", False), ("61", True), ("45eom", False), ("46eom", True), ("eom45", False), ("eom46", True),
     ("30eom10", False),
     ("45eom10", True), ("50%@30+50%@60", False), ("50%@30+50%@90", True), ("0", False)],
)  # fmt: skip
def test_terms_beyond_the_law_are_warned_of(text, warned):
    assert warn_terms(parse_terms(text)) is warned
