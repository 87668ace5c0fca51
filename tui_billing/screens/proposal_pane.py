"""What a row of the payment queue could be cleared with: ranked suggestions, each with its reasons written out."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui_billing.locale import N_, _
from tui_billing.rules.matching.facts import Suggestion
from tui_billing.rules.numbers import format_money
from tui_billing.rules.text import width
from tui_billing.screens.amounts import short_day
from tui_billing.services.queue import Proposal
from tui_billing.services.returnable import Sign
from tui_billing.widgets.cells import padded
from tui_billing.widgets.match_words import AGAINST, fact_words, link_not, recorded_why, recorded_words, why_not
from tui_billing.widgets.rule_words import by_rule, rule_words
from tui_billing.widgets.themes import tint

#: Items of a suggestion that are shown; the last line says how many more there are.
_SHOWN = 12
#: What speaks for a payment that came back.
_SIGNS = {
    Sign.END_TO_END: N_("end-to-end reference of the payment"),
    Sign.REFERENCE: N_("reference of the payment"),
    Sign.MANDATE: N_("mandate of the customer"),
    Sign.NAME: N_("name"),
}


class ProposalPane(Widget, can_focus=True):
    """The suggestions for the row under the cursor. With the focus here Up and Down choose among them."""

    DEFAULT_CSS = "ProposalPane { height: 1fr; width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "choose(1)", N_("next suggestion"), show=False, id="suggestion.next"),
        Binding("up", "choose(-1)", N_("suggestion before"), show=False, id="suggestion.before"),
        Binding("enter", "post", N_("post"), show=False, id="suggestion.post"),
        Binding("left,shift+tab,escape,f3", "leave", N_("back to the queue"), show=False, id="suggestion.leave"),
    ]

    class Chosen(Message):
        """Up or Down: so many suggestions further."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    class Posted(Message):
        """Enter."""

    class Left(Message):
        """Back to the queue."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: list[tuple[str, str]] = []
        self.proposal: Proposal | None = None
        self.language = "en"

    def action_choose(self, by: int) -> None:
        self.post_message(self.Chosen(by))

    def action_post(self) -> None:
        self.post_message(self.Posted())

    def action_leave(self) -> None:
        self.post_message(self.Left())

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

    # -- what is shown -------------------------------------------------------

    def _build(self, proposal: Proposal, cells: int) -> list[tuple[str, str]]:
        row = proposal.row
        said = " · ".join(part for part in (row.payer, row.reference, row.text, row.payer_iban) if part)
        lines = [(line, "") for line in _wrapped(said, cells, 2)]
        if proposal.rule is not None:
            lines.append((f"→ {rule_words(proposal.rule)}", "bold"))
            return [*lines, *((line, "") for line in _wrapped("   · " + by_rule(proposal.rule.name), cells, 2))]
        lines += self._recorded(proposal, cells)
        if row.left < 0:
            return lines + self._debit(proposal)
        if proposal.details:
            return lines + self._each(proposal)
        if not proposal.picked and not proposal.recorded and (why := why_not(proposal.verdict)):
            lines += [(line, "yellow") for line in _wrapped(why, cells, 2)]
        for place, suggestion in enumerate(proposal.verdict.suggestions, len(proposal.recorded)):
            chosen = place == proposal.at
            lines.append((self._head(suggestion, place, chosen=chosen), "bold" if chosen else "dim"))
            if chosen:
                lines += self._items(suggestion)
            for fact, numbers in suggestion.facts:
                if chosen or fact in AGAINST:
                    mark = "!" if fact in AGAINST else "·"
                    colour = "yellow" if fact in AGAINST else "" if chosen else "dim"
                    lines += [(line, colour) for line in _wrapped(f"   {mark} {fact_words(fact, numbers)}", cells, 2)]
        return lines

    def _recorded(self, proposal: Proposal, cells: int) -> list[tuple[str, str]]:
        """What was in the books before it stood on the statement."""
        lines: list[tuple[str, str]] = []
        if proposal.recorded and not proposal.may_post:
            lines += [(line, "yellow") for line in _wrapped(link_not(proposal.alike), cells, 2)]
        for place, one in enumerate(proposal.recorded):
            chosen = place == proposal.at
            mark = "→" if chosen else " "
            lines.append((f"{mark} {place + 1} {recorded_words(one)}", "bold" if chosen else "dim"))
            if chosen:
                lines += [(line, "") for line in _wrapped(f"   · {recorded_why(one)}", cells, 2)]
        return lines

    def _money(self, minor: int, currency: str) -> str:
        return format_money(minor, currency, self.language)

    def _head(self, one: Suggestion, place: int, *, chosen: bool) -> str:
        settles = one.shares[0].item.number if one.shares else _("on account")
        more = f" +{len(one.shares) - 1}" if len(one.shares) > 1 else ""
        mark = "→" if chosen else " "
        return f"{mark} {place + 1} {one.customer.code} · {one.customer.name}" + (
            "" if chosen else f" · {settles}{more}"
        )

    def _each(self, proposal: Proposal) -> list[tuple[str, str]]:
        """A booked entry: what each of its transactions would pay."""
        ready = sum(one.may_post for one in proposal.details)
        lines = [(_("Enter posts {count} of {all} transactions", count=ready, all=len(proposal.details)), "bold")]
        for one in proposal.details[:_SHOWN]:
            best = one.verdict.best
            if best is not None and one.may_post:
                settles = best.shares[0].item.number if best.shares else _("on account")
                more = f" +{len(best.shares) - 1}" if len(best.shares) > 1 else ""
                words, mark, colour = f"{best.customer.code} · {settles}{more}", "→", "green"
            else:
                words, mark, colour = _("{payer} stays open", payer=one.payer or one.text), " ", "yellow"
            amount = self._money(one.amount, one.currency)
            lines.append((f"{mark} {one.position:>2} {amount:>12} {words}", colour))
        if len(proposal.details) > _SHOWN:
            lines.append(("   " + _("and {count} more", count=len(proposal.details) - _SHOWN), "dim"))
        return lines

    def _items(self, one: Suggestion) -> list[tuple[str, str]]:
        lines = []
        for share in one.shares[:_SHOWN]:
            item = share.item
            text = f"   {padded(item.number, 12)} {_day(item.due_date):>8} {self._money(share.paid, item.currency):>12}"
            if share.given_up:
                amount = self._money(share.given_up, item.currency)
                text += " " + _("+ {amount} given up: {reason}", amount=amount, reason=share.reason_code)
            elif share.paid < item.open:
                text += " " + _("of {amount}", amount=self._money(item.open, item.currency))
            lines.append((text, "green"))
        if len(one.shares) > _SHOWN:
            lines.append(("   " + _("and {count} more", count=len(one.shares) - _SHOWN), "green"))
        for use in one.credits:
            words = _("credit note {number}", number=use.credit.number)
            lines.append((f"   {words} {self._money(-use.amount, use.credit.currency)}", "green"))
        currency = self.proposal.row.currency if self.proposal else ""
        if one.surplus:
            amount = self._money(one.surplus, currency)
            lines.append(("   " + _("{amount} kept: {reason}", amount=amount, reason=one.surplus_code), "green"))
        if one.on_account:
            words = _(
                "stays on account {left} {currency}", left=self._money(one.on_account, currency), currency=currency
            )
            lines.append((f"   {words}", "yellow"))
        return lines

    def _debit(self, proposal: Proposal) -> list[tuple[str, str]]:
        lines = [(_("money that went out"), "yellow")]
        at = proposal.at - len(proposal.recorded)
        first = max(0, at - 7)
        for place, one in enumerate(proposal.returnable[first : first + 8]):
            chosen = place == at - first
            words = f"{_day(one.date)} {self._money(one.amount, proposal.row.currency)} {one.customer} {one.name}"
            lines.append((f"{'→' if chosen else ' '} {words} {one.reference}", "bold" if chosen else "dim"))
            if chosen and one.sign in _SIGNS:
                lines.append((f"   · {_(_SIGNS[one.sign])}", ""))
        if proposal.returnable:
            lines.append((_("r: the bank took this payment back"), "dim"))
        lines.append((_("a: post it to an account   z: set it aside"), "dim"))
        return lines

    def render_line(self, y: int) -> Strip:
        """One line."""
        cells, base = self.size.width, self.rich_style
        if y >= len(self._lines):
            return Strip.blank(cells, base)
        text, style = self._lines[y]
        own = base + Style(bold=True) if style == "bold" else base + tint(self.app, style)
        return Strip([Segment(padded(text, cells), own)], cells)


def _day(iso: str) -> str:
    return short_day(dt.date.fromisoformat(iso)) if iso else ""


def _wrapped(text: str, cells: int, most: int) -> list[str]:
    """At most so many lines, broken at blanks; a long rest is cut by the cell itself."""
    indent = " " * (len(text) - len(text.lstrip()))
    lines: list[str] = []
    line = indent
    for word in text.split():
        longer = f"{line} {word}" if line.strip() else f"{line}{word}"
        if width(longer) > cells and line.strip() and len(lines) + 1 < most:
            lines.append(line)
            line = f"{indent}  {word}"
        else:
            line = longer
    return [*lines, line] if line.strip() else lines
