"""Orders, deliveries and contracts that are changed: what was delivered or billed of them stays."""

from __future__ import annotations

import pytest

from tests.builders import TODAY, clerk, issued
from tests.services.test_match import contract, delivery, line_of, order
from tui_billing.models.queries import source_list
from tui_billing.rules.problem import Conflict, Problem, Refused
from tui_billing.rules.sources import SourceLineContent
from tui_billing.services import source_answers, source_drafts, source_entry, sources
from tui_billing.services.source_change import change_source
from tui_billing.services.source_content import source_content
from tui_billing.services.verify import verify


def test_what_is_read_for_a_change_and_saved_again_changes_nothing(books):
    contract(books, "C1", "40", title="Frame", ceiling="500", index_percent="2.5", end_date="2027-01-01")
    first = order(books, "45001", "B20 10 42", "A10 2", contract="C1")
    note = delivery(books, "BL1", "B20 4", order="45001", received_by="Jo")
    for kind, table, key in (
        ("order", "purchase_order", first),
        ("delivery", "delivery_note", note),
        ("contract", "contract", 1),
    ):
        before = source_content(table, books, key)
        version, content = source_entry.content_of(books, kind, key)
        assert change_source(books, clerk(), key, content, version=version) == version + 1
        assert source_content(table, books, key) == before, kind
    assert verify(books) == []


def test_a_line_keeps_what_is_billed_of_it_and_moves(books):
    first = order(books, "45001", "B20 10 42", "A10 2")
    issued(books, "ACME", "B20 4 42", purchase_order="45001")
    version, content = source_entry.content_of(books, "order", first)
    content.lines.insert(0, SourceLineContent(item="C30", quantity="1"))
    content.lines[1].quantity = "6"
    del content.lines[2]
    change_source(books, clerk(), first, content, version=version)
    rows = books.rows("SELECT position, item_code, quantity, billed FROM order_line ORDER BY position")
    assert rows == [(1, "C30", 10_000, 0), (2, "B20", 60_000, 40_000)]
    version, content = source_entry.content_of(books, "order", first)
    content.lines[1].quantity = "3"
    with pytest.raises(Problem, match="4 of line 2 are billed already; type at least so many"):
        change_source(books, clerk(), first, content)
    content.lines[1].quantity, content.lines[1].item = "6", "A10"
    with pytest.raises(Problem, match="something of line 2 is delivered or billed; it keeps its item and unit"):
        change_source(books, clerk(), first, content)
    del content.lines[1]
    with pytest.raises(Problem, match="line 2 is delivered or billed in part and stays"):
        change_source(books, clerk(), first, content)
    assert line_of(books, "order_line", 1) == 4 and verify(books) == []


def test_a_delivery_that_is_changed_changes_what_has_come(books):
    order(books, "45001", "B20 10")
    note = delivery(books, "BL1", "B20 4", order="45001")
    delivery(books, "BL2", "B20 5", order="45001")
    version, content = source_entry.content_of(books, "delivery", note)
    assert content.lines[0].reference == "1" and content.order == "45001"
    content.lines[0].quantity = "3"
    change_source(books, clerk(), note, content, version=version)
    assert books.row("SELECT delivered FROM order_line") == (80_000,)
    content.lines[0].quantity = "-6"
    with pytest.raises(Problem, match="takes back 6, more than order 45001 has had delivered"):
        change_source(books, clerk(), note, content)
    content.lines[0].quantity, content.order = "3", ""
    with pytest.raises(Problem, match="a delivery keeps its order"):
        change_source(books, clerk(), note, content)
    with pytest.raises(Conflict):
        change_source(books, clerk(), note, content, version=version)
    sources.set_status(books, clerk(), "delivery", note, "closed")
    with pytest.raises(Refused, match="BL1 is not open"):
        source_entry.content_of(books, "delivery", note)
    with pytest.raises(Refused, match="BL1 is not open"):
        change_source(books, clerk(), note, content)
    assert verify(books) == []


def test_a_delivery_begins_with_what_the_order_has_to_come(books):
    first = order(books, "45001", "B20 10", "A10 2")
    delivery(books, "BL1", "B20 4", "A10 2", order="45001")
    rest = source_entry.rest_of_order(books, first)
    assert [(line.item, line.quantity, line.reference) for line in rest.lines] == [("B20", "6", "1")]
    rest.number = "BL2"
    sources.add_source(books, clerk(), rest)
    with pytest.raises(Refused, match="everything of order 45001 is delivered"):
        source_entry.rest_of_order(books, first)
    assert books.rows("SELECT delivered - quantity FROM order_line") == [(0,), (0,)]


