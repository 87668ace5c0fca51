"""An invoice as pages: head, lines, sums, payment, what comes last, footers."""

from __future__ import annotations

from tui_billing.documents.composition import Composition
from tui_billing.documents.invoice_head import draw_head
from tui_billing.documents.invoice_lines import LineTable
from tui_billing.documents.invoice_payment import draw_payment
from tui_billing.documents.invoice_sums import Totals
from tui_billing.documents.printable import PrintableInvoice
from tui_billing.documents.sheet import BODY, SMALL, TINY, Sheet
from tui_billing.documents.stationery import write_footers
from tui_billing.documents.typeface import Typeface


def lay_out(invoice: PrintableInvoice, typeface: Typeface, logo_ratio: float | None = None) -> Sheet:
    """All pages of a document, with every page's footer."""
    on = Composition(invoice, typeface)
    draw_head(on, logo_ratio)
    if intro := on.filled(on.texts.intro):
        on.paragraph(intro, BODY)
        on.sheet.y += 2
    totals = Totals(on)
    LineTable(on).draw(totals.height)
    totals.draw()
    draw_payment(on)
    _close(on)
    write_footers(on.sheet, on.foot, lambda page, pages: on.words.say("Page {page} of {pages}", page=page, pages=pages))
    return on.sheet


def _close(on: Composition) -> None:
    """Terms, note, the house's own words, and what the law wants said."""
    invoice, words = on.invoice, on.words
    if invoice.terms:
        on.paragraph(words.say("Terms of payment: {terms}", terms=words.tidy(invoice.terms)), SMALL)
    for text in (words.tidy(invoice.note), on.filled(on.texts.closing)):
        if text:
            on.sheet.y += 1.2
            on.paragraph(text, BODY)
    on.sheet.y += 1.2
    for mention in invoice.mentions:
        on.paragraph(words.tidy(mention.text), TINY)
