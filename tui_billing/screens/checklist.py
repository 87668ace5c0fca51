"""The checklist of an invoice that is being typed: every finding, and the lines beside their order and delivery."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui_billing.locale import N_, _
from tui_billing.rules.findings import Finding
from tui_billing.rules.match3 import OVER, Compared, priced, shown
from tui_billing.rules.problem import Problem
from tui_billing.screens.form_screen import FormScreen
from tui_billing.screens.frame import BillingScreen
from tui_billing.widgets.cells import padded
from tui_billing.widgets.reader import Line, Reader, wrapped

if TYPE_CHECKING:
    from tui_billing.screens.invoice_entry import InvoiceEntryScreen
    from tui_billing.services.resolve import Resolved


class ChecklistScreen(BillingScreen):
    """To be read; Esc goes back to the form, Enter to the field of the first finding, o overrides over-billing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "override", N_("override with a reason"), show=False, id="check.override"),
        Binding("enter", "first", N_("to the first finding"), show=False, id="check.first"),
    ]

    def __init__(self, entry: InvoiceEntryScreen, known: Resolved) -> None:
        super().__init__()
        self._entry, self._known = entry, known

    def title_words(self) -> str:
        return _("CHECKLIST")

    def body(self) -> ComposeResult:
        yield Reader(id="checklist")

    def keys(self) -> Sequence[tuple[str, str]]:
        over = [("o", _("override with a reason"))] if self._is_over() else []
        return [("Enter", _("to the first finding")), *over, ("↑↓", _("read")), ("Esc", _("back"))]

    def on_mount(self) -> None:
        super().on_mount()
        self._lay_out()

    def on_resize(self) -> None:
        if self.is_mounted:
            self._lay_out()

    def _lay_out(self) -> None:
        self.query_one("#checklist", Reader).show([*self._findings(), [], *self._match()])

    def _is_over(self) -> bool:
        return any(finding.code in OVER for finding in self._known.findings)

    def _findings(self) -> list[Line]:
        known = self._known
        stops = [Finding("", p.message, p.field, True, p.values) for p in known.problems]
        found = [*stops, *known.findings]
        if not found:
            return [[(" ✓ " + _("nothing to say"), "green")]]
        lines: list[Line] = []
        for finding in found:
            word, colour = (_("stops"), "red") if finding.blocking else (_("warns"), "yellow")
            text = _(finding.message, **finding.values)
            first, *more = wrapped(text, max(20, self.size.width - 12)) or [""]
            lines.append([(f" {padded(word, 9)} ", colour), (first, "")])
            lines += [[(" " * 11 + rest, "")] for rest in more]
            if finding.source:
                lines.append([(" " * 11 + finding.source, "dim")])
        return lines

    def _match(self) -> list[Line]:
        compared = self._known.matched.match.compared
        if not compared:
            return [[(" " + _("no order, delivery or contract stands behind these lines"), "dim")]]
        wide = max(8, self.size.width - 72)
        heads = (_("billed"), _("ordered"), _("delivered"), _("left"))
        lines: list[Line] = [
            [
                (" " + padded(_("item"), wide), "bold"),
                ("".join(padded(head, 10, "right") for head in heads), "bold"),
                (padded(_("price"), 10, "right") + padded(_("agreed"), 10, "right"), "bold"),
            ]
        ]
        return [*lines, *(self._compared(one, wide) for one in compared)]

    def _compared(self, one: Compared, wide: int) -> Line:
        line = one.line
        ordered = sum((source.quantity for source in one.order), start=line.quantity * 0)
        came = sum((source.quantity for source in one.delivery), start=line.quantity * 0)
        left = sum((source.left for source in one.order or one.delivery), start=line.quantity * 0)
        price, discount = self._agreed(one)
        agreed = "" if price is None else priced(price, discount)
        figures = (
            shown(line.quantity),
            shown(ordered) if one.order else "—",
            shown(came) if one.delivery else "—",
            shown(left) if one.order or one.delivery else "—",
        )
        words, colour = self._words(line.number)
        return [
            (" " + padded(line.item or line.description, wide), ""),
            ("".join(padded(figure, 10, "right") for figure in figures), ""),
            (padded(priced(line.unit_price, line.discount), 10, "right") + padded(agreed or "—", 10, "right"), ""),
            ("  " + words, colour),
        ]

    def _agreed(self, one: Compared) -> tuple[Any, Any]:
        for source in one.order:
            if source.unit_price is not None:
                return source.unit_price, source.discount
        return (one.agreed.unit_price, one.agreed.discount) if one.agreed else (None, 0)

    def _words(self, number: int) -> tuple[str, str]:
        mine = [f for f in self._known.matched.findings if f.field.startswith(f"lines.{number}.")]
        if any(finding.blocking or finding.code in OVER for finding in mine):
            return _("too much"), "red"
        if mine:
            return _("differs"), "yellow"
        return _("agrees"), "green"

    def action_first(self) -> None:
        """Back to the form, at the field of the first finding."""
        known = self._known
        fields = [p.field for p in known.problems] + [finding.field for finding in known.findings]
        self.workstation.go_back()
        if fields:
            self._entry.go_to_place(fields[0])

    def action_override(self) -> None:
        if not self._is_over():
            self.say(_("nothing here needs an override"))
        elif self.desk.context.role != "supervisor":
            self.say(_("only a supervisor overrides; ask one to open this draft"))
        else:
            self.workstation.open(OverrideScreen(self._entry))


class OverrideScreen(FormScreen):
    """Why more is billed than is ordered, delivered or agreed; it is kept with what is billed."""

    FIELDS = (("override", N_("Reason"), 60),)

    def __init__(self, entry: InvoiceEntryScreen) -> None:
        super().__init__()
        self._entry = entry

    @property
    def form_name(self) -> str:
        return "override"

    def title_words(self) -> str:
        return _("OVERRIDE")

    def question(self) -> str:
        if not self.values()["override"]:
            raise Problem("type why more is billed than is ordered, delivered or agreed", field="override")
        return _("keep this reason with the draft: Enter does it")

    async def carry_out(self) -> str:
        self._entry.content.override = self.values()["override"]
        await self._entry.keep_override()
        self.workstation.go_back()
        return _("the reason is kept; ^S issues")
