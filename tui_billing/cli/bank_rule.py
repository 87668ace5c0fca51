"""bank rule: what is laid down for bank lines of a kind; list, add, change, move, remove, and try on a period."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer

from tui_billing.cli.bank_match import app
from tui_billing.cli.options import Json, make_app, parse_id
from tui_billing.cli.output import note, put, put_json, put_json_array, put_table
from tui_billing.cli.session import session
from tui_billing.locale import _
from tui_billing.rules.dates import parse_iso
from tui_billing.rules.matching.bank_rules import Rule, parse_condition
from tui_billing.rules.problem import Problem
from tui_billing.rules.statement import plain_amount
from tui_billing.services import bank_rules
from tui_billing.services.bank_rules import Tried
from tui_billing.widgets.rule_words import done_words, outcome_words, rule_words

rules = make_app("Rules for bank lines: the first that fits wins.")
app.add_typer(rules, name="rule")

Conditions = Annotated[
    list[str] | None, typer.Option("--if", help='A condition: "text contains sumup"; all must hold.')
]
Customer = Annotated[str, typer.Option("--customer", help="The customer whose money it is.")]
WriteOff = Annotated[str, typer.Option("--write-off", help="The reason for which a small difference is given up.")]
Account = Annotated[str, typer.Option("--account", help="The account that such lines are posted to.")]
Ignore = Annotated[str, typer.Option("--ignore", help="Why such lines are set aside.")]


def _then(customer: str, write_off: str, account: str, ignore: str) -> tuple[str, str]:
    """(action, target) of the one option that is given; ("", "") for none."""
    options = (("customer", customer), ("write_off", write_off), ("account", account), ("ignore", ignore))
    given = [one for one in options if one[1]]
    if len(given) > 1:
        raise Problem(
            "a rule does one thing; give one of --customer, --write-off, --account and --ignore", field="action"
        )
    return given[0] if given else ("", "")


def _told(rule: Rule) -> dict[str, Any]:
    conditions = [{"field": one.field, "operator": one.operator, "value": one.value} for one in rule.conditions]
    told: dict[str, Any] = {"id": rule.id, "position": rule.position, "name": rule.name, "conditions": conditions}
    return told | {"then": rule.action, "target": rule.target, "hits": rule.hits, "version": rule.version}


def _conditions(rule: Rule) -> str:
    return "; ".join(map(str, rule.conditions))


@rules.command("list")
def list_all(as_json: Json = False) -> None:
    """The rules in their order, with how many lines each cleared."""
    books, _context = session.open()
    found = bank_rules.list_rules(books)
    if as_json:
        put_json_array(map(_told, found))
        return
    heads = [_("id"), _("name"), _("conditions"), _("then"), _("uses")]
    put_table(heads, [[one.id, one.name, _conditions(one), rule_words(one), one.hits] for one in found], right=(0, 4))


@rules.command()
def add(
    name: Annotated[str, typer.Argument(help="What you call it.")],
    conditions: Conditions = None,
    customer: Customer = "",
    write_off: WriteOff = "",
    account: Account = "",
    ignore: Ignore = "",
    at: Annotated[int, typer.Option("--at", min=0, help="Its place in the order, 1 the first; else the last.")] = 0,
    as_json: Json = False,
) -> None:
    """Add a rule: conditions, and one thing that is done with lines that fit all of them."""
    action, target = _then(customer, write_off, account, ignore)
    if not action:
        raise Problem("say what is done: give one of --customer, --write-off, --account and --ignore", field="action")
    books, context = session.open()
    rule = Rule(name, tuple(map(parse_condition, conditions or ())), action)
    key = bank_rules.add_rule(books, context, rule, target, at or None)
    _warn(rule)
    _answer(bank_rules.find_rule(books, key), _("rule {name} is kept"), as_json)


def _warn(rule: Rule) -> None:
    """Say on stderr what the clerk may not have meant; the rule is kept all the same."""
    if rule.forgets_direction:
        note(
            _(
                'rule {name} sets money that came aside, too; --if "direction is out" keeps to what went out',
                name=rule.name,
            )
        )


@rules.command()
def change(
    rule_id: Annotated[str, typer.Argument(metavar="ID", help="The rule's id.")],
    name: Annotated[str, typer.Option("--name", help="Another name.")] = "",
    conditions: Conditions = None,
    customer: Customer = "",
    write_off: WriteOff = "",
    account: Account = "",
    ignore: Ignore = "",
    as_json: Json = False,
) -> None:
    """Change what is given; --if replaces all conditions."""
    action, target = _then(customer, write_off, account, ignore)
    books, context = session.open()
    rule = bank_rules.find_rule(books, parse_id(rule_id, "id"))
    changed = replace(
        rule,
        name=name or rule.name,
        conditions=tuple(map(parse_condition, conditions)) if conditions else rule.conditions,
        action=action or rule.action,
    )
    bank_rules.change_rule(books, context, rule.version, changed, target or rule.target)
    _warn(changed)
    _answer(bank_rules.find_rule(books, rule.id), _("rule {name} is changed"), as_json)


@rules.command()
def move(
    rule_id: Annotated[str, typer.Argument(metavar="ID", help="The rule's id.")],
    place: Annotated[int, typer.Argument(min=1, help="Its place in the order, 1 the first.")],
    as_json: Json = False,
) -> None:
    """Put a rule at another place: the first that fits wins."""
    books, context = session.open()
    key = parse_id(rule_id, "id")
    bank_rules.move_rule(books, context, key, place)
    _answer(bank_rules.find_rule(books, key), _("rule {name} is moved"), as_json)


@rules.command()
def remove(rule_id: Annotated[str, typer.Argument(metavar="ID", help="The rule's id.")], as_json: Json = False) -> None:
    """Use a rule no more; what it cleared stays cleared."""
    books, context = session.open()
    rule = bank_rules.find_rule(books, parse_id(rule_id, "id"))
    bank_rules.remove_rule(books, context, rule.id, rule.version)
    _answer(rule, _("rule {name} is removed"), as_json)


def _answer(rule: Rule, words: str, as_json: bool) -> None:
    if as_json:
        put_json(_told(rule))
    else:
        put(words.replace("{name}", rule.name))


@rules.command("try")
def try_all(
    since: Annotated[str, typer.Option("--from", help="The first day; else that of last month.")] = "",
    until: Annotated[str, typer.Option("--to", help="The last day; else that of last month.")] = "",
    as_json: Json = False,
) -> None:
    """Tell what the rules would have done with each line, beside what was done; nothing is written."""
    books, context = session.open()
    first, last = bank_rules.last_month(context.today)
    first = parse_iso(since, "--from") if since else first
    last = parse_iso(until, "--to") if until else last
    trial = bank_rules.try_rules(books, first, last)
    if as_json:
        period = {"from": first.isoformat(), "to": last.isoformat()}
        put_json({**period, "counts": trial.counts, "lines": [_tried(one) for one in trial.tried]})
        return
    heads = [_("line"), _("date"), _("amount"), "", _("payer"), _("rule"), _("then"), _("was done"), _("outcome")]
    put_table(heads, [_row(one) for one in trial.tried], right=(0, 2))
    put(
        _(
            "{fit} of {lines} lines fit a rule: {agrees} as it was done, {differs} otherwise, {waits} wait",
            **trial.counts,
        )
    )


def _row(one: Tried) -> list[object]:
    amount = plain_amount(one.amount, one.currency)
    then = rule_words(one.rule)
    head = [one.line_id, one.date, amount, one.currency, one.payer or one.text, one.rule.name]
    return [*head, then, done_words(one), outcome_words(one)]


def _tried(one: Tried) -> dict[str, Any]:
    told: dict[str, Any] = {"id": one.line_id, "date": one.date, "amount": plain_amount(one.amount, one.currency)}
    told |= {"currency": one.currency, "payer": one.payer, "text": one.text}
    told |= {"rule": one.rule.id, "name": one.rule.name, "then": one.rule.action, "target": one.rule.target}
    done = [{"kind": kind, "target": target} for kind, target in one.done]
    return told | {"done": done, "outcome": one.outcome}
