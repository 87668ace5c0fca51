"""How a value of the semantic model stands in XML: one row of a table says it for reading and for writing.

Reading goes by local names, in any order; writing follows the table, which is in the order that the schema wants.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from typing import Any, Protocol

from tui_billing.exchange.einvoice.made import Made, Out, descend, last_made, write_text
from tui_billing.exchange.einvoice.paths import find_all, steps
from tui_billing.exchange.einvoice.tree import Node
from tui_billing.exchange.einvoice.values import read_text

Values = dict[str, Any]


class Row(Protocol):
    """A row of a table."""

    def read(self, node: Node, values: Values) -> None:
        """Take the row's value out of an element into the fields that are being gathered."""

    def write(self, out: Out, parent: Made, value: Any) -> None:
        """Put the row's value of an object of the model under an element."""


class ReadOnly:
    """A row that leaves no trace in what is written."""

    __slots__ = ()

    def write(self, out: Out, parent: Made, value: Any) -> None:
        """Nothing: another row writes it."""


class WriteOnly:
    """A row that tells the model nothing."""

    __slots__ = ()

    def read(self, node: Node, values: Values) -> None:
        """Nothing: the model need not know."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A text, number or date at a path."""

    field: str
    path: str
    reader: Callable[[Node], Any] = read_text
    writer: Callable[[Out, Made, Any], None] | None = None

    def read(self, node: Node, values: Values) -> None:
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
            if holder := last_made(parent, way):
                holder.attributes[last.name[1:]] = stated
            return
        made = out.element(descend(out, parent, way), last, leaf=True)
        (self.writer or write_text)(out, made, stated)


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
        values: Values = {}
        for row in self.rows:
            row.read(node, values)
        return self.kind(**values)

    def write(self, out: Out, made: Made, value: Any) -> None:
        for row in self.rows:
            row.write(out, made, value)


@dataclass(frozen=True, slots=True)
class Part:
    """A group that stands at most once; without a path, its rows go on from the same element."""

    field: str
    path: str
    shape: Shape
    #: Whether an empty one stands as well: a rule says that it may not be empty.
    keeps_empty: bool = False

    def read(self, node: Node, values: Values) -> None:
        found = find_all(node, self.path) if self.path else [node]
        if found:
            value = self.shape.read(found[0])
            if self.keeps_empty or not is_empty(value):
                values.setdefault(self.field, value)

    def write(self, out: Out, parent: Made, value: Any) -> None:
        stated = getattr(value, self.field)
        if stated is None or (is_empty(stated) and not self.keeps_empty):
            return
        if not self.path:
            self.shape.write(out, parent, stated)
            return
        *way, last = steps(self.path)
        self.shape.write(out, out.element(descend(out, parent, way), last, leaf=self.shape.is_leaf), stated)


@dataclass(frozen=True, slots=True)
class Many:
    """A group that may stand several times."""

    field: str
    path: str
    shape: Shape
    only: Callable[[Any], bool] | None = None

    def read(self, node: Node, values: Values) -> None:
        found = tuple(self.shape.read(one) for one in find_all(node, self.path))
        if found:
            values[self.field] = (*values.get(self.field, ()), *found)

    def write(self, out: Out, parent: Made, value: Any) -> None:
        *way, last = steps(self.path)
        for one in getattr(value, self.field):
            if self.only is None or self.only(one):
                self.shape.write(out, out.element(descend(out, parent, way), last, leaf=self.shape.is_leaf), one)


@dataclass(frozen=True, slots=True)
class Value:
    """The text of the element itself."""

    field: str
    reader: Callable[[Node], Any] = read_text

    def read(self, node: Node, values: Values) -> None:
        value = self.reader(node)
        if value is not None and value != "":
            values[self.field] = value

    def write(self, out: Out, parent: Made, value: Any) -> None:
        stated = getattr(value, self.field)
        if stated is not None:
            write_text(out, parent, stated)


@dataclass(frozen=True, slots=True)
class Attr:
    """An attribute of the element itself."""

    field: str
    name: str

    def read(self, node: Node, values: Values) -> None:
        if text := node.attributes.get(self.name, "").strip():
            values[self.field] = text

    def write(self, out: Out, parent: Made, value: Any) -> None:
        if stated := getattr(value, self.field):
            parent.attributes[self.name] = stated


@dataclass(frozen=True, slots=True)
class Fixed(WriteOnly):
    """What the syntax wants said and the model need not know."""

    path: str
    text: str

    def write(self, out: Out, parent: Made, value: Any) -> None:
        *way, last = steps(self.path)
        out.element(descend(out, parent, way), last, leaf=True).text = self.text


@dataclass(frozen=True, slots=True)
class Also(ReadOnly):
    """Where else a value may be found; it is not written there."""

    row: Row

    def read(self, node: Node, values: Values) -> None:
        self.row.read(node, values)


@dataclass(frozen=True, slots=True)
class Again(WriteOnly):
    """Where else a value is written; it is not read there."""

    row: Row

    def write(self, out: Out, parent: Made, value: Any) -> None:
        self.row.write(out, parent, value)


@dataclass(frozen=True, slots=True)
class Known(ReadOnly):
    """A value that the place itself says."""

    field: str
    value: Any

    def read(self, node: Node, values: Values) -> None:
        values[self.field] = self.value


@dataclass(frozen=True, slots=True)
class Ensure(WriteOnly):
    """An element that the schema wants, be it empty."""

    path: str

    def write(self, out: Out, parent: Made, value: Any) -> None:
        descend(out, parent, steps(self.path))


@dataclass(frozen=True, slots=True)
class Own:
    """What stands so differently in this syntax that functions of its own read and write it."""

    reader: Callable[[Node, Values], None] | None = None
    writer: Callable[[Out, Made, Any], None] | None = None

    def read(self, node: Node, values: Values) -> None:
        if self.reader is not None:
            self.reader(node, values)

    def write(self, out: Out, parent: Made, value: Any) -> None:
        if self.writer is not None:
            self.writer(out, parent, value)


def is_empty(value: Any) -> bool:
    """Whether a part of the model says nothing: every field is as it is by default."""
    if not hasattr(value, "__dataclass_fields__"):
        return not value
    return all(getattr(value, one.name) == _default(one) for one in fields(value))


def _default(one: Any) -> Any:
    return one.default if one.default is not MISSING else None
