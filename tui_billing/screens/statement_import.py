"""Taking a bank's file in: its name, what would be added and what does not agree, Enter takes it in."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widgets import Input

from tui_billing.exchange.bank.csv_columns import Mapping
from tui_billing.locale import N_, _, translate
from tui_billing.models.door import Interrupted
from tui_billing.rules.problem import Problem
from tui_billing.screens.frame import BillingScreen
from tui_billing.screens.statement_words import outlook_lines, outlook_words
from tui_billing.services.statement_preview import Outlook, complete_path, go_through, is_csv, size_of
from tui_billing.widgets.bars import bar
from tui_billing.widgets.cells import use_ascii
from tui_billing.widgets.field import Caption, Field
from tui_billing.widgets.file_field import FileField
from tui_billing.widgets.reader import Reader

#: Seconds between two looks at how far a reading has come.
LOOK = 0.2
_BAR = 24
#: Bytes from which on a file shows how far it has come and can be stopped.
LARGE = 2_000_000


class Statements(Reader):
    """The statements of the file; letters act here."""


class StatementImportScreen(BillingScreen):
    """File and account; below them the file's statements, as they are or as they have been taken in."""

    AUTO_FOCUS = "#file"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take_in", N_("take in"), show=False, id="import.take"),
        Binding("f", "file", N_("another file"), show=False, id="import.file"),
        Binding("m", "columns", N_("columns"), show=False, id="import.columns"),
        Binding("l", "statements", N_("statements"), show=False, id="import.statements"),
    ]

    def __init__(self, path: str = "") -> None:
        super().__init__()
        self._begin = path
        self._outlook: Outlook | None = None
        self._busy = self._stop = self._done = False
        self._mapping: Mapping | None = None
        self._far = (0, 1, 0)
        self._look: Timer | None = None

    # -- parts -----------------------------------------------------------

    def body(self) -> ComposeResult:
        with Horizontal(classes="line"):
            yield Caption(_("File"))
            field = FileField(complete_path, width=60, id="file")
            yield field
            yield field.beside
        with Horizontal(classes="line"):
            yield Caption(_("Account"))
            account = Field(width=40, id="account", placeholder=_("only where the file does not say it"))
            yield account
            yield account.beside
        yield Caption("", id="progress")
        yield Statements(id="statements")

    def title_words(self) -> str:
        return _("BANK FILE")

    def keys(self) -> Sequence[tuple[str, str]]:
        if self._busy:
            return [("Esc", _("stop"))]
        if self.focused is not None and self.focused.id == "statements":
            take = [] if self._done or not (self._outlook and self._outlook.wanted) else [("Enter", _("take in"))]
            return [
                *take,
                ("m", _("columns")),
                ("f", _("another file")),
                ("l", _("statements")),
                ("Esc", _("back")),
            ]
        return [("Enter", _("look at the file")), ("Tab", _("complete")), ("Esc", _("back"))]

    @property
    def file(self) -> FileField:
        return self.query_one("#file", FileField)

    @property
    def account(self) -> Field:
        return self.query_one("#account", Field)

    @property
    def pane(self) -> Statements:
        return self.query_one("#statements", Statements)

    def on_mount(self) -> None:
        super().on_mount()
        kept = self.workstation.half_typed.pop("bank file", {})
        self.file.show(self._begin or kept.get("file", ""))
        self.account.show(kept.get("account", ""))
        if self._begin:
            self._read()

    def on_descendant_focus(self) -> None:
        self.show_keys()

    # -- the file's name ---------------------------------------------------

    @on(FileField.Looked)
    def _looked(self, event: FileField.Looked) -> None:
        names = "  ".join(event.names[:12]) + ("  …" if len(event.names) > 12 else "")
        self.query_one("#progress", Caption).say(names)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self._mapping = None
        self._read()

    # -- reading -----------------------------------------------------------

    def _read(self) -> None:
        """Rehearse the file; keys go on meanwhile, so that Esc can stop it."""
        if self._busy:
            return
        if not self.file.value.strip():
            self.file.mark(_("name the bank's file"))
            return
        self.file.clear_mark()
        self.account.clear_mark()
        self._work(dry_run=True)

    def _work(self, *, dry_run: bool) -> None:
        self._busy, self._stop, self._far = True, False, (0, 1, 0)
        self.show_keys()
        self.workstation.answer(self._begin_work(dry_run), name="bank file")

    async def _begin_work(self, dry_run: bool) -> None:
        """A small file is gone through before the next key acts; during a large one Esc must get through."""
        size = await asyncio.to_thread(size_of, self.file.value)
        if size <= LARGE:
            await self._run(dry_run)
            return
        self._look = self.set_interval(LOOK, self._show_progress)
        self.run_worker(self._run(dry_run), group="bank file", exit_on_error=False)

    def _show_progress(self) -> None:
        done, size, lines = self._far
        if done:
            share = min(1.0, done / max(size, 1))
            words = _("{percent} % read, {count} entries", percent=int(share * 100), count=lines)
            self.query_one("#progress", Caption).say(f"{bar(share, 1, _BAR, ascii=use_ascii())} {words}")

    def _progress(self, done: int, size: int, lines: int) -> None:
        self._far = (done, size, lines)

    async def _run(self, dry_run: bool) -> None:
        ask = self.desk.look if dry_run else self.desk.ask
        problem: Problem | None = None
        try:
            outlook = await ask(
                go_through,
                self.desk.context.command(),
                self.file.value,
                account=self.account.value.strip(),
                mapping=self._mapping,
                dry_run=dry_run,
                progress=self._progress,
                cancelled=lambda: self._stop,
            )
        except Interrupted:
            return self._finished()
        except Problem as error:
            problem = error
        self._finished()
        if problem is not None:
            await self._failed(problem)
            return None
        self._outlook, self._done = outlook, not dry_run
        self.pane.show(outlook_lines(outlook, self._done, self.desk.language), at=0)
        nameless = not outlook.wanted and any(not each.statement.account for each in outlook.statements)
        if nameless and not self.account.value.strip():
            self.account.mark(_("the file does not say its account; name it here, for example by its IBAN"))
            self.set_focus(self.account)
        else:
            self.set_focus(self.pane)
        self.show_keys()
        self.say(outlook_words(outlook, self._done))
        if self._done:
            self.workstation.half_typed.pop("bank file", None)
            self.workstation.tell_changed()
        return None

    def _finished(self) -> None:
        self._busy = False
        if self._look is not None:
            self._look.stop()
            self._look = None
        self.query_one("#progress", Caption).say("")
        self.show_keys()

    async def _failed(self, error: Problem) -> None:
        self._outlook = None
        self.pane.show([])
        self.say_problem(error)
        try:
            table = await asyncio.to_thread(is_csv, self.file.value)
        except Problem:
            table = False
        if error.field in ("account", "mapping"):
            self.account.mark(translate(error))
            self.set_focus(self.account)
        elif table:
            self.action_columns()
        else:
            self.file.mark(translate(error))
            self.set_focus(self.file)

    # -- what the keys do --------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter and the letters act in the list of statements; in a field they are text."""
        if action in ("take_in", "file", "columns", "statements"):
            return self.focused is not None and self.focused.id == "statements" and not self._busy
        return super().check_action(action, parameters)

    def action_take_in(self) -> None:
        if self._done or self._outlook is None or not self._outlook.wanted:
            self.say(_("there is nothing to take in; f names another file"))
            return
        self._work(dry_run=False)

    def action_file(self) -> None:
        self.set_focus(self.file)

    def action_columns(self) -> None:
        """Draw how the columns of this CSV are read, then look at it again."""
        self.workstation.answer(self._open_columns(), name="columns")

    async def _open_columns(self) -> None:
        from tui_billing.screens.csv_mapping import CsvMappingScreen

        try:
            table = await asyncio.to_thread(is_csv, self.file.value)
        except Problem as error:
            self.say_problem(error)
            return
        if not table:
            self.say(_("only a CSV has columns to draw; this file says itself what is what"))
            return
        self.workstation.open(CsvMappingScreen(self.file.value, self.account.value.strip(), self.drawn))

    def drawn(self, mapping: Mapping, account: str) -> None:
        """The columns are drawn: look at the file by them."""
        self._mapping = mapping
        self.account.show(account)
        self._read()

    def action_statements(self) -> None:
        from tui_billing.screens.statements import StatementsScreen

        self.workstation.open(StatementsScreen())

    def action_back(self) -> None:
        """Esc stops what is being read or taken in; the statements before it are in and stay."""
        if self._busy:
            self._stop = True
            self.say(_("stopping after this statement …"))
            return
        if not self._done and self.file.value.strip():
            typed = {"file": self.file.value, "account": self.account.value}
            self.workstation.half_typed["bank file"] = typed
        super().action_back()
