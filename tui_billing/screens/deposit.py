"""The adding machine: cheques and remittances typed on the number pad, with a running tape; posts with its slip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from tui_billing.locale import N_, _
from tui_billing.rules.dates import format_date, parse_date
from tui_billing.rules.numbers import format_money, parse_amount
from tui_billing.rules.problem import Problem
from tui_billing.rules.tape import Tape
from tui_billing.screens.frame import BillingScreen
from tui_billing.screens.tape_view import TapeView
from tui_billing.services import deposits
from tui_billing.services.clerk import new_command_id
from tui_billing.widgets.field import Caption, Field
from tui_billing.widgets.issue_line import IssueLine

#: (name, caption, cells wide) of what the slip says, in the order of Tab.
SLIP: tuple[tuple[str, str, int], ...] = (
    ("count", N_("Slip: count"), 5),
    ("total", N_("total"), 13),
    ("reference", N_("number"), 10),
    ("date", N_("date"), 10),
)


class TapeField(Field):
    """The entry: `+` takes it as Enter does, `*` takes it and asks for the total, as an adding machine's keys."""

    def on_key(self, event: events.Key) -> None:
        """The machine's own keys; every other one is text."""
        if event.key in ("plus", "asterisk"):
            event.stop()
            event.prevent_default()
            screen = self.screen
            assert isinstance(screen, DepositScreen)
            screen.take(total=event.key == "asterisk")


