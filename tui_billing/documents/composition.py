"""An invoice on its way to the page: the document, its words, its template, and the sheet that fills up."""

from __future__ import annotations

from functools import cached_property

from tui_billing.documents.printable import PrintableInvoice
from tui_billing.documents.sheet import LEFT, RIGHT, Palette, Sheet, Style
from tui_billing.documents.stationery import bottom_over, foot_lines, running_head
from tui_billing.documents.template import rgb
from tui_billing.documents.typeface import Typeface
from tui_billing.documents.words import Words
from tui_billing.locale import N_
from tui_billing.rules.places import fill


def filled_places(invoice: PrintableInvoice, words: Words) -> dict[str, str]:
    """What stands in braces in the texts of a template, as a document has it."""
    return {
        "number": invoice.number,
        "document": f"{words.title(invoice.kind)} {invoice.number}".strip(),
        "company": invoice.seller.full_name,
        "customer": invoice.buyer.full_name,
        "contact": invoice.buyer.contact or words.say(N_("Sir or Madam")),
        "amount": words.amount(invoice.totals.payable, invoice.currency),
        "issue_date": words.day(invoice.issue_date),
        "due_date": words.day(invoice.due_date),
        "order": invoice.references.purchase_order,
        "contract": invoice.references.contract,
        "project": invoice.references.project,
        "period": words.period(invoice.period_start, invoice.period_end),
    }


class Composition:
    """What every part of an invoice is drawn with."""

    def __init__(self, invoice: PrintableInvoice, typeface: Typeface) -> None:
        self.invoice = invoice
        self.words = Words(invoice)
        self.template = invoice.template
        self.texts = self.template.text(self.words.language)
        self.title = f"{self.words.title(invoice.kind)} {invoice.number}".strip()
        # the legal line comes first, whatever a house adds to it
        legal = self.words.tidy(invoice.footer) or self.words.tidy(invoice.seller.full_name)
        own = self.filled(self.texts.footer)
        self.foot = foot_lines(typeface, f"{legal}\n{own}" if own else legal)
        palette = Palette(rgb(self.template.accent), rgb(self.template.grey))
        stamp = self.words.tidy(invoice.watermark)
        self.sheet = Sheet(typeface, bottom_over(self.foot), palette, stamp)

    def filled(self, text: str) -> str:
        """A text of the template with its places filled."""
        return self.words.tidy(fill(text, self.places)) if text else ""

    @cached_property
    def places(self) -> dict[str, str]:
        """What stands in braces, as this document has it."""
        return filled_places(self.invoice, self.words)

    def new_page(self) -> None:
        """Go on at the top of a further page."""
        running_head(self.sheet, self.title, self.words.tidy(self.invoice.seller.full_name))

    def paragraph(self, text: str, style: Style) -> None:
        """Lines over the whole width, over as many pages as they need; no line of several stands alone."""
        lines = [line for part in text.split("\n") for line in self.sheet.wrap(part, RIGHT - LEFT, style) or [""]]
        for place, line in enumerate(lines):
            left = len(lines) - place
            alone = left > 1 and place == 0 and self.sheet.room < 2 * style.leading
            if self.sheet.room < style.leading or alone:
                self.new_page()
            self.sheet.write(LEFT, self.sheet.y, line, style)
            self.sheet.y += style.leading
        self.sheet.y += 0.7
