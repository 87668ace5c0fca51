"""Bank lines cleared in every shape, on both databases: balances, journal, status, and what taking back leaves."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

from tests.builders import TODAY, clerk, issued
from tui_billing.models import guards
from tui_billing.models.tables import BankAccount, BankLine
from tui_billing.models.write import add
from tui_billing.rules.problem import NotFound, Problem, Refused
from tui_billing.services import allocate, clear, credit, receive, show
from tui_billing.services.clear import Credit, Part, Refund, Source, Take
from tui_billing.services.verify import verify

_serial = itertools.count(1)


def line(books, amount, currency="EUR", **more):
    """A line of a statement, as an import leaves it; its id."""
    values = {"bank_account_id": 1, "date": TODAY, "text": "VIR SEPA", "payer": "ACME INDUSTRIES", **more}
    with books.write():
        return add(BankLine, amount=amount, open=amount, currency=currency, fingerprint=f"f{next(_serial)}", **values)


def dollars(books):
    """A second account, in dollars, with a journal account of its own; its id."""
    with books.write():
        return add(
            BankAccount, name="US", iban="FR7630006000011234567890190", currency="USD", account="512000", number="1"
        )


def two_per_cent(books):
    """ACME may take off 2 % within ten days."""
    with books.write():
        books.db.execute_sql(books.sql("UPDATE customer SET terms = ? WHERE code = 'ACME'"), ("30 -2%/10",))


def shown(books, invoice_id, today=TODAY):
    return show.invoice_json(books, invoice_id, today)


def account(books, code):
    return int(books.value("SELECT coalesce(sum(debit - credit), 0) FROM posting_line WHERE account = ?", (code,)))


def state(books, line_id):
    return books.row("SELECT open, status FROM bank_line WHERE id = ?", (line_id,))


def boss():
    return clerk("anna", role="supervisor")


def test_one_line_over_two_invoices_with_the_rest_on_account_and_back(books):
    first, second = (issued(books)["id"] for _ in range(2))
    key = line(books, 200000)
    done = clear.clear_line(books, clerk(), Take(key, "ACME", (Part(first, 78000), Part(second, 78000))))
    assert (done["open"], done["on_account"]) == (0, 44000)
    assert [shown(books, one)["status"] for one in (first, second)] == ["paid", "paid"]
    assert state(books, key) == (0, "matched") and account(books, "419100") == -44000
    assert verify(books) == []
    back = clear.take_back_line(books, clerk(), key, "not theirs")
    assert back["receipts"] == [done["receipt"]] and state(books, key) == (200000, "unmatched")
    assert [shown(books, one)["open"] for one in (first, second)] == ["780.00", "780.00"]
    assert (account(books, "512000"), account(books, "419100"), account(books, "411000")) == (0, 0, 156000)
    assert books.rows("SELECT amount FROM clearing ORDER BY id") == [(200000,), (-200000,)]
    with pytest.raises(Refused, match="nothing stands"):
        clear.take_back_line(books, clerk(), key)
    assert verify(books) == []


def test_a_line_shared_by_two_customers(books):
    theirs, ours = issued(books)["id"], issued(books, "DUPO", "B20 2", purchase_order="7")["id"]
    key = line(books, 78000 + 10800)
    clear.clear_line(books, clerk(), Take(key, "ACME", (Part(theirs, 78000),), amount=78000))
    assert state(books, key) == (10800, "unmatched")
    with pytest.raises(Problem, match=r"108\.00 EUR of the bank line is open"):
        clear.clear_line(books, clerk(), Take(key, "DUPO", (), amount=10801))
    clear.clear_line(books, clerk(), Take(key, "dupo", (Part(ours, 10800),)))
    assert state(books, key) == (0, "matched")
    with pytest.raises(Refused, match="matched meanwhile"):
        clear.clear_line(books, clerk(), Take(key, "ACME"))
    assert verify(books) == []
    clear.take_back_line(books, clerk(), key)
    assert state(books, key) == (88800, "unmatched") and verify(books) == []


def test_our_bank_took_a_fee(books):
    owed = issued(books)["id"]
    key = line(books, 77350)
    done = clear.clear_line(books, clerk(), Take(key, "ACME", (Part(owed, 78000),), bank_fee=650))
    assert shown(books, owed)["status"] == "paid" and len(done["clearings"]) == 2
    assert (account(books, "512000"), account(books, "627000"), account(books, "419100")) == (77350, 650, 0)
    assert state(books, key) == (0, "matched") and verify(books) == []
    receive.reverse_receipt(books, clerk(), done["receipt"], "slip")
    assert (account(books, "512000"), account(books, "627000")) == (0, 0)
    assert state(books, key) == (77350, "unmatched") and verify(books) == []


def test_a_fee_taken_off_on_the_way_is_no_write_off(books):
    owed = issued(books)["id"]
    key = line(books, 76500)
    done = clear.clear_line(books, clerk(), Take(key, "ACME", (Part(owed, 76500, 1500, "bank_fee"),)))
    assert (shown(books, owed)["status"], account(books, "627000")) == ("paid", 1500)
    # One taken back takes with it what was given up for it.
    allocate.reverse_allocation(books, clerk(), done["allocations"][0])
    assert shown(books, owed)["open"] == "780.00" and account(books, "627000") == 0
    assert verify(books) == []


def test_limits_of_a_clerk(books):
    owed = issued(books)["id"]
    allocate.write_off(books, clerk(), owed, 300, reason_code="rounding")
    with pytest.raises(Refused, match=r"5\.00 EUR at most"):
        allocate.write_off(books, clerk(), owed, 201, reason_code="rounding")
    allocate.write_off(books, boss(), owed, 201, reason_code="rounding")
    with pytest.raises(Refused, match="supervisor"):
        allocate.write_off(books, clerk(), owed, 100, "gone")
    with pytest.raises(Problem, match="choose one of"):
        allocate.write_off(books, boss(), owed, 100, "gone", "whim")
    assert account(books, "658000") == 501 and verify(books) == []


def test_an_early_payment_discount_with_its_vat(books):
    two_per_cent(books)
    owed = issued(books, "ACME", "A10 1", "D40 7", issue_date="2026-11-18")["id"]
    gross, tax = books.row("SELECT gross, tax FROM invoice WHERE id = ?", (owed,))
    off = round(gross * 0.02 + 1e-9)
    key = line(books, gross - off)
    clear.clear_line(books, clerk(), Take(key, "ACME", (Part(owed, gross - off, off, "early_payment"),)))
    assert shown(books, owed)["status"] == "paid"
    share = account(books, "445710") + tax
    assert account(books, "665000") == off - share and 0 < share < off
    # Two rates: 20 % within 780.00, 5.5 % within 147.63.
    twenty, five = 78000 * off // gross, off - 78000 * off // gross
    assert abs(share - (twenty * 20 / 120 + five * 5.5 / 105.5)) <= 1
    assert books.value("SELECT written_off FROM invoice WHERE id = ?", (owed,)) == 0
    assert verify(books) == []


def test_a_late_discount_needs_a_reason_and_a_larger_one_a_supervisor(books):
    two_per_cent(books)
    owed = issued(books, issue_date="2026-11-10")["id"]
    paid = receive.receive(books, clerk(), receive.Payment("ACME", TODAY, 78000, allocations=()))["id"]
    part = Part(owed, 76440, 1560, "early_payment")
    with pytest.raises(Problem, match="ended on 2026-11-20"):
        allocate.allocate_parts(books, clerk(), paid, [part])
    with pytest.raises(Refused, match=r"discount of 15\.60"):
        allocate.allocate_parts(books, clerk(), paid, [Part(owed, 70000, 1561, "early_payment", "as agreed")])
    allocate.allocate_parts(books, clerk(), paid, [Part(owed, 76440, 1560, "early_payment", "as agreed")])
    assert shown(books, owed)["status"] == "paid" and account(books, "445710") == -13000 + 260
    assert verify(books) == []


def test_the_customer_paid_a_little_too_much(books):
    owed = issued(books)["id"]
    key = line(books, 78003)
    done = clear.clear_line(books, clerk(), Take(key, "ACME", (Part(owed, 78000),), surplus=3))
    assert done["on_account"] == 0 and account(books, "758000") == -3 and verify(books) == []
    with pytest.raises(Refused, match="at most"):
        clear.clear_line(books, clerk(), Take(line(books, 1000), "ACME", surplus=501))
    clear.take_back_line(books, clerk(), key)
    assert account(books, "758000") == 0 and verify(books) == []


def test_credit_notes_are_used_with_the_money(books):
    old, owed = issued(books)["id"], issued(books, "ACME", "A10 2")["id"]
    receive.receive(books, clerk(), receive.Payment("ACME", TODAY, 78000, allocations=[(old, 78000)]))
    note = credit.credit(books, clerk(), old)
    key = line(books, 156000 - 78000)
    clear.clear_line(books, clerk(), Take(key, "ACME", (Part(owed, 78000),), (Credit(note["id"], owed, 78000),)))
    assert shown(books, owed)["open"] == "0.00" and shown(books, note["id"])["status"] == "credited"
    assert account(books, "411000") == account(books, "419100") == 0 and verify(books) == []


def test_dollars_credited_in_euros(books):
    owed = issued(books, "USCO", {"description": "Study", "unit_price": "1000"}, issue_date="2026-11-05")["id"]
    key = line(books, 87000, original_amount=100000, original_currency="USD")
    done = clear.clear_line(books, clerk(), Take(key, "USCO", (Part(owed, 100000),)))
    row = books.row("SELECT amount, currency, amount_base, rate, rate_source FROM receipt")
    assert row == (100000, "USD", 87000, 87000000, "bank") and done["open"] == 0
    assert account(books, "512000") == 87000 and account(books, "666000") == 91234 - 87000
    assert account(books, "411000") == 0 and verify(books) == []
    clear.take_back_line(books, clerk(), key)
    assert account(books, "666000") == 0 and account(books, "411000") == 91234 and verify(books) == []
    with pytest.raises(Problem, match="check the amounts"):
        clear.clear_line(books, clerk(), Take(line(books, 50000), "USCO", (Part(owed, 100000),)))


def test_money_goes_back_and_finds_its_line(books):
    paid = receive.receive(books, clerk(), receive.Payment("ACME", TODAY, 50000, allocations=()))["id"]
    done = clear.refund(books, clerk(), Refund("ACME", [Source("payment", paid, 20000)], reason="paid twice"))
    assert books.value("SELECT open FROM receipt WHERE id = ?", (paid,)) == 30000
    assert account(books, "512000") == 30000 and account(books, "419100") == -30000
    with pytest.raises(Refused, match="take the refund back first"):
        receive.reverse_receipt(books, clerk(), paid)
    out = line(books, -20000)
    clear.link_refund(books, clerk(), out, done["id"])
    assert state(books, out) == (0, "matched") and verify(books) == []
    with pytest.raises(Refused):
        clear.link_refund(books, clerk(), line(books, -20000), done["id"])
    clear.reverse_refund(books, clerk(), done["id"], "never left")
    assert state(books, out) == (-20000, "unmatched") and account(books, "419100") == -50000
    assert verify(books) == []


def test_the_rest_of_a_credit_note_is_paid_back_and_the_bank_sends_it_back(books):
    old = issued(books)["id"]
    receive.receive(books, clerk(), receive.Payment("ACME", TODAY, 78000))
    note = credit.credit(books, clerk(), old)["id"]
    out = line(books, -78000)
    done = clear.refund(books, clerk(), Refund("ACME", [Source("credit", note, 78000)], line_id=out))
    assert shown(books, note)["status"] == "credited" and state(books, out) == (0, "matched")
    assert account(books, "411000") == account(books, "512000") == 0 and verify(books) == []
    home = line(books, 78000, return_reason="AC04")
    clear.refund_came_back(books, clerk(), home, done["id"])
    assert shown(books, note)["status"] == "open" and state(books, home) == (0, "matched")
    assert account(books, "512000") == 78000 and verify(books) == []


def test_a_direct_debit_bounces_and_it_was_a_mistake(books):
    two_per_cent(books)
    first, second = issued(books)["id"], issued(books)["id"]
    parts = (Part(first, 76440, 1560, "early_payment"), Part(second, 50000))
    key = line(books, 126440 + 2)
    paid = clear.clear_line(books, clerk(), Take(key, "ACME", parts, surplus=2))["receipt"]
    before = _figures(books, first, second)
    later = clerk(today=dt.date(2026, 12, 3))
    out = line(books, -126442 - 350, date=dt.date(2026, 12, 1), return_reason="AM04")
    done = clear.return_payment(books, later, out, paid, fee=350)
    assert done["reopened"] == [first, second] and state(books, out) == (0, "matched")
    assert [shown(books, one)["open"] for one in (first, second)] == ["780.00", "780.00"]
    assert books.row("SELECT reversed_on, reversal_reason FROM receipt") == ("2026-12-01", "AM04")
    assert account(books, "627000") == 350 and account(books, "665000") == 0 and verify(books) == []
    clear.take_back_line(books, later.command(), out, "the bank's mistake")
    assert _figures(books, first, second) == before and state(books, out) == (-126792, "unmatched")
    assert verify(books) == []


def _figures(books, *invoices):
    codes = ("411000", "419100", "445710", "512000", "627000", "665000", "758000")
    return [shown(books, one)["open"] + shown(books, one)["status"] for one in invoices] + [
        account(books, code) for code in codes
    ]


def test_a_payment_recorded_before_it_stood_on_the_statement(books):
    owed = issued(books)["id"]
    paid = receive.receive(books, clerk(), receive.Payment("ACME", TODAY, 78000))["id"]
    other = receive.receive(books, clerk(), receive.Payment("DUPO", TODAY, 2000, allocations=()))["id"]
    key = line(books, 79900)
    clear.link_receipt(books, clerk(), key, paid)
    assert state(books, key) == (1900, "unmatched")
    clear.link_receipt(books, clerk(), key, other, fee=100)
    assert state(books, key) == (0, "matched") and account(books, "512000") == 79900
    with pytest.raises(Refused, match="stands on a statement"):
        clear.link_receipt(books, clerk(), line(books, 78000), paid)
    clear.take_back_line(books, clerk(), key)
    assert shown(books, owed)["status"] == "paid" and account(books, "512000") == 80000
    assert state(books, key) == (79900, "unmatched") and verify(books) == []


def test_lines_that_no_customer_explains(books):
    fee, rent = line(books, -1890), line(books, -185000)
    clear.post_to_account(books, clerk(), fee, "627000", "account fee")
    clear.ignore_line(books, clerk(), rent, "rent, booked by purchasing")
    assert state(books, fee) == (0, "matched") and state(books, rent) == (0, "ignored")
    assert account(books, "627000") == 1890 and account(books, "512000") == -1890
    for wrong, error in (("999999", NotFound), ("411000", Refused), ("512000", Refused)):
        with pytest.raises(error):
            clear.post_to_account(books, clerk(), line(books, -5), wrong)
    clear.take_back_line(books, clerk(), fee)
    clear.take_back_line(books, clerk(), rent)
    assert state(books, fee) == (-1890, "unmatched") and account(books, "627000") == 0
    assert verify(books) == []


def test_many_lines_and_one_that_is_refused(books):
    owed = [issued(books)["id"] for _ in range(3)]
    keys = [line(books, 78000) for _ in owed]
    takes = [Take(key, "ACME", (Part(one, 78000),)) for key, one in zip(keys, owed, strict=True)]
    takes.insert(1, Take(keys[0], "ACME", ()))
    context = clerk(batch_id="morning")
    done = clear.clear_lines(books, context, takes)
    assert [one.get("problem", "")[:23] for one in done] == ["", "this bank line was matc", "", ""]
    assert [shown(books, one)["status"] for one in owed] == ["paid"] * 3
    again = clear.clear_lines(books, clerk(batch_id="morning"), takes)
    assert [one.get("receipt") for one in again] == [one.get("receipt") for one in done]
    assert books.value("SELECT count(*) FROM receipt") == 3 and verify(books) == []


def test_a_line_of_a_closed_month_is_posted_later(books):
    owed = issued(books)["id"]
    key = line(books, 78000, date=dt.date(2026, 10, 30))
    marie = books.value("SELECT id FROM operator WHERE login = 'marie'")
    with books.write():
        books.db.execute_sql(books.sql("INSERT INTO period VALUES ('2026-10', '2026-11-02', ?)"), (marie,))
    take = Take(key, "ACME", (Part(owed, 78000),))
    with pytest.raises(Refused, match="2026-10 is closed"):
        clear.clear_line(books, clerk(), take)
    clear.clear_line(books, clerk(), Take(key, "ACME", (Part(owed, 78000),), date=dt.date(2026, 11, 2)))
    assert books.value("SELECT date FROM receipt") == "2026-11-02"
    assert [found.message for found in verify(books)] == ["the closing of 2026-10 is not what was written down"]


@pytest.mark.parametrize(
    ("sql", "check"),
    [
        ("UPDATE bank_line SET open = 1 WHERE id = 1", "bank lines"),
        ("UPDATE bank_line SET status = 'unmatched' WHERE id = 1", "bank lines"),
        ("UPDATE bank_line SET status = 'matched' WHERE id = 2", "bank lines"),
        ("UPDATE receipt SET open = 1 WHERE id = 1", "receipts"),
        ("UPDATE receipt SET open_base = 1 WHERE id = 1", "receipts"),
        ("UPDATE receipt SET reversed_on = '2026-11-25' WHERE id = 1", "receipts"),
        ("UPDATE refund SET reversed_on = '2026-11-25' WHERE id = 1", "refunds"),
        ("DELETE FROM consumption", "content"),
        ("DELETE FROM clearing WHERE id = 1", "content"),
        ("UPDATE clearing SET amount = amount - 1, reason = 'x' WHERE id = 1", "content"),
        ("UPDATE allocation SET tax_base = 5 WHERE id = 1", "content"),
    ],
)
def test_verify_finds_what_was_changed_behind_our_back(books, sql, check):
    owed = issued(books)["id"]
    done = clear.clear_line(books, clerk(), Take(line(books, 80000), "ACME", (Part(owed, 78000),)))
    line(books, -500)
    clear.refund(books, clerk(), Refund("ACME", [Source("payment", done["receipt"], 2000)]))
    assert verify(books) == []
    with books.write():
        guards.drop(books.db)
        books.db.execute_sql(sql)
        guards.create(books.db)
    assert check in {found.check for found in verify(books)}


def test_two_equal_takes_of_one_line_are_two(books):
    """Two cheques of one amount for one customer in one booked entry: two receipts, however often it is said."""
    takes = [Take(line(books, 20000), "ACME", amount=10000)] * 2
    for _ in range(2):
        done = clear.clear_lines(books, clerk(batch_id="cheques"), takes)
        assert len({one["receipt"] for one in done}) == 2 and done[-1]["open"] == 0
    assert books.value("SELECT count(*) FROM receipt") == 2
    assert verify(books) == []
