"""One booked entry (`Ntry`) of a CAMT message with the transactions inside it."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

from tui_billing.rules.problem import Problem
from tui_billing.rules.statement import Detail, StatementLine, meaningful, minor_of, places_of
from tui_billing.rules.text import quote

#: An element with its children by name; a leaf is its text, a leaf of money its text and currency.
Node = dict[str, list[Any]]


def tree(element: Any) -> Node:
    """All that is below an element of lxml's, gone through once: asking it name by name costs five times as much."""
    found: Node = {}
    for each in element:
        name, is_money = _named(each.tag)
        if len(each):
            value: Any = tree(each)
        elif is_money:
            value = (each.text or "", each.get("Ccy") or "")
        else:
            value = each.text or ""
        if name in found:
            found[name].append(value)
        else:
            found[name] = [value]
    return found


@lru_cache(maxsize=1_000)
def _named(tag: str) -> tuple[str, bool]:
    """(the name without its namespace, whether it is one of money): a message has a few dozen of them."""
    name = tag[tag.find("}") + 1 :]
    return name, name.endswith("Amt")


def name_of(element: Any) -> str:
    """The name of an element of lxml's without its namespace."""
    return _named(element.tag)[0]


def at(node: Any, *path: str) -> Any:
    """What stands at the end of a path of first children, None where there is nothing."""
    for name in path:
        found = node.get(name) if type(node) is dict else None
        if found is None:
            return None
        node = found[0]
    return node


def text_at(node: Any, *path: str) -> str:
    """The text at the end of a path of first children, "" where there is none."""
    for name in path:
        found = node.get(name) if type(node) is dict else None
        if found is None:
            return ""
        node = found[0]
    return " ".join(node.split()) if type(node) is str else ""


def day_of(node: Any) -> dt.date | None:
    """The day of a `Dt`, `DtTm` or of the text itself; the time and its zone are the bank's own day."""
    text = node.strip() if type(node) is str else text_at(node, "Dt") or text_at(node, "DtTm")
    return _day(text) if text else None


@lru_cache(maxsize=1_000)
def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        raise Problem("{text} is not a date", text=quote(text)) from None


def money_of(node: Any) -> tuple[int, str]:
    """(minor units, currency) of an `Amt`; it is never signed."""
    if type(node) is not tuple:
        raise Problem("an entry or a balance has no amount")
    currency = node[1].strip().upper()
    return minor_of(node[0], places_of(currency)), currency


def line_of(entry: Node, own: str, without_date: dt.date | None) -> StatementLine:
    """The line of a booked entry; Problem where its amount or its day is missing or cannot be."""
    amount, currency = money_of(at(entry, "Amt"))
    sign = _sign(entry)
    value = day_of(at(entry, "ValDt"))
    day = day_of(at(entry, "BookgDt")) or value or without_date
    if day is None:
        raise Problem("an entry has no date")
    # Version 1 has no group between an entry and its transactions.
    groups = [group for group in entry.get("NtryDtls", ()) if type(group) is dict] or [entry]
    transactions = [tx for group in groups for tx in group.get("TxDtls", ()) if type(tx) is dict]
    alone = len(transactions) == 1
    details = tuple(_detail(tx, sign, amount if alone else None, currency, own) for tx in transactions)
    only = details[0] if alone else None
    batch = at(groups[0], "Btch") if groups else None
    text = (only.text if only else "") or text_at(entry, "AddtlNtryInf")
    text = text or text_at(batch, "PmtInfId") or text_at(batch, "MsgId")
    bank_reference = meaningful(text_at(entry, "AcctSvcrRef"))
    if not bank_reference and alone:
        references = at(transactions[0], "Refs")
        bank_reference = meaningful(text_at(references, "AcctSvcrRef")) or meaningful(text_at(references, "TxId"))
    bank_reference = bank_reference or meaningful(text_at(entry, "NtryRef"))
    original, original_currency = _original(at(entry, "AmtDtls"), amount, currency)
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
        bank_code=_code(at(entry, "BkTxCd")),
        return_reason=only.return_reason if only else "",
        charges=_charges(entry, currency) or (only.charges if only else 0),
        original_amount=original,
        original_currency=original_currency,
        details=details,
    )


def _sign(entry: Node) -> int:
    mark = text_at(entry, "CdtDbtInd")
    if mark not in ("CRDT", "DBIT"):
        raise Problem("an entry does not say whether it is a credit or a debit")
    return -1 if mark == "DBIT" else 1


