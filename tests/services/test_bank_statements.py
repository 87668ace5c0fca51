"""Statements in the books, on both engines: each whole or not at all, nothing twice, every break told."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import TODAY, clerk
from tests.exchange import writers
from tests.exchange.writers import IBAN, Entry, camt, camt_file
from tui_billing.models import guards
from tui_billing.models.queries.payments import balance_after
from tui_billing.rules.problem import NotFound, Problem
from tui_billing.services.bank_accounts import account_of, add_account, list_accounts
from tui_billing.services.statement_chain import list_statements
from tui_billing.services.statement_taken import Taken
from tui_billing.services.statements import import_statements
from tui_billing.services.verify import verify

DAY = dt.date(2026, 11, 23)
ONE, TWO, THREE = (Entry(DAY, cents, f"T{cents}", f"R{cents}") for cents in (10_00, -3_00, 7_50))
SAME = Entry(DAY, 10_00, "SAME", "")


def take(books, path, text=None, *, context=None, **options):
    """Import a file; what came of it, statement by statement."""
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    kept = []
    for found in import_statements(books, context or clerk(), path, **options):
        kept.append((found, list(found)) if isinstance(found, Taken) else (found, []))
    return kept


def counts(books) -> tuple[int, ...]:
    return tuple(books.value(f"SELECT count(*) FROM {name}") for name in ("bank_statement", "bank_line", "bank_detail"))


def codes(kept) -> list[str]:
    return [remark.code for found, _ in kept if isinstance(found, Taken) for remark in found.findings]


def test_a_statement_is_taken_in_and_verified_and_the_same_file_adds_nothing(books, tmp_path):
    path = tmp_path / "a.xml"
    ((taken, _),) = take(books, path, camt([ONE, TWO], 100_00))
    assert (taken.added, taken.known, taken.refused) == (2, True, False) and not taken.findings
    rows = books.rows("SELECT amount, open, status, position, bank_reference FROM bank_line ORDER BY position")
    assert rows == [(10_00, 10_00, "unmatched", 0, "R1000"), (-3_00, -3_00, "unmatched", 1, "R-300")]
    stored = books.row("SELECT opening, closing, balances, format, sequence FROM bank_statement")
    assert stored == (100_00, 107_00, "both", "camt.053", "1")
    before = counts(books)
    ((again, lines),) = take(books, path)
    assert again.added == 0 and [known for _, known in lines] == [True, True] and codes([(again, [])]) == ["duplicate"]
    assert counts(books) == before and verify(books) == []


def test_an_overlapping_file_adds_only_what_is_new(books, tmp_path):
    path = tmp_path / "a.xml"
    take(books, path, camt([ONE, TWO], 100_00))
    ((taken, lines),) = take(books, path, camt([ONE, TWO, THREE], 100_00, identity="S2", sequence="2"))
    assert taken.added == 1 and [known for _, known in lines] == [True, True, False]
    assert counts(books)[:2] == (2, 3) and verify(books) == []
    held = [balance_after(books, key) for (key,) in books.rows("SELECT id FROM bank_line ORDER BY id")]
    assert held == [110_00, 107_00, 114_50], "what the books had before has moved with it, too"


def test_what_moved_with_a_line_is_vouched_for(books, tmp_path):
    take(books, tmp_path / "a.xml", camt([ONE, TWO], 100_00))
    with books.write():
        guards.drop(books.db)
        books.db.execute_sql("UPDATE bank_line SET moved = moved + 1 WHERE amount < 0")
        guards.create(books.db)
    assert [found.check for found in verify(books)] == ["content"]


def test_equal_payments_of_one_day_are_all_there_and_never_twice(books, tmp_path):
    path = tmp_path / "a.xml"
    text = camt([SAME, SAME, SAME])
    assert take(books, path, text)[0][0].added == 3
    assert take(books, path, text)[0][0].added == 0
    assert take(books, path, camt([SAME] * 4, identity="S2"))[0][0].added == 1
    assert counts(books)[1] == 4


@pytest.mark.parametrize("together", [True, False])
def test_pages_of_one_day_hold_their_own_payments(books, tmp_path, together):
    """Three pages with an equal payment without reference on each: a page that opens where another closed is new."""
    pages = [camt([SAME], opening, identity=f"P{opening}", wrap=False) for opening in (0, 10_00, 20_00)]
    files = [camt_file(pages)] if together else [camt_file([page]) for page in pages]
    for _ in range(2):
        for number, text in enumerate(files):
            take(books, tmp_path / f"{number}.xml", text)
    assert counts(books)[:2] == (3, 3)
    assert [row["break"] for row in list_statements(books)] == [0, 0, 0]


def test_a_bad_statement_costs_none_of_the_others(books, tmp_path):
    good = camt([ONE], 0, wrap=False)
    other = camt([TWO], 0, iban="DE89370400440532013000", identity="S2", wrap=False)
    broken = camt([THREE], 0, identity="S3", wrap=False).replace("7.50", "7.5O")
    kept = take(books, tmp_path / "a.xml", camt_file([good, other, broken]))
    assert [found.refused if isinstance(found, Taken) else found.code for found, _ in kept] == [False, True, "entry"]
    assert codes(kept) == ["unknown_account"] and counts(books)[:2] == (1, 1)


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (camt([ONE], iban="DE89370400440532013000"), {}, "unknown_account"),
        (camt([ONE]).replace('"EUR"', '"USD"').replace("<Ccy>EUR", "<Ccy>USD"), {}, "currency"),
        (camt([ONE]).replace('"EUR">10.00', '"USD">10.00'), {}, "line_currency"),
        (camt([Entry(TODAY + dt.timedelta(30), 1, "x")]), {}, "future"),
        (writers.mt940([ONE]).partition(":62F:")[0], {}, "no_closing"),
        (camt([ONE], iban="DE89370400440532013000"), {"account": IBAN}, "unknown_account"),
    ],
)
def test_what_may_not_be_taken_in_is_refused_whole(books, tmp_path, text, options, code):
    kept = take(books, tmp_path / "a", text, **options)
    assert code in codes(kept) and counts(books) == (0, 0, 0)
    assert kept[0][0].refused


def test_money_that_does_not_add_up_is_told_and_taken_in(books, tmp_path):
    kept = take(books, tmp_path / "a.xml", camt([ONE, TWO], 100_00, closing=120_00))
    (remark,) = kept[0][0].findings
    assert (remark.kind, remark.code, remark.values["difference"]) == ("difference", "sum", "13.00")
    assert kept[0][0].added == 2


def test_a_break_in_the_chain_and_a_gap_in_the_numbers_are_told(books, tmp_path):
    path = tmp_path / "a.xml"
    earlier, later = Entry(dt.date(2026, 11, 16), 5_00, "E", "E1"), Entry(dt.date(2026, 11, 20), 1_00, "L", "L1")
    take(books, path, camt([earlier], 0, identity="S1", sequence="1"))
    kept = take(books, path, camt([later], 9_00, identity="S4", sequence="4"))
    assert codes(kept) == ["chain", "sequence"] and kept[0][0].findings[0].values["difference"] == "4.00"
    # The statement between them, taken in last, mends both.
    between = Entry(dt.date(2026, 11, 18), 4_00, "B", "B1")
    assert codes(take(books, path, camt([between], 5_00, identity="S2", sequence="2"))) == []
    assert [(row["reference"], row["break"]) for row in list_statements(books)] == [("S4", 0), ("S2", 0), ("S1", 0)]


def test_texts_are_stored_clean_and_markup_stays_text(books, tmp_path):
    entry = Entry(DAY, 1, "[bold]x[/] \u202eevil\u009b31m", "R")
    kept = take(books, tmp_path / "a.xml", camt([entry]))
    assert codes(kept) == ["cleaned"]
    assert books.value("SELECT text FROM bank_line") == "[bold]x[/] \ufffdevil\ufffd31m"
    assert take(books, tmp_path / "a.xml")[0][0].added == 0


def test_an_entry_of_nothing_waits_for_nobody(books, tmp_path):
    assert codes(take(books, tmp_path / "a.xml", camt([ONE, Entry(DAY, 0, "INFO", "I")]))) == ["zero"]
    assert books.value("SELECT status FROM bank_line WHERE amount = 0") == "ignored"
    assert verify(books) == []


def test_a_rehearsal_writes_nothing_and_needs_no_account_and_no_books(books, tmp_path):
    path = tmp_path / "a.xml"
    before = books.value("SELECT count(*) FROM audit")
    ((taken, lines),) = take(books, path, camt([ONE], iban="DE89370400440532013000"), dry_run=True)
    assert not taken.known and not taken.refused and len(lines) == 1
    ((taken, lines),) = [(found, list(found)) for found in import_statements(None, None, path, dry_run=True)]
    assert not taken.known and len(lines) == 1
    assert counts(books) == (0, 0, 0) and books.value("SELECT count(*) FROM audit") == before


def test_a_file_that_names_no_account_goes_to_the_only_one(books, tmp_path):
    path = tmp_path / "a.qif"
    ((taken, _),) = take(books, path, writers.qif([ONE]), day_first=False)
    assert taken.added == 1 and books.row("SELECT currency FROM bank_line") == ("EUR",)
    add_account(books, clerk(), {"iban": "DE89370400440532013000", "name": "Second"})
    assert codes(take(books, path, day_first=False)) == ["no_account"]
    ((taken, _),) = take(books, path, day_first=False, account="second")
    assert taken.added == 1
    with pytest.raises(NotFound):
        take(books, path, account="third")


def test_a_change_behind_the_books_back_is_found(firm, tmp_path):
    take(firm, tmp_path / "a.xml", camt([ONE, TWO]))
    assert verify(firm) == []
    firm.db.execute_sql("DROP TRIGGER bank_line_frozen")
    firm.db.execute_sql("UPDATE bank_line SET text = 'F2026-00001' WHERE position = 0")
    assert "statement 1 is not what was posted" in [difference.message for difference in verify(firm)]


def test_a_batch_is_kept_with_its_transactions(books, tmp_path):
    one, two = (
        f'<TxDtls><Amt Ccy="EUR">{amount}</Amt><RmtInf><Ustrd>{amount}</Ustrd></RmtInf></TxDtls>' for amount in "46"
    )
    text = camt([ONE]).replace("<NtryDtls>", f"<NtryDtls>{one}{two}").replace("<TxDtls><RmtInf>", "<X><RmtInf>")
    text = text.replace("</RmtInf></TxDtls></NtryDtls>", "</RmtInf></X></NtryDtls>")
    take(books, tmp_path / "a.xml", text)
    assert books.rows("SELECT position, amount, text FROM bank_detail ORDER BY position") == [
        (0, 400, "4"),
        (1, 600, "6"),
    ]
    assert take(books, tmp_path / "a.xml")[0][0].added == 0 and counts(books)[2] == 2


def test_a_stop_leaves_the_statements_before_it_whole(books, tmp_path):
    pages = [camt([ONE], 0, identity="S1", wrap=False), camt([TWO], 10_00, identity="S2", wrap=False)]
    asked = iter([False, True])
    kept = take(books, tmp_path / "a.xml", camt_file(pages), cancelled=lambda: next(asked))
    assert kept[1][0].code == "cancelled" and counts(books)[:2] == (1, 1) and verify(books) == []


def test_two_clerks_with_the_same_file_add_it_once(books, tmp_path):
    path = tmp_path / "a.xml"
    path.write_text(camt([Entry(DAY, cents, "x") for cents in range(1, 700)]))
    added, start = [], threading.Barrier(2)

    def work(name):
        start.wait()
        added.extend(found.added for found, _ in take(books, path, context=clerk(name)))
        books.close()  # this thread's connection

    threads = [threading.Thread(target=work, args=(name,)) for name in ("marie", "paul")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(added) == 699 == counts(books)[1] and counts(books)[0] == 1 and verify(books) == []


def test_a_refusal_in_mid_statement_leaves_nothing_of_it(books, tmp_path, monkeypatch):
    from tui_billing.services import statements as service

    def fail(*_):
        raise Problem("no")

    monkeypatch.setattr(service, "head_content", fail)
    with pytest.raises(Problem):
        take(books, tmp_path / "a.xml", camt([ONE]))
    assert counts(books) == (0, 0, 0)


@pytest.mark.parametrize(
    ("stated", "name"),
    [
        (IBAN, "Main"),
        ("FR76 3000 6000 0112 3456 7890 189", "Main"),
        (writers.BBAN, "Main"),
        ("30006/12345678901", "Main"),
        ("12345678901", "Main"),
        ("37040044/0532013000", "Second"),
        ("37040044/532013000", "Second"),
        ("0012-998 877", "Third"),
        ("20041010050012998877", "Third"),
        ("DE89370400440532013001", None),
        ("4711", None),
        ("", None),
    ],
)
def test_an_account_is_told_by_what_a_statement_states(firm, stated, name):
    firm.db.execute_sql("UPDATE bank_account SET name = 'Main'")
    add_account(firm, clerk(), {"iban": "DE89370400440532013000", "name": "Second"})
    add_account(firm, clerk(), {"number": "0012-998877", "name": "Third"})
    found = account_of(list_accounts(firm), stated)
    assert (found.name if found else None) == name


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=15)
@given(
    amounts=st.lists(st.sampled_from([100, 200, -100]), min_size=1, max_size=30),
    cuts=st.lists(st.tuples(st.integers(0, 29), st.integers(1, 30)), max_size=4),
    referenced=st.booleans(),
)
def test_any_days_taken_in_any_order_and_overlap_hold_each_entry_once(firm, tmp_path, amounts, cuts, referenced):
    """Whole days, cut out of one account's life anyhow and taken in with overlaps, are in the books once."""
    days = [dt.date(2026, 1, 1) + dt.timedelta(place // 3) for place in range(len(amounts))]
    entries = [
        Entry(day, amount, "x", f"R{place}" if referenced else "")
        for place, (day, amount) in enumerate(zip(days, amounts, strict=True))
    ]
    with firm.write():
        for table in ("bank_line", "bank_statement"):
            firm.db.execute_sql(f"DROP TRIGGER IF EXISTS {table}_kept")
            firm.db.execute_sql(f"DELETE FROM {table}")
    firm.guarded = True
    wanted: set[int] = set()
    for first, length in cuts:
        part = [place for place, day in enumerate(days) if days[0] + dt.timedelta(first // 3) <= day]
        part = [place for place in part if days[place] < days[0] + dt.timedelta(first // 3 + length)]
        if not part:
            continue
        wanted |= set(part)
        opening = sum(amounts[: part[0]])
        text = camt([entries[place] for place in part], opening, identity=f"S{first}-{length}")
        take(firm, tmp_path / "a.xml", text)
    stored = firm.rows("SELECT date, amount FROM bank_line ORDER BY date, amount")
    assert stored == sorted((entries[place].date.isoformat(), amounts[place]) for place in wanted)
