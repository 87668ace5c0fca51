"""QIF, the exchange format of Quicken: records of lettered lines, each ended by `^`.

Nothing in it says the currency, and neither the order of day and month nor the decimal sign: the whole file is
looked through for both before it is read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from tui_billing.exchange.bank.evidence import Amounts, Dates, read_date
from tui_billing.exchange.bank.source import Options, Source
from tui_billing.rules.problem import Problem
from tui_billing.rules.statement import Detail, Remark, Statement, StatementLine, loose_minor, meaningful, places_of

#: Lists of transactions of an account that money is paid from and to.
_MONEY = {"bank", "cash", "ccard", "oth a", "oth l"}
_INVESTMENTS = {"invst", "port", "401(k)/403(b)"}


@dataclass(slots=True)
class _Record:
    """The lines of a record by their letter (the first of each) and its splits."""

    number: int
    values: dict[str, str] = field(default_factory=dict)
    splits: list[dict[str, str]] = field(default_factory=list)
    cut: bool = False


def read(source: Source, options: Options) -> Iterator[StatementLine | Statement | Remark]:
    """One statement for each account of the file; Problem where the order of its dates cannot be told."""
    dates, amounts, seen = Dates(), Amounts(), False
    for _, record in _records(source):
        if isinstance(record, _Record) and ("T" in record.values or "U" in record.values):
            seen = True
            dates.see(record.values.get("D", ""))
            amounts.see(record.values.get("T") or record.values.get("U", ""))
    order, sign = (dates.order(options.day_first), amounts.sign) if seen else ("dmy", "")
    current: _Account | None = None
    account = ""
    told = False
    for kind, record in _records(source):
        if isinstance(record, str):  # a header: the section that begins here
            if record == "account" or (kind in _MONEY and current and current.statement.count):
                if current and not current.empty:
                    told = True
                    yield current.finish()
                current = None
            if kind in _MONEY and current is None:
                current = _Account(account, options, order, sign)
            elif kind in _INVESTMENTS and record == "type":
                if current and not current.empty:
                    yield current.finish()
                current, told = None, True
                yield Remark(
                    "refused",
                    "investment",
                    "this is an investment account ({account}); give the statement of a bank account",
                    {"account": account or kind},
                    account=account,
                )
        elif kind == "account":
            account = record.values.get("N", account)
        elif kind in _MONEY and current:
            line = current.entry(record)
            if line:
                yield line
    if current and not current.empty:
        told = True
        yield current.finish()
    if not told:
        raise Problem("the file holds no statement; choose the account's transactions when you download it")


def _records(source: Source) -> Iterator[tuple[str, _Record | str]]:
    """(section, record), and (section, "type" or "account") where a section begins."""
    section, record = "", _Record(1)
    for number, line in source.lines():
        if line.startswith("!"):
            head = line[1:].strip().lower()
            if head.startswith("type:"):
                section, record = head[5:].strip(), _Record(number + 1)
                yield section, "type"
            elif head == "account":
                section, record = "account", _Record(number + 1)
                yield section, "account"
        elif line.startswith("^"):
            if record.values:
                yield section, record
            record = _Record(number + 1)
        elif line.strip() and not line.startswith("#"):
            letter, value = line[0].upper(), line[1:].strip()
            if letter == "S":
                record.splits.append({"S": value})
            elif letter in "E$%" and record.splits:
                record.splits[-1][letter] = value
            elif letter == "A":
                record.values["A"] = (record.values.get("A", "") + " " + value).strip()
            else:
                record.values.setdefault(letter, value)
    if record.values:
        # Without its last sign it may have lost the end of its amount.
        record.cut = True
        yield section, record


class _Account:
    """A list of transactions while it passes by."""

    def __init__(self, account: str, options: Options, order: str, sign: str) -> None:
        self.statement = Statement(format="qif", account=account or options.account, currency=options.currency)
        self._order, self._sign = order, sign
        self._places = places_of(options.currency)
        self._problem: Remark | None = None
        self._days: list[dt.date] = []

    def entry(self, record: _Record) -> StatementLine | None:
        if self._problem:
            return None
        values = record.values
        try:
            if record.cut:
                raise Problem("the file breaks off in the entry at line {line}; get it again", line=record.number)
            if "D" not in values or not ("T" in values or "U" in values):
                raise Problem("line {line} ends an entry without a date or an amount", line=record.number)
            day = read_date(values["D"], self._order)
            amount = loose_minor(values.get("T") or values.get("U", ""), self._places, self._sign)
            details = tuple(
                Detail(
                    loose_minor(split["$"], self._places, self._sign),
                    self.statement.currency,
                    " ".join(filter(None, (split.get("E", ""), split["S"]))),
                )
                for split in record.splits
                if split.get("$")
            )
        except Problem as problem:
            told = {**problem.values, "line": record.number}
            self._problem = Remark("refused", "entry", problem.message, told, record.number).about(self.statement)
            return None
        payer, memo = values.get("P", ""), values.get("M", "")
        line = StatementLine(
            date=day,
            amount=amount,
            currency=self.statement.currency,
            text=memo or payer or values.get("L", ""),
            reference=meaningful(values.get("N", "")),
            payer=payer,
            details=details,
        )
        self.statement.take(line)
        self._days = [min([day, *self._days]), max([day, *self._days])]
        return line

    @property
    def empty(self) -> bool:
        """Whether there is nothing to tell of it."""
        return not (self._problem or self.statement.count or self.statement.account)

    def finish(self) -> Statement | Remark:
        """The statement, or what is wrong with it."""
        if self._problem:
            return self._problem.about(self.statement)
        self.statement.reach(*(self._days or (None, None)))
        return self.statement
