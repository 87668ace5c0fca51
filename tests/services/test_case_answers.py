"""What customers get of a case: the answer as a letter, the copy they asked for; and requests for credit, proved."""

from __future__ import annotations

from tests.builders import clerk, issued
from tui_billing.services import credit_approval, dispute_outcome, disputes, inquiries, papers
from tui_billing.services.credit import credit
from tui_billing.services.letters import letter_of
from tui_billing.services.verify import verify


def test_the_answer_is_a_letter_to_the_customer(books, tmp_path):
    done = issued(books, "ACME", "A10")
    case = disputes.open_dispute(books, clerk(), done["id"])
    dispute_outcome.close_dispute(books, clerk(), case, "reaffirmed", cause="customer_error", send=True)
    row = books.row("SELECT letter_id, document, state FROM delivery")
    assert row is not None and row[1:] == (f"letter:{row[0]}", "queued")
    letter = letter_of(books, row[0])
    told = books.value("SELECT text FROM dispute_note WHERE kind = 'letter'")
    assert done["number"] in letter.title
    assert "\n".join([letter.title, *letter.before]) == told
    assert papers.render_letter_to(books, letter, tmp_path / "answer.pdf") == 1
    assert not verify(books)


def test_nothing_is_queued_where_nobody_asked_for_it(books):
    case = disputes.open_dispute(books, clerk(), issued(books, "ACME", "A10")["id"])
    dispute_outcome.close_dispute(books, clerk(), case, "reaffirmed")
    assert books.value("SELECT count(*) FROM delivery") == 0


def test_a_copy_that_is_asked_for_is_queued_each_time(books):
    done = issued(books, "ACME", "A10")
    customer = books.value("SELECT customer_id FROM invoice WHERE id = ?", (done["id"],))
    asked = clerk()
    for context in (asked, asked, clerk()):  # the same command said twice is done once
        inquiries.log_inquiry(books, context, customer, "", invoice_id=done["id"], subject="copy")
    inquiries.log_inquiry(books, clerk(), customer, "", subject="copy")  # of no invoice in particular
    inquiries.log_inquiry(books, clerk(), customer, "", invoice_id=done["id"], subject="terms")
    rows = books.rows("SELECT document, edition, state FROM delivery ORDER BY edition")
    assert rows == [(f"invoice:{done['id']}", 1, "queued"), (f"invoice:{done['id']}", 2, "queued")]
    assert not verify(books)


def test_a_request_for_credit_changed_behind_the_back_is_found(books):
    done = issued(books, "ACME", "A10 2")
    credit_approval.set_limit(books, clerk("anna", "supervisor"), 10_000)
    request = credit(books, clerk(), done["id"])["request"]
    credit_approval.decide_credit(books, clerk("anna", "supervisor"), request, approve=False)
    assert not verify(books)
    books.db.execute_sql("UPDATE credit_request SET reason = 'another', gross = gross - 1")
    assert [(one.number, one.message) for one in verify(books)] == [
        (done["number"], f"credit_request {request} is not what was written")
    ]
