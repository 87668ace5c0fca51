"""The checklist: what is unusual is said with its figures, only what must stop stops, and rules count their strikes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import TODAY, clerk, issued, typed
from tests.services.test_match import delivery
from tui_billing.rules.check_rules import fits
from tui_billing.rules.problem import Problem, Refused
from tui_billing.rules.usual import KEPT, Memory, Seen, memory_from, unusual
from tui_billing.services import agreements, attachments, check_rules, drafts, issue
from tui_billing.services.resolve import resolve
from tui_billing.services.verify import verify


def boss():
    return clerk("anna", "supervisor")


def said(books, *lines, customer="ACME", today=TODAY, **fields):
    found = resolve(books, typed(customer, *lines, **fields), today).findings
    return {f.code: str(f) for f in found if f.code != "early_payment_missing"}


def habit(books, *lines, count=8, customer="ACME", **fields):
    """Invoices of the same lines, a month apart, so that none is a double."""
    for back in range(count, 0, -1):
        day = TODAY - dt.timedelta(days=30 * back)
        issued(books, customer, *lines, today=day, issue_date=day.isoformat(), **fields)


def test_a_habit_makes_the_unusual_visible_with_its_figures(books):
    habit(books, {"item": "A10", "quantity": "2", "discount_percent": "10"}, "B20 12", purchase_order="45")
    usual = [{"item": "A10", "quantity": "3", "discount_percent": "10"}, "B20 10"]
    assert said(books, *usual, purchase_order="46") == {}
    found = said(books, {"item": "A10", "quantity": "20", "unit_price": "65"}, "B20 1.2")
    assert found["quantity_unusual"].startswith("Line 1 bills 20 A10, usually 2 (10 times as much, from 8 lines)") or (
        "Line 2 bills 1.2 B20, usually 12 (1/10 of it" in found["quantity_unusual"]
    )
    assert found["price_unusual"] == (
        "Line 1 bills A10 at 65.00, usually 650.00 (1/10 of it, from 8 prices); check the decimal point"
    )
    assert found["discount_forgotten"].startswith("Line 1 gives A10 without the 10 % that 8 of the last 8 lines had")
    assert found["order_usual"].startswith("The last 8 invoices to ACME bore an order number")
    assert "items_new" in said(books, "D40 1", "C30 1")
    known = resolve(books, typed("ACME", "A10 20 65"), TODAY)
    assert known.blocking() == [] and known.warnings()
    assert verify(books) == []


def test_prices_old_own_and_other(books):
    assert said(books, "B20 1 44")["price_other"] == ("Line 1 bills B20 at 44.00, the list says 45.00; check the price")
    agreements.set_price(books, clerk(), "B20", Decimal("47.5"))
    assert said(books, "B20 1 45")["price_old"] == (
        "Line 1 bills B20 at 45.00, the list price until 2026-11-25; it is 47.50 now"
    )
    # A price of the customer's own, billed twice, is asked about no more.
    habit(books, "B20 1 44", count=2)
    assert "price_other" not in said(books, "B20 2 44")
    assert said(books, {"item": "D40", "vat_rate": "20"})["vat_other"].startswith("Line 1 bears VAT 20 %")


def test_doubles(books):
    first = issued(books, "ACME", "B20 3", purchase_order="45", today=TODAY)
    assert said(books, "B20 3", purchase_order="45")["duplicate"].startswith(f"{first['number']} of 2026-11-25")
    assert "duplicate" in said(books, "B20 3")
    assert "duplicate" not in said(books, "B20 3", purchase_order="46")
    assert "duplicate" not in said(books, "B20 4", purchase_order="45")
    later = TODAY + dt.timedelta(days=30)
    assert "duplicate" not in said(books, "B20 3", today=later)
    assert "duplicate" not in said(books, "B20 3", customer="DUPO", purchase_order="45")


def test_rules_of_a_supervisor_block_warn_and_count(books):
    acme = int(books.value("SELECT id FROM customer WHERE code = 'ACME'"))
    with pytest.raises(Refused, match="your role"):
        check_rules.add_rule(books, clerk(), "remind", text="x")
    rule = check_rules.add_rule(
        books,
        boss(),
        "pattern",
        customer_id=acme,
        parameters={"field": "purchase_order", "pattern": "4500####"},
        severity="blocking",
        text="mail of May",
    )
    content = typed("ACME", "B20 1", purchase_order="450O1234")
    known = resolve(books, content, TODAY)
    assert str(known.blocking()[0]) == "purchase_order 450O1234 does not look like 4500#### (mail of May); check it"
    assert known.struck == [rule]
    check_rules.strike(books, clerk(), 77, known.struck)
    check_rules.strike(books, clerk(), 77, known.struck)
    with pytest.raises(Problem, match="does not look like"):
        issue.issue_content(books, clerk(), content)
    assert said(books, "B20 1", customer="DUPO", purchase_order="x") == {}
    double = check_rules.add_rule(books, boss(), "duplicate", severity="blocking")
    issued(books, "ACME", "B20 1", purchase_order="45001234")
    with pytest.raises(Problem, match="over the same"):
        issued(books, "ACME", "B20 1", purchase_order="45001234")
    check_rules.set_rule(books, boss(), double, severity="warning")
    issued(books, "ACME", "B20 1", purchase_order="45001234")
    assert {r.id: r.hits for r in check_rules.list_rules(books)} == {rule: 1, double: 1}
    check_rules.set_rule(books, boss(), rule, active=False)
    assert resolve(books, content, TODAY).blocking() == []
    assert verify(books) == []
    with books.write():
        books.db.execute_sql("UPDATE check_rule SET hits = 9")
    assert {d.check for d in verify(books)} == {"rules"}


def test_a_required_paper_is_looked_for_on_the_delivery(firm):
    check_rules.add_rule(firm, boss(), "attached", parameters={"paper": "signed_delivery_note"}, severity="blocking")
    note = delivery(firm, "BL1", "B20 2")
    content = typed("ACME", "B20 2", delivery_note="BL1")
    assert "asks for signed delivery note" in str(resolve(firm, content, TODAY).blocking()[0])
    attachments.attach_bytes(firm, clerk(), "delivery_note", note, "a.pdf", b"%PDF-1.4", kind="signed_delivery_note")
    assert resolve(firm, content, TODAY).blocking() == []


@pytest.mark.parametrize(
    ("kind", "parameters", "sentence"),
    [
        ("maximum", {"quantity": "5", "item": "b20"}, "Line 1 has 6, the most for this customer is 5"),
        ("maximum", {"price": "44"}, "Line 1 has 45, the most"),
        ("maximum", {"amount": "200"}, "The net of 270.00 is more than the 200.00"),
        ("discount", {"percent": "5"}, "Line 1 gives B20 at 0 % off, 5 % is agreed"),
        ("required", {"field": "project"}, "This customer asks for project"),
    ],
)
def test_each_kind_of_rule_has_its_sentence(firm, kind, parameters, sentence):
    check_rules.add_rule(firm, clerk("anna", "supervisor"), kind, parameters=parameters)
    assert said(firm, "B20 6")[f"rule_{kind}"].startswith(sentence)


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [("nothing", {}), ("pattern", {"field": "purchase_order"}), ("required", {"field": "x"}), ("maximum", {}),
     ("discount", {"percent": "ten"}), ("remind", {"item": "A"})],
)  # fmt: skip
def test_a_wrong_rule_is_refused(firm, kind, parameters):
    with pytest.raises(Problem):
        check_rules.add_rule(firm, clerk("anna", "supervisor"), kind, parameters=parameters, text="")


def test_customer_data_grow_old(firm):
    assert "customer_unconfirmed" not in said(firm, "B20 1")
    with firm.write():
        firm.db.execute_sql("UPDATE customer SET confirmed_on = '2025-01-01'")
    assert "ask them and confirm the card" in said(firm, "B20 1")["customer_unconfirmed"]
    agreements.confirm_customer(firm, clerk(), 1)
    assert "customer_unconfirmed" not in said(firm, "B20 1")


def test_the_checklist_asks_the_same_number_of_questions_whatever_there_is(firm):
    """A constant number of queries, so that a million invoices cost what none do."""

    def questions():
        asked = []
        rows = firm.rows

        def counting(*args):
            asked.append(args[0])
            return rows(*args)

        firm.rows = counting
        resolve(firm, typed("ACME", "A10 2", "B20 3", purchase_order="45"), TODAY)
        del firm.rows
        return len(asked)

    before = questions()
    habit(firm, "A10 2", "B20 3", count=6, purchase_order="45")
    assert questions() <= before <= 24


@given(st.lists(st.integers(1, 10**9), min_size=5, max_size=15), st.integers(1, 10**10))
def test_unusual_is_far_from_everything_seen(values, value):
    odd = unusual(value, values)
    if odd:
        assert odd.ratio >= 5 and (value > 2 * max(values) or 2 * value < min(values))
    for known in values:
        assert unusual(known, values) is None


@given(st.lists(st.tuples(st.integers(-9, 10**12), st.integers(-9, 10**9), st.integers(0, 10**6)), max_size=40))
def test_a_memory_keeps_the_newest(seen):
    memory = Memory()
    for one in seen:
        memory = memory.with_one(Seen(*one))
    assert memory == memory_from(memory.seen, memory.to_text())
    assert [tuple(one) for one in memory.recent] == seen[-KEPT:] and memory.seen == len(seen)


@pytest.mark.parametrize(
    ("pattern", "text", "fit"),
    [
        ("4500####", "45001234", True),
        ("4500####", "4500123", False),
        ("@@-*", "ab-", True),
        ("@@-*", "a1-x", False),
        ("*7*", "127", True),
        ("*", "", True),
        ("***********************************b", "a" * 5000, False),
    ],
)
def test_patterns(pattern, text, fit):
    assert fits(pattern, text) is fit


def test_a_paper_that_hangs_on_the_draft_counts_until_it_is_taken_off(firm):
    content = typed("ACME", "B20 1")
    draft, _version = drafts.save_draft(firm, clerk(), content)
    check_rules.add_rule(firm, clerk("anna", "supervisor"), "attached", customer_id=1, parameters={"paper": "photo"})

    def asked():
        return len(resolve(firm, content, TODAY, draft_id=draft).findings)

    before = asked()
    paper = attachments.attach_bytes(firm, clerk(), "invoice", draft, "photo.txt", b"a photograph", kind="photo")
    assert asked() == before - 1
    attachments.detach(firm, clerk(), paper, "not ours")
    assert asked() == before
