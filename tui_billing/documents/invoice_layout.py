"""Where everything stands on an invoice: addresses, facts, lines, totals, payment, mentions, footer."""

from __future__ import annotations

from dataclasses import dataclass

from tui_billing.documents.invoice_lines import LineTable
from tui_billing.documents.payment_code import payment_code
from tui_billing.documents.printable import CREDIT_NOTE, PrintableInvoice
from tui_billing.documents.sheet import (
    ADDRESS,
    ADDRESS_NAME,
    BAND,
    BODY,
    FAINT,
    HEAD,
    HEIGHT,
    LABEL,
    LEFT,
    LINK,
    NAME,
    NUMBER,
    RIGHT,
    SMALL,
    STRONG,
    TINY,
    TITLE,
    TOP,
    TOTAL,
    WHITE,
    Picture,
    Sheet,
    Style,
)
from tui_billing.documents.typeface import Typeface
from tui_billing.documents.words import Words
from tui_billing.rules.party import Party, address_lines

# The window of a DL or C5/6 envelope (NF Z 11-001): 110 mm from the left, 50 mm from the top.
WINDOW_X, WINDOW_Y, WINDOW_WIDTH = 110.0, 50.0, 82.0
SELLER_WIDTH = 84.0
LOGO_WIDTH, LOGO_HEIGHT = 60.0, 20.0
FACT_COLUMNS = 4
FOOT_WIDTH = 150.0
LONGEST_TOTALS = 150.0
#: The code to scan: its edge, the white around it, where it stands, and how high the box around it is.
CODE_SIZE, QUIET = 21.0, 2.1
CODE_X = RIGHT - 3 - CODE_SIZE - QUIET
CODE_ROOM = 2 + CODE_SIZE + 2 * QUIET + 3.9


def lay_out(invoice: PrintableInvoice, typeface: Typeface, logo_ratio: float | None = None) -> Sheet:
    """All pages of a document, with every page's footer."""
    return _Layout(invoice, typeface, logo_ratio).sheet


@dataclass(frozen=True, slots=True)
class _Sum:
    label: str
    amount: str
    style: Style = BODY


