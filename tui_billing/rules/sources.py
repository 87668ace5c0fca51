"""An order, a delivery note or a contract as it is typed or imported: every value text, "" where nothing was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from tui_billing.rules.problem import Problem
from tui_billing.rules.text import clean

#: Field -> longest text; what is not named holds 100 characters.
LIMITS = {"note": 2000, "description": 1000, "title": 200, "received_by": 200, "customer": 40, "item": 40, "unit": 10}
KINDS = ("order", "delivery", "contract")
#: kind -> its verb on the command line (`order` alone are orders to the bank).
COMMANDS = {"order": "purchase-order", "delivery": "delivery", "contract": "contract"}


@dataclass(slots=True)
class SourceLineContent:
    """A typed line. `reference` is the customer's own number of an order's line; `ceiling` is a contract's;
    `key` the line in the books that a changed one was read from.
    """

    item: str = ""
    description: str = ""
    quantity: str = ""
    unit: str = ""
    unit_price: str = ""
    discount_percent: str = ""
    reference: str = ""
    ceiling: str = ""
    key: str = ""


@dataclass(slots=True)
class SourceContent:
    """A typed order (date, contract), delivery note (date, order, received_by) or contract (start_date, ...).

    Of a form that is being filled in: `invalid` maps a place to what was typed there and could not be read, `focus`
    is the place where the clerk was, `typed` what stood half typed in it.
    """

    kind: str = "order"
    customer: str = ""
    number: str = ""
    date: str = ""
    currency: str = ""
    order: str = ""
    contract: str = ""
    received_by: str = ""
    title: str = ""
    start_date: str = ""
    end_date: str = ""
    index_percent: str = ""
    ceiling: str = ""
    note: str = ""
    source: str = "typed"
    lines: list[SourceLineContent] = field(default_factory=list)
    invalid: dict[str, str] = field(default_factory=dict)
    focus: str = ""
    typed: str = ""

    def to_json(self) -> dict[str, Any]:
        """The canonical dict; empty values are left out."""
        plain = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name)}
        plain["lines"] = [{f.name: v for f in fields(line) if (v := getattr(line, f.name))} for line in self.lines]
        return plain

    def holds_something(self) -> bool:
        """Whether the clerk has typed anything worth keeping."""
        return bool(self.customer or self.number or self.lines or self.note or self.invalid or self.typed)


#: kind -> the fields of its head, and those of its lines.
FIELDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "order": (
        ("customer", "number", "date", "currency", "contract", "note"),
        ("item", "description", "quantity", "unit", "unit_price", "discount_percent", "reference"),
    ),
    "delivery": (
        ("customer", "number", "date", "order", "received_by", "note"),
        ("item", "description", "quantity", "unit", "reference"),
    ),
    "contract": (
        ("customer", "number", "title", "start_date", "end_date", "currency", "index_percent", "ceiling", "note"),
        ("item", "description", "unit", "unit_price", "discount_percent", "ceiling"),
    ),
}
#: What a form that is being filled in remembers besides.
_OF_THE_FORM = ("invalid", "focus", "typed")
_NAMES = {"order": "an order", "delivery": "a delivery", "contract": "a contract"}


def source_from_json(kind: str, data: Mapping[str, Any]) -> SourceContent:
    """The typed source of a JSON object (command contract); an unknown name or a wrong shape is a Problem."""
    heads, columns = FIELDS[kind]
    for name in data:
        if name not in (*heads, "lines", "command_id"):
            raise Problem("{name} is not a field of {what}", field=str(name), name=str(name), what=_NAMES[kind])
    content = SourceContent(kind=kind)
    for name in heads:
        setattr(content, name, _text(data.get(name), name, name))
    lines = data.get("lines") or []
    if not isinstance(lines, list):
        raise Problem("lines must be a list of lines", field="lines")
    for number, line in enumerate(lines, 1):
        if not isinstance(line, Mapping):
            raise Problem("line {line} must be an object with item or description", field="lines", line=number)
        for name in line:
            if name not in columns:
                raise Problem("{name} is not a field of a line", field=f"lines.{number}.{name}", name=name)
        content.lines.append(
            SourceLineContent(**{name: _text(line.get(name), name, f"lines.{number}.{name}") for name in columns})
        )
    return content


def _text(value: object, name: str, place: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | float | list | dict):
        raise Problem(
            "{name} must be text or a whole number; write a decimal in quotes, for example {example}",
            field=place,
            name=name,
            example='"12.50"',
        )
    return clean(str(value), LIMITS.get(name, 100), place)


def cleaned(content: SourceContent) -> SourceContent:
    """The same with its texts as they are stored; one that is too long is a Problem at its place."""
    found = SourceContent(kind=content.kind, source=content.source)
    for each in fields(SourceContent):
        if each.name not in ("kind", "source", "lines", *_OF_THE_FORM):
            setattr(found, each.name, _text(getattr(content, each.name), each.name, each.name))
    found.lines = [
        SourceLineContent(
            **{f.name: _text(getattr(line, f.name), f.name, f"lines.{number}.{f.name}") for f in fields(line)}
        )
        for number, line in enumerate(content.lines, 1)
    ]
    return found
