"""Which format a bank's file is in, by what stands in it: its name says nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib import import_module

from tui_billing.exchange.bank.source import Options, Source
from tui_billing.rules.problem import Problem
from tui_billing.rules.statement import Remark, Statement, StatementLine

Reader = Callable[[Source, Options], Iterator[StatementLine | Statement | Remark]]
#: format -> module with `read`; a format is loaded when a file needs it.
FORMATS = {
    "camt": "camt",
    "mt940": "mt940",
    "ofx": "ofx",
    "qif": "qif",
    "cfonb120": "cfonb",
    "csv": "csv_bank",
}
_MT940 = re.compile(r"(?:^|[\r\n{}:\-])[ \t]*:(?:20|21|25P?|28C?|60[FM]?|61|62[FM]?|64|65|86|90[CD]|NS|940):")
_QIF = re.compile(r"^!(?:type|account|option|clear)\b", re.IGNORECASE | re.MULTILINE)
_CFONB = re.compile(r"\s*0[1457]\d{5}")
#: What banks send as well, by how it begins.
_OTHERS = (
    ("CFONB 240", re.compile(r"3[14]\d{2}.{14}[^\r\n]{222}")),
    ("BAI2", re.compile(r"01,[^,\r\n]*,[^,\r\n]*,\d{6},\d{0,4},")),
    ("CODA", re.compile(r"00000\d{9}05[^\r\n]{112}")),
    ("Norma 43", re.compile(r"11\d{18}\d{12}[12]\d{14}\d{3}")),
)
_CAMT = re.compile(r"camt\.05[234]|BkToCstmr(?:Stmt|AcctRpt|DbtCdtNtfctn)|<(?:\w+:)?(?:Stmt|Rpt|Ntfctn)>")


def detect(source: Source) -> str:
    """The format's token; Problem with what to do where it is none of ours."""
    if not source.size:
        raise Problem("the file is empty; get it from the bank again")
    _refuse_others(source.head)
    text = source.text_head
    start = text.lstrip()
    if "OFXHEADER" in text[:4000] or re.search(r"<OFX[>\s]", text[:8000], re.IGNORECASE):
        return "ofx"
    if start.startswith("<"):
        if re.search(r"<!(?:DOCTYPE|ENTITY)", text) or _CAMT.search(text):
            return "camt"
        raise Problem("this XML is no bank statement (CAMT.052, 053 or 054); ask the bank for CAMT.053")
    if _QIF.search(text):
        return "qif"
    if _CFONB.match(text):
        return "cfonb120"
    for name, pattern in _OTHERS:
        if pattern.match(text):
            raise Problem("this is {name}, which is not read here; ask the bank for CAMT.053, MT940 or CSV", name=name)
    if _MT940.search(text):
        return "mt940"
    if "\0" in text[:2000] or "\ufffd" * 3 in text[:2000]:
        raise Problem("this is no bank statement; ask the bank for CAMT.053, MT940 or CSV")
    return "csv"


def read(source: Source, options: Options) -> Iterator[StatementLine | Statement | Remark]:
    """What stands in the file, whatever its format; Problem where nothing can be read."""
    module = import_module(f"tui_billing.exchange.bank.{FORMATS[detect(source)]}")
    reader: Reader = module.read
    silent = True
    for found in reader(source, options):
        silent = silent and isinstance(found, Remark) and found.kind != "refused"
        yield found
    if silent:
        raise Problem("the file holds no statement; get it from the bank again")


def _refuse_others(head: bytes) -> None:
    """Files that people often take for a statement, by their first bytes."""
    if head.startswith(b"%PDF"):
        raise Problem("this is a PDF; ask the bank for CAMT.053, MT940 or CSV")
    if head.startswith(b"PK\x03\x04"):
        raise Problem("this is a workbook or a ZIP file; take the statement out of it, or save the sheet as CSV")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Problem("this is an old workbook; save the sheet as CSV")
    if head.startswith(b"\x1f\x8b"):
        raise Problem("this file is packed; unpack it first")
