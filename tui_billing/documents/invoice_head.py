"""The top of an invoice: who sells, who buys, what the document is, and its facts in a grid."""

from __future__ import annotations

from tui_billing.documents.composition import Composition
from tui_billing.documents.invoice_words import facts_of
from tui_billing.documents.sheet import (
    ADDRESS,
    ADDRESS_NAME,
    BODY,
    FAINT,
    LABEL,
    LEFT,
    NAME,
    NUMBER,
    RIGHT,
    TITLE,
)
from tui_billing.documents.stationery import SELLER_WIDTH, WINDOW_WIDTH, WINDOW_X, WINDOW_Y, place_logo, write_party
from tui_billing.rules.party import Party

FACT_COLUMNS = 4
#: Above this no line of the document begins: the window of the envelope ends there.
WINDOW_END = 82.0


def draw_head(on: Composition, logo_ratio: float | None) -> None:
    """Seller, title, number, buyer in the window, and the facts below."""
    _Head(on).draw(logo_ratio)


class _Head:
    def __init__(self, on: Composition) -> None:
        self.on = on
        self.sheet, self.words, self.invoice = on.sheet, on.words, on.invoice

    def draw(self, logo_ratio: float | None) -> None:
        sheet, words, invoice = self.sheet, self.words, self.invoice
        home, language = invoice.seller.address.country, words.language
        seller_top, title_top = place_logo(sheet, logo_ratio, self.on.template.logo)
        y = write_party(sheet, invoice.seller, LEFT, seller_top, SELLER_WIDTH, NAME, BODY, language, home)
        seller_end = self._contacts(invoice.seller, LEFT, y + 0.6, SELLER_WIDTH)
        sheet.write(WINDOW_X, title_top - 1.5, words.title(invoice.kind), TITLE)
        sheet.write(WINDOW_X, title_top + 7.5, invoice.number, NUMBER)
        y = write_party(sheet, invoice.buyer, WINDOW_X, WINDOW_Y, WINDOW_WIDTH, ADDRESS_NAME, ADDRESS, language, home)
        buyer_end = self._identifiers(invoice.buyer, WINDOW_X, y + 1.2, WINDOW_WIDTH)
        sheet.y = max(seller_end, buyer_end, WINDOW_END) + 6
        self._facts()

    def _contacts(self, party: Party, x: float, y: float, width: float) -> float:
        y = self._series(x, y, [party.contact, party.phone, party.email], width)
        if party.legal_info:
            y = self.sheet.write_lines(x, y, self.sheet.wrap(self.words.tidy(party.legal_info), width, FAINT), FAINT)
        return self._identifiers(party, x, y, width)

    def _identifiers(self, party: Party, x: float, y: float, width: float) -> float:
        _ = self.words.say
        parts = []
        if party.siret:
            parts.append(f"SIRET {party.siret}")
        if party.siren:
            parts.append(f"SIREN {party.siren}")
        if party.vat_id:
            parts.append(_("VAT no. {number}", number=party.vat_id))
        return self._series(x, y, parts, width)

    def _series(self, x: float, y: float, parts: list[str], width: float) -> float:
        """Short facts side by side with dots between them, as many as a line holds."""
        sheet = self.sheet
        lines: list[str] = []
        for part in parts:
            text = self.words.tidy(part)
            if not text:
                continue
            joined = f"{lines[-1]} · {text}" if lines else text
            if lines and sheet.typeface.width(joined, FAINT.size) <= width:
                lines[-1] = joined
            else:
                (*whole, last) = sheet.wrap(text, width, FAINT)
                lines += [*whole, last]
        return sheet.write_lines(x, y, lines, FAINT)

    def _facts(self) -> None:
        sheet, words = self.sheet, self.words
        facts = facts_of(self.invoice, words)
        width = (RIGHT - LEFT) / FACT_COLUMNS
        sheet.rule(sheet.y, weight=0.25)
        sheet.y += 2.2
        place, deepest = 0, 0.0
        for label, value, span in facts:
            if place + span > FACT_COLUMNS:
                sheet.y += deepest + 1.6
                place, deepest = 0, 0.0
            x = LEFT + place * width
            lines = sheet.wrap(words.tidy(value), width * span - 3, BODY)
            sheet.write(x, sheet.y, label, LABEL)
            deepest = max(deepest, sheet.write_lines(x, sheet.y + LABEL.leading, lines, BODY) - sheet.y)
            place += span
        sheet.y += deepest + 2.2
        sheet.rule(sheet.y, weight=0.25)
        sheet.y += 5
