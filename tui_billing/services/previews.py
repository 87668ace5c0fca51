"""What is looked at before it leaves: a draft, a template, a letter, as pages that are no document yet."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from tui_billing.documents.letter import PrintableLetter
from tui_billing.documents.printable import PrintableInvoice
from tui_billing.documents.specimen import as_draft, specimen
from tui_billing.documents.template import KINDS, Template
from tui_billing.models.door import Books
from tui_billing.rules.content import Content
from tui_billing.rules.party import Party
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import quote
from tui_billing.services.drafts import load_draft
from tui_billing.services.firm import company
from tui_billing.services.foreseen import draft_document
from tui_billing.services.letter_texts import Text, check_text
from tui_billing.services.letters import specimen_letter
from tui_billing.services.papers import write_file
from tui_billing.services.printing import logo_path
from tui_billing.services.resolve import resolve


def specimen_of(books: Books, template: Template, day: dt.date, kind: str = "", language: str = "") -> PrintableInvoice:
    """An invoice of this house, made up, by a template."""
    if kind and kind not in KINDS:
        raise Problem(
            "{kind} is no kind of invoice; it is one of {kinds}",
            field="kind",
            kind=quote(kind),
            kinds=", ".join(KINDS),
        )
    firm = company(books)
    seller = Party.from_json(firm.party)
    language = language or firm.language
    return specimen(template, seller, kind=kind, language=language, day=day, iban=firm.iban, bic=firm.bic)


def draft_of(books: Books, content: Content, today: dt.date) -> PrintableInvoice:
    """What is typed as it would be printed, with DRAFT across it; a Problem where it has no meaning yet."""
    known = resolve(books, content, today)
    if known.customer is None or known.totals is None or not known.lines:
        stops = known.blocking()
        raise stops[0] if stops else Problem("there is nothing to show yet; type a customer and a line")
    return as_draft(draft_document(books, known))


def draft_kept(books: Books, draft_id: int, today: dt.date) -> PrintableInvoice:
    """The same of a draft that is kept."""
    return draft_of(books, load_draft(books, draft_id).content, today)


def letter_specimen(books: Books, text: Text, day: dt.date) -> PrintableLetter:
    """A letter in these words to a made-up customer, with two documents on it where it has any."""
    return specimen_letter(books, check_text(text), day)


def write_preview(books: Books, invoice: PrintableInvoice, path: Path) -> int:
    """Write such a document as PDF, whole or not at all; its pages."""
    from tui_billing.documents.invoice_pdf import render
    from tui_billing.documents.renderer import read_logo

    rendered = render(invoice, logo=read_logo(logo_path(books)))
    write_file(path, rendered.pdf)
    return rendered.pages
