"""The form of a rule for bank lines: a name, up to five conditions, and one thing that is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui_billing.locale import N_, _
from tui_billing.rules.matching.bank_rules import ACTIONS, MOST, Rule, check_rule, parse_condition
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import fold, quote
from tui_billing.screens.form_screen import FormScreen
from tui_billing.services.bank_rules import add_rule, change_rule, last_month, try_draft
from tui_billing.widgets.reader import Reader
from tui_billing.widgets.rule_words import conditions_words, fields_words, typed_words

#: What is done, as it is typed; its first letters are enough.
THEN = {
    "customer": N_("customer"),
    "write_off": N_("write_off"),
    "account": N_("account"),
    "ignore": N_("ignore"),
}
_IF = tuple(f"if{place}" for place in range(1, MOST + 1))


class BankRuleFormScreen(FormScreen):
    """A new rule, or one that is changed; Ctrl+S, Enter."""

    AUTO_FOCUS = "#name"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4,ctrl+l", "try", N_("try on last month"), show=False, id="rule.try_draft"),
    ]
    FIELDS = (
        ("name", N_("Name"), 34),
        *((name, N_("If") if name == "if1" else N_("and"), 50) for name in _IF),
        ("action", N_("Then"), 12),
        ("target", N_("Which"), 34),
    )

    def __init__(self, rule: Rule | None = None) -> None:
        super().__init__()
        self.rule = rule

    @property
    def form_name(self) -> str:
        return f"bank rule {self.rule.id if self.rule else ''}"

    def title_words(self) -> str:
        return f"{_('RULE')}  {self.rule.name}" if self.rule else _("NEW RULE")

    def hints(self) -> ComposeResult:
        yield Reader(id="rule-hints", focusable=False)

    async def start_values(self) -> dict[str, str]:
        fields, operators = fields_words()
        hints = (
            _("A condition: {fields}", fields=fields),
            _("then {operators}, then the value", operators=operators),
            _("matches knows * for any characters and ? for one"),
            _("Then: customer CODE, write_off REASON, account NUMBER, or ignore and why."),
        )
        self.query_one("#rule-hints", Reader).show([*([(f" {hint}", "dim")] for hint in hints)])
        if self.rule is None:
            return {}
        values = dict(zip(_IF, conditions_words(self.rule), strict=False))
        return {
            "name": self.rule.name,
            **values,
            "action": _(THEN[self.rule.action]),
            "target": self.rule.target,
        }

    def _action(self, typed: str) -> str:
        word = fold(typed)
        found = [name for name in ACTIONS if word and (fold(_(THEN[name])).startswith(word) or name.startswith(word))]
        if len(found) != 1:
            raise Problem(
                "{action} is nothing a rule does; type one of {known}",
                field="action",
                action=quote(typed),
                known=", ".join(_(THEN[name]) for name in ACTIONS),
            )
        return found[0]

    def _typed(self) -> tuple[Rule, str]:
        """The rule as it stands in the fields, and what it names."""
        values, words, conditions = self.values(), typed_words(), []
        for name in _IF:
            if values[name]:
                try:
                    conditions.append(parse_condition(values[name], words))
                except Problem as error:
                    raise Problem(error.message, field=name, **error.values) from None
        own = self.rule
        action = self._action(values["action"])
        rule = Rule(
            values["name"],
            tuple(conditions),
            action,
            own.id if own else 0,
            reason=values["target"] if action == "ignore" else own.reason if own else "",
        )
        try:
            check_rule(rule)
        except Problem as error:
            field = "if1" if error.field == "conditions" else error.field
            raise Problem(error.message, field=field, **error.values) from None
        if not values["target"]:
            raise Problem("say which: the customer, the reason, the account", field="target")
        return rule, values["target"]

    def keys(self) -> Sequence[tuple[str, str]]:
        first, *rest = super().keys()
        return [first, ("^L", _("try on last month")), *rest]

    def question(self) -> str:
        rule, target = self._typed()
        if rule.forgets_direction:
            return _(
                "! {name} sets money that came aside, too; Esc, and direction is out · Enter keeps it", name=rule.name
            )
        return _(
            "{name}: {action} {target}: Enter keeps the rule",
            name=rule.name,
            action=_(THEN[rule.action]),
            target=target,
        )

    def action_try(self) -> None:
        """What the rule as it stands in the fields would have done last month; nothing is kept."""
        try:
            draft = self._typed()
        except Problem as error:
            self.mark(error)
        else:
            self.workstation.answer(self._try(draft), name="try")

    async def _try(self, draft: tuple[Rule, str]) -> None:
        from tui_billing.screens.bank_rule_trial import BankRuleTrialScreen

        try:
            await self.desk.ask(try_draft, *draft, *last_month(self.desk.today))
        except Problem as error:
            self.mark(error)
        else:
            self.workstation.open(BankRuleTrialScreen(draft))

    async def carry_out(self) -> str:
        rule, target = self._typed()
        if self.rule is None:
            await self.desk.do(add_rule, rule, target, command_id=self.command_id)
            return _("rule {name} is kept", name=rule.name)
        await self.desk.do(change_rule, self.rule.version, rule, target, command_id=self.command_id)
        return _("rule {name} is changed", name=rule.name)
