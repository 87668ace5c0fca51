"""What the bank account held after a line, as the foot of the payment queue tells it."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.builders import books, firm, firm_url, founded_postgres, founded_sqlite  # noqa: F401
from tui_billing.models.queries.payments import balance_after
from tui_billing.models.tables import BankLine, BankStatement
from tui_billing.models.write import add

DAY = dt.date(2026, 11, 16)


def laid(books, balances: str) -> list[int]:  # noqa: F811
    """Three lines of +100, -30 and +5 between 1000 and 1075; their ids."""
    with books.write():
        account = books.value("SELECT min(id) FROM bank_account")
        statement = add(
            BankStatement,
            bank_account_id=account,
            date_from=DAY,
            date_to=DAY,
            opening=1000,
            closing=1075,
            balances=balances,
            at="2026-11-16T00:00:00",
        )
        return [
            add(
                BankLine,
                bank_account_id=account,
                statement_id=statement,
                date=DAY,
                amount=amount,
                open=amount,
                currency="EUR",
                position=place,
                fingerprint=f"{balances}{place}",
            )
            for place, amount in enumerate((100, -30, 5))
        ]


@pytest.mark.parametrize("balances", ["both", "closing"])
def test_the_balance_runs_from_line_to_line(books, balances):  # noqa: F811
    assert [balance_after(books, key) for key in laid(books, balances)] == [1100, 1070, 1075]


def test_a_statement_without_balances_tells_none(books):  # noqa: F811
    assert [balance_after(books, key) for key in laid(books, "none")] == [None] * 3
