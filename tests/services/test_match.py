"""Orders, deliveries and contracts beside invoices: what is billed stays within them, and differences are said."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import TODAY, clerk, issued, typed
from tui_billing.models.fields import QUANTITY, unscaled
from tui_billing.rules.match3 import AgreedPrice, BillLine, Source, SourceLine, Tolerance, allowed, match, to_bill
from tui_billing.rules.problem import Problem, Refused
from tui_billing.rules.sources import source_from_json
from tui_billing.services import billing, credit, issue, sources
from tui_billing.services.resolve import resolve
from tui_billing.services.source_contract import index_contract
from tui_billing.services.verify import verify


def order(books, number="45001", *lines, customer="ACME", **head):
    rows = [dict(zip(("item", "quantity", "unit_price"), line.split(), strict=False)) for line in lines or ("B20 10",)]
    data = {"customer": customer, "number": number, "lines": rows, **head}
    return sources.add_source(books, clerk(), source_from_json("order", data))


def delivery(books, number="BL1", *lines, customer="ACME", **head):
    rows = [dict(zip(("item", "quantity"), line.split(), strict=False)) for line in lines or ("B20 4",)]
    data = {"customer": customer, "number": number, "lines": rows, **head}
    return sources.add_source(books, clerk(), source_from_json("delivery", data))


def contract(books, number="C1", price="40", customer="ACME", **head):
    data = {"customer": customer, "number": number, "lines": [{"item": "B20", "unit_price": price}], **head}
    return sources.add_source(books, clerk(), source_from_json("contract", data))


def codes(books, content):
    return [finding.code for finding in resolve(books, content, TODAY).findings if finding.source in SOURCES]


SOURCES = {"three-way match", "contract"}


def line_of(books, table, key):
    return unscaled(books.value(f"SELECT billed FROM {table} WHERE id = ?", (key,)), QUANTITY)


def test_an_order_is_billed_as_it_is_delivered_and_no_more(books):
    first = order(books, "45001", "B20 10 42", "A10 2")
    delivery(books, "BL1", "B20 4", order="45001")
    content = billing.order_content(books, first, TODAY)
    assert [(line.item, line.quantity, line.unit_price) for line in content.lines] == [
        ("B20", "4", "42"),
        ("A10", "2", ""),
    ]
    assert (content.purchase_order, content.delivery_note) == ("45001", "BL1")
    assert codes(books, content) == []
    done = issue.issue_content(books, clerk(), content)
    assert line_of(books, "order_line", 1) == 4 and line_of(books, "delivery_line", 1) == 4
    with pytest.raises(Refused, match="nothing of 45001 is left to bill"):
        billing.order_content(books, first, TODAY)
    delivery(books, "BL2", "B20 6", order="45001")
    assert [line.quantity for line in billing.order_content(books, first, TODAY).lines] == ["6"]
    # A credit of the goods makes them billable again.
    credit.credit(books, clerk(), done["id"], lines=[1])
    assert line_of(books, "order_line", 1) == 0
    assert [line.quantity for line in billing.order_content(books, first, TODAY).lines] == ["10"]
    assert verify(books) == []


def test_over_billing_is_blocked_and_a_supervisor_overrides_with_a_reason(books):
    order(books)
    issued(books, "ACME", "B20 8", purchase_order="45001")
    over = typed("ACME", "B20 3", purchase_order="45001")
    with pytest.raises(Problem, match=r"Line 1 bills 3 B20, of which order 45001 leaves 2 \(10 ordered, 8 billed\)"):
        issue.issue_content(books, clerk(), over)
    over.override = "agreed by phone"
    with pytest.raises(Refused, match="your role"):
        issue.issue_content(books, clerk(), over)
    issue.issue_content(books, clerk("anna", "supervisor"), over)
    assert books.value("SELECT override FROM billed_line ORDER BY id DESC LIMIT 1") == "agreed by phone"
    assert line_of(books, "order_line", 1) == 11
    assert verify(books) == []


def test_the_customer_s_tolerance_counts(books):
    order(books, "45001", "B20 10 45")
    with books.write():
        books.db.execute_sql("UPDATE customer SET quantity_tolerance = 100000, price_tolerance = 20000")
    assert codes(books, typed("ACME", "B20 11 45.90", purchase_order="45001")) == []
    assert codes(books, typed("ACME", "B20 12 45.91", purchase_order="45001")) == ["over_billed", "price_order"]


def test_each_wrong_thing_has_its_sentence(books):
    order(books, "45001", "B20 10 45")
    order(books, "45002", "B20 5 45")
    order(books, "9", "D40 1", customer="DUPO")

    def said(*lines, customer="ACME", **fields):
        found = resolve(books, typed(customer, *lines, **fields), TODAY).findings
        return [(f.code, f.blocking, str(f)) for f in found if f.source in SOURCES]

    # A line of the order billed twice inside one invoice.
    assert said("B20 6", "B20 6", purchase_order="45001") == [
        (
            "over_billed",
            True,
            "Lines 1, 2 together bill 12 B20, of which 45001 leaves 10 (10 less 0 billed); take one out",
        )
    ]
    # Two open orders that fit.
    assert said("B20 2") == [
        (
            "orders_fit",
            False,
            "Several open orders of ACME fit (45001, 45002); type the number of the one that is billed",
        )
    ]
    # Units that differ.
    assert said({"item": "B20", "quantity": "1", "unit": "KGM"}, purchase_order="45001") == [
        (
            "unit_differs",
            True,
            "Line 1 counts B20 in KGM, its order or delivery in C62; type the quantity in C62",
        )
    ]
    assert said("B20 1 54", purchase_order="45001")[0][2].startswith(
        "Line 1 bills B20 at 54.00, order 45001 says 45.00"
    )
    assert said("C30 1", purchase_order="45001")[0][0] == "not_ordered"
    assert said("B20 1", purchase_order="4500l")[0][0] == "order_unknown"
    assert said("D40 1", purchase_order="9")[0][2] == "Order 9 is an order of DUPO, not of ACME; check the customer"
    assert said("B20 1", customer="DUPO", purchase_order="9")[0][0] == "not_ordered"


def test_deliveries_that_cannot_be(books):
    order(books)
    with pytest.raises(Problem, match="line 1 delivers 0"):
        delivery(books, "BL0", "B20 0", order="45001")
    with pytest.raises(Problem, match="takes back 1, more than order 45001 has had delivered"):
        delivery(books, "BL0", "B20 -1", order="45001")
    delivery(books, "BL1", "B20 4", order="45001")
    delivery(books, "BL2", "B20 -1", order="45001")
    assert unscaled(books.value("SELECT delivered FROM order_line"), QUANTITY) == 3
    assert [line.quantity for line in billing.order_content(books, 1, TODAY).lines] == ["3"]
    with pytest.raises(Problem, match="delivered in KGM and was ordered in C62"):
        sources.add_source(
            books,
            clerk(),
            source_from_json(
                "delivery",
                {
                    "customer": "ACME",
                    "number": "BL3",
                    "order": "45001",
                    "lines": [{"item": "B20", "quantity": "1", "unit": "KGM"}],
                },
            ),
        )
    with pytest.raises(Problem, match="in the books already"):
        delivery(books, "BL1", "B20 4", order="45001")
    assert verify(books) == []


def test_a_delivery_is_billed_and_leaves_the_worklist(books):
    delivery(books, "BL9", "B20 4", "D40 2", date="2026-11-20")
    waits = billing.all_waiting(books, TODAY)
    assert [(w.number, w.customer, w.lines, w.value, w.days) for w in waits] == [("BL9", "ACME", 2, 21998, 5)]
    draft = billing.bill(books, clerk(), "delivery", 1)
    issue.issue_draft(books, clerk(), draft)
    assert billing.all_waiting(books, TODAY) == []
    with pytest.raises(Problem, match="of which delivery BL9 leaves 0"):
        issued(books, "ACME", "B20 1", delivery_note="BL9")
    # Cancelled or closed, a delivery waits no more.
    other = delivery(books, "BL10", "B20 1")
    sources.set_status(books, clerk(), "delivery", other, "closed")
    assert billing.all_waiting(books, TODAY) == []
    with pytest.raises(Refused, match="is billed"):
        sources.set_status(books, clerk(), "delivery", 1, "cancelled")
    assert verify(books) == []


def test_a_contract_s_price_follows_its_index_and_its_ceilings_hold(books):
    key = contract(books, price="40", start_date="2024-11-01", index_percent="2", ceiling="100")
    # Two anniversaries: 40 × 1.02² = 41.616, to the cent 41.62.
    assert codes(books, typed("ACME", "B20 1 41.62")) == []
    assert codes(books, typed("ACME", "B20 1 45")) == ["price_contract"]
    index_contract(books, clerk(), key, dt.date(2026, 1, 1), Decimal("1.1"), "Syntec")
    assert codes(books, typed("ACME", "B20 1 44")) == []
    assert codes(books, typed("ACME", "B20 3 44")) == ["over_ceiling"]
    issued(books, "ACME", "B20 2 44")
    assert books.value("SELECT billed FROM contract") == 8800
    with pytest.raises(Problem, match=r"over its ceiling by 32.00 EUR"):
        issued(books, "ACME", "B20 1 44")
    assert verify(books) == []


def test_verify_proves_the_caches(firm):
    order(firm)
    delivery(firm, "BL1", "B20 4", order="45001")
    issued(firm, "ACME", "B20 4", purchase_order="45001")
    for table, column, number in (
        ("order_line", "billed", "45001"),
        ("order_line", "delivered", "45001"),
        ("delivery_line", "open", "BL1"),
        ("usual", "seen", ""),
    ):
        with firm.write():
            firm.db.execute_sql(f"UPDATE {table} SET {column} = {column} + 1")
        assert {(d.check in ("orders", "usual"), d.number) for d in verify(firm)} == {(True, number)}
        with firm.write():
            firm.db.execute_sql(f"UPDATE {table} SET {column} = {column} - 1")
    assert verify(firm) == []


# -- what always holds -------------------------------------------------------

_QUANTITIES = st.decimals(min_value=1, max_value=50, places=2)
_ITEMS = st.sampled_from(["A", "B", "C"])


@st.composite
def _orders(draw):
    lines = [
        SourceLine(
            number,
            number,
            draw(_ITEMS),
            "",
            "C62",
            draw(_QUANTITIES),
            unit_price=draw(st.sampled_from([None, Decimal(5)])),
        )
        for number in range(1, draw(st.integers(1, 4)) + 1)
    ]
    notes, key = [], 1
    for note in range(draw(st.integers(0, 3))):
        rows = []
        for line in lines:
            if draw(st.booleans()):
                rows.append(SourceLine(key, len(rows) + 1, line.item, "", "C62", draw(_QUANTITIES), order_line=line.id))
                key += 1
        notes.append(Source(note + 1, f"N{note}", tuple(rows)))
    return Source(1, "O", tuple(lines), "EUR"), notes


@st.composite
def _bills(draw):
    return [
        BillLine(
            n, draw(_ITEMS), "", "C62", draw(_QUANTITIES) * draw(st.sampled_from([1, 1, 1, -1])), Decimal(5), net=100
        )
        for n in range(1, draw(st.integers(1, 4)) + 1)
    ]


@given(_orders(), st.lists(_bills(), min_size=1, max_size=5), st.sampled_from([0, 5, 10]), st.booleans())
def test_what_is_billed_stays_within_order_and_delivery_unless_it_is_said(made, invoices, percent, named):
    source, notes = made
    tolerance = Tolerance(Decimal(percent))
    billed = {line.id: Decimal(0) for line in source.lines}
    handed = {line.id: Decimal(0) for note in notes for line in note.lines}

    def now(lines, taken):
        return tuple(
            SourceLine(
                x.id, x.position, x.item, "", x.unit, x.quantity, taken[x.id],
                unit_price=x.unit_price, order_line=x.order_line,
            )
            for x in lines
        )  # fmt: skip

    for bill in invoices:
        outcome = match(
            bill,
            Source(1, "O", now(source.lines, billed), "EUR"),
            [Source(n.id, n.number, now(n.lines, handed)) for n in notes],
            [AgreedPrice(1, "K", "A", "C62", Decimal(5))],
            currency="EUR",
            tolerance=tolerance,
            named_delivery=named,
        )
        # Each line's shares add up to the line, its net stands once, and nothing is shared out twice.
        for line in bill:
            own = [share for share in outcome.shares if share.line == line.number]
            if own:
                assert sum(share.quantity for share in own) == line.quantity
                assert sum(share.net for share in own) == line.net
                assert all(share.quantity * line.quantity > 0 for share in own)
        if any(finding.blocking for finding in outcome.findings):
            continue
        for share in outcome.shares:
            if share.order_line:
                billed[share.order_line] += share.quantity
            if share.delivery_line:
                handed[share.delivery_line] += share.quantity
        for line in source.lines:
            least, most = allowed(line.quantity, tolerance)
            assert least <= billed[line.id] <= most
        for note in notes:
            for line in note.lines:
                assert 0 <= handed[line.id] <= allowed(line.quantity, tolerance)[1]


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 30), st.booleans(), st.booleans())
def test_to_bill_is_never_more_than_the_order_leaves(delivered, billed, ordered, goods, any_delivery):
    line = SourceLine(
        1, 1, "A", "", "C62", Decimal(ordered), Decimal(billed), delivered=Decimal(delivered), goods=goods
    )
    part = to_bill(line, any_delivery=any_delivery)
    assert 0 <= part <= max(ordered - billed, 0)
