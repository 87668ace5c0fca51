"""The form that sends a document once more: to which address."""

from __future__ import annotations

from tui_billing.locale import N_, _
from tui_billing.models.queries.deliveries import DeliveryRow
from tui_billing.rules.delivery import check_address
from tui_billing.screens.form_screen import FormScreen
from tui_billing.services.delivery import send_anew


class DeliveryAddressScreen(FormScreen):
    """One field; left as it is, the document goes to the same address once more."""

    FIELDS = (("address", N_("E-mail"), 40),)

    def __init__(self, row: DeliveryRow) -> None:
        super().__init__()
        self._about = row

    @property
    def form_name(self) -> str:
        return f"delivery {self._about.id}"

    def title_words(self) -> str:
        return _("SEND {name} ONCE MORE", name=self._about.name)

    async def start_values(self) -> dict[str, str]:
        return {"address": self._about.address}

    def question(self) -> str:
        address = check_address(self.values()["address"], "address")
        return _("send {name} to {address}: Enter queues it", name=self._about.name, address=address)

    async def carry_out(self) -> str:
        address = check_address(self.values()["address"], "address")
        await self.desk.do(send_anew, self._about.id, address, command_id=self.command_id)
        return _("{name} is queued for {address}", name=self._about.name, address=address)
