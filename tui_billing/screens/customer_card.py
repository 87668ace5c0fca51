"""A customer's card: what is known, what is owed, what is open, and the last documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui_billing.locale import N_, _, language_in_use
from tui_billing.models.door import Books
from tui_billing.models.queries.customers import Standing, standing
from tui_billing.models.queries.documents import DocumentRow, by_ids
from tui_billing.rules.numbers import format_number, parse_plain
from tui_billing.rules.problem import Problem
from tui_billing.rules.terms import describe_terms, parse_terms
from tui_billing.rules.text import width as cells_of
from tui_billing.screens.amounts import money, short_day, word
from tui_billing.screens.customer_form import CAPTIONS
from tui_billing.screens.frame import BillingScreen
from tui_billing.screens.list_screen import ListScreen
from tui_billing.services.agreements import confirm_customer
from tui_billing.services.context import company
from tui_billing.services.customer_checks import CustomerChecks, read_checks
from tui_billing.services.mandates import list_mandates
from tui_billing.services.master import CustomerCard, card_of
from tui_billing.services.recipients import Way, ways_for
from tui_billing.widgets.cells import padded, status_cell
from tui_billing.widgets.reader import Line, Piece, Reader, wrapped

_CAPTION = 16
MANDATE_STATUSES = {
    "active": N_("active"),
    "used_up": N_("used up"),
    "lapsed": N_("lapsed"),
    "revoked": N_("revoked"),
}
_LANGUAGES = {"en": N_("English"), "fr": N_("French")}


def read_card(
    books: Books, customer_id: int, today: dt.date
) -> tuple[
    CustomerCard,
    tuple[Way, ...],
    Standing,
    tuple[DocumentRow, ...],
    tuple[DocumentRow, ...],
    list[dict[str, Any]],
    CustomerChecks,
]:
    """(card, where its invoices go, how it stands, what is open, the last documents, mandates, what its
    invoices must bear)."""
    days = company(books).due_soon_days
    stands = standing(books, customer_id, today)
    return (
        card_of(books, customer_id),
        ways_for(books, customer_id, "invoice"),
        stands,
        by_ids(books, stands.open_ids, today, days),
        by_ids(books, stands.last_ids, today, days),
        list_mandates(books, today, customer_id),
        read_checks(books, customer_id),
    )


class CustomerScreen(BillingScreen):
    """One customer; `e` edits."""

    KEY_ROWS = 2
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", N_("edit"), show=False, id="record.edit"),
        Binding("b", "mandate", N_("new mandate"), show=False, id="mandate.new"),
        Binding("v", "mandates", N_("mandates, revoke one"), show=False, id="mandate.list"),
        Binding("o", "documents", N_("documents"), show=False, id="document.open"),
        Binding("t", "checks", N_("checks of its invoices"), show=False, id="customer.checks"),
        Binding("y", "confirm", N_("the data are confirmed"), show=False, id="customer.confirm"),
        Binding("m", "recipients", N_("recipients"), show=False, id="send"),
        Binding("a", "papers", N_("papers"), show=False, id="papers"),
        Binding("w", "letter", N_("write a letter"), show=False, id="letter.new"),
    ]

    def __init__(self, customer_id: int) -> None:
        super().__init__()
        self.customer_id = customer_id
        self._card: CustomerCard | None = None
        self._ways: tuple[Way, ...] = ()
        self._stands: Standing | None = None
        self._open: tuple[DocumentRow, ...] = ()
        self._last: tuple[DocumentRow, ...] = ()
        self._mandates: list[dict[str, Any]] = []
        self._checks = CustomerChecks()

    def title_words(self) -> str:
        return f"{self._card.code}  {self._card.name}" if self._card else _("CUSTOMER")

    def body(self) -> ComposeResult:
        yield Reader(id="card")

    def keys(self) -> Sequence[tuple[str, str]]:
        return [
            ("e", _("edit")),
            ("n", _("invoice")),
            ("p", _("payment")),
            ("o", _("documents")),
            ("b", _("mandate")),
            ("i", _("inquiry")),
            ("a", _("papers")),
            ("m", _("recipients")),
            ("w", _("letter")),
            ("t", _("checks")),
            ("y", _("data confirmed")),
            ("↑↓ PgDn", _("read")),
            ("Esc", _("back")),
        ]

    def papers_about(self) -> tuple[str, int]:
        return "customer", self.customer_id

    def inquiry_about(self) -> tuple[str, int]:
        return (self._card.code if self._card else ""), 0

    def reload(self) -> None:
        if self._card is None:
            self.workstation.answer(self._read(), name="card")
        else:
            self.run_worker(self._read(), group="card", exclusive=True)

    async def _read(self) -> None:
        try:
            found = await self.desk.ask(read_card, self.customer_id, self.desk.today)
        except Problem as error:
            self.say_problem(error)
            return
        self._card, self._ways, self._stands, self._open, self._last, self._mandates, self._checks = found
        self.show_headline()
        self._lay_out()

    def on_resize(self) -> None:
        if self._card is not None:
            self._lay_out()

    def _lay_out(self) -> None:
        width = self.size.width
        lines = [*self._debts(), [], *self._facts(width)]
        if self._mandates:
            lines += [[], [(" " + _("Mandates"), "bold")], *map(self._mandate, self._mandates)]
        if self._open:
            lines += [[], [(" " + _("Open"), "bold")], *map(self._document, self._open)]
        if self._last:
            lines += [[], [(" " + _("Last documents"), "bold")], *map(self._document, self._last)]
        self.query_one("#card", Reader).show(lines)

    def _debts(self) -> list[Line]:
        assert self._stands is not None
        currency = self.desk.company.currency
        stands = self._stands
        pieces: list[Piece] = [
            (" " + padded(_("Owes"), _CAPTION), "dim"),
            (money(stands.owed, currency, code=True), "bold"),
        ]
        if stands.overdue:
            late = status_cell("overdue", word=False).text
            pieces.append(("   " + _("{sign} {count} overdue", sign=late, count=stands.overdue), "red"))
        if stands.on_account:
            pieces.append(("   " + _("{amount} on account", amount=money(stands.on_account, currency)), "green"))
        if stands.disputed:
            sign = status_cell("disputed", word=False).text
            pieces.append(("   " + _("{sign} {count} disputed", sign=sign, count=stands.disputed), "magenta"))
        if stands.disputed_amount:
            rest = money(stands.owed - stands.disputed_amount, currency)
            pieces.append(("   " + _("{amount} undisputed", amount=rest), ""))
        return [pieces]

    def _facts(self, width: int) -> list[Line]:
        assert self._card is not None
        facts: list[tuple[str, str]] = []
        for name, caption in CAPTIONS.items():
            value = str(getattr(self._card, name))
            if name == "terms" and value:
                value = f"{describe_terms(parse_terms(value), language_in_use())} ({value})"
            elif name == "language":
                value = word(_LANGUAGES, value)
            elif name == "purchase_order_required":
                value = _("yes") if value else ""
            elif name == "credit_limit" and value:
                value = format_number(parse_plain(value, 3), language_in_use())
            if value:
                facts.append((_(caption), value))
        facts += self._asked()
        facts.append((_("Sent to"), ", ".join(way.text for way in self._ways)))
        columns = 2 if width >= 120 else 1
        half = width // columns
        cells: list[list[Piece]] = []
        for caption, value in facts:
            room = max(10, half - _CAPTION - 3)
            for place, part in enumerate(wrapped(value, room) or [""]):
                cells.append([(" " + padded("" if place else caption, _CAPTION), "dim"), (part, "")])
        if columns == 1:
            return list(cells)
        height = (len(cells) + 1) // 2
        lines: list[Line] = []
        for y in range(height):
            left = cells[y]
            right = cells[y + height] if y + height < len(cells) else []
            used = sum(cells_of(text) for text, _colour in left)
            lines.append([*left, (" " * max(1, half - used), ""), *right])
        return lines

    def _asked(self) -> list[tuple[str, str]]:
        """What is asked of the customer's invoices, and when the card was last confirmed."""
        checks, language = self._checks, language_in_use()
        tolerances = [
            _("{what} ± {percent} %", what=what, percent=format_number(percent, language))
            for what, percent in ((_("quantity"), checks.quantity), (_("price"), checks.price))
            if percent
        ]
        needed = [*checks.required, *checks.attached]
        if needed and checks.stops:
            needed.append(_("(stops the issue)"))
        confirmed = (
            short_day(dt.date.fromisoformat(checks.confirmed_on)) if checks.confirmed_on else _("never; y does it")
        )
        found = [
            (_("Tolerance"), ", ".join(tolerances)),
            (_("PO looks like"), checks.pattern),
            (_("Must bear"), " ".join(needed)),
            (_("Confirmed on"), confirmed),
        ]
        return [one for one in found if one[1]]

    def _document(self, row: DocumentRow) -> Line:
        sign = -1 if row.kind == "credit_note" else 1
        status = status_cell(row.status)
        label = row.number or _("draft {id}", id=row.id)
        opened = money(sign * row.open, row.currency) if row.open else ""
        return [
            (f" {padded(label, 12)} ", ""),
            (padded(status.text, 14), status.colour),
            (f" {short_day(row.issue_date):8} {short_day(row.due_date):8}", "dim"),
            (f" {money(sign * row.gross, row.currency):>13} {opened:>13} {row.currency}", ""),
        ]

    def _mandate(self, one: dict[str, Any]) -> Line:
        colour = "green" if one["status"] == "active" else "dim"
        used = short_day(dt.date.fromisoformat(one["last_used"])) if one["last_used"] else "—"
        return [
            (f" {padded(one['reference'], 16)} ", ""),
            (padded(word(MANDATE_STATUSES, one["status"]), 10), colour),
            (f" {one['scheme']:4}  {one['iban']}  ", ""),
            (_("last used {date}", date=used), "dim"),
        ]

    # -- keys ------------------------------------------------------------

    def action_letter(self) -> None:
        if self._card:
            from tui_billing.screens.letter_entry import LetterEntryScreen

            self.workstation.open(LetterEntryScreen(self._card.code))

    def action_mandate(self) -> None:
        if self._card is not None:
            from tui_billing.screens.mandate_entry import MandateEntryScreen

            self.workstation.open(MandateEntryScreen(self._card.code))

    def action_mandates(self) -> None:
        """The customer's mandates; one is revoked there."""
        if self._card is not None:
            from tui_billing.screens.mandates import MandatesScreen

            self.workstation.open(MandatesScreen(self.customer_id, self._card.code))

    def action_edit(self) -> None:
        from tui_billing.screens.customer_form import CustomerFormScreen

        self.workstation.open(CustomerFormScreen(self.customer_id))

    def action_checks(self) -> None:
        if self._card is not None:
            from tui_billing.screens.customer_checks import CustomerChecksScreen

            self.workstation.open(CustomerChecksScreen(self.customer_id, self._card.code))

    def action_confirm(self) -> None:
        """The card was looked at with the customer and is right as it stands."""
        if self._card is not None:
            self.workstation.answer(self._confirm(), name="confirm")

    async def _confirm(self) -> None:
        assert self._card is not None
        try:
            await self.desk.do(confirm_customer, self.customer_id)
        except Problem as error:
            self.say_problem(error)
            return
        await self._read()
        self.say(_("the data of {customer} are confirmed today", customer=self._card.code))

    def action_recipients(self) -> None:
        if self._card is not None:
            from tui_billing.screens.recipients_form import RecipientsScreen

            self.workstation.open(RecipientsScreen(self.customer_id, self._card.code))

    def action_documents(self) -> None:
        if self._card is not None:
            code = self._card.code
            target = self.workstation.go_to("invoices")
            assert isinstance(target, ListScreen)
            target.begin_with(code)

    def action_new_invoice(self) -> None:
        if self._card is not None:
            self.workstation.new_invoice(customer=self._card.code)

    def action_pay(self) -> None:
        self.workstation.new_payment(self._card.code if self._card else "")
