"""The case desk: one dispute with its lines, its timeline, the note that is being typed, and how it ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from tui_billing.locale import N_, _, translate
from tui_billing.models.queries.disputes import Case, DisputeRow, dispute
from tui_billing.rules.disputes import GIVEN, STATUSES, next_statuses
from tui_billing.rules.problem import Problem
from tui_billing.screens.amounts import money, word
from tui_billing.screens.case_lines import causes, facts_of, timeline_of
from tui_billing.screens.frame import BillingScreen
from tui_billing.services.case_words import CAUSES, DISPUTE_STATUSES, OUTCOMES
from tui_billing.services.context import new_command_id
from tui_billing.services.dispute_answer import keep_answer
from tui_billing.services.dispute_outcome import close_dispute, credit_dispute
from tui_billing.services.disputes import move_dispute, note_dispute
from tui_billing.services.lessons import learn, propose
from tui_billing.widgets.choice_line import ChoiceLine
from tui_billing.widgets.field import Caption, Field
from tui_billing.widgets.issue_line import IssueLine
from tui_billing.widgets.reader import Reader

#: Outcomes whose answer encloses papers.
SHOWN = ("documents_sent", "reaffirmed")
#: What the first sign of a note makes of it.
SIGNS = {"?": "question", "=": "answer", ".": "call"}
_OUTCOME_LETTERS = dict(zip("abcde", OUTCOMES, strict=True))
_CAUSE_LETTERS = dict(zip("abcdefghijk", CAUSES, strict=True))


class DisputeScreen(BillingScreen):
    """The cursor is in the note: text and Ctrl+S write it. Tab goes to the timeline, where letters act."""

    AUTO_FOCUS = "#note"
    KEY_ROWS = 2
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f10", "save", N_("write the note"), show=False, id="record.save"),
        Binding("f7,ctrl+t", "move_on", N_("next status"), show=False, id="dispute.move"),
        # Priority: the note's field would take Ctrl+X for cutting.
        Binding("f8,ctrl+x", "close_it", N_("close the dispute"), show=False, priority=True, id="dispute.close"),
        Binding("s", "move_on", N_("next status"), show=False, id="dispute.move_letter"),
        Binding("c", "credit", N_("credit"), show=False, id="record.credit"),
        Binding("e", "edit", N_("change lines, amount, owner, day"), show=False, id="record.edit"),
        Binding("f", "evidence", N_("evidence pack"), show=False, id="document.evidence"),
        Binding("o", "document", N_("the invoice"), show=False, id="document.open"),
        Binding("x", "explain", N_("explain"), show=False, id="explain"),
        Binding("a", "papers", N_("papers"), show=False, id="papers"),
        Binding("up", "timeline(-1)", N_("timeline up"), show=False, id="text.above"),
        Binding("down", "timeline(1)", N_("timeline down"), show=False, id="text.below"),
        Binding("pageup", "timeline(-10)", N_("timeline up"), show=False, id="text.page_above"),
        Binding("pagedown", "timeline(10)", N_("timeline down"), show=False, id="text.page_below"),
    ]

    def __init__(self, dispute_id: int) -> None:
        super().__init__()
        self.dispute_id = dispute_id
        self._case: Case | None = None
        self._command_id = new_command_id()
        self._outcome = ""

    @property
    def customer_id(self) -> int:
        """Whose dispute it is; 0 until it is read."""
        return self._case.row.customer_id if self._case else 0

    @property
    def _row(self) -> DisputeRow | None:
        return self._case.row if self._case else None

    def title_words(self) -> str:
        if self._row is None:
            return _("DISPUTE")
        return f"{_('DISPUTE')} {self._row.id}  {self._row.number} · {self._row.customer}"

    def body(self) -> ComposeResult:
        yield Reader(id="facts", focusable=False)
        yield Reader(id="timeline")
        yield ChoiceLine(id="choice")
        with Horizontal(classes="line", id="note-line"):
            yield Caption(_("Note"))
            note = Field(id="note", placeholder=_("text · .call · ?login question · =answer"))
            yield note
        yield note.beside

    def keys(self) -> Sequence[tuple[str, str]]:
        return [
            ("^S", _("write the note")),
            ("F7 ^T", _("next status")),
            ("F8 ^X", _("close")),
            ("Tab", _("timeline")),
            ("e", _("change")),
            ("c", _("credit")),
            ("f", _("evidence")),
            ("a", _("papers")),
            ("o", _("invoice")),
            ("x", _("explain")),
            ("i", _("inquiry")),
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
        if self._case is None:
            self.workstation.answer(self._read(), name="dispute")
        else:
            self.run_worker(self._read(), group="dispute", exclusive=True)

    async def _read(self) -> None:
        try:
            self._case = await self.desk.ask(dispute, self.dispute_id)
        except Problem as error:
            self.say_problem(error)
            return
        self.show_headline()
        self._lay_out()
        if self._case.row.status == "closed" and not self.note.disabled:
            # Nothing is written into a closed case: letters act at once.
            self.set_focus(self.query_one("#timeline", Reader))
            self.note.disabled = True

    def on_resize(self) -> None:
        if self._case is not None:
            self._lay_out()

    def _lay_out(self) -> None:
        if self._case is None:
            return
        facts = self.query_one("#facts", Reader)
        lines = facts_of(self._case, self.desk.today)
        facts.styles.height = len(lines)
        facts.show(lines)
        timeline = self.query_one("#timeline", Reader)
        told = timeline_of(self._case.notes, max(20, self.size.width))
        timeline.show(told, at=len(told))
        # Once more when the facts above have their height: the end of the timeline is what is looked at.
        self.call_after_refresh(timeline.action_scroll_to, len(told))

    # -- notes -----------------------------------------------------------

    def action_timeline(self, lines: int) -> None:
        self.query_one("#timeline", Reader).action_scroll_by(lines)

    def action_save(self) -> None:
        """Write the note at once."""
        self.workstation.answer(self._write(), name="note")

    async def _write(self) -> None:
        text, kind, colleague = self.note.value.strip(), "note", ""
        if text[:1] in SIGNS:
            kind, text = SIGNS[text[0]], text[1:].strip()
        if kind == "question":
            colleague, _blank, text = text.partition(" ")
        try:
            await self.desk.do(
                note_dispute, self.dispute_id, text, kind, colleague=colleague, command_id=self._command_id
            )
        except Problem as error:
            if error.field in ("text", "owner"):
                self.note.mark(translate(error))
            self.say_problem(error)
            return
        self._command_id = new_command_id()
        self.note.show("")
        self.note.clear_mark()
        await self._read()
        self.say(_("the note is written"))

    # -- status ----------------------------------------------------------

    def action_move_on(self) -> None:
        self.workstation.answer(self._move_on(), name="status")

    async def _move_on(self) -> None:
        row = self._row
        if row is None:
            return
        steps = next_statuses(row.status)
        if not steps:
            self.say(_("this dispute is closed"))
            return
        after = [status for status in steps if STATUSES.index(status) > STATUSES.index(row.status)]
        status = (after or list(steps))[0]
        try:
            await self.desk.do(move_dispute, self.dispute_id, status, row.version)
        except Problem as error:
            self.say_problem(error)
        else:
            self.say(_("the dispute is now: {status}", status=word(DISPUTE_STATUSES, status)))
        await self._read()

    # -- the end: outcome, cause, then one line that says what will be done ----

    def action_close_it(self) -> None:
        if self._row is None or self._row.status == "closed":
            self.say(_("this dispute is closed"))
            return
        words = "  ".join(f"{letter} {word(OUTCOMES, token)}" for letter, token in _OUTCOME_LETTERS.items())
        self.query_one("#choice", ChoiceLine).ask(_("close as:") + "  " + words, _OUTCOME_LETTERS)

    @on(ChoiceLine.Chosen)
    def _chosen(self, event: ChoiceLine.Chosen) -> None:
        if event.token in OUTCOMES:
            self._outcome = event.token
            self.query_one("#timeline", Reader).show(causes(_CAUSE_LETTERS))
            self.query_one("#choice", ChoiceLine).ask(_("cause: a to k"), _CAUSE_LETTERS)
        else:
            self._lay_out()
            if self._outcome in SHOWN:
                from tui_billing.screens.dispute_answer import DisputeAnswerScreen

                self.workstation.open(DisputeAnswerScreen(self, self._outcome, event.token))
            else:
                self._ask(self._outcome, event.token)

    def _ask(self, outcome: str, cause: str) -> None:
        assert self._case is not None
        row = self._case.row
        missing = row.amount - self._case.given
        words = {"outcome": word(OUTCOMES, outcome), "cause": word(CAUSES, cause)}
        if outcome in GIVEN and missing > 0:
            amount = money(missing, row.currency, code=True)
            text = _("credit {amount}, answer, close ({outcome}; {cause}): Enter does it", amount=amount, **words)
        else:
            text = _("answer and close ({outcome}; {cause}): Enter does it", **words)
        self.answer_line.open(text, purpose=("close", outcome, cause))

    @on(IssueLine.Confirmed)
    def _confirmed(self, event: IssueLine.Confirmed) -> None:
        purpose = event.purpose
        if isinstance(purpose, tuple) and purpose[0] == "close":
            self.workstation.answer(self.close(purpose[1], purpose[2]), name="close")
        elif isinstance(purpose, tuple) and purpose[0] == "learn":
            self.workstation.answer(self._learn(purpose[1], purpose[2]), name="learn")
        elif isinstance(purpose, tuple) and purpose[0] == "bill again":
            self.workstation.answer(self._bill_again(purpose[1]), name="bill again")

    async def close(self, outcome: str, cause: str, papers: Sequence[int] = (), documents: Sequence[int] = ()) -> None:
        """Credit what is missing, then close; what stands half typed in the note becomes its last note.

        `papers` and `documents` (ids) go with the answer.
        """
        assert self._case is not None
        row, note = self._case.row, self.note.value.strip()
        try:
            if outcome in GIVEN and row.amount > self._case.given:
                done = await self.desk.do(credit_dispute, self.dispute_id, reason=note)
                if "request" in done:
                    self.say(_("the credit note waits for a supervisor; close the dispute once it is issued"))
                    await self._read()
                    return
                self.workstation.render_document(done["id"], done["number"])
            letter = await self.desk.do(
                close_dispute,
                self.dispute_id,
                outcome,
                note,
                row.version,
                cause=cause,
                send=True,
                papers=papers,
                documents=documents,
            )
        except Problem as error:
            self.say_problem(error)
        else:
            self.note.show("")
            self.say(_("the dispute is closed: {outcome}", outcome=word(OUTCOMES, outcome)))
            self.run_worker(self._keep_letter(letter), group="letter", exit_on_error=False)
            await self._read()
            await self._ask_lesson(outcome, cause)
            return
        await self._read()

    async def _keep_letter(self, letter: int) -> None:
        """The letter's PDF among the papers of the dispute; the clerk goes on meanwhile."""
        try:
            await self.desk.do(keep_answer, self.dispute_id, letter)
        except Problem as error:
            self.say_problem(error)

    async def _ask_lesson(self, outcome: str, cause: str) -> None:
        """Propose the check that would have caught it; then, where it was corrected, the new invoice."""
        lesson = await self.desk.ask(propose, self.dispute_id, cause)
        if lesson is None:
            self._ask_new_invoice(outcome)
            return
        check = _(lesson.words, **lesson.parameters)
        text = _("learn for {customer}: {check}: Enter keeps the check, Esc not", customer=lesson.customer, check=check)
        self.answer_line.open(text, purpose=("learn", outcome, cause))

    async def _learn(self, outcome: str, cause: str) -> None:
        try:
            await self.desk.do(learn, self.dispute_id, cause)
        except Problem as error:
            self.say_problem(error)
        else:
            self.say(_("the check is kept; it speaks before the next invoice is issued"))
        await self._read()
        self._ask_new_invoice(outcome)

    def _ask_new_invoice(self, outcome: str) -> None:
        if outcome == "corrected" and self._row is not None:
            text = _("a new invoice with these lines: Enter opens its form, Esc leaves it")
            self.answer_line.open(text, purpose=("bill again", self._row.invoice_id))

    @on(IssueLine.Declined)
    def _declined(self, event: IssueLine.Declined) -> None:
        purpose = event.purpose
        if isinstance(purpose, tuple) and purpose[0] == "learn":
            self._ask_new_invoice(purpose[1])

    async def _bill_again(self, invoice_id: int) -> None:
        """The form of a new invoice with the disputed lines (all lines where it was about none)."""
        assert self._case is not None
        positions = {position for position, _text, _amount in self._case.lines} or None
        try:
            await self.workstation.correct_invoice(invoice_id, corrective=False, positions=positions)
        except Problem as error:
            self.say_problem(error)

    # -- other keys --------------------------------------------------------

    def action_credit(self) -> None:
        from tui_billing.screens.disputes import credit_case

        if self._row is not None and self._row.status != "closed":
            self.workstation.answer(credit_case(self, self.dispute_id), name="credit")

    def action_edit(self) -> None:
        if self._row is None or self._row.status == "closed":
            self.say(_("this dispute is closed"))
            return
        from tui_billing.screens.dispute_change import DisputeChangeScreen

        self.workstation.open(DisputeChangeScreen(self.dispute_id))

    def action_evidence(self) -> None:
        if self._row is not None:
            self.workstation.make_evidence(self._row.invoice_id, self._row.number, self.dispute_id)

    def papers_about(self) -> tuple[str, int]:
        return "dispute", self.dispute_id

    def inquiry_about(self) -> tuple[str, int]:
        return (self._row.customer_code, self._row.invoice_id) if self._row else ("", 0)

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
