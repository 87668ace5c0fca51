"""SWIFT MT940 and MT942, in the dialects that banks really send.

A reader of our own: the library for it (mt-940) drops an entry whose transaction code is missing, signs a reversed
credit as money that came in, loses a whole file for one bad field, and knows no lines.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tui_billing.exchange.bank import mt940_details as words
from tui_billing.exchange.bank.source import Options, Source
from tui_billing.rules.money import CURRENCIES
from tui_billing.rules.problem import Problem
from tui_billing.rules.statement import (
    Remark,
    Statement,
    StatementLine,
    balance_difference,
    is_iban,
    meaningful,
    minor_of,
    places_of,
)
from tui_billing.rules.text import fold, quote

#: {1:…}{2:…}{3:{108:…}}{4: before the first field.
_ENVELOPE = re.compile(r"^\s*(?:\{[^\n]*?)?\{4:\s*")
_TAG = re.compile(r"\s?:(?P<tag>\d{2}[A-Z]?|NS):")
#: Where a tag begins in a file that has no line ends at all.
_ANY_TAG = r"(?=:(?:20|21|25P?|28C?|60[FM]?|61|62[FM]?|64|65|86|90[CD]|13D?|34F?|NS):)|(?=-\})"
_BALANCE = re.compile(r"([CD])\s*(\d{6})\s*([A-Za-z]{3})?\s*(\d[\d ]*(?:[.,]\d*)?)")
_ENTRY = re.compile(
    r"(?P<value>\d{6})(?P<entry>\d{4}|[ ]{4})?\s?(?P<mark>R?[DC]|E[DC])(?P<funds>[A-Z])?\s*"
    r"(?P<amount>\d+(?:[.,]\d*)?)(?P<rest>.*)",
    re.DOTALL | re.IGNORECASE,
)
_KIND = re.compile(r"[A-Z][A-Z0-9 ]{3}")
_STRUCTURED = re.compile(r"\d{3}[?<>~^*@]\d\d")
_SUM = re.compile(r"(\d*)\s*([A-Z]{3})?\s*(\d+(?:[.,]\d*)?)")
#: What stands for the line that ends a message.
_END = "-"
#: What stands in :61: where the reference itself stands in :86:.
_POINTERS = frozenset({"KREF", "EREF", "MREF", "CREF", "PREF", "MARF", "NOREF"})
#: A month further apart than this lies in another year (an entry of January valued in December).
_HALF_A_YEAR = 6
#: Years from here on are of the last century.
_PIVOT = 80


@dataclass(slots=True)
class _Field:
    tag: str
    number: int
    text: str


@dataclass(slots=True)
class _Entry:
    """An entry and the text that follows it."""

    number: int
    text: str
    details: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)


def read(source: Source, options: Options) -> Iterator[StatementLine | Statement | Remark]:
    """The statements of the file; one that cannot be read, or is cut off, costs none of the others."""
    current = _Message(options)
    for found in _fields(source):
        if found.tag == _END:
            current.ended = True
            continue
        if found.tag == "20" and current.begun:
            current.ended = True
            yield from current.finish()
            current = _Message(options)
        elif found.tag == "25" and current.closed:
            # Some banks write one :20: above several statements.
            reference = current.statement.reference
            yield from current.finish()
            current = _Message(options)
            current.statement.reference = reference
        current.take(found)
    yield from current.finish()


def _fields(source: Source) -> Iterator[_Field]:
    """The tagged fields with their continuation lines; a line `-` ends a message."""
    pieces = source.lines() if source.has_line_ends else source.pieces(_ANY_TAG)
    open_field: _Field | None = None
    broken_tag = False
    for number, line in pieces:
        text = line.rstrip("\r\n")
        if broken_tag and re.match(r"\d{2}[A-Z]?:", text):
            text = ":" + text
        broken_tag = text.strip() == ":"
        if broken_tag:
            continue
        text = _ENVELOPE.sub("", text)
        match = _TAG.match(text)
        # A time within a text ("12:11") begins no field: only a tag that MT940 knows does.
        if match and match["tag"] in _KNOWN and not (open_field and _is_time(open_field, text)):
            if open_field:
                yield open_field
            open_field = _Field(match["tag"], number, text[match.end() :])
        elif re.fullmatch(r"-(?:XXX|\})?[\s}]*(?:\{5:.*)?", text) or text.startswith("-}"):
            if open_field:
                yield open_field
            open_field = None
            yield _Field(_END, number, "")
        elif open_field is not None:
            open_field.text += "\n" + text
    if open_field:
        yield open_field


def _is_time(before: _Field, text: str) -> bool:
    """Whether what looks like a field is the rest of a time that the end of a full line of :86: cut in two."""
    last = before.text.rpartition("\n")[2]
    full = len(last) >= words.FULL_LINE - (len(":86:") if last == before.text else 0)
    return before.tag == "86" and full and bool(re.search(r"\d\d$", last) and re.match(r":[0-5]\d:[0-5]\d(?!\d)", text))


_KNOWN = frozenset(
    [
        "20",
        "21",
        "25",
        "25P",
        "28",
        "28C",
        "60",
        "60F",
        "60M",
        "61",
        "62",
        "62F",
        "62M",
        "64",
        "65",
        "86",
        "90C",
        "90D",
        "13",
        "13D",
        "34",
        "34F",
        "NS",
    ]
)


class _Message:
    """A statement while its fields pass by."""

    def __init__(self, options: Options) -> None:
        self.statement = Statement(format="mt940", currency=options.currency)
        #: `ended` is whether the file itself shows that nothing more of it comes.
        self.begun = self.closed = self.ended = False
        self._opened = self._summed = False
        self._entries: list[_Entry] = []
        self._problem: Remark | None = None
        self._after_balance = False
        self._sums: dict[str, tuple[str, int]] = {}
        self._currencies: set[str] = set()
        self._number = 0

    def take(self, found: _Field) -> None:
        self.begun, self.ended = True, False
        if self._problem:
            return
        self._number = found.number
        try:
            self._take(found)
        except Problem as problem:
            self._refuse(found.number, problem)

    def _refuse(self, number: int, problem: Problem) -> None:
        values = {**problem.values, "line": number}
        self._problem = Remark("refused", "field", problem.message, values, number).about(self.statement)

    def _take(self, found: _Field) -> None:
        tag, text, statement = found.tag, found.text, self.statement
        if tag == "25" and self._entries and _STRUCTURED.match(text):
            tag = "86"  # a bank's slip, seen more than once
        if tag == "20":
            statement.reference = text.strip()
        elif tag in ("25", "25P"):
            statement.account, currency = _account(text.split("\n")[0])
            statement.currency = statement.currency or currency
        elif tag in ("28", "28C"):
            statement.sequence = text.strip()
        elif tag in ("60", "60F", "60M"):
            self._opened = True
            if not self._entries or statement.opening is None:
                statement.opening, statement.date_from = self._balance(text)
        elif tag in ("62", "62F", "62M"):
            self.closed = True
            statement.closing, statement.date_to = self._balance(text)
        elif tag == "61":
            self._entries.append(_Entry(found.number, text))
        elif tag == "86" and self._entries and not self._after_balance:
            self._entries[-1].details.append(text)
        elif tag == "NS" and self._entries and not self._after_balance:
            self._entries[-1].extra.append(text)
        elif tag in ("90C", "90D"):
            self._summed = True
            self._sums[tag] = (text, found.number)
        elif tag in ("13", "13D", "34", "34F"):
            statement.format = "mt942"
            if tag.startswith("34") and re.match(r"[A-Z]{3}", text):
                statement.currency = statement.currency or text[:3]
        # What is said after the closing balance is about the statement, not about its last entry.
        self._after_balance = tag[:2] in ("62", "64", "65") or (self._after_balance and tag != "61")

    def _balance(self, text: str) -> tuple[int, dt.date]:
        match = _BALANCE.match(text.strip().upper())
        if match is None:
            raise Problem("{text} is not a balance", text=quote(text))
        if match[3]:
            self._currencies.add(match[3])
            self.statement.currency = self.statement.currency or match[3]
        amount = minor_of(match[4].replace(" ", ""), places_of(self.statement.currency))
        # Some banks end every month on its 31st; where a balance stands in the month moves no money.
        day = match[2][:4] + "30" if match[2][2:] in ("0431", "0631", "0931", "1131") else match[2]
        return (-amount if match[1] == "D" else amount), _day(day)

    def finish(self) -> Iterator[StatementLine | Statement | Remark]:
        statement = self.statement
        if not self.begun:
            return
        lines: list[StatementLine] = []
        waiting = 0
        try:
            for entry in [] if self._problem else self._entries:
                self._number = entry.number
                line = _line(entry, statement.currency, statement.account)
                if line is None:
                    waiting += 1
                else:
                    statement.take(line)
                    lines.append(line)
            self._check_sums(lines)
        except Problem as problem:
            self._refuse(self._number, problem)
        if self._problem:
            yield self._problem.about(statement)
            return
        if not (statement.account or self._entries or self._opened or self.closed):
            return
        yield from lines
        days = [line.date for line in lines]
        statement.reach(min(days, default=None), max(days, default=None))
        self._judge(waiting)
        yield statement

    def _judge(self, waiting: int) -> None:
        """Say what is odd; a statement without its closing balance may have lost its last entries."""
        statement = self.statement
        if not self.closed and not (statement.format == "mt942" or self._summed):
            self._judge_unclosed()
        if len(self._currencies) > 1:
            # Where the sums agree, a slip of the bank's in naming the currency costs nothing.
            agrees = None not in (statement.opening, statement.closing) and not balance_difference(statement)
            statement.remark(
                "difference" if agrees else "refused",
                "balance_currency",
                "a balance is stated in {found}, the account is kept in {currency}; ask the bank",
                found=", ".join(sorted(self._currencies - {statement.currency})),
                currency=statement.currency,
            )
        if waiting:
            statement.remark("note", "pending", "{count} entries are not booked yet and are left out", count=waiting)

    def _judge_unclosed(self) -> None:
        statement = self.statement
        statement.complete = False
        if self._entries and not self._opened:
            statement.remark(
                "note",
                "no_balances",
                "the statement states no balances; whether an entry is missing cannot be checked",
                self._number,
            )
        elif self._entries and self.ended:
            statement.remark(
                "difference",
                "no_closing",
                "the statement has no closing balance (:62F:); look whether its entries are all there",
                self._number,
            )
        else:
            statement.remark(
                "refused",
                "no_closing",
                "the statement has no closing balance (:62F:), it may be cut off; get the file from the bank again",
                self._number,
            )

    def _check_sums(self, lines: list[StatementLine]) -> None:
        """:90C: and :90D: count and add up the credits and debits of an MT942."""
        for tag, (text, number) in self._sums.items():
            match = _SUM.match(text.strip())
            if match is None:
                continue
            sign = 1 if tag == "90C" else -1
            found = [line.amount * sign for line in lines if line.amount * sign > 0]
            stated = minor_of(match[3], places_of(match[2] or self.statement.currency))
            if (match[1] and int(match[1]) != len(found)) or stated != sum(found):
                self.statement.remark(
                    "difference",
                    "sums",
                    "the sum that the bank states ({text}) is not that of the entries; ask the bank",
                    number,
                    text=text.strip(),
                )


def _account(text: str) -> tuple[str, str]:
    """(account, currency or "") of :25:, where some banks put the currency behind the number."""
    # "//AT39364/12345678912": bank code and number in two parts, with their country.
    account = re.sub(r"^//(?:[A-Z]{2}(?=\d+/))?", "", text.strip())
    # "CCRALULL/LU28…": the bank's BIC says nothing more than the IBAN.
    account = next((part for part in account.split("/") if is_iban(part)), account)
    match = re.fullmatch(r"(.*\d)([\s/]*)([A-Z]{3})", account)
    if match and match[3] in (CURRENCIES if match[2] else _CURRENCY_MARKS):
        return match[1].strip(), match[3]
    return account, ""


#: Currencies that stand right behind an account number; other letters there belong to the number.
_CURRENCY_MARKS = frozenset(
    [
        "EUR",
        "USD",
        "GBP",
        "CHF",
        "PLN",
        "CZK",
        "HUF",
        "SEK",
        "NOK",
        "DKK",
        "RON",
        "BGN",
        "TRY",
        "CAD",
        "AUD",
        "JPY",
        "CNY",
    ]
)


def _day(text: str, near: dt.date | None = None) -> dt.date:
    """A day as YYMMDD, or as MMDD in the year nearest to `near`; 30 February is that month's last day."""
    if near is None:
        year, month, day = int(text[:2]), int(text[2:4]), int(text[4:])
        year += 2000 if year < _PIVOT else 1900
    else:
        month, day = int(text[:2]), int(text[2:])
        ahead = month - near.month
        year = near.year + (1 if ahead < -_HALF_A_YEAR else -1 if ahead > _HALF_A_YEAR else 0)
    if month == 2 and 28 < day <= 30:
        # Banks that count 30 days to every month.
        day = 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise Problem("{text} is not a date", text=quote(text)) from None


