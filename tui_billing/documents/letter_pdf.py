"""A letter as PDF: the same letter gives the same bytes."""

from __future__ import annotations

import hashlib

from tui_billing.documents import logo as logos
from tui_billing.documents.drawing import draw
from tui_billing.documents.glyphs import characters
from tui_billing.documents.invoice_pdf import Rendered
from tui_billing.documents.letter import PrintableLetter
from tui_billing.documents.letter_layout import lay_out_letter
from tui_billing.documents.typeface import Typeface


def render_letter(letter: PrintableLetter, *, logo: bytes | None = None) -> Rendered:
    """The PDF of a letter, dated noon (UTC) of its date; an unusable logo is left out."""
    typeface = Typeface(characters(letter) | set("0123456789.,- \u00a0\u202f/"))
    picture = logos.prepare(logo) if logo and letter.logo != "none" else None
    sheet = lay_out_letter(letter, typeface, picture[1] if picture else None)
    content = draw(
        sheet,
        title=f"{letter.title} {letter.name}",
        author=letter.seller.full_name,
        day=letter.date,
        language=letter.language,
        picture=picture[0] if picture else b"",
    )
    return Rendered(content, hashlib.sha256(content).hexdigest(), typeface.missing, len(sheet.pages), None, sheet)
