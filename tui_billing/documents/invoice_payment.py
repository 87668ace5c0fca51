"""How an invoice is paid: a box with account, reference, dates and the code to scan, or the same in plain lines."""

from __future__ import annotations

from tui_billing.documents.composition import Composition
from tui_billing.documents.invoice_words import payment_dates, payment_facts
from tui_billing.documents.payment_code import payment_code
from tui_billing.documents.sheet import (
    BAND,
    BODY,
    FAINT,
    HEAD,
    LEFT,
    LINK,
    RIGHT,
    STRONG,
    TINY,
    WHITE,
    Picture,
)

#: The code to scan: its edge, the white around it, where it stands, and how high the box around it is.
CODE_SIZE, QUIET = 21.0, 2.1
CODE_X = RIGHT - 3 - CODE_SIZE - QUIET
CODE_ROOM = 2 + CODE_SIZE + 2 * QUIET + 3.9


def draw_payment(on: Composition) -> None:
    """The part about payment, where anything is to be said of it."""
    payment = _Payment(on)
    if on.template.payment == "line":
        payment.in_lines()
    else:
        payment.in_a_box()


class _Payment:
    def __init__(self, on: Composition) -> None:
        self.on = on
        self.sheet, self.words, self.invoice = on.sheet, on.words, on.invoice

    def in_lines(self) -> None:
        """Everything that the box says, as text."""
        _ = self.words.say
        for label, pairs in (
            ("", payment_facts(self.invoice, self.words)),
            (_("To pay by"), payment_dates(self.invoice, self.words)),
        ):
            said = " · ".join(_("{label}: {value}", label=one, value=value) for one, value in pairs)
            if said:
                self.on.paragraph(_("{label}: {value}", label=label, value=said) if label else said, BODY)

    def in_a_box(self) -> None:
        """A grey box, or several where a page ends."""
        sheet, _ = self.sheet, self.words.say
        code = payment_code(self.invoice) if self.on.template.payment_code else None
        # beside a code both columns are narrower
        width, column, edge = (56, 111, CODE_X - 5) if code else (66, 122, RIGHT - 3)
        left, right = payment_facts(self.invoice, self.words), payment_dates(self.invoice, self.words)
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
                self.on.new_page()
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
