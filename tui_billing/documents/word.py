"""Word documents for those whose customers ask: a letter as .docx, its tables as tables."""

from __future__ import annotations

from datetime import datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from tui_billing.documents.invoice_content import content_of
from tui_billing.documents.letter import LetterTable, PrintableLetter
from tui_billing.documents.printable import PrintableInvoice
from tui_billing.documents.word_template import SHIPPED, settled
from tui_billing.rules.dates import format_date
from tui_billing.rules.party import address_lines
from tui_billing.rules.problem import Problem


def invoice_document(invoice: PrintableInvoice, template: Path | None = None) -> bytes:
    """An issued document as a .docx file by a Word template, the house's own or the one that is shipped.

    A Problem where the extra is not installed, or where the template holds what cannot be filled in. A template is
    filled in a sandbox: it can name what stands on the document, and nothing else.
    """
    try:
        from docx.opc.exceptions import PackageNotFoundError
        from docxtpl import DocxTemplate
        from jinja2 import StrictUndefined, TemplateError
        from jinja2.sandbox import SandboxedEnvironment
    except ImportError:
        raise _without_word() from None
    path = template or SHIPPED
    words = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    made = BytesIO()
    try:
        document = DocxTemplate(path)
        document.render(content_of(invoice), words)
        properties = document.docx.core_properties
        properties.title, properties.author = invoice.number, invoice.seller.full_name
        properties.created = properties.modified = datetime.combine(invoice.issue_date, time(12))
        document.save(made)
    except (TemplateError, PackageNotFoundError, BadZipFile, KeyError, ValueError, OSError) as error:
        raise Problem(
            "the Word template {path} cannot be filled in: {reason}; mend it or take it away",
            field="output",
            path=str(path),
            reason=str(error).splitlines()[0] if str(error) else type(error).__name__,
        ) from None
    return settled(made.getvalue())


def _without_word() -> Problem:
    return Problem("Word documents need the extra: pip install 'tui-billing[word]'", field="output")


def letter_document(letter: PrintableLetter) -> bytes:
    """A letter as a .docx file. A Problem where the extra for it is not installed."""
    try:
        import docx
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Mm, Pt
    except ImportError:
        raise _without_word() from None
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    document.styles["Normal"].font.name = "Noto Sans"
    document.styles["Normal"].font.size = Pt(9.5)
    document.core_properties.title, document.core_properties.author = letter.title, letter.seller.full_name
    home = letter.seller.address.country
    document.add_paragraph(
        "\n".join([letter.seller.full_name, *address_lines(letter.seller.address, letter.language, home)])
    )
    to = document.add_paragraph(
        "\n".join([letter.buyer.full_name, *address_lines(letter.buyer.address, letter.language, home)])
    )
    to.paragraph_format.left_indent = Mm(92)
    document.add_heading(letter.title, level=1)
    facts = [format_date(letter.date, letter.language), *(f"{label}: {value}" for label, value in letter.facts)]
    document.add_paragraph(" · ".join(facts))
    for text in letter.before:
        document.add_paragraph(text)
    for table in letter.tables:
        _add_table(document, table, WD_ALIGN_PARAGRAPH.RIGHT)
    for text in letter.after:
        document.add_paragraph(text)
    section.footer.paragraphs[0].text = letter.footer
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def _add_table(document: Any, table: LetterTable, right: Any) -> None:
    if table.heading:
        document.add_heading(table.heading, level=2)
    rows = [*table.rows, *([table.total] if table.total else [])]
    grid = document.add_table(rows=1 + len(rows), cols=len(table.columns))
    grid.style = "Light List Accent 1"
    for column, one in enumerate(table.columns):
        cells = [one.label, *(row.cells[column] for row in rows)]
        for line, text in enumerate(cells):
            paragraph = grid.cell(line, column).paragraphs[0]
            paragraph.text = text
            if one.amount:
                paragraph.alignment = right
    document.add_paragraph("   ".join(f"{label} {amount}" for label, amount in table.boxes))
