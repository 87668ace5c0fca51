"""The evidence pack of a case: what the books know of it, and every paper, in one PDF."""

from __future__ import annotations

from pypdf import PdfReader

from tests.builders import clerk, issued
from tests.documents.test_evidence import a_pdf, a_picture
from tui_billing.services import attachments, credit, dispute_outcome, disputes, evidence, inquiries
from tui_billing.services.verify import verify


def test_the_pack_of_a_dispute(books, tmp_path):
    done = issued(books, "ACME", "A10 2", "B20 4", purchase_order="PO-7")
    number = done["number"]
    key = disputes.open_dispute(
        books, clerk(), done["id"], lines=[(2, None)], reason="price", note="agreed 40", contact="Mrs Martin"
    )
    customer = int(books.value("SELECT customer_id FROM invoice WHERE id = ?", (done["id"],)))
    inquiries.log_inquiry(books, clerk(), customer, "asked for the list", invoice_id=done["id"])
    attachments.attach_bytes(books, clerk(), "dispute", key, "list of May.pdf", a_pdf(2), kind="letter")
    attachments.attach_bytes(
        books, clerk(), "invoice", done["id"], "signed.png", a_picture(), kind="signed_delivery_note"
    )
    attachments.attach_bytes(books, clerk(), "dispute", key, "mail.eml", b"From: a@b.c\n\nhello")
    credit.credit(books, clerk(), done["id"], lines=[2])
    made = evidence.make_evidence(books, clerk(), dispute_id=key, path=tmp_path / "pack.pdf")
    assert made.states == ("merged", "merged", "placed", "merged", "written")
    whole = "\n".join(page.extract_text() for page in PdfReader(made.path).pages)
    for words in (
        number,
        "agreed 40",
        "Mrs Martin",
        "asked for the list",
        "list of May.pdf",
        "Bracket, steel",
        "A2026-00001",
    ):
        assert words in whole, words
    assert books.row("SELECT kind, text FROM dispute_note ORDER BY id DESC LIMIT 1") == (
        "document", f"pack.pdf · SHA-256 {made.sha256}",
    )  # fmt: skip
    dispute_outcome.close_dispute(books, clerk(), key, "credited")
    again = evidence.make_evidence(books, clerk(), invoice_id=done["id"], path=tmp_path / "invoice.pdf", language="fr")
    assert again.pages >= made.pages and verify(books) == []
