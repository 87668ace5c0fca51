"""Word and Excel versions of an invoice: what the page says, numbers as numbers, by the house's own template."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import docx
import pytest

from tui_billing.documents import word_template
from tui_billing.documents.word import invoice_document
from tui_billing.documents.workbook import invoice_workbook
from tui_billing.rules.problem import Problem


def text_of(content: bytes) -> str:
    document = docx.Document(BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_the_shipped_template_is_the_one_that_is_made():
    assert word_template.build() == word_template.SHIPPED.read_bytes()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_word_file_says_what_the_page_says(invoice, language):
    made = invoice(language, note="AT&T <b> {{ number }}")
    text = text_of(invoice_document(made))
    for part in ("F2026-00042", "Conseil, journée", "Remise – Fidélité" if language == "fr" else "Allowance – Fidélité",
                 "AT&T <b> {{ number }}", "FR76 3000 6000", made.mentions[0].text, "ACME Industries SAS"):  # fmt: skip
        assert part in text, part
    assert "{%" not in text and invoice_document(made) == invoice_document(made)


def test_a_house_s_own_template_is_filled_in_a_sandbox(invoice, tmp_path):
    def template(text: str):
        document = docx.Document()
        document.add_paragraph(text)
        document.save(tmp_path / "own.docx")
        return tmp_path / "own.docx"

    assert text_of(invoice_document(invoice(), template("Our no. {{ number }}"))).startswith("Our no. F2026-00042")
    for text in ("{{ nothing }}", "{{ ''.__class__.__mro__ }}", "{% for x %}"):
        with pytest.raises(Problem, match=r"own\.docx"):
            invoice_document(invoice(), template(text))
    (tmp_path / "own.docx").write_bytes(b"no file of Word")
    with pytest.raises(Problem, match=r"own\.docx"):
        invoice_document(invoice(), tmp_path / "own.docx")


def test_a_workbook_has_numbers_and_no_formula(invoice, lines_of):
    made = invoice("fr", buyer=invoice().buyer.__class__("=HYPERLINK(1)"))
    content = invoice_workbook(made)
    with ZipFile(BytesIO(content)) as book:
        sheet, texts = book.read("xl/worksheets/sheet1.xml").decode(), book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet and "=HYPERLINK(1)" in texts
    for number in ("1300", "12.3456", "-170.5", "1800", "1534.5", "0.79"):
        assert f"<v>{number}</v>" in sheet, number
    assert content == invoice_workbook(made)
    assert len(invoice_workbook(invoice(**lines_of(300)))) > 5000
