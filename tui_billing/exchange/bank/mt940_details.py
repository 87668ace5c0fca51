"""What stands in :86: and :NS: of an MT940: numbered subfields, words between slashes, or plain text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tui_billing.rules.statement import is_iban, meaningful

_NUMBERED = re.compile(r"\s*(\d{3})\s*([?<>~^*@])\s?\d\d|\s*(?P<bare>[?<>~^])(?:00|10|2\d|3[0-8])")
#: Signs that stand in plain texts as well: only several of them make subfields.
_NUMBERED_OTHERWISE = re.compile(r"\s*(\d{3})\s*([+!#$%&|=§])[0-36]\d(?=.*?\2[0-36]\d)", re.DOTALL)
#: Words that banks of the Netherlands write before each part of a plain text, and a bank of Poland's.
_LABELLED = re.compile(
    r"(?<![A-Za-z])(IBAN|BIC|(?i:REK|NAAM|OMSCHRIJVING|KENMERK|MACHTIGING|INCASSANT|BETALINGSKENM)"
    r"|ID IPH|Z RACH|NA RACH|OD|DLA|TYT|TNR)\.?\s?:\s*"
)
_POLISH_ADDRESS = re.compile(r"\s+(?:UL|AL|PL|OS)\s?\..*", re.DOTALL)
#: Words of the SEPA purpose in numbered subfields (German banks), each followed by a plus sign.
_PURPOSE = re.compile(
    r"\b(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC|PURP|COAM|OAMT|MDAT|RREF|RCMT)\s?\+|\b(MTLG):"
)
#: Those that are one identifier, which ends with its subfield unless that is full.
_IDENTIFIERS = ("EREF", "KREF", "MREF", "CRED", "DEBT")
_SLASHED = re.compile(
    r"/(EREF|REMI|BENM|ORDP|NAME|IBAN|BIC|MARF|CSID|ISDT|PREF|RTRN|TRTP|TRCD|CNTP|ULTB|ULTD|ADDR|ID|PURP|SVCL|KREF"
    r"|TYPE|STAT|DELP|DRPD|OCMT|CHGS|ULTC|INFO|NTPD|RETN)/"
)
_FULL_SUBFIELD = 27
#: A blank at the end of a full subfield may be lost on the way.
_NEARLY_FULL = 26
#: Where a subfield ended before it was full.
_BREAK = "\0"
FULL_LINE = 63
#: Some banks give the whole first line to the other party.
_ACCOUNT_AND_NAME = re.compile(r"([A-Z]{2}\d{2}[A-Z0-9]{10,30})\s+(\S.*)\n")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}")


@dataclass(slots=True)
class Told:
    """What the text says; "" where it does not."""

    text: str = ""
    code: str = ""
    payer: str = ""
    account: str = ""
    end_to_end: str = ""
    customer_reference: str = ""
    mandate: str = ""
    creditor_reference: str = ""
    bank_reference: str = ""
    return_reason: str = ""


def read(details: str, extra: str) -> Told:
    """The facts of :86: (its lines as they stand) and of :NS:."""
    match = _NUMBERED.match(details) or _NUMBERED_OTHERWISE.match(details)
    if match:
        told = _numbered(details, match[1] or "", match[2] or match["bare"])
    elif len(_SLASHED.findall(details)) >= 2 or re.match(r"\s*/[A-Z]{4}/", details):
        told = _slashed(details)
    else:
        told = _plain(details)
    if extra:
        _add_extra(told, extra)
    found = re.search(r"\bRF\d{2}[A-Z0-9]{1,21}\b", told.text)
    told.creditor_reference = told.creditor_reference or (found[0] if found else "")
    return told


def _joined(text: str) -> str:
    """Lines of full length (65 characters, a few banks stop earlier) run on, shorter ones end a word."""
    made, full = "", True
    for line in text.split("\n"):
        made += line if full else " " + line
        full = len(line) >= FULL_LINE
    return " ".join(made.split())


def _plain(details: str) -> Told:
    told = Told(text=_joined(details))
    if head := _ACCOUNT_AND_NAME.match(details):
        told.account, told.payer = head[1], " ".join(head[2].split())
    accounts = {text for text in IBAN.findall(told.text) if is_iban(text)}
    if not told.account and len(accounts) == 1:
        told.account = accounts.pop()
    cut = _LABELLED.split(told.text)
    if len(cut) < 5:
        return told
    words: dict[str, str] = {}
    for name, value in zip(cut[1::2], cut[2::2], strict=True):
        words.setdefault(name.upper(), value.strip(" /;,"))
    told.payer = words.get("NAAM", "") or _POLISH_ADDRESS.sub("", words.get("OD", "") or words.get("DLA", ""))
    told.payer = told.payer or (" ".join(head[2].split()) if head else "")
    told.account = _account(*(words.get(name, "") for name in ("IBAN", "REK", "Z RACH", "NA RACH"))) or told.account
    told.mandate = words.get("MACHTIGING", "")
    told.end_to_end = meaningful(words.get("KENMERK", ""))
    told.creditor_reference = words.get("BETALINGSKENM", "")
    if told.payer and words.get("OMSCHRIJVING"):
        told.text = words["OMSCHRIJVING"]
    return told


def _numbered(details: str, code: str, separator: str) -> Told:
    parts: dict[str, str] = {}
    order: list[str] = []
    purpose: list[str] = []
    # The lines are cut at 65 characters wherever that falls; a subfield goes on in the next line.
    for piece in details.replace("\n", "").split(separator)[1:]:
        number, value = piece[:2], piece[2:]
        if not number.isdigit():
            value, number = separator + piece, order[-1] if order else ""
        order.append(number)
        if number[:1] == "2" or "60" <= number <= "63":
            purpose.append(value)
        else:
            parts[number] = parts.get(number, "") + value
    told = Told(code=code)
    other = ""
    if len(purpose) > 1 and _BIC.fullmatch(purpose[0].strip()) and IBAN.fullmatch(purpose[1].strip()):
        other, purpose = purpose[1].strip(), purpose[2:]
    words = _purpose_words(purpose)
    told.end_to_end = meaningful(words.get("EREF", ""))
    told.customer_reference = meaningful(words.get("KREF", ""))
    told.mandate = words.get("MREF", "")
    texts = [words.get(name, "") for name in ("", "SVWZ", "MTLG")]
    told.text = " ".join(" ".join(texts).split()) or parts.get("00", "").strip()
    name, more = parts.get("32", ""), parts.get("33", "")
    told.payer = " ".join((name + ("" if len(name) >= _NEARLY_FULL else " ") + more).split()) or words.get("ABWA", "")
    told.account = _account(other, words.get("IBAN", ""), parts.get("38", ""), parts.get("31", ""))
    told.return_reason = _return_reason(code, parts.get("34", ""), told.text)
    return told


def _return_reason(code: str, number: str, text: str) -> str:
    """The reason of a return: its ISO code in the text, else the bank's text key (109 and 108 are returns)."""
    found = re.search(r"\b(A[CGM]\d\d|MD\d\d|MS\d\d|RR\d\d|SL\d\d|FF\d\d|BE\d\d|CNOR|DNOR|TECH|DUPL)\b", text)
    if code not in ("108", "109", "159"):
        return ""
    return found[1] if found else number.strip() or "RTRN"


