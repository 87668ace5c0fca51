"""Orders, deliveries and contracts as CSV: one row a line, the head repeated on each."""

from __future__ import annotations

from tui_billing.exchange.csv_table import Row, read_table
from tui_billing.rules.problem import Problem
from tui_billing.rules.sources import FIELDS, SourceContent, SourceLineContent

#: What a file of a kind cannot do without.
REQUIRED = {
    "order": ("customer", "number", "quantity"),
    "delivery": ("customer", "number", "quantity"),
    "contract": ("customer", "number", "unit_price"),
}
#: Names that head and line share are told apart in a table.
_ON_LINES = {("contract", "ceiling"): "line_ceiling"}


def heads_of(kind: str) -> list[str]:
    """The heads of a file of a kind, the head's fields first."""
    heads, columns = FIELDS[kind]
    return [*heads, *(_ON_LINES.get((kind, name), name) for name in columns)]


def read_sources(kind: str, data: bytes) -> list[tuple[list[int], SourceContent]]:
    """(the row of each of its lines, source) of each customer and number, in the order of the file.

    Rows of one paper stand together or apart; a head that says two things of one paper is refused by its row.
    """
    heads, columns = FIELDS[kind]
    found: dict[tuple[str, str], tuple[list[int], SourceContent]] = {}
    for row in read_table(data, heads_of(kind), REQUIRED[kind]):
        key = (row.values["customer"].strip().upper(), row.values["number"].strip())
        if key not in found:
            content = SourceContent(kind=kind, source="csv")
            for name in heads:
                setattr(content, name, row.values.get(name, "").strip())
            found[key] = ([], content)
        rows, content = found[key]
        rows.append(row.number)
        _require_same(row, heads, content)
        content.lines.append(
            SourceLineContent(
                **{name: row.values.get(_ON_LINES.get((kind, name), name), "").strip() for name in columns}
            )
        )
    return list(found.values())


def _require_same(row: Row, heads: tuple[str, ...], content: SourceContent) -> None:
    for name in heads:
        said = row.values.get(name, "").strip()
        if name != "customer" and said and said != getattr(content, name):
            raise Problem(
                "row {row} says {name} {theirs} where an earlier row of {number} says {ours}; leave one",
                field=name,
                row=row.number,
                name=name,
                theirs=said,
                number=content.number,
                ours=getattr(content, name) or '""',
            )
