"""Where a value stands: element names with `/` between them, as each syntax's table writes them.

A name is written with its prefix where that is not the syntax's own; `[@scheme=VA]` and `[Type/Code=50]` choose among
elements of one name, and are written along; a last step `@name` is an attribute.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from tui_billing.exchange.einvoice.tree import Node

_STEP = re.compile(r"(?P<name>[\w:@]+)(?:\[(?P<key>[@\w:/]+)=(?P<value>[^\]]*)\])?")

#: xs:boolean is written either way.
_BOOLEANS = {"0": "false", "1": "true"}


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
        said = node.said("/".join(part.rpartition(":")[2] for part in self.key))
        return _BOOLEANS.get(said, said) == self.value


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
