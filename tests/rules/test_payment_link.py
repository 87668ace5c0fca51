"""The payment link: what a template may be, and that a number cannot leave its place in the address."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_billing.rules.payment_link import check_payment_link, payment_link
from tui_billing.rules.problem import Problem


@pytest.mark.parametrize(
    "text",
    [
        "https://pay.example/{number}",
        "https://pay.example:8443/p?r={reference}&a={amount}{currency}",
        "https://a.b.example/{number}#top",
    ],
)
def test_good_templates(text):
    assert check_payment_link(f" {text} ") == text


@pytest.mark.parametrize(
    "text",
    [
        "http://pay.example/{number}",
        "javascript:alert({number})",
        "https://pay.example/fixed",
        "https://pay.example/{amount}",
        "https://pay.example/{nummer}",
        "https://pay.example/{number",
        "https://pay.example/{number}}",
        "https://{number}",
        "https://pay.example/ {number}",
        "https://pay.example/{number}é",
        "https://pay.example/{number}" + "x" * 500,
        "",
    ],
)
def test_bad_templates_are_refused_with_their_field(text):
    with pytest.raises(Problem) as told:
        check_payment_link(text)
    assert told.value.field == "payment_link"


@given(st.text(min_size=1, max_size=30))
def test_a_number_stays_one_step_of_the_path(number):
    link = payment_link("https://pay.example/a/{number}/b", number=number, amount=100, currency="EUR", reference="RF")
    assert link.isascii()
    parts = urlsplit(link).path.split("/")
    assert parts[0:2] == ["", "a"] and parts[3:] == ["b"]
    assert unquote(parts[2]) == number


def test_places_are_filled():
    template = check_payment_link("https://pay.example/{number}?a={amount}&c={currency}&r={reference}")
    link = payment_link(template, number="F2026-00042", amount=123456, currency="JPY", reference="RF93F202600042")
    assert link == "https://pay.example/F2026-00042?a=123456&c=JPY&r=RF93F202600042"
    assert payment_link("", number="F1", amount=1, currency="EUR", reference="") == ""