def _line(entry: _Entry, currency: str, own_account: str) -> StatementLine | None:
    """The line of a :61: with its :86:; None for an entry that is only expected."""
    match = _ENTRY.match(entry.text.strip())
    if match is None:
        raise Problem("line {line} is not an entry: {text}", line=entry.number, text=quote(entry.text.strip()))
    mark = match["mark"].upper()
    if mark.startswith("E"):
        return None
    value = _day(match["value"])
    booked = _day(match["entry"], value) if match["entry"] and match["entry"].strip() else value
    amount = minor_of(match["amount"], places_of(currency))
    # RC takes a credit back, RD a debit.
    sign = -1 if mark in ("D", "RC") else 1
    kind, own, bank, name, extra = _references(match["rest"])
    told = words.read("\n".join(entry.details), "\n".join(entry.extra))
    if told.account in (own_account, own_account.rpartition("/")[2]):
        told.account = ""
    if words.IBAN.fullmatch(extra):
        told.account, extra = told.account or extra, ""
    if words.IBAN.fullmatch(own):
        told.account, own = told.account or own, ""
    text, coded = told.text, "\n".join([extra, *entry.details])
    # What the bank adds below an entry; most of them say it again in :86:.
    spare = _CODED.sub(" ", extra).strip(" /")
    if spare and fold(spare) not in fold(text):
        text = f"{text} {spare}"
    return StatementLine(
        date=booked,
        amount=sign * amount,
        currency=currency,
        value_date=value,
        text=" ".join(text.split()),
        reference=told.creditor_reference or told.end_to_end or told.customer_reference or own,
        payer=told.payer or name,
        payer_iban=told.account,
        bank_reference=bank or meaningful(told.bank_reference),
        creditor_reference=told.creditor_reference,
        end_to_end=told.end_to_end,
        mandate=told.mandate,
        bank_code=told.code or kind,
        return_reason=told.return_reason,
        charges=_ordered(coded, "CHGS", currency)[0] or 0,
        original_amount=_ordered(coded, "OCMT", currency)[0],
        original_currency=_ordered(coded, "OCMT", currency)[1],
    )


