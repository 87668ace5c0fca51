"""OFX 1.x (SGML, where a value has no end tag) and 2.x (XML), QFX with them: bank and credit card statements.

Read by its tags alone: neither form needs a parser that would resolve entities. Amounts are signed in the file.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterable, Iterator

from tui_billing.exchange.bank.source import Options, Source
from tui_billing.rules.problem import Problem
from tui_billing.rules.statement import (
    Remark,
    Statement,
    StatementLine,
    is_iban,
    loose_minor,
    meaningful,
    places_of,
)
from tui_billing.rules.text import quote

_CUT = (
    r"(?i)(?=<(?:/?(?:STMTRS|CCSTMTRS|INVSTMTRS)|BANKTRANLIST|CCTRANLIST|STMTTRN|LEDGERBAL|AVAILBAL|STATUS|/STMTTRN)>)"
)
_TAG = re.compile(r"<(/?[A-Za-z0-9._]+)>")
_VALUE = re.compile(r"<([A-Za-z0-9._]+)>[ \t\r\n]*(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))", re.DOTALL)


def read(source: Source, options: Options) -> Iterator[StatementLine | Statement | Remark]:
    """The statements of the file; Problem where it holds an answer of the bank but no statement."""
    if re.search(r"<!(?:DOCTYPE|ENTITY)", source.text_head):
        raise Problem("this XML declares a document type or entities, which no bank does; ask the bank for the file")
    current: _Account | None = None
    line, seen, answer = 1, False, ""
    for piece in _without_comments(piece for _, piece in source.pieces(_CUT)):
        match = _TAG.match(piece)
        tag = match[1].upper() if match else ""
        if tag in ("STMTRS", "CCSTMTRS", "INVSTMTRS"):
            if current:
                yield current.cut_off(line)
            seen, current = True, _Account(piece, line, options, tag == "INVSTMTRS")
        elif tag in ("/STMTRS", "/CCSTMTRS", "/INVSTMTRS"):
            if current:
                yield current.finish(line)
            current = None
        elif tag == "STATUS":
            values = _values(piece)
            if values.get("SEVERITY", "").upper() == "ERROR":
                answer = values.get("MESSAGE", "") or values.get("CODE", "")
        elif current:
            found = current.take(tag, piece, line)
            if found is not None:
                yield found
        line += piece.count("\n")
    if current:
        yield current.cut_off(line)
    if not seen:
        if answer:
            raise Problem("the bank answered with an error instead of a statement: {text}", text=quote(answer))
        raise Problem("the file holds no statement; choose the account's transactions when you download it")


def _without_comments(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces as if nothing had been commented out; what follows a comment belongs to the piece before it."""
    kept, inside = "", False
    for piece in pieces:
        rest = piece
        while rest:
            before, mark, after = rest.partition("-->" if inside else "<!--")
            kept += "\n" * before.count("\n") if inside else before
            rest, inside = after, inside != bool(mark)
        if not inside:
            yield kept
            kept = ""
    if kept:
        yield kept


def _values(piece: str) -> dict[str, str]:
    """The first value of each tag."""
    found: dict[str, str] = {}
    for name, verbatim, plain in _VALUE.findall(piece):
        value = verbatim or html.unescape(plain)
        found.setdefault(name.upper(), " ".join(value.split()))
    return found


def _account(values: dict[str, str]) -> str:
    """The account; banks of France state its bank and branch beside it, as they stand in its IBAN."""
    bank, branch, account = (values.get(name, "") for name in ("BANKID", "BRANCHID", "ACCTID"))
    french = re.fullmatch(r"\d{5}", bank) and re.fullmatch(r"\d{5}", branch) and re.fullmatch(r"[0-9A-Z]{11}", account)
    return bank + branch + account if french else account


def _day(text: str) -> dt.date:
    """The day of a date and time as the bank writes it; its zone is the bank's own."""
    match = re.match(r"(\d{4})(\d{2})(\d{2})", text)
    if match is None:
        raise Problem("{text} is not a date", text=quote(text))
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise Problem("{text} is not a date", text=quote(text)) from None


