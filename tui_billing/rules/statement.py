"""Bank statements as every format tells them: booked entries, balances, and what is to be said about them.

Amounts are minor units, signed as the account sees them: money that came in is positive.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tui_billing.rules.canonical import digest
from tui_billing.rules.identifiers import check_iban
from tui_billing.rules.money import CURRENCIES, LIMIT, exponent
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import quote

#: Currencies that statements of earlier years still carry, with their decimals (ISO 4217, list three).
WITHDRAWN: dict[str, int] = {
    code: decimals
    for decimals, codes in (
        (2, "ANG ATS BGN CUC CYP DEM EEK FIM FRF HRK IEP LTL LVL MTL NLG RUR SIT SKK SLL VEF YUM ZWL"),
        (0, "BEF BYR ESP GRD ITL LUF PTE TRL"),
    )
    for code in codes.split()
}
#: What banks write where they have no reference.
NO_REFERENCE = frozenset({"NONREF", "NOTPROVIDED", "NOT PROVIDED", "NOTAVAILABLE", "NON REF", "NONE", "-", ".", "0"})
_AMOUNT = re.compile(r"([+-]?)([0-9]*)(?:[.,]([0-9]*))?")
_LONGEST_AMOUNT = 40


class Detail(NamedTuple):
    """A transaction inside a booked entry; `amount` is signed as the entry's."""

    amount: int
    currency: str
    text: str = ""
    reference: str = ""
    creditor_reference: str = ""
    end_to_end: str = ""
    mandate: str = ""
    payer: str = ""
    payer_iban: str = ""
    return_reason: str = ""
    charges: int = 0
    original_amount: int | None = None
    original_currency: str = ""


class StatementLine(NamedTuple):
    """A booked entry: a plain tuple, since a file may hold a hundred thousand of them.

    `payer` is the other party, whichever way the money went. `bank_reference` is what the bank itself knows the
    entry by; `charges` are what it took off; `original_amount` is what was ordered in another currency.
    """

    date: dt.date
    amount: int
    currency: str
    value_date: dt.date | None = None
    text: str = ""
    reference: str = ""
    payer: str = ""
    payer_iban: str = ""
    bank_reference: str = ""
    creditor_reference: str = ""
    end_to_end: str = ""
    mandate: str = ""
    bank_code: str = ""
    return_reason: str = ""
    charges: int = 0
    original_amount: int | None = None
    original_currency: str = ""
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to be said about a statement or a file.

    `kind` is "refused" (the statement is not taken in), "difference" (it is, but money does not agree) or "note".
    `message` is a message id whose {places} `values` fill; `line` is the line of the file, 0 where there is none.
    """

    kind: str
    code: str
    message: str
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    line: int = 0
    account: str = ""
    reference: str = ""

    def __str__(self) -> str:
        return self.message.format(**self.values) if self.values else self.message

    def about(self, statement: Statement) -> Remark:
        """The same, of this statement."""
        return dataclasses.replace(self, account=statement.account, reference=statement.reference)


@dataclass(slots=True)
class Statement:
    """The head and the foot of a statement; its lines are told before it.

    `account` is an IBAN or whatever the file knows the account by; `opening` and `closing` are None where the
    file does not state them. `count` and `total` are those of its booked lines. `complete` is false where the
    format demands a closing balance and there is none: such a statement may be cut off.
    """

    account: str = ""
    currency: str = ""
    format: str = ""
    reference: str = ""
    sequence: str = ""
    date_from: dt.date | None = None
    date_to: dt.date | None = None
    opening: int | None = None
    closing: int | None = None
    count: int = 0
    total: int = 0
    complete: bool = True
    findings: list[Remark] = field(default_factory=list)

    @property
    def balances(self) -> str:
        """Which balances the bank stated: both, closing or none."""
        if self.closing is None:
            return "none"
        return "both" if self.opening is not None else "closing"

    def take(self, line: StatementLine) -> None:
        """Count a line in, and let the days of the statement reach it."""
        self.count += 1
        self.total += line.amount

    def reach(self, first: dt.date | None, last: dt.date | None) -> None:
        """Fill the days that the file does not state from those of the lines."""
        self.date_from = self.date_from or first or self.date_to
        self.date_to = self.date_to or last or self.date_from
        if self.date_from and self.date_to and self.date_to < self.date_from:
            self.date_from, self.date_to = self.date_to, self.date_from

    def remark(self, kind: str, code: str, message: str, line: int = 0, **values: object) -> None:
        """Add a finding about this statement."""
        self.findings.append(Remark(kind, code, message, values, line).about(self))


def places_of(currency: str) -> int:
    """Decimals of a currency of today or of earlier years; two where none is known yet ("")."""
    if not currency:
        return 2
    found = CURRENCIES.get(currency)
    if found is None:
        found = WITHDRAWN.get(currency)
    return exponent(currency) if found is None else found


def plain_amount(minor: int, currency: str) -> str:
    """The amount as a plain decimal string with the currency's decimals, as JSON carries it."""
    places = places_of(currency)
    digits = str(abs(minor)).rjust(places + 1, "0")
    sign = "-" if minor < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else sign + digits


