"""The texts of letters: a list by language, and the form of one, a field a paragraph."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from tui_billing.documents.letter import PrintableLetter
from tui_billing.documents.template import check_code
from tui_billing.locale import N_, _
from tui_billing.models.door import Books
from tui_billing.rules.problem import Problem
from tui_billing.screens.form_screen import FormScreen
from tui_billing.screens.frame import BillingScreen
from tui_billing.services.letter_texts import PLACES, Text, check_text, list_texts, set_text
from tui_billing.services.previews import letter_specimen
from tui_billing.widgets.field import Caption
from tui_billing.widgets.paged_table import Column, Page, PagedTable, PageRequest, Row
from tui_billing.widgets.reader import Reader, wrapped

_PARAGRAPHS = tuple(f"p{place}" for place in range(1, 11))


class LetterTextsScreen(BillingScreen):
    """All texts; Enter changes one, k copies one under another name."""

    AUTO_FOCUS = "PagedTable"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "copy", N_("copy"), show=False, id="template.copy"),
        Binding("v,f8", "preview", N_("view the page"), show=False, id="document.preview"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._texts: list[Text] = []

    def title_words(self) -> str:
        return _("TEXTS OF LETTERS")

    def body(self) -> ComposeResult:
        columns = [
            Column(_("name"), 14),
            Column("", 3),
            Column(_("title"), 20, flex=1),
            Column(_("begins"), 24, flex=3, priority=1),
            Column(_("version"), 8, align="right"),
        ]
        with Vertical():
            yield PagedTable(columns, self._fetch, empty=_("nothing here"), id="texts")
        yield Caption("", id="foot")

    def keys(self) -> Sequence[tuple[str, str]]:
        return [("Enter", _("change")), ("k", _("copy")), ("v", _("view")), ("Esc", _("back"))]

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#foot", Caption).say(" " + _("without a version: as it comes with the program"))
        self.query_one("#texts", PagedTable).show()

    def reload(self) -> None:
        if self.query_one("#texts", PagedTable).loaded:
            self.query_one("#texts", PagedTable).refresh_rows()

    async def _fetch(self, request: PageRequest) -> Page:
        if request.direction not in ("first", "around", "last"):
            return Page(())
        self._texts = await self.desk.ask(list_texts)
        rows = [
            Row((place,), place, (one.code, one.language, one.title, one.body, str(one.version or "")))
            for place, one in enumerate(self._texts)
        ]
        return Page(tuple(rows))

    @property
    def _text(self) -> Text | None:
        row = self.query_one("#texts", PagedTable).row
        return self._texts[int(row.id)] if row is not None else None  # type: ignore[call-overload]

    @on(PagedTable.Opened, "#texts")
    def _opened(self) -> None:
        if self._text is not None:
            self.workstation.open(LetterTextFormScreen(self._text))

    def action_copy(self) -> None:
        if self._text is not None:
            self.workstation.open(LetterTextFormScreen(self._text, copy=True))

    def action_preview(self) -> None:
        if self._text is not None:
            _show(self, self._text)


def _show(screen: BillingScreen, text: Text) -> None:
    from tui_billing.screens.preview import PreviewScreen

    screen.workstation.open(PreviewScreen(_specimen, text, screen.desk.today, title=text.title))


def _specimen(books: Books, text: Text, day: dt.date) -> PrintableLetter:
    return letter_specimen(books, text, day)


class LetterTextFormScreen(FormScreen):
    """One text: its title, and a field for each paragraph."""

    AUTO_FOCUS = "#title"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f8", "preview", N_("view the page"), show=False, id="document.preview"),
    ]
    FIELDS = (
        ("code", N_("Name"), 24),
        ("language", N_("Language"), 4),
        ("title", N_("Title"), 50),
        *((name, N_("Text") if name == "p1" else "", 62) for name in _PARAGRAPHS),
    )

    def __init__(self, text: Text, *, copy: bool = False) -> None:
        super().__init__()
        self.text, self.copy = text, copy
        if not copy:
            self.FIXED = frozenset({"code", "language"})

    @property
    def form_name(self) -> str:
        return f"letter text {self.text.code} {self.text.language} {self.copy}"

    def title_words(self) -> str:
        if self.copy:
            return _("NEW LETTER LIKE {code}", code=self.text.code)
        return f"{_('LETTER')}  {self.text.code} {self.text.language}"

    def keys(self) -> Sequence[tuple[str, str]]:
        return [
            ("Enter", _("next field")),
            ("F8", _("view")),
            ("^S", _(self.SAVE)),
            ("Esc", _("back, keeps what is typed")),
        ]

    def on_mount(self) -> None:
        super().on_mount()
        if self.copy:
            self.set_focus(self.field("code"))

    def hints(self) -> ComposeResult:
        yield Reader(id="text-hints", focusable=False)

    async def start_values(self) -> dict[str, str]:
        places = " ".join("{" + place + "}" for place in PLACES)
        told = _("filled in: {places}", places=places)
        self.query_one("#text-hints", Reader).show(
            [[(" " + line, "dim")] for line in wrapped(told, self.size.width - 2)]
        )
        text = self.text
        parts = list(text.paragraphs)
        # what is more than the form has fields for stays together in the last one
        last = " ".join(parts[len(_PARAGRAPHS) - 1 :])
        values = dict(zip(_PARAGRAPHS, [*parts[: len(_PARAGRAPHS) - 1], last], strict=False))
        return {"code": "" if self.copy else text.code, "language": text.language, "title": text.title, **values}

    def _typed(self) -> Text:
        values = self.values()
        body = "\n\n".join(values[name] for name in _PARAGRAPHS if values[name])
        code = check_code(values["code"])
        return check_text(Text(code, values["language"], values["title"], body, self.text.version))

    def mark(self, error: Problem) -> None:
        """What is wrong in the text is marked at its paragraph, where it names one."""
        if error.field == "body":
            word = str(error.values.get("name", "")).strip("\"'«»\u00a0 ")
            at = next((name for name in _PARAGRAPHS if word and word in self.values()[name]), "p1")
            error = Problem(error.message, field=at, **error.values)
        super().mark(error)

    def action_preview(self) -> None:
        """F8: a specimen of what stands in the form."""
        try:
            _show(self, self._typed())
        except Problem as error:
            self.mark(error)

    def question(self) -> str:
        text = self._typed()
        return _("{code} {language}: Enter keeps this text", code=text.code, language=text.language)

    async def carry_out(self) -> str:
        text = self._typed()
        values = (text.code, text.language, text.title, text.body)
        if self.copy:
            await self.desk.do(set_text, *values, new=True, command_id=self.command_id)
        else:
            await self.desk.do(set_text, *values, version=text.version, command_id=self.command_id)
        return _("the text of {code} is kept", code=text.code)
