"""CFONB 120, the statement of French banks: records of 120 characters, 01 opening, 04 entry, 05 more, 07 closing.

The last digit of an amount carries its sign (overpunched, as on the cards it comes from); how many of its digits
are decimals stands in the record.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tui_billing.exchange.bank.source import Options, Source
from tui_billing.rules.problem import Problem
from tui_billing.rules.statement import Remark, Statement, StatementLine, meaningful, minor_of, places_of
from tui_billing.rules.text import quote

LENGTH = 120
_RECORD = re.compile(r"0[1457]\d{5}")
#: Last character of an amount -> (digit, sign). Some systems write the national letters of old code pages.
OVERPUNCH = {
    **{character: (digit, 1) for digit, character in enumerate("{ABCDEFGHI")},
    **{character: (digit, -1) for digit, character in enumerate("}JKLMNOPQR")},
    "é": (0, 1),
    "è": (0, -1),
}


@dataclass(slots=True)
class _Entry:
    number: int
    record: str
    more: dict[str, list[str]] = field(default_factory=dict)


def read(source: Source, options: Options) -> Iterator[StatementLine | Statement | Remark]:
    """The statements of the file; a broken one costs none of the others."""
    current: _Account | None = None
    skipping = False
    seen = False
    last = 0
    for number, record in _records(source):
        last, seen = number, True
        kind = record[:2]
        if kind == "01":
            if current:
                yield current.cut_off(number)
            current, skipping = _Account(number, record), False
        elif kind not in ("04", "05", "07"):
            if not skipping:
                about = current.statement if current else Statement()
                yield Remark(
                    "refused",
                    "no_record",
                    "line {line} is no record of CFONB 120; get the file again",
                    {"line": number},
                    number,
                ).about(about)
            current, skipping = None, True
        elif current is None:
            if not skipping:
                yield Remark(
                    "refused",
                    "no_opening",
                    "line {line} belongs to no statement: its opening balance (01) is missing",
                    {"line": number},
                    number,
                )
            skipping = kind != "07"
        elif kind == "07":
            yield from current.finish(number, record)
            current = None
        else:
            found = current.take(kind, number, record)
            if found is not None:
                yield found
    if current:
        yield current.cut_off(last)
    if not seen:
        raise Problem("the file holds no statement; get it from the bank again")


def _records(source: Source) -> Iterator[tuple[int, str]]:
    """(line, record), filled up to 120 characters: editors and mail take blanks away at the end."""
    if source.has_line_ends:
        for number, line in source.lines():
            text = line.rstrip("\r\n\x1a\0")
            text = text.lstrip() if text[:1].isspace() else text
            # Some systems end the file with a line end and no record before it.
            step = LENGTH if _RECORD.match(text, LENGTH) else max(len(text), LENGTH)
            for start in range(0, len(text.rstrip()), step):
                yield number, text[start : start + step].ljust(LENGTH)
        return
    number = 0
    with source.text() as file:
        while record := file.read(LENGTH):
            number += 1
            if record.strip():
                yield number, record.ljust(LENGTH)


def _amount(record: str, number: int, currency: str) -> int:
    """Minor units of the amount in columns 91 to 104 with the decimals of column 20."""
    digits = record[90:104].strip()
    last = OVERPUNCH.get(digits[-1:])
    decimals = int(record[19]) if record[19].isdigit() else places_of(currency)
    body = digits[:-1].replace(" ", "0")
    if last is None or (body and not body.isdigit()):
        raise Problem("line {line} holds no amount in columns 91 to 104: {text}", line=number, text=quote(digits))
    whole = (body + str(last[0])).rjust(decimals + 1, "0")
    text = f"{whole[:-decimals]}.{whole[-decimals:]}" if decimals else whole
    return last[1] * minor_of(text, places_of(currency))


def _day(text: str, number: int) -> dt.date:
    if text.isascii() and text.isdigit():
        year = int(text[4:])
        try:
            return dt.date(year + (2000 if year < 80 else 1900), int(text[2:4]), int(text[:2]))
        except ValueError:
            pass
    raise Problem("line {line} holds no date: {text}", line=number, text=quote(text))


class _Account:
    """A statement while its records pass by."""

    def __init__(self, number: int, record: str) -> None:
        self.statement = Statement(format="cfonb120", currency=record[16:19].strip().upper())
        # Bank, branch and account, as they stand in a French IBAN.
        self.statement.account = record[2:7] + record[11:16] + record[21:32].strip()
        self._account = self._key(record)
        self._entry: _Entry | None = None
        self.problem: Remark | None = None
        try:
            self.statement.date_from = _day(record[34:40], number)
            self.statement.opening = _amount(record, number, self.statement.currency)
        except Problem as problem:
            self._refuse(number, problem)

    @staticmethod
    def _key(record: str) -> str:
        """The number of the account; the bank's own code before it is not written alike by every system."""
        return record[21:32].strip()

    def _refuse(self, number: int, problem: Problem) -> None:
        values = {**problem.values, "line": number}
        self.problem = Remark("refused", "record", problem.message, values, number).about(self.statement)

    def take(self, kind: str, number: int, record: str) -> StatementLine | None:
        """Keep an entry until its last record is there; give the one before it."""
        if self.problem:
            return None
        try:
            if self._key(record) != self._account:
                raise Problem("line {line} is of another account than the statement's opening", line=number)
            if kind == "05":
                if self._entry is None:
                    raise Problem("line {line} goes on with an entry (05) where none is", line=number)
                self._entry.more.setdefault(record[45:48].strip(), []).append(record[48:118])
                return None
            done = self._line()
            self._entry = _Entry(number, record)
            return done
        except Problem as problem:
            self._refuse(number, problem)
            return None

    def _line(self) -> StatementLine | None:
        entry = self._entry
        if entry is None:
            return None
        record, more, currency = entry.record, entry.more, self.statement.currency

        def told(*names: str) -> str:
            return " ".join(" ".join(" ".join(more[name]).split()) for name in names if name in more)

        held_in = record[16:19].strip().upper() or currency
        amount = _amount(record, entry.number, held_in)
        # Some banks leave the currency out of the balances.
        self.statement.currency = currency or held_in
        label = " ".join(record[48:79].split())
        # RCN: 35 characters of the payer's reference (end to end), 35 of purpose.
        references = (more.get("RCN") or [""])[0]
        end_to_end = meaningful(" ".join(references[:35].split()))
        text = " ".join(filter(None, (label, told("LIB", "LCC", "LC2", "LCS"), " ".join(references[35:].split()))))
        reference = told("REF") or end_to_end or meaningful(record[104:120])
        original, original_currency = self._original(more.get("MMO"))
        line = StatementLine(
            date=_day(record[34:40], entry.number),
            amount=amount,
            currency=held_in,
            value_date=_day(record[42:48], entry.number) if record[42:48].strip().isdigit() else None,
            text=text,
            reference=reference,
            payer=told("NPY") if amount > 0 and "NPY" in more else told("NBE") or told("NPY"),
            payer_iban=told("CPY") or told("CBE"),
            bank_reference=meaningful(record[81:88].strip().lstrip("0")),
            end_to_end=end_to_end,
            mandate=" ".join((more.get("RUM") or [""])[0][:35].split()),
            bank_code=record[32:34].strip(),
            return_reason=record[40:42].strip().strip("0"),
            original_amount=original,
            original_currency=original_currency,
        )
        self._entry = None
        self.statement.take(line)
        return line

    @staticmethod
    def _original(told: list[str] | None) -> tuple[int | None, str]:
        """MMO: currency, number of decimals and amount of the payment before it was changed."""
        text = told[0] if told else ""
        currency, decimals, digits = text[:3], text[3:4], text[4:18].strip()
        if not (currency.isalpha() and decimals.isdigit() and digits.isdigit()):
            return None, ""
        places = int(decimals)
        whole = digits.rjust(places + 1, "0")
        plain = f"{whole[:-places]}.{whole[-places:]}" if places else whole
        try:
            return minor_of(plain, places_of(currency)), currency
        except Problem:
            return None, ""

    def finish(self, number: int, record: str) -> Iterator[StatementLine | Statement | Remark]:
        statement = self.statement
        line: StatementLine | None = None
        try:
            if not self.problem:
                if self._key(record) != self._account:
                    raise Problem("line {line} is of another account than the statement's opening", line=number)
                line = self._line()
                statement.date_to = _day(record[34:40], number)
                statement.closing = _amount(record, number, statement.currency)
        except Problem as problem:
            self._refuse(number, problem)
        if self.problem:
            yield self.problem.about(statement)
            return
        if line:
            yield line
        statement.reach(None, None)
        yield statement

    def cut_off(self, number: int) -> Remark:
        if self.problem:
            return self.problem.about(self.statement)
        return Remark(
            "refused",
            "no_closing",
            "the statement that ends at line {line} has no closing balance (07); get the file again",
            {"line": number},
            number,
        ).about(self.statement)
