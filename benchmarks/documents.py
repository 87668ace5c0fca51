"""What a document costs beside plain fpdf2, reportlab, WeasyPrint and typst setting the same page.

    python -m benchmarks.documents [--documents N]

One page of ten lines, CPU seconds of this process, every side in turn, text varied from document to document
so that nothing is kept but what may be. Plain fpdf2 embeds an uncut font (DejaVu Sans, as Debian has it), as a
first program would; ours is PDF/A-3 with its XMP, the XML inside, checked by our own rules, and the code to scan,
which no other side computes. Two rows more show where our time goes. The others are measured where they are
installed: `pip install reportlab weasyprint typst`.
"""

from __future__ import annotations

import argparse
import dataclasses
import html
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from benchmarks.statistics_ import Figure, median, render
from tests.documents.conftest import build, many_lines
from tui_billing.documents.drawing import draw
from tui_billing.documents.invoice_layout import lay_out
from tui_billing.documents.invoice_pdf import characters
from tui_billing.documents.invoice_pdf import render as render_ours
from tui_billing.documents.printable import PrintableInvoice
from tui_billing.documents.sheet import Box, Mark, Word
from tui_billing.documents.template import PLAIN
from tui_billing.documents.typeface import Typeface

UNCUT = {style: Path(f"/usr/share/fonts/truetype/dejavu/DejaVuSans{style}.ttf") for style in ("", "-Bold")}
MILLIMETRE = 72 / 25.4
HEIGHT = 297.0
NO_CODE = dataclasses.replace(PLAIN, payment_code=False)
#: The design's own targets (DESIGN 7).
TARGET = 0.4

Page = list[Mark]
Side = Callable[[PrintableInvoice, Page], bytes]


def invoice(place: int) -> PrintableInvoice:
    """A page of ten lines, another one each time."""
    made = build(**many_lines(10))
    return dataclasses.replace(made, number=f"F2026-{place:05d}", note=f"Dossier {place * 7919 % 100_003}.")


def page_of(document: PrintableInvoice) -> Page:
    """What stands on its first page, and where."""
    characters = set(map(chr, range(32, 0x17F))) | set("–’…€ ")
    return lay_out(document, Typeface(characters)).pages[0]


def ours(document: PrintableInvoice, page: Page) -> bytes:
    return render_ours(document).pdf


def without_code(document: PrintableInvoice, page: Page) -> bytes:
    """Factur-X whole, but for the code to scan: its eight masks are tried in Python (ISO/IEC 18004, 7.8.3)."""
    return render_ours(dataclasses.replace(document, template=NO_CODE)).pdf


def page_alone(document: PrintableInvoice, page: Page) -> bytes:
    """The page as PDF/A-3, without code and XML: what is left is setting and writing it."""
    plain = dataclasses.replace(document, template=NO_CODE)
    sheet = lay_out(plain, Typeface(characters(plain)))
    return draw(sheet, title="Invoice", author="Atelier", day=plain.issue_date, language="en")


def plain_fpdf2(document: PrintableInvoice, page: Page) -> bytes:
    from fpdf import FPDF

    pdf = FPDF(format="A4", unit="mm")
    pdf.add_font("plain", "", UNCUT[""])
    pdf.add_font("plain", "B", UNCUT["-Bold"])
    pdf.add_page()
    for mark in page:
        if isinstance(mark, Word):
            pdf.set_font("plain", "B" if mark.font == "B" else "", mark.size)
            pdf.set_text_color(*mark.colour)
            pdf.text(mark.x, mark.y, mark.text)
        elif isinstance(mark, Box):
            pdf.set_fill_color(*mark.colour)
            pdf.rect(mark.x, mark.y, mark.width, mark.height, style="F")
    return bytes(pdf.output())


