"""Statements written as banks write them, to be read back: the same facts in every format."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from tui_billing.exchange.bank.cfonb import OVERPUNCH
from tui_billing.exchange.bank.detect import read
from tui_billing.exchange.bank.source import Options, Source
from tui_billing.rules.statement import Remark, Statement, StatementLine

IBAN = "FR7630006000011234567890189"
#: Bank, branch and account of that IBAN.
BBAN = "30006" + "00001" + "12345678901"


class Entry(NamedTuple):
    """What every format can carry."""

    date: dt.date
    amount: int
    text: str
    reference: str = ""


class Told(NamedTuple):
    """What a reader gave: statements with their lines, and what was refused."""

    statements: list[tuple[Statement, list[StatementLine]]]
    remarks: list[Remark]

    @property
    def lines(self) -> list[StatementLine]:
        return [line for _, lines in self.statements for line in lines]


def read_file(path: Path, **options: object) -> Told:
    """Read a file whole."""
    told, lines = Told([], []), []
    for found in read(Source(path), Options(**options)):  # type: ignore[arg-type]
        if isinstance(found, StatementLine):
            lines.append(found)
        elif isinstance(found, Statement):
            told.statements.append((found, lines))
            lines = []
        else:
            told.remarks.append(found)
            lines = [] if found.kind == "refused" else lines
    assert not lines, "lines without their statement"
    return told


def read_text(folder: Path, text: str | bytes, name: str = "statement", **options: object) -> Told:
    """Read a text as if it were a file."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_file(path, **options)


def plain(cents: int, sign: str = ".") -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}{sign}{abs(cents) % 100:02}"


def camt(
    entries: Iterable[Entry],
    opening: int = 0,
    *,
    iban: str = IBAN,
    identity: str = "S1",
    sequence: str = "1",
    version: str = "08",
    closing: int | None = None,
    wrap: bool = True,
) -> str:
    """A CAMT.053 of one statement; `wrap` off gives the statement alone, for a file of several."""
    entries = list(entries)
    total = opening + sum(entry.amount for entry in entries)
    days = [entry.date for entry in entries] or [dt.date(2026, 11, 24)]
    currency = ' Ccy="EUR"'

    def side(cents: int) -> str:
        return f"<CdtDbtInd>{'DBIT' if cents < 0 else 'CRDT'}</CdtDbtInd>"

    def balance(kind: str, cents: int, day: dt.date) -> str:
        return (
            f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt{currency}>{plain(abs(cents))}</Amt>{side(cents)}"
            f"<Dt><Dt>{day}</Dt></Dt></Bal>"
        )

    status = "<Sts>BOOK</Sts>" if version < "08" else "<Sts><Cd>BOOK</Cd></Sts>"
    body = "".join(
        f"<Ntry><Amt{currency}>{plain(abs(entry.amount))}</Amt>{side(entry.amount)}{status}"
        f"<BookgDt><Dt>{entry.date}</Dt></BookgDt><ValDt><Dt>{entry.date}</Dt></ValDt>"
        f"<AcctSvcrRef>{escape(entry.reference)}</AcctSvcrRef>"
        f"<NtryDtls><TxDtls><RmtInf><Ustrd>{escape(entry.text)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
        for entry in entries
    )
    made = (
        f"<Stmt><Id>{identity}</Id><ElctrncSeqNb>{sequence}</ElctrncSeqNb><Acct><Id><IBAN>{iban}</IBAN></Id>"
        f"<Ccy>EUR</Ccy></Acct>{balance('OPBD', opening, min(days))}"
        f"{balance('CLBD', total if closing is None else closing, max(days))}\n{body}</Stmt>\n"
    )
    return camt_file([made], version) if wrap else made