class _Layout:
    def __init__(self, invoice: PrintableInvoice, typeface: Typeface, logo_ratio: float | None) -> None:
        self.invoice = invoice
        self.words = Words(invoice)
        footer = self.words.tidy(invoice.footer) or self.words.tidy(invoice.seller.full_name)
        self.footer = typeface.wrap(footer, FOOT_WIDTH, TINY.size)[:10]
        self.sheet = Sheet(typeface, HEIGHT - 11 - max(1, len(self.footer)) * TINY.leading - 4)
        self.title = f"{self.words.title(invoice.kind)} {invoice.number}"
        self._heads(logo_ratio)
        self._facts()
        self._table_and_totals()
        self._payment()
        self._closing()
        self._footers()

    # heads

    def _heads(self, logo_ratio: float | None) -> None:
        sheet, words, invoice = self.sheet, self.words, self.invoice
        y = TOP
        if logo_ratio:
            width = min(LOGO_WIDTH, LOGO_HEIGHT * logo_ratio)
            height = width / logo_ratio
            sheet.pages[-1].append(Picture(LEFT, y, width, height))
            y += height + 4
        y = self._party(invoice.seller, LEFT, y, SELLER_WIDTH, NAME, BODY, home=invoice.seller.address.country)
        seller_end = self._contacts(invoice.seller, LEFT, y + 0.6, SELLER_WIDTH)

        sheet.write(WINDOW_X, TOP - 1.5, words.title(invoice.kind), TITLE)
        sheet.write(WINDOW_X, TOP + 7.5, invoice.number, NUMBER)
        y = self._party(
            invoice.buyer,
            WINDOW_X,
            WINDOW_Y,
            WINDOW_WIDTH,
            ADDRESS_NAME,
            ADDRESS,
            home=invoice.seller.address.country,
        )
        buyer_end = self._identifiers(invoice.buyer, WINDOW_X, y + 1.2, WINDOW_WIDTH)
        sheet.y = max(seller_end, buyer_end, 82.0) + 6

    def _party(self, party: Party, x: float, y: float, width: float, name: Style, body: Style, *, home: str) -> float:
        sheet, words = self.sheet, self.words
        y = sheet.write_lines(x, y, sheet.wrap(words.tidy(party.full_name), width, name), name)
        lines = [party.trading_name] if party.trading_name not in ("", party.name) else []
        lines += address_lines(party.address, words.language, home)
        for line in lines:
            y = sheet.write_lines(x, y, sheet.wrap(words.tidy(line), width, body), body)
        return y

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

    # facts

    def _facts(self) -> None:
        sheet, words = self.sheet, self.words
        facts = self._fact_list()
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

    def _fact_list(self) -> list[tuple[str, str, int]]:
        _, words, invoice = self.words.say, self.words, self.invoice
        references = invoice.references
        facts: list[tuple[str, str, int]] = [(_("Date of issue"), words.day(invoice.issue_date), 1)]
        if invoice.due_date:
            facts.append((_("Due date"), words.day(invoice.due_date), 1))
        if invoice.delivery_date:
            facts.append((_("Date of supply"), words.day(invoice.delivery_date), 1))
        if invoice.period_start or invoice.period_end:
            facts.append((_("Billing period"), words.period(invoice.period_start, invoice.period_end), 1))
        facts.append((_("Currency"), invoice.currency, 1))
        if references.preceding_number:
            about = references.preceding_number
            if references.preceding_date:
                about = _("{number} of {date}", number=about, date=words.day(references.preceding_date))
            facts.append((_("Concerns invoice"), about, 1))
        for label, text in (
            (_("Your order"), references.purchase_order),
            (_("Your reference"), references.buyer_reference),
            (_("Contract"), references.contract),
            (_("Delivery note"), references.delivery_note),
            (_("Project"), references.project),
        ):
            if text:
                facts.append((label, text, 1 if len(text) <= 40 else 2))
        address = invoice.delivery_address
        if address or invoice.delivery_name:
            lines = address_lines(address, words.language, invoice.seller.address.country) if address else []
            where = ", ".join(part for part in (invoice.delivery_name, *lines) if part)
            facts.append((_("Delivery address"), where, 2))
        return facts

    # lines and totals

    def _running_head(self) -> None:
        self.sheet.add_page()
        seller = self.sheet.wrap(self.words.tidy(self.invoice.seller.full_name), 90, FAINT)[:1]
        self.sheet.write(LEFT, TOP - 3, self.title, STRONG)
        for line in seller:
            self.sheet.write(RIGHT, TOP - 3, line, FAINT, right=True)
        self.sheet.y = TOP + 4

    def _table_and_totals(self) -> None:
        sheet = self.sheet
        sums, breakdown = self._sums(), self._breakdown()
        sums_height = 4 + sum(one.style.leading + 1.2 for one in sums) + 3
        height = max(sums_height, 4 + self._breakdown_height(breakdown))
        if is_long := height > LONGEST_TOTALS:
            height = sums_height
        LineTable(sheet, self.invoice, self.words, self._running_head).draw(height)
        if sheet.room < height:
            self._running_head()
        sheet.y += 4
        top = sheet.y
        if is_long:
            # more VAT groups than a page holds: the sums come first, the breakdown goes on behind them
            sheet.y = self._draw_sums(sums, top) + 5
            sheet.y = self._draw_breakdown(breakdown, sheet.y) + 5
            return
        left_end = self._draw_breakdown(breakdown, top)
        sheet.y = max(left_end, self._draw_sums(sums, top)) + 5

    def _sums(self) -> list[_Sum]:
        _, words, totals = self.words.say, self.words, self.invoice.totals
        credit = self.invoice.kind == CREDIT_NOTE
        sums = []
        if totals.allowances or totals.charges:
            sums.append(_Sum(_("Sum of lines"), words.amount(totals.lines)))
        if totals.allowances:
            sums.append(_Sum(_("Allowances"), words.amount(-totals.allowances)))
        if totals.charges:
            sums.append(_Sum(_("Charges"), words.amount(totals.charges)))
        sums.append(_Sum(_("Total excluding VAT"), words.amount(totals.net)))
        sums.append(_Sum(_("Total VAT"), words.amount(totals.tax)))
        sums.append(_Sum(_("Total including VAT"), words.amount(totals.gross), STRONG))
        if totals.prepaid:
            sums.append(_Sum(_("Already paid"), words.amount(-totals.prepaid)))
        if totals.rounding:
            sums.append(_Sum(_("Rounding"), words.amount(totals.rounding)))
        label = _("Amount credited") if credit else _("Amount due")
        sums.append(_Sum(label, words.amount(totals.payable, self.invoice.currency), TOTAL))
        return sums

    def _draw_sums(self, sums: list[_Sum], y: float) -> float:
        sheet = self.sheet
        for one in sums:
            x = 118.0
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
        return height + (9.0 if self.invoice.books_tax else 0.0)

    def _draw_breakdown(self, rows: list[tuple[list[str], list[str]]], y: float) -> float:
        sheet, _ = self.sheet, self.words.say
        edges = (LEFT + 67.0, LEFT + 93.0)
        sheet.write(LEFT + 1.5, y, _("VAT breakdown"), HEAD)
        sheet.write(edges[0], y, _("Taxable amount"), HEAD, right=True)
        sheet.write(edges[1], y, _("VAT amount"), HEAD, right=True)
        y += HEAD.leading + 1.4
        sheet.rule(y - 0.5, LEFT, LEFT + 94)
        for cells, reason in rows:
            if y + SMALL.leading + len(reason) * FAINT.leading + 1.2 > sheet.bottom:
                self._running_head()
                y = sheet.y
            y += 0.6
            sheet.write(LEFT + 1.5, y, cells[0], SMALL)
            for edge, cell in zip(edges, cells[1:], strict=True):
                sheet.write(edge, y, cell, SMALL, right=True)
            y = sheet.write_lines(LEFT + 1.5, y + SMALL.leading, reason, FAINT) + 0.6
        if books := self.invoice.books_tax:
            words = self.words
            sheet.rule(y, LEFT, LEFT + 94)
            y += 0.8
            sheet.write(LEFT + 1.5, y, _("VAT in {currency}", currency=books.currency), SMALL)
            sheet.write(edges[1], y, words.amount(books.tax, books.currency), SMALL, right=True)
            y += SMALL.leading
            rate = f"1 {self.invoice.currency} = {words.number(books.rate)} {books.currency}"
            source = ", ".join(part for part in (words.tidy(books.source), words.day(books.date)) if part)
            y = sheet.write_lines(LEFT + 1.5, y, sheet.wrap(f"{rate} ({source})", 91, FAINT)[:2], FAINT)
        return y

    # payment

    def _payment(self) -> None:
        invoice, words, sheet = self.invoice, self.words, self.sheet
        _, means = words.say, invoice.payment
        code = payment_code(invoice)
        # beside a code both columns are narrower
        width, column, edge = (56, 111, CODE_X - 5) if code else (66, 122, RIGHT - 3)
        left: list[tuple[str, str]] = []
        for label, text in (
            (_("Means of payment"), words.tidy(means.text)),
            (_("Account holder"), words.tidy(means.account_name)),
            ("IBAN", _fours(means.iban)),
            ("BIC", means.bic),
            (_("Reference to quote"), means.reference),
            (_("Pay online"), means.link),
        ):
            if text:
                left.append((label, text))
        right = [
            (words.day(part.due_date), words.amount(part.amount, invoice.currency)) for part in invoice.instalments
        ]
        if not right and invoice.due_date and invoice.kind != CREDIT_NOTE:
            right = [(words.day(invoice.due_date), words.amount(invoice.totals.payable, invoice.currency))]
        rows = [
            (label, line, place) for label, text in left for place, line in enumerate(sheet.wrap(text, width, BODY))
        ]
        if not rows and not right:
            return
        step = BODY.leading + 0.5
        shown = 0
        # a box of its own for what fits on the page, another on the next page for the rest
        while shown < max(len(rows), len(right)):
            fitting = int((sheet.room - 10) / step)
            least = CODE_ROOM if code and not shown else 0.0
            if fitting < min(max(len(rows), len(right)) - shown, 6) or sheet.room < least + 1:
                self._running_head()
                continue
            some = min(max(len(rows), len(right)) - shown, fitting)
            height = max(some * step + 8.6, least)
            sheet.fill(LEFT, sheet.y, RIGHT - LEFT, height, BAND)
            sheet.write(LEFT + 3, sheet.y + 2.2, _("Payment"), HEAD)
            if right[shown:]:
                sheet.write(column, sheet.y + 2.2, _("To pay by"), HEAD)
            if code and not shown:
                self._code(code, sheet.y + 2)
            y = sheet.y + 2.2 + HEAD.leading + 1
            for place in range(shown, shown + some):
                if place < len(rows):
                    self._payment_row(*rows[place], y)
                if place < len(right):
                    sheet.write(column, y, right[place][0], BODY)
                    sheet.write(edge, y, right[place][1], BODY, right=True)
                y += step
            shown += some
            sheet.y += height + 4
        sheet.y -= 1

    def _payment_row(self, label: str, line: str, part: int, y: float) -> None:
        sheet, _ = self.sheet, self.words.say
        online = label == _("Pay online")
        if not part:
            sheet.write(LEFT + 3, y + 0.2, label, FAINT)
        important = label in ("IBAN", _("Reference to quote"))
        width = sheet.write(LEFT + 33, y, line, STRONG if important else LINK if online else BODY)
        if online:
            sheet.open(LEFT + 33, y, width, BODY.leading, self.invoice.payment.link)

    def _code(self, code: bytes, y: float) -> None:
        """The code on white: four modules of it belong to the code (ISO/IEC 18004)."""
        sheet = self.sheet
        sheet.fill(CODE_X - QUIET, y, CODE_SIZE + 2 * QUIET, CODE_SIZE + 2 * QUIET, WHITE)
        sheet.pages[-1].append(Picture(CODE_X, y + QUIET, CODE_SIZE, CODE_SIZE, code))
        caption = self.words.say("Scan to pay")
        middle = CODE_X + (CODE_SIZE - sheet.typeface.width(caption, TINY.size)) / 2
        sheet.write(middle, y + CODE_SIZE + 2 * QUIET + 0.2, caption, TINY)

    # what comes last

    def _closing(self) -> None:
        words = self.words
        if self.invoice.terms:
            self._paragraph(words.say("Terms of payment: {terms}", terms=words.tidy(self.invoice.terms)), SMALL)
        if self.invoice.note:
            self.sheet.y += 1.2
            self._paragraph(words.tidy(self.invoice.note), BODY)
        self.sheet.y += 1.2
        for mention in self.invoice.mentions:
            self._paragraph(words.tidy(mention.text), TINY)

    def _paragraph(self, text: str, style: Style) -> None:
        for line in self.sheet.wrap(text, RIGHT - LEFT, style):
            if self.sheet.room < style.leading:
                self._running_head()
            self.sheet.write(LEFT, self.sheet.y, line, style)
            self.sheet.y += style.leading
        self.sheet.y += 0.7

    def _footers(self) -> None:
        sheet = self.sheet
        top = sheet.bottom + 4
        pages = len(sheet.pages)
        for page in range(pages):
            sheet.rule(top - 1.2, page=page)
            y = top
            for line in self.footer:
                sheet.write(LEFT, y, line, TINY, page=page)
                y += TINY.leading
            count = self.words.say("Page {page} of {pages}", page=page + 1, pages=pages)
            sheet.write(RIGHT, top, count, TINY, right=True, page=page)


def _fours(iban: str) -> str:
    """An IBAN in groups of four, as it is read aloud (ISO 13616)."""
    bare = iban.replace(" ", "")
    return " ".join(bare[place : place + 4] for place in range(0, len(bare), 4))
