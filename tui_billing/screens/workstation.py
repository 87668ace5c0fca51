"""The workstation: screens, the way between them, what others change, and how it ends."""

from __future__ import annotations

import asyncio
import importlib
import os
import signal
from pathlib import Path
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.worker import Worker

from tui_billing.locale import _, translate
from tui_billing.rules.problem import Problem
from tui_billing.screens.desk import Desk
from tui_billing.screens.frame import BillingScreen
from tui_billing.screens.overview import OverviewScreen
from tui_billing.services.firm import forget_company
from tui_billing.services.operators import mark_seen
from tui_billing.widgets.ordered_keys import OrderedKeys
from tui_billing.widgets.themes import ThemedApp

#: Place -> (module, class): imported when it is first gone to, the hot ones after the first paint.
SCREENS = {
    "invoices": ("invoice_list", "InvoiceListScreen"),
    "payments": ("payments", "PaymentsScreen"),
    "disputes": ("disputes", "DisputesScreen"),
    "customers": ("customers", "CustomersScreen"),
    "items": ("items", "ItemsScreen"),
    "deliveries": ("deliveries", "DeliveriesScreen"),
    "month_end": ("month_end", "MonthEndScreen"),
    "collections": ("collections", "CollectionsScreen"),
    "refunds": ("refunds", "RefundsScreen"),
    "to_bill": ("to_bill", "ToBillScreen"),
    "orders": ("source_lists", "OrdersScreen"),
    "delivery_notes": ("source_lists", "DeliveryNotesScreen"),
    "contracts": ("source_lists", "ContractsScreen"),
    "letters": ("letters", "LettersScreen"),
    "inquiries": ("inquiries", "InquiriesScreen"),
    "templates": ("templates", "TemplatesScreen"),
}
#: How often others' changes are looked for, in seconds: 4 µs a look on SQLite.
WATCH = 0.25
WATCH_SERVER = 1.0


def style_sheets() -> list[Path]:
    """The sheets of styles/: inside the package where it is installed, beside it in a checkout."""
    package = Path(__file__).parent.parent
    folder = package / "styles"
    if not folder.is_dir():
        folder = package.parent / "styles"
    return sorted(folder.glob("*.tcss"))


