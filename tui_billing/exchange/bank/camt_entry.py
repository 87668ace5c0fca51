"""One booked entry (`Ntry`) of a CAMT message with the transactions inside it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tui_billing.rules.problem import Problem
from tui_billing.rules.statement import Detail, StatementLine, meaningful, minor_of, places_of
from tui_billing.rules.text import quote

#: An element of lxml's tree, which has no types of its own here.
Node = Any


def name_of(element: Node) -> str:
    """The element's name without its namespace."""
    tag: str = element.tag
    return tag[tag.find("}") + 1 :]


def child(element: Node, name: str) -> Node | None:
    """The first child of that name, in whatever namespace."""
    for each in element:
        tag = each.tag
        if tag.endswith(name) and (len(tag) == len(name) or tag[-len(name) - 1] == "}"):
            return each
    return None


def children(element: Node) -> dict[str, list[Node]]:
    """All children by name."""
    found: dict[str, list[Node]] = {}
    for each in element:
        tag = each.tag
        found.setdefault(tag[tag.find("}") + 1 :], []).append(each)
    return found


def text_at(element: Node | None, *path: str) -> str:
    """The text at the end of a path of children, "" where there is none."""
    for name in path:
        if element is None:
            return ""
        element = child(element, name)
    if element is None:
        return ""
    return " ".join((element.text or "").split())


def day_of(element: Node | None) -> dt.date | None:
    """The day of a `Dt`, `DtTm` or of the text itself; the time and its zone are the bank's own day."""
    if element is None:
        return None
    text = (element.text or "").strip() or text_at(element, "Dt") or text_at(element, "DtTm")
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        raise Problem("{text} is not a date", text=quote(text)) from None


def money_of(element: Node | None) -> tuple[int, str]:
    """(minor units, currency) of an `Amt`; it is never signed."""
    if element is None:
        raise Problem("an entry or a balance has no amount")
    currency = (element.get("Ccy") or "").strip().upper()
    amount = minor_of(element.text or "", places_of(currency))
    return amount, currency


def read(element: Node, own: str, without_date: dt.date | None) -> StatementLine:
    """The line of a booked entry; Problem where its amount or its day is missing or cannot be."""
    kids = children(element)
    amount, currency = money_of(_first(kids, "Amt"))
    sign = _sign(kids)
    day = day_of(_first(kids, "BookgDt"))
    value = day_of(_first(kids, "ValDt"))
    day = day or value or without_date
    if day is None:
        raise Problem("an entry has no date")
    transactions = [tx for details in kids.get("NtryDtls", ()) for tx in details if name_of(tx) == "TxDtls"]
    alone = len(transactions) == 1
    details = tuple(_detail(tx, sign, amount if alone else None, currency, own) for tx in transactions)
    only = details[0] if alone else None
    free = text_at(_first(kids, "AddtlNtryInf"))
    batch = child(kids["NtryDtls"][0], "Btch") if "NtryDtls" in kids else None
    text = (only.text if only else "") or free or text_at(batch, "PmtInfId") or text_at(batch, "MsgId")
    bank_reference = meaningful(text_at(_first(kids, "AcctSvcrRef")))
    if not bank_reference and alone:
        references = child(transactions[0], "Refs")
        bank_reference = meaningful(text_at(references, "AcctSvcrRef")) or meaningful(text_at(references, "TxId"))
    bank_reference = bank_reference or meaningful(text_at(_first(kids, "NtryRef")))
    original, original_currency = _original(_first(kids, "AmtDtls"), amount, currency)
    if only and original is None:
        original, original_currency = only.original_amount, only.original_currency
    return StatementLine(
        date=day,
        amount=sign * amount,
        currency=currency,
        value_date=value,
        text=text,
        reference=(only.reference if only else "") or meaningful(text_at(batch, "PmtInfId")),
        payer=only.payer if only else "",
        payer_iban=only.payer_iban if only else "",
        bank_reference=bank_reference,
        creditor_reference=only.creditor_reference if only else "",
        end_to_end=only.end_to_end if only else "",
        mandate=only.mandate if only else "",
        bank_code=_code(_first(kids, "BkTxCd")),
        return_reason=only.return_reason if only else "",
        charges=_charges(kids.get("Chrgs"), currency) or (only.charges if only else 0),
        original_amount=original,
        original_currency=original_currency,
        details=details,
    )


def _first(kids: dict[str, list[Node]], name: str) -> Node | None:
    found = kids.get(name)
    return found[0] if found else None


def _sign(kids: dict[str, list[Node]]) -> int:
    mark = text_at(_first(kids, "CdtDbtInd"))
    if mark not in ("CRDT", "DBIT"):
        raise Problem("an entry does not say whether it is a credit or a debit")
    return -1 if mark == "DBIT" else 1


