"""The rules for bank lines in their order: written, moved, taken out, and tried on last month."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from tui_billing.locale import N_, _
from tui_billing.rules.matching.bank_rules import Rule
from tui_billing.rules.problem import Problem
from tui_billing.screens.bank_rule_form import BankRuleFormScreen
from tui_billing.screens.frame import BillingScreen
from tui_billing.services.bank_rules import list_rules, move_rule, remove_rule
from tui_billing.services.context import new_command_id
from tui_billing.widgets.field import Caption
from tui_billing.widgets.issue_line import IssueLine
from tui_billing.widgets.paged_table import Column, Page, PagedTable, PageRequest, Row
from tui_billing.widgets.rule_words import conditions_words, rule_words


class BankRulesScreen(BillingScreen):
    """All rules, the first that fits wins; Enter changes one, `t` tries all on last month."""

    AUTO_FOCUS = "#rules"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new_rule", N_("new rule"), show=False, id="record.new"),
        Binding("minus,ctrl+up", "move(-1)", N_("earlier"), show=False, id="rule.earlier"),
        Binding("plus,ctrl+down", "move(1)", N_("later"), show=False, id="rule.later"),
        Binding("delete,ctrl+t", "remove", N_("remove"), show=False, id="rule.remove"),
        Binding("t", "try", N_("try on last month"), show=False, id="rule.try"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._rules: dict[int, Rule] = {}

    def body(self) -> ComposeResult:
        with Vertical():
            yield PagedTable(self._columns(), self._fetch, empty=_("no rule yet; n writes the first"), id="rules")
        yield Caption("", id="foot")

    def _columns(self) -> list[Column]:
        return [
            Column("", 3, align="right"),
            Column(_("name"), 14, flex=1),
            Column(_("conditions"), 24, flex=3),
            Column(_("then"), 18, flex=2),
            Column(_("uses"), 6, align="right"),
        ]

    def keys(self) -> Sequence[tuple[str, str]]:
        return [
            ("n", _("new rule")),
            ("Enter", _("change")),
            ("-", _("earlier")),
            ("+", _("later")),
            ("t", _("try on last month")),
            ("Del", _("remove")),
            ("Esc", _("back")),
        ]

    def title_words(self) -> str:
        return _("RULES FOR BANK LINES")

    @property
    def table(self) -> PagedTable:
        return self.query_one("#rules", PagedTable)

    @property
    def rule(self) -> Rule | None:
        """The rule under the cursor."""
        row = self.table.row
        return self._rules.get(int(row.id)) if row is not None else None  # type: ignore[call-overload]

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#foot", Caption).say(" " + _("the first rule that fits a line wins"))
        self.table.show()

    def reload(self) -> None:
        if self.table.loaded:
            self.table.refresh_rows()

    async def _fetch(self, request: PageRequest) -> Page:
        if request.direction not in ("first", "around", "last"):
            return Page(())
        try:
            found = await self.desk.ask(list_rules)
        except Problem as error:
            self.say_problem(error)
            return Page(())
        self._rules = {rule.id: rule for rule in found}
        return Page(tuple(self._row(rule) for rule in found))

    def _row(self, rule: Rule) -> Row:
        cells = (
            str(rule.position),
            rule.name,
            "; ".join(conditions_words(rule)),
            rule_words(rule),
            str(rule.hits),
        )
        return Row((rule.position, rule.id), rule.id, cells)

    # -- keys ------------------------------------------------------------

    def action_new_rule(self) -> None:
        self.workstation.open(BankRuleFormScreen())

    @on(PagedTable.Opened, "#rules")
    def _opened(self) -> None:
        if self.rule is not None:
            self.workstation.open(BankRuleFormScreen(self.rule))

    def action_try(self) -> None:
        from tui_billing.screens.bank_rule_trial import BankRuleTrialScreen

        self.workstation.open(BankRuleTrialScreen())

    def action_move(self, places: int) -> None:
        if self.rule is not None:
            self.workstation.answer(self._move(self.rule, places))

    async def _move(self, rule: Rule, places: int) -> None:
        if not 1 <= rule.position + places <= len(self._rules):
            return
        await self._do(move_rule, rule.id, rule.position + places)

    def action_remove(self) -> None:
        if self.rule is not None:
            self.answer_line.open(
                _("remove the rule {name}: Enter does it, Esc does not", name=self.rule.name),
                warning=True,
                purpose=self.rule,
            )

    @on(IssueLine.Confirmed)
    def _confirmed(self, event: IssueLine.Confirmed) -> None:
        if isinstance(event.purpose, Rule):
            self.workstation.answer(self._remove(event.purpose))

    async def _remove(self, rule: Rule) -> None:
        if await self._do(remove_rule, rule.id, rule.version):
            self.say(_("rule {name} is removed", name=rule.name))

    async def _do(self, verb: Any, *arguments: Any) -> bool:
        """A verb, and the list as it is then, with the cursor on its rule."""
        try:
            await self.desk.do(verb, *arguments, command_id=new_command_id())
        except Problem as error:
            self.say_problem(error)
            return False
        await self.table.show(at=self.table.row.key if self.table.row else None, row_id=arguments[0]).wait()
        return True
