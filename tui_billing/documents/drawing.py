"""Sheets become PDF: pages of marks are drawn, and the file says who made it, when, and in which language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from io import BytesIO

from fpdf import FPDF

from tui_billing.documents.kept_fonts import add_font
from tui_billing.documents.sheet import HEIGHT, WIDTH, Box, Link, Mark, Picture, Sheet, Stamp, Word
from tui_billing.documents.typeface import Typeface, tidy
from tui_billing.documents.xmp import describe

COMPLIANCE = "PDF/A-3B"
TOOL, PRODUCER = "tui-billing", "fpdf2"
REGIONS = {"en": "en-GB", "fr": "fr-FR"}
#: How steeply a word stands across a page, in degrees.
_SLOPE = 52


def noon(day: date) -> datetime:
    """The moment that a document of a day bears: the same document is the same bytes."""
    return datetime.combine(day, time(12), UTC)


def blank(
    typeface: Typeface, *, title: str, author: str, day: date, language: str = "en", level: str = "", name: str = ""
) -> FPDF:
    """A PDF/A-3b file without pages, dated noon (UTC) of its day.

    `level` and `name` are those of the XML that an invoice carries (Factur-X).
    """
    pdf = FPDF(format="A4", unit="mm", enforce_compliance=COMPLIANCE)
    author = _identify(pdf, typeface, title=title, author=author, day=day)
    pdf.set_lang(REGIONS.get(language, "en-GB"))
    pdf.set_subject(title)
    when = noon(day)
    pdf.set_xmp_metadata(
        describe(title=title, author=author, tool=TOOL, producer=PRODUCER, when=when, level=level, name=name)
    )
    return pdf


def plain(typeface: Typeface, *, title: str, author: str, day: date) -> FPDF:
    """A PDF file without pages that foreign pages may go into: these are seldom PDF/A, so it does not claim to be."""
    pdf = FPDF(format="A4", unit="mm")
    _identify(pdf, typeface, title=title, author=author, day=day)
    return pdf


def _identify(pdf: FPDF, typeface: Typeface, *, title: str, author: str, day: date) -> str:
    pdf.set_auto_page_break(False)
    # a colour font would be set as pictures; its outlines are what is wanted
    pdf.render_color_fonts = False
    author = "".join(char for char in tidy(author) if char.isprintable())
    pdf.set_creation_date(noon(day))
    pdf.set_title(title)
    pdf.set_author(author)
    pdf.set_creator(TOOL)
    pdf.set_producer(PRODUCER)
    for key, face in typeface.faces.items():
        add_font(pdf, *font_of(key), face)
    return author


def font_of(key: str) -> tuple[str, str]:
    """Family and style by which a face of the typeface is known to the writer."""
    return ("noto", key) if key in ("", "B") else (key, "")


def paint(pdf: FPDF, marks: Iterable[Mark], picture: bytes = b"") -> None:
    """Draw a page of marks; `picture` is the logo."""
    for mark in marks:
        if isinstance(mark, Word):
            family, style = font_of(mark.font)
            pdf.set_font(family, style, mark.size)
            pdf.set_text_color(*mark.colour)
            pdf.text(mark.x, mark.y, mark.text)
        elif isinstance(mark, Box):
            pdf.set_fill_color(*mark.colour)
            pdf.rect(mark.x, mark.y, mark.width, mark.height, style="F")
        elif isinstance(mark, Picture):
            pdf.image(BytesIO(mark.content or picture), mark.x, mark.y, mark.width, mark.height)
        elif isinstance(mark, Link):
            pdf.link(mark.x, mark.y, mark.width, mark.height, mark.address)
        elif isinstance(mark, Stamp):
            family, style = font_of(mark.font)
            pdf.set_font(family, style, mark.size)
            pdf.set_text_color(*mark.colour)
            with pdf.rotation(_SLOPE, WIDTH / 2, HEIGHT / 2):
                pdf.text((WIDTH - mark.width) / 2, HEIGHT / 2 + mark.size * 0.126, mark.text)


def draw(sheet: Sheet, *, title: str, author: str, day: date, language: str, picture: bytes = b"") -> bytes:
    """The file of a sheet; `picture` is what stands where the sheet has one."""
    pdf = blank(sheet.typeface, title=title, author=author, day=day, language=language)
    for page in sheet.pages:
        pdf.add_page()
        paint(pdf, page, picture)
    return bytes(pdf.output())
