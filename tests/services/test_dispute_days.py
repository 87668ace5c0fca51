"""A dispute takes exactly its amount out of what is undisputed, on every day of its life, on both databases."""

from __future__ import annotations

import datetime as dt
import itertools

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import TODAY, clerk, issued
from tui_billing.models.queries import overview
from tui_billing.models.queries.customers import standing
from tui_billing.rules.problem import Problem
from tui_billing.services import answers, credit, dispute_outcome, disputes, master, receive
from tui_billing.services.verify import verify

_codes = itertools.count(1)
steps = st.lists(
    st.tuples(
        st.sampled_from(["line", "amount", "amend", "pay", "credit", "close", "ask"]),
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
                disputes.amend_dispute(books, context, some, claims[some] * share // 100)
                claims[some] = claims[some] * share // 100
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
