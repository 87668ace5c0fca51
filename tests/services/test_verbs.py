"""Every verb of billing, on both databases: what it answers, what it leaves, and that `verify` finds nothing."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from tests.builders import TODAY, clerk, issued, small_company, typed
from tui_billing.rules.problem import Conflict, NotFound, Problem, Refused
from tui_billing.services import allocate, credit, dispute_outcome, disputes, drafts, issue, master, receive, show
from tui_billing.services.verify import verify


def shown(books, invoice_id, today=TODAY):
    return show.invoice_json(books, invoice_id, today)


def account(books, code):
    return int(books.value("SELECT coalesce(sum(debit - credit), 0) FROM posting_line WHERE account = ?", (code,)))


def pay(books, customer, amount, **more):
    date = more.pop("date", TODAY)
    return receive.receive(books, clerk(today=max(date, TODAY)), receive.Payment(customer, date, amount, **more))


def test_an_invoice_from_draft_to_paid(books):
    content = typed("acme", "a10 2", "b20 10", {"item": "c30", "discount_percent": "10"}, purchase_order="PO-7")
    draft, version = drafts.save_draft(books, clerk(), content)
    assert shown(books, draft)["status"] == "draft" and shown(books, draft)["totals"]["gross"] == "3396.54"
    done = issue.issue_draft(books, clerk(), draft, seen_gross=339654, seen_version=version)
    assert done == {"id": draft, "number": "F2026-00001"}
    whole = shown(books, draft)
    assert whole["totals"] == {
        "lines": "2830.45",
        "allowances": "0.00",
        "charges": "0.00",
        "net": "2830.45",
        "tax": "566.09",
        "gross": "3396.54",
        "prepaid": "0.00",
        "payable": "3396.54",
        "rounding": "0.00",
    }
    assert (whole["due_date"], whole["status"], whole["open"]) == ("2026-12-31", "open", "3396.54")
    assert whole["lines"][2]["description"] == "Audit"  # the customer reads English, as the firm does
    pay(books, "ACME", 100000)
    assert (shown(books, draft)["status"], shown(books, draft)["open"]) == ("part_paid", "2396.54")
    pay(books, "ACME", 239654)
    assert (shown(books, draft)["status"], shown(books, draft)["open"]) == ("paid", "0.00")
    assert (account(books, "411000"), account(books, "419100"), account(books, "512000")) == (0, 0, 339654)
    assert verify(books) == []


def test_what_belongs_to_the_customer_is_copied(books):
    first = issued(books)
    key = books.value("SELECT id FROM customer WHERE code = 'ACME'")
    card = master.card_of(books, key)
    card.name, card.city, card.terms = "ACME Holding", "Paris", "0"
    master.change_customer(books, clerk(), key, 1, card)
    second = issued(books)
    buyers = [
        json.loads(books.value("SELECT buyer FROM invoice WHERE id = ?", (each["id"],))) for each in (first, second)
    ]
    assert [(each["name"], each["address"]["city"]) for each in buyers] == [
        ("ACME Industries", "Lyon"),
        ("ACME Holding", "Paris"),
    ]
    assert (
        shown(books, first["id"])["due_date"] == "2026-12-31" and shown(books, second["id"])["due_date"] == "2026-11-25"
    )
    assert verify(books) == []


def test_numbers_go_on_by_series_and_year(books):
    numbers = [
        issued(books, today=day, issue_date=day.isoformat())["number"] for day in (TODAY, TODAY, dt.date(2027, 1, 2))
    ]
    note = credit.credit(books, clerk(), books.value("SELECT min(id) FROM invoice"))
    assert numbers == ["F2026-00001", "F2026-00002", "F2027-00001"] and note["number"] == "A2026-00001"
    # The year that is over can still be billed, after its last date.
    assert issued(books, issue_date="2026-12-31", today=dt.date(2027, 1, 3))["number"] == "F2026-00003"
    assert verify(books) == []


def test_a_failed_issue_takes_no_number(books):
    with pytest.raises(NotFound):
        issued(books, "NOBODY")
    with pytest.raises(Problem, match="no item NOTHING"):
        issued(books, "ACME", "A10", "NOTHING")
    draft, _ = drafts.save_draft(books, clerk(), typed("ACME", "A10"))
    with pytest.raises(Conflict):
        issue.issue_draft(books, clerk(), draft, seen_gross=1)
    assert books.value("SELECT count(*) FROM invoice WHERE state = 'issued'") == 0
    assert books.value("SELECT count(*) FROM invoice") == 1  # the draft is as it was
    assert issued(books)["number"] == "F2026-00001"
    assert verify(books) == []


def test_two_instalments(books):
    done = issued(books, "USCO", "A10 3")
    whole = shown(books, done["id"])
    total = int(whole["totals"]["payable"].replace(".", ""))
    assert [part["due_date"] for part in whole["instalments"]] == ["2026-12-25", "2027-01-24"]
    assert whole["due_date"] == "2027-01-24"
    due = "SELECT next_due FROM invoice WHERE id = ?"
    assert books.value(due, (done["id"],)) == "2026-12-25"
    half = int(whole["instalments"][0]["amount"].replace(".", ""))
    pay(books, "USCO", half - 1)
    assert books.value(due, (done["id"],)) == "2026-12-25"
    pay(books, "USCO", 1)
    assert books.value(due, (done["id"],)) == "2027-01-24"
    assert [part["open"] for part in shown(books, done["id"])["instalments"]] == [
        "0.00",
        whole["instalments"][1]["amount"],
    ]
    # Late with the first instalment is late; late with neither is not.
    other = issued(books, "USCO", "A10 3")
    assert shown(books, other["id"], dt.date(2026, 12, 26))["status"] == "overdue"
    assert shown(books, done["id"], dt.date(2026, 12, 26))["status"] == "part_paid"
    pay(books, "USCO", total - half, allocations=[(done["id"], total - half)])
    assert books.value(due, (done["id"],)) is None
    assert verify(books) == []


def test_a_foreign_invoice_books_its_exchange_difference(books):
    done = issued(books, "USCO", {"description": "Study", "unit_price": "1000"}, issue_date="2026-11-05")
    assert books.row("SELECT gross, gross_base, rate, rate_date FROM invoice WHERE id = ?", (done["id"],)) == (
        100000,
        91234,
        91234000,
        "2026-11-01",
    )
    first = pay(books, "USCO", 30001)  # at 0.88
    assert first["open"] == 0
    assert account(books, "512000") == 26401
    # 300.01 of the invoice is 273.71 at its own rate, 264.01 at the payment's.
    assert account(books, "666000") == 27371 - 26401 and account(books, "411000") == 91234 - 27371
    pay(books, "USCO", 69999)
    assert (account(books, "411000"), account(books, "419100")) == (0, 0)
    assert account(books, "666000") == 91234 - account(books, "512000") == 91234 - 88000
    assert books.row("SELECT open, open_base FROM invoice WHERE id = ?", (done["id"],)) == (0, 0)
    assert verify(books) == []


def test_a_currency_without_decimals(books):
    done = issued(books, "JPCO", {"description": "Study", "unit_price": "123456", "quantity": "1"})
    assert shown(books, done["id"])["totals"]["gross"] == "123456"
    assert books.value("SELECT gross_base FROM invoice WHERE id = ?", (done["id"],)) == 75308
    pay(books, "JPCO", 123456)
    assert shown(books, done["id"])["status"] == "paid" and verify(books) == []


def test_a_payment_takes_the_oldest_due_first_and_keeps_the_rest(books):
    old = issued(books, "ACME", "A10", due_date="2026-12-01")
    new = issued(books, "ACME", "A10", due_date="2026-11-28")
    paid = pay(books, "ACME", 200000)
    assert [shown(books, each["id"])["open"] for each in (new, old)] == ["0.00", "0.00"]
    assert paid["open"] == 200000 - 2 * 78000 and len(paid["allocations"]) == 2
    assert account(books, "419100") == -paid["open"]
    third = issued(books, "ACME", "A10")
    allocate.allocate_payment(books, clerk(), paid["id"], third["id"], paid["open"])
    assert shown(books, third["id"])["open"] == "340.00" and account(books, "419100") == 0
    assert verify(books) == []


def test_a_payment_over_three_invoices_by_hand(books):
    owed = [issued(books, "ACME", "A10")["id"] for _ in range(3)]
    paid = pay(books, "ACME", 100000, allocations=[(owed[2], 78000), (owed[0], 10000)])
    assert [shown(books, each)["open"] for each in owed] == ["680.00", "780.00", "0.00"] and paid["open"] == 12000
    on_account = pay(books, "ACME", 5000, allocations=())
    assert on_account["open"] == 5000 and on_account["allocations"] == []
    assert verify(books) == []


def test_an_allocation_is_taken_back(books):
    done = issued(books)
    paid = pay(books, "ACME", 50000)
    back = allocate.reverse_allocation(books, clerk(), paid["allocations"][0], "wrong invoice")
    assert shown(books, done["id"])["open"] == "780.00"
    assert books.value("SELECT open FROM receipt WHERE id = ?", (paid["id"],)) == 50000
    assert books.row("SELECT amount, reverses_id FROM allocation WHERE id = ?", (back,)) == (
        -50000,
        paid["allocations"][0],
    )
    for again in (paid["allocations"][0], back):
        with pytest.raises(Refused):
            allocate.reverse_allocation(books, clerk(), again)
    allocate.allocate_payment(books, clerk(), paid["id"], done["id"], 50000)
    assert shown(books, done["id"])["open"] == "280.00" and verify(books) == []


def test_a_payment_bounces(books):
    owed = [issued(books, "USCO", "A10")["id"], issued(books, "USCO", "B20")["id"]]
    before = [shown(books, each)["open"] for each in owed]
    paid = pay(books, "USCO", 76000)
    answer = receive.reverse_receipt(books, clerk(), paid["id"], "bounced")
    assert answer == {"id": paid["id"], "reopened": owed}
    assert [shown(books, each)["open"] for each in owed] == before
    assert (account(books, "512000"), account(books, "419100"), account(books, "666000")) == (0, 0, 0)
    with pytest.raises(Refused):
        receive.reverse_receipt(books, clerk(), paid["id"])
    with pytest.raises(Problem, match=r"only 0\.00 USD is left"):
        allocate.allocate_payment(books, clerk(), paid["id"], owed[0], 100)
    assert verify(books) == []


def test_a_receipt_older_than_the_invoice_it_pays(books):
    paid = pay(books, "ACME", 78000, date=dt.date(2026, 11, 10))
    done = issued(books, issue_date="2026-11-20")
    key = allocate.allocate_payment(books, clerk(), paid["id"], done["id"], 78000, dt.date(2026, 11, 12))
    # On no day is more settled than was billed: an allocation stands from the later of the two.
    assert books.value("SELECT date FROM allocation WHERE id = ?", (key,)) == "2026-11-20"
    early = issued(books, issue_date="2026-11-24")
    other = pay(books, "ACME", 78000, date=dt.date(2026, 11, 1))
    assert shown(books, early["id"])["open"] == "0.00"
    assert books.value("SELECT date FROM allocation WHERE id = ?", (other["allocations"][0],)) == "2026-11-24"
    assert verify(books) == []


def test_credit_by_line_sums_exactly_to_the_invoice(books):
    lines = ["A10 1", "B20 3", "D40 7", {"item": "C30", "discount_percent": "3.3333"}, "B20 1 0.07"]
    done = issued(books, "ACME", *lines, document_discount_percent="7.7")
    notes = [credit.credit(books, clerk(), done["id"], lines=[n], reason="returned") for n in (2, 4)]
    notes.append(credit.credit(books, clerk(), done["id"]))
    columns = "net, tax, gross, net_base, tax_base, gross_base, allowances_total, lines_total"
    whole = books.row(f"SELECT {columns} FROM invoice WHERE id = ?", (done["id"],))
    parts = [books.row(f"SELECT {columns} FROM invoice WHERE id = ?", (note["id"],)) for note in notes]
    assert tuple(map(sum, zip(*parts, strict=True))) == whole
    assert shown(books, done["id"])["status"] == "credited" and all(note["open"] == 0 for note in notes)
    assert {shown(books, note["id"])["status"] for note in notes} == {"credited"}
    assert shown(books, notes[0]["id"])["original"] == done["number"]
    for code in ("411000", "445710", "701000", "706000"):
        assert account(books, code) == 0, code
    for bad in ([2], [1], []):
        with pytest.raises(Refused):
            credit.credit(books, clerk(), done["id"], lines=bad)
    assert verify(books) == []


def test_a_foreign_credit_by_line(books):
    done = issued(books, "USCO", "A10 1", "B20 3", "C30 1", issue_date="2026-11-03", document_discount_percent="1.25")
    pay(books, "USCO", 50000, date=dt.date(2026, 11, 21))
    notes = [credit.credit(books, clerk(), done["id"], lines=[n]) for n in (3, 2, 1)]
    assert shown(books, done["id"])["open"] == "0.00"
    assert sum(note["open"] for note in notes) == 50000
    for code in ("445710", "701000", "706000"):
        assert account(books, code) == 0, code
    assert verify(books) == []


def test_a_credit_note_beyond_what_is_open_pays_another_invoice(books):
    done = issued(books)
    pay(books, "ACME", 78000)
    note = credit.credit(books, clerk(), done["id"])
    assert note["open"] == 78000 and shown(books, note["id"])["status"] == "open"
    other = issued(books, "ACME", "A10 2")
    allocate.allocate_credit(books, clerk(), note["id"], other["id"], 78000)
    assert shown(books, other["id"])["open"] == "780.00" and shown(books, note["id"])["status"] == "credited"
    assert account(books, "411000") == 78000 and verify(books) == []


def test_a_rebate_line_cannot_make_the_credit_larger_than_the_invoice(books):
    done = issued(books, "ACME", "A10 1", {"description": "Rebate", "unit_price": "-150", "vat_rate": "20"})
    with pytest.raises(Refused, match="left to credit"):
        credit.credit(books, clerk(), done["id"], lines=[1])
    with pytest.raises(Refused):
        credit.credit(books, clerk(), done["id"], lines=[2])
    assert credit.credit(books, clerk(), done["id"])["open"] == 0
    assert verify(books) == []


def test_a_write_off_is_a_supervisor_s(books):
    done = issued(books)
    with pytest.raises(Refused, match="supervisor"):
        allocate.write_off(books, clerk(), done["id"], 100, "too small")
    allocate.write_off(books, clerk(role="supervisor"), done["id"], 78000, "gone away")
    assert shown(books, done["id"])["status"] == "written_off" and account(books, "654000") == 78000
    assert verify(books) == []


def test_an_auditor_writes_nothing(books):
    with pytest.raises(Refused):
        issue.issue_content(books, clerk(role="auditor"), typed())
    with pytest.raises(Refused):
        drafts.save_draft(books, clerk(role="auditor"), typed())


def test_a_dispute_from_opened_to_closed(books):
    done = issued(books)
    key = disputes.open_dispute(books, clerk(), done["id"], reason="price", amount=20000, note="too dear")
    assert (shown(books, done["id"])["status"], shown(books, done["id"])["disputed"]) == ("disputed", "200.00")
    disputes.note_dispute(books, clerk("paul"), key, "called them\nthey will see", "call")
    assert disputes.move_dispute(books, clerk(), key, "waiting_customer", 1) == 2
    with pytest.raises(Conflict) as clash:
        disputes.move_dispute(books, clerk("paul"), key, "decided", 1)
    assert clash.value.mine == {"version": 1} and clash.value.theirs["status"] == "waiting_customer"
    pay(books, "ACME", 70000)  # less than the disputed amount is left
    assert shown(books, done["id"])["disputed"] == "80.00"
    dispute_outcome.close_dispute(books, clerk(), key, "reaffirmed", "as agreed", version=2)
    assert (shown(books, done["id"])["status"], shown(books, done["id"])["disputed"]) == ("part_paid", "0.00")
    notes = books.rows("SELECT kind, text FROM dispute_note WHERE dispute_id = ? ORDER BY id", (key,))
    assert [note[0] for note in notes] == ["opened", "call", "status", "letter", "closed"]
    with pytest.raises(Refused):
        disputes.note_dispute(books, clerk(), key, "more")
    assert verify(books) == []


def test_two_disputes_never_exceed_what_is_open(books):
    done = issued(books)
    disputes.open_dispute(books, clerk(), done["id"], amount=50000)
    disputes.open_dispute(books, clerk(), done["id"])
    assert shown(books, done["id"])["disputed"] == "780.00"
    with pytest.raises(Refused):
        disputes.open_dispute(books, clerk(), done["id"])
    assert verify(books) == []


def test_a_closed_month_takes_no_posting(books):
    done = issued(books, issue_date="2026-10-15")
    marie = books.value("SELECT id FROM operator WHERE login = 'marie'")
    with books.write():
        books.db.execute_sql(books.sql("INSERT INTO period VALUES ('2026-10', '2026-11-02', ?)"), (marie,))
    for verb in (
        lambda: issued(books, issue_date="2026-10-31"),
        lambda: pay(books, "ACME", 100, date=dt.date(2026, 10, 31)),
        lambda: credit.credit(books, clerk(), done["id"], date=dt.date(2026, 10, 20)),
    ):
        with pytest.raises(Refused, match="2026-10 is closed"):
            verb()
    pay(books, "ACME", 100)
    assert [found.message for found in verify(books)] == ["the closing of 2026-10 is not what was written down"]


def test_prices_that_include_vat(migrated_url):
    books = small_company(migrated_url, create=False, prices_include_vat=True)
    done = issued(books, "ACME", "B20 3 9.99", "D40 1", "A10 1 120", document_discount_percent="2.5")
    whole = shown(books, done["id"])
    gross = 2997 + 1999 + 12000
    discounted = gross - sum(round(g * 0.025 + 1e-9) for g in (2997 + 12000, 1999))
    assert abs(int(whole["totals"]["gross"].replace(".", "")) - discounted) <= 1
    assert verify(books) == []
    notes = [credit.credit(books, clerk(), done["id"], lines=[n]) for n in (1, 2, 3)]
    assert sum(int(shown(books, n["id"])["totals"]["gross"].replace(".", "")) for n in notes) == int(
        whole["totals"]["gross"].replace(".", "")
    )
    assert account(books, "411000") == account(books, "445710") == account(books, "701000") == 0
    assert verify(books) == []
    books.shut()


def test_three_hundred_lines(books):
    done = issued(books, "ACME", *(f"B20 {n} {n}.{n % 100:02d}" for n in range(1, 301)))
    lines = [round(n * float(f"{n}.{n % 100:02d}") * 100) for n in range(1, 301)]
    assert shown(books, done["id"])["totals"]["net"] == f"{sum(lines) / 100:.2f}"
    assert len(shown(books, done["id"])["lines"]) == 300 and verify(books) == []


def test_nothing_to_pay(books):
    done = issued(books, "ACME", "A10 1", {"description": "Goodwill", "unit_price": "-650", "vat_rate": "20"})
    assert (shown(books, done["id"])["status"], shown(books, done["id"])["open"]) == ("paid", "0.00")
    assert books.value("SELECT settled_on FROM invoice WHERE id = ?", (done["id"],)) == "2026-11-25"
    with pytest.raises(Refused):
        credit.credit(books, clerk(), done["id"])
    assert verify(books) == []
