"""Everything that stands on a letter, as one frozen value that travels as plain JSON: a letter is what it says here.

Statements of account, reminders and cover letters are letters: facts under the address, paragraphs, tables whose
amounts stand under each other at their decimal sign, and boxes of sums at the foot.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tui_billing.documents.template import ACCENT, GREY
from tui_billing.rules.party import Party


@dataclass(frozen=True, slots=True)
class LetterColumn:
    """A column of a table: its head; `amount` columns are aligned at the decimal sign, one `flex` takes what is left."""

    label: str
    amount: bool = False
    flex: bool = False


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A row: a text for each column. `share` (minor units) is what it adds to the sum carried to the next page."""

    cells: tuple[str, ...]
    share: int = 0
    strong: bool = False
    faint: bool = False


@dataclass(frozen=True, slots=True)
class LetterTable:
    """A table under its heading. `currency` is of the carried sums, "" carries none; `total` is the last row."""

    heading: str
    columns: tuple[LetterColumn, ...]
    rows: tuple[LetterRow, ...]
    total: LetterRow | None = None
    currency: str = ""
    carried: int = 0
    #: Sums side by side under the table: (label, amount).
    boxes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A paper that goes with a letter: a kept file by its SHA-256, or a document of ours by its id."""

    name: str
    sha256: str = ""
    invoice_id: int = 0


@dataclass(frozen=True, slots=True)
class PrintableLetter:
    """A letter, whole. Paragraphs are plain text; `facts` are (label, value) pairs."""

    kind: str
    name: str
    title: str
    date: date
    language: str
    seller: Party
    buyer: Party
    facts: tuple[tuple[str, str], ...] = ()
    before: tuple[str, ...] = ()
    tables: tuple[LetterTable, ...] = ()
    after: tuple[str, ...] = ()
    footer: str = ""
    #: What a mail with it says is open.
    open: str = ""
    #: The house's colours and where its logo stands, as on its invoices; what stands across a trial print.
    accent: str = ACCENT
    grey: str = GREY
    logo: str = "left"
    watermark: str = ""
    enclosures: tuple[Enclosure, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON of everything."""
        data = dataclasses.asdict(self)
        data |= {"date": self.date.isoformat(), "seller": self.seller.to_json(), "buyer": self.buyer.to_json()}
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PrintableLetter:
        """The reverse of `to_json`."""
        values = dict(data)
        values["date"] = date.fromisoformat(values["date"])
        values["seller"], values["buyer"] = Party.from_json(values["seller"]), Party.from_json(values["buyer"])
        values["facts"] = tuple((str(label), str(value)) for label, value in values["facts"])
        values["before"], values["after"] = tuple(values["before"]), tuple(values["after"])
        values["tables"] = tuple(map(_table, values["tables"]))
        values["enclosures"] = tuple(Enclosure(**one) for one in values.get("enclosures", ()))
        return cls(**values)


def _table(data: Mapping[str, Any]) -> LetterTable:
    values = dict(data)
    values["columns"] = tuple(LetterColumn(**one) for one in values["columns"])
    values["rows"] = tuple(map(_row, values["rows"]))
    values["total"] = _row(values["total"]) if values["total"] else None
    values["boxes"] = tuple((str(label), str(value)) for label, value in values["boxes"])
    return LetterTable(**values)


def _row(data: Mapping[str, Any]) -> LetterRow:
    return LetterRow(**{**data, "cells": tuple(data["cells"])})
