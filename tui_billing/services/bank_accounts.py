"""The company's bank accounts, which of them a statement is of, and how the CSV of each is read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui_billing.exchange.bank.csv_columns import Mapping as Columns
from tui_billing.models.door import Books
from tui_billing.models.tables import BankAccount, CsvMapping
from tui_billing.models.write import add, change
from tui_billing.rules.identifiers import check_bic, check_iban
from tui_billing.rules.money import exponent
from tui_billing.rules.problem import NotFound, Problem
from tui_billing.rules.statement import account_key, is_iban
from tui_billing.rules.text import clean, fold, quote
from tui_billing.services.context import Context, Work, company, transact

#: A part of an account number must have this many digits to tell an account by.
_TELLING = 6


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """A bank account of the company; `number` is what the bank knows it by where that is no IBAN."""

    id: int
    name: str
    iban: str
    bic: str
    currency: str
    account: str
    number: str


def list_accounts(books: Books) -> list[OwnAccount]:
    """All bank accounts, the first one first."""
    return [
        OwnAccount(*row)
        for row in books.rows("SELECT id, name, iban, bic, currency, account, number FROM bank_account ORDER BY id")
    ]


def add_account(books: Books, context: Context, data: Mapping[str, str]) -> int:
    """Add a bank account of the company; return its id.

    `data` holds name, iban or number, and perhaps bic, currency, account (of the ledger, 512…).
    """
    text = {name: clean(str(data.get(name, "") or ""), 100, name) for name in ("name", "number", "account", "currency")}
    typed = str(data.get("iban", "") or "").strip()
    iban = check_iban(typed) if typed else ""
    number = account_key(text["number"])
    if not iban and not number:
        raise Problem("a bank account needs its IBAN, or --number where it has none", field="iban")
    bic = check_bic(data["bic"]) if data.get("bic") else ""
    ledger = text["account"] or "512000"
    if not re.fullmatch(r"512[0-9]{3,9}", ledger):
        raise Problem("{account} is no account for a bank; it begins with 512", field="account", account=quote(ledger))

    def do(work: Work) -> int:
        currency = text["currency"].upper() or company(books).currency
        exponent(currency)
        if any(account_key(own.iban) == (iban or number) for own in list_accounts(books)):
            raise Problem("the account {account} is there already", field="iban", account=iban or number)
        name = text["name"] or iban or number
        if not books.row("SELECT 1 FROM account WHERE code = ?", (ledger,)):
            books.rows("INSERT INTO account (code, name, kind) VALUES (?, ?, 'asset') RETURNING code", (ledger, name))
        key = add(
            BankAccount, name=name, iban=iban or number, bic=bic, currency=currency, account=ledger, number=number
        )
        after = {"name": name, "iban": iban, "number": number, "bic": bic, "currency": currency, "account": ledger}
        work.audit("add", "bank_account", key, {"v": 1, "after": after}, name)
        return key

    return transact(books, context, "add_bank_account", do)


def find_account(books: Books, text: str) -> OwnAccount:
    """The account that a clerk names: its IBAN, number, name or id; NotFound with the sentence what to do."""
    accounts = list_accounts(books)
    key, name = account_key(text), fold(text.strip())
    for same in (
        lambda own: key and key in (account_key(own.iban), account_key(own.number)),
        lambda own: name and name == fold(own.name),
        lambda own: text.strip() == str(own.id),
    ):
        found = [own for own in accounts if same(own)]
        if len(found) == 1:
            return found[0]
    raise NotFound(
        "there is no bank account {account}; see: tui-billing bank account list", field="account", account=quote(text)
    )


def account_of(accounts: list[OwnAccount], stated: str) -> OwnAccount | None:
    """Which account a statement means by what it states: an IBAN, a bank code and a number, a number alone.

    None where it is none of them, or where it could be two.
    """
    key = account_key(stated)
    if not key:
        return None
    exact = [own for own in accounts if key in (account_key(own.iban), account_key(own.number))]
    if exact:
        return exact[0]
    if is_iban(stated.replace(" ", "")):
        return None
    # "37040044/532013000", "30006000011234567890": pieces of the IBAN, in its order.
    parts = [part.lstrip("0") for part in re.findall(r"[0-9A-Z]+", stated.upper())]
    parts = [part for part in parts if part]
    telling = max((len(part) for part in parts if any(map(str.isdigit, part))), default=0)
    if telling < _TELLING:
        return None
    pattern = re.compile(".*".join(map(re.escape, parts)))
    found = [own for own in accounts if is_iban(own.iban) and pattern.search(own.iban[4:] + own.bic)]
    found = found or [own for own in accounts if is_iban(own.iban) and pattern.search(own.bic + own.iban[4:])]
    # An account that is known by its number alone, behind the codes of its bank and branch.
    bare = [own for own in accounts if not is_iban(own.iban) and len(own.number) >= _TELLING]
    found = found or [own for own in bare if key.endswith(account_key(own.number))]
    return found[0] if len(found) == 1 else None


# -- how a CSV is read -------------------------------------------------------


def list_mappings(books: Books) -> list[tuple[int, str, str, Columns]]:
    """(bank account, name, headings, mapping) of every mapping that was drawn."""
    rows = books.rows("SELECT bank_account_id, name, header, mapping FROM csv_mapping ORDER BY id")
    return [(account, name, header, Columns.from_json(json.loads(text))) for account, name, header, text in rows]


def mapping_named(books: Books, name: str) -> tuple[int, Columns]:
    """(bank account, mapping) of that name; NotFound where there is none."""
    for account, known, _, mapping in list_mappings(books):
        if fold(known) == fold(name.strip()):
            return account, mapping
    raise NotFound(
        "there is no mapping {name}; draw one in the workstation (:import)", field="mapping", name=quote(name)
    )


def save_mapping(books: Books, context: Context, account_id: int, name: str, mapping: Columns) -> int:
    """Keep how the CSV of an account is read; a name that the account has already is drawn anew."""
    mapping.check()
    text = clean(name, 60, "name")
    if not text:
        raise Problem("the mapping needs a name, for example that of the bank", field="name")

    def do(work: Work) -> int:
        row = work.books.row(
            "SELECT id, version FROM csv_mapping WHERE bank_account_id = ? AND name = ?", (account_id, text)
        )
        values: dict[str, Any] = {"header": mapping.header, "mapping": mapping.to_json()}
        if row:
            key = int(row[0])
            change(CsvMapping, key, version=row[1] + 1, **values)
        else:
            key = add(CsvMapping, bank_account_id=account_id, name=text, **values)
        work.audit("save", "csv_mapping", key, {"v": 1, "name": text, "after": mapping.to_json()}, text)
        return key

    return transact(books, context, "save_mapping", do)
