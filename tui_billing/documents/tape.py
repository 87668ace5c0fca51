"""The tape of a deposit on paper: as text, and as a PDF with the company's head."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tui_billing.documents.files import write_atomically
from tui_billing.locale import _, language_in_use
from tui_billing.rules.dates import format_date
from tui_billing.rules.numbers import format_money
from tui_billing.rules.problem import Problem
from tui_billing.rules.tape import Tape
from tui_billing.rules.text import width

#: Cells of the columns of the text: place, amount, customer, reference.
_PLACE, _AMOUNT, _CODE, _REFERENCE = 4, 14, 14, 30


def heads(tape: Tape, house: str) -> list[str]:
    """What stands above the tape: whose, of which day and slip, by whom."""
    language = language_in_use()
    slip = _("slip {reference}", reference=tape.reference) if tape.reference else _("deposit")
    return [
        house,
        f"{slip} · {format_date(tape.date, language)} · {tape.currency} · {tape.operator}",
    ]


def feet(tape: Tape) -> list[tuple[str, str]]:
    """(words, amount) below the tape: what it adds up to, what the slip says, and the difference."""
    language, currency = language_in_use(), tape.currency

    def money(minor: int) -> str:
        return format_money(minor, currency, language)

    return [
        (_("{count} entries", count=tape.count), money(tape.total)),
        (_("slip: {count}", count=tape.stated_count), money(tape.stated_total)),
        (_("difference"), money(tape.total - tape.stated_total)),
    ]


def rows(tape: Tape) -> Iterator[tuple[str, str, str, str, bool]]:
    """(place, amount, customer, reference, whether struck) of each entry."""
    for item in tape.items:
        amount = format_money(item.amount, tape.currency, language_in_use())
        yield str(item.position), amount, item.code or "?", item.reference, item.struck


def tape_text(tape: Tape, house: str) -> str:
    """The tape as lines of text; a struck entry has its sign behind it."""
    lines = [*heads(tape, house), ""]
    for place, amount, code, reference, struck in rows(tape):
        sign = "-" if struck else "+"
        lines.append(
            f"{place:>{_PLACE}} {amount:>{_AMOUNT}} {sign} {_cut(code, _CODE)} {reference[:_REFERENCE]}".rstrip()
        )
    lines.append("-" * (_PLACE + _AMOUNT + 3))
    for words, amount in feet(tape):
        lines.append(f"{amount:>{_PLACE + _AMOUNT + 1}} *  {words}")
    return "\n".join(lines) + "\n"


def _cut(text: str, cells: int) -> str:
    return text + " " * max(0, cells - width(text))


def tape_pdf(tape: Tape, house: str) -> bytes:
    """The tape as a PDF; the same bytes for the same tape."""
    from tui_billing.documents.drawing import paint, plain
    from tui_billing.documents.sheet import BODY, FAINT, LEFT, NAME, STRONG, TITLE, Sheet
    from tui_billing.documents.text_pages import BOTTOM
    from tui_billing.documents.typeface import Typeface, tidy

    title = _("Deposit")
    texts = [title, *heads(tape, house), *(text for row in rows(tape) for text in row[:4])]
    texts += [text for foot in feet(tape) for text in foot] + ["?", _("struck")]
    face = Typeface({char for text in texts for char in tidy(text)} | set("0123456789/ "))
    sheet = Sheet(face, bottom=BOTTOM)
    name, slip = heads(tape, house)
    sheet.write(LEFT, sheet.y, tidy(name), NAME)
    sheet.write(LEFT, sheet.y + 7, title, TITLE)
    sheet.write(LEFT, sheet.y + 17, tidy(slip), BODY)
    sheet.y += 26
    for place, amount, code, reference, struck in rows(tape):
        if sheet.room < BODY.leading:
            sheet.add_page()
        style = FAINT if struck else BODY
        sheet.write(LEFT + 10, sheet.y, place, style, right=True)
        sheet.write(LEFT + 45, sheet.y, amount, style, right=True)
        sheet.write(LEFT + 50, sheet.y, tidy(code), style)
        sheet.write(LEFT + 85, sheet.y, tidy(reference)[:60], style)
        if struck:
            sheet.write(192.0, sheet.y, _("struck"), style, right=True)
        sheet.y += BODY.leading
    if sheet.room < 4 * BODY.leading:
        sheet.add_page()
    sheet.y += 2
    for words, amount in feet(tape):
        sheet.write(LEFT + 45, sheet.y, amount, STRONG, right=True)
        sheet.write(LEFT + 50, sheet.y, words, STRONG)
        sheet.y += STRONG.leading
    pdf = plain(face, title=f"{title} {tape.reference}".strip(), author=house, day=tape.date)
    for page in sheet.pages:
        pdf.add_page()
        paint(pdf, page)
    return bytes(pdf.output())


def write_tape(tape: Tape, house: str, path: Path) -> None:
    """The tape to a file, whole or not at all: `.pdf`, or `.txt`."""
    if path.suffix.lower() == ".pdf":
        content = tape_pdf(tape, house)
    elif path.suffix.lower() == ".txt":
        content = tape_text(tape, house).encode()
    else:
        raise Problem("a tape is written to a file that ends in .pdf or .txt", field="output")
    try:
        write_atomically(path, content)
    except OSError as error:
        raise Problem("cannot write {path}: {reason}", path=str(path), reason=error.strerror or str(error)) from error
