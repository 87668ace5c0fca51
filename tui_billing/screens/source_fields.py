"""The fields of the form of an order, a delivery note or a contract: each accepted with its mark or its default."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from tui_billing.locale import N_, _
from tui_billing.models.queries import facts
from tui_billing.rules.dates import format_date, parse_iso
from tui_billing.rules.money import exponent
from tui_billing.rules.numbers import format_number, parse_amount, parse_percent
from tui_billing.rules.problem import Problem
from tui_billing.rules.sources import LIMITS, SourceContent
from tui_billing.rules.text import clean
from tui_billing.screens.amounts import short_day
from tui_billing.screens.entry_form import FieldSpec, Stay
from tui_billing.screens.entry_lines import TypedLine
from tui_billing.screens.entry_moves import EntryScreen, Suggest
from tui_billing.screens.source_lines import LINES, SourceLines
from tui_billing.services import source_entry
from tui_billing.services.source_entry import Named
from tui_billing.widgets.lookup import Suggestion
from tui_billing.widgets.paged_table import Column

HEADERS: dict[str, tuple[tuple[FieldSpec, ...], ...]] = {
    "order": (
        (("number", N_("Order no."), 16), ("date", N_("Date"), 11)),
        (("contract", N_("Contract"), 16), ("currency", N_("Currency"), 5)),
    ),
    "delivery": (
        (("order", N_("Order"), 16), ("number", N_("Note no."), 16)),
        (("date", N_("Date"), 11), ("received_by", N_("Received by"), 18)),
    ),
    "contract": (
        (("number", N_("Number"), 16), ("title", N_("Title"), 22)),
        (("start_date", N_("From"), 11), ("end_date", N_("Until"), 11)),
        (("index_percent", N_("Index %"), 8), ("ceiling", N_("Ceiling"), 14), ("currency", N_("Currency"), 5)),
    ),
}
DATES = {"order": ("date",), "delivery": ("date",), "contract": ("start_date", "end_date")}


class SourceFields(EntryScreen):
    """What stands above and below the lines, by kind."""

    LIMITS = LIMITS
    FOOTER = (("note", N_("Note"), 50),)
    LAST_NEEDED = "number"

    content: SourceContent
    lines: SourceLines

    def __init__(self, kind: str, source_id: int | None = None) -> None:
        self.kind = kind
        self.HEADER = HEADERS[kind]  # type: ignore[misc]
        self.DATES = DATES[kind]  # type: ignore[misc]
        if kind == "contract":
            self.LAST_NEEDED = ""
        super().__init__()
        self._source, self._source_version = source_id, 0
        self._begun: dict[str, Any] = {}

    def empty_content(self) -> SourceContent:
        return SourceContent(kind=self.kind)

    def empty_lines(self) -> SourceLines:
        return LINES[self.kind]("en", "EUR")

    def columns(self) -> list[Column]:
        return self.lines.columns()

    def _begin_empty(self) -> None:
        desk = self.desk
        self.content, self._begun = self.empty_content(), {}
        self.lines = LINES[self.kind](desk.language, desk.company.currency)
        self._show_defaults()

    def _order(self) -> list[str]:
        """The fields in the order of Tab; of what is changed, customer and order stay."""
        fixed = ("customer", "order") if self._source is not None else ()
        return [name for name in super()._order() if name not in fixed]

    def worth_keeping(self) -> bool:
        """Whether something was typed beyond what the form began with."""
        return self.content.holds_something() and (bool(self.content.typed) or self._typed_content() != self._begun)

    def _typed_content(self) -> dict[str, Any]:
        plain = self.content.to_json()
        for name in ("focus", "typed"):
            plain.pop(name, None)
        return plain

    async def _show_start(self, content: SourceContent) -> None:
        """Show what the form begins with; nothing of it has been typed yet."""
        self.content = content
        self._begun = self._typed_content()
        await self._show_content()
        self.grid.place(len(self.lines.typed))
        self._field("number").focus()

    # -- fields ----------------------------------------------------------

    async def _accept_other(self, name: str, text: str) -> None:
        language = self.desk.language
        if name in ("currency", "index_percent", "ceiling") and text == self._shown(name):
            return
        if name in ("order", "contract") and text:
            await self._accept_named(name, text)
        elif name == "currency":
            code = clean(text, 3, name).upper()
            if code:
                exponent(code)
            self.content.currency = code
            self.lines.currency = self._currency()
            self._set_field(name, self._shown(name))
            self._show_rows()
        elif name == "index_percent":
            sign = -1 if text.startswith("-") else 1
            value = sign * parse_percent(text.removeprefix("-"), language, name) if text else Decimal(0)
            self.content.index_percent = format(value, "f") if value else ""
        elif name == "ceiling":
            amount = parse_amount(text, language, self._currency(), field=name) if text else None
            self.content.ceiling = amount.plain if amount else ""
            self._set_field(name, self._shown(name))
        else:
            await super()._accept_other(name, text)
            if name == "number":
                self.show_headline()

    async def _accept_named(self, name: str, text: str) -> None:
        """Take an order or a contract by its number or part of it."""
        if not self.content.customer:
            raise Problem("type the customer first; its orders and contracts are looked for then", field=name)
        find = source_entry.find_order if name == "order" else source_entry.find_contract
        found, others = await self.desk.ask(find, self.content.customer, text)
        if found is None and others:
            self.panel.typed(self._field(name), self._suggest_named(name))
            raise Stay("{count} fit; press Down to choose one", field=name, count=len(others))
        if found is None:
            words = (
                N_("{customer} has no order {number}; press F4 to see those that are open")
                if name == "order"
                else N_("{customer} has no contract {number}; press F4 to see those in force")
            )
            raise Problem(words, field=name, customer=self.content.customer, number=text[:40])
        changed = getattr(self.content, name) != found.number
        setattr(self.content, name, found.number)
        self._set_field(name, found.number)
        self.panel.clear()
        if name == "order":
            await self._know_order()
            if changed and not self.lines.typed:
                await self._fill_from_order(found)

    async def _know_order(self) -> None:
        """What of the order's lines is ordered and has come, to stand beside what is delivered."""
        if self.kind == "delivery" and self.content.order:
            self.lines.came = await self.desk.ask(
                source_entry.came_of_order, self.content.customer, self.content.order, self._source
            )
            self._show_rows()

    async def _fill_from_order(self, order: Named) -> None:
        rest = await self.desk.ask(source_entry.rest_of_order, order.id)
        self.lines.typed = [TypedLine(line) for line in rest.lines]
        self.lines.items.update(await self.desk.ask(facts.items_by_code, [line.item for line in rest.lines]))
        self.lines.check()
        self.grid.place(len(self.lines.typed))
        self._show_rows()
        self._show_sums()
        self.say(
            _("what order {number} has still to come stands below; change what came otherwise", number=order.number)
        )

    def _currency(self) -> str:
        customer = self.lines.customer
        return self.content.currency or (customer.currency if customer else self.desk.company.currency)

    def _take_customer(self, found: Any) -> None:
        super()._take_customer(found)
        self.lines.currency = self._currency()
        if self.query("#currency"):
            self._set_field("currency", self._shown("currency"))

    def _shown(self, name: str) -> str:
        value = str(getattr(self.content, name))
        if name == "currency":
            return value or (self._currency() if self.lines.customer else "")
        if name in ("index_percent", "ceiling") and value:
            return format_number(Decimal(value), self.desk.language, *((2,) if name == "ceiling" else ()))
        return value

    def _default(self, name: str) -> str:
        return "" if name == "end_date" else format_date(self.desk.today, self.desk.language)

    def _reference(self, name: str) -> dt.date | None:
        """The end of a contract counts from its beginning."""
        if name != "end_date":
            return None
        return parse_iso(self.content.start_date) if self.content.start_date else self.desk.today

    async def _show_content(self) -> None:
        await super()._show_content()
        await self._know_order()
        self._show_sums()

    def _suggester(self, name: str) -> Suggest | None:
        return self._suggest_named(name) if name in ("order", "contract") else super()._suggester(name)

    def _suggest_named(self, name: str) -> Suggest:
        find = source_entry.find_order if name == "order" else source_entry.find_contract

        async def suggest(text: str) -> list[Suggestion]:
            if not self.content.customer:
                return []
            found, others = await self.desk.ask(find, self.content.customer, text)
            return [
                Suggestion(one.number, f"{one.number:<18} {short_day(one.day)}  {one.about}")
                for one in ([found] if found else others)
            ]

        return suggest
