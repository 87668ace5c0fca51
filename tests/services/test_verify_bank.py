"""The bank's side is what its events say: whatever is changed behind the services' back is found."""

from __future__ import annotations

import pytest

from tests.builders import TODAY, clerk
from tui_billing.exchange.bank.csv_columns import Mapping
from tui_billing.models import guards
from tui_billing.models.door import Books
from tui_billing.rules.matching.bank_rules import Rule, parse_condition
from tui_billing.services import investigations, mandates
from tui_billing.services.bank_accounts import add_account, save_mapping
from tui_billing.services.bank_rules import add_rule, change_rule, find_rule, move_rule, remove_rule
from tui_billing.services.proof import keep_proof, prove
from tui_billing.services.verify import verify
from tui_billing.services.verify_bank import bank_differences

CHANGES = [
    ("UPDATE bank_rule SET name = 'x' WHERE name = 'wages'", "bank rule 2"),
    ("UPDATE bank_rule SET position = position + 1 WHERE active = 1", "bank rule 2"),
    ("UPDATE bank_rule SET active = 1 WHERE name = 'gone'", "bank rule 3"),
    ("UPDATE bank_account SET iban = 'FR76' WHERE name = 'Second'", "bank account 2"),
    ("UPDATE csv_mapping SET name = 'other'", "mapping 1"),
    ("UPDATE mandate SET iban = 'FR76'", "mandate 1"),
    ("UPDATE mandate SET last_used = '2026-01-01'", "the use of mandate 1"),
    ("UPDATE investigation SET outcome = 'nobody knows'", "investigation 1"),
    ("UPDATE investigation_note SET text = 'never asked'", "investigation 1"),
    ("UPDATE period_proof SET figures = replace(figures, 'EUR', 'USD')", "proof 1"),
    (
        "INSERT INTO period (month, closed_on, operator_id) VALUES ('2026-01', '2026-02-01', 1)",
        "the closing of 2026-01",
    ),
]


class _UndoneError(Exception):
    """Takes the change back."""


def lived(books: Books) -> None:
    """One of everything, written by the services."""
    for name, text, action, target in (
        ("fees", "text contains frais", "account", "627000"),
        ("wages", "text contains paie", "ignore", "wages"),
        ("gone", "text contains x", "ignore", "x"),
    ):
        add_rule(books, clerk(), Rule(name, (parse_condition(text),), action), target)
    move_rule(books, clerk(), 3, 1)
    remove_rule(books, clerk(), 3)
    change_rule(books, clerk(), 1, Rule("fee", find_rule(books, 1).conditions, "account", 1), "627000")
    account = add_account(books, clerk(), {"name": "Second", "iban": "FR1420041010050500013M02606"})
    save_mapping(books, clerk(), account, "bank", Mapping(columns={"date": (0,), "amount": (1,), "text": (2,)}))
    card = mandates.MandateCard("ACME", "FR7630006000011234567890189", TODAY)
    mandates.add_mandate(books, clerk(), card)
    key = investigations.open_investigation(
        books, clerk(), investigations.Opening("who paid?", amount=100, note="asked")
    )
    investigations.note_investigation(books, clerk(), key, "asked again", due_on=TODAY)
    investigations.close_investigation(books, clerk(), key, "found")
    keep_proof(books, clerk(), prove(books, TODAY.strftime("%Y-%m")))


def test_what_the_services_wrote_is_right_and_each_change_is_found(books):
    lived(books)
    assert verify(books) == []
    for sql, what in CHANGES:
        with pytest.raises(_UndoneError), books.write():
            guards.drop(books.db)
            books.db.execute_sql(sql)
            found = [message for _check, _number, message in bank_differences(books)]
            raise _UndoneError
        assert f"{what} is not what was written down" in found, sql
    assert verify(books) == []
