"""What the sheets of a house have in common: logo, parties, the head of further pages, the foot of every page."""

from __future__ import annotations

from collections.abc import Callable

from tui_billing.documents.sheet import FAINT, HEIGHT, LEFT, RIGHT, STRONG, TINY, TOP, Picture, Sheet, Style
from tui_billing.documents.tidy import tidy
from tui_billing.documents.typeface import Typeface
from tui_billing.rules.party import Party, address_lines

# The window of a DL or C5/6 envelope (NF Z 11-001): 110 mm from the left, 50 mm from the top.
WINDOW_X, WINDOW_Y, WINDOW_WIDTH = 110.0, 50.0, 82.0
SELLER_WIDTH = 84.0
LOGO_WIDTH, LOGO_HEIGHT = 60.0, 20.0
#: A logo over the title leaves the window its place.
LOW_LOGO = 12.0
FOOT_WIDTH, MOST_FOOT_LINES = 150.0, 10


def foot_lines(typeface: Typeface, text: str) -> list[str]:
    """The lines of a footer, as many as it may have."""
    return [line for part in tidy(text).split("\n") for line in typeface.wrap(part, FOOT_WIDTH, TINY.size)][
        :MOST_FOOT_LINES
    ]


def bottom_over(foot: list[str]) -> float:
    """Where text ends on a page that has such a footer."""
    return HEIGHT - 11 - max(1, len(foot)) * TINY.leading - 4


def place_logo(sheet: Sheet, ratio: float | None, place: str = "left") -> tuple[float, float]:
    """Put the logo on the first page; the heights at which seller and title begin are returned."""
    if not ratio or place == "none":
        return TOP, TOP
    height = LOW_LOGO if place == "right" else LOGO_HEIGHT
    width = min(LOGO_WIDTH, height * ratio)
    height = width / ratio
    x = RIGHT - width if place == "right" else LEFT
    sheet.pages[-1].append(Picture(x, TOP - (2 if place == "right" else 0), width, height))
    return (TOP, TOP + height + 1) if place == "right" else (TOP + height + 4, TOP)


def write_party(
    sheet: Sheet, party: Party, x: float, y: float, width: float, name: Style, body: Style, language: str, home: str
) -> float:
    """Name and address; the height below them is returned."""
    y = sheet.write_lines(x, y, sheet.wrap(tidy(party.full_name).strip("\n "), width, name), name)
    lines = [party.trading_name] if party.trading_name not in ("", party.name) else []
    lines += address_lines(party.address, language, home)
    for line in lines:
        y = sheet.write_lines(x, y, sheet.wrap(tidy(line).strip("\n "), width, body), body)
    return y


def running_head(sheet: Sheet, title: str, seller: str) -> None:
    """A further page: what it belongs to, and whose it is."""
    sheet.add_page()
    sheet.write(LEFT, TOP - 3, title, STRONG)
    for line in sheet.wrap(seller, 90, FAINT)[:1]:
        sheet.write(RIGHT, TOP - 3, line, FAINT, right=True)
    sheet.y = TOP + 4


def write_footers(sheet: Sheet, foot: list[str], count: Callable[[int, int], str]) -> None:
    """The footer on every page, with the page's number (`count` words it)."""
    top = sheet.bottom + 4
    pages = len(sheet.pages)
    for page in range(pages):
        sheet.rule(top - 1.2, page=page)
        y = top
        for line in foot:
            sheet.write(LEFT, y, line, TINY, page=page)
            y += TINY.leading
        sheet.write(RIGHT, top, count(page + 1, pages), TINY, right=True, page=page)
