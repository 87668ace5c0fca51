"""Help: the keys of the screen it was called from, the places, the statuses, and how entry reads a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding

from tui_billing.locale import N_, _
from tui_billing.rules.status import GLYPHS
from tui_billing.screens.frame import FURTHER, PLACES, BillingScreen
from tui_billing.widgets.cells import padded, status_cell
from tui_billing.widgets.paged_table import PagedTable
from tui_billing.widgets.reader import Line, Reader

_NAMES = {
    "question_mark": "?",
    "colon": ":",
    "slash": "/",
    "escape": "Esc",
    "enter": "Enter",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "space": N_("space"),
    "quotation_mark": '"',
    "minus": "-",
    "plus": "+",
    "full_stop": ".",
}
_LIST_KEYS = (
    ("↑ ↓ PgUp PgDn", N_("move")),
    ("Home End gg", N_("first, last")),
    ("Enter", N_("open")),
)
#: How the filter and the line of entry are read.
_FILTERS = (
    ("acme overdue", N_("words and a status; all must fit")),
    ("412  1300  1 300,50", N_("a number's end, an amount")),
    (">1000  <=50", N_("bounds of the total")),
)
_ENTRY = (
    ("a10 2", N_("item and quantity")),
    ("a10 2 @650 -10%", N_("with its price and a discount")),
    ("2 @45 v20 ; travel", N_("without an item: quantity, price, VAT, text")),
    ("=3*45.5", N_("arithmetic in every amount and quantity")),
    ("t  +30  15  15/12  eom", N_("today, in 30 days, the 15th, 15 December, end of month")),
    ('"', N_("the field of the line above")),
)
_KEY_CELLS = 22


def key_name(key: str) -> str:
    """A key as the clerk calls it: ^S, F6, Esc."""
    if key in _NAMES:
        return _(_NAMES[key])
    if key.startswith("ctrl+") and len(key) == 6:
        return "^" + key[-1].upper()
    if "+" in key:
        return "+".join(key_name(part) if part in _NAMES else part.capitalize() for part in key.split("+"))
    return key.upper() if key[:1] == "f" and key[1:].isdigit() else key


def bindings_of(cls: type) -> Iterator[Binding]:
    """The described keys of one class."""
    for binding in vars(cls).get("BINDINGS", ()):
        if isinstance(binding, Binding) and binding.description:
            yield binding


def own_bindings(screen: BillingScreen) -> list[Binding]:
    """The keys of a screen that not every screen has, its own first; a key is named once."""
    found: dict[str, Binding] = {}
    for cls in type(screen).__mro__:
        if cls is BillingScreen:
            break
        for binding in bindings_of(cls):
            found.setdefault(binding.key, binding)
    return list(found.values())


class HelpScreen(BillingScreen):
    """To be read; Esc goes back to where it was called."""

    def __init__(self, about: Any) -> None:
        super().__init__()
        self._about = about

    def title_words(self) -> str:
        return _("HELP")

    def body(self) -> ComposeResult:
        yield Reader(id="help")

    def keys(self) -> Sequence[tuple[str, str]]:
        return [("↑↓ PgDn", _("read")), ("Esc", _("back"))]

    def on_mount(self) -> None:
        super().on_mount()
        self._lay_out()

    def on_resize(self) -> None:
        if self.is_mounted:
            self._lay_out()

    def action_help(self) -> None:
        self.action_back()

    def _lay_out(self) -> None:
        self.query_one("#help", Reader).show(self._lines())

    def _lines(self) -> list[Line]:
        about = self._about
        lines: list[Line] = []
        if isinstance(about, BillingScreen):
            lines += self._part(_("This screen"), [(self._keys(b), _(b.description)) for b in own_bindings(about)])
            if about.query(PagedTable):
                lines += self._part(_("Lists"), [(keys, _(words)) for keys, words in _LIST_KEYS])
            if about.query("#filter"):
                lines += self._part(_("Filter"), [(typed, _(words)) for typed, words in _FILTERS])
            if about.query("#grid"):
                lines += self._part(_("Entry"), [(typed, _(words)) for typed, words in _ENTRY])
        everywhere = [b for b in bindings_of(BillingScreen) if not (b.id or "").startswith("place.") or b.key == "g"]
        lines += self._part(
            _("Everywhere (letters: not while a field is typed in)"),
            [(self._keys(b), _(b.description)) for b in everywhere],
        )
        places = [(f"{digit}   g{letter}", _(words)) for digit, letter, _name, words in PLACES]
        places += [(f"    g{letter}", _(words)) for letter, _name, words in FURTHER]
        lines += self._part(_("Places"), places)
        lines += [[(" " + _("Statuses"), "bold")]]
        for status, sign in GLYPHS.items():
            cell = status_cell(status)
            lines.append([("   " + padded(cell.text, _KEY_CELLS), sign.colour), (_(MEANINGS[status.value]), "")])
        return lines

    def _keys(self, binding: Binding) -> str:
        return " ".join(key_name(key.strip()) for key in binding.key.split(","))

    def _part(self, title: str, rows: Iterable[tuple[str, str]]) -> list[Line]:
        shown: list[Line] = [[("   " + padded(keys, _KEY_CELLS), "bold"), (words, "")] for keys, words in rows]
        return [[(" " + title, "bold")], *shown, []] if shown else []


MEANINGS = {
    "draft": N_("not issued, has no number"),
    "written_off": N_("given up, wholly or in part"),
    "credited": N_("taken back by credit notes; a credit note that is used up"),
    "paid": N_("nothing is open"),
    "disputed": N_("the customer contests it"),
    "overdue": N_("its day has passed"),
    "part_paid": N_("something was paid, it is not yet due soon or late"),
    "due_soon": N_("due within a week"),
    "open": N_("issued, due later"),
}
