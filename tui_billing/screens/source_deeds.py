"""What a clerk does with an order, delivery note or contract, in its list and on its screen: bill, change, close."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from tui_billing.locale import N_, _
from tui_billing.models.queries.source_list import SourceRow
from tui_billing.rules.problem import Problem
from tui_billing.rules.source_state import SourceState
from tui_billing.screens.frame import BillingScreen
from tui_billing.services import billing, drafts
from tui_billing.services.source_content import TABLES
from tui_billing.services.source_drafts import discard_source_draft
from tui_billing.services.sources import set_status
from tui_billing.widgets.issue_line import IssueLine


class SourceDeeds(BillingScreen):
    """The keys that the lists and the screens of one of them share."""

    KIND = "order"
    KEY_ROWS = 2
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "bill", N_("bill"), show=False, id="source.bill"),
        Binding("e", "edit", N_("change"), show=False, id="record.edit"),
        Binding("l", "deliver", N_("delivery note of the rest"), show=False, id="source.deliver"),
        Binding("z", "status('closed')", N_("close"), show=False, id="source.close"),
        Binding("v", "status('cancelled')", N_("cancel"), show=False, id="source.cancel"),
        Binding("u", "status('open')", N_("open again"), show=False, id="undo"),
        Binding("a", "papers", N_("papers"), show=False, id="papers"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._asked: tuple[str, SourceRow] | None = None

    def chosen(self) -> SourceRow | None:
        """The one that the keys mean."""
        raise NotImplementedError

    @property
    def entered(self) -> SourceRow | None:
        """The same, where it is in the books and no draft."""
        row = self.chosen()
        return None if row is None or row.state is SourceState.DRAFT else row

    def papers_about(self) -> tuple[str, int]:
        row = self.entered
        return (TABLES[self.KIND][0], row.id) if row else ("", 0)

    def inquiry_about(self) -> tuple[str, int]:
        row = self.chosen()
        return (row.customer_code if row else ""), 0

    def action_new_invoice(self) -> None:
        row = self.entered
        if row is not None:
            self.workstation.new_invoice(customer=row.customer_code)
        else:
            self.workstation.new_invoice()

    def action_bill(self) -> None:
        """A draft of what is not yet billed, open in the form; of a contract, an empty form for its customer."""
        row = self.entered
        if row is None:
            return
        if self.KIND == "contract":
            self.workstation.new_invoice(customer=row.customer_code)
        else:
            self.workstation.answer(bill(self, self.KIND, row.id), name="bill")

    def action_edit(self) -> None:
        row = self.entered
        if row is not None:
            self.workstation.new_source(self.KIND, source_id=row.id)

    def action_deliver(self) -> None:
        """A delivery note of what the order has still to come."""
        row = self.entered
        if row is None:
            return
        if self.KIND == "order":
            self.workstation.new_source("delivery", order_id=row.id)
        else:
            self.say(_("an order is delivered; go to its list with g r"))

    def action_status(self, status: str) -> None:
        """Ask whether to close, cancel or open again; a draft is thrown away with v."""
        row = self.chosen()
        if row is None:
            return
        values = {"number": row.number or "—", "customer": row.customer_code}
        if row.state is SourceState.DRAFT:
            if status != "cancelled":
                return
            words = _("throw this draft away: {number} {customer}", **values)
        elif row.state.value == status or (status == "open" and row.state.value not in ("closed", "cancelled")):
            self.say(_("{number} is that already", **values))
            return
        else:
            words = {
                "closed": _("close {number} of {customer}: nothing more is to be billed of it", **values),
                "cancelled": _("cancel {number} of {customer}", **values),
                "open": _("open {number} of {customer} again", **values),
            }[status]
        self._asked = status, row
        self.answer_line.open(f"{words}: {_('Enter does it')}", purpose="status")

    @on(IssueLine.Confirmed)
    def _status_confirmed(self, event: IssueLine.Confirmed) -> None:
        if event.purpose == "status" and self._asked is not None:
            event.stop()
            self.workstation.answer(self._set_status(*self._asked), name="status")

    @on(IssueLine.Declined)
    def _status_declined(self) -> None:
        self._asked = None
        self.say("")

    async def _set_status(self, status: str, row: SourceRow) -> None:
        self._asked = None
        try:
            if row.state is SourceState.DRAFT:
                await self.desk.do(discard_source_draft, row.id)
                done = _("the draft is thrown away")
            else:
                await self.desk.do(set_status, self.KIND, row.id, status)
                done = {
                    "closed": _("{number} is closed", number=row.number),
                    "cancelled": _("{number} is cancelled", number=row.number),
                    "open": _("{number} is open again", number=row.number),
                }[status]
        except Problem as error:
            self.say_problem(error)
            return
        self.reload()
        self.say(done)


async def bill(screen: BillingScreen, kind: str, source_id: int) -> None:
    """Fill the form of an invoice with what an order or a delivery leaves to bill."""
    try:
        draft = await screen.desk.do(billing.bill, kind, source_id)
        found: Any = await screen.desk.ask(drafts.load_draft, draft)
    except Problem as error:
        screen.say_problem(error)
        return
    screen.workstation.new_invoice(found)
