"""A dispute takes exactly its amount out of what is undisputed, on every day of its life, on both databases."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import TODAY, clerk, issued
from tui_billing.models.queries import overview
from tui_billing.models.queries.claims import claims_of
from tui_billing.models.queries.customers import standing
from tui_billing.rules.problem import Conflict, NotFound, Problem
from tui_billing.services import (
    answers,
    case_answers,
    credit,
    dispute_amend,
    dispute_outcome,
    disputes,
    master,
    receive,
)
from tui_billing.services.verify import verify

_codes = itertools.count(1)
steps = st.lists(
    st.tuples(
        st.sampled_from(["line", "amount", "amend", "other line", "pay", "credit", "close", "ask"]),
        st.integers(0, 3),
        st.integers(1, 100),
    ),
    max_size=9,
)


def minor(text: str) -> int:
    return int(text.replace(".", ""))


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=steps)
def test_every_day_of_a_dispute(books, steps):
    code = f"X{next(_codes)}"
    master.add_customer(
        books, clerk(), master.CustomerCard(code=code, name=f"Customer {code}", country="FR", terms="30")
    )
    first = dt.date(2026, 7, 1)
    known = books.value("SELECT max(issue_date) FROM invoice")
    first = max(first, dt.date.fromisoformat(str(known))) if known else first
    done = issued(books, code, "A10 1", "B20 4", "D40 3", issue_date=first.isoformat(), today=first)
    key, day = done["id"], first
    claims: dict[int, int] = {}
    told: list[tuple[dt.date, int, int]] = []

    def opened() -> int:
        return int(books.value("SELECT open FROM invoice WHERE id = ?", (key,)))

    def remember() -> None:
        told.append((day, opened(), min(sum(claims.values()), opened())))

    remember()
    for what, which, share in steps:
        day += dt.timedelta(days=1)
        context = clerk(today=day)
        free = opened() - min(sum(claims.values()), opened())
        some = sorted(claims)[which % len(claims)] if claims else 0
        try:
            if what == "line":
                one = disputes.open_dispute(books, context, key, lines=[(which + 1, None)])
                claims[one] = int(books.value("SELECT amount FROM dispute WHERE id = ?", (one,)))
            elif what == "amount" and free:
                claims[disputes.open_dispute(books, context, key, amount=free * share // 100)] = free * share // 100
            elif what == "amend" and some:
                dispute_amend.amend_dispute(books, context, some, claims[some] * share // 100)
                claims[some] = claims[some] * share // 100
            elif what == "other line" and some:
                # Another line, a part of it, or out of it again; what it contests of its lines is its amount.
                part = (None, 100 * share, 0)[share % 3]
                dispute_amend.amend_dispute(books, context, some, lines=[(which + 1, part)])
                claims[some] = int(books.value("SELECT amount FROM dispute WHERE id = ?", (some,)))
                whole = sum(amount for _, amount in claims_of(books, some))
                assert claims[some] <= whole and (part is None or claims[some] == whole)
            elif what == "ask" and some:
                disputes.note_dispute(books, context, some, "why?", "question", colleague="marie")
            elif what == "close" and some:
                dispute_outcome.close_dispute(books, context, some, "reaffirmed", cause="customer_error")
                del claims[some]
            elif what == "pay" and opened():
                receive.receive(books, context, receive.Payment(code, day, max(opened() * share // 100, 1)))
            elif what == "credit":
                credit.credit(books, context, key, lines=[which + 1])
        except Problem:
            pass
        remember()
        now = books.row("SELECT open, disputed, disputed_base FROM invoice WHERE id = ?", (key,))
        assert now == (told[-1][1], told[-1][2], told[-1][2])
    for then, owed, disputed in told:
        figures = answers.aging_report(books, then, past=True)["customers"]
        row = next((row for row in figures if row["customer"] == code), None)
        if owed:
            assert (minor(row["total"]), minor(row["disputed"]), minor(row["undisputed"])) == (
                owed, disputed, owed - disputed,
            )  # fmt: skip
        else:
            assert row is None or row["disputed"] == "0.00"
    today = [row for row in answers.aging_report(books, TODAY, past=False)["customers"] if row["customer"] == code]
    assert [minor(row["disputed"]) for row in today if minor(row["total"])] == [told[-1][2]] * bool(told[-1][1])
    whole = int(books.value("SELECT sum(disputed) FROM invoice"))
    assert overview.read(books, TODAY, 7, "marie").disputed == whole
    report = answers.status_report(books, TODAY)
    assert minor(report["disputed"]) == whole
    owed_now = standing(books, int(books.value("SELECT id FROM customer WHERE code = ?", (code,))), TODAY)
    assert owed_now.disputed_amount == told[-1][2]


def test_the_books_still_verify_after_cases(books):
    done = issued(books, "USCO", "A10 1", "B20 3")
    one = disputes.open_dispute(books, clerk(), done["id"], lines=[(2, None)], reason="price", note="too dear")
    disputes.note_dispute(books, clerk(), one, "what was agreed?", "question", colleague="founder")
    assert books.value("SELECT status FROM dispute") == "waiting_colleague"
    disputes.note_dispute(books, clerk("founder"), one, "40, not 45", "answer")
    assert books.value("SELECT status FROM dispute") == "investigating"
    dispute_outcome.credit_dispute(books, clerk(), one, reason="price")
    dispute_outcome.close_dispute(books, clerk(), one, "credited", cause="old_price")
    assert books.row("SELECT disputed, disputed_base, open FROM invoice WHERE id = ?", (done["id"],))[:2] == (0, 0)
    assert verify(books) == []


def test_a_dispute_is_amended_line_by_line(books):
    """A line more, another amount, a line out: each dated, each day as it was, and no line in two disputes."""
    days = [TODAY - dt.timedelta(days=3 - n) for n in range(4)]
    done = issued(books, "ACME", "A10 1", "B20 4", "D40 10", today=days[0])  # 780.00, 216.00, 210.89
    one = disputes.open_dispute(books, clerk(today=days[0]), done["id"], lines=[(2, None)], reason="price")
    other = disputes.open_dispute(books, clerk(today=days[0]), done["id"], lines=[(3, 1_000)])
    dispute_amend.amend_dispute(books, clerk(today=days[1]), one, lines=[(1, 8_000), (2, 10_000)], note="she called")
    dispute_amend.amend_dispute(books, clerk(today=days[2]), one, lines=[(2, 0)])
    dispute_amend.amend_dispute(books, clerk(today=days[3]), one, 9_000)  # the only line that is left
    assert [(row["date"], row["amount"]) for row in case_answers.dispute_json(books, one)["changes"]] == [
        (day.isoformat(), amount) for day, amount in zip(days, ("216.00", "180.00", "80.00", "90.00"), strict=True)
    ]
    told = [note["text"] for note in case_answers.dispute_json(books, one)["notes"] if note["kind"] == "amount"]
    assert told[0] == "#1 0.00 → 80.00; #2 216.00 → 100.00; 216.00 → 180.00 EUR she called"
    assert told[1] == "#2 100.00 → 0.00; 180.00 → 80.00 EUR"
    for day, amount in zip(days, ("226.00", "190.00", "90.00", "100.00"), strict=True):
        row = answers.aging_report(books, day, past=True)["customers"][0]
        assert row["disputed"] == amount
    for lines, amount, sentence in (
        ([(3, None)], None, "line 3 of F2026-00001 is disputed already in dispute 2"),
        ([(2, 0)], None, "line 2 of F2026-00001 is not in this dispute"),
        ([(1, 0)], None, "a dispute contests at least one line; where nothing is left of it, close it"),
        ([(1, 78_001)], None, "line 1 of F2026-00001 is worth 780.00 EUR with VAT"),
        ([(9, None)], None, "has no line 9"),
        ([(1, 5)], 5, "lines or an amount, not both"),
    ):
        with pytest.raises(Problem, match=sentence):
            dispute_amend.amend_dispute(books, clerk(), one, amount, lines=lines)
    dispute_amend.amend_dispute(books, clerk(), one, lines=[(2, None)])
    with pytest.raises(Problem, match="say which amount changes, for example 1=100"):
        dispute_amend.amend_dispute(books, clerk(), one, 5_000)
    # The lines it is about now are credited and told; the one that is out can be disputed anew.
    dispute_amend.amend_dispute(books, clerk(), one, lines=[(1, 0)])
    disputes.open_dispute(books, clerk(), done["id"], lines=[(1, None)])
    dispute_outcome.credit_dispute(books, clerk(), one)
    credited = "SELECT l.position, n.net FROM invoice_line n JOIN invoice_line l ON l.id = n.original_line_id"
    assert books.rows(credited) == [(2, 18_000)]
    dispute_outcome.close_dispute(books, clerk(), one, "credited")
    dispute_outcome.close_dispute(books, clerk(), other, "withdrawn")
    assert verify(books) == []


def test_a_dispute_is_changed_in_one_go(books):
    done = issued(books, "ACME", "A10 1", "B20 4")
    one = disputes.open_dispute(books, clerk(), done["id"], amount=5_000)
    wanted = dispute_amend.Amendment([(2, 6_000)], owner="founder", priority="high", contact="Mrs Martin")
    dispute_amend.change_dispute(books, clerk(), one, wanted, 1)
    row = case_answers.dispute_json(books, one)
    assert (row["amount"], row["owner"], row["priority"], row["contact"]) == ("60.00", "founder", "high", "Mrs Martin")
    with pytest.raises(Conflict, match="somebody else has changed this dispute"):
        dispute_amend.change_dispute(books, clerk(), one, wanted, 1)
    with pytest.raises(NotFound, match="no operator nobody"):
        dispute_amend.change_dispute(books, clerk(), one, dispute_amend.Amendment([(1, None)], owner="nobody"))
    assert case_answers.dispute_json(books, one)["amount"] == "60.00"  # nothing half done
    assert verify(books) == []
