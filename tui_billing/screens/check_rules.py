"""The rules of the checklist: for one customer or for all, how often each has struck; switched, made to stop, written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui_billing.locale import N_, _
from tui_billing.rules.check_rules import ASKED, KINDS
from tui_billing.rules.numbers import parse_price
from tui_billing.rules.problem import NotFound, Problem
from tui_billing.screens.form_screen import FormScreen
from tui_billing.screens.form_words import one_of, says_yes, show_hints
from tui_billing.screens.frame import BillingScreen
from tui_billing.services import attachments
from tui_billing.services.check_rules import WrittenRule, add_rule, list_rules, set_rule
from tui_billing.services.entities import find_entity
from tui_billing.widgets.cells import Cell
from tui_billing.widgets.field import Caption
from tui_billing.widgets.paged_table import Column, Page, PagedTable, PageRequest, Row
from tui_billing.widgets.reader import Reader

_FIGURES = ("amount", "quantity", "price", "percent")


def asked_words(rule: WrittenRule) -> str:
    """What a rule asks, in words: its kind, its parameters, its own sentence."""
    parameters = " ".join(rule.parameters.values())
    return " · ".join(part for part in (_(KINDS[rule.kind][0]), parameters, rule.text) if part)


class CheckRulesScreen(BillingScreen):
    """All rules, or those that hold for one customer; what struck most comes first."""

    AUTO_FOCUS = "#rules"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new_rule", N_("new rule"), show=False, id="record.new"),
        Binding("b", "severity", N_("stops, warns"), show=False, id="rule.severity"),
        Binding("z", "switch(False)", N_("switch off"), show=False, id="rule.off"),
        Binding("u", "switch(True)", N_("switch on again"), show=False, id="undo"),
    ]

    def __init__(self, customer_id: int | None = None, code: str = "") -> None:
        super().__init__()
        self._customer, self._code = customer_id, code
        self._rules: dict[int, WrittenRule] = {}

    def title_words(self) -> str:
        return _("CHECKS OF {customer}", customer=self._code) if self._code else _("RULES OF THE CHECKLIST")

    def body(self) -> ComposeResult:
        columns = [
            Column(_("what it asks"), 24, flex=1),
            Column(_("customer"), 10),
            Column("", 8),
            Column(_("struck"), 7, align="right"),
            Column("", 4),
            Column(_("who"), 8, priority=1),
        ]
        yield PagedTable(columns, self._fetch, empty=_("no rule yet; n writes the first"), id="rules")
        yield Caption("", id="foot")

    def keys(self) -> Sequence[tuple[str, str]]:
        return [
            ("n", _("new rule")),
            ("b", _("stops, warns")),
            ("z", _("switch off")),
            ("u", _("switch on again")),
            ("Esc", _("back")),
        ]

    @property
    def table(self) -> PagedTable:
        return self.query_one("#rules", PagedTable)

    @property
    def rule(self) -> WrittenRule | None:
        """The rule under the cursor."""
        row = self.table.row
        return self._rules.get(int(str(row.id))) if row is not None else None

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#foot", Caption).say(" " + _("a rule counts once for each document on which it spoke"))
        self.table.show()

    def reload(self) -> None:
        if self.table.loaded:
            self.table.refresh_rows()

    async def _fetch(self, request: PageRequest) -> Page:
        if request.direction not in ("first", "around", "last"):
            return Page(())
        try:
            found = await self.desk.ask(list_rules, self._customer)
        except Problem as error:
            self.say_problem(error)
            return Page(())
        self._rules = {rule.id: rule for rule in found}
        return Page(tuple(self._row(place, rule) for place, rule in enumerate(found)))

    def _row(self, place: int, rule: WrittenRule) -> Row:
        dim = "" if rule.active else "dim"
        stops = rule.severity == "blocking"
        cells = (
            Cell(asked_words(rule), dim),
            Cell(rule.customer or _("all"), dim),
            Cell(_("stops") if stops else _("warns"), dim or ("red" if stops else "yellow")),
            str(rule.hits),
            Cell(_("on") if rule.active else _("off"), "green" if rule.active else "dim"),
            _("dispute") if rule.origin == "dispute" else rule.operator,
        )
        return Row((place, rule.id), rule.id, cells)

    # -- keys ------------------------------------------------------------

    def action_new_rule(self) -> None:
        self.workstation.open(CheckRuleFormScreen(self._code))

    def action_severity(self) -> None:
        if self.rule is not None:
            severity = "warning" if self.rule.severity == "blocking" else "blocking"
            self._set(self.rule, severity=severity)

    def action_switch(self, on: bool) -> None:
        if self.rule is not None and self.rule.active != on:
            self._set(self.rule, active=on)

    def _set(self, rule: WrittenRule, **values: Any) -> None:
        self.workstation.answer(self._carry_out(rule, values), name="rule")

    async def _carry_out(self, rule: WrittenRule, values: dict[str, Any]) -> None:
        try:
            await self.desk.do(set_rule, rule.id, version=rule.version, **values)
        except Problem as error:
            self.say_problem(error)
            return
        await self.table.show(at=self.table.row.key if self.table.row else None, row_id=rule.id).wait()
        self.say(_("from now on it is so"))


class CheckRuleFormScreen(FormScreen):
    """A rule that a supervisor writes; a field that its kind does not know stays empty."""

    FIELDS = (
        ("kind", N_("Kind"), 20),
        ("customer", N_("Customer"), 14),
        ("stops", N_("Stops"), 4),
        ("text", N_("Sentence"), 50),
        ("field", N_("Field"), 20),
        ("pattern", N_("Pattern"), 24),
        ("paper", N_("Paper"), 22),
        ("item", N_("Item"), 14),
        ("amount", N_("Max. amount"), 14),
        ("quantity", N_("Max. qty"), 14),
        ("price", N_("Max. price"), 14),
        ("percent", N_("Discount %"), 8),
    )

    def __init__(self, customer: str = "") -> None:
        super().__init__()
        self._code = customer

    @property
    def form_name(self) -> str:
        return f"check rule {self._code}"

    def title_words(self) -> str:
        return _("NEW RULE")

    def hints(self) -> ComposeResult:
        yield Reader(id="rule-hints", focusable=False)

    async def start_values(self) -> dict[str, str]:
        show_hints(
            self,
            _("kinds") + ": " + " ".join(KINDS),
            _("fields") + ": " + " ".join(ASKED),
            _("papers") + ": " + " ".join(attachments.KINDS[1:]),
        )
        return {"customer": self._code}

    def _typed(self) -> dict[str, Any]:
        values = self.values()
        kind = one_of(values["kind"], tuple(KINDS), "kind")
        parameters = {name: values[name] for name in KINDS[kind][1] if values.get(name)}
        for name in _FIGURES:
            if name in parameters:
                parameters[name] = format(parse_price(parameters[name], self.desk.language), "f")
        if "field" in parameters:
            parameters["field"] = one_of(parameters["field"], ASKED, "field")
        if "paper" in parameters:
            parameters["paper"] = one_of(parameters["paper"], attachments.KINDS[1:], "paper")
        stray = [name for name, _words, _cells in self.FIELDS[4:] if values[name] and name not in KINDS[kind][1]]
        if stray:
            raise Problem("a rule of the kind {kind} does not ask this; leave it empty", field=stray[0], kind=kind)
        return {
            "kind": kind,
            "parameters": parameters,
            "severity": "blocking" if says_yes(values["stops"], "stops") else "warning",
            "text": values["text"],
        }

    def question(self) -> str:
        typed = self._typed()
        return _("write this rule ({kind}) for {customer}: Enter does it", kind=typed["kind"],
                 customer=self.values()["customer"] or _("all"))  # fmt: skip

    async def carry_out(self) -> str:
        typed = self._typed()
        code = self.values()["customer"]
        key = None
        if code:
            try:
                key = (await self.desk.ask(find_entity, "customer", code))[1]
            except NotFound as error:
                raise Problem(error.message, field="customer", **error.values) from None
        await self.desk.do(add_rule, customer_id=key, command_id=self.command_id, **typed)
        return _("the rule is written")