def _purpose_words(pieces: list[str]) -> dict[str, str]:
    """EREF+… MREF+… SVWZ+…: each word with what follows it; "" is what stands outside of them."""
    joined = ""
    for piece in pieces:
        joined += piece
        if len(piece) < _FULL_SUBFIELD:
            joined += " " if len(piece) >= _NEARLY_FULL else _BREAK
    first, *cut = _PURPOSE.split(joined)
    words = {"": first}
    for one, other, value in zip(cut[::3], cut[1::3], cut[2::3], strict=True):
        name, more = one or other, ""
        if name in _IDENTIFIERS:
            value, _, more = value.partition(_BREAK)
        words[name] = words.get(name, "") + " " + value
        words[""] += " " + more
    return {name: " ".join(value.replace(_BREAK, " ").split()) for name, value in words.items()}


def _account(*candidates: str) -> str:
    found = [re.sub(r"\s", "", text) for text in candidates]
    for text in found:
        if IBAN.fullmatch(text):
            return text
    return next((text for text in found if text), "")


def _slashed(details: str) -> Told:
    """/EREF/…/ORDP//NAME/…/REMI/…: banks of the Netherlands and others."""
    cut = _SLASHED.split(_joined(details))
    words: dict[str, str] = {"": cut[0].strip(" /")}
    for name, value in zip(cut[1::2], cut[2::2], strict=True):
        words[name] = words.get(name) or value.strip(" /")
    told = Told(end_to_end=meaningful(words.get("EREF", "")), mandate=words.get("MARF", ""))
    told.customer_reference = meaningful(words.get("KREF", "") or words.get("PREF", ""))
    told.payer = words.get("NAME", "")
    told.account = _account(words.get("IBAN", ""))
    if "CNTP" in words:  # account/BIC/name/city
        account, _, rest = words["CNTP"].partition("/")
        told.account = told.account or _account(account)
        told.payer = told.payer or [*rest.split("/"), "", ""][1]
    for name in ("ORDP", "BENM"):  # account/name/…
        if party := re.match(r"([A-Z]{0,2}\d[A-Z0-9]{7,33})\s*/([^/]+)", words.get(name, "")):
            told.account, told.payer = told.account or party[1], told.payer or party[2].strip()
    remittance = words.get("REMI", "")
    structured = re.match(r"(?:USTD//|STRD/CUR/|CDTRREFTP/.*CDTRREF/)(.*)", remittance)
    if structured:
        told.creditor_reference = "" if remittance.startswith("USTD") else structured[1].strip("/ ")
        remittance = structured[1].strip("/ ")
    if "REMI" not in words and not words[""]:
        remittance = _joined(details)  # what was written stands between words that are not ours
    told.text = " ".join((remittance or words[""] or words.get("TRTP", "")).split())
    told.return_reason = words.get("RTRN", "").strip("/")
    return told


def _add_extra(told: Told, extra: str) -> None:
    """:NS: after an entry: 01 to 14 text, 15 and 16 the name, 17 the posting text, 34 or 18 an account."""
    found: dict[str, list[str]] = {}
    for line in extra.split("\n"):
        number = line[:2]
        if number.isdigit() and line[2:].strip():
            found.setdefault(number, []).append(line[2:].strip())
    text = " ".join(word for number in sorted(found) if "01" <= number <= "14" for word in found[number])
    told.text = told.text or text or " ".join(found.get("17", []))
    told.payer = told.payer or "".join(found.get("15", []) + found.get("16", []))
