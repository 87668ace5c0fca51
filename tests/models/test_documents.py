"""The list of documents on both databases: its conditions say what the rules say, its pages leave nothing out."""

from __future__ import annotations

import datetime as dt
import itertools
import random

import pytest

from tests.builders import TODAY, clerk, issued, typed
from tui_billing.models.queries import documents, overview
from tui_billing.models.queries.statuses import STATUS, last_day_due_soon
from tui_billing.rules.money import plain
from tui_billing.rules.search import Wanted, parse_wanted
from tui_billing.rules.status import Status, status_of
from tui_billing.services import disputes, drafts
from tui_billing.services.allocate import write_off
from tui_billing.services.credit import credit
from tui_billing.services.receive import Payment, receive

WORDS = {status.value: status.value for status in Status} | {"due soon": "due_soon", "en retard": "overdue"}
ALL = 10_000


def wanted(text: str) -> Wanted:
    return parse_wanted(text, "en", "EUR", WORDS)


def found(books, text: str, direction: str = "first", key=None, limit: int = ALL) -> list[documents.DocumentRow]:
    return list(documents.page(books, wanted(text), TODAY, 7, direction, key, limit).rows)


def numbers(books, text: str) -> list[str]:
    return [row.number or f"draft {row.id}" for row in found(books, text)]


@pytest.fixture
def desk(books):
    """Documents in every status."""
    chance = random.Random(7)
    for day in (dt.date(2026, 8, 3), dt.date(2026, 9, 1), dt.date(2026, 10, 20), dt.date(2026, 10, 31), TODAY):
        for customer in ("ACME", "KLEIN", "ACME", "ACME"):
            lines = [f"{item} {chance.randint(1, 9)}" for item in ("A10", "C30")[: chance.randint(1, 2)]]
            issued(books, customer, *lines, issue_date=day.isoformat(), delivery_date=day.isoformat(), today=day)
    issued(books, "JPCO", "A10")
    rows = {row.id: row for row in found(books, "")}
    ids = sorted(rows)
    receive(books, clerk(), Payment("ACME", TODAY, rows[ids[0]].gross + 5000))
    disputes.open_dispute(books, clerk(), ids[5], reason="price")
    credit(books, clerk(), ids[1])
    credit(books, clerk(), ids[2], lines=[1])
    credit(books, clerk(), ids[0])  # paid already: the credit note stays open
    write_off(books, clerk(role="supervisor"), ids[6], rows[ids[6]].gross, "insolvent")
    write_off(books, clerk(role="supervisor"), ids[9], 100, "small difference")
    draft = typed("ACME", "A10", purchase_order="PO 77")
    customer = books.value("SELECT id FROM customer WHERE code = 'ACME'")
    drafts.save_draft(books, clerk(), draft, customer_id=customer, buyer_name="ACME Industries", hold=False)
    return books


def test_the_conditions_in_sql_say_what_the_rules_say(desk):
    for today, soon in itertools.product((TODAY, dt.date(2026, 9, 30), dt.date(2027, 1, 31)), (0, 7, 40)):
        rows = desk.rows(
            f"SELECT {STATUS.format(i='')}, state, kind, payable, open, credited, written_off, disputed, next_due"
            " FROM invoice",
            (today.isoformat(), last_day_due_soon(today, soon)),
        )
        for said, state, kind, payable, opened, credited, written_off, disputed, due in rows:
            meant = status_of(
                issued=state == "issued",
                kind=kind,
                gross=payable,
                open=opened,
                credited=credited,
                written_off=written_off,
                disputed=disputed,
                next_due=dt.date.fromisoformat(due) if due else None,
                today=today,
                due_soon_days=soon,
            )
            assert said == meant.value


def test_each_status_lists_its_own_documents_and_the_overview_counts_as_many(desk):
    by_status: dict[Status, set[int]] = {}
    for row in found(desk, ""):
        by_status.setdefault(row.status, set()).add(row.id)
    assert len(by_status) >= 7
    for status in Status:
        listed = found(desk, status.value)
        assert {row.id for row in listed} == by_status.get(status, set())
        count, more = documents.count(desk, wanted(status.value), TODAY, 7)
        assert (count, more) == (len(listed), False)
    counts, credits = overview.open_by_status(desk, TODAY, 7)
    for status in (Status.DISPUTED, Status.OVERDUE, Status.PART_PAID, Status.DUE_SOON):
        assert counts[status][0] == len(by_status.get(status, ()))
    assert counts[Status.OPEN][0] + credits[0] == len(by_status[Status.OPEN])


@pytest.mark.parametrize("text", ["", "overdue", "open", "paid", "acme", "a", ">1", "f2026", "acme open"])
def test_pages_by_key_leave_nothing_out_and_say_nothing_twice(desk, text):
    whole = found(desk, text)
    assert whole
    forward, key = [], None
    while True:
        page = documents.page(desk, wanted(text), TODAY, 7, "next" if key else "first", key, 3)
        forward += page.rows
        if not page.more_after:
            break
        key = page.rows[-1].key
    assert [row.id for row in forward] == [row.id for row in whole]
    backward, key = [], None
    while True:
        page = documents.page(desk, wanted(text), TODAY, 7, "previous" if key else "last", key, 3)
        backward = [*page.rows, *backward]
        if not page.more_before:
            break
        key = page.rows[0].key
    assert [row.id for row in backward] == [row.id for row in whole]
    middle = whole[len(whole) // 2]
    around = documents.page(desk, wanted(text), TODAY, 7, "around", middle.key, 5)
    assert middle.id in {row.id for row in around.rows}
    assert documents.count(desk, wanted(text), TODAY, 7) == (len(whole), False)


def test_words_find_numbers_customers_orders_and_amounts(desk):
    issued(desk, "DUPO", "B20 3", purchase_order="Bon n°4500-17")
    assert len(numbers(desk, "dupont")) == len(numbers(desk, "FILS dup")) == len(numbers(desk, "4500-17")) == 1
    number = numbers(desk, "dupont")[0]
    gross = found(desk, "dupont")[0].gross
    assert numbers(desk, number) == numbers(desk, number[-3:]) == [number]
    assert number in numbers(desk, plain(gross, "EUR"))
    assert number in numbers(desk, f"dupont {plain(gross, 'EUR')}")
    assert numbers(desk, str(int(number[-5:]))) != []
    assert numbers(desk, "日本") == numbers(desk, "jpco")  # two signs: from the customer's words
    assert numbers(desk, "du") == [number]
    assert all(row.gross > 500_000 for row in found(desk, ">5000"))
    assert numbers(desk, "po 77 draft") == [f"draft {row.id}" for row in found(desk, "draft")]


@pytest.mark.parametrize(
    "text", ['"', "'", 'a"b" OR c*', "NEAR(x)", "%%%", "___", "!!!", "[/x]", "\x00", "-1", "<", ">x", "٣"]
)
def test_no_filter_is_an_error(desk, text):
    assert numbers(desk, text) is not None
    assert documents.count(desk, wanted(text), TODAY, 7) is not None


def test_the_end_of_a_number_opens_the_newest_years_invoice(desk):
    assert documents.by_ending(desk, "2")[1] == "F2026-00002"
    assert documents.by_ending(desk, "f2026-00003")[1] == "F2026-00003"
    assert documents.by_ending(desk, "99999") is None
