"""Word documents for those whose customers ask: a letter as .docx, its tables as tables."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from tui_billing.documents.letter import LetterTable, PrintableLetter
from tui_billing.rules.dates import format_date
from tui_billing.rules.party import address_lines
from tui_billing.rules.problem import Problem


def letter_document(letter: PrintableLetter) -> bytes:
    """A letter as a .docx file. A Problem where the extra for it is not installed."""
    try:
        import docx
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Mm, Pt
    except ImportError:
        raise Problem("Word documents need the extra: pip install 'tui-billing[word]'", field="output") from None
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
