"""The month's proof: whatever was done, its figures agree and every cent between bank and books has its name."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import clerk, issued
from tui_billing.models.door import Books, open_books
from tui_billing.models.tables import BankAccount, BankLine, BankStatement
from tui_billing.models.write import add
from tui_billing.rules.problem import Problem, Refused
from tui_billing.services import clear, investigations
from tui_billing.services.allocate import allocate_payment
from tui_billing.services.credit import credit
from tui_billing.services.periods import close_period, list_periods
from tui_billing.services.proof import missing, proof_json, prove
from tui_billing.services.proof_printing import print_proof
from tui_billing.services.receive import Payment, receive, reverse_receipt
from tui_billing.services.verify import verify

_serial = itertools.count(1)
OCTOBER, NOVEMBER = "2026-10", "2026-11"


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def statement(
    books: Books, start: str, end: str, opening: int, *lines: tuple[str, int], account: int = 0, currency: str = "EUR"
) -> list[int]:
    """A statement that adds up; the ids of its lines."""
    account = account or books.value("SELECT min(id) FROM bank_account")
    with books.write():
        key = add(
            BankStatement,
            bank_account_id=account,
            reference=f"S{next(_serial)}",
            date_from=day(start),
            date_to=day(end),
            opening=opening,
            closing=opening + sum(amount for _, amount in lines),
            at="2026-11-01T00:00:00.000000Z",
        )
        return [
            add(
                BankLine,
                bank_account_id=account,
                statement_id=key,
                date=day(date),
                amount=amount,
                open=amount,
                currency=currency,
                text=f"line {amount}",
                payer="ACME",
                fingerprint=f"f{next(_serial)}",
            )
            for date, amount in lines
        ]


def groups(books: Books, month: str = NOVEMBER) -> dict[str, int]:
    (bank,) = prove(books, month).banks
    return {group.kind: group.total for group in bank.groups if group.counts}


def test_each_difference_has_its_name(books):
    first, second, fee, wages, unknown = statement(
        books,
        "2026-11-01",
        "2026-11-30",
        500_00,
        ("2026-11-05", 780_00),
        ("2026-11-06", 540_00),
        ("2026-11-07", -12_00),
        ("2026-11-08", -100_00),
        ("2026-11-09", 33_00),
    )
    invoice = issued(books, today=day("2026-11-02"))
    context = clerk(today=day("2026-11-25"))
    clear.clear_line(books, context, clear.Take(first, "ACME", (clear.Part(invoice["id"], 780_00),)))
    clear.clear_line(books, context.command(), clear.Take(second, "ACME", bank_fee=10_00))
    clear.post_to_account(books, context.command(), fee, "627000", "charges")
    clear.ignore_line(books, context.command(), wages, "wages")
    receive(books, context.command(), Payment("ACME", day("2026-11-20"), 90_00, allocations=()))
    assert groups(books) == {
        "opening": 500_00,
        "not_recorded": 33_00,
        "left_out": -100_00,
        "not_on_statement": -90_00,
    }
    proof = prove(books, NOVEMBER)
    assert proof.proved and missing(proof) == []
    (bank,) = proof.banks
    assert (bank.statement, bank.books, bank.rest) == (1741_00, 1398_00, 0)
    told = proof_json(proof)["banks"][0]
    assert told["difference"] == "343.00" and told["explained"][1]["lines"][0]["bank_line"] == unknown
    assert verify(books) == []


def test_a_payment_recorded_in_one_month_and_seen_in_the_next(books):
    statement(books, "2026-10-01", "2026-10-31", 0)
    paid = receive(books, clerk(today=day("2026-10-30")), Payment("ACME", day("2026-10-30"), 70_00, allocations=()))
    (line,) = statement(books, "2026-11-01", "2026-11-30", 0, ("2026-11-02", 70_00))
    assert groups(books, OCTOBER) == {"not_on_statement": -70_00}
    assert groups(books) == {"not_on_statement": -70_00, "not_recorded": 70_00}
    clear.link_receipt(books, clerk(), line, paid["id"])
    assert groups(books) == {}
    assert groups(books, OCTOBER) == {"not_on_statement": -70_00}
    assert prove(books, OCTOBER).proved and prove(books, NOVEMBER).proved


def test_what_is_missing_is_said(books):
    statement(books, "2026-11-01", "2026-11-20", 0, ("2026-11-05", 10_00))
    proof = prove(books, NOVEMBER)
    assert [each.message for each in missing(proof)] == [
        "the statements of {account} end on {date}; take in what follows"
    ]
    statement(books, "2026-11-22", "2026-11-30", 15_00)
    (gap,) = missing(prove(books, NOVEMBER))
    assert "are missing or do not add up" in gap.message and gap.values["amount"] == "5.00"
    (bank,) = prove(books, NOVEMBER).banks
    assert [(item.date, item.amount) for group in bank.groups if group.kind == "break" for item in group.items] == [
        ("2026-11-22", 5_00)
    ]
    assert prove(books, "2026-09").proved  # nothing had begun


def test_books_without_a_statement_are_not_proved(books):
    assert prove(books, NOVEMBER).banks == () and prove(books, NOVEMBER).proved
    receive(books, clerk(), Payment("ACME", day("2026-11-20"), 90_00, allocations=()))
    (told,) = missing(prove(books, NOVEMBER))
    assert "no statement" in told.message


def test_the_weekend_needs_no_statement(books):
    statement(books, "2026-10-01", "2026-10-30", 0, ("2026-10-05", 10_00))  # the 31st is a Saturday
    assert prove(books, OCTOBER).proved


def test_a_tampered_ledger_is_named_with_its_customer(firm):
    issued(firm)
    assert prove(firm, NOVEMBER).receivables.agrees
    with firm.write():
        firm.db.execute_sql("UPDATE invoice SET open_base = open_base - 1")
    proof = prove(firm, NOVEMBER)
    assert not proof.proved
    assert proof.receivables.differing == (("ACME", 780_00, 779_99),)


def test_what_is_taken_from_one_customer_and_put_to_another_is_named(firm):
    issued(firm)
    issued(firm, "DUPO", purchase_order="1")
    with firm.write():
        firm.db.execute_sql("UPDATE invoice SET open_base = open_base + CASE id WHEN 1 THEN -1 ELSE 1 END")
    assert [code for code, _, _ in prove(firm, NOVEMBER).receivables.differing] == ["ACME", "DUPO"]


def test_a_month_with_an_account_in_dollars_proves_each_account_in_its_own_currency(books):
    """Two accounts of the bank on one account of the journal; the dollar falls between invoice and payment."""
    with books.write():
        dollars = add(BankAccount, name="Dollars", iban="FR7230006000010000000000127", currency="USD")
    euro = issued(books, "ACME", today=day("2026-11-02"))
    bill = issued(books, "USCO", {"item": "A10", "quantity": "1", "unit_price": "1000"}, today=day("2026-11-02"))
    (paid,) = statement(books, "2026-11-01", "2026-11-30", 0, ("2026-11-20", 780_00))
    seen, fee, unknown = statement(
        books,
        "2026-11-01",
        "2026-11-30",
        0,
        ("2026-11-23", 1_000_00),
        ("2026-11-24", -12_00),
        ("2026-11-25", 50_00),
        account=dollars,
        currency="USD",
    )
    december = clerk(today=day("2026-12-02"))
    clear.clear_line(books, december, clear.Take(paid, "ACME", [clear.Part(euro["id"], 780_00)]))
    parts = [clear.Part(bill["id"], 1_000_00)]
    clear.clear_line(books, clerk(today=day("2026-12-02")), clear.Take(seen, "USCO", parts))
    clear.post_to_account(books, clerk(today=day("2026-12-02")), fee, "627000", "charge")
    proof = prove(books, NOVEMBER)
    assert [(bank.currency, bank.books, bank.statement, bank.rest) for bank in proof.banks] == [
        ("EUR", 780_00, 780_00, 0),
        ("USD", 988_00, 1_038_00, 0),
    ]
    assert {group.kind: group.total for group in proof.banks[1].groups if group.counts} == {"not_recorded": 50_00}
    assert proof.proved and verify(books) == []
    kept = receive(books, clerk(), Payment("USCO", day("2026-11-24"), 50_00, "USD", allocations=()))["id"]
    between = {bank.currency: {group.kind for group in bank.groups} for bank in prove(books, NOVEMBER).banks}
    assert between == {"EUR": set(), "USD": {"not_recorded", "not_on_statement"}}
    clear.link_receipt(books, clerk(today=day("2026-12-02")), unknown, kept)
    after = prove(books, NOVEMBER)
    assert [(bank.difference, bank.rest, bank.groups) for bank in after.banks] == [(0, 0, ()), (0, 0, ())]
    close_period(books, clerk("anna", "supervisor", today=day("2026-12-02")), NOVEMBER)
    assert [row["status"] for row in list_periods(books) if row["month"] == NOVEMBER] == ["closed"]


def test_a_charge_that_is_not_the_usual_one_is_pointed_out(books):
    amounts = [("2026-09-05", -3_20), ("2026-10-05", -3_20), ("2026-11-03", -3_20), ("2026-11-05", -32_00)]
    for line in statement(books, "2026-09-01", "2026-11-30", 0, *amounts):
        clear.post_to_account(books, clerk(), line, "627000", "charges")
    (bank,) = prove(books, NOVEMBER).banks
    (group,) = bank.groups
    assert (group.kind, group.total, group.count, group.counts) == ("wrong_charge", -28_80, 1, False)
    assert prove(books, NOVEMBER).proved and prove(books, OCTOBER).banks[0].groups == ()


def test_a_proved_month_is_closed_and_only_a_supervisor_posts_into_it(books):
    boss = clerk("anna", "supervisor", today=day("2026-11-05"))
    (line,) = statement(books, "2026-10-01", "2026-10-31", 0, ("2026-10-05", 10_00))
    with pytest.raises(Refused, match="role"):
        close_period(books, clerk(today=day("2026-11-05")), OCTOBER)
    with pytest.raises(Problem, match="not over"):
        close_period(books, boss.command(), NOVEMBER)
    receive(books, clerk(), Payment("ACME", day("2026-09-30"), 1_00, allocations=()))
    with pytest.raises(Refused, match="no statement"):
        close_period(books, boss.command(), "2026-09")
    closed = close_period(books, boss.command(), OCTOBER)
    assert closed["month"] == OCTOBER
    with pytest.raises(Refused, match="closed already"):
        close_period(books, boss.command(), OCTOBER)
    payment = Payment("ACME", day("2026-10-31"), 5_00, allocations=())
    with pytest.raises(Refused, match="is closed; give a date"):
        receive(books, clerk(period_reason="late"), payment)
    with pytest.raises(Refused, match="say why"):
        receive(books, clerk("anna", "supervisor"), payment)
    done = receive(books, clerk("anna", "supervisor", period_reason="cheque found in the drawer"), payment)
    payload = books.value("SELECT payload FROM audit WHERE entity = 'receipt' AND entity_id = ?", (done["id"],))
    assert "cheque found in the drawer" in str(payload)
    assert {each["month"]: each["status"] for each in list_periods(books)} == {OCTOBER: "closed", "2026-09": "open"}
    assert clear.clear_line(books, clerk(), clear.Take(line, "ACME", date=day("2026-11-05")))["open"] == 0
    assert verify(books) == []


def test_an_investigation_of_a_line(books):
    (line,) = statement(books, "2026-11-01", "2026-11-30", 0, ("2026-11-05", 10_00))
    (bank,) = prove(books, NOVEMBER).banks
    item = bank.groups[0].items[0]
    opening = investigations.of_item(item, NOVEMBER, "EUR", note="who is this?")
    key = investigations.open_investigation(books, clerk(), opening)
    with pytest.raises(Refused, match="already"):
        investigations.open_investigation(books, clerk(), opening)
    found = prove(books, NOVEMBER).banks[0].groups[0].items[0]
    assert (found.investigation, found.status) == (key, "open")
    investigations.note_investigation(
        books, clerk("paul"), key, "called the bank", owner="marie", due_on=day("2026-12-01")
    )
    told = investigations.show_investigation(books, key)
    assert [note["text"] for note in told["notes"]] == ["who is this?", "called the bank"]
    assert (told["owner"], told["due_on"], told["bank_line"]) == ("marie", "2026-12-01", line)
    with pytest.raises(Problem):
        investigations.close_investigation(books, clerk(), key, " ")
    investigations.close_investigation(books, clerk(), key, "an old debtor")
    with pytest.raises(Refused):
        investigations.note_investigation(books, clerk(), key, "more")
    assert investigations.list_investigations(books, only_open=True) == []
    assert investigations.list_investigations(books)[0]["outcome"] == "an old debtor"


def test_the_document_is_the_same_bytes(firm, tmp_path: Path):
    statement(firm, "2026-11-01", "2026-11-30", 5_00, *[("2026-11-05", amount) for amount in range(1, 120)])
    proof = prove(firm, NOVEMBER)
    first = print_proof(firm, clerk(), proof, tmp_path / "a.pdf", "fr").read_bytes()
    assert first == print_proof(firm, clerk(), proof, tmp_path / "b.pdf", "fr").read_bytes()
    assert firm.value("SELECT count(*) FROM period_proof WHERE proved = 1") == 2


VERBS = st.lists(st.tuples(st.integers(0, 10), st.integers(0, 9), st.integers(1, 900), st.integers(0, 60)), max_size=25)


def run_verb(books: Books, verb: int, which: int, amount: int, today: dt.date) -> None:
    """One verb by number, on whatever there is; what is refused changes nothing."""
    context = clerk(today=today)
    invoices = [row[0] for row in books.rows("SELECT id FROM invoice WHERE open <> 0 AND kind = 'invoice' ORDER BY id")]
    receipts = [row[0] for row in books.rows("SELECT id FROM receipt ORDER BY id")]
    lines = [row[0] for row in books.rows("SELECT id FROM bank_line ORDER BY id")]

    def pick(from_: list[int]) -> int:
        return from_[which % len(from_)] if from_ else 0

    match verb:
        case 0 | 1:
            issued(books, "ACME", f"B20 {which + 1}", today=today, issue_date=today.isoformat())
        case 2:
            receive(books, context, Payment("ACME", today, amount * 10, allocations=None if which % 2 else ()))
        case 3:
            allocate_payment(books, context, pick(receipts), pick(invoices), amount)
        case 4:
            reverse_receipt(books, context, pick(receipts), "bounced")
        case 5:
            parts = (clear.Part(pick(invoices), amount),) if invoices and which % 2 else ()
            clear.clear_line(books, context, clear.Take(pick(lines), "ACME", parts, bank_fee=which % 3))
        case 6:
            clear.link_receipt(books, context, pick(lines), pick(receipts))
        case 7:
            clear.ignore_line(books, context, pick(lines), "elsewhere")
        case 8:
            clear.post_to_account(books, context, pick(lines), "627000", "fee")
        case 9:
            clear.take_back_line(books, context, pick(lines), "slip")
        case 10:
            if which % 2:
                clear.return_payment(books, context, pick(lines), pick(receipts), "AC04", fee=which)
            else:
                number = books.value("SELECT number FROM invoice WHERE id = ?", (pick(invoices),))
                if number:
                    credit(books, context, pick(invoices))


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(VERBS)
def test_the_identity_holds_after_any_verbs(founded_sqlite, tmp_path, verbs):
    import shutil

    books = open_books(str(shutil.copyfile(founded_sqlite, tmp_path / f"{next(_serial)}.db")))
    hold(books, verbs)
    books.shut()


def test_the_identity_holds_on_both_engines(books):
    hold(
        books,
        [
            (verb, which, 17 * which + 5, 3 * step)
            for step, (verb, which) in enumerate(itertools.product(range(11), (1, 2)))
        ],
    )


def hold(books: Books, verbs: list[tuple[int, int, int, int]]) -> None:
    opening = 1000_00
    for month, amounts in (("09", (50, 780_00)), ("10", (540_00, -12_00, 33)), ("11", (-780_00, 90_00))):
        statement(
            books,
            f"2026-{month}-01",
            f"2026-{month}-28",
            opening,
            *((f"2026-{month}-1{n}", a) for n, a in enumerate(amounts)),
        )
        opening += sum(amounts)
    for verb, which, amount, days in sorted(verbs, key=lambda each: each[3]):
        try:
            run_verb(books, verb, which, amount, day("2026-09-25") + dt.timedelta(days))
        except Problem:
            pass
    for month in ("2026-08", "2026-09", "2026-10", "2026-11"):
        proof = prove(books, month)
        assert proof.receivables.agrees, (month, proof.receivables)
        assert proof.on_account.agrees, (month, proof.on_account)
        for bank in proof.banks:
            assert bank.statement is None or bank.rest == 0, (month, bank)
            assert bank.broken == 0
    assert verify(books) == []
