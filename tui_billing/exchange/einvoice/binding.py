"""How a value of the semantic model stands in XML: one row of a table says it for reading and for writing.

A path is element names with `/` between them, a name as it is written (with its prefix, where it is not the
syntax's own); `[@scheme=VA]` and `[Type/Code=50]` choose among elements of one name, and are written along;
a last step `@name` is an attribute. Reading goes by local names, in any order; writing follows the table,
which is in the order that the schema wants.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from tui_billing.exchange.einvoice.tree import Node
from tui_billing.rules.problem import Problem

_STEP = re.compile(r"(?P<name>[\w:@]+)(?:\[(?P<key>[@\w:/]+)=(?P<value>[^\]]*)\])?")
_NUMBER = re.compile(r"[+-]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})", re.ASCII)
#: Characters that no XML document may hold (XML 1.0, 2.2).
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REPLACED = "\ufffd"
_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:Z|[+-]\d{2}:\d{2})?|", re.ASCII)


class Step(NamedTuple):
    """One step of a path: the name as written, its local name, and the test (attribute or path, value)."""

    name: str
    local: str
    key: tuple[str, ...] = ()
    value: str = ""

    def fits(self, node: Node) -> bool:
        """Whether an element is the one that is meant."""
        if not self.key:
            return True
        if self.key[0].startswith("@"):
            return node.attributes.get(self.key[0][1:], "") == self.value
        return node.said("/".join(part.rpartition(":")[2] for part in self.key)) == self.value


@lru_cache(maxsize=1024)
def steps(path: str) -> tuple[Step, ...]:
    """A path taken apart."""
    parts = []
    for match in _STEP.finditer(path):
        name = match["name"]
        key = tuple(match["key"].split("/")) if match["key"] else ()
        parts.append(Step(name, name.rpartition(":")[2], key, match["value"] or ""))
    return tuple(parts)


def find_all(node: Node, path: str) -> list[Node]:
    """Every element down a path."""
    found = [node]
    for step in steps(path):
        found = [child for one in found for child in one.children if child.name == step.local and step.fits(child)]
    return found


# values


def _shown(node: Node) -> str:
    return node.text.strip()[:40] or '""'


def read_text(node: Node) -> str:
    """A text without the blanks around it."""
    return node.text.strip()


def read_number(node: Node) -> Decimal | None:
    """An xs:decimal; None where it is empty."""
    text = node.text.strip()
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise Problem(
            "line {line}: {name} says {text}, which is no decimal number; ask the sender to mend it",
            line=node.line,
            name=node.name,
            text=_shown(node),
        )
    return Decimal(text)


def read_date(node: Node) -> date | None:
    """A day as 2026-11-25 or 20261125; None where it is empty."""
    text = node.text.strip()
    match = _DATE.fullmatch(text)
    try:
        if match is not None:
            return date(int(match[1]), int(match[2]), int(match[3])) if text else None
    except ValueError:
        pass
    raise Problem(
        "line {line}: {name} says {text}, which is no date; ask the sender to mend it",
        line=node.line,
        name=node.name,
        text=_shown(node),
    )


def plain(value: Decimal) -> str:
    """A decimal as it is written: no exponent."""
    return format(value, "f")


def escape(text: str) -> str:
    """Text inside an element (the standard library's own brings a network stack with it)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quoteattr(text: str) -> str:
    """An attribute's value with its quotes."""
    return '"' + escape(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;") + '"'


class Out:
    """XML under construction: text with its indentation, deterministic to the byte."""

    def __init__(self, prefix: str, currency: str = "") -> None:
        self.prefix = prefix
        self.currency = currency

    def element(self, parent: Made | None, step: Step, *, leaf: bool = False) -> Made:
        """A new element under `parent`, with what its test asks for."""
        made = Made(self.qualified(step.name, leaf))
        if parent is not None:
            parent.children.append(made)
        made.step = step
        if step.key and step.key[0].startswith("@"):
            made.attributes[step.key[0][1:]] = step.value
        elif step.key:
            inner = made
            for place, name in enumerate(step.key):
                inner = self.element(inner, Step(name, name.rpartition(":")[2]), leaf=place == len(step.key) - 1)
            inner.text = step.value
        return made

    def qualified(self, name: str, leaf: bool) -> str:
        """The name with its prefix."""
        return name if ":" in name else f"{self.prefix}:{name}"


class UblOut(Out):
    """UBL has one prefix for what holds a value and one for what holds elements."""

    def qualified(self, name: str, leaf: bool) -> str:
        return name if ":" in name else f"{'cbc' if leaf else 'cac'}:{name}"


@dataclass(slots=True)
class Made:
    """An element to be written."""

    name: str
    attributes: dict[str, str]
    text: str
    children: list[Made]
    step: Step | None

    def __init__(self, name: str) -> None:
        self.name = name
        self.attributes = {}
        self.text = ""
        self.children = []
        self.step = None

    def write(self, into: list[str], indent: str) -> None:
        """Append the element's lines."""
        inside = "".join(
            f" {name}={quoteattr(_NO_XML.sub(_REPLACED, value))}" for name, value in self.attributes.items()
        )
        if self.children:
            into.append(f"{indent}<{self.name}{inside}>\n")
            for child in self.children:
                child.write(into, indent + " ")
            into.append(f"{indent}</{self.name}>\n")
        else:
            into.append(f"{indent}<{self.name}{inside}>{escape(_NO_XML.sub(_REPLACED, self.text))}</{self.name}>\n")


def descend(out: Out, parent: Made, path: Sequence[Step]) -> Made:
    """Down to the last step: the element that was written last is gone on with, where it is the one meant."""
    for step in path:
        last = parent.children[-1] if parent.children else None
        parent = last if last is not None and last.step == step else out.element(parent, step)
    return parent


# rows


class Row:
    """A row of a table: reads its value from an element into a dict, writes it from an object."""

    def read(self, node: Node, values: dict[str, Any]) -> None:
        raise NotImplementedError

    def write(self, out: Out, parent: Made, value: Any) -> None:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Leaf(Row):
    """A text, number or date at a path."""

    field: str
    path: str
    reader: Callable[[Node], Any] = read_text
    writer: Callable[[Out, Made, Any], None] | None = None

    def read(self, node: Node, values: dict[str, Any]) -> None:
        way = steps(self.path)
        if way[-1].name.startswith("@"):
            holders = find_all(node, self.path.rpartition("/")[0])
            text = next((one.attributes[way[-1].name[1:]] for one in holders if way[-1].name[1:] in one.attributes), "")
            if text:
                values.setdefault(self.field, text.strip())
            return
        for found in find_all(node, self.path):
            value = self.reader(found)
            if value is not None and value != "":
                values.setdefault(self.field, value)
                return

    def write(self, out: Out, parent: Made, value: Any) -> None:
        stated = getattr(value, self.field)
        if stated is None or stated == "":
            return
        *way, last = steps(self.path)
        if last.name.startswith("@"):
            if holder := _last(parent, way):
                holder.attributes[last.name[1:]] = stated
            return
        made = out.element(descend(out, parent, way), last, leaf=True)
        (self.writer or write_text)(out, made, stated)


def _last(parent: Made, way: Sequence[Step]) -> Made | None:
    """The element down a path that was written last, None where there is none."""
    found: Made | None = parent
    for step in way:
        found = next((one for one in reversed(found.children) if one.step == step), None) if found else None
    return found


def write_text(_: Out, made: Made, value: Any) -> None:
    """A text, a number without exponent, or an ISO date."""
    made.text = plain(value) if isinstance(value, Decimal) else value.isoformat() if isinstance(value, date) else value


@dataclass(frozen=True, slots=True)
class Shape:
    """A dataclass of the model with its rows; empty ones are neither read nor written."""

    kind: Callable[..., Any]
    rows: tuple[Row, ...]

    @property
    def is_leaf(self) -> bool:
        """Whether the element holds a value of its own, and no elements."""
        return any(isinstance(row, Value) for row in self.rows)

    def read(self, node: Node) -> Any:
        values: dict[str, Any] = {}
        for row in self.rows:
            row.read(node, values)
        return self.kind(**values)

    def write(self, out: Out, made: Made, value: Any) -> None:
        for row in self.rows:
            row.write(out, made, value)


@dataclass(frozen=True, slots=True)
class Part(Row):
    """A group that stands at most once; without a path, its rows go on from the same element."""

    field: str
    path: str
    shape: Shape

    def read(self, node: Node, values: dict[str, Any]) -> None:
        found = find_all(node, self.path) if self.path else [node]
        if found:
            value = self.shape.read(found[0])
            if not is_empty(value):
                values.setdefault(self.field, value)

    def write(self, out: Out, parent: Made, value: Any) -> None:
        stated = getattr(value, self.field)
        if stated is None or is_empty(stated):
            return
        if not self.path:
            self.shape.write(out, parent, stated)
            return
        *way, last = steps(self.path)
        self.shape.write(out, out.element(descend(out, parent, way), last, leaf=self.shape.is_leaf), stated)


@dataclass(frozen=True, slots=True)
class Many(Row):
    """A group that may stand several times."""

    field: str
    path: str
    shape: Shape
    only: Callable[[Any], bool] | None = None

    def read(self, node: Node, values: dict[str, Any]) -> None:
        found = tuple(self.shape.read(one) for one in find_all(node, self.path))
        if found:
            values[self.field] = (*values.get(self.field, ()), *found)

    def write(self, out: Out, parent: Made, value: Any) -> None:
        *way, last = steps(self.path)
        for one in getattr(value, self.field):
            if self.only is None or self.only(one):
                self.shape.write(out, out.element(descend(out, parent, way), last, leaf=self.shape.is_leaf), one)


@dataclass(frozen=True, slots=True)
class Value(Row):
    """The text of the element itself."""

    field: str
    reader: Callable[[Node], Any] = read_text

    def read(self, node: Node, values: dict[str, Any]) -> None:
        value = self.reader(node)
        if value is not None and value != "":
            values[self.field] = value

    def write(self, out: Out, parent: Made, value: Any) -> None:
        stated = getattr(value, self.field)
        if stated is not None:
            write_text(out, parent, stated)


@dataclass(frozen=True, slots=True)
class Attr(Row):
    """An attribute of the element itself."""

    field: str
    name: str

    def read(self, node: Node, values: dict[str, Any]) -> None:
        if text := node.attributes.get(self.name, "").strip():
            values[self.field] = text

    def write(self, out: Out, parent: Made, value: Any) -> None:
        if stated := getattr(value, self.field):
            parent.attributes[self.name] = stated


@dataclass(frozen=True, slots=True)
class Fixed(Row):
    """What the syntax wants said and the model need not know."""

    path: str
    text: str

    def read(self, node: Node, values: dict[str, Any]) -> None:
        return

    def write(self, out: Out, parent: Made, value: Any) -> None:
        *way, last = steps(self.path)
        out.element(descend(out, parent, way), last, leaf=True).text = self.text


@dataclass(frozen=True, slots=True)
class Also(Row):
    """Where else a value may be found; it is not written there."""

    row: Row

    def read(self, node: Node, values: dict[str, Any]) -> None:
        self.row.read(node, values)

    def write(self, out: Out, parent: Made, value: Any) -> None:
        return


@dataclass(frozen=True, slots=True)
class Known(Row):
    """A value that the place itself says."""

    field: str
    value: Any

    def read(self, node: Node, values: dict[str, Any]) -> None:
        values[self.field] = self.value

    def write(self, out: Out, parent: Made, value: Any) -> None:
        return


@dataclass(frozen=True, slots=True)
class Ensure(Row):
    """An element that the schema wants, be it empty."""

    path: str

    def read(self, node: Node, values: dict[str, Any]) -> None:
        return

    def write(self, out: Out, parent: Made, value: Any) -> None:
        descend(out, parent, steps(self.path))


@dataclass(frozen=True, slots=True)
class Own(Row):
    """What stands so differently in this syntax that functions of its own read and write it."""

    reader: Callable[[Node, dict[str, Any]], None]
    writer: Callable[[Out, Made, Any], None]

    def read(self, node: Node, values: dict[str, Any]) -> None:
        self.reader(node, values)

    def write(self, out: Out, parent: Made, value: Any) -> None:
        self.writer(out, parent, value)


def is_empty(value: Any) -> bool:
    """Whether a part of the model says nothing: every field is as it is by default."""
    if not hasattr(value, "__dataclass_fields__"):
        return not value
    return all(getattr(value, one.name) == _default(one) for one in fields(value))


def _default(one: Any) -> Any:
    return one.default if one.default is not MISSING else None


def document(made: Made, namespaces: dict[str, str]) -> bytes:
    """The whole file, UTF-8."""
    made.attributes = {
        f"xmlns:{prefix}" if prefix else "xmlns": uri for prefix, uri in namespaces.items()
    } | made.attributes
    lines = ['<?xml version="1.0" encoding="UTF-8"?>\n']
    made.write(lines, "")
    return "".join(lines).encode()
