"""XML under construction: elements in the order they are made, deterministic to the byte."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tui_billing.exchange.einvoice.paths import Step
from tui_billing.exchange.einvoice.values import plain

#: Characters that no XML document may hold (XML 1.0, 2.2).
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REPLACED = "\ufffd"


def escape(text: str) -> str:
    """Text inside an element (the standard library's own brings a network stack with it)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


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


def last_made(parent: Made, way: Sequence[Step]) -> Made | None:
    """The element down a path that was written last, None where there is none."""
    found: Made | None = parent
    for step in way:
        found = next((one for one in reversed(found.children) if one.step == step), None) if found else None
    return found


def write_text(_: Out, made: Made, value: Any) -> None:
    """A text, a number without exponent, or an ISO date."""
    made.text = plain(value) if isinstance(value, Decimal) else value.isoformat() if isinstance(value, date) else value


def document(made: Made, namespaces: dict[str, str]) -> bytes:
    """The whole file, UTF-8."""
    made.attributes = {
        f"xmlns:{prefix}" if prefix else "xmlns": uri for prefix, uri in namespaces.items()
    } | made.attributes
    lines = ['<?xml version="1.0" encoding="UTF-8"?>\n']
    made.write(lines, "")
    return "".join(lines).encode()