def minor_of(text: str, places: int) -> int:
    """Minor units of an amount as a file writes it: digits, one sign, one point or comma.

    Problem for anything else, and where decimals that are not zero would be lost.
    """
    written = text.strip()
    match = _AMOUNT.fullmatch(written) if len(written) <= _LONGEST_AMOUNT else None
    if match is None or not (match[2] or match[3]):
        raise Problem("{text} is not an amount", text=quote(text))
    decimals = match[3] or ""
    if len(decimals) > places:
        if decimals[places:].strip("0"):
            raise Problem("the amount {text} has more decimals than its currency", text=quote(text))
        decimals = decimals[:places]
    minor = int((match[2] or "0") + decimals.ljust(places, "0"))
    if minor > LIMIT:
        raise Problem("the amount {text} is too large", text=quote(text))
    return -minor if match[1] == "-" else minor


def meaningful(reference: str) -> str:
    """The reference, "" where the bank only says that there is none."""
    text = reference.strip()
    return "" if text.upper() in NO_REFERENCE else text


def fingerprint(account_id: int, line: StatementLine, occurrence: int) -> str:
    """What a line is known by: account, day, amount, the bank's reference, and which of several alike it is.

    Two equal payments on one day are both there: the second is occurrence 1.
    """
    key = f"{account_id}|{line.date.isoformat()}|{line.amount}|{line.currency}|{line.bank_reference}|{occurrence}"
    return digest(key)


def account_key(text: str) -> str:
    """An account as it is compared: letters and digits only, capitals, no leading zeros of a plain number."""
    key = re.sub(r"[^0-9A-Za-z]", "", text).upper()
    return key.lstrip("0") or key if key.isdigit() else key


def is_iban(text: str) -> bool:
    """Whether the text is an IBAN with right check digits."""
    try:
        check_iban(text)
    except Problem:
        return False
    return True


def balance_difference(statement: Statement) -> int:
    """Closing less (opening plus movements); 0 where they agree or not both balances are stated."""
    if statement.opening is None or statement.closing is None:
        return 0
    return statement.closing - statement.opening - statement.total


def chain_break(previous_closing: int, opening: int) -> int:
    """What lies between two statements that should touch; 0 where they do."""
    return opening - previous_closing


def missing_between(previous: str, following: str) -> int:
    """How many statements lie between two sequence numbers; 0 where they follow each other or cannot be told.

    Most banks begin again each year, some with each file: a number that does not grow says nothing.
    """
    first, second = re.match(r"\d+", previous), re.match(r"\d+", following)
    if not first or not second or len(first[0]) > 9 or len(second[0]) > 9:
        return 0
    gap = int(second[0]) - int(first[0]) - 1
    return gap if 0 < gap < 400 else 0


def loose_minor(text: str, places: int, decimal: str = "") -> int:
    """Minor units of an amount as people and programs write it: groups, blanks, a sign on either side, brackets.

    `decimal` is the decimal sign, "" where either may be: then the last sign of two is, and a sign alone is.
    Problem for anything else; groups must be of three digits.
    """
    written = re.sub(r"[\s\u00a0\u202f'’]", "", text)
    written = written.replace("\u2212", "-").replace("\u2013", "-")
    if written.startswith("(") and written.endswith(")"):
        written = "-" + written[1:-1]
    if written[-1:] in "+-" and written[:1] not in "+-":
        written = written[-1:] + written[:-1]
    if not decimal:
        decimal = "," if written.rfind(",") > written.rfind(".") else "."
    other = "." if decimal == "," else ","
    whole, sign, decimals = written.partition(decimal)
    if other in whole and not re.fullmatch(rf"[+-]?\d{{1,3}}(?:{re.escape(other)}\d{{3}})+", whole):
        raise Problem("{text} is not an amount", text=quote(text))
    return minor_of(whole.replace(other, "") + (f".{decimals}" if sign else ""), places)
