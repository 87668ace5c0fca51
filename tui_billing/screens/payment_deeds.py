"""What the payment queue posts, and takes back: a plan that was asked about becomes a deed."""

from __future__ import annotations

from dataclasses import dataclass

from tui_billing.locale import _
from tui_billing.models.queries.payments import Proposal
from tui_billing.rules.content import LIMITS
from tui_billing.screens.amounts import money
from tui_billing.screens.desk import Desk
from tui_billing.services.allocate import allocate_payments, reverse_allocation
from tui_billing.services.receive import Payment, receive, reverse_receipt


@dataclass(frozen=True, slots=True)
class Deed:
    """Something done here that `u` takes back: allocations by their ids, or a receipt."""

    kind: str
    ids: tuple[int, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What the open answer line is about; the command id makes a second Enter harmless."""

    what: str
    proposal: Proposal | None
    words: str
    command_id: str
    text: str = ""
    deed: Deed | None = None


def money_of(minor: int, currency: str) -> str:
    """An amount with its currency: "1,250.00 EUR"."""
    return f"{money(minor, currency)} {currency}"


async def carry_out(desk: Desk, plan: Plan) -> tuple[Deed | None, str]:
    """Do what was planned; (the deed that `u` can take back or None, what was done in one sentence)."""
    if plan.what == "undo" and plan.deed is not None:
        return None, await _take_back(desk, plan.deed, plan.command_id)
    assert plan.proposal is not None
    row = plan.proposal.row
    if plan.what == "reverse":
        await desk.do(reverse_receipt, row.id, plan.text, command_id=plan.command_id)
        return None, _("payment of {amount} reversed", amount=money_of(row.amount, row.currency))
    deed = await _post(desk, plan.proposal, plan)
    return deed, deed.words


async def _post(desk: Desk, proposal: Proposal, plan: Plan) -> Deed:
    """Settle what was proposed; a bank line becomes a receipt, or one that stays on account."""
    row, customer = proposal.row, proposal.customer
    assert customer is not None
    if row.kind == "receipt":
        ids = await desk.do(allocate_payments, row.id, proposal.allocations, command_id=plan.command_id)
        return Deed("allocations", tuple(ids), _("allocated: {words}", words=plan.words))
    keep = plan.what == "keep"
    payment = Payment(
        customer.code,
        row.date,
        row.amount,
        row.currency,
        reference=(row.reference or row.text)[: LIMITS["reference"]],
        payer=row.payer[: LIMITS["payer"]],
        bank_line_id=row.id,
        allocations=() if keep else proposal.allocations,
    )
    result = await desk.do(receive, payment, command_id=plan.command_id)
    amount = money_of(row.amount, row.currency)
    if keep:
        words = _("{amount} kept on account of {customer}", amount=amount, customer=customer.code)
    else:
        words = _("received {amount} from {customer}", amount=amount, customer=customer.code) + f": {plan.words}"
    return Deed("receipt", (result["id"],), words)


async def _take_back(desk: Desk, deed: Deed, command_id: str) -> str:
    reason = _("taken back at once")
    if deed.kind == "receipt":
        await desk.do(reverse_receipt, deed.ids[0], reason, command_id=command_id)
    else:
        for key in deed.ids:
            await desk.do(reverse_allocation, key, reason, command_id=f"{command_id}:{key}")
    return _("taken back: {words}", words=deed.words)
