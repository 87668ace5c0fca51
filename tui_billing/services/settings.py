"""The company's settings: checked in one place, read as they are typed, changed by a supervisor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.tables import BankAccount, Company
from tui_billing.models.write import add, change
from tui_billing.rules.identifiers import (
    check_bic,
    check_creditor_identifier,
    check_iban,
    check_siren,
    check_siret,
    check_vat_id,
)
from tui_billing.rules.money import exponent, plain, to_minor
from tui_billing.rules.numbers import parse_plain
from tui_billing.rules.party import Address, Party
from tui_billing.rules.payment_link import check_payment_link
from tui_billing.rules.problem import Problem
from tui_billing.rules.terms import parse_terms
from tui_billing.rules.text import clean, quote
from tui_billing.services.context import Context, Work, company, transact

#: Keys of a company file beside those of a party, with their defaults.
DEFAULTS: dict[str, Any] = {
    "currency": "EUR",
    "language": "fr",
    "terms": "30",
    "iban": "",
    "bic": "",
    "bank": "",
    "payment_means": "30",
    "vat_on_debits": False,
    "prices_include_vat": False,
    "late_penalty": "",
    "early_payment": "",
    "due_soon_days": 7,
    "logo": "",
    "payment_link": "",
    "creditor_identifier": "",
    "match_tolerance": "0",
    "invoice_prefix": "F",
    "credit_note_prefix": "A",
}
#: What stands once and for all: amounts are kept in the currency, numbers carry the prefixes.
FOUNDED = ("currency", "invoice_prefix", "credit_note_prefix")
_PARTY = tuple(field.name for field in fields(Party) if field.name not in ("address", "identifiers"))
_ADDRESS = tuple(f"address.{field.name}" for field in fields(Address))
_FLAGS = ("vat_on_debits", "prices_include_vat")


def check_company(party: Party, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the company's row, whole and right; a Problem names the first field that is not."""
    if not clean(party.name, 200, "name"):
        raise Problem("the company needs a name", field="name")
    if not party.address.country:
        raise Problem('the company needs a country: "address": {"country": "FR", …}', field="address.country")
    currency = str(values["currency"])
    places = exponent(currency)
    if values["language"] not in ("en", "fr"):
        raise Problem(
            "{language} is not a language here; it is en or fr", field="language", language=values["language"]
        )
    for value, check, name in (
        (party.siren, check_siren, "siren"),
        (party.siret, check_siret, "siret"),
        (party.vat_id, check_vat_id, "vat_id"),
    ):
        if value:
            check(str(value), field=name)
    row = {key: values[key] for key in DEFAULTS if key not in FOUNDED}
    for name, check in (
        ("iban", check_iban),
        ("bic", check_bic),
        ("payment_link", check_payment_link),
        ("creditor_identifier", check_creditor_identifier),
    ):
        row[name] = check(str(values[name]), field=name) if values[name] else ""
    tolerance = parse_plain(str(values["match_tolerance"] or "0"), places, "match_tolerance")
    if tolerance < 0:
        raise Problem("a tolerance is 0 or more", field="match_tolerance")
    days = str(values["due_soon_days"])
    if not (days.isascii() and days.isdecimal() and int(days) <= 365):
        raise Problem("{text} is no number of days; type one from 0 to 365", field="due_soon_days", text=quote(days))
    return {
        **row,
        "party": party.to_json(),
        "currency": currency,
        "terms": parse_terms(str(values["terms"])).text,
        "due_soon_days": int(days),
        "match_tolerance": to_minor(tolerance, currency, "match_tolerance"),
        **{name: _flag(values[name], name) for name in _FLAGS},
    }


def _flag(value: object, name: str) -> bool:
    text = str(value).strip().lower()
    if text in ("1", "y", "yes", "o", "oui", "true"):
        return True
    if text in ("", "0", "n", "no", "non", "false"):
        return False
    raise Problem("{text} is neither yes nor no", field=name, text=quote(value))


def company_settings(books: Books) -> dict[str, Any]:
    """Every setting by its name, as it is typed; the address as `address.line1` and so on."""
    firm = company(books)
    told: dict[str, Any] = {name: firm.party.get(name, "") for name in _PARTY}
    told.update({name: (firm.party.get("address") or {}).get(name[8:], "") for name in _ADDRESS})
    for name in DEFAULTS:
        if not name.endswith("_prefix"):
            told[name] = getattr(firm, name)
    told["match_tolerance"] = plain(firm.match_tolerance, firm.currency)
    return told


def change_company(books: Books, context: Context, typed: Mapping[str, str]) -> dict[str, Any]:
    """Change some settings by name (supervisors); return all of them. What is issued already stays as it is.

    A new IBAN of the company becomes a bank account of the books.
    """
    known = company_settings(books)
    for name in typed:
        if name in FOUNDED:
            raise Problem("{name} stands once and for all; found a new company for another", field=name, name=name)
        if name not in known:
            raise Problem(
                "{name} is no setting; see them with: tui-billing company show", field=quote(name), name=quote(name)
            )

    def do(work: Work) -> None:
        before = company_settings(books)
        wanted = {**before, **{name: clean(str(value), 2000, name) for name, value in typed.items()}}
        party = Party.from_json(
            {
                **company(books).party,
                **{name: wanted[name] for name in _PARTY},
                "address": {name[8:]: wanted[name] for name in _ADDRESS},
            }
        )
        row = check_company(party, wanted)
        change(Company, 1, **row)
        known_account = books.row("SELECT 1 FROM bank_account WHERE iban = ?", (row["iban"],))
        if row["iban"] and known_account is None:
            add(
                BankAccount,
                name=row["bank"] or party.name,
                iban=row["iban"],
                bic=row["bic"],
                currency=row["currency"],
            )
        books.firm = None
        after = company_settings(books)
        changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
        work.audit("settings", "company", 1, {"v": 1, "changed": changed}, ", ".join(changed))

    try:
        transact(books, context, "settings", do)
    finally:
        books.firm = None
    return company_settings(books)
