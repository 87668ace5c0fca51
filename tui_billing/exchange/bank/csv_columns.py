"""Which column of a bank's CSV means what: drawn once by a clerk, or guessed from the headings."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping as Dict
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

from tui_billing.exchange.bank.csv_headings import header_key, plain, role_of
from tui_billing.exchange.bank.csv_values import balances_follow, cell_of, has_sign, is_mark, is_pending
from tui_billing.exchange.bank.source import Source
from tui_billing.rules.problem import Problem
from tui_billing.rules.statement import is_iban

SEPARATORS = (";", ",", "\t", "|")
#: What a column may mean; one column each but for the text, which may come from several.
ROLES = (
    "date",
    "value_date",
    "amount",
    "debit",
    "credit",
    "sign",
    "currency",
    "text",
    "payer",
    "payer_iban",
    "reference",
    "bank_reference",
    "end_to_end",
    "mandate",
    "balance",
    "account",
    "status",
    "fee",
)
_LOOKED_THROUGH = 40
#: Digits that make a number of an account.
_TELLING = 5


@dataclass(frozen=True, slots=True)
class Mapping:
    """How a bank's CSV is read.

    `heading` is the row that names the columns, counted from 1, 0 where there is none; `columns` gives the places
    (from 0) of each role; `order` is dmy, mdy, ymd or "" (the file shows it), `decimal` a comma, a point or "".
    """

    separator: str = ";"
    heading: int = 1
    columns: Dict[str, tuple[int, ...]] = field(default_factory=dict)
    order: str = ""
    decimal: str = ""
    header: str = ""

    def to_json(self) -> dict[str, Any]:
        """As it is stored: plain lists and texts."""
        return {**asdict(self), "columns": {role: list(places) for role, places in self.columns.items()}}

    @classmethod
    def from_json(cls, data: Dict[str, Any]) -> Mapping:
        """From what is stored; Problem where that is no mapping."""
        try:
            columns = {str(role): tuple(int(each) for each in places) for role, places in data["columns"].items()}
            rest = {name: data[name] for name in ("separator", "heading", "order", "decimal", "header") if name in data}
            made = cls(columns=columns, **rest)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise Problem("this is no mapping of columns; draw it again") from None
        made.check()
        return made

    def check(self) -> None:
        """Problem where a statement cannot be read by it."""
        if set(self.columns) - set(ROLES) or self.separator not in SEPARATORS:
            raise Problem("this is no mapping of columns; draw it again")
        if "date" not in self.columns:
            raise Problem("say which column is the date", field="date")
        if not {"amount", "debit", "credit"} & set(self.columns):
            raise Problem("say which column is the amount, or which are debit and credit", field="amount")

    def has(self, role: str) -> bool:
        """Whether a column means that."""
        return bool(self.columns.get(role))


def peek(source: Source, separator: str, count: int = _LOOKED_THROUGH) -> list[list[str]]:
    """The first rows of the file by this separator."""
    text = source.text_head
    if len(source.head) < source.size:
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text
    reader = csv.reader(io.StringIO(without_directive(text), newline=""), delimiter=separator)
    rows: list[list[str]] = []
    try:
        rows.extend(islice(reader, count))
    except csv.Error:
        pass
    return rows


def without_directive(text: str) -> str:
    """Without Excel's own first line, `sep=;`; the row stays as an empty one, so that counting holds."""
    return re.sub(r"\Asep=.(?=\r?\n)", "", text.lstrip("\ufeff"), flags=re.IGNORECASE)


def guess(source: Source) -> Mapping | None:
    """The mapping that headings and rows suggest; None where they do not. Problem where a money heading stands twice."""
    best: tuple[int, Mapping, list[str]] | None = None
    for separator in SEPARATORS:
        rows = peek(source, separator)
        for number, cells in enumerate(rows, 1):
            found = _roles(cells)
            known = sum(map(len, found.values()))
            if "date" not in found or not {"amount", "debit", "credit"} & set(found):
                continue
            if best is None or known > best[0]:
                columns = _columns(found, cells, [row for row in rows[number:] if any(map(str.strip, row))])
                best = (known, Mapping(separator, number, columns, header=header_key(cells)), cells)
    if best is None:
        return None
    _refuse_doubles(best[2])
    return best[1]


