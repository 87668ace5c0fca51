"""A document looked at in the terminal: pages as pictures or as text, zoomed and turned by the keyboard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from tui_billing.documents.preview import WIDEST, Shown, can_draw, picture_of
from tui_billing.locale import N_, _, translate
from tui_billing.rules.problem import Problem
from tui_billing.screens.frame import BillingScreen
from tui_billing.services.printing import logo_path, logo_problem
from tui_billing.widgets.block_picture import BlockPicture, strips_of
from tui_billing.widgets.graphics import cell_pixels, graphics_widget, picture_kind
from tui_billing.widgets.reader import Reader

#: How many times as wide as the screen a page is; the first shows the whole page.
ZOOMS = (0.0, 1.0, 2.0, 4.0, 8.0)
#: Height of a page beside its width (ISO 216).
RATIO = 2**0.5


class PreviewScreen(BillingScreen):
    """A document that is made for looking: nothing is written, nothing is kept."""

    AUTO_FOCUS = "#page-text"
    KEY_ROWS = 2
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus", "zoom(1)", N_("larger"), show=False, id="preview.larger"),
        Binding("minus", "zoom(-1)", N_("smaller"), show=False, id="preview.smaller"),
        Binding("pagedown,space", "page_down", N_("on"), show=False, priority=True, id="preview.on"),
        Binding("pageup", "page_up", N_("back"), show=False, priority=True, id="preview.before"),
        Binding("home", "to_page(0)", N_("first page"), show=False, priority=True, id="preview.first"),
        Binding("end", "to_page(-1)", N_("last page"), show=False, priority=True, id="preview.last"),
        Binding("up", "move(0, -1)", N_("up"), show=False, priority=True, id="preview.up"),
        Binding("down", "move(0, 1)", N_("down"), show=False, priority=True, id="preview.down"),
        Binding("left", "move(-1, 0)", N_("left"), show=False, priority=True, id="preview.left"),
        Binding("right", "move(1, 0)", N_("right"), show=False, priority=True, id="preview.right"),
        Binding("t", "text", N_("text or picture"), show=False, id="preview.text"),
    ]

    def __init__(self, make: Callable[..., Any], *arguments: Any, title: str = "") -> None:
        """`make(books, *arguments)` gives the document; it is asked in the books' thread."""
        super().__init__()
        self._make, self._arguments, self._title = make, arguments, title
        self._kind = picture_kind() if can_draw() else "text"
        self._as_text = self._kind == "text"
        self._shown: Shown | None = None
        self._graphics: Any = None
        self._page, self._zoom, self._left, self._top = 0, 1 if self._kind == "blocks" else 0, 0, 0
        self._shift = 0
        self._pictures: dict[tuple[int, int], Any] = {}

    def title_words(self) -> str:
        if self._shown is None:
            return self._title
        page = _("page {page} of {pages}", page=self._page + 1, pages=self._shown.pages)
        return f"{self._title}  {page}"

    def body(self) -> ComposeResult:
        with Container(id="page"):
            yield BlockPicture(id="blocks")
            yield Reader(id="page-text")

    def keys(self) -> Sequence[tuple[str, str]]:
        return [
            ("PgDn", _("on")),
            ("PgUp", _("before")),
            ("+ -", _("larger, smaller")),
            ("← ↑ ↓ →", _("move")),
            ("Home End", _("first, last page")),
            ("t", _("picture") if self._as_text else _("text")),
            ("Esc", _("back")),
        ]

    # -- making it -------------------------------------------------------

    def on_mount(self) -> None:
        super().on_mount()
        self._arrange()
        self.say(_("the page is being made …"))
        self.run_worker(self._load(), group="preview", exclusive=True)

    async def _load(self) -> None:
        try:
            document = await self.desk.ask(self._make, *self._arguments)
            logo = await self.desk.ask(logo_path)
            self._shown = await asyncio.wrap_future(self.desk.renderer().show(document, logo))
            without = await self.desk.ask(logo_problem)
        except Problem as error:
            self.say_problem(error)
            return
        words = ""
        if self._shown.missing:
            words = "! " + _("no font has: {signs}", signs=" ".join(self._shown.missing[:5]))
        elif without is not None:
            words = "! " + translate(without)
        elif not can_draw():
            words = _("as text; for pictures of the page: pip install 'tui-billing[preview]'")
        self.say(words)
        if self._kind in ("kitty", "sixel"):
            self._graphics = graphics_widget(self._kind)
            await self.query_one("#page").mount(self._graphics)
            self._arrange()
        await self._paint()

    def _arrange(self) -> None:
        """One of the three ways to show a page stands there."""
        self.query_one("#page-text").display = self._as_text
        self.query_one("#blocks").display = not self._as_text and self._graphics is None
        if self._graphics is not None:
            self._graphics.display = not self._as_text
        self.show_keys()

    # -- painting --------------------------------------------------------

    def _paint_later(self) -> None:
        self.run_worker(self._paint(), group="page", exclusive=True)

    async def _paint(self) -> None:
        if self._shown is None:
            return
        self.show_headline()
        if self._as_text:
            self._shift = max(0, min(self._shift, self._shown.width(self._page) + 2 - self.size.width))
            lines = [[(" " + line[self._shift :], "")] for line in self._shown.texts[self._page]]
            self.query_one("#page-text", Reader).show(lines, at=None)
            return
        room = self.query_one("#page").size
        if not room.width or not room.height:
            return
        wide, high = (1, 2) if self._graphics is None else cell_pixels()
        dots = (room.width * wide, room.height * (high if self._graphics is not None else 2))
        full = self._full(dots)
        self._left = max(0, min(self._left, full[0] - dots[0]))
        self._top = max(0, min(self._top, full[1] - dots[1]))
        corner = (self._left, self._top)
        made = await asyncio.to_thread(self._cut, self._shown.pdf, self._page, full, corner, dots)
        if self._graphics is not None:
            self._graphics.styles.width = -(-made.width // wide)
            self._graphics.styles.height = -(-made.height // high)
            self._graphics.image = made
        else:
            self.query_one("#blocks", BlockPicture).show(made)

    def _full(self, dots: tuple[int, int]) -> tuple[int, int]:
        """Size of the whole page in dots, as it is zoomed."""
        zoom = ZOOMS[self._zoom]
        width = zoom * dots[0] if zoom else min(dots[0], dots[1] / RATIO)
        width = min(width, WIDEST)
        return round(width), round(width * RATIO)

    def _cut(self, pdf: bytes, page: int, full: tuple[int, int], corner: tuple[int, int], dots: tuple[int, int]) -> Any:
        """The part of the page that is looked at (in a thread): a picture, or rows of half blocks."""
        from PIL import Image

        key = (page, full[0])
        picture = self._pictures.get(key)
        if picture is None:
            # made twice as large and shrunk, so that thin strokes stay
            picture = picture_of(pdf, page, min(2 * full[0], WIDEST)).resize(full, Image.Resampling.BOX)
            self._pictures = {key: picture}
        right, bottom = min(full[0], corner[0] + dots[0]), min(full[1], corner[1] + dots[1])
        part = picture.crop((*corner, right, bottom))
        return part if self._graphics is not None else strips_of(part)

    def on_resize(self) -> None:
        self._paint_later()

    # -- keys ------------------------------------------------------------

    @property
    def _step(self) -> tuple[int, int]:
        """Dots of a screenful, and of one step sideways."""
        room = self.query_one("#page").size
        high = 2 if self._graphics is None else cell_pixels()[1]
        return max(1, (room.height - 2) * high), high

    def action_zoom(self, step: int) -> None:
        """Larger or smaller, the middle of what is seen stays."""
        if self._as_text or not 0 <= self._zoom + step < len(ZOOMS):
            return
        room = self.query_one("#page").size
        wide, high = (1, 2) if self._graphics is None else cell_pixels()
        dots = (room.width * wide, room.height * high)
        before = self._full(dots)
        self._zoom += step
        grown = self._full(dots)[0] / before[0]
        self._left = round((self._left + min(dots[0], before[0]) / 2) * grown - dots[0] / 2)
        self._top = round(self._top * grown)
        self._paint_later()

    def action_to_page(self, page: int) -> None:
        """Another page, from its top; -1 is the last."""
        if self._shown is None:
            return
        self._page = (self._shown.pages + page) if page < 0 else min(page, self._shown.pages - 1)
        self._top = 0
        if self._as_text:
            self.query_one("#page-text", Reader).action_scroll_to(0)
        self._paint_later()

    def action_page_down(self) -> None:
        """A screenful on, then the next page."""
        self._turn(1)

    def action_page_up(self) -> None:
        """A screenful back, then the page before."""
        self._turn(-1)

    def _turn(self, way: int) -> None:
        if self._shown is None:
            return
        if self._as_text:
            reader = self.query_one("#page-text", Reader)
            at = reader.top
            reader.action_scroll_pages(way)
            moved = reader.top != at
        else:
            at = self._top
            room = self.query_one("#page").size
            wide, high = (1, 2) if self._graphics is None else cell_pixels()
            lowest = max(0, self._full((room.width * wide, room.height * high))[1] - room.height * high)
            self._top = max(0, min(lowest, self._top + way * self._step[0]))
            moved = self._top != at
        if moved:
            self._paint_later()
        elif 0 <= self._page + way < self._shown.pages:
            self.action_to_page(self._page + way)
            if way < 0:
                self._top = 10**6  # its foot; the painter takes what there is
                self.query_one("#page-text", Reader).action_scroll_to(10**6)

    def action_move(self, across: int, down: int) -> None:
        """A little further on the page."""
        if self._as_text:
            self._shift += across * 16
            self.query_one("#page-text", Reader).action_scroll_by(down)
            self._paint_later()
            return
        self._left += across * 4 * self._step[1]
        self._top += down * self._step[1]
        self._paint_later()

    def action_text(self) -> None:
        """Between the picture of the page and its text."""
        if self._kind == "text":
            self.say(_("this terminal shows pages as text; TUI_BILLING_PICTURES=blocks says that it can more"))
            return
        self._as_text = not self._as_text
        self._arrange()
        self._paint_later()
