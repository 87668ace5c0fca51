"""Credit notes give back an invoice to the cent: VAT group by VAT group, and account by account, however it is cut up."""

from __future__ import annotations

import itertools
from collections import Counter

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.builders import clerk, issued
from tui_billing.models.queries.credits import original
from tui_billing.rules.credits import Part
from tui_billing.rules.problem import Problem, Refused
from tui_billing.services import credit
from tui_billing.services.verify import verify

_turns = itertools.count(1)
#: Two rates, goods and services, prices that do not divide, and a discount of the whole document.
lines = st.lists(
    st.tuples(st.sampled_from(["A10", "B20", "C30", "D40"]), st.integers(10, 70), st.integers(100, 99_999)),
    min_size=1,
    max_size=4,
)
deeds = st.lists(
    st.tuples(st.sampled_from(["line", "quantity", "line amount", "amount"]), st.integers(0, 4), st.integers(1, 99)),
    max_size=5,
)


def breakdown(books, *ids: int) -> Counter:
    """VAT group -> taxable, tax and both in the books' currency, summed up."""
    found: Counter = Counter()
    marks = ", ".join("?" * len(ids))
    for category, rate, *amounts in books.rows(
        f"SELECT category, rate, taxable, tax, taxable_base, tax_base FROM vat_breakdown WHERE invoice_id IN ({marks})",
        ids,
    ):
        for name, amount in zip(("taxable", "tax", "taxable base", "tax base"), amounts, strict=True):
            found[category, rate, name] += amount
    return found


def one_credit(books, key: int, how: str, which: int, share: int) -> int | None:
    """A credit note of one kind; None where what is asked for is more than is left, or nothing."""
    known = original(books, key)
    line = known.lines[which % len(known.lines)]
    rest = known.line_rests()[which % len(known.lines)]
    parts, amount = [Part(line.position)], None
    if how == "quantity":
        parts = [Part(line.position, max(line.quantity * share // 100, 1))]
    elif how == "line amount":
        parts = [Part(line.position, None, rest * share // 100)]
    elif how == "amount":
        parts, amount = [], known.left * share // 100
    try:
        done = credit.credit(books, clerk(), key, parts=parts, amount=amount)
    except Problem:
        return None
    if how == "amount":
        assert books.value("SELECT gross FROM invoice WHERE id = ?", (done["id"],)) == amount
    return int(done["id"])


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    lines=lines, discount=st.sampled_from(["", "3", "12.5"]), customer=st.sampled_from(["ACME", "USCO"]), steps=deeds
)
@example(lines=[("A10", 19, 100)], discount="3", customer="USCO", steps=[("quantity", 0, 9), ("line amount", 0, 50)])
def test_partial_credits_add_up_to_the_whole(books, lines, discount, customer, steps):
    rows = [
        {"item": item, "quantity": f"{quantity / 10}", "unit_price": f"{price / 100:.2f}"}
        for item, quantity, price in lines
    ]
    more = {"document_discount_percent": discount} if discount else {}
    key = issued(books, customer, *rows, **more)["id"]
    notes = [note for step in steps if (note := one_credit(books, key, *step)) is not None]
    whole = breakdown(books, key)
    for group, given_back in breakdown(books, *notes, -1).items():
        assert 0 <= given_back <= whole[group]
    if original(books, key).left:
        notes.append(credit.credit(books, clerk(), key)["id"])
    assert breakdown(books, *notes) == whole
    gross = books.value("SELECT gross FROM invoice WHERE id = ?", (key,))
    marks = ", ".join("?" * len(notes))
    assert books.value(f"SELECT sum(gross) FROM invoice WHERE id IN ({marks})", notes) == gross
    # Nothing is left on any account: turnover and VAT are as if there had been no invoice.
    for account, rest, amount in books.rows(
        "SELECT l.account, sum(l.debit - l.credit), sum(l.amount) FROM posting_line l JOIN posting p"
        f" ON p.id = l.posting_id WHERE p.entity = 'invoice' AND p.entity_id IN (?, {marks}) GROUP BY l.account",
        (key, *notes),
    ):
        assert (rest, amount) == (0, 0), account
    try:
        credit.credit(books, clerk(), key)
    except Refused:
        pass
    else:
        raise AssertionError("an invoice is credited once")
    if next(_turns) % 6 == 0:
        assert verify(books) == []
