"""check: the rules of the checklist, confirmed customers, tolerances, list prices."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tui_billing.cli.options import Json, make_app, parse_id
from tui_billing.cli.output import put, put_json, put_json_array, put_table
from tui_billing.cli.session import session
from tui_billing.locale import _
from tui_billing.models.door import Books
from tui_billing.rules.numbers import parse_plain
from tui_billing.rules.problem import NotFound
from tui_billing.services import agreements, check_rules
from tui_billing.services.check_rules import WrittenRule
from tui_billing.services.entities import find_entity

app = make_app("The checklist before issue: its rules, and what it compares with.")
Customer = Annotated[str, typer.Option("--customer", help="The customer's code; for all where none.")]


def _customer(books: Books, code: str) -> int | None:
    return find_entity(books, "customer", code)[1] if code else None


def rule_json(rule: WrittenRule) -> dict[str, Any]:
    """A rule as the command line answers it."""
    return {
        "id": rule.id,
        "kind": rule.kind,
        "customer": rule.customer or None,
        "severity": rule.severity,
        "parameters": rule.parameters,
        "text": rule.text,
        "origin": rule.origin,
        "active": rule.active,
        "hits": rule.hits,
        "operator": rule.operator,
    }


def _tell(books: Books, rule_id: int, as_json: bool) -> None:
    rule = next((rule for rule in check_rules.list_rules(books) if rule.id == rule_id), None)
    if rule is None:
        raise NotFound("there is no rule {id}; list them with: tui-billing check list", id=rule_id)
    put_json(rule_json(rule)) if as_json else put(f"{rule.id}  {rule.kind}  {rule.customer}  {rule.severity}")


@app.command("list")
def list_all(customer: Customer = "", as_json: Json = False) -> None:
    """The rules, those that struck most first."""
    books, _context = session.open()
    rules = check_rules.list_rules(books, _customer(books, customer))
    if as_json:
        put_json_array(rule_json(rule) for rule in rules)
        return
    heads = [_("id"), _("kind"), _("customer"), _("severity"), _("parameters"), _("text"), _("active"), _("hits")]
    put_table(
        heads,
        [
            [
                rule.id,
                rule.kind,
                rule.customer,
                rule.severity,
                ", ".join(f"{name}={value}" for name, value in rule.parameters.items()),
                rule.text,
                _("yes") if rule.active else _("no"),
                rule.hits,
            ]
            for rule in rules
        ],
        right=(0, 7),
    )


@app.command()
def add(
    kind: Annotated[str, typer.Argument(help="required, pattern, attached, maximum, discount, remind, price, ...")],
    customer: Customer = "",
    block: Annotated[bool, typer.Option("--block", help="It stops the issue; else it warns.")] = False,
    text: Annotated[str, typer.Option("--text", help="Shown with it.")] = "",
    field: Annotated[str, typer.Option("--field", help="Which field.")] = "",
    pattern: Annotated[str, typer.Option("--pattern", help="# a digit, @ a letter, * anything.")] = "",
    paper: Annotated[str, typer.Option("--paper", help="Which kind of paper.")] = "",
    item: Annotated[str, typer.Option("--item", help="Of which item; of all where none.")] = "",
    amount: Annotated[str, typer.Option("--amount", help="The most, net.")] = "",
    quantity: Annotated[str, typer.Option("--quantity", help="The most of a line.")] = "",
    price: Annotated[str, typer.Option("--price", help="The highest price.")] = "",
    percent: Annotated[str, typer.Option("--percent", help="The discount that must be given.")] = "",
    as_json: Json = False,
) -> None:
    """Write a rule."""
    books, context = session.open()
    given = {
        "field": field,
        "pattern": pattern,
        "paper": paper,
        "item": item,
        "amount": amount,
        "quantity": quantity,
        "price": price,
        "percent": percent,
    }
    rule = check_rules.add_rule(
        books,
        context,
        kind,
        customer_id=_customer(books, customer),
        parameters={name: value for name, value in given.items() if value},
        severity="blocking" if block else "warning",
        text=text,
    )
    _tell(books, rule, as_json)


@app.command("set")
def change(
    rule: Annotated[str, typer.Argument(metavar="ID", help="The rule's id.")],
    on: Annotated[bool, typer.Option("--on", help="Switch it on.")] = False,
    off: Annotated[bool, typer.Option("--off", help="Switch it off.")] = False,
    block: Annotated[bool, typer.Option("--block", help="It stops the issue.")] = False,
    warn: Annotated[bool, typer.Option("--warn", help="It warns.")] = False,
    as_json: Json = False,
) -> None:
    """Switch a rule on or off, or let it block or warn."""
    books, context = session.open()
    key = parse_id(rule, "rule")
    check_rules.set_rule(
        books,
        context,
        key,
        active=True if on else False if off else None,
        severity="blocking" if block else "warning" if warn else None,
    )
    _tell(books, key, as_json)


Code = Annotated[str, typer.Argument(metavar="CODE", help="The customer's code.")]


@app.command()
def confirm(code: Code) -> None:
    """Say that a customer's card was looked at with the customer."""
    books, context = session.open()
    agreements.confirm_customer(books, context, find_entity(books, "customer", code)[1])
    put(_("{code} is confirmed", code=code.upper()))


@app.command()
def tolerance(
    code: Code,
    quantity: Annotated[str, typer.Argument(help="Percent above ordered quantities.")],
    price: Annotated[str, typer.Argument(help="Percent off agreed prices.")] = "0",
) -> None:
    """Set what a customer accepts beyond its orders."""
    books, context = session.open()
    agreements.set_tolerance(
        books,
        context,
        find_entity(books, "customer", code)[1],
        parse_plain(quantity, 4, "quantity"),
        parse_plain(price, 4, "price"),
    )
    put(_("the tolerances of {code} are kept", code=code.upper()))


@app.command()
def price(
    item: Annotated[str, typer.Argument(help="The item's code.")],
    price: Annotated[str, typer.Argument(help="Its new list price.")],
) -> None:
    """Change a list price from today on."""
    books, context = session.open()
    agreements.set_price(books, context, item, parse_plain(price, 6, "unit_price"))
    put(_("{item} costs {price} from today on", item=item.upper(), price=price))
