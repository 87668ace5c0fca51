"""The cover list of a print batch: what lies in the pile, in its order, to be ticked off at the franking machine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from tui_billing.documents.sheet import BODY, FAINT, HEAD, HEIGHT, LEFT, NUMBER, RIGHT, STRONG, TITLE, TOP, Sheet
from tui_billing.documents.typeface import Typeface, tidy
from tui_billing.locale import say
from tui_billing.rules.dates import format_date
from tui_billing.rules.party import Party


@dataclass(frozen=True, slots=True)
class Envelope:
    """A document of the pile: its name, the lines of its address, its pages."""

    name: str
    lines: tuple[str, ...]
    pages: int = 0


def render_cover_list(batch: str, day: dt.date, envelopes: Sequence[Envelope], sender: Party, language: str) -> bytes:
    """The list as a PDF, one line a document, its sums at the end; page x of y."""
    from tui_billing.documents.drawing import draw

    texts = [batch, sender.full_name, *(text for one in envelopes for text in (one.name, *one.lines))]
    typeface = Typeface({char for text in texts for char in tidy(text)} | set("0123456789 /.,·□"))
    sheet = Sheet(typeface, HEIGHT - 20)
    columns = (LEFT + 9, LEFT + 42, RIGHT)

    def head() -> None:
        sheet.write(LEFT, TOP - 1, say("Post", language), TITLE)
        sheet.write(RIGHT, TOP, batch, NUMBER, right=True)
        sheet.write(LEFT, TOP + 9, f"{tidy(sender.full_name)} · {format_date(day, language)}", FAINT)
        sheet.y = TOP + 16
        for x, text, right in zip(
            columns, (say("document", language), say("to", language), say("pages", language)), (0, 0, 1), strict=True
        ):
            sheet.write(x, sheet.y, text, HEAD, right=bool(right))
        sheet.y += 5
        sheet.rule(sheet.y)
        sheet.y += 1.5

    head()
    for place, one in enumerate(envelopes, 1):
        lines = sheet.wrap(tidy(", ".join(one.lines)), RIGHT - columns[1] - 14, BODY)[:3]
        height = max(1, len(lines)) * BODY.leading + 1.6
        if sheet.room < height:
            sheet.add_page()
            head()
        sheet.write(LEFT + 6, sheet.y, str(place), FAINT, right=True)
        sheet.write(columns[0], sheet.y, tidy(one.name), BODY)
        sheet.write(columns[2], sheet.y, str(one.pages), BODY, right=True)
        sheet.write_lines(columns[1], sheet.y, lines, BODY)
        sheet.y += height
        sheet.rule(sheet.y - 0.8)
    if sheet.room < 8:
        sheet.add_page()
        head()
    total = say(
        "{documents} documents, {pages} pages",
        language,
        documents=len(envelopes),
        pages=sum(one.pages for one in envelopes),
    )
    sheet.write(columns[0], sheet.y + 1.5, total, STRONG)
    for number in range(len(sheet.pages)):
        text = say("Page {page} of {pages}", language, page=number + 1, pages=len(sheet.pages))
        sheet.write(RIGHT, HEIGHT - 14, text, FAINT, right=True, page=number)
    return draw(sheet, title=f"{say('Post', language)} {batch}", author=sender.full_name, day=day, language=language)
