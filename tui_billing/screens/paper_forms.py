"""The small forms of papers: attach one by its path, write one out, link it to another thing, take it off."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult

from tui_billing.documents.store import safe_name
from tui_billing.locale import N_, _
from tui_billing.models.door import Books
from tui_billing.models.queries.documents import by_ending
from tui_billing.models.queries.papers import PaperRow
from tui_billing.rules.problem import Problem
from tui_billing.screens.form_screen import FormScreen
from tui_billing.screens.paper_words import KIND_LETTERS, KIND_WORDS, kind_of, size_words, thing_of
from tui_billing.services.attachments import attach, attachment, detach, link_paper, save_attachment
from tui_billing.services.entities import find_entity
from tui_billing.services.statement_preview import complete_path
from tui_billing.widgets.cells import padded
from tui_billing.widgets.field import Field
from tui_billing.widgets.file_field import FileField
from tui_billing.widgets.reader import Line, Reader


class PathForm(FormScreen):
    """A form whose field `path` completes names of files; the names it could become stand below."""

    def make_field(self, name: str, cells: int) -> Field:
        if name == "path":
            return FileField(complete_path, width=cells, id=name)
        return super().make_field(name, cells)

    def hints(self) -> ComposeResult:
        yield Reader(id="hints", focusable=False)

    def show_hints(self, names: list[str]) -> None:
        """Names in columns, folders with a slash."""
        wide = min(max((len(name) for name in names), default=1) + 2, max(20, self.size.width - 2))
        each = max(1, (self.size.width - 2) // wide)
        rows: list[Line] = [
            [(" " + "".join(padded(name, wide) for name in names[place : place + each]), "")]
            for place in range(0, len(names), each)
        ]
        self.query_one("#hints", Reader).show([[], *rows] if names else self.standing_hints())

    def standing_hints(self) -> list[Line]:
        """What stands below the fields while no names do."""
        return []

    @on(FileField.Looked)
    def _looked(self, event: FileField.Looked) -> None:
        self.show_hints(event.names)

    async def start_values(self) -> dict[str, str]:
        self.show_hints([])
        return {}


class AttachScreen(PathForm):
    """Path, kind, a word about it; Ctrl+S, Enter."""

    AUTO_FOCUS = "#path"
    SAVE = N_("attach")
    FIELDS = (("path", N_("File"), 60), ("kind", N_("Kind"), 24), ("note", N_("Note"), 50))

    def __init__(self, entity: str, entity_id: int, label: str) -> None:
        super().__init__()
        self._entity, self._entity_id, self._label = entity, entity_id, label

    @property
    def form_name(self) -> str:
        return f"paper of {self._entity} {self._entity_id}"

    def title_words(self) -> str:
        return f"{_('ATTACH A PAPER')}  {self._label}"

    def keys(self) -> list[tuple[str, str]]:
        return [("Tab", _("complete")), *super().keys()]

    def standing_hints(self) -> list[Line]:
        cells = [f"{letter}  {_(KIND_WORDS[token])}" for letter, token in KIND_LETTERS.items()]
        lines: list[Line] = [[]]
        for place in range(0, len(cells), 3):
            lines.append([(" " + "".join(padded(cell, 25) for cell in cells[place : place + 3]), "")])
        return lines

    def question(self) -> str:
        typed = self.values()
        if not typed["path"]:
            raise Problem("name the file of the paper; Tab completes it", field="path")
        kind_of(typed["kind"])
        return _("attach {name} to {label}: Enter keeps it", name=safe_name(typed["path"]), label=self._label)

    async def carry_out(self) -> str:
        typed = self.values()
        key = await self.desk.do(
            attach,
            self._entity,
            self._entity_id,
            typed["path"],
            command_id=self.command_id,
            kind=kind_of(typed["kind"]),
            note=typed["note"],
        )
        paper = await self.desk.ask(attachment, key)
        return _("{name} is attached ({size})", name=paper.name, size=size_words(paper.size))


class WriteOutScreen(PathForm):
    """A new file, or a folder; what is there already is never replaced."""

    AUTO_FOCUS = "#path"
    SAVE = N_("write it out")
    FIELDS = (("path", N_("To"), 60),)

    def __init__(self, paper: PaperRow) -> None:
        super().__init__()
        self._paper = paper

    @property
    def form_name(self) -> str:
        return f"paper {self._paper.id} out"

    def title_words(self) -> str:
        return f"{_('WRITE OUT')}  {self._paper.name}"

    def keys(self) -> list[tuple[str, str]]:
        return [("Tab", _("complete")), *super().keys()]

    async def start_values(self) -> dict[str, str]:
        self.show_hints([])
        return {"path": "~/"}

    def question(self) -> str:
        target = self.values()["path"] or "."
        return _("write {name} to {path}: Enter does it", name=self._paper.name, path=target)

    async def carry_out(self) -> str:
        path = await self.desk.ask(save_attachment, self._paper.id, self.values()["path"] or ".")
        return _("{path} is written", path=path)


class LinkScreen(FormScreen):
    """To what the paper belongs too: `inv 412`, `cus acme`, `order 4500-7731`."""

    AUTO_FOCUS = "#to"
    SAVE = N_("link")
    FIELDS = (("to", N_("To"), 40), ("kind", N_("Kind"), 24))

    def __init__(self, paper: PaperRow) -> None:
        super().__init__()
        self._paper = paper

    @property
    def form_name(self) -> str:
        return f"paper {self._paper.id} link"

    def title_words(self) -> str:
        return f"{_('LINK')}  {self._paper.name}"

    def hints(self) -> ComposeResult:
        yield Reader(id="hints", focusable=False)

    async def start_values(self) -> dict[str, str]:
        texts = (_("inv 412   cus acme   dis 12"), _("order 4500-7731   contract CT-1   delivery BL-26-0412"))
        self.query_one("#hints", Reader).show([[], *([(f" {text}", "dim")] for text in texts)])
        return {"kind": _(KIND_WORDS[self._paper.kind]) if self._paper.kind else ""}

    def question(self) -> str:
        thing_of(self.values()["to"])
        kind_of(self.values()["kind"])
        return _("link {name} to {to} too: Enter does it", name=self._paper.name, to=self.values()["to"])

    async def carry_out(self) -> str:
        what, which = thing_of(self.values()["to"])
        try:
            entity, key = await self.desk.ask(_find, what, which)
        except Problem as error:
            error.field = "to"
            raise
        kind = kind_of(self.values()["kind"])
        await self.desk.do(link_paper, self._paper.id, entity, key, kind, command_id=self.command_id)
        return _("{name} hangs on {to} too", name=self._paper.name, to=self.values()["to"])


class TakeOffScreen(FormScreen):
    """Why the paper no longer belongs here; its file stays kept."""

    AUTO_FOCUS = "#reason"
    SAVE = N_("take off")
    FIELDS = (("reason", N_("Reason"), 50),)

    def __init__(self, paper: PaperRow) -> None:
        super().__init__()
        self._paper = paper

    @property
    def form_name(self) -> str:
        return f"paper {self._paper.id} off"

    def title_words(self) -> str:
        return f"{_('TAKE OFF')}  {self._paper.name}"

    def question(self) -> str:
        if not self.values()["reason"]:
            raise Problem("say why the paper is taken off, for example: wrong customer", field="reason")
        return _("take {name} off: Enter does it; the file stays kept", name=self._paper.name)

    async def carry_out(self) -> str:
        await self.desk.do(detach, self._paper.id, self.values()["reason"], command_id=self.command_id)
        return _("{name} is taken off", name=self._paper.name)


def _find(books: Books, what: str, which: str) -> tuple[str, int]:
    """The thing that is meant; of an invoice the end of its number is enough."""
    found = by_ending(books, which) if what == "invoice" else None
    return ("invoice", found[0]) if found else find_entity(books, what, which)