def _references(rest: str) -> tuple[str, str, str, str, str]:
    """(transaction code, customer's reference, bank's reference, name, more) of what follows the amount."""
    first, _, extra = rest.lstrip(" ").partition("\n")
    kind = _KIND.match(first) if meaningful(first) else None
    code = kind[0].strip() if kind else ""
    own, _, bank = first[kind.end() if kind else 0 :].partition("//")
    # 16 characters are the customer's reference; some banks write a name behind them.
    own, name = (own, "") if bank or " " not in own[15:17] else (own[:16], own[16:])
    own = "" if own.strip(" +") in _POINTERS else meaningful(own)
    return code, own, meaningful(bank), " ".join(name.split()), " ".join(extra.split())


#: /OCMT/EUR4,5/, /TRCD/00200/ and the like below an entry.
_CODED = re.compile(r"/(?:OCMT|CHGS|TRCD|IACC|EXCH)/[^/\s]*/?")


def _ordered(extra: str, tag: str, currency: str) -> tuple[int | None, str]:
    """/OCMT/EUR4,5/ and /CHGS/EUR0,5/: amount and currency of what was ordered, of charges."""
    match = re.search(rf"/{tag}/([A-Z]{{3}})(\d+(?:[.,]\d*)?)(?:/|\s|$)", extra)
    if match is None or (tag == "CHGS" and match[1] != currency):
        return None, ""
    return minor_of(match[2], places_of(match[1])), match[1]
