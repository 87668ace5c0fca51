"""The sums of an invoice beside its VAT breakdown: they stay with the last line, whatever the page."""

from __future__ import annotations

from dataclasses import dataclass

from tui_billing.documents.composition import Composition
from tui_billing.documents.invoice_words import sums_of
from tui_billing.documents.printable import CREDIT_NOTE
from tui_billing.documents.sheet import BAND, BODY, FAINT, HEAD, LEFT, RIGHT, SMALL, STRONG, TOTAL, Style

#: Sums that need more than this are no block that could be kept together.
LONGEST_TOTALS = 150.0
SUMS_X = 118.0
#: Right edges of the VAT breakdown's amounts.
EDGES = (LEFT + 67.0, LEFT + 93.0)


_STYLES = (BODY, STRONG, TOTAL)


@dataclass(frozen=True, slots=True)
class _Sum:
    label: str
    amount: str
    style: Style = BODY


class Totals:
    """The block of sums; `height` is what it needs below the last line."""

    def __init__(self, on: Composition) -> None:
        self.on = on
        self.sheet, self.words, self.invoice = on.sheet, on.words, on.invoice
        self.sums = [_Sum(one.label, one.amount, _STYLES[one.weight]) for one in sums_of(on.invoice, on.words)]
        self.breakdown = self._breakdown()
        sums_height = 4 + sum(one.style.leading + 1.2 for one in self.sums) + 3
        self.height = max(sums_height, 4 + self._breakdown_height(self.breakdown))
        self.is_long = self.height > LONGEST_TOTALS
        if self.is_long:
            self.height = sums_height

    def draw(self) -> None:
        """Draw the block where the lines end."""
        sheet = self.sheet
        if sheet.room < self.height:
            self.on.new_page()
        sheet.y += 4
        top = sheet.y
        if self.is_long:
            # more VAT groups than a page holds: the sums come first, the breakdown goes on behind them
            sheet.y = self._draw_sums(self.sums, top) + 5
            sheet.y = self._draw_breakdown(self.breakdown, sheet.y) + 5
            return
        left_end = self._draw_breakdown(self.breakdown, top)
        sheet.y = max(left_end, self._draw_sums(self.sums, top)) + 5

    def _draw_sums(self, sums: list[_Sum], y: float) -> float:
        sheet = self.sheet
        for one in sums:
            x = SUMS_X
            if one.style is TOTAL:
                y += 1
                sheet.fill(x, y, RIGHT - x, TOTAL.leading + 2.4, BAND)
                y += 1.2
            sheet.write(x + 2, y, one.label, one.style)
            sheet.write(RIGHT - 1.5, y, one.amount, one.style, right=True)
            y += one.style.leading + 1.2
        return y

    def _breakdown(self) -> list[tuple[list[str], list[str]]]:
        """Each VAT group as its four cells (label, base, tax) and its wrapped reason."""
        words = self.words
        rows = []
        for group in self.invoice.vat:
            cells = [
                words.vat_group(group.category, group.rate),
                words.amount(group.taxable),
                words.amount(group.tax),
            ]
            reason = words.tidy(group.exemption_text)
            if group.exemption_code and not reason:
                reason = group.exemption_code
            rows.append((cells, self.sheet.wrap(reason, 90, FAINT) if reason else []))
        return rows

    def _breakdown_height(self, rows: list[tuple[list[str], list[str]]]) -> float:
        height = 6.0 + sum(SMALL.leading + 1.2 + len(reason) * FAINT.leading for _, reason in rows)
        progress = 6.0 + 3 * (SMALL.leading + 0.6) if self.invoice.progress else 0.0
        return height + (9.0 if self.invoice.books_tax else 0.0) + progress

    def _draw_breakdown(self, rows: list[tuple[list[str], list[str]]], y: float) -> float:
        sheet, _ = self.sheet, self.words.say
        sheet.write(LEFT + 1.5, y, _("VAT breakdown"), HEAD)
        sheet.write(EDGES[0], y, _("Taxable amount"), HEAD, right=True)
        sheet.write(EDGES[1], y, _("VAT amount"), HEAD, right=True)
        y += HEAD.leading + 1.4
        sheet.rule(y - 0.5, LEFT, LEFT + 94)
        for cells, reason in rows:
            if y + SMALL.leading + len(reason) * FAINT.leading + 1.2 > sheet.bottom:
                self.on.new_page()
                y = sheet.y
            y += 0.6
            sheet.write(LEFT + 1.5, y, cells[0], SMALL)
            for edge, cell in zip(EDGES, cells[1:], strict=True):
                sheet.write(edge, y, cell, SMALL, right=True)
            y = sheet.write_lines(LEFT + 1.5, y + SMALL.leading, reason, FAINT) + 0.6
        if books := self.invoice.books_tax:
            words = self.words
            sheet.rule(y, LEFT, LEFT + 94)
            y += 0.8
            sheet.write(LEFT + 1.5, y, _("VAT in {currency}", currency=books.currency), SMALL)
            sheet.write(EDGES[1], y, words.amount(books.tax, books.currency), SMALL, right=True)
            y += SMALL.leading
            rate = f"1 {self.invoice.currency} = {words.number(books.rate)} {books.currency}"
            source = ", ".join(part for part in (words.tidy(books.source), words.day(books.date)) if part)
            y = sheet.write_lines(LEFT + 1.5, y, sheet.wrap(f"{rate} ({source})", 91, FAINT)[:2], FAINT)
        return self._draw_progress(y)

    def _draw_progress(self, y: float) -> float:
        """What was billed under the same contract before, with this invoice, to date: net amounts."""
        progress = self.invoice.progress
        if progress is None:
            return y
        sheet, words, _ = self.sheet, self.words, self.words.say
        y += 2.6
        sheet.write(LEFT + 1.5, y, _("Progress of {reference}", reference=words.tidy(progress.reference)), HEAD)
        y += HEAD.leading + 0.6
        net = self.invoice.totals.net
        if self.invoice.kind == CREDIT_NOTE:
            net = -net
        for label, amount in (
            (_("Billed before, excluding VAT"), progress.before),
            (_("This document, excluding VAT"), net),
            (_("Billed to date, excluding VAT"), progress.before + net),
        ):
            sheet.write(LEFT + 1.5, y, label, SMALL)
            sheet.write(EDGES[1], y, words.amount(amount), SMALL, right=True)
            y += SMALL.leading + 0.6
        return y