def reportlab(document: PrintableInvoice, page: Page) -> bytes:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    if "plain" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont("plain", str(UNCUT[""])))
        pdfmetrics.registerFont(TTFont("plainB", str(UNCUT["-Bold"])))
    out = BytesIO()
    canvas = Canvas(out, pagesize=(210 * MILLIMETRE, HEIGHT * MILLIMETRE))
    for mark in page:
        if isinstance(mark, Word):
            canvas.setFont("plainB" if mark.font == "B" else "plain", mark.size)
            canvas.setFillColorRGB(*(part / 255 for part in mark.colour))
            canvas.drawString(mark.x * MILLIMETRE, (HEIGHT - mark.y) * MILLIMETRE, mark.text)
        elif isinstance(mark, Box):
            canvas.setFillColorRGB(*(part / 255 for part in mark.colour))
            canvas.rect(
                mark.x * MILLIMETRE,
                (HEIGHT - mark.y - mark.height) * MILLIMETRE,
                mark.width * MILLIMETRE,
                mark.height * MILLIMETRE,
                stroke=0,
                fill=1,
            )
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def weasyprint(document: PrintableInvoice, page: Page) -> bytes:
    from weasyprint import HTML

    words = "".join(
        f'<p style="left:{mark.x:.2f}mm;top:{mark.y - mark.size / MILLIMETRE:.2f}mm;font-size:{mark.size}pt;'
        f'font-weight:{700 if mark.font == "B" else 400}">{html.escape(mark.text)}</p>'
        for mark in page
        if isinstance(mark, Word)
    )
    style = "@page{size:A4;margin:0}p{position:absolute;margin:0;white-space:pre;font-family:'DejaVu Sans'}"
    return bytes(HTML(string=f"<style>{style}</style>{words}").write_pdf(pdf_variant="pdf/a-3b"))


def typst(document: PrintableInvoice, page: Page) -> bytes:
    import typst as engine

    lines = ['#set page(width: 210mm, height: 297mm, margin: 0mm)\n#set text(font: "DejaVu Sans")']
    for mark in page:
        if isinstance(mark, Word):
            text = mark.text.replace("\\", "\\\\").replace('"', '\\"')
            weight = 700 if mark.font == "B" else 400
            lines.append(
                f"#place(dx: {mark.x:.2f}mm, dy: {mark.y - mark.size / MILLIMETRE:.2f}mm,"
                f' text(size: {mark.size}pt, weight: {weight}, "{text}"))'
            )
    return bytes(engine.compile("\n".join(lines).encode(), format="pdf", pdf_standards=["a-3b"]))


#: Where our time goes: the way from the first row to 0.15.
WAYS: tuple[tuple[str, Side], ...] = (
    ("ours without the code to scan", without_code),
    ("ours without code and XML", page_alone),
)
OTHERS: tuple[tuple[str, Side], ...] = (
    ("reportlab, no PDF/A", reportlab),
    ("WeasyPrint, PDF/A-3b", weasyprint),
    ("typst, PDF/A-3b", typst),
)


def compare(documents: int) -> list[Figure]:
    """CPU milliseconds a document: ours, then each installed other, beside plain fpdf2."""
    sides: list[tuple[str, Side]] = [("ours, PDF/A-3", ours), ("plain fpdf2, uncut font", plain_fpdf2)]
    sides += WAYS
    first = invoice(0)
    for name, side in OTHERS:
        try:
            side(first, page_of(first))
        except (ImportError, OSError):
            continue
        sides.append((name, side))
    spent: dict[str, list[float]] = {name: [] for name, _ in sides}
    for place in range(documents + 1):
        document = invoice(place)
        page = page_of(document)
        for name, side in sides:
            before = time.process_time()
            pdf = side(document, page)
            after = time.process_time()
            assert pdf.startswith(b"%PDF-")
            if place:  # the first one reads fonts and imports
                spent[name].append((after - before) * 1000)
    plain = median(spent["plain fpdf2, uncut font"])
    figures = [Figure("a document, CPU: ours beside plain fpdf2", "ms", median(spent["ours, PDF/A-3"]), plain, TARGET)]
    figures += [
        Figure(f"  {name} beside plain fpdf2", "ms", median(values), plain)
        for name, values in spent.items()
        if name in {other for other, _ in (*WAYS, *OTHERS)}
    ]
    return figures


def main() -> int:
    """Print the table; exit 1 where the target is missed, 2 where the uncut font is not on this machine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=60)
    wanted = parser.parse_args()
    if not all(path.exists() for path in UNCUT.values()):
        print("DejaVu Sans is not on this machine: install the package fonts-dejavu-core", file=sys.stderr)
        return 2
    figures = compare(wanted.documents)
    print(render(figures))
    return 0 if all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