class DepositScreen(BillingScreen):
    """A tape that is typed: every entry lies in the books before the next key acts."""

    AUTO_FOCUS = "#entry"
    KEY_ROWS = 2
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f10", "post", N_("post"), show=False, id="record.save"),
        Binding("ctrl+t", "drop", N_("throw the tape away"), show=False, id="record.drop"),
        Binding("ctrl+l,f4", "tapes", N_("earlier tapes"), show=False, id="deposit.tapes"),
        Binding("pageup", "page(-1)", N_("up the tape"), show=False, id="deposit.up"),
        Binding("pagedown", "page(1)", N_("down the tape"), show=False, id="deposit.down"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.tape: Tape | None = None
        self._command_id = new_command_id()

    def body(self) -> ComposeResult:
        with Horizontal(classes="line", id="slip"):
            for name, caption, cells in SLIP:
                yield Caption(_(caption), classes="slip-caption")
                yield Field(id=name, width=cells)
        yield TapeView(id="tape")
        yield Caption("", id="foot")
        with Horizontal(classes="line"):
            yield Caption(_("Entry"))
            yield TapeField(id="entry", width=50)

    def keys(self) -> Sequence[tuple[str, str]]:
        return [
            (f"{_('Enter')} +", _("add")),
            ("*", _("total, post")),
            ("-", _("strike")),
            ("=", _("name")),
            ("Tab", _("slip")),
            ("^L", _("earlier tapes")),
            ("^T", _("throw away")),
            ("Esc", _("keep")),
        ]

    def title_words(self) -> str:
        return _("DEPOSIT")

    @property
    def view(self) -> TapeView:
        return self.query_one(TapeView)

    @property
    def entry(self) -> TapeField:
        return self.query_one("#entry", TapeField)

    def on_mount(self) -> None:
        super().on_mount()
        self.workstation.answer(self._begin())

    def on_screen_resume(self) -> None:
        self.show_headline()
        self.show_keys()

    async def _begin(self) -> None:
        """The tape that this clerk has begun, else none yet: it begins with its first entry."""
        try:
            self._show(await self.desk.ask(deposits.open_tape, self.desk.context.operator))
        except Problem as error:
            self.say_problem(error)

    def _show(self, tape: Tape | None) -> None:
        self.tape = tape
        self.view.show(tape, self.desk.language)
        language = self.desk.language
        values = {"count": "", "total": "", "reference": "", "date": format_date(self.desk.today, language)}
        if tape is not None:
            values = {
                "count": str(tape.stated_count or ""),
                "total": format_money(tape.stated_total, tape.currency, language) if tape.stated_total else "",
                "reference": tape.reference,
                "date": format_date(tape.date, language),
            }
        for name, value in values.items():
            field = self.query_one(f"#{name}", Field)
            if not field.has_focus and field.value != value:
                field.show(value)
        self._show_foot()

    def _money(self, minor: int) -> str:
        currency = self.tape.currency if self.tape else self.desk.company.currency
        return format_money(minor, currency, self.desk.language)

    def _show_foot(self) -> None:
        tape = self.tape
        if tape is None:
            self.query_one("#foot", Caption).say(" " + _("an empty tape: type an amount, Enter adds it"))
            return
        words = _(
            "{count} for {total} · slip {slip_count} for {slip_total} · difference {difference}",
            count=tape.count,
            total=self._money(tape.total),
            slip_count=tape.stated_count or "-",
            slip_total=self._money(tape.stated_total) if tape.stated_total else "-",
            difference=self._money(tape.total - tape.stated_total) if tape.stated_total else "-",
        )
        if tape.unnamed:
            words += " · " + _("{count} unnamed", count=len(tape.unnamed))
        style = "bold $status-green" if tape.balanced and not tape.unnamed else "bold"
        self.query_one("#foot", Caption).say(" " + words, style)

    # -- typing --------------------------------------------------------------

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        """Enter: the entry goes onto the tape; in the slip, the field is taken and the next one comes."""
        if event.input.id == "entry":
            self.take()
        else:
            self.workstation.answer(self._take_slip(str(event.input.id), go_on=True))

    def take(self, *, total: bool = False) -> None:
        """What stands in the entry goes onto the tape; with `total` the slip is asked for."""
        self.workstation.answer(self._take(total))

    async def _take(self, total: bool) -> None:
        text = self.entry.value.strip()
        if text:
            if not await self._do_entry(text):
                return
            self.entry.show("")
        if total:
            await self._ask()

    async def _do_entry(self, text: str) -> bool:
        try:
            if self.tape is None:
                self._show(await self.desk.do(deposits.begin))
            assert self.tape is not None
            self._show(await self.desk.do(deposits.enter, self.tape.id, text, self.desk.language))
        except Problem as error:
            self.entry.mark("")
            self.say_problem(error)
            return False
        self.entry.clear_mark()
        last = self.tape.items[-1] if self.tape.items else None
        nobody = last is not None and not last.code and bool(last.reference) and last.typed == text
        if last is not None and nobody:
            self.say(_("{text} names nobody: name entry {place} with =CODE", text=last.reference, place=last.position))
        else:
            self.say("")
        return True

    async def _take_slip(self, name: str, *, go_on: bool = False) -> bool:
        field = self.query_one(f"#{name}", Field)
        try:
            values = self._slip_value(name, field.value.strip())
            if values:
                if self.tape is None:
                    self._show(await self.desk.do(deposits.begin))
                assert self.tape is not None
                self._show(await self.desk.do(deposits.state_slip, self.tape.id, **values))
        except Problem as error:
            field.mark("")
            self.say_problem(error)
            self.set_focus(field)
            return False
        field.clear_mark()
        self.say("")
        if go_on:
            order = [each[0] for each in SLIP]
            place = order.index(name) + 1
            # From the total straight back to the entry: number and day are seldom typed.
            following = "entry" if name == "total" or place == len(order) else order[place]
            self.set_focus(self.query_one(f"#{following}", Field))
        return True

    def _slip_value(self, name: str, text: str) -> dict[str, Any]:
        tape, desk = self.tape, self.desk
        if name == "count":
            if text and not (text.isascii() and text.isdigit() and len(text) < 6):
                raise Problem("the slip's count is a number of cheques", field="count")
            value = int(text or 0)
            return {} if tape is None and not value else {"count": value}
        if name == "total":
            currency = tape.currency if tape else desk.company.currency
            value = parse_amount(text, desk.language, currency, "total").minor if text else 0
            return {} if tape is None and not value else {"total": value}
        if name == "reference":
            return {} if tape is None and not text else {"reference": text}
        day = parse_date(text, desk.language, desk.today) if text else desk.today
        return {} if tape is None and day == desk.today else {"date": day}

    @on(events.DescendantBlur)
    def _left(self, event: events.DescendantBlur) -> None:
        """A field of the slip that is left is in the books."""
        name = getattr(event.widget, "id", "") or ""
        if name in {each[0] for each in SLIP} and self.is_current:
            self.workstation.answer(self._take_slip(name))

    def action_page(self, pages: int) -> None:
        self.view.page(pages)

    # -- posting -------------------------------------------------------------

    def action_post(self) -> None:
        """Take what stands half typed, compare with the slip, and ask in one line."""
        self.take(total=True)

    async def _ask(self) -> None:
        tape = self.tape
        if tape is None:
            self.say(_("the tape is empty; type the cheques first"))
            return
        if not tape.stated_count or not tape.stated_total:
            missing = "total" if tape.stated_count else "count"
            self.set_focus(self.query_one(f"#{missing}", Field))
            self.say(
                _("{count} entries {total}; type what the slip says", count=tape.count, total=self._money(tape.total))
            )
            return
        try:
            deposits.check(tape)
        except Problem as error:
            self.say_problem(error)
            self.set_focus(self.entry)
            return
        self.answer_line.open(
            _(
                "post {count} payments, {total} {currency}",
                count=tape.count,
                total=self._money(tape.total),
                currency=tape.currency,
            ),
            purpose="post",
        )

    @on(IssueLine.Confirmed)
    def _confirmed(self, event: IssueLine.Confirmed) -> None:
        self.workstation.answer(self._post() if event.purpose == "post" else self._drop())

    async def _post(self) -> None:
        assert self.tape is not None
        try:
            tape = await self.desk.do(deposits.post, self.tape.id, command_id=self._command_id)
        except Problem as error:
            self.say_problem(error)
            return
        self._command_id = new_command_id()
        done = _(
            "deposit {id}: {count} for {total} {currency} posted",
            id=tape.id,
            count=tape.count,
            total=self._money(tape.total),
            currency=tape.currency,
        )
        self._show(None)
        self.set_focus(self.entry)
        self.say(done)

    def action_drop(self) -> None:
        """Ctrl+T: the tape is thrown away, after a question."""
        if self.tape is not None:
            self.answer_line.open(_("throw this tape away"), warning=True, purpose="drop")

    async def _drop(self) -> None:
        assert self.tape is not None
        try:
            await self.desk.do(deposits.drop, self.tape.id)
        except Problem as error:
            self.say_problem(error)
            return
        self._show(None)
        self.set_focus(self.entry)
        self.say(_("the tape is thrown away"))

    def action_tapes(self) -> None:
        """The tapes of earlier deposits."""
        from tui_billing.screens.deposit_list import DepositListScreen

        self.workstation.push_screen(DepositListScreen())
