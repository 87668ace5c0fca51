"""The list of deliveries: what came back or is not certain first, then what waits, then what has left the house."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from tui_billing.locale import LANGUAGES, N_, _, say
from tui_billing.models.queries import deliveries
from tui_billing.models.queries.deliveries import DeliveryRow, WantedDeliveries
from tui_billing.rules.delivery import SIGNS, TROUBLE, State
from tui_billing.rules.text import fold
from tui_billing.screens.amounts import instant, number
from tui_billing.screens.delivery_deeds import DeliveryDeeds
from tui_billing.screens.invoice_list import show_document
from tui_billing.screens.list_screen import Listed, ListScreen
from tui_billing.screens.ways import CHANNELS, state_cell
from tui_billing.services.postman import command, summary
from tui_billing.widgets.cells import Cell
from tui_billing.widgets.paged_table import Column, PageRequest

#: What `s` goes through, () being all deliveries.
CYCLE: tuple[tuple[str, ...], ...] = (
    (),
    tuple(TROUBLE),
    ("queued", "sending"),
    ("sent", "deposited"),
    ("confirmed", "received", "paid"),
    ("cancelled",),
)


@lru_cache(maxsize=1)
def state_words() -> dict[str, str]:
    """The words of the states in every language, folded, and their tokens."""
    words: dict[str, str] = {}
    for state, sign in SIGNS.items():
        words |= {fold(say(sign.word, language)): state.value for language in LANGUAGES}
        words[state.value] = state.value
    return words


class DeliveriesScreen(DeliveryDeeds, ListScreen):
    """All deliveries; Enter opens one with everything that befell it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "next_state", N_("state"), show=False, id="list.status"),
        Binding("m", "send_now", N_("send what is due"), show=False, id="send"),
        Binding("o", "document", N_("PDF"), show=False, id="document.pdf"),
    ]
    EMPTY = N_("nothing was sent yet; m on an invoice sends it")
    FILTER_HINT = N_("number, customer, address, state")

    def __init__(self) -> None:
        super().__init__()
        self._under_way = False

    def title_words(self) -> str:
        return _("SENDING")

    def columns(self) -> list[Column]:
        return [
            Column(_("document"), 11),
            Column(_("state"), 14),
            Column(_("customer"), 10, flex=1),
            Column(_("to"), 14, flex=2),
            Column(_("reason"), 12, flex=2, priority=1),
            Column(_("since"), 14, priority=2),
        ]

    def row_keys(self) -> Sequence[tuple[str, str]]:
        return [
            ("m", _("send now")),
            ("r", _("try again")),
            ("a", _("to another address")),
            ("y", _("it arrived")),
            ("u", _("take off")),
            ("s", _("state")),
            ("o", _("PDF")),
        ]

    # -- data ------------------------------------------------------------

    def parse_filter(self, text: str) -> WantedDeliveries:
        typed, words, states = fold(text), [], []
        for word, token in sorted(state_words().items(), key=lambda item: -len(item[0])):
            if f" {word} " in f" {typed} ":
                typed = f" {typed} ".replace(f" {word} ", " ").strip()
                states.append(token)
        words = typed.split()
        return WantedDeliveries(tuple(words), tuple(states))

    def read_page(self, wanted: WantedDeliveries, request: PageRequest) -> Any:
        return deliveries.page, (wanted, request.direction, request.key, request.limit)

    def read_count(self, wanted: WantedDeliveries) -> Any:
        return deliveries.count, (wanted,)

    def counted(self, count: int, more: bool) -> str:
        shown = number(count) + ("+" if more else "")
        return _("1 delivery") if count == 1 else _("{count} deliveries", count=shown)

    def listed(self, record: DeliveryRow) -> Listed:
        where = record.address or _(CHANNELS[record.channel])
        reason = f"{record.code} {record.reason}".strip()
        cells = (
            record.name,
            state_cell(record.state),
            record.customer,
            where,
            Cell(reason, "red" if record.state in TROUBLE else "dim"),
            instant(record.changed_at),
        )
        return Listed(record.key, record.id, cells, record)

    # -- keys ------------------------------------------------------------

    def chosen(self) -> DeliveryRow | None:
        row: DeliveryRow | None = self.record
        return row

    def action_next_state(self) -> None:
        """The next group of states as the filter; words that are in it stay."""
        wanted: WantedDeliveries = self._wanted or WantedDeliveries()
        groups = [set(group) for group in CYCLE]
        place = groups.index(set(wanted.states)) if set(wanted.states) in groups else 0
        words = [_(SIGNS[State(token)].word) for token in CYCLE[(place + 1) % len(CYCLE)]]
        self.set_filter(" ".join([*dict.fromkeys(words), *wanted.words]))

    def open_record(self, record: DeliveryRow) -> None:
        from tui_billing.screens.delivery_detail import DeliveryScreen

        self.workstation.open(DeliveryScreen(record.id))

    def action_document(self) -> None:
        row = self.chosen()
        if row is not None and row.invoice_id is not None:
            self.run_worker(show_document(self, row.invoice_id, row.name), group="document", exclusive=True)

    def action_send_now(self) -> None:
        """Send what is due in a process of its own; keys do not wait for it."""
        if self._under_way:
            self.say(_("it is being sent already"))
            return
        self.run_worker(self._send(), group="send", exit_on_error=False)

    async def _send(self) -> None:
        self._under_way = True
        self.say(_("sending what is due …"))
        try:
            argv, environ = command(self.desk.books, self.desk.today, self.desk.context.operator)
            process = await asyncio.create_subprocess_exec(
                *argv,
                env=environ,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
            out, complaint = await process.communicate()
        finally:
            self._under_way = False
        try:
            text = summary(json.loads(out))
        except ValueError:
            last = complaint.decode("utf-8", "replace").strip().rpartition("\n")[2]
            text = "! " + last.removeprefix("tui-billing: ")
        self.reload()
        self.say(text)
