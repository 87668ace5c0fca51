"""What is shown before it is kept or sent: the PDF in memory, its pages as text, and a page as a picture."""

from __future__ import annotations

import base64
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

    from tui_billing.documents.letter import PrintableLetter
    from tui_billing.documents.printable import PrintableInvoice

#: pdfium is not made for two threads at once.
_PDFIUM = threading.Lock()
#: Pixels of a page's width, at most: what the largest terminal can show of it.
WIDEST = 2400


@dataclass(frozen=True, slots=True)
class Shown:
    """A document to be looked at: the PDF, the lines of each page, characters that no font has."""

    pdf: bytes
    texts: tuple[tuple[str, ...], ...]
    missing: tuple[str, ...]

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return len(self.texts)

    def width(self, page: int) -> int:
        """Characters of a page's longest line."""
        return max(map(len, self.texts[page]), default=0)


def request_of(document: PrintableInvoice | PrintableLetter) -> dict[str, Any]:
    """What the renderer is asked, as JSON values."""
    from tui_billing.documents.printable import PrintableInvoice

    return {"invoice" if isinstance(document, PrintableInvoice) else "letter": document.to_json()}


def answer_to(request: dict[str, Any]) -> dict[str, Any]:
    """The renderer's side: the document made in memory; nothing is written."""
    from tui_billing.documents.page_text import pages_of
    from tui_billing.documents.renderer import read_logo

    logo = read_logo(request.get("logo"))
    if "invoice" in request:
        from tui_billing.documents.invoice_pdf import render
        from tui_billing.documents.printable import PrintableInvoice

        rendered = render(PrintableInvoice.from_json(request["invoice"]), logo=logo)
    else:
        from tui_billing.documents.letter import PrintableLetter
        from tui_billing.documents.letter_pdf import render_letter

        rendered = render_letter(PrintableLetter.from_json(request["letter"]), logo=logo)
    assert rendered.sheet is not None
    return {
        "pdf": base64.b64encode(rendered.pdf).decode("ascii"),
        "texts": pages_of(rendered.sheet),
        "missing": list(rendered.missing),
    }


def shown_from(answer: dict[str, Any]) -> Shown:
    """The asking side."""
    return Shown(base64.b64decode(answer["pdf"]), tuple(map(tuple, answer["texts"])), tuple(answer["missing"]))


def can_draw() -> bool:
    """Whether pages can be made pictures: the extra `preview` is installed."""
    from importlib.util import find_spec

    return find_spec("pypdfium2") is not None


def picture_of(pdf: bytes, page: int, pixels: int) -> Image:
    """A page (from 0) as a picture so many pixels wide, white paper. Slow: never on the interface thread."""
    import pypdfium2

    with _PDFIUM:
        document = pypdfium2.PdfDocument(pdf)
        try:
            sheet = document[page]
            bitmap = sheet.render(scale=min(pixels, WIDEST) / sheet.get_width())
            picture: Image = bitmap.to_pil().convert("RGB")
        finally:
            document.close()
    return picture
