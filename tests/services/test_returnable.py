"""Which payment came back: by the bank's references first, then by who is named."""

from __future__ import annotations

import pytest

from tests.builders import TODAY, clerk, issued
from tests.services.test_matching import bank_line
from tui_billing.models.door import Books
from tui_billing.models.queries import payments
from tui_billing.models.tables import (
    BankAccount,
    BankDetail,
    Customer,
    Mandate,
    Operator,
    PaymentOrder,
    PaymentOrderPart,
)
from tui_billing.models.write import add
from tui_billing.services.clear import Take, clear_line, return_payment
from tui_billing.services.queue import Proposal, propose
from tui_billing.services.returnable import Sign
from tui_billing.services.verify import verify


def paid(books: Books, customer: str, amount: int = 100_00, **line: str) -> int:
    """A payment made of a bank line."""
    made = clear_line(books, clerk(), Take(bank_line(books, amount, "PRLV", **line), customer))
    return int(made["receipt"])


def debit(books: Books, amount: int, *details: dict, **line: str) -> Proposal:
    key = bank_line(books, -amount, **{"text": "REJET PRLV", **line})
    with books.write():
        for position, one in enumerate(details, 1):
            add(BankDetail, bank_line_id=key, position=position, currency="EUR", **one)
    rows = payments.page(books, "first", None, 200).rows
    return propose(books, next(row for row in rows if row.kind == "bank_line" and row.id == key))


@pytest.mark.parametrize(
    ("column", "sign"),
    [
        ("end_to_end", Sign.END_TO_END),
        ("reference", Sign.REFERENCE),
        ("creditor_reference", Sign.REFERENCE),
        ("mandate", Sign.MANDATE),
    ],
)
@pytest.mark.parametrize("inside", [False, True], ids=["line", "transaction"])
def test_what_the_bank_says_goes_before_the_name(books, column, sign, inside):
    wanted = paid(books, "DUPO", **{column: "E2E-77"})
    paid(books, "ACME", **{column: "E2E-78"})
    said = {column: "E2E-77"}
    one = debit(books, 100_00, {"amount": -100_00, **said}, payer="ACME INDUSTRIES") if inside else None
    one = one or debit(books, 100_00, payer="ACME INDUSTRIES", **said)
    assert (one.returned.id, one.returned.sign, one.may_return) == (wanted, sign, True)
    assert [each.sign for each in one.returnable] == [sign, Sign.NAME]


def test_the_one_named_is_found_among_many_of_its_amount(books):
    wanted = paid(books, "DUPO", end_to_end="E2E-77")
    for number in range(22):
        paid(books, "ACME", end_to_end=f"OTHER-{number}")
    one = debit(books, 100_00, end_to_end="E2E-77")
    assert one.returned.id == wanted and one.may_return


def test_where_several_fit_alike_one_is_chosen(books):
    first, second = (paid(books, "ACME", end_to_end="NOTPROVIDED") for _number in range(2))
    one = debit(books, 100_00, end_to_end="NOTPROVIDED")
    assert not one.may_return and one.rivals == 1
    assert [one.moved(1).returned.id, one.moved(1).moved(1).returned.id] == [second, first]
    assert one.moved(1).may_return


def test_each_transaction_of_a_debit_returns_its_own_payment(books):
    one, two = paid(books, "ACME", 100_00, end_to_end="A"), paid(books, "DUPO", 70_00, end_to_end="B")
    details = {"amount": -100_00, "end_to_end": "A"}, {"amount": -70_00, "end_to_end": "B"}
    found = debit(books, 170_00, *details)
    assert {each.id for each in found.returnable} == {one, two}
    return_payment(books, clerk(), found.row.id, one, "AM04")
    rest = next(row for row in payments.page(books, "first", None, 200).rows if row.id == found.row.id and row.left < 0)
    left = propose(books, rest)
    assert [each.id for each in left.returnable] == [two] and left.row.date == TODAY
    return_payment(books, clerk(), found.row.id, two, "AM04")
    assert books.value("SELECT open FROM bank_line WHERE id = ?", (found.row.id,)) == 0
    assert verify(books) == []


def test_a_collection_and_a_mandate_tell_whose_payment_it_was(books):
    wanted, other = paid(books, "DUPO", 80_00), paid(books, "ACME", 80_00)
    customer = Customer.get(Customer.code == "DUPO").id
    account, operator = BankAccount.select().first().id, Operator.select().first().id
    invoice = issued(books, "DUPO", "A10 1", purchase_order="1")["id"]
    with books.write():
        mandate = add(Mandate, customer_id=customer, reference="RUM-1", iban="FR76", holder="Dupont", signed_on=TODAY)
        order = add(
            PaymentOrder,
            kind="collection",
            message_id="M1",
            bank_account_id=account,
            execution_date=TODAY,
            currency="EUR",
            count=1,
            total=80_00,
            operator_id=operator,
            at="2026-11-16T10:00:00",
        )
        add(
            PaymentOrderPart,
            payment_order_id=order,
            customer_id=customer,
            invoice_id=invoice,
            mandate_id=mandate,
            end_to_end="COLLECTED-1",
            amount=80_00,
        )
    by_mandate = debit(books, 80_00, mandate="RUM-1")
    assert [(one.id, one.sign) for one in by_mandate.returnable] == [(wanted, Sign.MANDATE), (other, Sign.AMOUNT)]
    # The bank's own charge stands on the same line: the payment is of the collection's amount.
    with_fee = debit(books, 85_00, end_to_end="COLLECTED-1")
    assert (with_fee.returned.id, with_fee.returned.sign, with_fee.may_return) == (wanted, Sign.END_TO_END, True)