def camt_file(statements: Iterable[str], version: str = "08") -> str:
    """A message that holds those statements."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">'
        f"<BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr>\n{''.join(statements)}</BkToCstmrStmt></Document>"
    )


def mt940(entries: Iterable[Entry], opening: int = 0, *, end: str = "\n") -> str:
    """An MT940 of one statement."""
    entries = list(entries)
    days = [entry.date for entry in entries] or [dt.date(2026, 11, 24)]

    def balance(tag: str, cents: int, day: dt.date) -> str:
        return f":{tag}:{'D' if cents < 0 else 'C'}{day:%y%m%d}EUR{plain(abs(cents), ',')}"

    lines = [":20:S1", f":25:{IBAN}", ":28C:1/1", balance("60F", opening, min(days))]
    for entry in entries:
        mark = "D" if entry.amount < 0 else "C"
        reference = f"//{entry.reference}" if entry.reference else ""
        lines.append(f":61:{entry.date:%y%m%d%m%d}{mark}{plain(abs(entry.amount), ',')}NTRFNONREF{reference}")
        lines.append(f":86:{entry.text}")
    total = opening + sum(entry.amount for entry in entries)
    return end.join([*lines, balance("62F", total, max(days)), "-", ""])


def cfonb(entries: Iterable[Entry], opening: int = 0) -> str:
    """A CFONB 120 of one statement."""
    punch = {value: sign for sign, value in OVERPUNCH.items() if sign.isascii()}
    entries = list(entries)
    days = [entry.date for entry in entries] or [dt.date(2026, 11, 24)]

    def amount(cents: int) -> str:
        digits = f"{abs(cents):014}"
        return digits[:-1] + punch[int(digits[-1]), -1 if cents < 0 else 1]

    def record(kind: str, day: dt.date, cents: int, text: str = "", reference: str = "", code: str = "  ") -> str:
        head = f"{kind}30006    00001EUR2 12345678901{code}{day:%d%m%y}  "
        value = f"{day:%d%m%y}" if kind == "04" else " " * 6
        return f"{head}{value}{text[:31]:31}  {reference[:7]:>7}  {amount(cents)}{'':16}"

    lines = [record("01", min(days), opening)]
    for entry in entries:
        lines.append(record("04", entry.date, entry.amount, entry.text, entry.reference, "A1"))
    total = opening + sum(entry.amount for entry in entries)
    return "\n".join([*lines, record("07", max(days), total)]) + "\n"


def ofx(entries: Iterable[Entry], closing: int = 0, *, xml: bool = False) -> str:
    """An OFX of one bank account, as SGML without end tags of values, or as XML."""

    def tag(name: str, value: str) -> str:
        return f"<{name}>{escape(value)}" + (f"</{name}>" if xml else "") + "\n"

    body = "".join(
        "<STMTTRN>\n"
        + tag("TRNTYPE", "OTHER")
        + tag("DTPOSTED", f"{entry.date:%Y%m%d}120000.000[-5:EST]")
        + tag("TRNAMT", plain(entry.amount))
        + tag("FITID", entry.reference)
        + tag("MEMO", entry.text)
        + "</STMTTRN>\n"
        for entry in entries
    )
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<?OFX OFXHEADER="200" VERSION="211"?>\n'
        if xml
        else "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:USASCII\nCHARSET:1252\n\n"
    )
    account = "<BANKACCTFROM>" + tag("BANKID", "30006") + tag("ACCTID", IBAN) + "</BANKACCTFROM>"
    balance = "<LEDGERBAL>" + tag("BALAMT", plain(closing)) + tag("DTASOF", "20261124") + "</LEDGERBAL>"
    return (
        f"{head}<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS>{tag('CURDEF', 'EUR')}{account}<BANKTRANLIST>{body}</BANKTRANLIST>"
        f"{balance}</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    )


def qif(entries: Iterable[Entry]) -> str:
    """A QIF of one account, the month first as Quicken writes it."""
    body = "".join(
        f"D{entry.date:%m/%d/%Y}\nT{plain(entry.amount)}\nN{entry.reference}\nM{entry.text}\n^\n" for entry in entries
    )
    return "!Type:Bank\n" + body


def csv(entries: Iterable[Entry], *, separator: str = ";", sign: str = ",", two_columns: bool = False) -> str:
    """A CSV as French banks write it: one signed amount, or debit and credit."""

    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    heads = ["Date", "Libellé", "Référence banque", *(["Débit", "Crédit"] if two_columns else ["Montant"])]
    lines = [separator.join(heads)]
    for entry in entries:
        amount = plain(entry.amount, sign)
        money = ([amount, ""] if entry.amount < 0 else ["", amount]) if two_columns else [amount]
        lines.append(
            separator.join([f"{entry.date:%d/%m/%Y}", quoted(entry.text), quoted(entry.reference), *map(quoted, money)])
        )
    return "\r\n".join(lines) + "\r\n"
