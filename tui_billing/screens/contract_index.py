"""The index of a contract: from a day on, its list prices times a factor (new index over that of the signature)."""

from __future__ import annotations

from tui_billing.locale import N_, _
from tui_billing.rules.dates import format_date, parse_date
from tui_billing.rules.numbers import format_number, parse_price
from tui_billing.rules.problem import Problem
from tui_billing.screens.form_screen import FormScreen
from tui_billing.services.source_contract import index_contract


class ContractIndexScreen(FormScreen):
    """Day, factor, and which index it is; a day that is laid down once stays."""

    FIELDS = (
        ("date", N_("From"), 12),
        ("factor", N_("Factor"), 14),
        ("note", N_("Which index"), 50),
    )

    def __init__(self, contract_id: int, number: str) -> None:
        super().__init__()
        self.contract_id, self.number = contract_id, number

    @property
    def form_name(self) -> str:
        return f"index {self.contract_id}"

    def title_words(self) -> str:
        return _("INDEX OF CONTRACT {number}", number=self.number)

    async def start_values(self) -> dict[str, str]:
        return {"date": format_date(self.desk.today, self.desk.language)}

    def _typed(self) -> tuple[object, object]:
        values, language = self.values(), self.desk.language
        if not values["factor"]:
            raise Problem(
                "the factor lies above 0 and up to 100; type for example {example}", field="factor", example="1.025"
            )
        return parse_date(values["date"], language, self.desk.today, None, "date"), parse_price(
            values["factor"], language
        )

    def question(self) -> str:
        day, factor = self._typed()
        return _(
            "from {date} on, the prices of {number} are those of its list × {factor}: Enter does it",
            date=format_date(day, self.desk.language),  # type: ignore[arg-type]
            number=self.number,
            factor=format_number(factor, self.desk.language),  # type: ignore[arg-type]
        )

    async def carry_out(self) -> str:
        day, factor = self._typed()
        await self.desk.do(
            index_contract, self.contract_id, day, factor, self.values()["note"], command_id=self.command_id
        )
        return _("contract {number} is indexed", number=self.number)
