"""CAMT.052, 053 and 054 of ISO 20022, any version, read entry by entry.

What the signs mean: `CdtDbtInd` says which way the money went, also where `RvslInd` says that the entry takes an
earlier one back. Only booked entries (`BOOK`) are lines; pending ones are counted and told.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from tui_billing.exchange.bank.camt_entry import at, day_of, line_of, money_of, name_of, text_at, tree
from tui_billing.exchange.bank.source import Options, Source
from tui_billing.rules.problem import Problem
from tui_billing.rules.statement import Remark, Statement, StatementLine, minor_of, places_of

#: Element of a statement -> the format's token.
_RECORDS = {"Stmt": "camt.053", "Rpt": "camt.052", "Ntfctn": "camt.054"}
_OPENING = ("OPBD", "PRCD")
#: What stands at the head of a statement.
_HEAD = frozenset({"Id", "ElctrncSeqNb", "LglSeqNb", "CreDtTm", "FrToDt", "Acct"})
_PROLOG = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->)", re.DOTALL)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_SINGLE_BYTE = re.compile(r"(?i)(?:iso-?8859|windows-|cp)[0-9_-]+|us-ascii|latin")


def read(source: Source, options: Options) -> Iterator[StatementLine | Statement | Remark]:
    """The statements of a CAMT message; a truncated or broken file keeps those that were whole."""
    from lxml import etree

    _refuse_doctype(source)
    encoding, remark = _encoding(source)
    if remark is not None:
        yield remark
    record: _Record | None = None
    tags = [f"{{*}}{name}" for name in ("Ntry", "Bal", *_RECORDS)]
    with source.open() as file:
        events = etree.iterparse(
            file,
            events=("end",),
            tag=tags,
            encoding=encoding,
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=True,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            for _, element in events:
                name = name_of(element)
                if name in _RECORDS:
                    record = _entered(record, element)
                    yield from record.finish(element)
                    record = None
                    element.clear()
                    _drop_before(element)
                    continue
                parent = element.getparent()
                if parent is None or name_of(parent) not in _RECORDS:
                    continue
                record = _entered(record, parent)
                if name == "Bal":
                    record.balance(element)
                else:
                    line = record.entry(element)
                    if line is not None:
                        yield line
                    element.clear()
                    _drop_before(element)
        except etree.XMLSyntaxError as error:
            yield _broken(error, record)


def _entered(record: _Record | None, element: Any) -> _Record:
    return _Record(element) if record is None else record


def _drop_before(element: Any) -> None:
    """Let go of the siblings of the same name that are done with; the element itself stays until the next."""
    before = element.getprevious()
    if before is not None and before.tag == element.tag:
        element.getparent().remove(before)


def _refuse_doctype(source: Source) -> None:
    """A statement needs no document type; with one come entities that grow without end or read other files."""
    text, place = source.text_head, 0
    while match := _PROLOG.match(text, place):
        place = match.end()
    rest = text[place:].lstrip()
    if rest.startswith("<!") and not rest.startswith("<!--"):
        raise Problem("this XML declares a document type or entities, which no bank does; ask the bank for the file")
    if not re.match(r"<[A-Za-z_]", rest) or re.search(r"<!(?:DOCTYPE|ENTITY)", text):
        raise Problem("this XML does not begin as a statement does; ask the bank for the file again")


def _encoding(source: Source) -> tuple[str | None, Remark | None]:
    """(encoding to read with or None for the declared one, what is to be said about it)."""
    declared = _DECLARED.match(source.head.removeprefix(b"\xef\xbb\xbf"))
    name = declared[1].decode().lower() if declared else "utf-8"
    if source.encoding.startswith("utf-16"):
        return ("utf-16" if source.encoding == "utf-16" else source.encoding), None
    actual = "utf-8" if source.is_utf8 else "windows-1252"
    if name in ("utf-8", "utf8") or name.startswith(("utf-16", "utf-32", "ucs")):
        if name in ("utf-8", "utf8") and actual == "utf-8":
            return None, None
    elif not (_SINGLE_BYTE.match(name) and actual == "utf-8" and not source.head.isascii()):
        return None, None
    remark = Remark(
        "note",
        "encoding",
        "the file says it is written in {declared} but is in {actual}; it is read as that, look at the names",
        {"declared": name, "actual": actual},
    )
    return actual, remark


def _broken(error: Any, record: _Record | None) -> Remark:
    line = int(error.lineno or 0)
    about = record.statement if record else Statement()
    if "ncoding" in str(error) or "proper UTF" in str(error):
        return Remark(
            "refused",
            "xml_encoding",
            "line {line} holds bytes that are not in the file's encoding; get the file from the bank again",
            {"line": line},
            line,
        ).about(about)
    return Remark(
        "refused",
        "xml",
        "the XML breaks off or is broken at line {line}; get the file from the bank again",
        {"line": line},
        line,
    ).about(about)


class _Record:
    """A statement while its entries pass by."""

    def __init__(self, element: Any) -> None:
        self.statement = Statement(format=_RECORDS[name_of(element)])
        self.problem: Remark | None = None
        self.number = 0
        self.waiting = 0
        #: Debits (true) and credits: how many, and their sum.
        self._sides: dict[bool, tuple[int, int]] = {}
        self._places: dict[str, list[tuple[int, str, dt.date | None]]] = {}
        self._first: dt.date | None = None
        self._last: dt.date | None = None
        self._own = ""
        self._created: dt.date | None = None
        self._head(element)

    def _head(self, element: Any) -> None:
        """What stands before the entries: the schema wants it there, and so do we."""
        statement = self.statement
        head = {name_of(each): tree(each) or (each.text or "") for each in element if name_of(each) in _HEAD}
        account = head.get("Acct")
        statement.account = (
            text_at(account, "Id", "IBAN")
            or text_at(account, "Id", "Othr", "Id")
            or text_at(account, "Id", "PrtryAcct", "Id")
        )
        statement.currency = text_at(account, "Ccy").upper()
        self._own = re.sub(r"\s", "", statement.account).upper()
        statement.reference = " ".join(str(head.get("Id", "")).split())
        statement.sequence = str(head.get("ElctrncSeqNb") or head.get("LglSeqNb") or "").strip()
        try:
            self._created = day_of(head.get("CreDtTm", ""))
            span = head.get("FrToDt", {})
            statement.date_from, statement.date_to = day_of(at(span, "FrDtTm")), day_of(at(span, "ToDtTm"))
        except Problem as problem:
            self._refuse(problem, element)

    def balance(self, element: Any) -> None:
        if self.problem:
            return
        try:
            node = tree(element)
            kind = text_at(node, "Tp", "CdOrPrtry", "Cd") or text_at(node, "Tp", "CdOrPrtry", "Prtry")
            kind = kind or text_at(node, "Tp", "Cd")  # version 1
            amount, currency = money_of(at(node, "Amt"))
            if text_at(node, "CdtDbtInd") == "DBIT":
                amount = -amount
            self._places.setdefault(kind, []).append((amount, currency, day_of(at(node, "Dt"))))
            if not self.statement.currency and kind in (*_OPENING, "CLBD", "ITBD"):
                self.statement.currency = currency
        except Problem as problem:
            self._refuse(problem, element)

    def entry(self, element: Any) -> StatementLine | None:
        """The line of a booked entry; None for one that is not booked or cannot be read."""
        self.number += 1
        if self.problem:
            return None
        try:
            entry = tree(element)
            status = text_at(entry, "Sts", "Cd") or text_at(entry, "Sts")
            if status.upper() not in ("BOOK", ""):
                self.waiting += 1
                return None
            line = line_of(entry, self._own, self._day_without_one)
        except Problem as problem:
            self._refuse(problem, element)
            return None
        statement = self.statement
        statement.currency = statement.currency or line.currency
        statement.take(line)
        count, total = self._sides.get(line.amount < 0, (0, 0))
        self._sides[line.amount < 0] = (count + 1, total + abs(line.amount))
        self._first = min(self._first or line.date, line.date)
        self._last = max(self._last or line.date, line.date)
        return line

    @property
    def _day_without_one(self) -> dt.date | None:
        """The day of an entry that states none: the statement's."""
        closing = self._places.get("CLBD")
        return (closing[-1][2] if closing else None) or self.statement.date_to or self._created

    def _refuse(self, problem: Problem, element: Any) -> None:
        line = int(element.sourceline or 0)
        values = {**problem.values, "entry": self.number} if self.number else problem.values
        self.problem = Remark("refused", "entry", problem.message, values, line).about(self.statement)

    def finish(self, element: Any) -> Iterator[Statement | Remark]:
        statement = self.statement
        if self.problem:
            yield self.problem.about(statement)
            return
        opening = next((self._pick(kind, 0) for kind in _OPENING if kind in self._places), None)
        closing = self._pick("CLBD", -1)
        interim = self._places.get("ITBD", [])
        if opening is None and len(interim) > 1:
            opening = interim[0]
        if closing is None and interim:
            closing = interim[-1]
        foreign = [found for found in (opening, closing) if found and found[1] not in ("", statement.currency)]
        if statement.currency and foreign:
            # Entries carry their own currency: without these balances they are right still, only not proved.
            statement.remark(
                "difference",
                "balance_currency",
                "a balance is stated in {found}, the account is kept in {currency}; it proves nothing, ask the bank",
                int(element.sourceline or 0),
                found=foreign[0][1],
                currency=statement.currency,
            )
            opening, closing = (None if found in foreign else found for found in (opening, closing))
        if opening:
            statement.opening = opening[0]
            statement.date_from = statement.date_from or opening[2]
        if closing:
            statement.closing = closing[0]
            statement.date_to = statement.date_to or closing[2]
        statement.reach(self._first or self._created, self._last or self._created)
        self._check_summary(element)
        if self.waiting:
            statement.remark(
                "note", "pending", "{count} entries are not booked yet and are left out", count=self.waiting
            )
        yield statement

    def _check_summary(self, element: Any) -> None:
        """What the bank counts and adds up itself; it counts pending entries in, so that these say nothing."""
        summary = next((tree(each) for each in element if name_of(each) == "TxsSummry"), None)
        if summary is None or self.waiting:
            return
        places = places_of(self.statement.currency)
        for name, debits in (("TtlCdtNtries", False), ("TtlDbtNtries", True)):
            stated = at(summary, name)
            number, total = text_at(stated, "NbOfNtries"), text_at(stated, "Sum")
            count, found = self._sides.get(debits, (0, 0))
            try:
                agrees = number in ("", str(count)) and (not total or minor_of(total, places) == found)
            except Problem:
                continue
            if not agrees:
                self.statement.remark(
                    "difference",
                    "sums",
                    "the sum that the bank states ({text}) is not that of the entries; ask the bank",
                    int(element.sourceline or 0),
                    text=" ".join(filter(None, (number, total))),
                )

    def _pick(self, kind: str, place: int) -> tuple[int, str, dt.date | None] | None:
        """The balance of this kind in the account's currency, else the one there is."""
        found = self._places.get(kind, [])
        own = [balance for balance in found if balance[1] == self.statement.currency]
        return (own or found)[place] if found else None
