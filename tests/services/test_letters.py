"""Letters: a statement's two forms agree with the books on every day, and what is kept is what is sent."""

from __future__ import annotations

import datetime as dt
from io import BytesIO

import pytest

from tests.builders import *  # noqa: F403
from tests.builders import TODAY, clerk, issued
from tui_billing.documents.letter import PrintableLetter
from tui_billing.documents.letter_pdf import render_letter
from tui_billing.documents.workbook import letter_workbook
from tui_billing.models.door import Books
from tui_billing.models.queries.account import movements, open_items, opening
from tui_billing.rules.problem import Problem, Refused
from tui_billing.services import credit, letters, papers, receive
from tui_billing.services.verify import verify

MARCH = dt.date(2026, 3, 1)


def _some_business(books: Books) -> None:
    """Invoices over months, one paid in part, one credited in part, money on account, one payment taken back."""
    days = [MARCH + dt.timedelta(days=20 * step) for step in range(6)]
    numbers = [issued(books, "ACME", f"A10 {step + 1}", today=day)["id"] for step, day in enumerate(days)]
    for step, key in enumerate(numbers[:3]):
        payment = receive.Payment(
            "ACME", days[step] + dt.timedelta(days=30), 50_000 + step, "EUR", allocations=[(key, 40_000)]
        )
        done = receive.receive(books, clerk(), payment)
        if step == 2:
            receive.reverse_receipt(books, clerk(), int(done["id"]), "bounced")
    credit.credit(books, clerk(), numbers[3])


def test_movements_lead_from_balance_to_balance(books: Books) -> None:
    _some_business(books)
    for day in [MARCH + dt.timedelta(days=15 * step) for step in range(18)]:
        owed = sum(one.open for one in open_items(books, 1, day))
        before = opening(books, 1, MARCH + dt.timedelta(days=40)).get("EUR", 0)
        moved = sum(one.amount for one in movements(books, 1, MARCH + dt.timedelta(days=40), day))
        if day >= MARCH + dt.timedelta(days=40):
            assert before + moved == owed, day
    today = books.value(
        "SELECT sum(CASE WHEN kind = 'credit_note' THEN -open ELSE open END) FROM invoice WHERE customer_id = 1"
    )
    account = books.value("SELECT sum(open) FROM receipt WHERE customer_id = 1")
    assert sum(one.open for one in open_items(books, 1, TODAY)) == int(today) - int(account)  # type: ignore[call-overload]


def test_a_statement_of_many_pages_carries_its_sums(firm: Books) -> None:
    for step in range(70):
        issued(firm, "ACME", f"A10 {step % 7 + 1}", today=MARCH + dt.timedelta(days=step))
    for language in ("en", "fr"):
        firm.db.execute_sql("UPDATE customer SET language = ? WHERE id = 1", (language,))
        _carries_its_sums(firm, language)


def _carries_its_sums(firm: Books, language: str) -> None:
    from pypdf import PdfReader

    letter = letters.statement(firm, 1, TODAY, MARCH)
    made = render_letter(letter)
    assert made.pages >= 3
    assert made == render_letter(PrintableLetter.from_json(letter.to_json())), "what is kept prints the same"
    texts = [page.extract_text() for page in PdfReader(BytesIO(made.pdf)).pages]
    forward, brought = {"en": ("Carried forward", "Brought forward"), "fr": ("À reporter", "Report")}[language]
    assert forward in texts[0]
    assert brought in texts[1]
    assert {"en": "Page 2 of", "fr": "Page 2 sur"}[language] in texts[1]


def test_a_reminder_leaves_out_what_is_not_due_or_disputed(firm: Books) -> None:
    from tui_billing.services import disputes

    late = issued(firm, "ACME", today=MARCH)
    fought = issued(firm, "ACME", "A10 2", today=MARCH)
    disputes.open_dispute(firm, clerk(), fought["id"])
    issued(firm, "ACME", today=TODAY)
    letter = letters.reminder(firm, 1, TODAY, 2)
    assert [row.cells[0] for row in letter.tables[0].rows] == [late["number"]]
    with pytest.raises(Refused):
        letters.reminder(firm, 2, TODAY)
    with pytest.raises(Problem):
        letters.reminder(firm, 1, TODAY, 4)


def test_a_letter_is_kept_and_queued_once(firm: Books) -> None:
    issued(firm, "ACME", today=MARCH)
    letter = letters.statement(firm, 1, TODAY)
    first = letters.write_letter(firm, clerk(), 1, letter, send=True)
    second = letters.write_letter(firm, clerk(), 1, letter, send=False)
    assert second["name"] == f"{first['name']}-2"
    row = firm.row("SELECT id, letter_id, name FROM delivery")
    assert row is not None
    assert row[1:] == (first["id"], first["name"])
    queued = {"id": row[0], "invoice_id": None, "letter_id": row[1], "name": row[2], "channel": "email"}
    assert papers.make_papers(firm, clerk(), [queued]) == {}
    assert papers.paper_of(firm, {"invoice_id": None, "name": row[2]}).read_bytes().startswith(b"%PDF")
    assert verify(firm) == []


def test_a_workbook_holds_numbers_and_no_formula(firm: Books) -> None:
    from zipfile import ZipFile

    firm.db.execute_sql("UPDATE customer SET name = '=HYPERLINK(\"http://x\")' WHERE id = 1")
    issued(firm, "ACME", "A10 3", today=MARCH)
    with ZipFile(BytesIO(letter_workbook(letters.statement(firm, 1, TODAY)))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "<v>2340</v>" in sheet
        assert "HYPERLINK" in book.read("xl/sharedStrings.xml").decode()


def test_hard_words_do_not_break_a_page(firm: Books) -> None:
    text = "x" * 4000 + "\n\n" + "中文 𓀀 ﷽ " * 50
    made = render_letter(letters.plain_letter(firm, 1, TODAY, "Long " * 19, text))
    assert made.pages >= 1
    with pytest.raises(Problem):
        letters.plain_letter(firm, 1, TODAY, " ", text)