class _Account:
    """A statement while its transactions pass by."""

    def __init__(self, piece: str, line: int, options: Options, investment: bool) -> None:
        values = _values(piece)
        self.statement = Statement(
            format="ofx",
            account=_account(values),
            currency=values.get("CURDEF", "").upper() or options.currency,
        )
        self._stated_currency = bool(values.get("CURDEF"))
        self.problem: Remark | None = None
        self._first: dt.date | None = None
        self._last: dt.date | None = None
        self._as_of: dt.date | None = None
        self._number = 0
        if investment:
            self.problem = Remark(
                "refused",
                "investment",
                "this is an investment account ({account}); give the statement of a bank account",
                {"account": self.statement.account},
                line,
            ).about(self.statement)

    def take(self, tag: str, piece: str, line: int) -> StatementLine | None:
        if self.problem:
            return None
        try:
            if tag == "STMTTRN":
                return self._entry(_values(piece))
            values = _values(piece)
            if tag in ("BANKTRANLIST", "CCTRANLIST"):
                # Some banks leave the days out or write nonsense; those of the lines serve as well.
                for name, place in (("DTSTART", "date_from"), ("DTEND", "date_to")):
                    if re.match(r"[12]\d{7}", values.get(name, "")):
                        setattr(self.statement, place, _day(values[name]))
            elif tag == "LEDGERBAL" and values.get("BALAMT", "").strip():
                self.statement.closing = loose_minor(values["BALAMT"], places_of(self.statement.currency))
                if re.match(r"[12]\d{7}", values.get("DTASOF", "")):
                    self._as_of = _day(values["DTASOF"])
        except Problem as problem:
            values_ = {**problem.values, "entry": self._number}
            self.problem = Remark("refused", "entry", problem.message, values_, line).about(self.statement)
        return None

    def _entry(self, values: dict[str, str]) -> StatementLine:
        self._number += 1
        statement = self.statement
        posted = values.get("DTPOSTED", "")
        if not posted:
            raise Problem("an entry has no date")
        day = _day(posted)
        told_in = values.get("CURSYM", "").upper()
        rate = values.get("CURRATE", "")
        if told_in and not statement.currency:
            statement.currency = told_in
        # ORIGCURRENCY says what an amount was before it was changed, CURRENCY that it still is in that.
        if told_in and told_in != statement.currency and "ORIGCURRENCY" not in values and "CURRENCY" in values:
            raise Problem(
                "an entry is in {found}, the account is kept in {currency} (rate {rate}); ask the bank",
                found=told_in,
                currency=statement.currency,
                rate=rate,
            )
        amount = loose_minor(values.get("TRNAMT", ""), places_of(statement.currency))
        name, memo = values.get("NAME", "") or values.get("PAYEE", ""), values.get("MEMO", "")
        check = values.get("CHECKNUM", "").lstrip("0")
        account = next((values[key] for key in ("ACCTID",) if is_iban(values.get(key, ""))), "")
        value_day = values.get("DTAVAIL", "") or values.get("VALUEDATE", "")
        line = StatementLine(
            date=day,
            amount=amount,
            currency=statement.currency,
            value_date=_day(value_day) if re.match(r"[12]\d{7}", value_day) else None,
            text=memo or name,
            reference=meaningful(values.get("REFNUM", "")) or check,
            payer=name,
            payer_iban=account,
            bank_reference=meaningful(values.get("FITID", "")),
            bank_code=values.get("TRNTYPE", "").upper(),
        )
        statement.take(line)
        self._first = min(self._first or day, day)
        self._last = max(self._last or day, day)
        return line

    def finish(self, line: int) -> Statement | Remark:
        if self.problem:
            return self.problem.about(self.statement)
        statement = self.statement
        statement.reach(self._first or self._as_of, self._last or self._as_of)
        return statement

    def cut_off(self, line: int) -> Remark:
        if self.problem:
            return self.problem.about(self.statement)
        return Remark(
            "refused",
            "cut_off",
            "the statement breaks off at line {line}; get the file again",
            {"line": line},
            line,
        ).about(self.statement)
