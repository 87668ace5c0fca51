"""One delivery: to whom, how, how far it is, and everything that befell it with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui_billing.locale import N_, _
from tui_billing.models.queries.deliveries import Attempt, DeliveryRow, delivery
from tui_billing.rules.delivery import State
from tui_billing.rules.problem import Problem
from tui_billing.screens.amounts import instant
from tui_billing.screens.delivery_deeds import DeliveryDeeds
from tui_billing.screens.ways import CHANNELS, state_cell
from tui_billing.widgets.cells import padded
from tui_billing.widgets.reader import Line, Reader, wrapped

_CAPTION = 13


class DeliveryScreen(DeliveryDeeds):
    """One delivery."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "document", N_("the invoice"), show=False, id="document.open"),
    ]

    def __init__(self, delivery_id: int) -> None:
        super().__init__()
        self.delivery_id = delivery_id
        self._row: DeliveryRow | None = None
        self._attempts: list[Attempt] = []

    def title_words(self) -> str:
        return f"{_('DELIVERY')}  {self._row.name} · {self._row.customer}" if self._row else _("DELIVERY")

    def body(self) -> ComposeResult:
        yield Reader(id="delivery")

    def keys(self) -> Sequence[tuple[str, str]]:
        return [
            ("r", _("try again")),
            ("a", _("to another address")),
            ("y", _("it arrived")),
            ("u", _("take off")),
            ("o", _("invoice")),
            ("Esc", _("back")),
        ]

    def chosen(self) -> DeliveryRow | None:
        return self._row

    # -- data ------------------------------------------------------------

    def reload(self) -> None:
        if self._row is None:
            self.workstation.answer(self._read(), name="delivery")
        else:
            self.run_worker(self._read(), group="delivery", exclusive=True)

    async def _read(self) -> None:
        try:
            self._row, self._attempts = await self.desk.ask(delivery, self.delivery_id)
        except Problem as error:
            self.say_problem(error)
            return
        self.show_headline()
        self._lay_out()

    def on_resize(self) -> None:
        if self._row is not None:
            self._lay_out()

    def _lay_out(self) -> None:
        row = self._row
        if row is None:
            return
        width = max(40, self.size.width)
        sign = state_cell(row.state)
        to = row.address or _(CHANNELS[row.channel])
        lines: list[Line] = [[(" " + padded(_("State"), _CAPTION), "dim"), (sign.text, sign.colour)]]
        facts = [
            (_("Document"), row.name),
            (_("Customer"), f"{row.customer_code}  {row.customer}"),
            (_("To"), f"{to} ({row.role})" if row.role == "cc" else to),
            (_("By"), _(CHANNELS[row.channel])),
        ]
        if row.state is State.QUEUED:
            facts.append((_("Next try"), instant(row.due_at)))
        if row.batch:
            facts.append((_("Pile"), row.batch))
        lines += [[(" " + padded(caption, _CAPTION), "dim"), (text, "")] for caption, text in facts]
        if row.state is State.UNSURE:
            words = _(
                "The line broke after the whole mail was handed over and before the server's answer: nobody can know"
                " whether it was taken. Ask the customer, then y (it arrived) or r (it did not)."
            )
            lines += [[], *[[(" " + part, "magenta")] for part in wrapped(words, width - 2)]]
        lines += [[], [(" " + _("What befell it"), "bold")]]
        for one in self._attempts:
            sign = state_cell(one.state)
            head = f" {instant(one.at)} {padded(one.operator, 10)} "
            texts = wrapped(f"{one.code} {one.reason}".strip(), max(10, width - len(head) - 20)) or [""]
            for place, text in enumerate(texts):
                lead = (
                    [(head, "dim"), (padded(sign.text, 18), sign.colour)]
                    if not place
                    else [(" " * (len(head) + 18), "")]
                )
                lines.append([*lead, (text, "")])
        self.query_one("#delivery", Reader).show(lines)

    def action_document(self) -> None:
        if self._row is not None and self._row.invoice_id is not None:
            self.workstation.open_invoice(self._row.invoice_id)