def _detail(element: Node, sign: int, whole: int | None, currency: str, own: str) -> Detail:
    """A transaction; alone in its entry it has the entry's amount, whatever was ordered."""
    kids = children(element)
    if "CdtDbtInd" in kids and whole is None:
        sign = -1 if text_at(kids["CdtDbtInd"][0]) == "DBIT" else 1
    ordered = _first(kids, "AmtDtls")
    if whole is not None:
        amount, held_in = whole, currency
    else:
        stated = _first(kids, "Amt")
        for name in ("TxAmt", "InstdAmt"):
            if stated is None and ordered is not None and child(ordered, name) is not None:
                stated = child(child(ordered, name), "Amt")
        amount, held_in = money_of(stated) if stated is not None else (0, currency)
    original, original_currency = _original(ordered, amount, held_in)
    references = _first(kids, "Refs")
    remittance = _first(kids, "RmtInf")
    structured, text = _remittance(remittance)
    end_to_end = meaningful(text_at(references, "EndToEndId"))
    returned = _returned(_first(kids, "RtrInf"))
    payer, iban = _other_party(_first(kids, "RltdPties"), sign, bool(returned), own)
    return Detail(
        amount=sign * amount,
        currency=held_in,
        text=text or text_at(_first(kids, "AddtlTxInf")),
        reference=structured or end_to_end or meaningful(text_at(references, "InstrId")),
        creditor_reference=structured,
        end_to_end=end_to_end,
        mandate=text_at(references, "MndtId"),
        payer=payer,
        payer_iban=iban,
        return_reason=returned,
        charges=_charges(kids.get("Chrgs"), held_in),
        original_amount=original,
        original_currency=original_currency,
    )


def _remittance(element: Node | None) -> tuple[str, str]:
    """(creditor's reference, text) of what the payer wrote."""
    if element is None:
        return "", ""
    reference, words, more = "", [], []
    for each in element:
        if name_of(each) == "Ustrd":
            words.append(text_at(each))
        elif name_of(each) == "Strd":
            reference = reference or text_at(each, "CdtrRefInf", "Ref") or text_at(each, "CdtrRefInf", "CdtrRef")
            for part in each:
                if name_of(part) == "RfrdDocInf":
                    more.append(text_at(part, "Nb"))
                elif name_of(part) == "AddtlRmtInf":
                    more.append(text_at(part))
    return reference, " ".join(filter(None, words + more))


def _other_party(parties: Node | None, sign: int, returned: bool, own: str) -> tuple[str, str]:
    """(name, account) of whom the money came from or went to; a return names the parties of the first payment."""
    if parties is None:
        return "", ""
    kids = children(parties)
    order = ("Dbtr", "Cdtr") if (sign > 0) != returned else ("Cdtr", "Dbtr")
    for role in order:
        account = _first(kids, f"{role}Acct")
        iban = (text_at(account, "Id", "IBAN") or text_at(account, "Id", "Othr", "Id")).replace(" ", "")
        name = _name(_first(kids, role)) or _name(_first(kids, f"Ultmt{role}"))
        if (name or iban) and (not iban or iban.upper() != own):
            return name, iban
    return "", ""


def _name(party: Node | None) -> str:
    if party is None:
        return ""
    return (
        text_at(party, "Nm")
        or text_at(party, "Pty", "Nm")
        or text_at(party, "Agt", "FinInstnId", "Nm")
        or text_at(party, "FinInstnId", "Nm")
    )


def _returned(element: Node | None) -> str:
    """The reason code of a return, for example AC04 or MD06 (ISO 20022 external codes)."""
    if element is None:
        return ""
    return text_at(element, "Rsn", "Cd") or text_at(element, "Rsn", "Prtry") or text_at(element, "AddtlInf") or "RTRN"


def _code(element: Node | None) -> str:
    """The bank's transaction code: PMNT-RCDT-ESCT, else the bank's own."""
    if element is None:
        return ""
    domain = child(element, "Domn")
    family = child(domain, "Fmly") if domain is not None else None
    parts = [text_at(domain, "Cd"), text_at(family, "Cd"), text_at(family, "SubFmlyCd")]
    return "-".join(filter(None, parts)) or text_at(element, "Prtry", "Cd")


def _charges(elements: list[Node] | None, currency: str) -> int:
    """What the bank took off, in minor units of `currency`; charges in another currency are left aside."""
    total = 0
    for element in elements or ():
        stated = child(element, "TtlChrgsAndTaxAmt")
        if stated is not None:
            found = [(stated, element)]
        elif child(element, "Amt") is not None:
            found = [(child(element, "Amt"), element)]
        else:
            records = [each for each in element if name_of(each) == "Rcrd"]
            found = [(child(each, "Amt"), each) for each in records]
        for amount, place in found:
            if amount is None or (amount.get("Ccy") or currency).upper() != currency:
                continue
            minor = minor_of(amount.text or "", places_of(currency))
            total += -minor if text_at(place, "CdtDbtInd") == "CRDT" else minor
    return total


def _original(element: Node | None, amount: int, currency: str) -> tuple[int | None, str]:
    """(amount, currency) that was ordered, where it is not what was booked."""
    for name in ("InstdAmt", "TxAmt") if element is not None else ():
        stated = child(element, name)
        if stated is None or child(stated, "Amt") is None:
            continue
        found, found_in = money_of(child(stated, "Amt"))
        if found and (found, found_in) != (amount, currency):
            return found, found_in
    return None, ""
