"""What a row of the payment queue could pay, with the reasons written out."""

from __future__ import annotations

import datetime as dt

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.strip import Strip
from textual.widget import Widget

from tui_billing.locale import N_, _
from tui_billing.models.queries.payments import Proposal
from tui_billing.rules.matching.proposal import Candidate, Reason
from tui_billing.rules.numbers import format_money
from tui_billing.rules.text import width
from tui_billing.screens.amounts import short_day
from tui_billing.widgets.cells import padded
from tui_billing.widgets.themes import tint

REASONS = {
    Reason.REFERENCE: N_("reference in text"),
    Reason.NUMBER: N_("number in text"),
    Reason.IBAN: N_("account known"),
    Reason.NAME: N_("name"),
    Reason.AMOUNT: N_("exact amount"),
}


class ProposalPane(Widget):
    """What the row under the cursor could pay, with reasons."""

    DEFAULT_CSS = "ProposalPane { height: 1fr; width: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: list[tuple[str, str]] = []
        self.proposal: Proposal | None = None
        self.language = "en"

    def show(self, proposal: Proposal | None) -> None:
        """Show another proposal (None: nothing)."""
        self.proposal = proposal
        self._lay_out()

    def on_resize(self, event: events.Resize) -> None:
        """Other widths cut texts elsewhere."""
        self._lay_out()

    def _lay_out(self) -> None:
        lines = self._build(self.proposal, self.size.width) if self.proposal and self.size.width else []
        if lines != self._lines:
            self._lines = lines
            self.refresh()

    @property
    def lines(self) -> list[str]:
        """What is shown, line by line."""
        return [text for text, _style in self._lines]

    def _build(self, proposal: Proposal, cells: int) -> list[tuple[str, str]]:
        row = proposal.row
        said = " · ".join(part for part in (row.payer, row.reference, row.text, row.payer_iban) if part)
        lines = [(said, "")]
        if proposal.customer is None:
            nobody = _("nobody is known who has paid this")
            return [*lines, (nobody, "yellow"), (_("k keeps it for a customer, p fills in the form"), "dim")]
        lines.append((f"{proposal.customer.code} · {proposal.customer.name}", "bold"))
        amounts = dict(proposal.allocations)
        for candidate in proposal.candidates[:30]:
            own = candidate.item.customer_id == proposal.customer.id
            lines += self._item_lines(candidate, amounts.get(candidate.item.id, 0), cells, own)
        if not any(one.item.customer_id == proposal.customer.id for one in proposal.candidates):
            lines.append((_("nothing is open; the payment stays on account"), "yellow"))
        for number, amount in proposal.credit_notes[:5]:
            words = _("credit note {number}", number=number)
            lines.append((f"  {words} {format_money(-amount, row.currency, self.language)}", "dim"))
        left = format_money(proposal.on_account, row.currency, self.language)
        if proposal.on_account:
            lines.append((_("stays on account {left} {currency}", left=left, currency=row.currency), "yellow"))
        return lines

    def _item_lines(self, candidate: Candidate, amount: int, cells: int, own: bool) -> list[tuple[str, str]]:
        item, language = candidate.item, self.language
        pays = format_money(amount, item.currency, language) if amount else ""
        opened = format_money(item.open, item.currency, language)
        due = short_day(dt.date.fromisoformat(item.due_date)) if item.due_date else ""
        mark = "→" if amount else " "
        reasons = ", ".join(_(REASONS[reason]) for reason in candidate.reasons)
        if not own:
            reasons = f"{item.customer_code}: {reasons}"
        if item.disputed:
            reasons += (" · " if reasons else "") + _("disputed")
        head = f"{mark} {padded(item.number, 12)} {due:>8} {opened:>12}"
        colour = "green" if amount else "dim"
        wide = f"{head} {pays:>12}"
        if cells - width(wide) - 2 >= 20:
            return [(f"{wide}  {reasons}", colour)]
        said = " · ".join(part for part in (_("pays {amount}", amount=pays) if pays else "", reasons) if part)
        return [(head, colour), *([(f"    {said}", colour)] if said else [])]

    def render_line(self, y: int) -> Strip:
        """One line."""
        cells, base = self.size.width, self.rich_style
        if y >= len(self._lines):
            return Strip.blank(cells, base)
        text, style = self._lines[y]
        own = base + Style(bold=True) if style == "bold" else base + tint(self.app, style)
        return Strip([Segment(padded(text, cells), own)], cells)
