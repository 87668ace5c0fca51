"""One dispute: what it is about, its timeline, and the note that is being typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from tui_billing.locale import N_, _, translate
from tui_billing.models.queries.disputes import DisputeRow, Note, dispute
from tui_billing.rules.problem import Problem
from tui_billing.rules.status import GLYPHS, Status
from tui_billing.screens.amounts import (
    DISPUTE_STATUSES,
    NOTE_KINDS,
    OUTCOMES,
    REASONS,
    day,
    instant,
    money,
    word,
)
from tui_billing.screens.frame import BillingScreen
from tui_billing.services.context import new_command_id
from tui_billing.services.disputes import STATUSES, close_dispute, move_dispute, note_dispute
from tui_billing.widgets.cells import glyph, padded
from tui_billing.widgets.choice_line import ChoiceLine
from tui_billing.widgets.field import Caption, Field
from tui_billing.widgets.reader import Line, Reader, wrapped

_WHO = 25


class DisputeScreen(BillingScreen):
    """The cursor is in the note: text and Ctrl+S write it. Tab goes to the timeline, where letters act."""

    AUTO_FOCUS = "#note"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f10", "save", N_("write the note"), show=False, id="record.save"),
        Binding("f7,ctrl+t", "move_on", N_("next status"), show=False, id="dispute.move"),
        # Priority: the note's field would take Ctrl+X for cutting.
        Binding("f8,ctrl+x", "close_it", N_("close the dispute"), show=False, priority=True, id="dispute.close"),
        Binding("s", "move_on", N_("next status"), show=False, id="dispute.move_letter"),
        Binding("o", "document", N_("the invoice"), show=False, id="document.open"),
        Binding("x", "explain", N_("explain"), show=False, id="explain"),
        Binding("up", "timeline(-1)", N_("timeline up"), show=False, id="text.above"),
        Binding("down", "timeline(1)", N_("timeline down"), show=False, id="text.below"),
        Binding("pageup", "timeline(-10)", N_("timeline up"), show=False, id="text.page_above"),
        Binding("pagedown", "timeline(10)", N_("timeline down"), show=False, id="text.page_below"),
    ]

    def __init__(self, dispute_id: int) -> None:
        super().__init__()
        self.dispute_id = dispute_id
        self._row: DisputeRow | None = None
        self._notes: list[Note] = []
        self._command_id = new_command_id()

    def title_words(self) -> str:
        if self._row is None:
            return _("DISPUTE")
        return f"{_('DISPUTE')}  {self._row.number} · {self._row.customer}"

    def body(self) -> ComposeResult:
        yield Reader(id="facts", focusable=False)
        yield Reader(id="timeline")
        yield ChoiceLine(id="choice")
        with Horizontal(classes="line", id="note-line"):
            yield Caption(_("Note"))
            note = Field(id="note")
            yield note
        yield note.beside

    def keys(self) -> Sequence[tuple[str, str]]:
        return [
            ("^S", _("write the note")),
            ("F7 ^T", _("next status")),
            ("F8 ^X", _("close")),
            ("Tab", _("timeline")),
            ("Esc", _("back")),
        ]

    @property
    def note(self) -> Field:
        return self.query_one("#note", Field)

    @property
    def _kept_as(self) -> str:
        return f"note {self.dispute_id}"

    # -- data ------------------------------------------------------------

    def on_mount(self) -> None:
        super().on_mount()
        kept = self.workstation.half_typed.pop(self._kept_as, {})
        if kept:
            self.note.show(kept["text"])

    def reload(self) -> None:
        if self._row is None:
            self.workstation.answer(self._read(), name="dispute")
        else:
            self.run_worker(self._read(), group="dispute", exclusive=True)

    async def _read(self) -> None:
        try:
            self._row, self._notes = await self.desk.ask(dispute, self.dispute_id)
        except Problem as error:
            self.say_problem(error)
            return
        self.show_headline()
        self._lay_out()

    def on_resize(self) -> None:
        if self._row is not None:
            self._lay_out()

    def _lay_out(self) -> None:
        row = self._row
        if row is None:
            return
        self.query_one("#facts", Reader).show(self._facts(row))
        timeline = self.query_one("#timeline", Reader)
        lines = self._timeline(max(20, self.size.width))
        timeline.show(lines, at=len(lines))

    def _facts(self, row: DisputeRow) -> list[Line]:
        closed = row.status == "closed"
        late = not closed and row.answer_by < self.desk.today
        sign = Status.CREDITED if closed else Status.OVERDUE if late else Status.DISPUTED
        colour = GLYPHS[sign].colour
        state = (
            _("closed: {outcome}", outcome=word(OUTCOMES, row.outcome))
            if closed
            else word(DISPUTE_STATUSES, row.status)
        )
        when = _("closed {day}", day=day(row.closed_on)) if closed else _("answer by {day}", day=day(row.answer_by))
        about = " · ".join(p for p in (row.contact, _("owner {login}", login=row.owner)) if p)
        return [
            [
                (f" {glyph(sign)} {state}", colour),
                (f" · {when}" + (" · " + _("late") if late else ""), colour if late else ""),
            ],
            [
                (f" {money(row.amount, row.currency, code=True)} ", "bold"),
                (f"{_('of')} {row.number} · {word(REASONS, row.reason)}", ""),
            ],
            [(f" {_('opened')} {day(row.opened_on)} · {about}", "dim")],
            [],
        ]

    def _timeline(self, width: int) -> list[Line]:
        lines: list[Line] = []
        for note in self._notes:
            kind = word(NOTE_KINDS, note.kind)
            text = note.text
            if note.kind == "status":
                text = word(DISPUTE_STATUSES, text)
            elif note.kind == "closed" and text in OUTCOMES:
                text = word(OUTCOMES, text)
            if note.kind != "note":
                text = f"{kind}: {text}" if text else kind
            head = padded(f" {instant(note.at)} {note.operator}", _WHO)
            for place, part in enumerate(wrapped(text, width - _WHO - 3) or [""]):
                lines.append([(" " * _WHO if place else head, "dim"), (part, "")])
        return lines

    # -- keys ------------------------------------------------------------

    def action_timeline(self, lines: int) -> None:
        self.query_one("#timeline", Reader).action_scroll_by(lines)

    def action_save(self) -> None:
        """Write the note at once."""
        self.workstation.answer(self._write(), name="note")

    async def _write(self) -> None:
        try:
            await self.desk.do(note_dispute, self.dispute_id, self.note.value, command_id=self._command_id)
        except Problem as error:
            if error.field == "text":
                self.note.mark(translate(error))
            else:
                self.say_problem(error)
            return
        self._command_id = new_command_id()
        self.note.show("")
        self.note.clear_mark()
        await self._read()
        self.say(_("the note is written"))

    def action_move_on(self) -> None:
        self.workstation.answer(self._move_on(), name="status")

    async def _move_on(self) -> None:
        row = self._row
        if row is None:
            return
        steps = STATUSES[:-1]
        place = steps.index(row.status) + 1 if row.status in steps else 0
        status = steps[place % len(steps)]
        try:
            await self.desk.do(move_dispute, self.dispute_id, status, row.version)
        except Problem as error:
            self.say_problem(error)
        else:
            self.say(_("the dispute is now: {status}", status=word(DISPUTE_STATUSES, status)))
        await self._read()

    def action_close_it(self) -> None:
        if self._row is None or self._row.status == "closed":
            self.say(_("this dispute is closed"))
            return
        answers = dict(zip("abcde", OUTCOMES, strict=True))
        words = "  ".join(f"{letter} {word(OUTCOMES, token)}" for letter, token in answers.items())
        self.query_one("#choice", ChoiceLine).ask(_("close as:") + "  " + words, answers)

    async def on_choice_line_chosen(self, event: ChoiceLine.Chosen) -> None:
        self.workstation.answer(self._close(event.token), name="close")

    async def _close(self, outcome: str) -> None:
        """Close it; what stands half typed in the note becomes its last note."""
        row = self._row
        assert row is not None
        try:
            await self.desk.do(close_dispute, self.dispute_id, outcome, self.note.value.strip(), row.version)
        except Problem as error:
            self.say_problem(error)
        else:
            self.note.show("")
            self.say(_("the dispute is closed: {outcome}", outcome=word(OUTCOMES, outcome)))
        await self._read()

    def action_document(self) -> None:
        if self._row is not None:
            self.workstation.open_invoice(self._row.invoice_id)

    def action_explain(self) -> None:
        if self._row is not None:
            from tui_billing.screens.explain import ExplainScreen

            self.workstation.open(ExplainScreen.of_invoice(self._row.invoice_id))

    def action_pay(self) -> None:
        self.workstation.new_payment(self._row.customer_code if self._row else "")

    def action_back(self) -> None:
        if self.note.value.strip():
            self.workstation.half_typed[self._kept_as] = {"text": self.note.value}
        super().action_back()