def test_an_order_is_found_by_part_of_its_number_and_two_that_fit_are_shown(books):
    order(books, "45001")
    order(books, "45002")
    order(books, "9-77", customer="DUPO")
    found, others = source_entry.find_order(books, "ACME", "450")
    assert found is None and {one.number for one in others} == {"45001", "45002"}
    assert source_entry.find_order(books, "acme", "5002")[0].number == "45002"
    assert source_entry.find_order(books, "ACME", "9-77") == (None, ())
    assert source_entry.find_order(books, "ACME", "4500%") == (None, ())


def test_a_draft_is_kept_taken_and_gone_when_it_is_entered(books):
    content = source_entry.SourceContent(kind="order", customer="ACME", number="45001")
    content.lines = [SourceLineContent(item="B20", quantity="2")]
    key, version = source_drafts.save_source_draft(books, clerk(), content)
    with pytest.raises(Conflict):
        source_drafts.save_source_draft(books, clerk(), content, draft_id=key, version=version + 1)
    assert source_drafts.interrupted_source_draft(books, clerk()) is None  # this process is alive
    with books.write():
        books.db.execute_sql(
            "UPDATE source_draft SET holder = 'elsewhere/boot/1/1', updated_at = '2020-01-01T00:00:00+00:00'"
        )
    found = source_drafts.interrupted_source_draft(books, clerk())
    assert found is not None and found.content == content
    taken = source_drafts.take_source_draft(books, clerk(), key)
    sources.add_source(books, clerk(), taken.content, draft_id=key)
    assert source_drafts.own_source_drafts(books, "marie") == []
    with pytest.raises(Problem, match="entered or thrown away meanwhile"):
        source_drafts.take_source_draft(books, clerk(), key)
    assert verify(books) == [] and TODAY.isoformat() == books.value("SELECT date FROM purchase_order")


def test_the_lists_and_screens_ask_the_same_number_of_questions_for_one_and_for_many(firm):
    def asked(do):
        seen = []
        real = firm.db.execute_sql
        firm.db.execute_sql = lambda sql, *rest, **more: (seen.append(sql), real(sql, *rest, **more))[1]
        try:
            do()
        finally:
            firm.db.execute_sql = real
        return len(seen)

    def questions(key):
        return [
            asked(
                lambda kind=kind: source_list.page(firm, kind, source_list.Wanted(), "marie", TODAY, "first", None, 40)
            )
            for kind in ("order", "delivery", "contract")
        ] + [
            asked(lambda: source_answers.source_with_documents(firm, "order", key)),
            asked(lambda: source_entry.content_of(firm, "order", key)),
        ]

    first = order(firm, "45001", "B20 10")
    delivery(firm, "BL1", "B20 4", order="45001")
    few = questions(first)
    for number in range(30):
        many = order(firm, f"P{number}", *["B20 10", "A10 2"] * 5)
        delivery(firm, f"N{number}", "B20 4", order=f"P{number}")
        contract(firm, f"C{number}")
    assert questions(many) == few
    found = source_list.page(firm, "order", source_list.Wanted(("p2",)), "marie", TODAY, "first", None, 5)
    assert len(found.rows) == 5 and found.more_after


def test_a_list_says_how_far_each_is_and_filters_by_it(books):
    first = order(books, "45001", "B20 10 45")
    order(books, "45002", "B20 3")
    issued(books, "ACME", "B20 4 45", purchase_order="45001")
    delivery(books, "BL1", "B20 2", order="45002")

    def states(kind, **wanted):
        found = source_list.page(books, kind, source_list.Wanted(**wanted), "marie", TODAY, "first", None, 9)
        count, _more = source_list.count(books, kind, source_list.Wanted(**wanted), "marie", TODAY)
        assert count == len(found.rows)
        return {row.number: row.state.value for row in found.rows}

    assert states("order") == {"45001": "part_billed", "45002": "to_bill"}
    assert states("order", state="to_bill") == {"45002": "to_bill"}
    assert states("order", state="open") == {}
    issued(books, "ACME", "B20 6 45", purchase_order="45001")
    assert states("order", state="billed") == {"45001": "billed"}
    sources.set_status(books, clerk(), "order", first, "closed")
    assert states("order", words=("450",), state="closed") == {"45001": "closed"}
    contract(books, "C1", "40", start_date="2025-01-01", end_date="2025-12-31")
    contract(books, "C2", "40", start_date="2026-01-01", ceiling="100")
    issued(books, "ACME", "D40 1 4", "B20 2 40", contract="C2")
    assert states("contract") == {"C1": "ended", "C2": "part_billed"}
    assert states("delivery") == {"BL1": "open"}
