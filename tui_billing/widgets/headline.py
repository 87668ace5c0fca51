"""The line at the top: company left, business date in the middle, operator, role and help right. No clock."""

from __future__ import annotations

from textual.strip import Strip
from textual.widget import Widget

from tui_billing.widgets.cells import cell
from tui_billing.widgets.key_bar import one_line


class Headline(Widget):
    """The title line of every screen. It changes only when it is told to."""

    DEFAULT_CSS = """
    Headline { height: 1; width: 1fr; background: $bar-background; text-style: bold; }
    """

    def __init__(self, left: str = "", middle: str = "", right: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._texts = (left, middle, right)

    @property
    def texts(self) -> tuple[str, str, str]:
        """(left, middle, right) as shown now."""
        return self._texts

    def show(self, left: str | None = None, middle: str | None = None, right: str | None = None) -> None:
        """Show other texts; None leaves one as it is."""
        old = self._texts
        self._texts = (
            old[0] if left is None else left,
            old[1] if middle is None else middle,
            old[2] if right is None else right,
        )
        if self._texts != old:
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line."""
        cells = self.size.width
        return Strip([cell("" if y else one_line(*self._texts, cells), cells, "left", self.rich_style)], cells)