def _roles(cells: list[str]) -> dict[str, list[int]]:
    """Role -> every column whose heading may mean it."""
    found: dict[str, list[int]] = {}
    for place, cell in enumerate(cells):
        if role := role_of(cell):
            found.setdefault(role, []).append(place)
    if "value_date" in found and not {"amount", "debit", "credit"} & set(found):
        # "Value" alone is what it is worth.
        worth = [place for place in found["value_date"] if plain(cells[place]) == "value"]
        if worth:
            found["amount"] = worth
            found["value_date"] = [place for place in found["value_date"] if place not in worth]
    if "date" not in found and "value_date" in found:
        found["date"] = found.pop("value_date")
    return {role: places for role, places in found.items() if places}


def _columns(found: dict[str, list[int]], cells: list[str], rows: list[list[str]]) -> dict[str, tuple[int, ...]]:
    """Which of the columns that may mean something does: the rows under them decide."""
    columns: dict[str, tuple[int, ...]] = {role: tuple(places[:1]) for role, places in found.items()}
    columns.pop("account", None)
    columns.pop("fee", None)
    if "text" in found:
        columns["text"] = tuple(found["text"])
    if "reference" in found:  # several may be one: that which is used
        columns["reference"] = (max(found["reference"], key=lambda place: sum(bool(cell_of(r, place)) for r in rows)),)
    second = next((place for place in found["date"] if plain(cells[place]) != plain(cells[found["date"][0]])), None)
    if "value_date" not in columns and second is not None:
        columns["value_date"] = (second,)
    booked = [row for row in rows if "status" not in columns or not is_pending(cell_of(row, columns["status"][0]))]
    _choose_accounts(columns, found.get("account", []), cells, booked)
    _choose_amount(columns, found, cells, booked)
    _choose_signs(columns, booked)
    return columns


def _choose_signs(columns: dict[str, tuple[int, ...]], rows: list[list[str]]) -> None:
    """A column of kinds that says debit or credit and nothing else is one of signs, where no amount has its own."""
    if "sign" in columns or "amount" not in columns or {"debit", "credit"} & set(columns):
        return
    if any(has_sign(cell_of(row, columns["amount"][0])) for row in rows):
        return
    for place in columns.get("text", ()):
        marks = {cell_of(row, place) for row in rows if cell_of(row, columns["amount"][0])}
        if marks and all(is_mark(mark) for mark in marks):
            columns["sign"] = (place,)
            columns["text"] = tuple(other for other in columns["text"] if other != place)
            return


def _choose_accounts(
    columns: dict[str, tuple[int, ...]], places: list[int], cells: list[str], rows: list[list[str]]
) -> None:
    """The own account is the same in every row; one that changes is the other party's."""
    own: list[int] = []
    payer = columns.get("payer", (len(cells),))[0]
    for place in places:
        values = {cell_of(row, place) for row in rows} - {""}
        if values and not any(len(re.findall(r"\d", value)) >= _TELLING for value in values):
            continue  # "Main", "Current": the name of an account is not its number
        beside_a_name = place > payer and plain(cells[place]) in (
            "iban",
            "kontonummer",
            "account number",
            "bank account",
        )
        if len(values) > 1 or (beside_a_name and (len(rows) == 1 or len(places) > 1 or not _same(rows, place))):
            columns.setdefault("payer_iban", (place,))
        else:
            own.append(place)
    # Of a number and an IBAN the IBAN says more.
    own.sort(key=lambda place: not any(is_iban(cell_of(row, place)) for row in rows))
    if own:
        columns["account"] = (own[0],)


def _same(rows: list[list[str]], place: int) -> bool:
    """Whether all rows say the same there, none of them nothing."""
    return len({cell_of(row, place) for row in rows if len(row) > place}) == 1


def _choose_amount(
    columns: dict[str, tuple[int, ...]], found: dict[str, list[int]], cells: list[str], rows: list[list[str]]
) -> None:
    """Of gross, net and total the one by which the balance moves, with the bank's fee or without."""
    places = sorted(found.get("amount", []), key=lambda place: not plain(cells[place]).startswith("net"))
    if not places:
        return
    columns["amount"] = (places[0],)
    fees = found.get("fee", [])[:1]
    if "balance" not in columns or len(places) + len(fees) == 1:
        return
    balance = columns["balance"][0]
    for place in places:
        for fee in (None, *fees):
            if balances_follow(rows, place, fee, balance):
                columns["amount"] = (place,)
                if fee is not None:
                    columns["fee"] = (fee,)
                return


def _refuse_doubles(cells: list[str]) -> None:
    names = [plain(cell) for cell in cells]
    for name, cell in zip(names, cells, strict=True):
        if role_of(cell) in ("amount", "debit", "credit") and names.count(name) > 1:
            raise Problem(
                "the heading {name} stands there twice; say by number which column is meant (:import draws them)",
                name=cell.strip(),
            )