class Workstation(OrderedKeys, ThemedApp):
    """One clerk's workstation."""

    CSS_PATH: ClassVar[Any] = style_sheets()
    ENABLE_COMMAND_PALETTE = False
    TITLE = "tui-billing"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit_now", "quit", show=False, priority=False, id="app.quit"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(theme=os.environ.get("TUI_BILLING_THEME", ""))
        self.desk = desk
        self._overview: OverviewScreen | None = None
        self._places: dict[str, BillingScreen] = {}
        self._version = 0
        self._waiting_words = ""
        #: What was left half typed in a field or form, by its name; there again when it is opened again.
        self.half_typed: dict[str, dict[str, str]] = {}

    # -- start -----------------------------------------------------------

    def get_default_screen(self) -> OverviewScreen:
        self._overview = OverviewScreen()
        self._places["overview"] = self._overview
        return self._overview

    async def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            loop.add_signal_handler(number, self._hang_up)
        self.call_after_refresh(self._after_first_paint)
        if self.desk.draft is not None:
            self.open_draft(self.desk.draft)

    def _after_first_paint(self) -> None:
        self.set_timer(0.05, self._watch_changes)
        self.set_timer(0.4, self._warm_up)

    def _warm_up(self) -> None:
        """Import the screens that a clerk opens next, while nothing is typed."""
        for module in ("invoice_entry",):
            importlib.import_module(f"tui_billing.screens.{module}")

    # -- others' changes -------------------------------------------------

    async def _watch_changes(self) -> None:
        pause = WATCH if self.desk.books.engine == "sqlite" else WATCH_SERVER
        self._version = await self.desk.ask(lambda books: books.data_version())
        self.set_interval(pause, self._look_for_changes)

    async def _look_for_changes(self) -> None:
        try:
            version = await self.desk.ask(lambda books: books.data_version())
        except Problem:
            return  # the next verb says what is wrong; a look must not disturb
        if version != self._version:
            self._version = version
            await self.desk.ask(forget_company)
            self.tell_changed()

    def tell_changed(self) -> None:
        """Let the screen on top read again what it shows."""
        screen = self.screen
        if isinstance(screen, BillingScreen):
            screen.reload()

    # -- places ----------------------------------------------------------

    def go_to(self, name: str) -> BillingScreen:
        """Change place: what is open above the place is closed, never lost (drafts are kept)."""
        while len(self.screen_stack) > 1:
            self.pop_screen()
        if name == "overview":
            target: BillingScreen = self._places["overview"]
        else:
            if name not in self._places:
                module, cls = SCREENS[name]
                loaded = importlib.import_module(f"tui_billing.screens.{module}")
                self._places[name] = getattr(loaded, cls)()
                # Installed, a place that is left stays as it is; else it would be taken apart while a key that
                # was typed ahead goes to it again.
                self.install_screen(self._places[name], name)
            target = self._places[name]
        if self.screen is not target and name != "overview":
            self.push_screen(target)
        return target

    def go_back(self) -> None:
        """To the screen before; from the overview there is none."""
        if len(self.screen_stack) > 1:
            self.pop_screen()

    def open(self, screen: BillingScreen) -> None:
        """Lay a screen over the present one; Esc comes back."""
        self.push_screen(screen)

    def new_invoice(self, draft: Any = None, **start: Any) -> None:
        """An empty form, or a draft at the field where it was left."""
        from tui_billing.screens.invoice_entry import InvoiceEntryScreen

        self.push_screen(InvoiceEntryScreen(draft, **start))

    def open_draft(self, draft: Any) -> None:
        """The form of a draft, of an invoice or of an order, delivery note or contract."""
        from tui_billing.services.source_drafts import TypedSource

        if isinstance(draft, TypedSource):
            self.new_source(draft.content.kind, draft=draft)
        else:
            self.new_invoice(draft)

    def new_source(self, kind: str, **start: Any) -> None:
        """The form of an order, delivery note or contract: a new one, a draft, or one that is changed."""
        from tui_billing.screens.source_entry import SourceEntryScreen

        self.push_screen(SourceEntryScreen(kind, **start))

    def say_on_screen(self, what: str | Problem) -> None:
        """One sentence on whatever screen is on top now."""
        screen = self.screen
        if isinstance(screen, BillingScreen):
            screen.say_problem(what) if isinstance(what, Problem) else screen.say(what)

    def new_payment(self, customer: str = "", bank_line: Any = None) -> None:
        """The form of a payment received."""
        from tui_billing.screens.payment_entry import PaymentEntryScreen

        self.push_screen(PaymentEntryScreen(customer, bank_line))

    def new_inquiry(self, customer: str = "", invoice_id: int = 0) -> None:
        """The form of a call or mail, with the customer's whole history."""
        from tui_billing.screens.inquiry_entry import InquiryEntryScreen

        self.push_screen(InquiryEntryScreen(customer, invoice_id))

    def open_waiting_credits(self) -> None:
        """The credit notes that wait for a second person."""
        from tui_billing.screens.waiting_credits import WaitingCreditsScreen

        self.push_screen(WaitingCreditsScreen())

    async def correct_invoice(self, invoice_id: int, *, corrective: bool, positions: set[int] | None = None) -> None:
        """A form filled from an issued invoice: its corrective invoice, or a new one with some of its lines."""
        from tui_billing.services.drafts import take_draft
        from tui_billing.services.replace import start_again

        draft = await self.desk.do(start_again, invoice_id, corrective=corrective, positions=positions)
        self.new_invoice(await self.desk.do(take_draft, draft))

    def open_invoice(self, invoice_id: int) -> None:
        from tui_billing.screens.invoice_detail import InvoiceDetailScreen

        self.push_screen(InvoiceDetailScreen(invoice_id))

    def explain_entry(self, lines: Any) -> None:
        """How the totals of a form come to be."""
        from tui_billing.screens.explain import ExplainScreen

        self.push_screen(ExplainScreen.of_entry(lines))

    def render_document(self, invoice_id: int, number: str) -> Worker[None]:
        """Make the PDF of an issued document in a process of its own; keys do not wait for it."""
        return self.run_worker(self._render(invoice_id, number), group="render", exit_on_error=False)

    async def _render(self, invoice_id: int, number: str) -> None:
        from tui_billing.documents.renderer import document_path
        from tui_billing.services.printing import (
            ABSENT,
            document_folder,
            logo_path,
            must_tell_absence,
            printable,
            record_rendering,
        )

        desk = self.desk
        try:
            invoice = await desk.ask(printable, invoice_id)
            path = document_path(document_folder(desk.books), number)
            logo = await desk.ask(logo_path)
            written = await asyncio.wrap_future(desk.renderer().render(invoice, path, logo))
            await desk.do(record_rendering, invoice_id, written)
            absent = await desk.do(must_tell_absence, written.engine == "absent")
        except Problem as error:
            text = translate(error)
        else:
            text = _(ABSENT) if absent else ""
            if written.missing:
                signs = ", ".join(written.missing[:3])
                text = _("{number}: the fonts lack {signs}; a box stands in their place", number=number, signs=signs)
            stops = [one for one in written.findings if one["blocking"]]
            if stops:
                what = translate(Problem(stops[0]["message"], **stops[0]["values"]))
                text = _("{number} must not be sent: {what} ({rule})", number=number, what=what, rule=stops[0]["code"])
        screen = self.screen
        if text and isinstance(screen, BillingScreen):
            screen.say("! " + text)

    def preview_invoice(self, invoice_id: int, number: str) -> None:
        """The pages of a document, without a file; one without a number is a draft."""
        from tui_billing.screens.preview import PreviewScreen
        from tui_billing.services.previews import draft_kept
        from tui_billing.services.printing import printable

        if number:
            self.open(PreviewScreen(printable, invoice_id, title=number))
        else:
            self.open(PreviewScreen(draft_kept, invoice_id, self.desk.today, title=_("DRAFT")))

    def make_evidence(self, invoice_id: int, number: str, dispute_id: int = 0) -> Worker[None]:
        """Make the evidence pack of an invoice or dispute; keys do not wait for it."""
        return self.run_worker(
            self._make_evidence(invoice_id, number, dispute_id), group="evidence", exit_on_error=False
        )

    async def _make_evidence(self, invoice_id: int, number: str, dispute_id: int) -> None:
        from tui_billing.documents.evidence import make_pack
        from tui_billing.services import evidence

        desk, screen = self.desk, self.screen
        if isinstance(screen, BillingScreen):
            screen.say(_("making the evidence pack of {number} …", number=number))
        try:
            for key, name in await desk.ask(evidence.missing_documents, invoice_id):
                await self.render_document(key, name).wait()
            pack = await desk.ask(evidence.pack_of, invoice_id, dispute_id, desk.today, desk.language)
            path = await desk.ask(evidence.evidence_path, number)
            made = await asyncio.to_thread(make_pack, pack, path)
            if dispute_id:
                await desk.do(evidence.record_pack, dispute_id, made)
        except Problem as error:
            text = "! " + translate(error)
        else:
            text = _("{path} is written ({pages} pages)", path=made.path, pages=made.pages)
        screen = self.screen
        if isinstance(screen, BillingScreen):
            screen.reload()
            screen.say(text)

    def show_help(self, about: BillingScreen) -> None:
        from tui_billing.screens.help import HelpScreen

        self.push_screen(HelpScreen(about))

    def open_command_line(self) -> None:
        from tui_billing.screens.command_line import CommandLineScreen

        self.push_screen(CommandLineScreen())

    # -- waiting ---------------------------------------------------------

    def on_long_answer(self) -> None:
        """After a second: say who is waited for; when the answer has come, take the words away."""
        screen = self.screen
        if not isinstance(screen, BillingScreen):
            return
        if self.answer_is_long:
            holder = self.desk.books.waits_for()
            text = _("waiting for the books") + (f" ({_('process')} {holder})" if holder else "") + " …"
            self._waiting_words = text
            screen.say(text)
        elif screen.answer_line.text == self._waiting_words:  # what was done meanwhile stays said
            screen.say("")

    # -- the end ---------------------------------------------------------

    def _hang_up(self) -> None:
        """The line is gone (SIGHUP) or the machine stops (SIGTERM): keep what stands half typed, then leave.

        Every committed field is in the books already.
        """
        self.run_worker(self._keep_and_exit(129), name="hang up", exit_on_error=False)

    async def _keep_and_exit(self, code: int) -> None:
        self.desk.exit_code = code
        for screen in reversed(self.screen_stack):
            keep = getattr(screen, "keep_now", None)
            if keep is not None:
                try:
                    await asyncio.wait_for(keep(), timeout=1.5)
                except Exception:
                    break
        self.exit(return_code=code)

    def leave(self) -> None:
        """Quit; what is being typed is kept as a draft."""
        self.run_worker(self._leave(), name="leave")

    async def _leave(self) -> None:
        operator = self.desk.context.operator
        try:
            await asyncio.wait_for(self.desk.ask(mark_seen, operator), timeout=2)
        except (Problem, TimeoutError):
            pass  # what is new is shown once more next time
        await self._keep_and_exit(0)

    def action_quit_now(self) -> None:
        self.leave()
