"""The form of a customer's recipients: who gets the documents, and by which way."""

from __future__ import annotations

from textual.app import ComposeResult

from tui_billing.locale import N_, _
from tui_billing.models.door import Books
from tui_billing.screens.form_screen import FormScreen
from tui_billing.services.recipients import parse_ways, set_ways, ways_for, ways_of
from tui_billing.widgets.reader import Line, Reader


def _read(books: Books, customer_id: int) -> tuple[str, str]:
    """(what is laid down, what holds where nothing is)."""
    known = ", ".join(way.text for way in ways_of(books, customer_id))
    return known, ", ".join(way.text for way in ways_for(books, customer_id, "invoice"))


class RecipientsScreen(FormScreen):
    """One field with all recipients, commas between them; empty, the customer's own address holds."""

    FIELDS = (("recipients", N_("Sent to"), 60),)

    def __init__(self, customer_id: int, code: str) -> None:
        super().__init__()
        self.customer_id = customer_id
        self._code = code
        self._holds = ""

    @property
    def form_name(self) -> str:
        return f"recipients {self.customer_id}"

    def title_words(self) -> str:
        return _("RECIPIENTS OF {code}", code=self._code)

    def hints(self) -> ComposeResult:
        yield Reader(id="hints", focusable=False)

    async def start_values(self) -> dict[str, str]:
        known, self._holds = await self.desk.ask(_read, self.customer_id)
        self.query_one("#hints", Reader).show(self._hints())
        return {"recipients": known}

    def _hints(self) -> list[Line]:
        rows = [
            ("anna@acme.fr", _("by mail to Anna")),
            ("anna@acme.fr, cc fr boss@acme.fr", _("a copy in French to the boss")),
            ("invoice anna@acme.fr, letter post", _("invoices by mail")),
            ("post", _("by post")),
            ("platform", _("by the platform for e-invoices")),
        ]
        lines: list[Line] = [[], [(" " + _("Empty means: {ways}", ways=self._holds), "dim")], []]
        return lines + [[(f" {example:<36} ", ""), (words, "dim")] for example, words in rows]

    def question(self) -> str:
        ways = parse_ways(self.values()["recipients"])
        shown = ", ".join(way.text for way in ways) or _("the customer's own address")
        return _("documents of {code} go to {ways}: Enter saves", code=self._code, ways=shown)

    async def carry_out(self) -> str:
        ways = parse_ways(self.values()["recipients"])
        await self.desk.do(set_ways, self.customer_id, ways, command_id=self.command_id)
        return _("saved")
