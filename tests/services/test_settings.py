"""The company's settings: changed by a supervisor, checked, frozen on what is issued, and read by others."""

from __future__ import annotations

import pytest

from tests.builders import clerk, issued
from tui_billing.models.door import open_books
from tui_billing.rules.problem import Problem, Refused
from tui_billing.services.firm import company, forget_company
from tui_billing.services.printing import printable
from tui_billing.services.settings import change_company, company_settings
from tui_billing.services.show import invoice_json
from tui_billing.services.verify import verify


def test_a_link_is_frozen_at_issue(books):
    boss = clerk("anna", "supervisor")
    before = issued(books)
    told = change_company(books, boss, {"payment_link": "https://pay.example/{number}?a={amount}"})
    assert told["payment_link"] == "https://pay.example/{number}?a={amount}"
    after = issued(books)
    change_company(books, boss.command(), {"payment_link": "https://other.example/{number}"})
    assert printable(books, before["id"]).payment.link == ""
    link = f"https://pay.example/{after['number']}?a=780.00"
    assert printable(books, after["id"]).payment.link == link
    document = invoice_json(books, after["id"], clerk().today)
    assert document["payment_link"] == link and document["payment_reference"].startswith("RF")
    assert verify(books) == []


def test_every_setting_comes_back_as_it_was_typed(books):
    typed = {
        "payment_link": "https://pay.example/{reference}",
        "creditor_identifier": "FR72ZZZ123456",
        "match_tolerance": "0.05",
        "due_soon_days": "10",
        "vat_on_debits": "yes",
        "address.city": "Villeurbanne",
        "iban": "DE89 3704 0044 0532 0130 00",
        "early_payment": "None given",
    }
    told = change_company(books, clerk("anna", "supervisor"), typed)
    assert {name: str(told[name]) for name in typed} == {
        **typed,
        "iban": "DE89370400440532013000",
        "vat_on_debits": "True",
    }
    assert company(books).match_tolerance == 5
    assert books.value("SELECT count(*) FROM bank_account") == 2
    assert company_settings(books) == told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("payment_link", "ftp://pay.example/{number}"),
        ("creditor_identifier", "FR73ZZZ123456"),
        ("match_tolerance", "-1"),
        ("match_tolerance", "0.001"),
        ("iban", "FR00"),
        ("vat_on_debits", "perhaps"),
        ("due_soon_days", "seven"),
        ("name", ""),
        ("currency", "USD"),
        ("colour", "blue"),
    ],
)
def test_a_wrong_setting_changes_nothing(firm, name, value):
    before = company_settings(firm)
    with pytest.raises(Problem) as told:
        change_company(firm, clerk("anna", "supervisor"), {"bank": "Other", name: value})
    assert told.value.field.startswith(name)
    assert company_settings(firm) == before


def test_a_clerk_asks_a_supervisor_and_others_see_the_change(books, firm_url):
    with pytest.raises(Refused):
        change_company(books, clerk(), {"bank": "Other"})
    other = open_books(firm_url)
    assert company(other).bank == ""
    change_company(books, clerk("anna", "supervisor"), {"bank": "Other"})
    forget_company(other)
    assert company(other).bank == "Other"
    other.shut()
