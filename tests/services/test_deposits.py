"""The adding machine: what is typed lies in the books at once, and posts when it equals its slip."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import TODAY, clerk, issued
from tests.services.test_clearing import account, line, shown, state
from tui_billing.documents.tape import tape_pdf, tape_text
from tui_billing.models.tables import Deposit
from tui_billing.models.write import change
from tui_billing.rules.problem import NotFound, Problem, Refused
from tui_billing.rules.tape import parse_entry
from tui_billing.services import deposits, receive
from tui_billing.services.verify import verify


def typed(books, *entries, **slip):
    tape = deposits.begin(books, clerk(), reference="B-7")
    for entry in entries:
        tape = deposits.enter(books, clerk(), tape.id, entry)
    return deposits.state_slip(books, clerk(), tape.id, **slip) if slip else tape


def test_a_batch_of_cheques(books):
    first, second = issued(books), issued(books)
    other = issued(books, "DUPO", "B20 2", purchase_order="7")
    tape = typed(books, "780 ACME", f"100+ {second['number']}", "999", "-999", "108.00/" + other["number"][-1], "5")
    assert [item.struck for item in tape.items] == [False, False, True, False, False]
    assert (tape.count, tape.total, tape.unnamed) == (4, 99300, [5])
    with pytest.raises(Problem, match="the slip 0"):
        deposits.post(books, clerk(), tape.id)
    deposits.state_slip(books, clerk(), tape.id, count=4, total=99300)
    with pytest.raises(Problem, match="entry 5 has no customer"):
        deposits.post(books, clerk(), tape.id)
    deposits.enter(books, clerk(), tape.id, "5=acme")
    done = deposits.post(books, clerk(), tape.id)
    assert done.status == "posted" and all(item.receipt_id for item in done.items if not item.struck)
    # The one that names an invoice settles it, whatever is due before.
    assert [shown(books, one["id"])["open"] for one in (first, second, other)] == ["0.00", "675.00", "0.00"]
    assert account(books, "512000") == 99300 and verify(books) == []
    with pytest.raises(Refused, match="posted"):
        deposits.enter(books, clerk(), tape.id, "1")
    with pytest.raises(Refused, match="posted"):
        deposits.post(books, clerk(), tape.id)
    key = line(books, 99300)
    deposits.link_deposit(books, clerk(), key, tape.id)
    assert state(books, key) == (0, "matched") and verify(books) == []


def test_what_is_typed_is_there_again(books):
    tape = typed(books, "12.50 ACME", "7")
    found = deposits.open_tape(books, "marie")
    assert found == deposits.read_tape(books, tape.id) and [item.typed for item in found.items] == ["12.50 ACME", "7"]
    assert deposits.open_tape(books, "paul") is None
    deposits.drop(books, clerk(), tape.id)
    assert deposits.open_tape(books, "marie") is None and deposits.tapes(books) == []
    assert verify(books) == []


def test_a_posting_that_was_broken_off_is_finished(books, monkeypatch):
    tape = typed(books, *(f"{n} ACME" for n in range(1, 8)), count=7, total=2800)
    monkeypatch.setattr(deposits, "CHUNK_SECONDS", 0)
    monkeypatch.setattr(deposits, "AT_LEAST", 1)
    transact, calls = deposits.transact, []

    def breaks(*args, **more):
        calls.append(1)
        if len(calls) > 3:
            raise OSError("the line dropped")
        return transact(*args, **more)

    monkeypatch.setattr(deposits, "transact", breaks)
    with pytest.raises(OSError, match="dropped"):
        deposits.post(books, clerk(), tape.id)
    monkeypatch.setattr(deposits, "transact", transact)
    assert books.value("SELECT count(*) FROM receipt") == 3
    with pytest.raises(Refused, match="posted in part"):
        deposits.enter(books, clerk(), tape.id, "1 ACME")
    deposits.post(books, clerk(), tape.id)
    assert books.rows("SELECT amount FROM receipt ORDER BY id") == [(n * 100,) for n in range(1, 8)]
    assert verify(books) == []


def test_a_posted_tape_cannot_be_changed_behind_our_back(firm):
    tape = typed(firm, "10 ACME", count=1, total=1000)
    deposits.post(firm, clerk(), tape.id)
    with pytest.raises(Exception, match="only ever added"), firm.write():
        change(Deposit, tape.id, stated_total=1)


def test_the_tape_on_paper(firm):
    tape = typed(firm, "780 ACME", "5", "-5", "20.10 KLEIN F-1", count=2, total=80010)
    text = tape_text(tape, "Atelier Duval SARL")
    assert [each.split() for each in text.splitlines()[3:6]] == [
        ["1", "780.00", "+", "ACME"],
        ["2", "5.00", "-", "?"],
        ["3", "20.10", "+", "KLEIN", "F-1"],
    ]
    pdf = tape_pdf(tape, "Atelier Duval SARL")
    assert pdf.startswith(b"%PDF") and pdf == tape_pdf(tape, "Atelier Duval SARL")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x", "no entry"),
        ("0", "more than 0"),
        ("-7", "no entry of 7.00"),
        ("1=NOBODY", "names no one"),
        ("9=ACME", "no such"),
    ],
)
def test_what_cannot_be_read_changes_nothing(firm, text, message):
    tape = typed(firm, "10 ACME")
    with pytest.raises(Problem, match=message):
        deposits.enter(firm, clerk(), tape.id, text)
    assert deposits.read_tape(firm, tape.id).items == tape.items


def test_an_amount_is_kept_whatever_stands_behind_it(firm):
    tape = typed(firm, "10 NOBODY", "20/4711")
    assert [(item.amount, item.code, item.reference) for item in tape.items] == [
        (1000, "", "NOBODY"),
        (2000, "", "4711"),
    ]
    tape = deposits.enter(firm, clerk(), tape.id, "=acme")
    assert [item.code for item in tape.items] == ["ACME", ""]


def test_dates_and_strangers(firm):
    with pytest.raises(Problem, match="today or earlier"):
        deposits.begin(firm, clerk(), date=TODAY + dt.timedelta(days=1))
    with pytest.raises(NotFound):
        deposits.read_tape(firm, 99)
    assert receive.open_items(firm, 1) == []


@given(st.text(max_size=30))
def test_any_text_is_an_entry_or_a_sentence(text):
    try:
        entry = parse_entry(text, "fr", "EUR")
    except Problem:
        return
    assert entry.what in ("add", "strike", "name")
    assert entry.amount > 0 or entry.what != "add"
