"""An invoice as PDF/A-3b with its XML inside (Factur-X, ZUGFeRD): the same invoice gives the same bytes, always."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, time
from io import BytesIO
from typing import Any

from fpdf import FPDF

from tui_billing.documents import logo as logos
from tui_billing.documents.einvoice import Structured, structure
from tui_billing.documents.invoice_layout import lay_out
from tui_billing.documents.kept_fonts import add_font
from tui_billing.documents.printable import PrintableInvoice
from tui_billing.documents.semantic import can_be_said
from tui_billing.documents.sheet import Box, Link, Mark, Picture, Word
from tui_billing.documents.typeface import Typeface, tidy
from tui_billing.documents.words import Words
from tui_billing.documents.xmp import describe

COMPLIANCE = "PDF/A-3B"
TOOL, PRODUCER = "tui-billing", "fpdf2"
#: Factur-X 1.0: the name of the XML, its profile, and what it is to the page (ISO 19005-3, 6.8).
XML_NAME, LEVEL = "factur-x.xml", "EN 16931"
_ALTERNATIVE = frozenset({"DE"})
REGIONS = {"en": "en-GB", "fr": "fr-FR"}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A document: bytes and their SHA-256, characters no font had ("U+4E2D 中"), number of pages, its XML."""

    pdf: bytes
    sha256: str
    missing: tuple[str, ...]
    pages: int
    structured: Structured | None = None


def render(invoice: PrintableInvoice, *, logo: bytes | None = None) -> Rendered:
    """The PDF of an issued document, dated noon (UTC) of its issue date; an unusable logo is left out."""
    typeface = Typeface(characters(invoice))
    picture = logos.prepare(logo) if logo else None
    sheet = lay_out(invoice, typeface, picture[1] if picture else None)
    structured = structure(invoice) if can_be_said(invoice) else None
    pdf = _blank(invoice, typeface, LEVEL if structured else "")
    if structured:
        _embed(pdf, invoice, structured.xml)
    for page in sheet.pages:
        pdf.add_page()
        paint(pdf, page, picture[0] if picture else b"")
    content = bytes(pdf.output())
    return Rendered(content, hashlib.sha256(content).hexdigest(), typeface.missing, len(sheet.pages), structured)


def _embed(pdf: FPDF, invoice: PrintableInvoice, xml: bytes) -> None:
    when = _noon(invoice)
    relationship = "Alternative" if invoice.seller.address.country in _ALTERNATIVE else "Data"
    pdf.embed_file(
        bytes=xml,
        basename=XML_NAME,
        desc="Factur-X",
        mime_type="text/xml",
        associated_file_relationship=relationship,
        creation_date=when,
        modification_date=when,
        compress=True,
        checksum=True,
    )


def _noon(invoice: PrintableInvoice) -> datetime:
    return datetime.combine(invoice.issue_date, time(12), UTC)


def _blank(invoice: PrintableInvoice, typeface: Typeface, level: str) -> FPDF:
    words = Words(invoice)
    pdf = FPDF(format="A4", unit="mm", enforce_compliance=COMPLIANCE)
    pdf.set_auto_page_break(False)
    # a colour font would be set as pictures; its outlines are what is wanted
    pdf.render_color_fonts = False
    when = _noon(invoice)
    title = f"{words.title(invoice.kind)} {invoice.number}"
    author = "".join(char for char in tidy(invoice.seller.full_name) if char.isprintable())
    pdf.set_creation_date(when)
    pdf.set_lang(REGIONS[words.language])
    pdf.set_title(title)
    pdf.set_subject(title)
    pdf.set_author(author)
    pdf.set_creator(TOOL)
    pdf.set_producer(PRODUCER)
    pdf.set_xmp_metadata(
        describe(title=title, author=author, tool=TOOL, producer=PRODUCER, when=when, level=level, name=XML_NAME)
    )
    for key, face in typeface.faces.items():
        add_font(pdf, *font_of(key), face)
    return pdf


def font_of(key: str) -> tuple[str, str]:
    """Family and style by which a face of the typeface is known to the writer."""
    return ("noto", key) if key in ("", "B") else (key, "")


def paint(pdf: FPDF, marks: list[Mark], picture: bytes = b"") -> None:
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


def characters(invoice: object) -> set[str]:
    """Every character in the texts of a document, however deep they lie."""
    found: set[str] = set()

    def collect(value: Any) -> None:
        if isinstance(value, str):
            found.update(tidy(value))
        elif isinstance(value, tuple):
            for part in value:
                collect(part)
        elif dataclasses.is_dataclass(value):
            for field in dataclasses.fields(value):
                collect(getattr(value, field.name))

    collect(invoice)
    return found
