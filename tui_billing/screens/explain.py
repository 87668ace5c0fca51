"""How an amount came to be: line by line, rate by rate, down to what is open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from textual.app import ComposeResult

from tui_billing.locale import _
from tui_billing.rules.explain import Step, explain_totals
from tui_billing.rules.problem import Problem
from tui_billing.screens.amounts import money, value
from tui_billing.screens.frame import BillingScreen
from tui_billing.services.explain import explain_invoice
from tui_billing.widgets.cells import padded
from tui_billing.widgets.reader import Line, Reader

#: Cells of the words and of the amount; the rest of the line says why.
WORDS, AMOUNT = 34, 14


def explained(steps: Sequence[Step], width: int) -> list[Line]:
    """The steps as lines of a reader."""
    words = min(WORDS + 10, max(WORDS, width - 80))
    lines: list[Line] = []
    for step in steps:
        shown = {name: value(thing) for name, thing in step.values.items()}
        label = _(step.label, **shown)
        if step.heading:
            lines += [[], [(" " + label, "bold")]] if lines else [[(" " + label, "bold")]]
            continue
        if step.amount is None:
            lines.append([(" " + label, "")])
            continue
        label = (" " * 5 if step.indent else " ") + label.strip()
        amount = money(step.amount.minor, step.amount.currency)
        colour = "bold" if step.strong else ""
        detail = _(step.detail, **shown) if step.detail else ""
        lines.append(
            [(padded(label, words), colour), (padded(amount, AMOUNT, "right"), colour), ("  " + detail, "dim")]
        )
    return lines


Read = Callable[["ExplainScreen"], Awaitable[tuple[str, Sequence[Step]]]]


class ExplainScreen(BillingScreen):
    """A derivation, to be read; of an issued document, or of the form that is being typed."""

    def __init__(self, read: Read) -> None:
        super().__init__()
        self._read = read
        self._title = ""
        self._steps: Sequence[Step] = ()

    @classmethod
    def of_invoice(cls, invoice_id: int) -> ExplainScreen:
        """How the amounts of an issued document came to be."""

        async def read(screen: ExplainScreen) -> tuple[str, Sequence[Step]]:
            found, steps = await screen.desk.ask(explain_invoice, invoice_id, screen.desk.today)
            return f"{found.head['number']} · {found.head['buyer_name']} · {found.head['currency']}", steps

        return cls(read)

    @classmethod
    def of_entry(cls, lines: Any) -> ExplainScreen:
        """How the totals of a form's lines (`screens.entry_lines.Lines`) come to be."""
        known, totals = [], lines.totals()
        for number, line in enumerate(lines.typed, 1):
            if line.raw:
                continue
            try:
                known.append(lines.meaning(line.content, number))
            except Problem:
                continue
        steps = explain_totals(totals, known, lines.currency) if totals else []

        async def read(screen: ExplainScreen) -> tuple[str, Sequence[Step]]:
            return f"{_('NEW INVOICE')} · {lines.currency}", steps

        return cls(read)

    def title_words(self) -> str:
        return _("EXPLAIN") + ("  " + self._title if self._title else "")

    def body(self) -> ComposeResult:
        yield Reader(id="steps")

    def keys(self) -> Sequence[tuple[str, str]]:
        return [("↑↓ PgDn", _("read")), ("Esc", _("back"))]

    def reload(self) -> None:
        self.workstation.answer(self._show(), name="explain")

    async def _show(self) -> None:
        try:
            self._title, self._steps = await self._read(self)
        except Problem as error:
            self.say_problem(error)
            return
        self.show_headline()
        self._lay_out()

    def _lay_out(self) -> None:
        reader = self.query_one("#steps", Reader)
        if self._steps:
            reader.show(explained(self._steps, self.size.width))
        else:
            reader.show([[(" " + _("there is no line yet; type an item"), "dim")]])

    def on_resize(self) -> None:
        if self.is_mounted and self.query("#steps"):
            self._lay_out()
