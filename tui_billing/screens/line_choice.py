"""The lines of an invoice below a form: what is left of each, and what the clerk has picked of them so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui_billing.locale import _
from tui_billing.models.queries.credits import Creditable
from tui_billing.rules.credits import Part
from tui_billing.screens.amounts import money, number
from tui_billing.widgets.cells import padded
from tui_billing.widgets.reader import Line


def line_table(
    lines: Sequence[Creditable],
    picked: Sequence[Part],
    currency: str,
    width: int,
    standing: Mapping[int, int] | None = None,
) -> list[Line]:
    """Number, description, quantity, what is left with VAT; a picked line is marked and its part shown.

    `standing` is what of each line (by its position, minor units) the dispute contests that the form is about.
    """
    from tui_billing.models.fields import QUANTITY, unscaled

    chosen = {part.position: part for part in picked}
    room = max(14, width - (58 if standing else 44))
    rows: list[Line] = [
        [(padded("    #  " + _("description"), room + 7) + _("qty").rjust(8) + _("left, VAT in").rjust(13), "bold")]
    ]
    # What is picked must be seen, however long the invoice is.
    own = standing or {}
    for line in sorted(lines, key=lambda one: (one.position not in chosen, one.position not in own, one.position)):
        part = chosen.get(line.position)
        quantity = number(unscaled(line.quantity, QUANTITY)).rjust(8)
        text = f" {line.position:>4}  {padded(line.description, room)}{quantity}{money(line.rest, currency):>13}"
        colour, told = "", ""
        if line.position in own:
            colour, told = "magenta", "  " + f"⚑ {money(own[line.position], currency)}"
        elif line.dispute:
            colour, told = "magenta", "  " + _("dispute {id}", id=line.dispute)
        elif not line.rest:
            colour, told = "dim", "  " + _("credited")
        if part is not None:
            told = told.rstrip() if line.position in own else ""
            colour, told = "green", f"{told}  ◂ {part_words(part, line, currency)}"
        rows.append([(text, colour), (told, colour)])
    return rows


def part_words(part: Part, line: Creditable, currency: str) -> str:
    """How much of a line is picked."""
    from tui_billing.models.fields import QUANTITY, unscaled

    if part.amount == 0:
        return _("taken out")
    if part.amount is not None:
        return money(part.amount, currency)
    if part.quantity is not None:
        return "× " + number(unscaled(part.quantity, QUANTITY))
    return money(line.rest, currency)
