"""A date takes the fewest keys that leave no doubt; a wrong one is refused with the reason."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_billing.rules.dates import (
    AHEAD,
    add_months,
    format_date,
    month_end,
    parse_date,
    parse_iso,
    weekday_name,
)
from tui_billing.rules.problem import Problem

TODAY = date(2026, 11, 24)  # a Tuesday
DAY = st.dates(date(1991, 1, 1), date(2098, 12, 31))
ANY_DAY = st.dates()
LANGUAGE = st.sampled_from(["en", "fr"])
NEARLY = st.text("0123456789/.-+teomfdlunau ١２", max_size=12)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("t", "2026-11-24"),
        (".", "2026-11-24"),
        (" T ", "2026-11-24"),
        ("+30", "2026-12-24"),
        ("-2", "2026-11-22"),
        ("+0", "2026-11-24"),
        ("15", "2026-11-15"),
        ("15/", "2026-11-15"),
        ("30", "2026-11-30"),
        ("5", "2026-11-05"),
        ("14", "2026-11-14"),
        ("15/12", "2026-12-15"),
        ("15.12", "2026-12-15"),
        ("15-12", "2026-12-15"),
        ("1512", "2026-12-15"),
        ("1/3", "2027-03-01"),
        ("1/6", "2026-06-01"),
        ("151226", "2026-12-15"),
        ("15122026", "2026-12-15"),
        ("15/12/26", "2026-12-15"),
        ("15.12.2026", "2026-12-15"),
        ("15/12/2031", "2031-12-15"),
        ("2026-12-15", "2026-12-15"),
        ("eom", "2026-11-30"),
        ("eom+1", "2026-12-31"),
        ("eom-9", "2026-02-28"),
        ("mon", "2026-11-30"),
        ("TUE", "2026-12-01"),
        ("wed", "2026-11-25"),
        ("29/2/28", "2028-02-29"),
    ],
)
def test_what_a_date_is(text, day):
    assert parse_date(text, "en", TODAY) == parse_date(text, "fr", TODAY) == date.fromisoformat(day)


def test_french_words():
    assert parse_date("lun", "fr", TODAY) == date(2026, 11, 30)
    assert parse_date("dim", "fr", TODAY) == date(2026, 11, 29)
    assert parse_date("fdm", "fr", TODAY) == date(2026, 11, 30)
    for text in ("lun", "fdm"):
        with pytest.raises(Problem):
            parse_date(text, "en", TODAY)


def test_days_are_counted_from_the_reference():
    invoice = date(2026, 1, 31)
    assert parse_date("+30", "en", TODAY, invoice) == date(2026, 3, 2)
    assert parse_date("eom", "en", TODAY, invoice) == date(2026, 1, 31)
    assert parse_date("eom+1", "en", TODAY, invoice) == date(2026, 2, 28)
    assert parse_date("t", "en", TODAY, invoice) == TODAY
    assert parse_date("mon", "en", TODAY, invoice) == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("31/2", "February 2027 has only 28 days; type for example 28/02/2027"),
        ("29/2/2026", "February 2026 has only 28 days; type for example 28/02/2026"),
        ("31", "November 2026 has only 30 days; type for example 30/11/2026"),
        ("310626", "June 2026 has only 30 days; type for example 30/06/2026"),
        ("15/13", "there is no month 13; type one from 1 to 12, for example 15/12/2026"),
        ("12/15/26", "there is no month 15; type one from 1 to 12, for example 12/12/2026"),
        ("0", "there is no day 0; type one from 1 to 31, for example 15"),
        ("32", "there is no day 32; type one from 1 to 31, for example 15"),
        ("1/1/1989", "the year 1989 is out of reach; type one from 1990 to 2099, for example 2026"),
        ("+9999", None),
        ("1/1/2100", "the year 2100 is out of reach; type one from 1990 to 2099, for example 2026"),
        ("eom+121", "121 months are too many; type at most 120, for example eom+1"),
        ("+99999", "+99999 is not a date; type day and month, for example 24/11, or t for today"),
        ("", '"" is not a date; type day and month, for example 24/11, or t for today'),
        ("123", "123 is not a date; type day and month, for example 24/11, or t for today"),
    ],
)
def test_the_sentence_says_what_to_type(text, sentence):
    if sentence is None:
        assert parse_date(text, "en", TODAY) == TODAY + timedelta(9999)
        return
    with pytest.raises(Problem) as caught:
        parse_date(text, "en", TODAY, field="due_date")
    assert str(caught.value) == sentence and caught.value.field == "due_date"


def test_a_month_is_named_in_the_clerks_language():
    with pytest.raises(Problem, match="février 2027"):
        parse_date("30/2", "fr", TODAY)


@pytest.mark.parametrize(
    "text",
    ["\x00", "1\x002", "١٥", "１５", "15//12", "15/12.26", "15 12", "--2", "+", "-", "1e3", "1_5",
     "9" * 10_000, "+" * 10_000,
     "20261215", "2026-2-30", "0000-01-01", "99999999", "000000", "00/00", "eom+", "eom1", "tt", "..", "ı",
     "İ", "15/12/026"],
)  # fmt: skip
def test_hostile_text_is_refused(text):
    for language in ("en", "fr"):
        with pytest.raises(Problem) as caught:
            parse_date(text, language, TODAY)
        assert len(str(caught.value)) < 200 and "\x00" not in str(caught.value)


@given(st.one_of(st.text(), NEARLY), LANGUAGE, ANY_DAY, st.none() | ANY_DAY)
def test_nothing_but_a_problem_is_raised(text, language, today, reference):
    for parse in (lambda: parse_date(text, language, today, reference), lambda: parse_iso(text)):
        try:
            assert isinstance(parse(), date)
        except Problem as problem:
            assert str(problem)


@given(DAY, LANGUAGE, DAY)
def test_every_written_form_comes_back(day, language, today):
    assert parse_iso(day.isoformat()) == day
    assert parse_date(day.isoformat(), language, today) == day
    assert parse_date(format_date(day, language), language, today) == day
    assert parse_date(f"{day:%d%m%Y}", language, today) == day


@given(DAY, st.integers(1, 31))
def test_a_bare_day_is_this_months_unless_it_is_far_ahead(today, day):
    try:
        found = parse_date(str(day), "en", today)
    except Problem as problem:
        assert "has only" in str(problem)
        return
    months_back = (today.year * 12 + today.month) - (found.year * 12 + found.month)
    assert found.day == day and (found - today).days <= AHEAD
    assert months_back == (1 if day - today.day > 20 else 0)


@pytest.mark.parametrize(
    ("today", "text", "day"),
    [
        ("2026-01-03", "23", "2026-01-23"),
        ("2026-01-03", "24", "2025-12-24"),
        ("2026-01-31", "1", "2026-01-01"),
        ("2026-04-01", "31", "2026-03-31"),
    ],
)
def test_twenty_days_ahead_are_the_most(today, text, day):
    assert parse_date(text, "en", date.fromisoformat(today)) == date.fromisoformat(day)


@given(DAY, st.integers(1, 28), st.integers(1, 12))
def test_a_day_without_a_year_is_within_six_months(today, day, month):
    found = parse_date(f"{day}/{month}", "en", today)
    assert (found.day, found.month) == (day, month) and abs((found - today).days) <= 183


@given(DAY, st.integers(0, 6), LANGUAGE)
def test_a_weekday_is_the_next_one(today, weekday, language):
    wanted = today + timedelta((weekday - today.weekday() - 1) % 7 + 1)
    assert parse_date(weekday_name(wanted, language), language, today) == wanted
    assert 1 <= (wanted - today).days <= 7


@given(DAY, st.integers(-12, 12))
def test_months_are_clamped_at_their_end(day, months):
    moved = add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == min(day.day, month_end(moved).day)
    assert (month_end(day) + timedelta(1)).day == 1 and month_end(day).month == day.month


def test_written_dates():
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert add_months(date(2026, 3, 31), -1) == date(2026, 2, 28)
    assert format_date(date(2026, 12, 5), "en") == format_date(date(2026, 12, 5), "fr") == "05/12/2026"
    assert format_date(date(2026, 8, 1), "en", long=True) == "1 August 2026"
    assert format_date(date(2026, 8, 1), "fr", long=True) == "1er août 2026"
    assert format_date(date(2026, 8, 2), "fr", long=True) == "2 août 2026"
    assert (weekday_name(TODAY, "en"), weekday_name(TODAY, "fr")) == ("Tue", "mar")


@pytest.mark.parametrize("text", ["", "2026-1-05", "15/12/2026", "2026-02-30", "2026-13-01", "1989-01-01",
"2026-12-15T00:00", "٢٠٢٦-01-01", "2026-12-15\n", None, 20261215])  # fmt: skip
def test_iso_is_nothing_else(text):
    with pytest.raises(Problem) as caught:
        parse_iso(text, "issue_date")
    assert caught.value.field == "issue_date"
