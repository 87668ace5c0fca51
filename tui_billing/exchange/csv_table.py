"""A table from a spreadsheet: CSV as people really save it, read row by row with the head it stands under."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection
from dataclasses import dataclass

from tui_billing.rules.problem import Problem
from tui_billing.rules.text import fold, quote

#: Comma, what Excel writes where the comma is the decimal sign, and what a copied table has.
SEPARATORS = (",", ";", "\t")
#: Longest cell, in characters; no field of ours comes near.
LONGEST_CELL = 100_000


@dataclass(frozen=True, slots=True)
class Row:
    """One row under the heads: `number` as a spreadsheet counts (the heads are row 1), text as it stood."""

    number: int
    values: dict[str, str]


def decode(data: bytes) -> str:
    """The text of a file: UTF-8 or UTF-16 by its mark, else UTF-8, else what Windows writes (cp1252)."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def read_table(data: bytes, heads: Collection[str], required: Collection[str]) -> list[Row]:
    """The rows of a CSV file whose first row names its columns, in any order and letter case.

    Separators may be comma, semicolon or tab; empty rows are skipped and a row may end early. Raises
    `Problem` for an unknown, doubled or missing head (by its name) and for a row (by its number) that is broken or
    longer than the heads.
    """
    text = decode(data)
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first:
        raise Problem("the file is empty; its first row names the columns: {heads}", heads=",".join(heads))
    separator = max(SEPARATORS, key=first.count)
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[Row] = []
    names: list[str] = []
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return rows
        except csv.Error as error:
            raise Problem("row {row} cannot be read: {reason}", row=number, reason=str(error)) from None
        if not any(cell.strip() for cell in cells):
            continue
        if not names:
            names = _heads(cells, heads, required)
            continue
        if any(cell.strip() for cell in cells[len(names) :]):
            raise Problem(
                "row {row} has {cells} cells under {heads} heads; put a text that holds a {separator} in quotes",
                row=number,
                cells=len(cells),
                heads=len(names),
                separator="tab" if separator == "\t" else separator,
            )
        cells += [""] * (len(names) - len(cells))
        rows.append(Row(number, dict(zip(names, cells, strict=False))))


def _heads(cells: list[str], heads: Collection[str], required: Collection[str]) -> list[str]:
    while cells and not cells[-1].strip():
        cells.pop()
    names = [fold(cell.strip().lstrip("\ufeff")).replace(" ", "_") for cell in cells]
    for name, cell in zip(names, cells, strict=True):
        if name not in heads:
            raise Problem(
                "{name} is not a head here; the heads are {heads}",
                field="head",
                name=quote(cell),
                heads=",".join(heads),
            )
        if names.count(name) > 1:
            raise Problem("the head {name} stands there twice; leave one", field="head", name=name)
    for name in required:
        if name not in names:
            raise Problem("the head {name} is missing; add that column", field="head", name=name)
    return names