def _detail(transaction: Node, sign: int, whole: int | None, currency: str, own: str) -> Detail:
    """A transaction; alone in its entry it has the entry's amount, whatever was ordered."""
    if whole is None and "CdtDbtInd" in transaction:
        sign = -1 if text_at(transaction, "CdtDbtInd") == "DBIT" else 1
    ordered = at(transaction, "AmtDtls")
    if whole is not None:
        amount, held_in = whole, currency
    else:
        stated = at(transaction, "Amt") or at(ordered, "TxAmt", "Amt") or at(ordered, "InstdAmt", "Amt")
        amount, held_in = money_of(stated) if stated is not None else (0, currency)
    original, original_currency = _original(ordered, amount, held_in)
    references = at(transaction, "Refs")
    structured, text = _remittance(at(transaction, "RmtInf"))
    end_to_end = meaningful(text_at(references, "EndToEndId"))
    returned = _returned(at(transaction, "RtrInf"))
    payer, iban = _other_party(at(transaction, "RltdPties"), sign, bool(returned), own)
    return Detail(
        amount=sign * amount,
        currency=held_in,
        text=text or text_at(transaction, "AddtlTxInf"),
        reference=structured or end_to_end or meaningful(text_at(references, "InstrId")),
        creditor_reference=structured,
        end_to_end=end_to_end,
        mandate=text_at(references, "MndtId"),
        payer=payer,
        payer_iban=iban,
        return_reason=returned,
        charges=_charges(transaction, held_in),
        original_amount=original,
        original_currency=original_currency,
    )


def _remittance(node: Any) -> tuple[str, str]:
    """(creditor's reference, text) of what the payer wrote."""
    if type(node) is not dict:
        return "", ""
    reference, words, more = "", [" ".join(text.split()) for text in node.get("Ustrd", ())], []
    for each in node.get("Strd", ()):
        stated = text_at(each, "CdtrRefInf", "Ref") or text_at(each, "CdtrRefInf", "CdtrRef")
        if reference and stated != reference:
            more.append(stated)  # one payment over several invoices
        reference = reference or stated
        if type(each) is dict:
            more += [text_at(document, "Nb") for document in each.get("RfrdDocInf", ())]
            more += [" ".join(text.split()) for text in each.get("AddtlRmtInf", ())]
    return reference, " ".join(filter(None, words + more))


def _other_party(parties: Any, sign: int, returned: bool, own: str) -> tuple[str, str]:
    """(name, account) of whom the money came from or went to; a return names the parties of the first payment."""
    if parties is None:
        return "", ""
    order = ("Dbtr", "Cdtr") if (sign > 0) != returned else ("Cdtr", "Dbtr")
    for role in order:
        account = at(parties, f"{role}Acct", "Id")
        iban = (text_at(account, "IBAN") or text_at(account, "Othr", "Id")).replace(" ", "")
        name = _name(at(parties, role)) or _name(at(parties, f"Ultmt{role}"))
        if (name or iban) and (not iban or iban.upper() != own):
            return name, iban
    return "", ""


def _name(party: Any) -> str:
    if party is None:
        return ""
    return (
        text_at(party, "Nm")
        or text_at(party, "Pty", "Nm")
        or text_at(party, "Agt", "FinInstnId", "Nm")
        or text_at(party, "FinInstnId", "Nm")
    )


def _returned(node: Any) -> str:
    """The reason code of a return, for example AC04 or MD06 (ISO 20022 external codes)."""
    if node is None:
        return ""
    return text_at(node, "Rsn", "Cd") or text_at(node, "Rsn", "Prtry") or text_at(node, "AddtlInf") or "RTRN"


def _code(node: Any) -> str:
    """The bank's transaction code: PMNT-RCDT-ESCT, else the bank's own."""
    domain = at(node, "Domn")
    if domain is None:
        return text_at(node, "Prtry", "Cd")
    family = at(domain, "Fmly")
    parts = (text_at(domain, "Cd"), text_at(family, "Cd"), text_at(family, "SubFmlyCd"))
    return "-".join(filter(None, parts)) or text_at(node, "Prtry", "Cd")


def _charges(node: Node, currency: str) -> int:
    """What the bank took off, in minor units of `currency`; charges in another currency are left aside."""
    total = 0
    for charge in node.get("Chrgs", ()):
        if type(charge) is not dict:
            continue
        stated = charge.get("TtlChrgsAndTaxAmt") or charge.get("Amt")
        found = [(stated[0], charge)] if stated else [(at(each, "Amt"), each) for each in charge.get("Rcrd", ())]
        for amount, place in found:
            if type(amount) is not tuple or (amount[1] or currency).upper() != currency:
                continue
            minor = minor_of(amount[0], places_of(currency))
            total += -minor if text_at(place, "CdtDbtInd") == "CRDT" else minor
    return total


def _original(node: Any, amount: int, currency: str) -> tuple[int | None, str]:
    """(amount, currency) that was ordered, where it is not what was booked."""
    for name in ("InstdAmt", "TxAmt") if node is not None else ():
        stated = at(node, name, "Amt")
        if stated is None:
            continue
        found, found_in = money_of(stated)
        if found and (found, found_in) != (amount, currency):
            return found, found_in
    return None, ""
