"""The sample that comes with the program, and the generator of large books."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from tui_billing.cli.sample import build_sample
from tui_billing.cli.sample_data import BUSINESS_DATE
from tui_billing.models.door import open_books
from tui_billing.rules.disputes import STATUSES
from tui_billing.rules.problem import Refused
from tui_billing.rules.proof import LEFT_OUT, NOT_ON_STATEMENT, NOT_RECORDED
from tui_billing.rules.status import Status
from tui_billing.services.attachments import attachment, read_attachment
from tui_billing.services.periods import list_periods
from tui_billing.services.proof import prove
from tui_billing.services.show import status_from
from tui_billing.services.verify import verify

SAMPLE = Path(__file__).parents[2] / "sample.db"
#: A build takes seconds: those who look at one share it, in one process of a run.
BUILT = pytest.mark.xdist_group("sample")
HOSTILE = (
    "Studio [b]old & Co",
    "[/x] Ltd",
    "O'Brien & Sons Ltd",
    "株式会社山田製作所",
    "دار النور",
    "M̌ilou X̂ Graphisme",
)


def dump_of(path: Path) -> list[str]:
    with closing(sqlite3.connect(path.as_uri() + "?mode=ro", uri=True)) as connection:
        return list(connection.iterdump())


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "sample.db"
    build_sample(path)
    return path


@pytest.fixture
def books(tmp_path):
    opened = open_books(str(shutil.copy(SAMPLE, tmp_path / "sample.db")))
    yield opened
    opened.shut()


def statuses(books) -> Counter[str]:
    names = ("state", "kind", "payable", "open", "credited", "written_off", "disputed", "next_due")
    rows = books.rows(f"SELECT {', '.join(names)} FROM invoice")
    return Counter(status_from(dict(zip(names, row, strict=True)), BUSINESS_DATE, 7) for row in rows)


@BUILT
def test_a_rebuild_is_the_sample_that_is_kept(rebuilt):
    assert dump_of(rebuilt) == dump_of(SAMPLE), "build it again: make sample"


@BUILT
def test_it_is_one_small_file_that_any_sqlite_opens(rebuilt, tmp_path):
    assert [path.name for path in rebuilt.parent.iterdir()] == ["sample.db"]
    assert SAMPLE.stat().st_size <= 10_000_000
    assert SAMPLE.read_bytes()[18:20] == b"\x01\x01", "a rollback journal, not a WAL"
    copy = shutil.copy(SAMPLE, tmp_path / "copy.db")
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.execute("UPDATE customer SET note = 'by another tool' WHERE code = 'ACME'")
        connection.commit()
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("UPDATE invoice SET gross = 1 WHERE state = 'issued'")


def test_nothing_in_it_is_wrong(books):
    assert verify(books) == []


def test_it_holds_a_year_of_a_small_firm(books):
    counted = dict(books.rows("SELECT state, count(*) FROM invoice GROUP BY state"))
    assert counted == {"issued": 900, "draft": 6}
    assert books.value("SELECT count(*) FROM customer") == 60
    assert books.value("SELECT count(*) FROM item") == 25
    assert books.value("SELECT value FROM setting WHERE key = 'business_date'") == "2026-11-24"
    first, last = books.row("SELECT min(issue_date), max(issue_date) FROM invoice WHERE state = 'issued'")
    assert first.startswith("2025-12") and last == "2026-11-24"
    assert books.value("SELECT count(DISTINCT country) FROM customer") == 10
    assert books.value("SELECT count(DISTINCT currency) FROM invoice") == 5
    assert {category for (category,) in books.rows("SELECT DISTINCT category FROM vat_breakdown")} == set("SKG") | {
        "AE"
    }


def test_every_status_is_there(books):
    assert set(statuses(books)) == {status.value for status in Status}
    assert {status for (status,) in books.rows("SELECT DISTINCT status FROM dispute")} == set(STATUSES)


def test_a_copy_of_the_file_alone_has_its_papers(books):
    found = books.rows("SELECT a.id, a.entity, f.media_type FROM attachment a JOIN stored_file f ON f.id = a.file_id")
    assert {entity for _, entity, _ in found} >= {"purchase_order", "contract", "delivery_note", "dispute"}
    assert {media for _, _, media in found} == {"application/pdf", "image/png", "message/rfc822"}
    assert all(len(read_attachment(books, key)[1]) == attachment(books, key).size for key, _, _ in found)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM receipt WHERE open > 0",
        "SELECT count(*) FROM receipt WHERE reversed_on IS NOT NULL",
        "SELECT count(*) FROM allocation WHERE reverses_id IS NOT NULL",
        "SELECT count(*) FROM (SELECT receipt_id FROM allocation GROUP BY receipt_id HAVING count(*) > 2) AS many",
        "SELECT count(*) FROM invoice WHERE kind = 'credit_note' AND open > 0",
        "SELECT count(*) FROM dispute WHERE status = 'closed'",
        "SELECT count(*) FROM (SELECT dispute_id FROM dispute_note GROUP BY dispute_id HAVING count(*) > 3) AS long",
        "SELECT count(*) FROM bank_line WHERE status = 'unmatched'",
        "SELECT count(*) FROM bank_line WHERE status = 'matched'",
        "SELECT count(*) FROM (SELECT invoice_id FROM instalment GROUP BY invoice_id HAVING count(*) > 1) AS parts",
        "SELECT count(*) FROM invoice WHERE terms LIKE '%-2\\%%' ESCAPE '\\'",
        "SELECT count(*) FROM invoice_adjustment",
        "SELECT count(*) FROM invoice_line WHERE discount_percent > 0",
        "SELECT count(*) FROM invoice_line WHERE period_start IS NOT NULL",
        "SELECT count(*) FROM invoice WHERE purchase_order <> ''",
        "SELECT count(*) FROM invoice WHERE contract <> ''",
        "SELECT count(*) FROM invoice WHERE delivery_note <> ''",
        "SELECT count(*) FROM invoice WHERE delivery <> '{}'",
        "SELECT count(*) FROM invoice WHERE rate_source = 'ECB'",
        "SELECT count(*) FROM customer WHERE credit_limit > 0",
        "SELECT count(*) FROM identifier",
        "SELECT count(*) FROM dispute_note n WHERE kind = 'question' AND colleague_id IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM dispute_note a WHERE a.answers_id = n.id)",
        "SELECT count(*) FROM dispute_line WHERE change_id IS NOT NULL",
        "SELECT count(*) FROM dispute_letter",
        "SELECT count(*) FROM credit_request WHERE status = 'waiting'",
        "SELECT count(*) FROM inquiry q WHERE follow_up <= '2026-11-24' AND NOT EXISTS"
        " (SELECT 1 FROM inquiry f WHERE f.follows_id = q.id)",
        "SELECT count(*) FROM change WHERE seq > (SELECT seen_change FROM operator WHERE login = 'marie')",
    ],
)
def test_what_a_clerk_meets_is_there(books, sql):
    assert books.value(sql) > 0


def test_names_that_break_lesser_programs_are_there(books):
    names = {name for (name,) in books.rows("SELECT name FROM customer")}
    assert names >= set(HOSTILE)


def test_what_the_examples_name_is_there(books):
    assert books.row("SELECT name, terms FROM customer WHERE code = 'ACME'") == ("ACME Industries SAS", "30eom")
    items = books.rows(
        "SELECT code, description, unit_price FROM item WHERE code IN ('A10', 'B20', 'C30') ORDER BY code"
    )
    assert [(code, price // 10_000) for code, _, price in items] == [("A10", 65000), ("B20", 4500), ("C30", 39000)]
    assert [text for _, text, _ in items] == ["Consulting, day", "Travel, flat", "Workshop, half day"]
    owed = books.rows(
        "SELECT next_due < '2026-11-24' FROM invoice i JOIN customer c ON c.id = i.customer_id"
        " WHERE c.code = 'ACME' AND i.open > 0 AND i.kind = 'invoice'"
    )
    assert len(owed) >= 5 and sum(late for (late,) in owed) >= 2


def test_drafts_are_kept_by_nobody(books):
    assert books.rows("SELECT DISTINCT holder FROM invoice") == [(None,)]


def test_statements_add_up(books):
    for account, before, after, lines in books.rows(
        "SELECT bank_account_id, opening, closing, (SELECT sum(amount) FROM bank_line l WHERE l.statement_id = s.id)"
        " FROM bank_statement s ORDER BY id"
    ):
        assert (account, before + lines) == (account, after)


def test_a_month_is_closed_without_a_difference_and_the_present_one_is_explained(books):
    assert [row["month"] for row in list_periods(books) if row["status"] == "closed"] == ["2026-10"]
    closed, now = prove(books, "2026-10"), prove(books, "2026-11")
    assert closed.proved and [(bank.currency, bank.difference, bank.groups) for bank in closed.banks] == [
        ("EUR", 0, ()),
        ("USD", 0, ()),
    ]
    assert all(bank.difference and not bank.rest and bank.groups for bank in now.banks)
    assert {group.kind for bank in now.banks for group in bank.groups} >= {NOT_RECORDED, LEFT_OUT, NOT_ON_STATEMENT}


def test_another_company_s_books_are_not_overwritten(tmp_path):
    theirs = tmp_path / "books.db"
    open_books(str(theirs), create=True).shut()
    before = theirs.read_bytes()
    for path in (theirs, SAMPLE.with_name("README.md")):
        with pytest.raises(Refused):
            build_sample(path)
    assert theirs.read_bytes() == before


@BUILT
def test_an_earlier_sample_is_replaced_and_a_second_build_in_one_process_is_equal(rebuilt, tmp_path):
    path = Path(shutil.copy(rebuilt, tmp_path / "sample.db"))
    used = open_books(str(path))
    with used.write():
        used.db.execute_sql("UPDATE customer SET note = 'x'")
    used.shut()
    build_sample(path)
    assert path.read_bytes() == rebuilt.read_bytes()
    assert [found.name for found in tmp_path.iterdir()] == ["sample.db"]


# -- large books -------------------------------------------------------------------------------------------


def check_generated(url: str, count: int) -> None:
    """Everything but the audit events of each document must hold, and the shares be those that are promised."""
    books = open_books(url)
    try:
        assert {difference.check for difference in verify(books)} <= {"content"}
        assert books.value("SELECT count(*) FROM invoice") == count
        assert books.value("SELECT count(*) FROM customer") == max(60, count // 100)
        counted = statuses(books)
        assert 0.25 * count < count - counted["paid"] - counted["credited"] - counted["written_off"] < 0.35 * count
        assert set(counted) >= {"paid", "open", "overdue", "disputed", "part_paid", "credited", "written_off"}
        assert books.value("SELECT count(*) FROM receipt WHERE open > 0") > 0
        assert books.value("SELECT value FROM setting WHERE key = 'business_date'") == "2026-11-24"
    finally:
        books.shut()


def test_generated_books_open_and_their_sums_agree(books_url):
    from benchmarks.generate import generate
    from tui_billing.rules.content import content_from_json
    from tui_billing.services.context import Context
    from tui_billing.services.issue import issue_content

    generate(books_url, 2_000)
    check_generated(books_url, 2_000)
    books = open_books(books_url)
    following = books.value("SELECT next_counter FROM series WHERE code = 'invoice' AND year = 2026")
    content = content_from_json({"customer": "ACME", "lines": [{"item": "A10", "quantity": 2}]})
    done = issue_content(books, Context("marie", dt.date(2026, 11, 24)), content)
    assert done["number"] == f"F2026-{following:05d}"
    if books.engine == "sqlite":
        found = books.rows("SELECT rowid FROM invoice_search WHERE text MATCH ?", ('"f2025-00042"',))
        assert found == books.rows("SELECT id FROM invoice WHERE number = 'F2025-00042'")
    books.shut()


@pytest.mark.prove
def test_a_hundred_thousand_generated_documents_agree(tmp_path):
    from benchmarks.generate import generate

    generate(str(tmp_path / "large.db"), 100_000)
    check_generated(str(tmp_path / "large.db"), 100_000)
