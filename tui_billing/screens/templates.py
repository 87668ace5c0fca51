"""Templates: the list with what each is taken for, and the form of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from tui_billing.documents.printable import PrintableInvoice
from tui_billing.documents.template import COLUMNS, KINDS, PLACES, Template, changed, values_of
from tui_billing.locale import N_, _
from tui_billing.models.door import Books
from tui_billing.rules.problem import Problem
from tui_billing.screens.form_screen import FormScreen
from tui_billing.screens.frame import BillingScreen
from tui_billing.services.previews import specimen_of
from tui_billing.services.templates import Listed, list_templates, set_template, template_of, use_template
from tui_billing.widgets.field import Caption
from tui_billing.widgets.paged_table import Column, Page, PagedTable, PageRequest, Row
from tui_billing.widgets.reader import Reader, wrapped


def specimen_by(books: Books, code: str, day: Any) -> PrintableInvoice:
    """What a template looks like now."""
    return specimen_of(books, template_of(books, code), day)


class TemplatesScreen(BillingScreen):
    """All templates; Enter changes one, k copies it, u says what it is taken for."""

    AUTO_FOCUS = "PagedTable"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "copy", N_("copy"), show=False, id="template.copy"),
        Binding("e", "choose", N_("take it for"), show=False, id="template.choose"),
        Binding("v,f8", "preview", N_("view the page"), show=False, id="document.preview"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._found: list[Listed] = []

    def title_words(self) -> str:
        return _("TEMPLATES")

    def body(self) -> ComposeResult:
        columns = [
            Column(_("name"), 16, flex=1),
            Column(_("version"), 8, align="right"),
            Column(_("taken for"), 24, flex=2),
            Column(_("documents"), 10, align="right"),
        ]
        with Vertical():
            yield PagedTable(columns, self._fetch, empty=_("nothing here"), id="templates")
        yield Caption("", id="foot")

    def keys(self) -> Sequence[tuple[str, str]]:
        return [
            ("Enter", _("change")),
            ("k", _("copy")),
            ("e", _("take it for")),
            ("v", _("view")),
            ("Esc", _("back")),
        ]

    @property
    def table(self) -> PagedTable:
        return self.query_one("#templates", PagedTable)

    @property
    def code(self) -> str:
        """The template under the cursor."""
        row = self.table.row
        return str(row.id) if row is not None else ""

    def on_mount(self) -> None:
        super().on_mount()
        told = _(
            "a document that nothing is laid down for gets the template of its kind: {kinds}", kinds=", ".join(KINDS)
        )
        self.query_one("#foot", Caption).say(" " + told)
        self.table.show()

    def reload(self) -> None:
        if self.table.loaded:
            self.table.refresh_rows()

    async def _fetch(self, request: PageRequest) -> Page:
        if request.direction not in ("first", "around", "last"):
            return Page(())
        self._found = await self.desk.ask(list_templates)
        rows = [
            Row((one.code,), one.code, (one.code, str(one.version), ", ".join(one.uses), str(one.documents)))
            for one in self._found
        ]
        return Page(tuple(rows))

    @on(PagedTable.Opened, "#templates")
    def _opened(self) -> None:
        if self.code:
            self.workstation.open(TemplateFormScreen(self.code))

    def action_copy(self) -> None:
        if self.code:
            self.workstation.open(TemplateFormScreen(self.code, copy=True))

    def action_choose(self) -> None:
        if self.code:
            self.workstation.open(TemplateChoiceScreen(self.code))

    def action_preview(self) -> None:
        from tui_billing.screens.preview import PreviewScreen

        if self.code:
            self.workstation.open(PreviewScreen(specimen_by, self.code, self.desk.today, title=self.code))


def _field(name: str) -> str:
    """A value's name as the name of a field: a widget's id holds no dot."""
    return name.replace(".", "-")


class TemplateFormScreen(FormScreen):
    """Every value of a template; F8 shows what it would look like."""

    AUTO_FOCUS = "#columns"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f8", "preview", N_("view the page"), show=False, id="document.preview"),
    ]
    FIELDS = (
        ("code", N_("Name"), 24),
        ("columns", N_("Columns"), 62),
        ("accent", N_("Accent"), 9),
        ("grey", N_("Grey"), 9),
        ("logo", N_("Logo"), 8),
        ("payment", N_("Payment"), 8),
        ("payment_code", N_("Code to scan"), 5),
        *(
            (_field(f"{name}.{language}"), words, 62)
            for language, captions in (
                ("fr", (N_("Heads fr"), N_("Intro fr"), N_("Closing fr"), N_("Footer fr"))),
                ("en", (N_("Heads en"), N_("Intro en"), N_("Closing en"), N_("Footer en"))),
            )
            for name, words in zip(("heads", "intro", "closing", "footer"), captions, strict=True)
        ),
    )

    def __init__(self, code: str, *, copy: bool = False) -> None:
        super().__init__()
        self.code, self.copy = code, copy
        if not copy:
            self.FIXED = frozenset({"code"})
        self._template: Template | None = None

    @property
    def form_name(self) -> str:
        return f"template {self.code} {self.copy}"

    def title_words(self) -> str:
        if self.copy:
            return _("NEW TEMPLATE LIKE {code}", code=self.code)
        version = self._template.version if self._template else ""
        return f"{_('TEMPLATE')}  {self.code} {version}"

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
        yield Reader(id="template-hints", focusable=False)

    async def start_values(self) -> dict[str, str]:
        self._template = await self.desk.ask(template_of, self.code)
        told = (
            _("Columns: {names}; text:70 is 70 mm wide", names=" ".join(COLUMNS)),
            _("Heads: quantity=Hours; price=Rate"),
            _("Logo: left, right, none. Payment: box, line. Code to scan: yes, no."),
            _("In texts are filled in: {places}", places=" ".join("{" + place + "}" for place in PLACES)),
        )
        lines = [[(" " + line, "dim")] for text in told for line in wrapped(text, self.size.width - 2)]
        self.query_one("#template-hints", Reader).show(lines)
        values = {_field(name): value.replace("\n", " ") for name, value in values_of(self._template).items()}
        return {**values, "code": "" if self.copy else self.code}

    def _typed(self) -> dict[str, str]:
        """What differs from the template; a text of several lines that nobody touched keeps them."""
        assert self._template is not None
        values, typed = self.values(), {}
        for name, before in values_of(self._template).items():
            if values[_field(name)] != before.replace("\n", " "):
                typed[name] = values[_field(name)]
        changed(self._template, typed)
        return typed

    def mark(self, error: Problem) -> None:
        """Fields are named as widgets can be."""
        super().mark(Problem(error.message, field=_field(error.field), **error.values))

    def action_preview(self) -> None:
        """F8: a specimen of what stands in the form."""
        from tui_billing.screens.preview import PreviewScreen

        try:
            assert self._template is not None
            template = changed(self._template, self._typed())
        except Problem as error:
            self.mark(error)
        else:
            self.workstation.open(PreviewScreen(specimen_of, template, self.desk.today, title=self.code))

    def question(self) -> str:
        typed = self._typed()
        if self.copy:
            return _("{code} like {other}: Enter keeps the template", code=self.values()["code"], other=self.code)
        names = ", ".join(typed) or "-"
        return _("{code}: Enter keeps a new version ({names})", code=self.code, names=names)

    async def carry_out(self) -> str:
        assert self._template is not None
        code = self.values()["code"] if self.copy else self.code
        version, like = self._template.version, self.code if self.copy else ""
        done = await self.desk.do(
            set_template, code, self._typed(), version=version, like=like, command_id=self.command_id
        )
        return _("template {code} is at version {version}", **done)


class TemplateChoiceScreen(FormScreen):
    """What a template is taken for: all documents, a kind, a customer, a customer's kind."""

    AUTO_FOCUS = "#kind"
    SAVE = N_("take it")
    FIELDS = (("kind", N_("Kind"), 14), ("customer", N_("Customer"), 20), ("undo", N_("Take back"), 4))

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code

    @property
    def form_name(self) -> str:
        return f"template choice {self.code}"

    def title_words(self) -> str:
        return f"{_('TEMPLATE')}  {self.code}"

    def hints(self) -> ComposeResult:
        yield Reader(id="choice-hints", focusable=False)

    async def start_values(self) -> dict[str, str]:
        told = (
            _("Kind: {kinds}; empty: every kind", kinds=", ".join(KINDS)),
            _("Customer: a code; empty: every customer"),
            _("A customer's template goes before a kind's, and both before that of all documents."),
            _("Take back: y, and the choice is undone"),
        )
        self.query_one("#choice-hints", Reader).show([[(f" {line}", "dim")] for line in told])
        return {}

    def _kind(self) -> str:
        typed = self.values()["kind"].lower()
        found = [kind for kind in KINDS if typed and kind.startswith(typed)]
        return found[0] if len(found) == 1 else typed

    def _undone(self) -> bool:
        return self.values()["undo"].lower() in ("y", "yes", "o", "oui")

    def question(self) -> str:
        where = " ".join(part for part in (self.values()["customer"], self._kind()) if part) or _("all documents")
        if self._undone():
            return _("{where}: Enter takes the choice back", where=where)
        return _("{where}: Enter takes {code}", where=where, code=self.code)

    async def carry_out(self) -> str:
        code = "" if self._undone() else self.code
        customer = self.values()["customer"]
        done = await self.desk.do(use_template, code, kind=self._kind(), customer=customer, command_id=self.command_id)
        where = " ".join(part for part in (done["customer"], done["kind"]) if part) or _("all documents")
        return f"{where}: {done['template'] or '-'}"
