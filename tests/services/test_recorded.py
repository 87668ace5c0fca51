"""What was recorded before it stood on the statement is offered for its line, with what speaks for it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.builders import TODAY, clerk, issued
from tests.services.test_matching import bank_line
from tui_billing.models.door import Books
from tui_billing.models.queries import payments
from tui_billing.services import deposits
from tui_billing.services.clear import Refund, Source, link_receipt, refund
from tui_billing.services.queue import Proposal, propose
from tui_billing.services.receive import Payment, receive, reverse_receipt
from tui_billing.services.recorded import Says, link
from tui_billing.services.verify import verify


def proposal(books: Books, amount: int, text: str = "REMISE CHEQUES", **line: Any) -> Proposal:
    """What the queue shows of a new line."""
    key = bank_line(books, amount, text, **line)
    rows = payments.page(books, "first", None, 200).rows
    return propose(books, next(row for row in rows if row.kind == "bank_line" and row.id == key))


def slip(books: Books, *entries: str) -> int:
    """A posted deposit of cheques."""
    tape = deposits.begin(books, clerk(), reference="B-7")
    for entry in entries:
        tape = deposits.enter(books, clerk(), tape.id, entry)
    deposits.state_slip(books, clerk(), tape.id, count=tape.count, total=tape.total)
    return deposits.post(books, clerk(), tape.id).id


def paid(books: Books, customer: str = "ACME", amount: int = 100_00, day: dt.date = TODAY, reference: str = "") -> int:
    made = receive(books, clerk(), Payment(customer, day, amount, reference=reference, allocations=()))
    return int(made["id"])


def test_a_deposit_slip_of_the_same_total_stands_first_and_explains_the_line(books: Books) -> None:
    issued(books)
    deposit = slip(books, "300 ACME", "480 ACME")
    found = proposal(books, 780_00)
    (one,) = found.recorded
    assert (one.kind, one.id, one.count, one.says, one.reference) == ("deposit", deposit, 2, Says.SLIP, "B-7")
    assert found.may_post and found.record == one and found.suggestion is None
    assert link(books, clerk(), found.row.id, one)["open"] == 0
    assert books.value("SELECT count(*) FROM receipt") == 2, "nothing is booked twice"
    assert proposal(books, 780_00).recorded == (), "it stands on a statement now"
    assert verify(books) == []


def test_a_slip_with_a_cheque_taken_back_fits_by_what_is_left(books: Books) -> None:
    slip(books, "300 ACME", "480 ACME")
    reverse_receipt(books, clerk(), 1, "unsigned")
    assert proposal(books, 780_00).recorded == ()
    assert [one.kind for one in proposal(books, 480_00).recorded] == ["deposit"]


def test_of_two_slips_alike_the_clerk_chooses(books: Books) -> None:
    slip(books, "50 ACME")
    slip(books, "50 ACME")
    found = proposal(books, 50_00)
    assert len(found.recorded) == 2 and not found.may_post and found.alike == 1
    chosen = found.moved(1)
    assert chosen.at == 0 and chosen.may_post
    assert found.moved(1).moved(1).record == found.recorded[1]


def test_a_payment_recorded_before_is_offered_by_name_by_reference_and_by_the_amount_alone(books: Books) -> None:
    issued(books, "KLEIN")
    mine, other = paid(books, "ACME", reference="VIR77"), paid(books, "KLEIN")
    found = proposal(books, 100_00, "VIR", payer="ACME INDUSTRIES")
    assert [(one.id, one.says) for one in found.recorded] == [(mine, Says.NAME), (other, Says.AMOUNT)]
    assert found.may_post and found.record is found.recorded[0]
    assert [one.says for one in proposal(books, 100_00, "VIR77").recorded] == [Says.REFERENCE, Says.AMOUNT]
    unnamed = proposal(books, 100_00, "VIR")
    assert {one.says for one in unnamed.recorded} == {Says.AMOUNT} and not unnamed.may_post
    link_receipt(books, clerk(), found.row.id, mine)
    assert [one.id for one in proposal(books, 100_00, "VIR").recorded] == [other]
    assert proposal(books, 100_01, "VIR").recorded == ()
    assert verify(books) == []


def test_an_amount_alone_does_not_stand_before_a_clear_suggestion(books: Books) -> None:
    bill = issued(books, "ACME", "A10 1")
    paid(books, "KLEIN", 780_00)
    found = proposal(books, 780_00, f"VIR {bill['number']}", payer="ACME INDUSTRIES")
    assert found.recorded == () and found.may_post and found.suggestion is not None


def test_a_refund_is_offered_for_the_line_it_was_paid_on(books: Books) -> None:
    receipt = paid(books)
    made = refund(books, clerk(), Refund("ACME", (Source("payment", receipt, 40_00),)))
    found = proposal(books, -40_00, "VIR EMIS", payer="ACME INDUSTRIES")
    (one,) = found.recorded
    assert (one.kind, one.id, one.says, found.may_post) == ("refund", made["id"], Says.NAME, True)
    named = proposal(books, -40_00, "VIR EMIS", end_to_end=f"REFUND-{made['id']}")
    assert named.recorded[0].says == Says.REFERENCE
    assert link(books, clerk(), named.row.id, named.recorded[0])["open"] == 0
    assert proposal(books, -40_00).recorded == () and verify(books) == []
