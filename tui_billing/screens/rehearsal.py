"""The rehearsal: all lines of which it is certain what they pay, with the evidence; marked ones post in one go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.timer import Timer

from tui_billing.locale import N_, _, translate
from tui_billing.models.door import Interrupted
from tui_billing.models.queries import payments
from tui_billing.rules.problem import Problem
from tui_billing.screens.amounts import money, money_sums, short_iso
from tui_billing.screens.frame import BillingScreen
from tui_billing.screens.payment_batch import SLICE, Batch, post_slice, slices, take_batch_back
from tui_billing.screens.payment_deeds import Deed, settled_words
from tui_billing.services.context import new_command_id
from tui_billing.services.matching import Matched, rehearse
from tui_billing.widgets.bars import bar
from tui_billing.widgets.cells import Cell, use_ascii
from tui_billing.widgets.field import Caption
from tui_billing.widgets.issue_line import IssueLine
from tui_billing.widgets.match_words import reasons
from tui_billing.widgets.paged_table import Column, Page, PagedTable, PageRequest, Row
from tui_billing.widgets.reader import Reader, wrapped
from tui_billing.widgets.rule_words import by_rule, rule_words

#: So many waiting lines are worked out before the next key acts; during more of them Esc must get through.
FEW = 150
#: Seconds between two looks at how far the work has come.
LOOK = 0.2
_BAR = 24
_WHY_LINES = 3


class RehearsalScreen(BillingScreen):
    """Nothing is written until Enter is confirmed; Space leaves a line out. Gives the queue what was posted."""

    AUTO_FOCUS = "#certain"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "choose", N_("choose"), show=False, id="row.choose"),
        Binding("a", "choose_all", N_("all / nothing"), show=False, id="row.choose_all"),
        Binding("ctrl+s,f10", "post", N_("post"), show=False, id="record.save"),
        Binding("u", "undo", N_("take back"), show=False, id="undo"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._certain: list[Matched] = []
        self._left_out: set[tuple[int, int]] = set()
        self._others = 0
        self._work = ""
        self._stop = False
        self._far = (0, 1)
        self._look: Timer | None = None
        self._batch: Batch | None = None

    # -- parts -----------------------------------------------------------

    def body(self) -> ComposeResult:
        yield Caption("", id="sums")
        yield PagedTable(self._columns(), self._fetch, empty=_("no line is certain"), id="certain")
        yield Reader(id="why", focusable=False)

    def _columns(self) -> list[Column]:
        return [
            Column("", 3),
            Column(_("date"), 8),
            Column(_("payer"), 14, flex=2),
            Column(_("amount"), 12, align="right"),
            Column("", 3),
            Column(_("settles"), 14, flex=1),
            Column(_("why"), 16, flex=4, priority=1),
        ]

    def title_words(self) -> str:
        return _("REHEARSAL")

    def keys(self) -> Sequence[tuple[str, str]]:
        if self._work:
            return [("Esc", _("stop"))]
        if self._batch is not None:
            return [("u", _("take back")), ("Esc", _("back"))]
        own = [("Enter", _("post")), ("Space", _("choose")), ("a", _("all / nothing"))] if self._certain else []
        return [*own, ("F5", _("work out anew")), ("Esc", _("back"))]

    @property
    def table(self) -> PagedTable:
        return self.query_one("#certain", PagedTable)

    @property
    def chosen(self) -> list[Matched]:
        """What would be posted."""
        return [one for one in self._certain if (one.line_id, one.position) not in self._left_out]

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#why", Reader).styles.height = _WHY_LINES
        self.workstation.answer(self._begin(), name="rehearsal")

    def on_unmount(self) -> None:
        self._stop = True

    def reload(self) -> None:
        """What others changed meanwhile is refused line by line; F5 works the list out anew."""

    def action_reload(self) -> None:
        if not self._work and self._batch is None:
            self.workstation.answer(self._begin(), name="rehearsal")

    # -- working it out ----------------------------------------------------

    async def _begin(self) -> None:
        try:
            waiting = sum(count for _currency, count, _amount in await self.desk.ask(payments.totals))
        except Problem as error:
            self.say_problem(error)
            return
        self._start("rehearse")
        if waiting <= FEW:
            await self._rehearse()
        else:
            self.run_worker(self._rehearse(), group="rehearsal", exit_on_error=False)

    def _start(self, work: str) -> None:
        self._work, self._stop, self._far = work, False, (0, 1)
        self._look = self.set_interval(LOOK, self._show_progress)
        self.show_keys()

    def _end(self) -> None:
        self._work = ""
        if self._look is not None:
            self._look.stop()
            self._look = None
        self.show_keys()

    def _progress(self, done: int, of: int) -> None:
        """Told by the thread that works it out."""
        if self._stop:
            raise Interrupted
        self._far = (done, of)

    def _show_progress(self) -> None:
        done, of = self._far
        share = done / max(of, 1)
        words = {
            "rehearse": _("working out what is certain: {percent} %", percent=int(share * 100)),
            "post": _("posting: {count} of {all} …", count=done, all=of),
        }
        drawn = bar(share, 1, _BAR, ascii=use_ascii())
        self.query_one("#sums", Caption).say(f" {drawn} {words.get(self._work, '')}")

    async def _rehearse(self) -> None:
        try:
            found = await self.desk.look(rehearse, self._progress)
        except Interrupted:
            self._end()
            return
        except Problem as error:
            self._end()
            self.say_problem(error)
            return
        if self._stop:
            return
        self._certain = await self.desk.look(lambda _books: list(found.certain()))
        self._others = found.others
        self._end()
        self._lay_out()
        if not self._certain:
            self.say(_("no line is certain; each waits in the queue with what it could pay"))

    # -- what is shown -----------------------------------------------------

    async def _fetch(self, request: PageRequest) -> Page:
        if request.direction not in ("first", "last", "around"):
            return Page(())
        refused = self._batch.refused if self._batch is not None else {}
        shown = [one for one in self._certain if self._batch is None or (one.line_id, one.position) in refused]
        return Page([self._row(place, one) for place, one in enumerate(shown)])

    def _row(self, place: int, one: Matched) -> Row:
        key = (one.line_id, one.position)
        signs = ("[x]", "[ ]") if use_ascii() else (" ✔ ", " · ")
        mine = key not in self._left_out
        mark: Cell = Cell(signs[0] if mine else signs[1], "green" if mine else "dim")
        why: str | Cell = self._why(one)
        if self._batch is not None:
            mark, why = Cell("[!]" if use_ascii() else " ✕ ", "red"), Cell(self._batch.refused.get(key, ""), "red")
        cells = (
            mark,
            short_iso(one.date),
            one.payer or one.text,
            money(one.amount, one.currency),
            one.currency,
            self._settles(one),
            why,
        )
        return Row((place,), key, cells)

    def _settles(self, one: Matched) -> str:
        if one.rule is not None:
            return rule_words(one.rule)
        best = one.verdict.best
        return settled_words(best, 30) if best is not None else ""

    def _why(self, one: Matched) -> str:
        if one.rule is not None:
            return by_rule(one.rule.name)
        return ", ".join(reasons(one.verdict.best)) if one.verdict.best is not None else ""

    def _lay_out(self) -> None:
        if self.table.loaded:
            self.table.refresh_rows()
        else:
            self.table.show()
        self._show_sums()
        self._show_why()

    def _show_sums(self) -> None:
        chosen = self.chosen
        text = _(
            "{count} of {all} certain lines chosen: {total}",
            count=len(chosen),
            all=len(self._certain),
            total=money_sums((one.currency, one.amount) for one in chosen),
        )
        if self._others:
            text += " · " + _("{count} more wait for a clerk's eye", count=self._others)
        self.query_one("#sums", Caption).say(" " + text, "bold")

    @on(PagedTable.Moved)
    def _show_why(self) -> None:
        """The line under the cursor as the bank printed it, and all that speaks for what it pays."""
        one = self._under_cursor()
        if one is None:
            self.query_one("#why", Reader).show([])
            return
        cells = max(20, self.size.width - 2)
        said = " · ".join(part for part in (one.payer, one.text) if part)
        why = self._why(one)
        if self._batch is not None:
            why = self._batch.refused.get((one.line_id, one.position), why)
        best = one.verdict.best
        head = f"→ {best.customer.code} {best.customer.name}: " if best is not None else "→ "
        lines = [*wrapped(said, cells)[:1], *wrapped(f"{head}{self._settles(one)} · {why}", cells)]
        self.query_one("#why", Reader).show([[(f" {line}", "")] for line in lines[:_WHY_LINES]])

    def _under_cursor(self) -> Matched | None:
        row = self.table.row
        if row is None:
            return None
        return next((one for one in self._certain if (one.line_id, one.position) == row.id), None)

    # -- choosing ----------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While lines are posted only Esc acts; what was posted is chosen no more."""
        if self._work == "post" and action != "back":
            return False
        if action in ("choose", "choose_all", "post"):
            return self._batch is None and not self._work
        return super().check_action(action, parameters)

    def action_choose(self) -> None:
        one = self._under_cursor()
        if one is None:
            return
        self._left_out ^= {(one.line_id, one.position)}
        self._lay_out()
        self.table.action_move(1)

    def action_choose_all(self) -> None:
        everything = {(one.line_id, one.position) for one in self._certain}
        self._left_out = set() if self._left_out else everything
        self._lay_out()

    # -- posting -----------------------------------------------------------

    @on(PagedTable.Opened)
    def _entered(self) -> None:
        if self._batch is None and not self._work:
            self.action_post()

    def action_post(self) -> None:
        """Ask in one line: how many, how much."""
        chosen = self.chosen
        if not chosen:
            self.say(_("nothing is chosen; Space chooses a row"))
            return
        total = money_sums((one.currency, one.amount) for one in chosen)
        question = _(
            "post {count} of {all}, {total}: Enter posts", count=len(chosen), all=len(self._certain), total=total
        )
        self.answer_line.open(question, purpose="post")

    @on(IssueLine.Confirmed)
    def _confirmed(self, event: IssueLine.Confirmed) -> None:
        if event.purpose != "post":
            return
        self._start("post")
        chosen = self.chosen
        if len(chosen) <= SLICE:
            self.workstation.answer(self._post(chosen), name="post certain")
        else:
            self.run_worker(self._post(chosen), group="rehearsal", exit_on_error=False)

    async def _post(self, chosen: Sequence[Matched]) -> None:
        """Slice by slice under one batch id, so that Esc can stop between two."""
        batch = Batch(new_command_id())
        problem: Problem | None = None
        for part in slices(chosen):
            if self._stop:
                break
            try:
                await post_slice(self.desk, batch, part)
            except Problem as error:
                problem = error
                break
            self._far = (batch.tried, len(chosen))
        self._end()
        words = batch.words(len(chosen))
        if problem is not None:
            words = f"! {translate(problem)} · {words}"
        if batch.posted and not batch.refused and problem is None:
            self.dismiss(batch.deed(words))
            return
        self._batch = batch
        self._lay_out()
        self.query_one("#sums", Caption).say(" " + words, "bold")
        self.show_keys()
        self.say(words)

    def action_undo(self) -> None:
        if self._batch is None or not self._batch.posted:
            self.say(_("nothing was posted here yet that could be taken back"))
            return
        self.workstation.answer(self._undo(self._batch), name="take back")

    async def _undo(self, batch: Batch) -> None:
        try:
            words, rest = await take_batch_back(self.desk, batch.deed(""), new_command_id(), self.say)
        except Problem as error:
            self.say_problem(error)
            return
        if rest is not None:
            batch.posted = list(rest.lines)
            self.say(words)
            return
        self._batch = None
        await self._begin()
        self.say(words)

    def action_back(self) -> None:
        """Esc stops the posting after what is under way; what was posted goes with it to the queue, for `u`."""
        if self._work == "post":
            self._stop = True
            self.say(_("stopping after these lines …"))
            return
        self._stop = True
        done: Deed | None = None
        if self._batch is not None and self._batch.posted:
            done = self._batch.deed(self._batch.words(len(self.chosen)))
        self.dismiss(done)
