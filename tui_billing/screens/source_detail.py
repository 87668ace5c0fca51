"""An order, a delivery note or a contract line by line: ordered, delivered, agreed, billed, left, and the difference
in words; below them the documents that billed it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui_billing.locale import N_, _, language_in_use
from tui_billing.models.queries.source_list import SourceRow
from tui_billing.rules.numbers import format_money, format_number
from tui_billing.rules.problem import Problem
from tui_billing.rules.source_state import SourceState
from tui_billing.rules.units import unit_word
from tui_billing.screens.amounts import short_day
from tui_billing.screens.source_deeds import SourceDeeds
from tui_billing.services import source_answers
from tui_billing.widgets.cells import padded
from tui_billing.widgets.reader import Line, Reader, wrapped

STATUSES = {"open": N_("open"), "closed": N_("closed"), "cancelled": N_("cancelled")}
#: Columns from which on an order shows its prices too.
WIDE = 100
TITLES = {"order": N_("ORDER"), "delivery": N_("DELIVERY NOTE"), "contract": N_("CONTRACT")}


class SourceScreen(SourceDeeds):
    """One of them, to be read; letters act as in its list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "index", N_("index of a contract"), show=False, id="contract.index"),
    ]

    def __init__(self, kind: str, source_id: int) -> None:
        super().__init__()
        self.KIND, self._source = kind, source_id
        self._found: dict[str, Any] | None = None

    def title_words(self) -> str:
        number = f" {self._found['number']}" if self._found else ""
        return _(TITLES[self.KIND]) + number

    def body(self) -> ComposeResult:
        yield Reader(id="source")

    def keys(self) -> Sequence[tuple[str, str]]:
        return [
            ("b", _("bill")),
            ("e", _("change")),
            *([("l", _("deliver"))] if self.KIND == "order" else []),
            *([("t", _("index"))] if self.KIND == "contract" else []),
            ("z", _("close")),
            ("v", _("cancel")),
            ("u", _("open again")),
            ("a", _("papers")),
            ("i", _("inquiry")),
            ("↑↓", _("read")),
            ("Esc", _("back")),
        ]

    def chosen(self) -> SourceRow | None:
        found = self._found
        if found is None:
            return None
        day = str(found.get("date") or found.get("start_date"))
        state = SourceState(found["status"])
        return SourceRow((), self._source, found["number"], found["customer"], found["customer_name"], day, state)

    def action_index(self) -> None:
        """From a day on, the contract's prices times a factor."""
        if self.KIND == "contract" and self._found is not None:
            from tui_billing.screens.contract_index import ContractIndexScreen

            self.workstation.open(ContractIndexScreen(self._source, self._found["number"]))

    def reload(self) -> None:
        self.workstation.answer(self._show(), name="source")

    async def _show(self) -> None:
        try:
            self._found = await self.desk.ask(source_answers.source_with_documents, self.KIND, self._source)
        except Problem as error:
            self.say_problem(error)
            return
        self.show_headline()
        self._lay_out()

    def on_resize(self) -> None:
        if self._found is not None:
            self._lay_out()

    # -- what is shown ---------------------------------------------------

    def _lay_out(self) -> None:
        found = self._found
        assert found is not None
        lines = [*self._head(found), [], *self._table(found)]
        if found.get("indexes"):
            lines += [[], [(" " + _("Index"), "bold")]]
            lines += [
                [
                    (f" {_day(one['valid_from'])}  × {self._figure(one['factor'])}  ", ""),
                    (one["note"], "dim"),
                ]
                for one in found["indexes"]
            ]
        if found["documents"]:
            lines += [[], [(" " + _("Billed by"), "bold")]]
            for one in found["documents"]:
                override = "  " + _("override: {reason}", reason=one["override"]) if one["override"] else ""
                lines.append(
                    [
                        (f" {padded(one['number'], 14)} {_day(one['date'])}  ", ""),
                        (
                            _("line {line}: {quantity}", line=one["position"], quantity=self._figure(one["quantity"])),
                            "",
                        ),
                        (override, "yellow"),
                    ]
                )
        self.query_one("#source", Reader).show(lines)

    def _head(self, found: dict[str, Any]) -> list[Line]:
        status = found["status"]
        first = f" {found['number']} · {found['customer_name']} · "
        days = _day(found.get("date") or found.get("start_date"))
        if self.KIND == "contract":
            days += " – " + (_day(found["end_date"]) if found["end_date"] else _("open end"))
        lines: list[Line] = [
            [(first + days + " · ", "bold"), (_(STATUSES[status]), "blue" if status == "open" else "dim")]
        ]
        parts = []
        if self.KIND == "contract":
            parts = [found["title"]]
            if found["index_percent"] and Decimal(found["index_percent"]):
                parts.append(_("{percent} % a year", percent=self._figure(found["index_percent"])))
            billed = format_money(_minor(found["billed"], found["currency"]), found["currency"], self._language)
            if found["ceiling"]:
                most = format_money(_minor(found["ceiling"], found["currency"]), found["currency"], self._language)
                parts.append(
                    _(
                        "billed {billed} of {ceiling} {currency}",
                        billed=billed,
                        ceiling=most,
                        currency=found["currency"],
                    )
                )
            else:
                parts.append(_("billed {billed} {currency}", billed=billed, currency=found["currency"]))
        else:
            if found.get("order"):
                parts.append(_("order {number}", number=found["order"]))
            if found.get("contract"):
                parts.append(_("contract {number}", number=found["contract"]))
            if found.get("received_by"):
                parts.append(_("received by {name}", name=found["received_by"]))
        text = " · ".join(part for part in parts if part)
        if text:
            lines.append([(" " + text, "")])
        if found["note"]:
            lines += [[(" " + part, "dim")] for part in wrapped(found["note"], max(20, self.size.width - 2))]
        return lines

    @property
    def _language(self) -> str:
        return language_in_use()

    def _figure(self, text: str) -> str:
        return format_number(Decimal(text), self._language)

    def _price(self, text: str) -> str:
        value = Decimal(text)
        return format_number(value, self._language, max(2, -int(value.as_tuple().exponent)))

    def _table(self, found: dict[str, Any]) -> list[Line]:
        names: tuple[str, ...]
        if self.KIND == "contract":
            names = (_("price"), _("disc"), _("at most"), _("billed"), _("left"))
        elif self.KIND == "order":
            names = (_("ordered"), _("delivered"), _("billed"), _("left"))
            if self.size.width >= WIDE:
                names = (_("price"), *names)
        else:
            names = (_("delivered"), _("billed"), _("left"))
        wide = max(14, self.size.width - 10 * len(names) - 20)
        head = " " + padded(_("item"), wide) + "".join(padded(name, 10, "right") for name in names)
        return [[(head, "bold")], *(self._line(line, wide) for line in found["lines"])]

    def _line(self, line: dict[str, Any], wide: int) -> Line:
        billed = exact(line["billed"])
        figures: list[str]
        if self.KIND == "contract":
            most = exact(line["ceiling"])
            figures = [
                self._price(line["unit_price"]),
                f"{self._figure(line['discount_percent'])} %" if exact(line["discount_percent"]) else "",
                self._figure(line["ceiling"]) if most else "",
                self._figure(line["billed"]),
                self._left(most - billed, line) if most else "",
            ]
            words, colour = self._contract_words(most, billed)
        else:
            basis = exact(line.get("ordered") or line["delivered"])
            figures = [self._figure(line["ordered"])] if self.KIND == "order" else []
            if self.KIND == "order" and self.size.width >= WIDE:
                figures.insert(0, self._price(line["unit_price"]) if line["unit_price"] else "—")
            figures += [self._figure(line["delivered"]), self._figure(line["billed"]), self._left(basis - billed, line)]
            words, colour = self._words(basis, exact(line["delivered"]), billed)
        text = f" {padded((line['item'] + ' ' + line['description']).strip(), wide)}"
        return [(text, ""), ("".join(padded(one, 10, "right") for one in figures), ""), (f"  {words}", colour)]

    def _left(self, left: Decimal, line: dict[str, Any]) -> str:
        return f"{format_number(left, self._language)} {unit_word(line['unit'], self._language)}"

    def _contract_words(self, most: Decimal, billed: Decimal) -> tuple[str, str]:
        if most and billed > most:
            return _("over"), "red"
        if most and billed == most:
            return _("used up"), "yellow"
        return (_("part billed"), "cyan") if billed else (_("open"), "blue")

    def _words(self, basis: Decimal, came: Decimal, billed: Decimal) -> tuple[str, str]:
        if abs(billed) > abs(basis):
            return _("billed too much"), "red"
        if self.KIND == "order" and came > basis:
            return _("delivered too much"), "red"
        if abs(came) > abs(billed):
            return _("to bill"), "yellow"
        if billed == basis:
            return _("wholly billed"), "green"
        return (_("part billed"), "cyan") if billed else (_("to come"), "blue")


def exact(text: str | None) -> Decimal:
    """A decimal string as a number that can be subtracted without loss."""
    return Decimal(text or "0").normalize() + 0


def _minor(text: str, currency: str) -> int:
    from tui_billing.rules.money import to_minor

    return to_minor(Decimal(text), currency)


def _day(text: str | None) -> str:
    return short_day(dt.date.fromisoformat(text)) if text else ""
