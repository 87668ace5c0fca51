"""An invoice as PDF/A-3b with its XML inside (Factur-X, ZUGFeRD): the same invoice gives the same bytes, always."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from fpdf import FPDF

from tui_billing.documents import logo as logos
from tui_billing.documents.drawing import blank, noon, paint
from tui_billing.documents.einvoice import Structured, structure
from tui_billing.documents.glyphs import characters
from tui_billing.documents.invoice_layout import lay_out
from tui_billing.documents.printable import PrintableInvoice
from tui_billing.documents.semantic import can_be_said
from tui_billing.documents.sheet import Sheet
from tui_billing.documents.typeface import Typeface
from tui_billing.documents.words import Words
from tui_billing.rules.en16931.model import BASIC, EXTENDED

__all__ = ["Rendered", "characters", "render"]

#: Factur-X 1.0: the name of the XML, and where it is an alternative to the page (ISO 19005-3, 6.8).
XML_NAME = "factur-x.xml"
LEVELS = {BASIC: "BASIC", EXTENDED: "EXTENDED"}
_ALTERNATIVE = frozenset({"DE"})


@dataclass(frozen=True, slots=True)
class Rendered:
    """A document: bytes and their SHA-256, characters no font had ("U+4E2D 中"), number of pages, XML, and layout."""

    pdf: bytes
    sha256: str
    missing: tuple[str, ...]
    pages: int
    structured: Structured | None = None
    sheet: Sheet | None = field(default=None, compare=False, repr=False)


def render(invoice: PrintableInvoice, *, logo: bytes | None = None) -> Rendered:
    """The PDF of an issued document, dated noon (UTC) of its issue date; an unusable logo is left out.

    What bears a watermark is no document yet, and carries no XML.
    """
    typeface = Typeface(characters(invoice))
    picture = logos.prepare(logo) if logo and invoice.template.logo != "none" else None
    sheet = lay_out(invoice, typeface, picture[1] if picture else None)
    structured = structure(invoice) if can_be_said(invoice) and not invoice.watermark else None
    words = Words(invoice)
    pdf = blank(
        typeface,
        title=f"{words.title(invoice.kind)} {invoice.number}",
        author=invoice.seller.full_name,
        day=invoice.issue_date,
        language=words.language,
        level=LEVELS.get(structured.invoice.customization, "EN 16931") if structured else "",
        name=XML_NAME,
    )
    if structured:
        _embed(pdf, invoice, structured.xml)
    for page in sheet.pages:
        pdf.add_page()
        paint(pdf, page, picture[0] if picture else b"")
    content = bytes(pdf.output())
    return Rendered(content, hashlib.sha256(content).hexdigest(), typeface.missing, len(sheet.pages), structured, sheet)


def _embed(pdf: FPDF, invoice: PrintableInvoice, xml: bytes) -> None:
    when = noon(invoice.issue_date)
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
