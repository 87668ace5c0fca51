"""What the payment queue posts, and takes back: each deed remembers the row that it took away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tui_billing.locale import _, translate
from tui_billing.models.queries.payments import Waiting
from tui_billing.rules.matching.bank_rules import Rule
from tui_billing.rules.matching.facts import Share, Suggestion
from tui_billing.rules.problem import Problem
from tui_billing.screens.amounts import money
from tui_billing.screens.desk import Desk
from tui_billing.services.allocate import allocate_payments, reverse_allocation
from tui_billing.services.clear import Take, clear_line, ignore_line, post_to_account, return_payment, take_back_line
from tui_billing.services.matching import clear_by_rule, post_details, take_of
from tui_billing.services.queue import Proposal
from tui_billing.services.receive import reverse_receipt
from tui_billing.services.recorded import Recorded, link
from tui_billing.services.returnable import Returnable
from tui_billing.widgets.match_words import recorded_words
from tui_billing.widgets.rule_words import rule_words


@dataclass(frozen=True, slots=True)
class Cleared:
    """What a batch cleared of a line: the ids of its clearings, and how much of the line they are."""

    line_id: int
    clearings: tuple[int, ...]
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Deed:
    """Something done here that `u` takes back: a bank line by its id, allocations, a receipt of the form, a batch.

    `left` of its row is how much of the money the deed dealt with; `lines` are those of a batch.
    """

    kind: str
    ids: tuple[int, ...]
    words: str
    row: Waiting | None = None
    lines: tuple[Cleared, ...] = ()

    @property
    def count(self) -> int:
        """How many rows it dealt with."""
        return len({one.line_id for one in self.lines}) or 1

    @property
    def amounts(self) -> list[tuple[str, int]]:
        """(currency, minor units) that it dealt with."""
        own = [(self.row.currency, self.row.left)] if self.row is not None else []
        return own + [(one.currency, one.amount) for one in self.lines]


@dataclass(frozen=True, slots=True)
class Plan:
    """What the open answer line asks; the command id makes a second Enter harmless."""

    do: Callable[[str], Any]
    command_id: str
    is_deed: bool = True


def money_of(minor: int, currency: str) -> str:
    """An amount with its currency: "1,250.00 EUR"."""
    return f"{money(minor, currency)} {currency}"


def settled_words(one: Suggestion, room: int = 60) -> str:
    """What a suggestion settles, in a few words: numbers, how many more, what stays on account."""
    shown: list[str] = []
    for place, share in enumerate(one.shares):
        if len(", ".join([*shown, share.item.number])) > room and place:
            shown.append(f"+{len(one.shares) - place}")
            break
        shown.append(share.item.number)
    return ", ".join(shown) if shown else _("on account")


async def post(desk: Desk, proposal: Proposal, command_id: str) -> Deed:
    """Clear the row with its suggestion: a bank line becomes a receipt, a receipt settles."""
    row, one = proposal.row, proposal.suggestion
    assert one is not None
    words = settled_words(one)
    amount = money_of(row.left, row.currency)
    if row.kind == "receipt":
        ids = await desk.do(allocate_payments, row.id, proposal.allocations, command_id=command_id)
        return Deed("allocations", tuple(ids), _("allocated: {words}", words=words), row)
    await desk.do(clear_line, take_of(row.id, one), command_id=command_id)
    said = _("received {amount} from {customer}", amount=amount, customer=one.customer.code) + f": {words}"
    return Deed("line", (row.id,), said, row)


async def post_each(desk: Desk, proposal: Proposal, command_id: str) -> Deed:
    """Clear the row transaction by transaction with what is clear; `u` takes the whole line back."""
    row = proposal.row
    done = await desk.do(post_details, proposal.details, command_id=command_id)
    refused = [one for one in done if "problem" in one]
    if len(refused) == len(done):
        raise Problem(refused[0]["problem"], **refused[0]["values"])
    left = min(one["open"] for one in done if "problem" not in one)  # each answers what it left of the line
    words = _("{count} of {all} transactions posted", count=len(done) - len(refused), all=len(proposal.details))
    if left:
        words += " · " + _("{amount} of the line stays open", amount=money_of(left, row.currency))
    if refused:
        words += " · ! " + translate(Problem(refused[0]["problem"], **refused[0]["values"]))
    return Deed("line", (row.id,), words, replace(row, left=row.left - left))


async def write_off_rest(desk: Desk, proposal: Proposal, code: str, command_id: str) -> Deed:
    """The same, and what the money leaves open of the items is given up for a reason."""
    row, one = proposal.row, proposal.suggestion
    assert one is not None
    credited = {use.invoice.id: 0 for use in one.credits}
    for use in one.credits:
        credited[use.invoice.id] += use.amount

    def whole(share: Share) -> Share:
        rest = share.item.open - share.paid - credited.get(share.item.id, 0)
        return replace(share, given_up=rest, reason_code=code if rest else "")

    given = replace(one, shares=tuple(map(whole, one.shares)))
    await desk.do(clear_line, take_of(row.id, given), command_id=command_id)
    amount = money_of(sum(share.given_up for share in given.shares), row.currency)
    words = _("{amount} written off: {reason}", amount=amount, reason=code)
    return Deed("line", (row.id,), f"{settled_words(one)} · {words}", row)


async def keep(desk: Desk, row: Waiting, customer: str, command_id: str) -> Deed:
    """The whole line on account of a customer."""
    await desk.do(clear_line, Take(row.id, customer), command_id=command_id)
    amount = money_of(row.left, row.currency)
    return Deed("line", (row.id,), _("{amount} kept on account of {customer}", amount=amount, customer=customer), row)


async def to_account(desk: Desk, row: Waiting, account: str, command_id: str) -> Deed:
    """A fee, an own transfer: to an account of the chart."""
    await desk.do(post_to_account, row.id, account, row.text[:200], command_id=command_id)
    amount = money_of(row.left, row.currency)
    return Deed("line", (row.id,), _("{amount} posted to account {account}", amount=amount, account=account), row)


async def set_aside(desk: Desk, row: Waiting, reason: str, command_id: str) -> Deed:
    """Booked elsewhere: the line waits no more."""
    await desk.do(ignore_line, row.id, reason, command_id=command_id)
    return Deed("line", (row.id,), _("{amount} set aside", amount=money_of(row.left, row.currency)), row)


async def obey(desk: Desk, row: Waiting, rule: Rule, command_id: str) -> Deed:
    """What a rule says: set aside, or to an account."""
    await desk.do(clear_by_rule, row.id, rule, row.text, command_id=command_id)
    return Deed("line", (row.id,), f"{money_of(row.left, row.currency)}: {rule_words(rule)}", row)


async def link_recorded(desk: Desk, row: Waiting, one: Recorded, command_id: str) -> Deed:
    """The line is what was recorded before: a deposit slip, a payment, a refund."""
    await desk.do(link, row.id, one, command_id=command_id)
    words = _("{amount} linked: {words}", amount=money_of(row.left, row.currency), words=recorded_words(one))
    return Deed("line", (row.id,), words, row)


async def give_back(desk: Desk, row: Waiting, one: Returnable, reason: str, command_id: str) -> Deed:
    """The bank took a payment back: what it paid is open again."""
    await desk.do(return_payment, row.id, one.id, reason, command_id=command_id)
    done = replace(row, left=-one.amount)
    return Deed("line", (row.id,), _("payment of {amount} returned", amount=money_of(one.amount, row.currency)), done)


async def take_back(desk: Desk, deed: Deed, command_id: str) -> str:
    """Take a deed back; what was done in one sentence."""
    reason = _("taken back at once")
    if deed.kind == "line":
        await desk.do(take_back_line, deed.ids[0], reason, command_id=command_id)
    elif deed.kind == "receipt":
        await desk.do(reverse_receipt, deed.ids[0], reason, command_id=command_id)
    else:
        for key in deed.ids:
            await desk.do(reverse_allocation, key, reason, command_id=f"{command_id}:{key}")
    return _("taken back: {words}", words=deed.words)
