"""Files for the bank: all that were made, what is in one, and taking one or a part of it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui_billing.locale import N_, _
from tui_billing.rules.problem import Problem
from tui_billing.screens.amounts import short_iso, word
from tui_billing.screens.asking import AskingScreen
from tui_billing.services.clerk import new_command_id
from tui_billing.services.order_lists import list_orders, show_order
from tui_billing.services.payment_orders import cancel_order, drop_part
from tui_billing.widgets.cells import Cell
from tui_billing.widgets.field import Caption
from tui_billing.widgets.paged_table import Column, Page, PagedTable, PageRequest, Row

KINDS = {"collection": N_("direct debits"), "refund": N_("refunds")}
STATUSES = {
    "made": N_("made"),
    "cancelled": N_("cancelled"),
    "waiting": N_("with the bank"),
    "settled": N_("settled"),
    "dropped": N_("taken out"),
}
_COLOURS = {"made": "blue", "waiting": "blue", "settled": "green"}


def state_cell(status: str) -> Cell:
    """A status of a file or of a part of it."""
    return Cell(word(STATUSES, status), _COLOURS.get(status, "dim"))


class BankOrdersScreen(AskingScreen):
    """All files, the newest first; Enter shows what is in one."""

    AUTO_FOCUS = "#orders"
    HOME = "#orders"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "cancel", N_("cancel the file"), show=False, id="order.cancel"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._orders: dict[int, dict[str, Any]] = {}

    def title_words(self) -> str:
        return _("FILES FOR THE BANK")

    def body(self) -> ComposeResult:
        yield PagedTable(
            [
                Column(_("id"), 4, align="right"),
                Column(_("made on"), 8),
                Column(_("kind"), 14),
                Column(_("date"), 8),
                Column(_("count"), 5, align="right"),
                Column(_("total"), 13, align="right"),
                Column("", 3),
                Column(_("status"), 10),
                Column(_("by"), 8, priority=2),
                Column(_("message"), 20, flex=1, priority=3),
            ],
            self._fetch,
            empty=_("no file yet; g l makes one of direct debits, g f one of refunds"),
            id="orders",
        )
        yield from self.ask_line()

    def keys(self) -> Sequence[tuple[str, str]]:
        return [("Enter", _("open it")), ("v", _("cancel the file")), ("Esc", _("back"))]

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#orders", PagedTable).show()

    def reload(self) -> None:
        table = self.query_one("#orders", PagedTable)
        if table.loaded:
            table.refresh_rows()

    async def _fetch(self, request: PageRequest) -> Page:
        if request.direction not in ("first", "around", "last"):
            return Page(())
        try:
            found = await self.desk.ask(list_orders)
        except Problem as error:
            self.say_problem(error)
            return Page(())
        self._orders = {one["id"]: one for one in found}
        return Page([Row((place,), one["id"], self._cells(one)) for place, one in enumerate(found)])

    def _cells(self, one: dict[str, Any]) -> tuple[str | Cell, ...]:
        return (
            str(one["id"]),
            short_iso(one["at"][:10]),
            word(KINDS, one["kind"]),
            short_iso(one["date"]),
            str(one["count"]),
            one["total"],
            one["currency"],
            state_cell(one["status"]),
            one["operator"],
            one["message_id"],
        )

    @property
    def order(self) -> dict[str, Any] | None:
        """The file under the cursor."""
        row = self.query_one("#orders", PagedTable).row
        return self._orders.get(row.id) if row is not None else None  # type: ignore[call-overload]

    @on(PagedTable.Opened, "#orders")
    def _opened(self) -> None:
        if self.order is not None:
            self.workstation.open(BankOrderScreen(self.order["id"]))

    def action_cancel(self) -> None:
        """The bank did not get it, or refused it whole: what is in it is free again."""
        order = self.order
        if order is None:
            return
        if order["status"] != "made":
            self.say(_("order {id} was cancelled already", id=order["id"]))
            return
        command = new_command_id()

        async def cancel(text: str) -> None:
            if not text:
                raise Problem("type why the file is cancelled: not sent, refused by the bank", field="reason")
            await self.desk.do(cancel_order, order["id"], text, command_id=command)
            self.close_prompt()
            self.reload()
            self.say(_("order {id} is cancelled; delete {path} and do not send it", id=order["id"], path=order["path"]))

        what = f"{order['count']} {word(KINDS, order['kind'])}, {order['total']} {order['currency']}"
        self.prompt(_("cancel order {id} ({what}), because", id=order["id"], what=what), cancel)


class BankOrderScreen(AskingScreen):
    """One file and its parts; `v` takes the part under the cursor out: the bank refused it alone."""

    AUTO_FOCUS = "#parts"
    HOME = "#parts"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "drop", N_("take out"), show=False, id="order.drop"),
    ]

    def __init__(self, order_id: int) -> None:
        super().__init__()
        self.order_id = order_id
        self._parts: list[dict[str, Any]] = []

    def title_words(self) -> str:
        return _("FILE FOR THE BANK {id}", id=self.order_id)

    def body(self) -> ComposeResult:
        yield Caption("", id="sums")
        yield Caption("", id="file")
        yield PagedTable(
            [
                Column(_("customer"), 16, flex=2),
                Column(_("pays"), 12),
                Column(_("amount"), 12, align="right"),
                Column(_("mandate"), 12, flex=1, priority=2),
                Column("", 4, priority=3),
                Column(_("status"), 13),
                Column(_("reason"), 14, flex=1, priority=1),
            ],
            self._fetch,
            id="parts",
        )
        yield from self.ask_line()

    def keys(self) -> Sequence[tuple[str, str]]:
        return [("v", _("take out")), ("Esc", _("back"))]

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#parts", PagedTable).show()

    def reload(self) -> None:
        table = self.query_one("#parts", PagedTable)
        if table.loaded:
            table.refresh_rows()

    async def _fetch(self, request: PageRequest) -> Page:
        if request.direction not in ("first", "around", "last"):
            return Page(())
        try:
            told = await self.desk.ask(show_order, self.order_id)
        except Problem as error:
            self.say_problem(error)
            return Page(())
        self._parts = told["parts"]
        what = f"{told['count']} {word(KINDS, told['kind'])}, {told['total']} {told['currency']}"
        date = short_iso(told["date"])
        state = word(STATUSES, told["status"])
        self.query_one("#sums", Caption).say(
            " " + _("{what} on {date}, {account}: {state}", what=what, date=date, account=told["iban"], state=state),
            "bold",
        )
        self.query_one("#file", Caption).say(" " + told["path"])
        return Page([Row((place,), place, self._cells(one)) for place, one in enumerate(self._parts)])

    def _cells(self, one: dict[str, Any]) -> tuple[str | Cell, ...]:
        return (
            f"{one['customer']} {one['customer_name']}",
            one["invoice"] or _("refund {id}", id=one["refund"]),
            one["amount"],
            one["mandate"] or "",
            one["sequence"],
            state_cell(one["status"]),
            one["reason"],
        )

    def action_drop(self) -> None:
        """The bank refused this one alone: it is free again."""
        row = self.query_one("#parts", PagedTable).row
        if row is None:
            return
        part = self._parts[row.key[0]]
        what = part["invoice"] or _("refund {id}", id=part["refund"])
        if part["status"] != "waiting":
            state = word(STATUSES, part["status"])
            self.say(_("{what} is {state}; there is nothing to take out", what=what, state=state))
            return
        command = new_command_id()

        async def drop(text: str) -> None:
            if not text:
                raise Problem("type why it is taken out, for example the bank's code", field="reason")
            await self.desk.do(
                drop_part,
                self.order_id,
                part["invoice"] or "",
                text,
                refund_id=part["refund"],
                command_id=command,
            )
            self.close_prompt()
            self.reload()
            self.say(_("{what} is taken out of the file; it can be in another one", what=what))

        self.prompt(_("take {what} out, because", what=f"{what} {part['customer']}"), drop)
