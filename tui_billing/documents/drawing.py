"""Sheets become PDF: pages of marks are drawn, and the file says who made it, when, and in which language."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from fpdf import FPDF

from tui_billing.documents.invoice_pdf import COMPLIANCE, PRODUCER, REGIONS, TOOL, font_of, paint
from tui_billing.documents.kept_fonts import add_font
from tui_billing.documents.sheet import Sheet
from tui_billing.documents.typeface import Typeface, tidy
from tui_billing.documents.xmp import describe


def blank(typeface: Typeface, *, title: str, author: str, day: date, language: str) -> FPDF:
    """A PDF/A-3b file without pages, dated noon (UTC) of its day: the same document is the same bytes."""
    pdf = FPDF(format="A4", unit="mm", enforce_compliance=COMPLIANCE)
    pdf.set_auto_page_break(False)
    # a colour font would be set as pictures; its outlines are what is wanted
    pdf.render_color_fonts = False
    when = datetime.combine(day, time(12), UTC)
    author = "".join(char for char in tidy(author) if char.isprintable())
    pdf.set_creation_date(when)
    pdf.set_lang(REGIONS.get(language, "en-GB"))
    pdf.set_title(title)
    pdf.set_subject(title)
    pdf.set_author(author)
    pdf.set_creator(TOOL)
    pdf.set_producer(PRODUCER)
    pdf.set_xmp_metadata(describe(title=title, author=author, tool=TOOL, producer=PRODUCER, when=when))
    for key, face in typeface.faces.items():
        add_font(pdf, *font_of(key), face)
    return pdf


def draw(sheet: Sheet, *, title: str, author: str, day: date, language: str, picture: bytes = b"") -> bytes:
    """The file of a sheet; `picture` is what stands where the sheet has one."""
    pdf = blank(sheet.typeface, title=title, author=author, day=day, language=language)
    for page in sheet.pages:
        pdf.add_page()
        paint(pdf, page, picture)
    return bytes(pdf.output())
