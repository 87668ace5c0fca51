"""Mandates: all of them, or a customer's; one is revoked here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui_billing.locale import N_, _
from tui_billing.rules.problem import Problem
from tui_billing.screens.amounts import short_iso, word
from tui_billing.screens.customer_card import MANDATE_STATUSES
from tui_billing.screens.frame import BillingScreen
from tui_billing.services.clerk import new_command_id
from tui_billing.services.mandates import list_mandates, revoke_mandate
from tui_billing.widgets.cells import Cell
from tui_billing.widgets.issue_line import IssueLine
from tui_billing.widgets.paged_table import Column, Page, PagedTable, PageRequest, Row


class MandatesScreen(BillingScreen):
    """The list; `v` revokes the mandate under the cursor."""

    AUTO_FOCUS = "#mandates"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "mandate", N_("new mandate"), show=False, id="mandate.new"),
        Binding("v", "revoke", N_("revoke"), show=False, id="mandate.revoke"),
    ]

    def __init__(self, customer_id: int | None = None, code: str = "") -> None:
        super().__init__()
        self.customer_id, self.code = customer_id, code
        self._mandates: list[dict[str, Any]] = []

    def title_words(self) -> str:
        return f"{_('MANDATES')}  {self.code}".rstrip()

    def body(self) -> ComposeResult:
        yield PagedTable(
            [
                Column(_("reference"), 14, flex=1),
                Column(_("customer"), 14, flex=2),
                Column(_("scheme"), 6, priority=2),
                Column("IBAN", 27),
                Column(_("signed"), 8, priority=3),
                Column(_("last used"), 9, priority=1),
                Column(_("status"), 9),
            ],
            self._fetch,
            empty=_("no mandate yet; b on a customer enters one"),
            id="mandates",
        )

    def keys(self) -> Sequence[tuple[str, str]]:
        new = [("b", _("new mandate"))] if self.code else []
        return [("v", _("revoke")), *new, ("Esc", _("back"))]

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#mandates", PagedTable).show()

    def reload(self) -> None:
        table = self.query_one("#mandates", PagedTable)
        if table.loaded:
            table.refresh_rows()

    async def _fetch(self, request: PageRequest) -> Page:
        if request.direction not in ("first", "around", "last"):
            return Page(())
        try:
            self._mandates = await self.desk.ask(list_mandates, self.desk.today, self.customer_id)
        except Problem as error:
            self.say_problem(error)
            return Page(())
        return Page([Row((place,), one["reference"], self._cells(one)) for place, one in enumerate(self._mandates)])

    def _cells(self, one: dict[str, Any]) -> tuple[str | Cell, ...]:
        return (
            one["reference"],
            f"{one['customer']} {one['customer_name']}",
            one["scheme"],
            one["iban"],
            short_iso(one["signed_on"]),
            short_iso(one["last_used"] or "") or "—",
            Cell(word(MANDATE_STATUSES, one["status"]), "green" if one["status"] == "active" else "dim"),
        )

    def action_mandate(self) -> None:
        if self.code:
            from tui_billing.screens.mandate_entry import MandateEntryScreen

            self.workstation.open(MandateEntryScreen(self.code))
        else:
            self.say(_("b on a customer's card enters a mandate"))

    def action_revoke(self) -> None:
        """Ask in one line."""
        row = self.query_one("#mandates", PagedTable).row
        one = self._mandates[row.key[0]] if row is not None else None
        if one is None:
            return
        if one["revoked_on"]:
            date = short_iso(one["revoked_on"])
            self.say(_("mandate {reference} was revoked already on {date}", reference=one["reference"], date=date))
            return
        self.answer_line.open(
            _(
                "revoke mandate {reference} of {customer}: nothing more is collected under it; Enter revokes it",
                reference=one["reference"],
                customer=one["customer"],
            ),
            warning=True,
            purpose=("revoke", one["reference"], new_command_id()),
        )

    @on(IssueLine.Confirmed)
    def _confirmed(self, event: IssueLine.Confirmed) -> None:
        purpose = event.purpose
        if isinstance(purpose, tuple) and purpose[0] == "revoke":
            self.workstation.answer(self._revoke(purpose[1], purpose[2]), name="revoke")

    async def _revoke(self, reference: str, command_id: str) -> None:
        try:
            await self.desk.do(revoke_mandate, reference, command_id=command_id)
        except Problem as error:
            self.say_problem(error)
            return
        self.reload()
        self.say(_("mandate {reference} is revoked", reference=reference))
