"""The clerk's command line: one field at the foot of the present screen, for whoever knows where to go."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.widgets import Input

from tui_billing.locale import N_, _, translate
from tui_billing.models.queries import facts
from tui_billing.models.queries.documents import by_ending
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import fold, quote
from tui_billing.screens.frame import BillingScreen
from tui_billing.screens.list_screen import ListScreen
from tui_billing.widgets.field import Caption, Field

if TYPE_CHECKING:
    from tui_billing.screens.workstation import Workstation

#: What a command begins with (in English or French) -> what it does; the first that fits is meant.
COMMANDS = (
    (("overview", "aging", "aged", "vue", "balance"), "overview"),
    (("invoices", "invoice", "factures", "facture"), "invoices"),
    (("customers", "customer", "clients", "client"), "customers"),
    (("payments", "payment", "paiements", "paiement", "reglements"), "payments"),
    (("disputes", "dispute", "litiges", "litige"), "disputes"),
    (("inquiry", "demande"), "inquiry"),
    (("deliveries", "delivery", "sending", "envois", "envoi"), "deliveries"),
    (("items", "item", "articles", "article"), "items"),
    (("new", "nouvelle"), "new"),
    (("neworder", "nouvellecommande"), "new_order"),
    (("newcontract", "nouveaucontrat"), "new_contract"),
    (("newdelivery", "nouveaubon"), "new_delivery"),
    (("orders", "order", "commandes"), "orders"),
    (("contracts", "contract", "contrats"), "contracts"),
    (("notes", "note", "bons"), "delivery_notes"),
    (("tobill", "afacturer"), "to_bill"),
    (("load", "charger"), "load"),
    (("checks", "controles"), "checks"),
    (("import", "importer"), "import"),
    (("rules", "regles"), "rules"),
    (("statements", "releves"), "statements"),
    (("month", "cloture"), "month_end"),
    (("collections", "prelevements"), "collections"),
    (("refunds", "remboursements"), "refunds"),
    (("letters", "letter", "lettres", "lettre"), "letters"),
    (("templates", "template", "modeles", "modele"), "templates"),
    (("export", "exporter"), "export"),
    (("reason", "motif"), "reason"),
    (("help", "aide"), "help"),
    (("quit", "quitter"), "quit"),
)


def command_of(word: str) -> str:
    """The command that a word begins, "" where it is none."""
    typed = fold(word)
    for names, command in COMMANDS:
        if typed and any(name.startswith(typed) for name in names):
            return command
    return ""


class CommandLineScreen(ModalScreen[None]):
    """`inv 412` or `412` opens a document, `cus acme` a card; a place alone goes there. Esc closes."""

    AUTO_FOCUS = "#command"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f3", "close", N_("close"), show=False, id="screen.back"),
    ]

    @property
    def workstation(self) -> Workstation:
        from tui_billing.screens.workstation import Workstation

        assert isinstance(self.app, Workstation)
        return self.app

    def compose(self) -> ComposeResult:
        with Horizontal(classes="line", id="command-line"):
            yield Caption(":", id="command-sign")
            yield Field(id="command", placeholder=_("inv 412   cus acme   pay   dis   it   ov   q"))
        yield Caption("", id="command-answer")

    def action_close(self) -> None:
        self.workstation.pop_screen()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        text = event.value.strip().removeprefix(":").strip()
        if not text:
            self.action_close()
        else:
            self.workstation.answer(self._carry_out(text), name="command")

    def _refuse(self, text: str) -> None:
        self.query_one("#command-answer", Caption).say("! " + text, "bold $status-red")
        self.query_one("#command", Field).action_select_all()

    async def _carry_out(self, text: str) -> None:
        head, _blank, rest = text.partition(" ")
        rest = rest.strip()
        try:
            if head.isascii() and head.isdigit():
                await self._open_document(head)
            elif await self._is_number(text):
                await self._open_document(text)
            else:
                await self._obey(command_of(head), head, rest)
        except Problem as error:
            self._refuse(translate(error))

    async def _is_number(self, text: str) -> bool:
        return any(c.isdigit() for c in text) and await self.workstation.desk.ask(by_ending, text) is not None

    async def _obey(self, command: str, head: str, rest: str) -> None:
        workstation = self.workstation
        if command == "invoices" and rest and (await workstation.desk.ask(by_ending, rest)) is not None:
            await self._open_document(rest)
        elif command == "customers" and rest:
            await self._open_customer(rest)
        elif command in (
            "invoices",
            "disputes",
            "items",
            "customers",
            "orders",
            "contracts",
            "delivery_notes",
            "to_bill",
        ):
            target = workstation.go_to(command)
            if rest and isinstance(target, ListScreen):
                target.begin_with(rest)
        elif command == "payments" and rest:
            self.action_close()
            workstation.new_payment(rest)
        elif command == "export":
            self._export(rest)
        elif command == "reason":
            workstation.desk.give_reason(rest)
            self.action_close()
            screen = workstation.screen
            if isinstance(screen, BillingScreen):
                screen.say(_("the reason goes with what is posted next: {reason}", reason=rest) if rest else "")
        elif command == "letters" and rest:
            from tui_billing.screens.letter_entry import LetterEntryScreen

            self.action_close()
            workstation.open(LetterEntryScreen(rest))
        elif command in (
            "overview",
            "payments",
            "month_end",
            "collections",
            "refunds",
            "deliveries",
            "letters",
            "templates",
        ):
            workstation.go_to(command)
        elif command == "inquiry":
            self.action_close()
            workstation.new_inquiry(rest)
        elif command.startswith("new_"):
            self.action_close()
            workstation.new_source(command.removeprefix("new_"), customer=rest)
        elif command == "load":
            self._load(rest)
        elif command == "checks":
            await self._open_checks(rest)
        elif command == "import":
            from tui_billing.screens.statement_import import StatementImportScreen

            self.action_close()
            workstation.open(StatementImportScreen(rest))
        elif command == "statements":
            from tui_billing.screens.statements import StatementsScreen

            self.action_close()
            workstation.open(StatementsScreen())
        elif command == "rules":
            from tui_billing.screens.bank_rules import BankRulesScreen

            self.action_close()
            workstation.open(BankRulesScreen())
        elif command == "new":
            self.action_close()
            if rest:
                workstation.new_invoice(customer=rest)
            else:
                workstation.new_invoice()
        elif command == "help":
            self.action_close()
            screen = workstation.screen
            if isinstance(screen, BillingScreen):
                workstation.show_help(screen)
        elif command == "quit":
            workstation.leave()
        else:
            raise Problem(
                "{text} is no command; type for example inv 412, cus acme, pay, dis, it, ov or q", text=quote(head)
            )

    async def _open_checks(self, rest: str) -> None:
        """The rules of the checklist, of one customer or all."""
        from tui_billing.screens.check_rules import CheckRulesScreen

        customer = await self.workstation.desk.ask(facts.customer_by_code, rest) if rest else None
        if rest and customer is None:
            raise Problem("there is no customer {text}; type part of the code or the name", text=quote(rest))
        self.action_close()
        self.workstation.open(CheckRulesScreen(customer.id, customer.code) if customer else CheckRulesScreen())

    def _load(self, rest: str) -> None:
        """`load orders FILE`: what a file holds, before it is taken in."""
        from tui_billing.screens.source_import import SourceImportScreen

        what, _blank, path = rest.partition(" ")
        kind = {"orders": "order", "delivery_notes": "delivery", "contracts": "contract"}.get(command_of(what))
        if kind is None:
            raise Problem("type what the file holds: load orders, load notes or load contracts, then its name")
        self.action_close()
        self.workstation.open(SourceImportScreen(kind, path.strip()))

    def _export(self, name: str) -> None:
        from tui_billing.screens.list_export import export

        below = self.app.screen_stack[-2]
        if not isinstance(below, ListScreen):
            raise Problem("there is no list in front; open one, then type for example export open.xlsx")
        if not name:
            raise Problem("where shall it be written? type for example export open.xlsx")
        export(below, name)
        self.action_close()

    async def _open_document(self, text: str) -> None:
        found = await self.workstation.desk.ask(by_ending, text)
        if found is None:
            raise Problem("there is no document whose number ends in {text}", text=quote(text))
        self.action_close()
        self.workstation.open_invoice(found[0])

    async def _open_customer(self, text: str) -> None:
        workstation = self.workstation
        customer = await workstation.desk.ask(facts.customer_by_code, text)
        if customer is None:
            some = await workstation.desk.ask(facts.find_customers, text, 2)
            if not some:
                raise Problem("there is no customer {text}; type part of the code or the name", text=quote(text))
            if len(some) > 1:
                target = workstation.go_to("customers")
                assert isinstance(target, ListScreen)
                target.begin_with(text)
                return
            customer = some[0]
        from tui_billing.screens.customer_card import CustomerScreen

        self.action_close()
        workstation.open(CustomerScreen(customer.id))
