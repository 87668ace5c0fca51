"""The month's proof: computed from the books as of the month's last day, and kept with its figures."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

from tui_billing.documents.proof_words import missing
from tui_billing.models.door import Books
from tui_billing.models.queries import proof as sums
from tui_billing.models.queries.proof import BankKey
from tui_billing.models.tables import PeriodProof
from tui_billing.models.write import add
from tui_billing.rules.canonical import canonical, digest
from tui_billing.rules.journal import ON_ACCOUNT, RECEIVABLES
from tui_billing.rules.money import plain
from tui_billing.rules.proof import (
    BREAK,
    EXCHANGE,
    INVESTIGATED,
    LEFT_OUT,
    NOT_ON_STATEMENT,
    NOT_RECORDED,
    OPENING,
    WRONG_CHARGE,
    Bank,
    Group,
    Item,
    Ledger,
    Proof,
    covered,
    month_of,
    usual,
)
from tui_billing.services.context import Context, Work, company, transact


def prove(books: Books, month: str) -> Proof:
    """The proof of a month ("2026-10"), all of one moment; reads only, whatever the month holds."""
    month, last = month_of(month)
    currency = company(books).currency
    with books.snapshot():
        return _prove(books, month, last, currency)


def prove_in(work: Work, month: str) -> Proof:
    """The same inside an open transaction."""
    month, last = month_of(month)
    return _prove(work.books, month, last, company(work.books).currency)


def _prove(books: Books, month: str, last: dt.date, currency: str) -> Proof:
    day = last.isoformat()
    receivables = _ledger(books, RECEIVABLES, day, sums.open_documents(books, day))
    on_account = _ledger(books, ON_ACCOUNT, day, sums.open_receipts(books, day))
    return Proof(month, last, currency, receivables, on_account, _banks(books, month, last, currency))


def _ledger(books: Books, account: str, day: str, opened: dict[int, int]) -> Ledger:
    """An account beside the open items; customer by customer only where the sums differ."""
    total, of_customers, weight = sums.ledger_sums(books, account, day)
    told = sum(opened.values())
    if total == of_customers == told and weight == sums.weighed(opened):
        return Ledger(account, total, of_customers, told)
    booked = sums.by_customer(books, (account,), day)[account]
    wrong = sorted(key for key in booked.keys() | opened.keys() if booked.get(key, 0) != opened.get(key, 0))
    names = sums.codes(books, wrong[:50])
    differing = tuple((names.get(key, "—"), booked.get(key, 0), opened.get(key, 0)) for key in wrong[:50])
    return Ledger(account, total, of_customers, told, differing)


def _banks(books: Books, month: str, last: dt.date, own: str) -> tuple[Bank, ...]:
    accounts = sums.bank_accounts(books)
    shared: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for one, name, iban, currency, account in accounts:
        shared.setdefault((account, currency), []).append((one, f"{name} {iban}"))
    seen = sums.investigated(books)
    found = []
    for (account, currency), members in shared.items():
        others = tuple({each[3] for each in accounts if each[4] == account and each[3] != currency})
        key = BankKey(
            books, account, currency, tuple(one for one, _ in members), last.isoformat(), currency == own, others
        )
        bank = _bank(key, month, last, " · ".join(name for _, name in members))
        if bank is not None:
            found.append(replace(bank, groups=tuple(_looked_into(group, seen) for group in bank.groups)))
    return tuple(found)


def _bank(key: BankKey, month: str, last: dt.date, names: str) -> Bank | None:
    """A bank account beside its statements; None where neither the bank nor the books know anything of it."""
    balance = sums.bank_balance(key)
    ends = [(each, sums.statement_ends(key.books, each, key.day)) for each in key.ids]
    told = [(each, end) for each, end in ends if end is not None]
    if not told:
        if not balance and not sums.movement(key):
            return None
        return Bank(key.account, names, key.currency, balance, None, "", False)
    # An account of ours that the bank tells no balance of leaves the sum open.
    if len(told) < len(ends) and any(sums.movement(replace(key, ids=(each,))) for each, end in ends if end is None):
        return Bank(key.account, names, key.currency, balance, None, "", False)
    statement = sum(end[1] + sums.moved_since(key.books, each, end[2], key.day) for each, end in told)
    reached = all(
        covered(dt.date.fromisoformat(end[2]), last, continued=sums.goes_on(key.books, each, key.day))
        for each, end in told
    )
    first = sum(end[0] for _, end in told)
    until = min(end[2] for _, end in told)
    groups = _groups(key, month, first, statement - first - sums.movement(key), [each for each, _ in told])
    return Bank(key.account, names, key.currency, balance, statement, until, reached, groups)


def _groups(key: BankKey, month: str, first: int, gap: int, told: Iterable[int]) -> tuple[Group, ...]:
    groups = []
    if first:
        groups.append(Group(OPENING, first, 1))
    total, count, rows = sums.open_lines(key)
    items = tuple(Item(NOT_RECORDED, row[1], int(row[2]), row[3], row[4], bank_line=row[0]) for row in rows)
    groups.append(Group(NOT_RECORDED, total, count, items))
    reasons = sums.left_out(key)
    items = tuple(Item(LEFT_OUT, "", int(amount), "", reason) for reason, amount, _ in reasons)
    groups.append(Group(LEFT_OUT, sum(int(r[1]) for r in reasons), sum(int(r[2]) for r in reasons), items))
    groups.append(_unseen(key))
    groups.append(Group(EXCHANGE, sums.cleared(key, "'charge', 'account'") - sums.posted_by_clearings(key), 1))
    if gap:
        items = tuple(
            Item(BREAK, row[0], int(row[2]), "", row[1])
            for each in told
            for row in sums.breaks(key.books, each, key.day)
        )
        groups.append(Group(BREAK, gap, max(len(items), 1), items))
    groups.append(_charges(key, month))
    return tuple(group for group in groups if group.total or group.items)


def _unseen(key: BankKey) -> Group:
    total, count, rows = sums.unseen(key, "receipt")
    items = [Item(NOT_ON_STATEMENT, row[1], -int(row[2]), row[3], row[4], receipt=row[0]) for row in rows]
    paid, more, rows = sums.unseen(key, "refund")
    items += [Item(NOT_ON_STATEMENT, row[1], -int(row[2]), row[3], row[4], refund=row[0]) for row in rows]
    return Group(NOT_ON_STATEMENT, -total - paid, count + more, tuple(items))


def _charges(key: BankKey, month: str) -> Group:
    """Charges of the month beside the usual one of a year; they are pointed out and explain nothing."""
    year_ago = f"{int(month[:4]) - 1}{month[4:]}-31"
    common = usual(sums.charge_counts(key, year_ago))
    if common is None:
        return Group(WRONG_CHARGE, 0, 0, counts=False)
    rows = sums.unusual_charges(key, month, common)
    items = tuple(Item(WRONG_CHARGE, row[1], int(row[2]) - common, row[3], row[4], bank_line=row[0]) for row in rows)
    return Group(WRONG_CHARGE, sum(item.amount for item in items), len(items), items, counts=False)


def _looked_into(group: Group, seen: list[tuple]) -> Group:
    """The group with the newest investigation of each of its lines."""
    if group.kind not in INVESTIGATED or not seen:
        return group
    known = {(row[1], *row[2:5]): (row[0], row[5]) for row in seen}
    items = []
    for item in group.items:
        found = known.get((item.kind, item.bank_line, item.receipt, item.refund))
        items.append(replace(item, investigation=found[0], status=found[1]) if found else item)
    return replace(group, items=tuple(items))


def proof_json(proof: Proof) -> dict[str, Any]:
    """The proof as it is answered and kept: amounts as decimal strings, kinds as English words."""

    def ledger(of: Ledger) -> dict[str, Any]:
        return {
            "account": of.account,
            "journal": plain(of.journal, proof.currency),
            "by_customer": plain(of.by_customer, proof.currency),
            "open_items": plain(of.open_items, proof.currency),
            "agrees": of.agrees,
            "differing": [
                {"customer": code, "journal": plain(a, proof.currency), "open_items": plain(b, proof.currency)}
                for code, a, b in of.differing
            ],
        }

    return {
        "month": proof.month,
        "as_of": proof.day.isoformat(),
        "currency": proof.currency,
        "proved": proof.proved,
        "receivables": ledger(proof.receivables),
        "on_account": ledger(proof.on_account),
        "banks": [_bank_json(bank) for bank in proof.banks],
        "missing": [{"message": each.message, **each.values} for each in missing(proof)],
    }


def _bank_json(bank: Bank) -> dict[str, Any]:
    def told(minor: int) -> str:
        return plain(minor, bank.currency)

    return {
        "account": bank.account,
        "name": bank.names,
        "currency": bank.currency,
        "books": told(bank.books),
        "statement": None if bank.statement is None else told(bank.statement),
        "until": bank.until or None,
        "covered": bank.covered,
        "difference": told(bank.difference),
        "rest": told(bank.rest),
        "explained": [
            {
                "kind": group.kind,
                "total": told(group.total),
                "count": group.count,
                "lines": [{**asdict(item), "amount": told(item.amount)} for item in group.items],
            }
            for group in bank.groups
        ],
    }


def keep_proof(books: Books, context: Context, proof: Proof, path: str = "", sha256: str = "") -> int:
    """Keep the figures of a proof, and the document that shows them; returns its id."""

    def do(work: Work) -> int:
        return keep_in(work, proof, path, sha256)

    return transact(books, context, "proof", do)


def keep_in(work: Work, proof: Proof, path: str = "", sha256: str = "") -> int:
    """The same inside an open transaction."""
    figures = proof_json(proof)
    for bank in figures["banks"]:
        for group in bank["explained"]:
            group["lines"] = group["lines"][:50]
    key = add(
        PeriodProof,
        month=proof.month,
        at=work.at,
        operator_id=work.operator_id,
        figures=figures,
        proved=proof.proved,
        path=path,
        sha256=sha256,
    )
    work.audit("proof", "period_proof", key, proof_content(work.books, key), proof.month)
    return key


def proof_content(books: Books, proof_id: int, version: int = 2) -> dict[str, Any]:
    """What the audit chain hashes of a kept proof: its head, from version 2 on all its figures, its document."""
    row = books.row("SELECT figures, sha256 FROM period_proof WHERE id = ?", (proof_id,))
    assert row is not None
    figures = json.loads(row[0])
    content = {name: figures[name] for name in ("month", "as_of", "proved")}
    if version >= 2:
        content["figures"] = digest(canonical(figures))
    return {"v": version, **content, "sha256": row[1]}
