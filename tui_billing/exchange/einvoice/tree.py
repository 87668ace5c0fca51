"""XML as a plain tree of local names with line numbers: no entities, no document type, nothing fetched, bounded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from tui_billing.rules.problem import Problem

MOST_BYTES = 64 * 1024 * 1024
MOST_ELEMENTS = 2_000_000
DEEPEST = 64


@dataclass(slots=True)
class Node:
    """An element: its local name, attributes by local name, its text, its children, and the line it begins on."""

    name: str
    space: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list[Node] = field(default_factory=list)
    line: int = 0

    def named(self, name: str) -> Iterator[Node]:
        """The children of one name."""
        return (child for child in self.children if child.name == name)

    def first(self, path: str) -> Node | None:
        """The first element down a path of names ("Price/PriceAmount")."""
        found: Node | None = self
        for name in path.split("/"):
            found = next(found.named(name), None) if found is not None else None
        return found

    def said(self, path: str) -> str:
        """The text down a path, "" where there is none."""
        found = self.first(path)
        return found.text.strip() if found is not None else ""


def each(node: Node) -> Iterator[Node]:
    """An element and all those inside it."""
    stack = [node]
    while stack:
        one = stack.pop()
        yield one
        stack += one.children


def parse(content: bytes) -> Node:
    """The root element; a Problem with the line for what is not well-formed, too large, or declares entities."""
    if len(content) > MOST_BYTES:
        raise Problem(
            "the file is larger than {limit} MB; an invoice is far smaller: check that it is the right file",
            limit=MOST_BYTES // 1024 // 1024,
        )
    reader = expat.ParserCreate(namespace_separator=" ")
    reader.buffer_text = True
    stack: list[Node] = []
    texts: list[list[str]] = []
    root: list[Node] = []
    count = 0

    def refuse(*_: object) -> None:
        raise Problem(
            "line {line}: the file declares a document type or entities, which no invoice may; ask its sender"
            " for it without them",
            line=reader.CurrentLineNumber,
        )

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > MOST_ELEMENTS or len(stack) >= DEEPEST:
            raise Problem(
                "line {line}: the file is built too large or too deep for an invoice; check that it is the right file",
                line=reader.CurrentLineNumber,
            )
        space, _, local = name.rpartition(" ")
        node = Node(
            local,
            space,
            {key.rpartition(" ")[2]: value for key, value in attributes.items()},
            "",
            [],
            reader.CurrentLineNumber,
        )
        if stack:
            stack[-1].children.append(node)
        else:
            root.append(node)
        stack.append(node)
        texts.append([])

    def end(_: str) -> None:
        stack.pop().text = "".join(texts.pop())

    reader.StartElementHandler = begin
    reader.EndElementHandler = end
    reader.CharacterDataHandler = lambda text: texts[-1].append(text) if texts else None
    reader.StartDoctypeDeclHandler = refuse
    reader.EntityDeclHandler = refuse
    try:
        reader.Parse(content, True)
    except expat.ExpatError as error:
        raise Problem(
            "line {line}: the file is not well-formed XML ({reason}); ask its sender for it again",
            line=error.lineno,
            reason=expat.ErrorString(error.code),
        ) from None
    except (LookupError, ValueError):
        raise Problem("the file is XML in an encoding that is not known here; ask for it in UTF-8") from None
    return root[0]
