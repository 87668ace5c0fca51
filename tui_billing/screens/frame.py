"""The frame of every screen: headline, body, a line that answers, key line; and the keys alike everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui_billing.locale import N_, _, translate
from tui_billing.rules.dates import format_date, weekday_name
from tui_billing.rules.party import Party
from tui_billing.rules.problem import Problem
from tui_billing.widgets.headline import Headline
from tui_billing.widgets.issue_line import IssueLine
from tui_billing.widgets.key_bar import KeyBar
from tui_billing.widgets.quiet_screen import QuietScreen

if TYPE_CHECKING:
    from tui_billing.screens.desk import Desk
    from tui_billing.screens.workstation import Workstation

#: (digit, letter after g, name of the place, its words), in the order of the key line.
PLACES: tuple[tuple[str, str, str, str], ...] = (
    ("1", "o", "overview", N_("overview")),
    ("2", "i", "invoices", N_("invoices")),
    ("3", "p", "payments", N_("payments")),
    ("4", "d", "disputes", N_("disputes")),
    ("5", "c", "customers", N_("customers")),
    ("8", "t", "items", N_("items")),
    ("9", "s", "deliveries", N_("sending")),
)

#: (letter after g, name, its words) of places without a digit.
FURTHER: tuple[tuple[str, str, str], ...] = (
    ("m", "month_end", N_("month end")),
    ("l", "collections", N_("direct debits")),
    ("f", "refunds", N_("refunds")),
    ("b", "to_bill", N_("to bill")),
    ("r", "orders", N_("orders")),
    ("v", "delivery_notes", N_("delivery notes")),
    ("k", "contracts", N_("contracts")),
    ("w", "letters", N_("letters")),
    ("q", "inquiries", N_("calls and mails")),
    ("e", "templates", N_("templates")),
)


class GoPrefix(Widget, can_focus=False):
    """Takes the one key after `g`: a letter goes to a place, `g` to the top of the list, Esc nowhere."""

    DEFAULT_CSS = "GoPrefix { display: none; }"

    def __init__(self) -> None:
        super().__init__(id="go")
        self._from: Widget | None = None

    def listen(self) -> None:
        self._from = self.screen.focused
        self.styles.display = "block"
        self.styles.height = 0
        self.can_focus = True
        self.screen.set_focus(self)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        self.can_focus = False
        self.styles.display = "none"
        back = self._from
        self.screen.set_focus(back if back is not None and back.is_attached else None)
        screen = self.screen
        assert isinstance(screen, BillingScreen)
        screen.show_keys()
        for letter, name in (*((place[1], place[2]) for place in PLACES), *(place[:2] for place in FURTHER)):
            if event.key == letter:
                screen.workstation.go_to(name)
                return
        if event.key == "g":
            screen.action_top()


class BillingScreen(QuietScreen[Any]):
    """What all screens share. A screen fills `body`, names its keys, and reads its data in `reload`."""

    AUTO_FOCUS = "*"

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(digit, f"place('{name}')", words, show=False, id=f"place.{name}")
            for digit, _letter, name, words in PLACES
        ),
        Binding("g", "prefix", N_("go to"), show=False, id="place.prefix"),
        Binding("n", "new_invoice", N_("new invoice"), show=False, id="record.new"),
        Binding("f6,ctrl+n", "new_invoice", N_("new invoice"), show=False, id="record.new_anywhere"),
        Binding("p", "pay", N_("payment"), show=False, id="payment.new"),
        Binding("i", "inquiry", N_("inquiry"), show=False, id="inquiry.new"),
        Binding("question_mark,f1", "help", N_("help"), show=False, id="help"),
        Binding("colon,ctrl+g", "command", N_("command"), show=False, id="goto"),
        Binding("escape,f3", "back", N_("back"), show=False, id="screen.back"),
        Binding("f5,ctrl+r", "reload", N_("reload"), show=False, id="refresh"),
        Binding("q,ctrl+q", "leave", N_("quit"), show=False, id="quit"),
    ]

    #: Words in the middle of the headline; "" shows the company.
    TITLE_WORDS = ""
    #: Rows that the names of the keys may take where the screen is narrow.
    KEY_ROWS = 1

    @property
    def workstation(self) -> Workstation:
        from tui_billing.screens.workstation import Workstation

        assert isinstance(self.app, Workstation)
        return self.app

    @property
    def desk(self) -> Desk:
        return self.workstation.desk

    # -- parts -----------------------------------------------------------

    def compose(self) -> ComposeResult:
        yield Headline(id="headline")
        yield from self.body()
        yield IssueLine(id="answer")
        yield KeyBar(most=self.KEY_ROWS, id="keys")
        yield GoPrefix()

    def body(self) -> ComposeResult:
        """The widgets between headline and answer line."""
        yield from ()

    def keys(self) -> Sequence[tuple[str, str]]:
        """(key, word) for the key line, the most important first."""
        return self.place_keys()

    def place_keys(self) -> list[tuple[str, str]]:
        """The digits that change place."""
        return [(digit, _(words)) for digit, _letter, _name, words in PLACES]

    def on_mount(self) -> None:
        self.show_headline()
        self.show_keys()

    def on_screen_resume(self) -> None:
        self.show_headline()
        self.show_keys()
        self.reload()

    def show_headline(self) -> None:
        desk = self.desk
        day = desk.today
        left = self.title_words()
        right = f"{desk.context.operator} · {_(desk.context.role)} · ? {_('help')}"
        middle = f"{weekday_name(day, desk.language)} {format_date(day, desk.language)}"
        self.query_one("#headline", Headline).show(left, middle, right)

    def title_words(self) -> str:
        """What stands left in the headline."""
        return Party.from_json(self.desk.company.party).full_name

    def show_keys(self) -> None:
        self.query_one("#keys", KeyBar).show(self.keys())

    @property
    def answer_line(self) -> IssueLine:
        return self.query_one("#answer", IssueLine)

    def say(self, text: str) -> None:
        """One sentence in the answer line; it asks nothing and takes no key."""
        self.answer_line.say(text)

    def say_problem(self, problem: Problem) -> None:
        self.say("! " + translate(problem))

    # -- data ------------------------------------------------------------

    def reload(self) -> None:
        """Read what the screen shows again; called when it comes to the front and when others change the books."""

    def action_reload(self) -> None:
        self.reload()

    # -- keys that are the same everywhere -------------------------------

    def action_place(self, name: str) -> None:
        self.workstation.go_to(name)

    def action_prefix(self) -> None:
        keys = [(letter, _(words)) for _digit, letter, _name, words in PLACES]
        keys += [(letter, _(words)) for letter, _name, words in FURTHER]
        self.query_one("#keys", KeyBar).show([("g …", ""), *keys, ("g", _("top"))])
        self.query_one(GoPrefix).listen()

    def action_top(self) -> None:
        """The first row of the screen's list."""
        from tui_billing.widgets.paged_table import PagedTable

        for table in self.query(PagedTable):
            table.action_to_first()

    def action_new_invoice(self) -> None:
        self.workstation.new_invoice()

    def action_pay(self) -> None:
        self.workstation.new_payment()

    def inquiry_about(self) -> tuple[str, int]:
        """(customer's code, document id) that a call is likely about while this screen is looked at; "", 0 for none."""
        return "", 0

    def papers_about(self) -> tuple[str, int]:
        """(entity, id) of what `a` shows the papers of on this screen; "", 0 for none."""
        return "", 0

    def action_papers(self) -> None:
        entity, key = self.papers_about()
        if entity:
            from tui_billing.screens.papers import PapersScreen

            self.workstation.open(PapersScreen(entity, key))

    def action_waiting_credits(self) -> None:
        self.workstation.open_waiting_credits()

    def action_inquiry(self) -> None:
        self.workstation.new_inquiry(*self.inquiry_about())

    def action_help(self) -> None:
        self.workstation.show_help(self)

    def action_command(self) -> None:
        self.workstation.open_command_line()

    def action_back(self) -> None:
        self.workstation.go_back()

    def action_leave(self) -> None:
        self.workstation.leave()
