"""The answer to a dispute with its papers: one letter, queued as the customer wants it, and all of it on the case."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.builders import TODAY, clerk, issued
from tests.documents.test_evidence import a_pdf, a_picture
from tui_billing.documents import store
from tui_billing.rules.problem import Problem, Refused
from tui_billing.services import (
    attachments,
    dispute_answer,
    dispute_outcome,
    disputes,
    enclosures,
    letters,
    papers,
    post,
    recipients,
)
from tui_billing.services.verify import verify


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def a_case(books):
    """(dispute, the papers that may go: the invoice first)."""
    done = issued(books, "ACME", "A10 2", "B20 4")
    key = disputes.open_dispute(books, clerk(), done["id"], lines=[(2, None)], reason="not_delivered")
    signed = a_pdf(2)
    attachments.attach_bytes(books, clerk(), "invoice", done["id"], "signed.pdf", signed, kind="signed_delivery_note")
    attachments.attach_bytes(books, clerk(), "invoice", done["id"], "photo.png", a_picture(), kind="photo")
    attachments.attach_bytes(books, clerk(), "dispute", key, "mail.eml", b"From: a@b.c\n\nhello", kind="mail")
    attachments.attach_bytes(books, clerk(), "dispute", key, "again.pdf", signed)
    return key, dispute_answer.answer_papers(books, key)


def test_papers_leave_with_the_answer(books, tmp_path):
    key, choices = a_case(books)
    # One file is one paper, wherever it hangs; what proves nothing is not proposed.
    assert [(one.name, one.proposed) for one in choices] == [
        ("F2026-00001.pdf", True),
        ("mail.eml", False),
        ("again.pdf", True),
        ("photo.png", True),
    ]
    recipients.set_ways(books, clerk(), 1, recipients.parse_ways("her@acme.example, post"))
    chosen = [one.paper for one in choices if one.paper and one.name != "mail.eml"]
    letter = dispute_outcome.close_dispute(
        books, clerk(), key, "documents_sent", cause="other", papers=chosen, documents=[choices[0].document]
    )
    content = letters.letter_of(books, letter)
    names = [one.name for one in content.enclosures]
    assert names == ["F2026-00001.pdf", "again.pdf", "photo.png"]
    told = books.rows(
        "SELECT kind, text FROM dispute_note WHERE dispute_id = ? AND kind <> 'opened' ORDER BY id", (key,)
    )
    assert [kind for kind, _ in told] == ["letter", *["document"] * len(names), "closed"]
    assert all(content.name in text and name in text for (_, text), name in zip(told[1:], names, strict=False))
    # Its PDF and its papers hang on the dispute.
    kept = dispute_answer.keep_answer(books, clerk(), key, letter)
    hung = {paper.name for paper in attachments.attached_to(books, "dispute", key)}
    assert {f"{content.name}.pdf", *names[1:], "mail.eml"} <= hung
    text = PdfReader(BytesIO(attachments.read_attachment(books, kept)[1])).pages[0].extract_text()
    assert ", ".join(names) in text.replace("\n", " ")
    # Queued for both: by mail each under its own name, by post as pages behind the letter.
    columns = "id, invoice_id, letter_id, name, channel, language"
    rows = [dict(zip(columns.split(", "), row, strict=True)) for row in books.rows(f"SELECT {columns} FROM delivery")]
    assert [row["channel"] for row in rows] == ["email", "post"]
    assert papers.make_papers(books, clerk(), rows) == {}
    assert [one.name for one in papers.read_papers(books, rows[0])] == [f"{content.name}.pdf", *names]
    printed = post.print_batch(books, clerk(), tmp_path / "pile.pdf")
    whole = "\n".join(page.extract_text() for page in PdfReader(printed.path).pages)
    assert printed.documents == 1 and f"Enclosed with {content.name}" in whole and "paper page 2" in whole
    paper = next(one for one in attachments.attached_to(books, "dispute", key) if one.name == names[1])
    with pytest.raises(Refused, match=f"went to the customer with letter {content.name}; it stays"):
        attachments.detach(books, clerk(), paper.id, "mistake")
    assert verify(books) == []


def test_papers_that_cannot_go_are_one_sentence_and_nothing_is_closed(firm, monkeypatch):
    key, choices = a_case(firm)
    papers_ = {one.name: one.paper for one in choices}
    attachments.detach(firm, clerk(), papers_["photo.png"], "of another house")
    with pytest.raises(Refused, match=r"photo\.png was taken off already"):
        dispute_outcome.close_dispute(firm, clerk(), key, "documents_sent", papers=[papers_["photo.png"]])
    with pytest.raises(Problem, match="no issued document with id 99"):
        dispute_outcome.close_dispute(firm, clerk(), key, "documents_sent", documents=[99])
    monkeypatch.setattr(enclosures, "MOST", 10)
    with pytest.raises(Problem, match="these papers have 1 MB together, a mail takes 0 MB; choose fewer"):
        dispute_outcome.close_dispute(firm, clerk(), key, "reaffirmed", papers=[papers_["mail.eml"]])
    monkeypatch.undo()
    mail = attachments.attachment(firm, papers_["mail.eml"])
    store.place(attachments.attachment_folder(firm), mail.sha256).write_bytes(b"forged")
    with pytest.raises(Problem, match="was changed after it was attached"):
        dispute_outcome.close_dispute(firm, clerk(), key, "reaffirmed", papers=[mail.id])
    assert firm.row("SELECT status FROM dispute") == ("received",)
    assert firm.value("SELECT count(*) FROM letter") == firm.value("SELECT count(*) FROM delivery") == 0
    dispute_outcome.close_dispute(firm, clerk(today=TODAY), key, "withdrawn")
