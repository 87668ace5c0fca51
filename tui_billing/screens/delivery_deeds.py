"""What can be done with a delivery, alike in the list and on its own screen."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from tui_billing.locale import N_, _
from tui_billing.models.queries.deliveries import DeliveryRow
from tui_billing.rules.delivery import GONE
from tui_billing.rules.problem import Problem
from tui_billing.screens.frame import BillingScreen
from tui_billing.services import delivery
from tui_billing.widgets.issue_line import IssueLine


class DeliveryDeeds(BillingScreen):
    """Keys for the delivery that is chosen; what changes the books is asked in one line first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "retry", N_("try again"), show=False, id="delivery.retry"),
        Binding("a", "anew", N_("to another address"), show=False, id="delivery.anew"),
        Binding("y", "arrived", N_("it arrived"), show=False, id="delivery.arrived"),
        Binding("u", "take_off", N_("take off the queue"), show=False, id="undo"),
    ]

    def chosen(self) -> DeliveryRow | None:
        """The delivery that the keys are about."""
        raise NotImplementedError

    def _ask(self, deed: str, text: str, row: DeliveryRow) -> None:
        self.answer_line.open(text, purpose=("delivery", deed, row.id))

    def action_retry(self) -> None:
        row = self.chosen()
        if row is None:
            return
        where = row.address or row.channel
        if row.state in GONE:
            self.say(_("{name} is sent already; a sends it once more", name=row.name))
        else:
            self._ask("retry", _("try {name} to {address} again: Enter queues it", name=row.name, address=where), row)

    def action_anew(self) -> None:
        row = self.chosen()
        if row is not None:
            from tui_billing.screens.delivery_address import DeliveryAddressScreen

            self.workstation.open(DeliveryAddressScreen(row))

    def action_arrived(self) -> None:
        row = self.chosen()
        if row is not None:
            self._ask(
                "confirm", _("{name} arrived at {address}: Enter notes it", name=row.name, address=row.address), row
            )

    def action_take_off(self) -> None:
        row = self.chosen()
        if row is not None:
            self._ask(
                "cancel",
                _("do not send {name} to {address}: Enter takes it off", name=row.name, address=row.address),
                row,
            )

    @on(IssueLine.Confirmed)
    def _confirmed(self, event: IssueLine.Confirmed) -> None:
        if isinstance(event.purpose, tuple) and event.purpose[0] == "delivery":
            self.workstation.answer(self._carry_out(event.purpose[1], event.purpose[2]), name="delivery")

    async def _carry_out(self, deed: str, key: int) -> None:
        verbs: dict[str, Any] = {"retry": delivery.retry, "confirm": delivery.confirm, "cancel": delivery.cancel}
        words = {
            "retry": N_("queued again; m in the list of deliveries sends what is due"),
            "confirm": N_("noted that it arrived"),
            "cancel": N_("taken off the queue"),
        }
        try:
            await self.desk.do(verbs[deed], key)
        except Problem as error:
            self.say_problem(error)
        else:
            self.say(_(words[deed]))
        self.reload()
