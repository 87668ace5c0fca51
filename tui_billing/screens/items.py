"""The catalogue: items with their prices; F6 enters one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from tui_billing.locale import N_, _, language_in_use
from tui_billing.models.queries import items
from tui_billing.models.queries.items import ItemRow
from tui_billing.rules.numbers import parse_percent, parse_price
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import fold
from tui_billing.rules.units import unit_code, unit_word
from tui_billing.screens.amounts import number
from tui_billing.screens.form_screen import FormScreen
from tui_billing.screens.list_screen import Listed, ListScreen
from tui_billing.services.master import add_item
from tui_billing.widgets.cells import Cell
from tui_billing.widgets.paged_table import Column, PageRequest

NATURES = {"goods": N_("goods"), "services": N_("services")}


class ItemsScreen(ListScreen):
    """All items, by code."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f6,ctrl+n", "new_item", N_("new item"), show=False, id="item.new"),
    ]
    EMPTY = N_("no item; F6 enters one")
    FILTER_HINT = N_("code, description")

    def title_words(self) -> str:
        return _("ITEMS")

    def columns(self) -> list[Column]:
        return [
            Column(_("code"), 10),
            Column(_("description"), 24, flex=1),
            Column(_("unit"), 4),
            Column(_("unit price"), 12, align="right"),
            Column("", 3),
            Column(_("vat"), 7, align="right"),
            Column(_("nature"), 9, priority=1),
        ]

    def keys(self) -> Sequence[tuple[str, str]]:
        return [("/", _("filter")), ("F6 ^N", _("new item")), ("n", _("new invoice")), ("Esc", _("back"))]

    def parse_filter(self, text: str) -> tuple[str, ...]:
        return tuple(fold(text).replace("\0", " ").split())

    def read_page(self, wanted: Any, request: PageRequest) -> Any:
        return items.page, (wanted, request.direction, request.key, request.limit)

    def read_count(self, wanted: Any) -> Any:
        return items.count, (wanted,)

    def counted(self, count: int, more: bool) -> str:
        return _("1 item") if count == 1 else _("{count} items", count=number(count) + ("+" if more else ""))

    def listed(self, record: ItemRow) -> Listed:
        french = language_in_use() == "fr" and record.description_fr
        places = max(2, -int(record.unit_price.as_tuple().exponent))
        cells = (
            Cell(record.code, "" if record.active else "dim"),
            record.description_fr if french else record.description,
            unit_word(record.unit, language_in_use()),
            number(record.unit_price, places),
            record.currency,
            f"{number(record.vat_rate)} %" if record.vat_rate else record.vat_category,
            _(NATURES[record.nature]),
        )
        return Listed(record.key, record.id, cells, record)

    def action_new_item(self) -> None:
        self.workstation.open(ItemFormScreen())


class ItemFormScreen(FormScreen):
    """A new item of the catalogue."""

    FIELDS = (
        ("code", N_("Code"), 14),
        ("description", N_("Description"), 38),
        ("description_fr", N_("In French"), 38),
        ("unit", N_("Unit"), 6),
        ("unit_price", N_("Unit price"), 14),
        ("currency", N_("Currency"), 5),
        ("vat_rate", N_("VAT %"), 7),
        ("vat_category", N_("VAT category"), 4),
        ("exemption_code", N_("Exemption"), 20),
        ("nature", N_("Nature"), 10),
    )

    @property
    def form_name(self) -> str:
        return "item"

    def title_words(self) -> str:
        return _("NEW ITEM")

    async def start_values(self) -> dict[str, str]:
        return {"unit": "C62", "currency": self.desk.company.currency, "vat_rate": "20", "nature": _("services")}

    def _typed(self) -> dict[str, str]:
        values, language = self.values(), self.desk.language
        if not values["code"]:
            raise Problem("an item needs a code, for example A10", field="code")
        if not values["description"]:
            raise Problem("an item needs a description", field="description")
        values["unit_price"] = format(parse_price(values["unit_price"], language), "f")
        values["unit"] = unit_code(values["unit"])
        if values["vat_rate"]:
            values["vat_rate"] = format(parse_percent(values["vat_rate"], language, field="vat_rate"), "f")
        typed = fold(values["nature"])
        natures = {
            token
            for token, words in NATURES.items()
            if typed and (token.startswith(typed) or fold(_(words)).startswith(typed))
        }
        if len(natures) == 1:
            values["nature"] = natures.pop()
        return values

    def question(self) -> str:
        values = self._typed()
        return _("enter item {code}: Enter does it", code=values["code"].upper())

    async def carry_out(self) -> str:
        values = self._typed()
        await self.desk.do(add_item, values, command_id=self.command_id)
        return _("item {code} is entered", code=values["code"].upper())
